//! What the rows of an answer rest on, as values and as numbered notes.

use crate::session::{Answer, Row, Sources, citation, fact};
use crate::store::Version;
use crate::value::{RelId, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// The values of rows, with what they cite as values: the last column of an answer that cites.
#[derive(Debug)]
pub(super) struct Citations {
    /// `None` for an answer that does not cite.
    sources: Option<Sources>,
}

impl Citations {
    /// Those of an answer.
    pub(super) fn of(answer: &Answer) -> Citations {
        Citations { sources: answer.summary().cited.then(|| Sources::of(answer.graph())) }
    }

    /// The values of a row; of its last, what it cites, a map for each relationship.
    pub(super) fn values<'r>(&self, row: &'r Row) -> Cow<'r, [Value]> {
        let Some(sources) = &self.sources else { return Cow::Borrowed(row.values()) };
        let mut values = row.values().to_vec();
        if let Some(last) = values.last_mut() {
            let cited = rels(last).map(|rel| citation(row.graph(), sources, rel)).collect();
            *last = Value::list(cited);
        }
        Cow::Owned(values)
    }
}

/// Relationships in the order in which rows cite them, each with a number.
#[derive(Debug, Default)]
pub struct Notes {
    cited: Vec<RelId>,
    numbers: HashMap<RelId, usize>,
}

/// A note: a fact, and the title of its source where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number, from 1.
    pub number: usize,
    /// The fact.
    pub fact: String,
    /// The title.
    pub title: Option<String>,
    /// For a fact that is derived, the rule, and the numbers of the facts that it rests on.
    pub proof: Option<(String, Vec<usize>)>,
}

impl Note {
    /// What there is to say of the fact, beside its number: its source's title, or why it is derived.
    pub fn remark(&self) -> Option<String> {
        let derived = |(rule, numbers): &(String, Vec<usize>)| {
            let from: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            format!("by the rule `{rule}` from {}", from.join(", "))
        };
        self.proof.as_ref().map(derived).or_else(|| self.title.clone())
    }
}

impl Notes {
    /// The numbers of what a row cites, the value of its last column.
    pub fn numbers(&mut self, cited: &Value) -> Vec<usize> {
        rels(cited).map(|rel| self.number(rel)).collect()
    }

    fn number(&mut self, rel: RelId) -> usize {
        *self.numbers.entry(rel).or_insert_with(|| {
            self.cited.push(rel);
            self.cited.len()
        })
    }

    /// How many notes there are.
    pub fn count(&self) -> usize {
        self.cited.len()
    }

    /// The notes, in order of number.
    pub fn texts<'n>(&'n self, graph: &'n Version) -> impl Iterator<Item = Note> + 'n {
        let sources = if self.cited.is_empty() { Sources::default() } else { Sources::of(graph) };
        self.cited.iter().enumerate().map(move |(at, rel)| {
            let title = sources.of_fact(graph, *rel).and_then(|source| sources.text(graph, source, "title"));
            let number = |rel: &RelId| self.numbers.get(rel).copied();
            let proof = graph.proof(*rel);
            let proof =
                proof.map(|proof| (proof.rule.name.to_string(), proof.premises.iter().filter_map(number).collect()));
            Note { number: at + 1, fact: fact(graph, *rel), title: title.map(|title| title.to_string()), proof }
        })
    }
}

/// What a row cites, the value of its last column, as facts.
pub fn facts(graph: &Version, cited: &Value) -> Vec<String> {
    let by = |rel| graph.proof(rel).map(|proof| format!(" by the rule `{}`", proof.rule.name)).unwrap_or_default();
    rels(cited).map(|rel| fact(graph, rel) + &by(rel)).collect()
}

/// The relationships of a list.
pub(super) fn rels(cited: &Value) -> impl Iterator<Item = RelId> + '_ {
    let items = if let Value::List(items) = cited { &items[..] } else { &[] };
    items.iter().filter_map(|value| if let Value::Rel(rel) = value { Some(*rel) } else { None })
}
