//! Money that fits no order, and what operators make of it; money that operators send back.

use domain::{
    order::OrderStatus,
    payment::{Gateway, PaymentId, PaymentStatus},
    time::Span,
};
use local::{
    panel::Status,
    telegram::{Fault, Person},
};
use serde_json::{Value, json};
use tests::{
    World,
    actors::{self, says},
};

/// A world in which somebody's order waits by card, and a payment of another amount came in that fits nothing.
struct Odd {
    world: World,
    customer: Person,
    order: String,
    payment: PaymentId,
}

impl Odd {
    async fn open(customer: i64) -> Self {
        let world = World::open().await;
        let customer = world.customer(customer);
        actors::order(&customer, "Plan small", "Card to card").await;
        let order = world.order(customer.id()).await;
        let payment = PaymentId::new(Gateway::CryptoPay, "odd-1").unwrap();
        let kept = domain::payment::Payment {
            id: payment.clone(),
            amount: Some(domain::Money::whole(90_000, domain::Currency::Irt)),
            order: Some(order.id),
            payer: None,
            settled_at: world.app.now(),
            status: PaymentStatus::Unapplied,
            reason: Some(domain::order::UnappliedReason::AmountMismatch),
            approved_by: None,
            credit: None,
            work: domain::duty::Work::default(),
            version: 1,
        };
        world.app.store.commit("an odd payment", vec![store::Write::create(&kept).unwrap()]).await.unwrap();
        let order = world.app.names.order(order.id);
        Self { world, customer, order, payment }
    }

    async fn act(&self, action: &str, body: Value) -> (u16, Value) {
        self.world.admin("POST", &format!("/admin/v1/unapplied-payments/crypto-pay~odd-1/{action}"), Some(body)).await
    }

    async fn status(&self) -> PaymentStatus {
        self.world.app.store.payment(&self.payment).await.unwrap().unwrap().status
    }

