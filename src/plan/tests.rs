//! Plans as text, and what every plan must fulfil.

use super::estimate::Counts;
use super::explain::{Dictionary, lines};
use super::grounds::Fact;
use super::physical::{ApplyMode, Node, Op, Plan};
use super::weight::Weight;
use super::{Options, liveness, plan_for};
use crate::functions::{Aggregate, Body, Category, Function, TypeSet};
use crate::semantic::bound::{
    AggregateCall, Arm, BoundClause, BoundQuery, Column, CreateItem, Creation, EntityRef, Expr, ExprKind, Grouping,
    LabelTest, Pattern, PatternNode, PatternPath, PatternRel, Projection, Properties, SetItem, Slot, SortKey, Subquery,
    SubqueryId, SubqueryResult, TypeTest, Union, VarLength,
};
use crate::span::Span;
use crate::store::{Direction, IndexDefinition, Population, Sample, Seek};
use crate::syntax::ast::{CompareOp, PatternDirection, Shortest};
use crate::value::{KeyId, LabelId, RelTypeId, Value};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

const LABELS: [(&str, u64); 2] = [("Person", 100), ("City", 10)];
const TYPES: [(&str, u64, u64, u64); 2] = [("KNOWS", 1_000, 100, 100), ("LIVES_IN", 90, 90, 10)];

/// A graph of 200 nodes, of which only the counts exist.
pub(super) struct Numbers;

impl Counts for Numbers {
    fn nodes(&self) -> u64 {
        200
    }
    fn labelled(&self, label: LabelId) -> u64 {
        LABELS[label.0 as usize].1
    }
    fn rels(&self) -> u64 {
        1_090
    }
    fn typed(&self, rel_type: RelTypeId) -> u64 {
        TYPES[rel_type.0 as usize].1
    }
    fn ends(&self, rel_type: RelTypeId, direction: Direction) -> u64 {
        let (_, _, starts, ends) = TYPES[rel_type.0 as usize];
        if direction == Direction::Outgoing { starts } else { ends }
    }
    fn ends_labelled(&self, _: RelTypeId, _: Direction, _: LabelId) -> u64 {
        0
    }
    fn loops(&self, rel_type: RelTypeId) -> u64 {
        self.typed(rel_type)
    }
    fn present(&self, _: LabelId, _: KeyId) -> u64 {
        0
    }
    fn indexes(&self) -> Vec<Arc<IndexDefinition>> {
        Vec::new()
    }
    fn index_size(&self, _: &str) -> (u64, u64) {
        (0, 0)
    }
    fn index_spread(&self, _: &str) -> (f64, f64) {
        (0.0, 0.0)
    }
    fn sample(&self, _: Population, _: KeyId) -> Option<Arc<Sample>> {
        None
    }
    fn name_key(&self) -> Option<KeyId> {
        None
    }
    fn found(&self, _: &str, _: &Seek<'_>) -> u64 {
        0
    }
    fn is_so(&self, fact: Fact) -> bool {
        fact.holds(self)
    }
}

impl Dictionary for Numbers {
    fn label(&self, id: LabelId) -> &str {
        LABELS[id.0 as usize].0
    }
    fn rel_type(&self, id: RelTypeId) -> &str {
        TYPES[id.0 as usize].0
    }
    fn key(&self, _: KeyId) -> &str {
        "name"
    }
}

const PERSON: LabelId = LabelId(0);
const CITY: LabelId = LabelId(1);
const KNOWS: RelTypeId = RelTypeId(0);
const LIVES_IN: RelTypeId = RelTypeId(1);

/// Builds bound queries; slots are numbered as they are named.
#[derive(Default)]
struct Builder {
    names: Vec<Option<Arc<str>>>,
    subqueries: Vec<Subquery>,
}

impl Builder {
    fn slot(&mut self, name: &str) -> Slot {
        self.names.push((!name.is_empty()).then(|| Arc::from(name)));
        Slot(self.names.len() as u32 - 1)
    }

    fn node(&mut self, name: &str, label: Option<LabelId>) -> PatternNode {
        let slot = self.slot(name);
        PatternNode { slot, bound: false, labels: label.map(LabelTest::Has), entity: None }
    }

    fn rel(&mut self, name: &str, left: usize, right: usize, rel_type: RelTypeId) -> PatternRel {
        PatternRel {
            slot: self.slot(name),
            bound: false,
            left,
            right,
            direction: PatternDirection::Right,
            types: TypeTest::OneOf(vec![rel_type]),
            length: None,
            named: !name.is_empty(),
            repeats: false,
        }
    }

