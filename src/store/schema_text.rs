//! Indexes and constraints as the statements that make them.

use super::{Catalog, ConstraintDefinition, IndexDefinition, SchemaTarget};
use crate::value::KeyId;
use crate::value::format::name;

impl IndexDefinition {
    /// The statement that makes the index.
    pub fn statement(&self, catalog: &Catalog) -> String {
        let head = format!("CREATE {} INDEX {}", self.kind.as_str(), name(&self.name));
        format!("{head} FOR {} ON ({})", element(catalog, self.target), keys(catalog, &self.keys))
    }
}

impl ConstraintDefinition {
    /// The statement that makes the constraint, and with it the index that it has.
    pub fn statement(&self, catalog: &Catalog) -> String {
        let head = format!("CREATE CONSTRAINT {}", name(&self.name));
        let (element, keys) = (element(catalog, self.target), keys(catalog, &self.keys));
        format!("{head} FOR {element} REQUIRE ({keys}) {}", self.kind)
    }
}

fn element(catalog: &Catalog, target: SchemaTarget) -> String {
    let name = name(target.name(catalog));
    if target.is_node() { format!("(n:{name})") } else { format!("()-[n:{name}]-()") }
}

fn keys(catalog: &Catalog, keys: &[KeyId]) -> String {
    let key = |key: &KeyId| format!("n.{}", name(catalog.key_name(*key)));
    keys.iter().map(key).collect::<Vec<_>>().join(", ")
}
