//! A purchase in which every request to the table fails in turn.

use domain::order::OrderStatus;
use embedded_dynamodb::Fault;
use local::telegram::{Answer, Person};
use tests::{
    World,
    actors::{self, approved},
    audit::Audit,
};

use super::settle_down;

/// A shop whose customers buy one after the other, each with the next request in trouble.
struct Story {
    world: World,
    /// By whose invitation they come; his prizes are part of the story then.
    inviter: Option<(Person, String)>,
    told: usize,
    /// How many processes there have been; each rolls its own dice.
    processes: u64,
}

impl Story {
    async fn begin(invited: bool) -> Self {
        let world = World::open().await;
        world.add_code("FRIENDS", "10", None, Some(1)).await;
        let mut inviter = None;
        if invited {
            let person = world.customer(7_800_000_000);
            person.send("/start").await;
            person.tap("Invite friends").await.unwrap();
            let payload = person.copied("Copy the link").unwrap().split_once("?start=").unwrap().1.to_owned();
            inviter = Some((person, payload));
        }
        Self { world, inviter, told: 0, processes: 1 }
    }

    /// One more customer buys, with a code, by Stars, while the requests from the `nth` on meet `faults`. Whether all of them were met.
    async fn tell(&mut self, nth: usize, faults: &[Fault]) -> bool {
        self.told += 1;
        let customer = self.world.customer(7_800_000_000 + i64::try_from(self.told).unwrap());
        self.world.dynamodb.fail_from(nth, faults.iter().copied());
        let start = self.inviter.as_ref().map_or("/start".to_owned(), |(_, payload)| format!("/start {payload}"));
        self.insist(customer.send(&start).await).await;
        for step in ["Buy a subscription", "Plan small", "discount code"] {
            self.insist(customer.tap(step).await.unwrap()).await;
        }
        self.insist(customer.send("friends").await).await;
        self.insist(customer.tap("⭐ 72").await.unwrap()).await;
        let link = customer.link("Pay ⭐ 72").expect("an invoice");
        let payload = self.world.telegram.invoice(&link).expect("an invoice").payload;
        let asked = self.world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", 72)).await;
        assert!(approved(&self.insist(asked).await));
        let charge = format!("charge-{}", self.told);
        let paid = self.world.telegram.send_update(actors::successful_payment(customer.id(), &payload, 72, &charge)).await;
        self.insist(paid).await;
        if self.inviter.is_some() {
            // The reward, and then the prize's account.
            for _ in 0..2 {
                self.world.jobs().await;
            }
        }
        let met = self.world.dynamodb.all_met();
        if self.world.dynamodb.is_dead() {
            self.next_process().await;
        }
        self.world.dynamodb.restore();
        settle_down(&self.world).await;

        let order = self.world.order(customer.id()).await;
        assert_eq!(order.status, OrderStatus::Provisioned, "{faults:?} from request {nth} on");
        assert_eq!(self.world.accounts(order.id).len(), 1, "{faults:?} from request {nth} on");
        assert!(!actors::deliveries(&customer).is_empty(), "{faults:?} from request {nth} on: the customer has no link");
        if !met || self.told.is_multiple_of(6) {
            self.audit().await;
        }
        met
    }

    /// The whole shop, which costs more than one story.
    async fn audit(&self) {
        let prizes = if self.inviter.is_some() { self.told } else { 0 };
        let orders = self.told + prizes;
        let expected = Audit { orders, provisioned: orders, applied: self.told, unapplied: 0, prizes };
        assert_eq!(self.world.audit().await, expected, "after {} purchases", self.told);
    }

    /// Telegram sends an update until it is taken. A process that died took nothing, whatever it still said, and another one comes after it.
    async fn insist(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..6 {
            if self.world.dynamodb.is_dead() {
                self.next_process().await;
            } else if answer.is_success() {
                return answer;
            }
            answer = self.world.telegram.redeliver(answer.update_id).await;
        }
        panic!("an update is not taken: {answer:?}");
    }

    async fn next_process(&mut self) {
        self.world.dynamodb.restore();
        self.processes += 1;
        self.world.restart(self.processes).await;
    }
}

/// Lets the requests to the table fail one after the other, the `nth` with what `faults` gives for it, until a purchase meets no fault.
async fn every_request(invited: bool, what: &str, faults: impl Fn(usize) -> Vec<Fault>) {
    let mut story = Story::begin(invited).await;
    let mut met = 0;
    while story.tell(met + 1, &faults(met + 1)).await {
        met += 1;
        assert!(met < 100, "a purchase takes a bounded number of requests");
    }
    eprintln!("{what}: each of the {met} requests of a purchase, in {} purchases", story.told);
    assert!(met >= if invited { 30 } else { 12 }, "a whole purchase makes more requests than {met}");
}

#[tokio::test]
async fn the_process_dies_before_any_request() {
    every_request(true, "dead before", |_| vec![Fault::Dead]).await;
}

#[tokio::test]
async fn the_process_dies_after_any_request() {
    every_request(true, "dead after", |_| vec![Fault::DeadAfter]).await;
}

/// What the SDK and the store try again by themselves: nobody notices.
#[tokio::test]
async fn any_request_has_to_be_made_twice() {
    const KINDS: [Fault; 8] = [
        Fault::ReplyLost,
        Fault::TimedOut,
        Fault::NotSent,
        Fault::Throttled,
        Fault::Conflict,
        Fault::InProgress,
        Fault::ServerError,
        Fault::Unprocessed,
    ];
    every_request(false, "made twice", |nth| vec![KINDS[nth % KINDS.len()]]).await;
}

/// The first answer is lost, and whoever asks again finds the table out of order: whether it was written is not known, and the update comes again.
#[tokio::test]
async fn any_request_has_an_unknown_outcome() {
    every_request(false, "unknown outcome", |_| vec![Fault::ReplyLost, Fault::ServerError, Fault::Throttled]).await;
}
