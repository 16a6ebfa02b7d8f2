//! What a graph remembers of its commits, as procedures.

use super::{BuiltIn, ProcedureContext, Rows};
use crate::error::Result;
use crate::persist::history::{changes_of, moment, of};
use crate::store::{Change, Step};
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
    let changes = changes_of(step)?;
    // What takes back a deletion creates.
    let count = |fits: fn(&Change) -> usize| Value::Int(changes.iter().map(fits).sum::<usize>() as i64);
    let counts = [
        count(|change| usize::from(matches!(change, Change::DeleteNode(_)))),
        count(|change| usize::from(matches!(change, Change::CreateNode(..)))),
        count(|change| usize::from(matches!(change, Change::DeleteRel(_)))),
        count(|change| match change {
            Change::CreateRels(_, rels) => rels.len(),
            other => usize::from(matches!(other, Change::CreateRel(..))),
        }),
        count(|change| usize::from(matches!(change, Change::SetNodeProperty(..) | Change::SetRelProperty(..)))),
        count(|change| usize::from(matches!(change, Change::AddLabel(..) | Change::RemoveLabel(..)))),
    ];
    let of_schema = |change: &Change| {
        let created = matches!(change, Change::CreateIndex(_) | Change::CreateConstraint(_));
        created || matches!(change, Change::DropIndex(_) | Change::DropConstraint(_))
    };
    let mut row = vec![Value::Int(step.sequence as i64), moment(step.time)];
    row.extend(counts);
    row.push(Value::Bool(changes.iter().any(of_schema)));
    Ok(row)
}
