//! Who invites whom, and what comes of it.

use domain::{
    Money, OrderId, OrderKey, Percent,
    duty::Duty,
    order::OrderStatus,
    referral::ReferralState,
    settings::{PersonalCode, Present, Reward},
    time::Span,
};
use local::telegram::{Fault, FaultKind, Person};
use tests::{
    World,
    actors::{self, deliveries, says},
};

/// The payload of somebody's invitation link.
async fn invitation(inviter: &Person) -> String {
    inviter.send("/start").await;
    inviter.tap("Invite friends").await.unwrap();
    let link = inviter.copied("Copy the link").unwrap();
    assert!(!link.contains(&inviter.id().to_string()), "the link shows no Telegram id");
    link.split_once("?start=").unwrap().1.to_owned()
}

fn stats(text: &str) -> Vec<&str> {
    text.lines().skip_while(|line| !line.starts_with("Invited")).collect()
}

#[tokio::test]
async fn the_first_purchase_of_a_friend_is_a_prize() {
    let world = World::open().await;
    let inviter = world.customer(7_500_000_001);
    let payload = invitation(&inviter).await;
    let friend = world.customer(7_500_000_002);
    friend.send(&format!("/start {payload}")).await;
    assert!(says(&friend).contains("by a friend's invitation"), "{}", says(&friend));
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    inviter.send("/invite").await;
    assert_eq!(stats(&says(&inviter)), ["Invited: 1", "Bought: 1", "Presents on their way: 1", "Presents received: 0"]);

    world.jobs_until_idle().await;
    let prize = world.order(inviter.id()).await;
    assert_eq!(prize.id.key, OrderKey::Prize(friend.id().try_into().unwrap()));
    assert_eq!(prize.status, OrderStatus::Provisioned);
    assert!(prize.total.is_zero() && prize.work.duty.is_none());
    let accounts = world.accounts(prize.id);
    assert_eq!(accounts.len(), 1);
    assert_eq!((accounts[0].data_limit, accounts[0].on_hold_expire_duration), (Some(10 << 30), Some(31 * 86_400)));
    assert!(!accounts[0].note.clone().unwrap().contains(&friend.id().to_string()), "the panel learns no Telegram id");
    assert_eq!(deliveries(&inviter).len(), 1);
    assert!(deliveries(&inviter)[0].contains("Invitation prize") && deliveries(&inviter)[0].contains("A friend whom you invited"));
    inviter.send("/invite").await;
    assert_eq!(stats(&says(&inviter)), ["Invited: 1", "Bought: 1", "Presents on their way: 0", "Presents received: 1"]);

    // The second purchase is his own business.
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    world.jobs_until_idle().await;
    assert_eq!(world.orders(inviter.id()).await.len(), 1);
    inviter.send("/subscriptions").await;
    assert!(says(&inviter).contains("Invitation prize"));
}

