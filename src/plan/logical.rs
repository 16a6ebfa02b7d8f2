//! The logical algebra: what is computed, as plain data, before operators and orders are chosen.
//!
//! A query is a set of pipelines: a source and operators, each applied to the rows of the one before it. Relational
//! operators stand beside the matching of a query graph and `Apply`. Nothing here refers to a store, so that another
//! backend can be given the same pipelines.

use super::estimate::conjuncts;
use super::physical::ApplyMode;
use super::slots::{Reads, SlotSet};
use super::weight::Weight;
use crate::functions::Aggregate;
use crate::semantic::bound::{
    AggregateCall, Creation, Expr, ExprKind, Group, LabelTest, LoadCsv, Pattern, PatternNode, PatternRel, SchemaChange,
    SetItem, Shown, Slot, SortKey, Transactions, TypeTest, VarLength,
};
use crate::span::Span;
use crate::store::IndexDefinition;
use crate::value::LabelId;
use std::sync::Arc;

/// A statement: its own pipeline and those of the subqueries inside its expressions.
#[derive(Clone, Debug)]
pub struct Pipelines {
    /// The statement's.
    pub root: Pipeline,
    /// Those of the subqueries, by [`crate::semantic::bound::SubqueryId`].
    pub subqueries: Vec<Pipeline>,
}

/// Rows from a source through operators.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Where the rows come from.
    pub source: Source,
    /// What is done to them, in order.
    pub steps: Vec<Operator>,
}

/// Where rows come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// One row without values.
    Unit,
    /// The rows of the outer query.
    Argument,
    /// The rows of each arm one after another.
    Union {
        /// The arms, each with the slots of its columns in the order of `columns`.
        arms: Vec<(Pipeline, Vec<Slot>)>,
        /// Where the columns go.
        columns: Vec<Slot>,
    },
}

/// An operator.
#[derive(Clone, Debug)]
pub enum Operator {
    /// For each row, every way to lay a query graph on the graph.
    Match(QueryGraph),
    /// Keeps the rows for which all predicates are true.
    Filter(Vec<Expr>),
    /// Computes values.
    Project(Vec<(Slot, Expr)>),
    /// For each row, one row for each element of a list.
    Unwind {
        /// The list.
        list: Expr,
        /// Where the elements go.
        slot: Slot,
    },
    /// Groups rows.
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
        /// How many rows are wanted, when only the first are.
        limit: Option<Expr>,
    },
    /// Drops the first rows.
    Skip(Expr),
    /// Keeps the first rows.
    Limit(Expr),
    /// Runs a pipeline for the rows and joins its rows to them.
    Apply {
        /// The pipeline.
        inner: Pipeline,
        /// What becomes of the rows.
        mode: ApplyMode,
        /// What it changes is committed on the way.
        transactions: Option<Transactions>,
    },
    /// For each row, one row for each record of a file.
    LoadCsv(LoadCsv),
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
    /// Changes the schema.
    Schema(SchemaChange),
    /// Gives a row for each thing shown.
    Show {
        /// What is shown.
        shown: Shown,
        /// Columns and where they go.
        yields: Vec<(usize, Slot)>,
    },
    /// Creates.
    Create(Creation),
    /// Looks for a query graph and creates it where it is not found.
    Merge {
        /// What is looked for.
        graph: QueryGraph,
        /// What is created.
        create: Creation,
        /// Done after creating.
        on_create: Vec<SetItem>,
        /// Done for each match.
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
    /// For each row and element of a list, runs an updating pipeline.
    Foreach {
        /// The variable.
        slot: Slot,
        /// The list.
        list: Expr,
        /// The pipeline.
        inner: Pipeline,
    },
}

