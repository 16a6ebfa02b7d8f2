//! The interactive shell in a real pseudo-terminal, driven by keys.

use rexpect::session::{PtySession, spawn_command};
use std::path::Path;
use std::process::Command;

/// How long anything may take, on a slow machine too.
const WAIT: Option<u64> = Some(30_000);

/// A shell on a copy of the shipped graph with a home of its own.
pub fn shell(home: &Path) -> PtySession {
    let graph = home.join("graphs/peace-talks.graph");
    if !graph.exists() {
        std::fs::create_dir_all(home.join("graphs")).unwrap();
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs/peace-talks.graph"), &graph).unwrap();
    }
    start(home, &["graphs/peace-talks.graph"])
}

/// A shell with a home of its own.
pub fn start(home: &Path, arguments: &[&str]) -> PtySession {
    start_with(home, arguments, &[])
}

/// A shell with these variables in its environment.
pub fn start_with(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_standpoint"));
    command.args(arguments);
    let mut session = spawned(command, home, variables);
    expect(&mut session, "Ctrl-D leaves");
    expect(&mut session, "▸");
    session
}

/// The demonstration on a terminal of so many columns and rows.
pub fn demo_sized(home: &Path, (columns, rows): (u16, u16), variables: &[(&str, &str)]) -> PtySession {
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_standpoint");
    command.arg("-c").arg(format!("stty cols {columns} rows {rows}; exec {program} demo"));
    let mut session = spawned(command, home, variables);
    expect(&mut session, "▸");
    session
}

/// A program in a pseudo-terminal, with a home of its own, these variables, and nothing else of the user's.
fn spawned(mut command: Command, home: &Path, variables: &[(&str, &str)]) -> PtySession {
    command.env("HOME", home).env("NO_COLOR", "1").env("TERM", "xterm").current_dir(home);
    for name in ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "STANDPOINT_PAGER", "PAGER", "VISUAL", "EDITOR"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    spawn_command(command, WAIT).unwrap()
}

/// Waits for a text; gives what came before it.
#[track_caller]
pub fn expect(session: &mut PtySession, text: &str) -> String {
    // What comes from the terminal is read as one character a byte.
    let bytes: String = text.bytes().map(char::from).collect();
    let before = session.exp_string(&bytes).unwrap_or_else(|error| panic!("waiting for {text:?}: {error}"));
    let before: Vec<u8> = before.chars().map(|c| u8::try_from(c).unwrap()).collect();
    String::from_utf8_lossy(&before).into_owned()
}

/// Types.
pub fn keys(session: &mut PtySession, text: &str) {
    session.send(text).unwrap();
    session.flush().unwrap();
}

#[test]
fn questions_are_answered_with_a_footer() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "? ?who -opposes-> territorial concessions\r");
    expect(&mut session, "│ Kyiv:Actor:State");
    expect(&mut session, "2 rows, ");
    keys(&mut session, "? Moscow -opposes-> 28-point plan\r");
    expect(&mut session, "No. Known instead: 28-point plan -favours-> Moscow {reported, 0.7} [posture 22]");
    keys(&mut session, ".cypher\r");
    expect(&mut session, "MATCH");
    keys(&mut session, "? Europe -proposes-> ?what\r");
    expect(&mut session, "`-proposes->` leaves nothing of 6 rows; there is `SUPPORTS` (3)");
    keys(&mut session, "RETURN 6 * 7 AS answer\r");
    expect(&mut session, "42");
}

#[test]
fn a_statement_goes_on_until_it_ends() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "MATCH (a:Actor\r");
    expect(&mut session, "`(` is open from 1:7");
    keys(&mut session, ")\r");
    // The prompt that names nothing stands at the beginning of a cleared line.
    expect(&mut session, "\u{1b}[K   …");
    keys(&mut session, "RETURN count(a) AS actors;\r");
    expect(&mut session, "│     14 │");
    // Ctrl-C drops what is typed, and the shell goes on.
    keys(&mut session, "MATCH (a:Actor\r");
    expect(&mut session, "`(` is open from 1:7");
    keys(&mut session, "\x03");
    expect(&mut session, "▸");
    keys(&mut session, "RETURN 'still here' AS x;\r");
    expect(&mut session, "│ still here │");
}

#[test]
fn several_pasted_statements_run_one_by_one() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "\x1b[200~RETURN 'first' AS x;\nRETURN 'second' AS x;\x1b[201~\r");
    expect(&mut session, "│ first │");
    expect(&mut session, "│ second │");
}

