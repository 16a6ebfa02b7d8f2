//! What could stand at the cursor.
//!
//! The place in the text decides what is offered: labels after `:` in a node, types in a relationship (those alone that
//! there are at the node before it), keys of a variable's label after a dot, entities after `@` and in arrow facts, verbs
//! inside an arrow, the arguments of commands after a leading dot; otherwise keywords, variables and functions.

mod cypher;
mod words;

use crate::cli::commands::{COMMANDS, Completes, find};
use crate::cli::help::TOPICS;
use crate::cli::output::FORMATS;
use crate::cli::{queries, settings};
use crate::store::{Direction, Resolution, Version};
use crate::syntax::facts::format::{name as fact_name, verb as verb_of_type};
use crate::value::{Map, RelTypeId};
use std::collections::BTreeSet;
use std::sync::Arc;
pub(super) use words::Word;
use words::{entities, labels, types, types_at, word};

/// What is offered.
#[derive(Debug)]
pub(super) enum Completion {
    /// Files.
    File,
    /// Words in place of the text from `start` to the cursor.
    Words {
        /// Where the text to replace begins.
        start: usize,
        /// The words.
        words: Vec<Word>,
    },
}

/// What could stand at byte `at` of a text.
pub(super) fn complete(graph: &Version, parameters: &Map, text: &str, at: usize) -> Completion {
    let before = text.get(..at).unwrap_or(text);
    // Of several statements the last is the one that is being typed.
    let start = statement_start(before);
    let completion = one_statement(graph, parameters, &before[start..]);
    match completion {
        Completion::Words { start: word, words } => Completion::Words { start: start + word, words },
        Completion::File => Completion::File,
    }
}

/// Where the statement that the text ends in begins.
fn statement_start(text: &str) -> usize {
    let last = crate::syntax::script::statements(text).filter_map(Result::ok).last();
    match last {
        Some(range) if text[range.end..].trim_start().starts_with(';') => text.rfind(';').map_or(0, |at| at + 1),
        Some(range) => range.start,
        None => 0,
    }
}

fn one_statement(graph: &Version, parameters: &Map, before: &str) -> Completion {
    if let Some(command) = before.trim_start().strip_prefix('.') {
        return command_line(graph, parameters, before, command);
    }
    if before.trim_start().starts_with(['+', '-', '?', '[']) {
        return arrow_line(graph, before);
    }
    cypher::statement(graph, parameters, before)
}

fn command_line(graph: &Version, parameters: &Map, before: &str, typed: &str) -> Completion {
    let commands = || COMMANDS.iter().map(|command| word(command.name, command.summary));
    let Some((name, argument)) = typed.split_once(char::is_whitespace) else {
        return begin_with(before, typed, commands());
    };
    let argument = argument.trim_start();
    match find(name).ok().map(|command| command.completes) {
        Some(Completes::File) => Completion::File,
        Some(Completes::Label) => {
            let label = argument.rsplit([':', ',', ' ']).next().unwrap_or(argument);
            begin_with(before, label, labels(graph))
        }
        Some(Completes::Words(words)) => begin_with(before, argument, words.iter().map(|text| word(text, ""))),
        Some(Completes::Format) => {
            begin_with(before, argument, FORMATS.iter().map(|entry| word(entry.name, entry.summary)))
        }
        Some(Completes::Setting) => begin_with(before, argument, settings::names().map(|name| word(name, "setting"))),
        Some(Completes::Topic) => {
            let topics = TOPICS.iter().map(|topic| word(topic.name, topic.summary));
            begin_with(before, argument, topics.chain(commands()).chain(words::function_names()))
        }
        Some(Completes::Entity) => {
            let typed = argument.trim_start_matches('@');
            Completion::Words { start: before.len() - typed.len(), words: entities(graph, typed, str::to_owned) }
        }
        Some(Completes::Query) => match argument.split_once(char::is_whitespace) {
            None => begin_with(before, argument, queries::names().iter().map(|name| word(name, "query"))),
            Some((name, given)) => {
                let typed = given.rsplit(char::is_whitespace).next().unwrap_or(given);
                let names = queries::parameters_of(name);
                begin_with(before, typed, names.iter().map(|name| word(&format!("{name}="), "parameter")))
            }
        },
        Some(Completes::Statement) if argument.starts_with(['+', '-', '?', '[']) => arrow_line(graph, before),
        Some(Completes::Statement) => cypher::statement(graph, parameters, before),
        Some(Completes::Nothing) | None => Completion::Words { start: before.len(), words: Vec::new() },
    }
}

