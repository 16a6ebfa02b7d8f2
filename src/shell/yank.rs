//! Alt-. : the last word of an earlier line, and at each further press that of the line before it.

use super::tokens::{self, Token};
use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, RepeatCount};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most lines that are remembered.
const MOST: usize = 1_000;

/// The last words of earlier lines.
#[derive(Clone, Debug, Default)]
pub(super) struct LastWords(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The newest last.
    words: Vec<String>,
    inserted: Option<Inserted>,
    /// What the key asked for and nobody has taken yet: a word from that byte to the cursor.
    wanted: Option<(usize, String)>,
}

/// What the key inserted when it was pressed last.
#[derive(Debug)]
struct Inserted {
    /// How many words further back than the newest.
    back: usize,
    /// The line with it, and where the cursor then stood.
    line: String,
    at: usize,
}

impl LastWords {
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> LastWords {
        let words = LastWords::default();
        lines.for_each(|line| words.remember(line));
        words
    }

    pub(super) fn remember(&self, line: &str) {
        let mut state = self.state();
        let Some(word) = last_word(line) else { return };
        if state.words.len() == MOST {
            state.words.remove(0);
        }
        state.words.push(word.to_owned());
    }

    /// The word that the key asked for, and where it begins: it is inserted as a completion is.
    pub(super) fn take(&self) -> Option<(usize, String)> {
        self.state().wanted.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a word goes that takes the place of what stands from there to the cursor.
    fn next(&self, line: &str, at: usize) -> Option<(usize, String)> {
        let mut state = self.state();
        let again = state.inserted.take().filter(|inserted| (inserted.line.as_str(), inserted.at) == (line, at));
        let newest = state.words.len().checked_sub(1)?;
        let back = again.as_ref().map_or(0, |inserted| (inserted.back + 1).min(newest));
        let before = again.map_or("", |inserted| &state.words[newest - inserted.back]).to_owned();
        let word = state.words[newest - back].clone();
        let start = at.checked_sub(before.len()).filter(|start| line.is_char_boundary(*start))?;
        let with_it = format!("{}{word}{}", &line[..start], &line[at..]);
        state.inserted = Some(Inserted { back, line: with_it, at: start + word.len() });
        Some((start, word))
    }
}

impl ConditionalEventHandler for LastWords {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let wanted = self.next(context.line(), context.pos());
        let command = if wanted.is_some() { Cmd::Complete } else { Cmd::Noop };
        self.state().wanted = wanted;
        Some(command)
    }
}

/// The last name of an arrow fact or of a command about an entity, otherwise the last word.
fn last_word(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches(';');
    let arrow = tokens::scan(line).into_iter().rev().find(|(_, token)| *token == Token::Arrow);
    let rest = match arrow {
        Some((range, _)) => line.get(range.end..)?,
        None => line.starts_with('.').then(|| line.split_once('@')).flatten().map_or("", |(_, name)| name),
    };
    let end = [" {", " [", " &", " //"].iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
    let name = rest[..end].trim();
    if name.is_empty() { line.split_whitespace().next_back() } else { Some(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_a_whole_name_where_there_is_one() {
        let cases = [
            ("? Kyiv -opposes-> 28-point plan", Some("28-point plan")),
            ("+ Kyiv -opposes-> 28-point plan {0.9} [ki-1]", Some("28-point plan")),
            ("? ?a -supports-> ?p & ?b -opposes-> ?p", Some("?p")),
            (".graph @Steve Witkoff", Some("Steve Witkoff")),
            (".mode csv", Some("csv")),
            ("MATCH (n) RETURN n.name;", Some("n.name")),
            ("  ", None),
        ];
        for (line, expected) in cases {
            assert_eq!(last_word(line), expected, "{line}");
        }
    }

    #[test]
    fn each_press_goes_one_line_further_back_and_the_first_stays() {
        let words = LastWords::of(["RETURN 1", ".graph @北京", "RETURN three"].into_iter());
        let next = |line: &str, at| words.next(line, at).unwrap();
        assert_eq!(next("x  y", 2), (2, "three".to_owned()));
        assert_eq!(next("x three y", 7), (2, "北京".to_owned()));
        assert_eq!(next("x 北京 y", 8), (2, "1".to_owned()));
        assert_eq!(next("x 1 y", 3), (2, "1".to_owned()));
        // Something else was typed in between.
        assert_eq!(next("x 1 y ", 6), (6, "three".to_owned()));
        assert_eq!(LastWords::default().next("", 0), None);
    }
}
