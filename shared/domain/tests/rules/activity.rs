//! What a timeline says, read from what is there.

use domain::{
    OrderId, OrderKey, Timestamp,
    activity::{self, Activity, ActivityKind, Fact, FeedSource, Trace},
    admin::{Actor, AuditEntry},
    ids::TraceId,
    order::{Event, Order, UnappliedReason},
    payment::{Gateway, Payment, PaymentStatus},
    referral::attach,
    subscription::{Reminder, Subscription},
    time::Span,
    user::User,
};
use ulid::Ulid;

use crate::fixtures::{
    BUYER, INVITER, NOW, account, after, code_name, free, our_account, payment, placed, settled_by, toman, user, with_receipt,
};

fn kinds(all: &[Activity]) -> Vec<&'static str> {
    all.iter().map(|activity| activity.kind.name()).collect()
}

fn later(minutes: u32) -> Timestamp {
    NOW.plus(Span::minutes(minutes))
}

#[test]
fn each_kind_has_its_name_in_its_order() {
    for kind in ActivityKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
    assert!(ActivityKind::ALL.is_sorted());
    let fed = |source| ActivityKind::ALL.into_iter().filter(|kind| kind.in_feed() == Some(source)).count();
    assert_eq!(FeedSource::ALL.map(fed), [1, 2, 2, 6]);
}

#[test]
fn an_order_tells_what_became_of_it() {
    let order = placed(true);
    let paid = after(&order, &settled_by("1"), later(1));
    let done = after(&paid, &account(our_account(), true), later(2));
    let refunded = after(&done, &Event::Refunded, later(3));
    let renewal = Order { extends: Some(OrderKey::Trial), ..done.clone() };
    let trial = Order { id: OrderId::new(user(BUYER), OrderKey::Trial), ..free() };
    let cases: [(&str, Order, &[&str]); 9] = [
        ("placed", order.clone(), &["ordered"]),
        ("with a receipt", with_receipt(&order), &["ordered", "receipt_sent"]),
        ("paid", paid, &["ordered", "paid"]),
        ("done", done, &["ordered", "paid", "provisioned", "delivered"]),
        ("a renewal", renewal, &["ordered", "paid", "renewed", "delivered"]),
        ("refunded", refunded, &["ordered", "paid", "provisioned", "delivered", "refunded"]),
        ("expired", after(&order, &Event::WindowElapsed, order.expires_at), &["ordered", "expired"]),
        ("canceled", after(&order, &Event::OperatorCancels, later(1)), &["ordered", "canceled"]),
        ("a trial, which nobody pays", trial, &["trial"]),
    ];
    for (name, order, expected) in cases {
        let all = activity::of_order(&order);
        assert_eq!(kinds(&all), expected, "{name}");
        assert!(all.iter().all(|activity| activity.user == Some(user(BUYER)) && activity.order == Some(order.id)), "{name}");
        assert!(all.is_sorted_by_key(|activity| activity.at), "{name}");
        // The feed of the shop tells the beginning, with what has become of it.
        let placing = activity::of_placing(&order);
        assert_eq!((placing.kind, placing.place()), (all[0].kind, all[0].place()), "{name}");
        assert!(placing.detail.contains(&("status", Fact::Text(order.status.name().to_owned()))), "{name}");
    }
}

#[test]
fn everything_else_tells_of_itself() {
    let done = after(&after(&placed(false), &settled_by("1"), NOW), &account(our_account(), true), NOW);
    let held = Subscription::of(&done, "https://panel.example/sub/x".into(), NOW);
    let ended = Subscription { ended_at: Some(later(1)), disabled_at: Some(later(2)), link_changed_at: Some(later(3)), ..held.clone() };
    assert!(activity::of_subscription(&held).is_empty());
    assert_eq!(kinds(&activity::of_subscription(&ended)), ["subscription_ended", "subscription_disabled", "link_changed"]);

    let invited = attach(user(INVITER), user(BUYER), NOW).unwrap();
    let granted = invited.qualify(OrderKey::Trial, later(1)).unwrap().grant_code(code_name(), later(2)).unwrap();
    assert_eq!(kinds(&activity::of_referral(&invited)), ["invited"]);
    let all = activity::of_referral(&granted);
    assert_eq!(kinds(&all), ["invited", "friend_paid", "prize_granted"]);
    assert!(all.iter().all(|activity| activity.user == Some(user(INVITER)) && activity.detail[0] == ("user_id", Fact::User(user(BUYER)))));
    assert_eq!(all[2].detail[1], ("code", Fact::Text(code_name().to_string())));

    let joined = User::join(user(BUYER), "Sara", None, domain::Language::English, Some(user(INVITER)), NOW);
    assert_eq!(activity::of_user(&joined).detail, [("invited_by", Fact::User(user(INVITER)))]);

    let entry = |action: &str, entity: &str| AuditEntry {
        id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
        at: NOW,
        actor: Actor::Bootstrap,
        action: action.into(),
        entity: entity.into(),
        entity_id: BUYER.to_string(),
        before: None,
        after: None,
    };
    for (action, expected) in [("ban", "banned"), ("unban", "unbanned"), ("attach-referral", "operated")] {
        assert_eq!(activity::of_audit(&entry(action, "user")).unwrap().kind.name(), expected);
    }
    assert_eq!(activity::of_audit(&entry("ban", "order")), None);
}

