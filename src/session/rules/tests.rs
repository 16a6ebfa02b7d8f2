//! Rules against a model: random programs over random graphs, each derived set compared with the one that the model
//! reaches by asking all rules again and again, and each proof followed down to what is stored.

use crate::error::{Detail, ErrorType};
use crate::session::{CancelToken, Graph, RunOptions, Session};
use crate::store::Version;
use crate::value::{NodeId, RelId, Value};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

/// Types that are only stored, and types that rules derive, of which some facts are stored as well.
const STORED: [&str; 3] = ["E", "F", "G"];
const DERIVED: [&str; 4] = ["P", "Q", "R", "S"];
const NODES: u64 = 6;

/// A fact: type, start and end.
type Fact = (&'static str, u32, u32);

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// A relationship of a body: types, variables, and how it is written.
#[derive(Clone)]
struct Atom {
    types: Vec<&'static str>,
    from: usize,
    to: usize,
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Right,
    Left,
    Either,
    /// One or two of them.
    Twice,
}

/// What must, or must not, be there between two variables, or from one to anything.
#[derive(Clone)]
struct Test {
    types: Vec<&'static str>,
    from: usize,
    to: Option<usize>,
    negated: bool,
}

#[derive(Clone)]
struct Rule {
    head: &'static str,
    ends: (usize, usize),
    atoms: Vec<Atom>,
    tests: Vec<Test>,
    /// Two variables that must differ.
    differ: Option<(usize, usize)>,
}

fn variable(at: usize) -> char {
    char::from(b'a' + at as u8)
}

impl Atom {
    fn text(&self) -> String {
        let types = self.types.join("|");
        let (from, to) = (variable(self.from), variable(self.to));
        match self.shape {
            Shape::Right => format!("({from})-[:{types}]->({to})"),
            Shape::Left => format!("({to})<-[:{types}]-({from})"),
            Shape::Either => format!("({from})-[:{types}]-({to})"),
            Shape::Twice => format!("({from})-[:{types}*1..2]->({to})"),
        }
    }
}

impl Rule {
    fn text(&self, name: &str) -> String {
        let atoms: Vec<String> = self.atoms.iter().map(Atom::text).collect();
        let mut conditions: Vec<String> = self
            .tests
            .iter()
            .map(|test| {
                let to = test.to.map(|to| variable(to).to_string()).unwrap_or_default();
                let not = if test.negated { "NOT " } else { "" };
                format!("{not}EXISTS {{ ({})-[:{}]->({to}) }}", variable(test.from), test.types.join("|"))
            })
            .collect();
        conditions.extend(self.differ.map(|(a, b)| format!("{} <> {}", variable(a), variable(b))));
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let (start, end) = (variable(self.ends.0), variable(self.ends.1));
        let body = atoms.join(", ");
        format!("CREATE RULE {name} FOR ({start})-[:{}]->({end}) WHEN MATCH {body}{filter}", self.head)
    }
}

/// Rules of which those for the n-th derived type need types up to the n-th and exclude those before it.
fn program(random: &mut Random) -> Vec<Rule> {
    let count = 2 + random.below(5);
    (0..count).map(|_| rule(random)).collect()
}

fn rule(random: &mut Random) -> Rule {
    let level = random.below(DERIVED.len()).min(random.below(DERIVED.len()));
    let known: Vec<&'static str> = STORED.iter().chain(&DERIVED[..=level]).copied().collect();
    let earlier: Vec<&'static str> = STORED.iter().chain(&DERIVED[..level]).copied().collect();
    let types = |random: &mut Random, from: &[&'static str]| {
        let mut types = vec![random.of(from)];
        if random.one_in(4) {
            types.push(random.of(from));
        }
        types.dedup();
        types
    };
    let shapes = [Shape::Right, Shape::Right, Shape::Right, Shape::Left, Shape::Either, Shape::Twice];
    let mut variables = 1;
    let mut atoms = Vec::new();
    for _ in 0..=random.below(3) {
        let from = random.below(variables);
        let to = if random.one_in(4) { random.below(variables) } else { variables };
        variables = variables.max(to + 1);
        atoms.push(Atom { types: types(random, &known), from, to, shape: random.of(&shapes) });
    }
    let mut tests = Vec::new();
    while random.one_in(3) {
        let negated = random.one_in(2);
        let types = types(random, if negated { &earlier } else { &known });
        let to = (!random.one_in(3)).then(|| random.below(variables));
        tests.push(Test { types, from: random.below(variables), to, negated });
    }
    let differ = (variables > 1 && random.one_in(4)).then_some((0, 1));
    let ends = (random.below(variables), if random.one_in(3) { random.below(variables) } else { variables - 1 });
    Rule { head: DERIVED[level], ends, atoms, tests, differ }
}

/// What all rules derive: the facts that are stored, and those that are not.
struct Model<'m> {
    stored: Vec<Fact>,
    derived: BTreeSet<Fact>,
    /// What negated conditions are asked of, when it is not what is there.
    absent: Option<&'m BTreeSet<Fact>>,
}

