//! `standpoint verify` and `standpoint export`: what is in the files of a graph, whole or damaged.

use super::arguments::Notation;
use super::main::{NO_GRAPH, failed};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::io::cypher;
use crate::io::facts::{self, Unsaid};
use crate::session::Graph;
use crate::text::{counted, sizes};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

/// The exit code when facts cannot say all of a graph.
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
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let unsaid = match notation {
        Notation::Cypher => cypher::write(&graph.snapshot(), &mut out).map(|()| Unsaid::default()),
        Notation::Facts => facts::write(&graph.snapshot(), &mut out),
    };
    match unsaid.and_then(|unsaid| out.flush().map(|()| unsaid)) {
        Ok(unsaid) => tell(path, &unsaid, code),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => code,
        Err(error) => failed(&Error::io("cannot write the graph", &error), NO_GRAPH),
    }
}

/// Tells what facts cannot say.
fn tell(path: &Path, unsaid: &Unsaid, code: u8) -> u8 {
    if unsaid.count == 0 {
        return code;
    }
    let mut out = io::stderr();
    say(&mut out, &format!("warning: facts cannot say {} of what `{}` holds:", unsaid.count, path.display()));
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
