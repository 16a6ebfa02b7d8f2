//! What a graph says, as lines that stand for themselves.

use super::{Unsaid, write_alone};
use crate::error::{Error, Result};
use crate::store::Version;
use crate::syntax::facts::ast::{Body, Name, Value};
use std::sync::Arc;

/// What a graph says. Two graphs that say the same and can say all are equal but for identifiers.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Entities, in an order in which they can be told.
    pub(super) entities: Vec<Item>,
    /// Sources.
    pub(super) sources: Vec<Item>,
    /// Facts, sorted; one that stands several times is there as often.
    pub(super) facts: Vec<String>,
    /// What no line says.
    pub(super) unsaid: Unsaid,
}

/// The line of an entity or source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// Its name, or what cites call it.
    pub(super) name: Arc<str>,
    /// Its other names.
    pub(super) aliases: Vec<Arc<str>>,
    /// The line.
    pub(super) text: String,
}

impl Said {
    /// Everything that a graph says.
    ///
    /// # Errors
    /// None of its own.
    pub(super) fn by(graph: &Version) -> Result<Said> {
        let mut said = Said::default();
        let mut take = |body: &Body, text: &str| {
            let texts = |names: &[Name]| names.iter().map(|name| Arc::clone(&name.text)).collect();
            let item = |name: &Name, aliases| Item { name: Arc::clone(&name.text), aliases, text: text.to_owned() };
            match body {
                Body::Entity(entity) => said.entities.push(item(&entity.name, texts(&entity.aliases))),
                Body::Source(source) => {
                    let aliases = source.properties.iter().filter(|property| &*property.key.text == "aliases");
                    let aliases = aliases.flat_map(|property| words(&property.value)).collect();
                    said.sources.push(item(&source.reference, aliases));
                }
                _ => said.facts.push(text.to_owned()),
            }
            Ok(())
        };
        let unsaid = write_alone(graph, &mut take).map_err(|error| Error::io("cannot keep the facts", &error))?;
        said.facts.sort_unstable();
        said.unsaid = unsaid;
        Ok(said)
    }

    /// Whether a line is among those of entities or facts.
    pub(super) fn has(&self, line: &str) -> bool {
        let fact = self.facts.binary_search_by(|fact| fact.as_str().cmp(line)).is_ok();
        fact || self.entities.iter().any(|item| item.text == line)
    }

    /// Whether the other says the same. What neither can say is not compared.
    pub(super) fn equals(&self, other: &Said) -> bool {
        let sorted = |items: &[Item]| {
            let mut texts: Vec<String> = items.iter().map(|item| item.text.clone()).collect();
            texts.sort_unstable();
            texts
        };
        self.facts == other.facts
            && sorted(&self.entities) == sorted(&other.entities)
            && sorted(&self.sources) == sorted(&other.sources)
    }
}

fn words(value: &Value) -> Vec<Arc<str>> {
    match value {
        Value::List(items) => items.iter().flat_map(words).collect(),
        Value::String(text) => vec![Arc::clone(text)],
        _ => Vec::new(),
    }
}
