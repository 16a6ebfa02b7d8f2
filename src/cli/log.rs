//! A transcript: what is typed and what is answered, as text without colours.

use super::target::unwritten;
use crate::error::Result;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A transcript that goes on in a file.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    out: BufWriter<File>,
    at: Place,
    /// The first thing that went wrong.
    failure: Option<io::Error>,
}

/// Where in a control sequence of ECMA-48 the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Text,
    Escape,
    Sequence,
}

impl Log {
    /// Goes on in a file, at its end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn open(path: &Path) -> Result<Log> {
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|error| unwritten(path, &error))?;
        Ok(Log { path: path.to_owned(), out: BufWriter::new(file), at: Place::Text, failure: None })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings everything to the file; says what went wrong since the transcript was begun.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub(super) fn bring(&mut self) -> Result<()> {
        let flushed = self.out.flush();
        self.failure.take().map_or(flushed, Err).map_err(|error| unwritten(&self.path, &error))
    }

    /// Whether a byte is text rather than part of a control sequence.
    fn is_text(&mut self, byte: u8) -> bool {
        let before = self.at;
        self.at = match (before, byte) {
            (Place::Text, 0x1b) => Place::Escape,
            (Place::Escape, b'[') => Place::Sequence,
            (Place::Sequence, 0x20..0x40) => Place::Sequence,
            _ => Place::Text,
        };
        before == Place::Text && self.at == Place::Text
    }
}

/// Writing to a transcript never fails, so that no answer depends on it: [`Log::bring`] tells.
impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text: Vec<u8> = bytes.iter().copied().filter(|byte| self.is_text(*byte)).collect();
        if self.failure.is_none()
            && let Err(error) = self.out.write_all(&text)
        {
            self.failure = Some(error);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream of which a transcript keeps a copy.
pub(super) struct Logged<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) log: Option<&'a mut Log>,
}

impl Write for Logged<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let Some(log) = &mut self.log {
            log.write_all(&bytes[..written])?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_left_out_and_a_file_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        for text in ["\x1b[1;31merror:\x1b[0m no\n", "│ \x1b[2m·\x1b[0m │\n"] {
            let mut log = Log::open(&path).unwrap();
            let mut shown = Vec::new();
            // A sequence may come in pieces.
            for byte in text.bytes() {
                Logged { out: &mut shown, log: Some(&mut log) }.write_all(&[byte]).unwrap();
            }
            log.bring().unwrap();
            assert_eq!(shown, text.as_bytes());
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "error: no\n│ · │\n");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_once() {
        let mut log = Log::open(Path::new("/dev/full")).unwrap();
        log.write_all(&[b'x'; 100_000]).unwrap();
        assert!(log.bring().unwrap_err().message().contains("/dev/full"));
    }
}
