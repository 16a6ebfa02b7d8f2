//! Query graph to operators.
//!
//! Takes a query graph and the order of its parts. Appends operators to a chain: each part's scan or expansion, its
//! label tests, and every predicate as soon as the slots it reads are there.

use super::estimate::{bounded, conjuncts};
use super::join::{Key, Part, clashes};
use super::logical::{IndexSeek, Probe, QueryGraph};
use super::lower::Lowering;
use super::order::{Order, Step, as_written, by_cost, way};
use super::physical::{Expand, HashJoin, Node, Op, RoundHop, Rounds, SeekTarget, VarExpand, Way};
use super::rules;
use super::search::{Ends, PathSearch};
use super::share::Populations;
use super::slots::{Reads, SlotSet};
use super::weight::Weight;
use crate::semantic::bound::{EntityRef, Expr, ExprKind, Group, GroupHop, LabelTest, PatternRel, Slot, VarLength};
use crate::span::Span;
use crate::store::SchemaTarget;
use crate::syntax::ast::CompareOp;
use std::sync::Arc;

/// Appends the operators that match a query graph. `needed`: the slots that are read after it.
pub(super) fn match_graph(lowering: &mut Lowering<'_>, chain: &mut Vec<Node>, mut graph: QueryGraph, needed: &SlotSet) {
    rules::rewrite_graph(&mut graph, needed, lowering.query, lowering.statistics.counts(), lowering.options);
    let rows = chain.last().map_or(1.0, |node| node.estimate) * lowering.outer_rows;
    let order = if lowering.options.allows(rules::JOIN_ORDER) {
        let rows = lowering.options.allows(rules::HASH_JOIN).then_some(rows);
        by_cost(&graph, needed, lowering.query, &lowering.statistics, rows)
    } else {
        as_written(&graph, lowering.query, &lowering.statistics)
    };
    let mut matcher = Matcher::new(lowering, chain, &graph);
    matcher.begin();
    order.steps.iter().for_each(|step| matcher.step(*step, &order));
    matcher.end();
}

/// Whether a node that the row holds has neither labels, nor a name, nor a relationship in the pattern.
fn stands_alone(graph: &QueryGraph, index: usize) -> bool {
    let node = &graph.pattern.nodes[index];
    let followed = graph.pattern.rels.iter().any(|rel| rel.left == index || rel.right == index);
    let counted = graph.weights.iter().any(|(slot, _)| *slot == node.slot);
    node.bound && node.labels.is_none() && node.entity.is_none() && !followed && !counted
}

/// The operator of a weight.
fn weigh(node: Slot, weight: &Weight) -> Op {
    match weight {
        Weight::Branch(branch) if branch.is_plain() => Op::ExpandCount(Expand {
            from: node,
            rel: branch.rel,
            to: branch.end,
            types: branch.types.clone(),
            way: branch.way,
            distinct_from: Vec::new(),
        }),
        weight => Op::Weigh { node, weight: weight.clone() },
    }
}

struct Matcher<'m, 'a> {
    lowering: &'m mut Lowering<'a>,
    chain: &'m mut Vec<Node>,
    graph: &'m QueryGraph,
    /// The slots of the graph that rows hold by now.
    known: SlotSet,
    scanned: SlotSet,
    placed: Vec<usize>,
    /// For each weight, whether it is placed.
    weighed: Vec<bool>,
    populations: Populations,
    waiting: Vec<Waiting>,
}

/// A predicate that waits.
struct Waiting {
    /// Its place in the query graph.
    at: usize,
    /// The slots it waits for.
    slots: SlotSet,
    predicate: Expr,
    /// Whether what is found makes it true.
    covered: bool,
}

