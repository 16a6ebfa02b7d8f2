//! `LOAD CSV`: for each row, one row for each record of a file.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::super::records::Records;
use super::buffer::under_way;
use super::{Operator, Stage};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound;
use crate::value::Value;
use std::sync::Arc;

/// Reads a file as its rows are wanted; one file and one batch of records is held at a time.
pub(super) struct LoadCsv {
    input: Stage,
    live: Live,
    load: bound::LoadCsv,
    /// The chunk under way.
    chunk: Option<Chunk>,
    row: usize,
    /// The file of the present row.
    records: Option<Records>,
}

impl LoadCsv {
    pub(super) fn new(input: Stage, live: Live, load: bound::LoadCsv) -> LoadCsv {
        LoadCsv { input, live, load, chunk: None, row: 0, records: None }
    }

    /// Opens the file that a row names.
    fn open(&self, cx: &Context, chunk: &Chunk, position: usize) -> Result<Records> {
        let name = match eval(cx, &self.load.source, Row::Chunk(chunk, position))? {
            Value::String(name) => name,
            other => {
                let message = format!("the name of the file must be text, not a value of type {}", other.type_name());
                return Err(Error::type_error(message));
            }
        };
        let files = cx.settings().files.as_ref().ok_or_else(switched_off)?;
        let (name, content) = files.open(&name)?;
        Records::new(name, content, self.load.terminator, self.load.headers)
    }

    /// The next records of a file, joined to the row.
    fn read(&self, cx: &Context, records: &mut Records, chunk: &Chunk, position: usize) -> Result<Option<Chunk>> {
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        while rows.len() < cx.batch()
            && let Some((line, record)) = records.next()?
        {
            rows.push(record);
            lines.push(line);
        }
        cx.check()?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut out = chunk.gather(&vec![position as u32; rows.len()], &self.live);
        let columns = [
            (self.load.row, Column::from_values(rows)),
            (self.load.line, Column::Ints(lines)),
            (self.load.file, Column::Constant(Value::String(Arc::clone(records.name())))),
        ];
        for (slot, column) in columns {
            if self.live.contains(slot) {
                out.set(slot, column);
            }
        }
        Ok(Some(out))
    }
}

impl Operator for LoadCsv {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = under_way(&mut self.input, &mut self.chunk, &mut self.row, cx)? {
            let position = chunk.position(self.row);
            let place = self.load.source.span;
            let mut records = match self.records.take() {
                Some(records) => records,
                None => self.open(cx, &chunk, position).map_err(|error| error.at(place))?,
            };
            let out = self.read(cx, &mut records, &chunk, position).map_err(|error| error.at(place))?;
            self.chunk = Some(chunk);
            match out {
                Some(out) => {
                    self.records = Some(records);
                    return Ok(Some(out));
                }
                None => self.row += 1,
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.chunk = None;
        self.row = 0;
        self.records = None;
    }
}

fn switched_off() -> Error {
    let message = "reading files is switched off here";
    Error::runtime(ErrorType::Io, Detail::InvalidUse, message).hint("the program may allow it with `RunOptions::files`")
}
