//! A relationship as pictures of a graph show it: who stands how to what, since when, how sure, and according to whom.

use crate::algo::Stance;
use crate::session::dated;
use crate::store::Version;
use crate::syntax::facts::format;
use crate::value::format::to_text;
use crate::value::{NodeId, RelId, Value};

/// A relationship with what is shown of it.
pub(crate) struct Statement {
    pub(crate) rel: RelId,
    pub(crate) start: NodeId,
    pub(crate) end: NodeId,
    pub(crate) verb: String,
    pub(crate) stance: Option<Stance>,
    /// When it was stated, or else since when it holds.
    pub(crate) day: Option<String>,
    pub(crate) confidence: Option<f64>,
    /// Source and place in it.
    pub(crate) cite: Option<String>,
}

impl Statement {
    /// What a relationship says; `None` when it is not there.
    pub(crate) fn read(graph: &Version, rel: RelId) -> Option<Statement> {
        let (start, end) = graph.endpoints(rel)?;
        let said = |key: &str| {
            let value = graph.rel_property_named(rel, key);
            (!value.is_null()).then_some(value)
        };
        let text = |key: &str| said(key).map(|value| to_text(&value));
        let rel_type = graph.catalog().rel_type_name(rel.rel_type);
        let cite: Vec<String> = ["source", "locator"].iter().filter_map(|key| text(key)).collect();
        Some(Statement {
            rel,
            start,
            end,
            verb: format::verb(rel_type),
            stance: Stance::of(rel_type),
            day: ["date", "since"].iter().find_map(|key| dated(key, text)),
            confidence: said("confidence").and_then(|value| match value {
                Value::Float(number) => Some(number),
                Value::Int(number) => Some(number as f64),
                _ => None,
            }),
            cite: (!cite.is_empty()).then(|| format!("[{}]", cite.join(" "))),
        })
    }
}
