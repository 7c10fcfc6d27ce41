//! Gateways that say where to look and prove nothing, and browsers that come back: each as a customer's journey. What all others have in common
//! stands in [`rails`].

mod rails;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{Request, StatusCode},
};
use data_encoding::HEXLOWER;
use domain::{Currency, Money, order::OrderStatus, product::Product, time::Span};
use hmac::{Hmac, KeyInit, Mac};
use local::telegram::Person;
use serde_json::{Value, json};
use sha2::Sha512;
use tests::{Served, World, actors, serve};

const UUID: &str = "1344b5d4-0048-11e8-94db-005056a205be";
const AUTHORITY: &str = "A0000000000000000000000000000wwOGYpd";

/// A gateway's API that answers what it is told to, and remembers what it was asked.
#[derive(Clone, Default)]
struct Api(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    answers: HashMap<String, (u16, Value)>,
    asked: Vec<(String, Value)>,
}

impl Api {
    async fn serve(&self) -> Served {
        serve(Router::new().fallback(answer).with_state(self.clone())).await
    }

    fn says(&self, call: &str, status: u16, answer: Value) {
        self.0.lock().unwrap().answers.insert(call.into(), (status, answer));
    }

    fn asked(&self, call: &str) -> Vec<Value> {
        let script = self.0.lock().unwrap();
        script.asked.iter().filter(|(asked, _)| asked == call).map(|(_, body)| body.clone()).collect()
    }
}

async fn answer(State(api): State<Api>, request: Request<axum::body::Body>) -> (StatusCode, String) {
    let call = format!("{} {}", request.method(), request.uri().path());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let mut script = api.0.lock().unwrap();
    // A document, a form, or a query: whichever the gateway likes.
    let form = if body.is_empty() { query } else { String::from_utf8_lossy(&body).into_owned() };
    script.asked.push((call.clone(), serde_json::from_slice(&body).unwrap_or_else(|_| fields(&form))));
    let (status, answer) = script.answers.get(&call).cloned().unwrap_or((404, json!({})));
    (StatusCode::from_u16(status).unwrap(), answer.to_string())
}

/// A form's fields.
fn fields(form: &str) -> Value {
    let request = Request::get(format!("http://form/?{form}")).body(()).unwrap();
    let Query(fields) = Query::<HashMap<String, String>>::try_from_uri(request.uri()).unwrap();
    json!(fields)
}

async fn delivered_once(world: &World, customer: &Person) {
    let order = world.order(customer.id()).await;
    assert_eq!(order.status, OrderStatus::Provisioned);
    assert_eq!(world.accounts(order.id).len(), 1);
    assert_eq!(actors::deliveries(customer).len(), 1);
}

async fn unpaid(world: &World, customer: &Person) {
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::AwaitingPayment);
    assert!(actors::deliveries(customer).is_empty());
}

/// A browser at `path`: status and page.
async fn browse(world: &World, path: &str) -> (u16, String) {
    let answer = world.request("GET", path, &[("accept-language", "en-US,en;q=0.9")], b"").await;
    (answer.status.as_u16(), String::from_utf8(answer.body.to_vec()).unwrap())
}

mod zarinpal {
    use super::*;

    const REQUEST: &str = "POST /pg/v4/payment/request.json";
    const VERIFY: &str = "POST /pg/v4/payment/verify.json";

    async fn ordered(id: i64) -> (World, Api, Served, Person, String) {
        let api = Api::default();
        let served = api.serve().await;
        api.says(REQUEST, 200, json!({"data": {"code": 100, "message": "Success", "authority": AUTHORITY}, "errors": []}));
        api.says(
            VERIFY,
            400,
            json!({"data": [], "errors": {"code": -51, "message": "Session is not valid, session is not active paid try."}}),
        );
        let world = World::open_with(&[("ZARINPAL_MERCHANT_ID", UUID), ("ZARINPAL_API_URL", &served.url)]).await;
        let customer = world.customer(id);
        actors::order(&customer, "Plan small", "ZarinPal").await;
        assert_eq!(customer.link("Pay").unwrap(), format!("{}/pg/StartPay/{AUTHORITY}", served.url));
        let asked = api.asked(REQUEST).remove(0);
        assert_eq!((&asked["amount"], &asked["currency"]), (&json!(1_000_000), &json!("IRR")), "a hundred thousand toman");
        let back = asked["callback_url"].as_str().unwrap().strip_prefix("https://shop.example").unwrap().to_owned();
        assert!(back.starts_with("/payments/zarinpal/return?order="));
        (world, api, served, customer, back)
    }

