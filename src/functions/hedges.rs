//! Functions of confidence: words for numbers and numbers for words, and what several sources make together.

use super::arguments::{get, list, number, out_of_range, text, unknown_word, wrong_type};
use super::{Body, CallContext, Function};
use crate::error::Result;
use crate::hedge::{SCALES, Scale};
use crate::value::Value;
use crate::value::arithmetic::as_float;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Scalar, "confidenceOf", [word: STRING], [scale: STRING], FLOAT, Body::Strict(confidence_of),
        "The number from 0 to 1 that a word stands for on a scale: WEP (words of estimative probability; when left out), \
         DNI, Admiralty, LowMediumHigh or 0-10; null for one that says that it is open",
        ["confidenceOf('likely')" => "0.7", "confidenceOf('very likely', 'DNI')" => "0.85", "confidenceOf('6', 'Admiralty')" => "null"]
    ),
    function!(
        Scalar, "hedgeOf", [confidence: NUMBER], [scale: STRING], STRING, Body::Strict(hedge_of),
        "The word for a number from 0 to 1 on a scale, as of `confidenceOf`",
        ["hedgeOf(0.65)" => "'likely'", "hedgeOf(0.9, 'Admiralty')" => "'confirmed by other sources'"]
    ),
    function!(
        Scalar, "noisyOr", [confidences: LIST], [], FLOAT, Body::Strict(noisy_or),
        "How sure independent sources make something together: one minus the product of what each leaves open; nulls are \
         passed over, and nothing gives null",
        ["noisyOr([0.5, 0.5])" => "0.75"]
    ),
    function!(
        Scalar, "dempsterShafer", [beliefs: LIST], [], FLOAT, Body::Strict(dempster_shafer),
        "The belief that sources give together by Dempster's rule, each from -1, surely not, over 0, no idea, to 1, \
         surely; nulls are passed over, and nothing gives null",
        ["round(dempsterShafer([0.6, -0.5]), 3)" => "0.429", "dempsterShafer([0.5, 0.5])" => "0.75"]
    ),
];

fn scale(function: &str, arguments: &[Value]) -> Result<&'static Scale> {
    let name = if arguments.len() > 1 { text(function, arguments, 1)? } else { return Ok(&SCALES[0]) };
    Scale::find(name).ok_or_else(|| {
        let known: Vec<&str> = SCALES.iter().map(|scale| scale.name).collect();
        unknown_word(function, "scale", name, &known)
    })
}

fn confidence_of(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (word, scale) = (text("confidenceOf", arguments, 0)?, scale("confidenceOf", arguments)?);
    match scale.value(word) {
        Some(confidence) => Ok(Value::Float(confidence)),
        None if scale.leaves_open(word) => Ok(Value::Null),
        None => Err(unknown_word("confidenceOf", "word", word, &scale.words().collect::<Vec<_>>())),
    }
}

fn hedge_of(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (confidence, scale) = (number("hedgeOf", arguments, 0)?, scale("hedgeOf", arguments)?);
    match scale.word(confidence) {
        Some(word) => Ok(Value::string(word)),
        None => Err(out_of_range(format!("a confidence is from 0 to 1, not {confidence}"))),
    }
}

/// The numbers of a list, each within a range; nulls are passed over.
fn numbers(function: &str, arguments: &[Value], least: f64) -> Result<Vec<f64>> {
    let items = list(function, arguments, 0)?.iter().filter(|item| !item.is_null());
    items
        .map(|item| {
            let number = as_float(item).ok_or_else(|| wrong_type(function, "a List of numbers", get(arguments, 0)))?;
            match (least..=1.0).contains(&number) {
                true => Ok(number),
                false => Err(out_of_range(format!("`{function}()` takes numbers from {least} to 1, not {number}"))),
            }
        })
        .collect()
}

/// `1 - (1 - a)(1 - b)…`
fn noisy_or(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let confidences = numbers("noisyOr", arguments, 0.0)?;
    let open = confidences.iter().map(|confidence| 1.0 - confidence).product::<f64>();
    Ok(if confidences.is_empty() { Value::Null } else { Value::Float(1.0 - open) })
}

/// Each source puts its belief on "so" or on "not so" and the rest on "either". The masses are multiplied, what falls on
/// both at once is left out, and the rest is scaled to one.
fn dempster_shafer(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let beliefs = numbers("dempsterShafer", arguments, -1.0)?;
    if beliefs.is_empty() {
        return Ok(Value::Null);
    }
    let (mut so, mut not, mut either) = (0.0, 0.0, 1.0);
    for belief in beliefs {
        let (for_it, against, open) = (belief.max(0.0), (-belief).max(0.0), 1.0 - belief.abs());
        let conflict = so * against + not * for_it;
        let scale = 1.0 - conflict;
        if scale <= f64::EPSILON {
            let message = "one source is sure that it is so, and another that it is not: nothing follows from both";
            return Err(out_of_range(message));
        }
        (so, not, either) = (
            (so * (for_it + open) + either * for_it) / scale,
            (not * (against + open) + either * against) / scale,
            either * open / scale,
        );
    }
    Ok(Value::Float(so))
}
