//! A graph as a text of arrow facts that make it anew in an empty graph, and what they cannot say.
//!
//! A node with a name is an entity, a node `:Source` with an `id` is a source, a relationship between entities is a fact.
//! What stands under no source comes first, then each source with the facts that cite it. Whatever the notation has no
//! words for is told to the caller: nodes without a name, times of day, indexes, two entities of one name. Every line is
//! read back before it is written, so a text that was written can be loaded. Identifiers are not kept.
//!
//! The same lines, each standing for itself, are what graphs are compared by: [`diff`], [`apply`], [`merge()`]. [`check`]
//! and [`format`](format()) are about texts.

mod apply;
pub mod check;
mod diff;
mod format;
#[cfg(test)]
mod laws;
mod merge;
mod names;
mod properties;
mod said;
#[cfg(test)]
mod tests;

use super::elements::Elements;
use super::write_error;
use crate::error::Result;
use crate::session::{Answer, source_nodes};
use crate::store::Version;
use crate::syntax::facts::ast::{Body, Entity, Fact, Line, Mark, Name, Source};
use crate::syntax::facts::{format as lines, parse_line, reads_back};
use crate::value::{NodeId, RelId, RelTypeId, Value};
pub use apply::{Applied, apply};
pub use diff::{Difference, diff};
pub use format::{format, format_markdown};
pub use merge::{Merged, merge};
use names::Names;
use properties::Properties;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, Write};
use std::mem::discriminant;
use std::sync::Arc;

/// The most things that are told one by one.
const MOST: usize = 50;

/// What facts cannot say of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsaid {
    /// How many things there are.
    pub count: u64,
    /// The first of them, in words.
    pub first: Vec<String>,
}

impl Unsaid {
    /// Adds one thing.
    pub(super) fn tell(&mut self, what: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < MOST {
            self.first.push(what());
        }
    }

    /// Takes what is told elsewhere as well.
    fn absorb(&mut self, other: &Unsaid) {
        other.first.iter().for_each(|what| self.tell(|| what.clone()));
        self.count += other.count - other.first.len() as u64;
    }
}

impl fmt::Display for Unsaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.iter().try_for_each(|what| writeln!(f, "{what}"))?;
        match self.count - self.first.len() as u64 {
            0 => Ok(()),
            more => writeln!(f, "and {more} more"),
        }
    }
}

/// Writes the facts, one a line, and gives what they cannot say.
///
/// # Errors
/// When they cannot be written.
pub fn write(graph: &Version, out: &mut dyn Write) -> io::Result<Unsaid> {
    let mut line = |_: &Body, text: &str| writeln!(out, "{text}");
    let mut writer = Writer { graph, names: Names::new(graph), unsaid: Unsaid::default(), out: &mut line };
    let sources = writer.sources();
    writer.entities(&sources)?;
    let (top, cited) = writer.by_source(&sources);
    top.into_iter().try_for_each(|rel| writer.fact(rel, None))?;
    for (reference, node) in sources {
        let rels = cited.get(&*reference).into_iter().flatten().copied();
        match writer.source(node)? {
            Some(source) => rels.into_iter().try_for_each(|rel| writer.fact(rel, Some(&source)))?,
            None => rels.for_each(|rel| writer.unsaid.tell(|| format!("relationship {} of that source", rel.row))),
        }
    }
    writer.schema();
    Ok(writer.unsaid)
}

/// Writes what all rows of an answer hold, nodes as the lines of entities and sources, then relationships as facts; gives
/// how many rows there were, and what they hold that facts cannot say. Names are those of the graph.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write_answer(answer: &mut Answer, out: &mut dyn Write) -> Result<(u64, Unsaid)> {
    let elements = Elements::of(answer)?;
    let graph = answer.graph();
    let mut line = |_: &Body, text: &str| writeln!(out, "{text}");
    let names = Names::of_whole(graph);
    let mut writer = Writer { graph, names, unsaid: Unsaid::default(), out: &mut line };
    writer.elements(&elements).map_err(|error| write_error(&error))?;
    writer.unsaid.absorb(&elements.unsaid());
    Ok((elements.rows, writer.unsaid))
}

/// Gives every line so that it stands for itself, whatever comes before it: entities in an order in which they can be
/// told, sources, then facts that say their source and date, and are about entities alone. Indexes and constraints are
/// left out.
fn write_alone(graph: &Version, out: Out<'_>) -> io::Result<Unsaid> {
    let mut writer = Writer { graph, names: Names::new(graph), unsaid: Unsaid::default(), out };
    let sources = writer.sources();
    writer.entities(&sources)?;
    sources.into_iter().try_for_each(|(_, node)| writer.source_line(node).map(drop))?;
    writer.rels().try_for_each(|rel| writer.fact(rel, None))?;
    Ok(writer.unsaid)
}

