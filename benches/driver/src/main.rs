//! The in-process driver of the side-by-side benchmark.
//!
//! It speaks the benchmark's own protocol: one JSON object a line on standard input asks for an operation (`load`,
//! `open`, `query`, `write`, `first`, `stat`, `close`), one on standard output answers it. Statements are given as text
//! each time, with parameters, and every row of an answer is taken.

mod answer;
mod data;
mod questions;
mod usage;

use questions::Question;
use serde_json::{Value as Json, json};
use standpoint::session::{Durability, OpenOptions, RunOptions, Session};
use standpoint::value::Map;
use standpoint::{Error, Graph, Result, Row, Value};
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The statement of one transaction of the writing test.
const WRITE: &str = "MATCH (p:Person {id: $id}) CREATE (p)-[:FOLLOWS {since: 20250101}]->\
    (n:Person {id: $new, name: $name, gender: 'male', age: 30})";
/// The most transactions of the writing test.
const MOST_WRITES: u64 = 20_000;

fn main() -> std::io::Result<()> {
    let mut driver = Driver::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let request: Json = serde_json::from_str(&line).unwrap_or_default();
        let answer = driver.answer(&request).unwrap_or_else(|error| json!({"err": error.message()}));
        writeln!(out, "{answer}")?;
        out.flush()?;
        if request["op"] == "close" {
            break;
        }
    }
    Ok(())
}

/// What is open.
#[derive(Default)]
struct Driver {
    session: Option<Session>,
    questions: Vec<Question>,
}

impl Driver {
    fn answer(&mut self, request: &Json) -> Result<Json> {
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        match text("op") {
            "load" => load(text("set"), Path::new(text("data")), Path::new(text("db"))),
            "open" => self.open(text("set"), Path::new(text("data")), Path::new(text("db"))),
            "query" => self.query(text("id"), request["budget"].as_f64().unwrap_or(6.0)),
            "write" => write(Path::new(text("db")), request),
            "first" => first(Path::new(text("db")), text("q"), &request["p"]),
            "stat" => Ok(usage::with_memory(json!({"ok": 1}))),
            "close" => Ok(json!({"ok": 1})),
            other => Err(Error::type_error(format!("there is no operation `{other}`"))),
        }
    }

    fn open(&mut self, set: &str, data: &Path, db: &Path) -> Result<Json> {
        let begun = Instant::now();
        let mut session = Graph::open(db)?.session();
        rows(&mut session, "RETURN 1", &Map::new())?;
        let ms = milliseconds(begun.elapsed());
        self.session = Some(session);
        self.questions = questions::all(set, data)?;
        let version = concat!("standpoint ", env!("CARGO_PKG_VERSION"));
        Ok(json!({"ok": 1, "ms": ms, "version": version, "pids": [std::process::id()]}))
    }

    /// Asks a question again and again, as long as the budget of seconds and 30 times allow.
    fn query(&mut self, id: &str, budget: f64) -> Result<Json> {
        let question = self.questions.iter().find(|question| question.id == id);
        let (Some(question), Some(session)) = (question, &mut self.session) else {
            return Err(Error::type_error(format!("there is no question `{id}`, or no graph")));
        };
        let begun = Instant::now();
        let answers = question.ask(session)?;
        let first = begun.elapsed();
        let times = ((0.6 / first.as_secs_f64().max(1e-6)) as usize).clamp(5, 30);
        let (mut taken, cpu, begun) = (Vec::new(), usage::cpu_seconds(), Instant::now());
        for _ in 0..times {
            let one = Instant::now();
            question.ask(session)?;
            taken.push(one.elapsed());
            if (begun.elapsed() + one.elapsed()).as_secs_f64() > budget {
                break;
            }
        }
        let cpu = (usage::cpu_seconds() - cpu) / taken.len() as f64;
        taken.sort_unstable();
        let each = |time: Duration| milliseconds(time) / question.parameters.len() as f64;
        let (least, most) = (taken.first().copied().unwrap_or_default(), taken.last().copied().unwrap_or_default());
        Ok(json!({
            "ok": 1, "med": each(taken[taken.len() / 2]), "min": each(least), "max": each(most), "n": taken.len(),
            "cpu": cpu * 1e3 / question.parameters.len() as f64, "first": each(first),
            "answer": answer::of(question, &answers),
        }))
    }
}

impl Question {
    /// Runs the statement for each of its parameters; takes all rows.
    fn ask(&self, session: &mut Session) -> Result<Vec<Vec<Row>>> {
        self.parameters.iter().map(|parameters| rows(session, self.statement, parameters)).collect()
    }
}

fn rows(session: &mut Session, statement: &str, parameters: &Map) -> Result<Vec<Row>> {
    session.run_with(statement, parameters, &RunOptions::default())?.rows()
}

/// Imports a data set, makes what the questions look up, and saves.
fn load(set: &str, data: &Path, db: &Path) -> Result<Json> {
    let begun = Instant::now();
    data::load(set, data, db)?;
    let ms = milliseconds(begun.elapsed());
    let disk = std::fs::metadata(db).map_or(0, |metadata| metadata.len());
    Ok(usage::with_memory(json!({"ok": 1, "ms": ms, "disk": disk, "extra": {}})))
}

/// Opens a graph and asks one question.
fn first(db: &Path, id: &str, parameters: &Json) -> Result<Json> {
    let statement = questions::statement(id)?;
    let parameters = standpoint::io::decode::parameters(&parameters.to_string())?;
    let rows = rows(&mut Graph::open(db)?.session(), statement, &parameters)?;
    Ok(json!({"ok": 1, "rows": answer::rows(&rows), "pids": [std::process::id()]}))
}

/// Commits small transactions for some seconds.
fn write(db: &Path, request: &Json) -> Result<Json> {
    let durability = if request["durable"] == true { Durability::Full } else { Durability::Off };
    let mut session = Graph::open_with(db, OpenOptions { durability, ..OpenOptions::default() })?.session();
    let seconds = request["secs"].as_f64().unwrap_or(3.0);
    let (begun, mut taken) = (Instant::now(), Vec::new());
    while begun.elapsed().as_secs_f64() < seconds && (taken.len() as u64) < MOST_WRITES {
        let at = taken.len() as i64;
        let parameters = Map::from([
            (Arc::from("id"), Value::Int(1 + at * 7919 % 9000)),
            (Arc::from("new"), Value::Int(10_000_000 + at)),
            (Arc::from("name"), Value::string(format!("New {at}"))),
        ]);
        let one = Instant::now();
        rows(&mut session, WRITE, &parameters)?;
        taken.push(one.elapsed());
    }
    let tps = taken.len() as f64 / begun.elapsed().as_secs_f64();
    taken.sort_unstable();
    let at = |part: f64| taken.get((taken.len() as f64 * part) as usize).copied().map_or(0.0, milliseconds);
    let n = taken.len();
    Ok(json!({"ok": 1, "tps": tps, "med_ms": at(0.5), "p99_ms": at(0.99), "n": n, "pids": [std::process::id()]}))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
