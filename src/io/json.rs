//! Answers as plain JSON: an array of objects, or an object a line. See [`super::encode`] for what is lost.

use super::citations::Citations;
use super::encode::{self, Encoding};
use crate::error::Result;
use crate::session::{Answer, Row};
use std::io::Write;

/// Writes one object a row, a row a line; gives how many rows there were.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write_lines(answer: &mut Answer, out: &mut dyn Write) -> Result<u64> {
    write_rows(answer, out, |_| "", "\n")
}

/// Writes an array with one object a row; gives how many rows there were. A statement without columns writes nothing.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write_array(answer: &mut Answer, out: &mut dyn Write) -> Result<u64> {
    if answer.columns().is_empty() {
        return Ok(0);
    }
    write(out, b"[")?;
    let count = write_rows(answer, out, |count| if count == 0 { "\n" } else { ",\n" }, "")?;
    write(out, if count == 0 { b"]\n" } else { b"\n]\n" })?;
    Ok(count)
}

/// Writes the rows, each between what stands before the row of that number and what ends it.
fn write_rows(answer: &mut Answer, out: &mut dyn Write, before: fn(u64) -> &'static str, end: &str) -> Result<u64> {
    let mut count = 0;
    let mut line = Vec::new();
    let citations = Citations::of(answer);
    while let Some(row) = answer.next_row()? {
        line.clear();
        line.extend_from_slice(before(count).as_bytes());
        object(&mut line, &row, &citations);
        line.extend_from_slice(end.as_bytes());
        write(out, &line)?;
        count += 1;
    }
    Ok(count)
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes).map_err(|error| super::write_error(&error))
}

/// The row as an object with its columns in order; what it cites stands for itself.
fn object(out: &mut Vec<u8>, row: &Row, citations: &Citations) {
    out.push(b'{');
    for (at, (name, value)) in row.columns().iter().zip(&*citations.values(row)).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        encode::text(out, name);
        out.push(b':');
        encode::value(out, row.graph(), value, Encoding::Plain);
    }
    out.push(b'}');
}
