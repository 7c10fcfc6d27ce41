//! What each customer did and what happened to him, and when: read from what is there, and from a trace of what leaves no other.

use serde::{Deserialize, Serialize};

use crate::{
    admin::AuditEntry,
    ids::{DiscountCodeName, OrderId, OrderKey, TelegramUserId, TraceId},
    money::Money,
    order::{Order, OrderStatus},
    payment::{Payment, PaymentId},
    referral::Referral,
    subscription::{Reminder, Subscription},
    time::{Span, Timestamp},
    user::User,
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// First contact.
    Joined,
    /// An order was placed; also the fixed ones, which no customer pays: prizes, gifts, grants.
    Ordered,
    /// The order of a free account.
    Trial,
    /// A picture of a transfer came.
    ReceiptSent,
    Paid,
    /// Money came that pays no order.
    MoneyUnapplied,
    /// The account was made.
    Provisioned,
    /// An account that there was has what the order bought.
    Renewed,
    /// The customer was sent what he bought.
    Delivered,
    Expired,
    Canceled,
    Refunded,
    /// The time of a subscription was up or its data used up.
    SubscriptionEnded,
    /// It was switched off by an operator.
    SubscriptionDisabled,
    /// What gave it was taken back.
    SubscriptionRevoked,
    /// It has another link.
    LinkChanged,
    /// Somebody came by his link.
    Invited,
    /// Whom he invited paid for the first time.
    FriendPaid,
    /// He was given the prize for it.
    PrizeGranted,
    Banned,
    Unbanned,
    /// An operator did something else about him.
    Operated,
    /// A discount code took nothing off.
    CodeRefused,
    /// He was told that a subscription ends, or ended.
    Reminded,
    /// He was invited to come back.
    WinBackSent,
    /// He blocked the bot, or is gone.
    Blocked,
    /// He is back.
    Unblocked,
    /// A charge was refused before it happened.
    ChargeRefused,
}

impl ActivityKind {
    pub const ALL: [Self; 28] = [
        Self::Joined,
        Self::Ordered,
        Self::Trial,
        Self::ReceiptSent,
        Self::Paid,
        Self::MoneyUnapplied,
        Self::Provisioned,
        Self::Renewed,
        Self::Delivered,
        Self::Expired,
        Self::Canceled,
        Self::Refunded,
        Self::SubscriptionEnded,
        Self::SubscriptionDisabled,
        Self::SubscriptionRevoked,
        Self::LinkChanged,
        Self::Invited,
        Self::FriendPaid,
        Self::PrizeGranted,
        Self::Banned,
        Self::Unbanned,
        Self::Operated,
        Self::CodeRefused,
        Self::Reminded,
        Self::WinBackSent,
        Self::Blocked,
        Self::Unblocked,
        Self::ChargeRefused,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Ordered => "ordered",
            Self::Trial => "trial",
            Self::ReceiptSent => "receipt_sent",
            Self::Paid => "paid",
            Self::MoneyUnapplied => "money_unapplied",
            Self::Provisioned => "provisioned",
            Self::Renewed => "renewed",
            Self::Delivered => "delivered",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
            Self::Refunded => "refunded",
            Self::SubscriptionEnded => "subscription_ended",
            Self::SubscriptionDisabled => "subscription_disabled",
            Self::SubscriptionRevoked => "subscription_revoked",
            Self::LinkChanged => "link_changed",
            Self::Invited => "invited",
            Self::FriendPaid => "friend_paid",
            Self::PrizeGranted => "prize_granted",
            Self::Banned => "banned",
            Self::Unbanned => "unbanned",
            Self::Operated => "operated",
            Self::CodeRefused => "code_refused",
            Self::Reminded => "reminded",
            Self::WinBackSent => "win_back_sent",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::ChargeRefused => "charge_refused",
        }
    }

    /// The list that the shop's feed reads it from. `None`: only the timeline of its user has it.
    pub const fn in_feed(self) -> Option<FeedSource> {
        match self {
            Self::Joined => Some(FeedSource::Users),
            Self::Ordered | Self::Trial => Some(FeedSource::Orders),
            Self::Paid | Self::MoneyUnapplied => Some(FeedSource::Payments),
            Self::CodeRefused | Self::Reminded | Self::WinBackSent | Self::Blocked | Self::Unblocked | Self::ChargeRefused => {
                Some(FeedSource::Traces)
            }
            Self::ReceiptSent
            | Self::Provisioned
            | Self::Renewed
            | Self::Delivered
            | Self::Expired
            | Self::Canceled
            | Self::Refunded
            | Self::SubscriptionEnded
            | Self::SubscriptionDisabled
            | Self::SubscriptionRevoked
            | Self::LinkChanged
            | Self::Invited
            | Self::FriendPaid
            | Self::PrizeGranted
            | Self::Banned
            | Self::Unbanned
            | Self::Operated => None,
        }
    }
}