/// Where lines go: what one says, and its text.
type Out<'a> = &'a mut dyn FnMut(&Body, &str) -> io::Result<()>;

struct Writer<'a> {
    graph: &'a Version,
    names: Names<'a>,
    unsaid: Unsaid,
    out: Out<'a>,
}

/// Sources by what cites call them, in order of node.
type Sources = Vec<(Arc<str>, NodeId)>;
/// Relationships by the source that they cite.
type Cited = HashMap<Arc<str>, Vec<RelId>>;

impl<'a> Writer<'a> {
    /// Sources come last: what stands below the line of one would be taken for its own.
    fn elements(&mut self, elements: &Elements) -> io::Result<()> {
        let known: HashSet<NodeId> = self.sources().into_iter().map(|(_, node)| node).collect();
        let (sources, others): (Vec<NodeId>, Vec<NodeId>) =
            elements.nodes.iter().partition(|node| known.contains(node));
        for node in others {
            match self.names.name_of(node) {
                Some(_) => self.entity(node)?,
                None => self.unsaid.tell(|| format!("node {} has no name", node.0)),
            }
        }
        elements.rels.iter().try_for_each(|rel| self.fact(*rel, None))?;
        sources.into_iter().try_for_each(|node| self.source(node).map(drop))
    }

    /// The nodes that a line of a source makes. Of several with one name none is.
    fn sources(&mut self) -> Sources {
        let all: Sources = source_nodes(self.graph).filter(|(reference, _)| !reference.is_empty()).collect();
        let mut times: HashMap<&str, u32> = HashMap::new();
        all.iter().for_each(|(reference, _)| *times.entry(reference).or_default() += 1);
        let alone = |(reference, node): &&(Arc<str>, NodeId)| {
            let alone = self.graph.node_labels(*node).len() == 1 && self.names.name_of(*node).is_none();
            alone && times.get(&**reference) == Some(&1)
        };
        all.iter().filter(alone).cloned().collect()
    }

    fn entities(&mut self, sources: &Sources) -> io::Result<()> {
        self.nodes_without_line(sources);
        Names::in_order_of_telling(self.graph).into_iter().try_for_each(|node| self.entity(node))
    }

    fn nodes_without_line(&mut self, sources: &Sources) {
        let sources: HashSet<NodeId> = sources.iter().map(|(_, node)| *node).collect();
        for node in self.graph.node_ids() {
            if self.names.name_of(node).is_none() && !sources.contains(&node) {
                self.unsaid.tell(|| format!("node {} has no name and is no source that has its `id` alone", node.0));
            }
        }
    }

    fn entity(&mut self, node: NodeId) -> io::Result<()> {
        let Some(name) = self.names.name_of(node) else { return Ok(()) };
        let what = || format!("the entity `{name}`");
        if !self.names.is_free(&name) {
            self.unsaid.tell(|| format!("{}: another has that name", what()));
            return Ok(());
        }
        let mut properties = Properties::new(self.graph, self.graph.node_properties(node));
        properties.take("name");
        let aliases = properties.take_aliases();
        let labels = self.graph.node_labels(node).into_iter();
        let mut labels: Vec<Name> =
            labels.map(|label| named(Arc::clone(self.graph.catalog().label_name(label)))).collect();
        labels.sort_by(|a, b| a.text.cmp(&b.text));
        let entity = Entity {
            name: named(Arc::clone(&name)),
            labels,
            aliases,
            properties: properties.rest(&["name", "aliases"]),
        };
        let aliases = entity.aliases.clone();
        properties.lost.drain(..).for_each(|why| self.unsaid.tell(|| format!("{}: {why}", what())));
        if self.line(Body::Entity(entity), what)? {
            let aliases = aliases.into_iter().map(|alias| Value::String(alias.text)).collect();
            self.names.note(node, [Some(Value::String(Arc::clone(&name))), Some(Value::list(aliases))]);
        }
        Ok(())
    }

    /// Writes the line of a source, by whose aliases later facts may be about it; gives what holds under it.
    fn source(&mut self, node: NodeId) -> io::Result<Option<Source>> {
        let source = self.source_line(node)?;
        if source.is_some() {
            let value = |key| Some(self.graph.node_property_named(node, key)).filter(|value| !value.is_null());
            let texts = ["name", "aliases"].map(value);
            self.names.note(node, texts);
        }
        Ok(source)
    }

