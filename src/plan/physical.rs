//! The physical plan: what the executor runs.
//!
//! A plan is a tree of [`Node`]s over one frame of slots. Each node says which slots are live after it; an operator
//! carries no others on. All rows of an operator's input count: a chunk's multiplicity stands for equal rows.

use super::grounds::Grounds;
use super::logical::Probe;
use super::search::PathSearch;
use super::weight::Weight;
use crate::semantic::bound::{
    AggregateCall, Column, CreateItem, EntityRef, Expr, LabelTest, LoadCsv, Notification, PatternPath, SchemaChange,
    SetItem, Shown, Slot, SortKey, SubqueryResult, Transactions, TypeTest,
};
use crate::span::Span;
use crate::store::{Direction, IndexDefinition};
use crate::syntax::ast::Shortest;
use crate::value::LabelId;
use std::sync::Arc;

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The last operator.
    pub root: Node,
    /// How many slots the frame has.
    pub frame: u32,
    /// The names of the slots that have one.
    pub slot_names: Vec<Option<Arc<str>>>,
    /// The result's columns; empty when the statement returns nothing.
    pub columns: Vec<Column>,
    /// Plans of the subqueries that stay inside expressions, by their [`crate::semantic::bound::SubqueryId`]. A
    /// subquery that an `Apply` computes has `None`.
    pub subqueries: Vec<Option<Subplan>>,
    /// The parameters it needs, each with the place of its first use.
    pub parameters: Vec<(Arc<str>, Span)>,
    /// Whether it changes the graph.
    pub writes: bool,
    /// Remarks for the user.
    pub notifications: Vec<Notification>,
    /// What it rests on besides the statement.
    pub grounds: Grounds,
}

/// A subquery that is run for one row while an expression is computed.
#[derive(Clone, Debug)]
pub struct Subplan {
    /// What it gives.
    pub result: SubqueryResult,
    /// Its plan; it begins with [`Op::Argument`].
    pub root: Node,
    /// The slots of the row that it reads.
    pub imports: Vec<Slot>,
}

/// An operator of a plan with what surrounds it.
#[derive(Debug)]
pub struct Node {
    /// What it does.
    pub op: Op,
    /// Where its rows come from; `None` for [`Op::Unit`], [`Op::Argument`], [`Op::StoredCounts`]
    /// and [`Op::Union`].
    pub input: Option<Box<Node>>,
    /// The slots that are read after it, in ascending order.
    pub live: Vec<Slot>,
    /// How many rows it is expected to give.
    pub estimate: f64,
}

/// Which way an expansion goes from the node it starts at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Along relationships that start there.
    Outgoing,
    /// Along relationships that end there.
    Incoming,
    /// Along both; a self-loop counts once.
    Both,
}

