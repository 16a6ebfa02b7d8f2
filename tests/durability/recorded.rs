//! What was known at a moment: random changes of graphs that keep a history, and after each commit a copy of all that
//! was known then, against which what `AS RECORDED` gives is held. Also after a checkpoint, after closing and opening, after
//! power cuts, and with histories that forget.

use super::amount;
use super::disk::SimulatedDisk;
use super::model::{Workload, check_invariants, content};
use crate::difference::random::Random;
use standpoint::session::{Durability, OpenOptions, Retention};
use standpoint::store::{Snapshot, Version};
use standpoint::value::format::{NoGraph, literal};
use standpoint::value::{KeyId, Map};
use standpoint::{Graph, RunOptions, Value};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const PATH: &str = "/x.graph";

/// All that was known at a moment, as plain texts and numbers.
#[derive(Clone, Debug)]
struct Copy {
    /// From when on, in microseconds since 1970.
    time: u64,
    everything: Vec<String>,
    answers: Vec<Vec<String>>,
    /// The relationships with a year in `since` and in `until`.
    held: Vec<(String, Option<i64>, Option<i64>)>,
}

/// Questions of many kinds, by scans, indexes, counts and names.
const QUESTIONS: &[&str] = &[
    "MATCH (n) RETURN id(n) AS id, labels(n) AS labels, properties(n) AS properties ORDER BY id",
    "MATCH (a)-[r]->(b) RETURN id(a) AS a, type(r) AS type, id(b) AS b, properties(r) AS p ORDER BY a, type, b, toString(p.u)",
    "MATCH (n:Actor) WHERE n.weight > 10 RETURN count(n) AS n, sum(n.weight) AS sum",
    "MATCH (a:Actor)-[:OPPOSES|SUPPORTS]->()-[r]->(b) RETURN count(*) AS n, count(DISTINCT b) AS b",
    "MATCH (n) WHERE n.name STARTS WITH 'w1' RETURN n.u AS u ORDER BY u",
    "SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name",
    "CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey",
];

fn ask(graph: &Graph, text: &str, parameters: &Map, options: &RunOptions) -> Result<Vec<String>, standpoint::Error> {
    let mut answer = graph.session().run_with(text, parameters, options)?;
    let mut rows = Vec::new();
    while let Some(row) = answer.next_row()? {
        rows.push(row.values().iter().map(|value| literal(value, &NoGraph)).collect::<Vec<_>>().join(" | "));
    }
    Ok(rows)
}

fn everything(graph: &Version) -> Vec<String> {
    let catalog = graph.catalog();
    let shown = |properties: Vec<(KeyId, Value)>| -> Vec<String> {
        let name = |key: KeyId| catalog.key_name(key);
        properties.iter().map(|(key, value)| format!("{}: {}", name(*key), literal(value, &NoGraph))).collect()
    };
    let mut lines = vec![format!("commit {}", graph.sequence())];
    let all = [
        catalog.labels().map(|(_, name)| name.to_string()).collect::<Vec<_>>(),
        catalog.rel_types().map(|(_, name)| name.to_string()).collect(),
        catalog.keys().map(|(_, name)| name.to_string()).collect(),
    ];
    lines.push(format!("{all:?}"));
    for node in graph.node_ids() {
        lines.push(format!("{node:?} {:?} {:?}", graph.node_labels(node), shown(graph.node_properties(node))));
    }
    for (rel_type, _) in catalog.rel_types() {
        for rel in graph.rel_ids(rel_type) {
            lines.push(format!("{rel:?} {:?} {:?}", graph.endpoints(rel), shown(graph.rel_properties(rel))));
        }
    }
    lines.extend(graph.own_indexes().map(|index| index.statement(catalog)));
    lines.extend(graph.constraints().map(|constraint| constraint.statement(catalog)));
    lines
}

fn copy(graph: &Graph) -> Copy {
    let now = graph.snapshot();
    let year = |rel, key| match now.rel_property_named(rel, key) {
        Value::Int(year) => Some(year),
        _ => None,
    };
    let rels = now.catalog().rel_types().flat_map(|(rel_type, _)| now.rel_ids(rel_type));
    let held = |rel| (literal(&now.rel_property_named(rel, "u"), &NoGraph), year(rel, "since"), year(rel, "until"));
    let answers = QUESTIONS.iter().map(|text| ask(graph, text, &Map::new(), &RunOptions::default()).unwrap());
    let time = now.history().unwrap().last();
    Copy { time, everything: everything(&now), answers: answers.collect(), held: rels.map(held).collect() }
}

fn datetime(micros: u64) -> Value {
    standpoint::persist::history::moment(micros)
}