#[tokio::test]
async fn invitations_that_do_not_count() {
    let world = World::open().await;
    let inviter = world.customer(7_500_000_003);
    let payload = invitation(&inviter).await;
    let second = world.customer(7_500_000_004);
    let other_payload = invitation(&second).await;
    let known = world.customer(7_500_000_005);
    known.send("/start").await;
    let taken = world.customer(7_500_000_006);
    taken.send(&format!("/start {payload}")).await;
    let lost = world.customer(7_500_000_007);
    let cases = [
        (&inviter, payload.clone(), "oneself"),
        (&known, payload.clone(), "somebody who was here before"),
        (&taken, other_payload, "somebody whom another invited"),
        (&lost, "ref_aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(), "a forged code"),
        (&lost, "ref_7999999999".to_owned(), "an unknown inviter"),
    ];
    for (who, payload, what) in cases {
        who.send(&format!("/start {payload}")).await;
        assert!(!says(who).contains("invitation"), "{what}: {}", says(who));
    }
    let user = |id: i64| {
        let world = &world;
        async move { world.app.store.user(id.try_into().unwrap()).await.unwrap().unwrap() }
    };
    assert_eq!(user(inviter.id()).await.invited, 1);
    assert_eq!(user(second.id()).await.invited, 0);
    assert_eq!(user(taken.id()).await.invited_by, Some(inviter.id().try_into().unwrap()));
    assert_eq!(user(lost.id()).await.invited_by, None);
}

/// The description's form of the link, with the inviter's id, is understood too.
#[tokio::test]
async fn a_plain_id_invites_as_well() {
    let world = World::open().await;
    let inviter = world.customer(7_500_000_008);
    inviter.send("/start").await;
    let friend = world.customer(7_500_000_009);
    friend.send(&format!("/start ref_{}", inviter.id())).await;
    assert!(says(&friend).contains("by a friend's invitation"));
}

#[tokio::test]
async fn what_cost_nothing_earns_nothing() {
    let world = World::open().await;
    world.add_code("GIFT", "100", None, None).await;
    let inviter = world.customer(7_500_000_010);
    let payload = invitation(&inviter).await;
    let friend = world.customer(7_500_000_011);
    friend.send(&format!("/start {payload}")).await;
    actors::choose_with_code(&friend, "Plan small", "GIFT").await;
    friend.tap("Get it for free").await.unwrap();
    world.jobs_until_idle().await;
    assert!(world.orders(inviter.id()).await.is_empty());
}

/// A friend of the inviter's comes and buys; who he is.
async fn friend_buys(world: &World, payload: &str, id: i64) -> Person {
    let friend = world.customer(id);
    friend.send(&format!("/start {payload}")).await;
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    friend
}

/// Everything that is owed is done, waits included.
async fn settle(world: &World) {
    for _ in 0..4 {
        world.jobs_until_idle().await;
        world.clock.advance(Span::minutes(2));
    }
}

#[tokio::test]
async fn a_prize_is_added_to_what_the_inviter_has() {
    let world = World::open().await;
    let inviter = world.customer(7_500_000_021);
    actors::order(&inviter, "Plan small", "⭐ 80").await;
    inviter.tap("Pay ⭐ 80").await.unwrap();
    let own = world.order(inviter.id()).await;
    let payload = invitation(&inviter).await;
    friend_buys(&world, &payload, 7_500_000_022).await;
    settle(&world).await;
    let accounts = world.accounts(own.id);
    assert_eq!((accounts.len(), accounts[0].data_limit, accounts[0].on_hold_expire_duration), (1, Some(20 << 30), Some(61 * 86_400)));
    assert_eq!(world.panel.users().len(), 2, "the inviter's and the friend's");
    assert!(inviter.told("A friend whom you invited").is_some(), "{:?}", inviter.chat());
    let held = world.app.store.subscription(own.id).await.unwrap().unwrap();
    assert_eq!((held.title.as_str(), held.orders), ("Plan small", 2), "it keeps its name");
    world.audit().await;
}

#[tokio::test]
async fn a_friend_is_welcomed_with_a_present() {
    let world = World::open().await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
    let inviter = world.customer(7_500_000_031);
    let payload = invitation(&inviter).await;
    assert!(says(&inviter).contains("Your friend gets"), "{}", says(&inviter));
    let friend = world.customer(7_500_000_032);
    friend.send(&format!("/start {payload}")).await;
    assert!(says(&friend).contains("With your first purchase you get"), "{}", says(&friend));
    for purchase in 0..2 {
        actors::order(&friend, "Plan small", "⭐ 80").await;
        friend.tap("Pay ⭐ 80").await.unwrap();
        settle(&world).await;
        assert_eq!(world.orders(friend.id()).await.len(), purchase + 2, "one present, ever");
    }
    friend.send("/start").await;
    assert!(!says(&friend).contains("first purchase"), "{}", says(&friend));
    let orders = world.orders(friend.id()).await;
    let present = orders.iter().find(|order| order.id.key == OrderKey::Welcome).unwrap();
    let first = OrderId::new(present.id.buyer, present.extends.unwrap());
    let account = &world.accounts(first)[0];
    assert_eq!((account.data_limit, account.on_hold_expire_duration), (Some(15 << 30), Some(37 * 86_400)));
    assert!(friend.told("your welcome present").is_some());
    // Who came by himself gets none.
    let alone = world.customer(7_500_000_033);
    alone.send("/start").await;
    assert!(!says(&alone).contains("first purchase"), "{}", says(&alone));
    world.audit().await;
}

/// Who gives his first purchase away has no subscription that a present could be added to.
#[tokio::test]
async fn a_first_purchase_for_somebody_else_counts_as_well() {
    let world = World::open().await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
    let inviter = world.customer(7_500_000_036);
    let payload = invitation(&inviter).await;
    let friend = world.customer(7_500_000_037);
    friend.send(&format!("/start {payload}")).await;
    for step in ["Buy a subscription", "Buy for a friend", "Plan small", "⭐ 80", "Pay ⭐ 80"] {
        friend.tap(step).await.unwrap();
    }
    settle(&world).await;
    assert_eq!((deliveries(&inviter).len(), deliveries(&friend).len()), (1, 1));
    assert!(deliveries(&friend)[0].contains("your welcome present"), "{:?}", deliveries(&friend));
    world.audit().await;
}

/// The present waits for what it is added to.
#[tokio::test]
async fn a_present_waits_for_the_panel() {
    let world = World::open().await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
    let inviter = world.customer(7_500_000_041);
    let payload = invitation(&inviter).await;
    world.panel.down();
    let friend = friend_buys(&world, &payload, 7_500_000_042).await;
    world.jobs_until_idle().await;
    world.panel.up();
    for _ in 0..6 {
        world.clock.advance(Span::minutes(5));
        world.jobs_until_idle().await;
    }
    for who in [&inviter, &friend] {
        assert!(world.orders(who.id()).await.iter().all(|order| order.status == OrderStatus::Provisioned));
    }
    assert_eq!(world.panel.users().len(), 2);
    world.audit().await;
}

#[tokio::test]
async fn a_reward_can_be_a_code() {
    let world = World::open().await;
    let percent: Percent = "25".parse().unwrap();
    world.set(|settings| settings.referral_reward = Some(Reward::Code(PersonalCode { percent, valid_days: 30 }))).await;
    let inviter = world.customer(7_500_000_051);
    let payload = invitation(&inviter).await;
    assert!(says(&inviter).contains("a discount code of 25 %"), "{}", says(&inviter));
    let friend = friend_buys(&world, &payload, 7_500_000_052).await;
    settle(&world).await;
    assert!(world.orders(inviter.id()).await.is_empty());
    let told = inviter.told("Here is your discount code").unwrap();
    let name = inviter.copied("Copy the code").unwrap();
    assert!(name.starts_with("REF-") && told.text.contains(&name), "{}", told.text);
    let code = world.code(&name).await;
    assert_eq!((code.owner.map(i64::from), code.use_limit), (Some(inviter.id()), Some(1)));
    let referral = world.app.store.referral(inviter.id().try_into().unwrap(), friend.id().try_into().unwrap()).await.unwrap().unwrap();
    assert_eq!((referral.state, referral.work.duty), (ReferralState::Granted, None));
    assert_eq!(inviter.chat().iter().filter(|message| message.text.contains(&name)).count(), 1);

    // It works for him, once, and for nobody else.
    actors::choose_with_code(&friend, "Plan small", &name).await;
    assert!(says(&friend).contains("no such code"), "{}", says(&friend));
    actors::choose_with_code(&inviter, "Plan small", &name).await;
    inviter.tap("⭐ 60").await.unwrap();
    inviter.tap("Pay ⭐ 60").await.unwrap();
    actors::choose_with_code(&inviter, "Plan small", &name).await;
    assert!(says(&inviter).contains("used up"), "{}", says(&inviter));
    assert_eq!(world.audit().await.prizes, 1);
}

/// Telegram does not take the message: the code is told later; to an inviter who has blocked the bot it is not owed any more.
#[tokio::test]
async fn an_inviter_is_told_of_his_code_until_he_knows() {
    let world = World::open().await;
    let percent = Percent::HUNDRED;
    world.set(|settings| settings.referral_reward = Some(Reward::Code(PersonalCode { percent, valid_days: 1 }))).await;
    for (n, blocked) in [(0, false), (1, true)] {
        let inviter = world.customer(7_500_000_061 + 2 * n);
        let payload = invitation(&inviter).await;
        let friend = friend_buys(&world, &payload, 7_500_000_062 + 2 * n).await;
        let referral = || async {
            world.app.store.referral(inviter.id().try_into().unwrap(), friend.id().try_into().unwrap()).await.unwrap().unwrap()
        };
        if blocked {
            inviter.set_blocked(true).await;
        } else {
            let wait = FaultKind::NoEffectStatus { status: 429, retry_after: Some(40) };
            world.telegram.fail(Fault::once("sendMessage", wait));
        }
        world.jobs().await;
        world.jobs().await;
        let owed = (!blocked).then_some(Duty::Notify);
        assert_eq!((referral().await.state, referral().await.work.duty), (ReferralState::Granted, owed));
        settle(&world).await;
        assert_eq!(referral().await.work.duty, None);
        assert_eq!(inviter.told("Here is your discount code").is_some(), !blocked);
    }
    world.audit().await;
}

#[tokio::test]
async fn where_prizes_are_off_nothing_is_given() {
    let world = World::open().await;
    world.set(|settings| settings.referral_reward = None).await;
    let inviter = world.customer(7_500_000_071);
    let payload = invitation(&inviter).await;
    assert!(!says(&inviter).contains("you get"), "{}", says(&inviter));
    friend_buys(&world, &payload, 7_500_000_072).await;
    settle(&world).await;
    assert!(world.orders(inviter.id()).await.is_empty());
    inviter.send("/invite").await;
    assert!(says(&inviter).contains("on their way: 0"), "{}", says(&inviter));
}

#[tokio::test]
async fn a_banned_inviter_earns_nothing_and_his_friend_is_welcomed_all_the_same() {
    let world = World::open().await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
    let inviter = world.customer(7_500_000_081);
    let payload = invitation(&inviter).await;
    let friend = world.customer(7_500_000_082);
    friend.send(&format!("/start {payload}")).await;
    assert_eq!(world.admin("POST", &format!("/admin/v1/users/{}/ban", inviter.id()), None).await.0, 200);
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    settle(&world).await;
    assert!(world.orders(inviter.id()).await.is_empty());
    assert_eq!(world.orders(friend.id()).await.len(), 2);
    world.audit().await;
}

/// Both of a friend's first orders are paid at once: one prize, one present. A refund before they are granted leaves nothing to grant.
#[tokio::test]
async fn what_is_refunded_before_earns_nothing() {
    let world = World::open().await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
    let inviter = world.customer(7_500_000_091);
    let payload = invitation(&inviter).await;
    let friend = friend_buys(&world, &payload, 7_500_000_092).await;
    let order = world.order(friend.id()).await;
    world.app.note_refund(order.payment.as_ref().unwrap()).await.unwrap();
    settle(&world).await;
    assert!(world.orders(inviter.id()).await.is_empty());
    assert_eq!(world.orders(friend.id()).await.len(), 1);
    inviter.send("/invite").await;
    assert_eq!(stats(&says(&inviter)), ["Invited: 1", "Bought: 0", "Presents on their way: 0", "Presents received: 0"]);
}

/// The process dies before one and after another of the jobs' requests, in turn: each friend earns one prize and gets one present.
async fn every_second_request_meets(fault: embedded_dynamodb::Fault, first: usize) {
    let mut world = World::open().await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 5, duration_days: 7 })).await;
    let inviter = world.customer(7_500_001_000);
    let payload = invitation(&inviter).await;
    let mut friends = 0;
    loop {
        friends += 1;
        let friend = friend_buys(&world, &payload, 7_500_001_000 + friends).await;
        let nth = first + 2 * usize::try_from(friends - 1).unwrap();
        world.dynamodb.fail_from(nth, [fault]);
        // The grant, and then the presents.
        for _ in 0..2 {
            let _ = scheduled_jobs::handle(&world.app, 0).await;
        }
        let met = world.dynamodb.all_met();
        world.dynamodb.restore();
        world.restart(u64::try_from(friends).unwrap() + 1).await;
        for _ in 0..2 {
            world.clock.advance(Span::minutes(2));
            world.jobs_until_idle().await;
        }
        let orders = world.orders(friend.id()).await;
        assert_eq!(orders.len(), 2, "{fault:?} at {nth}");
        assert!(orders.iter().all(|order| order.status == OrderStatus::Provisioned), "{fault:?} at {nth}");
        assert_eq!(world.accounts(orders.iter().find(|order| order.extends.is_none()).unwrap().id)[0].data_limit, Some(15 << 30));
        if !met {
            break;
        }
        assert!(friends < 150, "the jobs make a bounded number of requests");
    }
    let prizes = world.orders(inviter.id()).await;
    assert_eq!(i64::try_from(prizes.len()).unwrap(), friends.min(50));
    assert!(prizes.iter().all(|prize| prize.total == Money::zero(prize.total.currency())));
    let audit = world.audit().await;
    assert_eq!(i64::try_from(audit.prizes).unwrap(), friends);
}

