//! Rounding to decimal places.
//!
//! A float is rounded as the shortest decimal number that reads back to it: 2.675 is taken as two and 675
//! thousandths, as it is written, and not as the binary number a little below.

use super::arguments::unknown_word;
use crate::error::Result;
use std::cmp::Ordering;

/// Where a number goes that lies between two candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
}

const MODES: [(&str, Mode); 7] = [
    ("UP", Mode::Up),
    ("DOWN", Mode::Down),
    ("CEILING", Mode::Ceiling),
    ("FLOOR", Mode::Floor),
    ("HALF_UP", Mode::HalfUp),
    ("HALF_DOWN", Mode::HalfDown),
    ("HALF_EVEN", Mode::HalfEven),
];

impl Mode {
    /// The mode of that name in any case.
    pub(super) fn named(name: &str) -> Result<Mode> {
        let found = MODES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, mode)| *mode).ok_or_else(|| unknown_word("round", "mode", name, &MODES.map(|(known, _)| known)))
    }

    /// Whether the size grows, given how what is cut off compares with half a unit and whether the last digit kept is
    /// odd.
    fn grows(self, negative: bool, rest: Ordering, odd: bool) -> bool {
        match self {
            Mode::Up => true,
            Mode::Down => false,
            Mode::Ceiling => !negative,
            Mode::Floor => negative,
            Mode::HalfUp => rest.is_ge(),
            Mode::HalfDown => rest.is_gt(),
            Mode::HalfEven => rest.is_gt() || (rest.is_eq() && odd),
        }
    }
}

/// The number with at most that many decimal places.
pub(super) fn round_to(number: f64, places: usize, mode: Mode) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    let (digits, exponent) = decimal(number.abs());
    let Some(kept) = i64::try_from(places).ok().and_then(|places| places.checked_add(exponent + 1)) else {
        return number;
    };
    if kept >= digits.len() as i64 {
        return number;
    }
    let (head, rest) = cut(&digits, kept);
    let odd = head.last().is_some_and(|digit| digit % 2 == 1);
    let head = if mode.grows(number.is_sign_negative(), rest, odd) { increased(head) } else { head.to_vec() };
    let text: String = head.iter().map(|digit| char::from(b'0' + digit)).collect();
    // An empty text stands for zero; the text of digits and exponent always reads as a float.
    let size: f64 = format!("0{text}e-{places}").parse().unwrap_or(number);
    size.copysign(number)
}

/// The digits of the shortest decimal form, and the power of ten that the first of them counts.
fn decimal(size: f64) -> (Vec<u8>, i64) {
    let text = format!("{size:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
    (digits, exponent.parse().unwrap_or(0))
}

/// The digits kept, and how the others compare with half a unit of the last one kept.
fn cut(digits: &[u8], kept: i64) -> (&[u8], Ordering) {
    let Ok(kept) = usize::try_from(kept) else {
        // Even the first digit stands to the right of the one after the last kept.
        return (&[], Ordering::Less);
    };
    let (head, tail) = digits.split_at(kept.min(digits.len()));
    let Some((first, others)) = tail.split_first() else {
        return (head, Ordering::Less);
    };
    let more = others.iter().any(|digit| *digit != 0);
    (head, first.cmp(&5).then(if more { Ordering::Greater } else { Ordering::Equal }))
}

/// The digits of the next greater number.
fn increased(digits: &[u8]) -> Vec<u8> {
    let mut digits = digits.to_vec();
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return digits;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn modes() {
        let cases = [
            (1.249, 1, "UP", 1.3),
            (1.25, 1, "DOWN", 1.2),
            (-1.25, 1, "ceiling", -1.2),
            (1.21, 1, "CEILING", 1.3),
            (-1.21, 1, "FLOOR", -1.3),
            (2.675, 2, "HALF_UP", 2.68),
            (-1.5, 0, "HALF_UP", -2.0),
            (2.5, 0, "HALF_DOWN", 2.0),
            (2.5, 0, "HALF_EVEN", 2.0),
            (3.5, 0, "HALF_EVEN", 4.0),
            (9.99, 1, "HALF_UP", 10.0),
            (0.5, 0, "HALF_UP", 1.0),
            (0.04, 0, "HALF_UP", 0.0),
            (0.04, 0, "UP", 1.0),
            (0.004, 1, "UP", 0.1),
            (1e300, 2, "HALF_UP", 1e300),
            (1e-300, 2, "HALF_UP", 0.0),
            (1e-300, 350, "HALF_UP", 1e-300),
            (1.5, usize::MAX, "HALF_UP", 1.5),
        ];
        for (number, places, mode, expected) in cases {
            let mode = Mode::named(mode).expect("a mode");
            assert_eq!(round_to(number, places, mode), expected, "round({number}, {places}, {mode:?})");
        }
        assert!(Mode::named("SIDEWAYS").is_err());
        assert!(round_to(f64::NAN, 1, Mode::Up).is_nan());
    }

    proptest! {
        #[test]
        fn no_place_is_off_by_more_than_half(number in -1e6..1e6_f64, places in 0_usize..6) {
            let rounded = round_to(number, places, Mode::HalfUp);
            let unit = 10_f64.powi(-(places as i32));
            prop_assert!((rounded - number).abs() <= unit / 2.0 + 1e-9);
            prop_assert_eq!(round_to(rounded, places, Mode::HalfUp), rounded);
        }
    }
}
