//! What the owner decides about the whole shop.

mod change;

use std::collections::BTreeMap;

use domain::{admin::Role, payment::Gateway, settings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::change::SettingsChange;
use crate::{
    call::Call,
    problem::{Faults, Problem},
    reply::{Reply, ok},
    wire::{CurrencyCode, Money, Time},
};

/// The shop's settings. None of them is a secret; the numbers of the cards are shown to owners alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Settings {
    #[schema(inline)]
    pub base_currency: CurrencyCode,
    /// How long an order can be paid.
    pub order_window_minutes: u16,
    /// Orders that a customer may have open at a time.
    pub max_open_orders: u8,
    /// The free account that each customer may have once; null: none.
    pub trial: Option<Trial>,
    /// What an inviter gets for an invited user's first paid order; null: nothing.
    pub referral_reward: Option<Reward>,
    /// What an invited user gets on top of his first paid order; null: nothing.
    pub welcome_bonus: Option<Present>,
    pub reminders: Reminders,
    /// Whom customers write to, without `@`.
    pub support_username: Option<String>,
    /// Whether customers can write to the operators' chat through the bot.
    pub support_relay: bool,
    /// Whether subscriptions can be bought for somebody else.
    pub gifts: bool,
    /// Whether plans of 30 days can be paid in Stars by a subscription that renews itself.
    pub recurring_stars: bool,
    /// Channels whose members may buy; empty: everybody.
    pub channels: Vec<Channel>,
    /// What customers accept before they buy; null: nothing.
    pub terms_of_use: Option<TermsOfUse>,
    /// Whether only those who were invited, and those who bought before, may buy.
    pub invite_only: bool,
    /// Whether nothing is sold for now. What is paid is delivered all the same.
    pub maintenance: bool,
    /// What one unit of a currency costs in the base currency, as decimal texts: a product without a price of its own in that currency is sold at this
    /// rate.
    #[schema(example = json!({"USD": "60000", "XTR": "1200"}))]
    pub rates: BTreeMap<String, String>,
    /// The amounts that a gateway is offered for, by its name, in the currency in which it charges.
    #[schema(example = json!({"card": {"minimum": {"amount": "50000", "currency": "IRT"}, "maximum": null}}))]
    pub gateway_limits: BTreeMap<&'static str, AmountLimits>,
    /// Cards for transfers, taken in turn, besides the one of the environment.
    pub cards: Vec<Card>,
    /// Where the shop's clocks stand: days of reports begin at their midnight.
    #[schema(example = "+03:30")]
    pub utc_offset: String,
    /// Whether the operators' chat is told each morning what the day before brought.
    pub daily_summary: bool,
    /// Whether the operators' chat is told of each order that a gateway's payment pays. What an operator approves is not told again.
    pub paid_order_notices: bool,
    /// Null: nobody changed a setting yet.
    pub updated_at: Option<Time>,
    pub version: u64,
}

/// A free account to try the service.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// MiB.
    #[schema(minimum = 1, maximum = 102_400)]
    pub data_limit_mb: u32,
    #[schema(minimum = 1, maximum = 365)]
    pub duration_days: u16,
}

/// What an inviter gets: data and days, or a code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Reward {
    Present(Present),
    Code(PersonalCode),
}

/// Data and days.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Present {
    /// GiB.
    #[schema(minimum = 1, maximum = 100_000)]
    pub data_limit_gb: u32,
    #[schema(minimum = 1, maximum = 3650)]
    pub duration_days: u16,
}

/// A discount code that works once, for one customer alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonalCode {
    /// More than 0, at most 100, at most two decimals: a decimal text.
    #[schema(pattern = r"^[0-9]{1,3}(\.[0-9]{1,2})?$", example = "15")]
    pub percent: String,
    #[schema(minimum = 1, maximum = 365)]
    pub valid_days: u16,
}

/// What customers are reminded of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reminders {
    /// Once for each of these numbers of days left; empty: never.
    #[schema(example = json!([3, 1]))]
    pub days_left: Vec<u16>,
    /// Once for each of these percentages of the data left; empty: never.
    #[schema(value_type = Vec<u32>, example = json!([20, 5]))]
    pub data_left_percent: Vec<u8>,
    /// That a subscription has ended.
    pub ended: bool,
    /// An offer to come back; null: none.
    pub win_back: Option<WinBack>,
}

/// An offer to come back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WinBack {
    /// Days after the end of the subscription.
    #[schema(minimum = 1, maximum = 90)]
    pub after_days: u16,
    /// A discount with it; null or left out: none.
    #[serde(default)]
    pub code: Option<PersonalCode>,
}

/// A channel or group whose membership is asked for. The bot must be its administrator.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// `@name`, or the number of a chat.
    #[schema(pattern = "^(@[A-Za-z0-9_]{5,32}|-[0-9]{1,19})$", example = "@wave_news")]
    pub chat: String,
    #[schema(min_length = 1, max_length = 64)]
    pub title: String,
    /// Where to join.
    #[schema(pattern = "^https://", max_length = 256, example = "https://t.me/wave_news")]
    pub url: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TermsOfUse {
    /// Where they can be read.
    #[schema(example = "https://example.com/terms")]
    pub url: String,
    /// Raised when they change: everybody is asked again.
    pub version: u32,
}

