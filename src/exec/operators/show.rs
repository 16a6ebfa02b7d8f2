//! `SHOW`: what there is, as rows.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::{Operator, Stage};
use crate::algo::{Parameter, Signature};
use crate::error::Result;
use crate::functions::{self, Function};
use crate::semantic::bound::{Shown, Slot};
use crate::store::{
    ConstraintDefinition, ConstraintKind, IndexDefinition, RuleDefinition, SchemaTarget, TypesRead, Version, strata,
};
use crate::syntax::ast::ShowKind;
use crate::value::{KeyId, Map, RelTypeId, Value};
use std::sync::Arc;

/// For each row, what is shown. The columns are those of [`crate::semantic::show::columns`].
pub(super) struct Show {
    input: Stage,
    live: Live,
    shown: Shown,
    yields: Vec<(usize, Slot)>,
}

impl Show {
    pub(super) fn new(input: Stage, live: Live, shown: Shown, yields: Vec<(usize, Slot)>) -> Show {
        Show { input, live, shown, yields }
    }
}

impl Operator for Show {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            let chunk = cx.flatten(chunk)?;
            let rows = rows(cx, self.shown);
            let parents: Vec<u32> = (0..chunk.len as u32).flat_map(|row| vec![row; rows.len()]).collect();
            if parents.is_empty() {
                continue;
            }
            let mut out = chunk.gather(&parents, &self.live);
            for (at, slot) in self.yields.iter().filter(|(_, slot)| self.live.contains(*slot)) {
                let values = rows.iter().map(|row| row.get(*at).cloned().unwrap_or_default());
                out.set(*slot, Column::from_values(values.cycle().take(parents.len()).collect()));
            }
            return Ok(Some(out));
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

/// Everything that is shown, each with all columns.
fn rows(cx: &Context, shown: Shown) -> Vec<Vec<Value>> {
    let graph = cx.graph();
    match shown.kind {
        ShowKind::Indexes => {
            let kind = |index: &&Arc<IndexDefinition>| shown.filter.is_empty() || index.kind.as_str() == shown.filter;
            graph.indexes().filter(kind).map(|index| index_row(graph, index)).collect()
        }
        ShowKind::Constraints => {
            let chosen = |each: &&Arc<ConstraintDefinition>| is_chosen(each, shown.filter);
            graph.constraints().filter(chosen).map(|each| constraint_row(graph, each)).collect()
        }
        ShowKind::Rules => graph.rules().iter().map(|rule| rule_row(graph, rule)).collect(),
        ShowKind::Functions if shown.filter == "USER DEFINED" => Vec::new(),
        ShowKind::Functions => functions::all().map(function_row).collect(),
        ShowKind::Procedures => {
            let signatures = cx.settings().procedures.as_ref().map(|known| known.signatures()).unwrap_or_default();
            signatures.iter().map(procedure_row).collect()
        }
    }
}

fn index_row(graph: &Version, index: &IndexDefinition) -> Vec<Value> {
    let (size, distinct) = graph.index_size(&index.name);
    let owner = graph.owning_constraint(&index.name);
    let statement = match owner {
        Some(owner) => owner.statement(graph.catalog()),
        None => index.statement(graph.catalog()),
    };
    let mut row = vec![
        Value::String(Arc::clone(&index.name)),
        Value::string("ONLINE"),
        Value::Float(100.0),
        Value::string(index.kind.as_str()),
    ];
    row.extend(about(graph, index.target, &index.keys));
    row.push(owner.map_or(Value::Null, |owner| Value::String(Arc::clone(&owner.name))));
    row.extend([Value::count(size), Value::count(distinct), Value::string(statement)]);
    row
}

fn constraint_row(graph: &Version, constraint: &ConstraintDefinition) -> Vec<Value> {
    let owned = constraint.kind.is_unique().then(|| Value::String(Arc::clone(&constraint.name)));
    let types = match &constraint.kind {
        ConstraintKind::Type(types) => {
            Value::string(types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "))
        }
        _ => Value::Null,
    };
    let mut row = vec![Value::String(Arc::clone(&constraint.name)), Value::string(constraint_type(constraint))];
    row.extend(about(graph, constraint.target, &constraint.keys));
    row.extend([owned.unwrap_or_default(), types, Value::string(constraint.statement(graph.catalog()))]);
    row
}

fn rule_row(graph: &Version, rule: &RuleDefinition) -> Vec<Value> {
    let name = |rel_type: &RelTypeId| Value::String(Arc::clone(graph.catalog().rel_type_name(*rel_type)));
    // A rule that looks for any type has the mark that any type has in a pattern.
    let types = |read: &TypesRead| match read.any {
        true => Value::list(vec![Value::string("%")]),
        false => Value::list(read.types.iter().map(name).collect()),
    };
    let recursive = strata(graph.rules()).is_ok_and(|strata| {
        strata.iter().any(|stratum| {
            stratum.types.contains(&rule.head) && stratum.types.iter().any(|rel_type| rule.needs.contains(*rel_type))
        })
    });
    vec![
        Value::String(Arc::clone(&rule.name)),
        name(&rule.head),
        types(&rule.needs),
        types(&rule.excludes),
        Value::Bool(recursive),
        Value::String(Arc::clone(&rule.statement)),
    ]
}

fn constraint_type(constraint: &ConstraintDefinition) -> &'static str {
    match (&constraint.kind, constraint.target.is_node()) {
        (ConstraintKind::Unique, true) => "UNIQUENESS",
        (ConstraintKind::Unique, false) => "RELATIONSHIP_UNIQUENESS",
        (ConstraintKind::Key, true) => "NODE_KEY",
        (ConstraintKind::Key, false) => "RELATIONSHIP_KEY",
        (ConstraintKind::Exists, true) => "NODE_PROPERTY_EXISTENCE",
        (ConstraintKind::Exists, false) => "RELATIONSHIP_PROPERTY_EXISTENCE",
        (ConstraintKind::Type(_), true) => "NODE_PROPERTY_TYPE",
        (ConstraintKind::Type(_), false) => "RELATIONSHIP_PROPERTY_TYPE",
    }
}

/// Whether a constraint is among those that the words of a filter choose.
fn is_chosen(constraint: &ConstraintDefinition, filter: &str) -> bool {
    let (kind, node) = match filter.split_once(' ') {
        Some(("NODE", kind)) => (kind, Some(true)),
        Some(("RELATIONSHIP", kind)) => (kind, Some(false)),
        _ => (filter, None),
    };
    let fits = match kind {
        "UNIQUE" => constraint.kind == ConstraintKind::Unique,
        "KEY" => constraint.kind == ConstraintKind::Key,
        "EXISTENCE" => constraint.kind == ConstraintKind::Exists,
        "PROPERTY TYPE" => matches!(constraint.kind, ConstraintKind::Type(_)),
        _ => true,
    };
    fits && node.is_none_or(|node| constraint.target.is_node() == node)
}

/// The columns `entityType`, `labelsOrTypes` and `properties`.
fn about(graph: &Version, target: SchemaTarget, keys: &[KeyId]) -> [Value; 3] {
    let entity = if target.is_node() { "NODE" } else { "RELATIONSHIP" };
    let element = Value::String(Arc::clone(target.name(graph.catalog())));
    let keys = keys.iter().map(|key| Value::String(Arc::clone(graph.catalog().key_name(*key)))).collect();
    [Value::string(entity), Value::list(vec![element]), Value::list(keys)]
}

fn function_row(function: &'static Function) -> Vec<Value> {
    let parameter = |each: &functions::Parameter| described(each.name, &each.accepts.to_string());
    vec![
        Value::string(function.name),
        Value::string(function.category.to_string()),
        Value::string(function.summary),
        Value::string(function.signature()),
        Value::Bool(true),
        Value::list(function.parameters.iter().map(parameter).collect()),
        Value::string(function.result.to_string()),
        Value::Bool(function.is_aggregate()),
    ]
}

fn procedure_row(signature: &Signature) -> Vec<Value> {
    let parameter = |each: &Parameter| described(&each.name, each.value_type.as_str());
    vec![
        Value::String(Arc::clone(&signature.name)),
        Value::String(Arc::clone(&signature.summary)),
        Value::string("READ"),
        Value::string(signature.to_string()),
        Value::list(signature.inputs.iter().map(parameter).collect()),
        Value::list(signature.outputs.iter().map(parameter).collect()),
    ]
}

/// A parameter as a map.
fn described(name: &str, kind: &str) -> Value {
    let entry = |key: &str, text: &str| (Arc::from(key), Value::string(text));
    Value::map(Map::from([entry("name", name), entry("type", kind)]))
}
