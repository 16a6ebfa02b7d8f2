//! Where results and messages go.

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A stream that remembers that its reader went away, so that a closed pipe can end the program quietly.
#[derive(Debug)]
pub struct Output<W> {
    inner: W,
    closed: Arc<AtomicBool>,
}

impl<W: Write> Output<W> {
    /// Wraps a stream. The flag says whether its reader went away.
    pub fn new(inner: W) -> (Output<W>, Arc<AtomicBool>) {
        let closed = Arc::new(AtomicBool::new(false));
        (Output { inner, closed: Arc::clone(&closed) }, closed)
    }

    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
            self.closed.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}
