//! The shop's settings, as its owner changes them.

use domain::{
    Percent,
    payment::gateway_currencies,
    settings::{Card, PersonalCode, Present, Reminders, Reward, Settings},
};
use rust_decimal::Decimal;
use store::{CommitError, Write};

use super::seen;
use crate::{
    App, By, Change,
    operate::{Invalid, OperateError, json, of_commit},
};

impl App {
    /// The settings as they stand, past what this process remembers.
    pub async fn settings(&self) -> Result<Settings, OperateError> {
        Ok(self.store.settings().await?.unwrap_or_else(Settings::initial))
    }

    /// Changes the settings. `version`: the one that the owner saw; absent: whatever stands.
    pub async fn change_settings<'a>(
        &self,
        version: Option<u64>,
        by: impl Into<By<'a, Settings>>,
        edit: impl Fn(&mut Settings),
    ) -> Result<Settings, OperateError> {
        let by = by.into();
        for _ in 0..3 {
            let before = self.settings().await?;
            seen(version, before.version)?;
            let mut settings = before.clone();
            edit(&mut settings);
            if settings == before {
                return Ok(before);
            }
            check(&settings)?;
            settings.updated_at = self.now();
            let change = Change::new(&by, "change", "settings", "shop").from(told(&before)?).to(told(&settings)?);
            let write = if before.version == 0 {
                settings.version = 1;
                Write::create(&settings)?
            } else {
                Write::replace(&mut settings)?
            };
            match self.commit_change(&change, &settings, vec![write]).await {
                Ok(()) => {
                    self.catalogue.forget();
                    return Ok(settings);
                }
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(of_commit("change the settings")(error)),
            }
        }
        Err(OperateError::Changed)
    }
}

/// How the history of the settings shows them: it is read by those who may not see the cards' numbers.
fn told(settings: &Settings) -> Result<String, OperateError> {
    let cards = settings.cards.iter().map(|card| Card { number: format!("…{}", card.last_digits()), ..card.clone() });
    json(&Settings { cards: cards.collect(), ..settings.clone() })
}

fn check(settings: &Settings) -> Result<(), Invalid> {
    within("order_window_minutes", settings.order_window_minutes, 5, 10_080)?;
    within("max_open_orders", settings.max_open_orders, 1, 20)?;
    if let Some(trial) = settings.trial {
        within("trial.data_limit_mb", trial.data_limit_mb, 1, 102_400)?;
        within("trial.duration_days", trial.duration_days, 1, 365)?;
    }
    match settings.referral_reward {
        Some(Reward::Present(present)) => check_present("referral_reward", present)?,
        Some(Reward::Code(code)) => check_code("referral_reward", code)?,
        None => {}
    }
    if let Some(bonus) = settings.welcome_bonus {
        check_present("welcome_bonus", bonus)?;
    }
    check_reminders(&settings.reminders)?;
    if !settings.support_username.as_ref().is_none_or(|name| is_username(name)) {
        return Err(Invalid::new("support_username", "a Telegram user name: 5 to 32 characters of A-Z, a-z, 0-9 and _"));
    }
    check_entry(settings)?;
    check_money(settings)
}

fn check_present(field: &str, present: Present) -> Result<(), Invalid> {
    within(&format!("{field}.data_limit_gb"), present.data_limit_gb, 1, 100_000)?;
    within(&format!("{field}.duration_days"), present.duration_days, 1, 3650)
}

fn check_code(field: &str, code: PersonalCode) -> Result<(), Invalid> {
    if code.percent == Percent::ZERO {
        return Err(Invalid::new(format!("{field}.percent"), "must be more than 0"));
    }
    within(&format!("{field}.valid_days"), code.valid_days, 1, 365)
}

fn check_reminders(reminders: &Reminders) -> Result<(), Invalid> {
    at_most("reminders.days_left", reminders.days_left.len(), 5)?;
    at_most("reminders.data_left_percent", reminders.data_left_percent.len(), 5)?;
    for (n, days) in reminders.days_left.iter().enumerate() {
        within(&format!("reminders.days_left[{n}]"), *days, 1, 90)?;
    }
    for (n, percent) in reminders.data_left_percent.iter().enumerate() {
        within(&format!("reminders.data_left_percent[{n}]"), *percent, 1, 99)?;
    }
    if let Some(offer) = reminders.win_back {
        within("reminders.win_back.after_days", offer.after_days, 1, 90)?;
        if let Some(code) = offer.code {
            check_code("reminders.win_back.code", code)?;
        }
    }
    Ok(())
}