/// The operators. Unless said otherwise each adds to its input's rows and keeps their order.
#[derive(Clone, Debug)]
pub enum Op {
    /// One row without values.
    Unit,
    /// The rows that the enclosing `Apply` or subquery hands in.
    Argument,
    /// One row of numbers that the graph keeps count of anyway.
    StoredCounts(Vec<(Slot, StoredCount)>),
    /// For each row, every node (with the label, when one is given) that passes all tests.
    NodeScan {
        /// Where the node goes.
        slot: Slot,
        /// The label.
        label: Option<LabelId>,
        /// Comparisons of a property of the node with something fixed.
        tests: Vec<Expr>,
    },
    /// For each row, the entity of that name or alias; no row when there is none.
    EntitySeek {
        /// Where the node goes.
        slot: Slot,
        /// The name.
        entity: EntityRef,
    },
    /// For each row, the node whose identifier equals the value; no row when there is none, whatever the value is.
    NodeById {
        /// Where the node goes.
        slot: Slot,
        /// The identifier.
        id: Expr,
    },
    /// For each row, the nodes or relationships that an index finds, in ascending order. When what is looked for cannot
    /// be computed, or is no list where one is needed, all those of the index's label or type: the predicates that
    /// follow say what is wrong.
    IndexSeek {
        /// Where they go.
        target: SeekTarget,
        /// The index.
        index: Arc<IndexDefinition>,
        /// What is looked for.
        probe: Arc<Probe>,
        /// Predicates that are true of all that is found where the values looked for are plain ones, which the index and the
        /// language compare alike: where they are not, these are tested.
        covered: Arc<Vec<Expr>>,
    },
    /// For each row, the nodes with a name, or with one of a list of names, in ascending order. When what is looked for is
    /// no text, or no list of texts, all nodes: the predicates that follow say which.
    NameSeek {
        /// Where they go.
        slot: Slot,
        /// What is looked for: equal to one value, or in a list. It is the same for all rows.
        probe: Arc<Probe>,
    },
    /// For each row, every relationship of the types that passes all tests, with both its ends. Not for `Both`.
    RelScan {
        /// Where the relationship goes.
        rel: Slot,
        /// Where its start goes.
        from: Slot,
        /// Where its end goes.
        to: Slot,
        /// Which types.
        types: TypeTest,
        /// Comparisons of a property of the relationship with something fixed.
        tests: Vec<Expr>,
    },
    /// For each row, every relationship from a node and the node at its other end. A null start gives no row.
    Expand(Expand),
    /// For each row, the relationships between two nodes that are both known.
    ExpandInto(Expand),
    /// For each row, the relationship given in the row (a bound relationship variable), if it fits: gives the ends
    /// that are not known; those that are known must agree. With no known end and `Both` ways there are two rows, one
    /// for each way round (a self-loop gives one). Null gives no row. `to_known` implies `from_known`.
    ExpandBound {
        /// The expansion; its `rel` is read.
        expand: Expand,
        /// Whether `from` is read instead of written.
        from_known: bool,
        /// Whether `to` is read instead of written.
        to_known: bool,
    },
    /// Multiplies each row by the number of relationships an expansion would find; a row for which it would find none
    /// is dropped. Relationships in `expand.distinct_from` are not counted. Nothing is written, unless `expand.rel` is live:
    /// then it holds the node, at which an aggregate lists what is cited. `expand.to` is not used.
    ExpandCount(Expand),
    /// Multiplies each row by the weight of a node; a row of weight 0 is dropped. Nothing is written but the node, where
    /// the weight is cited.
    Weigh {
        /// The node.
        node: Slot,
        /// What it is multiplied with.
        weight: Weight,
    },
    /// Multiplies each row by the number of pairs of relationships, one from each of two nodes, that lead to the same
    /// node. Nothing is written. Where the second must be different from the first, it is in its `distinct_from`.
    IntersectCount(Box<[Expand; 2]>),
    /// Writes how often each row counts into these slots; from then on it counts once.
    RowCounts(Vec<Slot>),
    /// For each row, every trail of a variable number of relationships.
    VarExpand(VarExpand),
    /// For each row, every node that such a trail leads to, once. Without rounds and lists of relationships.
    Reach(VarExpand),
    /// For each row, the shortest paths between two known nodes.
    ShortestPath {
        /// The expansion between them; `to_known` is true.
        expand: VarExpand,
        /// One or all.
        which: Shortest,
    },
    /// For each row, some of the paths from a node, shortest first.
    PathSearch(Box<PathSearch>),
    /// Hands its rows out in morsels of so many: several threads run the operators from here to the next one that reads
    /// all its input. Changes no row.
    Morsels(usize),
    /// Keeps the rows for which all predicates are true.
    Filter(Arc<Vec<Expr>>),
    /// Keeps the rows in which the node passes the test.
    LabelFilter {
        /// The node; null passes no test.
        slot: Slot,
        /// The test.
        test: LabelTest,
    },
    /// Computes values.
    Project(Arc<Vec<(Slot, Expr)>>),
    /// For each row, one row for each element of a list.
    Unwind {
        /// The list.
        list: Expr,
        /// Where the elements go.
        slot: Slot,
    },
    /// Runs a plan for the input's rows and joins its rows to them.
    Apply {
        /// The plan; it begins with [`Op::Argument`].
        inner: Box<Node>,
        /// What becomes of the rows.
        mode: ApplyMode,
        /// A hidden slot that numbers the outer rows, live all through `inner`. `None`: `inner` is run once per row
        /// (it limits, sorts, aggregates or deduplicates, and must do so for each row alone).
        row_id: Option<Slot>,
        /// What it changes is committed on the way.
        transactions: Option<Box<Transactions>>,
    },
    /// For each row, one row for each record of a file.
    LoadCsv(LoadCsv),
    /// Groups rows; gives one row per group, groups in order of first appearance. Without keys there is one group
    /// even when there is no row. In an inner plan, which is then run for one row, every group also has that row's
    /// values.
    Aggregate {
        /// The keys.
        keys: Vec<(Slot, Expr)>,
        /// The aggregates.
        aggregates: Vec<(Slot, AggregateCall)>,
    },
    /// Drops rows that are equal in these slots to an earlier one.
    Distinct(Vec<Slot>),
    /// Sorts, stably.
    Sort {
        /// The keys.
        keys: Vec<SortKey>,
        /// How many rows are wanted, when only the first are (skipped rows included).
        limit: Option<Expr>,
    },
    /// Drops the first rows.
    Skip(Expr),
    /// Keeps the first rows.
    Limit {
        /// How many.
        count: Expr,
        /// Whether the input is read to its end all the same, because it changes the graph.
        exhaust: bool,
    },
    /// The rows of each arm one after another.
    Union {
        /// The arms, each with the slots of its columns in the order of `columns`.
        arms: Vec<(Node, Vec<Slot>)>,
        /// Where the columns go.
        columns: Vec<Slot>,
    },
    /// Reads all input before giving any.
    Eager,
    /// For each row, the rows of another plan whose keys are equal to those of the row, in their order. That plan is run
    /// once: it depends on no row.
    HashJoin(HashJoin),
    /// Calls a procedure for each row.
    ProcedureCall {
        /// The procedure.
        procedure: Arc<str>,
        /// The arguments.
        arguments: Vec<Expr>,
        /// Output columns and where they go.
        yields: Vec<(usize, Slot)>,
        /// Whether it has no outputs.
        void: bool,
        /// The call.
        span: Span,
    },
    /// Changes the schema; its input is one row.
    Schema(SchemaChange),
    /// For each row, one row for each thing shown.
    Show {
        /// What is shown.
        shown: Shown,
        /// Columns and where they go.
        yields: Vec<(usize, Slot)>,
    },
    /// Creates. All write operators read their whole input before they change anything.
    Create {
        /// What.
        items: Arc<Vec<CreateItem>>,
        /// Paths through it.
        paths: Arc<Vec<PatternPath>>,
    },
    /// For each row, one after another: runs `inner`; when it gives rows, applies `on_match` to each, otherwise
    /// creates and applies `on_create`.
    Merge {
        /// The plan that looks; it begins with [`Op::Argument`].
        inner: Box<Node>,
        /// What to create. Slots that `inner` would have bound are written.
        items: Vec<CreateItem>,
        /// Paths through it.
        paths: Vec<PatternPath>,
        /// After creating.
        on_create: Vec<SetItem>,
        /// For each match.
        on_match: Vec<SetItem>,
    },
    /// Changes properties and labels.
    Set(Vec<SetItem>),
    /// Deletes.
    Delete {
        /// Whether relationships go with their nodes.
        detach: bool,
        /// What.
        targets: Vec<Expr>,
    },
    /// For each row and element of a list, runs an updating plan; gives the input's rows.
    Foreach {
        /// The variable.
        slot: Slot,
        /// The list.
        list: Expr,
        /// The plan; it begins with [`Op::Argument`].
        inner: Box<Node>,
    },
}

