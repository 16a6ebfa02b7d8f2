//! The place in a statement of openCypher, found in the text before the cursor.

use super::words::{
    dotted_functions, entities, function_words, keys, keywords, labels, procedures, schema_names, types, types_at,
    types_at_label, word, yields,
};
use super::{Completion, begin_with};
use crate::store::{Direction, Resolution, Version};
use crate::value::{Map, RelTypeId, format};
use std::collections::BTreeSet;

pub(super) fn statement(graph: &Version, parameters: &Map, before: &str) -> Completion {
    if in_file_name(before) {
        return Completion::File;
    }
    let typed = &before[word_start(before)..];
    let rest = &before[..before.len() - typed.len()];
    if let Some(at) = open_entity(before) {
        return Completion::Words { start: at, words: entities(graph, &before[at..], format::name) };
    }
    let called = before.len() - dotted(before).len();
    if before[..called].trim_end().to_ascii_uppercase().ends_with("CALL") {
        return begin_with(before, &before[called..], procedures());
    }
    if let Some(noun) = dropped(rest) {
        return begin_with(before, typed, schema_names(graph, &noun).into_iter());
    }
    match rest.chars().next_back() {
        Some(':' | '|' | '&' | '!') if in_relationship(rest) => {
            begin_with(before, typed, types(graph, types_here(graph, rest)))
        }
        Some(':' | '|' | '&' | '!') => begin_with(before, typed, labels(graph)),
        Some('.') if rest[..rest.len() - 1].ends_with(|c: char| c.is_alphanumeric() || "_`)]".contains(c)) => {
            let owner = &rest[word_start(&rest[..rest.len() - 1])..rest.len() - 1];
            let keys = keys(graph, label_of(before, owner));
            begin_with(before, typed, keys.into_iter().chain(dotted_functions(dotted(rest))))
        }
        Some('$') => begin_with(before, typed, parameters.keys().map(|name| word(name, "parameter"))),
        _ if in_map(rest) => begin_with(before, typed, keys(graph, pattern_label(rest)).into_iter()),
        _ => words(before, typed, rest),
    }
}

/// What can stand where an expression or a clause goes on.
fn words(before: &str, typed: &str, rest: &str) -> Completion {
    if let Some(procedure) = yielding(rest) {
        return begin_with(before, typed, yields(procedure));
    }
    if typed.is_empty() {
        return Completion::Words { start: before.len(), words: Vec::new() };
    }
    let variables = variables(rest).into_iter().map(|name| word(name, "variable"));
    begin_with(before, typed, variables.chain(keywords(typed)).chain(function_words()))
}

/// What is dropped, where its name goes on at the end: `DROP RULE `.
fn dropped(rest: &str) -> Option<String> {
    let mut words = rest.split_whitespace().rev();
    let (noun, verb) = (words.next()?.to_ascii_uppercase(), words.next()?);
    (rest.ends_with(char::is_whitespace) && verb.eq_ignore_ascii_case("DROP")).then_some(noun)
}

/// Where the word that ends the text begins.
fn word_start(text: &str) -> usize {
    let start = text.char_indices().rev().take_while(|(_, c)| c.is_alphanumeric() || *c == '_').last();
    start.map_or(text.len(), |(at, _)| at)
}

/// The dotted name that ends the text.
fn dotted(text: &str) -> &str {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    &text[text.char_indices().rev().take_while(|(_, c)| part(*c)).last().map_or(text.len(), |(at, _)| at)..]
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

/// The innermost bracket that is open at the end, and where it stands.
fn open_bracket(text: &str) -> Option<(usize, char)> {
    let mut depth = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '{' | '[' if depth > 0 => depth -= 1,
            '(' | '{' | '[' => return Some((at, c)),
            _ => {}
        }
    }
    None
}

fn in_relationship(text: &str) -> bool {
    open_bracket(text).is_some_and(|(at, bracket)| bracket == '[' && text[..at].ends_with('-'))
}

