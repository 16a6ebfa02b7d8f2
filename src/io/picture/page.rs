//! A picture as a page of HTML: the SVG image with what makes it answer to clicks. The script of the page is the same for
//! every graph; whatever a graph says stands in the document as escaped text alone.

use super::text::escaped;
use super::{Picture, counted_as, sections, svg, word};
use crate::algo::Stance;

const TEMPLATE: &str = include_str!("page.html");

/// The whole page.
pub(super) fn page(picture: &Picture) -> String {
    let (width, height) = svg::size(picture);
    let mut text = String::new();
    // Each piece of the template after the first begins with the name of what is put before it.
    let mut pieces = TEMPLATE.split("{{");
    text += pieces.next().unwrap_or_default();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        match name {
            "title" => text += &svg::title(picture),
            "style" => text += &svg::style(),
            "box" => text += &format!("0 0 {width:.0} {height:.0}"),
            "kinds" => text += &kinds(picture),
            "labels" => text += &labels(picture),
            "note" => text += &escaped(&picture.left_out().unwrap_or_default()),
            "drawing" => text += &svg::drawing(picture),
            "matrix" => text += &sections::matrix(picture),
            "timeline" => text += &sections::timeline(picture),
            "marks" => text += &marks(),
            _ => {}
        }
        text += rest;
    }
    text
}

/// The colours of the marks of stances.
fn marks() -> String {
    let mark = |stance: &Stance| format!(".s.{}{{color:{}}}", stance.verb(), stance.colour());
    Stance::ALL.iter().map(mark).collect()
}

/// The fill of each label.
fn labels(picture: &Picture) -> String {
    let label = |(label, fill): (&str, &str)| {
        format!("<span class=\"l\" style=\"background:{fill}\">{}</span>\n", escaped(label))
    };
    svg::fills(picture).into_iter().map(label).collect()
}

/// A switch for each kind of relationship.
fn kinds(picture: &Picture) -> String {
    let switch = |(stance, count): (Option<Stance>, usize)| {
        let word = word(stance);
        let said = counted_as(stance, count);
        format!(
            "<label><input type=\"checkbox\" checked data-kind=\"{word}\"><svg width=\"38\" height=\"12\"><path class=\"e \
             {word}\" marker-end=\"url(#h-{word})\" d=\"M1 6 h34\"/></svg>{said}</label>\n"
        )
    };
    picture.counts().into_iter().map(switch).collect()
}