/// A plan whose rows are found by value.
#[derive(Clone, Debug)]
pub struct HashJoin {
    /// The plan; it begins with [`Op::Unit`].
    pub inner: Box<Node>,
    /// What must be equal: values of a row, and of the plan's rows. Where a value cannot be computed its row is joined to
    /// all: the predicate follows and says what is wrong.
    pub keys: Arc<Vec<(Expr, Expr)>>,
    /// Relationships, or lists of relationships, of a row and of the plan's rows that must not have one in common.
    pub distinct: Vec<(Slot, Slot)>,
}

/// Where what an index finds goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekTarget {
    /// A node.
    Node(Slot),
    /// A relationship with both its ends.
    Rel {
        /// Where the relationship goes.
        rel: Slot,
        /// Where its start goes.
        from: Slot,
        /// Where its end goes.
        to: Slot,
    },
}

impl SeekTarget {
    /// The slots that are written.
    pub fn slots(self) -> impl Iterator<Item = Slot> {
        let (first, ends) = match self {
            SeekTarget::Node(slot) => (slot, [None, None]),
            SeekTarget::Rel { rel, from, to } => (rel, [Some(from), Some(to)]),
        };
        std::iter::once(first).chain(ends.into_iter().flatten())
    }
}

/// An expansion by one relationship.
#[derive(Clone, Debug)]
pub struct Expand {
    /// The node it starts at.
    pub from: Slot,
    /// Where the relationship goes; it is written only when live.
    pub rel: Slot,
    /// Where the other end goes (or is).
    pub to: Slot,
    /// Which types.
    pub types: TypeTest,
    /// Which way.
    pub way: Way,
    /// Slots of relationships, or lists of relationships, that must not be bound again.
    pub distinct_from: Vec<Slot>,
}

