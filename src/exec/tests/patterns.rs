//! Expansions against naive walks over random graphs.

use super::*;
use crate::plan::physical::{Expand, VarExpand, Way};
use crate::plan::weight::{Branch, Weight};
use crate::syntax::ast::{CompareOp, Shortest};

const WAYS: [Way; 3] = [Way::Outgoing, Way::Incoming, Way::Both];

fn expand(from: u32, rel: u32, to: u32, types: &TypeTest, way: Way, distinct_from: &[u32]) -> Expand {
    Expand {
        from: Slot(from),
        rel: Slot(rel),
        to: Slot(to),
        types: types.clone(),
        way,
        distinct_from: distinct_from.iter().map(|&slot| Slot(slot)).collect(),
    }
}

fn var_expand(types: &TypeTest, way: Way, min: u32, max: Option<u32>) -> VarExpand {
    VarExpand {
        from: Slot(0),
        rels: Slot(1),
        to: Slot(2),
        to_known: false,
        reversed: false,
        rels_known: false,
        types: types.clone(),
        way,
        min,
        max,
        predicates: Vec::new(),
        element: Slot(11),
        rounds: None,
        distinct_from: Vec::new(),
        repeats: false,
    }
}

fn count_by_node(rows: &[String], nodes: &[NodeId]) -> Vec<usize> {
    nodes.iter().map(|node| rows.iter().filter(|row| **row == format!("n{}", node.0)).count()).collect()
}

#[test]
fn expansions_find_every_relationship_once() {
    let random = RandomGraph::new(1, 9, 40);
    for types in random.type_tests() {
        for way in WAYS {
            let found = run(
                &plan(vec![Op::Unit, scan(0), Op::Expand(expand(0, 1, 2, &types, way, &[]))], &[0, 1, 2]),
                &random.graph,
            );
            let mut naive = Vec::new();
            for &node in &random.nodes {
                for (rel, to) in random.hops(node, &types, way) {
                    naive.push(format!("n{} r{}.{} n{}", node.0, rel.rel_type.0, rel.row, to.0));
                }
            }
            assert_eq!(sorted(found), sorted(naive), "{types:?} {way:?}");
        }
    }
}

#[test]
fn expansions_between_known_nodes_agree_with_filtered_ones() {
    let random = RandomGraph::new(2, 6, 30);
    for types in random.type_tests() {
        for way in WAYS {
            let into = vec![Op::Unit, scan(0), scan(2), Op::ExpandInto(expand(0, 1, 2, &types, way, &[]))];
            let open = vec![Op::Unit, scan(0), Op::Expand(expand(0, 1, 2, &types, way, &[]))];
            let into = run(&plan(into, &[0, 1, 2]), &random.graph);
            assert_eq!(sorted(into), sorted(run(&plan(open, &[0, 1, 2]), &random.graph)));
        }
    }
}

#[test]
fn counted_degrees_leave_out_bound_relationships() {
    let random = RandomGraph::new(3, 7, 35);
    for types in random.type_tests() {
        for way in WAYS {
            let first = Op::Expand(expand(0, 1, 2, &TypeTest::Any, Way::Both, &[]));
            let second = expand(2, 3, 4, &types, way, &[1]);
            let counted = run(
                &plan(vec![Op::Unit, scan(0), first.clone(), Op::ExpandCount(second.clone())], &[0]),
                &random.graph,
            );
            let listed = run(&plan(vec![Op::Unit, scan(0), first, Op::Expand(second)], &[0]), &random.graph);
            assert_eq!(
                count_by_node(&counted, &random.nodes),
                count_by_node(&listed, &random.nodes),
                "{types:?} {way:?}"
            );
        }
    }
}

#[test]
fn counted_pairs_are_pairs_of_different_relationships() {
    let random = RandomGraph::new(4, 7, 45);
    for left in random.type_tests() {
        for right in random.type_tests() {
            for ways in WAYS.iter().flat_map(|left| WAYS.iter().map(move |right| (*left, *right))) {
                let arms = [branch(1, &left, ways.0), branch(3, &right, ways.1)];
                let weight = Weight::Pair(Box::new(arms));
                let counted = vec![Op::Unit, scan(0), Op::Weigh { node: Slot(0), weight }];
                let counted = run(&plan(counted, &[0]), &random.graph);
                let naive: Vec<usize> =
                    random.nodes.iter().map(|&node| pairs(&random, node, (&left, ways.0), (&right, ways.1))).collect();
                assert_eq!(count_by_node(&counted, &random.nodes), naive, "{left:?} {right:?} {ways:?}");
            }
        }
    }
}

