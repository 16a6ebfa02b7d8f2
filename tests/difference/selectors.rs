//! Random paths with selectors, their text, and all their matches found by trying every relationship in every place.

use super::graphs::{Data, LABELS, Rel, TYPES};
use super::random::Random;
use std::collections::BTreeMap;

/// A path, what is selected of it, and how the query is written around it.
#[derive(Clone)]
pub struct Selected {
    nodes: Vec<Node>,
    pieces: Vec<Piece>,
    pub count: usize,
    pub groups: bool,
    repeatable: bool,
    /// Whether its first and its last node are bound before.
    bound: [bool; 2],
    /// Two nodes of the path whose `k` must be the same, asked inside the parentheses.
    same: Option<(usize, usize)>,
    by_parameter: bool,
}

#[derive(Clone)]
struct Node {
    label: Option<&'static str>,
    k: Option<i64>,
}

#[derive(Clone)]
struct Hop {
    arrow: Arrow,
    types: Vec<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Arrow {
    Right,
    Left,
    Either,
}

/// A part of a path between two nodes that are written.
#[derive(Clone)]
struct Piece {
    hops: Vec<Hop>,
    /// How often the hops are walked; `None` for a relationship.
    rounds: Option<(usize, Option<usize>)>,
    /// Whether it is written as a group.
    group: bool,
    /// Whether the `k` of the first node of a round must not be greater than that of its last.
    rising: bool,
}

/// A match: its ends, its length, and all that the query returns of it.
pub struct Match {
    pub ends: (usize, usize),
    pub length: usize,
    pub row: String,
}

impl Selected {
    pub fn random(random: &mut Random) -> Selected {
        let repeatable = random.percent(20);
        let pieces: Vec<Piece> = (0..random.between(1, 3)).map(|_| Piece::random(random, repeatable)).collect();
        let nodes = (0..=pieces.len()).map(|_| Node::random(random)).collect();
        let same = random.percent(20).then(|| (random.below(pieces.len() + 1), random.below(pieces.len() + 1)));
        let bound = [random.percent(40), random.percent(40)];
        let count = [1, 1, 2, 3, 5][random.below(5)];
        let by_parameter = random.percent(3);
        Selected { nodes, pieces, count, groups: random.percent(40), repeatable, bound, same, by_parameter }
    }

    pub fn text(&self) -> String {
        let last = self.pieces.len();
        let mut before = String::new();
        for (bound, at) in self.bound.iter().zip([0, last]) {
            if *bound {
                before += &format!("MATCH (m{at}) ");
            }
        }
        let mode = if self.repeatable { "REPEATABLE ELEMENTS " } else { "" };
        let mut path = self.nodes[0].text(0);
        for (at, piece) in self.pieces.iter().enumerate() {
            path += &(piece.text(at) + &self.nodes[at + 1].text(at + 1));
        }
        if let Some((a, b)) = self.same {
            path = format!("({path} WHERE m{a}.k = m{b}.k)");
        }
        let count = if self.by_parameter { format!("$n{}", self.count) } else { self.count.to_string() };
        let selector = match (self.count, self.groups, self.by_parameter) {
            (1, true, false) => "ALL SHORTEST".to_owned(),
            (_, true, _) => format!("SHORTEST {count} GROUPS"),
            (1, false, false) => "ANY SHORTEST PATH".to_owned(),
            (_, false, _) => format!("SHORTEST {count} PATHS"),
        };
        let mut columns = vec![
            "m0.id".to_owned(),
            format!("m{last}.id"),
            "length(p)".to_owned(),
            "[r IN relationships(p) | r.id]".to_owned(),
            "[n IN nodes(p) | n.id]".to_owned(),
        ];
        columns.extend((0..=last).map(|at| format!("m{at}.id")));
        self.pieces.iter().enumerate().for_each(|(at, piece)| columns.extend(piece.columns(at)));
        let columns: Vec<String> = columns.iter().enumerate().map(|(at, each)| format!("{each} AS c{at}")).collect();
        format!("{before}MATCH {mode}p = {selector} {path} RETURN {}", columns.join(", "))
    }

    /// All matches, as if nothing were selected.
    pub fn matches(&self, data: &Data) -> Vec<Match> {
        let mut search =
            Search { of: self, data, rels: Vec::new(), walked: Vec::new(), at: Vec::new(), found: Vec::new() };
        for start in 0..data.nodes.len() {
            search.arrive(0, start);
        }
        search.found
    }