    /// What operators did to the payment.
    async fn history(&self) -> Vec<String> {
        let (_, entries) = self.world.admin("GET", "/admin/v1/audit?entity=payment&id=crypto-pay~odd-1", None).await;
        entries["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn it_pays_the_order_all_the_same() {
    let odd = Odd::open(7_500_000_001).await;
    for _ in 0..2 {
        let (status, payment) = odd.act("apply", json!({})).await;
        assert_eq!((status, &payment["status"], &payment["order_id"]), (200, &json!("applied"), &json!(odd.order)), "{payment}");
    }
    let order = odd.world.order(odd.customer.id()).await;
    assert_eq!((order.status, odd.world.accounts(order.id).len()), (OrderStatus::Provisioned, 1));
    assert_eq!(actors::deliveries(&odd.customer).len(), 1);
    assert_eq!(odd.history().await, ["apply"]);
    for (action, body) in
        [("refund", json!({})), ("refund", json!({"by_hand": true})), ("credit", json!({})), ("write-off", json!({"reason": "x"}))]
    {
        let (status, problem) = odd.act(action, body).await;
        assert_eq!((status, &problem["type"]), (409, &json!("urn:wave-shop:problem:wrong-state")), "{action}: {problem}");
    }
    assert_eq!(odd.history().await, ["apply"]);
}

#[tokio::test]
async fn it_pays_another_order_that_the_operator_names() {
    let odd = Odd::open(7_500_000_002).await;
    let other = odd.world.customer(7_500_000_003);
    actors::order(&other, "Plan large", "Card to card").await;
    let order = odd.world.order(other.id()).await;
    let (status, problem) = odd.act("apply", json!({"order_id": "nonsense"})).await;
    assert_eq!((status, problem["errors"].get("order_id").is_some()), (422, true), "{problem}");
    let (status, payment) = odd.act("apply", json!({"order_id": odd.world.app.names.order(order.id)})).await;
    assert_eq!((status, &payment["status"]), (200, &json!("applied")), "{payment}");
    assert_eq!(odd.world.order(other.id()).await.status, OrderStatus::Provisioned);
    assert_eq!(odd.world.order(odd.customer.id()).await.status, OrderStatus::AwaitingPayment);
    let (status, _) = odd.act("apply", json!({"order_id": odd.order})).await;
    assert_eq!(status, 409, "one payment pays one order");
}

#[tokio::test]
async fn it_becomes_a_code_for_its_payer_alone() {
    let odd = Odd::open(7_500_000_004).await;
    let mut code = String::new();
    for _ in 0..2 {
        let (status, payment) = odd.act("credit", json!({})).await;
        assert_eq!((status, &payment["status"]), (200, &json!("credited")), "{payment}");
        let name = payment["credit"].as_str().unwrap().to_owned();
        assert!(code.is_empty() || code == name, "one code");
        code = name;
    }
    let told: Vec<_> = odd.customer.chat().into_iter().filter(|message| message.text.contains(&code)).collect();
    assert_eq!(told.len(), 1, "he is told once");
    assert_eq!(odd.history().await, ["credit"]);

    odd.customer.tap("Cancel the order").await.unwrap();
    let stranger = odd.world.customer(7_500_000_005);
    actors::choose_with_code(&stranger, "Plan small", &code).await;
    assert!(says(&stranger).contains("no such code"), "{}", says(&stranger));
    actors::choose_with_code(&odd.customer, "Plan small", &code).await;
    assert!(says(&odd.customer).contains("10,000"), "{}", says(&odd.customer));
}

#[tokio::test]
async fn a_customer_who_cannot_be_told_now_is_told_later() {
    let odd = Odd::open(7_500_000_006).await;
    odd.world.telegram.fail(Fault::status("sendMessage", 502));
    let (status, payment) = odd.act("credit", json!({"amount": {"amount": "50000", "currency": "IRT"}})).await;
    assert_eq!((status, &payment["status"], &payment["duty"]["duty"]), (200, &json!("credited"), &json!("notify")), "{payment}");
    odd.world.telegram.clear_faults();
    odd.world.clock.advance(Span::minutes(1));
    odd.world.jobs_until_idle().await;
    assert!(odd.customer.told(payment["credit"].as_str().unwrap()).is_some());
}

#[tokio::test]
async fn it_goes_back_by_hand_where_no_gateway_can_send_it() {
    let odd = Odd::open(7_500_000_007).await;
    let (status, problem) = odd.act("refund", json!({})).await;
    assert_eq!((status, problem["detail"].as_str().unwrap().contains("by_hand")), (409, true), "{problem}");
    assert_eq!(odd.status().await, PaymentStatus::Unapplied);
    for _ in 0..2 {
        let (status, payment) = odd.act("refund", json!({"by_hand": true})).await;
        assert_eq!((status, &payment["status"]), (200, &json!("refunded")), "{payment}");
    }
    assert_eq!(odd.history().await, ["refund"]);
}

#[tokio::test]
async fn it_is_written_off_with_a_reason() {
    let odd = Odd::open(7_500_000_008).await;
    let (status, problem) = odd.act("write-off", json!({"reason": " "})).await;
    assert_eq!((status, problem["errors"].get("reason").is_some()), (422, true), "{problem}");
    let (status, payment) = odd.act("write-off", json!({"reason": "a test of the gateway's"})).await;
    assert_eq!((status, &payment["status"]), (200, &json!("written_off")), "{payment}");
    let (_, list) = odd.world.admin("GET", "/admin/v1/unapplied-payments", None).await;
    assert_eq!(list["items"], json!([]));
    assert_eq!(odd.act("apply", json!({})).await.0, 409);
}

/// Everybody decides at once, each something else: one decision stands, and one entry tells of it.
#[tokio::test]
async fn one_decision_stands() {
    let odd = Odd::open(7_500_000_009).await;
    let all = [
        ("apply", json!({})),
        ("refund", json!({"by_hand": true})),
        ("credit", json!({})),
        ("write-off", json!({"reason": "x"})),
        ("apply", json!({})),
        ("credit", json!({})),
    ];
    let asked = all.map(|(action, body)| odd.act(action, body));
    let answers = futures_join(asked).await;
    assert!(answers.iter().any(|(status, _)| *status == 200), "{answers:?}");
    assert!(answers.iter().all(|(status, _)| matches!(status, 200 | 409 | 503)), "{answers:?}");
    assert_eq!(odd.history().await.len(), 1, "{answers:?}");
    assert_ne!(odd.status().await, PaymentStatus::Unapplied);
}

async fn futures_join<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut outputs = Vec::new();
    let mut running: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        running.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => {
                outputs.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if running.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outputs
}

#[tokio::test]
async fn an_order_paid_in_stars_is_refunded_through_telegram() {
    let world = World::open().await;
    let customer = world.customer(7_500_000_010);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    customer.tap("Pay ⭐ 80").await.unwrap();
    let order = world.order(customer.id()).await;
    let path = format!("/admin/v1/orders/{}/refund", world.app.names.order(order.id));
    // Telegram does not answer at first: the refund is owed.
    world.telegram.fail(Fault::status("refundStarPayment", 502));
    let (status, shown) = world.admin("POST", &path, None).await;
    assert_eq!((status, &shown["status"]), (200, &json!("provisioned")), "{shown}");
    world.clock.advance(Span::minutes(1));
    world.jobs_until_idle().await;
    for _ in 0..2 {
        let (status, shown) = world.admin("POST", &path, None).await;
        assert_eq!((status, &shown["status"]), (200, &json!("refunded")), "{shown}");
    }
    assert_eq!(world.telegram.star_transactions().len(), 2, "one charge and one refund");
    world.jobs_until_idle().await;
    assert_eq!(world.accounts(order.id)[0].status, Status::Disabled);
    let payment = world.app.store.payment(&order.payment.unwrap()).await.unwrap().unwrap();
    assert_eq!((payment.status, payment.work.duty), (PaymentStatus::Refunded, None));
    let (_, entries) = world.admin("GET", &format!("/admin/v1/audit?entity=order&id={}", world.app.names.order(order.id)), None).await;
    assert_eq!(entries["items"].as_array().unwrap().len(), 1, "{entries}");
    assert!(customer.told("was refunded").is_some());
}

#[tokio::test]
async fn a_transfer_is_sent_back_by_hand() {
    let world = World::open().await;
    let customer = world.customer(7_500_000_011);
    actors::order(&customer, "Plan small", "Card to card").await;
    let path = format!("/admin/v1/orders/{}/refund", world.app.names.order(world.order(customer.id()).await.id));
    assert_eq!(world.admin("POST", &path, None).await.0, 409, "nothing is paid");
    customer.send_photo(b"a receipt".to_vec()).await;
    world.operator().tap("Approve").await.unwrap();
    world.operator().tap("Exactly").await.unwrap();
    let (status, problem) = world.admin("POST", &path, None).await;
    assert_eq!((status, problem["detail"].as_str().unwrap().contains("by_hand")), (409, true), "{problem}");
    let (status, shown) = world.admin("POST", &path, Some(json!({"by_hand": true}))).await;
    assert_eq!((status, &shown["status"]), (200, &json!("refunded")), "{shown}");
    world.jobs_until_idle().await;
    let order = world.order(customer.id()).await;
    assert_eq!(world.accounts(order.id)[0].status, Status::Disabled);
}

/// A gateway holds a payment back, and lets it go later: it pays its order, unless somebody has decided on it before.
#[tokio::test]
async fn what_a_gateway_held_back_pays_when_it_lets_it_go() {
    use clients::payment::Report;
    use domain::payment::ReportedStatus;
    for decided in [false, true] {
        let world = World::open().await;
        let customer = world.customer(7_500_000_090);
        actors::order(&customer, "Plan small", "⭐ 80").await;
        let order = world.order(customer.id()).await;
        let report = |status| Report {
            payment: PaymentId::new(Gateway::TelegramStars, "held-back").unwrap(),
            reference: Some(world.payload(&order, 1)),
            status,
            amount: Some(order.attempts[0].quote),
            payer: None,
            recurring: false,
            trace: None,
        };
        let deadline = || app::Deadline::of_invocation(&world.app, None, Span::seconds(20));
        world.app.settle_report(&report(ReportedStatus::NeedsReview), deadline()).await.unwrap();
        world.jobs().await;
        if decided {
            world.app.write_off_payment(&report(ReportedStatus::Paid).payment, "ours", &domain::admin::Actor::Bootstrap).await.unwrap();
        }
        for _ in 0..2 {
            world.app.settle_report(&report(ReportedStatus::Paid), deadline()).await.unwrap();
            world.app.settle_report(&report(ReportedStatus::NeedsReview), deadline()).await.unwrap();
        }
        let payment = world.app.store.payment(&report(ReportedStatus::Paid).payment).await.unwrap().unwrap();
        let order = world.order(customer.id()).await;
        let stands = if decided {
            (OrderStatus::AwaitingPayment, PaymentStatus::WrittenOff)
        } else {
            (OrderStatus::Provisioned, PaymentStatus::Applied)
        };
        assert_eq!((order.status, payment.status), stands);
        assert_eq!(actors::deliveries(&customer).len(), usize::from(!decided));
    }
}