    fn subquery(&mut self, kind: SubqueryResult, clauses: Vec<BoundClause>, imports: Vec<Slot>) -> Expr {
        let columns: Vec<Slot> = kind.slot().into_iter().collect();
        let query = Union { arms: vec![Arm { clauses, columns: columns.clone() }], all: false, columns };
        self.subqueries.push(Subquery { kind, query, imports, local_imports: Vec::new() });
        expr(ExprKind::Subquery(SubqueryId(self.subqueries.len() as u32 - 1)))
    }

    fn query(self, clauses: Vec<BoundClause>, columns: &[Slot]) -> BoundQuery {
        let name = |slot: &Slot| self.names[slot.0 as usize].clone().unwrap_or_else(|| Arc::from("?"));
        BoundQuery {
            columns: columns.iter().map(|slot| Column { name: name(slot), slot: *slot }).collect(),
            query: Union {
                arms: vec![Arm { clauses, columns: columns.to_vec() }],
                all: false,
                columns: columns.to_vec(),
            },
            frame: self.names.len() as u32,
            slot_names: self.names,
            subqueries: self.subqueries,
            parameters: Vec::new(),
            writes: false,
            cited: false,
            names_entities: false,
            notifications: Vec::new(),
        }
    }
}

fn expr(kind: ExprKind) -> Expr {
    Expr::new(kind, Span::default())
}

fn read(slot: Slot) -> Expr {
    expr(ExprKind::Slot(slot))
}

pub(super) fn int(number: i64) -> Expr {
    expr(ExprKind::Const(Value::Int(number)))
}

pub(super) fn name_of(slot: Slot) -> Expr {
    expr(ExprKind::Property { base: Box::new(read(slot)), key: Arc::from("name"), id: Some(KeyId(0)) })
}

pub(super) fn equal(left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Compare(CompareOp::Equal, Box::new(left), Box::new(right)))
}

fn matching(nodes: Vec<PatternNode>, rels: Vec<PatternRel>, predicates: Vec<Expr>) -> BoundClause {
    BoundClause::Match { optional: false, pattern: Pattern { nodes, rels, paths: Vec::new() }, predicates }
}

fn optional(clause: BoundClause) -> BoundClause {
    match clause {
        BoundClause::Match { pattern, predicates, .. } => BoundClause::Match { optional: true, pattern, predicates },
        other => other,
    }
}

fn projection(items: Vec<(Slot, Expr)>) -> Projection {
    Projection {
        grouping: None,
        visible: items.iter().map(|(slot, _)| *slot).collect(),
        items,
        distinct: false,
        order_by: Vec::new(),
        skip: None,
        limit: None,
    }
}

fn returning(items: Vec<(Slot, Expr)>) -> BoundClause {
    BoundClause::Project(projection(items))
}

/// `RETURN keys, aggregate(arguments)`.
fn counting(slot: Slot, aggregate: Aggregate, arguments: Vec<Expr>, keys: Vec<(Slot, Expr)>) -> BoundClause {
    let call = AggregateCall { aggregate, distinct: false, arguments, span: Span::default() };
    let mut items: Vec<_> = keys.iter().map(|(slot, _)| (*slot, read(*slot))).collect();
    items.push((slot, read(slot)));
    let grouping = Some(Grouping { keys, aggregates: vec![(slot, call)] });
    BoundClause::Project(Projection { grouping, ..projection(items) })
}

fn planned(query: &BoundQuery, options: &Options) -> Plan {
    let plan = plan_for(query, &Numbers, options).expect("a plan");
    check_well_formed(&plan, query);
    plan
}

fn text(plan: &Plan) -> String {
    let mut text = String::new();
    for line in lines(plan, &Numbers) {
        let indent = "  ".repeat(line.depth);
        let details = if line.details.is_empty() { String::new() } else { format!(" {}", line.details) };
        writeln!(text, "{indent}{}{details} ~{:.0}", line.operator, line.estimate).expect("text");
    }
    text
}

/// Plans with all rules and compares the text; plans without any as well, for what must hold of every plan.
fn check(query: &BoundQuery, expected: &str) {
    planned(query, &Options::unoptimized());
    let found = text(&planned(query, &Options::default()));
    let expected: String = expected.lines().map(|line| line.trim_end().to_owned() + "\n").skip(1).collect();
    let margin = expected.len() - expected.trim_start_matches(' ').len();
    let expected: String =
        expected.lines().filter(|line| !line.is_empty()).map(|line| line[margin..].to_owned() + "\n").collect();
    assert_eq!(found, expected, "\n{found}");
}

