//! Looking instead of reading: pictures of a graph made of characters. They say the same without colour, and fit the width
//! that there is.

pub(super) mod card;
pub mod find;
pub(super) mod held;
pub(super) mod info;
pub(super) mod joins;
pub(super) mod matrix;
pub(super) mod timeline;

use super::app::App;
use super::paint::{Paint, Role};
use super::table::padded;
use crate::algo::Stance;
use crate::error::{Detail, Error, Result};
use crate::io::statement::Statement;
use crate::session::{resolved, title};
use crate::store::{Snapshot, Version};
use crate::value::{NodeId, Value};

/// The width where nobody knows it.
const USUAL_WIDTH: usize = 100;
/// The least width that is drawn for.
const LEAST_WIDTH: usize = 30;

/// How wide a picture may be, and its colours.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) width: usize,
    pub(super) paint: Paint,
}

impl Look {
    pub(super) fn of(app: &App) -> Look {
        let room = app.room();
        Look { width: room.width.unwrap_or(USUAL_WIDTH).max(LEAST_WIDTH), paint: room.paint }
    }

    /// A text in the colour of a stance.
    fn stance(self, stance: Option<Stance>, text: &str) -> String {
        match stance {
            Some(Stance::Supports) => self.paint.text(Role::Supports, text),
            Some(Stance::Opposes) => self.paint.text(Role::Opposes, text),
            Some(Stance::Proposes) => self.paint.text(Role::Proposes, text),
            None => text.to_owned(),
        }
    }
}

/// The entity that an argument names: `@Kyiv`, `Kyiv`, quoted as in either language.
fn entity(graph: &Version, argument: &str) -> Result<NodeId> {
    let name = argument.trim().trim_start_matches('@').trim_matches(['`', '"']);
    if name.is_empty() {
        return Err(Error::syntax(Detail::InvalidUse, "the command needs an entity, as in `@Kyiv`"));
    }
    graph.unless_damaged(resolved(graph, name))
}

/// The query of all relationships.
const ALL: &str = "MATCH ()-[r]->() RETURN r";

/// The relationships that a query finds in its first column, with the graph they are read from. The query is asked as the
/// user's own would be: about the moment that is set, and within the limits; but what rules derive is no statement of
/// anybody's.
fn statements(app: &mut App, query: &str) -> Result<(Snapshot, Vec<Statement>)> {
    let options = crate::session::RunOptions { cite: false, rules: false, ..app.options.clone() };
    let mut answer = app.session.aside(query, &Default::default(), &options)?;
    let graph = Snapshot::clone(answer.graph());
    let rows = answer.rows()?;
    let rel = |value: &Value| if let Value::Rel(rel) = value { Some(*rel) } else { None };
    let rels = rows.iter().filter_map(|row| row.values().first().and_then(rel));
    Ok((graph.clone(), rels.filter_map(|rel| Statement::read(&graph, rel)).collect()))
}

/// The entity that an argument names, and the relationships at it as [`statements`] gives them.
fn statements_at(app: &mut App, argument: &str) -> Result<(NodeId, (Snapshot, Vec<Statement>))> {
    let node = entity(&*app.session.snapshot_for(&app.options)?, argument)?;
    let query = format!("MATCH (x)-[r]-() WHERE id(x) = {} RETURN DISTINCT r", node.0);
    Ok((node, statements(app, &query)?))
}

/// A text cut or filled with blanks to a width.
fn fitted(text: &str, width: usize) -> String {
    padded(text, width, false)
}

/// The last day and the first of some statements: `2025-11-15 … 2025-11-26`.
fn span(statements: &[Statement]) -> Option<String> {
    let days = || statements.iter().filter_map(|statement| statement.day.as_deref());
    let (first, last) = (days().min()?, days().max()?);
    Some(if first == last { first.to_owned() } else { format!("{first} … {last}") })
}
