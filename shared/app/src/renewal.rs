//! What a subscription can be renewed with, what will come of it, and what came of it: in words, with numbers, before anybody pays.

use clients::telegram::TelegramError;
use domain::{
    Language, TelegramUserId, Timestamp,
    extension::{self, DataTarget, Limits, Seen, State, Target, TimeTarget},
    order::Order,
    product::{Product, ProductKind, RenewalPolicy, Terms},
    subscription::Subscription,
    time::Span,
};
use tracing::warn;

use crate::{
    App, AppError, Deadline,
    account::{Live, LiveSubscription},
    button::Button,
    catalogue::Shop,
    extend::seen,
    format,
    provision::{Delivery, TELEGRAM_TIMEOUT},
    screen::{Keyboard, primary, tap},
    text::Arg,
};

/// What is sold for a subscription as it is now.
#[derive(Debug)]
pub enum Extensions<'a> {
    /// The plan that it has first; the add-ons of which it would have something.
    Sold { plans: Vec<&'a Product>, add_ons: Vec<&'a Product> },
    /// An operator switched it off: only he can say what becomes of it.
    SwitchedOff,
}

impl Extensions<'_> {
    /// Whether this product is among them.
    pub fn has(&self, product: &Product) -> bool {
        match self {
            Self::Sold { plans, add_ons } => plans.iter().chain(add_ons).any(|sold| sold.id == product.id),
            Self::SwitchedOff => false,
        }
    }
}

/// What a subscription can be extended with.
pub fn extensions<'a>(shop: &'a Shop, held: &LiveSubscription) -> Extensions<'a> {
    let subscription = &held.subscription;
    let own = |product: &Product| subscription.product.as_ref() == Some(&product.id);
    let (limited, ends, is_there) = match &held.live {
        Live::Account(account) => {
            let seen = seen(account);
            if seen.state == State::Off && !subscription.begins_again() {
                return Extensions::SwitchedOff;
            }
            let ends = matches!(seen.state, State::OnHold(_)) || seen.expires_at.is_some();
            (seen.data_limit.is_some(), ends, seen.state != State::Off)
        }
        Live::Deleted => (false, false, false),
        Live::Unknown if subscription.disabled_at.is_some() => return Extensions::SwitchedOff,
        Live::Unknown => (subscription.data_limit.is_some(), subscription.duration_days.is_some(), subscription.revoked_at.is_none()),
    };
    // Nobody pays for more of what is unlimited.
    let useful = |add_on: &&Product| is_there && (add_on.data_limit_gb.is_none() || limited) && (add_on.duration_days.is_none() || ends);
    let (mut plans, others): (Vec<_>, Vec<_>) = shop.plans().partition(|product| own(product));
    plans.extend(others);
    Extensions::Sold { plans, add_ons: shop.add_ons().filter(useful).collect() }
}

impl App {
    /// One of the customer's subscriptions by the tag that buttons name it with, as it is now.
    pub async fn subscription_by_tag(
        &self,
        owner: TelegramUserId,
        tag: &str,
        deadline: Deadline,
    ) -> Result<Option<LiveSubscription>, AppError> {
        let Some(subscription) = self.tagged_subscription(owner, tag).await? else { return Ok(None) };
        let live = self.look(&subscription, deadline).await;
        Ok(Some(LiveSubscription { subscription, live }))
    }

    /// What a product adds: `+10 GB`, `+7 days`.
    pub fn addition(&self, terms: &Terms, language: Language) -> String {
        let data = terms.data_limit_bytes().map(|bytes| format::data(&self.texts, language, bytes));
        let days = terms.duration_days.map(|days| format::days(&self.texts, language, Some(days)));
        let more = [data, days].into_iter().flatten().map(|amount| self.texts.plain(language, "more", &[("amount", Arg::Raw(amount))]));
        more.collect::<Vec<_>>().join(" · ")
    }