/// Every operator reads only what its input carries, and every operator carries only what exists.
fn check_well_formed(plan: &Plan, query: &BoundQuery) {
    let columns: BTreeSet<Slot> = plan.columns.iter().map(|column| column.slot).collect();
    assert!(columns.iter().all(|slot| plan.root.live.contains(slot)), "a column is missing: {plan:?}");
    check_carried(&plan.root, query);
    plan.subqueries.iter().flatten().for_each(|subplan| check_carried(&subplan.root, query));
}

fn check_carried(root: &Node, query: &BoundQuery) {
    for node in root.chain() {
        let carried = node.input.as_ref().map(|input| input.live.as_slice()).unwrap_or_default();
        let own = liveness::own_reads(&node.op, query);
        let made: BTreeSet<Slot> = match &node.op {
            Op::Create { items, paths } => super::slots::created(items, paths).collect(),
            Op::Merge { inner, items, paths, .. } => {
                super::slots::created(items, paths).chain(inner.live.iter().copied()).collect()
            }
            Op::VarExpand(expand) | Op::ShortestPath { expand, .. } => [expand.element].into(),
            _ => BTreeSet::new(),
        };
        let missing = own.iter().filter(|slot| !carried.contains(slot) && !made.contains(slot)).collect::<Vec<_>>();
        assert!(missing.is_empty(), "{:?} reads {missing:?}, which its input does not carry", node.op);
        if let Op::Apply { inner, row_id: Some(row_id), .. } = &node.op {
            assert!(inner.chain().all(|node| node.live.contains(row_id)), "the row id is lost in {inner:?}");
        }
        node.op.inner_plans().for_each(|inner| check_carried(inner, query));
    }
}

#[test]
fn a_pattern_begins_at_the_rarest_label() {
    let mut b = Builder::default();
    let (p, c) = (b.node("p", Some(PERSON)), b.node("c", Some(CITY)));
    let lives = b.rel("", 0, 1, LIVES_IN);
    let name = b.slot("name");
    let items = vec![(name, name_of(p.slot))];
    let clauses = vec![matching(vec![p, c], vec![lives], vec![]), returning(items)];
    check(
        &b.query(clauses, &[name]),
        "
        Project p.name AS name ~90
        LabelFilter p:Person ~90
        Expand (c)<-[_2:LIVES_IN]-(p) ~90
        NodeScan (c:City) ~10
        Unit ~1",
    );
}

#[test]
fn an_entity_comes_before_everything_else() {
    let mut b = Builder::default();
    let (p, mut c) = (b.node("p", Some(PERSON)), b.node("c", None));
    c.entity = Some(EntityRef { name: Arc::from("Berlin"), span: Span::default() });
    let lives = b.rel("", 0, 1, LIVES_IN);
    let columns = [p.slot];
    let clauses = vec![matching(vec![p, c], vec![lives], vec![]), returning(vec![(columns[0], read(columns[0]))])];
    check(
        &b.query(clauses, &columns),
        "
        LabelFilter p:Person ~9
        Expand (c)<-[_2:LIVES_IN]-(p) ~9
        EntitySeek (c @Berlin) ~1
        Unit ~1",
    );
}

#[test]
fn a_cycle_is_closed_by_known_ends_and_relationships_differ() {
    let mut b = Builder::default();
    let nodes: Vec<_> = ["a", "b", "c"].map(|name| b.node(name, Some(PERSON))).into();
    let rels = vec![b.rel("r", 0, 1, KNOWS), b.rel("s", 1, 2, KNOWS), b.rel("t", 2, 0, KNOWS)];
    let count = b.slot("n");
    let clauses = vec![matching(nodes, rels, vec![]), counting(count, Aggregate::CountStar, vec![], vec![])];
    check(
        &b.query(clauses, &[count]),
        "
        Aggregate count(*) AS n ~1
        ExpandInto (c)-[t:KNOWS]->(a) other than r, s ~1000
        LabelFilter c:Person ~10000
        Expand (b)-[s:KNOWS]->(c) other than r ~10000
        LabelFilter b:Person ~1000
        Expand (a)-[r:KNOWS]->(b) ~1000
        NodeScan (a:Person) ~100
        Unit ~1",
    );
}