/// Both ends inclusive; null: none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountLimits {
    #[serde(default)]
    pub minimum: Option<Money>,
    #[serde(default)]
    pub maximum: Option<Money>,
}

/// A bank card that receives transfers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Card {
    /// Null for those who are no owners.
    pub number: Option<String>,
    #[schema(example = "7890")]
    pub last_digits: String,
    pub holder: String,
}

impl From<settings::PersonalCode> for PersonalCode {
    fn from(code: settings::PersonalCode) -> Self {
        Self { percent: code.percent.to_string(), valid_days: code.valid_days }
    }
}

impl From<settings::Present> for Present {
    fn from(present: settings::Present) -> Self {
        Self { data_limit_gb: present.data_limit_gb, duration_days: present.duration_days }
    }
}

impl Settings {
    /// As somebody of this role sees them.
    fn of(settings: &settings::Settings, role: Role) -> Self {
        let limits = |limits: &settings::AmountLimits| AmountLimits {
            minimum: limits.minimum.map(Money::from),
            maximum: limits.maximum.map(Money::from),
        };
        Self {
            base_currency: CurrencyCode(settings.base_currency.code().to_owned()),
            order_window_minutes: settings.order_window_minutes,
            max_open_orders: settings.max_open_orders,
            trial: settings.trial.map(|trial| Trial { data_limit_mb: trial.data_limit_mb, duration_days: trial.duration_days }),
            referral_reward: settings.referral_reward.map(|reward| match reward {
                settings::Reward::Present(present) => Reward::Present(present.into()),
                settings::Reward::Code(code) => Reward::Code(code.into()),
            }),
            welcome_bonus: settings.welcome_bonus.map(Present::from),
            reminders: Reminders {
                days_left: settings.reminders.days_left.clone(),
                data_left_percent: settings.reminders.data_left_percent.clone(),
                ended: settings.reminders.ended,
                win_back: settings
                    .reminders
                    .win_back
                    .map(|offer| WinBack { after_days: offer.after_days, code: offer.code.map(PersonalCode::from) }),
            },
            support_username: settings.support_username.clone(),
            support_relay: settings.support_relay,
            gifts: settings.gifts,
            recurring_stars: settings.recurring_stars,
            channels: settings
                .channels
                .iter()
                .map(|channel| Channel { chat: channel.chat.clone(), title: channel.title.clone(), url: channel.url.clone() })
                .collect(),
            terms_of_use: settings.terms_of_use.as_ref().map(|terms| TermsOfUse { url: terms.url.clone(), version: terms.version }),
            invite_only: settings.invite_only,
            maintenance: settings.maintenance,
            rates: settings.rates.iter().map(|(currency, rate)| (currency.code().to_owned(), rate.normalize().to_string())).collect(),
            gateway_limits: settings.gateway_limits.iter().map(|(gateway, amounts)| (Gateway::name(*gateway), limits(amounts))).collect(),
            cards: settings.cards.iter().map(|card| Card::of(card, role)).collect(),
            utc_offset: settings.utc_offset.to_string(),
            daily_summary: settings.daily_summary,
            paid_order_notices: settings.paid_order_notices,
            updated_at: (settings.version > 0).then_some(Time(settings.updated_at)),
            version: settings.version,
        }
    }
}

impl Card {
    fn of(card: &settings::Card, role: Role) -> Self {
        Self {
            number: (role >= Role::Owner).then(|| card.number.clone()),
            last_digits: card.last_digits().to_owned(),
            holder: card.holder.clone(),
        }
    }
}

/// Shows the settings
#[utoipa::path(get, path = "/admin/v1/settings", tag = "settings", responses((status = 200, description = "The settings.", body = Settings)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|settings| ok(&settings).into())
}

/// The settings as far as the caller may see them.
pub async fn detail(call: &Call<'_>) -> Result<Settings, Problem> {
    Ok(Settings::of(&call.app.settings().await?, call.role()))
}

/// Changes the settings
///
/// What is left out stays as it is.
#[utoipa::path(patch, path = "/admin/v1/settings", tag = "settings", request_body = SettingsChange, responses((status = 200, description = "The settings as they are now.", body = Settings)))]
pub async fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let change: SettingsChange = call.body()?;
    let mut faults = Faults::default();
    let edit = change.read(&mut faults);
    faults.of_fields()?;
    let role = call.role();
    let answer = move |settings: &settings::Settings| ok(&Settings::of(settings, role));
    let changed = call.app.change_settings(call.version()?, call.by(&answer)?, |settings| edit.apply(settings)).await;
    changed.map(|settings| answer(&settings).into()).map_err(|error| call.refusal(error))
}
