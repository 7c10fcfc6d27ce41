//! What the operator decides about the whole shop, kept in the table.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    ids::ProductId,
    money::{Currency, Money},
    payment::Gateway,
    percent::Percent,
    product::{ProductKind, RenewalPolicy, Terms},
    time::{Offset, Span, Timestamp},
};

/// What is not stored is as [`Settings::initial`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub base_currency: Currency,
    /// How long an order can be paid.
    pub order_window_minutes: u16,
    /// Orders that a customer may have open at a time.
    pub max_open_orders: u8,
    /// The free account that each customer may have once; absent: none.
    pub trial: Option<Trial>,
    /// What an inviter gets for an invited user's first paid order; absent: nothing.
    pub referral_reward: Option<Reward>,
    /// What an invited user gets on top of his first paid order; absent: nothing.
    pub welcome_bonus: Option<Present>,
    pub reminders: Reminders,
    /// Whom customers write to: a Telegram user name without `@`.
    pub support_username: Option<String>,
    /// Whether customers can write to the operators through the bot.
    pub support_relay: bool,
    /// Whether subscriptions can be bought for somebody else.
    pub gifts: bool,
    /// Whether plans of 30 days can be paid in Stars by a subscription that renews itself.
    pub recurring_stars: bool,
    /// Channels whose members may buy; empty: everybody.
    pub channels: Vec<Channel>,
    /// What customers accept before they buy; absent: nothing.
    pub terms_of_use: Option<TermsOfUse>,
    /// Whether only those who were invited, and those who bought before, may buy.
    pub invite_only: bool,
    /// Whether nothing is sold for now. What is paid is delivered all the same.
    pub maintenance: bool,
    /// What one unit of a currency costs in the base currency: a product without a price of its own in that currency is sold at this rate.
    pub rates: BTreeMap<Currency, Decimal>,
    /// The amounts that a gateway is offered for, in the currency in which it charges.
    pub gateway_limits: BTreeMap<Gateway, AmountLimits>,
    /// Cards for transfers, taken in turn, besides the one of the environment.
    pub cards: Vec<Card>,
    /// Where the shop's clocks stand: days of reports begin at their midnight.
    pub utc_offset: Offset,
    /// Whether the operators are told each morning what the day before brought.
    pub daily_summary: bool,
    /// Whether the operators are told of each order that a gateway's payment pays.
    pub paid_order_notices: bool,
    pub updated_at: Timestamp,
    pub version: u64,
}

/// A free account to try the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// MiB.
    pub data_limit_mb: u32,
    pub duration_days: u16,
}

/// What an inviter gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reward {
    /// Added to his newest subscription, or a new one where he has none.
    Present(Present),
    /// A discount code that works once, for him alone.
    Code(PersonalCode),
}

/// Data and days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    pub data_limit_gb: u32,
    pub duration_days: u16,
}

/// A discount code for one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalCode {
    pub percent: Percent,
    pub valid_days: u16,
}

/// What customers are reminded of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    /// Once for each of these numbers of days left; empty: never.
    pub days_left: Vec<u16>,
    /// Once for each of these percentages of the data left; empty: never.
    pub data_left_percent: Vec<u8>,
    /// That a subscription has ended.
    pub ended: bool,
    /// An offer to come back; absent: none.
    pub win_back: Option<WinBack>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WinBack {
    /// Days after the end of the subscription.
    pub after_days: u16,
    /// A discount with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<PersonalCode>,
}

/// A channel or group whose membership is asked for. The bot must be its administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// `@name`, or the number of a chat.
    pub chat: String,
    pub title: String,
    /// Where to join.
    pub url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsOfUse {
    /// Where they can be read.
    pub url: String,
    /// Raised when they change: everybody is asked again.
    pub version: u32,
}

/// Both ends inclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountLimits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Money>,
}

/// A bank card that receives transfers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Digits alone.
    pub number: String,
    pub holder: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self::initial()
    }
}

