//! `standpoint stdio`: requests from standard input, events to standard output, and everything else to standard error.

use super::app::exit_code;
use super::arguments::Stdio;
use super::main::{NO_GRAPH, failed, graph_of};
use crate::error::Error;
use crate::io::encode::Encoding;
use crate::io::protocol::{self, Options};
use std::io::{self, ErrorKind};

/// Answers requests until they end, then closes the graph; gives the exit code.
pub(super) fn run(arguments: &Stdio) -> u8 {
    let graph = match graph_of(arguments.graph.as_deref(), arguments.limits.opening()) {
        Ok(graph) => graph,
        Err(error) => return failed(&error, NO_GRAPH),
    };
    let options = Options {
        encoding: if arguments.plain { Encoding::Plain } else { Encoding::Typed },
        test_hooks: arguments.test_hooks,
        max_line: arguments.max_line,
        run: arguments.limits.options(),
    };
    let served = protocol::serve(&mut graph.session(), io::stdin().lock(), io::stdout().lock(), &options);
    let code = match served {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let error = Error::io("the conversation broke off", &error);
            failed(&error, exit_code(&error))
        }
        _ => 0,
    };
    match graph.close() {
        Ok(()) => code,
        Err(error) => failed(&error, NO_GRAPH),
    }
}
