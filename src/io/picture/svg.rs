//! A picture as SVG.

use super::route::{self, Way};
use super::text::{cut, escaped, width};
use super::{Drawn, Edge, NAME, Picture, counted_as, word};
use crate::algo::Stance;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The room around everything.
const MARGIN: f64 = 24.0;
/// The height of the legend.
const LEGEND: f64 = 34.0;
/// Up to how many relationships each has its verb beside it.
const VERBS: usize = 40;
/// The fills of boxes, by their first label: light enough for dark text.
const FILLS: [&str; 8] = ["#dbe7fb", "#fde9cf", "#d9efe3", "#eadcf5", "#fdf0a6", "#f9d9e0", "#d7eef3", "#e6e6e6"];

/// How everything looks. Relationships differ by colour, by dashes and by the form of their end, so that each of the three is
/// enough.
pub(super) fn style() -> String {
    let dashes = |stance| match stance {
        Stance::Proposes => ";stroke-dasharray:12 3 2 3",
        Stance::Supports => "",
        Stance::Opposes => ";stroke-dasharray:6 4",
    };
    let stances = Stance::ALL.iter().map(|stance| {
        let (verb, colour) = (stance.verb(), stance.colour());
        format!(".e.{verb}{{stroke:{colour};stroke-width:1.8{}}}.m.{verb}{{fill:{colour}}}\n", dashes(*stance))
    });
    let stances: String = stances.collect();
    format!(
        ".e{{fill:none;stroke:#777;stroke-width:1.4}}.m{{fill:#777}}\n{stances}.n rect{{stroke:#556;stroke-width:1}}\n\
         svg text{{font:13px system-ui,sans-serif;fill:#111}}\n\
         svg text.v{{font-size:11px;fill:#444;paint-order:stroke;stroke:#fff;stroke-width:3px}}"
    )
}

/// The whole image.
pub(super) fn image(picture: &Picture) -> String {
    let (width, height) = size(picture);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} \
         {height:.0}\" role=\"img\">\n<title>{}</title>\n<style>\n{}\n</style>\n<rect width=\"100%\" height=\"100%\" \
         fill=\"#fff\"/>\n{}{}</svg>\n",
        title(picture),
        style(),
        drawing(picture),
        legend(picture, height),
    )
}

/// What the picture is of, in few words.
pub(super) fn title(picture: &Picture) -> String {
    escaped(&crate::text::sizes(picture.nodes.len() as u64, picture.edges.len() as u64))
}

/// The size of the image.
pub(super) fn size(picture: &Picture) -> (f64, f64) {
    let notes = if picture.left_out().is_some() { 2.0 } else { 1.0 };
    let least = 620.0;
    ((picture.size.0 + 2.0 * MARGIN).max(least), picture.size.1 + 2.0 * MARGIN + LEGEND * notes)
}

/// The arrow heads, relationships and nodes, and where there is room for them the verbs.
pub(super) fn drawing(picture: &Picture) -> String {
    let ways = route::ways(picture);
    let lines: Vec<(String, String)> = picture.edges.iter().zip(&ways).map(|(edge, way)| line(edge, way)).collect();
    let paths: String = lines.iter().map(|(path, _)| path.as_str()).collect();
    let verbs: String = lines.iter().map(|(_, verb)| verb.as_str()).filter(|_| lines.len() <= VERBS).collect();
    let fills = fills(picture);
    let boxes: String = picture.nodes.iter().enumerate().map(|(at, node)| boxed(at, node, &fills)).collect();
    let heads = heads();
    format!(
        "{heads}<g class=\"edges\">\n{paths}</g>\n<g class=\"nodes\">\n{boxes}</g>\n<g class=\"edges\">\n{verbs}</g>\n"
    )
}

