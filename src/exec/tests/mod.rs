//! Plans built by hand, compared with naive computations and with themselves under other settings.

mod apply;
mod depth;
mod expressions;
mod patterns;
mod rows;
mod updates;

use super::{Execution, Outcome, Program, Settings};
use crate::error::Result;
use crate::plan::grounds::Grounds;
use crate::plan::physical::{Node, Op, Plan};
use crate::semantic::bound::{Column, Expr, ExprKind, Slot, TypeTest};
use crate::span::Span;
use crate::store::Version;
use crate::value::{NodeId, RelId, RelTypeId, Value};
use std::sync::Arc;

/// Every slot that a test may use; all are live everywhere.
pub(super) const FRAME: u32 = 12;

/// A chain of operators, the first one a source.
pub(super) fn chain(ops: Vec<Op>) -> Node {
    let live: Vec<Slot> = (0..FRAME).map(Slot).collect();
    let mut node: Option<Node> = None;
    for op in ops {
        let input = node.take().map(Box::new);
        node = Some(Node { op, input, live: live.clone(), estimate: 1.0 });
    }
    node.unwrap_or(Node { op: Op::Unit, input: None, live, estimate: 1.0 })
}

pub(super) fn plan(ops: Vec<Op>, columns: &[u32]) -> Arc<Plan> {
    let column = |slot: &u32| Column { name: Arc::from(format!("c{slot}")), slot: Slot(*slot) };
    Arc::new(Plan {
        root: chain(ops),
        frame: FRAME,
        slot_names: Vec::new(),
        columns: columns.iter().map(column).collect(),
        subqueries: Vec::new(),
        parameters: Vec::new(),
        writes: false,
        notifications: Vec::new(),
        grounds: Grounds::default(),
    })
}

pub(super) fn begun(plan: &Arc<Plan>, graph: &Arc<Version>, settings: Settings) -> Result<Execution> {
    Execution::new(Arc::new(Program::new(Arc::clone(plan))?), Arc::clone(graph), settings)
}

pub(super) fn run_with(plan: &Arc<Plan>, graph: &Arc<Version>, settings: Settings) -> Result<Vec<String>> {
    let mut execution = begun(plan, graph, settings)?;
    let mut rows = Vec::new();
    while let Some(row) = execution.next_row()? {
        rows.push(row.iter().map(text).collect::<Vec<_>>().join(" "));
    }
    Ok(rows)
}

/// The rows of a plan, which must be the same for every size of chunks and with and without kernels.
pub(super) fn run(plan: &Arc<Plan>, graph: &Arc<Version>) -> Vec<String> {
    let settings = |batch, kernels| Settings { batch, kernels, ..Settings::default() };
    let reference = run_with(plan, graph, settings(2048, false)).unwrap();
    for (batch, kernels) in [(1, true), (2, true), (3, false), (2048, true)] {
        assert_eq!(run_with(plan, graph, settings(batch, kernels)).unwrap(), reference, "batch {batch}");
    }
    reference
}

/// Runs a plan that changes the graph; gives its rows and what it leaves behind.
pub(super) fn update(
    ops: Vec<Op>,
    columns: &[u32],
    graph: &Arc<Version>,
    batch: usize,
) -> Result<(Vec<String>, Outcome)> {
    let settings = Settings { batch, ..Settings::default() };
    let mut execution = begun(&plan(ops, columns), graph, settings)?;
    let mut rows = Vec::new();
    while let Some(row) = execution.next_row()? {
        rows.push(row.iter().map(text).collect::<Vec<_>>().join(" "));
    }
    Ok((rows, execution.finish()))
}

pub(super) fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Node(node) => format!("n{}", node.0),
        Value::Rel(rel) => format!("r{}.{}", rel.rel_type.0, rel.row),
        Value::List(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(",")),
        Value::Int(number) => number.to_string(),
        Value::Null => "null".to_owned(),
        other => format!("{other:?}"),
    }
}

pub(super) fn expr(kind: ExprKind) -> Expr {
    Expr::new(kind, Span::default())
}

pub(super) fn slot(number: u32) -> Expr {
    expr(ExprKind::Slot(Slot(number)))
}

pub(super) fn constant(value: impl Into<Value>) -> Expr {
    expr(ExprKind::Const(value.into()))
}

pub(super) fn ints(numbers: &[i64]) -> Expr {
    constant(Value::list(numbers.iter().map(|&number| Value::Int(number)).collect()))
}

pub(super) fn scan(number: u32) -> Op {
    Op::NodeScan { slot: Slot(number), label: None, tests: Vec::new() }
}

/// A source of random numbers that gives the same ones each time.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A random graph with two types, self-loops and parallel relationships.
pub(super) struct RandomGraph {
    pub(super) graph: Arc<Version>,
    pub(super) nodes: Vec<NodeId>,
    pub(super) rels: Vec<(RelId, NodeId, NodeId)>,
    pub(super) types: [RelTypeId; 2],
}

impl RandomGraph {
    pub(super) fn new(seed: u64, nodes: u64, rels: u64) -> RandomGraph {
        let mut random = Random(seed);
        let mut graph = Version::new();
        let types = [graph.intern_rel_type("A"), graph.intern_rel_type("B")];
        let nodes: Vec<NodeId> = (0..nodes).map(|_| graph.create_node(&[], &[]).unwrap()).collect();
        let count = nodes.len() as u64;
        let mut made = Vec::new();
        for _ in 0..rels {
            let (from, to) = (nodes[random.below(count) as usize], nodes[random.below(count) as usize]);
            let rel_type = types[random.below(2) as usize];
            made.push((graph.create_rel(rel_type, from, to, &[]).unwrap(), from, to));
        }
        RandomGraph { graph: Arc::new(graph), nodes, rels: made, types }
    }

    /// The relationships at a node that an expansion finds, with their other ends.
    pub(super) fn hops(&self, node: NodeId, types: &TypeTest, way: crate::plan::physical::Way) -> Vec<(RelId, NodeId)> {
        use crate::plan::physical::Way;
        let fits = |rel: RelId| match types {
            TypeTest::Any => true,
            TypeTest::OneOf(types) => types.contains(&rel.rel_type),
        };
        let mut hops = Vec::new();
        for &(rel, from, to) in self.rels.iter().filter(|(rel, ..)| fits(*rel)) {
            if from == node && way != Way::Incoming {
                hops.push((rel, to));
            } else if to == node && way != Way::Outgoing {
                hops.push((rel, from));
            }
        }
        hops
    }

    pub(super) fn type_tests(&self) -> Vec<TypeTest> {
        let [a, b] = self.types;
        vec![
            TypeTest::Any,
            TypeTest::OneOf(vec![a]),
            TypeTest::OneOf(vec![b]),
            TypeTest::OneOf(vec![b, a]),
            TypeTest::OneOf(vec![]),
        ]
    }
}
