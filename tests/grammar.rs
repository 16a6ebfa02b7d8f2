//! Every query text of the openCypher TCK goes through the parser, the printer and the classifier.

use crate::tck::feature::Scenario;
use crate::tck::{all_scenarios, say_absent, tck_folder};
use standpoint::error::Detail;
use standpoint::syntax::script::{Language, classify};
use standpoint::syntax::{parse_statement, unparse};

/// A query of a scenario, with the error that the scenario wants of it.
struct Case {
    place: String,
    text: String,
    wanted: Option<String>,
}

/// What the parser itself has to find; the rest is for the binder.
const OF_THE_PARSER: [&str; 7] = [
    "UnexpectedSyntax",
    "InvalidNumberLiteral",
    "IntegerOverflow",
    "FloatingPointOverflow",
    "InvalidUnicodeLiteral",
    "InvalidUnicodeCharacter",
    "InvalidRelationshipPattern",
];

#[test]
fn every_query_of_the_tck_is_understood() {
    let mut wrong = Vec::new();
    for case in cases() {
        match (parse_statement(&case.text), case.wanted.as_deref()) {
            (Ok(_), Some(detail)) if of_the_parser(&case, detail) => {
                wrong.push(format!("{}: no {detail}\n{}", case.place, case.text));
            }
            (Err(error), Some(detail)) if of_the_parser(&case, detail) && error.detail().as_str() == detail => {}
            (Err(error), _) => {
                wrong.push(format!("{}: {} {error}\n{}", case.place, error.detail().as_str(), case.text));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} queries:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_query_of_the_tck_is_written_and_read_back() {
    for case in cases() {
        let Ok(statement) = parse_statement(&case.text) else { continue };
        let text = unparse::statement(&statement);
        match parse_statement(&text) {
            Ok(again) => assert_eq!(again, statement, "{}: {text}", case.place),
            Err(error) => panic!("{}: {error}: {text}", case.place),
        }
    }
}

#[test]
fn every_query_of_the_tck_is_classified_as_cypher() {
    for case in cases() {
        assert!(matches!(classify(&case.text), Language::Cypher), "{}: {}", case.place, case.text);
    }
}

/// A pattern where a value is expected is grammatical; the binder refuses it.
fn of_the_parser(case: &Case, detail: &str) -> bool {
    let pattern_as_value = detail == Detail::UnexpectedSyntax.as_str() && case.place.contains("/Pattern1 ");
    OF_THE_PARSER.contains(&detail) && !pattern_as_value
}

/// All queries of the kit's scenarios; none when the kit is not there.
fn cases() -> Vec<Case> {
    let Some(folder) = tck_folder() else {
        say_absent();
        return Vec::new();
    };
    all_scenarios(&folder).iter().flat_map(scenario_cases).collect()
}

/// The queries of a scenario; the error that it wants is one of the last.
fn scenario_cases(scenario: &Scenario) -> Vec<Case> {
    let texts: Vec<&String> = scenario.steps.iter().filter_map(|step| step.doc.as_ref()).collect();
    let wanted = scenario.steps.iter().find_map(|step| wanted(&step.text));
    let last = texts.len().saturating_sub(1);
    let case = |(at, text): (usize, &&String)| Case {
        place: scenario.id.clone(),
        text: (*text).clone(),
        wanted: wanted.clone().filter(|_| at == last),
    };
    texts.iter().enumerate().map(case).collect()
}

/// The detail of a syntax error that a step wants at compile time.
fn wanted(step: &str) -> Option<String> {
    step.strip_prefix("a SyntaxError should be raised at compile time: ").map(str::to_owned)
}