impl<'m, 'a> Matcher<'m, 'a> {
    fn new(lowering: &'m mut Lowering<'a>, chain: &'m mut Vec<Node>, graph: &'m QueryGraph) -> Matcher<'m, 'a> {
        let writes: SlotSet = graph.writes().collect();
        let query = lowering.query;
        let waiting = |(at, predicate): (usize, &Expr)| Waiting {
            at,
            slots: Reads::of(query, predicate).intersection(&writes),
            predicate: predicate.clone(),
            covered: graph.is_covered(at),
        };
        let waiting = graph.predicates.iter().enumerate().map(waiting).collect();
        let nodes = graph.pattern.nodes.iter().filter(|node| node.bound).map(|node| node.slot);
        let known = nodes.collect();
        let (scanned, placed, weighed) = (SlotSet::new(), Vec::new(), vec![false; graph.weights.len()]);
        let populations = Populations::of(&lowering.statistics, &graph.pattern.nodes, &graph.pattern.rels);
        Matcher { lowering, chain, graph, known, scanned, placed, weighed, populations, waiting }
    }

    /// What can be tested before the first step.
    fn begin(&mut self) {
        self.place_predicates();
        let graph = self.graph;
        for node in graph.pattern.nodes.iter().filter(|node| node.bound) {
            self.label_filter(node.slot, conjuncts(node.labels.as_ref()), 0.0);
            if let Some(entity) = &node.entity {
                self.same_entity(node.slot, entity);
            }
        }
        self.present();
        self.weigh();
    }

    /// A node that the row holds may be null, which is no node: nothing else tests one that stands alone.
    fn present(&mut self) {
        let graph = self.graph;
        let read = |slot| Box::new(Expr::new(ExprKind::Slot(slot), Span::default()));
        let tests = (0..graph.pattern.nodes.len()).filter(|index| stands_alone(graph, *index)).map(|index| {
            let operand = read(graph.pattern.nodes[index].slot);
            Expr::new(ExprKind::IsNull { operand, negated: true }, Span::default())
        });
        let tests: Vec<Expr> = tests.collect();
        if !tests.is_empty() {
            self.push(Op::Filter(Arc::new(tests)), 1.0);
        }
    }

    fn step(&mut self, step: Step, order: &Order) {
        match step {
            Step::Join(part) => self.join(&order.parts[part]),
            Step::Node(node) => self.node(node),
            Step::RelScan(rel) => self.rel_scan(rel),
            Step::Rel { rel, forward } => self.rel(rel, forward),
        }
        self.place_predicates();
        self.weigh();
    }

    /// Multiplies with what hangs at the nodes that are known by now, once.
    fn weigh(&mut self) {
        let graph = self.graph;
        for (at, (node, weight)) in graph.weights.iter().enumerate() {
            if self.known.contains(*node) && !std::mem::replace(&mut self.weighed[at], true) {
                let factor = self.lowering.statistics.weight(weight);
                self.push(weigh(*node, weight), factor);
            }
        }
    }

    /// Paths, then the predicates over them.
    fn end(&mut self) {
        let paths = &self.graph.pattern.paths;
        if !paths.is_empty() {
            let items =
                paths.iter().map(|path| (path.slot, Expr::new(ExprKind::Path(path.steps.clone()), Default::default())));
            self.push(Op::Project(Arc::new(items.collect())), 1.0);
        }
        self.known.extend(paths.iter().map(|path| path.slot));
        self.place_predicates();
    }

    fn push(&mut self, op: Op, factor: f64) {
        let rows = self.chain.last().map_or(1.0, |node| node.estimate);
        self.chain.push(Node::new(op, bounded(rows * factor)));
    }

