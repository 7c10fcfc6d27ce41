//! Instants and spans. Text forms have a fixed width, so that text order is time order.

use std::{fmt, str::FromStr};

use ::time::{OffsetDateTime, UtcOffset, format_description::FormatItem, macros::format_description};
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

    proptest! {
        #[test]
        fn text_order_is_time_order(a in 0..=END_OF_TIME, b in 0..=END_OF_TIME) {
            let (a, b) = (Timestamp::from_millis(a), Timestamp::from_millis(b));
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
            prop_assert_eq!(a.to_string().parse::<Timestamp>(), Ok(a));
        }
    }
}
