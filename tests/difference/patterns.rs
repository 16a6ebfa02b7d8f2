//! Random patterns, their text, and all their matches found by trying every relationship in every place.

use super::graphs::{Data, LABELS, Node, Rel, TYPES};
use super::random::Random;
use std::collections::{BTreeMap, BTreeSet};

/// The paths of one `MATCH`.
#[derive(Clone)]
pub struct Pattern {
    pub paths: Vec<Path>,
}

#[derive(Clone)]
pub struct Path {
    pub first: NodePart,
    pub hops: Vec<(RelPart, NodePart)>,
}

#[derive(Clone)]
pub struct NodePart {
    pub name: Option<String>,
    pub label: Option<&'static str>,
    pub k: Option<i64>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Arrow {
    Right,
    Left,
    Either,
}

#[derive(Clone)]
pub struct RelPart {
    pub name: Option<String>,
    pub arrow: Arrow,
    pub types: Vec<&'static str>,
    pub k: Option<i64>,
    /// The least and the most relationships, for a variable length.
    pub length: Option<(usize, usize)>,
}

/// What a random pattern may hold.
pub struct Taste {
    pub hops: usize,
    pub paths: usize,
    pub variable_length: bool,
    /// Whether every node and relationship has a name.
    pub all_named: bool,
}

/// Names for what a query binds; no two are the same.
#[derive(Default)]
pub struct Names(usize);

impl Names {
    /// Names with numbers larger than this one.
    pub fn after(number: usize) -> Names {
        Names(number)
    }

    pub fn fresh(&mut self, prefix: &str) -> String {
        self.0 += 1;
        format!("{prefix}{}", self.0)
    }
}

impl Pattern {
    /// A random pattern; its nodes may be some of `known`.
    pub fn random(random: &mut Random, taste: &Taste, known: &[String], names: &mut Names) -> Pattern {
        let mut nodes = known.to_vec();
        let mut left = random.between(0, taste.hops);
        let count = random.between(1, taste.paths);
        let mut paths = Vec::new();
        for at in 0..count {
            let hops = if at + 1 == count { left } else { random.between(0, left) };
            left -= hops;
            // Paths apart from all others multiply the rows: only the first two may be.
            paths.push(Path::random(random, taste, hops, &mut nodes, names, at > 1));
        }
        Pattern { paths }
    }

    /// The same pattern with its paths in another order and some of them read from their other end.
    pub fn rewritten(&self, random: &mut Random) -> Pattern {
        let mut paths = self.paths.clone();
        random.shuffle(&mut paths);
        for path in &mut paths {
            if random.percent(60) {
                *path = path.reversed();
            }
        }
        Pattern { paths }
    }

    pub fn text(&self) -> String {
        self.paths.iter().map(Path::text).collect::<Vec<_>>().join(", ")
    }

    /// The names of its nodes, then of its relationships of a fixed length.
    pub fn names(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let nodes = self.paths.iter().flat_map(|path| path.nodes().filter_map(|node| node.name.clone())).collect();
        let rels = self.paths.iter().flat_map(|path| path.hops.iter().map(|(rel, _)| rel));
        (nodes, rels.filter(|rel| rel.length.is_none()).filter_map(|rel| rel.name.clone()).collect())
    }

    /// Every match: what each name is bound to. Relationships with a variable length are not bound.
    pub fn matches(&self, data: &Data) -> Vec<BTreeMap<String, usize>> {
        let mut search = Search { data, used: Vec::new(), bound: BTreeMap::new(), found: Vec::new() };
        let steps: Vec<Step<'_>> = self.paths.iter().flat_map(Path::steps).collect();
        search.run(&steps, 0);
        search.found
    }
}

impl Path {
    fn random(
        random: &mut Random,
        taste: &Taste,
        hops: usize,
        nodes: &mut Vec<String>,
        names: &mut Names,
        joined: bool,
    ) -> Path {
        let mut first = NodePart::random(random, taste, nodes, names);
        if joined && !nodes.is_empty() {
            first.name = Some(random.of(nodes).clone());
        }
        let mut path = Path { first, hops: Vec::new() };
        for _ in 0..hops {
            let rel = RelPart::random(random, taste, names);
            path.hops.push((rel, NodePart::random(random, taste, nodes, names)));
        }
        path
    }

    pub fn nodes(&self) -> impl Iterator<Item = &NodePart> {
        std::iter::once(&self.first).chain(self.hops.iter().map(|(_, node)| node))
    }

    fn reversed(&self) -> Path {
        let mut nodes: Vec<NodePart> = self.nodes().cloned().collect();
        let mut rels: Vec<RelPart> = self.hops.iter().map(|(rel, _)| rel.turned()).collect();
        nodes.reverse();
        rels.reverse();
        let mut nodes = nodes.into_iter();
        let first = nodes.next().unwrap();
        Path { first, hops: rels.into_iter().zip(nodes).collect() }
    }

    pub fn text(&self) -> String {
        let hops: String = self.hops.iter().map(|(rel, node)| rel.text() + &node.text()).collect();
        self.first.text() + &hops
    }

    fn steps(&self) -> Vec<Step<'_>> {
        let mut steps = vec![Step { rel: None, node: &self.first }];
        steps.extend(self.hops.iter().map(|(rel, node)| Step { rel: Some(rel), node }));
        steps
    }
}

impl NodePart {
    fn random(random: &mut Random, taste: &Taste, nodes: &mut Vec<String>, names: &mut Names) -> NodePart {
        let name = match random.below(10) {
            0..3 if !nodes.is_empty() => Some(random.of(nodes).clone()),
            3..5 if !taste.all_named => None,
            _ => {
                let name = names.fresh("n");
                nodes.push(name.clone());
                Some(name)
            }
        };
        let label = random.percent(22).then(|| LABELS[random.below(3)]);
        NodePart { name, label, k: random.percent(8).then(|| random.below(4) as i64) }
    }

