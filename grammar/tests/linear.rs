//! Parsing costs time in proportion to the text: counted in calls of the parser's rules, not in seconds.

mod shapes;

use pest::Parser;
use shapes::SHAPES;
use standpoint_grammar::cypher::{CypherParser, Rule};
use std::num::NonZeroUsize;

/// Four times the text may need this many times the calls: linear growth needs about four.
const MOST_GROWTH: f64 = 5.0;
/// No byte of a text may need more calls than this on average.
const MOST_CALLS_PER_BYTE: usize = 400;

#[test]
fn parsing_takes_linear_time() {
    // The parser recurses, and nothing guards its stack here.
    let run = std::thread::Builder::new().stack_size(256 << 20).spawn(measure_all);
    let wrong = run.expect("a thread").join().expect("the thread ends");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn measure_all() -> Vec<String> {
    let mut wrong = Vec::new();
    for shape in SHAPES {
        let [one, four] = [1, 4].map(|factor| {
            let text = shape.text(shape.size * factor);
            (calls(&text), text.len())
        });
        let growth = four.0 as f64 / one.0 as f64;
        if growth > MOST_GROWTH || four.0 > MOST_CALLS_PER_BYTE * four.1 {
            wrong.push(format!("{}: {} calls, then {} for {} bytes: ×{growth:.1}", shape.name, one.0, four.0, four.1));
        }
    }
    wrong
}

/// How many calls parsing a text takes: the least limit under which its outcome is the one without a limit.
fn calls(text: &str) -> usize {
    let outcome = parses(text, None);
    let (mut too_few, mut enough) = (0, 64);
    while parses(text, Some(enough)) != outcome {
        (too_few, enough) = (enough, enough * 2);
        assert!(enough < 1 << 26, "the parser does not come to an end");
    }
    while too_few + 1 < enough {
        let middle = too_few + (enough - too_few) / 2;
        if parses(text, Some(middle)) == outcome { enough = middle } else { too_few = middle }
    }
    enough
}

/// The outcome of parsing: nothing, or the error without the words for a limit.
fn parses(text: &str, limit: Option<usize>) -> Option<String> {
    pest::set_call_limit(limit.and_then(NonZeroUsize::new));
    CypherParser::parse(Rule::statement, text).err().map(|error| error.to_string())
}
