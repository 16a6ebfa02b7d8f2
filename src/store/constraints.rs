//! The schema of a version: making and dropping indexes and constraints, and checking constraints.
//!
//! A constraint is checked as a whole when it is made, and afterwards for those alone whom a change may have made
//! violate it. It does not know when a statement ends: whoever publishes a version has it checked before.

use super::index::{Index, self_equal};
use super::record::Change;
use super::schema::{
    ConstraintDefinition, ConstraintKind, IndexDefinition, MAX_SCHEMA, MAX_SCHEMA_KEYS, RuleDefinition, SchemaKind,
};
use super::{SchemaTarget, Seek, Version};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::text::nearest;
use crate::value::{KeyId, NodeId, RelId, Value, format};
use std::sync::Arc;

/// Indexes, constraints and rules in order of creation, and who may violate one.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub(super) indexes: Vec<Index>,
    pub(super) constraints: Vec<Arc<ConstraintDefinition>>,
    pub(super) rules: Vec<Arc<RuleDefinition>>,
    pub(super) suspects: Vec<Suspect>,
}

impl Schema {
    /// Whether nothing is kept in step with properties.
    pub(super) fn is_empty(&self) -> bool {
        self.indexes.is_empty() && self.constraints.is_empty()
    }
}

/// Whose properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Node(NodeId),
    Rel(RelId),
}

impl Owner {
    /// Its identifier among the nodes, or among the relationships of its type.
    pub(super) fn id(self) -> u32 {
        match self {
            Owner::Node(node) => node.0,
            Owner::Rel(rel) => rel.row,
        }
    }

    pub(super) fn of(target: SchemaTarget, id: u32) -> Owner {
        match target {
            SchemaTarget::Label(_) => Owner::Node(NodeId(id)),
            SchemaTarget::RelType(rel_type) => Owner::Rel(RelId { rel_type, row: id }),
        }
    }
}

/// Who violated a constraint after one of a statement's changes.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    pub(super) constraint: Arc<ConstraintDefinition>,
    pub(super) owner: Owner,
}

/// Indexes.
impl Version {
    /// Creates an index and fills it.
    ///
    /// # Errors
    /// `SemanticError`/`SchemaNameTaken` when another index or constraint has the name, `SchemaExists` when there is such
    /// an index, `ArgumentError` when the definition is of no use.
    pub fn create_index(&mut self, definition: IndexDefinition) -> Result<()> {
        self.check_definition(&definition.name, definition.target, &definition.keys)?;
        if let Some(other) = self.equivalent_index(&definition) {
            return Err(self.exists(&format!("the index `{other}` is the same")));
        }
        if self.schema.indexes.len() >= MAX_SCHEMA {
            return Err(too_many("indexes"));
        }
        let definition = Arc::new(definition);
        Arc::make_mut(&mut self.schema).indexes.push(Index::new(Arc::clone(&definition)));
        self.note(|| Change::CreateIndex(definition));
        Ok(())
    }

    /// Drops an index; whether there was one.
    ///
    /// # Errors
    /// `SemanticError`/`SchemaInUse` when it belongs to a constraint.
    pub fn drop_index(&mut self, name: &str) -> Result<bool> {
        if self.owning_constraint(name).is_some() {
            let message = format!("the index `{name}` belongs to the constraint `{name}`");
            let error = Error::runtime(ErrorType::SemanticError, Detail::SchemaInUse, message);
            return Err(error.hint(format!("`DROP CONSTRAINT {name}` drops both")));
        }
        let dropped = self.remove_index(name);
        if dropped {
            self.note(|| Change::DropIndex(Arc::from(name)));
        }
        Ok(dropped)
    }

    /// The index that has the same kind, target and keys.
    pub fn equivalent_index(&self, definition: &IndexDefinition) -> Option<&Arc<str>> {
        let same = |other: &&Arc<IndexDefinition>| {
            (other.kind, other.target, &other.keys) == (definition.kind, definition.target, &definition.keys)
        };
        self.indexes().find(same).map(|index| &index.name)
    }