#[tokio::test]
async fn grants_survive_every_death_before_a_request() {
    every_second_request_meets(embedded_dynamodb::Fault::Dead, 1).await;
}

#[tokio::test]
async fn grants_survive_every_death_after_a_request() {
    every_second_request_meets(embedded_dynamodb::Fault::DeadAfter, 2).await;
}

/// Prizes stand before purchases in the list of orders: a receipt is found behind any number of them, whether he wrote to the operators before or not.
#[tokio::test]
async fn a_receipt_of_somebody_with_many_prizes_is_a_receipt() {
    let world = World::open().await;
    let inviter = world.customer(7_500_000_200);
    let payload = invitation(&inviter).await;
    for n in 0..10 {
        friend_buys(&world, &payload, 7_500_000_201 + n).await;
    }
    settle(&world).await;
    assert_eq!(world.orders(inviter.id()).await.len(), 10);
    inviter.send("/support").await;
    world.clock.advance(Span::minutes(1));
    actors::order(&inviter, "Plan small", "Card to card").await;
    inviter.send_photo(b"a receipt".to_vec()).await;
    assert!(says(&inviter).contains("is with our team"), "{}", says(&inviter));
    let waits = world.orders(inviter.id()).await.into_iter().filter(|order| order.under_review().is_some()).count();
    assert_eq!(waits, 1);
}