impl Model<'_> {
    /// Stratum by stratum, each until nothing more follows.
    fn close(&mut self, rules: &[Rule]) {
        for head in DERIVED {
            loop {
                let before = self.derived.len();
                let found: Vec<Fact> =
                    rules.iter().filter(|rule| rule.head == head).flat_map(|rule| self.heads(rule)).collect();
                let new = found.into_iter().filter(|fact| !self.stored.contains(fact));
                self.derived.extend(new.collect::<Vec<_>>());
                if self.derived.len() == before {
                    break;
                }
            }
        }
    }

    fn heads(&self, rule: &Rule) -> BTreeSet<Fact> {
        let facts: Vec<Fact> = self.stored.iter().chain(&self.derived).copied().collect();
        let mut heads = BTreeSet::new();
        let mut used = Vec::new();
        self.matches(rule, 0, &facts, &mut used, &mut BTreeMap::new(), &mut heads);
        heads
    }

    fn matches(
        &self,
        rule: &Rule,
        at: usize,
        facts: &[Fact],
        used: &mut Vec<usize>,
        bound: &mut BTreeMap<usize, u32>,
        heads: &mut BTreeSet<Fact>,
    ) {
        let Some(atom) = rule.atoms.get(at) else {
            if self.holds(rule, bound) {
                heads.insert((rule.head, bound[&rule.ends.0], bound[&rule.ends.1]));
            }
            return;
        };
        for way in ways(atom, facts, used) {
            let mut next = bound.clone();
            if *next.entry(atom.from).or_insert(way.0) != way.0 || *next.entry(atom.to).or_insert(way.1) != way.1 {
                continue;
            }
            used.extend(&way.2);
            self.matches(rule, at + 1, facts, used, &mut next, heads);
            used.truncate(used.len() - way.2.len());
        }
    }

    fn holds(&self, rule: &Rule, bound: &BTreeMap<usize, u32>) -> bool {
        let there = |test: &Test| {
            let fits = |fact: &Fact| {
                test.types.contains(&fact.0)
                    && fact.1 == bound[&test.from]
                    && test.to.is_none_or(|to| fact.2 == bound[&to])
            };
            match self.absent.filter(|_| test.negated) {
                Some(all) => all.iter().any(fits),
                None => self.stored.iter().chain(&self.derived).any(fits),
            }
        };
        rule.tests.iter().all(|test| there(test) != test.negated)
            && rule.differ.is_none_or(|(a, b)| bound[&a] != bound[&b])
    }
}

/// Where an atom can lead from and to, and over which facts, which are not used yet.
fn ways(atom: &Atom, facts: &[Fact], used: &[usize]) -> Vec<(u32, u32, Vec<usize>)> {
    let free = |at: &usize| !used.contains(at) && atom.types.contains(&facts[*at].0);
    let single: Vec<usize> = (0..facts.len()).filter(free).collect();
    let mut ways: Vec<_> = single.iter().map(|at| (facts[*at].1, facts[*at].2, vec![*at])).collect();
    match atom.shape {
        Shape::Right | Shape::Left => {}
        Shape::Either => {
            ways.extend(single.iter().map(|at| (facts[*at].2, facts[*at].1, vec![*at])).collect::<Vec<_>>());
        }
        Shape::Twice => {
            for first in &single {
                let second = single.iter().filter(|second| *second != first && facts[**second].1 == facts[*first].2);
                ways.extend(
                    second.map(|second| (facts[*first].1, facts[*second].2, vec![*first, *second])).collect::<Vec<_>>(),
                );
            }
        }
    }
    ways
}

fn name_of(graph: &Version, rel: RelId) -> &'static str {
    let name = graph.catalog().rel_type_name(rel.rel_type);
    STORED.iter().chain(&DERIVED).find(|known| ***known == **name).unwrap()
}

