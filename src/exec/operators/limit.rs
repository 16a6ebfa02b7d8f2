//! The first rows, and all but the first.

use super::super::chunk::Chunk;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::{Operator, Stage};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound::Expr;
use crate::value::Value;

/// The value of a row count: an integer that is not negative and depends on no row.
pub(super) fn row_count(cx: &Context, expr: &Expr, what: &str) -> Result<u64> {
    let wrong = |detail, message: String| Err(Error::runtime(ErrorType::SyntaxError, detail, message).at(expr.span));
    match eval(cx, expr, Row::Empty)? {
        Value::Int(number) => match u64::try_from(number) {
            Ok(count) => Ok(count),
            Err(_) => wrong(Detail::NegativeIntegerArgument, format!("`{what}` cannot be negative; it is {number}")),
        },
        other => {
            let message = format!("`{what}` must be an integer, not a value of type {}", other.type_name());
            wrong(Detail::InvalidArgumentType, message)
        }
    }
}

/// Drops the first rows.
pub(super) struct Skip {
    input: Stage,
    count: Expr,
    /// How many rows are still to be dropped; `None` before it is known.
    left: Option<u64>,
}

impl Skip {
    pub(super) fn new(input: Stage, count: Expr) -> Skip {
        Skip { input, count, left: None }
    }
}

impl Operator for Skip {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let mut left = match self.left {
            Some(left) => left,
            None => row_count(cx, &self.count, "SKIP")?,
        };
        let mut out = None;
        while out.is_none() {
            let Some(chunk) = self.input.next(cx)? else { break };
            out = drop_first(chunk, &mut left);
        }
        self.left = Some(left);
        Ok(out)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.left = None;
    }
}

/// Keeps the first rows.
pub(super) struct Limit {
    input: Stage,
    count: Expr,
    exhaust: bool,
    /// How many rows are still wanted; `None` before it is known.
    left: Option<u64>,
    /// Whether the input has been read to its end.
    finished: bool,
}

impl Limit {
    pub(super) fn new(input: Stage, count: Expr, exhaust: bool) -> Limit {
        Limit { input, count, exhaust, left: None, finished: false }
    }

    /// Reads the input to its end for the sake of its changes.
    fn finish(&mut self, cx: &mut Context) -> Result<()> {
        while self.exhaust && !self.finished {
            self.finished = self.input.next(cx)?.is_none();
        }
        Ok(())
    }
}

impl Operator for Limit {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let mut left = match self.left {
            Some(left) => left,
            None => row_count(cx, &self.count, "LIMIT")?,
        };
        let mut out = None;
        if left > 0 {
            out = self.input.next(cx)?.map(|chunk| keep_first(chunk, &mut left));
            self.finished = out.is_none();
        }
        self.left = Some(left);
        if out.is_none() {
            self.finish(cx)?;
        }
        Ok(out)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.left = None;
        self.finished = false;
    }
}

/// The rows after the first `left`; `None` when there are none.
fn drop_first(mut chunk: Chunk, left: &mut u64) -> Option<Chunk> {
    if *left == 0 {
        return Some(chunk);
    }
    let mut kept = Vec::new();
    for position in chunk.positions() {
        let times = chunk.times(position as usize);
        let dropped = times.min(*left);
        *left -= dropped;
        if dropped < times {
            set_times(&mut chunk, position, times - dropped);
            kept.push(position);
        }
    }
    super::filter::select(chunk, kept)
}

/// The first `left` rows.
pub(super) fn keep_first(mut chunk: Chunk, left: &mut u64) -> Chunk {
    let mut kept = Vec::new();
    for position in chunk.positions() {
        if *left == 0 {
            break;
        }
        let times = chunk.times(position as usize);
        let taken = times.min(*left);
        *left -= taken;
        set_times(&mut chunk, position, taken);
        kept.push(position);
    }
    if kept.len() < chunk.len {
        chunk.selection = Some(kept);
    }
    chunk
}

fn set_times(chunk: &mut Chunk, position: u32, times: u64) {
    if let Some(place) = chunk.multiplicity.as_mut().and_then(|all| all.get_mut(position as usize)) {
        *place = times;
    }
}
