//! Binding, checked against every query of the openCypher Technology Compatibility Kit on an empty graph: what must
//! be refused before running is refused with exactly that detail, and everything else is bound.

use crate::tck::feature::{Scenario, Step};
use crate::tck::{all_scenarios, say_absent, tck_folder};
use standpoint::algo::{Parameter, Procedure, Registry, Signature};
use standpoint::error::{Error, Phase};
use standpoint::semantic::bound::BoundQuery;
use standpoint::semantic::names::{ReadNames, WriteNames};
use standpoint::semantic::{bind, writes};
use standpoint::store::Version;
use standpoint::syntax::parse_statement;
use std::sync::Arc;

#[test]
fn the_kit_is_bound_or_refused_as_it_says() {
    let Some(folder) = tck_folder() else { return say_absent() };
    let mut failures = Vec::new();
    let mut count = 0;
    for scenario in all_scenarios(&folder) {
        count += 1;
        if let Err(why) = check(&scenario) {
            failures.push(format!("{}\n    {why}", scenario.id));
        }
    }
    assert!(count > 3000, "only {count} scenarios were found");
    assert!(failures.is_empty(), "{} of {count} scenarios:\n{}", failures.len(), failures.join("\n"));
}

/// Binds the queries of a scenario and compares the outcome with the expected one.
fn check(scenario: &Scenario) -> Result<(), String> {
    let mut procedures = Registry::default();
    let expected = scenario.steps.iter().find_map(|step| step.text.split_once(" should be raised at "));
    for (at, step) in scenario.steps.iter().enumerate() {
        if let Some(text) = step.text.strip_prefix("there exists a procedure ") {
            procedures.register(procedure(text));
        }
        let Some(query) = &step.doc else { continue };
        let outcome = bound(query, &procedures);
        let next = scenario.steps[at + 1..].iter().find(|step| step.doc.is_some() || !step.table.is_empty());
        let result = match expected.filter(|_| step.text.starts_with("executing query")) {
            Some((kind, rest)) => compare(kind, rest, outcome),
            None => outcome.map_err(|error| describe(&error)).and_then(|bound| expect_columns(&bound, next)),
        };
        result.map_err(|why| format!("{why}\n    {}", query.replace('\n', "\n    ")))?;
    }
    Ok(())
}

fn compare(kind: &str, rest: &str, outcome: Result<BoundQuery, Error>) -> Result<(), String> {
    let kind = kind.trim_start_matches("a ").trim_start_matches("an ");
    let (phase, detail) = rest.split_once(": ").ok_or("a step without a detail")?;
    match outcome {
        Err(_) if phase == "runtime" => Err("refused too early".to_owned()),
        Err(error) if error.error_type().as_str() != kind => Err(format!("not a {kind}: {}", describe(&error))),
        Err(error) if detail != "*" && error.detail().as_str() != detail => {
            Err(format!("not {detail}: {}", describe(&error)))
        }
        Err(error) if error.phase() != Phase::Compile => Err(describe(&error)),
        Err(error) if error.span().is_none() => Err(format!("no place: {}", describe(&error))),
        Ok(bound) if detail == "MissingParameter" && bound.parameters.is_empty() => Err("no parameter".to_owned()),
        Ok(_) if phase == "compile time" && detail != "MissingParameter" => Err(format!("bound, not {detail}")),
        _ => Ok(()),
    }
}

/// The columns are those that the result is compared with.
fn expect_columns(bound: &BoundQuery, next: Option<&Step>) -> Result<(), String> {
    let result = next.filter(|step| step.text.starts_with("the result should be, "));
    let Some(header) = result.and_then(|step| step.table.first()) else { return Ok(()) };
    let columns: Vec<&str> = bound.columns.iter().map(|column| &*column.name).collect();
    if columns == *header { Ok(()) } else { Err(format!("columns {columns:?}, not {header:?}")) }
}

fn describe(error: &Error) -> String {
    format!("{} {:?} {}: {error}", error.error_type().as_str(), error.phase(), error.detail().as_str())
}

fn bound(query: &str, procedures: &Registry) -> Result<BoundQuery, Error> {
    let statement = parse_statement(query)?;
    let mut version = Version::new();
    if writes(&statement) {
        bind(&statement, &mut WriteNames::new(&mut version), procedures)
    } else {
        bind(&statement, &mut ReadNames(&version), procedures)
    }
}

/// Reads `name(a :: TYPE, …) :: (b :: TYPE, …):`.
fn procedure(text: &str) -> Procedure {
    let (name, rest) = text.split_once('(').unwrap();
    let (inputs, outputs) = rest.split_once(") :: (").unwrap();
    let outputs = outputs.rsplit_once(')').unwrap().0;
    let (inputs, outputs) = (parameters(inputs), parameters(outputs));
    let signature = Signature { name: name.into(), inputs, outputs, summary: "A mock.".into() };
    Procedure { signature, run: Arc::new(|_, _| Ok(Vec::new())) }
}

fn parameters(text: &str) -> Vec<Parameter> {
    let fields = text.split(',').filter(|field| !field.trim().is_empty());
    fields
        .map(|field| {
            let (name, ty) = field.split_once("::").unwrap();
            Parameter::new(name.trim(), ty).unwrap()
        })
        .collect()
}
