//! Instants and spans. Text forms have a fixed width, so that text order is time order.

use std::{fmt, str::FromStr};

use ::time::{Date, OffsetDateTime, UtcOffset, format_description::FormatItem, macros::format_description};
use serde::{Deserialize, Serialize};

use crate::ids::{InvalidId, text_form};

/// An instant, UTC, to the millisecond, from 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// `2026-11-22T18:43:48.123Z`
const TEXT: &[FormatItem<'static>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const END_OF_TIME: i64 = 253_402_300_799_999;

impl Timestamp {
    pub const EPOCH: Self = Self(0);

    /// Milliseconds since 1970, clamped to what the text form can say.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < 0 {
            Self(0)
        } else if millis > END_OF_TIME {
            Self(END_OF_TIME)
        } else {
            Self(millis)
        }
    }

    /// Seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    pub const fn plus(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_add(span.0))
    }

    pub const fn minus(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_sub(span.0))
    }

    /// The span from `earlier` to here; zero where `earlier` is later.
    pub const fn since(self, earlier: Self) -> Span {
        let millis = self.0.saturating_sub(earlier.0);
        Span(if millis < 0 { 0 } else { millis })
    }

    pub fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// The calendar month, UTC: `2026-11`.
    pub fn month(self) -> Month {
        let date = self.date_time();
        Month { year: u16::try_from(date.year()).unwrap_or_default(), month: u8::from(date.month()) }
    }

    /// The calendar day, UTC: `2026-11-22`.
    pub fn day(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.date_time().format(TEXT).map_err(|_| fmt::Error)?)
    }
}
impl FromStr for Timestamp {
    type Err = InvalidId;
    /// Reads RFC 3339.
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId::new("time", "RFC 3339, for example 2026-11-22T18:43:48Z");
        let date = OffsetDateTime::parse(text, &::time::format_description::well_known::Rfc3339).map_err(|_| invalid())?;
        let millis = i64::try_from(date.to_offset(UtcOffset::UTC).unix_timestamp_nanos().div_euclid(1_000_000)).map_err(|_| invalid())?;
        if (0..=END_OF_TIME).contains(&millis) { Ok(Self(millis)) } else { Err(invalid()) }
    }
}
text_form!(Timestamp);

/// A length of time in milliseconds, not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span(i64);

impl Span {
    pub const ZERO: Self = Self(0);

    /// So many milliseconds; none where there are fewer than none.
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < 0 { 0 } else { millis })
    }
    pub const fn seconds(seconds: u32) -> Self {
        Self(seconds as i64 * 1000)
    }
    pub const fn minutes(minutes: u32) -> Self {
        Self::seconds(60).times(minutes)
    }
    pub const fn hours(hours: u32) -> Self {
        Self::minutes(60).times(hours)
    }
    pub const fn days(days: u32) -> Self {
        Self::hours(24).times(days)
    }
    pub const fn as_millis(self) -> i64 {
        self.0
    }
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }
    #[must_use]
    pub const fn times(self, n: u32) -> Self {
        Self(self.0.saturating_mul(n as i64))
    }
}

/// A calendar month, UTC. Lists are partitioned by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    pub const fn previous(self) -> Self {
        if self.month > 1 { Self { month: self.month - 1, ..self } } else { Self { year: self.year.saturating_sub(1), month: 12 } }
    }

    pub const fn next(self) -> Self {
        if self.month < 12 { Self { month: self.month + 1, ..self } } else { Self { year: self.year.saturating_add(1), month: 1 } }
    }
}
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}
impl FromStr for Month {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId::new("month", "yyyy-mm");
        let (year, month) = text.split_once('-').ok_or_else(invalid)?;
        let (year, month) = (year.parse().map_err(|_| invalid())?, month.parse().map_err(|_| invalid())?);
        let parsed = Self { year, month };
        let known = (1970..=9999).contains(&year) && (1..=12).contains(&month);
        if known && parsed.to_string() == text { Ok(parsed) } else { Err(invalid()) }
    }
}

text_form!(Month);

/// A calendar day of the shop, whose days begin at its own midnight: `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// `2026-11-22`
const DATE: &[FormatItem<'static>] = format_description!("[year]-[month]-[day]");

impl Day {
    /// The day in which `at` falls where clocks stand `offset` from UTC.
    pub fn of(at: Timestamp, offset: Offset) -> Self {
        Self(at.date_time().to_offset(offset.utc_offset()).date())
    }

    /// Its first instant.
    pub fn start(self, offset: Offset) -> Timestamp {
        let midnight = self.0.midnight().assume_offset(offset.utc_offset());
        Timestamp::from_seconds(midnight.unix_timestamp())
    }

    /// Its end, which belongs to the next day.
    pub fn end(self, offset: Offset) -> Timestamp {
        self.start(offset).plus(Span::days(1))
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.next_day().unwrap_or(Date::MAX))
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.previous_day().unwrap_or(Date::MIN))
    }

    pub fn month(self) -> Month {
        Month { year: u16::try_from(self.0.year()).unwrap_or_default(), month: u8::from(self.0.month()) }
    }

    /// Days since the beginning of the Julian period: what other calendars count from.
    pub const fn to_julian_day(self) -> i32 {
        self.0.to_julian_day()
    }

    /// The day of the month, from 1.
    pub const fn number(self) -> u8 {
        self.0.day()
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(DATE).map_err(|_| fmt::Error)?)
    }
}
impl FromStr for Day {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let date = Date::parse(text, DATE).ok().filter(|date| (1970..=9998).contains(&date.year()));
        date.map(Self).ok_or_else(|| InvalidId::new("day", "yyyy-mm-dd"))
    }
}
text_form!(Day);