/// A pattern to match with the conditions on it.
#[derive(Clone, Debug, Default)]
pub struct QueryGraph {
    /// Nodes, relationships and paths.
    pub pattern: Pattern,
    /// The conjuncts over them and the row.
    pub predicates: Vec<Expr>,
    /// Nodes whose identifiers are given by expressions that do not depend on the pattern.
    pub ids: Vec<(Slot, Expr)>,
    /// Nodes and relationships that an index can find.
    pub seeks: Vec<IndexSeek>,
    /// What hangs at a node and is only counted.
    pub weights: Vec<(Slot, Weight)>,
    /// Pairs of relationships that cannot be the same one.
    pub apart: Vec<(Slot, Slot)>,
    /// Relationships of which nothing is needed but that a group lists them in what it rests on.
    pub cited: SlotSet,
    /// What the rows are grouped by afterwards, if they are.
    pub grouped: Option<Grouped>,
    /// Labels that a node has because of a relationship of the pattern: they are not tested.
    pub implied: Vec<(Slot, LabelId)>,
}

/// How rows are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouped {
    /// By what one slot holds, and only counted.
    By(Slot),
    /// In another way.
    Otherwise,
}

/// A node or relationship that an index can find. The predicates stay: an index may find too many, never too few.
#[derive(Clone, Debug)]
pub struct IndexSeek {
    /// The slot of the node or relationship.
    pub slot: Slot,
    /// The index; `None` for the names of entities, which every graph knows.
    pub index: Option<Arc<IndexDefinition>>,
    /// What is looked for; it does not depend on the pattern.
    pub probe: Probe,
    /// How many are expected for a row.
    pub estimate: f64,
    /// The predicates that it makes true, by their place.
    pub covers: Vec<usize>,
}

/// A side of a range, if it has one; `true` when the bound itself belongs to the range.
pub type Bound = Option<(Expr, bool)>;

/// What is looked for in an index.
#[derive(Clone, Debug)]
pub enum Probe {
    /// Values equal to these, one for each key.
    Equal(Vec<Expr>),
    /// A value that is in this list.
    In(Expr),
    /// Values between these bounds.
    Range {
        /// The least.
        lower: Bound,
        /// The greatest.
        upper: Bound,
    },
    /// Texts that begin with this.
    Prefix(Expr),
    /// Any value.
    All,
}

impl Probe {
    /// The expressions in it.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Probe::Equal(values) => values.iter().collect(),
            Probe::In(expr) | Probe::Prefix(expr) => vec![expr],
            Probe::Range { lower, upper } => lower.iter().chain(upper).map(|(expr, _)| expr).collect(),
            Probe::All => Vec::new(),
        }
    }
}

impl QueryGraph {
    /// The same, with what is known of it because of the next step.
    #[must_use]
    pub fn before(self, next: Option<&Operator>) -> QueryGraph {
        let grouped = match next {
            Some(Operator::Aggregate { keys, aggregates }) if !keys.is_empty() => Some(match keys.as_slice() {
                [(_, Expr { kind: ExprKind::Slot(slot), .. })] if aggregates.iter().all(counts_rows) => {
                    Grouped::By(*slot)
                }
                _ => Grouped::Otherwise,
            }),
            _ => None,
        };
        QueryGraph { grouped, ..self }
    }

    /// Whether its rows are groups of one row each: a scan gives every node once.
    pub fn is_grouped(&self) -> bool {
        let [node] = self.pattern.nodes.as_slice() else { return false };
        self.pattern.rels.is_empty() && !node.bound && self.grouped == Some(Grouped::By(node.slot))
    }

    /// How an index finds the node or relationship of a slot, if one does.
    pub fn seek(&self, slot: Slot) -> Option<&IndexSeek> {
        self.seeks.iter().find(|seek| seek.slot == slot)
    }

    /// Whether two of its relationships could be the same one of the graph.
    pub fn may_clash(&self, left: &PatternRel, right: &PatternRel) -> bool {
        let apart = |(one, other): &(Slot, Slot)| [(one, other), (other, one)].contains(&(&left.slot, &right.slot));
        may_clash(left, right) && !self.apart.iter().any(apart)
    }

    /// For each relationship, by their places, those that could be the same one of the graph.
    pub fn clashes(&self) -> Vec<Vec<usize>> {
        let rels = &self.pattern.rels;
        let of = |index: usize| {
            let others = rels.iter().enumerate().filter(|(other, _)| *other != index);
            others.filter(|(_, other)| self.may_clash(&rels[index], other)).map(|(other, _)| other).collect()
        };
        (0..rels.len()).map(of).collect()
    }