/// What the feed of the shop is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedSource {
    Users,
    Orders,
    Payments,
    Traces,
}

impl FeedSource {
    pub const ALL: [Self; 4] = [Self::Users, Self::Orders, Self::Payments, Self::Traces];
}

/// A trace of what leaves no other. Nothing is decided on it, and one that could not be written is missed by nobody but its reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    pub id: TraceId,
    pub user: TelegramUserId,
    pub at: Timestamp,
    pub kind: ActivityKind,
    /// The customer's order, or the one that made the subscription that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<DiscountCodeName>,
    /// Why, as a name of the domain's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Days or percent that are left, by `reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u16>,
}

impl Trace {
    pub const LIFETIME: Span = Span::days(90);

    pub const fn new(id: TraceId, user: TelegramUserId, kind: ActivityKind, at: Timestamp) -> Self {
        Self { id, user, at, kind, order: None, code: None, reason: None, left: None }
    }

    /// What a customer was reminded of.
    #[must_use]
    pub fn of_reminder(mut self, subscription: OrderKey, reminder: Reminder) -> Self {
        self.order = Some(subscription);
        let (reason, left) = match reminder {
            Reminder::DaysLeft(days) => ("days_left", Some(days)),
            Reminder::DataLeft(percent) => ("data_left", Some(percent.into())),
            Reminder::Ended => ("ended", None),
            Reminder::WinBack => return Self { kind: ActivityKind::WinBackSent, ..self },
        };
        self.reason = Some(reason.to_owned());
        self.left = left;
        self
    }
}

/// Something that an activity tells besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Text(String),
    Number(u64),
    Money(Money),
    User(TelegramUserId),
    Order(OrderId),
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub at: Timestamp,
    /// `None`: money of somebody who is not known.
    pub user: Option<TelegramUserId>,
    pub kind: ActivityKind,
    /// What it was read from; its name together with the kind.
    pub of: String,
    pub order: Option<OrderId>,
    pub payment: Option<PaymentId>,
    pub detail: Vec<(&'static str, Fact)>,
}

/// The place of an activity in a timeline. Later ones come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub at: Timestamp,
    pub kind: String,
    pub of: String,
}

impl Activity {
    fn new(at: Timestamp, user: TelegramUserId, kind: ActivityKind, of: impl ToString) -> Self {
        Self { at, user: Some(user), kind, of: of.to_string(), order: None, payment: None, detail: Vec::new() }
    }

    fn of_order(at: Timestamp, order: OrderId, kind: ActivityKind) -> Self {
        Self { order: Some(order), ..Self::new(at, order.buyer, kind, format!("{}:{}", order.buyer, order.key)) }
    }

    fn with(mut self, name: &'static str, fact: Fact) -> Self {
        self.detail.push((name, fact));
        self
    }

    fn with_text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Fact::Text(text.into()))
    }

    pub fn place(&self) -> Place {
        Place { at: self.at, kind: self.kind.name().to_owned(), of: self.of.clone() }
    }
}

