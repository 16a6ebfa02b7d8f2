//! Events: what an answer is written as, one JSON object a line.
//!
//! An answer is a Header, its Records, and a Summary; an Error ends it wherever it comes. The bytes are gathered and
//! handed on in large parts, and at the end of each answer.

use super::super::encode::{self, Encoding};
use super::status::status;
use crate::error::{Error, Result};
use crate::session::{Answer, Counters, Notification, Row, Summary};
use crate::span::{Span, code_points_before, line_column};
use serde_json::{Map as Object, Value as Json, json};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many bytes are gathered before they are handed on.
const PART: usize = 1 << 16;

/// Writes events to a stream.
#[derive(Debug)]
pub struct Events<W> {
    out: W,
    buffer: Vec<u8>,
    encoding: Encoding,
}

/// How long parts of an answer took.
struct Times {
    available: Duration,
    consumed: Duration,
}

/// Why an answer was not written to its end.
pub(super) enum Broken {
    /// The statement failed; nothing of the error has been written.
    Statement(Error),
    /// The stream failed.
    Stream(io::Error),
}

impl<W: Write> Events<W> {
    /// Events to a stream, with values written in an encoding.
    pub fn new(out: W, encoding: Encoding) -> Events<W> {
        Events { out, buffer: Vec::new(), encoding }
    }

    /// Writes an answer as Header, Records and Summary, and hands all on; gives how many rows there were. `text` is the
    /// statement, `counters` says whether the summary counts.
    ///
    /// # Errors
    /// What goes wrong while computing the rows, without an Error event, or while writing.
    pub fn answer(&mut self, answer: &mut Answer, text: &str, counters: bool, begun: Instant) -> Result<u64> {
        self.write_answer(answer, None, (text, counters, begun)).map_err(|broken| match broken {
            Broken::Statement(error) => error,
            Broken::Stream(error) => super::super::write_error(&error),
        })
    }

    pub(super) fn write_answer(
        &mut self,
        answer: &mut Answer,
        id: Option<&str>,
        (text, counters, begun): (&str, bool, Instant),
    ) -> Result<u64, Broken> {
        self.header(answer.columns(), id);
        let available = begun.elapsed();
        let mut rows = 0;
        while let Some(row) = answer.next_row().map_err(Broken::Statement)? {
            self.record(&row, id);
            rows += 1;
            if self.buffer.len() >= PART {
                self.hand_on().map_err(Broken::Stream)?;
            }
        }
        let times = Times { available, consumed: begun.elapsed() };
        self.event("Summary", id, |events| events.summary_of(answer, text, counters, &times));
        self.end().map_err(Broken::Stream)?;
        Ok(rows)
    }

    /// Writes a Summary and hands all on.
    pub(super) fn summary(&mut self, body: &Json, id: Option<&str>) -> io::Result<()> {
        self.event("Summary", id, |events| write_json(&mut events.buffer, body));
        self.end()
    }

