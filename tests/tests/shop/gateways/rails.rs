//! What every gateway goes through whose server tells of money: one table of rails, the same cases for each.

use data_encoding::BASE64;
use domain::payment::Gateway;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::*;

const KEY: &str = "8LEfCIhEwSApKj02NM0jI-1urGthaqprSArbfzTAcvAIpMQu";
const INTENT: &str = "pi_3MtwBwLkdIwHu7ix28a3tqPa";

/// What a gateway has to tell of a payment.
#[derive(Clone)]
struct Told {
    /// The gateway's name of it.
    name: String,
    /// Ours of the attempt.
    reference: String,
    /// As on the price list: `299.00`.
    amount: String,
    currency: &'static str,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Paid,
    WentBack,
}

impl Told {
    fn minor(&self) -> u32 {
        self.amount.replace('.', "").parse().unwrap()
    }
}

fn mac<M: Mac + KeyInit>(key: &str, message: &str) -> String {
    HEXLOWER.encode(&<M as KeyInit>::new_from_slice(key.as_bytes()).unwrap().chain_update(message).finalize().into_bytes())
}

/// What turns the gateway on.
fn settings(kind: Gateway, url: &str) -> Vec<(&'static str, String)> {
    let [key, id, url] = [KEY, UUID, url].map(str::to_owned);
    match kind {
        Gateway::CryptoPay => vec![("CRYPTO_PAY_TOKEN", key), ("CRYPTO_PAY_API_URL", url)],
        Gateway::YooKassa => vec![("YOOKASSA_SHOP_ID", "100500".into()), ("YOOKASSA_SECRET_KEY", key), ("YOOKASSA_API_URL", url)],
        Gateway::Heleket => vec![("HELEKET_MERCHANT_ID", id), ("HELEKET_PAYMENT_KEY", key), ("HELEKET_API_URL", url)],
        Gateway::Cryptomus => vec![("CRYPTOMUS_MERCHANT_ID", id), ("CRYPTOMUS_PAYMENT_KEY", key), ("CRYPTOMUS_API_URL", url)],
        Gateway::Plisio => vec![("PLISIO_API_KEY", key), ("PLISIO_API_URL", url)],
        Gateway::Platega => vec![("PLATEGA_MERCHANT_ID", id), ("PLATEGA_SECRET", key), ("PLATEGA_API_URL", url)],
        Gateway::Tribute => vec![("TRIBUTE_API_KEY", key), ("TRIBUTE_API_URL", url)],
        Gateway::Stripe => vec![("STRIPE_SECRET_KEY", key.clone()), ("STRIPE_WEBHOOK_SECRET", key), ("STRIPE_API_URL", url)],
        other => panic!("{other} has journeys of its own"),
    }
}

/// What the customer taps, and what he is asked for.
fn price(kind: Gateway) -> (&'static str, &'static str, &'static str) {
    match kind {
        Gateway::CryptoPay => ("Crypto ·", "4.50", "USD"),
        Gateway::YooKassa => ("YooKassa", "299.00", "RUB"),
        Gateway::Heleket => ("Heleket", "4.50", "USD"),
        Gateway::Cryptomus => ("Cryptomus", "4.50", "USD"),
        Gateway::Plisio => ("Plisio", "4.50", "USD"),
        Gateway::Platega => ("Platega", "299.00", "RUB"),
        Gateway::Tribute => ("Tribute", "299.00", "RUB"),
        _ => ("Card ·", "4.50", "USD"),
    }
}

