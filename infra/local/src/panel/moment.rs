//! The panel's clock as its replies show it: naive UTC, microseconds, no zone.

use time::format_description::well_known::Iso8601;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// Microseconds since the Unix epoch.
pub type Micros = i64;

/// One second in [`Micros`].
pub const SECOND: Micros = 1_000_000;

/// The last second that the panel can write as a date (end of the year 9999). A later `expire` is stored and then
/// breaks every reply that holds it.
pub(super) const LAST_SECOND: i64 = 253_402_300_799;
/// The first second that the panel can write as a date (start of the year 1).
pub(super) const FIRST_SECOND: i64 = -62_135_596_800;

/// `2026-11-22T12:19:15.860626`; the fraction is left out when it is zero.
pub(super) fn naive_iso(at: Micros) -> String {
    let nanos = i128::from(at) * 1_000;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let format = if at.rem_euclid(SECOND) == 0 {
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]")
    } else {
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]")
    };
    moment.format(format).unwrap_or_default()
}

/// Reads a date, a date with a time, or a date with a time and an offset; without an offset it is UTC.
pub(super) fn parse_iso(text: &str) -> Option<Micros> {
    let moment = OffsetDateTime::parse(text, &Iso8601::DEFAULT)
        .or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).map(PrimitiveDateTime::assume_utc))
        .or_else(|_| Date::parse(text, &Iso8601::DEFAULT).map(|date| date.midnight().assume_utc()))
        .ok()?;
    Micros::try_from(moment.unix_timestamp_nanos() / 1_000).ok()
}

#[cfg(test)]
mod tests {
    use super::{naive_iso, parse_iso};

    #[test]
    fn dates_are_read_and_written_as_the_panel_does() {
        let cases = [
            ("2026-11-22T12:19:15.860626", Some("2026-11-22T12:19:15.860626")),
            ("2030-01-01T00:00:00Z", Some("2030-01-01T00:00:00")),
            ("2030-01-01T03:30:00+03:30", Some("2030-01-01T00:00:00")),
            ("2026-01-01", Some("2026-01-01T00:00:00")),
            ("nonsense", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_iso(text).map(naive_iso).as_deref(), expected, "{text}");
        }
    }
}