    /// The constraint that an index belongs to.
    pub fn owning_constraint(&self, index: &str) -> Option<&Arc<ConstraintDefinition>> {
        self.constraints().find(|constraint| &*constraint.name == index && constraint.kind.is_unique())
    }

    /// Whether an index, a constraint or a rule has the name.
    pub fn has_schema_name(&self, name: &str) -> bool {
        self.indexes().any(|index| &*index.name == name)
            || self.constraints().any(|other| &*other.name == name)
            || self.rules().iter().any(|rule| &*rule.name == name)
    }

    /// The known name that is nearest to one that is not known, for messages.
    pub fn nearest_schema_name(&self, name: &str, kind: SchemaKind) -> Option<&str> {
        let names: Vec<&str> = match kind {
            SchemaKind::Constraint => self.constraints().map(|each| &*each.name).collect(),
            SchemaKind::Index => self.indexes().map(|each| &*each.name).collect(),
            SchemaKind::Rule => self.rules().iter().map(|each| &*each.name).collect(),
        };
        nearest(name, names)
    }

    fn remove_index(&mut self, name: &str) -> bool {
        let Some(at) = self.indexes().position(|index| &*index.name == name) else { return false };
        Arc::make_mut(&mut self.schema).indexes.remove(at);
        true
    }
}

/// Constraints.
impl Version {
    /// The constraints, in order of creation.
    pub fn constraints(&self) -> impl Iterator<Item = &Arc<ConstraintDefinition>> {
        self.schema.constraints.iter()
    }

    /// Creates a constraint, and the index it needs, if nothing violates it.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed` when something does; `SemanticError` and `ArgumentError` as for
    /// [`Version::create_index`].
    pub fn create_constraint(&mut self, definition: ConstraintDefinition) -> Result<()> {
        let definition = self.prepare_constraint(definition)?;
        if let Some(owner) = self.first_violation(&definition) {
            let (detail, message) = self.violation(&definition, owner);
            self.remove_index(&definition.name);
            let message = format!("the constraint `{}` cannot be created: {message}", definition.name);
            return Err(Error::runtime(ErrorType::ConstraintVerificationFailed, detail, message));
        }
        self.add_constraint(definition);
        Ok(())
    }

    /// Takes up a constraint to which everything held when it was saved.
    ///
    /// # Errors
    /// `SemanticError` and `ArgumentError` as for [`Version::create_index`].
    pub(crate) fn restore_constraint(&mut self, definition: ConstraintDefinition) -> Result<()> {
        let definition = self.prepare_constraint(definition)?;
        self.add_constraint(definition);
        Ok(())
    }

    fn add_constraint(&mut self, definition: Arc<ConstraintDefinition>) {
        Arc::make_mut(&mut self.schema).constraints.push(Arc::clone(&definition));
        self.note(|| Change::CreateConstraint(definition));
    }

    /// Makes the index that a constraint needs, when there can be such a constraint.
    fn prepare_constraint(&mut self, definition: ConstraintDefinition) -> Result<Arc<ConstraintDefinition>> {
        self.check_definition(&definition.name, definition.target, &definition.keys)?;
        if let Some(other) = self.equivalent_constraint(&definition) {
            return Err(self.exists(&format!("the constraint `{other}` is the same")));
        }
        if self.schema.constraints.len() >= MAX_SCHEMA {
            return Err(too_many("constraints"));
        }
        if let Some(index) = definition.index() {
            if let Some(other) = self.equivalent_index(&index) {
                let error = self.exists(&format!("the index `{other}` has the same properties"));
                return Err(error.hint("a constraint on uniqueness brings its own index: drop the other first"));
            }
            Arc::make_mut(&mut self.schema).indexes.push(Index::new(Arc::new(index)));
        }
        Ok(Arc::new(definition))
    }