    fn paid(api: &Api) {
        api.says(VERIFY, 200, json!({"data": {"code": 100, "message": "Verified", "ref_id": 201, "fee": 0}, "errors": []}));
    }

    #[tokio::test]
    async fn a_browser_that_comes_back_from_a_payment_is_delivered_to_once() {
        let (world, api, _served, customer, back) = ordered(7_200_000_001).await;
        paid(&api);
        let (status, page) = browse(&world, &format!("{back}&Authority={AUTHORITY}&Status=OK")).await;
        assert_eq!(status, 200);
        assert!(page.contains("Your payment has arrived") && page.contains("201") && page.contains("https://t.me/wave_test_bot"), "{page}");
        delivered_once(&world, &customer).await;
        assert_eq!(api.asked(VERIFY), [json!({"merchant_id": UUID, "amount": 1_000_000, "authority": AUTHORITY})]);
        let before = world.contents().await;
        let (status, page) = browse(&world, &format!("{back}&Authority={AUTHORITY}&Status=OK")).await;
        assert!(status == 200 && page.contains("has arrived"), "{page}");
        assert_eq!(
            (world.contents().await, api.asked(VERIFY).len()),
            (before, 1),
            "the same address again changes nothing and asks nothing"
        );
    }

    #[tokio::test]
    async fn an_unpaid_return_takes_and_gives_nothing() {
        let (world, api, _served, customer, back) = ordered(7_200_000_002).await;
        let (status, page) = browse(&world, &format!("{back}&Authority={AUTHORITY}&Status=NOK")).await;
        assert!(status == 200 && page.contains("Nothing was paid"), "{page}");
        assert_eq!(api.asked(VERIFY).len(), 0);
        let (status, page) = browse(&world, &format!("{back}&Authority={AUTHORITY}&Status=OK")).await;
        assert!(status == 200 && page.contains("Nothing was paid"), "Status is the browser's word: {page}");
        unpaid(&world, &customer).await;

        // Another session's authority, no order, another order's name, no address of ours at all.
        paid(&api);
        let asked = api.asked(VERIFY).len();
        let other = AUTHORITY.replace('w', "x");
        let queries = [
            format!("{back}&Authority={other}&Status=OK"),
            format!("/payments/zarinpal/return?Authority={AUTHORITY}&Status=OK"),
            format!("/payments/zarinpal/return?order=AAAA&Authority={AUTHORITY}&Status=OK"),
            "/payments/zarinpal/return?Authority=A%27%20OR%201%3D1&Status=OK".into(),
            "/payments/zarinpal/return".into(),
        ];
        for query in queries {
            assert_eq!(browse(&world, &query).await.0, 404, "{query}");
        }
        for (method, path) in
            [("POST", "/payments/zarinpal/callback"), ("GET", "/payments/crypto-pay/return"), ("GET", "/payments/stripe/return")]
        {
            assert_eq!(world.request(method, path, &[], b"").await.status, 404, "{method} {path}");
        }
        assert_eq!(api.asked(VERIFY).len(), asked);
        unpaid(&world, &customer).await;
    }

