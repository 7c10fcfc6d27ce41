//! What a reminder says: how much is left and until when, and the way to more.

use clients::panel::{Account, AccountStatus};
use domain::{
    Language, Timestamp,
    discount::{Benefit, DiscountCode},
    subscription::{Reminder, Subscription},
};

use crate::{
    App,
    button::{Button, SubscriptionAction},
    format,
    screen::{Keyboard, Screen, link, primary, tap},
    text::Arg,
};

const DAY_SECONDS: i64 = 86_400;

impl App {
    /// A reminder of a subscription. `code`: what invites to come back, with the link that applies it.
    pub(super) fn reminder(
        &self,
        reminder: Reminder,
        subscription: &Subscription,
        account: &Account,
        code: Option<(&DiscountCode, Option<&str>)>,
        language: Language,
    ) -> Screen {
        let mut lines = vec![self.reminder_title(reminder, subscription, account, language)];
        match reminder {
            Reminder::DaysLeft(_) => {
                lines.extend(account.expires_at.map(|at| self.expiry_line(at, language)));
                lines.extend(account.data_limit.map(|limit| {
                    let (left, limit) = self.left_of(account.used, limit, language);
                    self.texts.html(language, "reminder-data", &[("left", Arg::Raw(left)), ("limit", Arg::Raw(limit))])
                }));
            }
            Reminder::DataLeft(_) => lines.extend(account.expires_at.map(|at| self.expiry_line(at, language))),
            Reminder::Ended | Reminder::WinBack => {}
        }
        let hint = match reminder {
            Reminder::DaysLeft(_) | Reminder::DataLeft(_) => Some("reminder-renew-hint"),
            Reminder::Ended => Some("reminder-ended-hint"),
            Reminder::WinBack => None,
        };
        let mut text = lines.join("\n");
        if let Some(hint) = hint {
            text.push_str("\n\n");
            text.push_str(&self.texts.html(language, hint, &[]));
        }
        if let Some((code, _)) = code {
            text.push_str("\n\n");
            text.push_str(&self.code_offer(code, language));
        }
        let renew = Button::OfSubscription { action: SubscriptionAction::Extend, key: subscription.order.key };
        let apply = code.and_then(|(_, url)| url).map(|url| link(self.texts.plain(language, "button-use-code", &[]), url));
        let keyboard = Keyboard::default()
            .row([primary(tap(self.texts.plain(language, "button-renew", &[]), &renew))])
            .row(apply)
            .row([tap(self.texts.plain(language, "button-menu", &[]), &Button::Menu)]);
        Screen::new(text, keyboard)
    }

    fn reminder_title(&self, reminder: Reminder, subscription: &Subscription, account: &Account, language: Language) -> String {
        let plan = ("plan", Arg::Text(subscription.shown_name()));
        match reminder {
            Reminder::DaysLeft(told) => {
                // A look that came late says what is left now, begun days included.
                let left = account.expires_at.map_or(0, |end| end.since(self.now()).as_seconds());
                let days = u16::try_from(left.saturating_add(DAY_SECONDS - 1) / DAY_SECONDS).unwrap_or(told).clamp(1, told.max(1));
                let args = [plan, ("count", Arg::Count(days.into())), ("days", Arg::Raw(format::days(&self.texts, language, Some(days))))];
                self.texts.html(language, "reminder-days-left", &args)
            }
            Reminder::DataLeft(_) => {
                let limit = account.data_limit.unwrap_or_default();
                let percent = u128::from(limit.saturating_sub(account.used)) * 100 / u128::from(limit.max(1));
                let (left, limit) = self.left_of(account.used, limit, language);
                let percent = format::digits(language, &percent.to_string());
                let args = [plan, ("percent", Arg::Raw(percent)), ("left", Arg::Raw(left)), ("limit", Arg::Raw(limit))];
                self.texts.html(language, "reminder-data-left", &args)
            }
            Reminder::Ended if is_used_up(account) => self.texts.html(language, "reminder-used-up", &[plan]),
            Reminder::Ended => self.texts.html(language, "reminder-time-is-up", &[plan]),
            Reminder::WinBack => self.texts.html(language, "win-back", &[plan]),
        }
    }

    fn expiry_line(&self, at: Timestamp, language: Language) -> String {
        self.texts.html(language, "expires", &[("at", Arg::Raw(format::moment(language, at)))])
    }

    /// What is left, and of how much.
    fn left_of(&self, used: u64, limit: u64, language: Language) -> (String, String) {
        (format::data(&self.texts, language, limit.saturating_sub(used)), format::data(&self.texts, language, limit))
    }

    fn code_offer(&self, code: &DiscountCode, language: Language) -> String {
        let off = match code.benefit {
            Benefit::Percent(percent) => format!("{} %", format::digits(language, &percent.to_string())),
            Benefit::Amount(amount) => format::money(&self.texts, language, amount),
        };
        let until = code.valid_to.map(|at| format::moment(language, at)).unwrap_or_default();
        let args = [("code", Arg::Exact(code.name.as_str())), ("off", Arg::Raw(off)), ("until", Arg::Raw(until))];
        self.texts.html(language, "win-back-code", &args)
    }
}

/// Whether it is its data that ended it.
fn is_used_up(account: &Account) -> bool {
    account.status == AccountStatus::Limited
        || account.status != AccountStatus::Expired && account.data_limit.is_some_and(|limit| account.used >= limit)
}
