//! The text forms, as `toString` gives them: ISO 8601, the seconds left out when they are zero.

use super::{DAY_SECONDS, Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Time};
use std::fmt::{self, Display, Formatter};

impl Display for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        let sign = match year {
            ..0 => "-",
            0..=9999 => "",
            _ => "+",
        };
        write!(f, "{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs())
    }
}

impl Display for LocalTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (hour, minute, second, nanos) = self.hms();
        write!(f, "{hour:02}:{minute:02}")?;
        if second != 0 || nanos != 0 {
            write!(f, ":{second:02}")?;
        }
        write_fraction(f, nanos)
    }
}

impl Display for Time {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.local(), Offset(self.offset))
    }
}

impl Display for LocalDateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date(), self.time())
    }
}

impl Display for DateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.local, Offset(self.offset))?;
        match &self.zone {
            Some(zone) => write!(f, "[{zone}]"),
            None => Ok(()),
        }
    }
}

impl Display for Duration {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let clock = self.clock_nanos();
        if self.months == 0 && self.days == 0 && clock == 0 {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        write_unit(f, i128::from(self.months / 12), 'Y')?;
        write_unit(f, i128::from(self.months % 12), 'M')?;
        write_unit(f, i128::from(self.days), 'D')?;
        if clock != 0 { write_clock(f, clock) } else { Ok(()) }
    }
}

/// An offset from UTC in seconds, written `Z`, `+01:00` or `+00:53:28`.
pub(super) struct Offset(pub(super) i32);

impl Display for Offset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("Z");
        }
        let sign = if self.0 < 0 { '-' } else { '+' };
        let seconds = self.0.unsigned_abs() % DAY_SECONDS as u32;
        write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        if !seconds.is_multiple_of(60) { write!(f, ":{:02}", seconds % 60) } else { Ok(()) }
    }
}

/// The part of a duration after the `T`; every unit carries the sign.
fn write_clock(f: &mut Formatter<'_>, nanos: i128) -> fmt::Result {
    f.write_str("T")?;
    let seconds = nanos / SECOND;
    write_unit(f, seconds / 3600, 'H')?;
    write_unit(f, seconds / 60 % 60, 'M')?;
    let rest = nanos % (60 * SECOND);
    if rest == 0 {
        return Ok(());
    }
    let sign = if rest < 0 { "-" } else { "" };
    let rest = rest.unsigned_abs();
    write!(f, "{sign}{}", rest / SECOND as u128)?;
    write_fraction(f, (rest % SECOND as u128) as u32)?;
    f.write_str("S")
}

fn write_unit(f: &mut Formatter<'_>, amount: i128, unit: char) -> fmt::Result {
    if amount == 0 { Ok(()) } else { write!(f, "{amount}{unit}") }
}

/// A fraction of a second without trailing zeros, or nothing.
fn write_fraction(f: &mut Formatter<'_>, nanos: u32) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    let digits = format!("{nanos:09}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}
