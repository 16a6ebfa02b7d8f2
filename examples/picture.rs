//! The picture of the shell for the README: a real shell in a pseudo-terminal, driven by keys, and its last screen as SVG.
//!
//! `cargo build --release && cargo run --example picture > docs/shell.svg`. `STANDPOINT` may name another binary. The
//! picture shows what the program did, times included; nothing in it is written by hand.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for those who work on the documentation")]

use rexpect::session::{PtySession, spawn_command};
use std::fmt::Write;
use std::num::NonZeroU16;
use std::process::Command;
use std::time::{Duration, Instant};

/// The size of the terminal.
const COLUMNS: u16 = 96;
const ROWS: u16 = 54;
/// The size of a character in the picture.
const CELL: (f64, f64) = (8.4, 17.0);

/// What is typed, each after the one before was answered.
const TYPED: &[&str] = &[
    "? ?who -opposes-> territorial concessions\r",
    "? Moscow -opposes-> 28-point plan\r",
    ".graph @28-point plan\r",
    "MATCH (a:Actor)-[r:SUPORTS]->(x) RETURN a, x;\r",
    "MATCH (@Kyiv)-[r:\t\t",
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
    settle(&mut session, &mut screen);
    for keys in TYPED {
        session.send(keys).unwrap();
        session.flush().unwrap();
        settle(&mut session, &mut screen);
    }
    print!("{}", picture(screen.screen()));
}

/// Reads until something has come and then nothing for a while.
fn settle(session: &mut PtySession, screen: &mut vt100::Parser) {
    let begun = Instant::now();
    let mut last: Option<Instant> = None;
    while last.is_none_or(|last| last.elapsed() < QUIET) && begun.elapsed() < PATIENCE {
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

/// How long nothing comes when all has come.
const QUIET: Duration = Duration::from_millis(900);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a run of characters looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    colour: vt100::Color,
    bold: bool,
    dim: bool,
}

fn picture(screen: &vt100::Screen) -> String {
    let (width, height) = (f64::from(COLUMNS) * CELL.0 + 32.0, f64::from(ROWS) * CELL.1 + 52.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" \
         aria-label=\"The shell of Standpoint\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n\
         <g fill=\"#3b3f4a\"><circle cx=\"20\" cy=\"18\" r=\"5\"/><circle cx=\"38\" cy=\"18\" r=\"5\"/>\
         <circle cx=\"56\" cy=\"18\" r=\"5\"/></g>\n<g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, monospace\" \
         font-size=\"14\" fill=\"#d7dae0\">\n"
    );
    for row in 0..ROWS {
        for (column, text, look) in runs(screen, row) {
            draw(&mut svg, (row, column), &text, look);
        }
    }
    svg + "</g>\n</svg>\n"
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
