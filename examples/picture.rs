//! The moving picture of the shell for the README: a real shell in a pseudo-terminal, driven by keys, and its screens as
//! SVG.
//!
//! `cargo build --release && cargo run --example picture > docs/shell.svg`. `STANDPOINT` may name another binary. The
//! picture shows what the program did, times included; nothing in it is written by hand, and only the pace is its own.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for those who work on the documentation")]

use rexpect::session::{PtySession, spawn_command};
use std::fmt::Write;
use std::num::NonZeroU16;
use std::process::Command;
use std::time::{Duration, Instant};

/// The size of the terminal.
const COLUMNS: u16 = 96;
const ROWS: u16 = 63;
/// The size of a character in the picture.
const CELL: (f64, f64) = (8.4, 17.0);

/// What is typed, each after the one before was answered.
const TYPED: &[&str] = &[
    "? ?who -opposes-> territorial concessions\r",
    "? Moscow -opposes-> 28-point plan\r",
    ".graph @28-point plan\r",
    "MATCH (a:Actor)-[r:SUPORTS]->(x) RETURN a, x;\r",
    "MATCH (@Kyiv)-[r:\t",
];

fn main() {
    let binary = std::env::var("STANDPOINT").unwrap_or_else(|_| "target/release/standpoint".to_owned());
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("stty cols {COLUMNS} rows {ROWS}; exec {binary} demo --no-init"));
    command.env("TERM", "xterm-256color").env("STANDPOINT_HISTORY", "off").env("STANDPOINT_PAGER", "off");
    command.env_remove("NO_COLOR");
    let mut session = spawn_command(command, Some(10_000)).unwrap();
    let size = |number| NonZeroU16::new(number).unwrap();
    let mut screen = vt100::Parser::new(size(ROWS), size(COLUMNS), 0);
    settle(&mut session, &mut screen, QUIET);
    let mut film = Film::default();
    film.take(screen.screen(), START);
    for typed in TYPED {
        let letters: Vec<char> = typed.chars().collect();
        for keys in letters.chunks(AT_ONCE) {
            let ends = keys.iter().any(|key| key.is_control());
            session.send(&keys.iter().collect::<String>()).unwrap();
            session.flush().unwrap();
            settle(&mut session, &mut screen, if ends { QUIET } else { ECHO });
            film.take(screen.screen(), if ends { READ } else { KEYS });
        }
    }
    print!("{}", film.picture());
}

/// How many keys are shown at once.
const AT_ONCE: usize = 3;
/// How long each stands in the picture, in seconds: the beginning, some keys, an answer.
const START: f64 = 1.5;
const KEYS: f64 = 0.15;
const READ: f64 = 3.2;

/// The screens one after another, each row by itself: most rows stay as they are.
#[derive(Default)]
struct Film {
    now: f64,
    /// What stood in each row, from when to when.
    rows: Vec<Vec<Shot>>,
}

struct Shot {
    drawn: String,
    from: f64,
    to: f64,
}

impl Film {
    /// Adds a screen that stands so long.
    fn take(&mut self, screen: &vt100::Screen, seconds: f64) {
        self.rows.resize_with(usize::from(ROWS), Vec::new);
        let end = self.now + seconds;
        for (row, shots) in (0..ROWS).zip(&mut self.rows) {
            let mut drawn = String::new();
            for (column, text, look) in runs(screen, row) {
                draw(&mut drawn, (row, column), &text, look);
            }
            match shots.last_mut() {
                Some(last) if last.drawn == drawn => last.to = end,
                _ => shots.push(Shot { drawn, from: self.now, to: end }),
            }
        }
        self.now = end;
    }