impl Settings {
    /// How a shop behaves before anybody changed a setting.
    pub fn initial() -> Self {
        Self {
            base_currency: Currency::Irt,
            order_window_minutes: 60,
            max_open_orders: 3,
            trial: Some(Trial { data_limit_mb: 200, duration_days: 1 }),
            referral_reward: Some(Reward::Present(Present { data_limit_gb: 10, duration_days: 31 })),
            welcome_bonus: None,
            reminders: Reminders::initial(),
            support_username: None,
            support_relay: true,
            gifts: true,
            recurring_stars: true,
            channels: Vec::new(),
            terms_of_use: None,
            invite_only: false,
            maintenance: false,
            rates: BTreeMap::new(),
            gateway_limits: BTreeMap::new(),
            cards: Vec::new(),
            utc_offset: Offset::TEHRAN,
            daily_summary: true,
            paid_order_notices: true,
            updated_at: Timestamp::EPOCH,
            version: 0,
        }
    }

    pub const fn order_window(&self) -> Span {
        Span::minutes(self.order_window_minutes as u32)
    }
}

impl Card {
    /// How it is named where its number must not stand: its last four digits.
    pub fn last_digits(&self) -> &str {
        self.number.get(self.number.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl Reminders {
    pub fn initial() -> Self {
        Self { days_left: vec![3, 1], data_left_percent: vec![20, 5], ended: true, win_back: Some(WinBack { after_days: 3, code: None }) }
    }
}

impl AmountLimits {
    /// Whether an amount is within them. One in another currency than a limit's is: the limit does not speak of it.
    pub fn allow(&self, amount: Money) -> bool {
        let above = self.minimum.is_none_or(|minimum| amount.at_least(minimum).unwrap_or(true));
        above && self.maximum.is_none_or(|maximum| maximum.at_least(amount).unwrap_or(true))
    }
}

impl Present {
    /// The terms of the order that gives it: it costs nothing.
    pub fn terms(self, product: ProductId, name: String, currency: Currency) -> Terms {
        Terms {
            product,
            kind: ProductKind::Plan,
            name,
            price: Money::zero(currency),
            data_limit_gb: Some(self.data_limit_gb),
            data_limit_mb: None,
            duration_days: Some(self.duration_days),
            renewal_policy: RenewalPolicy::Add,
        }
    }
}

impl Trial {
    /// The terms of the trial's order: it costs nothing.
    pub fn terms(self, product: ProductId, name: String, currency: Currency) -> Terms {
        Terms {
            product,
            kind: ProductKind::Plan,
            name,
            price: Money::zero(currency),
            data_limit_gb: None,
            data_limit_mb: Some(self.data_limit_mb),
            duration_days: Some(self.duration_days),
            renewal_policy: RenewalPolicy::Add,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_is_told_by_its_fields() {
        let read = |json: &str| serde_json::from_str::<Reward>(json).ok();
        assert_eq!(
            read(r#"{"data_limit_gb":10,"duration_days":31}"#),
            Some(Reward::Present(Present { data_limit_gb: 10, duration_days: 31 }))
        );
        assert!(matches!(read(r#"{"percent":"20","valid_days":30}"#), Some(Reward::Code(PersonalCode { valid_days: 30, .. }))));
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn what_is_not_stored_is_as_at_first() {
        let settings: Settings = serde_json::from_str(
            r#"{"base_currency":"IRT","order_window_minutes":90,"updated_at":"2026-11-22T00:00:00.000Z","version":1}"#,
        )
        .unwrap();
        let expected = Settings { order_window_minutes: 90, updated_at: settings.updated_at, version: 1, ..Settings::initial() };
        assert_eq!(settings, expected);
    }

    #[test]
    fn limits_include_their_ends() {
        let toman = |amount| Money::whole(amount, Currency::Irt);
        let limits = AmountLimits { minimum: Some(toman(10)), maximum: Some(toman(20)) };
        let allowed = [9, 10, 20, 21].map(|amount| limits.allow(toman(amount)));
        assert_eq!(allowed, [false, true, true, false]);
        assert!(AmountLimits::default().allow(toman(1)));
        assert!(limits.allow(Money::whole(1, Currency::Xtr)));
    }
}
