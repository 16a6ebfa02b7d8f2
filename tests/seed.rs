//! The graph that comes with Standpoint: in canonical form, and the same as the data it was written from.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may fail, and says what it skips

use serde_json::{Map, Value as Json};
use standpoint::syntax::facts::ast::{Body, Entity, Fact, Meta, Modality, PartialDate, Property, Value};
use standpoint::syntax::facts::{format, format_file, read};
use std::collections::BTreeMap;
use std::path::Path;

const GRAPH: &str = include_str!("../graphs/peace-talks.facts");

fn bodies() -> Vec<Body> {
    read(GRAPH).map(|entry| entry.unwrap_or_else(|error| panic!("{error} {:?}", error.span())).line.body).collect()
}

fn entities() -> Vec<Entity> {
    bodies().into_iter().filter_map(|body| if let Body::Entity(entity) = body { Some(entity) } else { None }).collect()
}

fn facts() -> Vec<Fact> {
    bodies().into_iter().filter_map(|body| if let Body::Fact(fact) = body { Some(fact) } else { None }).collect()
}

/// The data, where it lies beside the repository.
fn data() -> Option<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed/peace-talks.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            println!("not compared: there is no {}", path.display());
            None
        }
    }
}

fn strings(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// A value as the data has it: dates are text there.
fn json(value: &Value) -> Json {
    match value {
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Bool(truth) => Json::from(*truth),
        Value::Date(date) => Json::from(format::date(*date)),
        Value::String(text) => Json::from(&**text),
        Value::List(items) => items.iter().map(json).collect(),
    }
}

fn json_properties(properties: &[Property]) -> Map<String, Json> {
    properties.iter().map(|property| (property.key.text.to_string(), json(&property.value))).collect()
}

/// The properties of a statement, as the data has them.
fn json_meta(meta: &Meta) -> Map<String, Json> {
    let mut map = json_properties(&meta.properties);
    let modality = meta.modality.as_ref().map(|word| word.text.to_string()).unwrap();
    let confidence =
        meta.confidence.map_or_else(|| Modality::find(&modality).unwrap().confidence, |(number, _)| number);
    map.insert("confidence".into(), Json::from(confidence));
    map.insert("modality".into(), Json::from(modality));
    let dates: [(&str, Option<PartialDate>); 3] = [("date", meta.date), ("since", meta.since), ("until", meta.until)];
    for (key, date) in dates {
        map.extend(date.map(|date| (key.to_owned(), Json::from(format::date(date)))));
    }
    map
}

#[test]
fn is_canonical_and_complete() {
    assert_eq!(format_file(GRAPH).unwrap().sorted, GRAPH);
    assert_eq!((entities().len(), facts().len()), (79, 111));
    let names: Vec<_> = entities().into_iter().map(|entity| entity.name).collect();
    for fact in facts() {
        assert!(names.contains(&fact.subject) && names.contains(&fact.object), "{}", format::fact(&fact));
    }
}

#[test]
fn entities_are_those_of_the_data() {
    let Some(data) = data() else { return };
    let written: BTreeMap<String, Entity> =
        entities().into_iter().map(|entity| (entity.name.text.to_string(), entity)).collect();
    let expected = data["entities"].as_array().unwrap();
    assert_eq!(written.len(), expected.len());
    for entity in expected {
        let there = &written[entity["name"].as_str().unwrap()];
        assert_eq!(there.labels.iter().map(|label| &*label.text).collect::<Vec<_>>(), strings(&entity["labels"]));
        assert_eq!(there.aliases.iter().map(|alias| &*alias.text).collect::<Vec<_>>(), strings(&entity["aliases"]));
        let mut properties = entity["props"].as_object().unwrap().clone();
        properties.insert("id".into(), entity["id"].clone());
        assert_eq!(json_properties(&there.properties), properties);
    }
}

#[test]
fn facts_are_those_of_the_data() {
    let Some(data) = data() else { return };
    let names: BTreeMap<&str, &str> = data["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entity| (entity["id"].as_str().unwrap(), entity["name"].as_str().unwrap()))
        .collect();
    let written: BTreeMap<String, Fact> =
        facts().into_iter().map(|fact| (json_meta(&fact.meta)["id"].as_str().unwrap().to_owned(), fact)).collect();
    let expected = data["facts"].as_array().unwrap();
    assert_eq!(written.len(), expected.len());
    for fact in expected {
        let mut fact = fact.as_object().unwrap().clone();
        let there = &written[fact["id"].as_str().unwrap()];
        let mut take = |key: &str| fact.remove(key).unwrap().as_str().unwrap().to_owned();
        assert_eq!(&*there.subject.text, names[take("s").as_str()]);
        assert_eq!(*there.verb.text, *take("rel"));
        assert_eq!(&*there.object.text, names[take("o").as_str()]);
        let [cite] = there.cites.as_slice() else { panic!("one cite each") };
        assert_eq!(&*cite.reference.text, data["source"]["id"].as_str().unwrap());
        assert_eq!(cite.locator.as_ref().map(|locator| &*locator.text), Some(take("locator").as_str()));
        assert_eq!(json_meta(&there.meta), fact);
    }
}

#[test]
fn the_source_is_that_of_the_data() {
    let Some(data) = data() else { return };
    let sources: Vec<Body> = bodies().into_iter().filter(|body| matches!(body, Body::Source(_))).collect();
    let [Body::Source(source)] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!(Some(&*source.reference.text), data["source"]["id"].as_str());
    // The full title is a line of the article, so the shipped text has words of it only.
    let (title, whole) = (source.title.as_ref().unwrap(), data["source"]["title"].as_str().unwrap());
    assert!(title.text.len() < whole.len() && title.text.split(' ').all(|word| whole.contains(word)));
}

#[test]
fn every_question_says_what_it_asks_and_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs/questions");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.display();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("ask") => {
                let asks: Vec<Body> = text
                    .lines()
                    .map(|line| {
                        standpoint::syntax::facts::parse_line(line, 0).unwrap_or_else(|e| panic!("{name}: {e}")).body
                    })
                    .filter(|body| matches!(body, Body::Ask(_)))
                    .collect();
                assert_eq!(asks.len(), 1, "{name}");
            }
            Some("cypher") => {
                standpoint::syntax::parse_statement(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            _ => continue,
        }
        assert!(text.starts_with("// "), "{name}");
        read += 1;
    }
    assert!(read >= 12);
}