    /// What is wrong with the rows that were selected: ends, length and text of each.
    pub fn wrong(&self, all: &[Match], given: &[Match]) -> Option<String> {
        let ends: std::collections::BTreeSet<_> = all.iter().chain(given).map(|each| each.ends).collect();
        for ends in ends {
            let of = |matches: &[Match]| -> Vec<(usize, String)> {
                let here = matches.iter().filter(|each| each.ends == ends);
                let mut here: Vec<_> = here.map(|each| (each.length, each.row.clone())).collect();
                here.sort();
                here
            };
            let (all, given) = (of(all), of(given));
            let mut lengths: Vec<usize> = all.iter().map(|(length, _)| *length).collect();
            let wanted: Vec<usize> = if self.groups {
                let mut distinct = lengths.clone();
                distinct.dedup();
                let most = distinct.iter().take(self.count).next_back().copied().unwrap_or(0);
                lengths.retain(|length| *length <= most);
                lengths
            } else {
                lengths.truncate(self.count);
                lengths
            };
            let found: Vec<usize> = given.iter().map(|(length, _)| *length).collect();
            let counts = |rows: &[(usize, String)]| {
                let mut counts: BTreeMap<String, usize> = BTreeMap::new();
                rows.iter().for_each(|(_, row)| *counts.entry(row.clone()).or_default() += 1);
                counts
            };
            let known = counts(&all);
            let unknown =
                counts(&given).into_iter().find(|(row, count)| known.get(row).is_none_or(|known| known < count));
            if wanted != found || unknown.is_some() {
                return Some(format!("between {ends:?}: {unknown:?} of {given:#?}\nfrom {all:#?}"));
            }
        }
        None
    }
}

impl Node {
    fn random(random: &mut Random) -> Node {
        let label = random.percent(15).then(|| LABELS[random.below(3)]);
        Node { label, k: random.percent(5).then(|| random.below(4) as i64) }
    }

    fn text(&self, at: usize) -> String {
        let label = self.label.map(|label| format!(":{label}")).unwrap_or_default();
        let k = self.k.map(|k| format!(" {{k: {k}}}")).unwrap_or_default();
        format!("(m{at}{label}{k})")
    }
}

impl Hop {
    fn random(random: &mut Random) -> Hop {
        let arrow = [Arrow::Right, Arrow::Right, Arrow::Left, Arrow::Either][random.below(4)];
        let types = if random.percent(30) { vec![TYPES[random.below(3)]] } else { Vec::new() };
        Hop { arrow, types }
    }

    fn text(&self, name: &str) -> String {
        let types = if self.types.is_empty() { String::new() } else { format!(":{}", self.types.join("|")) };
        let (left, right) = match self.arrow {
            Arrow::Right => ("-", "->"),
            Arrow::Left => ("<-", "-"),
            Arrow::Either => ("-", "-"),
        };
        format!("{left}[{name}{types}]{right}")
    }

    fn ends(&self, rel: &Rel, node: usize) -> Vec<usize> {
        let fits = self.types.is_empty() || self.types.contains(&rel.rel_type);
        let right = (fits && self.arrow != Arrow::Left && rel.from == node).then_some(rel.to);
        let left = (fits && self.arrow != Arrow::Right && rel.to == node).then_some(rel.from);
        if rel.from == rel.to && right.is_some() { vec![rel.to] } else { right.into_iter().chain(left).collect() }
    }
}

impl Piece {
    fn random(random: &mut Random, bounded: bool) -> Piece {
        let open = [(1, None), (1, None), (0, None), (2, None), (0, Some(2)), (1, Some(3)), (2, Some(2)), (3, Some(4))];
        let closed = [(0, Some(1)), (1, Some(2)), (0, Some(2)), (2, Some(2)), (1, Some(3))];
        let rounds = random.percent(75).then(|| if bounded { *random.of(&closed) } else { *random.of(&open) });
        let group = rounds.is_some() && random.percent(50);
        let hops = (0..if group { random.between(1, 2) } else { 1 }).map(|_| Hop::random(random)).collect();
        Piece { hops, rounds, group, rising: group && random.percent(30) }
    }

    fn text(&self, at: usize) -> String {
        let quantity = match self.rounds {
            None => String::new(),
            Some((0, None)) => "*".to_owned(),
            Some((1, None)) => "+".to_owned(),
            Some((min, None)) => format!("{{{min},}}"),
            Some((min, Some(max))) => format!("{{{min},{max}}}"),
        };
        if !self.group {
            return self.hops[0].text(&format!("r{at}")) + &quantity;
        }
        let last = self.hops.len() - 1;
        let mut path = format!("(x{at})");
        for (hop, part) in self.hops.iter().enumerate() {
            let end = if hop == last { format!("(y{at})") } else { "()".to_owned() };
            path += &(part.text(&if hop == 0 { format!("r{at}") } else { String::new() }) + &end);
        }
        let rising = if self.rising { format!(" WHERE x{at}.k <= y{at}.k") } else { String::new() };
        format!(" ({path}{rising}){quantity} ")
    }