/// An expansion by a variable number of relationships.
#[derive(Clone, Debug)]
pub struct VarExpand {
    /// The node it starts at.
    pub from: Slot,
    /// Where the list of relationships goes; written only when live.
    pub rels: Slot,
    /// Where the other end goes (or is).
    pub to: Slot,
    /// Whether `to` is known.
    pub to_known: bool,
    /// Whether the list runs from `to` to `from` (the expansion goes against the pattern as written).
    pub reversed: bool,
    /// Whether `rels` is known (a bound list): then the walk follows it.
    pub rels_known: bool,
    /// Which types.
    pub types: TypeTest,
    /// Which way.
    pub way: Way,
    /// The least number.
    pub min: u32,
    /// The greatest number.
    pub max: Option<u32>,
    /// What each relationship must fulfil, over the local `element`.
    pub predicates: Vec<Expr>,
    /// The local slot of the relationship under test.
    pub element: Slot,
    /// The hops of each round; `min` and `max` then count rounds, and `types`, `way` and `predicates` are not used.
    pub rounds: Option<Rounds>,
    /// Slots of relationships, or lists of relationships, that must not be bound again.
    pub distinct_from: Vec<Slot>,
    /// Whether a relationship may be walked more than once.
    pub repeats: bool,
}

/// A group in the order in which it is walked.
#[derive(Clone, Debug)]
pub struct Rounds {
    /// The local of the node where a round begins.
    pub start: Slot,
    /// The hops of a round.
    pub hops: Vec<RoundHop>,
    /// The slots of the group's variables and the element of each, counted along the path as it is written.
    pub lists: Vec<(Slot, usize)>,
}

/// One hop of a round.
#[derive(Clone, Debug)]
pub struct RoundHop {
    /// Which types.
    pub types: TypeTest,
    /// Which way.
    pub way: Way,
    /// The local of the relationship.
    pub rel: Slot,
    /// The local of the node it leads to.
    pub node: Slot,
    /// What must hold once it is made, over the locals of the round so far.
    pub predicates: Vec<Expr>,
}

impl VarExpand {
    /// The conditions on each relationship, or on each hop of a round.
    pub fn conditions(&self) -> impl Iterator<Item = &Expr> {
        let hops = self.rounds.iter().flat_map(|rounds| &rounds.hops);
        self.predicates.iter().chain(hops.flat_map(|hop| &hop.predicates))
    }

    /// The slots of a group's variables.
    pub fn lists(&self) -> impl Iterator<Item = Slot> + '_ {
        self.rounds.iter().flat_map(|rounds| rounds.lists.iter().map(|(slot, _)| *slot))
    }
}

