//! The kit through the protocol: every scenario on one child process, so that protocol and engine are proven together.

use super::content::Content;
use super::engine::{Answered, Cell, Engine, Raised};
use super::{notation, run_all};
use crate::protocol::client::Client;
use serde_json::{Value as Json, json};

#[test]
fn scenarios_pass_through_the_protocol() {
    let client = Client::start(&["--test-hooks"]);
    let mut stdio = Stdio { client, parameters: serde_json::Map::new(), requests: 0 };
    run_all(&mut stdio);
    let (status, rest, log) = stdio.client.end();
    assert!(status.success() && rest.is_empty() && log.is_empty(), "{status} {rest} {log}");
}

/// A child process.
struct Stdio {
    client: Client,
    parameters: serde_json::Map<String, Json>,
    requests: u64,
}

impl Stdio {
    /// The bodies of the events that answer a request; the last is a Summary's, or an error.
    fn ask(&mut self, mut request: Json) -> Result<Vec<Json>, Raised> {
        self.requests += 1;
        request["id"] = self.requests.into();
        let mut bodies = Vec::new();
        for line in self.client.ask(request.to_string().as_bytes()) {
            let mut event: Json = serde_json::from_str(&line).unwrap();
            assert_eq!(event["id"], request["id"], "{line}");
            let body = event["_body"].take();
            let expected = if bodies.is_empty() { "Header" } else { "Record" };
            match event["$event"].as_str().unwrap() {
                "Error" => return Err(raised(&body, &request)),
                "Summary" => {}
                name => assert_eq!(name, expected, "{line}"),
            }
            bodies.push(body);
        }
        Ok(bodies)
    }

    fn control(&mut self, request: Json) -> Result<(), String> {
        self.ask(request).map(drop).map_err(|error| error.to_string())
    }

    fn run(&mut self, text: &str, parameters: &Json) -> Result<(Vec<String>, Vec<Vec<Json>>), Raised> {
        let mut bodies = self.ask(json!({"statement": text, "parameters": parameters}))?;
        let summary = bodies.pop().unwrap();
        assert!(["r", "rw", "w"].contains(&summary["queryType"].as_str().unwrap()), "{summary}");
        let mut bodies = bodies.into_iter();
        let columns: Vec<String> = serde_json::from_value(bodies.next().unwrap()["fields"].take()).unwrap();
        let rows: Vec<Vec<Json>> = bodies.map(|body| serde_json::from_value(body).unwrap()).collect();
        assert!(rows.iter().all(|row| row.len() == columns.len()), "{columns:?} {rows:?}");
        Ok((columns, rows))
    }

    /// The typed value of a literal.
    fn evaluate(&mut self, literal: &str) -> Result<Json, String> {
        let (_, mut rows) =
            self.run(&format!("RETURN {literal} AS value"), &json!({})).map_err(|error| error.to_string())?;
        Ok(rows[0][0].take())
    }
}

impl Engine for Stdio {
    fn empty(&mut self) {
        self.parameters.clear();
        self.control(json!({"control": "reset"})).unwrap();
    }

    fn set_parameter(&mut self, name: &str, literal: &str) -> Result<(), String> {
        let value = self.evaluate(literal)?;
        self.parameters.insert(name.to_owned(), value);
        Ok(())
    }

    fn register(&mut self, signature: &str, header: &[String], rows: &[Vec<String>]) -> Result<(), String> {
        let mut values = Vec::new();
        for row in rows {
            let row: Result<Vec<Json>, String> = row.iter().map(|cell| self.evaluate(cell)).collect();
            values.push(row?);
        }
        self.control(json!({"control": "procedure", "signature": signature, "fields": header, "values": values}))
    }

    fn query(&mut self, text: &str) -> Result<Answered, Raised> {
        let (columns, rows) = self.run(text, &Json::Object(self.parameters.clone()))?;
        let cell = |value: &Json| Cell { text: value_text(value, false), unordered: value_text(value, true) };
        Ok(Answered { columns, rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect() })
    }

