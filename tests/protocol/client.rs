//! The other side of the protocol: a child process that answers requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

pub struct Client {
    child: Child,
    requests: Option<ChildStdin>,
    events: BufReader<ChildStdout>,
    log: ChildStderr,
}

impl Client {
    /// Starts `standpoint stdio` with arguments.
    pub fn start(arguments: &[&str]) -> Client {
        let mut command = Command::new(env!("CARGO_BIN_EXE_standpoint"));
        command.arg("stdio").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap());
        Client { requests: child.stdin.take(), log: child.stderr.take().unwrap(), events, child }
    }

    /// Writes a line and reads the events of its answer: up to a Summary or an Error.
    pub fn ask(&mut self, request: &[u8]) -> Vec<String> {
        self.say(request);
        self.hear()
    }

    /// Writes a line.
    pub fn say(&mut self, request: &[u8]) {
        let requests = self.requests.as_mut().unwrap();
        requests.write_all(request).unwrap();
        requests.write_all(b"\n").unwrap();
    }

    /// Reads the events of an answer.
    pub fn hear(&mut self) -> Vec<String> {
        let mut events = Vec::new();
        loop {
            let mut line = String::new();
            self.events.read_line(&mut line).unwrap();
            assert!(line.ends_with('\n'), "the answer breaks off after {events:?}");
            let last = line.starts_with(r#"{"$event":"Summary""#) || line.starts_with(r#"{"$event":"Error""#);
            events.push(line.trim_end().to_owned());
            if last {
                return events;
            }
        }
    }

    /// Ends the requests: gives how the process ended, what it wrote that nobody asked for, and what it said beside.
    pub fn end(mut self) -> (ExitStatus, String, String) {
        self.requests = None;
        let (mut rest, mut log) = (String::new(), String::new());
        self.events.read_to_string(&mut rest).unwrap();
        self.log.read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap(), rest, log)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
