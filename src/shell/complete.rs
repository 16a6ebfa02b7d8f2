//! What could stand at the cursor.
//!
//! The place in the line decides what is offered: labels after `:` in a node, types in a relationship, keys after a
//! dot, entities after `@` and in arrow facts, verbs inside an arrow, commands after a leading dot; otherwise keywords
//! and functions.

use crate::algo::PROCEDURES;
use crate::cli::commands::{COMMANDS, Completes};
use crate::functions;
use crate::store::Version;
use crate::syntax::facts::format::{name as fact_name, verb as verb_of_type};
use crate::syntax::keywords::KEYWORDS;
use crate::value::{Map, NodeId};
use std::sync::Arc;

/// The most entities that are offered.
const ENTITIES: usize = 50;

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

/// A word that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The word, as it is inserted.
    pub(super) text: Arc<str>,
    /// What it is, in few words.
    pub(super) about: String,
}

/// What could stand at byte `at` of a line.
pub(super) fn complete(graph: &Version, parameters: &Map, line: &str, at: usize) -> Completion {
    let before = line.get(..at).unwrap_or(line);
    if let Some(command) = before.trim_start().strip_prefix('.') {
        return command_line(graph, parameters, before, command);
    }
    if before.trim_start().starts_with(['+', '-', '?', '[']) {
        return arrow_line(graph, before);
    }
    statement(graph, parameters, before)
}

fn command_line(graph: &Version, parameters: &Map, before: &str, typed: &str) -> Completion {
    let Some((name, argument)) = typed.split_once(char::is_whitespace) else {
        let words = COMMANDS.iter().map(|command| word(command.name, command.summary));
        return begin_with(before, typed, words);
    };
    let completes = COMMANDS.iter().find(|command| command.name == name).map(|command| command.completes);
    match completes {
        Some(Completes::File) => Completion::File,
        Some(Completes::Label) => begin_with(before, argument.trim_start(), labels(graph)),
        Some(Completes::Words(words)) => {
            begin_with(before, argument.trim_start(), words.iter().map(|text| word(text, "")))
        }
        Some(Completes::Command) => begin_with(
            before,
            argument.trim_start(),
            COMMANDS.iter().map(|command| word(command.name, command.summary)),
        ),
        Some(Completes::Statement) if argument.trim_start().starts_with(['+', '-', '?', '[']) => {
            arrow_line(graph, before)
        }
        Some(Completes::Statement) => statement(graph, parameters, before),
        Some(Completes::Nothing) | None => Completion::Words { start: before.len(), words: Vec::new() },
    }
}

/// The place in an arrow fact: inside an arrow a verb, after ` : ` a label, otherwise an entity.
fn arrow_line(graph: &Version, before: &str) -> Completion {
    if let Some(verb) = open_verb(before) {
        return begin_with(
            before,
            verb,
            types(graph).map(|word| Word { text: Arc::from(verb_of_type(&word.text)), ..word }),
        );
    }
    let mark = before.len() - before.trim_start_matches([' ', '+', '-', '?', '[']).len();
    let stops = ["-> ", "- ", " : ", " & ", " = ", ", "];
    let begun = stops.iter().filter_map(|stop| before.rfind(stop).map(|at| (at + stop.len(), *stop))).max();
    let (start, stop) = begun.filter(|(start, _)| *start > mark).unwrap_or((mark, ""));
    let typed = before[start..].trim_start();
    if stop == " : " || (stop == ", " && before.contains(" : ")) || typed.contains(':') && typed.starts_with('?') {
        let label = typed.rsplit(':').next().unwrap_or(typed);
        return begin_with(before, label, labels(graph));
    }
    if typed.starts_with('?') {
        return Completion::Words { start: before.len(), words: Vec::new() };
    }
    entities(graph, before, typed, fact_name)
}

/// The text after the `-` or `<-` of an arrow that is not closed.
fn open_verb(before: &str) -> Option<&str> {
    let start = before.rfind(" -").map(|at| at + 2).max(before.rfind(" <-").map(|at| at + 3))?;
    let verb = &before[start..];
    let open = !verb.contains("->") && !verb.ends_with('-') && !verb.contains("- ");
    let named = verb.is_empty() || verb.starts_with(|c: char| c.is_alphanumeric());
    (open && named).then(|| verb.rsplit('|').next().unwrap_or(verb))
}

fn statement(graph: &Version, parameters: &Map, before: &str) -> Completion {
    let typed = &before
        [before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + char_length(before, at))..];
    let rest = &before[..before.len() - typed.len()];
    if let Some(at) = open_entity(before) {
        return entities(graph, before, &before[at..], entity_name);
    }
    match rest.chars().next_back() {
        Some(':' | '|' | '&' | '!') if in_relationship(rest) => begin_with(before, typed, types(graph)),
        Some(':' | '|' | '&' | '!') => begin_with(before, typed, labels(graph)),
        Some('.') if rest[..rest.len() - 1].ends_with(|c: char| c.is_alphanumeric() || "_`)]".contains(c)) => {
            begin_with(before, typed, keys(graph).chain(dotted_functions(rest)))
        }
        Some('$') => begin_with(before, typed, parameters.keys().map(|name| word(name, "parameter"))),
        _ if typed.is_empty() => Completion::Words { start: before.len(), words: Vec::new() },
        _ if rest.trim_end().to_ascii_uppercase().ends_with("CALL") => begin_with(before, typed, procedures()),
        _ => begin_with(before, typed, keywords(typed).chain(function_words())),
    }
}

