//! `standpoint import`: a graph made of files. `.import`: files added to the graph that is open.

use super::app::{App, read_only};
use super::arguments::Import;
use super::commands::{Flow, need, need_no_transaction};
use super::main::{NO_GRAPH, USAGE, failed};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::io::import::{Imported, Options, Progress, Source, import};
use crate::session::{Graph, RunOptions};
use crate::text::{counted, sizes};
use crate::value::format::name;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What leaves bad rows out, also behind `.import`.
const SKIP_BAD: &str = "--skip-bad";

/// How often the progress is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// Imports files; gives the exit code.
pub(super) fn run(arguments: &Import) -> u8 {
    let begun = Instant::now();
    let sources: Result<Vec<Source>> = arguments.sources.iter().map(|text| Source::parse(text)).collect();
    let sources = match sources {
        Ok(sources) => sources,
        Err(error) => return failed(&error, USAGE),
    };
    if arguments.graph.exists() && !arguments.overwrite {
        return failed(&exists(arguments), NO_GRAPH);
    }
    let imported = match watched(&sources, &options(arguments)) {
        Ok(imported) => imported,
        Err(error) => return failed(&error, 1),
    };
    let saved = finish(arguments, &imported).and_then(|()| imported.graph.save_copy(&arguments.graph));
    if let Err(error) = saved {
        return failed(&error, NO_GRAPH);
    }
    tell(arguments, &imported, begun);
    // The process ends, and with it what the graph takes; taking it apart first would only take time.
    std::mem::forget(imported);
    0
}

fn options(arguments: &Import) -> Options {
    let defaults = Options::default();
    Options {
        threads: arguments.threads.map_or(defaults.threads, usize::from),
        skip_bad: arguments.skip_bad,
        delimiter: arguments.delimiter.map(String::from),
    }
}

/// `.import SOURCE…`: adds what files hold to the graph, whole or not at all.
pub(super) fn into_graph(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "what to import, as in `Person=people.csv`")?;
    need_no_transaction(app)?;
    if app.options.read_only {
        return Err(read_only());
    }
    let (flags, files): (Vec<&str>, Vec<&str>) = argument.split_whitespace().partition(|word| *word == SKIP_BAD);
    let sources: Result<Vec<Source>> = files.into_iter().map(Source::parse).collect();
    let reading = Options { skip_bad: !flags.is_empty(), ..Options::default() };
    let imported = import(&sources?, &reading, &Progress::default())?;
    let before = app.state();
    let options = RunOptions { cite: false, as_of: None, max_rows: None, ..app.options.clone() };
    imported.add_to(&mut app.session, &options)?;
    app.note_change(before);
    let graph = imported.graph.snapshot();
    imported.bad.iter().for_each(|why| app.say(&format!("warning: {why}")));
    app.say(&format!("{} added{}", sizes(graph.node_count(), graph.rel_count()), left_out(&imported)));
    Ok(Flow::Continue)
}

/// Imports, with a bar where a person sees it.
fn watched(sources: &[Source], options: &Options) -> Result<Imported> {
    let progress = Progress::default();
    if !io::stderr().is_terminal() {
        return import(sources, options, &progress);
    }
    let (ended, end) = channel();
    let progress = &progress;
    std::thread::scope(|scope| {
        scope.spawn(move || show(progress, &end));
        let imported = import(sources, options, progress);
        drop(ended);
        imported
    })
}

/// Shows a bar until the import ends.
fn show(progress: &Progress, end: &Receiver<()>) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}") {
        bar.set_style(style);
    }
    while end.recv_timeout(SHOWN_EVERY) == Err(RecvTimeoutError::Timeout) {
        let (total, done) = progress.bytes();
        bar.set_length(total);
        bar.set_position(done);
    }
    bar.finish_and_clear();
}

/// Makes the constraints and keeps the history that were asked for.
fn finish(arguments: &Import, imported: &Imported) -> Result<()> {
    if arguments.history.is_some() {
        imported.graph.keep_history(arguments.history)?;
    }
    if !arguments.unique_keys {
        return Ok(());
    }
    let graph: &Graph = &imported.graph;
    imported.keys.iter().try_for_each(|(label, key)| {
        let (label, key) = (name(label), name(key));
        graph.run(&format!("CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE")).map(drop)
    })
}

/// Says what was imported and what was not.
fn tell(arguments: &Import, imported: &Imported, begun: Instant) {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    for why in &imported.bad {
        let _ = writeln!(err, "warning: {why}");
    }
    if imported.skipped > imported.bad.len() as u64 {
        let _ = writeln!(err, "warning: and so on");
    }
    let graph = imported.graph.snapshot();
    let skipped = left_out(imported);
    let time = if out.is_terminal() { format!(" in {:.1} s", begun.elapsed().as_secs_f64()) } else { String::new() };
    let held = sizes(graph.node_count(), graph.rel_count());
    let _ = writeln!(out, "{}: {held}{skipped}{time}", arguments.graph.display());
}

/// How many rows were left out, in words.
fn left_out(imported: &Imported) -> String {
    let rows = counted(imported.skipped, "bad row", "bad rows");
    if imported.skipped > 0 { format!(", {rows} left out") } else { String::new() }
}

fn exists(arguments: &Import) -> Error {
    let message = format!("`{}` exists already", arguments.graph.display());
    Error::runtime(ErrorType::Io, Detail::Io, message).hint("`--overwrite` replaces it")
}