    /// Whether a label test of a node holds because of the pattern's relationships.
    pub fn is_implied(&self, node: Slot, test: &LabelTest) -> bool {
        matches!(test, LabelTest::Has(label) if self.implied.contains(&(node, *label)))
    }

    /// The label tests of a node that must be made.
    pub fn label_tests<'a>(&self, node: &'a PatternNode) -> Vec<&'a LabelTest> {
        conjuncts(node.labels.as_ref()).into_iter().filter(|test| !self.is_implied(node.slot, test)).collect()
    }

    /// Whether a predicate, by its place, holds for whatever an index finds.
    pub fn is_covered(&self, predicate: usize) -> bool {
        self.seeks.iter().any(|seek| seek.covers.contains(&predicate))
    }
}

impl QueryGraph {
    /// The slots that matching writes: those of nodes, relationships and paths that the row does not hold.
    pub fn writes(&self) -> impl Iterator<Item = Slot> + '_ {
        let nodes = self.pattern.nodes.iter().filter(|node| !node.bound).map(|node| node.slot);
        let rels = self.pattern.rels.iter().filter(|rel| !rel.bound).map(|rel| rel.slot);
        let lists = self.pattern.rels.iter().filter_map(|rel| rel.length.as_ref()).flat_map(VarLength::lists);
        nodes.chain(rels).chain(lists).chain(self.pattern.paths.iter().map(|path| path.slot))
    }

    /// Adds the slots that are read besides by matching the pattern's shape: those of predicates, of paths, and those
    /// the row holds.
    pub fn reads(&self, reads: &mut Reads<'_>) {
        reads.exprs(&self.predicates);
        reads.items(&self.ids);
        reads.slots.extend(self.pattern.paths.iter().flat_map(|path| path.steps.iter().copied()));
        reads.slots.extend(self.pattern.nodes.iter().filter(|node| node.bound).map(|node| node.slot));
        reads.slots.extend(self.pattern.rels.iter().filter(|rel| rel.bound).map(|rel| rel.slot));
        for length in self.pattern.rels.iter().filter_map(|rel| rel.length.as_ref()) {
            reads.exprs(&length.predicates);
            reads.slots.remove(length.element);
            length.group.iter().flat_map(Group::locals).for_each(|local| reads.slots.remove(local));
            let inner = length.selection.iter().flat_map(|selection| selection.locals());
            inner.for_each(|local| reads.slots.remove(local));
        }
    }
}

fn counts_rows((_, call): &(Slot, AggregateCall)) -> bool {
    call.aggregate == Aggregate::CountStar
}

/// Whether two relationships of one pattern could bind the same relationship, as far as their types say.
pub fn may_clash(left: &PatternRel, right: &PatternRel) -> bool {
    let shortest = |rel: &PatternRel| rel.length.as_ref().is_some_and(|length| length.shortest.is_some());
    if left.repeats || right.repeats {
        return false;
    }
    if shortest(left) || shortest(right) {
        return false; // shortest paths are looked for apart from the rest of the pattern
    }
    match (&left.types, &right.types) {
        (TypeTest::Any, TypeTest::Any) => true,
        (TypeTest::Any, TypeTest::OneOf(types)) | (TypeTest::OneOf(types), TypeTest::Any) => !types.is_empty(),
        (TypeTest::OneOf(left), TypeTest::OneOf(right)) => left.iter().any(|rel_type| right.contains(rel_type)),
    }
}

impl Pipelines {
    /// How many operators it takes at least.
    pub fn size(&self) -> usize {
        self.subqueries.iter().map(Pipeline::size).fold(self.root.size(), usize::saturating_add)
    }
}

impl Pipeline {
    /// How many operators it takes at least.
    fn size(&self) -> usize {
        let arms: usize = match &self.source {
            Source::Union { arms, .. } => arms.iter().map(|(arm, _)| arm.size()).sum(),
            Source::Unit | Source::Argument => 0,
        };
        let steps = self.steps.iter().map(|step| match step {
            Operator::Match(graph) | Operator::Merge { graph, .. } => {
                graph.pattern.rels.len().max(graph.pattern.nodes.len() / 2).saturating_add(1)
            }
            Operator::Apply { inner, .. } | Operator::Foreach { inner, .. } => inner.size().saturating_add(1),
            _ => 1,
        });
        steps.fold(arms.saturating_add(1), usize::saturating_add)
    }