/// Where the name after an `@` begins, when the cursor is in it.
fn open_entity(before: &str) -> Option<usize> {
    let at = before.rfind('@')? + 1;
    let name = &before[at..];
    let open = match name.strip_prefix('`') {
        Some(quoted) => !quoted.contains('`'),
        None => !name.contains([')', ':', '{', '`', '\n']),
    };
    open.then_some(at)
}

/// Whether the innermost open bracket is one of a relationship.
fn in_relationship(text: &str) -> bool {
    let mut depth = 0;
    for c in text.chars().rev() {
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '{' | '[' if depth > 0 => depth -= 1,
            '[' => return true,
            '(' | '{' => return false,
            _ => {}
        }
    }
    false
}

fn entities(graph: &Version, before: &str, typed: &str, written: impl Fn(&str) -> String) -> Completion {
    let prefix = typed.trim_start_matches(['`', '"']);
    let mut words = Vec::new();
    for (name, node) in names_beginning(graph, prefix) {
        let labels: Vec<_> =
            graph.node_labels(node).iter().map(|id| graph.catalog().label_name(*id).to_string()).collect();
        words.push(Word { text: Arc::from(written(name)), about: labels.join(", ") });
    }
    Completion::Words { start: before.len() - typed.len(), words }
}

/// Names and aliases that begin with a text in any case, and failing that those that have it inside.
fn names_beginning<'g>(graph: &'g Version, prefix: &str) -> Vec<(&'g str, NodeId)> {
    let prefix = prefix.to_lowercase();
    let fitting = |fits: fn(&str, &str) -> bool| {
        let fits = |name: &str| fits(&name.to_lowercase(), &prefix);
        let mut names: Vec<_> =
            graph.names().filter(|(name, _)| fits(name)).map(|(name, node)| (&**name, node)).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(ENTITIES);
        names
    };
    let begun = fitting(|name, prefix| name.starts_with(prefix));
    if begun.is_empty() { fitting(|name, prefix| name.contains(prefix)) } else { begun }
}

/// A name as it stands after `@`.
fn entity_name(name: &str) -> String {
    let mut chars = name.chars();
    let plain =
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

/// Those of the words that begin with what is typed, in any case.
fn begin_with(before: &str, typed: &str, words: impl Iterator<Item = Word>) -> Completion {
    let wanted = typed.to_lowercase();
    let mut words: Vec<Word> = words.filter(|word| word.text.to_lowercase().starts_with(&wanted)).collect();
    words.sort_by(|a, b| a.text.cmp(&b.text));
    words.dedup_by(|a, b| a.text == b.text);
    Completion::Words { start: before.len() - typed.len(), words }
}

fn word(text: &str, about: &str) -> Word {
    Word { text: Arc::from(text), about: about.to_owned() }
}

fn labels(graph: &Version) -> impl Iterator<Item = Word> {
    let counted = graph.catalog().labels().map(|(id, name)| (graph.label_count(id), name));
    counted.filter(|(count, _)| *count > 0).map(|(count, name)| word(name, &format!("label, {count} nodes")))
}

fn types(graph: &Version) -> impl Iterator<Item = Word> {
    let counted = graph.catalog().rel_types().map(|(id, name)| (graph.rel_type_count(id), name));
    counted.filter(|(count, _)| *count > 0).map(|(count, name)| word(name, &format!("type, {count} relationships")))
}

fn keys(graph: &Version) -> impl Iterator<Item = Word> {
    graph.catalog().keys().map(|(_, name)| word(name, "property"))
}

/// Functions whose dotted names begin with what stands before the dot, without that part.
fn dotted_functions(rest: &str) -> impl Iterator<Item = Word> {
    let start =
        rest.rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').map_or(0, |at| at + char_length(rest, at));
    let prefix = rest[start..].to_lowercase();
    functions::all().filter_map(move |function| {
        let tail = function.name.to_lowercase().starts_with(&prefix).then(|| &function.name[prefix.len()..])?;
        Some(word(&format!("{tail}("), function.summary))
    })
}

/// Keywords in the case that is typed.
fn keywords(typed: &str) -> impl Iterator<Item = Word> {
    let lower = typed.chars().all(char::is_lowercase);
    KEYWORDS.iter().map(move |keyword| if lower { word(&keyword.to_lowercase(), "") } else { word(keyword, "") })
}

fn function_words() -> impl Iterator<Item = Word> {
    functions::all().map(|function| word(&format!("{}(", function.name), function.summary))
}

fn procedures() -> impl Iterator<Item = Word> {
    PROCEDURES.iter().map(|procedure| word(&format!("{}(", procedure.name), procedure.summary))
}

fn char_length(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}
