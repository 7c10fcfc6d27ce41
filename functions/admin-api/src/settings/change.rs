//! A change of the settings, from what travels to what is kept.

use std::collections::BTreeMap;

use domain::{Currency, Money as Amount, Percent, ids::latin_digit, payment::Gateway, settings, time::Offset};
use rust_decimal::Decimal;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AmountLimits, Channel, PersonalCode, Present, Trial, WinBack};
use crate::{
    body::given,
    problem::Faults,
    wire::{CurrencyCode, one_line},
};

/// What is left out stays as it is. Lists take the place of the ones before; of maps, what is named is set, or with null removed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_window_minutes": 90, "trial": {"data_limit_mb": 500, "duration_days": 2}, "reminders": {"days_left": [3, 1]}, "rates": {"USD": "60000"}}))]
pub struct SettingsChange {
    #[serde(default)]
    #[schema(inline)]
    pub base_currency: Option<CurrencyCode>,
    #[serde(default)]
    #[schema(minimum = 5, maximum = 10_080)]
    pub order_window_minutes: Option<u16>,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 20)]
    pub max_open_orders: Option<u8>,
    /// Null: no trial.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Trial>)]
    pub trial: Option<Option<Trial>>,
    /// Null: no prizes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<RewardChange>)]
    pub referral_reward: Option<Option<RewardChange>>,
    /// Null: no bonus.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Present>)]
    pub welcome_bonus: Option<Option<Present>>,
    #[serde(default)]
    pub reminders: RemindersChange,
    /// Null: nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z0-9_]{5,32}$")]
    pub support_username: Option<Option<String>>,
    #[serde(default)]
    pub support_relay: Option<bool>,
    #[serde(default)]
    pub gifts: Option<bool>,
    #[serde(default)]
    pub recurring_stars: Option<bool>,
    #[serde(default)]
    #[schema(max_items = 5)]
    pub channels: Option<Vec<Channel>>,
    /// Null: nothing to accept.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<TermsChange>)]
    pub terms_of_use: Option<Option<TermsChange>>,
    #[serde(default)]
    pub invite_only: Option<bool>,
    #[serde(default)]
    pub maintenance: Option<bool>,
    /// Decimal texts by currency code.
    #[serde(default)]
    #[schema(example = json!({"USD": "60000", "EUR": null}))]
    pub rates: BTreeMap<String, Option<String>>,
    /// By a gateway's name; null removes its limits.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, AmountLimits>, example = json!({"card": {"minimum": {"amount": "50000", "currency": "IRT"}}, "stripe": null}))]
    pub gateway_limits: BTreeMap<String, Option<AmountLimits>>,
    #[serde(default)]
    #[schema(max_items = 10)]
    pub cards: Option<Vec<CardChange>>,
    /// From -12:00 to +14:00 in quarters of an hour.
    #[serde(default)]
    #[schema(pattern = "^[+-][01][0-9]:(00|15|30|45)$", example = "+03:30")]
    pub utc_offset: Option<String>,
    #[serde(default)]
    pub daily_summary: Option<bool>,
    #[serde(default)]
    pub paid_order_notices: Option<bool>,
}

/// Data and days, or a code: exactly one of the two pairs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"data_limit_gb": 10, "duration_days": 31}))]
pub struct RewardChange {
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub data_limit_gb: Option<u32>,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    pub duration_days: Option<u16>,
    /// More than 0, at most 100, at most two decimals: a decimal text.
    #[serde(default)]
    #[schema(pattern = r"^[0-9]{1,3}(\.[0-9]{1,2})?$")]
    pub percent: Option<String>,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 365)]
    pub valid_days: Option<u16>,
}

/// What is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemindersChange {
    /// Numbers of days from 1 to 90; empty: never.
    #[serde(default)]
    #[schema(max_items = 5, example = json!([3, 1]))]
    pub days_left: Option<Vec<u16>>,
    /// Percentages from 1 to 99; empty: never.
    #[serde(default)]
    #[schema(value_type = Option<Vec<u32>>, max_items = 5, example = json!([20, 5]))]
    pub data_left_percent: Option<Vec<u8>>,
    #[serde(default)]
    pub ended: Option<bool>,
    /// Null: no offer.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<WinBack>)]
    pub win_back: Option<Option<WinBack>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsChange {
    #[schema(pattern = "^https://", max_length = 256, example = "https://example.com/terms")]
    pub url: String,
    /// Left out: raised where the address is another one, so that everybody is asked again.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub version: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardChange {
    /// 12 to 19 digits, Latin or Persian, grouped by spaces or hyphens as one likes.
    #[schema(example = "6037-9912-3456-7890")]
    pub number: String,
    #[schema(min_length = 1, max_length = 64)]
    pub holder: String,
}