    fn source_line(&mut self, node: NodeId) -> io::Result<Option<Source>> {
        let mut properties = Properties::new(self.graph, self.graph.node_properties(node));
        let Some(Value::String(reference)) = properties.take("id") else { return Ok(None) };
        let source = Source {
            title: properties.take_text("title").map(named),
            url: properties.take_text("url").map(named),
            date: properties.take_date("date"),
            properties: properties.rest(&["id"]),
            reference: named(Arc::clone(&reference)),
        };
        let what = || format!("the source `{reference}`");
        properties.lost.drain(..).for_each(|why| self.unsaid.tell(|| format!("{}: {why}", what())));
        Ok(self.line(Body::Source(source.clone()), what)?.then_some(source))
    }

    /// The relationships that stand under no source, and those that stand under each.
    fn by_source(&self, sources: &Sources) -> (Vec<RelId>, Cited) {
        let dated = |node: NodeId| {
            let mut properties = Properties::new(self.graph, self.graph.node_properties(node));
            properties.take_date("date").is_some()
        };
        let sources: HashMap<&str, bool> =
            sources.iter().map(|(reference, node)| (&**reference, dated(*node))).collect();
        let (mut top, mut cited) = (Vec::new(), Cited::new());
        let key = |name| self.graph.catalog().key(name);
        let (source, date) = (key("source"), key("date"));
        let property = |rel, key: Option<_>| key.map_or(Value::Null, |key| self.graph.rel_property(rel, key));
        for rel in self.rels() {
            match property(rel, source) {
                // Under a source with a date everything has one.
                Value::String(text)
                    if sources.get(&*text).is_some_and(|dated| !dated || !property(rel, date).is_null()) =>
                {
                    cited.entry(text).or_default().push(rel);
                }
                _ => top.push(rel),
            }
        }
        (top, cited)
    }

    fn rels(&self) -> impl Iterator<Item = RelId> + use<'a> {
        let graph = self.graph;
        graph.catalog().rel_types().flat_map(|(rel_type, _): (RelTypeId, _)| graph.rel_ids(rel_type))
    }

    fn fact(&mut self, rel: RelId, under: Option<&Source>) -> io::Result<()> {
        let Some((from, to)) = self.graph.endpoints(rel) else { return Ok(()) };
        let verb = self.graph.catalog().rel_type_name(rel.rel_type);
        let what = || format!("relationship {} of `{verb}`", rel.row);
        if let Some(proof) = self.graph.proof(rel) {
            self.unsaid.tell(|| format!("{}: it is derived by the rule `{}`", what(), proof.rule.name));
            return Ok(());
        }
        let (Some(subject), Some(object)) = (self.names.text_for(from), self.names.text_for(to)) else {
            self.unsaid.tell(|| format!("{}: no name stands for one of its ends alone", what()));
            return Ok(());
        };
        let (mut meta, cite, lost) = properties::of_fact(self.graph, rel);
        if under.is_some_and(|source| source.date == meta.date) {
            meta.date = None;
        }
        let cites = cite.into_iter().filter(|cite| under.is_none() || cite.locator.is_some()).collect();
        lost.into_iter().for_each(|why| self.unsaid.tell(|| format!("{}: {why}", what())));
        let fact = Fact { subject: named(subject), verb: named(Arc::clone(verb)), object: named(object), meta, cites };
        self.line(Body::Fact(fact), what).map(drop)
    }

    /// Writes a line where it says what is meant; whether it does.
    fn line(&mut self, body: Body, what: impl Fn() -> String) -> io::Result<bool> {
        let line = Line { mark: Mark::None, body, comment: None, span: Default::default() };
        let text = lines::line(&line);
        match misread(&line, &text) {
            None => (self.out)(&line.body, &text).map(|()| true),
            Some(why) => {
                self.unsaid.tell(|| format!("{}: {why}", what()));
                Ok(false)
            }
        }
    }

    /// Tells what has no lines at all.
    fn schema(&mut self) {
        schema(self.graph).into_iter().for_each(|what| self.unsaid.tell(|| what));
    }
}

/// Why a line that is written so would not be read as it is meant; `None` when it would.
fn misread(line: &Line, text: &str) -> Option<String> {
    if reads_back(&line.body) {
        return None;
    }
    match parse_line(text, 0) {
        Ok(read) if discriminant(&read.body) == discriminant(&line.body) && lines::line(&read) == text => None,
        Ok(_) => Some("it would be read as something else".to_owned()),
        Err(error) => Some(error.message().to_owned()),
    }
}

/// The indexes, constraints and rules of a graph, in words.
fn schema(graph: &Version) -> Vec<String> {
    let indexes = graph.own_indexes().map(|index| format!("the index `{}`", index.name));
    let constraints = graph.constraints().map(|constraint| format!("the constraint `{}`", constraint.name));
    let rules = graph.rules().iter().map(|rule| format!("the rule `{}`", rule.name));
    indexes.chain(constraints).chain(rules).collect()
}

fn named(text: impl Into<Arc<str>>) -> Name {
    Name { text: text.into(), span: Default::default() }
}