#[test]
fn two_hops_of_which_only_the_number_counts_are_one_scan() {
    let mut b = Builder::default();
    let (a, mid, c) = (b.node("a", None), b.node("b", Some(PERSON)), b.node("c", None));
    let rels = vec![b.rel("", 0, 1, KNOWS), b.rel("", 1, 2, KNOWS)];
    let count = b.slot("n");
    let argument = vec![read(a.slot)];
    let clauses = vec![matching(vec![a, mid, c], rels, vec![]), counting(count, Aggregate::Count, argument, vec![])];
    check(
        &b.query(clauses, &[count]),
        "
        Aggregate count(*) AS n ~1
        PairCount (b) <-[:KNOWS]- and -[:KNOWS]-> ~10000
        NodeScan (b:Person) ~100
        Unit ~1",
    );
}

#[test]
fn two_hops_apart_are_not_a_pair() {
    let mut b = Builder::default();
    let nodes = (0..4).map(|_| b.node("", None)).collect();
    let rels = vec![b.rel("r", 0, 1, LIVES_IN), b.rel("s", 2, 3, LIVES_IN)];
    let count = b.slot("n");
    let clauses = vec![matching(nodes, rels, vec![]), counting(count, Aggregate::CountStar, vec![], vec![])];
    check(
        &b.query(clauses, &[count]),
        "
        Aggregate count(*) AS n ~1
        ExpandCount (_2)-[s:LIVES_IN]->(_3) other than r ~8100
        NodeScan (_2) ~18000
        RelScan (_0)-[r:LIVES_IN]->(_1) ~90
        Unit ~1",
    );
}

#[test]
fn a_given_identifier_is_looked_up() {
    static ID: Function = Function {
        name: "id",
        category: Category::Scalar,
        parameters: &[],
        variadic: false,
        result: TypeSet::INT,
        body: Body::Strict(|_, _| Ok(Value::Null)),
        summary: "",
        examples: &[],
    };
    let mut b = Builder::default();
    let nodes = vec![b.node("p", Some(PERSON)), b.node("q", Some(CITY))];
    let (p, x) = (nodes[0].slot, b.slot("x"));
    let id = expr(ExprKind::Call { function: &ID, arguments: vec![read(p)] });
    let lives = b.rel("", 0, 1, LIVES_IN);
    let clauses = vec![
        BoundClause::Unwind { list: expr(ExprKind::Parameter(Arc::from("ids"))), slot: x },
        matching(nodes, vec![lives], vec![equal(read(x), id)]),
        returning(vec![(p, read(p))]),
    ];
    check(
        &b.query(clauses, &[p]),
        "
        LabelFilter q:City ~1
        Expand (p)-[_3:LIVES_IN]->(q) ~1
        Filter x = id(p) ~1
        LabelFilter p:Person ~10
        NodeById (p) = x ~10
        Unwind $ids AS x ~10
        Unit ~1",
    );
}

#[test]
fn a_variable_length_waits_for_what_its_predicates_read() {
    let mut b = Builder::default();
    let nodes = vec![b.node("a", None), b.node("b", Some(CITY)), b.node("c", Some(PERSON))];
    let (a, c) = (nodes[0].slot, nodes[2].slot);
    let mut trail = b.rel("", 0, 1, LIVES_IN);
    let element = b.slot("e");
    let tested = expr(ExprKind::Local(element));
    let predicates = vec![equal(name_of(c), tested)];
    trail.length =
        Some(VarLength { min: 1, max: Some(1), predicates, element, shortest: None, group: None, selection: None });
    let clauses = vec![matching(nodes, vec![trail], vec![]), returning(vec![(a, read(a))])];
    check(
        &b.query(clauses, &[a]),
        "
        VarExpand (b)<-[_3:LIVES_IN*1..1]-(a) each c.name = e ~9000
        NodeScan (c:Person) ~1000
        NodeScan (b:City) ~10
        Unit ~1",
    );
}

#[test]
fn the_last_hop_multiplies_and_still_differs_from_the_first() {
    let mut b = Builder::default();
    let (a, mid, c) = (b.node("a", Some(PERSON)), b.node("b", None), b.node("c", None));
    let rels = vec![b.rel("", 0, 1, KNOWS), b.rel("", 1, 2, KNOWS)];
    let (key, count) = (b.slot("name"), b.slot("n"));
    let keys = vec![(key, name_of(a.slot))];
    let clauses = vec![matching(vec![a, mid, c], rels, vec![]), counting(count, Aggregate::CountStar, vec![], keys)];
    check(
        &b.query(clauses, &[key, count]),
        "
        Aggregate a.name AS name, count(*) AS n ~5000
        ExpandCount (b)-[_4:KNOWS]->(c) other than _3 ~10000
        Expand (a)-[_3:KNOWS]->(b) ~1000
        NodeScan (a:Person) ~100
        Unit ~1",
    );
}