    /// The whole picture. Where nothing moves, as on paper, it is the last screen.
    fn picture(&self) -> String {
        let (width, height) = (f64::from(COLUMNS) * CELL.0 + 32.0, f64::from(ROWS) * CELL.1 + 52.0);
        let mut spans: Vec<(u64, u64)> = Vec::new();
        let mut drawing = String::new();
        let part = |time: f64| (time / self.now * 100_000.0).round() as u64;
        for shot in self.rows.iter().flatten().filter(|shot| !shot.drawn.is_empty()) {
            let span = (part(shot.from), part(shot.to));
            let at = spans.iter().position(|known| *known == span).unwrap_or_else(|| {
                spans.push(span);
                spans.len() - 1
            });
            let _ = writeln!(drawing, "<g class=\"f f{at}\">\n{}</g>", shot.drawn);
        }
        let mut style = format!(".f{{animation:{:.1}s step-end infinite}}", self.now);
        for (at, (from, to)) in spans.iter().enumerate() {
            let last = *to == 100_000;
            let stays = if last { 1 } else { 0 };
            let percent = |part: u64| part as f64 / 1000.0;
            let mut frames = format!("0%{{opacity:{}}}", u64::from(*from == 0));
            if *from > 0 {
                let _ = write!(frames, "{}%{{opacity:1}}", percent(*from));
            }
            let _ = write!(frames, "{}%{{opacity:{stays}}}", percent(*to));
            let _ = write!(style, "\n.f{at}{{animation-name:k{at};opacity:{stays}}}@keyframes k{at}{{{frames}}}");
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" \
             aria-label=\"The shell of Standpoint\">\n<style>\n{style}\n\
             @media(prefers-reduced-motion:reduce){{.f{{animation:none}}}}\n</style>\n\
             <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n\
             <g fill=\"#3b3f4a\"><circle cx=\"20\" cy=\"18\" r=\"5\"/><circle cx=\"38\" cy=\"18\" r=\"5\"/>\
             <circle cx=\"56\" cy=\"18\" r=\"5\"/></g>\n\
             <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, monospace\" font-size=\"14\" fill=\"#d7dae0\">\n\
             {drawing}</g>\n</svg>\n"
        )
    }
}

/// Reads until something has come and then nothing for a while.
fn settle(session: &mut PtySession, screen: &mut vt100::Parser, quiet: Duration) {
    let begun = Instant::now();
    let mut last: Option<Instant> = None;
    while last.is_none_or(|last| last.elapsed() < quiet) && begun.elapsed() < PATIENCE {
        match session.try_read() {
            // Every character is one byte of what came.
            Some(byte) => {
                screen.process(&[byte as u8]);
                last = Some(Instant::now());
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// How long nothing comes when all of an answer has come.
const QUIET: Duration = Duration::from_millis(900);
/// How long nothing comes when a key was shown.
const ECHO: Duration = Duration::from_millis(80);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a run of characters looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    colour: vt100::Color,
    bold: bool,
    dim: bool,
}

/// The runs of one look in a row, without blanks at their ends.
fn runs(screen: &vt100::Screen, row: u16) -> Vec<(u16, String, Look)> {
    let mut runs: Vec<(u16, String, Look)> = Vec::new();
    for column in 0..COLUMNS {
        let Some(cell) = screen.cell(row, column) else { continue };
        let look = Look { colour: cell.fgcolor(), bold: cell.bold(), dim: cell.dim() };
        let text = if cell.has_contents() { cell.contents() } else { " " };
        match runs.last_mut() {
            Some((_, run, known)) if *known == look => run.push_str(text),
            _ => runs.push((column, text.to_owned(), look)),
        }
    }
    runs.retain(|(_, text, _)| !text.trim().is_empty());
    runs
}

fn draw(svg: &mut String, (row, column): (u16, u16), text: &str, look: Look) {
    let begun = (text.chars().count() - text.trim_start().chars().count()) as f64;
    let text = text.trim();
    let (x, y) = (16.0 + (f64::from(column) + begun) * CELL.0, 48.0 + f64::from(row) * CELL.1);
    let length = text.chars().count() as f64 * CELL.0;
    let mut style = String::new();
    if let Some(colour) = colour(look.colour) {
        let _ = write!(style, " fill=\"{colour}\"");
    }
    if look.bold {
        style.push_str(" font-weight=\"bold\"");
    }
    if look.dim {
        style.push_str(" opacity=\"0.6\"");
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" xml:space=\"preserve\"{style}>{escaped}</text>"
    );
}

/// The colour of a code, on dark ground.
fn colour(colour: vt100::Color) -> Option<&'static str> {
    const NAMED: [&str; 8] = ["#5c6370", "#e06c75", "#7ec77e", "#e5c07b", "#61a5ef", "#c678dd", "#56b6c2", "#d7dae0"];
    match colour {
        vt100::Color::Idx(index) => NAMED.get(usize::from(index % 8)).copied(),
        _ => None,
    }
}
