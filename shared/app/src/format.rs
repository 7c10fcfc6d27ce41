//! Numbers, amounts and times as people of a language write them.

use domain::{
    Currency, Language, Money, Timestamp,
    product::Terms,
    time::{Day, Offset, Span},
};
use time::UtcOffset;

use crate::text::{Arg, Texts};

/// Digits as the language writes them.
pub fn digits(language: Language, text: &str) -> String {
    match language {
        Language::English | Language::Russian => text.to_owned(),
        Language::Persian => {
            text.chars().map(|c| c.to_digit(10).and_then(|digit| char::from_u32(u32::from('۰') + digit)).unwrap_or(c)).collect()
        }
    }
}

/// A whole number with the language's thousands separator.
pub fn number(language: Language, n: u64) -> String {
    grouped(language, &n.to_string())
}

fn grouped(language: Language, whole: &str) -> String {
    let separator = match language {
        Language::Persian => '٬',
        Language::English => ',',
        Language::Russian => '\u{a0}',
    };
    let mut out = String::new();
    for (n, c) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(c);
    }
    digits(language, &out)
}

const fn decimal_mark(language: Language) -> char {
    match language {
        Language::English => '.',
        Language::Persian => '٫',
        Language::Russian => ',',
    }
}

/// An amount with its currency's name: `۱۵۰٬۰۰۰ تومان`, `150,000 Toman`, `⭐ 150`.
pub fn money(texts: &Texts, language: Language, money: Money) -> String {
    let plain = money.amount_text();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut amount = grouped(language, whole);
    if !fraction.is_empty() {
        amount.push(decimal_mark(language));
        amount.push_str(&digits(language, fraction));
    }
    match money.currency() {
        Currency::Xtr => format!("⭐ {amount}"),
        Currency::Usd => format!("${amount}"),
        Currency::Eur => format!("€{amount}"),
        Currency::Rub => format!("{amount} ₽"),
        Currency::Irt => texts.plain(language, "currency-toman", &named(money, amount)),
        Currency::Irr => texts.plain(language, "currency-rial", &named(money, amount)),
        other => format!("{amount} {other}"),
    }
}

/// An amount, and what its currency's name is declined by: the last digits decide.
fn named(money: Money, amount: String) -> [(&'static str, Arg<'static>); 2] {
    [
        ("amount", Arg::Raw(amount)),
        ("count", Arg::Count(u32::try_from(money.whole_units().unwrap_or_default() % 1_000_000).unwrap_or_default())),
    ]
}

/// Bytes in GiB or MiB with at most one decimal, cut, not rounded.
pub fn data(texts: &Texts, language: Language, bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    let (unit, id) = if bytes >= Terms::GIB { (Terms::GIB, "gigabytes") } else { (MIB, "megabytes") };
    let tenths = u128::from(bytes) * 10 / u128::from(unit);
    let amount = match (tenths / 10, tenths % 10) {
        (whole, 0) => digits(language, &whole.to_string()),
        (whole, tenth) => digits(language, &format!("{whole}{}{tenth}", decimal_mark(language))),
    };
    texts.plain(language, id, &[("amount", Arg::Raw(amount))])
}

/// A plan's data volume, unlimited included.
pub fn volume(texts: &Texts, language: Language, limit: Option<u64>) -> String {
    limit.map_or_else(|| texts.plain(language, "unlimited-data", &[]), |bytes| data(texts, language, bytes))
}

/// A plan's days, no expiry included.
pub fn days(texts: &Texts, language: Language, days: Option<u16>) -> String {
    let Some(days) = days else { return texts.plain(language, "no-expiry", &[]) };
    let amount = number(language, days.into());
    texts.plain(language, "days", &[("count", Arg::Count(days.into())), ("amount", Arg::Raw(amount))])
}

/// A wait in whole minutes, the begun one included.
pub fn minutes(texts: &Texts, language: Language, wait: Span) -> String {
    let minutes = u32::try_from(wait.as_seconds().saturating_add(59) / 60).unwrap_or(u32::MAX).max(1);
    let amount = number(language, minutes.into());
    texts.plain(language, "minutes", &[("count", Arg::Count(minutes)), ("amount", Arg::Raw(amount))])
}

/// A day and a time: Persian in Tehran's time and the Iranian calendar beside the Gregorian date, others in UTC.
pub fn moment(language: Language, at: Timestamp) -> String {
    written(language, at, |time| format!("{:02}:{:02}", time.hour(), time.minute()))
}

/// The same to the second.
pub fn instant(language: Language, at: Timestamp) -> String {
    written(language, at, |time| format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()))
}

fn written(language: Language, at: Timestamp, clock: impl Fn(time::OffsetDateTime) -> String) -> String {
    let utc = at.date_time();
    match language {
        Language::Persian => {
            let tehran = UtcOffset::from_hms(3, 30, 0).map_or(utc, |offset| utc.to_offset(offset));
            let (year, month, day) = iranian(tehran.to_julian_day());
            let (clock, gregorian) = (clock(tehran), tehran.date());
            format!("\u{200F}{}", digits(language, &format!("{year}/{month:02}/{day:02} {clock} ({gregorian})")))
        }
        Language::English | Language::Russian => format!("{} {} UTC", utc.date(), clock(utc)),
    }
}

/// A day of the shop: Persian in the Iranian calendar beside the Gregorian date, English as ISO 8601 has it, Russian with its day first.
pub fn day(language: Language, day: Day) -> String {
    match language {
        Language::Persian => {
            let (year, month, number) = iranian(day.to_julian_day());
            format!("\u{200F}{}", digits(language, &format!("{year}/{month:02}/{number:02} ({day})")))
        }
        Language::English => day.to_string(),
        Language::Russian => day.to_string().split('-').rev().collect::<Vec<_>>().join("."),
    }
}

