//! `.view [QUESTION]` and `standpoint view GRAPH [STATEMENT]`: the picture of an answer, or of the whole graph, as a page in
//! the browser.

use super::app::App;
use super::commands::Flow;
use super::external::{self, private};
use super::target::unwritten;
use crate::error::{Detail, Error, Result};
use crate::io::facts::Unsaid;
use crate::io::{picture, write_error};
use crate::session::RunOptions;
use std::io::Write;
use std::path::PathBuf;

/// All of a graph as an answer, which can be one about a moment.
const ALL: &str = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN n, r";

/// The command.
pub(super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    show(app, argument).map(|()| Flow::Continue)
}

/// Writes the page to a file that nobody else may read, and opens it where there is a screen for it.
///
/// # Errors
/// When the statement fails or would change something, or the file cannot be written.
pub(super) fn show(app: &mut App, statement: &str) -> Result<()> {
    if !app.is_own() {
        return Err(Error::syntax(Detail::InvalidUse, "a file that is read does not open the browser"));
    }
    let mut page = Vec::new();
    let unsaid = write(app, statement.trim(), &mut page)?;
    let path = file();
    // What this process showed before is replaced.
    let _ = std::fs::remove_file(&path);
    let written = private().open(&path).and_then(|mut file| file.write_all(&page));
    written.map_err(|error| unwritten(&path, &error))?;
    let opened = external::browse(&path);
    let how = if opened { "opened in the browser" } else { "to be opened in a browser" };
    app.say(&format!("written to {}, {how}", path.display()));
    if unsaid.count > 0 {
        app.say(&format!("warning: not all of it is there:\n{unsaid}"));
    }
    Ok(())
}

fn file() -> PathBuf {
    std::env::temp_dir().join(format!("standpoint-{}.html", std::process::id()))
}

fn write(app: &mut App, statement: &str, page: &mut Vec<u8>) -> Result<Unsaid> {
    if statement.is_empty() && app.options.as_of.is_none() {
        let graph = app.session.snapshot();
        graph.read_all()?;
        return picture::write_graph(&graph, picture::Kind::Html, page).map_err(|error| write_error(&error));
    }
    let asked = app.with_parameters(if statement.is_empty() { ALL } else { statement })?;
    let options = RunOptions { read_only: true, cite: false, ..app.options.clone() };
    let mut answer = app.session.run_with(&asked.text, &asked.parameters, &options)?;
    picture::write(&mut answer, picture::Kind::Html, page).map(|(_, unsaid)| unsaid)
}