#[test]
fn counts_that_are_kept_anyway_are_read() {
    let mut b = Builder::default();
    let p = b.node("p", Some(PERSON));
    let count = b.slot("n");
    let argument = vec![read(p.slot)];
    let clauses = vec![matching(vec![p], vec![], vec![]), counting(count, Aggregate::Count, argument, vec![])];
    check(&b.query(clauses, &[count]), "\n        StoredCounts nodes :Person AS n ~1");

    let mut b = Builder::default();
    let nodes = vec![b.node("", None), b.node("", None)];
    let knows = b.rel("r", 0, 1, KNOWS);
    let count = b.slot("n");
    let argument = vec![read(knows.slot)];
    let clauses = vec![matching(nodes, vec![knows], vec![]), counting(count, Aggregate::Count, argument, vec![])];
    check(&b.query(clauses, &[count]), "\n        StoredCounts relationships :KNOWS AS n ~1");
}

#[test]
fn predicates_of_an_optional_match_stay_inside_it() {
    let mut b = Builder::default();
    let p = b.node("p", Some(PERSON));
    let again = PatternNode { bound: true, labels: None, ..p.clone() };
    let (q, knows) = (b.node("q", None), b.rel("", 0, 1, KNOWS));
    let predicate = equal(name_of(q.slot), name_of(p.slot));
    let columns = [p.slot, q.slot];
    let clauses = vec![
        matching(vec![p], vec![], vec![]),
        optional(matching(vec![again, q], vec![knows], vec![predicate])),
        returning(columns.map(|slot| (slot, read(slot))).into()),
    ];
    let query = b.query(clauses, &columns);
    check(
        &query,
        "
        OptionalApply q ~100
          Filter q.name = p.name ~1
          Expand (p)-[_2:KNOWS]->(q) ~10
          Argument ~1
        NodeScan (p:Person) ~100
        Unit ~1",
    );
    let plan = planned(&query, &Options::default());
    let Op::Apply { inner, row_id: Some(row_id), mode: ApplyMode::Optional(slots), .. } = &plan.root.op else {
        panic!("no optional apply by row id: {:?}", plan.root.op);
    };
    assert_eq!((inner.live.as_slice(), slots.as_slice()), ([columns[1], *row_id].as_slice(), &columns[1..]));
}

/// `MATCH (p:Person) WHERE EXISTS { (p)-[:LIVES_IN]->() } AND NOT EXISTS { (p)-[:KNOWS]->() } RETURN p`
fn with_existence() -> (BoundQuery, Slot) {
    let mut b = Builder::default();
    let p = b.node("p", Some(PERSON));
    let slot = p.slot;
    let mut exists = |rel_type| {
        let again = PatternNode { bound: true, labels: None, ..p.clone() };
        let (q, rel) = (b.node("", None), b.rel("", 0, 1, rel_type));
        b.subquery(SubqueryResult::Exists, vec![matching(vec![again, q], vec![rel], vec![])], vec![slot])
    };
    let (lives, knows) = (exists(LIVES_IN), exists(KNOWS));
    let predicates = vec![lives, expr(ExprKind::Not(Box::new(knows)))];
    let clauses = vec![matching(vec![p], vec![], predicates), returning(vec![(slot, read(slot))])];
    (b.query(clauses, &[slot]), slot)
}

#[test]
fn existence_keeps_or_drops_rows_by_itself() {
    let (query, _) = with_existence();
    check(
        &query,
        "
        AntiApply ~25
          ExpandCount (p)-[_4:KNOWS]->(_3) ~10
          Argument ~1
        SemiApply ~50
          ExpandCount (p)-[_2:LIVES_IN]->(_1) ~1
          Argument ~1
        NodeScan (p:Person) ~100
        Unit ~1",
    );
}

#[test]
fn without_rules_subqueries_stay_in_their_expressions() {
    let (query, slot) = with_existence();
    let plan = planned(&query, &Options::unoptimized());
    assert_eq!(
        text(&plan),
        "Filter [subquery 0] AND (NOT [subquery 1]) ~25\n\
         NodeScan (p:Person) ~100\n\
         Unit ~1\n\
         Subquery subquery 0 EXISTS ~1\n\
         \x20 Expand (p)-[_2:LIVES_IN]->(_1) ~1\n\
         \x20 Argument ~1\n\
         Subquery subquery 1 EXISTS ~10\n\
         \x20 Expand (p)-[_4:KNOWS]->(_3) ~10\n\
         \x20 Argument ~1\n"
    );
    assert!(plan.subqueries.iter().flatten().all(|subplan| subplan.imports == [slot]));
    let one_off = Options { disabled_rules: ["hoist_subqueries".to_owned()].into(), ..Options::default() };
    assert_eq!(planned(&query, &one_off).subqueries.iter().flatten().count(), 2);
}

