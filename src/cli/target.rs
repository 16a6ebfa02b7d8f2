//! Where results go: standard output, a pager before it, or a file for one result or all that follow.

use super::log::{Log, Logged};
use super::output::Format;
use super::pager::Pager;
use super::progress::Progress;
use super::terminal;
use crate::error::{Error, Result};
use crate::io::write_error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where results go.
pub struct Target {
    standard: Box<dyn Write>,
    file: Option<Redirect>,
    /// The command that pages what is longer than the screen.
    pub pager: Option<String>,
    /// The transcript.
    pub(super) log: Option<Log>,
}

struct Redirect {
    path: PathBuf,
    out: BufWriter<File>,
    /// Whether it ends with the next result.
    once: bool,
}

impl Target {
    /// Results go to this stream, without a pager.
    pub fn new(standard: Box<dyn Write>) -> Target {
        Target { standard, file: None, pager: None, log: None }
    }

    /// The next result goes to a file, or all of them do. A file of that name is replaced.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn redirect(&mut self, path: &Path, once: bool) -> Result<()> {
        self.end()?;
        let file = File::create(path).map_err(|error| unwritten(path, &error))?;
        self.file = Some(Redirect { path: path.to_owned(), out: BufWriter::new(file), once });
        Ok(())
    }

    /// Results go to standard output again.
    ///
    /// # Errors
    /// When the last of a file cannot be written.
    pub fn end(&mut self) -> Result<()> {
        match self.file.take() {
            Some(mut file) => file.out.flush().map_err(|error| unwritten(&file.path, &error)),
            None => Ok(()),
        }
    }

    /// The file that results go to.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| file.path.as_path())
    }

    /// The format for what is written now: for one result in a file it is that of the file's ending.
    pub fn format(&self, set: Format) -> Format {
        let once = self.file.as_ref().filter(|file| file.once);
        once.and_then(|file| Format::of_file(&file.path)).unwrap_or(set)
    }

    /// Adds a line to the transcript alone.
    pub(super) fn note(&mut self, text: &str) {
        if let Some(log) = &mut self.log {
            // A transcript tells of itself what goes wrong.
            let _ = writeln!(log, "{text}");
        }
    }

    /// Writes a result. The line of progress goes away before the first of it is seen.
    ///
    /// # Errors
    /// What goes wrong in `write`, or with the stream.
    pub(super) fn write<T>(
        &mut self,
        progress: Option<Progress>,
        write: impl FnOnce(&mut dyn Write) -> Result<T>,
    ) -> Result<T> {
        if let Some(file) = self.file.take() {
            return self.write_file(file, progress, write);
        }
        let failed = |error: io::Error| write_error(&error);
        // A screen of which nobody knows the height is not paged.
        let paged = self.pager.as_ref().and_then(|command| Some((command, terminal::height()?)));
        let Some((command, height)) = paged else {
            let mut out = Logged { out: &mut *self.standard, log: self.log.as_mut() };
            let written = write(&mut Quietly { out: &mut out, progress })?;
            self.standard.flush().map_err(failed)?;
            return Ok(written);
        };
        let mut pager = Pager::new(&mut *self.standard, command, height);
        let mut out = Logged { out: &mut pager, log: self.log.as_mut() };
        let written = write(&mut Quietly { out: &mut out, progress });
        pager.finish().map_err(failed)?;
        written
    }

    fn write_file<T>(
        &mut self,
        mut file: Redirect,
        progress: Option<Progress>,
        write: impl FnOnce(&mut dyn Write) -> Result<T>,
    ) -> Result<T> {
        let written = write(&mut file.out);
        drop(progress);
        file.out.flush().map_err(|error| unwritten(&file.path, &error))?;
        if !file.once {
            self.file = Some(file);
        }
        written
    }
}

/// The error of a file that cannot be written.
pub(super) fn unwritten(path: &Path, error: &io::Error) -> Error {
    Error::io(format!("cannot write `{}`", path.display()), error)
}

/// A stream before which the line of progress goes away.
struct Quietly<'a> {
    out: &'a mut dyn Write,
    progress: Option<Progress>,
}

impl Write for Quietly<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress = None;
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