/// A graph, and what was known of it when.
struct Kept {
    disk: SimulatedDisk,
    durability: Durability,
    graph: Graph,
    workload: Workload,
    /// Whether only the workload changes the graph, so that its model says what there is.
    plain: bool,
    copies: Vec<Copy>,
    snapshots: Vec<Snapshot>,
}

impl Kept {
    fn new(seed: u64, retention: Retention) -> Kept {
        let disk = SimulatedDisk::default();
        let durability = [Durability::Full, Durability::Full, Durability::Normal, Durability::Off][seed as usize % 4];
        let options = OpenOptions { history: Some(retention), ..options(&disk, durability) };
        let graph = Graph::create_with(PATH, options).unwrap();
        let (workload, plain) = (Workload::new(seed), seed.is_multiple_of(3));
        let mut kept = Kept { disk, durability, graph, workload, plain, copies: Vec::new(), snapshots: Vec::new() };
        kept.copies.push(copy(&kept.graph));
        kept
    }

    fn step(&mut self) {
        match self.workload.random.below(if self.plain { 12 } else { 24 }) {
            0 if self.durability == Durability::Full => self.lose_power(),
            0 | 1 => self.reopen(),
            2..=11 => {
                let (after, outcome) = self.workload.step(&mut self.graph.session());
                self.workload.model = after;
                // In a graph that others change too a constraint may stand against it, or an end be gone.
                assert!(outcome.is_ok() || !self.plain, "{outcome:?}");
            }
            12..=14 => self.define(),
            15 => drop(self.graph.clear()),
            16 | 17 => self.go_back(),
            _ => self.tell(),
        }
        if self.graph.snapshot().sequence() > self.sequence() {
            self.copies.push(copy(&self.graph));
            if self.workload.random.percent(20) {
                self.snapshots.push(self.graph.snapshot());
            }
        }
        if self.plain {
            assert_eq!(content(&self.graph.snapshot()), self.workload.model.lines());
        }
    }

    /// The number of the commit that was copied last.
    fn sequence(&self) -> u64 {
        self.copies.last().and_then(|copy| copy.everything[0].strip_prefix("commit ")?.parse().ok()).unwrap()
    }

    fn reopen(&mut self) {
        let graph = std::mem::replace(&mut self.graph, Graph::in_memory());
        graph.close().unwrap();
        self.graph = Graph::open_with(PATH, options(&self.disk, self.durability)).unwrap();
        self.snapshots.clear();
    }

    fn lose_power(&mut self) {
        self.disk.remember_moments();
        let disk = self.disk.moment().after_power_cut(&mut self.workload.random);
        self.disk = disk;
        self.graph = Graph::open_with(PATH, options(&self.disk, self.durability)).unwrap();
        self.snapshots.clear();
    }

    fn define(&mut self) {
        const STATEMENTS: &[&str] = &[
            "CREATE INDEX by_weight IF NOT EXISTS FOR (a:Actor) ON (a.weight)",
            "CREATE TEXT INDEX by_name IF NOT EXISTS FOR (a:State) ON (a.name)",
            "CREATE INDEX by_mixed IF NOT EXISTS FOR ()-[r:OPPOSES]-() ON (r.mixed)",
            "CREATE CONSTRAINT one_u IF NOT EXISTS FOR (a:Place) REQUIRE a.u IS UNIQUE",
            "CREATE CONSTRAINT typed IF NOT EXISTS FOR (a:Actor) REQUIRE a.u IS :: INTEGER",
            "DROP INDEX by_weight IF EXISTS",
            "DROP INDEX by_mixed IF EXISTS",
            "DROP CONSTRAINT one_u IF EXISTS",
            "DROP CONSTRAINT typed IF EXISTS",
        ];
        let statement = *self.workload.random.of(STATEMENTS);
        let _ = self.graph.run(statement);
    }

    /// Takes back some commits by one more.
    fn go_back(&mut self) {
        if !self.snapshots.is_empty() {
            let at = self.workload.random.below(self.snapshots.len());
            let _ = self.graph.revert(&self.snapshots[at]);
        }
    }

    /// Tells facts with the time in which they hold, and joins entities and takes them apart again.
    fn tell(&mut self) {
        let random = &mut self.workload.random;
        let name = |random: &mut Random| format!("entity {}", random.below(6));
        let (one, other) = (name(random), name(random));
        let (since, years, u) = (random.between(2000, 2020), random.below(9), random.below(1 << 40));
        let mut session = self.graph.session();
        let _ = match random.below(5) {
            0 => session.merge_entities(&one, &other).map(drop),
            1 => session.unmerge_entity(&one).map(drop),
            2 => session.run(&format!("- {one} -opposes-> {other}")).map(drop),
            _ => {
                let create = format!("CREATE (a)-[:OPPOSES {{u: {u}, since: {since}, until: {}}}]->(b)", since + years);
                session.run(&format!("MERGE (a {{name: '{one}'}}) MERGE (b {{name: '{other}'}}) {create}")).map(drop)
            }
        };
    }

