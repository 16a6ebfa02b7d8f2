//! Making a graph of whole columns: what an import has read, put together on several threads.
//!
//! Nodes come by set of labels, relationships by type, properties as typed columns. The result is that of creating the
//! same nodes and relationships one by one, only that relationships of a type have rows in order of start and end. It is
//! for a version that nobody records and that has no indexes and constraints yet.

use super::change::absent;
use super::column::Column;
use super::relationships::RelTable;
use super::restore;
use super::storable::check_storable;
use super::{SEGMENT, Version};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::temporal::Date;
use crate::value::{KeyId, NodeId, RelTypeId, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// Values of one property, in order.
#[derive(Clone, Debug)]
pub enum Values {
    /// Truth values.
    Bools(Vec<bool>),
    /// Integers.
    Ints(Vec<i64>),
    /// Floats.
    Floats(Vec<f64>),
    /// Days since 1970-01-01.
    Dates(Vec<i64>),
    /// Texts. Equal ones take less room when they are the same allocation.
    Texts(Vec<Arc<str>>),
    /// Texts that stand one after another.
    Joined(JoinedTexts),
    /// Texts of which many are equal.
    Coded(CodedTexts),
    /// Anything that a property can hold; none is null.
    Mixed(Vec<Value>),
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Bools(values) => values.len(),
            Values::Ints(values) | Values::Dates(values) => values.len(),
            Values::Floats(values) => values.len(),
            Values::Texts(values) => values.len(),
            Values::Joined(texts) => texts.ends.len(),
            Values::Coded(texts) => texts.codes.len(),
            Values::Mixed(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at an index.
    pub fn get(&self, index: usize) -> Value {
        match self {
            Values::Bools(values) => Value::Bool(values[index]),
            Values::Ints(values) => Value::Int(values[index]),
            Values::Floats(values) => Value::Float(values[index]),
            Values::Dates(values) => Value::Date(Date { days: values[index] }),
            Values::Texts(values) => Value::String(Arc::clone(&values[index])),
            Values::Joined(texts) => Value::string(texts.get(index)),
            Values::Coded(texts) => Value::String(Arc::clone(texts.get(index))),
            Values::Mixed(values) => values[index].clone(),
        }
    }

    /// Leaves so many of them, the first ones.
    pub fn truncate(&mut self, length: usize) {
        match self {
            Values::Bools(values) => values.truncate(length),
            Values::Ints(values) | Values::Dates(values) => values.truncate(length),
            Values::Floats(values) => values.truncate(length),
            Values::Texts(values) => values.truncate(length),
            Values::Joined(texts) => texts.truncate(length),
            Values::Coded(texts) => texts.codes.truncate(length),
            Values::Mixed(values) => values.truncate(length),
        }
    }

    /// All of them as values.
    pub fn into_values(self) -> Vec<Value> {
        match self {
            Values::Mixed(values) => values,
            other => (0..other.len()).map(|index| other.get(index)).collect(),
        }
    }

    /// Whether a property can hold each of them.
    pub(super) fn check_storable(&self) -> Result<()> {
        match self {
            Values::Mixed(values) if values.iter().any(Value::is_null) => {
                Err(Error::internal("a column of properties has a null"))
            }
            Values::Mixed(values) => values.iter().try_for_each(check_storable),
            _ => Ok(()),
        }
    }
}

/// Texts that stand one after another.
#[derive(Clone, Debug)]
pub struct JoinedTexts {
    text: String,
    ends: Vec<u64>,
}

impl JoinedTexts {
    /// The parts of a text, of which each ends where the next one begins; `None` when they are no such parts.
    pub fn of(text: String, ends: Vec<u64>) -> Option<JoinedTexts> {
        let boundary = |end: &u64| usize::try_from(*end).is_ok_and(|end| text.is_char_boundary(end));
        let whole = ends.last().copied().unwrap_or_default() == text.len() as u64;
        (whole && ends.is_sorted() && ends.iter().all(boundary)).then_some(JoinedTexts { text, ends })
    }

    fn truncate(&mut self, length: usize) {
        self.ends.truncate(length);
        self.text.truncate(self.ends.last().map_or(0, |end| *end as usize));
    }

    /// The text at an index.
    pub fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[index] as usize]
    }
}

/// A code for each of many texts into those that are different.
#[derive(Clone, Debug)]
pub struct CodedTexts {
    pub(super) dictionary: Arc<[Arc<str>]>,
    pub(super) codes: Vec<u32>,
}

impl CodedTexts {
    /// The texts of a dictionary, which has each once, for which codes stand; `None` when a code stands for none.
    pub fn of(dictionary: Arc<[Arc<str>]>, codes: Vec<u32>) -> Option<CodedTexts> {
        codes.iter().all(|code| (*code as usize) < dictionary.len()).then_some(CodedTexts { dictionary, codes })
    }

    /// The text at an index.
    pub fn get(&self, index: usize) -> &Arc<str> {
        &self.dictionary[self.codes[index] as usize]
    }

    /// The different texts, and the code of each.
    pub fn into_parts(self) -> (Arc<[Arc<str>]>, Vec<u32>) {
        (self.dictionary, self.codes)
    }
}

/// A property of many, in their order.
#[derive(Clone, Debug)]
pub struct PropertyColumn {
    /// Its key.
    pub key: KeyId,
    /// The positions of those that have it, ascending; `None` when all do.
    pub having: Option<Vec<u32>>,
    /// Their values.
    pub values: Values,
}

