//! Standpoint inside a program: tell facts, ask them, read rows into types, read beside a writer.

#![allow(clippy::print_stdout, reason = "an example talks")]

use serde::Deserialize;
use standpoint::{Graph, Value};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
struct Stance {
    who: String,
    verb: String,
    confidence: Option<f64>,
}

fn main() -> standpoint::Result<()> {
    let graph = Graph::in_memory();
    let loaded = graph.load_facts(
        "[ki-1121] \"What is in the plan\" 2025-11-21\n\
         Kyiv : Actor, State = Ukraine\n\
         Kyiv -opposes-> territorial concessions {0.9}\n\
         Europe -concerned about-> territorial concessions {0.8}\n",
    )?;
    println!("{loaded}");

    // Rows as a type of our own.
    let query = "MATCH (a)-[r]->(@`territorial concessions`)
                 RETURN a.name AS who, type(r) AS verb, r.confidence AS confidence ORDER BY who";
    for stance in graph.run(query)?.into_typed::<Stance>()? {
        println!("{} {} ({:?})", stance.who, stance.verb, stance.confidence);
    }

    // Parameters, and nodes with their labels and properties.
    let mut session = graph.session();
    let parameters = [(Arc::from("least"), Value::Float(0.85))].into();
    let query = "MATCH (a:Actor)-[r:OPPOSES]->(b) WHERE r.confidence >= $least RETURN a, b.name AS issue";
    let mut answer = session.run_with(query, &parameters, &standpoint::RunOptions::default())?;
    while let Some(row) = answer.next_row()? {
        let actor = row.node("a")?;
        println!("{:?} {:?} opposes {:?}", actor.display_name(), actor.labels, row.get("issue")?.as_str());
    }

    // A snapshot never changes, whatever is written after it was taken.
    let before = graph.snapshot();
    graph.run("+ Moscow -supports-> territorial concessions")?;
    println!("{} facts before, {} now", before.rel_count(), graph.snapshot().rel_count());
    Ok(())
}