/// Whether a key of the map of a pattern could stand at the end.
fn in_map(text: &str) -> bool {
    let Some((at, '{')) = open_bracket(text) else { return false };
    let outer = open_bracket(&text[..at]).is_some_and(|(_, bracket)| bracket != '{');
    outer && text.trim_end().ends_with(['{', ','])
}

/// The label of the pattern whose map is open at the end.
fn pattern_label(text: &str) -> Option<&str> {
    let (at, _) = open_bracket(text)?;
    let (start, _) = open_bracket(&text[..at])?;
    first_label(&text[start + 1..at])
}

/// The first label in the text of a node: `a:Actor&State` gives `Actor`.
fn first_label(node: &str) -> Option<&str> {
    let (_, after) = node.split_once(':')?;
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
    Some(&after[..end]).filter(|label| !label.is_empty())
}

/// The label that a variable was given in the statement so far.
fn label_of<'t>(text: &'t str, variable: &str) -> Option<&'t str> {
    nodes(text).filter(|node| node.starts_with(variable)).find_map(|node| {
        let after = node[variable.len()..].trim_start();
        after.starts_with(':').then(|| first_label(after)).flatten()
    })
}

/// What stands in each pair of parentheses so far, from its beginning.
fn nodes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('(').map(|(at, _)| text[at + 1..].split([')', '(']).next().unwrap_or("").trim_start())
}

/// The variables of nodes and relationships so far.
fn variables(text: &str) -> BTreeSet<&str> {
    let opened = text.match_indices(['(', '[']).map(|(at, _)| &text[at + 1..]);
    let named = opened.filter_map(|inside| {
        let end = inside.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inside.len());
        let after = inside[end..].chars().next();
        Some(&inside[..end]).filter(|name| !name.is_empty() && matches!(after, Some(':' | ')' | ']' | '@' | ' ' | '{')))
    });
    named.collect()
}

/// The types that start or end at the node before the relationship that is open at the end; `None` where nothing is known
/// of that node.
fn types_here(graph: &Version, text: &str) -> Option<BTreeSet<RelTypeId>> {
    let (at, _) = open_bracket(text)?;
    let before = text[..at].strip_suffix('-')?;
    let (before, direction) = match before.strip_suffix('<') {
        Some(before) => (before, Some(Direction::Incoming)),
        None => (before, None),
    };
    let inside = before.trim_end().strip_suffix(')')?;
    let (start, _) = open_bracket(inside)?;
    let node = &inside[start + 1..];
    if let Some((_, name)) = node.split_once('@') {
        let name = name.strip_prefix('`').map_or_else(
            || name.split([':', ' ', '{']).next().unwrap_or(name),
            |quoted| quoted.split('`').next().unwrap_or(quoted),
        );
        let Resolution::One(node) = graph.resolve(name) else { return None };
        return Some(types_at(graph, node, direction));
    }
    let label = graph.catalog().label(first_label(node)?)?;
    Some(types_at_label(graph, label, direction))
}

/// The procedure of a `CALL` whose `YIELD` the text ends in.
fn yielding(text: &str) -> Option<&str> {
    let upper = text.to_ascii_uppercase();
    let at = upper.rfind("YIELD")?;
    let after = &upper[at + "YIELD".len()..];
    let listed = after.chars().all(|c| c.is_alphanumeric() || " \n\t,_".contains(c)) && !after.contains("RETURN");
    let call = upper[..at].rfind("CALL")?;
    let name = text[call + "CALL".len()..at].trim();
    listed.then(|| name.split('(').next().unwrap_or(name).trim())
}

/// Whether the cursor is in the name of a file for `LOAD CSV`.
fn in_file_name(before: &str) -> bool {
    let quotes = before.matches('\'').count();
    let Some(at) = before.rfind('\'').filter(|_| quotes % 2 == 1) else { return false };
    let upper = before[..at].trim_end().to_ascii_uppercase();
    upper.ends_with("FROM") && upper.contains("LOAD CSV")
}