/// A change that was understood.
pub struct Edit {
    pub base_currency: Option<Currency>,
    pub referral_reward: Option<Option<settings::Reward>>,
    pub win_back: Option<Option<settings::WinBack>>,
    pub rates: Vec<(Currency, Option<Decimal>)>,
    pub gateway_limits: Vec<(Gateway, Option<settings::AmountLimits>)>,
    pub channels: Option<Vec<settings::Channel>>,
    pub cards: Option<Vec<settings::Card>>,
    pub utc_offset: Option<Offset>,
    pub rest: SettingsChange,
}

impl SettingsChange {
    /// What is wrong is noted, all of it; the rules that need the other settings are the shop's own.
    pub fn read(mut self, faults: &mut Faults) -> Edit {
        let mut limits = Vec::new();
        for (name, amounts) in std::mem::take(&mut self.gateway_limits) {
            let field = format!("gateway_limits.{name}");
            let Some(gateway) = faults.choose(&field, Some(&name), &Gateway::ALL, Gateway::name) else { continue };
            limits.push((gateway, amounts.map(|amounts| amounts.read(faults, &field))));
        }
        let mut rates = Vec::new();
        for (code, rate) in std::mem::take(&mut self.rates) {
            let field = format!("rates.{code}");
            let Some(currency) = faults.take::<Currency, _>(&field, code.parse()) else { continue };
            match rate {
                None => rates.push((currency, None)),
                Some(rate) => rates.extend(decimal(faults, &field, &rate).map(|rate| (currency, Some(rate)))),
            }
        }
        Edit {
            base_currency: faults.parse("base_currency", self.base_currency.as_ref().map(|code| code.0.as_str())),
            referral_reward: self.referral_reward.take().map(|reward| reward.and_then(|reward| reward.read(faults))),
            win_back: self.reminders.win_back.take().map(|offer| offer.and_then(|offer| offer.read(faults))),
            rates,
            gateway_limits: limits,
            channels: self.channels.take().map(|channels| channels.into_iter().map(Channel::read).collect()),
            cards: self.cards.take().map(|cards| (0..).zip(cards).filter_map(|(n, card)| card.read(faults, n)).collect()),
            utc_offset: faults.parse("utc_offset", self.utc_offset.as_deref()),
            rest: self,
        }
    }
}

impl Edit {
    pub fn apply(&self, settings: &mut settings::Settings) {
        let rest = &self.rest;
        settings.base_currency = self.base_currency.unwrap_or(settings.base_currency);
        settings.order_window_minutes = rest.order_window_minutes.unwrap_or(settings.order_window_minutes);
        settings.max_open_orders = rest.max_open_orders.unwrap_or(settings.max_open_orders);
        if let Some(trial) = rest.trial {
            settings.trial = trial.map(|trial| settings::Trial { data_limit_mb: trial.data_limit_mb, duration_days: trial.duration_days });
        }
        settings.referral_reward = self.referral_reward.unwrap_or(settings.referral_reward);
        if let Some(bonus) = rest.welcome_bonus {
            settings.welcome_bonus =
                bonus.map(|bonus| settings::Present { data_limit_gb: bonus.data_limit_gb, duration_days: bonus.duration_days });
        }
        let reminders = &mut settings.reminders;
        if let Some(days) = &rest.reminders.days_left {
            reminders.days_left = falling(days);
        }
        if let Some(percents) = &rest.reminders.data_left_percent {
            reminders.data_left_percent = falling(percents);
        }
        reminders.ended = rest.reminders.ended.unwrap_or(reminders.ended);
        reminders.win_back = self.win_back.unwrap_or(reminders.win_back);
        if let Some(username) = &rest.support_username {
            settings.support_username.clone_from(username);
        }
        settings.support_relay = rest.support_relay.unwrap_or(settings.support_relay);
        settings.gifts = rest.gifts.unwrap_or(settings.gifts);
        settings.recurring_stars = rest.recurring_stars.unwrap_or(settings.recurring_stars);
        if let Some(channels) = &self.channels {
            settings.channels.clone_from(channels);
        }
        if let Some(terms) = &rest.terms_of_use {
            settings.terms_of_use = terms.as_ref().map(|terms| terms.after(settings.terms_of_use.as_ref()));
        }
        settings.invite_only = rest.invite_only.unwrap_or(settings.invite_only);
        settings.maintenance = rest.maintenance.unwrap_or(settings.maintenance);
        for (currency, rate) in &self.rates {
            match rate {
                Some(rate) => settings.rates.insert(*currency, *rate),
                None => settings.rates.remove(currency),
            };
        }
        for (gateway, limits) in &self.gateway_limits {
            match limits {
                Some(limits) => settings.gateway_limits.insert(*gateway, *limits),
                None => settings.gateway_limits.remove(gateway),
            };
        }
        if let Some(cards) = &self.cards {
            settings.cards.clone_from(cards);
        }
        settings.utc_offset = self.utc_offset.unwrap_or(settings.utc_offset);
        settings.daily_summary = rest.daily_summary.unwrap_or(settings.daily_summary);
        settings.paid_order_notices = rest.paid_order_notices.unwrap_or(settings.paid_order_notices);
    }
}

