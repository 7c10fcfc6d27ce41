//! Who invites whom, and what comes of it.

use domain::{OrderKey, order::OrderStatus};
use local::telegram::Person;
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
    text.lines().filter(|line| line.contains(": ") && !line.contains("http")).collect()
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
    assert_eq!(stats(&says(&inviter)), ["Invited: 1", "Bought: 1", "Presents on their way: 1"]);

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
    assert!(deliveries(&inviter)[0].contains("Invitation prize"));
    inviter.send("/invite").await;
    assert_eq!(stats(&says(&inviter)), ["Invited: 1", "Bought: 1", "Presents on their way: 0"]);

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
