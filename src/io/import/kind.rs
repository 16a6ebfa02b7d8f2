//! The types of columns: those that a header says, and those that values show.
//!
//! A type is inferred from all values of a column. Only forms from which the text can be had again count: `7` is an
//! integer and `007` is a text.

use crate::error::Error;
use crate::text::beginning;
use crate::value::Value;
use crate::value::temporal::parse;
use std::fmt;
use std::sync::Arc;

/// A type that a header can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Truth values.
    Bool,
    /// Integers of so many bits.
    Int(u32),
    /// Floats.
    Float,
    /// Texts.
    Text,
    /// Texts of one character.
    Char,
    /// A temporal type, by its place in [`TEMPORAL`].
    Temporal(usize),
    /// Lists; their parts stand between semicolons.
    List(Box<Kind>),
}

/// The names that headers use, the first for a type being the usual one.
const NAMES: &[(&str, Kind)] = &[
    ("boolean", Kind::Bool),
    ("bool", Kind::Bool),
    ("int", Kind::Int(64)),
    ("integer", Kind::Int(64)),
    ("long", Kind::Int(64)),
    ("short", Kind::Int(16)),
    ("byte", Kind::Int(8)),
    ("float", Kind::Float),
    ("double", Kind::Float),
    ("string", Kind::Text),
    ("text", Kind::Text),
    ("char", Kind::Char),
    ("date", Kind::Temporal(0)),
    ("localtime", Kind::Temporal(1)),
    ("time", Kind::Temporal(2)),
    ("localdatetime", Kind::Temporal(3)),
    ("datetime", Kind::Temporal(4)),
    ("duration", Kind::Temporal(5)),
];

/// How a temporal value is read.
type Read = fn(&str) -> Result<Value, Error>;

/// The temporal types.
const TEMPORAL: [Read; 6] = [
    |text| parse::date(text).map(Value::Date),
    |text| parse::local_time(text).map(Value::LocalTime),
    |text| parse::time(text).map(Value::Time),
    |text| parse::local_date_time(text).map(Value::LocalDateTime),
    |text| parse::date_time(text).map(|moment| Value::DateTime(Arc::new(moment))),
    |text| parse::duration(text).map(|length| Value::Duration(Arc::new(length))),
];

impl Kind {
    /// The type of a name, without regard to case; with `[]` behind, lists of it.
    pub(super) fn named(name: &str) -> Option<Kind> {
        if let Some(item) = name.strip_suffix("[]") {
            return Kind::named(item).filter(|item| !matches!(item, Kind::List(_))).map(|item| Kind::List(item.into()));
        }
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| kind.clone())
    }

    /// Every name.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// Reads a value that is not empty; or says why it is none.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        let value = match self {
            Kind::Bool => truth(text.trim()).map(Value::Bool),
            Kind::Int(bits) => text.trim().parse().ok().filter(|number| fits(*number, *bits)).map(Value::Int),
            Kind::Float => text.trim().parse().ok().map(Value::Float),
            Kind::Text => Some(Value::string(text)),
            Kind::Char => (text.chars().count() == 1).then(|| Value::string(text)),
            Kind::Temporal(which) => TEMPORAL[*which](text.trim()).ok(),
            Kind::List(item) => return list(item, text),
        };
        value.ok_or_else(|| format!("`{}` is no {self}", beginning(text)))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::List(item) => write!(f, "{item}[]"),
            kind => f.write_str(NAMES.iter().find(|(_, known)| known == kind).map_or("", |(name, _)| name)),
        }
    }
}

fn list(item: &Kind, text: &str) -> Result<Value, String> {
    let items: Result<Vec<Value>, String> = text.split(';').map(|part| item.read(part)).collect();
    items.map(Value::list)
}

fn fits(number: i64, bits: u32) -> bool {
    let unused = 64 - bits;
    number.wrapping_shl(unused) >> unused == number
}

fn truth(text: &str) -> Option<bool> {
    [("true", true), ("false", false)].iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, is)| *is)
}

/// Sets of forms that values have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forms(u8);

impl Forms {
    pub(super) const BOOL: Forms = Forms(1);
    /// Integers that are floats too.
    pub(super) const INT: Forms = Forms(2);
    /// Integers that no float equals for certain.
    pub(super) const LONG: Forms = Forms(4);
    pub(super) const FLOAT: Forms = Forms(8);
    pub(super) const DATE: Forms = Forms(16);
    pub(super) const LOCAL_DATE_TIME: Forms = Forms(32);
    pub(super) const DATE_TIME: Forms = Forms(64);
    pub(super) const TEXT: Forms = Forms(128);