/// What stands before buying.
fn check_entry(settings: &Settings) -> Result<(), Invalid> {
    at_most("channels", settings.channels.len(), 5)?;
    for (n, channel) in settings.channels.iter().enumerate() {
        let field = |name: &str| format!("channels[{n}].{name}");
        let named = channel.chat.strip_prefix('@').is_some_and(is_username);
        let numbered = channel.chat.parse::<i64>().is_ok_and(|number| number < 0);
        if !named && !numbered {
            return Err(Invalid::new(field("chat"), "@name, or the number of a channel or group, which is negative"));
        }
        if settings.channels.iter().take(n).any(|earlier| earlier.chat == channel.chat) {
            return Err(Invalid::new(field("chat"), "it stands twice"));
        }
        let title = (1..=64).contains(&channel.title.chars().count()) && !channel.title.chars().any(char::is_control);
        if !title {
            return Err(Invalid::new(field("title"), "1 to 64 characters on one line"));
        }
        check_url(&field("url"), &channel.url)?;
    }
    let Some(terms) = &settings.terms_of_use else { return Ok(()) };
    check_url("terms_of_use.url", &terms.url)?;
    if terms.version == 0 { Err(Invalid::new("terms_of_use.version", "1 or more")) } else { Ok(()) }
}

fn check_money(settings: &Settings) -> Result<(), Invalid> {
    for (currency, rate) in &settings.rates {
        let field = || format!("rates.{currency}");
        if *currency == settings.base_currency {
            return Err(Invalid::new(field(), "this is the base currency"));
        }
        if rate.is_zero() || rate.is_sign_negative() || *rate > MAX_RATE {
            return Err(Invalid::new(field(), "more than 0, at most 1000000000000"));
        }
    }
    for (gateway, limits) in &settings.gateway_limits {
        let field = |name: &str| format!("gateway_limits.{gateway}.{name}");
        for (name, amount) in [("minimum", limits.minimum), ("maximum", limits.maximum)] {
            if amount.is_some_and(|amount| !gateway_currencies(*gateway).contains(&amount.currency())) {
                return Err(Invalid::new(field(name), "a currency in which the gateway charges"));
            }
        }
        if let Some((minimum, maximum)) = limits.minimum.zip(limits.maximum)
            && maximum.at_least(minimum) != Ok(true)
        {
            return Err(Invalid::new(field("maximum"), "the minimum or more, in its currency"));
        }
    }
    at_most("cards", settings.cards.len(), 10)?;
    for (n, card) in settings.cards.iter().enumerate() {
        let field = |name: &str| format!("cards[{n}].{name}");
        if !(12..=19).contains(&card.number.len()) || !card.number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Invalid::new(field("number"), "12 to 19 digits"));
        }
        // The amounts that wait for a transfer are told apart by a card's last digits.
        if settings.cards.iter().take(n).any(|earlier| earlier.last_digits() == card.last_digits()) {
            return Err(Invalid::new(field("number"), "another card ends with the same four digits"));
        }
        if card.holder.trim().is_empty() || card.holder.chars().count() > 64 || card.holder.chars().any(char::is_control) {
            return Err(Invalid::new(field("holder"), "1 to 64 characters on one line"));
        }
    }
    Ok(())
}

/// A product's price in a currency of this rate would be nothing.
const MAX_RATE: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

fn is_username(name: &str) -> bool {
    (5..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn check_url(field: &str, url: &str) -> Result<(), Invalid> {
    let fits = url.len() <= 256 && url.bytes().all(|b| b.is_ascii_graphic());
    let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if fits && host.contains('.') {
        Ok(())
    } else {
        Err(Invalid::new(field, "an address that begins with https://, at most 256 characters"))
    }
}

fn within<N: PartialOrd + std::fmt::Display>(field: &str, number: N, least: N, most: N) -> Result<(), Invalid> {
    if (&least..=&most).contains(&&number) { Ok(()) } else { Err(Invalid::new(field, format!("{least} to {most}"))) }
}

fn at_most(field: &str, count: usize, most: usize) -> Result<(), Invalid> {
    if count <= most { Ok(()) } else { Err(Invalid::new(field, format!("at most {most}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_rate_is_a_million_millions() {
        assert_eq!(MAX_RATE, Decimal::from(1_000_000_000_000_u64));
    }
}