/// How far the shop's clocks stand from UTC, in quarters of an hour from -12:00 to +14:00: `+03:30`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Offset {
    minutes: i16,
}

impl Offset {
    pub const UTC: Self = Self { minutes: 0 };
    pub const TEHRAN: Self = Self { minutes: 210 };

    fn utc_offset(self) -> UtcOffset {
        UtcOffset::from_whole_seconds(i32::from(self.minutes) * 60).unwrap_or(UtcOffset::UTC)
    }
}
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, minutes) = (if self.minutes < 0 { '-' } else { '+' }, self.minutes.unsigned_abs());
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
impl FromStr for Offset {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId::new("offset", "from -12:00 to +14:00 in quarters of an hour, for example +03:30");
        let (sign, rest) = text.split_at_checked(1).ok_or_else(invalid)?;
        let (hours, minutes) = rest.split_once(':').filter(|_| rest.len() == 5).ok_or_else(invalid)?;
        let (hours, minutes): (i16, i16) = (hours.parse().map_err(|_| invalid())?, minutes.parse().map_err(|_| invalid())?);
        let sign = if sign == "-" { -1 } else { 1 };
        let parsed = Self { minutes: sign * (hours.min(99) * 60 + minutes) };
        let known = (-720..=840).contains(&parsed.minutes) && minutes % 15 == 0;
        // `-00:00` and `+1:030` are no texts of ours.
        if known && parsed.to_string() == text { Ok(parsed) } else { Err(invalid()) }
    }
}
text_form!(Offset);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts() {
        let at = Timestamp::from_millis(1_763_836_028_123);
        assert_eq!(at.to_string(), "2025-11-22T18:27:08.123Z");
        assert_eq!("2025-11-22T21:57:08.123+03:30".parse(), Ok(at));
        assert_eq!((at.month().to_string(), at.day()), ("2025-11".to_owned(), "2025-11-22".to_owned()));
        assert_eq!("2026-01".parse::<Month>().map(|m| m.previous().to_string()), Ok("2025-12".to_owned()));
        for bad in ["", "yesterday", "2025-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "2025-11-22"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
        assert!("2026-1".parse::<Month>().is_err() && "2026-13".parse::<Month>().is_err());
    }

    #[test]
    fn a_shop_s_day_begins_at_its_own_midnight() {
        for (offset, at, day, start) in [
            ("+00:00", "2026-11-22T23:59:59.999Z", "2026-11-22", "2026-11-22T00:00:00.000Z"),
            ("+03:30", "2026-11-30T20:30:00.000Z", "2026-12-01", "2026-11-30T20:30:00.000Z"),
            ("+03:30", "2026-11-30T20:29:59.999Z", "2026-11-30", "2026-11-29T20:30:00.000Z"),
            ("-09:30", "2027-01-01T09:00:00.000Z", "2026-12-31", "2026-12-31T09:30:00.000Z"),
            ("+14:00", "2026-11-22T10:00:00.000Z", "2026-11-23", "2026-11-22T10:00:00.000Z"),
        ] {
            let (offset, at): (Offset, Timestamp) = (offset.parse().unwrap(), at.parse().unwrap());
            let found = Day::of(at, offset);
            assert_eq!((found.to_string(), found.start(offset).to_string()), (day.to_owned(), start.to_owned()));
            assert_eq!((found.next().start(offset), found.next().previous()), (found.end(offset), found));
        }
        for bad in ["", "+", "03:30", "+3:30", "+03:20", "-00:00", "+14:15", "-12:15", "+03-30", "+0330", "+-3:30", "+99:00"] {
            assert!(bad.parse::<Offset>().is_err(), "{bad}");
        }
        assert!("2026-02-29".parse::<Day>().is_err() && "2028-02-29".parse::<Day>().is_ok());
        assert_eq!("2026-12".parse::<Month>().map(|month| month.next().to_string()), Ok("2027-01".to_owned()));
    }

    proptest! {
        #[test]
        fn text_order_is_time_order(a in 0..=END_OF_TIME, b in 0..=END_OF_TIME) {
            let (a, b) = (Timestamp::from_millis(a), Timestamp::from_millis(b));
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
            prop_assert_eq!(a.to_string().parse::<Timestamp>(), Ok(a));
        }
    }
}