/// The place in an arrow fact: inside an arrow a verb, after ` : ` a label, otherwise an entity.
fn arrow_line(graph: &Version, before: &str) -> Completion {
    if let Some(verb) = open_verb(before) {
        let verbs = types(graph, types_here(graph, before));
        return begin_with(before, verb, verbs.map(|word| Word { text: Arc::from(verb_of_type(&word.text)), ..word }));
    }
    let mark = before.len() - before.trim_start_matches([' ', '+', '-', '?', '[']).len();
    let stops = ["-> ", "- ", " : ", " & ", " = ", ", "];
    let begun = stops.iter().filter_map(|stop| before.rfind(stop).map(|at| (at + stop.len(), *stop))).max();
    let (start, stop) = begun.filter(|(start, _)| *start > mark).unwrap_or((mark, ""));
    let typed = before[start..].trim_start();
    // The marks before the first word may end with that of a variable.
    let variable = typed.starts_with('?') || before[..start].ends_with('?');
    if stop == " : " || (stop == ", " && before.contains(" : ")) || variable && typed.contains(':') {
        let label = typed.rsplit(':').next().unwrap_or(typed);
        return begin_with(before, label, labels(graph));
    }
    if variable {
        return Completion::Words { start: before.len(), words: Vec::new() };
    }
    Completion::Words { start: before.len() - typed.len(), words: entities(graph, typed, fact_name) }
}

/// The text after the `-` or `<-` of an arrow that is not closed.
fn open_verb(before: &str) -> Option<&str> {
    let verb = &before[open_arrow(before)?.0..];
    let open = !verb.contains("->") && !verb.ends_with('-') && !verb.contains("- ");
    let named = verb.is_empty() || verb.starts_with(|c: char| c.is_alphanumeric());
    (open && named).then(|| verb.rsplit('|').next().unwrap_or(verb))
}

/// Where the verb of the last arrow begins, and where the arrow does.
fn open_arrow(before: &str) -> Option<(usize, usize)> {
    let right = before.rfind(" -").map(|at| (at + 2, at));
    right.max(before.rfind(" <-").map(|at| (at + 3, at)))
}

/// In a question, the types that there are at the entity before the arrow.
fn types_here(graph: &Version, before: &str) -> Option<BTreeSet<RelTypeId>> {
    let (_, arrow) = open_arrow(before)?;
    let asked = before.trim_start().starts_with('?');
    let start = ["-> ", " & "].iter().filter_map(|stop| before[..arrow].rfind(stop).map(|at| at + stop.len())).max();
    let name = before[start.unwrap_or(0)..arrow].trim().trim_start_matches('?').trim().trim_matches('"');
    let direction = if before[arrow..].starts_with(" <-") { Direction::Incoming } else { Direction::Outgoing };
    match graph.resolve(name) {
        Resolution::One(node) if asked => Some(types_at(graph, node, Some(direction))),
        _ => None,
    }
}

