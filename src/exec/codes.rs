//! Values by number: each value that differs from those before gets the next number.
//!
//! Nodes and integers have tables of their own as long as nothing else comes; values that are equal to a grouping get
//! the same number whatever their type.

use super::column::Column;
use super::context::Context;
use super::memory::Held;
use crate::error::{Error, Result};
use crate::value::{NodeId, Value, compare, share_bytes};
use hashbrown::{HashMap, HashTable};
use std::hash::{BuildHasher, Hasher};

type State = foldhash::fast::FixedState;

/// About how many bytes the tables take for a value besides itself.
const ENTRY_BYTES: u64 = 48;
/// From how many nodes on a table of all nodes is used.
const MANY: u32 = 1024;
/// Integers below this are looked up directly.
const SMALL: usize = 4096;
/// What stands for a number not given yet.
const NONE: u32 = u32::MAX;

/// The values met so far.
#[derive(Default)]
pub(super) struct Codes {
    index: Index,
    values: Vec<Value>,
    /// For each value its hash, while values are found by hash.
    hashes: Vec<u64>,
    /// For each value, where it was met first; empty where rows are not handed out in morsels.
    firsts: Vec<u64>,
    state: State,
    held: Held,
}

/// How a value is found.
#[derive(Default)]
enum Index {
    #[default]
    Empty,
    /// All values are nodes.
    Nodes(HashMap<u32, u32, State>),
    /// All values are nodes; by node.
    AllNodes(Vec<u32>),
    /// All values are integers: the small ones by value, the others hashed.
    Ints(Vec<u32>, HashMap<i64, u32, State>),
    /// By hash.
    General(HashTable<u32>),
}

impl Codes {
    /// How many values there are.
    pub(super) fn len(&self) -> u32 {
        self.values.len() as u32
    }