/// A number that the graph keeps count of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredCount {
    /// The nodes (with the label, when one is given).
    Nodes(Option<LabelId>),
    /// The relationships of the types.
    Rels(TypeTest),
}

/// What an `Apply` does with the rows of its inner plan.
#[derive(Clone, Debug)]
pub enum ApplyMode {
    /// One row for each inner row.
    Inner,
    /// One row for each inner row, or one with nulls in these slots.
    Optional(Vec<Slot>),
    /// The outer row, if there is an inner row.
    Semi,
    /// The outer row, if there is no inner row.
    Anti,
    /// The outer row with the subquery's result.
    Result(SubqueryResult, Slot),
    /// The outer row, whatever the inner plan gives (a subquery that returns nothing).
    Unit,
}

impl Plan {
    /// About how many rows the operators give each other.
    pub fn expected_rows(&self) -> f64 {
        fn add(sum: f64, root: &Node) -> f64 {
            root.chain().fold(sum, |sum, node| node.op.inner_plans().fold(sum + node.estimate, add))
        }
        let subqueries = self.subqueries.iter().flatten();
        subqueries.fold(add(0.0, &self.root), |sum, each| add(sum + each.root.estimate, &each.root))
    }
}

impl Way {
    /// The directions it goes in from a node.
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Way::Outgoing => &[Direction::Outgoing],
            Way::Incoming => &[Direction::Incoming],
            Way::Both => &[Direction::Outgoing, Direction::Incoming],
        }
    }

    /// The same way seen from the other end.
    pub fn reversed(self) -> Way {
        match self {
            Way::Outgoing => Way::Incoming,
            Way::Incoming => Way::Outgoing,
            Way::Both => Way::Both,
        }
    }
}

impl Clone for Node {
    fn clone(&self) -> Node {
        let alone = |node: &Node| Node { live: node.live.clone(), ..Node::new(node.op.clone(), node.estimate) };
        let mut chain: Vec<Node> = self.chain().map(alone).collect();
        chain.reverse();
        Node::from_chain(chain)
    }
}

impl Node {
    /// An operator without input, before anything is known about what is live after it.
    pub fn new(op: Op, estimate: f64) -> Node {
        Node { op, input: None, live: Vec::new(), estimate }
    }

    /// The operators from the source of the rows to this one, each without its input. Chains are long, so that what
    /// walks a plan walks these lists and recurs only into inner plans.
    pub fn into_chain(self) -> Vec<Node> {
        let mut chain = Vec::new();
        let mut next = Some(self);
        while let Some(mut node) = next {
            next = node.input.take().map(|input| *input);
            chain.push(node);
        }
        chain.reverse();
        chain
    }

    /// The inverse of [`Node::into_chain`]; a chain without operators is [`Op::Unit`].
    pub fn from_chain(chain: Vec<Node>) -> Node {
        let joined = chain.into_iter().reduce(|input, node| Node { input: Some(Box::new(input)), ..node });
        joined.unwrap_or_else(|| Node::new(Op::Unit, 1.0))
    }

    /// The operators from this one down to the source of the rows.
    pub fn chain(&self) -> impl Iterator<Item = &Node> {
        std::iter::successors(Some(self), |node| node.input.as_deref())
    }

    /// Whether the plan changes the graph.
    pub fn changes_graph(&self) -> bool {
        self.chain().any(|node| node.op.changes_graph() || node.op.inner_plans().any(Node::changes_graph))
    }
}

impl ApplyMode {
    /// The slot of the inner plan that the result is taken from.
    pub fn inner_result(&self) -> Option<Slot> {
        match self {
            ApplyMode::Result(result, _) => result.slot(),
            _ => None,
        }
    }
}

impl Op {
    /// Whether the operator itself changes the graph.
    pub fn changes_graph(&self) -> bool {
        matches!(
            self,
            Op::Create { .. } | Op::Merge { .. } | Op::Set(_) | Op::Delete { .. } | Op::Foreach { .. } | Op::Schema(_)
        )
    }

    /// Whether it joins what several threads have made of its input.
    pub fn reads_all(&self) -> bool {
        matches!(self, Op::Aggregate { .. } | Op::Sort { .. })
    }

