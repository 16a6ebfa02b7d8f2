//! Reading the ISO 8601 text forms.
//!
//! Dates come as calendar, week, quarter and ordinal dates, with dashes or without, and may stop at the year, month
//! or week; times with colons or without, and may stop at the hour or minute; durations by units or in the form of a
//! date and a time. What is left out is the first of its kind.

use super::duration::{Amount, Parts};
use super::{Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Time, Zone, invalid};
use crate::error::{Error, Result};

/// A date, e.g. `2015-07-21`, `20150721`, `2015-W30-2`, `2015-Q3-21` or `2015-202`.
pub fn date(text: &str) -> Result<Date> {
    Scanner::whole(text, Scanner::date).ok_or_else(|| unreadable(text, "date", "2015-07-21"))
}

/// A time of day, e.g. `21:40:32.142`, `214032.142` or `21`.
pub fn local_time(text: &str) -> Result<LocalTime> {
    Scanner::whole(text, Scanner::time).ok_or_else(|| unreadable(text, "local time", "21:40:32.142"))
}

/// A time of day with an offset from UTC, e.g. `21:40:32+01:00`; without one it is UTC's.
pub fn time(text: &str) -> Result<Time> {
    let read = |scanner: &mut Scanner<'_>| {
        let time = scanner.time()?;
        let offset = if scanner.is_done() { 0 } else { scanner.offset()? };
        Some(Time { nanos: time.nanos, offset })
    };
    Scanner::whole(text, read).ok_or_else(|| unreadable(text, "time", "21:40:32.142+01:00"))
}

/// A date and time, e.g. `2015-07-21T21:40:32.142`; without a time it is midnight.
pub fn local_date_time(text: &str) -> Result<LocalDateTime> {
    let read = Scanner::local_date_time;
    Scanner::whole(text, read).ok_or_else(|| unreadable(text, "local date and time", "2015-07-21T21:40:32.142"))
}

/// A date and time in a zone, e.g. `2015-07-21T21:40:32+02:00[Europe/Stockholm]`; without a zone it is UTC's.
pub fn date_time(text: &str) -> Result<DateTime> {
    let bad = || unreadable(text, "date and time", "2015-07-21T21:40:32+02:00[Europe/Stockholm]");
    let (local, offset, name) = Scanner::whole(text, Scanner::zoned_parts).ok_or_else(bad)?;
    let zone = match (name, offset) {
        (Some(name), _) => Zone::parse(name)?,
        (None, Some(offset)) => Zone::fixed(offset).ok_or_else(bad)?,
        (None, None) => Zone::UTC,
    };
    let moment = zone.resolve(local, offset).ok_or_else(bad)?;
    match offset {
        Some(offset) if offset != moment.offset || local != moment.local => {
            Err(invalid(format!("`{}` has an offset that its zone does not have then", excerpt(text)))
                .hint(format!("the offset of the zone is {}", super::format::Offset(moment.offset))))
        }
        _ => Ok(moment),
    }
}

/// A length of time by units, e.g. `P1Y2M10DT2H30M` or `P0.75M`, or in the form `P2012-02-02T14:37:21.545`.
pub fn duration(text: &str) -> Result<Duration> {
    let bad = || unreadable(text, "duration", "P1Y2M10DT2H30M4.5S");
    let dated = Scanner::whole(text, Scanner::duration_as_date);
    let parts = dated.or_else(|| Scanner::whole(text, Scanner::duration_by_units)).ok_or_else(bad)?;
    parts.build()
}

/// An offset from UTC in seconds: `Z`, `+01`, `+0100`, `+01:00` or `+00:53:28`.
pub(super) fn offset(text: &str) -> Option<i32> {
    Scanner::whole(text, Scanner::offset)
}

/// The start of a text, for messages.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn unreadable(text: &str, what: &str, example: &str) -> Error {
    invalid(format!("`{}` is not a {what}", excerpt(text))).hint(format!("a {what} is written like `{example}`"))
}

