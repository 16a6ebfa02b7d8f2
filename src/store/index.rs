//! Property indexes: what they contain, and what can be looked up in them.
//!
//! An index keeps the values of its keys with whoever has them in a persistent sorted tree, so that a version's indexes
//! are as cheap to clone and to change as the rest of it. Values stand in the total order of values; what is looked up
//! is meant as `=`, `<` and their kin mean it, and what is found may be a little more: the operators decide. Where many
//! would be in it, values are looked through some times before they are gathered. It does not know where values come from.

use super::schema::{IndexDefinition, IndexKind};
use super::search::Searches;
use super::tree::{Entry, Tree};
use super::{SchemaTarget, Version};
use crate::value::compare::{equals, kind_order, order};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

/// An index with its contents.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) definition: Arc<IndexDefinition>,
    /// The contents, once they were gathered. Versions that share an index have the same in it: one that changes keeps an
    /// index to itself that nobody has gathered.
    pub(super) tree: OnceLock<Tree>,
    /// How often values were looked through instead.
    searches: Searches,
}

/// So few nodes or relationships are gathered at once.
const FEW: u64 = if cfg!(test) { 1 << 6 } else { 1 << 16 };

/// What is looked for in an index.
#[derive(Clone, Debug)]
pub enum Seek<'a> {
    /// Those whose values equal these, one for each key.
    Equal(&'a [Value]),
    /// Those whose value lies between these bounds, where there are any; `true` when the bound itself belongs to it.
    Range {
        /// The least.
        lower: Option<(&'a Value, bool)>,
        /// The greatest.
        upper: Option<(&'a Value, bool)>,
    },
    /// Those whose value is a text that begins with this.
    Prefix(&'a str),
    /// All.
    All,
}

/// Where values lie relative to what is looked for: before it, in it, or after it.
pub(super) type Place<'a> = Box<dyn Fn(&Value) -> Ordering + 'a>;

impl Seek<'_> {
    /// `None` when nothing can be found.
    pub(super) fn place(&self) -> Option<Place<'_>> {
        match self {
            Seek::All => Some(Box::new(|_| Ordering::Equal)),
            Seek::Prefix(prefix) => Some(Box::new(|value| place_of_prefix(value, prefix))),
            Seek::Equal([value]) => self_equal(value).then(|| -> Place<'_> { Box::new(|other| order(other, value)) }),
            Seek::Equal(values) => {
                let all = values.iter().all(self_equal);
                all.then(|| -> Place<'_> { Box::new(|other| order_of_parts(other, values)) })
            }
            Seek::Range { lower: None, upper: None } => None,
            Seek::Range { lower, upper } => place_of_range(*lower, *upper),
        }
    }
}

/// Whether `value = value`: not so for null, NaN, and what contains them.
pub(super) fn self_equal(value: &Value) -> bool {
    equals(value, value) == Some(true)
}

fn place_of_prefix(value: &Value, prefix: &str) -> Ordering {
    match value.as_str() {
        Some(text) if text.starts_with(prefix) => Ordering::Equal,
        Some(text) => text.cmp(prefix),
        None => kind_order(value, &Value::string("")),
    }
}

fn order_of_parts(value: &Value, parts: &[Value]) -> Ordering {
    let Value::List(items) = value else { return Ordering::Less };
    let different = items.iter().zip(parts).map(|(item, part)| order(item, part)).find(|order| order.is_ne());
    different.unwrap_or(Ordering::Equal)
}

/// A range within the kind of value that its bounds are of; values of other kinds are never `<` or `>`.
fn place_of_range<'a>(lower: Option<(&'a Value, bool)>, upper: Option<(&'a Value, bool)>) -> Option<Place<'a>> {
    let (kind, _) = lower.or(upper)?;
    let comparable = |bound: Option<(&Value, bool)>| {
        bound.is_none_or(|(value, _)| self_equal(value) && kind_order(value, kind).is_eq())
    };
    if !comparable(lower) || !comparable(upper) {
        return None;
    }
    Some(Box::new(move |value| {
        let before = |(bound, within): (&Value, bool)| {
            order(value, bound) < Ordering::Equal || !within && order(value, bound).is_eq()
        };
        let after = |(bound, within): (&Value, bool)| {
            order(value, bound) > Ordering::Equal || !within && order(value, bound).is_eq()
        };
        match kind_order(value, kind) {
            Ordering::Equal if lower.is_some_and(before) => Ordering::Less,
            Ordering::Equal if upper.is_some_and(after) => Ordering::Greater,
            kinds => kinds,
        }
    }))
}

impl Index {
    /// An index whose contents are made when they are needed.
    pub(super) fn new(definition: Arc<IndexDefinition>) -> Index {
        Index { definition, tree: OnceLock::new(), searches: Searches::default() }
    }
}

/// The identifiers of what is found, ascending.
fn found_in(tree: &Tree, seek: &Seek<'_>) -> Vec<u32> {
    let mut found = Vec::new();
    if let Some(place) = seek.place() {
        tree.scan(&*place, &mut |entry| {
            found.push(entry.id);
            true
        });
    }
    found.sort_unstable();
    found
}

/// What an index has of an owner of properties: its value, or a list of its values when there are several keys. `None`
/// when one is absent, or of no kind that the index takes.
pub(super) fn key_of(definition: &IndexDefinition, property: impl Fn(KeyId) -> Value) -> Option<Value> {
    let value = match definition.keys.as_slice() {
        [key] => property(*key),
        keys => {
            let values: Vec<Value> = keys.iter().map(|key| property(*key)).collect();
            if values.iter().any(Value::is_null) { Value::Null } else { Value::list(values) }
        }
    };
    let fits = match definition.kind {
        IndexKind::Range => !value.is_null(),
        IndexKind::Text => matches!(value, Value::String(_)),
    };
    fits.then_some(value)
}

/// Looking up.
impl Version {
    /// The indexes, in order of creation.
    pub fn indexes(&self) -> impl Iterator<Item = &Arc<IndexDefinition>> {
        self.schema.indexes.iter().map(|index| &index.definition)
    }

    /// The indexes that no constraint has brought with it, in order of creation.
    pub fn own_indexes(&self) -> impl Iterator<Item = &Arc<IndexDefinition>> {
        self.indexes().filter(|index| self.owning_constraint(&index.name).is_none())
    }

    /// What an index finds, in ascending order: nodes, or rows of its relationship type. It may find more than is meant,
    /// never less. `None` when there is no index of that name.
    pub fn seek(&self, index: &str, seek: &Seek<'_>) -> Option<Vec<u32>> {
        self.index(index).map(|index| self.found(index, seek))
    }

    fn found(&self, index: &Index, seek: &Seek<'_>) -> Vec<u32> {
        if let Some(tree) = self.known_tree(index) {
            return found_in(tree, seek);
        }
        index.searches.count();
        self.search(&index.definition, seek).unwrap_or_else(|| found_in(self.tree_of(index), seek))
    }

    /// The first that an index finds besides the given one.
    pub(super) fn find_other(&self, index: &str, seek: &Seek<'_>, id: u32) -> Option<u32> {
        let index = self.index(index)?;
        let Some(tree) = self.known_tree(index) else {
            return self.found(index, seek).into_iter().find(|other| *other != id);
        };
        let (place, mut other) = (seek.place()?, None);
        tree.scan(&*place, &mut |entry| {
            other = (entry.id != id).then_some(entry.id);
            other.is_none()
        });
        other
    }

    /// How many an index finds: about so many, guessed from samples, where its contents are not gathered.
    pub fn count_found(&self, index: &str, seek: &Seek<'_>) -> u64 {
        let Some(index) = self.index(index) else { return 0 };
        match self.known_tree(index) {
            Some(tree) => seek.place().map_or(0, |place| tree.count(&*place)),
            None => self.guess_found(&index.definition, seek) as u64,
        }
    }

    /// How many nodes or relationships an index has, and how many of them have the same value on average: about so many,
    /// guessed from samples, where its contents are not gathered.
    pub fn index_spread(&self, index: &str) -> (f64, f64) {
        let Some(index) = self.index(index) else { return (0.0, 0.0) };
        match self.known_tree(index) {
            Some(tree) => (tree.len() as f64, tree.len() as f64 / tree.distinct().max(1) as f64),
            None => self.guess_spread(&index.definition),
        }
    }

    /// How many nodes or relationships an index has, and how many different values they have.
    pub fn index_size(&self, index: &str) -> (u64, u64) {
        let tree = self.index(index).map(|index| self.tree_of(index));
        tree.map_or((0, 0), |tree| (tree.len(), tree.distinct()))
    }

    fn index(&self, name: &str) -> Option<&Index> {
        self.schema.indexes.iter().find(|index| &*index.definition.name == name)
    }

    /// What an index contains, when it was gathered or it is time to do so.
    fn known_tree<'a>(&self, index: &'a Index) -> Option<&'a Tree> {
        let due = || index.searches.were_many() || self.population(index.definition.target) < FEW;
        index.tree.get().or_else(|| due().then(|| self.tree_of(index)))
    }

    /// How many could be in an index.
    pub(super) fn population(&self, target: SchemaTarget) -> u64 {
        match target {
            SchemaTarget::Label(label) => self.label_count(label),
            SchemaTarget::RelType(rel_type) => self.rel_type_count(rel_type),
        }
    }

    /// What one of the version's indexes contains, gathered now where nobody did.
    pub(super) fn tree_of<'a>(&self, index: &'a Index) -> &'a Tree {
        index.tree.get_or_init(|| self.build_tree(&index.definition))
    }

    /// Makes the version ready for a change: indexes that are not gathered, nor are to be now, it has to itself.
    pub(super) fn part_indexes(&mut self) {
        let gathered = self.schema.indexes.iter().filter(|index| self.known_tree(index).is_some());
        if gathered.count() < self.schema.indexes.len() {
            Arc::make_mut(&mut self.schema);
        }
    }

    /// The same for many changes at once, each of which may be in an index on one of these: those are gathered.
    pub(super) fn finish_indexes(&mut self, targets: &[SchemaTarget]) {
        let concerned = self.schema.indexes.iter().filter(|index| targets.contains(&index.definition.target));
        concerned.for_each(|index| _ = self.tree_of(index));
        self.part_indexes();
    }

    /// What an index of what there is contains.
    pub(super) fn build_tree(&self, definition: &IndexDefinition) -> Tree {
        Tree::build(match definition.target {
            SchemaTarget::Label(label) => self.entries_of_nodes(definition, label),
            SchemaTarget::RelType(rel_type) => self.entries_of_rels(definition, rel_type),
        })
    }

    fn entries_of_nodes(&self, definition: &IndexDefinition, label: LabelId) -> Vec<Entry> {
        let value = |node: NodeId| key_of(definition, |key| self.node_property(node, key));
        self.nodes_of(Some(label)).filter_map(|node| Some(Entry { value: value(node)?, id: node.0 })).collect()
    }

    fn entries_of_rels(&self, definition: &IndexDefinition, rel_type: RelTypeId) -> Vec<Entry> {
        let value = |rel: RelId| key_of(definition, |key| self.rel_property(rel, key));
        self.rel_ids(rel_type).filter_map(|rel| Some(Entry { value: value(rel)?, id: rel.row })).collect()
    }
}
