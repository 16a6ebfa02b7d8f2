//! Reading a line with rustyline.

use super::complete::{Completion, Word, complete};
use super::history;
use super::terminal_error;
use super::tokens::{self, Token};
use super::yank::LastWords;
use crate::cli::app::{App, Keys};
use crate::cli::paint::Paint;
use crate::cli::terminal;
use crate::error::Result;
use crate::store::Snapshot;
use crate::value::Map;
use rustyline::completion::{Candidate, Completer, FilenameCompleter};
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, EditMode, Editor, Event, EventContext,
    EventHandler, Helper, KeyCode, KeyEvent, Modifiers, RepeatCount,
};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use unicode_width::UnicodeWidthStr;

/// What came of reading a line.
pub(super) enum Line {
    /// A line.
    Text(String),
    /// A line that is to be opened in an editor.
    Edit(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D.
    End,
}

/// Reads lines and remembers them.
pub(super) struct Reader {
    editor: Editor<Assistant, FileHistory>,
    history: Option<PathBuf>,
    /// Whether the line was ended to open it in an editor.
    edit: Arc<AtomicBool>,
    words: LastWords,
}

impl Reader {
    pub(super) fn new(paint: Paint) -> Result<Reader> {
        let config = Config::builder()
            .history_ignore_space(true)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .auto_add_history(false)
            .build();
        let mut editor = Editor::with_config(config).map_err(|error| terminal_error(&error))?;
        editor.set_color_mode(if paint.on { ColorMode::Forced } else { ColorMode::Disabled });
        let edit = Arc::new(AtomicBool::new(false));
        let history = history::file();
        if let Some(file) = &history {
            // A history that cannot be read is begun anew.
            let _ = editor.load_history(file);
        }
        let words = LastWords::of(editor.history().iter().map(String::as_str));
        bind(&mut editor, &edit, &words);
        editor.set_helper(Some(Assistant { words: words.clone(), ..Assistant::default() }));
        Ok(Reader { editor, history, edit, words })
    }

    /// Reads a line that goes on from what was typed before, completing from the graph as it is now.
    pub(super) fn read(&mut self, app: &App, before: &str, prompt: &str) -> Result<Line> {
        self.editor.set_edit_mode(match app.settings.keys {
            Keys::Emacs => EditMode::Emacs,
            Keys::Vi => EditMode::Vi,
        });
        if let Some(helper) = self.editor.helper_mut() {
            helper.graph = Some(app.session.snapshot());
            helper.parameters = app.parameters.clone();
            before.clone_into(&mut helper.before);
        }
        match self.editor.readline(prompt) {
            Ok(line) if self.edit.swap(false, Ordering::Relaxed) => Ok(Line::Edit(line)),
            Ok(line) => Ok(Line::Text(line)),
            Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(terminal_error(&error)),
        }
    }

    /// Adds a statement to the history and writes it down at once.
    pub(super) fn remember(&mut self, text: &str) {
        let text = text.trim_end();
        if text.trim().is_empty() || !self.editor.add_history_entry(text).unwrap_or(false) {
            return;
        }
        self.words.remember(text);
        if let Some(file) = &self.history
            && history::save(&mut self.editor, file).is_err()
        {
            // A history that cannot be written is not tried again; the statement itself is not affected.
            self.history = None;
        }
    }
}

/// Asks a person for a line; `None` when nothing is given.
pub(super) fn ask(prompt: &str) -> Option<String> {
    let mut editor = rustyline::DefaultEditor::new().ok()?;
    let value = editor.readline(prompt).ok()?;
    Some(value).filter(|value| !value.trim().is_empty())
}

/// What helps while a line is typed.
#[derive(Default)]
struct Assistant {
    graph: Option<Snapshot>,
    parameters: Map,
    /// What was typed of the statement in earlier lines.
    before: String,
    files: FilenameCompleter,
    words: LastWords,
    hinter: HistoryHinter,
}

/// A completion as rustyline lists it.
struct Listed {
    shown: String,
    inserted: Arc<str>,
}

impl Candidate for Listed {
    fn display(&self) -> &str {
        &self.shown
    }

    fn replacement(&self) -> &str {
        &self.inserted
    }
}

impl Completer for Assistant {
    type Candidate = Listed;