#[test]
fn only_relationships_that_pass_their_tests_are_counted() {
    let mut random = Random(9);
    let mut graph = Version::new();
    let types = [graph.intern_rel_type("A"), graph.intern_rel_type("B")];
    let key = graph.intern_key("w");
    let nodes: Vec<NodeId> = (0..70).map(|_| graph.create_node(&[], &[]).unwrap()).collect();
    for _ in 0..2500 {
        let [from, to] = [70, 70].map(|count| nodes[random.below(count) as usize]);
        let value = match random.below(12) {
            0 => Value::Null,
            1 => Value::Float(4.5),
            2 => Value::from("text"),
            number => Value::Int(number as i64),
        };
        let properties: &[_] = if value.is_null() { &[] } else { &[(key, value)] };
        graph.create_rel(types[random.below(2) as usize], from, to, properties).unwrap();
    }
    let graph = Arc::new(graph);
    let test = |rel: u32| {
        let base = Box::new(slot(rel));
        let property = expr(ExprKind::Property { base, key: Arc::from("w"), id: Some(key) });
        expr(ExprKind::Compare(CompareOp::Less, Box::new(property), Box::new(constant(Value::Int(6)))))
    };
    for (types, way) in
        [TypeTest::Any, TypeTest::OneOf(vec![types[1]])].iter().flat_map(|types| WAYS.map(|way| (types, way)))
    {
        let tested = |rel: u32| Branch { tests: vec![test(rel)], ..branch(rel, types, way) };
        let outer = Branch { weights: vec![Weight::Branch(tested(3))], ..tested(1) };
        let hop = |from: u32, rel: u32| {
            let distinct: Vec<u32> = Vec::new();
            [Op::Expand(expand(from, rel, rel + 1, types, way, &distinct)), Op::Filter(Arc::new(vec![test(rel)]))]
        };
        let one = vec![Op::Unit, scan(0), Op::Weigh { node: Slot(0), weight: Weight::Branch(tested(1)) }];
        let two = vec![Op::Unit, scan(0), Op::Weigh { node: Slot(0), weight: Weight::Branch(outer) }];
        let (first, second) = (hop(0, 1), hop(2, 3));
        let made = |hops: Vec<Op>| [vec![Op::Unit, scan(0)], hops].concat();
        for (counted, listed) in [(one, made(first.to_vec())), (two, made([first, second].concat()))] {
            let (counted, listed) = (run(&plan(counted, &[0]), &graph), run(&plan(listed, &[0]), &graph));
            assert_eq!(count_by_node(&counted, &nodes), count_by_node(&listed, &nodes), "{types:?} {way:?}");
            assert!(!listed.is_empty());
        }
    }
}

fn branch(rel: u32, types: &TypeTest, way: Way) -> Branch {
    let (types, labels, predicates, weights) = (types.clone(), Vec::new(), Vec::new(), Vec::new());
    Branch {
        rel: Slot(rel),
        cited: false,
        tests: Vec::new(),
        end: Slot(rel + 1),
        types,
        way,
        labels,
        predicates,
        weights,
    }
}

fn pairs(random: &RandomGraph, node: NodeId, left: (&TypeTest, Way), right: (&TypeTest, Way)) -> usize {
    let right = random.hops(node, right.0, right.1);
    let left = random.hops(node, left.0, left.1);
    left.iter().map(|(one, _)| right.iter().filter(|(other, _)| other != one).count()).sum()
}

/// Every trail from a node, depth first.
fn trails(
    random: &RandomGraph,
    plan: &VarExpand,
    node: NodeId,
    trail: &mut Vec<RelId>,
    out: &mut Vec<(NodeId, Vec<RelId>)>,
) {
    if trail.len() >= plan.min as usize {
        out.push((node, trail.clone()));
    }
    if plan.max.is_some_and(|max| trail.len() >= max as usize) {
        return;
    }
    for (rel, to) in random.hops(node, &plan.types, plan.way) {
        if !trail.contains(&rel) {
            trail.push(rel);
            trails(random, plan, to, trail, out);
            trail.pop();
        }
    }
}

fn naive_trails(random: &RandomGraph, plan: &VarExpand) -> Vec<String> {
    let mut rows = Vec::new();
    for &node in &random.nodes {
        let mut found = Vec::new();
        trails(random, plan, node, &mut Vec::new(), &mut found);
        for (end, rels) in found {
            let rels: Vec<String> = rels.iter().map(|rel| format!("r{}.{}", rel.rel_type.0, rel.row)).collect();
            rows.push(format!("n{} [{}] n{}", node.0, rels.join(","), end.0));
        }
    }
    sorted(rows)
}

#[test]
fn variable_lengths_give_every_trail() {
    let random = RandomGraph::new(5, 5, 9);
    for types in random.type_tests() {
        for way in WAYS {
            for (min, max) in
                [(0, Some(0)), (0, Some(2)), (1, Some(1)), (1, Some(3)), (2, Some(4)), (1, None), (3, Some(2))]
            {
                let expansion = var_expand(&types, way, min, max);
                let found =
                    run(&plan(vec![Op::Unit, scan(0), Op::VarExpand(expansion.clone())], &[0, 1, 2]), &random.graph);
                assert_eq!(sorted(found), naive_trails(&random, &expansion), "{types:?} {way:?} {min} {max:?}");
            }
        }
    }
}

