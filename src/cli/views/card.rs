//! `.graph @X`: the stance card. Who says what of an entity, and what it says of others, a branch for each verb.

use super::super::app::App;
use super::super::commands::Flow;
use super::super::paint::Role;
use super::super::wrap;
use super::{Look, Statement, fitted, span, statements_at, title};
use crate::algo::Stance;
use crate::error::Result;
use crate::session::entity::Node;
use crate::store::Version;
use crate::text::counted;
use crate::value::NodeId;
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// The most statements of one branch.
const MOST: usize = 25;
/// The cells of a bar of confidence.
const BAR: usize = 8;

/// Runs the command.
///
/// # Errors
/// When there is no such entity.
pub(in super::super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    let (node, (graph, statements)) = statements_at(app, argument)?;
    let text = draw(&graph, node, statements, Look::of(app));
    app.print(&text)?;
    Ok(Flow::Continue)
}

/// A branch: whether its statements are about the entity rather than its own, then the verb.
type Key = (Option<Stance>, bool, String);

fn draw(graph: &Version, node: NodeId, statements: Vec<Statement>, look: Look) -> String {
    let mut text = heading(graph, node, &statements, look);
    let shape = Shape::of(graph, node, &statements, look);
    let mut branches: BTreeMap<(bool, Key), Vec<Statement>> = BTreeMap::new();
    for statement in statements {
        let incoming = statement.end == node && statement.start != node;
        let key = (statement.stance, incoming, statement.verb.clone());
        branches.entry((statement.stance.is_none(), key)).or_default().push(statement);
    }
    let last = branches.len().saturating_sub(1);
    for (at, ((_, (stance, incoming, verb)), mut branch)) in branches.into_iter().enumerate() {
        let arrow = if incoming { format!("<-{verb}-") } else { format!("-{verb}->") };
        let mark = stance.map(|stance| format!("{} ", stance.mark())).unwrap_or_default();
        let (fork, stem) = if at == last { ("└─", "   ") } else { ("├─", "│  ") };
        text += &format!("{fork} {} {}\n", look.stance(stance, &format!("{mark}{arrow}")), branch.len());
        branch.sort_by(|a, b| (&a.day, other(a, node)).cmp(&(&b.day, other(b, node))));
        text += &leaves(graph, node, &branch, stem, shape);
    }
    text
}

/// What the leaves of all branches share.
#[derive(Clone, Copy)]
struct Shape {
    look: Look,
    /// The width of names.
    name: usize,
    /// Whether any statement has a day.
    days: bool,
    /// Whether there is room for bars.
    bars: bool,
}

impl Shape {
    fn of(graph: &Version, node: NodeId, statements: &[Statement], look: Look) -> Shape {
        let days = statements.iter().any(|statement| statement.day.is_some());
        let plain = Look { paint: Default::default(), ..look };
        let shape = Shape { look: plain, name: 0, days, bars: look.width >= 70 };
        let details = statements.iter().map(|statement| detail(statement, shape).width()).max().unwrap_or(0);
        let room = look.width.saturating_sub(LEAD + 2 + details).max(8);
        let names = statements.iter().map(|statement| title(graph, other(statement, node)).width());
        Shape { look, name: names.max().unwrap_or(0).min(room), ..shape }
    }
}

/// The width of what stands before a name.
const LEAD: usize = 6;

fn heading(graph: &Version, node: NodeId, statements: &[Statement], look: Look) -> String {
    let labels: String = Node::read(graph, node).labels.iter().map(|label| format!(":{label}")).collect();
    let said = counted(statements.len() as u64, "fact", "facts");
    let days = span(statements).map(|days| format!(" · {days}")).unwrap_or_default();
    let name = title(graph, node);
    let line = wrap::text(&format!("{name} {labels} · {said}{days}"), look.width);
    // A name that is itself broken into lines stands without a mark.
    let rest = line.strip_prefix(&name).map(|rest| look.paint.text(Role::Heading, &name) + rest);
    rest.unwrap_or(line) + "\n"
}

/// The other end of a statement.
fn other(statement: &Statement, node: NodeId) -> NodeId {
    if statement.start == node { statement.end } else { statement.start }
}

fn leaves(graph: &Version, node: NodeId, branch: &[Statement], stem: &str, shape: Shape) -> String {
    let shown = &branch[..branch.len().min(MOST)];
    let mut text = String::new();
    for (at, statement) in shown.iter().enumerate() {
        let fork = if at + 1 == branch.len() { "└─" } else { "├─" };
        let name = fitted(&title(graph, other(statement, node)), shape.name);
        text += format!("{stem}{fork} {name}  {}", detail(statement, shape)).trim_end();
        text.push('\n');
    }
    match branch.len() - shown.len() {
        0 => text,
        more => text + &format!("{stem}└─ and {more} more\n"),
    }
}

/// Day, bar, confidence and source.
fn detail(statement: &Statement, shape: Shape) -> String {
    let day = shape.days.then(|| fitted(statement.day.as_deref().unwrap_or(""), 10));
    let bar = shape.bars.then(|| {
        let full = (statement.confidence.unwrap_or(0.0).clamp(0.0, 1.0) * BAR as f64).round() as usize;
        let bar = match statement.confidence {
            Some(_) => "█".repeat(full) + &"░".repeat(BAR - full),
            None => " ".repeat(BAR),
        };
        shape.look.stance(statement.stance, &bar)
    });
    let sure = statement.confidence.map_or_else(|| " ".repeat(4), |sure| format!("{sure:.2}"));
    let parts = [day, bar, Some(sure), statement.cite.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