#[test]
fn a_subquery_in_a_branch_stays_there_and_one_that_counts_does_not() {
    let mut b = Builder::default();
    let p = b.node("p", None);
    let (slot, q, knows) = (p.slot, b.node("q", None), b.rel("", 0, 1, KNOWS));
    let again = PatternNode { bound: true, ..p.clone() };
    let inner = matching(vec![again, q], vec![knows], vec![]);
    let counted = b.subquery(SubqueryResult::Count, vec![inner.clone()], vec![slot]);
    let guarded = b.subquery(SubqueryResult::Count, vec![inner], vec![slot]);
    let case = ExprKind::Case { subject: None, branches: vec![(counted, guarded)], otherwise: None };
    let (x, y) = (b.slot("x"), b.slot("y"));
    let free = equal(read(x), expr(ExprKind::Subquery(SubqueryId(0))));
    let clauses = vec![
        matching(vec![p], vec![], vec![]),
        BoundClause::Unwind { list: expr(ExprKind::List(vec![int(1), int(2)])), slot: x },
        BoundClause::Filter(vec![free]),
        returning(vec![(y, expr(case))]),
    ];
    check(
        &b.query(clauses, &[y]),
        "
        Project CASE WHEN [subquery 0] THEN [subquery 1] END AS y ~40
        Filter x = _5 ~40
        ResultApply COUNT AS _5 ~400
          ExpandCount (p)-[_2:KNOWS]->(q) ~10
          Argument ~1
        Unwind [1, 2] AS x ~400
        NodeScan (p) ~200
        Unit ~1
        Subquery subquery 0 COUNT ~10
          ExpandCount (p)-[_2:KNOWS]->(q) ~10
          Argument ~1
        Subquery subquery 1 COUNT ~10
          ExpandCount (p)-[_2:KNOWS]->(q) ~10
          Argument ~1",
    );
}

#[test]
fn only_the_first_rows_of_a_sort_are_kept_and_earlier_slots_stay_for_its_keys() {
    let mut b = Builder::default();
    let p = b.node("p", Some(PERSON));
    let name = b.slot("name");
    let project = Projection {
        order_by: vec![SortKey { expr: name_of(p.slot), descending: true }],
        skip: Some(int(2)),
        limit: Some(int(3)),
        ..projection(vec![(name, name_of(p.slot))])
    };
    let clauses = vec![matching(vec![p], vec![], vec![]), BoundClause::Project(project)];
    check(
        &b.query(clauses, &[name]),
        "
        Limit 3 ~3
        Skip 2 ~3
        Project p.name AS name ~5
        Top 5 by p.name DESC ~5
        NodeScan (p:Person) ~100
        Unit ~1",
    );
}

#[test]
fn variable_lengths_shortest_paths_and_paths() {
    let mut b = Builder::default();
    let nodes = vec![b.node("a", None), b.node("b", Some(CITY))];
    let mut trail = b.rel("t", 0, 1, KNOWS);
    let element = b.slot("e");
    let length =
        VarLength { min: 1, max: Some(3), predicates: vec![], element, shortest: None, group: None, selection: None };
    trail.length = Some(length.clone());
    let path = b.slot("p");
    let paths = vec![PatternPath { slot: path, steps: vec![nodes[0].slot, trail.slot, nodes[1].slot] }];
    let pattern = Pattern { nodes: nodes.clone(), rels: vec![trail.clone()], paths: paths.clone() };
    let clauses = |pattern| {
        vec![BoundClause::Match { optional: false, pattern, predicates: vec![] }, returning(vec![(path, read(path))])]
    };
    let query = b.query(clauses(pattern), &[path]);
    check(
        &query,
        "
        Project path(a, t, b) AS p ~11100
        VarExpand (b)<-[t:KNOWS*1..3]-(a) ~11100
        NodeScan (b:City) ~10
        Unit ~1",
    );
    let plan = planned(&query, &Options::default());
    assert!(plan.root.chain().any(|node| matches!(&node.op, Op::VarExpand(expand) if expand.reversed)));

    trail.length = Some(VarLength { shortest: Some(Shortest::Single), ..length });
    let pattern = Pattern { nodes, rels: vec![trail], paths };
    let query = Builder { names: query.slot_names, subqueries: vec![] }.query(clauses(pattern), &[path]);
    check(
        &query,
        "
        Project path(a, t, b) AS p ~2000
        ShortestPath one (a)-[t:KNOWS*1..3]->(b) ~2000
        NodeScan (a) ~2000
        NodeScan (b:City) ~10
        Unit ~1",
    );
}