    /// Drops a constraint with its index; whether there was one.
    pub fn drop_constraint(&mut self, name: &str) -> bool {
        let Some(at) = self.constraints().position(|constraint| &*constraint.name == name) else { return false };
        let constraint = Arc::make_mut(&mut self.schema).constraints.remove(at);
        if constraint.kind.is_unique() {
            self.remove_index(name);
        }
        self.note(|| Change::DropConstraint(Arc::from(name)));
        true
    }

    /// The constraint that has the same kind, target and keys.
    pub fn equivalent_constraint(&self, definition: &ConstraintDefinition) -> Option<&Arc<str>> {
        let same = |other: &&Arc<ConstraintDefinition>| {
            (&other.kind, other.target, &other.keys) == (&definition.kind, definition.target, &definition.keys)
        };
        self.constraints().find(same).map(|constraint| &constraint.name)
    }

    /// Checks that what was changed since the last time violates no constraint.
    ///
    /// # Errors
    /// `ConstraintValidationFailed` when it does, naming the constraint, who violates it, and the value.
    pub fn check_constraints(&mut self) -> Result<()> {
        if self.schema.suspects.is_empty() {
            return Ok(());
        }
        let suspects = std::mem::take(&mut Arc::make_mut(&mut self.schema).suspects);
        let still = |suspect: &&Suspect| {
            self.constraints().any(|each| Arc::ptr_eq(each, &suspect.constraint))
                && self.violates(&suspect.constraint, suspect.owner)
        };
        let Some(suspect) = suspects.iter().find(still) else { return Ok(()) };
        let (detail, message) = self.violation(&suspect.constraint, suspect.owner);
        let message = format!("the constraint `{}` does not allow this: {message}", suspect.constraint.name);
        Err(Error::runtime(ErrorType::ConstraintValidationFailed, detail, message))
    }

    /// Whether an owner of properties violates a constraint now.
    pub(super) fn violates(&self, constraint: &ConstraintDefinition, owner: Owner) -> bool {
        if !self.belongs(owner, constraint.target) {
            return false;
        }
        let value = |key: &KeyId| self.property_of(owner, *key);
        match &constraint.kind {
            ConstraintKind::Exists => constraint.keys.iter().any(|key| value(key).is_null()),
            ConstraintKind::Unique => self.twin(constraint, owner).is_some(),
            ConstraintKind::Key => {
                constraint.keys.iter().any(|key| value(key).is_null()) || self.twin(constraint, owner).is_some()
            }
            ConstraintKind::Type(types) => {
                let fits = |value: &Value| value.is_null() || types.iter().any(|each| each.fits(value));
                constraint.keys.iter().any(|key| !fits(&value(key)))
            }
        }
    }

    /// Another one with the same values.
    fn twin(&self, constraint: &ConstraintDefinition, owner: Owner) -> Option<Owner> {
        let values: Vec<Value> = constraint.keys.iter().map(|key| self.property_of(owner, *key)).collect();
        if !values.iter().all(self_equal) {
            return None;
        }
        let other = self.find_other(&constraint.name, &Seek::Equal(&values), owner.id());
        other.map(|id| Owner::of(constraint.target, id))
    }

    fn first_violation(&self, constraint: &ConstraintDefinition) -> Option<Owner> {
        let (size, distinct) = self.index_size(&constraint.name);
        if constraint.kind == ConstraintKind::Unique && size == distinct {
            return None;
        }
        match constraint.target {
            SchemaTarget::Label(label) => {
                self.nodes_of(Some(label)).map(Owner::Node).find(|owner| self.violates(constraint, *owner))
            }
            SchemaTarget::RelType(rel_type) => {
                self.rel_ids(rel_type).map(Owner::Rel).find(|owner| self.violates(constraint, *owner))
            }
        }
    }

