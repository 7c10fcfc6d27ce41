//! What a customer holds: an account on the panel, bought by an order.

use serde::{Deserialize, Serialize};

use crate::{
    change::{DataWish, Switch, TimeWish, Wish},
    duty::{Duty, LEASE, Work},
    extension::{DataTarget, Target, TimeTarget},
    ids::{OrderId, OrderKey, ProductId, SubscriptionName},
    order::Order,
    product::{ProductKind, Terms},
    reminder::{Seen, Standing},
    time::{Span, Timestamp},
};

/// How long an account works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// No expiry.
    Unlimited,
    /// The span starts with the first traffic.
    FromFirstUse(Span),
}

/// What the panel must hold for an order. A pure function of the order: the same order asks for the same account, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisioningSpec {
    pub name: SubscriptionName,
    /// Names the order on the panel; what tells "ours" from "somebody else's" after an unknown outcome. At most 500 characters.
    pub note: String,
    /// Bytes; `None` is unlimited.
    pub data_limit: Option<u64>,
    pub validity: Validity,
}

impl ProvisioningSpec {
    /// `reference` is the order's public reference.
    pub fn of(name: SubscriptionName, reference: &str, terms: &Terms) -> Self {
        let validity = terms.duration_days.map_or(Validity::Unlimited, |days| Validity::FromFirstUse(Span::days(days.into())));
        Self { name, note: format!("wave:{reference}"), data_limit: terms.data_limit_bytes(), validity }
    }
}

/// A delivered account. Its live state is the panel's; this is how it is found and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The order that created it.
    pub order: OrderId,
    pub name: SubscriptionName,
    /// The plan's name as bought.
    pub title: String,
    /// Bytes; absent is unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_limit: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_days: Option<u16>,
    /// The link that its customer has; absolute. The panel gives another one with every answer, and all work: this is the first since the account was
    /// made or its link was replaced. A secret of its customer: never logged.
    pub link: String,
    pub created_at: Timestamp,
    /// The plan that it was bought or last renewed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// What its customer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The order that is changing it now: one at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy_with: Option<OrderKey>,
    /// Orders that feed it and were not refunded.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub orders: u16,
    /// The customer wants another link, and does not have it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_asked_at: Option<Timestamp>,
    /// When the link was last replaced by another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_changed_at: Option<Timestamp>,
    /// What an operator wants of the account, until the panel has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
    /// When the account is to be looked at, while something else is owed first: an item owes one duty at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_at: Option<Timestamp>,
    /// What its customer was reminded of since it was bought or last renewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminded: Vec<Reminder>,
    /// When its time was up or its data used up, as far as a look at the account has shown it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Paid by a subscription in Stars that Telegram renews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<Renews>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Since when an operator has it switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    #[serde(flatten)]
    pub work: Work,
    pub version: u64,
}

/// Whether a subscription in Stars goes on, as far as it was said here: Telegram's own settings end one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renews {
    On,
    /// The customer ended it; it can go on again until its period is over.
    Stopped,
}

/// What comes of a customer's wish for another link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkWish {
    /// Owed from now on, and taken by whoever writes it.
    Asked,
    /// Owed already.
    UnderWay,
    /// Replaced a moment ago: the same tap, come again.
    JustReplaced,
    /// Owed from now on, after what an operator wants of the account.
    AfterChange,
}

/// What a subscription is, as far as is known without asking the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubscriptionState {
    Active,
    /// Its time was up or its data used up at the last look.
    Expired,
    /// Switched off: by an operator, or because what fed it was refunded.
    Disabled,
}

impl SubscriptionState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
        }
    }
}

/// Why a text cannot be a subscription's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelRefusal {
    /// Nothing of it can be seen.
    Empty,
    TooLong,
    /// It has line breaks or other control characters.
    NotOneLine,
}

/// What a customer is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// At most so many days are left.
    DaysLeft(u16),
    /// At most so many percent of the data are left.
    DataLeft(u8),
    /// The time is up or the data is used up.
    Ended,
    /// An offer some days after the end.
    WinBack,
}

const fn one() -> u16 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_one(n: &u16) -> bool {
    *n == 1
}

/// What joins letters and pictures: written in names, seen in none by itself.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
}

/// Marks that are not seen, or that turn the direction of what stands around them.
const fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180E}'
            | '\u{200B}'
            | '\u{200E}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