#[test]
fn a_bound_relationship_gives_the_ends_that_are_not_known() {
    let mut b = Builder::default();
    let nodes = vec![b.node("", None), b.node("", None)];
    let first = b.rel("r", 0, 1, LIVES_IN);
    let again = PatternRel { bound: true, ..first.clone() };
    let others = vec![b.node("a", None), b.node("b", Some(PERSON))];
    let columns = [others[0].slot, first.slot, others[1].slot];
    let clauses = vec![
        matching(nodes, vec![first], vec![]),
        matching(others, vec![again], vec![]),
        returning(columns.map(|slot| (slot, read(slot))).into()),
    ];
    check(
        &b.query(clauses, &columns),
        "
        LabelFilter b:Person ~90
        ExpandBound (a)-[r:LIVES_IN]->(b) ~90
        RelScan (_0)-[r:LIVES_IN]->(_1) ~90
        Unit ~1",
    );
}

#[test]
fn what_cannot_exist_is_not_looked_for() {
    let mut b = Builder::default();
    let mut n = b.node("n", None);
    n.labels = Some(LabelTest::Never);
    let slot = n.slot;
    let clauses = vec![matching(vec![n], vec![], vec![]), returning(vec![(slot, read(slot))])];
    check(
        &b.query(clauses, &[slot]),
        "
        LabelFilter n:!% ~0
        NodeScan (n) ~0
        Filter false ~0
        Unit ~1",
    );
}

#[test]
fn writes_are_drained_and_merged() {
    let mut b = Builder::default();
    let node = |slot, labels| CreateItem::Node {
        slot,
        labels,
        named: vec![],
        properties: Properties::Items(vec![]),
        entity: None,
    };
    let (x, y, r) = (b.slot("x"), b.slot("y"), b.slot("r"));
    let rel = CreateItem::Rel {
        slot: r,
        rel_type: crate::semantic::bound::NewType::Known(KNOWS),
        from: x,
        to: y,
        properties: Properties::Items(vec![(KeyId(0), int(1))]),
        span: Span::default(),
    };
    let mut z = b.node("z", Some(PERSON));
    z.labels = Some(LabelTest::Has(CITY));
    let zs = z.slot;
    let create = |items| BoundClause::Create(Creation { items, paths: vec![] });
    let merge = BoundClause::Merge {
        pattern: Pattern { nodes: vec![z], ..Pattern::default() },
        predicates: vec![equal(name_of(zs), int(1))],
        create: Creation { items: vec![node(zs, vec![CITY])], paths: vec![] },
        on_create: vec![],
        on_match: vec![SetItem::Property { target: read(zs), key: KeyId(0), value: int(2) }],
    };
    let last = Projection { limit: Some(int(1)), ..projection(vec![(zs, read(zs))]) };
    let clauses = vec![
        create(vec![node(x, vec![PERSON])]),
        create(vec![node(y, vec![])]),
        create(vec![rel]),
        merge,
        BoundClause::Project(last),
    ];
    let query = b.query(clauses, &[zs]);
    check(
        &query,
        "
        Limit 1 ~1
        Merge (z:City) ON MATCH SET z.name = 2 ~1
          NodeScan (z:City WHERE z.name = 1) ~1
          Argument ~1
        Create (x:Person), (y), (x)-[r:KNOWS {name: 1}]->(y) ~1
        Unit ~1",
    );
    let plan = planned(&query, &Options::default());
    assert!(matches!(plan.root.op, Op::Limit { exhaust: true, .. }));
}

#[test]
fn too_many_operators_are_refused() {
    let mut b = Builder::default();
    let slot = b.slot("x");
    let clauses = vec![BoundClause::Filter(vec![equal(int(1), int(1))]); super::MAX_OPERATORS + 1];
    let mut clauses = clauses;
    clauses.push(returning(vec![(slot, int(1))]));
    let error = plan_for(&b.query(clauses, &[slot]), &Numbers, &Options::default()).expect_err("too many");
    assert_eq!(error.error_type(), crate::error::ErrorType::ResourceLimit);

    let mut b = Builder::default();
    let nodes = (0..5_000).map(|_| b.node("", Some(PERSON))).collect();
    let clauses = vec![matching(nodes, vec![], vec![])];
    let error = plan_for(&b.query(clauses, &[]), &Numbers, &Options::unoptimized()).expect_err("too many");
    assert_eq!(error.error_type(), crate::error::ErrorType::ResourceLimit);
}

