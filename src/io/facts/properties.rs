//! The properties of a node or relationship as what stands on its line.

use super::named;
use crate::store::Version;
use crate::syntax::facts::ast::{self, Cite, Meta, Modality, Name, PartialDate, Property};
use crate::syntax::facts::precision_key;
use crate::value::temporal::Date;
use crate::value::{KeyId, RelId, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The keys whose values are dates; a year alone is one only there.
const DATE_KEYS: [&str; 3] = ["date", "since", "until"];

/// Properties that no part of the line says yet.
pub(super) struct Properties<'a> {
    left: BTreeMap<&'a str, Value>,
    /// What cannot be said, in words.
    pub(super) lost: Vec<String>,
}

/// What a fact says besides its ends and verb, its cite, and what it cannot say, in words.
pub(super) fn of_fact(graph: &Version, rel: RelId) -> (Meta, Option<Cite>, Vec<String>) {
    let mut properties = Properties::new(graph, graph.rel_properties(rel));
    let cite = properties.take_cite();
    let mut meta = properties.take_meta();
    meta.properties = properties.rest(&["confidence", "modality", "quote", "source", "locator"]);
    (meta, cite, properties.lost)
}

impl<'a> Properties<'a> {
    pub(super) fn new(graph: &'a Version, properties: Vec<(KeyId, Value)>) -> Properties<'a> {
        let named = |(key, value): (KeyId, Value)| (&**graph.catalog().key_name(key), value);
        Properties { left: properties.into_iter().map(named).collect(), lost: Vec::new() }
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.left.remove(key)
    }

    /// A text, where the property is one.
    pub(super) fn take_text(&mut self, key: &str) -> Option<Arc<str>> {
        let Value::String(text) = self.left.get(key)? else { return None };
        let text = Arc::clone(text);
        self.left.remove(key);
        Some(text)
    }

    /// A date with its precision, where the property is one.
    pub(super) fn take_date(&mut self, key: &str) -> Option<PartialDate> {
        let Value::Date(date) = self.left.get(key)? else { return None };
        let precision = precision_key(key);
        let day = day_of(*date)?;
        let coarse = match self.left.get(&*precision) {
            Some(Value::String(text)) => coarser(key, day, text),
            _ => None,
        };
        if coarse.is_some() {
            self.left.remove(&*precision);
        }
        self.left.remove(key);
        coarse.or(Some(day))
    }

    /// The aliases of an entity: each once.
    pub(super) fn take_aliases(&mut self) -> Vec<Name> {
        let Some(aliases) = self.left.remove("aliases") else { return Vec::new() };
        let texts = match &aliases {
            Value::List(items) => items.iter().map(Value::as_str).collect::<Option<Vec<&str>>>(),
            _ => None,
        };
        let each_once = |texts: &Vec<&str>| {
            let mut sorted = texts.clone();
            sorted.sort_unstable();
            !sorted.is_empty() && sorted.is_sorted_by(|a, b| a < b)
        };
        match texts.filter(each_once) {
            Some(texts) => texts.into_iter().map(named).collect(),
            None => {
                self.lose("aliases", "is no list of different texts");
                Vec::new()
            }
        }
    }

    /// The cite of a fact: its source and the place in it.
    pub(super) fn take_cite(&mut self) -> Option<Cite> {
        let reference = self.take_text("source").filter(|text| {
            let cited = !text.is_empty();
            if !cited {
                self.lose("source", "names no source");
            }
            cited
        });
        let locator = reference.as_ref().and_then(|_| self.take_text("locator"));
        reference.map(|reference| Cite { reference: named(reference), locator: locator.map(named) })
    }

    /// What the braces of a fact say besides properties.
    pub(super) fn take_meta(&mut self) -> Meta {
        let [date, since, until] = DATE_KEYS.map(|key| self.take_date(key));
        let modality = self.take_text("modality");
        let confidence = self.take_confidence();
        let usual = modality.as_deref().and_then(Modality::find).map(|known| known.confidence);
        let mut meta = Meta {
            date,
            since,
            until,
            confidence: confidence.filter(|number| usual != Some(*number)).map(|number| (number, Default::default())),
            quote: self.take_text("quote").map(named),
            ..Meta::default()
        };
        match modality {
            Some(_) if usual.is_some() && confidence.is_none() => {
                self.lose("modality", "would bring its confidence with it, and there is none");
            }
            modality => meta.modality = modality.map(named),
        }
        if let (Some(from), Some(to)) = (since, until)
            && from.first_day() > to.last_day()
        {
            self.lose("until", "is before `since`");
            meta.until = None;
        }
        meta
    }

    fn take_confidence(&mut self) -> Option<f64> {
        let Some(Value::Float(number)) = self.left.get("confidence") else { return None };
        let number = *number;
        let sayable = (0.0..=1.0).contains(&number) && number.is_sign_positive();
        sayable.then(|| {
            self.left.remove("confidence");
            number
        })
    }

    /// Everything else, but for keys that a line has no place for.
    pub(super) fn rest(&mut self, without: &[&str]) -> Vec<Property> {
        let mut properties = Vec::new();
        while let Some((key, value)) = self.left.pop_first() {
            if without.contains(&key) {
                self.lose(key, "has a value that cannot stand there");
                continue;
            }
            // The precision of a date stands after it in the order of keys.
            self.left.insert(key, value);
            let dated = self.take_date(key).map(ast::Value::Date);
            let value = dated.or_else(|| self.left.remove(key).and_then(|value| said(key, &value)));
            match value {
                Some(value) => properties.push(Property { key: named(key), value, span: Default::default() }),
                None => self.lose(key, "has a value that has no words"),
            }
        }
        properties
    }

    fn lose(&mut self, key: &str, why: &str) {
        self.lost.push(format!("the property `{key}` {why}"));
    }
}

/// A value after its key; dates are not said here.
fn said(key: &str, value: &Value) -> Option<ast::Value> {
    if DATE_KEYS.contains(&key) && !matches!(value, Value::String(_)) {
        return None;
    }
    match value {
        Value::List(items) => items.iter().map(item).collect::<Option<_>>().map(ast::Value::List),
        other => item(other),
    }
}

fn item(value: &Value) -> Option<ast::Value> {
    Some(match value {
        Value::Bool(truth) => ast::Value::Bool(*truth),
        Value::Int(number) => ast::Value::Int(*number),
        Value::Float(number) if number.is_finite() => ast::Value::Float(*number),
        Value::String(text) => ast::Value::String(Arc::clone(text)),
        Value::Date(date) => ast::Value::Date(day_of(*date)?),
        _ => return None,
    })
}

/// A date to the day, where its year has four digits.
fn day_of(date: Date) -> Option<PartialDate> {
    let (year, month, day) = date.ymd();
    let year = u16::try_from(year).ok().filter(|year| *year <= 9999)?;
    Some(PartialDate { year, month: u8::try_from(month).ok(), day: u8::try_from(day).ok() })
}

/// The month or year that is stored as this day.
fn coarser(key: &str, day: PartialDate, precision: &str) -> Option<PartialDate> {
    let coarse = match precision {
        "month" => PartialDate { day: None, ..day },
        "year" if DATE_KEYS.contains(&key) => PartialDate { month: None, day: None, ..day },
        _ => return None,
    };
    (coarse.stored(key) == day).then_some(coarse)
}