/// What the menu promises a newcomer stands on a plan's screen too, where it is a purchase and his first.
#[tokio::test]
async fn the_plan_says_what_comes_with_it() {
    const PROMISE: &str = "With your first purchase you get 2 GB and 5 days on top.";
    let world = World::open().await;
    world.add_code("ALL", "100", None, None).await;
    world.set(|settings| settings.welcome_bonus = Some(Present { data_limit_gb: 2, duration_days: 5 })).await;
    let inviter = world.customer(7_500_000_220);
    let payload = invitation(&inviter).await;
    inviter.send("/plans").await;
    inviter.tap("Plan small").await.unwrap();
    assert!(!says(&inviter).contains(PROMISE), "nobody invited him");
    let friend = world.customer(7_500_000_221);
    friend.send(&format!("/start {payload}")).await;
    assert!(says(&friend).contains(PROMISE), "{}", says(&friend));
    friend.tap("Buy a subscription").await.unwrap();
    friend.tap("Plan small").await.unwrap();
    assert!(says(&friend).contains(PROMISE), "{}", says(&friend));
    friend.tap("discount code").await.unwrap();
    friend.send("ALL").await;
    assert!(!says(&friend).contains(PROMISE), "what costs nothing earns nothing: {}", says(&friend));
    actors::order(&friend, "Plan small", "⭐ 80").await;
    friend.tap("Pay ⭐ 80").await.unwrap();
    actors::choose(&friend, "Plan small").await;
    assert!(!says(&friend).contains(PROMISE), "it is not his first any more");
}