    pub fn text(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        let label = self.label.map(|label| format!(":{label}")).unwrap_or_default();
        let k = self.k.map(|k| format!(" {{k: {k}}}")).unwrap_or_default();
        format!("({name}{label}{k})")
    }

    fn fits(&self, node: &Node) -> bool {
        self.label.is_none_or(|label| node.labels.contains(&label)) && self.k.is_none_or(|k| node.k == Some(k))
    }
}

impl RelPart {
    fn random(random: &mut Random, taste: &Taste, names: &mut Names) -> RelPart {
        let arrow = [Arrow::Right, Arrow::Right, Arrow::Left, Arrow::Either][random.below(4)];
        let mut types: Vec<&str> = Vec::new();
        if random.percent(45) {
            types.push(TYPES[random.below(3)]);
            if random.percent(30) {
                types.push(TYPES[random.below(3)]);
            }
        }
        let lengths = [(0, 1), (1, 2), (0, 2), (2, 2), (1, 3), (0, 3), (0, 0), (2, 3), (1, 1), (3, 2)];
        let length = (taste.variable_length && random.percent(15)).then(|| *random.of(&lengths));
        let named = taste.all_named || random.percent(50);
        let name = named.then(|| names.fresh(if length.is_some() { "l" } else { "r" }));
        RelPart { name, arrow, types, k: random.percent(8).then(|| random.below(4) as i64), length }
    }

    fn turned(&self) -> RelPart {
        let arrow = match self.arrow {
            Arrow::Right => Arrow::Left,
            Arrow::Left => Arrow::Right,
            Arrow::Either => Arrow::Either,
        };
        RelPart { arrow, ..self.clone() }
    }

    fn text(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        let types = if self.types.is_empty() { String::new() } else { format!(":{}", self.types.join("|")) };
        let length = self.length.map(|(least, most)| format!("*{least}..{most}")).unwrap_or_default();
        let k = self.k.map(|k| format!(" {{k: {k}}}")).unwrap_or_default();
        let (left, right) = match self.arrow {
            Arrow::Right => ("-", "->"),
            Arrow::Left => ("<-", "-"),
            Arrow::Either => ("-", "-"),
        };
        let inside = format!("{name}{types}{length}{k}");
        if inside.is_empty() { format!("{left}{right}") } else { format!("{left}[{inside}]{right}") }
    }

    /// The nodes that a relationship leads to from a node.
    fn ends(&self, rel: &Rel, node: usize) -> Vec<usize> {
        let fits =
            (self.types.is_empty() || self.types.contains(&rel.rel_type)) && self.k.is_none_or(|k| rel.k == Some(k));
        let right = (fits && self.arrow != Arrow::Left && rel.from == node).then_some(rel.to);
        let left = (fits && self.arrow != Arrow::Right && rel.to == node).then_some(rel.from);
        // A loop is met once, whichever way one looks at it.
        if rel.from == rel.to && right.is_some() { vec![rel.to] } else { right.into_iter().chain(left).collect() }
    }
}

/// A node, and the relationship that leads to it from the step before.
struct Step<'a> {
    rel: Option<&'a RelPart>,
    node: &'a NodePart,
}

struct Search<'a> {
    data: &'a Data,
    used: Vec<usize>,
    bound: BTreeMap<String, usize>,
    found: Vec<BTreeMap<String, usize>>,
}

impl Search<'_> {
    fn run(&mut self, steps: &[Step<'_>], at: usize) {
        let Some((step, rest)) = steps.split_first() else {
            self.found.push(self.bound.clone());
            return;
        };
        match step.rel {
            None => (0..self.data.nodes.len()).for_each(|node| self.arrive(step, rest, node)),
            Some(rel) => match rel.length {
                None => self.hop(rel, at, &mut |search, id, node| search.named(rel, id, step, rest, node)),
                Some(length) => self.walk(rel, length, 0, at, &mut |search, node| search.arrive(step, rest, node)),
            },
        }
    }

    /// Every way over one unused relationship.
    fn hop(&mut self, part: &RelPart, from: usize, then: &mut dyn FnMut(&mut Self, usize, usize)) {
        for (id, rel) in self.data.rels.iter().enumerate() {
            if self.used.contains(&id) {
                continue;
            }
            for end in part.ends(rel, from) {
                self.used.push(id);
                then(self, id, end);
                self.used.pop();
            }
        }
    }

    fn named(&mut self, part: &RelPart, id: usize, step: &Step<'_>, rest: &[Step<'_>], node: usize) {
        if let Some(name) = &part.name {
            self.bound.insert(name.clone(), id);
        }
        self.arrive(step, rest, node);
    }

    fn walk(
        &mut self,
        part: &RelPart,
        (least, most): (usize, usize),
        length: usize,
        at: usize,
        then: &mut dyn FnMut(&mut Self, usize),
    ) {
        if length >= least && length <= most {
            then(self, at);
        }
        if length < most {
            self.hop(part, at, &mut |search, _, node| search.walk(part, (least, most), length + 1, node, then));
        }
    }

    fn arrive(&mut self, step: &Step<'_>, rest: &[Step<'_>], node: usize) {
        if !step.node.fits(&self.data.nodes[node]) {
            return;
        }
        let Some(name) = &step.node.name else { return self.run(rest, node) };
        match self.bound.get(name) {
            Some(bound) if *bound != node => {}
            Some(_) => self.run(rest, node),
            None => {
                self.bound.insert(name.clone(), node);
                self.run(rest, node);
                self.bound.remove(name);
            }
        }
    }
}