/// How somebody came.
pub fn of_user(user: &User) -> Activity {
    let joined = Activity::new(user.joined_at, user.id, ActivityKind::Joined, user.id);
    match user.invited_by {
        Some(inviter) => joined.with("invited_by", Fact::User(inviter)),
        None => joined,
    }
}

/// How an order began. In the feed of the shop it stands for the whole of it, with what has become of it.
pub fn of_placing(order: &Order) -> Activity {
    let (kind, because) = match order.id.key {
        OrderKey::Ulid(_) => (ActivityKind::Ordered, None),
        OrderKey::Trial => (ActivityKind::Trial, None),
        OrderKey::Prize(_) => (ActivityKind::Ordered, Some("prize")),
        OrderKey::Welcome => (ActivityKind::Ordered, Some("welcome")),
        OrderKey::Gift(_) => (ActivityKind::Ordered, Some("gift")),
        OrderKey::Grant(_) => (ActivityKind::Ordered, Some("grant")),
        OrderKey::Recurring(_) => (ActivityKind::Ordered, Some("recurring")),
    };
    let placed = Activity::of_order(order.created_at, order.id, kind)
        .with_text("product", order.terms.name.clone())
        .with("total", Fact::Money(order.total))
        .with_text("status", order.status.name());
    let placed = match &order.discount {
        Some(discount) => placed.with_text("code", discount.code.to_string()),
        None => placed,
    };
    because.map_or_else(|| placed.clone(), |because| placed.clone().with_text("because", because))
}

/// Everything that happened to an order.
pub fn of_order(order: &Order) -> Vec<Activity> {
    let step = |at: Option<Timestamp>, kind| at.map(|at| Activity::of_order(at, order.id, kind));
    let mut all = vec![of_placing(order)];
    for attempt in &order.attempts {
        all.extend(attempt.receipt.as_ref().map(|receipt| {
            let mut sent = Activity::of_order(receipt.submitted_at, order.id, ActivityKind::ReceiptSent);
            sent.of = format!("{}:{}:{}", sent.of, attempt.number, receipt.nth);
            let sent = sent.with("amount", Fact::Money(attempt.quote));
            match &receipt.rejected {
                Some(why) => sent.with_text("rejected", why.clone()),
                None => sent,
            }
        }));
    }
    // What costs nothing is nobody's payment.
    let paid = step(order.paid_at, ActivityKind::Paid).filter(|_| order.payment.is_some());
    all.extend(paid.map(|paid| {
        let method = order.payment.as_ref().map(|payment| payment.gateway().name());
        let paid = Activity { payment: order.payment.clone(), ..paid }.with("amount", Fact::Money(order.total));
        match method {
            Some(method) => paid.with_text("method", method),
            None => paid,
        }
    }));
    all.extend(match order.extends {
        None => step(order.provisioned_at, ActivityKind::Provisioned),
        Some(key) => step(order.provisioned_at, ActivityKind::Renewed)
            .map(|renewed| renewed.with("subscription", Fact::Order(OrderId::new(order.id.buyer, key)))),
    });
    all.extend(step(order.delivered_at, ActivityKind::Delivered));
    let ended = match order.status {
        OrderStatus::Expired => Some(ActivityKind::Expired),
        OrderStatus::Canceled => Some(ActivityKind::Canceled),
        OrderStatus::Refunded => Some(ActivityKind::Refunded),
        OrderStatus::AwaitingPayment | OrderStatus::Paid | OrderStatus::Provisioned => None,
    };
    all.extend(ended.and_then(|kind| step(order.ended_at, kind)));
    all
}

/// What became of a subscription since it was delivered.
pub fn of_subscription(held: &Subscription) -> Vec<Activity> {
    let steps = [
        (held.ended_at, ActivityKind::SubscriptionEnded),
        (held.disabled_at, ActivityKind::SubscriptionDisabled),
        (held.revoked_at, ActivityKind::SubscriptionRevoked),
        (held.link_changed_at, ActivityKind::LinkChanged),
    ];
    let step =
        |(at, kind): (Option<Timestamp>, _)| at.map(|at| Activity::of_order(at, held.order, kind).with_text("product", held.title.clone()));
    steps.into_iter().filter_map(step).collect()
}

