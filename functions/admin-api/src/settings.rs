//! What the owner decides about the whole shop.

use domain::{Currency, settings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::given,
    call::Call,
    problem::{Faults, Problem},
    reply::{Reply, ok},
    wire::{CurrencyCode, Time},
};

/// The shop's settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Settings {
    #[schema(inline)]
    base_currency: CurrencyCode,
    /// How long an order can be paid.
    order_window_minutes: u16,
    /// What an inviter gets for an invited user's first paid order; null: nothing.
    referral_reward: Option<Reward>,
    /// Whom customers write to, without `@`.
    support_username: Option<String>,
    /// Null: nobody changed a setting yet.
    updated_at: Option<Time>,
    version: u64,
}

/// A prize: an account of its own.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    #[schema(minimum = 1, maximum = 100_000)]
    data_limit_gb: u32,
    #[schema(minimum = 1, maximum = 3650)]
    duration_days: u16,
}

impl From<&settings::Settings> for Settings {
    fn from(settings: &settings::Settings) -> Self {
        Self {
            base_currency: CurrencyCode(settings.base_currency.code().to_owned()),
            order_window_minutes: settings.order_window_minutes,
            referral_reward: match settings.referral_reward {
                Some(settings::Reward::Present(settings::Present { data_limit_gb, duration_days })) => {
                    Some(Reward { data_limit_gb, duration_days })
                }
                Some(settings::Reward::Code(_)) | None => None,
            },
            support_username: settings.support_username.clone(),
            updated_at: (settings.version > 0).then_some(Time(settings.updated_at)),
            version: settings.version,
        }
    }
}

/// Shows the settings
#[utoipa::path(get, path = "/admin/v1/settings", tag = "settings", responses((status = 200, description = "The settings.", body = Settings)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(ok(&Settings::from(&call.app.settings().await?)).into())
}

/// What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_window_minutes": 90, "support_username": "wave_support"}))]
pub struct SettingsChange {
    #[serde(default)]
    #[schema(inline)]
    base_currency: Option<CurrencyCode>,
    #[serde(default)]
    #[schema(minimum = 5, maximum = 10_080)]
    order_window_minutes: Option<u16>,
    /// Null: no prizes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Reward>)]
    referral_reward: Option<Option<Reward>>,
    /// Null: nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z0-9_]{5,32}$")]
    support_username: Option<Option<String>>,
}

/// Changes the settings
#[utoipa::path(patch, path = "/admin/v1/settings", tag = "settings", request_body = SettingsChange, responses((status = 200, description = "The settings as they are now.", body = Settings)))]
pub async fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let change: SettingsChange = call.body()?;
    let mut faults = Faults::default();
    let currency: Option<Currency> = faults.parse("base_currency", change.base_currency.as_ref().map(|code| code.0.as_str()));
    faults.of_fields()?;
    let answer = |settings: &settings::Settings| ok(&Settings::from(settings));
    let edit = |settings: &mut settings::Settings| {
        settings.base_currency = currency.unwrap_or(settings.base_currency);
        settings.order_window_minutes = change.order_window_minutes.unwrap_or(settings.order_window_minutes);
        if let Some(reward) = change.referral_reward {
            settings.referral_reward = reward.map(|Reward { data_limit_gb, duration_days }| {
                settings::Reward::Present(settings::Present { data_limit_gb, duration_days })
            });
        }
        if let Some(username) = &change.support_username {
            settings.support_username = username.clone();
        }
    };
    let changed = call.app.change_settings(call.version()?, call.by(&answer)?, edit).await;
    changed.map(|settings| answer(&settings).into()).map_err(|error| call.refusal(error))
}
