//! The calendar: days since 1970-01-01 to and from years, months, weeks, quarters and days of the year.

use super::Date;

/// The first year of the calendar.
pub const MIN_YEAR: i64 = -999_999_999;
/// The last year of the calendar.
pub const MAX_YEAR: i64 = 999_999_999;

/// Days in 400 years, after which the calendar repeats, weekdays included.
pub(super) const CYCLE_DAYS: i64 = 146_097;

const MIN_DAYS: i64 = days_from_civil(MIN_YEAR, 1, 1);
const MAX_DAYS: i64 = days_from_civil(MAX_YEAR, 12, 31);

impl Date {
    /// The first date of the calendar.
    pub const MIN: Date = Date { days: MIN_DAYS };
    /// The last date of the calendar.
    pub const MAX: Date = Date { days: MAX_DAYS };

    /// The date this many days after 1970-01-01, where its year is in range.
    pub fn from_days(days: i64) -> Option<Date> {
        (MIN_DAYS..=MAX_DAYS).contains(&days).then_some(Date { days })
    }

    /// The date of a year, a month and a day of the month, where there is one.
    pub fn from_ymd(year: i64, month: u32, day: u32) -> Option<Date> {
        if !in_range(year) || day == 0 || day > days_in_month(year, month)? {
            return None;
        }
        Some(Date { days: days_from_civil(year, month, day) })
    }

    /// Year, month and day of the month.
    pub fn ymd(self) -> (i64, u32, u32) {
        civil_from_days(self.days.clamp(MIN_DAYS, MAX_DAYS))
    }

    /// The date of an ISO week: weeks start on Monday (1), and week 1 is the one with 4 January.
    pub fn from_week(week_year: i64, week: u32, weekday: u32) -> Option<Date> {
        if !in_range(week_year) || week == 0 || week > weeks_in_year(week_year) || !(1..=7).contains(&weekday) {
            return None;
        }
        Date::from_days(week_year_start(week_year) + i64::from(week - 1) * 7 + i64::from(weekday - 1))
    }

    /// The ISO week year and the week in it.
    pub fn week(self) -> (i64, u32) {
        let thursday = self.days.clamp(MIN_DAYS, MAX_DAYS) + 4 - i64::from(self.weekday());
        let (year, ..) = civil_from_days(thursday);
        let ordinal = thursday - days_from_civil(year, 1, 1);
        (year, (ordinal / 7 + 1) as u32)
    }

    /// The day of the week: 1 for Monday to 7 for Sunday.
    pub fn weekday(self) -> u32 {
        weekday_of(self.days.clamp(MIN_DAYS, MAX_DAYS))
    }

    /// The date of a year and a day of the year, counted from 1.
    pub fn from_ordinal(year: i64, day: u32) -> Option<Date> {
        let length = if is_leap_year(year) { 366 } else { 365 };
        if !in_range(year) || day == 0 || day > length {
            return None;
        }
        Some(Date { days: days_from_civil(year, 1, 1) + i64::from(day - 1) })
    }

    /// The day of the year, counted from 1.
    pub fn ordinal_day(self) -> u32 {
        let days = self.days.clamp(MIN_DAYS, MAX_DAYS);
        (days - days_from_civil(civil_from_days(days).0, 1, 1) + 1) as u32
    }

    /// The date of a year, a quarter (1 to 4) and a day of that quarter, counted from 1.
    pub fn from_quarter(year: i64, quarter: u32, day: u32) -> Option<Date> {
        if !(1..=4).contains(&quarter) {
            return None;
        }
        let start = Date::from_ymd(year, quarter * 3 - 2, 1)?;
        let last_month = days_in_month(year, quarter * 3)?;
        let last = Date::from_ymd(year, quarter * 3, last_month)?;
        let date = Date { days: start.days + i64::from(day) - 1 };
        (start..=last).contains(&date).then_some(date)
    }

    /// The quarter of the year, 1 to 4.
    pub fn quarter(self) -> u32 {
        (self.ymd().1 - 1) / 3 + 1
    }

    /// The day of the quarter, counted from 1.
    pub fn day_of_quarter(self) -> u32 {
        let (year, ..) = self.ymd();
        let start = days_from_civil(year, self.quarter() * 3 - 2, 1);
        (self.days.clamp(MIN_DAYS, MAX_DAYS) - start + 1) as u32
    }

    /// The date this many months later. A day the month does not have becomes the last one it has.
    pub fn add_months(self, months: i64) -> Option<Date> {
        let (year, month, day) = self.ymd();
        let total = (year * 12 + i64::from(month) - 1).checked_add(months)?;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) as u32 + 1);
        Date::from_ymd_clamped(year, month, day)
    }

    /// The date this many days later.
    pub fn add_days(self, days: i64) -> Option<Date> {
        Date::from_days(self.days.checked_add(days)?)
    }

    /// As [`Date::from_ymd`], with a day the month does not have moved to the last one it has.
    pub fn from_ymd_clamped(year: i64, month: u32, day: u32) -> Option<Date> {
        Date::from_ymd(year, month, day.min(days_in_month(year, month)?))
    }
}

/// Whether the year has a 29 February.
pub fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month (1 to 12) of a year.
pub fn days_in_month(year: i64, month: u32) -> Option<u32> {
    match month {
        2 => Some(if is_leap_year(year) { 29 } else { 28 }),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// The number of ISO weeks of a week year: 52 or 53.
pub fn weeks_in_year(week_year: i64) -> u32 {
    ((week_year_start(week_year + 1) - week_year_start(week_year)) / 7) as u32
}

/// The day number of the Monday of week 1.
fn week_year_start(week_year: i64) -> i64 {
    let fourth = days_from_civil(week_year, 1, 4);
    fourth + 1 - i64::from(weekday_of(fourth))
}

fn in_range(year: i64) -> bool {
    (MIN_YEAR..=MAX_YEAR).contains(&year)
}

/// 1970-01-01 was a Thursday, day 4.
fn weekday_of(days: i64) -> u32 {
    (days + 3).rem_euclid(7) as u32 + 1
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day comes last and the days before a month
/// are a linear function of it.
const fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let (year, month_from_march) = if month > 2 { (year, month as i64 - 3) } else { (year - 1, month as i64 + 9) };
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * CYCLE_DAYS + day_of_cycle - MARCH_YEAR_ZERO
}

/// The inverse of [`days_from_civil`].
const fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + MARCH_YEAR_ZERO;
    let cycle = shifted.div_euclid(CYCLE_DAYS);
    let day_of_cycle = shifted.rem_euclid(CYCLE_DAYS);
    // Take out the leap days before it, so that all years are of 365 days.
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    let year = cycle * 400 + year_of_cycle + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// Days from 0000-03-01 to 1970-01-01.
const MARCH_YEAR_ZERO: i64 = 719_468;
