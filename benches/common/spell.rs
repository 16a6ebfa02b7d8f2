//! Writes a question in other ways that mean the same.
//!
//! It knows the questions of the benches, not the language: clauses begin with words in capitals, nodes have names, and
//! braces hold one property.

use std::collections::BTreeSet;

/// A clause: its word and what follows.
type Clause = (&'static str, String);

const WORDS: [&str; 4] = ["MATCH ", "WHERE ", "WITH ", "RETURN "];

/// Ways to write a question, each with its name; the first leaves it as it is.
pub(crate) fn spellings(text: &str) -> Vec<(&'static str, String)> {
    let clauses = clauses(text);
    let each = |rewrite: fn(&[Clause]) -> Vec<Clause>| join(&rewrite(&clauses));
    vec![
        ("as it is", text.to_owned()),
        ("names", renamed(text, &clauses)),
        ("direction", each(reversed)),
        ("parts", each(in_parts)),
        ("not not", each(negated_twice)),
        ("filters", each(filtered_otherwise)),
        ("WITH *", each(passed_on)),
        ("first alone", each(first_alone)),
    ]
}

fn clauses(text: &str) -> Vec<Clause> {
    let begins = |at: usize| {
        let whole = at == 0 || text[..at].ends_with(' ');
        WORDS.into_iter().find(|word| whole && text[at..].starts_with(word))
    };
    let starts: Vec<(usize, &'static str)> = (0..text.len())
        .filter(|at| text.is_char_boundary(*at))
        .filter_map(|at| begins(at).map(|word| (at, word)))
        .collect();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    starts.iter().zip(ends).map(|((at, word), end)| (*word, text[at + word.len()..end].trim().to_owned())).collect()
}

fn join(clauses: &[Clause]) -> String {
    clauses.iter().map(|(word, rest)| format!("{word}{rest}")).collect::<Vec<_>>().join(" ")
}

/// A path: one node more than relationships.
struct Path {
    nodes: Vec<String>,
    rels: Vec<String>,
}

impl Path {
    /// `None` for a path that a function selects.
    fn of(text: &str) -> Option<Path> {
        let (mut path, mut rest) = (Path { nodes: Vec::new(), rels: Vec::new() }, text);
        while let Some(inner) = rest.strip_prefix('(') {
            let (node, after) = inner.split_once(')')?;
            path.nodes.push(node.to_owned());
            let next = after.find('(').unwrap_or(after.len());
            path.rels.extend((next > 0).then(|| after[..next].to_owned()));
            rest = &after[next..];
        }
        rest.is_empty().then_some(path)
    }

    fn text(&self) -> String {
        let rels = self.rels.iter().map(String::as_str).chain([""]);
        self.nodes.iter().zip(rels).map(|(node, rel)| format!("({node}){rel}")).collect()
    }

    fn reversed(mut self) -> Path {
        self.nodes.reverse();
        self.rels.reverse();
        let turn = |rel: &String| match rel.strip_suffix('>') {
            Some(rel) => format!("<{rel}"),
            None => format!("{}>", rel.trim_start_matches('<')),
        };
        self.rels = self.rels.iter().map(turn).collect();
        self
    }

    /// Paths of one relationship each, the last first; of a path of one, its first node by itself.
    fn in_parts(&self) -> Vec<String> {
        let hop = |at: usize, first: &str| format!("({first}){}({})", self.rels[at], self.nodes[at + 1]);
        match self.rels.len() {
            0 => vec![self.text()],
            1 => vec![hop(0, name(&self.nodes[0])), format!("({})", self.nodes[0])],
            _ => {
                let later = (1..self.rels.len()).rev().map(|at| hop(at, name(&self.nodes[at])));
                later.chain([hop(0, &self.nodes[0])]).collect()
            }
        }
    }
}

/// The name of a node.
fn name(node: &str) -> &str {
    node.split([':', ' ', '{']).next().unwrap_or_default()
}

/// The paths of a pattern.
fn paths(pattern: &str) -> Vec<&str> {
    let cuts: Vec<usize> = pattern.match_indices(", (").map(|(at, _)| at).collect();
    let starts = std::iter::once(0).chain(cuts.iter().map(|at| at + 2));
    starts.zip(cuts.iter().copied().chain([pattern.len()])).map(|(start, end)| &pattern[start..end]).collect()
}

fn rewrite_paths(clauses: &[Clause], rewrite: fn(Path) -> Vec<String>) -> Vec<Clause> {
    let pattern = |pattern: &String| {
        let path = |text| Path::of(text).map_or_else(|| vec![text.to_owned()], rewrite);
        paths(pattern).into_iter().flat_map(path).collect::<Vec<_>>().join(", ")
    };
    clauses.iter().map(|(word, rest)| (*word, if *word == WORDS[0] { pattern(rest) } else { rest.clone() })).collect()
}

fn reversed(clauses: &[Clause]) -> Vec<Clause> {
    rewrite_paths(clauses, |path| vec![path.reversed().text()])
}

fn in_parts(clauses: &[Clause]) -> Vec<Clause> {
    rewrite_paths(clauses, |path| path.in_parts())
}

/// Names that sort the other way round.
fn renamed(text: &str, clauses: &[Clause]) -> String {
    let patterns = clauses.iter().filter(|(word, _)| *word == WORDS[0]);
    let names: BTreeSet<&str> = patterns
        .flat_map(|(_, pattern)| {
            pattern.split(['(', '[']).skip(1).map(|part| name(part.split([')', ']']).next().unwrap_or_default()))
        })
        .filter(|name| !name.is_empty())
        .collect();
    let (mut renamed, mut word, mut before) = (String::new(), String::new(), ' ');
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        let place = names.iter().position(|name| *name == word).filter(|_| !matches!(before, '.' | ':' | '$'));
        renamed += &place.map_or_else(|| word.clone(), |place| format!("v{}", 90 - place));
        word.clear();
        renamed.push(c);
        before = c;
    }
    renamed.trim_end().to_owned()
}

/// Adds a predicate to a clause `MATCH`, or changes the one that it has.
fn with_predicate(clauses: &[Clause], change: fn(&str) -> String, add: fn(&mut String) -> String) -> Vec<Clause> {
    let mut out: Vec<Clause> = Vec::new();
    let mut clauses = clauses.iter().cloned().peekable();
    while let Some((word, mut rest)) = clauses.next() {
        if word != WORDS[0] {
            out.push((word, rest));
            continue;
        }
        let predicate = match clauses.next_if(|(word, _)| *word == WORDS[1]) {
            Some((_, predicate)) => change(&predicate),
            None => add(&mut rest),
        };
        out.push((word, rest));
        out.extend((!predicate.is_empty()).then_some((WORDS[1], predicate)));
    }
    out
}

/// Takes a property in braces out of a pattern, or else the label of its first node; gives what says the same. Nothing of a
/// pattern with neither.
fn taken_out(pattern: &mut String, property: fn(&str, &str, &str) -> String) -> String {
    if let Some((start, end)) = pattern.find(" {").zip(pattern.find('}')) {
        let braces: String = pattern.drain(start..=end).collect();
        let node = pattern[..start].rsplit(['(', '[']).next().map(name).unwrap_or_default().to_owned();
        let (key, value) = braces.trim_matches([' ', '{', '}']).split_once(": ").unwrap_or_default();
        return property(&node, key, value);
    }
    let end = pattern.find(')').unwrap_or_default();
    match (pattern.starts_with('('), pattern[..end].find(':')) {
        (true, Some(colon)) => {
            let label: String = pattern.drain(colon..end).collect();
            format!("{}{label}", &pattern[1..colon])
        }
        _ => String::new(),
    }
}

fn negated_twice(clauses: &[Clause]) -> Vec<Clause> {
    let twice = |predicate: &str| format!("NOT (NOT ({predicate}))");
    with_predicate(clauses, twice, |pattern| {
        let predicate = taken_out(pattern, |node, key, value| format!("{node}.{key} = {value}"));
        if predicate.is_empty() { predicate } else { format!("NOT (NOT ({predicate}))") }
    })
}

/// What is joined by `AND` the other way round; a property that braces have, and a label, as a predicate.
fn filtered_otherwise(clauses: &[Clause]) -> Vec<Clause> {
    let turned = |predicate: &str| {
        predicate.split(" AND ").collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(" AND ")
    };
    with_predicate(clauses, turned, |pattern| taken_out(pattern, |node, key, value| format!("{value} = {node}.{key}")))
}

/// `WITH *` before what is made of the matches.
fn passed_on(clauses: &[Clause]) -> Vec<Clause> {
    let mut out: Vec<Clause> = Vec::new();
    for (word, rest) in clauses {
        let matched = out.last().is_some_and(|(word, _)| WORDS[..2].contains(word));
        out.extend((matched && WORDS[2..].contains(word)).then(|| (WORDS[2], "*".to_owned())));
        out.push((word, rest.clone()));
    }
    out
}

/// The first node of the question in a clause of its own.
fn first_alone(clauses: &[Clause]) -> Vec<Clause> {
    let [(word, pattern), rest @ ..] = clauses else { return clauses.to_vec() };
    let Some((node, after)) = pattern.strip_prefix('(').and_then(|inner| inner.split_once(')')) else {
        return clauses.to_vec();
    };
    let first =
        [(*word, format!("({node})")), (WORDS[2], name(node).to_owned()), (*word, format!("({}){after}", name(node)))];
    first.into_iter().chain(rest.iter().cloned()).collect()
}