/// Those of the words that begin with what is typed, in any case.
fn begin_with(before: &str, typed: &str, words: impl Iterator<Item = Word>) -> Completion {
    let wanted = typed.to_lowercase();
    let mut words: Vec<Word> = words.filter(|word| word.text.to_lowercase().starts_with(&wanted)).collect();
    words.sort_by(|a, b| a.text.cmp(&b.text));
    words.dedup_by(|a, b| a.text == b.text);
    Completion::Words { start: before.len() - typed.len(), words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    /// What is offered at the end of a text: the whole line for each.
    fn offered(text: &str) -> Vec<String> {
        let graph = Graph::in_memory();
        let facts = "Kyiv : Actor, State = Ukraine {id: ukraine}\nSteve Witkoff : Actor, Person = Witkoff\n\
                     28-point plan : Proposal {points: 28}\nKyiv -opposes-> 28-point plan\n\
                     Steve Witkoff -proposes-> 28-point plan\n28-point plan -part of-> Geneva talks\n";
        graph.load_facts(facts).unwrap();
        let rule = "CREATE RULE allies FOR (a)-[:ALIGNED_WITH]->(b) WHEN MATCH (a)-[:OPPOSES]->()<-[:OPPOSES]-(b)";
        graph.run(rule).unwrap();
        let parameters = Map::from([(Arc::from("since"), crate::value::Value::Int(1))]);
        match complete(&graph.snapshot(), &parameters, text, text.len()) {
            Completion::File => vec!["a file".to_owned()],
            Completion::Words { start, words } => {
                words.into_iter().map(|word| format!("{}{}", &text[..start], word.text)).collect()
            }
        }
    }

    #[test]
    fn the_place_decides_what_is_offered() {
        let cases: &[(&str, &[&str])] = &[
            ("MATCH (a:Pro", &["MATCH (a:Proposal"]),
            (
                "MATCH (a:Actor)-[:",
                &["MATCH (a:Actor)-[:ALIGNED_WITH", "MATCH (a:Actor)-[:OPPOSES", "MATCH (a:Actor)-[:PROPOSES"],
            ),
            ("MATCH (@Kyiv)-[r:", &["MATCH (@Kyiv)-[r:ALIGNED_WITH", "MATCH (@Kyiv)-[r:OPPOSES"]),
            ("MATCH (p:Proposal)<-[:O", &["MATCH (p:Proposal)<-[:OPPOSES"]),
            ("MATCH (p:Proposal) RETURN p.po", &["MATCH (p:Proposal) RETURN p.points"]),
            ("MATCH (p:Proposal {po", &["MATCH (p:Proposal {points"]),
            ("MATCH (p:Person) RETURN p.po", &[]),
            ("MATCH (@Wit", &["MATCH (@`Steve Witkoff`"]),
            ("? Kyiv -", &["? Kyiv -aligned with", "? Kyiv -opposes"]),
            ("+ Kyiv -p", &["+ Kyiv -part of", "+ Kyiv -proposes"]),
            ("? ukr", &["? Kyiv"]),
            ("?who:Per", &["?who:Person"]),
            ("? Kyiv -opposes-> 28", &["? Kyiv -opposes-> 28-point plan"]),
            ("CREATE (:A); DROP RULE al", &["CREATE (:A); DROP RULE allies"]),
            ("DROP INDEX al", &[]),
            ("MATCH (@Kyiv)-[r:A", &["MATCH (@Kyiv)-[r:ALIGNED_WITH"]),
            ("RETURN toUpp", &["RETURN toUpper("]),
            ("RETURN $s", &["RETURN $since"]),
            ("CALL algo.comp", &["CALL algo.components("]),
            ("LOAD CSV FROM 'pe", &["a file"]),
            (".mode typ", &[".mode typed-jsonl"]),
            (".mod", &[".mode"]),
            (".graph @wit", &[".graph @Steve Witkoff"]),
            (".read ", &["a file"]),
            (".help fac", &[".help facts"]),
            ("RETURN 1; MATCH (a:Pro", &["RETURN 1; MATCH (a:Proposal"]),
        ];
        for (text, expected) in cases {
            assert_eq!(offered(text), *expected, "{text}");
        }
    }

    #[test]
    fn no_text_and_no_place_in_it_is_too_much() {
        let graph = Graph::in_memory();
        for text in
            ["MATCH (é:Ä)-[:(Ü", "? «Київ» -", "(@`", ".graph @\u{301}", "RETURN 'a", "CALL x YIELD é", "{[(", "-[<-"]
        {
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                complete(&graph.snapshot(), &Map::new(), text, at);
            }
        }
    }
}
