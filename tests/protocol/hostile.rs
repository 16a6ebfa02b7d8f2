//! Requests that are wrong, huge or malicious: an Error each, and the conversation goes on.

use super::client::Client;
use std::io::Write;
use std::process::{Command, Stdio};

/// The events of one request are a single Error that says this; afterwards the process still answers.
#[track_caller]
fn refused(client: &mut Client, request: &[u8], expected: &str) {
    let events = client.ask(request);
    let shown: String = events.last().unwrap().chars().take(600).collect();
    assert!(shown.starts_with(r#"{"$event":"Error""#) && events.len() == 1, "{shown}");
    assert!(shown.contains(expected), "no `{expected}` in {shown}");
    assert!(events[0].len() < 2000, "the message is long: {}", events[0].len());
    let alive = client.ask(br#"{"id":"alive","statement":"RETURN 1"}"#);
    assert!(alive.len() == 3 && alive.iter().all(|event| event.ends_with(r#""id":"alive"}"#)), "{alive:?}");
}

#[track_caller]
fn ends_well(client: Client) {
    let (status, rest, log) = client.end();
    assert!(status.success() && rest.is_empty() && log.is_empty(), "{status} {rest} {log}");
}

#[test]
fn lines_that_are_no_requests() {
    let mut client = Client::start(&[]);
    let invalid = r#""code":"Standpoint.ClientError.Request.Invalid""#;
    let cases: &[&[u8]] = &[
        b"x",
        b"{",
        b"[1]",
        b"null",
        b"1",
        b"\"a\"",
        b"{}",
        b"{\"statement\":1}",
        b"{\"statement\":\"RETURN 1\"} x",
        b"{\"id\":1",
        b"{\"id\":1.5,\"statement\":\"RETURN 1\"}",
        b"{\"id\":[],\"statement\":\"RETURN 1\"}",
        b"\xff\xfe",
        b"{\"statement\":\"\xc3\"}",
        b"{\"statement\":\"RETURN 1\",\"statement\":\"RETURN 2\"}",
        b"{\"statement\":\"\\ud800\"}",
        b"\0",
        b"{'statement':'RETURN 1'}",
        b"{\"statement\":\"RETURN 1\",\"parameters\":[]}",
        b"{\"statement\":\"RETURN 1\",\"maxRows\":-1}",
        b"{\"statement\":\"RETURN 1\",\"maxRows\":1e3}",
        b"{\"statement\":\"RETURN 1\",\"timeoutMs\":\"5\"}",
        b"{\"statement\":\"RETURN 1\",\"accessMode\":\"read\"}",
        b"{\"statement\":\"RETURN 1\",\"control\":\"hello\"}",
        b"{\"control\":\"hello\",\"x\":1}",
        b"{\"control\":\"reset\"}",
        b"{\"control\":7}",
        b"RETURN 1;",
    ];
    for case in cases {
        refused(&mut client, case, invalid);
    }
    ends_well(client);
}

#[test]
fn random_bytes_and_cut_lines() {
    let mut client = Client::start(&["--test-hooks"]);
    let whole =
        br#"{"id":1,"statement":"CREATE (n {x: $x}) RETURN n","parameters":{"x":{"$type":"Integer","_value":"1"}}}"#;
    for length in 1..whole.len() {
        refused(&mut client, &whole[..length], "Request.Invalid");
    }
    let mut state = 7u64;
    for _ in 0..300 {
        let mut bytes = Vec::new();
        while bytes.len() < 40 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            bytes.push((state >> 33) as u8);
        }
        // A line feed would be a second request, and blank lines are none.
        bytes.retain(|byte| *byte != b'\n');
        refused(&mut client, &bytes, "Request.Invalid");
    }
    // A right request with one wrong byte is refused, or answered, but never the end.
    for place in 0..whole.len() {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 0x15;
        if bytes[place] != b'\n' {
            client.ask(&bytes);
        }
    }
    ends_well(client);
}

#[test]
fn lines_beyond_the_limit() {
    let mut client = Client::start(&[]);
    let long = format!(r#"{{"id":1,"statement":"RETURN '{}'"}}"#, "x".repeat(20 << 20));
    refused(&mut client, long.as_bytes(), "the line is longer than 16777216 bytes");
    ends_well(client);
    let mut client = Client::start(&["--max-line", "64"]);
    let fits = format!(r#"{{"statement":"RETURN 1 //{}"}}"#, "x".repeat(37));
    assert_eq!(fits.len(), 64);
    assert_eq!(client.ask(fits.as_bytes()).len(), 3);
    refused(&mut client, format!("{fits} ").as_bytes(), "longer than 64 bytes");
    ends_well(client);
}

#[test]
fn values_that_nest_or_do_not_fit() {
    let mut client = Client::start(&[]);
    let request = |value: &str| format!(r#"{{"statement":"RETURN $x","parameters":{{"x":{value}}}}}"#).into_bytes();
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"$type\":\"List\",\"_value\":[", "]}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        refused(&mut client, &request(&deep), "nested more than 128 levels deep");
        refused(&mut client, &request(&open.repeat(100_000)), "not valid JSON");
    }
    refused(&mut client, &request("9223372036854775808"), "does not fit an integer of 64 bits");
    refused(&mut client, &request(&"9".repeat(100_000)), "does not fit an integer of 64 bits");
    refused(&mut client, &request("1e400"), "beyond the range of a float");
    refused(&mut client, &request("01"), "not valid JSON");
    refused(&mut client, &request("NaN"), "not valid JSON");
    let deep = format!(r#"{{"statement":"RETURN {}1{}"}}"#, "(".repeat(100_000), ")".repeat(100_000));
    refused(&mut client, deep.as_bytes(), "NestingTooDeep");
    ends_well(client);
}

#[test]
fn requests_that_take_too_much() {
    let mut client = Client::start(&["--memory", "50MB"]);
    let endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b";
    let request = |tail: &str, more: &str| format!(r#"{{"statement":"{endless} {tail}"{more}}}"#).into_bytes();
    let events = client.ask(&request("RETURN sum(a)", r#","timeoutMs":100"#));
    assert!(events.last().unwrap().contains(r#""detail":"Timeout""#), "{events:?}");
    let events = client.ask(&request("RETURN collect(a)", ""));
    assert!(events.last().unwrap().contains(r#""detail":"MemoryLimit""#), "{events:?}");
    let created = br#"{"statement":"UNWIND range(1, 100) AS a CREATE (n) RETURN n","maxRows":10}"#;
    let events = client.ask(created);
    assert!(events.last().unwrap().contains(r#""detail":"RowLimit""#), "{events:?}");
    let count = client.ask(br#"{"statement":"MATCH (n) RETURN count(n)"}"#);
    assert!(count[1].contains(r#""_value":"0""#), "{count:?}");
    ends_well(client);
}

#[test]
fn many_requests_at_once_are_answered_in_order() {
    let mut client = Client::start(&[]);
    for id in 0..500 {
        client.say(format!(r#"{{"id":{},"statement":"RETURN {id}"}}"#, id / 2).as_bytes());
    }
    for id in 0..500 {
        let events = client.hear();
        assert_eq!(
            events[1],
            format!(r#"{{"$event":"Record","_body":[{{"$type":"Integer","_value":"{id}"}}],"id":{}}}"#, id / 2)
        );
    }
    ends_well(client);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_standpoint"))
        .arg("stdio")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut requests = child.stdin.take().unwrap();
    // Once the process has gone, writing fails; that is what is waited for.
    while requests.write_all(b"{\"statement\":\"UNWIND range(1, 100000) AS a RETURN a\"}\n").is_ok() {}
    drop(requests);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_graph_is_saved_at_the_end_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("g.graph");
    let file = file.to_str().unwrap();
    let mut client = Client::start(&["--graph", file]);
    client.ask(br#"{"statement":"CREATE (:A {n: 1})"}"#);
    client.ask(br#"{"control":"begin"}"#);
    client.ask(br#"{"statement":"CREATE (:A {n: 2})"}"#);
    let (status, rest, _) = client.end();
    assert!(status.success() && rest.is_empty());
    let mut client = Client::start(&["--graph", file, "--readonly"]);
    let events = client.ask(br#"{"statement":"MATCH (a:A) RETURN a.n"}"#);
    assert!(events.len() == 3 && events[1].contains(r#""_value":"1""#), "{events:?}");
    refused(&mut client, br#"{"statement":"CREATE (:A)"}"#, "Statement.AccessMode");
    ends_well(client);
}
