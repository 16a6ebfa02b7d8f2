//! Answers in the form in which the benchmark compares them.

use crate::questions::Question;
use serde_json::{Value as Json, json};
use standpoint::{Row, Value};

/// The answers of a question.
pub(crate) fn of(question: &Question, answers: &[Vec<Row>]) -> Json {
    match answers {
        [only] if !question.batch => rows(only),
        all => all.iter().map(|answer| rows(answer)).collect(),
    }
}

/// Rows as lists of values.
pub(crate) fn rows(rows: &[Row]) -> Json {
    rows.iter().map(|row| row.values().iter().map(value).collect::<Json>()).collect()
}

/// A float without fraction is an integer; others have six digits behind the point.
fn value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => json!(*value as i64),
        Value::Float(value) => json!((value * 1e6).round() / 1e6),
        Value::String(text) => json!(**text),
        other => json!(format!("{other:?}")),
    }
}
