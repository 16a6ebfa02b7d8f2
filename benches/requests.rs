//! What the smallest requests cost: look-ups by an indexed key, and commits of one relationship, in this process and through
//! `standpoint stdio --plain`.
//!
//! Run with `cargo bench --bench requests`, or with ` -- look-ups` or ` -- commits` for one part. ` -- loop KIND COUNT` does one
//! thing so many times and nothing more, for a profiler that counts instructions; the kinds are `look-up` and `create`.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{FEW_FOLLOWS as FOLLOWS, FEW_PERSONS as PERSONS, Sequence, follows, people};
use standpoint::persist::{Durability, OpenOptions, save};
use standpoint::session::{RunOptions, Session};
use standpoint::value::Map;
use standpoint::{Graph, Value};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Look-ups and commits that are measured; commits that wait for the disk are fewer.
const COUNT: usize = 20_000;
const SYNCED: usize = 1_000;
/// Threads that commit at the same time.
const WRITERS: usize = 8;

const LOOK_UP: &str = "MATCH (p:Person {id: $a}) RETURN p.name AS name";
const CREATE: &str = "MATCH (a:Person {id: $a}), (b:Person {id: $b}) CREATE (a)-[:FOLLOWS]->(b)";

fn main() {
    let folder =
        tempfile::tempdir_in(std::env::var_os("BENCH_FOLDER").unwrap_or_else(|| ".".into())).expect("a folder");
    let saved = folder.path().join("saved.graph");
    save_graph(&saved);
    let path = folder.path().join("people.graph");
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "loop") {
        let count = arguments.get(at + 2).and_then(|count| count.parse().ok()).unwrap_or(1_000);
        return run_loop(arguments.get(at + 1).map_or("", String::as_str), count, &saved);
    }
    let asked = |part: &str| !arguments.iter().any(|one| ["look-ups", "commits"].contains(&&**one) && one != part);
    if asked("look-ups") {
        look_ups(&saved);
    }
    if asked("commits") {
        for durability in [Durability::Off, Durability::Normal, Durability::Full] {
            commits(fresh(&saved, &path), durability);
            commits_of_threads(fresh(&saved, &path), durability);
            commits_through_pipe(fresh(&saved, &path), durability);
        }
    }
}

fn save_graph(path: &Path) {
    let (version, ..) = people(PERSONS, &follows(PERSONS, FOLLOWS));
    let graph = Graph::from_version(version);
    for statement in ["MATCH (p:Person) SET p.id = id(p)", "CREATE INDEX FOR (p:Person) ON (p.id)"] {
        graph.run(statement).expect("changed");
    }
    save(&graph.snapshot(), path).expect("saved");
}

/// A copy of the saved graph without a log.
fn fresh<'p>(saved: &Path, path: &'p Path) -> &'p Path {
    let _ = std::fs::remove_file(path.with_extension("graph-wal"));
    std::fs::copy(saved, path).expect("copied");
    path
}

/// Parameters of the statements: two persons without visible order.
fn parameters(sequence: &mut Sequence) -> Map {
    ["a", "b"].map(|name| (Arc::from(name), Value::Int(i64::from(sequence.below(PERSONS))))).into_iter().collect()
}

fn ask(session: &mut Session, statement: &str, parameters: &Map) -> usize {
    let mut answer = session.run_with(statement, parameters, &RunOptions::default()).expect("a right statement");
    answer.rows().expect("rows").len()
}

fn run_loop(kind: &str, count: usize, path: &Path) {
    let mut sequence = Sequence::new(3);
    let options = OpenOptions { durability: Durability::Off, checkpoint_after: None, ..OpenOptions::default() };
    let mut session = Graph::open_with(path, options).expect("opened").session();
    let statement = match kind {
        "look-up" => LOOK_UP,
        "create" => CREATE,
        other => panic!("there is no kind `{other}`"),
    };
    for _ in 0..count {
        ask(&mut session, statement, &parameters(&mut sequence));
    }
}

