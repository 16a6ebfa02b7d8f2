//! The protocol of `standpoint stdio`, always with a real child process.

pub mod client;
mod hostile;

use crate::golden;
use client::Client;
use regex::Regex;
use std::path::Path;

/// Files in `transcripts/`: a first line `$ standpoint stdio …`, then requests, each after `> `, with the events that
/// answer them. `#` begins a comment. Times are written as 0.
#[test]
fn transcripts_are_as_they_should_be() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/transcripts");
    let files = golden::files(&folder, "transcript");
    assert!(!files.is_empty());
    let rewrite = |text: String| rewrite(&text);
    let wrong: Vec<String> = files
        .iter()
        .filter_map(|file| golden::compare(file, &rewrite(std::fs::read_to_string(file).unwrap())))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn rewrite(text: &str) -> String {
    let times = Regex::new(r#"("result(Available|Consumed)After":)\d+"#).unwrap();
    let (command, rest) = text.split_once('\n').unwrap();
    let arguments: Vec<&str> = command.strip_prefix("$ standpoint stdio").unwrap().split_whitespace().collect();
    let mut client = Client::start(&arguments);
    let mut written = format!("{command}\n");
    for line in rest.lines().filter(|line| !line.starts_with('{')) {
        written += &format!("{line}\n");
        if let Some(request) = line.strip_prefix("> ") {
            for event in client.ask(request.as_bytes()) {
                written += &format!("{}\n", times.replace_all(&event, "${1}0"));
            }
        }
    }
    let (status, rest, log) = client.end();
    assert!(status.success(), "{status}: {log}");
    assert_eq!((rest.as_str(), log.as_str()), ("", ""), "nothing but answers is written");
    written
}