    #[tokio::test]
    async fn a_return_that_never_came_is_made_up_for() {
        let (world, api, _served, customer, _back) = ordered(7_200_000_003).await;
        let early = customer.tap("I have paid").await.unwrap();
        assert!(early.callback.unwrap().text.contains("has not arrived yet"));
        paid(&api);
        customer.tap("I have paid").await.unwrap();
        delivered_once(&world, &customer).await;

        let (world, api, _served, customer, _back) = ordered(7_200_000_004).await;
        paid(&api);
        world.clock.advance(Span::minutes(61));
        world.jobs_until_idle().await;
        delivered_once(&world, &customer).await;
    }

    #[tokio::test]
    async fn money_for_an_order_that_ended_is_left_to_go_back() {
        let (world, api, _served, customer, back) = ordered(7_200_000_005).await;
        let order = world.order(customer.id()).await;
        world.app.cancel_order(order.id, &domain::admin::Actor::Bootstrap).await.unwrap();
        paid(&api);
        assert_eq!(browse(&world, &format!("{back}&Authority={AUTHORITY}&Status=OK")).await.0, 404);
        assert_eq!(api.asked(VERIFY).len(), 0, "what is not verified goes back to the payer");
    }

    #[tokio::test]
    async fn a_silent_gateway_is_asked_again() {
        let (world, api, _served, customer, back) = ordered(7_200_000_006).await;
        api.says(VERIFY, 502, json!({}));
        let (status, page) = browse(&world, &format!("{back}&Authority={AUTHORITY}&Status=OK")).await;
        assert!(status == 503 && page.contains("Try again"), "{page}");
        unpaid(&world, &customer).await;
        paid(&api);
        assert_eq!(browse(&world, &format!("{back}&Authority={AUTHORITY}&Status=OK")).await.0, 200);
        delivered_once(&world, &customer).await;
    }
}

mod yookassa {
    use super::*;

    const CREATE: &str = "POST /v3/payments";

    fn get() -> String {
        format!("GET /v3/payments/{UUID}")
    }

    async fn ordered(id: i64) -> (World, Api, Served, Person, Value) {
        let api = Api::default();
        let served = api.serve().await;
        api.says(CREATE, 200, json!({"id": UUID, "status": "pending", "confirmation": {"confirmation_url": "https://pay.example/1"}}));
        let settings = [("YOOKASSA_SHOP_ID", "100500"), ("YOOKASSA_SECRET_KEY", "live_key"), ("YOOKASSA_API_URL", &served.url)];
        let world = World::open_with(&settings).await;
        let price = (Currency::Rub, Money::whole(299, Currency::Rub));
        world
            .add_product(Product {
                name: "In rubles".into(),
                prices: [price].into(),
                ..world.product("rub", 100_000, 80, Some(10), Some(30), 9)
            })
            .await;
        let customer = world.customer(id);
        actors::order(&customer, "In rubles", "YooKassa").await;
        let asked = api.asked(CREATE).remove(0);
        assert_eq!(asked["confirmation"]["return_url"], "https://t.me/wave_test_bot");
        let payment = json!({"id": UUID, "status": "succeeded", "paid": true, "amount": {"value": "299.00", "currency": "RUB"}, "metadata": asked["metadata"], "test": false});
        (world, api, served, customer, payment)
    }

    async fn notify(world: &World, payment: &Value) -> u16 {
        let body = json!({"type": "notification", "event": "payment.succeeded", "object": payment}).to_string();
        world.request("POST", "/payments/yookassa/callback", &[], body.as_bytes()).await.status.as_u16()
    }

    #[tokio::test]
    async fn a_notification_is_worth_what_the_gateway_says() {
        let (world, api, _served, customer, payment) = ordered(7_200_000_011).await;
        // It does not know the payment; it knows it as unpaid; it does not answer.
        assert_eq!(notify(&world, &payment).await, 200);
        let mut pending = payment.clone();
        pending["status"] = "pending".into();
        pending["paid"] = false.into();
        api.says(&get(), 200, pending);
        assert_eq!(notify(&world, &payment).await, 503, "it may be told again");
        api.says(&get(), 500, json!({}));
        assert_eq!(notify(&world, &payment).await, 500);
        unpaid(&world, &customer).await;

        api.says(&get(), 200, payment.clone());
        assert_eq!(notify(&world, &payment).await, 200);
        delivered_once(&world, &customer).await;
        let (before, asked) = (world.contents().await, api.asked(&get()).len());
        assert_eq!(notify(&world, &payment).await, 200);
        assert_eq!((world.contents().await, api.asked(&get()).len()), (before, asked));
    }