/// Whoever has blocked the bot when his code is granted is told of it when he is back.
#[tokio::test]
async fn a_code_waits_for_an_inviter_who_comes_back() {
    let world = World::open().await;
    let code = PersonalCode { percent: "20".parse::<Percent>().unwrap(), valid_days: 30 };
    world.set(|settings| settings.referral_reward = Some(Reward::Code(code))).await;
    let inviter = world.customer(7_500_000_240);
    let payload = invitation(&inviter).await;
    inviter.set_blocked(true).await;
    friend_buys(&world, &payload, 7_500_000_241).await;
    settle(&world).await;
    inviter.set_blocked(false).await;
    world.clock.advance(Span::days(1));
    settle(&world).await;
    assert!(inviter.told("Here is your discount code").is_some(), "{}", says(&inviter));
    // One who never comes back is not written to for ever.
    let gone = world.customer(7_500_000_250);
    let payload = invitation(&gone).await;
    gone.set_blocked(true).await;
    friend_buys(&world, &payload, 7_500_000_251).await;
    for _ in 0..40 {
        world.clock.advance(Span::days(1));
        world.jobs().await;
    }
    let owes = world.contents().await.into_values().filter(|item| item["duty"] == "notify" || item.get("parked").is_some()).count();
    assert_eq!(owes, 0);
}
