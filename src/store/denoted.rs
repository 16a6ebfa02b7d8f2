//! The one node that a name denotes, or why there is none: worded here for every language and command.

use super::{Resolution, Version};
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::value::{NodeId, Value};

/// The most names that a message lists.
const LISTED: usize = 5;
/// The most near names that are offered.
const NEAR: usize = 3;

impl Version {
    /// The node that a name or alias denotes.
    ///
    /// # Errors
    /// When there is none, with near names; when there are several, with who they are. `phase` is when it is found out.
    pub fn entity(&self, name: &str, phase: Phase) -> Result<NodeId> {
        match self.resolve(name) {
            Resolution::One(node) => Ok(node),
            Resolution::Unknown => Err(self.unknown_entity(name, phase)),
            Resolution::Ambiguous(nodes) => Err(self.ambiguous_entity(name, &nodes, phase)),
        }
    }

    fn unknown_entity(&self, name: &str, phase: Phase) -> Error {
        let message = format!("no entity is called `{name}`");
        let error = Error::new(ErrorType::EntityNotFound, phase, Detail::UnknownEntity, message);
        let near: Vec<String> = self.similar_names(name, NEAR).iter().map(|near| format!("`{near}`")).collect();
        if near.is_empty() { error } else { error.hint(format!("did you mean {}?", near.join(" or "))) }
    }

    /// The error of a name that several nodes have, with the name and identifier of each.
    pub(crate) fn ambiguous_entity(&self, name: &str, nodes: &[NodeId], phase: Phase) -> Error {
        let listed: Vec<String> = nodes.iter().take(LISTED).map(|node| self.called(*node)).collect();
        let more = if nodes.len() > LISTED { ", …" } else { "" };
        let message = format!("several entities are called `{name}`: {}{more}", listed.join(", "));
        let error = Error::new(ErrorType::SemanticError, phase, Detail::AmbiguousEntity, message);
        error.hint("use a name that only one of them has, or its number: `WHERE id(n) = …`")
    }

    fn called(&self, node: NodeId) -> String {
        match self.node_property_named(node, "name") {
            Value::String(text) => format!("`{text}` ({})", node.0),
            _ => format!("node {}", node.0),
        }
    }
}
