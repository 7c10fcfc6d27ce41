//! Many at once: what is limited stays limited, what happens once happens once.

use app::button::{Button, ReviewStep};
use domain::{
    order::{OrderStatus, UnappliedReason},
    payment::PaymentStatus,
    time::Span,
};
use embedded_dynamodb::Fault;
use local::telegram::{Answer, ButtonAction, Person};
use tests::{
    World,
    actors::{self, deliveries, says},
    crypto_pay::CryptoPayStandIn,
};
use tokio::task::JoinSet;

/// The newest button with this in its text: its message and what it carries.
fn button(person: &Person, part: &str) -> (i64, String) {
    let found = person.chat().into_iter().rev().find_map(|message| match message.button(part)?.action.clone() {
        ButtonAction::Callback(data) => Some((message.message_id, data)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no button says {part}: {:?}", person.last()))
}

/// Everybody taps at the same moment.
async fn all_tap(taps: impl IntoIterator<Item = (Person, (i64, String))>) -> Vec<Answer> {
    let mut running = JoinSet::new();
    for (person, (message, data)) in taps {
        running.spawn(async move { person.tap_data(message, &data).await });
    }
    running.join_all().await
}

async fn fifty_race_for(uses: u32) {
    let world = World::open().await;
    world.add_code("RUSH", "50", Some(uses), Some(1)).await;
    let mut racers = Vec::new();
    for n in 0..50 {
        let customer = world.customer(8_000_000_000 + n);
        actors::choose_with_code(&customer, "Plan small", "rush").await;
        racers.push((customer.clone(), button(&customer, "⭐ 40")));
    }
    // Transactions that meet each other, which the embedded engine never lets happen by itself.
    world.dynamodb.fail("TransactWriteItems", (0..40).map(|n| (n % 3 == 0).then_some(Fault::Conflict)));
    let answers = all_tap(racers.iter().cloned()).await;
    let mut placed = 0;
    let mut later = Vec::new();
    for ((customer, tapped), answer) in racers.iter().zip(&answers) {
        if !answer.is_success() {
            later.push((customer.clone(), tapped.clone()));
        }
    }
    // Those whom too many stood in the way are asked again by Telegram.
    all_tap(later).await;
    for (customer, _) in &racers {
        let orders = world.orders(customer.id()).await;
        placed += u32::try_from(orders.len()).unwrap();
        if orders.is_empty() {
            assert!(says(customer).contains("This code is used up"), "{}", says(customer));
            assert!(customer.last().unwrap().button("⭐ 80").is_some(), "the plan is offered at its price");
        } else {
            assert!(customer.link("Pay ⭐ 40").is_some(), "{}", says(customer));
        }
    }
    assert_eq!(placed, uses);
    assert_eq!(world.code("RUSH").await.times_used, uses);
    world.audit().await;
}

#[tokio::test]
async fn fifty_customers_race_for_a_code_with_one_use() {
    fifty_race_for(1).await;
}

#[tokio::test]
async fn fifty_customers_race_for_a_code_with_seven_uses() {
    fifty_race_for(7).await;
}

#[tokio::test]
async fn one_customer_cannot_use_once_twice() {
    let world = World::open().await;
    world.add_code("ONCE", "50", None, Some(1)).await;
    let customer = world.customer(8_001_000_001);
    let mut taps = Vec::new();
    for _ in 0..2 {
        actors::choose_with_code(&customer, "Plan small", "once").await;
        taps.push(button(&customer, "⭐ 40"));
    }
    // A customer's own taps come one after the other from Telegram's queue; two deliveries of its retries do not.
    let update = |(message, data): &(i64, String), id: i64| {
        serde_json::json!({ "update_id": id, "callback_query": {
            "id": id.to_string(), "data": data, "chat_instance": "1",
            "from": { "id": customer.id(), "is_bot": false, "first_name": "Customer", "language_code": "en" },
            "message": { "message_id": message, "date": 1, "text": "a plan", "chat": { "id": customer.id(), "type": "private" } },
        } })
        .to_string()
    };
    let (one, two) = (update(&taps[0], 600_000_001), update(&taps[1], 600_000_002));
    let answers = tokio::join!(world.webhook(one.as_bytes()), world.webhook(two.as_bytes()));
    let texts = [&answers.0, &answers.1].map(|answer| String::from_utf8_lossy(&answer.body).into_owned());
    assert_eq!(texts.iter().filter(|text| text.contains("You have used this code already")).count(), 1, "{texts:?}");
    assert_eq!(world.orders(customer.id()).await.len(), 1);
    world.audit().await;

    // What the first one gives back, the second may take.
    let held = world.order(customer.id()).await;
    world.clock.advance(Span::minutes(61));
    world.jobs_until_idle().await;
    let refused = if texts[0].contains("You have used") { one } else { two };
    assert_eq!(world.webhook(refused.as_bytes()).await.status, 200);
    let orders = world.orders(customer.id()).await;
    assert_eq!(orders.len(), 2);
    assert!(orders.iter().any(|order| order.id != held.id && order.discount.as_ref().is_some_and(|discount| discount.held)));
    world.audit().await;
}

/// An invoice link can be opened on two devices: the second charge is money for nothing, and goes back.
#[tokio::test]
async fn a_double_tap_on_pay_is_paid_once() {
    let world = World::open().await;
    let customer = world.customer(8_001_000_002);
    actors::order(&customer, "Plan small", "⭐ 80").await;
    let order = world.order(customer.id()).await;
    let payload = world.payload(&order, 1);
    let ask = || world.telegram.send_update(actors::pre_checkout(customer.id(), &payload, "XTR", 80));
    let (first, second) = tokio::join!(ask(), ask());
    assert!(actors::approved(&first) && actors::approved(&second), "nothing is paid yet");
    let charges = ["device-one", "device-two"].map(|charge| {
        let mut update = actors::successful_payment(customer.id(), &payload, 80, charge);
        update["update_id"] = (600_000_010 + charge.len()).into();
        update.to_string()
    });
    let (one, two) = tokio::join!(world.webhook(charges[0].as_bytes()), world.webhook(charges[1].as_bytes()));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
    assert!(!actors::approved(&ask().await), "a third is refused before it is charged");

    let payment =
        async |charge: &str| world.app.store.payment(&format!("telegram-stars#{charge}").parse().unwrap()).await.unwrap().unwrap();
    let mut payments = [payment("device-one").await, payment("device-two").await];
    payments.sort_by_key(|payment| payment.status != PaymentStatus::Applied);
    assert_eq!(payments[0].status, PaymentStatus::Applied);
    assert_eq!((payments[1].status, payments[1].reason), (PaymentStatus::Unapplied, Some(UnappliedReason::PaidTwice)));
    world.jobs().await;
    let refunds: Vec<_> = world.telegram.calls().into_iter().filter(|call| call.method == "refundStarPayment").collect();
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0].params["telegram_payment_charge_id"], payments[1].id.reference());
    assert_eq!(deliveries(&customer).len(), 1);
    let audit = world.audit().await;
    assert_eq!((audit.orders, audit.provisioned, audit.applied, audit.unapplied), (1, 1, 1, 1));
}

#[tokio::test]
async fn fifty_operators_approve_one_receipt() {
    let group = "-1001234567890";
    let world = World::open_with(&[("TELEGRAM_OPERATOR_CHAT_ID", group)]).await;
    let customer = world.customer(8_001_000_003);
    actors::order(&customer, "Plan small", "Card to card").await;
    customer.send_photo(b"a receipt".to_vec()).await;
    let order = world.order(customer.id()).await;
    let card = world.operator().last().unwrap().message_id;
    let data = Button::Review { step: ReviewStep::Approve, reference: world.app.names.order(order.id), number: 1, receipt: 1 }.encode();
    let operators: Vec<Person> = (0..50).map(|n| world.telegram.operator(8_001_100_000 + n, "Operator", "en")).collect();
    all_tap(operators.iter().map(|operator| (operator.clone(), (card, data.clone())))).await;

    let told = |words: &str| {
        let answers = operators.iter().flat_map(|operator| world.telegram.callback_answers(operator.id()));
        answers.filter(|answer| answer.text.contains(words)).count()
    };
    assert_eq!((told("✅ Approved"), told("Already decided")), (50, 49));
    let audit = world.audit().await;
    assert_eq!((audit.orders, audit.provisioned, audit.applied, audit.unapplied), (1, 1, 1, 0));
    assert_eq!(deliveries(&customer).len(), 1);
    let entries = world.contents().await.into_values().filter(|item| item["entity_type"] == "audit" && item["action"] == "approve").count();
    assert_eq!(entries, 1, "one decision, one entry");
}

#[tokio::test]
async fn two_first_orders_paid_together_earn_one_prize() {
    let world = World::open().await;
    let inviter = world.customer(8_001_000_004);
    inviter.send("/start").await;
    let friend = world.customer(8_001_000_005);
    friend.send(&format!("/start ref_{}", inviter.id())).await;
    for _ in 0..2 {
        actors::order(&friend, "Plan small", "⭐ 80").await;
    }
    let orders = world.orders(friend.id()).await;
    assert_eq!(orders.len(), 2);
    let updates = [0, 1].map(|n| {
        let mut update = actors::successful_payment(friend.id(), &world.payload(&orders[n], 1), 80, &format!("first-{n}"));
        update["update_id"] = (600_000_020 + n).into();
        update.to_string()
    });
    let answers = tokio::join!(world.webhook(updates[0].as_bytes()), world.webhook(updates[1].as_bytes()));
    assert_eq!((answers.0.status.as_u16(), answers.1.status.as_u16()), (200, 200));
    world.jobs_until_idle().await;
    let audit = world.audit().await;
    assert_eq!((audit.prizes, audit.provisioned, audit.applied), (1, 3, 2));
    assert_eq!(deliveries(&inviter).len(), 1);
}

/// The clock finds an order due at the moment at which its money arrives: whoever is first, it is delivered.
#[tokio::test]
async fn the_clock_and_the_money_meet() {
    let crypto_pay = CryptoPayStandIn::start().await;
    let world = World::open_with(&crypto_pay.settings()).await;
    world.add_code("ONCE", "20", Some(10), Some(1)).await;
    let mut running = JoinSet::new();
    for n in 0..10 {
        let customer = world.customer(8_002_000_000 + n);
        actors::choose_with_code(&customer, "Plan small", "once").await;
        customer.tap("Crypto").await.unwrap();
    }
    world.clock.advance(Span::minutes(61));
    let gateway = world.gateway.clone();
    for invoice in crypto_pay.invoices() {
        let callback = crypto_pay.pay(invoice["invoice_id"].as_u64().unwrap());
        let (gateway, app) = (gateway.clone(), world.another_process(invoice["invoice_id"].as_u64().unwrap()).await);
        running.spawn(async move {
            let mut headers = axum::http::HeaderMap::new();
            headers.insert("crypto-pay-api-signature", callback.signature.parse().unwrap());
            let call = local::lambda::HttpCall {
                method: "POST",
                path: "/payments/crypto-pay/callback",
                query: "",
                headers: &headers,
                body: &callback.body,
                source_ip: [127, 0, 0, 1].into(),
            };
            let (answer, jobs) = tokio::join!(gateway.call(&call), scheduled_jobs::handle(&app, 0));
            assert_eq!(answer.status, 200);
            jobs.unwrap();
        });
    }
    running.join_all().await;
    for _ in 0..3 {
        world.clock.advance(Span::minutes(2));
        world.jobs_until_idle().await;
    }
    let audit = world.audit().await;
    assert_eq!((audit.orders, audit.provisioned, audit.applied, audit.unapplied), (10, 10, 10, 0));
    let code = world.code("ONCE").await;
    assert_eq!((code.times_used, code.late_uses), (10, 0));
}

/// The customer cancels in one window and sends his receipt in another; the operator approves meanwhile.
#[tokio::test]
async fn a_cancellation_meets_an_approval() {
    let world = World::open().await;
    let customer = world.customer(8_001_000_006);
    actors::order(&customer, "Plan small", "Card to card").await;
    let cancel = button(&customer, "Cancel the order");
    customer.send_photo(b"a receipt".to_vec()).await;
    let order = world.order(customer.id()).await;
    let operator = world.operator();
    let card = operator.last().unwrap().message_id;
    let data = Button::Review { step: ReviewStep::Approve, reference: world.app.names.order(order.id), number: 1, receipt: 1 }.encode();
    let answers = all_tap([(customer.clone(), cancel), (operator, (card, data))]).await;
    assert!(answers.iter().all(Answer::is_success));
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Provisioned);
    world.audit().await;
}