    /// A moment from which the copy of a number was known, up to the next.
    fn moment(&mut self, at: usize) -> u64 {
        let from = self.copies[at].time;
        match self.copies.get(at + 1) {
            Some(next) => from + self.workload.random.below((next.time - from) as usize) as u64,
            None => from,
        }
    }

    fn check(&mut self) {
        let since = self.graph.snapshot().history().unwrap().since();
        for at in 0..self.copies.len() {
            if self.workload.random.percent(60) && at + 1 != self.copies.len() {
                continue;
            }
            let time = self.moment(at);
            if time < since {
                let error = self.graph.as_recorded(time).unwrap_err();
                let begins = literal(&datetime(since), &NoGraph);
                assert!(error.message().starts_with("what was recorded then is not kept"), "{error}");
                assert!(error.hints().iter().any(|hint| hint.contains(&begins)), "{error:?} {begins}");
            } else {
                self.check_at(at, time);
            }
        }
    }

    fn check_at(&mut self, at: usize, time: u64) {
        let copy = &self.copies[at];
        let then = self.graph.as_recorded(time).unwrap();
        assert_eq!(everything(&then), copy.everything, "commit {at}");
        check_invariants(&then);
        let parameters: Map = [(Arc::from("t"), datetime(time))].into_iter().collect();
        for (text, expected) in QUESTIONS.iter().zip(&copy.answers) {
            let options = RunOptions { as_recorded: Some(datetime(time)), ..RunOptions::default() };
            assert_eq!(&ask(&self.graph, text, &Map::new(), &options).unwrap(), expected, "{text}");
            if !text.starts_with("SHOW") {
                let text = format!("AS RECORDED $t {text}");
                assert_eq!(&ask(&self.graph, &text, &parameters, &RunOptions::default()).unwrap(), expected);
            }
        }
        let random = &mut self.workload.random;
        let (year, span) = (random.between(1995, 2030) as i64, random.below(5) as i64);
        check_both_axes(&self.graph, copy, &parameters, (year, year + span));
    }
}

/// What holds and what is known are asked together, and compared with a predicate on the copy.
fn check_both_axes(graph: &Graph, copy: &Copy, parameters: &Map, (from, to): (i64, i64)) {
    let holds = |since: Option<i64>, until: Option<i64>| {
        since.is_none_or(|since| since <= to) && until.is_none_or(|until| until >= from)
    };
    let mut expected: Vec<&String> =
        copy.held.iter().filter(|(_, since, until)| holds(*since, *until)).map(|(u, ..)| u).collect();
    expected.sort();
    let span = format!("BETWEEN date('{from}-03-01') AND date('{to}-04-01')");
    for prefixes in
        [format!("AS RECORDED $t {span}"), format!("{span} AS RECORDED $t"), format!("{span} CITE AS RECORDED $t")]
    {
        let text = format!("{prefixes} MATCH ()-[r]->() RETURN r.u AS u");
        let rows = ask(graph, &text, parameters, &RunOptions::default()).unwrap();
        let mut found: Vec<String> = rows.iter().map(|row| row.split(" | ").next().unwrap().to_owned()).collect();
        found.sort();
        assert!(found.iter().eq(expected.iter().copied()), "{text}: {found:?} {expected:?}");
    }
}

fn options(disk: &SimulatedDisk, durability: Durability) -> OpenOptions {
    OpenOptions { durability, checkpoint_after: None, disk: Arc::new(disk.clone()), ..OpenOptions::default() }
}

#[test]
fn what_was_known_is_what_was_there() {
    let wanted = amount("STANDPOINT_HISTORIES", 8);
    let first = amount("STANDPOINT_SEED", 1);
    for seed in first..first + wanted {
        let retention = match seed % 5 {
            0 => Retention { commits: Some(seed % 17), age: None },
            1 => Retention { age: Some(Duration::from_millis(40)), commits: None },
            _ => Retention::default(),
        };
        let mut kept = Kept::new(seed, retention);
        for step in 0..60 {
            kept.step();
            if step % 20 == 19 {
                kept.check();
            }
        }
        kept.reopen();
        kept.check();
        let history = kept.graph.snapshot().history().cloned().unwrap();
        assert!(retention.commits.is_none_or(|most| history.len() <= most));
        assert!(retention != Retention::default() || history.len() as usize == kept.copies.len() - 1);
        let salvaged = standpoint::persist::salvage(&kept.disk, Path::new(PATH)).unwrap();
        assert_eq!(salvaged.problems, Vec::<String>::new());
    }
}
