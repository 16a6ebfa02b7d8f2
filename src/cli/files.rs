//! `standpoint verify` and `standpoint export`: what is in the files of a graph, whole or damaged.

use super::app::App;
use super::arguments::Notation;
use super::commands::{Flow, need};
use super::main::{NO_GRAPH, failed};
use super::overwrite::writable;
use super::target::unwritten;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::io::facts::{self, Unsaid};
use crate::io::{cypher, picture};
use crate::session::Graph;
use crate::store::Version;
use crate::text::{counted, sizes};
use clap::ValueEnum;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

/// The exit code when a notation cannot say all of a graph.
const NOT_ALL: u8 = 1;

/// Checks a graph and tells what is wrong; gives the exit code.
pub(super) fn verify(path: &Path) -> u8 {
    let name = path.display();
    match Graph::salvage(path) {
        Ok((graph, problems)) if problems.is_empty() => {
            let graph = graph.snapshot();
            let (held, commit) = (sizes(graph.node_count(), graph.rel_count()), graph.sequence());
            say(&mut io::stdout(), &format!("{name} is whole: {held}, commit {commit}"));
            0
        }
        Ok((_, problems)) => {
            problems.iter().for_each(|problem| say(&mut io::stdout(), problem));
            failed(&damaged(path, problems.len()), NO_GRAPH)
        }
        Err(error) => failed(&error, NO_GRAPH),
    }
}

/// Writes a graph in a notation; gives the exit code.
pub(super) fn export(path: &Path, notation: Notation, salvage: bool) -> u8 {
    let (graph, code) = match read(path, salvage) {
        Ok(read) => read,
        Err(error) => return failed(&error, NO_GRAPH),
    };
    let graph = graph.snapshot();
    if let Err(error) = graph.read_all() {
        return failed(&error, NO_GRAPH);
    }
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let unsaid = write(&graph, notation, &mut out);
    match unsaid.and_then(|unsaid| out.flush().map(|()| unsaid)) {
        Ok(unsaid) => tell(path, &unsaid, code),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => code,
        Err(error) => failed(&Error::io("cannot write the graph", &error), NO_GRAPH),
    }
}

/// Writes a graph in a notation; gives what that cannot say of it.
fn write(graph: &Version, notation: Notation, out: &mut dyn Write) -> io::Result<Unsaid> {
    match notation {
        Notation::Cypher => cypher::write(graph, out).map(|()| Unsaid::default()),
        Notation::Facts => facts::write(graph, out),
        Notation::Svg => picture::write_graph(graph, picture::Kind::Svg, out),
        Notation::Html => picture::write_graph(graph, picture::Kind::Html, out),
    }
}

/// `.export FILE`: writes the whole graph to a file, as what its ending says.
pub(super) fn export_to(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a file")?;
    let ending = Path::new(argument).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let Ok(notation) = Notation::from_str(ending, true) else {
        let error = Error::syntax(Detail::InvalidUse, format!("`{argument}` does not say what to write by its ending"));
        return Err(error.hint("`.cypher`, `.facts`, `.svg` and `.html` do"));
    };
    let path = writable(app, "export", argument)?;
    let graph = app.session.snapshot_for(&app.options)?;
    graph.read_all()?;
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::with_capacity(1 << 16, file);
        write(&graph, notation, &mut out).and_then(|unsaid| out.flush().map(|()| unsaid))
    });
    let unsaid = written.map_err(|error| unwritten(path, &error))?;
    app.say(&format!("written to {}", path.display()));
    if unsaid.count > 0 {
        app.say(&format!("warning: not all of the graph is there:\n{unsaid}"));
    }
    Ok(Flow::Continue)
}

/// Tells what a notation cannot say.
fn tell(path: &Path, unsaid: &Unsaid, code: u8) -> u8 {
    if unsaid.count == 0 {
        return code;
    }
    let mut out = io::stderr();
    say(&mut out, &format!("warning: not all of `{}` is there:", path.display()));
    let _ = write!(out, "{unsaid}");
    if code == 0 { NOT_ALL } else { code }
}

/// The graph, and the exit code when all else goes well: a damaged graph is not one without a fault.
fn read(path: &Path, salvage: bool) -> Result<(Graph, u8)> {
    if !salvage {
        let graph = Graph::open_read_only(path)?;
        return Ok((graph, 0));
    }
    let (graph, problems) = Graph::salvage(path)?;
    problems.iter().for_each(|problem| say(&mut io::stderr(), &format!("warning: {problem}")));
    Ok((graph, if problems.is_empty() { 0 } else { NO_GRAPH }))
}

fn damaged(path: &Path, problems: usize) -> Error {
    let number = counted(problems as u64, "problem", "problems");
    let error = Error::runtime(ErrorType::Corrupt, Detail::Damaged, format!("`{}` has {number}", path.display()));
    error.hint("`standpoint export --salvage` writes what can still be read")
}

fn say(out: &mut dyn Write, text: &str) {
    let _ = writeln!(out, "{text}");
}
