//! How many trails there are in dense graphs, with and without self-loops and parallel relationships: counted by the
//! rules that multiply, add and subtract, against a search by brute force.

use super::graphs::{Data, Rel, TYPES};
use super::patterns::{Arrow, NodePart, Path, Pattern, RelPart};
use super::random::Random;
use super::{Given, Order, compare, failure, give, limits, run};
use standpoint::RunOptions;
use std::cell::Cell;

/// Without each of these rules alone a count must stay what it is.
const RULES: [&str; 5] = ["inclusion_exclusion", "no_loops", "fold_leaves", "intersect_count", "expand_count"];

#[test]
fn counts_of_trails_are_what_brute_force_finds() {
    let summed = Cell::new(0);
    run("trails", 300, |random, tally| {
        let data = dense(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let pattern = pattern(random);
            let text = format!("MATCH {} RETURN count(*)", pattern.text());
            tally.add(&graph, &text);
            let plan = graph.run(&format!("EXPLAIN {text}")).and_then(|mut answer| answer.rows()).unwrap();
            let sums = plan.iter().any(|row| row.values()[0].as_str().is_some_and(|name| name.trim() == "Union"));
            summed.set(summed.get() + usize::from(sums));
            failure(&data, &text, |data| wrong_count(data, &pattern, &text))
        })
    });
    assert!(summed.get() > 0, "no count was a sum of counts");
}

/// Few nodes, many relationships, mostly of one type.
fn dense(random: &mut Random) -> Data {
    let mut data = Data::random(random);
    data.nodes.truncate(random.between(3, 5));
    data.rels.clear();
    let loops = if random.percent(40) { 12 } else { 0 };
    for _ in 0..random.between(8, 22) {
        let from = random.below(data.nodes.len());
        let other = (from + random.between(1, data.nodes.len() - 1)) % data.nodes.len();
        let to = if random.percent(loops) { from } else { other };
        let rel_type = if random.percent(80) { TYPES[0] } else { TYPES[1] };
        data.rels.push(Rel { rel_type, from, to, k: Some(random.below(3) as i64), v: None });
    }
    data
}

/// A chain or a tree of up to four relationships, some of whose nodes are the same.
fn pattern(random: &mut Random) -> Pattern {
    let node = |random: &mut Random, at: usize| {
        let at = if random.percent(25) { random.below(at + 1) } else { at };
        NodePart { name: Some(format!("n{at}")), label: None, k: random.percent(6).then(|| random.below(4) as i64) }
    };
    let rel = |random: &mut Random| {
        let arrow = *random.of(&[Arrow::Right, Arrow::Right, Arrow::Right, Arrow::Left, Arrow::Either]);
        let types = *random.of(&[&[TYPES[0]][..], &[TYPES[0]], &[TYPES[0]], &TYPES[..2], &[]]);
        let k = random.percent(6).then(|| random.below(3) as i64);
        RelPart { name: None, arrow, types: types.to_vec(), k, length: None }
    };
    let hops = random.between(2, 4);
    let split = if random.percent(30) { random.between(1, hops - 1) } else { hops };
    let mut path = |range: std::ops::Range<usize>, first: NodePart| Path {
        first,
        hops: range.map(|at| (rel(random), node(random, at + 1))).collect(),
    };
    let start = NodePart { name: Some("n0".to_owned()), label: None, k: None };
    let mut paths = vec![path(0..split, start.clone())];
    if split < hops {
        paths.push(path(split..hops, start));
    }
    Pattern { paths }
}

fn wrong_count(data: &Data, pattern: &Pattern, text: &str) -> Option<String> {
    let graph = data.build();
    let expected = Given::Rows(vec![format!("Int({})", pattern.matches(data).len())]);
    let without = |rule: &str| RunOptions { disabled_rules: [rule.to_owned()].into(), ..limits() };
    let plain = RunOptions { optimize: false, ..limits() };
    for options in RULES.into_iter().map(without).chain([limits(), plain]) {
        let given = give(&graph, text, &options, Order::Open);
        if given != Given::TooMuch && given != expected {
            return Some(format!("{}\nwith {}", compare(&expected, &given), super::show(&options)));
        }
    }
    None
}