/// The call that opens an invoice, and the answer that opens one of this name.
fn opening(kind: Gateway, name: &str) -> (&'static str, Value) {
    let page = format!("https://pay.example/{name}");
    match kind {
        Gateway::CryptoPay => (
            "POST /api/createInvoice",
            json!({"ok": true, "result": {"invoice_id": name.parse::<u64>().unwrap(), "status": "active", "amount": "4.50", "bot_invoice_url": page}}),
        ),
        Gateway::YooKassa => {
            ("POST /v3/payments", json!({"id": name, "status": "pending", "confirmation": {"type": "redirect", "confirmation_url": page}}))
        }
        Gateway::Heleket | Gateway::Cryptomus => {
            ("POST /v1/payment", json!({"state": 0, "result": {"uuid": name, "url": page, "payment_status": "check"}}))
        }
        Gateway::Plisio => ("GET /api/v1/invoices/new", json!({"status": "success", "data": {"txn_id": name, "invoice_url": page}})),
        Gateway::Platega => ("POST /transaction/process", json!({"transactionId": name, "redirect": page, "status": "PENDING"})),
        Gateway::Tribute => ("POST /api/v1/shop/orders", json!({"uuid": name, "paymentUrl": page})),
        _ => ("POST /v1/checkout/sessions", json!({"id": name, "url": page, "status": "open", "payment_status": "unpaid"})),
    }
}

/// The reference and the amount in the request that opened an invoice, as the gateway writes them.
fn asked(kind: Gateway, request: &Value) -> (String, String) {
    let (reference, amount) = match kind {
        Gateway::CryptoPay => ("/payload", "/amount"),
        Gateway::YooKassa => ("/metadata/order_id", "/amount/value"),
        Gateway::Heleket | Gateway::Cryptomus => ("/order_id", "/amount"),
        Gateway::Plisio => ("/order_number", "/source_amount"),
        Gateway::Platega => ("/payload", "/paymentDetails/amount"),
        Gateway::Tribute => ("/customerId", "/amount"),
        _ => ("/client_reference_id", "/line_items[0][price_data][unit_amount]"),
    };
    let text = |path: &str| match request.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(number) => number.to_string(),
        None => panic!("no {path} in {request}"),
    };
    (text(reference), text(amount))
}

/// The same amount in the way of the request.
fn written(kind: Gateway, told: &Told) -> String {
    match kind {
        Gateway::CryptoPay | Gateway::YooKassa | Gateway::Heleket | Gateway::Cryptomus | Gateway::Plisio => told.amount.clone(),
        Gateway::Platega => told.amount.trim_end_matches(".00").to_owned(),
        _ => told.minor().to_string(),
    }
}