    fn place_predicates(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let (ready, waiting): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|each| each.slots.is_subset(&self.known));
        self.waiting = waiting;
        if !ready.is_empty() {
            let uncovered = ready.iter().filter(|each| !each.covered).map(|each| &each.predicate);
            let factor = self.lowering.statistics.share_of_all(uncovered, &self.populations);
            self.push(Op::Filter(Arc::new(ready.into_iter().map(|each| each.predicate).collect())), factor);
        }
    }

    /// A part is matched by itself and found by value. The predicates that say so are tested where a value may fail to
    /// be computed.
    fn join(&mut self, (part, steps): &(Part, Vec<Step>)) {
        let mut inner = vec![Node::new(Op::Unit, 1.0)];
        let mut matcher = Matcher::new(self.lowering, &mut inner, &part.graph);
        matcher.begin();
        let alone = Order::default();
        steps.iter().for_each(|step| matcher.step(*step, &alone));
        let inner = Node::from_chain(inner);
        let (found, distinct) = (inner.estimate, clashes(part, self.graph, &self.placed));
        let keys: Vec<&Key> = part.keys.iter().filter(|key| key.needs.is_subset(&self.known)).collect();
        let tested = |at: usize| keys.iter().any(|key| key.predicate == at && key.sure);
        self.waiting.retain(|each| !part.predicates.contains(&each.at) && !tested(each.at));
        for waiting in &mut self.waiting {
            waiting.covered |= keys.iter().any(|key| key.predicate == waiting.at);
        }
        let predicates = keys.iter().map(|key| &self.graph.predicates[key.predicate]);
        let share = self.lowering.statistics.share_of_all(predicates, &self.populations);
        let keys = Arc::new(keys.into_iter().map(|key| (key.outer.clone(), key.inner.clone())).collect());
        self.push(Op::HashJoin(HashJoin { inner: Box::new(inner), keys, distinct }), found * share);
        self.known.union_with(&part.own);
        self.placed.extend(&part.rels);
        for (weighed, (node, _)) in self.weighed.iter_mut().zip(&self.graph.weights) {
            *weighed |= part.own.contains(*node);
        }
    }

    fn label_filter(&mut self, slot: Slot, tests: Vec<&LabelTest>, population: f64) {
        let tests: Vec<LabelTest> = tests.into_iter().cloned().collect();
        let test = match tests.len() {
            0 => return,
            1 => tests.into_iter().next().unwrap_or(LabelTest::And(Vec::new())),
            _ => LabelTest::And(tests),
        };
        let factor = self.lowering.statistics.label_share(&test, population);
        self.push(Op::LabelFilter { slot, test }, factor);
    }

    /// The node that the row holds must be the entity of that name.
    fn same_entity(&mut self, node: Slot, entity: &EntityRef) {
        let slot = self.lowering.fresh_slot();
        let read = |slot| Box::new(Expr::new(ExprKind::Slot(slot), entity.span));
        self.push(Op::EntitySeek { slot, entity: entity.clone() }, 1.0);
        let same = ExprKind::Compare(CompareOp::Equal, read(node), read(slot));
        self.push(Op::Filter(Arc::new(vec![Expr::new(same, entity.span)])), 0.1);
    }

    fn node(&mut self, index: usize) {
        let node = &self.graph.pattern.nodes[index];
        let mut tests = self.graph.label_tests(node);
        self.known.insert(node.slot);
        if let Some((slot, id)) = self.graph.ids.iter().find(|(slot, _)| *slot == node.slot) {
            self.push(Op::NodeById { slot: *slot, id: id.clone() }, 1.0);
            return self.label_filter(node.slot, tests, 0.0);
        }
        let found = self.lowering.statistics.scan(node);
        if let Some(entity) = &node.entity {
            self.push(Op::EntitySeek { slot: node.slot, entity: entity.clone() }, found);
            return self.label_filter(node.slot, tests, 0.0);
        }
        if let Some(seek) = self.graph.seek(node.slot) {
            self.scanned.insert(node.slot);
            let label = seek.index.as_ref().and_then(|index| match index.target {
                SchemaTarget::Label(label) => Some(label),
                SchemaTarget::RelType(_) => None,
            });
            tests.retain(|test| label.is_none_or(|label| **test != LabelTest::Has(label)));
            self.seek(seek, SeekTarget::Node(node.slot));
            let population =
                label.map_or(self.lowering.statistics.nodes(), |label| self.lowering.statistics.labelled(label));
            return self.label_filter(node.slot, tests, population);
        }
        let label = self.lowering.statistics.rarest_label(node.labels.as_ref());
        tests.retain(|test| label.is_none_or(|label| **test != LabelTest::Has(label)));
        self.scanned.insert(node.slot);
        self.push(Op::NodeScan { slot: node.slot, label, tests: Vec::new() }, found);
        self.label_filter(node.slot, tests, self.lowering.statistics.nodes());
    }

    fn seek(&mut self, seek: &IndexSeek, target: SeekTarget) {
        let probe = Arc::new(seek.probe.clone());
        let op = match &seek.index {
            Some(index) => Op::IndexSeek { target, index: Arc::clone(index), probe, covered: self.covered(seek) },
            None => Op::NameSeek { slot: seek.slot, probe },
        };
        self.push(op, seek.estimate);
    }

    /// The predicates that a seek for equal values makes true; they wait no longer.
    fn covered(&mut self, seek: &IndexSeek) -> Arc<Vec<Expr>> {
        let equal = matches!(seek.probe, Probe::Equal(_) | Probe::In(_));
        let is_covered = |waiting: &Waiting| equal && seek.covers.contains(&waiting.at);
        let (covered, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(is_covered);
        self.waiting = waiting;
        let covered: Vec<Waiting> = covered;
        Arc::new(covered.into_iter().map(|waiting| waiting.predicate).collect())
    }

    fn rel_scan(&mut self, index: usize) {
        let rel = &self.graph.pattern.rels[index];
        let (from, to) = match way(rel.direction, true) {
            Way::Incoming => (rel.right, rel.left),
            Way::Outgoing | Way::Both => (rel.left, rel.right),
        };
        let (from, to) = (self.graph.pattern.nodes[from].slot, self.graph.pattern.nodes[to].slot);
        let found = self.lowering.statistics.rels(&rel.types);
        match self.graph.seek(rel.slot) {
            Some(seek) => self.seek(seek, SeekTarget::Rel { rel: rel.slot, from, to }),
            None => {
                let (types, tests) = (rel.types.clone(), Vec::new());
                self.push(Op::RelScan { rel: rel.slot, from, to, types, tests }, found);
            }
        }
        self.arrive(rel.left, self.lowering.statistics.far_ends(&rel.types, way(rel.direction, false)));
        self.arrive(rel.right, self.lowering.statistics.far_ends(&rel.types, way(rel.direction, true)));
        self.place(index);
    }

    /// A node is known now by an expansion: its labels are tested, and its name.
    fn arrive(&mut self, index: usize, population: f64) {
        let node = &self.graph.pattern.nodes[index];
        if self.known.insert(node.slot) {
            self.label_filter(node.slot, self.graph.label_tests(node), population);
            if let Some(entity) = &node.entity {
                self.same_entity(node.slot, entity);
            }
        }
    }

    fn place(&mut self, index: usize) {
        let rel = &self.graph.pattern.rels[index];
        self.known.insert(rel.slot);
        self.known.extend(rel.length.iter().flat_map(VarLength::lists));
        self.placed.push(index);
    }

    fn rel(&mut self, index: usize, forward: bool) {
        let graph = self.graph;
        let rel = &graph.pattern.rels[index];
        let (from, to) = if forward { (rel.left, rel.right) } else { (rel.right, rel.left) };
        let way = way(rel.direction, forward);
        let (from_slot, to_slot) = (graph.pattern.nodes[from].slot, graph.pattern.nodes[to].slot);
        let (from_known, to_known) = (self.known.contains(from_slot), self.known.contains(to_slot));
        let found = self.found(rel, from_slot, from, way, to_known);
        let op = match &rel.length {
            Some(VarLength { selection: Some(selection), predicates, .. }) => {
                let (from, to) = (from_slot, to_slot);
                let ends = Ends { from, to, to_known, rels: rel.slot, reversed: !forward, repeats: rel.repeats };
                Op::PathSearch(Box::new(PathSearch::new(selection, predicates, ends, self.lowering.query)))
            }
            Some(length) => self.var_expand(rel, length, (from_slot, to_slot), !forward, to_known),
            None => {
                let expand = Expand {
                    from: from_slot,
                    rel: rel.slot,
                    to: to_slot,
                    types: rel.types.clone(),
                    way,
                    distinct_from: self.distinct_from(rel),
                };
                match (rel.bound, to_known) {
                    (true, _) => Op::ExpandBound { expand, from_known, to_known },
                    (false, true) => Op::ExpandInto(expand),
                    (false, false) => Op::Expand(expand),
                }
            }
        };
        self.push(op, found);
        self.arrive(from, 0.0);
        self.arrive(to, self.lowering.statistics.far_ends(&rel.types, way));
        self.place(index);
    }

    fn found(&self, rel: &PatternRel, from: Slot, index: usize, way: Way, to_known: bool) -> f64 {
        let statistics = &self.lowering.statistics;
        let label = statistics.rarest_label(self.graph.pattern.nodes[index].labels.as_ref());
        let population = match label {
            Some(label) => statistics.labelled(label),
            None if self.scanned.contains(from) => statistics.nodes(),
            None => 0.0,
        };
        match &rel.length {
            _ if rel.bound => 1.0,
            None if to_known => statistics.between(&rel.types, way, population),
            None => statistics.degree(&rel.types, way, population),
            Some(_) if to_known => 1.0,
            Some(length) => statistics.trails(&rel.types, way, length, population),
        }
    }

    fn var_expand(
        &self,
        rel: &PatternRel,
        length: &VarLength,
        (from, to): (Slot, Slot),
        reversed: bool,
        to_known: bool,
    ) -> Op {
        let rounds = length.group.as_ref().map(|group| self.rounds(group, &length.predicates, reversed));
        let predicates = if rounds.is_some() { Vec::new() } else { length.predicates.clone() };
        let expand = VarExpand {
            from,
            rels: rel.slot,
            to,
            to_known,
            reversed,
            rels_known: rel.bound,
            types: rel.types.clone(),
            way: way(rel.direction, !reversed),
            min: length.min,
            max: length.max,
            predicates,
            element: length.element,
            rounds,
            distinct_from: self.distinct_from(rel),
            repeats: rel.repeats,
        };
        match length.shortest {
            Some(which) => Op::ShortestPath { expand, which },
            None => Op::VarExpand(expand),
        }
    }

    /// A group in the order in which it is walked. Each condition is tested at the first hop that knows all it reads.
    fn rounds(&self, group: &Group, predicates: &[Expr], reversed: bool) -> Rounds {
        let mut nodes: Vec<Slot> = std::iter::once(group.start).chain(group.hops.iter().map(|hop| hop.node)).collect();
        let mut legs: Vec<&GroupHop> = group.hops.iter().collect();
        if reversed {
            nodes.reverse();
            legs.reverse();
        }
        let ends = nodes.iter().skip(1);
        let hop = |(hop, node): (&GroupHop, &Slot)| RoundHop {
            types: hop.types.clone(),
            way: way(hop.direction, !reversed),
            rel: hop.rel,
            node: *node,
            predicates: Vec::new(),
        };
        let mut hops: Vec<RoundHop> = legs.into_iter().zip(ends).map(hop).collect();
        for predicate in predicates {
            let reads = Reads::of(self.lowering.query, predicate);
            let last = hops.iter().rposition(|hop| reads.contains(hop.rel) || reads.contains(hop.node)).unwrap_or(0);
            if let Some(hop) = hops.get_mut(last) {
                hop.predicates.push(predicate.clone());
            }
        }
        Rounds { start: nodes.first().copied().unwrap_or(group.start), hops, lists: group.lists.clone() }
    }

    /// The slots of the relationships placed before that could be bound again.
    fn distinct_from(&self, rel: &PatternRel) -> Vec<Slot> {
        let placed = self.placed.iter().map(|index| &self.graph.pattern.rels[*index]);
        placed.filter(|other| self.graph.may_clash(rel, other)).map(|other| other.slot).collect()
    }
}