    /// Adds forms.
    #[inline]
    pub(super) fn add(&mut self, other: Forms) {
        self.0 |= other.0;
    }

    fn are_among(self, others: &[Forms]) -> bool {
        self.0 & !others.iter().fold(0, |all, form| all | form.0) == 0
    }
}

/// The type that a column's values show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Inferred {
    /// There are no values.
    #[default]
    Nothing,
    Bool,
    Int,
    Float,
    Date,
    LocalDateTime,
    DateTime,
    Text,
}

impl Inferred {
    /// The type of values of these forms.
    pub(super) fn of(forms: Forms) -> Inferred {
        let table = [
            (&[][..], Inferred::Nothing),
            (&[Forms::BOOL], Inferred::Bool),
            (&[Forms::INT, Forms::LONG], Inferred::Int),
            (&[Forms::INT, Forms::FLOAT], Inferred::Float),
            (&[Forms::DATE], Inferred::Date),
            (&[Forms::LOCAL_DATE_TIME], Inferred::LocalDateTime),
            (&[Forms::DATE_TIME], Inferred::DateTime),
        ];
        table.into_iter().find(|(among, _)| forms.are_among(among)).map_or(Inferred::Text, |(_, inferred)| inferred)
    }
}

/// The form of a value that is not empty.
pub(super) fn form_of(text: &str) -> Forms {
    if let Some(number) = integer(text.as_bytes()) {
        return form_of_integer(number);
    }
    match () {
        () if float(text).is_some() => Forms::FLOAT,
        () if truth(text).is_some() => Forms::BOOL,
        () if date(text).is_some() => Forms::DATE,
        () if local_date_time(text).is_some() => Forms::LOCAL_DATE_TIME,
        () if date_time(text).is_some() => Forms::DATE_TIME,
        () => Forms::TEXT,
    }
}

/// The form of an integer.
#[inline]
pub(super) fn form_of_integer(number: i64) -> Forms {
    if number.unsigned_abs() <= 1 << 53 { Forms::INT } else { Forms::LONG }
}

/// An integer in its usual form: no sign but a minus, no zeros before it.
#[inline]
pub(super) fn integer(bytes: &[u8]) -> Option<i64> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let negative = digits.len() < bytes.len();
    let first = *digits.first()?;
    if digits.len() > 19 || first == b'0' && (digits.len() > 1 || negative) {
        return None;
    }
    let mut number: u64 = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    match negative {
        false => i64::try_from(number).ok(),
        true => 0i64.checked_sub_unsigned(number),
    }
}

/// A truth value in its usual form.
pub(super) fn boolean(bytes: &[u8]) -> Option<bool> {
    std::str::from_utf8(bytes).ok().and_then(truth)
}

/// A float in its usual form: an integer part, and a fraction or an exponent or both.
pub(super) fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let usual = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    let exponent_fits = |text: &str| digits(text.strip_prefix(['+', '-']).unwrap_or(text));
    let is_float = (fraction.is_some() || exponent.is_some()) && usual;
    if !is_float || !fraction.is_none_or(digits) || !exponent.is_none_or(exponent_fits) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A float of few digits in its usual form, with a fraction and no exponent: both the digits as an integer and the power
/// of ten are floats exactly, so their quotient is the nearest float.
#[inline]
pub(super) fn decimal(bytes: &[u8]) -> Option<f64> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    if digits.len() > TENS.len() || digits.len() < 3 || digits[0] == b'0' && digits[1] != b'.' {
        return None;
    }
    let (mut number, mut point) = (0u64, None);
    for (at, byte) in digits.iter().enumerate() {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => number = number * 10 + u64::from(digit),
            _ if *byte == b'.' && point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let point = point.filter(|point| *point > 0 && point + 1 < digits.len())?;
    let float = number as f64 / TENS[digits.len() - point - 1];
    Some(if digits.len() < bytes.len() { -float } else { float })
}

/// Powers of ten.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A date of the form `2025-11-21`.
pub(super) fn date(text: &str) -> Option<Value> {
    is_like(text, b"0000-00-00").then(|| TEMPORAL[0](text).ok())?
}

