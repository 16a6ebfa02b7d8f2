//! Lengths of time: building them from whole and fractional amounts, and their order.

use super::{DAY, Duration, SECOND, out_of_range};
use crate::error::Result;
use std::cmp::Ordering;

/// Nanoseconds in an average month of the Gregorian calendar, 30.436875 days: what a fraction of a month is worth.
pub(super) const MONTH: i128 = 2_629_746 * SECOND;

/// Beyond this a floating-point amount fits no part of a duration.
const LARGEST: f64 = 9.3e18;

impl Duration {
    /// A duration of months, days and nanoseconds, where each part is in range.
    pub fn from_parts(months: i128, days: i128, nanos: i128) -> Option<Duration> {
        Some(Duration {
            months: i64::try_from(months).ok()?,
            days: i64::try_from(days).ok()?,
            seconds: i64::try_from(nanos.div_euclid(SECOND)).ok()?,
            nanos: nanos.rem_euclid(SECOND) as u32,
        })
    }

    /// A duration of these parts, where the nanoseconds are less than a second.
    pub fn from_fields(months: i64, days: i64, seconds: i64, nanos: u32) -> Option<Duration> {
        (nanos < 1_000_000_000).then_some(Duration { months, days, seconds, nanos })
    }

    /// Seconds and nanoseconds as one number of nanoseconds.
    pub fn clock_nanos(&self) -> i128 {
        i128::from(self.seconds) * SECOND + i128::from(self.nanos)
    }

    /// The length in nanoseconds with average months and days of 24 hours: what durations are sorted by.
    pub fn sort_key(&self) -> i128 {
        i128::from(self.months) * MONTH + i128::from(self.days) * DAY + self.clock_nanos()
    }

    /// The order for sorting: by average length, then by months and days, so that only equal durations are equal.
    pub fn order(&self, other: &Duration) -> Ordering {
        let length = self.sort_key().cmp(&other.sort_key());
        length.then(self.months.cmp(&other.months)).then(self.days.cmp(&other.days))
    }
}

/// A count of some unit: a whole number and a fraction of the same sign, smaller than one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amount {
    whole: i128,
    fraction: f64,
}

impl Amount {
    pub(super) fn int(whole: i64) -> Amount {
        Amount { whole: i128::from(whole), fraction: 0.0 }
    }

    /// A floating-point amount, where it is finite and not too large for any part.
    pub(super) fn float(number: f64) -> Result<Amount> {
        if !number.is_finite() || number.abs() > LARGEST {
            return Err(out_of_range("duration"));
        }
        Ok(Amount { whole: number.trunc() as i128, fraction: number.fract() })
    }

    /// A decimal amount: the whole part, and the fraction with the sign of the number.
    pub(super) fn decimal(whole: i64, fraction: f64) -> Amount {
        Amount { whole: i128::from(whole), fraction }
    }

    pub(super) fn times(self, factor: i32) -> Amount {
        Amount { whole: self.whole * i128::from(factor), fraction: self.fraction * f64::from(factor) }.normal()
    }

    pub(super) fn plus(self, other: Amount) -> Amount {
        Amount { whole: self.whole + other.whole, fraction: self.fraction + other.fraction }.normal()
    }

    /// How many nanoseconds this is, in units of `unit` nanoseconds, to the nearest.
    pub(super) fn nanos(self, unit: i128) -> i128 {
        self.whole * unit + (self.fraction * unit as f64).round() as i128
    }

    /// The nanoseconds of the fraction alone.
    fn fraction_nanos(self, unit: i128) -> i128 {
        (self.fraction * unit as f64).round() as i128
    }

    /// Moves whole units out of the fraction and gives both parts one sign.
    fn normal(self) -> Amount {
        let mut whole = self.whole + self.fraction.trunc() as i128;
        let mut fraction = self.fraction.fract();
        if whole > 0 && fraction < 0.0 {
            (whole, fraction) = (whole - 1, fraction + 1.0);
        } else if whole < 0 && fraction > 0.0 {
            (whole, fraction) = (whole + 1, fraction - 1.0);
        }
        Amount { whole, fraction }
    }
}

/// A duration being put together. A fraction of a month becomes days and seconds, a fraction of a day seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) months: Amount,
    pub(super) days: Amount,
    pub(super) nanos: i128,
}

impl Parts {
    pub(super) fn build(self) -> Result<Duration> {
        let carry = self.months.fraction_nanos(MONTH) + self.days.fraction_nanos(DAY);
        carried(self.months.whole, self.days.whole, carry, self.nanos)
    }
}

/// A duration of whole months and days and of two lengths in nanoseconds: whole days of the first count as days.
pub(super) fn carried(months: i128, days: i128, carry: i128, nanos: i128) -> Result<Duration> {
    let parts = || {
        let total = days.checked_mul(DAY)?.checked_add(carry)?;
        Duration::from_parts(months, total / DAY, (total % DAY).checked_add(nanos)?)
    };
    parts().ok_or_else(|| out_of_range("duration"))
}
