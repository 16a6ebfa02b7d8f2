//! Random statements on a graph, and a plain model of what each should leave: maps, and nothing of the engine.

use crate::difference::random::Random;
use standpoint::store::Version;
use standpoint::{Graph, Session};
use std::collections::{BTreeMap, BTreeSet};

/// Properties without `u`, each value as a literal.
type Properties = BTreeMap<&'static str, String>;

/// What a graph should hold. Every node and relationship has a number of its own in the property `u`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Model {
    /// Labels and properties.
    nodes: BTreeMap<i64, (BTreeSet<&'static str>, Properties)>,
    /// Type, start, end and properties.
    rels: BTreeMap<i64, (&'static str, i64, i64, Properties)>,
}

const LABELS: [&str; 4] = ["Actor", "State", "Proposal", "Place"];
const TYPES: [&str; 3] = ["OPPOSES", "SUPPORTS", "NEAR"];
const KEYS: [&str; 4] = ["name", "aliases", "weight", "mixed"];

impl Model {
    /// All of it as lines, in the form of [`content`].
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (u, (labels, properties)) in &self.nodes {
            lines.push(format!("node {u} {labels:?} {properties:?}"));
        }
        for (u, (rel_type, from, to, properties)) in &self.rels {
            lines.push(format!("rel {u} {rel_type} {from:?} {to:?} {properties:?}"));
        }
        lines.sort();
        lines
    }

    fn node(&self, random: &mut Random) -> Option<i64> {
        let nodes: Vec<i64> = self.nodes.keys().copied().collect();
        (!nodes.is_empty()).then(|| *random.of(&nodes))
    }

    fn rel(&self, random: &mut Random) -> Option<i64> {
        let rels: Vec<i64> = self.rels.keys().copied().collect();
        (!rels.is_empty()).then(|| *random.of(&rels))
    }
}

/// Everything that a graph holds, as lines.
pub(crate) fn content(graph: &Version) -> Vec<String> {
    let catalog = graph.catalog();
    let u = catalog.key("u");
    let number = |value: standpoint::Value| value.as_int().unwrap_or(-1);
    let shown = |properties: Vec<(standpoint::value::KeyId, standpoint::Value)>| -> BTreeMap<String, String> {
        let shown = properties.into_iter().filter(|(key, _)| Some(*key) != u);
        shown.map(|(key, value)| (catalog.key_name(key).to_string(), literal(&value))).collect()
    };
    let number_of = |node| u.map_or(-1, |u| number(graph.node_property(node, u)));
    let mut lines = Vec::new();
    for node in graph.node_ids() {
        let labels: BTreeSet<String> =
            graph.node_labels(node).into_iter().map(|label| catalog.label_name(label).to_string()).collect();
        lines.push(format!("node {} {labels:?} {:?}", number_of(node), shown(graph.node_properties(node))));
    }
    for (rel_type, name) in catalog.rel_types() {
        for rel in graph.rel_ids(rel_type) {
            let (from, to) = graph.endpoints(rel).unwrap();
            let number = u.map_or(-1, |u| number(graph.rel_property(rel, u)));
            let (from, to, properties) = (number_of(from), number_of(to), shown(graph.rel_properties(rel)));
            lines.push(format!("rel {number} {name} {from:?} {to:?} {properties:?}"));
        }
    }
    lines.sort();
    lines
}