/// What somebody's invitation led to, as the inviter sees it.
pub fn of_referral(referral: &Referral) -> Vec<Activity> {
    let steps = [
        (Some(referral.attached_at), ActivityKind::Invited),
        (referral.qualified_at, ActivityKind::FriendPaid),
        (referral.granted_at, ActivityKind::PrizeGranted),
    ];
    let step = |(at, kind): (Option<Timestamp>, ActivityKind)| {
        let activity = Activity::new(at?, referral.inviter, kind, format!("{}:{}", referral.inviter, referral.invitee));
        let activity = activity.with("user_id", Fact::User(referral.invitee));
        Some(match &referral.code {
            Some(code) if kind == ActivityKind::PrizeGranted => activity.with_text("code", code.to_string()),
            _ => activity,
        })
    };
    steps.into_iter().filter_map(step).collect()
}

/// What an operator did about a user. `None`: the entry is about something else.
pub fn of_audit(entry: &AuditEntry) -> Option<Activity> {
    let user: TelegramUserId = (entry.entity == "user").then(|| entry.entity_id.parse().ok()).flatten()?;
    let kind = match entry.action.as_str() {
        "ban" => ActivityKind::Banned,
        "unban" => ActivityKind::Unbanned,
        _ => ActivityKind::Operated,
    };
    let activity = Activity::new(entry.at, user, kind, entry.id).with_text("actor", entry.actor.to_string());
    Some(if kind == ActivityKind::Operated { activity.with_text("action", entry.action.clone()) } else { activity })
}

/// Money that arrived.
pub fn of_payment(payment: &Payment) -> Activity {
    let customer = payment.customer();
    let paid = payment.order.filter(|_| payment.reason.is_none());
    let (kind, of) = match paid {
        Some(order) => (ActivityKind::Paid, format!("{}:{}", order.buyer, order.key)),
        None => (ActivityKind::MoneyUnapplied, payment.id.to_string()),
    };
    let mut detail = vec![("method", Fact::Text(payment.id.gateway().name().to_owned()))];
    detail.extend(payment.amount.map(|amount| ("amount", Fact::Money(amount))));
    detail.extend(payment.reason.map(|reason| ("reason", Fact::Text(reason.name().to_owned()))));
    detail.push(("status", Fact::Text(payment.status.name().to_owned())));
    let user = paid.map(|order| order.buyer).or(customer);
    Activity { at: payment.settled_at, user, kind, of, order: payment.order, payment: Some(payment.id.clone()), detail }
}

pub fn of_trace(trace: &Trace) -> Activity {
    let mut detail = Vec::new();
    detail.extend(trace.code.as_ref().map(|code| ("code", Fact::Text(code.to_string()))));
    detail.extend(trace.reason.as_ref().map(|reason| ("reason", Fact::Text(reason.clone()))));
    detail.extend(trace.left.map(|left| ("left", Fact::Number(left.into()))));
    let order = trace.order.map(|key| OrderId::new(trace.user, key));
    Activity { order, detail, ..Activity::new(trace.at, trace.user, trace.kind, trace.id) }
}

/// The newest of these that come behind `after`, at most `limit`, each once; and whether there are more of them.
pub fn newest(mut all: Vec<Activity>, kind: Option<ActivityKind>, after: Option<&Place>, limit: usize) -> (Vec<Activity>, bool) {
    all.retain(|activity| kind.is_none_or(|kind| activity.kind == kind) && after.is_none_or(|after| activity.place() < *after));
    all.sort_by_cached_key(|activity| std::cmp::Reverse(activity.place()));
    all.dedup_by(|a, b| a.place() == b.place());
    let more = all.len() > limit;
    all.truncate(limit);
    (all, more)
}
