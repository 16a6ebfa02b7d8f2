//! Groups of rows that agree in their keys, numbered in order of first appearance.

use super::column::Column;
use super::context::Context;
use super::memory::Held;
use crate::error::{Error, Result};
use crate::value::{Value, compare, share_bytes};
use hashbrown::{HashMap, HashTable};
use std::hash::{BuildHasher, Hasher};

type State = foldhash::fast::FixedState;

/// About how many bytes the table takes for a group besides the keys.
const ENTRY_BYTES: u64 = 48;

/// The groups met so far.
#[derive(Default)]
pub(super) struct Groups {
    index: Index,
    /// The keys of all groups, one after another.
    keys: Vec<Value>,
    count: u32,
    state: State,
    held: Held,
}

/// How a group is found.
#[derive(Default)]
enum Index {
    #[default]
    Empty,
    /// All keys are single nodes.
    Nodes(HashMap<u32, u32, State>),
    /// All keys are single integers.
    Ints(HashMap<i64, u32, State>),
    /// By hash of all keys.
    General(HashTable<u32>),
}

impl Groups {
    /// The number of the group of a row with these keys, and whether it is new.
    pub(super) fn insert(&mut self, cx: &Context, columns: &[&Column], position: usize) -> Result<(usize, bool)> {
        match columns {
            [Column::Nodes(nodes)] => self.insert_node(cx, nodes.get(position).copied().unwrap_or_default()),
            [Column::Ints(numbers)] => self.insert_int(cx, numbers.get(position).copied().unwrap_or_default()),
            _ => self.insert_values(cx, columns.iter().map(|column| column.get(position)).collect()),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// The keys of all groups, one after another.
    pub(super) fn keys(&self) -> &[Value] {
        &self.keys
    }

    pub(super) fn clear(&mut self) {
        self.index = Index::Empty;
        self.keys.clear();
        self.count = 0;
        self.held.release();
    }

    fn insert_node(&mut self, cx: &Context, node: u32) -> Result<(usize, bool)> {
        if let Index::Empty = self.index {
            self.index = Index::Nodes(HashMap::default());
        }
        let Index::Nodes(map) = &mut self.index else {
            return self.insert_values(cx, vec![Value::Node(crate::value::NodeId(node))]);
        };
        let group = *map.entry(node).or_insert(self.count);
        if group < self.count {
            return Ok((group as usize, false));
        }
        self.add(cx, vec![Value::Node(crate::value::NodeId(node))])
    }

    fn insert_int(&mut self, cx: &Context, number: i64) -> Result<(usize, bool)> {
        if let Index::Empty = self.index {
            self.index = Index::Ints(HashMap::default());
        }
        let Index::Ints(map) = &mut self.index else {
            return self.insert_values(cx, vec![Value::Int(number)]);
        };
        let group = *map.entry(number).or_insert(self.count);
        if group < self.count {
            return Ok((group as usize, false));
        }
        self.add(cx, vec![Value::Int(number)])
    }

    fn insert_values(&mut self, cx: &Context, values: Vec<Value>) -> Result<(usize, bool)> {
        self.generalise(values.len());
        let hash = hash_of(&self.state, &values);
        let (keys, width, state) = (&self.keys, values.len(), &self.state);
        let Index::General(table) = &mut self.index else {
            return Err(Error::internal("groups have lost their index"));
        };
        if let Some(&group) = table.find(hash, |&group| equal(group_keys(keys, width, group), &values)) {
            return Ok((group as usize, false));
        }
        table.insert_unique(hash, self.count, |&group| hash_of(state, group_keys(keys, width, group)));
        self.add(cx, values)
    }

    /// Goes over to the index that takes any keys.
    fn generalise(&mut self, width: usize) {
        if matches!(self.index, Index::General(_)) {
            return;
        }
        let mut table = HashTable::new();
        for group in 0..self.count {
            let hash = hash_of(&self.state, group_keys(&self.keys, width, group));
            table.insert_unique(hash, group, |&other| hash_of(&self.state, group_keys(&self.keys, width, other)));
        }
        self.index = Index::General(table);
    }

    fn add(&mut self, cx: &Context, values: Vec<Value>) -> Result<(usize, bool)> {
        self.held.grow(cx, ENTRY_BYTES + values.iter().map(|value| share_bytes(value, 1)).sum::<u64>())?;
        cx.tick()?;
        let group = self.count;
        self.count = group.checked_add(1).ok_or_else(super::chunk::too_many_rows)?;
        self.keys.extend(values);
        Ok((group as usize, true))
    }
}

fn group_keys(keys: &[Value], width: usize, group: u32) -> &[Value] {
    let start = group as usize * width;
    keys.get(start..start + width).unwrap_or_default()
}

fn hash_of(state: &State, values: &[Value]) -> u64 {
    let mut hasher = state.build_hasher();
    for value in values {
        compare::group_hash(value, &mut hasher);
    }
    hasher.finish()
}

fn equal(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| compare::group_eq(left, right))
}