const fn held_after(data: DataTarget, before: Option<u64>) -> Option<u64> {
    match data {
        DataTarget::Keep => before,
        DataTarget::Unlimited { .. } => None,
        DataTarget::Bytes { shall_be, .. } => Some(shall_be),
    }
}

impl Subscription {
    /// What a customer holds once the panel has made the account of his order.
    pub fn of(order: &Order, link: String, now: Timestamp) -> Self {
        let mut subscription = Self {
            order: order.id,
            name: order.panel_name.clone(),
            title: order.terms.name.clone(),
            data_limit: order.terms.data_limit_bytes(),
            duration_days: order.terms.duration_days,
            link,
            created_at: now,
            product: Some(order.terms.product.clone()),
            label: None,
            busy_with: None,
            orders: 1,
            link_asked_at: None,
            link_changed_at: None,
            wish: None,
            look_at: None,
            reminded: Vec::new(),
            ended_at: None,
            renews: order.renews.then_some(Renews::On),
            revoked_at: None,
            disabled_at: None,
            work: Work::default(),
            version: 1,
        };
        subscription.look_anew(now);
        subscription
    }

    /// What a customer holds whose account was there before the shop, as the panel shows it. Of what has ended already he is told nothing.
    pub fn adopted(order: &Order, name: SubscriptionName, seen: &Seen, link: String, now: Timestamp) -> Self {
        let mut subscription = Self::of(order, link, now);
        subscription.name = name;
        subscription.data_limit = seen.data_limit;
        let days = |span: Span| u16::try_from(span.as_seconds().unsigned_abs().div_ceil(86_400)).unwrap_or(u16::MAX).max(1);
        let left = seen.expires_at.map(|end| end.since(now)).or(seen.on_hold);
        // How long it works in all is not known of what has begun, unless its order says so.
        subscription.duration_days = left.map(|left| order.terms.duration_days.unwrap_or_else(|| days(left)));
        subscription.look_anew(now);
        match seen.standing {
            Standing::Absent => subscription.disabled_at = Some(now),
            Standing::Limited | Standing::Expired => subscription.ended_at = Some(now),
            Standing::Active | Standing::OnHold => subscription.ended_at = seen.has_ended(now).then_some(now),
        }
        if subscription.ended_at.is_some() {
            subscription.ended_at = seen.expires_at.filter(|end| *end <= now).or(Some(now));
            subscription.reminded = vec![Reminder::Ended, Reminder::WinBack];
        }
        if !subscription.is_held() {
            subscription.owe_look(None);
        }
        subscription
    }