/// A day in the language's own calendar alone, and the time of day at the shop's clocks.
pub fn at_shop(language: Language, at: Timestamp, offset: Offset) -> (String, String) {
    let day = Day::of(at, offset);
    let minutes = at.since(day.start(offset)).as_seconds() / 60;
    (own_day(language, day), digits(language, &format!("{:02}:{:02}", minutes / 60, minutes % 60)))
}

/// A day in the language's own calendar alone.
pub fn own_day(language: Language, day: Day) -> String {
    match language {
        Language::Persian => {
            let (year, month, number) = iranian(day.to_julian_day());
            digits(language, &format!("{year}/{month:02}/{number:02}"))
        }
        Language::English | Language::Russian => self::day(language, day),
    }
}

/// A Julian day in the Iranian calendar, by the 33-year rule that agrees with the official calendar from 1244 to 1472 (1865 to 2094).
fn iranian(julian_day: i32) -> (i32, i32, i32) {
    // The Julian day from which whole 33-year cycles count, the first of which begins with the year -1595.
    const EPOCH: i32 = 1_365_393;
    let days = julian_day - EPOCH;
    let mut year = -1595 + 33 * days.div_euclid(12_053);
    let mut days = days.rem_euclid(12_053);
    year += 4 * (days / 1461);
    days %= 1461;
    if days > 365 {
        year += (days - 1) / 365;
        days = (days - 1) % 365;
    }
    let (month, day) = if days < 186 { (1 + days / 31, 1 + days % 31) } else { (7 + (days - 186) / 30, 1 + (days - 186) % 30) };
    (year, month, day)
}

/// A bar of ten cells for a share of a whole.
pub fn bar(used: u64, of: u64) -> String {
    let filled = if of == 0 { 10 } else { (u128::from(used) * 10).div_ceil(u128::from(of)).min(10) };
    (0..10).map(|n| if n < filled { '▰' } else { '▱' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let texts = Texts::default();
        let toman = Money::whole(1_150_000, Currency::Irt);
        assert_eq!(money(&texts, Language::English, toman), "1,150,000 Toman");
        assert_eq!(money(&texts, Language::Persian, toman), "\u{2068}۱٬۱۵۰٬۰۰۰\u{2069} تومان");
        assert_eq!(money(&texts, Language::Russian, Money::parse("1299.5", Currency::Rub).unwrap()), "1\u{a0}299,50 ₽");
        assert_eq!(money(&texts, Language::English, Money::whole(150, Currency::Xtr)), "⭐ 150");
    }

    #[test]
    fn volumes() {
        let texts = Texts::default();
        let strip = |text: String| text.replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(strip(data(&texts, Language::English, 50 << 30)), "50 GB");
        assert_eq!(strip(data(&texts, Language::English, (3 << 30) + (1 << 29))), "3.5 GB");
        assert_eq!(strip(data(&texts, Language::English, 300 << 20)), "300 MB");
        assert_eq!(strip(data(&texts, Language::Persian, 50 << 30)), "۵۰ گیگابایت");
    }

    #[test]
    fn iranian_dates() {
        // Nowruz of 1403 to 1405, the end of the leap year 1403, and a day of our own.
        let cases = [
            ((2024, 3, 20), (1403, 1, 1)),
            ((2025, 3, 20), (1403, 12, 30)),
            ((2025, 3, 21), (1404, 1, 1)),
            ((2026, 3, 21), (1405, 1, 1)),
            ((2026, 11, 22), (1405, 9, 1)),
        ];
        for ((year, month, day), expected) in cases {
            let date = time::Date::from_calendar_date(year, time::Month::try_from(month).unwrap(), day).unwrap();
            assert_eq!(iranian(date.to_julian_day()), expected, "{date}");
        }
    }

    #[test]
    fn a_persian_moment_is_tehran_s() {
        let at = "2026-11-22T21:00:00Z".parse().unwrap();
        assert_eq!(moment(Language::Persian, at), "\u{200F}۱۴۰۵/۰۹/۰۲ ۰۰:۳۰ (۲۰۲۶-۱۱-۲۳)");
        assert_eq!(moment(Language::English, at), "2026-11-22 21:00 UTC");
        assert_eq!(instant(Language::Persian, at), "\u{200F}۱۴۰۵/۰۹/۰۲ ۰۰:۳۰:۰۰ (۲۰۲۶-۱۱-۲۳)");
        assert_eq!(instant(Language::Russian, at), "2026-11-22 21:00:00 UTC");
    }

    #[test]
    fn a_shop_s_clock() {
        let (at, tehran) = ("2026-11-22T21:05:00Z".parse().unwrap(), Offset::TEHRAN);
        for (language, offset, day, clock) in [
            (Language::Persian, tehran, "۱۴۰۵/۰۹/۰۲", "۰۰:۳۵"),
            (Language::English, tehran, "2026-11-23", "00:35"),
            (Language::English, Offset::UTC, "2026-11-22", "21:05"),
            (Language::Russian, tehran, "23.11.2026", "00:35"),
        ] {
            assert_eq!(at_shop(language, at, offset), (day.to_owned(), clock.to_owned()));
        }
    }

    #[test]
    fn bars() {
        assert_eq!(bar(0, 10), "▱▱▱▱▱▱▱▱▱▱");
        assert_eq!(bar(1, 1000), "▰▱▱▱▱▱▱▱▱▱");
        assert_eq!(bar(20, 10), "▰▰▰▰▰▰▰▰▰▰");
    }
}