#[test]
fn tab_completes_labels_types_entities_verbs_and_commands() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    for (typed, completed) in [
        ("MATCH (a:Act\t", "Actor"),
        ("MATCH (a)-[:OPP\t", "OPPOSES"),
        ("MATCH (@Steve\t", "`Steve Witkoff`"),
        ("? Kyiv -opp\t", "opposes"),
        ("? Steve W\t", "Steve Witkoff"),
        (".sch\t", ".schema"),
        ("RETURN toUpp\t", "toUpper("),
    ] {
        keys(&mut session, typed);
        expect(&mut session, completed);
        keys(&mut session, "\x03");
        expect(&mut session, "▸");
    }
}

#[test]
fn control_c_cancels_a_running_query() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b) AS endless;\r");
    expect(&mut session, "endless;");
    // How far it has come is shown until it ends.
    expect(&mut session, " rows");
    expect(&mut session, "Ctrl-C cancels");
    keys(&mut session, "\x03");
    expect(&mut session, "the statement was cancelled");
    expect(&mut session, "▸");
    keys(&mut session, "RETURN 'alive' AS x;\r");
    expect(&mut session, "│ alive │");
}

#[test]
fn errors_show_the_place_and_a_way_out() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "MATCH (n:Actor) RETRUN n;\r");
    expect(&mut session, "error: unexpected `RETRUN`");
    expect(&mut session, "^^^^^^");
    expect(&mut session, "did you mean `RETURN`?");
    keys(&mut session, ".opne x\r");
    expect(&mut session, "did you mean `.open`?");
    // A name that is not there is told once, with what there is instead.
    keys(&mut session, "MATCH (a:Actor)-[r:SUPORTS]->(x) RETURN a, x;\r");
    let told = expect(&mut session, "there is `SUPPORTS` (13), `OPPOSES` (9)");
    assert_eq!(told.matches("did you mean `SUPPORTS`?").count(), 1, "{told}");
    keys(&mut session, "labels\r");
    expect(&mut session, "did you mean the command `.labels`?");
}

#[test]
fn quitting_twice_leaves_with_what_is_not_saved() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &[]);
    for _ in 0..2 {
        keys(&mut session, "+ Oslo -supports-> annexation\r");
        expect(&mut session, "+1 fact");
        expect(&mut session, "▸");
        keys(&mut session, ".quit\r");
        expect(&mut session, "not saved");
        expect(&mut session, "▸");
    }
    keys(&mut session, ".quit\r");
    session.exp_eof().unwrap();
}

#[test]
fn leaving_asks_before_something_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &[]);
    keys(&mut session, "+ Oslo -supports-> annexation\r");
    expect(&mut session, "+2 entities, +1 fact");
    expect(&mut session, "standpoint*▸");
    keys(&mut session, "\x04");
    expect(&mut session, "1 change is not saved: `.save FILE` keeps it, leaving again drops it");
    keys(&mut session, "+ Oslo -opposes-> annexation\r");
    expect(&mut session, "+1 fact");
    keys(&mut session, "\x04");
    expect(&mut session, "2 changes are not saved");
    keys(&mut session, "\x04");
    session.exp_eof().unwrap();
}

#[test]
fn a_graph_in_a_file_keeps_each_statement_and_the_history_stays() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "+ Oslo -supports-> annexation\r");
    expect(&mut session, "+1 entity, +1 fact");
    expect(&mut session, "peace-talks▸");
    assert!(home.path().join("graphs/peace-talks.graph-wal").exists());
    keys(&mut session, "\x04");
    session.exp_eof().unwrap();
    assert_eq!(std::fs::read_dir(home.path().join("graphs")).unwrap().count(), 1, "the log was left behind");
    let history = home.path().join(".local/state/standpoint/history");
    assert!(std::fs::read_to_string(&history).unwrap().contains("+ Oslo -supports-> annexation"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let mut session = shell(home.path());
    keys(&mut session, "\x1b[A");
    expect(&mut session, "+ Oslo -supports-> annexation");
    keys(&mut session, "\x03");
    expect(&mut session, "▸");
    keys(&mut session, "? Oslo -supports-> annexation\r");
    expect(&mut session, "Yes.");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 2, "something was written to the current folder");
}

