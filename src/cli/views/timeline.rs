//! `.timeline`: what was said of an entity, or of all, day by day.

use super::super::app::App;
use super::super::commands::Flow;
use super::super::paint::Role;
use super::{ALL, Look, Statement, fitted, statements, statements_at, title};
use crate::error::Result;
use crate::store::Version;
use crate::syntax::facts::format::name;
use crate::text::counted;

/// Runs the command.
///
/// # Errors
/// When there is no such entity.
pub(in super::super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    let (graph, mut statements) = match argument {
        "" => statements(app, ALL)?,
        named => statements_at(app, named)?.1,
    };
    let all = statements.len();
    statements.retain(|statement| statement.day.is_some());
    statements.sort_by(|a, b| (&a.day, a.rel).cmp(&(&b.day, b.rel)));
    let text = draw(&graph, &statements, all - statements.len(), Look::of(app));
    app.print(&text)?;
    Ok(Flow::Continue)
}

fn draw(graph: &Version, statements: &[Statement], undated: usize, look: Look) -> String {
    let mut text = String::new();
    let mut before = "";
    for statement in statements {
        let day = statement.day.as_deref().unwrap_or("");
        // A day stands once; what was said that day stands below it.
        let shown = if day == before { "" } else { day };
        before = day;
        let mark = statement.stance.map_or('·', |stance| stance.mark()).to_string();
        let line = said(graph, statement);
        let rest = fitted(&line, look.width.saturating_sub(14));
        let shown = look.paint.text(Role::Heading, &fitted(shown, 10));
        text += format!("{shown} {} {}", look.stance(statement.stance, &mark), rest.trim_end()).trim_end();
        text.push('\n');
    }
    match undated {
        0 => text,
        _ => {
            text + &look.paint.text(Role::Dim, &format!("{} without a date", counted(undated as u64, "fact", "facts")))
                + "\n"
        }
    }
}

fn said(graph: &Version, statement: &Statement) -> String {
    let end = |node| name(&title(graph, node));
    let sure = statement.confidence.map(|sure| format!(" {sure:.2}")).unwrap_or_default();
    let cite = statement.cite.as_ref().map(|cite| format!(" {cite}")).unwrap_or_default();
    format!("{} -{}-> {}{sure}{cite}", end(statement.start), statement.verb, end(statement.end))
}
