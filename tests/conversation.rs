//! What the shell remembers within a conversation and between two: answers, queries, a transcript.

use crate::shell::{demo_sized, expect, keys, shell, start, start_with};
use std::path::Path;
use std::process::Command;

#[test]
fn a_query_kept_under_a_name_is_there_the_next_time() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, ".run sure\r");
    expect(&mut session, "no query is called `sure`");
    keys(&mut session, ".param sure 0.8\r");
    keys(&mut session, "MATCH (a {name: $who})-[r:OPPOSES]->() WHERE r.confidence > $sure RETURN count(r) AS n;\r");
    expect(&mut session, "$who = ");
    keys(&mut session, "Kyiv\r");
    expect(&mut session, "│ 4 │");
    keys(&mut session, ".save-query sure\r");
    expect(&mut session, "kept: `.run sure` asks it");
    keys(&mut session, ".save-query ../evil RETURN 1;\r");
    expect(&mut session, "cannot be the name of a query");
    keys(&mut session, ".save-query command .quit\r");
    expect(&mut session, "a command cannot");
    keys(&mut session, ".quit\r");
    session.exp_eof().unwrap();
    let kept = home.path().join(".local/state/standpoint/queries/sure.cypher");
    assert!(std::fs::read_to_string(&kept).unwrap().contains("$who"));
    let mut session = shell(home.path());
    // Its name and its parameters are completed.
    keys(&mut session, ".run su\t w\tSteve Witkoff sure=0\r");
    expect(&mut session, "│ 0 │");
    keys(&mut session, ".run sure who='Kyiv' sure=0.4\r");
    expect(&mut session, "│ 6 │");
    keys(&mut session, ".run sure whom=Kyiv\r");
    expect(&mut session, "did you mean `who`?");
    keys(&mut session, ".queries\r");
    expect(&mut session, "sure  MATCH (a {name: $who})");
    keys(&mut session, ".delete-query sure\r");
    expect(&mut session, "`sure` is deleted");
    keys(&mut session, ".queries\r");
    expect(&mut session, "no query is kept");
    assert!(!kept.exists());
}

#[test]
fn a_question_is_asked_again_until_control_c() {
    let home = tempfile::tempdir().unwrap();
    let mut session = shell(home.path());
    keys(&mut session, ".watch 0.1 MATCH (n:Actor) RETURN count(n) AS actors;\r");
    for _ in 0..3 {
        expect(&mut session, "│     14 │");
    }
    keys(&mut session, "\x03");
    expect(&mut session, "asked ");
    expect(&mut session, "▸");
    keys(&mut session, ".watch 1 CREATE (:Actor);\r");
    expect(&mut session, "may only read");
    expect(&mut session, "▸");
    keys(&mut session, "CREATE (:Actor);\r");
    expect(&mut session, "1 node created");
}

#[test]
fn the_last_answer_is_shown_without_being_asked_again() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start_with(home.path(), &[], &[("STANDPOINT_PAGER", "cat")]);
    keys(&mut session, ".last\r");
    expect(&mut session, "no answer that could be shown again");
    keys(&mut session, ".maxrows 4\rUNWIND range(1, 30) AS x RETURN x, rand() AS r;\r");
    let cut = expect(&mut session, "26 of them not shown");
    let number = cut.split("│  1 │").nth(1).unwrap().split('│').next().unwrap().trim().to_owned();
    keys(&mut session, ".last\r");
    // A random number that is the same was not computed again.
    expect(&mut session, &format!("r = {number}"));
    expect(&mut session, "x = 15");
    expect(&mut session, "30 rows, ");
    keys(&mut session, "CREATE (n {name: 'once'}) RETURN n.name AS created;\r");
    expect(&mut session, "1 node created");
    keys(&mut session, ".last\r.last\rMATCH (n) RETURN count(n) AS nodes;\r");
    expect(&mut session, "created = once");
    expect(&mut session, "created = once");
    expect(&mut session, "│     1 │");
    keys(&mut session, "UNWIND range(1, 100001) AS x RETURN x;\r");
    expect(&mut session, "not shown");
    keys(&mut session, ".last\r");
    expect(&mut session, "too large to be kept");
}