/// A date and time of the form `2025-11-21T10:30:00`, with a fraction or without.
pub(super) fn local_date_time(text: &str) -> Option<Value> {
    let (begin, fraction) = text.split_at_checked(19)?;
    let fraction_fits =
        |text: &str| text.strip_prefix('.').is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let fits = is_like(begin, b"0000-00-00T00:00:00") && (fraction.is_empty() || fraction_fits(fraction));
    fits.then(|| TEMPORAL[3](text).ok())?
}

/// The same followed by `Z`, or an offset like `+01:00`.
pub(super) fn date_time(text: &str) -> Option<Value> {
    let local = match text.strip_suffix('Z') {
        Some(local) => local,
        None => {
            let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
            (is_like(offset, b"+00:00") || is_like(offset, b"-00:00")).then_some(local)?
        }
    };
    local_date_time(local)?;
    TEMPORAL[4](text).ok()
}

/// Whether a text has digits where a pattern has zeros, and the same bytes elsewhere.
fn is_like(text: &str, pattern: &[u8]) -> bool {
    let same = |(byte, like): (u8, &u8)| if *like == b'0' { byte.is_ascii_digit() } else { byte == *like };
    text.len() == pattern.len() && text.bytes().zip(pattern).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inferred(texts: &[&str]) -> Inferred {
        let mut forms = Forms::default();
        texts.iter().for_each(|text| forms.add(form_of(text)));
        Inferred::of(forms)
    }

    #[test]
    fn all_values_together_decide() {
        assert_eq!(inferred(&[]), Inferred::Nothing);
        assert_eq!(inferred(&["1", "-7", "9223372036854775807", "-9223372036854775808"]), Inferred::Int);
        assert_eq!(inferred(&["1", "2.50", "-1e-3", "0.5E+7"]), Inferred::Float);
        assert_eq!(inferred(&["9007199254740993", "2.5"]), Inferred::Text, "the float would be another number");
        assert_eq!(inferred(&["true", "False"]), Inferred::Bool);
        assert_eq!(inferred(&["2025-11-21"]), Inferred::Date);
        assert_eq!(inferred(&["2025-11-21T10:00:00", "2025-11-21T10:00:00.25"]), Inferred::LocalDateTime);
        assert_eq!(inferred(&["2025-11-21T10:00:00Z", "2025-11-21T10:00:00-05:30"]), Inferred::DateTime);
        assert_eq!(inferred(&["2025-11-21", "2025-11-21T10:00:00"]), Inferred::Text);
        for text in ["007", "+1", "-0", "1.", ".5", "00.5", "1e", "1e999", "NaN", "9223372036854775808", " 1", "-"] {
            assert_eq!(inferred(&[text]), Inferred::Text, "{text}");
        }
        assert_eq!(inferred(&["2025-02-30"]), Inferred::Text);
    }

    proptest! {
        #[test]
        fn few_digits_are_the_same_float(text in "-?[0-9]{0,9}[.e]?[0-9]{0,9}[.-]?", few in "-?(0|[1-9][0-9]{0,5})\\.[0-9]{1,8}") {
            let bits = |text: &str| float(text).map(f64::to_bits);
            let read = decimal(text.as_bytes()).map(f64::to_bits);
            prop_assert!(read.is_none() || read == bits(&text));
            prop_assert_eq!(decimal(few.as_bytes()).map(f64::to_bits), bits(&few));
        }
    }

    #[test]
    fn a_said_type_is_read_or_refused() {
        let read = |kind: &str, text: &str| Kind::named(kind).unwrap().read(text);
        assert_eq!(read("int", " 007").map(|value| value.as_int()), Ok(Some(7)));
        assert_eq!(read("byte", "128").unwrap_err(), "`128` is no byte");
        assert_eq!(read("short", "-32768").map(|value| value.as_int()), Ok(Some(-32768)));
        assert_eq!(read("date", "2025-13-01").unwrap_err(), "`2025-13-01` is no date");
        assert!(matches!(read("Boolean", "TRUE"), Ok(Value::Bool(true))));
        assert!(matches!(read("double", "Infinity"), Ok(Value::Float(number)) if number.is_infinite()));
        assert!(matches!(read("datetime", "2025-11-21T10:00:00+01:00"), Ok(Value::DateTime(_))));
        assert!(matches!(read("int[]", "1;2"), Ok(Value::List(_))));
        assert_eq!(read("int[]", "1;x").unwrap_err(), "`x` is no int");
        assert_eq!(read("char", "ab").unwrap_err(), "`ab` is no char");
        assert!(Kind::named("int[][]").is_none() && Kind::named("point").is_none());
    }
}
