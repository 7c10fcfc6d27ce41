//! A purchase in which every call fails in turn. However it fails: one payment, one account, one prize for who invited, nothing owed.

use domain::time::Span;
use embedded_dynamodb::Fault;
use local::telegram::{Answer, Person};
use tests::{
    World,
    actors::{self, approved},
    audit::Audit,
};

/// The whole story of one customer: invited, with a code, by Stars, and the prize of who invited him.
struct Story {
    world: World,
    inviter: Person,
    invitation: String,
    /// How many customers have been through it.
    told: usize,
    /// How many processes there have been; each rolls its own dice.
    processes: u64,
}

impl Story {
    async fn begin() -> Self {
        let world = World::open().await;
        world.add_code("FRIENDS", "10", None, Some(1)).await;
        let inviter = world.customer(7_800_000_000);
        inviter.send("/start").await;
        inviter.tap("Invite friends").await.unwrap();
        let invitation = inviter.copied("Copy the link").unwrap().split_once("?start=").unwrap().1.to_owned();
        Self { world, inviter, invitation, told: 0, processes: 1 }
    }

    /// One more customer buys while the `nth` request to the table meets `fault`. Whether it did, and how often somebody had to try again.
    async fn tell(&mut self, nth: usize, fault: Fault) -> bool {
        self.told += 1;
        let customer = self.world.customer(self.inviter.id() + i64::try_from(self.told).unwrap());
        self.world.dynamodb.fail_nth(nth, fault);
        self.insist(fault, customer.send(&format!("/start {}", self.invitation)).await).await;
        for step in ["Buy a subscription", "Plan small", "discount code"] {
            self.insist(fault, customer.tap(step).await.unwrap()).await;
        }
        self.insist(fault, customer.send("friends").await).await;
        self.insist(fault, customer.tap("⭐ 72").await.unwrap()).await;
        let payload = self.payload_of(&customer).await;
        let asked = self.world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", 72)).await;
        assert!(approved(&self.insist(fault, asked).await));
        let charge = format!("charge-{}", self.told);
        let paid = self.world.telegram.send_update(actors::successful_payment(customer.id(), &payload, 72, &charge)).await;
        self.insist(fault, paid).await;
        // The reward, and the prize's account.
        for _ in 0..2 {
            self.world.jobs().await;
        }
        let met = self.world.dynamodb.all_met();
        self.calm_down().await;

        let audit = self.world.audit().await;
        let expected = Audit { orders: 2 * self.told, provisioned: 2 * self.told, applied: self.told, unapplied: 0, prizes: self.told };
        assert_eq!(audit, expected, "{fault:?} at request {nth}");
        assert!(!actors::deliveries(&customer).is_empty(), "{fault:?} at request {nth}: the customer has no link");
        met
    }

    /// What the invoice of the newest order says: read past the faults, which are for the shop.
    async fn payload_of(&self, customer: &Person) -> String {
        let link = customer.link("Pay ⭐ 72").expect("an invoice");
        self.world.telegram.invoice(&link).expect("an invoice").payload
    }

    /// Telegram sends an update until it is taken. A process that died took nothing, whatever it still said, and another one comes after it.
    async fn insist(&mut self, fault: Fault, mut answer: Answer) -> Answer {
        for _ in 0..6 {
            let died = matches!(fault, Fault::Dead | Fault::DeadAfter) && self.world.dynamodb.is_dead();
            if died {
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

    /// The faults are over; leases end, and the jobs work off what is owed.
    async fn calm_down(&mut self) {
        if self.world.dynamodb.is_dead() {
            self.next_process().await;
        }
        self.world.dynamodb.restore();
        for _ in 0..6 {
            if self.world.contents().await.values().all(|item| item.get("duty").is_none()) {
                return;
            }
            self.world.clock.advance(Span::minutes(2));
            self.world.jobs().await;
        }
        panic!("the shop still owes something");
    }
}

/// Lets the requests to the table fail one after the other until a purchase meets no fault.
async fn every_request(fault: Fault) {
    let mut story = Story::begin().await;
    let mut met = 0;
    while story.tell(met + 1, fault).await {
        met += 1;
        assert!(met < 200, "a purchase takes a bounded number of requests");
    }
    eprintln!("{fault:?}: {met} requests of a purchase failed, one in each of {} purchases", story.told);
    assert!(met >= 20, "a whole purchase makes more requests than {met}");
}

macro_rules! every_request {
    ($($name:ident: $fault:ident),* $(,)?) => { $(
        #[tokio::test]
        async fn $name() {
            every_request(Fault::$fault).await;
        }
    )* };
}

every_request! {
    the_process_dies_before_any_request: Dead,
    the_process_dies_after_any_request: DeadAfter,
    any_answer_is_lost: ReplyLost,
    any_answer_is_late: TimedOut,
    any_request_is_throttled: Throttled,
    any_request_meets_another: Conflict,
    any_request_is_running_already: InProgress,
    any_request_finds_the_table_broken: ServerError,
    any_request_is_left_undone: Unprocessed,
}