#[test]
fn a_transcript_has_what_was_typed_and_answered_without_colours() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start_with(home.path(), &["demo", "--color", "always"], &[]);
    keys(&mut session, ".log talk.log\r");
    expect(&mut session, "▸");
    keys(&mut session, "RETURN 6 * 7 AS answer;\r");
    expect(&mut session, "42");
    keys(&mut session, "RETURN oops;\r");
    expect(&mut session, "oops");
    keys(&mut session, ".graph @Europe\r");
    expect(&mut session, "Europe");
    keys(&mut session, ".log off\r");
    keys(&mut session, "RETURN 'not in it' AS x;\r");
    expect(&mut session, "not in it");
    keys(&mut session, ".quit\r");
    session.exp_eof().unwrap();
    let text = std::fs::read_to_string(home.path().join("talk.log")).unwrap();
    let wanted = [
        "▸ RETURN 6 * 7 AS answer\n",
        "│     42 │\n",
        "error: ",
        "  |        ^^^^\n",
        "├─ ▲ -supports-> 3\n",
        "▸ .log off\n",
    ];
    for piece in wanted {
        assert!(text.contains(piece), "{piece:?} in {text}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains("not in it"), "{text}");
}

#[test]
fn numbers_are_shown_where_they_are_wanted() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &["demo"]);
    keys(&mut session, ".ids on\rMATCH (n@Kyiv) RETURN n;\r");
    expect(&mut session, "│ Kyiv:Actor:State#18 │");
    keys(&mut session, "MATCH (n) WHERE id(n) = 18 RETURN n.name AS name;\r");
    expect(&mut session, "│ Kyiv │");
}

#[test]
fn what_is_longer_than_the_screen_goes_to_the_pager() {
    let home = tempfile::tempdir().unwrap();
    let paged = home.path().join("paged");
    let pager = format!("cat > {}; echo PAGED", paged.display());
    let mut session = demo_sized(home.path(), (80, 12), &[("PAGER", &pager)]);
    keys(&mut session, "RETURN 'short' AS x;\r");
    expect(&mut session, "│ short │");
    expect(&mut session, "▸");
    assert!(!paged.exists());
    keys(&mut session, ".graph @Kyiv\r");
    expect(&mut session, "PAGED");
    expect(&mut session, "▸");
    assert!(std::fs::read_to_string(&paged).unwrap().contains("▼ -opposes-> 6"));
}

#[test]
fn programs_are_run_for_a_person_and_never_for_a_file() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("evil.cypher"), ".shell touch made\n").unwrap();
    std::fs::write(home.path().join("pager.cypher"), ".pager touch made\n").unwrap();
    let mut session = start(home.path(), &["demo"]);
    for file in ["evil", "pager"] {
        keys(&mut session, &format!(".read {file}.cypher\r"));
        expect(&mut session, "error: a ");
        expect(&mut session, "▸");
    }
    keys(&mut session, ".shell echo fr\"\"om here; exit 3\r");
    expect(&mut session, "from here");
    expect(&mut session, "ended with exit status: 3");
    let script = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_standpoint")).args(arguments).current_dir(home.path()).output().unwrap()
    };
    assert_eq!(script(&["-c", ".shell touch made"]).status.code(), Some(1));
    assert_eq!(script(&["-f", "pager.cypher"]).status.code(), Some(1));
    assert!(!Path::new(&home.path().join("made")).exists());
}

#[test]
fn why_remembers_what_was_asked_for_and_watching_asks_once() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &["demo"]);
    keys(&mut session, "MATCH (a {name: $who})-[r:OPPOSES]->(x) RETURN x.name AS what LIMIT 1;\r");
    expect(&mut session, "$who = ");
    keys(&mut session, "Kyiv\r");
    expect(&mut session, "1 row, ");
    keys(&mut session, ".why\r");
    expect(&mut session, "[1] Kyiv -opposes-> ");
    keys(&mut session, ".watch 0.1\r");
    expect(&mut session, "1 row, ");
    let between = expect(&mut session, "1 row, ");
    assert!(!between.contains("$who"), "{between}");
    keys(&mut session, "\x03");
    expect(&mut session, "asked ");
    keys(&mut session, ".why MATCH (a {name: $whom}) RETURN a;\r");
    expect(&mut session, "$whom = ");
    keys(&mut session, "Kyivv\r");
    expect(&mut session, "did you mean 'Kyiv'?");
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_a_person_agrees() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("mine.csv");
    std::fs::write(&file, "mine\n").unwrap();
    let mut session = start(home.path(), &["demo"]);
    for answer in ["n", "", "\x03"] {
        keys(&mut session, ".once mine.csv\r");
        expect(&mut session, "`mine.csv` is there already. Replace it? [y/N]");
        keys(&mut session, &format!("{answer}\r"));
        expect(&mut session, "`.once --overwrite mine.csv` replaces it");
        expect(&mut session, "▸");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine\n");
    }
    keys(&mut session, ".once mine.csv\r");
    expect(&mut session, "Replace it? [y/N]");
    keys(&mut session, "y\r");
    expect(&mut session, "▸");
    keys(&mut session, "RETURN 1 AS one;\r");
    expect(&mut session, "written to mine.csv");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "one\n1\n");
}