    #[tokio::test]
    async fn money_that_went_back_takes_back_what_it_bought() {
        let (world, api, _served, customer, mut payment) = ordered(7_200_000_014).await;
        api.says(&get(), 200, payment.clone());
        assert_eq!(notify(&world, &payment).await, 200);
        delivered_once(&world, &customer).await;
        let refund =
            json!({"type": "notification", "event": "refund.succeeded", "object": {"id": "r1", "payment_id": UUID, "status": "succeeded"}});
        let notify = async || {
            let answer = world.request("POST", "/payments/yookassa/callback", &[], refund.to_string().as_bytes()).await;
            assert_eq!(answer.status, 200);
            world.order(customer.id()).await.status
        };
        assert_eq!(notify().await, OrderStatus::Provisioned, "the gateway knows of no refund");
        payment["refunded_amount"] = json!({"value": "299.00", "currency": "RUB"});
        api.says(&get(), 200, payment);
        assert_eq!(notify().await, OrderStatus::Refunded);
        assert_eq!(notify().await, OrderStatus::Refunded);
    }

    #[tokio::test]
    async fn a_wrong_amount_is_kept_and_pays_nothing() {
        let (world, api, _served, customer, payment) = ordered(7_200_000_012).await;
        let mut cheap = payment.clone();
        cheap["amount"]["value"] = "1.00".into();
        api.says(&get(), 200, cheap);
        assert_eq!(notify(&world, &payment).await, 200);
        unpaid(&world, &customer).await;
        let kept = world.contents().await.into_iter().filter(|(_, item)| item.to_string().contains("amount_mismatch")).count();
        assert_eq!(kept, 1);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        let (world, _api, _served, _customer, _payment) = ordered(7_200_000_013).await;
        for body in ["", "{}", "not json", r#"{"event":"payment.succeeded","object":{"id":"../x","status":"succeeded"}}"#] {
            assert_eq!(world.request("POST", "/payments/yookassa/callback", &[], body.as_bytes()).await.status, 400, "{body}");
        }
        let large = vec![b' '; 16 * 1024 + 1];
        assert_eq!(world.request("POST", "/payments/yookassa/callback", &[], &large).await.status, 413);
        assert_eq!(world.request("GET", "/payments/yookassa/callback", &[], b"").await.status, 404);
    }
}

mod nowpayments {
    use super::*;

    const SECRET: &str = "ipn-secret";

    struct Coins {
        world: World,
        api: Api,
        _served: Served,
        customer: Person,
        order: String,
    }

    async fn ordered(id: i64) -> Coins {
        let api = Api::default();
        let served = api.serve().await;
        api.says("POST /v1/invoice", 201, json!({"id": "4522625843", "invoice_url": "https://pay.example/1"}));
        let settings = [("NOWPAYMENTS_API_KEY", "key"), ("NOWPAYMENTS_IPN_SECRET", SECRET), ("NOWPAYMENTS_API_URL", &served.url)];
        let world = World::open_with(&settings).await;
        let customer = world.customer(id);
        actors::order(&customer, "Plan small", "NOWPayments").await;
        let asked = api.asked("POST /v1/invoice").remove(0);
        assert_eq!(
            (&asked["price_amount"], &asked["ipn_callback_url"]),
            (&json!(2.5), &json!("https://shop.example/payments/nowpayments/callback"))
        );
        let order = asked["order_id"].as_str().unwrap().to_owned();
        Coins { world, api, _served: served, customer, order }
    }