fn fact_of(graph: &Version, rel: RelId) -> Fact {
    let (from, to) = graph.endpoints(rel).unwrap();
    (name_of(graph, rel), from.0, to.0)
}

/// Everything that a session sees: the stored facts, the derived ones, and the version that has both.
fn seen(session: &mut Session, options: &RunOptions) -> (Vec<Fact>, Vec<Fact>, Vec<(RelId, crate::session::Row)>) {
    let mut answer = session.run_with("MATCH ()-[r]->() RETURN r", &Default::default(), options).unwrap();
    let (mut stored, mut derived, mut rels) = (Vec::new(), Vec::new(), Vec::new());
    for row in answer.rows().unwrap() {
        let [Value::Rel(rel)] = row.values() else { panic!("a relationship is missing") };
        let fact = fact_of(row.graph(), *rel);
        match row.graph().proof(*rel) {
            None => stored.push(fact),
            Some(_) => {
                derived.push(fact);
                rels.push((*rel, row.clone()));
            }
        }
    }
    stored.sort_unstable();
    derived.sort_unstable();
    (stored, derived, rels)
}

/// The stored facts that a proof comes down to; panics when it rests on itself.
fn leaves(graph: &Version, rel: RelId, path: &mut Vec<RelId>, found: &mut Vec<Fact>, done: &mut HashSet<RelId>) {
    assert!(!path.contains(&rel), "a proof rests on itself");
    if !done.insert(rel) {
        return;
    }
    match graph.proof(rel) {
        None => found.push(fact_of(graph, rel)),
        Some(proof) => {
            path.push(rel);
            proof.premises.iter().for_each(|premise| leaves(graph, *premise, path, found, done));
            path.pop();
        }
    }
}

fn check(session: &mut Session, rules: &[Rule], options: &RunOptions, context: &str) -> usize {
    let (stored, derived, rels) = seen(session, options);
    let mut model = Model { stored: stored.clone(), derived: BTreeSet::new(), absent: None };
    model.close(rules);
    let expected: Vec<Fact> = model.derived.iter().copied().collect();
    assert_eq!(derived, expected, "{context}");
    let all: BTreeSet<Fact> = stored.iter().chain(&derived).copied().collect();
    for (rel, row) in &rels {
        let graph = row.graph();
        let mut found = Vec::new();
        leaves(graph, *rel, &mut Vec::new(), &mut found, &mut HashSet::new());
        let mut alone = Model { stored: found.clone(), derived: BTreeSet::new(), absent: Some(&all) };
        alone.close(rules);
        let fact = fact_of(graph, *rel);
        assert!(alone.derived.contains(&fact), "{context}\n{fact:?} does not follow from {found:?} alone");
        let by = graph.proof(*rel).unwrap().rule;
        let at: usize = by.name[1..].parse().unwrap();
        assert_eq!(rules[at].head, fact.0, "{context}");
    }
    expected.len()
}

fn node(random: &mut Random) -> usize {
    random.below(NODES as usize)
}

/// One more stored fact, mostly of a type that no rule derives.
fn tell(random: &mut Random) -> String {
    let rel_type = if random.one_in(8) { random.of(&DERIVED) } else { random.of(&STORED) };
    let (a, b) = (node(random), node(random));
    format!("MATCH (a:N {{i: {a}}}), (b:N {{i: {b}}}) CREATE (a)-[:{rel_type}]->(b)")
}

fn change(random: &mut Random) -> String {
    let types: Vec<&str> = STORED.iter().chain(&DERIVED).copied().collect();
    let (rel_type, a, b) = (random.of(&types), node(random), node(random));
    match random.below(3) {
        0 => format!("MATCH (a:N {{i: {a}}})-[r:{rel_type}]->() WHERE NOT isDerived(r) DELETE r"),
        1 => format!("MATCH (a:N {{i: {a}}}), (b:N {{i: {b}}}) MERGE (a)-[:{rel_type}]->(b)"),
        _ => format!("MATCH (a:N {{i: {a}}}), (b:N {{i: {b}}}) CREATE (a)-[:{rel_type}]->(b)"),
    }
}

fn options(random: &mut Random) -> RunOptions {
    RunOptions {
        optimize: !random.one_in(3),
        kernels: !random.one_in(3),
        batch_size: random.of(&[1, 2, 2048]),
        ..RunOptions::default()
    }
}

