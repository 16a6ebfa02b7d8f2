//! Files that cannot be used: a message that says why, exit code 3, and everything as it was.

use standpoint::Graph;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A user that owns nothing.
const NOBODY: u32 = 65_534;

/// A folder with a graph `x.graph` that can be read by everybody.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    allow(folder.path(), 0o755);
    let graph = Graph::create(folder.path().join("x.graph")).unwrap();
    graph.run("CREATE (:A {n: 1})-[:R]->(:B)").unwrap();
    graph.close().unwrap();
    folder
}

fn allow(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Every file of a folder with its bytes; a folder in it without.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), std::fs::read(&path).unwrap_or_default())).collect()
}

fn program(folder: &Path, graph: &str, statement: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_standpoint"));
    command.args([graph, "-c", statement]).current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs the program; it must say all of `expected`, end with code 3, and change nothing.
#[track_caller]
fn check(folder: &Path, mut program: Command, expected: &[&str]) {
    let before = content(folder);
    let output = program.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    for part in expected {
        assert!(said.contains(part), "no `{part}` in: {said}");
    }
    assert!(said.lines().count() <= 4, "{said}");
    assert!(content(folder) == before, "something has changed: {said}");
}

const CHANGE: &str = "CREATE (:C)";
const READ: &str = "MATCH (n) RETURN count(n)";

#[test]
fn a_folder_that_is_missing() {
    let folder = folder();
    for statement in [CHANGE, READ] {
        check(
            folder.path(),
            program(folder.path(), "no/such/y.graph", statement),
            &["no/such/y.graph", "No such file"],
        );
    }
    assert!(!folder.path().join("no").exists());
}

#[test]
fn a_folder_in_place_of_a_file() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("d.graph")).unwrap();
    for statement in [CHANGE, READ] {
        check(folder.path(), program(folder.path(), "d.graph", statement), &["cannot open `", "directory"]);
    }
}

#[test]
fn a_file_of_a_later_version_and_its_log() {
    let folder = folder();
    let path = folder.path().join("x.graph");
    let whole = std::fs::read(&path).unwrap();
    let mut later = whole.clone();
    later[8] = 99;
    std::fs::write(&path, &later).unwrap();
    check(folder.path(), program(folder.path(), "x.graph", CHANGE), &["x.graph` has format 99", "newer version"]);
    std::fs::write(&path, &whole).unwrap();
    let log = folder.path().join("x.graph-wal");
    std::fs::write(&log, log_of_a_graph()).unwrap();
    let mut later = log_of_a_graph();
    later[8] = 99;
    std::fs::write(&log, later).unwrap();
    check(folder.path(), program(folder.path(), "x.graph", READ), &["x.graph-wal` has format 99"]);
}

/// The log of some graph that was not closed.
fn log_of_a_graph() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("y.graph");
    let graph = Graph::create(&path).unwrap();
    graph.run("CREATE (:Y)").unwrap();
    std::fs::read(folder.path().join("y.graph-wal")).unwrap()
}

#[test]
fn the_log_of_another_graph() {
    let folder = folder();
    std::fs::write(folder.path().join("x.graph-wal"), log_of_a_graph()).unwrap();
    for statement in [CHANGE, READ] {
        let expected = ["x.graph-wal` is the log of another graph", "put it out of the way"];
        check(folder.path(), program(folder.path(), "x.graph", statement), &expected);
    }
}

#[test]
fn a_graph_that_another_process_changes() {
    let folder = folder();
    let graph = Graph::open(folder.path().join("x.graph")).unwrap();
    graph.run("CREATE (:Mine)").unwrap();
    let expected = format!("`x.graph` is being changed by process {}", std::process::id());
    check(folder.path(), program(folder.path(), "x.graph", CHANGE), &[&expected]);
    graph.close().unwrap();
}

/// The program as a user that may not do everything.
fn as_nobody(folder: &Path, graph: &str, statement: &str) -> Command {
    let mut command = program(folder, graph, statement);
    let program = folder.join("standpoint");
    if !program.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_standpoint"), &program).unwrap();
        allow(&program, 0o755);
    }
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    if is_privileged(folder) {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Whether permissions do not hold for this process.
fn is_privileged(folder: &Path) -> bool {
    let probe = folder.join("probe");
    std::fs::write(&probe, b"").unwrap();
    allow(&probe, 0o000);
    let privileged = std::fs::read(&probe).is_ok();
    std::fs::remove_file(&probe).unwrap();
    privileged
}

#[test]
fn no_permission() {
    let folder = folder();
    let path = folder.path().join("x.graph");
    let command = as_nobody(folder.path(), "x.graph", CHANGE);
    // The file may be read, and its folder not be written.
    allow(folder.path(), 0o555);
    check(folder.path(), command, &["cannot lock `x.graph` for writing", "ermission denied", "no right to write"]);
    let read = as_nobody(folder.path(), "x.graph", READ).output().unwrap();
    assert_eq!(read.status.code(), Some(0), "{}", String::from_utf8_lossy(&read.stderr));
    let new = as_nobody(folder.path(), "y.graph", CHANGE);
    check(folder.path(), new, &["y.graph", "ermission denied"]);
    allow(&path, 0o000);
    for statement in [CHANGE, READ] {
        let command = as_nobody(folder.path(), "x.graph", statement);
        // Whoever may read everything compares the bytes.
        check(folder.path(), command, &["x.graph`: ", "ermission denied"]);
    }
    allow(folder.path(), 0o755);
}

/// No file may grow beyond a few kilobytes: what a full disk is to whoever writes. `failing` has every other moment.
#[test]
fn a_disk_that_is_full() {
    let folder = folder();
    let statement = "UNWIND range(1, 3000) AS i CREATE (:Much {n: i, text: 'some words ' + i})";
    let limited = |graph: &str| {
        let mut command = Command::new("sh");
        let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_standpoint"), graph, "-c", statement]);
        command.current_dir(folder.path()).stdin(Stdio::null());
        command
    };
    let before = std::fs::read(folder.path().join("x.graph")).unwrap();
    let output = limited("x.graph").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("its log could not be written") && said.contains("too large"), "{said}");
    assert_eq!(std::fs::read(folder.path().join("x.graph")).unwrap(), before);
    let graph = Graph::open(folder.path().join("x.graph")).unwrap();
    assert_eq!(graph.snapshot().node_count(), 2, "nothing of the commit that was refused is there");
    graph.run(CHANGE).unwrap();
    graph.close().unwrap();
}