    impl Coins {
        fn payment(&self, payment_id: u64, status: &str, received: u32) -> String {
            let order = &self.order;
            format!(
                r#"{{"actually_paid":{received},"order_id":"{order}","parent_payment_id":null,"pay_amount":10,"payment_id":{payment_id},"payment_status":"{status}","price_amount":2.5,"price_currency":"usd"}}"#
            )
        }

        async fn tells(&self, payment: &str, secret: &str) -> u16 {
            let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap().chain_update(payment).finalize();
            let signature = HEXLOWER.encode(&mac.into_bytes());
            let headers = [("x-nowpayments-sig", signature.as_str())];
            self.world.request("POST", "/payments/nowpayments/callback", &headers, payment.as_bytes()).await.status.as_u16()
        }

        /// What the gateway says of a payment when it is asked.
        fn says(&self, payment_id: u64, status: &str, received: u32) {
            let payment = serde_json::from_str(&self.payment(payment_id, status, received)).unwrap();
            self.api.says(&format!("GET /v1/payment/{payment_id}"), 200, payment);
        }
    }

    #[tokio::test]
    async fn coins_are_counted() {
        let coins = ordered(7_200_000_021).await;
        let Coins { world, customer, .. } = &coins;
        assert_eq!(coins.tells(&coins.payment(1, "finished", 10), "another secret").await, 401);
        for status in ["waiting", "confirming", "confirmed", "sending"] {
            assert_eq!(coins.tells(&coins.payment(1, status, 10), SECRET).await, 200);
            unpaid(world, customer).await;
        }
        assert_eq!(coins.tells(&coins.payment(2, "partially_paid", 4), SECRET).await, 200);
        unpaid(world, customer).await;
        for _ in 0..2 {
            assert_eq!(coins.tells(&coins.payment(1, "finished", 10), SECRET).await, 200);
        }
        delivered_once(world, customer).await;
        let kept = world.contents().await.into_iter().filter(|(_, item)| item.to_string().contains("needs_review")).count();
        assert_eq!(kept, 1, "a part of the money is for people to look at");
        assert_eq!(coins.tells(&coins.payment(1, "refunded", 10), SECRET).await, 200);
        assert_eq!(world.order(customer.id()).await.status, OrderStatus::Refunded);
    }

    #[tokio::test]
    async fn coins_that_were_told_of_once_are_asked_about() {
        for by_clock in [false, true] {
            let coins = ordered(7_200_000_022).await;
            let Coins { world, customer, .. } = &coins;
            let early = customer.tap("I have paid").await.unwrap();
            assert!(early.callback.unwrap().text.contains("has not arrived yet"), "there is nothing to ask about");
            assert!(coins.api.asked("GET /v1/payment/1").is_empty());
            // The customer tries one coin and pays in another.
            assert_eq!(coins.tells(&coins.payment(1, "waiting", 0), SECRET).await, 200);
            let before = world.contents().await;
            assert_eq!(coins.tells(&coins.payment(1, "waiting", 0), SECRET).await, 200);
            assert!(world.contents().await == before, "the same again writes nothing");
            assert_eq!(coins.tells(&coins.payment(2, "confirming", 10), SECRET).await, 200);
            coins.says(1, "waiting", 0);
            coins.says(2, "finished", 10);
            if by_clock {
                world.clock.advance(Span::minutes(61));
                world.jobs_until_idle().await;
            } else {
                customer.tap("I have paid").await.unwrap();
            }
            delivered_once(world, customer).await;
            assert_eq!(coins.tells(&coins.payment(2, "finished", 10), SECRET).await, 200);
            delivered_once(world, customer).await;
        }
    }

    #[tokio::test]
    async fn an_invoice_that_nobody_chose_a_coin_for_ends() {
        let coins = ordered(7_200_000_023).await;
        coins.world.clock.advance(Span::minutes(61));
        coins.world.jobs_until_idle().await;
        assert_eq!(coins.world.order(coins.customer.id()).await.status, OrderStatus::Expired);
        assert_eq!(coins.tells(&coins.payment(1, "finished", 10), SECRET).await, 200);
        delivered_once(&coins.world, &coins.customer).await;
    }
}