/// Relationships of one type, in any order.
#[derive(Clone, Debug, Default)]
pub struct RelColumns {
    /// Where each starts.
    pub from: Vec<u32>,
    /// Where each ends.
    pub to: Vec<u32>,
    /// Their properties, each key once.
    pub properties: Vec<PropertyColumn>,
}

/// Relationships of one type, ready to become part of a version.
#[derive(Debug)]
pub struct BuiltRels {
    table: RelTable,
}

impl Version {
    /// Sets a property of nodes with ascending identifiers.
    ///
    /// # Errors
    /// As [`Version::load_node_property`].
    pub fn load_node_column(&mut self, nodes: &[u32], column: &PropertyColumn) -> Result<()> {
        let PropertyColumn { key, having, values } = column;
        let chosen = having.as_ref().map(|having| having.iter().map(|at| nodes[*at as usize]).collect::<Vec<u32>>());
        self.load_node_property(*key, chosen.as_deref().unwrap_or(nodes), values)
    }

    /// Builds the relationships of a type that has none yet, on at most so many threads. Several types may be built at
    /// the same time.
    ///
    /// # Errors
    /// When an end does not exist, a value cannot be stored, or there are too many.
    pub fn build_rels(&self, rels: RelColumns, threads: usize) -> Result<BuiltRels> {
        self.check_columns(&rels)?;
        let RelColumns { from, to, properties } = rels;
        let count = from.len() as u32;
        let positions: Vec<u32> = (0..count).collect();
        let columns = restore::RelColumns { rows: &positions, from: &from, to: &to };
        let [from, to, order] = match columns.are_forward() {
            true => [from, to, positions.clone()],
            false => restore::in_forward_order(columns, self.node_bound()).ok_or_else(|| absent("node"))?,
        };
        let forward = restore::RelColumns { rows: &positions, from: &from, to: &to };
        let restored = restore::build_forward(forward, forward, self.node_bound(), threads);
        let restored = restored.ok_or_else(|| absent("node"))?;
        drop((positions, from, to));
        let mut table = RelTable::of(restored, count.into(), count);
        let mut columns: Vec<(KeyId, Vec<Option<Column>>)> = properties.iter().map(|it| (it.key, Vec::new())).collect();
        let task = |(property, (_, columns)): (PropertyColumn, &mut (KeyId, Vec<Option<Column>>))| {
            *columns = columns_of(&property, &order);
        };
        for_each_on(threads, properties.into_iter().zip(&mut columns), task);
        columns.into_iter().for_each(|(key, columns)| table.attach_columns(key, columns));
        self.count_ends(&mut table);
        Ok(BuiltRels { table })
    }

    /// Makes built relationships part of the version.
    ///
    /// # Errors
    /// When the type has relationships already, or somebody has to learn of every single change.
    pub fn attach_rels(&mut self, rel_type: RelTypeId, built: BuiltRels) -> Result<()> {
        let known = (rel_type.0 as usize) < self.catalog().rel_type_count();
        if !known || self.row_bound(rel_type) > 0 || self.record.is_some() || !self.schema.is_empty() {
            return Err(Error::internal("relationships can be attached to a new type of a new graph only"));
        }
        self.install(rel_type, built.table);
        Ok(())
    }

    fn check_columns(&self, rels: &RelColumns) -> Result<()> {
        let count = rels.from.len();
        if count >= u32::MAX as usize {
            let message = "a type has too many relationships";
            return Err(Error::runtime(ErrorType::ResourceLimit, Detail::IdsExhausted, message));
        }
        if rels.from.iter().chain(&rels.to).any(|node| !self.contains_node(NodeId(*node))) {
            return Err(absent("node"));
        }
        let fits = |it: &PropertyColumn| match &it.having {
            None => it.values.len() == count,
            Some(having) => {
                let inside = having.last().is_none_or(|last| (*last as usize) < count);
                inside && having.is_sorted_by(|a, b| a < b) && it.values.len() == having.len()
            }
        };
        if rels.to.len() != count || !rels.properties.iter().all(fits) {
            return Err(Error::internal("columns of relationships differ in length"));
        }
        rels.properties.iter().try_for_each(|property| property.values.check_storable())
    }
}

/// The columns by segment of a property whose owners have rows in a given order of positions.
fn columns_of(property: &PropertyColumn, order: &[u32]) -> Vec<Option<Column>> {
    match &property.having {
        None => order.chunks(SEGMENT as usize).map(|indexes| Some(Column::of_all(&property.values, indexes))).collect(),
        Some(having) => {
            let mut index = vec![u32::MAX; order.len()];
            having.iter().zip(0..).for_each(|(position, at)| index[*position as usize] = at);
            let segment = |rows: &[u32]| {
                let indexes = rows.iter().map(|position| index[*position as usize]).zip(0u16..);
                let (indexes, places): (Vec<u32>, Vec<u16>) = indexes.filter(|(at, _)| *at != u32::MAX).unzip();
                (!places.is_empty()).then(|| Column::of_some(&property.values, &indexes, &places))
            };
            order.chunks(SEGMENT as usize).map(segment).collect()
        }
    }
}

/// Does something with each item, on at most so many threads.
fn for_each_on<T: Send>(threads: usize, items: impl Iterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    let items = Mutex::new(items);
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| std::iter::from_fn(next).for_each(&work));
        }
        std::iter::from_fn(next).for_each(&work);
    });
}
