//! Time zones: fixed offsets from UTC, and named zones of the built-in time zone database.
//!
//! The database covers the years from -9999 to 9999. Outside them a moment is moved by whole 400-year cycles of the
//! calendar to where the database answers: far back that is the zone's earliest known offset, far ahead its
//! present rule.

use super::civil::CYCLE_DAYS;
use super::{DAY_SECONDS, DateTime, LocalDateTime, SECOND, invalid, parse};
use crate::error::Result;
use crate::text::nearest;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use std::sync::{Arc, LazyLock};

/// The largest offset from UTC, 18 hours, in seconds.
pub(super) const MAX_OFFSET: i32 = 18 * 3600;

/// The longest name that a zone may have, in bytes: twice the longest of the database.
const LONGEST_NAME: usize = 64;

/// Seconds in 400 years.
const CYCLE: i64 = CYCLE_DAYS * DAY_SECONDS;
/// Moments up to this far from 1970, in seconds, are the database's; the rest is moved there by whole cycles.
const KNOWN_FROM: i64 = -370_000_000_000;
const KNOWN_TO: i64 = 250_000_000_000;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(Rules);

#[derive(Clone, Debug)]
enum Rules {
    Fixed(i32),
    Named { name: Arc<str>, rules: TimeZone },
}

impl Zone {
    /// The zone of UTC.
    pub const UTC: Zone = Zone(Rules::Fixed(0));

    /// The zone that is always this many seconds east of UTC; at most 18 hours.
    pub fn fixed(offset: i32) -> Option<Zone> {
        (-MAX_OFFSET..=MAX_OFFSET).contains(&offset).then_some(Zone(Rules::Fixed(offset)))
    }

    /// The zone of a name of the time zone database, in any case.
    pub fn named(name: &str) -> Option<Zone> {
        let rules = DATABASE.get(name).ok()?;
        let name = Arc::from(rules.iana_name().unwrap_or(name));
        Some(Zone(Rules::Named { name, rules }))
    }

    /// The zone that a text names: `Z`, an offset like `+01:00`, or a name like `Europe/Stockholm`.
    pub fn parse(text: &str) -> Result<Zone> {
        let zone = match parse::offset(text) {
            Some(offset) => Zone::fixed(offset),
            None => Zone::named(text),
        };
        zone.ok_or_else(|| {
            let error = invalid(format!("there is no time zone `{}`", parse::excerpt(text)));
            match near(text) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("write a zone as `Z`, `+01:00` or `Europe/Stockholm`"),
            }
        })
    }

    /// The zone of a date and time. A name that the database does not know counts as its offset.
    pub fn of(moment: &DateTime) -> Zone {
        let named = moment.zone.as_deref().and_then(Zone::named);
        named.unwrap_or(Zone(Rules::Fixed(moment.offset)))
    }

    /// The moment at which a clock of this zone shows `local`. Where it shows it twice, the moment with the preferred
    /// offset, or else the earlier; where it skips it, the moment as far after the gap as `local` is into it.
    pub fn resolve(&self, local: LocalDateTime, preferred: Option<i32>) -> Option<DateTime> {
        let (shift, offset) = match &self.0 {
            Rules::Fixed(offset) => (0, *offset),
            Rules::Named { rules, .. } => match ambiguous(rules, local)? {
                AmbiguousOffset::Unambiguous { offset } => (0, offset.seconds()),
                AmbiguousOffset::Gap { before, after } => (after.seconds() - before.seconds(), after.seconds()),
                AmbiguousOffset::Fold { after, .. } if preferred == Some(after.seconds()) => (0, after.seconds()),
                AmbiguousOffset::Fold { before, .. } => (0, before.seconds()),
            },
        };
        let local = LocalDateTime::from_total_nanos(local.total_nanos() + i128::from(shift) * SECOND)?;
        Some(DateTime { local, offset, zone: self.name() })
    }

    /// What a clock of this zone shows at a moment, given in nanoseconds since 1970-01-01T00:00Z.
    pub fn at(&self, instant: i128) -> Option<DateTime> {
        let offset = self.offset_at(i64::try_from(instant.div_euclid(SECOND)).ok()?)?;
        let local = LocalDateTime::from_total_nanos(instant.checked_add(i128::from(offset) * SECOND)?)?;
        Some(DateTime { local, offset, zone: self.name() })
    }

    /// The offset from UTC at a moment, given in seconds since 1970-01-01T00:00Z.
    pub fn offset_at(&self, seconds: i64) -> Option<i32> {
        match &self.0 {
            Rules::Fixed(offset) => Some(*offset),
            Rules::Named { rules, .. } => {
                let moment = jiff::Timestamp::from_second(into_known(seconds)).ok()?;
                Some(rules.to_offset(moment).seconds())
            }
        }
    }

    /// The name of a named zone.
    pub fn name(&self) -> Option<Arc<str>> {
        match &self.0 {
            Rules::Fixed(_) => None,
            Rules::Named { name, .. } => Some(name.clone()),
        }
    }
}

/// Whether a text has the form of a zone's name.
pub(super) fn can_be_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(fits)
}

/// The name in the database that is nearest to one that is not in it.
fn near(name: &str) -> Option<String> {
    let known: Vec<String> = DATABASE.available().map(|name| name.to_string()).collect();
    nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
}

fn ambiguous(rules: &TimeZone, local: LocalDateTime) -> Option<AmbiguousOffset> {
    let known = LocalDateTime { seconds: into_known(local.seconds), nanos: 0 };
    let (year, month, day) = known.date().ymd();
    let (hour, minute, second, _) = known.time().hms();
    let civil = jiff::civil::DateTime::new(
        i16::try_from(year).ok()?,
        month as i8,
        day as i8,
        hour as i8,
        minute as i8,
        second as i8,
        0,
    );
    Some(rules.to_ambiguous_timestamp(civil.ok()?).offset())
}

/// The same time of the same day of another year, one that the database covers.
fn into_known(seconds: i64) -> i64 {
    if seconds < KNOWN_FROM {
        KNOWN_FROM + (seconds - KNOWN_FROM).rem_euclid(CYCLE)
    } else if seconds > KNOWN_TO {
        KNOWN_TO - (KNOWN_TO.saturating_sub(seconds)).rem_euclid(CYCLE)
    } else {
        seconds
    }
}