    /// Writes an Error about a text and hands all on.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn error(&mut self, error: &Error, text: &str, id: Option<&str>) -> io::Result<()> {
        let body = Json::Array(vec![error_body(error, text)]);
        self.event("Error", id, |events| write_json(&mut events.buffer, &body));
        self.end()
    }

    /// The body of an answer's Summary, its keys in alphabetical order.
    fn summary_of(&mut self, answer: &Answer, text: &str, counters: bool, times: &Times) {
        let summary = answer.summary();
        self.raw("{");
        if counters {
            self.raw("\"counters\":");
            write_json(&mut self.buffer, &counters_body(&summary.counters));
            self.raw(",");
        }
        if !summary.known.is_empty() {
            self.raw("\"known\":");
            write_json(&mut self.buffer, &summary.known.iter().map(String::as_str).collect());
            self.raw(",");
        }
        self.raw("\"notifications\":[");
        for (at, notification) in summary.notifications.iter().enumerate() {
            self.raw(if at > 0 { "," } else { "" });
            write_json(&mut self.buffer, &notification_body(notification, text));
        }
        self.raw("],\"queryType\":\"");
        self.raw(query_type(summary, answer.columns()));
        self.raw("\"");
        for (key, time) in [("Available", times.available), ("Consumed", times.consumed)] {
            // Writing to bytes never fails.
            let _ = write!(self.buffer, ",\"result{key}After\":{}", time.as_millis());
        }
        if let Some(told) = &summary.told {
            self.raw(",\"told\":");
            encode::text(&mut self.buffer, told);
        }
        self.raw("}");
    }

    fn header(&mut self, columns: &[Arc<str>], id: Option<&str>) {
        self.event("Header", id, |events| {
            events.raw("{\"fields\":[");
            for (at, column) in columns.iter().enumerate() {
                events.raw(if at > 0 { "," } else { "" });
                encode::text(&mut events.buffer, column);
            }
            events.raw("]}");
        });
    }

    fn record(&mut self, row: &Row, id: Option<&str>) {
        let encoding = self.encoding;
        self.event("Record", id, |events| {
            events.raw("[");
            for (at, value) in row.values().iter().enumerate() {
                events.raw(if at > 0 { "," } else { "" });
                encode::value(&mut events.buffer, row.graph(), value, encoding);
            }
            events.raw("]");
        });
    }

    fn event(&mut self, name: &str, id: Option<&str>, body: impl FnOnce(&mut Self)) {
        self.raw("{\"$event\":\"");
        self.raw(name);
        self.raw("\",\"_body\":");
        body(self);
        if let Some(id) = id {
            self.raw(",\"id\":");
            self.raw(id);
        }
        self.raw("}\n");
    }

    fn raw(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Hands all on at the end of an answer.
    fn end(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.buffer);
        self.buffer.clear();
        written
    }
}

fn write_json(out: &mut Vec<u8>, body: &Json) {
    // Writing to bytes never fails.
    let _ = serde_json::to_writer(out, body);
}

/// `s` changes the schema, `r` reads, `w` writes and returns nothing, `rw` writes and returns something.
fn query_type(summary: &Summary, columns: &[Arc<str>]) -> &'static str {
    match (summary.writes, columns.is_empty()) {
        _ if summary.schema => "s",
        (false, _) => "r",
        (true, true) => "w",
        (true, false) => "rw",
    }
}

/// What was counted, under the names that Neo4j gives them.
fn counters_body(counters: &Counters) -> Json {
    json!({
        "containsUpdates": counters.changed(),
        "nodesCreated": counters.nodes_created,
        "nodesDeleted": counters.nodes_deleted,
        "relationshipsCreated": counters.rels_created,
        "relationshipsDeleted": counters.rels_deleted,
        "propertiesSet": counters.properties_set,
        "labelsAdded": counters.labels_added,
        "labelsRemoved": counters.labels_removed,
        "indexesAdded": counters.indexes_added,
        "indexesRemoved": counters.indexes_removed,
        "constraintsAdded": counters.constraints_added,
        "constraintsRemoved": counters.constraints_removed,
        "rulesAdded": counters.rules_added,
        "rulesRemoved": counters.rules_removed,
    })
}

fn notification_body(notification: &Notification, text: &str) -> Json {
    let mut body = Object::new();
    body.insert("code".into(), notification.code.into());
    body.insert("severity".into(), "WARNING".into());
    body.insert("description".into(), notification.message.as_str().into());
    body.insert("position".into(), position(notification.span, text));
    if let Some(hint) = &notification.hint {
        body.insert("hint".into(), hint.as_str().into());
    }
    Json::Object(body)
}

fn error_body(error: &Error, text: &str) -> Json {
    let status = status(error);
    let mut body = Object::new();
    body.insert("code".into(), status.code.into());
    body.insert("gqlStatus".into(), status.gql.into());
    body.insert("message".into(), error.message().into());
    body.insert("type".into(), error.error_type().as_str().into());
    body.insert("phase".into(), error.phase().as_str().into());
    body.insert("detail".into(), error.detail().as_str().into());
    if let Some(span) = error.span() {
        body.insert("position".into(), position(span, text));
    }
    if !error.hints().is_empty() {
        body.insert("hint".into(), error.hints().join("; ").into());
    }
    Json::Object(body)
}

/// Where a span begins: code points from 0, line and column from 1.
fn position(span: Span, text: &str) -> Json {
    let start = span.start as usize;
    let (line, column) = line_column(text, start);
    json!({"offset": code_points_before(text, start), "line": line, "column": column})
}