#[test]
fn money_is_paid_or_pays_nothing() {
    let order = placed(false).id;
    let money = |order, reason: Option<UnappliedReason>| Payment {
        id: payment(Gateway::CryptoPay, "1"),
        amount: Some(toman(150_000)),
        order,
        payer: None,
        settled_at: NOW,
        status: if reason.is_none() { PaymentStatus::Applied } else { PaymentStatus::Unapplied },
        reason,
        approved_by: None,
        credit: None,
        work: domain::duty::Work::default(),
        version: 1,
    };
    for (payment, kind, whose) in [
        (money(Some(order), None), "paid", Some(user(BUYER))),
        (money(Some(order), Some(UnappliedReason::PaidTwice)), "money_unapplied", Some(user(BUYER))),
        (money(None, Some(UnappliedReason::UnknownOrder)), "money_unapplied", None),
    ] {
        let told = activity::of_payment(&payment);
        assert_eq!((told.kind.name(), told.user, told.payment), (kind, whose, Some(payment.id)));
    }
    // What the feed says of a payment and the timeline of its order is one thing.
    let paid = after(&placed(false), &settled_by("1"), NOW);
    let of_order = activity::of_order(&paid).pop().unwrap();
    let of_payment = activity::of_payment(&Payment { id: paid.payment.clone().unwrap(), ..money(Some(order), None) });
    assert_eq!(of_order.place(), of_payment.place());
}

fn trace(n: u128, at: Timestamp) -> Trace {
    Trace::new(TraceId::new(Ulid::from_parts(1, n)), user(BUYER), ActivityKind::Reminded, at)
}

#[test]
fn a_reminder_says_of_what() {
    for (reminder, kind, reason, left) in [
        (Reminder::DaysLeft(3), ActivityKind::Reminded, Some("days_left"), Some(3)),
        (Reminder::DataLeft(10), ActivityKind::Reminded, Some("data_left"), Some(10)),
        (Reminder::Ended, ActivityKind::Reminded, Some("ended"), None),
        (Reminder::WinBack, ActivityKind::WinBackSent, None, None),
    ] {
        let trace = trace(1, NOW).of_reminder(OrderKey::Trial, reminder);
        assert_eq!((trace.kind, trace.reason.as_deref(), trace.left), (kind, reason, left));
        let told = activity::of_trace(&trace);
        assert_eq!((told.kind, told.order), (kind, Some(OrderId::new(user(BUYER), OrderKey::Trial))));
    }
}

#[test]
fn pages_of_a_timeline_join_to_the_whole() {
    // Several of the same moment, some told twice.
    let all: Vec<Activity> = (0..30).map(|n| activity::of_trace(&trace(u128::from(n % 25), later(n % 25 / 3)))).collect();
    let (whole, more) = activity::newest(all.clone(), None, None, 100);
    assert_eq!((whole.len(), more), (25, false));
    assert!(whole.is_sorted_by(|a, b| a.place() > b.place()));
    for limit in [1, 2, 7, 24, 25] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let (page, more) = activity::newest(all.clone(), None, after.as_ref(), limit);
            after = page.last().map(Activity::place);
            found.extend(page);
            if !more {
                break;
            }
        }
        assert_eq!(found, whole, "{limit}");
    }
    assert!(activity::newest(all, Some(ActivityKind::Joined), None, 100).0.is_empty());
}