    /// The values, by number.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    pub(super) fn bytes(&self) -> u64 {
        self.held.bytes()
    }

    /// Counts no more in the budget.
    pub(super) fn release(&mut self) {
        self.held.release();
    }

    pub(super) fn clear(&mut self) {
        self.index = Index::Empty;
        self.values.clear();
        self.hashes.clear();
        self.firsts.clear();
        self.held.release();
    }

    /// The number of the value at a position of a column.
    pub(super) fn code(&mut self, cx: &Context, column: &Column, position: usize) -> Result<u32> {
        match column {
            Column::Nodes(nodes) => self.node(cx, nodes.get(position).copied().unwrap_or_default()),
            Column::Ints(numbers) => self.int(cx, numbers.get(position).copied().unwrap_or_default()),
            Column::Values(values) => self.value(cx, values.get(position).unwrap_or(&Value::Null)),
            Column::Constant(value) => self.value(cx, value),
            other => self.value(cx, &other.get(position)),
        }
    }

    /// The number of the value at a position of a column, if it was met.
    pub(super) fn find(&self, column: &Column, position: usize) -> Option<u32> {
        match (&self.index, column) {
            (Index::Empty, _) => None,
            (Index::Nodes(_) | Index::AllNodes(_), Column::Nodes(nodes)) => self.find_node(*nodes.get(position)?),
            (Index::Ints(..), Column::Ints(numbers)) => self.find_int(*numbers.get(position)?),
            (_, Column::Values(values)) => self.find_value(values.get(position)?),
            (_, Column::Constant(value)) => self.find_value(value),
            (_, other) => self.find_value(&other.get(position)),
        }
    }

    fn find_node(&self, node: u32) -> Option<u32> {
        match &self.index {
            Index::Nodes(codes) => codes.get(&node).copied(),
            Index::AllNodes(codes) => codes.get(node as usize).copied().filter(|code| *code != NONE),
            _ => None,
        }
    }

    fn find_int(&self, number: i64) -> Option<u32> {
        let Index::Ints(small, others) = &self.index else { return None };
        match usize::try_from(number).ok().filter(|number| *number < SMALL) {
            Some(number) => small.get(number).copied().filter(|code| *code != NONE),
            None => others.get(&number).copied(),
        }
    }

    fn find_value(&self, value: &Value) -> Option<u32> {
        match (&self.index, value) {
            (Index::General(table), _) => {
                let same = |code: &u32| compare::group_eq(&self.values[*code as usize], value);
                table.find(hash_of(&self.state, value), same).copied()
            }
            (Index::Nodes(_) | Index::AllNodes(_), Value::Node(node)) => self.find_node(node.0),
            (Index::Ints(..), Value::Int(number)) => self.find_int(*number),
            (Index::Ints(..), Value::Float(number)) => self.find_int(compare::exact_int(*number)?),
            _ => None,
        }
    }

    fn node(&mut self, cx: &Context, node: u32) -> Result<u32> {
        if matches!(self.index, Index::Empty) {
            self.index = Index::Nodes(HashMap::default());
        }
        let next = self.len();
        let code = match &mut self.index {
            Index::Nodes(codes) => *codes.entry(node).or_insert(next),
            Index::AllNodes(codes) => {
                let code = &mut codes[node as usize];
                if *code == NONE {
                    *code = next;
                }
                *code
            }
            _ => return self.value(cx, &Value::Node(NodeId(node))),
        };
        if code == next {
            self.add(cx, Value::Node(NodeId(node)))?;
            self.spread(cx)?;
        }
        Ok(code)
    }

    /// Goes over to a table of all nodes once there are many.
    fn spread(&mut self, cx: &Context) -> Result<()> {
        let Index::Nodes(codes) = &self.index else { return Ok(()) };
        if self.len() < MANY {
            return Ok(());
        }
        let bound = cx.graph().node_bound() as usize;
        self.held.grow(cx, 4 * bound as u64)?;
        let mut all = vec![NONE; bound];
        codes.iter().for_each(|(node, code)| all[*node as usize] = *code);
        self.index = Index::AllNodes(all);
        Ok(())
    }

    fn int(&mut self, cx: &Context, number: i64) -> Result<u32> {
        if matches!(self.index, Index::Empty) {
            self.index = Index::Ints(Vec::new(), HashMap::default());
        }
        let next = self.len();
        let Index::Ints(small, others) = &mut self.index else { return self.value(cx, &Value::Int(number)) };
        let code = match usize::try_from(number).ok().filter(|number| *number < SMALL) {
            Some(number) => {
                if small.len() <= number {
                    small.resize(number + 1, NONE);
                }
                let code = &mut small[number];
                if *code == NONE {
                    *code = next;
                }
                *code
            }
            None => *others.entry(number).or_insert(next),
        };
        if code == next {
            self.add(cx, Value::Int(number))?;
        }
        Ok(code)
    }

    fn value(&mut self, cx: &Context, value: &Value) -> Result<u32> {
        self.hashed(cx, value, hash_of(&self.state, value))
    }

    /// The number of a value of a hash.
    fn hashed(&mut self, cx: &Context, value: &Value, hash: u64) -> Result<u32> {
        self.generalise();
        let (values, hashes, next) = (&self.values, &mut self.hashes, self.values.len() as u32);
        let Index::General(table) = &mut self.index else {
            return Err(Error::internal("values have lost their index"));
        };
        if let Some(&code) = table.find(hash, |&code| compare::group_eq(&values[code as usize], value)) {
            return Ok(code);
        }
        hashes.push(hash);
        table.insert_unique(hash, next, |&code| hashes[code as usize]);
        self.add(cx, value.clone())?;
        Ok(next)
    }

    fn code_of(&mut self, cx: &Context, value: &Value) -> Result<u32> {
        match value {
            Value::Node(node) => self.node(cx, node.0),
            Value::Int(number) => self.int(cx, *number),
            value => self.value(cx, value),
        }
    }

    /// Goes over to the index that takes any value.
    fn generalise(&mut self) {
        if matches!(self.index, Index::General(_)) {
            return;
        }
        self.hashes = self.values.iter().map(|value| hash_of(&self.state, value)).collect();
        let mut table = HashTable::with_capacity(self.hashes.len());
        for (hash, code) in self.hashes.iter().zip(0..) {
            table.insert_unique(*hash, code, |&other| self.hashes[other as usize]);
        }
        self.index = Index::General(table);
    }

    fn add(&mut self, cx: &Context, value: Value) -> Result<()> {
        self.held.grow(cx, ENTRY_BYTES + share_bytes(&value, 1))?;
        cx.tick()?;
        if self.values.len() >= NONE as usize {
            return Err(super::chunk::too_many_values());
        }
        self.firsts.extend(cx.place(self.values.len()));
        self.values.push(value);
        Ok(())
    }

    /// Takes in the values of another; for each of them, its number here. Of equal values the one that was met first
    /// stands for both.
    pub(super) fn join(&mut self, cx: &Context, other: &Codes) -> Result<Vec<u32>> {
        let mut numbers = Vec::with_capacity(other.values.len());
        for (at, first) in other.firsts.iter().enumerate() {
            let number = match other.hashes.get(at) {
                Some(hash) => self.hashed(cx, &other.values[at], *hash),
                None => self.code_of(cx, &other.values[at]),
            }?;
            let here = number as usize;
            self.firsts.resize(self.values.len(), u64::MAX);
            if *first < self.firsts[here] {
                self.firsts[here] = *first;
                self.values[here] = other.values[at].clone();
            }
            numbers.push(number);
        }
        Ok(numbers)
    }
}

fn hash_of(state: &State, value: &Value) -> u64 {
    let mut hasher = state.build_hasher();
    compare::group_hash(value, &mut hasher);
    hasher.finish()
}
