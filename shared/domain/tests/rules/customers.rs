//! Customers, referrals and shop settings.

use domain::{
    Language, OrderKey, Timestamp,
    admin::{AdminToken, Role},
    conversation::{Awaiting, Conversation},
    duty::{Duty, Work},
    referral::{ReferralState, ReferralStats, attach},
    settings::{Present, Reward, Settings},
    subscription::{ProvisioningSpec, Validity},
    time::Span,
    user::{User, UserStatus},
};
use proptest::prelude::*;
use ulid::Ulid;

use crate::fixtures::{BUYER, INVITER, NOW, our_account, plan, product, toman, user};

#[test]
fn a_customer_on_first_contact() {
    let joined = User::join(user(BUYER), "Zöe\u{200f}\n\u{7}", Some("zoe"), Language::Persian, Some(user(INVITER)), NOW);
    let want = User {
        id: user(BUYER),
        first_name: "Zöe\u{200f}".to_owned(),
        username: Some("zoe".to_owned()),
        language: Language::Persian,
        status: UserStatus::New,
        banned_at: None,
        unreachable_at: None,
        invited_by: Some(user(INVITER)),
        first_paid_at: None,
        trial_at: None,
        terms_accepted: None,
        invited: 0,
        qualified: 0,
        granted: 0,
        joined_at: NOW,
        version: 1,
    };
    assert_eq!(joined, want);
    assert!(!joined.is_banned() && User { banned_at: Some(NOW), ..joined }.is_banned());
    for status in UserStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.name());
    }
}

proptest! {
    #[test]
    fn no_name_is_too_long_or_unprintable_to_be_kept(name in "(?s).{0,100}", username in "(?s).{0,50}") {
        let joined = User::join(user(BUYER), &name, Some(&username), Language::English, None, NOW);
        prop_assert!(joined.first_name.chars().count() <= 64 && !joined.first_name.chars().any(char::is_control));
        prop_assert!(joined.username.is_some_and(|kept| kept.chars().count() <= 32 && username.starts_with(&kept)));
    }

    /// However payments, refunds and grants of an invited user follow one another, the inviter gets one prize at most, and only while a paid
    /// order stands behind it.
    #[test]
    fn one_prize_at_most(steps in prop::collection::vec((0u8..3, 1u128..4), 0..30)) {
        let mut referral = attach(user(INVITER), user(BUYER), NOW)?;
        let mut prizes = 0;
        for (step, order) in steps {
            let order = OrderKey::Ulid(Ulid::from_parts(1, order));
            let next = match step {
                0 => referral.qualify(order, NOW),
                1 => referral.restore(order),
                _ => referral.grant(NOW),
            };
            let was = referral.state;
            if let Some(next) = next {
                prizes += u32::from(next.state == ReferralState::Granted);
                prop_assert!(was != ReferralState::Granted, "granted is for ever");
                prop_assert!(next.state != ReferralState::Granted || was == ReferralState::Qualified);
                referral = next;
            }
            let owed = (referral.state == ReferralState::Qualified).then_some(Duty::Reward);
            prop_assert_eq!(referral.work.duty, owed);
            prop_assert_eq!(referral.order.is_some(), referral.state != ReferralState::Attached);
            prop_assert_eq!(referral.qualified_at.is_some(), referral.state != ReferralState::Attached);
            prop_assert_eq!(referral.has_received_prize(), prizes == 1);
            prop_assert!(prizes <= 1);
        }
    }
}

#[test]
fn the_figures_of_an_inviter() {
    let inviter = User { invited: 7, qualified: 3, granted: 1, ..User::join(user(INVITER), "", None, Language::Russian, None, NOW) };
    assert_eq!(ReferralStats::of(&inviter), ReferralStats { total: 7, active: 3, pending: 2, granted: 1 });
    assert_eq!(ReferralStats::of(&User { qualified: 0, ..inviter }).pending, 0);
    let referral = attach(user(INVITER), user(BUYER), NOW).unwrap();
    assert_eq!((referral.prize(), referral.work), (OrderKey::Prize(user(BUYER)), Work::default()));
    for state in [ReferralState::Attached, ReferralState::Qualified, ReferralState::Granted] {
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
    }
}

#[test]
fn a_prize_costs_nothing() {
    let settings = Settings::initial();
    assert_eq!(settings.order_window(), Span::hours(1));
    let Some(Reward::Present(reward)) = settings.referral_reward else { panic!("a present at first") };
    assert_eq!(reward, Present { data_limit_gb: 10, duration_days: 31 });
    let terms = reward.terms(plan("prize"), "A gift".to_owned(), settings.base_currency);
    assert_eq!(terms.price, toman(0));
    assert_eq!((terms.data_limit_gb, terms.duration_days), (Some(reward.data_limit_gb), Some(reward.duration_days)));
}

#[test]
fn what_the_panel_must_hold() {
    let spec = ProvisioningSpec::of(our_account(), "REFERENCE", &product().terms());
    let want = ProvisioningSpec {
        name: our_account(),
        note: "wave:REFERENCE".to_owned(),
        data_limit: Some(53_687_091_200),
        validity: Validity::FromFirstUse(Span::days(30)),
    };
    assert_eq!(spec, want);
    let mut terms = product().terms();
    (terms.data_limit_gb, terms.duration_days) = (None, None);
    let unlimited = ProvisioningSpec::of(our_account(), "REFERENCE", &terms);
    assert_eq!((unlimited.data_limit, unlimited.validity), (None, Validity::Unlimited));
}

#[test]
fn a_token_works_until_it_ends_or_is_revoked() {
    let token = AdminToken {
        id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
        hash: "00".repeat(32),
        name: "console".to_owned(),
        role: Role::Operator,
        created_at: NOW,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
        scope: Vec::new(),
        version: 1,
    };
    let ends = AdminToken { expires_at: Some(NOW), ..token.clone() };
    assert!(token.works(NOW));
    assert!(ends.works(NOW.minus(Span::seconds(1))) && !ends.works(NOW));
    assert!(!AdminToken { revoked_at: Some(NOW), ..token }.works(Timestamp::EPOCH));
    assert!(Role::ALL.is_sorted(), "each role may do what those before it may");
    for role in Role::ALL {
        assert_eq!(serde_json::to_value(role).unwrap(), role.name());
    }
}

#[test]
fn a_question_is_forgotten_after_half_an_hour() {
    let awaiting = Awaiting::DiscountCode { product: plan("gb50-30d"), order: OrderKey::Prize(user(BUYER)), extends: None, gift: false };
    assert_eq!(Conversation::new(user(BUYER), awaiting, NOW).until, NOW.plus(Span::minutes(30)));
}
