//! A pager for what is longer than the screen.

use super::external;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Stdio};

/// What pages unless the user names something else.
const USUAL: &str = "less";
/// How it is called: leave at once when all fits, keep colours, do not fold lines, leave the text on the screen; and say
/// how to go on and how to leave.
const USUAL_CALL: &str = "less -FRSX '-Ps?e(end) .space goes on, q leads back, / searches'";

/// The command that pages: `STANDPOINT_PAGER`, else `PAGER`, else `less` where it is installed. An empty one, `cat` and
/// `off` stand for none.
pub(super) fn command() -> Option<String> {
    let set = |name: &str| std::env::var(name).ok();
    let chosen = set("STANDPOINT_PAGER").or_else(|| set("PAGER"));
    match chosen.as_deref().map(str::trim) {
        Some("" | "cat" | "off") => None,
        Some(command) => Some(command.to_owned()),
        None => installed(USUAL).then(|| USUAL_CALL.to_owned()),
    }
}

fn installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| Path::new(&folder).join(program).is_file())
}

/// A stream that starts a pager as soon as more lines are written than fit. What fits goes straight on.
pub(super) struct Pager<'a> {
    out: &'a mut dyn Write,
    command: &'a str,
    height: usize,
    held: Vec<u8>,
    lines: usize,
    child: Option<Child>,
}

impl<'a> Pager<'a> {
    /// A pager before `out`, for a screen of that height.
    pub(super) fn new(out: &'a mut dyn Write, command: &'a str, height: usize) -> Pager<'a> {
        Pager { out, command, height, held: Vec::new(), lines: 0, child: None }
    }

    /// Writes what is held, or waits until the reader leaves the pager.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let Some(mut child) = self.child.take() {
            drop(child.stdin.take());
            return child.wait().map(drop);
        }
        self.out.write_all(&self.held)?;
        self.out.flush()
    }

    /// Starts the pager with what is held; a pager that cannot be started is done without.
    fn start(&mut self) -> io::Result<()> {
        match external::shell(self.command).stdin(Stdio::piped()).spawn() {
            Ok(child) => self.child = Some(child),
            Err(_) => self.height = usize::MAX,
        }
        let held = std::mem::take(&mut self.held);
        self.pass_on(&held)
    }

    /// A reader who leaves the pager early has seen enough.
    fn pass_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.child.as_mut().and_then(|child| child.stdin.as_mut()) {
            Some(stdin) => match stdin.write_all(bytes) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
                _ => Ok(()),
            },
            None => self.out.write_all(bytes),
        }
    }
}

impl Write for Pager<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let paging = self.child.is_some() || self.height == usize::MAX;
        if paging {
            self.pass_on(bytes)?;
            return Ok(bytes.len());
        }
        self.lines += memchr::memchr_iter(b'\n', bytes).count();
        self.held.extend_from_slice(bytes);
        // The prompt needs a line of its own, and the footer another.
        if self.lines + 2 > self.height {
            self.start()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_goes_straight_on_and_more_goes_to_the_pager() {
        let folder = tempfile::tempdir().unwrap();
        let paged = folder.path().join("paged");
        let command = format!("cat > '{}'", paged.display());
        let mut out = Vec::new();
        let mut pager = Pager::new(&mut out, &command, 5);
        pager.write_all(b"one\ntwo\n").unwrap();
        pager.finish().unwrap();
        assert_eq!(out, b"one\ntwo\n");
        assert!(!paged.exists());
        let mut none = Vec::new();
        let mut pager = Pager::new(&mut none, &command, 5);
        pager.write_all(b"one\ntwo\nthree\n").unwrap();
        pager.write_all(b"four\n").unwrap();
        pager.write_all(b"five\n").unwrap();
        pager.finish().unwrap();
        assert!(none.is_empty());
        assert_eq!(std::fs::read_to_string(&paged).unwrap(), "one\ntwo\nthree\nfour\nfive\n");
    }

    #[test]
    fn a_reader_who_leaves_early_is_no_error() {
        let mut out = Vec::new();
        let mut pager = Pager::new(&mut out, "true", 3);
        for _ in 0..100_000 {
            pager.write_all(b"line\n").unwrap();
        }
        pager.finish().unwrap();
    }
}