/// Patterns of few nodes with any relationships among them, and which slots are returned.
fn patterns() -> impl Strategy<Value = (BoundQuery, Vec<PatternRel>)> {
    patterns_of(0..6)
}

/// The same, of so many relationships.
pub(super) fn patterns_of(rels: std::ops::Range<usize>) -> impl Strategy<Value = (BoundQuery, Vec<PatternRel>)> {
    let rel = (0..4_usize, 0..4_usize, 0..3_u32, 0..3_u32, any::<bool>());
    let nodes = proptest::collection::vec(0..4_u32, 4);
    (nodes, proptest::collection::vec(rel, rels), any::<u16>()).prop_map(|(labels, rels, returned)| {
        let mut b = Builder::default();
        let nodes: Vec<_> = labels.iter().map(|label| b.node("", (*label < 2).then_some(LabelId(*label)))).collect();
        let rels: Vec<_> = rels.into_iter().map(|rel| random_rel(&mut b, rel)).collect();
        let slots: Vec<Slot> = nodes.iter().map(|node| node.slot).chain(rels.iter().map(|rel| rel.slot)).collect();
        let chosen: Vec<Slot> =
            slots.iter().enumerate().filter(|(at, _)| returned >> at & 1 == 1).map(|(_, slot)| *slot).collect();
        let items = chosen.iter().map(|slot| (*slot, read(*slot))).collect();
        (b.query(vec![matching(nodes, rels.clone(), vec![]), returning(items)], &chosen), rels)
    })
}

fn random_rel(b: &mut Builder, (left, right, types, direction, long): (usize, usize, u32, u32, bool)) -> PatternRel {
    let mut rel = b.rel("", left, right, RelTypeId(types % 2));
    if types == 2 {
        rel.types = TypeTest::Any;
    }
    rel.direction = [PatternDirection::Right, PatternDirection::Left, PatternDirection::Either][direction as usize];
    if long && direction == 0 {
        let element = b.slot("");
        rel.length = Some(VarLength {
            min: 0,
            max: None,
            predicates: vec![],
            element,
            shortest: None,
            group: None,
            selection: None,
        });
    }
    rel
}

/// The pairs of relationships that a plan keeps different.
fn kept_different(plan: &Plan) -> BTreeSet<(Slot, Slot)> {
    let mut pairs = BTreeSet::new();
    for node in plan.root.chain() {
        let kept: Vec<(Slot, &Vec<Slot>)> = match &node.op {
            Op::Expand(expand) | Op::ExpandInto(expand) | Op::ExpandCount(expand) => {
                vec![(expand.rel, &expand.distinct_from)]
            }
            Op::IntersectCount(arms) => arms.iter().map(|expand| (expand.rel, &expand.distinct_from)).collect(),
            Op::VarExpand(expand) => vec![(expand.rels, &expand.distinct_from)],
            _ => continue,
        };
        for (slot, others) in kept {
            pairs.extend(others.iter().map(|other| (slot.min(*other), slot.max(*other))));
        }
    }
    pairs
}

/// How many pairs of relationships an operator counts as different.
fn counted_pairs(op: &Op) -> usize {
    fn pairs(weight: &Weight) -> usize {
        let inner = weight.branches().iter().flat_map(|branch| &branch.weights).map(pairs);
        usize::from(matches!(weight, Weight::Pair(_))) + inner.sum::<usize>()
    }
    if let Op::Weigh { weight, .. } = op { pairs(weight) } else { 0 }
}

proptest! {
    #[test]
    fn every_clash_is_checked_once_and_everything_read_is_carried((query, rels) in patterns()) {
        for options in [Options::default(), Options::unoptimized()] {
            let plan = planned(&query, &options);
            let counted: usize = plan.root.chain().map(|node| counted_pairs(&node.op)).sum();
            let mut clashes = BTreeSet::new();
            for (at, left) in rels.iter().enumerate() {
                for right in &rels[at + 1..] {
                    if super::logical::may_clash(left, right) {
                        clashes.insert((left.slot.min(right.slot), left.slot.max(right.slot)));
                    }
                }
            }
            let kept = kept_different(&plan);
            prop_assert!(kept.is_subset(&clashes));
            prop_assert_eq!(kept.len() + counted, clashes.len());
        }
    }
}