fn look_ups(path: &Path) {
    let mut session = Graph::open(path).expect("opened").session();
    let mut sequence = Sequence::new(3);
    let asked: Vec<Map> = (0..COUNT).map(|_| parameters(&mut sequence)).collect();
    let times = asked.iter().map(|parameters| {
        let begun = Instant::now();
        assert_eq!(ask(&mut session, LOOK_UP, parameters), 1);
        begun.elapsed()
    });
    report("look-up in process", times.collect());
    let mut pipe = Pipe::open(path, "off");
    let times = asked.iter().map(|parameters| pipe.request(LOOK_UP, parameters));
    report("look-up through a pipe", times.collect());
}

fn commits(path: &Path, durability: Durability) {
    let mut session = Graph::open_with(path, options(durability)).expect("opened").session();
    let mut sequence = Sequence::new(4);
    let times = (0..count(durability)).map(|_| {
        let parameters = parameters(&mut sequence);
        let begun = Instant::now();
        ask(&mut session, CREATE, &parameters);
        begun.elapsed()
    });
    report(&format!("commit in process, {durability:?}"), times.collect());
}

fn commits_of_threads(path: &Path, durability: Durability) {
    let graph = Graph::open_with(path, options(durability)).expect("opened");
    let each = count(durability) / 4;
    let work = |seed: usize| {
        let (mut session, mut sequence) = (graph.session(), Sequence::new(seed as u64));
        (0..each).for_each(|_| _ = ask(&mut session, CREATE, &parameters(&mut sequence)));
    };
    let begun = Instant::now();
    std::thread::scope(|scope| (0..WRITERS).for_each(|seed| _ = scope.spawn(move || work(seed))));
    let each = begun.elapsed() / (each * WRITERS) as u32;
    println!("{:<44} {:>34} {:>10.0} /s", format!("commits of {WRITERS} threads, {durability:?}"), "", rate(each));
}

fn commits_through_pipe(path: &Path, durability: Durability) {
    let mut pipe = Pipe::open(path, &format!("{durability:?}").to_lowercase());
    let mut sequence = Sequence::new(4);
    let times = (0..count(durability)).map(|_| pipe.request(CREATE, &parameters(&mut sequence)));
    report(&format!("commit through a pipe, {durability:?}"), times.collect());
}

fn options(durability: Durability) -> OpenOptions {
    OpenOptions { durability, ..OpenOptions::default() }
}

fn count(durability: Durability) -> usize {
    if durability == Durability::Full { SYNCED } else { COUNT }
}

fn rate(each: Duration) -> f64 {
    1.0 / each.as_secs_f64()
}

/// Least time, median and how many a second.
fn report(what: &str, mut times: Vec<Duration>) {
    let mean = times.iter().sum::<Duration>() / times.len() as u32;
    times.sort_unstable();
    let (least, median) = (times[0].as_secs_f64() * 1e6, times[times.len() / 2].as_secs_f64() * 1e6);
    println!("{what:<44} least {least:>7.2} us, median {median:>7.2} us {:>10.0} /s", rate(mean));
}

/// The program, which answers requests.
struct Pipe {
    process: Child,
    requests: Option<ChildStdin>,
    events: BufReader<ChildStdout>,
    line: String,
}

impl Pipe {
    fn open(path: &Path, durability: &str) -> Pipe {
        let mut command = Command::new(env!("CARGO_BIN_EXE_standpoint"));
        command.args(["stdio", "--plain", "--durability", durability, "--graph"]).arg(path);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
        let requests = process.stdin.take();
        let events = BufReader::new(process.stdout.take().expect("piped"));
        Pipe { process, requests, events, line: String::new() }
    }

    /// From the request until its answer has ended.
    fn request(&mut self, statement: &str, parameters: &Map) -> Duration {
        let number = |name: &str| parameters[name].as_int().unwrap_or_default();
        let (a, b) = (number("a"), number("b"));
        let request = format!("{{\"statement\":\"{statement}\",\"parameters\":{{\"a\":{a},\"b\":{b}}}}}\n");
        let begun = Instant::now();
        self.requests.as_mut().expect("open").write_all(request.as_bytes()).expect("written");
        loop {
            self.line.clear();
            self.events.read_line(&mut self.line).expect("read");
            if self.line.starts_with("{\"$event\":\"Summary\"") {
                return begun.elapsed();
            }
            assert!(!self.line.is_empty() && !self.line.contains("\"Error\""), "{}", self.line);
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.process.wait();
    }
}