/// The heads of arrows: a filled arrow for what is supported, a bar for what is opposed, a diamond for what is proposed.
fn heads() -> String {
    let shapes = [
        (None, "M1 1 L9 5 L1 9 L3 5 z"),
        (Some(Stance::Supports), "M0 0 L10 5 L0 10 z"),
        (Some(Stance::Opposes), "M6 0 L9 0 L9 10 L6 10 z"),
        (Some(Stance::Proposes), "M0 5 L5 1 L10 5 L5 9 z"),
    ];
    let head = |(stance, path): (Option<Stance>, &str)| {
        let word = word(stance);
        format!(
            "<marker id=\"h-{word}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"m {word}\" d=\"{path}\"/></marker>\n"
        )
    };
    format!("<defs>\n{}</defs>\n", shapes.into_iter().map(head).collect::<String>())
}

/// A relationship and its verb.
fn line(edge: &Edge, way: &Way) -> (String, String) {
    let (a, b) = edge.ends;
    let (path, (x, y)) = (way.path(MARGIN), way.middle());
    let (x, y) = (x + MARGIN, y + MARGIN);
    let word = word(edge.statement.stance);
    let sure = edge.statement.confidence.map(|sure| format!(" data-sure=\"{sure}\"")).unwrap_or_default();
    let ends = format!("data-a=\"{a}\" data-b=\"{b}\"{sure}");
    let (fact, verb) = (escaped(&edge.fact), escaped(&edge.statement.verb));
    let path = format!(
        "<path class=\"e {word}\" {ends} marker-end=\"url(#h-{word})\" d=\"{path}\"><title>{fact}</title></path>\n"
    );
    (path, format!("<text class=\"v {word}\" {ends} x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{verb}</text>\n"))
}

/// The fill of each first label, in order of name.
pub(super) fn fills(picture: &Picture) -> BTreeMap<&str, &'static str> {
    let labels: BTreeSet<&str> = picture.nodes.iter().filter_map(first_label).collect();
    labels.into_iter().zip(FILLS.iter().cycle().copied()).collect()
}

fn first_label(node: &Drawn) -> Option<&str> {
    node.labels.first().map(String::as_str)
}

fn boxed(at: usize, node: &Drawn, fills: &BTreeMap<&str, &'static str>) -> String {
    let place = node.place;
    let fill = first_label(node).and_then(|label| fills.get(label)).copied().unwrap_or("#fff");
    let labels: String = node.labels.iter().map(|label| format!(" :{label}")).collect();
    let (left, upper) = (place.x + MARGIN - place.width / 2.0, place.y + MARGIN - place.height / 2.0);
    format!(
        "<g class=\"n\" data-i=\"{at}\"><title>{}{}</title><rect x=\"{left:.1}\" y=\"{upper:.1}\" width=\"{:.1}\" \
         height=\"{:.1}\" rx=\"6\" fill=\"{fill}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text></g>\n",
        escaped(&node.name),
        escaped(&labels),
        place.width,
        place.height,
        place.x + MARGIN,
        place.y + MARGIN + 4.5,
        escaped(&cut(&node.name, NAME)),
    )
}

/// What the lines and the fills mean, and what is not drawn.
pub(super) fn legend(picture: &Picture, height: f64) -> String {
    let mut text = String::from("<g class=\"legend\">\n");
    let note = picture.left_out();
    let y = height - 14.0 - if note.is_some() { LEGEND } else { 0.0 };
    let mut x = MARGIN;
    for (stance, count) in picture.counts() {
        let word = word(stance);
        let said = counted_as(stance, count);
        let _ = writeln!(
            text,
            "<path class=\"e {word}\" marker-end=\"url(#h-{word})\" d=\"M{x:.1} {:.1} h36\"/><text x=\"{:.1}\" y=\"{y:.1}\">{said}</text>",
            y - 4.0,
            x + 42.0
        );
        x += 42.0 + width(&said) + 22.0;
    }
    for (label, fill) in fills(picture) {
        let end = x + 20.0 + width(label);
        if end > size(picture).0 - MARGIN {
            break;
        }
        let _ = writeln!(
            text,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"12\" rx=\"3\" fill=\"{fill}\" stroke=\"#556\"/>\
             <text x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
            y - 10.0,
            x + 19.0,
            escaped(label)
        );
        x = end + 14.0;
    }
    if let Some(note) = note {
        let _ = writeln!(text, "<text x=\"{MARGIN:.1}\" y=\"{:.1}\">{}</text>", height - 14.0, escaped(&note));
    }
    text + "</g>\n"
}
