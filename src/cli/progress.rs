//! What a person sees of a statement that takes long, time, rows and memory, and of a text that is told.

use crate::session::Meter;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// When a statement takes long.
const LONG: Duration = Duration::from_millis(500);
/// How often the line is drawn anew.
const EVERY: Duration = Duration::from_millis(100);

/// How many characters a bar has.
const WIDTH: u64 = 30;

/// A line on standard error that tells how far a statement has come. It appears when the statement takes long, and is gone
/// when it is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    drawing: Option<JoinHandle<()>>,
}

impl Progress {
    /// Watches what begins now.
    pub(super) fn watch(meter: Arc<Meter>, unit: Unit) -> Progress {
        let (stop, stopped) = channel();
        let drawing = std::thread::Builder::new().spawn(move || draw(&meter, unit, &stopped));
        Progress { stop: Some(stop), drawing: drawing.ok() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(drawing) = self.drawing.take() {
            let _ = drawing.join();
        }
    }
}

/// What a meter counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    /// Rows that operators give, of which nobody knows exactly how many there will be.
    Rows,
    /// Lines of a text.
    Lines,
}

fn draw(meter: &Meter, unit: Unit, stopped: &Receiver<()>) {
    let begun = Instant::now();
    let mut wait = LONG;
    let mut drawn = false;
    let mut err = std::io::stderr();
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let (time, done, expected) = (begun.elapsed(), meter.rows(), meter.expected());
        let line = match unit {
            Unit::Rows => line(time, done, expected, meter.memory()),
            Unit::Lines => bar(time, done, expected),
        };
        let _ = write!(err, "\r\x1b[K{line}");
        let _ = err.flush();
        (drawn, wait) = (true, EVERY);
    }
    if drawn {
        let _ = write!(err, "\r\x1b[K");
        let _ = err.flush();
    }
}

/// The whole line. What was expected is told as long as it has not been passed.
fn line(time: Duration, rows: u64, expected: u64, memory: u64) -> String {
    let of = if expected > rows { format!(" of about {}", short(expected)) } else { String::new() };
    let seconds = time.as_secs_f64();
    let noun = if rows == 1 && of.is_empty() { "row" } else { "rows" };
    format!("{seconds:.1} s  {} {noun}{of}  {}  Ctrl-C cancels", short(rows), bytes(memory))
}

/// How many lines of a text are told, as a bar.
fn bar(time: Duration, done: u64, lines: u64) -> String {
    let full = (WIDTH * done.min(lines)).checked_div(lines).unwrap_or(WIDTH) as usize;
    let bar = "#".repeat(full) + &"-".repeat(WIDTH as usize - full);
    let per_second = done as f64 / time.as_secs_f64().max(f64::MIN_POSITIVE);
    let (done, lines, per_second) = (short(done), short(lines), short(per_second as u64));
    format!("{bar} {done} of {lines} lines, {per_second}/s  Ctrl-C cancels")
}

/// A number in few characters: `950`, `12.3k`, `4.0M`.
fn short(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..1_000_000 => format!("{:.1}k", number as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1}M", number as f64 / 1e6),
        _ => format!("{:.1}G", number as f64 / 1e9),
    }
}

fn bytes(number: u64) -> String {
    match number {
        0..1_048_576 => format!("{} KB", number >> 10),
        1_048_576..1_073_741_824 => format!("{} MB", number >> 20),
        _ => format!("{:.1} GB", number as f64 / (1u64 << 30) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_time_rows_and_memory() {
        let shown = line(Duration::from_millis(1234), 12_345, 4_000_000, 3 << 20);
        assert_eq!(shown, "1.2 s  12.3k rows of about 4.0M  3 MB  Ctrl-C cancels");
        assert_eq!(line(Duration::from_secs(2), 950, 900, 2048), "2.0 s  950 rows  2 KB  Ctrl-C cancels");
    }

    #[test]
    fn the_bar_is_as_full_as_the_text_is_told() {
        let shown = bar(Duration::from_secs(2), 500_000, 1_000_000);
        let half = "#".repeat(15) + &"-".repeat(15);
        assert_eq!(shown, format!("{half} 500.0k of 1.0M lines, 250.0k/s  Ctrl-C cancels"));
        assert_eq!(bar(Duration::ZERO, 0, 0), format!("{} 0 of 0 lines, 0/s  Ctrl-C cancels", "#".repeat(30)));
    }
}