    /// What its customer sees as its name.
    pub fn shown_name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.title)
    }

    /// An order has extended it by its target, and nobody is at it any more. `link`: the one of the account that was made anew.
    ///
    /// A plan that was bought gives it its name; a present leaves it as it is called.
    pub fn extend(&mut self, order: &Order, link: Option<String>, now: Timestamp) {
        let terms = &order.terms;
        let plan = terms.kind == ProductKind::Plan;
        match order.target {
            Some(Target::Limits(limits)) => {
                self.data_limit = held_after(limits.data, self.data_limit);
                self.duration_days = match limits.time {
                    TimeTarget::OnHold { shall_be, .. } => u16::try_from(shall_be.as_seconds() / 86_400).ok(),
                    TimeTarget::Unlimited { .. } => None,
                    TimeTarget::Until { .. } if plan => terms.duration_days,
                    TimeTarget::Until { .. } | TimeTarget::Keep => self.duration_days,
                };
                self.orders = self.orders.saturating_add(1);
            }
            // Whatever had fed the deleted account went with it.
            Some(Target::Anew) => {
                self.data_limit = terms.data_limit_bytes();
                self.duration_days = terms.duration_days;
                self.created_at = now;
                self.orders = 1;
            }
            Some(Target::Less(_) | Target::Off) | None => {}
        }
        self.link = link.unwrap_or_else(|| std::mem::take(&mut self.link));
        if plan && matches!(order.id.key, OrderKey::Ulid(_) | OrderKey::Recurring(_)) {
            self.title.clone_from(&terms.name);
            self.product = Some(terms.product.clone());
        }
        self.busy_with = None;
        self.revoked_at = None;
        // Whoever extended it found it switched on.
        self.disabled_at = None;
        self.look_anew(now);
    }

    /// What an order gave was taken back by its target, and nobody is at it any more. `fed`: it was one of those that count.
    pub fn reduce(&mut self, order: &Order, fed: bool, now: Timestamp) {
        if let Some(Target::Less(limits)) = order.target {
            self.data_limit = held_after(limits.data, self.data_limit);
        }
        if fed {
            self.orders = self.orders.saturating_sub(1);
        }
        if order.renews {
            // What Telegram charges for it from now on goes back.
            self.renews = None;
        }
        if order.target == Some(Target::Off) {
            self.orders = 0;
            self.revoked_at = self.revoked_at.or(Some(now));
        }
        self.busy_with = None;
        self.look_anew(now);
    }

    /// Whether an order is one of those whose bytes and days its account has: the orders from before it was made anew are not.
    pub fn is_fed_by(&self, order: &Order) -> bool {
        order.provisioned_at.is_some_and(|at| at >= self.created_at)
    }

    /// The longest label, in characters.
    pub const MAX_LABEL: usize = 32;

    /// A customer's text as a label: without what cannot be seen or turns the writing around, and without spaces at its ends.
    pub fn label_of(text: &str) -> Result<String, LabelRefusal> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err(LabelRefusal::NotOneLine);
        }
        let seen: String = text.chars().filter(|c| !is_hidden(*c)).collect();
        let label = seen.trim();
        if !label.chars().any(|c| !c.is_whitespace() && !is_joiner(c)) {
            return Err(LabelRefusal::Empty);
        }
        if label.chars().count() > Self::MAX_LABEL { Err(LabelRefusal::TooLong) } else { Ok(label.to_owned()) }
    }

    /// For so long a second wish for another link is taken for the first one: Telegram repeats a tap that was not answered for 150 seconds.
    pub const LINK_PAUSE: Span = Span::minutes(3);

    /// The customer wants another link. What was owed so far, a look at the account, waits until he has it.
    pub fn ask_link(&mut self, now: Timestamp) -> LinkWish {
        if self.work.duty == Some(Duty::Change) {
            self.link_asked_at = self.link_asked_at.or(Some(now));
            return LinkWish::AfterChange;
        }
        if self.work.duty == Some(Duty::NewLink) && self.work.parked.is_none() {
            return LinkWish::UnderWay;
        }
        if self.link_changed_at.is_some_and(|at| now < at.plus(Self::LINK_PAUSE)) {
            return LinkWish::JustReplaced;
        }
        if self.work.duty == Some(Duty::Remind) {
            self.look_at = self.work.due_at;
        }
        self.link_asked_at = Some(now);
        self.work.owe_and_take(Duty::NewLink, now.plus(LEASE));
        LinkWish::Asked
    }

    /// The panel has replaced the link. Its customer is owed the news.
    pub fn replace_link(&mut self, link: String, now: Timestamp) {
        self.link = link;
        self.link_asked_at = None;
        self.link_changed_at = Some(now);
    }

    /// The matter of the link is closed: what waited for it is owed again.
    pub fn settle_link(&mut self) {
        self.link_asked_at = None;
        self.work.clear();
        let look_at = self.look_at.take();
        self.owe_look(look_at);
    }

    /// An operator wants something of the account: added to what was wanted before, owed from now on, and taken by whoever writes it. A link that its
    /// customer waits for, or has not been told of yet, is made after that.
    pub fn ask_change(&mut self, wish: Wish, now: Timestamp) {
        match self.work.duty {
            Some(Duty::Remind) => self.look_at = self.work.due_at,
            Some(Duty::NewLink) => self.link_asked_at = self.link_asked_at.or(Some(now)),
            _ => {}
        }
        self.wish = Some(self.wish.unwrap_or_default().and(wish));
        self.work.owe_and_take(Duty::Change, now.plus(LEASE));
    }

    /// The panel has what an operator wanted. What waited for it is owed now.
    pub fn settle_change(&mut self, now: Timestamp) {
        let wish = self.wish.take().unwrap_or_default();
        match wish.data {
            Some(DataWish::Unlimited) => self.data_limit = None,
            Some(DataWish::Bytes(bytes)) => self.data_limit = Some(bytes),
            None => {}
        }
        match wish.time {
            Some(TimeWish::Unlimited) => self.duration_days = None,
            // How long it works in all is not known of one that had no end: what is left of it is.
            Some(TimeWish::Until(at)) if self.duration_days.is_none() => {
                let days = u64::try_from(at.since(now).as_seconds()).unwrap_or_default().div_ceil(86_400);
                self.duration_days = Some(u16::try_from(days).unwrap_or(u16::MAX).max(1));
            }
            Some(TimeWish::Until(_)) | None => {}
        }
        match wish.switch {
            Some(Switch::Off) => self.disabled_at = self.disabled_at.or(Some(now)),
            Some(Switch::On) => {
                self.disabled_at = None;
                self.revoked_at = None;
            }
            None => {}
        }
        self.work.clear();
        self.look_at = None;
        let waits_for_link = self.link_asked_at.is_some();
        if waits_for_link {
            self.work.owe(Duty::NewLink, now);
        }
        if self.is_switched_off() {
            self.owe_look(None);
        } else {
            self.look_anew(now);
        }
    }

    pub const fn is_switched_off(&self) -> bool {
        self.disabled_at.is_some() || self.revoked_at.is_some()
    }

    /// Whether a plan that is bought for it switches it on again: a refund had switched it off, and no operator wants it off.
    pub const fn begins_again(&self) -> bool {
        self.revoked_at.is_some() && self.disabled_at.is_none()
    }

    pub const fn state(&self) -> SubscriptionState {
        if self.is_switched_off() {
            SubscriptionState::Disabled
        } else if self.ended_at.is_some() {
            SubscriptionState::Expired
        } else {
            SubscriptionState::Active
        }
    }

    /// When the account is to be looked at next, `None`: not any more. What an operator wants of it and a link that its customer waits for come first,
    /// and the look after them.
    pub fn owe_look(&mut self, at: Option<Timestamp>) {
        if matches!(self.work.duty, Some(Duty::Change | Duty::NewLink)) {
            self.look_at = at;
            return;
        }
        match at {
            Some(at) => self.work.owe(Duty::Remind, at),
            None => self.work.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    /// One that owes a look in a day.
    fn held() -> Subscription {
        let item = serde_json::json!({
            "order": { "buyer": 7_000_000_001_i64, "key": "01M81J18G10000000000000QQD" },
            "name": "mfrggzdfmztwq2lknnwg23tpoe",
            "title": "Plan",
            "link": "https://panel.example/sub/old",
            "created_at": NOW.to_string(),
            "version": 1,
        });
        let mut held: Subscription = serde_json::from_value(item).unwrap();
        held.owe_look(Some(NOW.plus(Span::days(1))));
        held
    }

    #[test]
    fn what_an_operator_wants_comes_first_then_the_link_then_the_look() {
        let mut held = held();
        let look = held.work.due_at;
        held.ask_change(Wish { data: Some(DataWish::Bytes(5)), ..Wish::default() }, NOW);
        assert_eq!((held.work.duty, held.work.due_at, held.look_at), (Some(Duty::Change), Some(NOW.plus(LEASE)), look));
        assert_eq!(held.ask_link(NOW), LinkWish::AfterChange);
        held.work.park(NOW, "the panel is gone");
        assert_eq!(held.ask_link(NOW.plus(Span::hours(1))), LinkWish::AfterChange);
        assert_eq!(held.link_asked_at, Some(NOW), "since the first wish");
        held.owe_look(Some(NOW));
        assert_eq!(held.work.duty, Some(Duty::Change), "a renewal does not forget it");
        // A second wish is added to the first, and takes up what was parked.
        held.ask_change(Wish::OFF, NOW);
        assert_eq!((held.wish, held.work.parked.is_some()), (Some(Wish { data: Some(DataWish::Bytes(5)), ..Wish::OFF }), false));
        held.settle_change(NOW);
        assert_eq!((held.work.duty, held.wish, held.data_limit, held.disabled_at), (Some(Duty::NewLink), None, Some(5), Some(NOW)));
        assert_eq!((held.state(), held.is_held(), held.look_at), (SubscriptionState::Disabled, false, None));
        held.revoked_at = Some(NOW);
        assert!(!held.begins_again(), "an operator wants it off");
        held.settle_link();
        assert_eq!(held.work.duty, None, "nobody looks at what is switched off");
        held.ask_change(Wish::ON, NOW);
        held.settle_change(NOW.plus(Span::days(1)));
        assert_eq!((held.work.duty, held.state(), held.is_held()), (Some(Duty::Remind), SubscriptionState::Active, true));
    }

    #[test]
    fn a_link_that_was_not_told_of_is_made_again_after_a_change() {
        let mut held = held();
        held.ask_link(NOW);
        held.replace_link("https://panel.example/sub/new".into(), NOW);
        held.ask_change(Wish::ON, NOW);
        held.settle_change(NOW);
        assert_eq!((held.work.duty, held.link_asked_at), (Some(Duty::NewLink), Some(NOW)));
    }

    #[test]
    fn limits_are_what_an_operator_made_of_them() {
        let until = |days| Some(TimeWish::Until(NOW.plus(Span::days(days))));
        let (free, bytes) = (Some(DataWish::Unlimited), Some(DataWish::Bytes(9)));
        for (before, data, time, after) in [
            ((Some(1), Some(30)), None, None, (Some(1), Some(30))),
            ((Some(1), Some(30)), free, Some(TimeWish::Unlimited), (None, None)),
            ((None, None), bytes, until(10), (Some(9), Some(10))),
            ((None, Some(30)), None, until(10), (None, Some(30))),
            ((None, None), None, until(0), (None, Some(1))),
            ((None, None), None, until(1_000_000), (None, Some(u16::MAX))),
        ] {
            let mut held = held();
            (held.data_limit, held.duration_days) = before;
            held.ask_change(Wish { data, time, switch: None }, NOW);
            held.settle_change(NOW);
            assert_eq!((held.data_limit, held.duration_days), after, "{before:?} {data:?} {time:?}");
            assert_eq!(held.work.duty, (after != (None, None)).then_some(Duty::Remind), "only what can end is looked at");
        }
    }

    #[test]
    fn another_link_comes_before_the_next_look() {
        let before = held();
        let mut held = before.clone();
        assert_eq!(held.ask_link(NOW), LinkWish::Asked);
        assert_eq!((held.work.duty, held.work.due_at, held.work.tries), (Some(Duty::NewLink), Some(NOW.plus(LEASE)), 1));
        assert_eq!(held.ask_link(NOW.plus(Span::hours(1))), LinkWish::UnderWay, "however long it takes");
        // A renewal meanwhile wants the look at another time, and the link first.
        let later = Some(NOW.plus(Span::days(9)));
        held.owe_look(later);
        assert_eq!(held.work.duty, Some(Duty::NewLink));
        held.replace_link("https://panel.example/sub/new".into(), NOW);
        assert_eq!((held.work.duty, held.link_asked_at), (Some(Duty::NewLink), None), "he has to be told");
        held.settle_link();
        assert_eq!((held.work.duty, held.work.due_at, held.look_at), (Some(Duty::Remind), later, None));
        assert!(held.work.fence > before.work.fence, "who took it before has lost it");

        let pause = Subscription::LINK_PAUSE;
        assert_eq!(held.ask_link(NOW.plus(pause).minus(Span::seconds(1))), LinkWish::JustReplaced);
        assert_eq!(held.ask_link(NOW.plus(pause)), LinkWish::Asked);
        // Given up by the jobs: another wish is another debt.
        held.work.park(NOW, "refused");
        assert_eq!(held.ask_link(NOW.plus(pause)), LinkWish::Asked);
        assert_eq!((&held.work.parked, held.work.tries, held.look_at), (&None, 1, later));
    }

    #[test]
    fn what_was_not_owed_is_not_owed_afterwards() {
        let mut held = held();
        held.owe_look(None);
        assert_eq!(held.ask_link(NOW), LinkWish::Asked);
        held.settle_link();
        assert_eq!((held.work.duty, held.work.due_at), (None, None));
    }

    #[test]
    fn labels() {
        let long = "ی".repeat(Subscription::MAX_LABEL);
        let cases = [
            ("  Mum's phone ", Ok("Mum's phone")),
            ("گوشی مامان\u{200F}", Ok("گوشی مامان")),
            ("می\u{200C}خواهم", Ok("می\u{200C}خواهم")),
            ("<b>&\"x</b> { $y }", Ok("<b>&\"x</b> { $y }")),
            ("a\u{202E}b\u{2066}c", Ok("abc")),
            ("❤\u{FE0F}", Ok("❤\u{FE0F}")),
            (&long, Ok(long.as_str())),
            (&format!("{long}x"), Err(LabelRefusal::TooLong)),
            ("", Err(LabelRefusal::Empty)),
            (" \u{200B}\u{3000} ", Err(LabelRefusal::Empty)),
            ("\u{200D}\u{FE0F}", Err(LabelRefusal::Empty)),
            ("two\nlines", Err(LabelRefusal::NotOneLine)),
            ("two\u{2028}lines", Err(LabelRefusal::NotOneLine)),
            ("a\u{0}b", Err(LabelRefusal::NotOneLine)),
        ];
        for (text, expected) in cases {
            assert_eq!(Subscription::label_of(text).as_deref(), expected.as_ref().copied(), "{text:?}");
        }
    }
}