/// A text and how much of it has been read.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// What `read` finds, where it reads the text to its end.
    fn whole<T>(text: &'a str, read: impl FnOnce(&mut Scanner<'a>) -> Option<T>) -> Option<T> {
        let mut scanner = Scanner { text, at: 0 };
        let value = read(&mut scanner)?;
        scanner.is_done().then_some(value)
    }

    fn is_done(&self) -> bool {
        self.at == self.text.len()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads this ASCII character, if it comes next.
    fn eat(&mut self, expected: u8) -> bool {
        let found = self.peek().is_some_and(|byte| byte.eq_ignore_ascii_case(&expected));
        self.at += usize::from(found);
        found
    }

    /// How many digits come next.
    fn run(&self) -> usize {
        self.text.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Reads a number of exactly this many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let number = self.text.get(self.at..self.at + count)?;
        if count == 0 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.at += count;
        number.parse().ok()
    }

    /// Reads a number of exactly this many digits that is a part of a date or a time.
    fn small(&mut self, count: usize) -> Option<u32> {
        u32::try_from(self.digits(count)?).ok()
    }

    /// Reads a number of one digit or two.
    fn one_or_two(&mut self) -> Option<u32> {
        let run = self.run();
        if run > 2 { None } else { self.small(run) }
    }

    /// Reads a sign, if there is one: -1 or 1.
    fn sign(&mut self) -> Option<i64> {
        if self.eat(b'-') {
            Some(-1)
        } else if self.eat(b'+') {
            Some(1)
        } else {
            None
        }
    }

    fn date(&mut self) -> Option<Date> {
        if let Some(sign) = self.sign() {
            let run = self.run();
            let year = if run <= 9 { sign * self.digits(run)? } else { return None };
            return self.date_with_dashes(year);
        }
        let run = self.run();
        let year = self.digits(4)?;
        match run {
            4 if self.peek() == Some(b'-') => self.date_with_dashes(year),
            4 if self.eat(b'W') => self.compact_week(year),
            4 if self.eat(b'Q') => self.compact_quarter(year),
            4 => Date::from_ymd(year, 1, 1),
            6 => Date::from_ymd(year, self.small(2)?, 1),
            7 => Date::from_ordinal(year, self.small(3)?),
            8 => Date::from_ymd(year, self.small(2)?, self.small(2)?),
            _ => None,
        }
    }

    /// The rest of a date whose parts are set off by dashes.
    fn date_with_dashes(&mut self, year: i64) -> Option<Date> {
        if !self.eat(b'-') {
            return Date::from_ymd(year, 1, 1);
        }
        if self.eat(b'W') {
            let week = self.one_or_two()?;
            let day = if self.eat(b'-') { self.small(1)? } else { 1 };
            return Date::from_week(year, week, day);
        }
        if self.eat(b'Q') {
            let quarter = self.small(1)?;
            let day = if self.eat(b'-') { self.one_or_two()? } else { 1 };
            return Date::from_quarter(year, quarter, day);
        }
        if self.run() == 3 {
            return Date::from_ordinal(year, self.small(3)?);
        }
        let month = self.one_or_two()?;
        let day = if self.eat(b'-') { self.one_or_two()? } else { 1 };
        Date::from_ymd(year, month, day)
    }

    fn compact_week(&mut self, year: i64) -> Option<Date> {
        let (week, day) = match self.run() {
            3 => (self.small(2)?, self.small(1)?),
            _ => (self.small(2)?, 1),
        };
        Date::from_week(year, week, day)
    }

    fn compact_quarter(&mut self, year: i64) -> Option<Date> {
        let (quarter, day) = match self.run() {
            3 => (self.small(1)?, self.small(2)?),
            _ => (self.small(1)?, 1),
        };
        Date::from_quarter(year, quarter, day)
    }

    fn time(&mut self) -> Option<LocalTime> {
        let (mut minute, mut second, mut nanos) = (0, 0, 0);
        let hour = match self.run() {
            1 | 2 => {
                let hour = self.one_or_two()?;
                if self.eat(b':') {
                    minute = self.one_or_two()?;
                    if self.eat(b':') {
                        second = self.one_or_two()?;
                        nanos = self.fraction_of_second()?;
                    }
                }
                hour
            }
            4 => {
                let hour = self.small(2)?;
                minute = self.small(2)?;
                hour
            }
            6 => {
                let hour = self.small(2)?;
                (minute, second) = (self.small(2)?, self.small(2)?);
                nanos = self.fraction_of_second()?;
                hour
            }
            _ => return None,
        };
        LocalTime::from_hms(hour, minute, second, nanos)
    }

    /// Reads up to nine decimals as nanoseconds; 0 where there is no point or comma.
    fn fraction_of_second(&mut self) -> Option<u32> {
        if !self.eat(b'.') && !self.eat(b',') {
            return Some(0);
        }
        let run = self.run();
        if run > 9 {
            return None;
        }
        Some(self.small(run)? * 10_u32.pow(9 - run as u32))
    }

    fn offset(&mut self) -> Option<i32> {
        if self.eat(b'Z') {
            return Some(0);
        }
        let sign = self.sign()?;
        let (mut minute, mut second) = (0, 0);
        let hour = match self.run() {
            1 | 2 => {
                let hour = self.one_or_two()?;
                if self.eat(b':') {
                    minute = self.small(2)?;
                    if self.eat(b':') {
                        second = self.small(2)?;
                    }
                }
                hour
            }
            4 | 6 => {
                let long = self.run() == 6;
                let hour = self.small(2)?;
                minute = self.small(2)?;
                second = if long { self.small(2)? } else { 0 };
                hour
            }
            _ => return None,
        };
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        if minute > 59 || second > 59 || seconds > i64::from(super::zone::MAX_OFFSET) {
            return None;
        }
        i32::try_from(sign * seconds).ok()
    }

    fn local_date_time(&mut self) -> Option<LocalDateTime> {
        let date = self.date()?;
        let time = if self.eat(b'T') { self.time()? } else { LocalTime::MIDNIGHT };
        Some(LocalDateTime::new(date, time))
    }

    /// Date and time, the offset and the name of the zone, as far as they are written.
    fn zoned_parts(&mut self) -> Option<(LocalDateTime, Option<i32>, Option<&'a str>)> {
        let local = self.local_date_time()?;
        let offset = if self.is_done() || self.peek() == Some(b'[') { None } else { Some(self.offset()?) };
        let mut name = None;
        if self.eat(b'[') {
            let rest = &self.text[self.at..];
            let end = rest.find(']')?;
            name = Some(&rest[..end]);
            self.at += end + 1;
        }
        Some((local, offset, name))
    }

    /// `P2012-02-02T14:37:21.545` or `P20120202T143721.545`: the numbers of a date and a time as amounts.
    fn duration_as_date(&mut self) -> Option<Parts> {
        if !self.eat(b'P') {
            return None;
        }
        let dashes = self.run() == 4;
        if !dashes && self.run() != 8 {
            return None;
        }
        let years = self.digits(4)?;
        if dashes && !self.eat(b'-') {
            return None;
        }
        let months = self.digits(2)?;
        if dashes && !self.eat(b'-') {
            return None;
        }
        let days = self.digits(2)?;
        let nanos = if self.eat(b'T') { i128::from(self.time()?.nanos) } else { 0 };
        Some(Parts { months: Amount::int(years * 12 + months), days: Amount::int(days), nanos })
    }

    /// `P1Y2M3W4DT5H6M7.8S`: each amount may have a sign and a fraction.
    fn duration_by_units(&mut self) -> Option<Parts> {
        let sign = self.sign().unwrap_or(1);
        if !self.eat(b'P') || self.is_done() {
            return None;
        }
        let mut parts = Parts::default();
        let mut date_units: &[u8] = b"YMWD";
        while !self.is_done() && !self.eat(b'T') {
            let (unit, amount, _) = self.amount(sign, &mut date_units)?;
            match unit {
                b'Y' => parts.months = parts.months.plus(amount.times(12)),
                b'M' => parts.months = parts.months.plus(amount),
                b'W' => parts.days = parts.days.plus(amount.times(7)),
                _ => parts.days = parts.days.plus(amount),
            }
        }
        if self.text.ends_with(['T', 't']) {
            return None;
        }
        let mut time_units: &[u8] = b"HMS";
        while !self.is_done() {
            let (unit, amount, exact) = self.amount(sign, &mut time_units)?;
            parts.nanos += match unit {
                b'H' => amount.nanos(3600 * SECOND),
                b'M' => amount.nanos(60 * SECOND),
                _ => exact?,
            };
        }
        Some(parts)
    }

    /// Reads an amount and its unit, one of `units`, and takes that unit and those before it out of `units`. The last
    /// of the three is the amount in billionths, where it has no more than nine decimals.
    fn amount(&mut self, sign: i64, units: &mut &[u8]) -> Option<(u8, Amount, Option<i128>)> {
        let sign = sign * self.sign().unwrap_or(1);
        let run = self.run();
        let whole = sign.checked_mul(self.digits(run)?)?;
        let start = self.at;
        if self.eat(b'.') || self.eat(b',') {
            let run = self.run();
            self.at += run;
            if run == 0 {
                return None;
            }
        }
        let decimals = self.text[start..self.at].get(1..).unwrap_or("");
        let fraction: f64 = format!("0.{decimals}0").parse().ok()?;
        let unit = self.peek()?.to_ascii_uppercase();
        let position = units.iter().position(|known| *known == unit)?;
        *units = &units[position + 1..];
        self.at += 1;
        let exact = (decimals.len() <= 9).then(|| format!("{decimals:0<9}").parse::<i64>().ok()).flatten();
        let exact = exact.map(|billionths| i128::from(whole) * SECOND + i128::from(sign * billionths));
        Some((unit, Amount::decimal(whole, fraction * sign as f64), exact))
    }
}
