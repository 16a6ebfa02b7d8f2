//! `LOAD CSV`: for each row, one row for each record of a file.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::super::records::Records;
use super::Stage;
use super::resumable::{Progress, Resumable};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound;
use crate::value::Value;
use std::sync::Arc;

/// Reads a file as its rows are wanted; one file and one batch of records is held at a time.
pub(super) struct LoadCsv {
    progress: Progress,
    live: Live,
    load: bound::LoadCsv,
    /// The file of the present row.
    records: Option<Records>,
}

impl LoadCsv {
    pub(super) fn new(input: Stage, live: Live, load: bound::LoadCsv) -> LoadCsv {
        LoadCsv { progress: Progress::new(input), live, load, records: None }
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

impl Resumable for LoadCsv {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let position = chunk.position(self.progress.row);
        let place = self.load.source.span;
        let mut records = match self.records.take() {
            Some(records) => records,
            None => self.open(cx, chunk, position).map_err(|error| error.at(place))?,
        };
        let out = self.read(cx, &mut records, chunk, position).map_err(|error| error.at(place))?;
        match out {
            Some(_) => self.records = Some(records),
            None => self.progress.row += 1,
        }
        Ok(out)
    }

    fn forget(&mut self) {
        self.records = None;
    }
}

fn switched_off() -> Error {
    let message = "reading files is switched off here";
    Error::runtime(ErrorType::Io, Detail::InvalidUse, message).hint("the program may allow it with `RunOptions::files`")
}