/// The largest first, each once.
fn falling<T: Ord + Copy>(numbers: &[T]) -> Vec<T> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers.dedup();
    numbers
}

fn decimal(faults: &mut Faults, field: &str, text: &str) -> Option<Decimal> {
    let plain = !text.is_empty() && text.len() <= 24 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let decimal = plain.then(|| Decimal::from_str_exact(text).ok()).flatten();
    if decimal.is_none() {
        faults.add(field, "a plain decimal, for example 60000 or 0.5");
    }
    decimal
}

fn personal_code(faults: &mut Faults, field: &str, percent: &str, valid_days: u16) -> Option<settings::PersonalCode> {
    let percent = faults.parse::<Percent>(&format!("{field}.percent"), Some(percent))?;
    Some(settings::PersonalCode { percent, valid_days })
}

impl RewardChange {
    fn read(self, faults: &mut Faults) -> Option<settings::Reward> {
        const FIELD: &str = "referral_reward";
        let Self { data_limit_gb, duration_days, percent, valid_days } = self;
        let mut missing = |name: &str| faults.add(format!("{FIELD}.{name}"), "required");
        match (data_limit_gb, duration_days, percent, valid_days) {
            (Some(data_limit_gb), Some(duration_days), None, None) => {
                Some(settings::Reward::Present(settings::Present { data_limit_gb, duration_days }))
            }
            (None, None, Some(percent), Some(valid_days)) => personal_code(faults, FIELD, &percent, valid_days).map(settings::Reward::Code),
            (Some(_), None, None, None) => {
                missing("duration_days");
                None
            }
            (None, Some(_), None, None) => {
                missing("data_limit_gb");
                None
            }
            (None, None, Some(_), None) => {
                missing("valid_days");
                None
            }
            (None, None, None, Some(_)) => {
                missing("percent");
                None
            }
            _ => {
                faults.add(FIELD, "either data_limit_gb and duration_days, or percent and valid_days");
                None
            }
        }
    }
}

impl WinBack {
    fn read(self, faults: &mut Faults) -> Option<settings::WinBack> {
        let code = match self.code {
            Some(PersonalCode { percent, valid_days }) => Some(personal_code(faults, "reminders.win_back.code", &percent, valid_days)?),
            None => None,
        };
        Some(settings::WinBack { after_days: self.after_days, code })
    }
}

impl AmountLimits {
    fn read(self, faults: &mut Faults, field: &str) -> settings::AmountLimits {
        let mut amount =
            |name: &str, amount: Option<crate::wire::Money>| -> Option<Amount> { amount?.read(faults, &format!("{field}.{name}")) };
        settings::AmountLimits { minimum: amount("minimum", self.minimum), maximum: amount("maximum", self.maximum) }
    }
}

impl Channel {
    fn read(self) -> settings::Channel {
        settings::Channel { chat: self.chat, title: self.title.trim().to_owned(), url: self.url }
    }
}

impl TermsChange {
    fn after(&self, before: Option<&settings::TermsOfUse>) -> settings::TermsOfUse {
        let version = match before {
            Some(before) if before.url == self.url => before.version,
            Some(before) => before.version.saturating_add(1),
            None => 1,
        };
        settings::TermsOfUse { url: self.url.clone(), version: self.version.unwrap_or(version) }
    }
}

impl CardChange {
    fn read(self, faults: &mut Faults, n: usize) -> Option<settings::Card> {
        let number: String = self.number.chars().filter(|c| !matches!(c, ' ' | '-')).map(latin_digit).collect();
        let holder = one_line(faults, &format!("cards[{n}].holder"), &self.holder, 64)?;
        Some(settings::Card { number, holder })
    }
}
