//! The interactive shell: line editing around the command line's [`App`].
//!
//! Takes keys, gives statements to the app. Knows how a line is edited, completed, coloured and remembered; what a
//! statement means and how a result looks is not decided here.

mod complete;
mod editor;
mod history;
mod tokens;
mod yank;

use crate::cli::app::{App, Stop};
use crate::cli::external;
use crate::cli::report::nowhere;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::span::line_column;
use crate::syntax::ast::{ClauseKind, Statement};
use crate::syntax::parse_statement;
use crate::syntax::script::{self, Completeness, Language};
use crate::text::{counted, sizes};
use crate::value::format::to_text;
use editor::{Line, Reader};

/// Talks to a person until they leave.
///
/// # Errors
/// When the terminal cannot be used.
pub fn run(app: &mut App) -> Result<()> {
    let mut reader = Reader::new(app.settings.paint.0)?;
    app.ask = Some(editor::ask);
    greet(app);
    let mut pending = String::new();
    let mut warned = false;
    loop {
        let prompt = if pending.is_empty() { prompt(app) } else { continuation(&pending) };
        match reader.read(app, &pending, &prompt)? {
            Line::Text(line) => pending.push_str(&bare(&line, &pending)),
            Line::Edit(line) => match external::edit(&format!("{pending}{line}")) {
                Ok(text) => {
                    app.say(text.trim_end());
                    pending = text.trim_end().to_owned();
                }
                Err(error) => {
                    app.fail(&error, nowhere());
                }
            },
            Line::Interrupted => {
                pending.clear();
                continue;
            }
            Line::End if !pending.is_empty() => {
                app.say("");
                pending.clear();
                continue;
            }
            Line::End => {
                app.say("");
                if may_leave(app, &mut warned) {
                    return Ok(());
                }
                continue;
            }
        }
        if !is_complete(&pending) && !script::is_hopeless(&pending) {
            pending.push('\n');
            continue;
        }
        let text = std::mem::take(&mut pending);
        reader.remember(&text);
        app.options.cancel.reset();
        // Being told once is enough as long as nothing else was asked in between.
        match app.run_text(&text, None) {
            Err(Stop::Quit) if may_leave(app, &mut warned) => return Ok(()),
            Err(Stop::Quit) => {}
            _ => warned = false,
        }
    }
}

/// A line, or the command that is meant by a word that many type without the dot.
fn bare(line: &str, pending: &str) -> String {
    let word = line.trim().trim_end_matches(';').to_lowercase();
    match word.as_str() {
        "help" | "?" if pending.is_empty() => ".help".to_owned(),
        "quit" | "exit" if pending.is_empty() => ".quit".to_owned(),
        _ => line.to_owned(),
    }
}

fn greet(app: &mut App) {
    let graph = app.session.snapshot();
    let name = app.session.graph().path().map(|path| format!("  {}", path.display())).unwrap_or_default();
    let held = sizes(graph.node_count(), graph.rel_count());
    app.say(&format!("standpoint {}{name}  {held}", env!("CARGO_PKG_VERSION")));
    if let Some(introduction) = app.introduction {
        app.say(introduction);
    }
    app.say(".help tells what can be typed, Tab completes, Ctrl-D leaves");
}

/// The name of the graph's file without its ending, `*` when something is not saved, and the source of facts.
fn prompt(app: &App) -> String {
    let graph = app.session.graph();
    let path = graph.path();
    let name = path.as_deref().and_then(std::path::Path::file_stem).map(|name| name.to_string_lossy().into_owned());
    let changed = if graph.has_unsaved_changes() { "*" } else { "" };
    let source = app.session.source().map(|source| format!(" [{source}]")).unwrap_or_default();
    let moment = app.options.as_of.as_ref().map(|moment| format!(" as of {}", to_text(moment))).unwrap_or_default();
    let recorded = app.options.as_recorded.as_ref();
    let recorded = recorded.map(|moment| format!(" as recorded {}", to_text(moment))).unwrap_or_default();
    let transaction = if app.session.in_transaction() { " (transaction)" } else { "" };
    format!("{}{changed}{transaction}{source}{moment}{recorded}▸ ", name.unwrap_or_else(|| "standpoint".to_owned()))
}

/// Says what is open.
fn continuation(pending: &str) -> String {
    match script::is_complete(pending) {
        Completeness::Open { what, at } => {
            let (line, column) = line_column(pending, at);
            format!("   {what} is open from {line}:{column} … ")
        }
        _ => "   … ".to_owned(),
    }
}

/// Whether the text can be run: all of it ends, or it is one line that is a whole statement without its `;`.
fn is_complete(text: &str) -> bool {
    if text.trim().is_empty() {
        return true;
    }
    match script::is_complete(text) {
        Completeness::Complete => true,
        Completeness::Open { .. } => false,
        Completeness::Unended => {
            let one_line = !text.trim_end().contains('\n');
            one_line && script::classify(text) == Language::Cypher && is_whole(text)
        }
    }
}

/// Whether a text is a statement to which nothing need be added: it parses, and does not stop after a clause that
/// only finds rows.
fn is_whole(text: &str) -> bool {
    let last = |statement: Statement| {
        let arm = statement.query.unions.into_iter().last().map_or(statement.query.first, |(_, _, arm)| arm);
        arm.clauses.into_iter().last().map(|clause| clause.kind)
    };
    let finds_rows = |clause: &ClauseKind| {
        matches!(clause, ClauseKind::Match { .. } | ClauseKind::With { .. } | ClauseKind::Unwind { .. })
    };
    parse_statement(text).ok().and_then(last).is_some_and(|clause| !finds_rows(&clause))
}

/// Whether nothing would be lost by leaving, or the person has been told and wants it.
fn may_leave(app: &mut App, warned: &mut bool) -> bool {
    let graph = app.session.graph();
    let changes = graph.unsaved_changes();
    if *warned || changes == 0 {
        return true;
    }
    *warned = true;
    let advice = if graph.path().is_some() { ".save" } else { ".save FILE" };
    let them = if changes == 1 { "it" } else { "them" };
    let changes = counted(changes, "change is", "changes are");
    app.say(&format!("{changes} not saved: `{advice}` keeps {them}, leaving again drops {them}"));
    false
}

/// The error of a terminal that cannot be used.
fn terminal_error(error: &rustyline::error::ReadlineError) -> Error {
    Error::runtime(ErrorType::Io, Detail::Io, format!("the terminal cannot be used: {error}"))
}