    fn content(&mut self) -> Content {
        let mut content = Content::default();
        for row in self.run("MATCH (n) RETURN n", &json!({})).unwrap().1 {
            let node = &row[0]["_value"];
            let labels = node["_labels"].as_array().unwrap().iter().map(|label| string(label).to_owned());
            content.add_node(string(&node["_element_id"]), labels, properties(node, false));
        }
        for row in self.run("MATCH ()-[r]->() RETURN r", &json!({})).unwrap().1 {
            let rel = &row[0]["_value"];
            content.add_relationship(string(&rel["_element_id"]), properties(rel, false));
        }
        content
    }
}

/// The error of an event; its place must lie in the statement.
fn raised(body: &Json, request: &Json) -> Raised {
    let error = &body[0];
    assert!(error["code"].is_string() && error["gqlStatus"].as_str().unwrap().len() == 5, "{error}");
    if let Some(offset) = error["position"]["offset"].as_u64() {
        let length = request["statement"].as_str().unwrap().chars().count();
        assert!(offset <= length as u64, "{error} is beyond {request}");
    }
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    Raised { kind: text("type"), phase: text("phase"), detail: text("detail"), message: text("message") }
}

fn string(json: &Json) -> &str {
    json.as_str().unwrap()
}

/// The canonical text of a typed value.
fn value_text(value: &Json, unordered: bool) -> String {
    let inner = &value["_value"];
    let nested = |value: &Json| value_text(value, unordered);
    match string(&value["$type"]) {
        "Null" | "Boolean" => inner.to_string(),
        "Integer" => string(inner).parse::<i64>().unwrap().to_string(),
        "Float" => notation::float(float(string(inner))),
        "List" => notation::list(inner.as_array().unwrap().iter().map(nested).collect(), unordered),
        "Map" => notation::map(entries(inner, unordered)),
        "Node" => node_text(inner, unordered),
        "Relationship" => relationship_text(inner, unordered),
        "Path" => path_text(inner.as_array().unwrap(), unordered),
        "String" | "Date" | "LocalTime" | "Time" | "LocalDateTime" | "OffsetDateTime" | "ZonedDateTime"
        | "Duration" => notation::quoted(string(inner)),
        other => panic!("there is no type {other}"),
    }
}

fn float(text: &str) -> f64 {
    match text {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        number => number.parse().unwrap(),
    }
}

fn entries(map: &Json, unordered: bool) -> Vec<(String, String)> {
    map.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value_text(value, unordered))).collect()
}

fn properties(entity: &Json, unordered: bool) -> Vec<(String, String)> {
    entries(&entity["_properties"], unordered)
}

fn node_text(node: &Json, unordered: bool) -> String {
    let labels = node["_labels"].as_array().unwrap().iter().map(|label| string(label).to_owned()).collect();
    notation::node_notation(labels, properties(node, unordered))
}

fn relationship_text(rel: &Json, unordered: bool) -> String {
    notation::relationship(string(&rel["_type"]), properties(rel, unordered))
}

fn path_text(steps: &[Json], unordered: bool) -> String {
    let mut text = format!("<{}", node_text(&steps[0]["_value"], unordered));
    for hop in steps[..].windows(3).step_by(2) {
        let [before, rel, after] = [0, 1, 2].map(|at| &hop[at]["_value"]);
        let ends = (&rel["_start_node_element_id"], &rel["_end_node_element_id"]);
        let forward = ends == (&before["_element_id"], &after["_element_id"]);
        assert!(forward || ends == (&after["_element_id"], &before["_element_id"]), "{rel} does not join its nodes");
        let (left, right) = if forward { ("-", "->") } else { ("<-", "-") };
        text += &format!("{left}{}{right}{}", relationship_text(rel, unordered), node_text(after, unordered));
    }
    text + ">"
}