#[test]
fn variable_lengths_to_a_known_node_agree_with_filtered_ones() {
    let random = RandomGraph::new(6, 5, 9);
    for way in WAYS {
        let open = var_expand(&TypeTest::Any, way, 0, Some(3));
        let known = VarExpand { to_known: true, reversed: true, ..open.clone() };
        let back = VarExpand { reversed: true, ..open };
        let known = run(&plan(vec![Op::Unit, scan(0), scan(2), Op::VarExpand(known)], &[0, 1, 2]), &random.graph);
        let open = run(&plan(vec![Op::Unit, scan(0), Op::VarExpand(back)], &[0, 1, 2]), &random.graph);
        assert_eq!(sorted(known), sorted(open));
    }
}

#[test]
fn a_known_list_of_relationships_is_followed() {
    let random = RandomGraph::new(7, 5, 9);
    let open = var_expand(&TypeTest::Any, Way::Both, 1, Some(3));
    let again = VarExpand { rels_known: true, to: Slot(4), ..open.clone() };
    let ops = vec![Op::Unit, scan(0), Op::VarExpand(open.clone()), Op::VarExpand(again)];
    let followed = run(&plan(ops, &[0, 1, 4]), &random.graph);
    assert_eq!(followed, run(&plan(vec![Op::Unit, scan(0), Op::VarExpand(open)], &[0, 1, 2]), &random.graph));
}

#[test]
fn shortest_paths_are_the_shortest_of_all_trails() {
    for seed in 0..6 {
        let random = RandomGraph::new(seed, 7, 12);
        for way in WAYS {
            let expansion = VarExpand { to_known: true, ..var_expand(&TypeTest::Any, way, 1, Some(4)) };
            let ops = |which| vec![Op::Unit, scan(0), scan(2), Op::ShortestPath { expand: expansion.clone(), which }];
            let all = run(&plan(ops(Shortest::All), &[0, 1, 2]), &random.graph);
            let naive = shortest(&random, &expansion);
            assert_eq!(sorted(all), naive, "{seed} {way:?}");
            let single = run(&plan(ops(Shortest::Single), &[0, 1, 2]), &random.graph);
            assert!(single.iter().all(|row| naive.contains(row)));
            let ends = |rows: &[String]| {
                let mut ends: Vec<String> = rows.iter().map(|row| without_rels(row)).collect();
                ends.sort();
                ends
            };
            let mut expected = ends(&naive);
            expected.dedup();
            assert_eq!(ends(&single), expected);
        }
    }
}

fn without_rels(row: &str) -> String {
    let parts: Vec<&str> = row.split(' ').collect();
    format!("{} {}", parts[0], parts[2])
}

fn shortest(random: &RandomGraph, plan: &VarExpand) -> Vec<String> {
    let rows = naive_trails(random, plan);
    let length = |row: &String| row.matches('r').count();
    let is_shortest = |row: &&String| {
        let parts: Vec<&str> = row.split(' ').collect();
        parts[0] != parts[2]
            && rows
                .iter()
                .filter(|other| without_rels(other) == without_rels(row))
                .all(|other| length(row) <= length(other))
    };
    rows.iter().filter(is_shortest).cloned().collect()
}

#[test]
fn the_shortest_path_of_a_node_to_itself_is_empty_or_none() {
    let random = RandomGraph::new(8, 3, 9);
    for (min, expected) in [(0, 3), (1, 0)] {
        let expansion = VarExpand { to: Slot(0), to_known: true, ..var_expand(&TypeTest::Any, Way::Both, min, None) };
        let ops = vec![Op::Unit, scan(0), Op::ShortestPath { expand: expansion, which: Shortest::All }];
        assert_eq!(run(&plan(ops, &[0, 1]), &random.graph).len(), expected);
    }
}

#[test]
fn relationship_scans_give_all_relationships_for_each_row() {
    let random = RandomGraph::new(9, 4, 11);
    let (types, tests) = (TypeTest::Any, Vec::new());
    let all = Op::RelScan { rel: Slot(1), from: Slot(2), to: Slot(3), types, tests };
    let rows = run(&plan(vec![Op::Unit, scan(0), all], &[1, 2, 3]), &random.graph);
    let naive =
        random.rels.iter().map(|(rel, from, to)| format!("r{}.{} n{} n{}", rel.rel_type.0, rel.row, from.0, to.0));
    let naive: Vec<String> = naive.flat_map(|row| std::iter::repeat_n(row, 4)).collect();
    assert_eq!(sorted(rows), sorted(naive));
}

#[test]
fn predicates_prune_variable_lengths() {
    let random = RandomGraph::new(10, 5, 12);
    let only = TypeTest::OneOf(vec![random.types[0]]);
    let base = Box::new(expr(ExprKind::Local(Slot(11))));
    let predicate = expr(ExprKind::HasType { base, types: only.clone() });
    let by_type = var_expand(&only, Way::Both, 1, Some(3));
    let by_test = VarExpand { predicates: vec![predicate], ..var_expand(&TypeTest::Any, Way::Both, 1, Some(3)) };
    let rows =
        |expansion| sorted(run(&plan(vec![Op::Unit, scan(0), Op::VarExpand(expansion)], &[0, 1, 2]), &random.graph));
    assert_eq!(rows(by_test), rows(by_type));
}
