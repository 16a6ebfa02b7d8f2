//! Facts told straight into a version: what the openCypher of a line would do, without planning it.
//!
//! For whole texts, where planning each line would cost most of the time. A line whose names or properties are not as
//! a told graph has them is left to its openCypher.

use super::known::source_nodes;
use crate::error::Result;
use crate::exec::Counters;
use crate::store::{NewRel, Resolution, Version};
use crate::syntax::facts::ast::{self, Body, Entity, Fact, Line, Name, PartialDate, Source};
use crate::syntax::facts::{Defaults, precision_key, stored_statements, stored_values};
use crate::value::temporal::Date;
use crate::value::{NodeId, RelTypeId, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Tells lines one after another into a version that nobody else changes meanwhile.
#[derive(Debug, Default)]
pub(super) struct Teller {
    /// The sources by what cites call them; not yet known at first.
    sources: Option<HashMap<Arc<str>, Vec<NodeId>>>,
    /// What names that many lines share denote, by where their texts are, as far as they were looked up since a name was
    /// last changed.
    names: HashMap<usize, (Arc<str>, NodeId), foldhash::fast::RandomState>,
    /// How many properties the last fact had.
    width: usize,
    /// Facts that are told and not yet in the version, by type in order of time.
    facts: BTreeMap<RelTypeId, Vec<NewRel>>,
    /// How many they are.
    waiting: usize,
}

/// How many names are kept with what they denote.
const MOST_NAMES: usize = if cfg!(test) { 3 } else { 1 << 19 };

/// How many facts may wait to be put into the version together.
const MOST_WAITING: usize = if cfg!(test) { 4 } else { 1 << 18 };

impl Teller {
    /// Tells a source, entity or fact; gives what changed, or `None` when it is to be told in openCypher. Then nothing
    /// that matters has changed: at most an end of the fact was made, which openCypher would make as well.
    ///
    /// # Errors
    /// When something cannot be stored.
    pub(super) fn tell(&mut self, version: &mut Version, line: &Line, defaults: &Defaults) -> Result<Option<Counters>> {
        let mut counters = Counters::default();
        if renames(&line.body) {
            self.names = HashMap::default();
        }
        let told = match &line.body {
            Body::Source(of) => self.source(version, of, &mut counters).map(Some),
            Body::Entity(of) => entity(version, of, &mut counters),
            Body::Fact(of) => self.fact(version, of, defaults, &mut counters),
            Body::Blank | Body::Ask(_) => Ok(None),
        };
        Ok(told.map_err(|error| error.at(line.span))?.map(|()| counters))
    }

    /// Puts the facts that still wait into the version.
    ///
    /// # Errors
    /// What creating relationships can fail with.
    pub(super) fn finish(&mut self, version: &mut Version) -> Result<()> {
        self.waiting = 0;
        std::mem::take(&mut self.facts).into_iter().try_for_each(|(rel_type, rels)| version.create_rels(rel_type, rels))
    }

    fn fact(
        &mut self,
        version: &mut Version,
        fact: &Fact,
        defaults: &Defaults,
        counters: &mut Counters,
    ) -> Result<Option<()>> {
        let Some(from) = self.known(version, &fact.subject, counters)? else { return Ok(None) };
        let Some(to) = self.known(version, &fact.object, counters)? else { return Ok(None) };
        let rel_type = version.intern_rel_type(&fact.verb.text);
        for said in stored_statements(fact, defaults) {
            let mut properties = Vec::with_capacity(self.width);
            for (key, value) in said {
                let Some(value) = stored(value) else { return Ok(None) };
                properties.push((version.intern_key(&key), value));
            }
            self.width = properties.len();
            counters.rels_created += 1;
            counters.properties_set += properties.len() as u64;
            self.put(version, rel_type, NewRel { from, to, properties })?;
        }
        Ok(Some(()))
    }

    /// As [`named`], once for each text that lines share.
    fn known(&mut self, version: &mut Version, name: &Name, counters: &mut Counters) -> Result<Option<NodeId>> {
        let place = Arc::as_ptr(&name.text).addr();
        if let Some((_, node)) = self.names.get(&place) {
            return Ok(Some(*node));
        }
        let node = named(version, name, counters)?;
        // While the text is kept, no other has its place. One that nobody else has does not come again.
        if let Some(node) = node.filter(|_| Arc::strong_count(&name.text) > 1) {
            if self.names.len() >= MOST_NAMES {
                self.names.clear();
            }
            self.names.insert(place, (Arc::clone(&name.text), node));
        }
        Ok(node)
    }

    /// Creates a relationship, at once where a constraint may refuse it, so that its line is known.
    fn put(&mut self, version: &mut Version, rel_type: RelTypeId, rel: NewRel) -> Result<()> {
        if version.constraints().next().is_some() {
            return version.create_rel(rel_type, rel.from, rel.to, &rel.properties).map(drop);
        }
        version.check_properties(&rel.properties)?;
        self.facts.entry(rel_type).or_default().push(rel);
        self.waiting += 1;
        if self.waiting < MOST_WAITING { Ok(()) } else { self.finish(version) }
    }

    fn source(&mut self, version: &mut Version, source: &Source, counters: &mut Counters) -> Result<()> {
        let sources = self.sources.get_or_insert_with(|| known_sources(version));
        let nodes = sources.entry(Arc::clone(&source.reference.text)).or_default();
        if nodes.is_empty() {
            let (label, id) = (version.intern_label("Source"), version.intern_key("id"));
            nodes.push(version.create_node(&[label], &[(id, Value::String(Arc::clone(&source.reference.text)))])?);
            counters.nodes_created += 1;
            counters.labels_added += 1;
            counters.properties_set += 1;
        }
        let text = |name: &Name| ast::Value::String(Arc::clone(&name.text));
        let own = [("title", source.title.as_ref().map(text)), ("url", source.url.as_ref().map(text))];
        let own = own.into_iter().chain([("date", source.date.map(ast::Value::Date))]);
        let own = own.filter_map(|(key, value)| Some((key, value?)));
        let rest = source.properties.iter().map(|property| (&*property.key.text, property.value.clone()));
        let said: Vec<(&str, ast::Value)> = own.chain(rest).collect();
        for node in nodes.iter() {
            said.iter().try_for_each(|(key, value)| set(version, *node, key, value, counters))?;
        }
        Ok(())
    }
}

/// Whether a line may change what names denote that denoted something before.
fn renames(body: &Body) -> bool {
    match body {
        Body::Entity(entity) => !entity.aliases.is_empty(),
        Body::Source(source) => source.gives_names(),
        Body::Fact(_) | Body::Blank | Body::Ask(_) => false,
    }
}

/// The nodes `:Source` by their `id`.
fn known_sources(version: &Version) -> HashMap<Arc<str>, Vec<NodeId>> {
    let mut sources: HashMap<Arc<str>, Vec<NodeId>> = HashMap::new();
    source_nodes(version).for_each(|(reference, node)| sources.entry(reference).or_default().push(node));
    sources
}

fn entity(version: &mut Version, entity: &Entity, counters: &mut Counters) -> Result<Option<()>> {
    let Some(node) = named(version, &entity.name, counters)? else { return Ok(None) };
    let aliases = match aliases(version, node) {
        Some(aliases) => aliases,
        None if entity.aliases.is_empty() => Vec::new(),
        None => return Ok(None),
    };
    for label in &entity.labels {
        let label = version.intern_label(&label.text);
        counters.labels_added += u64::from(version.add_label(node, label));
    }
    if !entity.aliases.is_empty() {
        let known = |alias: &&Name| aliases.iter().any(|known| known.as_str() == Some(&*alias.text));
        let new = entity.aliases.iter().filter(|alias| !known(alias)).map(|alias| Value::String(alias.text.clone()));
        let all = Value::list(aliases.iter().cloned().chain(new).collect());
        let key = version.intern_key("aliases");
        version.set_node_property(node, key, all)?;
        counters.properties_set += 1;
    }
    for property in &entity.properties {
        set(version, node, &property.key.text, &property.value, counters)?;
    }
    Ok(Some(()))
}

/// The aliases of a node; `None` when they are no list.
fn aliases(version: &Version, node: NodeId) -> Option<Vec<Value>> {
    match version.node_property_named(node, "aliases") {
        Value::Null => Some(Vec::new()),
        Value::List(items) => Some(items.to_vec()),
        _ => None,
    }
}

/// The node that a name denotes, made when none does; `None` when several do.
fn named(version: &mut Version, name: &Name, counters: &mut Counters) -> Result<Option<NodeId>> {
    match version.resolve(&name.text) {
        Resolution::One(node) => Ok(Some(node)),
        Resolution::Ambiguous(_) => Ok(None),
        Resolution::Unknown => {
            let key = version.intern_key("name");
            let node = version.create_node(&[], &[(key, Value::String(Arc::clone(&name.text)))])?;
            counters.nodes_created += 1;
            counters.properties_set += 1;
            Ok(Some(node))
        }
    }
}

/// Sets a property; a date takes its precision with it, or takes that of an earlier one away.
fn set(version: &mut Version, node: NodeId, key: &str, value: &ast::Value, counters: &mut Counters) -> Result<()> {
    for (key, value) in stored_values(key.into(), value.clone()) {
        let id = version.intern_key(&key);
        version.set_node_property(node, id, stored(value).unwrap_or_default())?;
        counters.properties_set += 1;
    }
    if matches!(value, ast::Value::Date(date) if date.precision().is_none()) {
        let id = version.intern_key(&precision_key(key));
        if !version.node_property(node, id).is_null() {
            version.set_node_property(node, id, Value::Null)?;
            counters.properties_set += 1;
        }
    }
    Ok(())
}

/// A value of a line as a property holds it. Dates are to the day.
pub(crate) fn stored(value: ast::Value) -> Option<Value> {
    Some(match value {
        ast::Value::Int(number) => Value::Int(number),
        ast::Value::Float(number) => Value::Float(number),
        ast::Value::Bool(truth) => Value::Bool(truth),
        ast::Value::String(text) => Value::String(text),
        ast::Value::List(items) => Value::list(items.into_iter().map(stored).collect::<Option<_>>()?),
        ast::Value::Date(date) => Value::Date(day(date)?),
    })
}

/// The first day of a date.
pub(crate) fn day(date: PartialDate) -> Option<Date> {
    let day = date.stored("");
    Date::from_ymd(day.year.into(), day.month?.into(), day.day?.into())
}

#[cfg(test)]
mod tests {
    use super::super::facts::tell_in_cypher;
    use super::*;
    use crate::session::Graph;
    use crate::syntax::facts::read;
    use crate::syntax::facts::samples::{braces, cites, labels, source, value};
    use proptest::prelude::*;

    /// Lines in which few names come again in every role.
    fn line() -> impl Strategy<Value = String> {
        let name = || prop::sample::select(vec!["a", "A", "b", "B", "c d", "é"]);
        prop_oneof![
            4 => (name(), name(), braces(), cites()).prop_map(|(a, b, braces, cites)| format!("{a} -calls for-> {b}{braces}{cites}")),
            2 => (name(), labels(), name(), value())
                .prop_map(|(a, labels, alias, value)| format!("{a}{labels} = {alias}, x {{k: {value}}}")),
            1 => name().prop_map(|name| format!("{name} {{}}")),
            1 => source(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]
        /// Telling a line does what its openCypher does, and counts the same.
        #[test]
        fn telling_is_what_the_statement_does(lines in prop::collection::vec(line(), 1..12)) {
            let text = lines.join("\n");
            let graph = Graph::in_memory();
            let (mut told, mut run) = (Version::new(), Version::new());
            let mut teller = Teller::default();
            for entry in read(&text) {
                let entry = entry.unwrap();
                let counted = teller.tell(&mut told, &entry.line, &entry.defaults).unwrap();
                let by_statement = tell_in_cypher(&graph, &mut run, &entry.line, &entry.defaults);
                match (counted, by_statement) {
                    (Some(counted), Ok(counters)) => prop_assert_eq!(format!("{counted:?}"), format!("{counters:?}"), "{}", text),
                    (None, Err(_)) => return Ok(()),
                    (counted, by_statement) => prop_assert!(false, "{text}: {counted:?} {by_statement:?}"),
                }
            }
            teller.finish(&mut told).unwrap();
            prop_assert_eq!(written(&told), written(&run), "{}", text);
        }
    }

    /// Every node and relationship, in order of identifier; properties in order of name.
    fn written(version: &Version) -> Vec<String> {
        use crate::session::entity::{Node, Relationship};
        let nodes = version.node_ids().map(|node| Node::read(version, node));
        let nodes = nodes.map(|node| format!("{:?} {:?} {:?}", node.id, node.labels, node.properties));
        let rels = version.catalog().rel_types().flat_map(|(rel_type, _)| version.rel_ids(rel_type));
        let rels = rels.map(|rel| Relationship::read(version, rel));
        let rels =
            rels.map(|rel| format!("{:?} {} {:?} {:?}", rel.id, rel.rel_type, (rel.start, rel.end), rel.properties));
        nodes.chain(rels).collect()
    }
}
