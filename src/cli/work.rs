//! What the arguments ask for: a graph, statements, and how to run them.

use super::arguments::{Arguments, Mode, Running, Task};
use crate::value::format::name;
use std::path::PathBuf;

/// The graph to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A new one in memory.
    Memory,
    /// One in a file.
    File(PathBuf),
    /// The one that comes with the program.
    Demo,
}

/// What is to be done with a graph.
pub(super) struct Work {
    pub(super) place: Place,
    pub(super) tasks: Vec<Task>,
    pub(super) running: Running,
    /// Whether everything is taken back at the end.
    pub(super) dry_run: bool,
    /// Whether statements come from standard input when there is no task; otherwise nothing is run then.
    pub(super) reads: bool,
}

impl Work {
    /// The work of a mode that runs statements; `None` for the others.
    pub(super) fn of(arguments: Arguments, mut tasks: Vec<Task>) -> Option<Work> {
        let Arguments { graph, running, mode } = arguments;
        let file = |path: Option<PathBuf>| {
            let told = || std::env::var_os("STANDPOINT_GRAPH").filter(|path| !path.is_empty()).map(PathBuf::from);
            path.or_else(told).map_or(Place::Memory, Place::File)
        };
        let commands = |place, running, text: String| Work { tasks: vec![Task::Text(text)], ..work(place, running) };
        Some(match mode {
            None => Work { tasks, ..work(file(graph), running) },
            Some(Mode::Shell { graph, running }) => Work { tasks, ..work(file(graph), running) },
            Some(Mode::Demo { running }) => Work { tasks, ..work(Place::Demo, running) },
            Some(Mode::Query { graph, statements, running }) => {
                let written =
                    statements.into_iter().map(|text| if text == "-" { Task::Input } else { Task::Text(text) });
                tasks.splice(0..0, written);
                Work { tasks, ..work(Place::File(graph), running) }
            }
            Some(Mode::Load { graph, sources, dry_run, mut running }) => {
                running.atomic = true;
                tasks.extend(sources.into_iter().map(Task::File));
                Work { tasks, dry_run, reads: false, ..work(Place::File(graph), running) }
            }
            Some(Mode::Info { graph, running }) => commands(Place::File(graph), read_only(running), ".info".to_owned()),
            Some(Mode::Schema { graph, label, running }) => {
                let label = label.map(|label| format!(" {}", name(&label))).unwrap_or_default();
                commands(Place::File(graph), read_only(running), format!(".schema{label}"))
            }
            Some(Mode::View { graph, statement, running }) => Work {
                tasks: vec![Task::Page(statement.unwrap_or_default())],
                ..work(Place::File(graph), read_only(running))
            },
            Some(_) => return None,
        })
    }
}

fn work(place: Place, running: Running) -> Work {
    Work { place, tasks: Vec::new(), running, dry_run: false, reads: true }
}

fn read_only(mut running: Running) -> Running {
    running.limits.readonly = true;
    running
}