/// What an index would not show: both ends of every relationship, the counts, and the names.
pub(crate) fn check_invariants(graph: &Version) {
    let problems = graph.problems();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn literal(value: &standpoint::Value) -> String {
    use standpoint::Value;
    match value {
        Value::Int(number) => number.to_string(),
        Value::String(text) => format!("'{text}'"),
        Value::Bool(value) => value.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

/// A random literal.
fn value(random: &mut Random, key: &str) -> String {
    let word = |random: &mut Random| format!("'w{}'", random.below(40));
    match (key, random.below(5)) {
        ("name", _) => word(random),
        ("aliases", _) => format!("[{}, {}]", word(random), word(random)),
        ("weight", _) | (_, 0) => (random.number() as i64 >> random.below(63)).to_string(),
        (_, 1) => format!("{:?}", random.below(1000) as f64 / 8.0),
        (_, 2) => (random.below(2) == 1).to_string(),
        (_, 3) => format!("'{}'", "x".repeat(random.below(900))),
        _ => format!("[{}, {}]", random.below(9), random.below(9)),
    }
}

/// A random workload over one graph.
pub(crate) struct Workload {
    pub(crate) random: Random,
    pub(crate) model: Model,
    next: i64,
}

impl Workload {
    pub(crate) fn new(seed: u64) -> Workload {
        Workload { random: Random::new(seed), model: Model::default(), next: 0 }
    }

    fn fresh(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// A statement, with the model as it should be afterwards.
    pub(crate) fn statement(&mut self) -> (String, Model) {
        let mut after = self.model.clone();
        let kind = self.random.below(12);
        let text = match kind {
            0..=2 => self.create(&mut after),
            3 => self.create_many(&mut after),
            4..=6 => self.connect(&mut after),
            7 => self.set(&mut after),
            8 => self.label(&mut after),
            9 => self.set_rel(&mut after),
            10 => self.disconnect(&mut after),
            _ => self.delete(&mut after),
        };
        match text {
            Some(text) => (text, after),
            None => {
                let text = self.create(&mut after).unwrap();
                (text, after)
            }
        }
    }

    fn create(&mut self, after: &mut Model) -> Option<String> {
        let u = self.fresh();
        let label = *self.random.of(&LABELS);
        let key = *self.random.of(&KEYS);
        let value = value(&mut self.random, key);
        after.nodes.insert(u, (BTreeSet::from([label]), BTreeMap::from([(key, value.clone())])));
        Some(format!("CREATE (:{label} {{u: {u}, {key}: {value}}})"))
    }

    fn create_many(&mut self, after: &mut Model) -> Option<String> {
        let count = self.random.between(2, 30) as i64;
        let label = *self.random.of(&LABELS);
        let first = self.next + 1;
        self.next += count;
        for u in first..first + count {
            after.nodes.insert(u, (BTreeSet::from([label]), BTreeMap::from([("weight", (u * 2).to_string())])));
        }
        Some(format!("UNWIND range({first}, {}) AS u CREATE (:{label} {{u: u, weight: u * 2}})", first + count - 1))
    }

    fn connect(&mut self, after: &mut Model) -> Option<String> {
        let (from, to) = (self.model.node(&mut self.random)?, self.model.node(&mut self.random)?);
        let (u, rel_type) = (self.fresh(), *self.random.of(&TYPES));
        let value = value(&mut self.random, "mixed");
        after.rels.insert(u, (rel_type, from, to, BTreeMap::from([("mixed", value.clone())])));
        let create = format!("CREATE (a)-[:{rel_type} {{u: {u}, mixed: {value}}}]->(b)");
        Some(format!("MATCH (a {{u: {from}}}), (b {{u: {to}}}) {create}"))
    }

    fn set(&mut self, after: &mut Model) -> Option<String> {
        let u = self.model.node(&mut self.random)?;
        let key = *self.random.of(&KEYS);
        let properties = &mut after.nodes.get_mut(&u)?.1;
        if properties.contains_key(key) && self.random.percent(40) {
            properties.remove(key);
            return Some(format!("MATCH (n {{u: {u}}}) REMOVE n.{key}"));
        }
        let value = value(&mut self.random, key);
        properties.insert(key, value.clone());
        Some(format!("MATCH (n {{u: {u}}}) SET n.{key} = {value}"))
    }

    fn label(&mut self, after: &mut Model) -> Option<String> {
        let u = self.model.node(&mut self.random)?;
        let label = *self.random.of(&LABELS);
        let labels = &mut after.nodes.get_mut(&u)?.0;
        if labels.remove(label) {
            return Some(format!("MATCH (n {{u: {u}}}) REMOVE n:{label}"));
        }
        labels.insert(label);
        Some(format!("MATCH (n {{u: {u}}}) SET n:{label}"))
    }

    fn set_rel(&mut self, after: &mut Model) -> Option<String> {
        let u = self.model.rel(&mut self.random)?;
        let value = value(&mut self.random, "weight");
        after.rels.get_mut(&u)?.3.insert("weight", value.clone());
        Some(format!("MATCH ()-[r {{u: {u}}}]->() SET r.weight = {value}"))
    }

    fn disconnect(&mut self, after: &mut Model) -> Option<String> {
        let u = self.model.rel(&mut self.random)?;
        after.rels.remove(&u);
        Some(format!("MATCH ()-[r {{u: {u}}}]->() DELETE r"))
    }

    fn delete(&mut self, after: &mut Model) -> Option<String> {
        let u = self.model.node(&mut self.random)?;
        after.nodes.remove(&u);
        after.rels.retain(|_, rel| rel.1 != u && rel.2 != u);
        Some(format!("MATCH (n {{u: {u}}}) DETACH DELETE n"))
    }

    /// Does something to the graph: mostly a statement, else a transaction, a failing statement, or a checkpoint. Gives
    /// what the model should be when it goes well; the model itself is left as it is.
    pub(crate) fn step(&mut self, session: &mut Session) -> (Model, standpoint::Result<()>) {
        match self.random.below(20) {
            0 => self.transaction(session),
            1 => {
                let (text, _) = self.statement();
                let failed = session.run(&format!("{text} WITH count(*) AS c RETURN 1 / (c - c)"));
                assert!(failed.is_err());
                (self.model.clone(), Ok(()))
            }
            2 | 3 => (self.model.clone(), session.graph().save()),
            _ => {
                let (text, after) = self.statement();
                (after, session.run(&text).map(drop))
            }
        }
    }

    fn transaction(&mut self, session: &mut Session) -> (Model, standpoint::Result<()>) {
        let before = self.model.clone();
        if let Err(error) = session.begin() {
            return (before, Err(error));
        }
        for _ in 0..self.random.between(1, 5) {
            let (text, after) = self.statement();
            session.run(&text).unwrap();
            self.model = after;
        }
        let after = std::mem::replace(&mut self.model, before.clone());
        if self.random.percent(30) {
            session.rollback().unwrap();
            return (before, Ok(()));
        }
        (after, session.commit())
    }
}

/// What differs between a graph and each of the models that it may be equal to; `None` when it equals one.
pub(crate) fn difference(graph: &Graph, models: &[Model]) -> Option<String> {
    let found = content(&graph.snapshot());
    if models.iter().any(|model| model.lines() == found) {
        return None;
    }
    let mut text = format!("the graph is none of {} states\n", models.len());
    if let Some(model) = models.first() {
        let expected = model.lines();
        let missing = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}\n"));
        let surplus = found.iter().filter(|line| !expected.contains(line)).map(|line| format!("+ {line}\n"));
        text.extend(missing.chain(surplus));
    }
    Some(text)
}