    fn complete(&self, line: &str, at: usize, context: &Context<'_>) -> rustyline::Result<(usize, Vec<Listed>)> {
        if let Some((start, word)) = self.words.take() {
            return Ok((start, vec![Listed { shown: word.clone(), inserted: Arc::from(word) }]));
        }
        let Some(graph) = &self.graph else { return Ok((at, Vec::new())) };
        let earlier = self.before.len();
        let text = format!("{}{line}", self.before);
        match complete(graph, &self.parameters, &text, earlier + at) {
            Completion::File => {
                let (start, pairs) = self.files.complete(line, at, context)?;
                let listed = |pair: rustyline::completion::Pair| Listed {
                    shown: pair.display,
                    inserted: Arc::from(pair.replacement),
                };
                Ok((start, pairs.into_iter().map(listed).collect()))
            }
            Completion::Words { start, words } => {
                let widest = words.iter().map(|word| word.text.width()).max().unwrap_or(0).min(WORD);
                let width = terminal::width().unwrap_or(CANDIDATE.0).clamp(CANDIDATE.1, CANDIDATE.0);
                let listed =
                    words.into_iter().map(|word| Listed { shown: shown(&word, widest, width), inserted: word.text });
                Ok((start.saturating_sub(earlier), listed.collect()))
            }
        }
    }
}

/// The widest word beside which what it is stands in a column.
const WORD: usize = 36;
/// The widest candidate, and the narrowest that what it is has a place beside.
const CANDIDATE: (usize, usize) = (76, 30);

/// A candidate with what it is.
fn shown(word: &Word, widest: usize, width: usize) -> String {
    if word.about.is_empty() {
        return word.text.to_string();
    }
    let space = " ".repeat(widest.saturating_sub(word.text.width()));
    let room = width.saturating_sub(widest.max(word.text.width()) + 3);
    let about: String = word.about.chars().take(room).collect();
    let cut = if about.len() < word.about.len() { "…" } else { "" };
    format!("{}{space}  {about}{cut}", word.text)
}

/// Keys beyond those of the usual bindings.
fn bind(editor: &mut Editor<Assistant, FileHistory>, edit: &Arc<AtomicBool>, words: &LastWords) {
    let simple = |command: Cmd| EventHandler::Simple(command);
    editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), simple(Cmd::Newline));
    editor.bind_sequence(KeyEvent(KeyCode::PageUp, Modifiers::NONE), simple(Cmd::HistorySearchBackward));
    editor.bind_sequence(KeyEvent(KeyCode::PageDown, Modifiers::NONE), simple(Cmd::HistorySearchForward));
    let last = EventHandler::Conditional(Box::new(words.clone()));
    editor.bind_sequence(KeyEvent(KeyCode::Char('.'), Modifiers::ALT), last);
    let open = EventHandler::Conditional(Box::new(OpenEditor(Arc::clone(edit))));
    editor.bind_sequence(Event::KeySeq(vec![KeyEvent::ctrl('X'), KeyEvent::ctrl('E')]), open);
}

/// Ends the line and notes that it is to be opened in an editor.
struct OpenEditor(Arc<AtomicBool>);

impl ConditionalEventHandler for OpenEditor {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(true, Ordering::Relaxed);
        Some(Cmd::AcceptLine)
    }
}

impl Hinter for Assistant {
    type Hint = String;

    fn hint(&self, line: &str, at: usize, context: &Context<'_>) -> Option<String> {
        if line.trim().is_empty() { None } else { self.hinter.hint(line, at, context) }
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        let mut text = String::with_capacity(line.len() * 2);
        for (range, token) in tokens::scan(line) {
            match colour(token) {
                Some(colour) => text += &format!("\x1b[{colour}m{}\x1b[0m", &line[range]),
                None => text += &line[range],
            }
        }
        Cow::Owned(text)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(format!("\x1b[1m{prompt}\x1b[0m"))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::MoveCursor
    }
}

impl Validator for Assistant {}

impl Helper for Assistant {}

/// The code of a token's colour.
fn colour(token: Token) -> Option<&'static str> {
    match token {
        Token::Keyword => Some("1;34"),
        Token::Text => Some("32"),
        Token::Number => Some("36"),
        Token::Variable => Some("35"),
        Token::Arrow => Some("1;32"),
        Token::Command => Some("1;36"),
        Token::Comment => Some("2"),
        Token::Unclosed => Some("1;31"),
        Token::Plain => None,
    }
}