#[test]
fn random_programs_derive_what_the_model_derives_and_every_proof_holds() {
    let programs = std::env::var("STANDPOINT_PROGRAMS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let mut total = 0;
    for seed in 1_u64..=programs {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let rules = program(&mut random);
        let graph = Graph::in_memory();
        graph.run(&format!("UNWIND range(0, {}) AS i CREATE (:N {{i: i}})", NODES - 1)).unwrap();
        let texts: Vec<String> = rules.iter().enumerate().map(|(at, rule)| rule.text(&format!("r{at}"))).collect();
        texts.iter().for_each(|text| drop(graph.run(text).unwrap_or_else(|error| panic!("{text}\n{error}"))));
        for _ in 0..6 + random.below(14) {
            graph.run(&tell(&mut random)).unwrap();
        }
        let mut session = graph.session();
        let context = format!("seed {seed}\n{}", texts.join("\n"));
        total += check(&mut session, &rules, &options(&mut random), &context);
        if random.one_in(2) {
            session.begin().unwrap();
        }
        for _ in 0..3 {
            let statement = change(&mut random);
            session.run_with(&statement, &Default::default(), &options(&mut random)).unwrap();
            check(&mut session, &rules, &options(&mut random), &format!("{context}\n{statement}"));
        }
        if session.in_transaction() {
            session.rollback().unwrap();
            check(&mut session, &rules, &options(&mut random), &context);
        }
        assert!(graph.snapshot().derived().is_none() && graph.snapshot().problems().is_empty(), "{context}");
    }
    assert!(total as u64 > programs * 3, "too little was derived to be a test: {total}");
}

fn chain(length: usize) -> Graph {
    let graph = Graph::in_memory();
    graph.run(&format!("UNWIND range(0, {length}) AS i CREATE (:N {{i: i}})")).unwrap();
    graph.run("MATCH (a:N), (b:N {i: a.i + 1}) CREATE (a)-[:E]->(b)").unwrap();
    graph.run("CREATE RULE base FOR (a)-[:R]->(b) WHEN MATCH (a)-[:E]->(b)").unwrap();
    graph
}

fn number(session: &mut Session, text: &str) -> i64 {
    session.run(text).unwrap().next_row().unwrap().unwrap().values()[0].as_int().unwrap()
}

#[test]
fn linear_and_squaring_rules_reach_the_same() {
    for step in ["MATCH (a)-[:R]->(m)-[:E]->(b)", "MATCH (a)-[:R]->(m)-[:R]->(b)", "MATCH (a)-[:E]->(m)-[:R]->(b)"] {
        let graph = chain(60);
        graph.run(&format!("CREATE RULE step FOR (a)-[:R]->(b) WHEN {step}")).unwrap();
        let mut session = graph.session();
        assert_eq!(number(&mut session, "MATCH ()-[r:R]->() RETURN count(r)"), 60 * 61 / 2);
        assert_eq!(number(&mut session, "MATCH (:N {i: 3})-[:R]->(b) RETURN count(b)"), 57);
    }
}

#[test]
fn what_sees_nothing_derived_evaluates_no_rule() {
    let graph = chain(3);
    graph.run("CREATE RULE failing FOR (a)-[:BAD]->(b) WHEN MATCH (a)-[:E]->(b) WHERE 1 / (a.i - a.i) = 1").unwrap();
    let mut session = graph.session();
    assert_eq!(number(&mut session, "MATCH ()-[r:E]->() RETURN count(r)"), 3);
    assert_eq!(number(&mut session, "MATCH ()-[r:R]->() RETURN count(r)"), 3);
    assert_eq!(number(&mut session, "MATCH (n) RETURN count(n)"), 4);
    for text in ["MATCH ()-[r:BAD]->() RETURN r", "MATCH ()-[r]->() RETURN r", "MATCH (a) WHERE (a)--() RETURN a"] {
        let error = session.run(text).and_then(|mut answer| answer.rows()).unwrap_err();
        assert!(error.message().starts_with("the rule `failing` cannot be followed: "), "{error}");
        assert!(error.span().is_none(), "the place is in the text of the rule");
    }
    graph.run("DROP RULE failing").unwrap();
    assert_eq!(number(&mut session, "MATCH ()-[r]->() RETURN count(r)"), 6);
}

#[test]
fn a_derived_version_is_made_once_for_each_commit_and_forgotten() {
    let graph = chain(5);
    let view = || {
        let mut answer = graph.run("MATCH ()-[r:R]->() RETURN r").unwrap();
        answer.next_row().unwrap().unwrap().graph().clone()
    };
    let first = view();
    assert!(std::sync::Arc::ptr_eq(&first, &view()));
    graph.run("CREATE (:N)").unwrap();
    assert!(!std::sync::Arc::ptr_eq(&first, &view()));
    let mut session = graph.session();
    session.begin().unwrap();
    let mut seen = || session.run("MATCH ()-[r:R]->() RETURN r").unwrap().graph().clone();
    assert!(std::sync::Arc::ptr_eq(&seen(), &seen()), "also inside a transaction");
}

#[test]
fn what_rules_derive_is_limited_and_can_be_cancelled() {
    let graph = Graph::in_memory();
    graph.run("UNWIND range(1, 3000) AS i CREATE (:N {i: i})").unwrap();
    graph.run("CREATE RULE all FOR (a)-[:R]->(b) WHEN MATCH (a:N), (b:N)").unwrap();
    let mut session = graph.session();
    let mut fails = |options: RunOptions| {
        let answer = session.run_with("MATCH ()-[r:R]->() RETURN count(r)", &Default::default(), &options);
        answer.and_then(|mut answer| answer.rows()).unwrap_err()
    };
    let memory = fails(RunOptions { memory: Some(64 << 20), ..RunOptions::default() });
    assert_eq!((memory.error_type(), memory.detail()), (ErrorType::ResourceLimit, Detail::MemoryLimit));
    let time = fails(RunOptions { timeout: Some(Duration::from_millis(30)), ..RunOptions::default() });
    assert_eq!(time.detail(), Detail::Timeout);
    let cancel = CancelToken::default();
    cancel.cancel();
    assert_eq!(fails(RunOptions { cancel, ..RunOptions::default() }).detail(), Detail::Cancelled);
}

#[test]
fn statements_that_change_the_graph_see_what_is_derived_and_keep_nothing_of_it() {
    let graph = chain(4);
    let mut session = graph.session();
    session.run("MATCH (a:N {i: 0})-[:R]->(b) SET b.reached = true CREATE (b)-[:R]->(a)").unwrap();
    assert_eq!(number(&mut session, "MATCH (n {reached: true}) RETURN count(n)"), 1);
    assert_eq!(graph.snapshot().rel_count(), 5);
    session.run("MATCH (:N {i: 1})-[r:R]->(:N {i: 2}) WITH r MATCH (a:N {i: 1}), (b:N {i: 2}) MERGE (a)-[s:R]->(b) SET s.told = true").unwrap();
    assert_eq!(
        number(&mut session, "MATCH (:N {i: 1})-[r:R]->(:N {i: 2}) WHERE r.told AND NOT isDerived(r) RETURN count(r)"),
        1
    );
    for text in [
        "MATCH (:N {i: 2})-[r:R]->() DELETE r",
        "MATCH (:N {i: 2})-[r:R]->() SET r.x = 1",
        "MATCH p = (:N {i: 2})-[:R]->() DELETE p",
    ] {
        assert_eq!(session.run(text).unwrap_err().detail(), Detail::DerivedRelationship, "{text}");
    }
    let deleted = session.run("MATCH (n:N {i: 2})-[:R]->() DETACH DELETE n").unwrap();
    assert_eq!(deleted.summary().counters.rels_deleted, 3, "derived relationships are not counted");
    session
        .run("UNWIND [3, 4] AS i CALL (i) { MATCH (a:N {i: i})-[:R]-(b) SET a.seen = true } IN TRANSACTIONS OF 1 ROW")
        .unwrap();
    assert_eq!(number(&mut session, "MATCH (n {seen: true}) RETURN count(n)"), 2);
    assert!(graph.snapshot().derived().is_none());
    assert_eq!(graph.snapshot().problems(), Vec::<String>::new());
    assert_eq!(graph.snapshot().node_ids().collect::<Vec<_>>(), [0, 1, 3, 4].map(NodeId));
}

#[test]
fn rows_of_a_change_have_their_derived_relationships() {
    let graph = chain(3);
    let mut answer = graph.run("MATCH (:N {i: 1})-[r:R]->(b) SET b.seen = true CREATE (b)-[:R]->(b) RETURN r").unwrap();
    let row = answer.next_row().unwrap().unwrap();
    let rel = row.relationship("r").unwrap();
    assert_eq!((rel.start, rel.end, &*rel.rel_type), (NodeId(1), NodeId(2), "R"));
    assert!(row.graph().proof(rel.id).is_some() && graph.snapshot().derived().is_none());
    assert_eq!(row.node("r").unwrap_err().detail(), Detail::InvalidUse);
}

#[test]
fn rules_can_be_left_aside() {
    let graph = chain(3);
    let mut session = graph.session();
    let text = "MATCH ()-[r]->() RETURN count(r)";
    let stored = RunOptions { rules: false, ..RunOptions::default() };
    for (options, expected) in
        [(RunOptions::default(), 6), (stored.clone(), 3), (RunOptions::default(), 6), (stored, 3)]
    {
        let row = session.run_with(text, &Default::default(), &options).unwrap().next_row().unwrap().unwrap();
        assert_eq!(row.values()[0].as_int(), Some(expected));
    }
}

#[test]
fn what_is_derived_can_be_told_and_is_not_retracted() {
    let graph = Graph::in_memory();
    graph.load_facts("Oslo -supports-> pact\nLima -supports-> pact\n").unwrap();
    graph.run("CREATE RULE r FOR (a)-[:ALIGNED_WITH]->(b) WHEN MATCH (a)-[:SUPPORTS]->()<-[:SUPPORTS]-(b)").unwrap();
    let mut session = graph.session();
    let error = session.run("- Oslo -aligned with-> Lima").unwrap_err();
    assert_eq!(error.detail(), Detail::DerivedRelationship, "{error}");
    session.run("+ Oslo -aligned with-> Lima {0.9} [a 1]").unwrap();
    assert_eq!(graph.snapshot().rel_count(), 3);
    assert_eq!(number(&mut session, "MATCH (@Oslo)-[r:ALIGNED_WITH]->() WHERE NOT isDerived(r) RETURN count(r)"), 1);
    session.run("- Oslo -aligned with-> Lima {0.9} [a 1]").unwrap();
    assert_eq!(number(&mut session, "MATCH (@Oslo)-[r:ALIGNED_WITH]->() WHERE isDerived(r) RETURN count(r)"), 1);
}

#[test]
fn rules_are_taken_back_and_come_back() {
    let graph = chain(3);
    let before = graph.snapshot();
    graph.run("DROP RULE base").unwrap();
    graph.run("CREATE RULE other FOR (a)-[:Q]->(b) WHEN MATCH (a)-[:E]->(b)").unwrap();
    graph.revert(&before).unwrap();
    let names: Vec<String> = graph.snapshot().rules().iter().map(|rule| rule.name.to_string()).collect();
    assert_eq!(names, ["base"]);
    let mut session = graph.session();
    session.begin().unwrap();
    session.run("CREATE OR REPLACE RULE base FOR (a)-[:R]->(b) WHEN MATCH (b)-[:E]->(a)").unwrap();
    assert_eq!(number(&mut session, "MATCH (:N {i: 0})-[r:R]->() RETURN count(r)"), 0);
    session.rollback().unwrap();
    assert_eq!(number(&mut session, "MATCH (:N {i: 0})-[r:R]->() RETURN count(r)"), 1);
}

#[test]
fn rules_are_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.graph");
    let graph = Graph::create(&path).unwrap();
    graph.run("CREATE (:N {i: 0})-[:E]->(:N {i: 1})-[:E]->(:N {i: 2})").unwrap();
    graph.run("CREATE RULE base FOR (a)-[:R]->(b) WHEN MATCH (a)-[:E]->(b)").unwrap();
    graph.save().unwrap();
    graph.run("CREATE RULE step FOR (a)-[:R]->(b) WHEN MATCH (a)-[:R]->(m)-[:E]->(b)").unwrap();
    graph.run("MATCH (a)-[:R]->(b) CREATE (b)-[:BACK]->(a)").unwrap();
    let read = Graph::open_read_only(&path).unwrap();
    assert_eq!(number(&mut read.session(), "MATCH ()-[r:R]->() RETURN count(r)"), 3);
    assert_eq!(read.snapshot().rel_count(), 5);
    drop(read);
    graph.close().unwrap();
    let again = Graph::open(&path).unwrap();
    assert_eq!(again.snapshot().rel_count(), 5, "nothing that is derived is saved");
    assert_eq!(number(&mut again.session(), "MATCH ()-[r:R]->() RETURN count(r)"), 3);
}