#[test]
fn what_nothing_could_mend_is_reported_at_enter() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "MATCH (n:Actor) RETRUN n\r");
    expect(&mut session, "error: unexpected `RETRUN`");
    expect(&mut session, "peace-talks▸");
    // What could go on does.
    keys(&mut session, "MATCH (n:Actor)\r");
    expect(&mut session, "…");
    keys(&mut session, "RETURN count(n) AS going_on;\r");
    expect(&mut session, "│       14 │");
}

#[test]
fn changes_can_be_taken_back() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "+ Oslo -supports-> annexation\r");
    expect(&mut session, "+1 entity, +1 fact");
    keys(&mut session, "MATCH (n@Kyiv) DETACH DELETE n;\r");
    expect(&mut session, "1 node deleted");
    keys(&mut session, ".undo\r");
    expect(&mut session, "1 change taken back: 1 node created, ");
    keys(&mut session, "? Kyiv -opposes-> territorial concessions\r");
    expect(&mut session, "Yes.");
    keys(&mut session, ".undo 2\r");
    expect(&mut session, "only 1 change can be taken back");
    keys(&mut session, ".undo\r");
    expect(&mut session, "1 node deleted, 1 relationship deleted");
    keys(&mut session, "? Oslo -supports-> annexation\r");
    expect(&mut session, "no entity is called `Oslo`");
    keys(&mut session, "\x04");
    session.exp_eof().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "MATCH (n) RETURN count(n) AS nodes;\r");
    expect(&mut session, "│    80 │");
}

#[test]
fn a_transaction_shows_in_the_prompt() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, ".begin\r");
    expect(&mut session, "peace-talks (transaction)▸");
    keys(&mut session, "+ Oslo -supports-> annexation\r");
    expect(&mut session, "+1 fact");
    keys(&mut session, ".rollback\r");
    expect(&mut session, "peace-talks▸");
    keys(&mut session, "RETURN COUNT { (@Oslo) } AS n;\r");
    expect(&mut session, "`Oslo`");
}

#[test]
fn missing_parameters_are_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, "RETURN $first + $second AS together;\r");
    expect(&mut session, "$first = ");
    keys(&mut session, "40\r");
    expect(&mut session, "$second = ");
    keys(&mut session, "2\r");
    expect(&mut session, "│       42 │");
    // It is asked again: a value that was given once is not kept.
    keys(&mut session, "RETURN $first AS again;\r");
    expect(&mut session, "$first = ");
    keys(&mut session, "\x03");
    expect(&mut session, "the parameter `$first` has no value");
}

#[test]
fn words_without_a_dot_are_understood() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &["demo"]);
    keys(&mut session, "help\r");
    expect(&mut session, ".undo [N]");
    expect(&mut session, "▸");
    keys(&mut session, "+ Oslo -supports-> annexation\r");
    expect(&mut session, "may only read");
    keys(&mut session, "exit\r");
    session.exp_eof().unwrap();
}

#[test]
fn the_editor_gets_what_is_typed() {
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor.sh");
    std::fs::write(&editor, "#!/bin/sh\nprintf 'RETURN 6 * 7 AS edited;' > \"$1\"\n").unwrap();
    let mut session = start_with(home.path(), &[], &[("EDITOR", &format!("sh {}", editor.display()))]);
    keys(&mut session, "RETURN 1\x18\x05");
    expect(&mut session, "RETURN 6 * 7 AS edited;");
    expect(&mut session, "│     42 │");
    keys(&mut session, ".edit\r");
    expect(&mut session, "│     42 │");
}

#[test]
fn the_users_own_settings_are_read_first_and_pictures_fit_the_screen() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".config/standpoint")).unwrap();
    std::fs::write(home.path().join(".config/standpoint/rc"), ".mode line\n.param who 'Kyiv'\n").unwrap();
    // A narrow terminal.
    let mut session = demo_sized(home.path(), (44, 50), &[]);
    keys(&mut session, "RETURN $who AS who;\r");
    expect(&mut session, "who = Kyiv");
    keys(&mut session, ".graph @Kyiv\r");
    expect(&mut session, "▼ -opposes->");
    expect(&mut session, "└─ ");
    keys(&mut session, ".mode table\rMATCH (@Kyiv)-[r]->(x) RETURN x.name AS a, x.name AS b, x.name AS c LIMIT 3;\r");
    expect(&mut session, "cells cut (`.last` shows all)");
}
