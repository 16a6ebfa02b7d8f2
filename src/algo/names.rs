//! The names that a graph uses, as procedures.

use super::{BuiltIn, ProcedureContext};
use crate::error::Result;
use crate::value::Value;
use std::sync::Arc;

/// Labels that some node has.
pub(super) const LABELS: BuiltIn = BuiltIn {
    name: "db.labels",
    inputs: &[],
    outputs: &[("label", "STRING")],
    summary: "Gives the labels that nodes have.",
    run: |context, _| {
        let version = context.version;
        Ok(rows(version.catalog().labels().filter(|(id, _)| version.label_count(*id) > 0).map(|(_, name)| name)))
    },
};

/// Types that some relationship has, or that a rule derives.
pub(super) const RELATIONSHIP_TYPES: BuiltIn = BuiltIn {
    name: "db.relationshipTypes",
    inputs: &[],
    outputs: &[("relationshipType", "STRING")],
    summary: "Gives the types that relationships have, and those that rules derive.",
    run: |context, _| {
        let version = context.version;
        let is_used = |id| version.rel_type_count(id) > 0 || version.is_derived_type(id);
        let used = version.catalog().rel_types().filter(|(id, _)| is_used(*id));
        Ok(rows(used.map(|(_, name)| name)))
    },
};

/// Property keys that were ever used.
pub(super) const PROPERTY_KEYS: BuiltIn = BuiltIn {
    name: "db.propertyKeys",
    inputs: &[],
    outputs: &[("propertyKey", "STRING")],
    summary: "Gives the property keys that the graph knows.",
    run: property_keys,
};

fn property_keys(context: &ProcedureContext<'_>, _arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
    Ok(rows(context.version.catalog().keys().map(|(_, name)| name)))
}

fn rows<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> Vec<Vec<Value>> {
    let mut rows: Vec<&Arc<str>> = names.collect();
    rows.sort_unstable();
    rows.into_iter().map(|name| vec![Value::String(Arc::clone(name))]).collect()
}