/// The call by which the shop asks for a payment, and what the gateway says of it.
fn remote(kind: Gateway, told: &Told) -> (String, Value) {
    let Told { name, reference, amount, currency, state } = told;
    let of = |words: [&'static str; 3]| words[*state as usize];
    let low = currency.to_lowercase();
    match kind {
        Gateway::CryptoPay => ("GET /api/getInvoices".into(), json!({"ok": true, "result": {"items": [crypto_pay_invoice(told)]}})),
        Gateway::YooKassa => {
            let went_back = if *state == State::WentBack { amount } else { "0.00" };
            let payment = json!({"id": name, "status": of(["pending", "succeeded", "succeeded"]), "paid": *state != State::Waiting, "test": false,
                                 "amount": {"value": amount, "currency": currency}, "refunded_amount": {"value": went_back, "currency": currency},
                                 "metadata": {"order_id": reference}});
            (format!("GET /v3/payments/{name}"), payment)
        }
        Gateway::Heleket | Gateway::Cryptomus => (
            "POST /v1/payment/info".into(),
            json!({"state": 0, "result": {"uuid": name, "order_id": reference, "amount": amount, "currency": currency, "payment_status": of(["check", "paid", "refund_paid"])}}),
        ),
        Gateway::Plisio => (
            format!("GET /api/v1/operations/{name}"),
            json!({"status": "success", "data": {"type": "invoice", "status": of(["new", "completed", "completed"]), "source_currency": currency, "params": {"order_number": reference, "source_amount": amount}}}),
        ),
        Gateway::Platega => (
            format!("GET /transaction/{name}"),
            json!({"id": name, "status": of(["PENDING", "CONFIRMED", "CHARGEBACKED"]), "paymentDetails": {"amount": written(kind, told).parse::<serde_json::Number>().unwrap(), "currency": currency}, "mechantId": UUID,
                   "payload": (*state != State::WentBack).then_some(reference)}),
        ),
        Gateway::Tribute => (
            format!("GET /api/v1/shop/orders/{name}"),
            json!({"uuid": name, "status": of(["pending", "paid", "completed"]), "period": "onetime", "amount": told.minor(), "currency": low, "customerId": reference}),
        ),
        _ => (format!("GET /v1/checkout/sessions/{name}"), session(told)),
    }
}

/// An invoice of Crypto Pay, as it is told and as it is found.
fn crypto_pay_invoice(told: &Told) -> Value {
    let status = if told.state == State::Waiting { "active" } else { "paid" };
    json!({"invoice_id": told.name.parse::<u64>().unwrap(), "status": status, "currency_type": "fiat", "fiat": told.currency, "amount": told.amount,
           "payload": told.reference})
}

/// Stripe's session, as it is told and as it is found.
fn session(told: &Told) -> Value {
    let paid = told.state != State::Waiting;
    json!({"id": told.name, "mode": "payment", "status": if paid { "complete" } else { "open" }, "payment_status": if paid { "paid" } else { "unpaid" },
           "amount_total": told.minor(), "currency": told.currency.to_lowercase(), "client_reference_id": told.reference,
           "payment_intent": {"id": INTENT, "latest_charge": {"id": "ch_1", "refunded": told.state == State::WentBack}}})
}

/// A callback as the gateway posts it, authenticated by `key`: headers and body. Documents that are signed are written in their own order.
fn callback(kind: Gateway, told: &Told, key: &str, now: i64) -> (Vec<(&'static str, String)>, String) {
    let Told { name, reference, amount, currency, state } = told;
    match kind {
        Gateway::CryptoPay => {
            let update = if *state == State::Waiting { "invoice_created" } else { "invoice_paid" };
            let body = json!({"update_id": 1, "update_type": update, "payload": crypto_pay_invoice(told)}).to_string();
            let mac = Hmac::<Sha256>::new_from_slice(&Sha256::digest(key)).unwrap().chain_update(&body).finalize();
            (vec![("crypto-pay-api-signature", HEXLOWER.encode(&mac.into_bytes()))], body)
        }
        Gateway::YooKassa => {
            let (event, object) = match state {
                State::Waiting => ("payment.waiting_for_capture", remote(kind, told).1),
                State::Paid => ("payment.succeeded", remote(kind, told).1),
                State::WentBack => ("refund.succeeded", json!({"id": "a-refund", "payment_id": name, "status": "succeeded"})),
            };
            (vec![], json!({"type": "notification", "event": event, "object": object}).to_string())
        }
        Gateway::Heleket | Gateway::Cryptomus => {
            let status = ["confirm_check", "paid", "refund_paid"][*state as usize];
            let open = format!(
                r#"{{"type":"payment","uuid":"{name}","order_id":"{reference}","amount":"{amount}000000","currency":"{currency}","status":"{status}","url":"a\/b""#
            );
            let sign = HEXLOWER.encode(&Md5::digest(format!("{}{key}", BASE64.encode(format!("{open}}}").as_bytes()))));
            (vec![], format!(r#"{open},"sign":"{sign}"}}"#))
        }
        Gateway::Plisio => {
            let status = ["pending", "completed", "completed"][*state as usize];
            let open = format!(
                r#"{{"ipn_type":"invoice","order_number":"{reference}","source_amount":"{amount}","source_currency":"{currency}","status":"{status}","txn_id":"{name}""#
            );
            (vec![], format!(r#"{open},"verify_hash":"{}"}}"#, mac::<Hmac<Sha1>>(key, &format!("{open}}}"))))
        }
        Gateway::Platega => {
            let status = ["PENDING", "CONFIRMED", "CHARGEBACKED"][*state as usize];
            // A chargeback comes without our name for it.
            let payload = (*state != State::WentBack).then_some(reference);
            let body = json!({"id": name, "amount": 299, "currency": currency, "status": status, "paymentMethod": 2, "payload": payload});
            (vec![("x-merchantid", UUID.to_owned()), ("x-secret", key.to_owned())], body.to_string())
        }
        Gateway::Tribute => {
            let event = if *state == State::WentBack { "shop_order_refunded" } else { "shop_order" };
            let body = json!({"name": event, "payload": remote(kind, told).1}).to_string();
            (vec![("trbt-signature", mac::<Hmac<Sha256>>(key, &body))], body)
        }
        _ => {
            let body = if *state == State::WentBack {
                json!({"type": "charge.refunded", "data": {"object": {"id": "ch_1", "refunded": true, "payment_intent": INTENT}}})
            } else {
                json!({"type": "checkout.session.completed", "data": {"object": session(told)}})
            };
            let signature = mac::<Hmac<Sha256>>(key, &format!("{now}.{body}"));
            (vec![("stripe-signature", format!("t={now},v1={signature}"))], body.to_string())
        }
    }
}

/// Whether a callback of the gateway's is believed only after asking.
fn is_asked_again(kind: Gateway) -> bool {
    matches!(kind, Gateway::YooKassa | Gateway::Heleket | Gateway::Cryptomus | Gateway::Platega)
}

/// A name for a payment, as the gateway likes them.
fn name(kind: Gateway, id: i64) -> String {
    match kind {
        Gateway::CryptoPay => (528_000 + id).to_string(),
        Gateway::Stripe => format!("cs_test_{id}"),
        _ => format!("{id:08x}-0048-11e8-94db-005056a205be"),
    }
}

/// A shop with one gateway, and the gateway.
struct Rail {
    kind: Gateway,
    world: World,
    api: Api,
    _served: Served,
}

impl Rail {
    async fn open(kind: Gateway) -> Self {
        let api = Api::default();
        let served = api.serve().await;
        let settings = settings(kind, &served.url);
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let world = World::open_with(&settings).await;
        let prices = [(Currency::Rub, Money::whole(299, Currency::Rub)), (Currency::Usd, Money::parse("4.50", Currency::Usd).unwrap())];
        world
            .add_product(Product {
                name: "Abroad".into(),
                prices: prices.into(),
                ..world.product("abroad", 100_000, 80, Some(10), Some(30), 9)
            })
            .await;
        Self { kind, world, api, _served: served }
    }

    /// A customer with an open invoice, and what the gateway will have to tell of it.
    async fn ordered(&self, id: i64) -> (Person, Told) {
        let (button, amount, currency) = price(self.kind);
        let name = name(self.kind, id);
        let (call, answer) = opening(self.kind, &name);
        self.api.says(call, 200, answer);
        let customer = self.world.customer(7_210_000_000 + id);
        actors::order(&customer, "Abroad", button).await;
        assert_eq!(customer.link("Pay").unwrap(), format!("https://pay.example/{name}"));
        let requests = self.api.asked(call);
        let (reference, asked) = asked(self.kind, requests.last().unwrap());
        let told = Told { name, reference, amount: amount.into(), currency, state: State::Paid };
        assert_eq!(asked, written(self.kind, &told));
        (customer, told)
    }

    /// What the gateway says from now on when it is asked for this payment.
    fn says(&self, told: &Told) {
        let (call, answer) = remote(self.kind, told);
        self.api.says(&call, 200, answer);
        if self.kind == Gateway::Stripe {
            self.api.says("GET /v1/checkout/sessions", 200, json!({"object": "list", "data": [session(told)]}));
        }
    }

    async fn calls_with(&self, told: &Told, key: &str) -> u16 {
        let (headers, body) = callback(self.kind, told, key, self.now());
        self.posts(&headers, body.as_bytes()).await
    }

    async fn posts(&self, headers: &[(&'static str, String)], body: &[u8]) -> u16 {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.world.request("POST", &self.kind.route(), &headers, body).await.status.as_u16()
    }

    fn now(&self) -> i64 {
        use app::seams::Clock;
        self.world.clock.now().seconds()
    }

    /// An authentic callback, of which the gateway says the same when it is asked.
    async fn tells(&self, told: &Told) -> u16 {
        self.says(told);
        self.calls_with(told, KEY).await
    }

    /// Why the gateway's payment of this name is kept without an order.
    async fn kept(&self, name: &str) -> Option<String> {
        let key = format!("PAYMENT#{}#{name} | PAYMENT", self.kind);
        self.world.contents().await.get(&key).and_then(|item| item.get("reason")?.as_str().map(str::to_owned))
    }
}

/// No rail can be paid with a forgery, or with a wrong amount, currency, order or customer, or twice.
async fn only_the_right_money_pays(kind: Gateway) {
    let rail = Rail::open(kind).await;
    let world = &rail.world;
    let (customer, told) = rail.ordered(1).await;
    let waiting = Told { state: State::Waiting, ..told.clone() };

    // Nobody's word, somebody else's, and the gateway's own about something else. YooKassa's words have no owner: the gateway is asked.
    rail.says(&told);
    if kind != Gateway::YooKassa {
        assert_eq!(rail.posts(&[], b"{}").await, 401);
        assert_eq!(rail.calls_with(&told, "somebody's own key").await, 401);
    }
    if !matches!(kind, Gateway::YooKassa | Gateway::Platega) {
        let (headers, body) = callback(kind, &waiting, KEY, rail.now());
        let (_, forged) = callback(kind, &told, "somebody's own key", rail.now());
        let forged = if headers.is_empty() { body.replace(&told.reference, "AAAA") } else { forged };
        assert_eq!(rail.posts(&headers, forged.as_bytes()).await, 401);
    }
    unpaid(world, &customer).await;

    // Its word before the money is there, and a word that the gateway does not stand by, or cannot be asked about.
    assert_eq!(rail.tells(&waiting).await, 200);
    if is_asked_again(kind) {
        assert_eq!(rail.calls_with(&told, KEY).await, 503, "it may be told again");
        rail.api.says(&remote(kind, &told).0, 502, json!({}));
        assert_eq!(rail.calls_with(&told, KEY).await, 500, "it may be told again");
    }
    unpaid(world, &customer).await;

    assert_eq!(rail.tells(&told).await, 200);
    delivered_once(world, &customer).await;
    let before = world.contents().await;
    assert_eq!((rail.tells(&told).await, world.contents().await == before), (200, true), "the same again changes nothing");
    let second = Told { name: name(kind, 99), ..told.clone() };
    assert_eq!((rail.tells(&second).await, rail.kept(&second.name).await.as_deref()), (200, Some("paid_twice")));
    delivered_once(world, &customer).await;

    // One payment pays one order.
    let (other, others) = rail.ordered(2).await;
    assert_eq!(rail.tells(&Told { reference: others.reference.clone(), ..told.clone() }).await, 200);
    assert_eq!(rail.kept(&told.name).await, None, "it goes on paying the order that it paid");
    unpaid(world, &other).await;

    type Change = fn(Told) -> Told;
    let wrong: [(&str, Change); 4] = [
        ("amount_mismatch", |told| Told { amount: told.amount.replace(".00", ".01").replace(".50", ".49"), ..told }),
        ("amount_mismatch", |told| Told { amount: format!("1{}", told.amount), ..told }),
        ("amount_mismatch", |told| Told { currency: "EUR", ..told }),
        ("unknown_order", |told| Told { reference: "AE6MH2ZS5BGXLQNEP3LCJ4T2VYUVL3R65DPQHVRPDLDYA-1".into(), ..told }),
    ];
    for (n, (reason, change)) in (3..).zip(wrong) {
        let (customer, told) = rail.ordered(n).await;
        let wrong = change(told);
        assert_eq!((rail.tells(&wrong).await, rail.kept(&wrong.name).await.as_deref()), (200, Some(reason)), "{}", wrong.amount);
        unpaid(world, &customer).await;
    }

    if is_asked_again(kind) {
        // A callback that puts a payment to somebody else's order: the gateway knows better.
        let ((payer, told), (other, others)) = (rail.ordered(11).await, rail.ordered(12).await);
        rail.says(&told);
        assert_eq!(rail.calls_with(&Told { reference: others.reference, ..told }, KEY).await, 200);
        delivered_once(world, &payer).await;
        unpaid(world, &other).await;
    }
}

/// A gateway may say nothing, or say it too late: what was paid is found, and honoured.
async fn money_that_nobody_told_of_is_found(kind: Gateway) {
    let rail = Rail::open(kind).await;
    let world = &rail.world;
    let (customer, told) = rail.ordered(1).await;
    rail.says(&Told { state: State::Waiting, ..told.clone() });
    let early = customer.tap("I have paid").await.unwrap();
    assert!(early.callback.unwrap().text.contains("has not arrived yet"));
    unpaid(world, &customer).await;
    rail.says(&told);
    customer.tap("I have paid").await.unwrap();
    delivered_once(world, &customer).await;

    let (customer, told) = rail.ordered(2).await;
    rail.says(&told);
    world.clock.advance(Span::minutes(61));
    world.jobs_until_idle().await;
    delivered_once(world, &customer).await;

    let (customer, told) = rail.ordered(3).await;
    rail.says(&Told { state: State::Waiting, ..told.clone() });
    world.clock.advance(Span::minutes(61));
    world.jobs_until_idle().await;
    assert_eq!(world.order(customer.id()).await.status, OrderStatus::Expired);
    assert_eq!(rail.tells(&told).await, 200);
    delivered_once(world, &customer).await;
}

/// Money that went back takes back what it bought, if the gateway itself says so.
async fn money_that_went_back_is_noticed(kind: Gateway) {
    let rail = Rail::open(kind).await;
    let (customer, told) = rail.ordered(1).await;
    assert_eq!(rail.tells(&told).await, 200);
    delivered_once(&rail.world, &customer).await;
    let went_back = Told { state: State::WentBack, ..told };
    let status = async || rail.world.order(customer.id()).await.status;
    if is_asked_again(kind) || kind == Gateway::Stripe {
        assert_eq!(
            (rail.calls_with(&went_back, KEY).await, status().await),
            (200, OrderStatus::Provisioned),
            "the gateway knows of no refund"
        );
    }
    assert_eq!((rail.tells(&went_back).await, status().await), (200, OrderStatus::Refunded));
    let before = rail.world.contents().await;
    assert_eq!((rail.tells(&went_back).await, rail.world.contents().await == before), (200, true));
}

macro_rules! rails {
    ($($module:ident: $kind:ident, refunds: $refunds:tt;)*) => {$(
        mod $module {
            use super::*;

            #[tokio::test]
            async fn only_the_right_money_pays() {
                super::only_the_right_money_pays(Gateway::$kind).await;
            }

            #[tokio::test]
            async fn money_that_nobody_told_of_is_found() {
                super::money_that_nobody_told_of_is_found(Gateway::$kind).await;
            }

            rails!(@refunds $kind $refunds);
        }
    )*};
    (@refunds $kind:ident true) => {
        #[tokio::test]
        async fn money_that_went_back_is_noticed() {
            super::money_that_went_back_is_noticed(Gateway::$kind).await;
        }
    };
    (@refunds $kind:ident false) => {};
}

rails! {
    crypto_pay: CryptoPay, refunds: false;
    yookassa: YooKassa, refunds: true;
    heleket: Heleket, refunds: true;
    cryptomus: Cryptomus, refunds: true;
    plisio: Plisio, refunds: false;
    platega: Platega, refunds: true;
    tribute: Tribute, refunds: true;
    stripe: Stripe, refunds: true;
}
