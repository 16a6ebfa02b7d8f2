//! What a graph remembers of its commits, as procedures.

use super::{BuiltIn, ProcedureContext, Rows};
use crate::error::Result;
use crate::persist::history::{changes_of, moment, of};
use crate::store::{Reverted, Step};
use crate::value::Value;

/// The commits that can be taken back.
pub(super) const COMMITS: BuiltIn = BuiltIn {
    name: "db.history",
    inputs: &[],
    outputs: &[
        ("commit", "INTEGER"),
        ("recorded", "DATETIME"),
        ("nodesCreated", "INTEGER"),
        ("nodesDeleted", "INTEGER"),
        ("relationshipsCreated", "INTEGER"),
        ("relationshipsDeleted", "INTEGER"),
        ("propertiesSet", "INTEGER"),
        ("labelsChanged", "INTEGER"),
        ("schemaChanged", "BOOLEAN"),
    ],
    summary: "Gives the commits of a graph that keeps a history, the latest first: when each was recorded, and what it changed.",
    run: commits,
};

fn commits(context: &ProcedureContext<'_>, _: &[Value]) -> Result<Rows> {
    let rows = of(context.version)?.steps().rev().map(|step| {
        (context.check)()?;
        row(step)
    });
    rows.collect()
}

fn row(step: &Step) -> Result<Vec<Value>> {
    // What takes back a deletion creates.
    let mut back = Reverted::default();
    changes_of(step)?.iter().for_each(|change| back.count(change));
    let counts = [
        back.nodes_deleted,
        back.nodes_created,
        back.rels_deleted,
        back.rels_created,
        back.properties_set,
        back.labels_added + back.labels_removed,
    ];
    let mut row = vec![Value::Int(step.sequence as i64), moment(step.time)];
    row.extend(counts.map(|count| Value::Int(count as i64)));
    row.push(Value::Bool(back.schema));
    Ok(row)
}