    /// The code and the words for a violation.
    fn violation(&self, constraint: &ConstraintDefinition, owner: Owner) -> (Detail, String) {
        let key = |key: &KeyId| format!("`{}`", self.catalog.key_name(*key));
        let who = self.describe(owner);
        if let Some(twin) = self.twin(constraint, owner).filter(|_| constraint.kind.is_unique()) {
            let values = constraint
                .keys
                .iter()
                .map(|each| format!("{} = {}", key(each), shown(&self.property_of(owner, *each))));
            let values: Vec<String> = values.collect();
            let message = format!("{who} and {} both have {}", self.describe(twin), values.join(", "));
            return (Detail::PropertyNotUnique, message);
        }
        if let ConstraintKind::Type(types) = &constraint.kind {
            let value = constraint.keys.first().map(|key| self.property_of(owner, *key)).unwrap_or_default();
            let keys: Vec<String> = constraint.keys.iter().map(key).collect();
            let types: Vec<String> = types.iter().map(ToString::to_string).collect();
            let (keys, types) = (keys.join(", "), types.join(" | "));
            let message = format!("{who} has {keys} = {}, which is no {types}", shown(&value));
            return (Detail::PropertyOfWrongType, message);
        }
        let missing = constraint.keys.iter().filter(|key| self.property_of(owner, **key).is_null());
        let missing: Vec<String> = missing.map(key).collect();
        (Detail::PropertyMissing, format!("{who} has no {}", missing.join(", ")))
    }

    /// A node or relationship in words: what it is, and its name where it has one.
    fn describe(&self, owner: Owner) -> String {
        let (kind, number, labels) = match owner {
            Owner::Node(node) => {
                let labels = self.node_labels(node).into_iter().map(|label| self.catalog.label_name(label));
                ("node", node.0, labels.map(|label| format!(":{label}")).collect::<String>())
            }
            Owner::Rel(rel) => ("relationship", rel.row, format!(":{}", self.catalog.rel_type_name(rel.rel_type))),
        };
        let name = self.naming.name.map(|key| self.property_of(owner, key)).unwrap_or_default();
        match name.as_str() {
            Some(name) => format!("{kind} {number} ({labels} `{name}`)"),
            None => format!("{kind} {number} ({labels})"),
        }
    }
}

/// Checks of definitions.
impl Version {
    fn check_definition(&self, name: &str, target: SchemaTarget, keys: &[KeyId]) -> Result<()> {
        let known_target = match target {
            SchemaTarget::Label(label) => (label.0 as usize) < self.catalog.label_count(),
            SchemaTarget::RelType(rel_type) => (rel_type.0 as usize) < self.catalog.rel_type_count(),
        };
        if !known_target || keys.iter().any(|key| key.0 as usize >= self.catalog.key_count()) {
            return Err(Error::internal("an index or constraint names what has no identifier"));
        }
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if keys.is_empty() || sorted.len() != keys.len() || keys.len() > MAX_SCHEMA_KEYS {
            let message = format!("an index or constraint needs 1 to {MAX_SCHEMA_KEYS} different properties");
            return Err(Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message));
        }
        self.check_schema_name(name)
    }

    /// Whether a name is free for something of the schema.
    pub(super) fn check_schema_name(&self, name: &str) -> Result<()> {
        if !self.has_schema_name(name) {
            return Ok(());
        }
        if self.rules().iter().any(|rule| &*rule.name == name) {
            let message = format!("there is a rule called `{name}` already");
            let error = Error::runtime(ErrorType::SemanticError, Detail::SchemaNameTaken, message);
            return Err(error.hint("choose another name; `CREATE OR REPLACE RULE` replaces a rule"));
        }
        let message = format!("there is an index or constraint called `{name}` already");
        let error = Error::runtime(ErrorType::SemanticError, Detail::SchemaNameTaken, message);
        Err(error.hint("choose another name, or none"))
    }

    fn exists(&self, message: &str) -> Error {
        Error::runtime(ErrorType::SemanticError, Detail::SchemaExists, message)
    }
}

pub(super) fn too_many(what: &str) -> Error {
    let message = format!("a graph has at most {MAX_SCHEMA} {what}");
    Error::runtime(ErrorType::ResourceLimit, Detail::SchemaLimit, message)
}

/// The most characters of a value that a message shows.
const SHOWN: usize = 60;

/// A value as it is written in a query, cut when it is long.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => format::quoted(text),
        other => format::to_text(other),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