    /// What will come of a product for a subscription: what is left and what becomes of it, and what there is afterwards. Where the panel does not
    /// answer, the rule without the numbers.
    pub fn forecast(&self, product: &Product, held: &LiveSubscription, language: Language) -> String {
        let terms = product.terms();
        let fresh = product.kind == ProductKind::Plan && product.renewal_policy == RenewalPolicy::Reset;
        let now = self.now();
        let account = match &held.live {
            Live::Account(account) => Some(seen(account)),
            Live::Deleted => None,
            Live::Unknown => return self.texts.html(language, if fresh { "policy-reset" } else { "policy-add" }, &[]),
        };
        let begins_again = held.subscription.begins_again();
        let Ok(target) = extension::target(account.as_ref(), begins_again, &terms, now) else { return String::new() };
        let (before, after) = match (target, account) {
            (Target::Limits(limits), Some(account)) => {
                let left = self.what_is_left(&account, language, now).filter(|_| !limits.switch_on);
                let before = left.map(|left| {
                    self.texts.html(language, if fresh { "forecast-given-up" } else { "forecast-kept" }, &[("left", Arg::Raw(left))])
                });
                (before, self.what_there_will_be(&limits, &account, language))
            }
            _ => {
                let data = terms.data_limit_bytes().map_or(DataTarget::Keep, |shall_be| DataTarget::Bytes { was: None, shall_be });
                let days = terms.duration_days.map(|days| Span::days(days.into()));
                let state = State::OnHold(days.unwrap_or(Span::ZERO));
                let time = days.map_or(TimeTarget::Unlimited { until: None, on_hold: None }, |_| TimeTarget::Keep);
                let nothing = Seen { state, data_limit: None, used: 0, expires_at: None };
                let before = self.texts.html(language, "forecast-anew", &[]);
                (Some(before), self.what_there_will_be(&Limits { data, time, switch_on: false }, &nothing, language))
            }
        };
        [before, Some(after)].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// What is left of an account's data and time, where both have an end and something is left.
    fn what_is_left(&self, seen: &Seen, language: Language, now: Timestamp) -> Option<String> {
        let data = seen.data_limit.map(|limit| limit.saturating_sub(seen.used)).filter(|left| *left > 0);
        let data = data.map(|left| format::data(&self.texts, language, left));
        let span = match seen.state {
            State::OnHold(span) => span,
            State::Active | State::Ended | State::Off => seen.expires_at.map_or(Span::ZERO, |at| at.since(now)),
        };
        let time = (span > Span::ZERO).then(|| match u16::try_from(span.as_seconds() / 86_400).unwrap_or(u16::MAX) {
            0 => self.texts.plain(language, "less-than-a-day", &[]),
            days => format::days(&self.texts, language, Some(days)),
        });
        match (data, time) {
            (Some(data), Some(time)) => {
                Some(self.texts.plain(language, "data-and-time", &[("data", Arg::Raw(data)), ("time", Arg::Raw(time))]))
            }
            (data, time) => data.or(time),
        }
    }

    fn what_there_will_be(&self, limits: &Limits, seen: &Seen, language: Language) -> String {
        let limit = match limits.data {
            DataTarget::Keep => seen.data_limit,
            DataTarget::Unlimited { .. } => None,
            DataTarget::Bytes { shall_be, .. } => Some(shall_be),
        };
        let data = format::volume(&self.texts, language, limit.map(|limit| limit.saturating_sub(seen.used)));
        let time = match (limits.time, seen.state) {
            (TimeTarget::Keep, State::OnHold(span)) | (TimeTarget::OnHold { shall_be: span, .. }, _) => self.span_text(span, language),
            (TimeTarget::Until { shall_be, .. }, _) => self.until_text(shall_be, language),
            (TimeTarget::Keep, _) => {
                seen.expires_at.map_or_else(|| format::days(&self.texts, language, None), |at| self.until_text(at, language))
            }
            (TimeTarget::Unlimited { .. }, _) => format::days(&self.texts, language, None),
        };
        self.texts.html(language, "forecast-after", &[("data", Arg::Raw(data)), ("time", Arg::Raw(time))])
    }

    fn until_text(&self, at: Timestamp, language: Language) -> String {
        self.texts.plain(language, "until", &[("at", Arg::Raw(format::moment(language, at)))])
    }

    fn span_text(&self, span: Span, language: Language) -> String {
        let days = u16::try_from((span.as_seconds() + 86_399).div_euclid(86_400)).unwrap_or(u16::MAX);
        self.texts.plain(language, "from-first-use", &[("days", Arg::Raw(format::days(&self.texts, language, Some(days))))])
    }

    /// What an order has made of a subscription.
    fn extension_text(&self, order: &Order, subscription: &Subscription, language: Language) -> String {
        let args = [("subscription", Arg::Text(subscription.shown_name())), ("plan", Arg::Text(order.terms.name.as_str()))];
        let mut lines: Vec<String> = self.reason_of(order.id.key, language).into_iter().collect();
        lines.push(self.texts.html(language, "extended", &args));
        if let Some(Target::Limits(limits)) = order.target {
            let volume = |bytes| format::volume(&self.texts, language, bytes);
            match limits.data {
                DataTarget::Keep => {}
                DataTarget::Unlimited { .. } => {
                    lines.push(self.texts.html(language, "extended-unlimited", &[("volume", Arg::Raw(volume(None)))]));
                }
                DataTarget::Bytes { shall_be, .. } => {
                    lines.push(self.texts.html(language, "extended-data", &[("volume", Arg::Raw(volume(Some(shall_be))))]));
                }
            }
            let time = match limits.time {
                TimeTarget::Keep => None,
                TimeTarget::Unlimited { .. } => Some(format::days(&self.texts, language, None)),
                TimeTarget::Until { shall_be, .. } => Some(self.until_text(shall_be, language)),
                TimeTarget::OnHold { shall_be, .. } => Some(self.span_text(shall_be, language)),
            };
            lines.extend(time.map(|time| self.texts.html(language, "extended-time", &[("time", Arg::Raw(time))])));
        }
        lines.join("\n")
    }

    /// Tells a customer what his order has made of his subscription, with the way to it.
    pub(crate) async fn tell_of_extension(
        &self,
        order: &Order,
        subscription: &Subscription,
        language: Language,
        deadline: Deadline,
    ) -> Result<Delivery, AppError> {
        let Some(timeout) = deadline.allows(self, TELEGRAM_TIMEOUT) else { return Ok(Delivery::Later(Span::ZERO, "no time left".into())) };
        let text = self.extension_text(order, subscription, language);
        let button = |id, target: &Button| tap(self.texts.plain(language, id, &[]), target);
        let keyboard = Keyboard::default()
            .row([primary(button("button-show-subscription", &Button::Subscription(subscription.order.key)))])
            .row([button("button-menu", &Button::Menu)]);
        let screen = crate::screen::Screen::new(text, keyboard).send(order.id.buyer.get());
        Ok(match self.telegram.within(timeout).send_message(&screen).await {
            Ok(_) => Delivery::Sent,
            Err(TelegramError::Blocked | TelegramError::ChatNotFound) => Delivery::Unreachable,
            Err(TelegramError::RetryAfter(wait)) => {
                Delivery::Later(Span::seconds(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)), "telegram asks to wait".into())
            }
            Err(error) => {
                warn!(event = "not_delivered", order.id = %self.names.order(order.id), %error, "a renewal could not be told");
                Delivery::Later(Span::ZERO, error.to_string())
            }
        })
    }
}