    /// Whether anything in it changes the graph.
    pub fn writes(&self) -> bool {
        let arms = match &self.source {
            Source::Union { arms, .. } => arms.iter().any(|(arm, _)| arm.writes()),
            Source::Unit | Source::Argument => false,
        };
        arms || self.steps.iter().any(Operator::writes)
    }

    /// Calls `change` with the pipeline and all those nested in it, innermost first.
    pub fn for_each_nested(&mut self, change: &mut dyn FnMut(&mut Pipeline)) {
        if let Source::Union { arms, .. } = &mut self.source {
            arms.iter_mut().for_each(|(arm, _)| arm.for_each_nested(change));
        }
        for step in &mut self.steps {
            if let Operator::Apply { inner, .. } | Operator::Foreach { inner, .. } = step {
                inner.for_each_nested(change);
            }
        }
        change(self);
    }

    /// Adds the slots that any part of it reads.
    pub fn reads(&self, reads: &mut Reads<'_>) {
        if let Source::Union { arms, .. } = &self.source {
            for (arm, columns) in arms {
                arm.reads(reads);
                reads.slots.extend(columns.iter().copied());
            }
        }
        self.steps.iter().for_each(|step| step.reads(reads));
    }

    /// For each step, the slots that are read after it, given those read after the whole.
    pub fn needed_after(&self, after: SlotSet, reads: impl Fn(&Operator) -> SlotSet) -> Vec<SlotSet> {
        let mut needed = after;
        let mut all: Vec<SlotSet> = Vec::with_capacity(self.steps.len());
        for step in self.steps.iter().rev() {
            all.push(needed.clone());
            needed.union_with(&reads(step));
        }
        all.reverse();
        all
    }
}

impl Operator {
    /// Whether it changes the graph.
    pub fn writes(&self) -> bool {
        match self {
            Operator::Create(_)
            | Operator::Schema(_)
            | Operator::Merge { .. }
            | Operator::Set(_)
            | Operator::Delete { .. }
            | Operator::Foreach { .. } => true,
            Operator::Apply { inner, .. } => inner.writes(),
            _ => false,
        }
    }

    /// Adds the slots that it reads.
    pub fn reads(&self, reads: &mut Reads<'_>) {
        match self {
            Operator::Match(graph) => graph.reads(reads),
            Operator::Filter(predicates) => reads.exprs(predicates),
            Operator::Project(items) => reads.items(items),
            Operator::Unwind { list, .. } => reads.expr(list),
            Operator::Aggregate { keys, aggregates } => {
                reads.items(keys);
                reads.aggregates(aggregates);
            }
            Operator::Distinct(slots) => reads.slots.extend(slots.iter().copied()),
            Operator::Sort { keys, limit } => reads.exprs(keys.iter().map(|key| &key.expr).chain(limit)),
            Operator::Skip(count) | Operator::Limit(count) => reads.expr(count),
            Operator::LoadCsv(load) => reads.expr(&load.source),
            Operator::Apply { inner, mode, .. } => {
                inner.reads(reads);
                if let Some(slot) = mode.inner_result() {
                    reads.slots.insert(slot);
                }
            }
            Operator::ProcedureCall { arguments, .. } => reads.exprs(arguments),
            Operator::Schema(_) | Operator::Show { .. } => {}
            Operator::Create(creation) => reads.creation(&creation.items, &creation.paths),
            Operator::Merge { graph, create, on_create, on_match } => {
                graph.reads(reads);
                reads.creation(&create.items, &create.paths);
                reads.set_items(on_create);
                reads.set_items(on_match);
            }
            Operator::Set(items) => reads.set_items(items),
            Operator::Delete { targets, .. } => reads.exprs(targets),
            Operator::Foreach { list, inner, .. } => {
                reads.expr(list);
                inner.reads(reads);
            }
        }
    }
}