    /// Whether it tests or multiplies each row by itself.
    pub fn keeps_or_multiplies(&self) -> bool {
        matches!(
            self,
            Op::Filter(_) | Op::LabelFilter { .. } | Op::ExpandCount(_) | Op::Weigh { .. } | Op::IntersectCount(_)
        )
    }

    /// Whether it computes values for many rows at once, each of which may take any amount of memory.
    pub fn builds_values(&self) -> bool {
        match self {
            Op::Apply { mode: ApplyMode::Result(SubqueryResult::Collect(_), _), .. } => true,
            Op::Filter(_)
            | Op::Project(_)
            | Op::Aggregate { .. }
            | Op::Sort { .. }
            | Op::HashJoin(_)
            | Op::ProcedureCall { .. } => self.expressions().into_iter().any(Expr::builds_values),
            _ => false,
        }
    }

    /// The plans inside this operator.
    pub fn inner_plans(&self) -> impl Iterator<Item = &Node> {
        let inner = match self {
            Op::Apply { inner, .. } | Op::Merge { inner, .. } | Op::Foreach { inner, .. } => Some(inner.as_ref()),
            Op::HashJoin(join) => Some(join.inner.as_ref()),
            _ => None,
        };
        let arms = match self {
            Op::Union { arms, .. } => arms.as_slice(),
            _ => &[],
        };
        inner.into_iter().chain(arms.iter().map(|(arm, _)| arm))
    }

    /// The plans inside this operator, to be changed.
    pub fn inner_plans_mut(&mut self) -> Vec<&mut Node> {
        match self {
            Op::Apply { inner, .. } | Op::Merge { inner, .. } | Op::Foreach { inner, .. } => vec![inner.as_mut()],
            Op::HashJoin(join) => vec![join.inner.as_mut()],
            Op::Union { arms, .. } => arms.iter_mut().map(|(arm, _)| arm).collect(),
            _ => Vec::new(),
        }
    }

    /// The expressions of this operator; not those of inner plans.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Op::NodeById { id, .. } => vec![id],
            Op::NodeScan { tests, .. } | Op::RelScan { tests, .. } => tests.iter().collect(),
            Op::IndexSeek { probe, .. } | Op::NameSeek { probe, .. } => probe.expressions(),
            Op::VarExpand(expand) | Op::Reach(expand) | Op::ShortestPath { expand, .. } => {
                expand.conditions().collect()
            }
            Op::PathSearch(search) => search.expressions().collect(),
            Op::Weigh { weight, .. } => weight.expressions(),
            Op::Filter(predicates) => predicates.iter().collect(),
            Op::Project(items) => items.iter().map(|(_, expr)| expr).collect(),
            Op::LoadCsv(load) => vec![&load.source],
            Op::HashJoin(join) => join.keys.iter().flat_map(|(outer, inner)| [outer, inner]).collect(),
            Op::Apply { transactions: Some(transactions), .. } => transactions.rows.iter().collect(),
            Op::Unwind { list, .. } | Op::Foreach { list, .. } => vec![list],
            Op::Aggregate { keys, aggregates } => {
                let arguments = aggregates.iter().flat_map(|(_, call)| &call.arguments);
                keys.iter().map(|(_, expr)| expr).chain(arguments).collect()
            }
            Op::Sort { keys, limit } => keys.iter().map(|key| &key.expr).chain(limit).collect(),
            Op::Skip(count) | Op::Limit { count, .. } => vec![count],
            Op::ProcedureCall { arguments, .. } => arguments.iter().collect(),
            Op::Create { items, .. } => items.iter().flat_map(CreateItem::expressions).collect(),
            Op::Merge { items, on_create, on_match, .. } => {
                let changes = on_create.iter().chain(on_match).flat_map(SetItem::expressions);
                items.iter().flat_map(CreateItem::expressions).chain(changes).collect()
            }
            Op::Set(items) => items.iter().flat_map(SetItem::expressions).collect(),
            Op::Delete { targets, .. } => targets.iter().collect(),
            _ => Vec::new(),
        }
    }
}