    fn columns(&self, at: usize) -> Vec<String> {
        match (self.rounds, self.group) {
            (None, _) => vec![format!("r{at}.id")],
            (Some(_), false) => vec![format!("[r IN r{at} | r.id]")],
            (Some(_), true) => {
                vec![format!("[r IN r{at} | r.id]"), format!("[n IN x{at} | n.id]"), format!("[n IN y{at} | n.id]")]
            }
        }
    }
}

struct Search<'a> {
    of: &'a Selected,
    data: &'a Data,
    rels: Vec<usize>,
    /// For each relationship: the piece, the hop in its round, and the nodes on both sides.
    walked: Vec<(usize, usize, usize, usize)>,
    /// The nodes that are written.
    at: Vec<usize>,
    found: Vec<Match>,
}

impl Search<'_> {
    /// At a written node.
    fn arrive(&mut self, index: usize, node: usize) {
        let Node { label, k } = &self.of.nodes[index];
        let here = &self.data.nodes[node];
        if label.is_some_and(|label| !here.labels.contains(&label)) || k.is_some_and(|k| here.k != Some(k)) {
            return;
        }
        self.at.push(node);
        if index == self.of.pieces.len() {
            self.note();
        } else if self.of.pieces[index].rounds.is_none() {
            self.hop(index, 0, node, &mut |search, end| search.arrive(index + 1, end));
        } else {
            self.round(index, 0, node);
        }
        self.at.pop();
    }

    /// After so many rounds of a piece.
    fn round(&mut self, index: usize, done: usize, node: usize) {
        let (min, max) = self.of.pieces[index].rounds.unwrap();
        if done >= min {
            self.arrive(index + 1, node);
        }
        if max.is_none_or(|max| done < max) {
            self.hops(index, 0, (done, node), node);
        }
    }

    fn hops(&mut self, index: usize, hop: usize, (done, start): (usize, usize), node: usize) {
        let piece = &self.of.pieces[index];
        if hop < piece.hops.len() {
            self.hop(index, hop, node, &mut |search, end| search.hops(index, hop + 1, (done, start), end));
            return;
        }
        let (first, last) = (self.data.nodes[start].k, self.data.nodes[node].k);
        if !piece.rising || first.zip(last).is_some_and(|(first, last)| first <= last) {
            self.round(index, done + 1, node);
        }
    }

    fn hop(&mut self, index: usize, hop: usize, node: usize, then: &mut dyn FnMut(&mut Self, usize)) {
        for (id, rel) in self.data.rels.iter().enumerate() {
            if !self.of.repeatable && self.rels.contains(&id) {
                continue;
            }
            for end in self.of.pieces[index].hops[hop].ends(rel, node) {
                self.rels.push(id);
                self.walked.push((index, hop, node, end));
                then(self, end);
                self.walked.pop();
                self.rels.pop();
            }
        }
    }

    fn note(&mut self) {
        let k = |at: usize| self.data.nodes[self.at[at]].k;
        if self.of.same.is_some_and(|(a, b)| k(a).zip(k(b)).is_none_or(|(a, b)| a != b)) {
            return;
        }
        let (first, last) = (self.at[0], self.at[self.at.len() - 1]);
        let list = |items: Vec<usize>| {
            let items: Vec<String> = items.iter().map(|item| format!("Int({item})")).collect();
            format!("[{}]", items.join(", "))
        };
        let mut nodes = vec![first];
        nodes.extend(self.walked.iter().map(|(_, _, _, end)| *end));
        let mut row = vec![list(self.rels.clone()), list(nodes)];
        row.extend(self.at.iter().map(|node| format!("Int({node})")));
        for (index, piece) in self.of.pieces.iter().enumerate() {
            let walked = self.walked.iter().zip(&self.rels).filter(|((of, ..), _)| *of == index);
            let walked: Vec<_> = walked.collect();
            let of_hop = |hop: usize| walked.iter().filter(move |((_, at, ..), _)| *at == hop);
            let rels: Vec<usize> = of_hop(0).map(|(_, rel)| **rel).collect();
            match (piece.rounds, piece.group) {
                (None, _) => row.push(format!("Int({})", rels[0])),
                (Some(_), false) => row.push(list(rels)),
                (Some(_), true) => {
                    let last = piece.hops.len() - 1;
                    row.push(list(rels));
                    row.push(list(of_hop(0).map(|((_, _, from, _), _)| *from).collect()));
                    row.push(list(of_hop(last).map(|((.., end), _)| *end).collect()));
                }
            }
        }
        self.found.push(Match { ends: (first, last), length: self.rels.len(), row: row.join(" | ") });
    }
}
