//! The shop's settings, as its owner changes them.

use domain::settings::{Present, Reward, Settings};
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
            let change = Change::new(&by, "change", "settings", "shop").from(json(&before)?).to(json(&settings)?);
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

fn check(settings: &Settings) -> Result<(), Invalid> {
    if !(5..=10_080).contains(&settings.order_window_minutes) {
        return Err(Invalid::new("order_window_minutes", "5 to 10080"));
    }
    if let Some(Reward::Present(Present { data_limit_gb, duration_days })) = settings.referral_reward {
        if !(1..=100_000).contains(&data_limit_gb) {
            return Err(Invalid::new("referral_reward.data_limit_gb", "1 to 100000"));
        }
        if !(1..=3650).contains(&duration_days) {
            return Err(Invalid::new("referral_reward.duration_days", "1 to 3650"));
        }
    }
    let a_username = |name: &String| (5..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !settings.support_username.as_ref().is_none_or(a_username) {
        return Err(Invalid::new("support_username", "a Telegram user name: 5 to 32 characters of A-Z, a-z, 0-9 and _"));
    }
    Ok(())
}
