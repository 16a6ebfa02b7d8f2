//! The keys of the shell in a real pseudo-terminal, and what happens when its size changes.

use crate::shell::{expect, keys, start, start_with};
use rexpect::session::PtySession;
use std::process::Command;
use unicode_width::UnicodeWidthStr;

/// Gives the terminal another size, as a window does that is dragged.
fn resize(session: &PtySession, columns: u16, rows: u16) {
    let terminal = session.process().get_file_handle().unwrap();
    let (columns, rows) = (columns.to_string(), rows.to_string());
    let set = Command::new("stty").args(["cols", &columns, "rows", &rows]).stdin(terminal).status().unwrap();
    assert!(set.success());
}

#[test]
fn a_terminal_that_becomes_narrow_is_kept_to() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start_with(home.path(), &["demo"], &[("STANDPOINT_PAGER", "cat")]);
    resize(&session, 120, 40);
    keys(&mut session, "MATCH (a)-[r:OPPOSES]->(b) RETURN a, r, b LIMIT 5;\r");
    let wide = expect(&mut session, "5 rows, ");
    assert!(wide.contains("│ a ") && !wide.contains('…'), "{wide}");
    // In the middle of a line.
    keys(&mut session, "MATCH (a)-[r:OPPOSES]->(b) RETURN a, r, b LIMIT 5");
    expect(&mut session, "LIMIT 5");
    resize(&session, 50, 40);
    keys(&mut session, ";\r");
    expect(&mut session, "┌");
    let narrow = expect(&mut session, "▸");
    for line in narrow.lines().map(str::trim_end).filter(|line| !line.contains('\u{1b}')) {
        assert!(line.width() <= 50, "{line:?} in {narrow}");
    }
    let unwrapped = narrow.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped.contains("cells cut (`.last` shows all)"), "{narrow}");
    keys(&mut session, ".schema\r");
    let schema = expect(&mut session, "▸");
    assert!(schema.contains(":Actor"), "{schema}");
    for line in schema.lines().map(str::trim_end).filter(|line| !line.contains('\u{1b}')) {
        assert!(line.width() <= 50, "{line:?} in {schema}");
    }
}

#[test]
fn control_r_searches_what_was_typed() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &[]);
    for statement in ["RETURN 'needle' AS found;", "RETURN 'other' AS x;", "RETURN 'third' AS y;"] {
        keys(&mut session, &format!("{statement}\r"));
        expect(&mut session, "1 row, ");
        expect(&mut session, "▸");
    }
    keys(&mut session, "\x12need");
    expect(&mut session, "`need': RETURN 'needle' AS found;");
    keys(&mut session, "\r");
    expect(&mut session, "│ needle │");
}

#[test]
fn tab_completes_an_entity_by_a_word_inside_and_by_alias() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &["demo"]);
    keys(&mut session, ".info @Ukrainian state\t\r");
    expect(&mut session, "name      Kyiv");
    expect(&mut session, "▸");
    keys(&mut session, "? Kyiv -opposes-> territorial conc\t\r");
    expect(&mut session, "Yes.");
    // Several fit: they are listed with what they are.
    keys(&mut session, "? Eur\t\t");
    expect(&mut session, "Actor, Bloc, 8 facts");
}

#[test]
fn two_pasted_statements_are_two_and_nothing_runs_before_enter() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &[]);
    keys(&mut session, "\x1b[200~RETURN 'first' AS x;\r\nMATCH (n)\r\nRETURN count(n) AS nodes;\x1b[201~");
    let pasted = expect(&mut session, "AS nodes;");
    assert!(!pasted.contains("│ first │"), "{pasted}");
    keys(&mut session, "\r");
    expect(&mut session, "│ first │");
    expect(&mut session, "1 row, ");
    expect(&mut session, "│     0 │");
    expect(&mut session, "1 row, ");
}

#[test]
fn alt_dot_takes_the_last_word_of_earlier_lines() {
    let home = tempfile::tempdir().unwrap();
    let mut session = start(home.path(), &["demo"]);
    keys(&mut session, ".info @Europe\r");
    expect(&mut session, "▸");
    keys(&mut session, "? Kyiv -opposes-> territorial concessions\r");
    expect(&mut session, "Yes.");
    expect(&mut session, "▸");
    keys(&mut session, ".info @\x1b.");
    expect(&mut session, ".info @territorial concessions");
    keys(&mut session, "\x1b.");
    expect(&mut session, ".info @Europe");
    keys(&mut session, "\r");
    expect(&mut session, "name      Europe");
}

#[test]
fn the_keys_of_vi_can_be_chosen_in_the_settings() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join("config/standpoint")).unwrap();
    std::fs::write(home.path().join("config/standpoint/rc"), ".keys vi\n").unwrap();
    let config = home.path().join("config");
    let mut session = start_with(home.path(), &[], &[("XDG_CONFIG_HOME", config.to_str().unwrap())]);
    // Escape, to the beginning, delete a word, insert.
    keys(&mut session, "WRONG 6 * 7 AS answer;\x1b0dwiRETURN \r");
    expect(&mut session, "│     42 │");
    keys(&mut session, ".keys emacs\r");
    expect(&mut session, "▸");
    keys(&mut session, "6 * 8 AS answer;\x01RETURN \r");
    expect(&mut session, "│     48 │");
}
