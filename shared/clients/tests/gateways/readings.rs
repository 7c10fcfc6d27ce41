//! What each gateway's words mean for the shop.

use clients::{
    Http, Secret,
    payment::{
        Awaited, GatewayError, PaymentGateway, Platega, PlategaSettings, RawCallback, Reject, Report, Verdict, YooKassa, YooKassaSettings,
    },
};
use data_encoding::{BASE64, HEXLOWER};
use domain::{
    Currency, Money,
    payment::{Gateway, ReportedStatus},
    time::Span,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::{
    fixtures::{AUTHORITY, KEY, LONG, NOW, UUID, build, callback},
    support::{Peer, Play},
};

fn mac<M: Mac + KeyInit>(message: &str) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(KEY.as_bytes()).expect("any length");
    mac.update(message.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

fn with(name: &'static str, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))])
}

/// `document` with some members set; null takes one out.
fn changed(mut document: Value, changes: Value) -> Value {
    let members = document.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        members.insert(name.clone(), value.clone());
    }
    document
}

/// What the gateway answers when it is asked for `name`.
async fn told(kind: Gateway, name: &str, status: u16, answer: &Value) -> Result<Option<Report>, GatewayError> {
    let peer = Peer::always(Play::Answer(status, answer.to_string())).await;
    build(kind, &peer.url).confirm(name, None, LONG).await
}

fn nowpayments(changes: Value) -> Verdict {
    let payment = json!({"actually_paid": 31.058822, "order_id": "ref", "parent_payment_id": null, "pay_amount": 31.058822, "payment_id": 5_745_459_419_u64,
                         "payment_status": "finished", "price_amount": 4.5, "price_currency": "usd"});
    let body = changed(payment, changes).to_string();
    let headers = with("x-nowpayments-sig", &mac::<Hmac<Sha512>>(&body));
    build(Gateway::NowPayments, "http://127.0.0.1:1").verify_callback(&callback(&headers, body.as_bytes())).expect("authentic")
}

#[test]
fn nowpayments_money_is_there_when_all_of_it_is() {
    use ReportedStatus::{Expired, Failed, NeedsReview, Paid, Pending, Refunded, Unknown};
    let cases = [
        (json!({}), Paid),
        (json!({"payment_status": "waiting"}), Pending),
        (json!({"payment_status": "confirming"}), Pending),
        (json!({"payment_status": "confirmed"}), Pending),
        (json!({"payment_status": "sending"}), Pending),
        (json!({"payment_status": "partially_paid", "actually_paid": 10}), NeedsReview),
        (json!({"payment_status": "expired", "actually_paid": 0}), Expired),
        (json!({"payment_status": "expired", "actually_paid": 3}), NeedsReview),
        (json!({"payment_status": "failed", "actually_paid": 0}), Failed),
        (json!({"payment_status": "refunded"}), Refunded),
        (json!({"payment_status": "of a kind to come"}), Unknown),
        // Too much is as good as enough, half a percent too little is enough, a bit more is not.
        (json!({"actually_paid": 62}), Paid),
        (json!({"pay_amount": 100, "actually_paid": 99.5}), Paid),
        (json!({"pay_amount": 100, "actually_paid": 99.49}), NeedsReview),
        (json!({"actually_paid": "31.058822"}), Paid),
        (json!({"actually_paid": null}), NeedsReview),
        (json!({"actually_paid": "lots"}), NeedsReview),
        (json!({"pay_amount": null}), NeedsReview),
        (json!({"pay_amount": 0}), NeedsReview),
        // Coins that came again, or others than were asked for.
        (json!({"parent_payment_id": 5_745_459_000_u64}), NeedsReview),
    ];
    for (changes, status) in cases {
        let Verdict::Report(report) = nowpayments(changes.clone()) else { panic!("{changes}") };
        assert_eq!((report.status, report.payment.to_string().as_str()), (status, "nowpayments#5745459419"), "{changes}");
        assert_eq!((report.amount, report.reference.as_deref()), (Money::parse("4.5", Currency::Usd).ok(), Some("ref")), "{changes}");
    }
    for changes in [json!({"price_amount": null}), json!({"price_currency": "xyz"}), json!({"price_amount": "4.505"})] {
        assert!(matches!(nowpayments(changes.clone()), Verdict::Report(report) if report.amount.is_none()), "{changes}");
    }
    for changes in [json!({"payment_id": null}), json!({"payment_status": 7}), json!({"payment_id": "a b"})] {
        assert!(matches!(nowpayments(changes.clone()), Verdict::Ignore(_)), "{changes}");
    }
}

#[tokio::test]
async fn cryptomus_states() {
    use ReportedStatus::{Expired, Failed, NeedsReview, Paid, Pending, Refunded, Unknown};
    let states = [
        ("check", Pending),
        ("process", Pending),
        ("confirm_check", Pending),
        ("wrong_amount_waiting", Pending),
        ("paid", Paid),
        ("paid_over", Paid),
        ("wrong_amount", NeedsReview),
        ("locked", NeedsReview),
        ("cancel", Expired),
        ("fail", Failed),
        ("system_fail", Failed),
        ("refund_process", Unknown),
        ("refund_paid", Refunded),
    ];
    for kind in [Gateway::Cryptomus, Gateway::Heleket] {
        for (state, status) in states {
            let answer = json!({"state": 0, "result": {"uuid": UUID, "order_id": "ref", "amount": "4.50000000", "currency": "USD", "payment_status": state}});
            let report = told(kind, UUID, 200, &answer).await.expect("an answer").expect("a report");
            assert_eq!((report.status, report.amount), (status, Money::parse("4.5", Currency::Usd).ok()), "{kind} {state}");
            assert_eq!((report.payment.gateway(), report.payment.reference()), (kind, UUID));
        }
        let other = json!({"state": 0, "result": {"uuid": "another", "payment_status": "paid"}});
        assert_eq!(told(kind, UUID, 200, &other).await, Ok(None), "an answer about another payment");
        let refused = told(kind, UUID, 422, &json!({"state": 1, "message": "no such payment"})).await;
        assert!(matches!(refused, Err(GatewayError::Refused(_))), "{refused:?}");
    }
}

fn plisio(changes: Value) -> Verdict {
    let invoice = json!({"amount": "15.3", "ipn_type": "invoice", "order_number": "ref", "source_amount": "15.00", "source_currency": "USD", "status": "completed", "txn_id": UUID});
    let mut invoice = changed(invoice, changes);
    let hash = mac::<Hmac<Sha1>>(&invoice.to_string());
    invoice.as_object_mut().expect("an object").insert("verify_hash".into(), hash.into());
    build(Gateway::Plisio, "http://127.0.0.1:1")
        .verify_callback(&callback(&HeaderMap::new(), invoice.to_string().as_bytes()))
        .expect("authentic")
}

#[tokio::test]
async fn plisio_states() {
    use ReportedStatus::{Expired, Failed, NeedsReview, Paid, Pending, Unknown};
    let cases = [
        (json!({}), Paid),
        (json!({"status": "mismatch"}), Paid),
        (json!({"status": "new"}), Pending),
        (json!({"status": "pending internal"}), Pending),
        (json!({"status": "expired"}), Expired),
        (json!({"status": "expired", "pending_amount": "15.3"}), Expired),
        (json!({"status": "expired", "pending_amount": "5.1"}), NeedsReview),
        (json!({"status": "cancelled duplicate"}), Expired),
        (json!({"status": "error"}), Failed),
        (json!({"status": "else"}), Unknown),
    ];
    for (changes, status) in cases {
        let Verdict::Report(report) = plisio(changes.clone()) else { panic!("{changes}") };
        assert_eq!(
            (report.status, report.amount, report.reference.as_deref()),
            (status, Money::parse("15", Currency::Usd).ok(), Some("ref")),
            "{changes}"
        );
    }
    for changes in [json!({"ipn_type": "pay_out"}), json!({"txn_id": null})] {
        assert!(matches!(plisio(changes.clone()), Verdict::Ignore(_)), "{changes}");
    }

    // An operation that says nothing of the invoice's terms is known by its name alone.
    let peer = Peer::always(Play::Answer(
        200,
        json!({"status": "success", "data": {"type": "invoice", "status": "completed", "params": []}}).to_string(),
    ))
    .await;
    let quote = Money::whole(15, Currency::Usd);
    let found = build(Gateway::Plisio, &peer.url).confirm(UUID, Some(&Awaited { name: UUID, reference: "ours", quote }), LONG).await;
    let report = found.expect("an answer").expect("a report");
    assert_eq!((report.amount, report.reference.as_deref(), report.status), (Some(quote), Some("ours"), Paid));
    assert_eq!(
        told(Gateway::Plisio, UUID, 200, &json!({"status": "success", "data": {"type": "cash_in", "status": "completed"}})).await,
        Ok(None)
    );
}

#[tokio::test]
async fn zarinpal_codes() {
    use ReportedStatus::{Failed, Paid, Pending};
    let quote = Money::whole(150_000, Currency::Irt);
    let data = |code: i64| json!({"data": {"code": code, "message": "x", "ref_id": 201}, "errors": []});
    let errors = |code: i64| json!({"data": [], "errors": {"code": code, "message": "x", "validations": []}});
    let cases = [
        (200, data(100), Some(Paid)),
        (200, data(101), Some(Paid)),
        (400, errors(-51), Some(Pending)),
        (400, errors(-50), Some(Failed)),
        (400, errors(-53), None),
        (400, errors(-54), None),
    ];
    for (http, answer, status) in cases {
        let peer = Peer::always(Play::Answer(http, answer.to_string())).await;
        let found =
            build(Gateway::ZarinPal, &peer.url).confirm(AUTHORITY, Some(&Awaited { name: AUTHORITY, reference: "ref", quote }), LONG).await;
        let report = found.expect("an answer");
        assert_eq!(report.as_ref().map(|report| report.status), status, "{answer}");
        assert!(report.is_none_or(|report| report.amount.is_some() == (report.status == Paid)), "{answer}");
    }
    for (http, answer, transient) in
        [(400, errors(-12), true), (400, errors(-15), false), (500, data(100), true), (200, data(7), true), (200, json!([]), true)]
    {
        let peer = Peer::always(Play::Answer(http, answer.to_string())).await;
        let found =
            build(Gateway::ZarinPal, &peer.url).confirm(AUTHORITY, Some(&Awaited { name: AUTHORITY, reference: "ref", quote }), LONG).await;
        assert_eq!(found.expect_err("a failure").is_transient(), transient, "{answer}");
    }
}

#[test]
fn a_browser_that_comes_back_says_little() {
    let gateway = build(Gateway::ZarinPal, "http://127.0.0.1:1");
    let verify =
        |query: &str| gateway.verify_callback(&RawCallback { headers: &HeaderMap::new(), query, body: b"", source_ip: None, now: NOW });
    let Ok(Verdict::Confirm(hint)) = verify(&format!("order=ref-2&Authority={AUTHORITY}&Status=OK")) else { panic!("a hint") };
    assert_eq!(
        (hint.claimed.reference.as_deref(), hint.claimed.payment.reference(), hint.claimed.amount),
        (Some("ref-2"), AUTHORITY, None)
    );
    assert_ne!(hint.claimed.status, ReportedStatus::Paid, "Status is its word, not the gateway's");
    assert!(matches!(verify(&format!("order=ref&Authority={AUTHORITY}&Status=NOK")), Ok(Verdict::Ignore(_))));
    let bad = [
        String::new(),
        "Status=OK".into(),
        format!("Authority={AUTHORITY}"),
        format!("Authority={AUTHORITY}&Status=ok"),
        format!("authority={AUTHORITY}&status=OK"),
        format!("Authority={AUTHORITY}&Authority={AUTHORITY}&Status=OK"),
        format!("Authority={AUTHORITY}&Status=OK&Status=NOK"),
        "Authority=A%27%20OR%201%3D1&Status=OK".into(),
        format!("Authority=B{}&Status=OK", AUTHORITY.get(1..).expect("ASCII")),
    ];
    for query in bad {
        assert_eq!(verify(&query), Err(Reject::Malformed), "{query}");
    }
}

#[tokio::test]
async fn yookassa_is_believed_when_it_is_asked() {
    use ReportedStatus::{Failed, Paid, Pending, Refunded, Unknown};
    let payment = json!({"id": UUID, "status": "succeeded", "paid": true, "amount": {"value": "299.00", "currency": "RUB"}, "metadata": {"order_id": "ref"}, "test": false});
    let cases = [
        (json!({}), Some(Paid)),
        (json!({"paid": false}), Some(Unknown)),
        (json!({"status": "pending"}), Some(Pending)),
        (json!({"status": "waiting_for_capture"}), Some(Pending)),
        (json!({"status": "canceled"}), Some(Failed)),
        (json!({"refunded_amount": {"value": "0.00", "currency": "RUB"}}), Some(Paid)),
        (json!({"refunded_amount": {"value": "100.00", "currency": "RUB"}}), Some(Paid)),
        (json!({"refunded_amount": {"value": "299.00", "currency": "RUB"}}), Some(Refunded)),
        (json!({"test": true}), None),
        (json!({"id": "another"}), None),
    ];
    for (changes, status) in cases {
        let report = told(Gateway::YooKassa, UUID, 200, &changed(payment.clone(), changes.clone())).await.expect("an answer");
        assert_eq!(report.map(|report| report.status), status, "{changes}");
    }
    // The test shop's payments are the test shop's money.
    let peer = Peer::always(Play::Answer(200, changed(payment.clone(), json!({"test": true})).to_string())).await;
    let settings =
        YooKassaSettings { api_url: peer.url.clone(), shop_id: "100500".into(), secret_key: Secret::new("test_key"), receipt_email: None };
    let shop = YooKassa::new(Http::new().expect("a client"), &settings).expect("a shop");
    assert!(shop.confirm(UUID, None, LONG).await.expect("an answer").is_some());

    // The real one is heard from its own networks only.
    let settings = YooKassaSettings { api_url: YooKassaSettings::API_URL.into(), ..settings };
    let real = YooKassa::new(Http::new().expect("a client"), &settings).expect("a shop");
    let body = json!({"type": "notification", "event": "payment.succeeded", "object": payment}).to_string();
    let from = |shop: &YooKassa, ip: Option<&str>| {
        let source_ip = ip.map(|ip| ip.parse().expect("an address"));
        shop.verify_callback(&RawCallback { headers: &HeaderMap::new(), query: "", body: body.as_bytes(), source_ip, now: NOW })
    };
    assert!(matches!(from(&real, Some("185.71.76.10")), Ok(Verdict::Confirm(_))));
    for ip in [Some("203.0.113.7"), Some("::1"), None] {
        assert_eq!(from(&real, ip), Err(Reject::ForbiddenSource), "{ip:?}");
    }
    assert!(matches!(from(&shop, None), Ok(Verdict::Confirm(_))), "a stand-in notifies from anywhere");
    let tells = |event: &str, object: Value| {
        let body = json!({"type": "notification", "event": event, "object": object}).to_string();
        shop.verify_callback(&callback(&HeaderMap::new(), body.as_bytes()))
    };
    let Ok(Verdict::Confirm(hint)) = tells("refund.succeeded", json!({"id": "a-refund", "payment_id": UUID, "status": "succeeded"})) else {
        panic!("a hint")
    };
    assert_eq!((hint.claimed.payment.reference(), hint.claimed.status), (UUID, Refunded));
    assert!(matches!(tells("payout.succeeded", json!({})), Ok(Verdict::Ignore(_))));
    assert_eq!(tells("refund.succeeded", json!({"id": "a-refund"})), Err(Reject::Malformed));
}

#[tokio::test]
async fn a_yookassa_receipt_is_made_where_the_shop_has_to() {
    let peer = Peer::start(crate::fixtures::agreeable).await;
    let settings = |email: &str| YooKassaSettings {
        api_url: peer.url.clone(),
        shop_id: "1".into(),
        secret_key: Secret::new(KEY),
        receipt_email: Some(email.into()),
    };
    let http = Http::new().expect("a client");
    let shop = YooKassa::new(http.clone(), &settings("receipts@shop.example")).expect("a shop");
    shop.open(&crate::fixtures::invoice(Money::whole(299, Currency::Rub)), NOW, LONG).await.expect("opened");
    let receipt = peer.seen()[0].json()["receipt"].clone();
    assert_eq!(receipt["customer"]["email"], "receipts@shop.example");
    assert_eq!((&receipt["items"][0]["amount"]["value"], &receipt["items"][0]["vat_code"]), (&json!("299.00"), &json!(1)));
    for email in ["", "nobody", "a b@c"] {
        assert!(YooKassa::new(http.clone(), &settings(email)).is_err(), "{email}");
    }
}

#[tokio::test]
async fn platega_is_believed_when_it_is_asked() {
    use ReportedStatus::{Failed, Paid, Pending, Refunded, Unknown};
    let transaction = json!({"id": UUID, "status": "CONFIRMED", "paymentDetails": {"amount": 299, "currency": "RUB"}, "mechantId": UUID, "payload": "ref"});
    let cases = [
        (json!({}), Some(Paid)),
        (json!({"status": "PENDING"}), Some(Pending)),
        (json!({"status": "CANCELED"}), Some(Failed)),
        (json!({"status": "CHARGEBACKED"}), Some(Refunded)),
        (json!({"status": "NEW"}), Some(Unknown)),
        (json!({"mechantId": "00000000-0000-0000-0000-000000000000"}), None),
        (json!({"id": "another"}), None),
    ];
    for (changes, status) in cases {
        let report = told(Gateway::Platega, UUID, 200, &changed(transaction.clone(), changes.clone())).await.expect("an answer");
        assert_eq!(report.map(|report| report.status), status, "{changes}");
    }
    // Where it forgot our name for it, it is known by the gateway's, or not at all.
    let nameless = changed(transaction, json!({"payload": null}));
    let peer = Peer::always(Play::Answer(200, nameless.to_string())).await;
    let settings =
        PlategaSettings { api_url: peer.url.clone(), merchant_id: Secret::new(UUID), secret: Secret::new(KEY), payment_method: 2 };
    let platega = Platega::new(Http::new().expect("a client"), &settings).expect("a merchant");
    let quote = Money::whole(299, Currency::Rub);
    let awaited = Awaited { name: UUID, reference: "ours", quote };
    for (awaited, reference) in [(Some(&awaited), Some("ours")), (None, None)] {
        let report = platega.confirm(UUID, awaited, LONG).await.expect("an answer").expect("a report");
        assert_eq!((report.reference.as_deref(), report.amount), (reference, Some(quote)));
    }
}

#[tokio::test]
async fn tribute_tells_of_a_whole_account() {
    let order = json!({"uuid": UUID, "status": "paid", "period": "onetime", "amount": 29_900, "currency": "rub", "customerId": "ref"});
    let gateway = build(Gateway::Tribute, "http://127.0.0.1:1");
    let body = |name: &str, changes: Value| json!({"name": name, "payload": changed(order.clone(), changes)}).to_string();
    let verdict = |body: &str| {
        gateway.verify_callback(&callback(&with("trbt-signature", &mac::<Hmac<Sha256>>(body)), body.as_bytes())).expect("authentic")
    };
    let paid = body("shop_order", json!({}));
    let Verdict::Report(report) = verdict(&paid) else { panic!("a report") };
    assert_eq!(
        (report.status, report.amount, report.reference.as_deref()),
        (ReportedStatus::Paid, Some(Money::whole(299, Currency::Rub)), Some("ref"))
    );
    let Verdict::Report(report) = verdict(&body("shop_order_refunded", json!({"status": "completed"}))) else { panic!("a report") };
    assert_eq!(report.status, ReportedStatus::Refunded);
    let others = [
        body("new_donation", json!({})),
        body("new_subscription", json!({})),
        body("shop_order", json!({"period": "monthly"})),
        body("shop_order", json!({"uuid": null})),
        body("shop_order_refunded", json!({"status": "pending"})),
        json!({"name": "shop_order"}).to_string(),
        "[]".into(),
    ];
    for body in others {
        assert!(matches!(verdict(&body), Verdict::Ignore(_)), "{body}");
    }
    // Written in base64 it is the same MAC.
    let hex = mac::<Hmac<Sha256>>(&paid);
    let base64 = BASE64.encode(&HEXLOWER.decode(hex.as_bytes()).expect("hex"));
    assert!(gateway.verify_callback(&callback(&with("trbt-signature", &base64), paid.as_bytes())).is_ok());

    // A look-up may answer with the status alone: the rest is what we asked for.
    let peer = Peer::always(Play::Answer(200, json!({"status": "paid"}).to_string())).await;
    let quote = Money::whole(299, Currency::Rub);
    let found =
        build(Gateway::Tribute, &peer.url).look_up(&[Awaited { name: UUID, reference: "ours", quote }], LONG).await.expect("reports");
    assert_eq!(
        (found.len(), found[0].status, found[0].amount, found[0].reference.as_deref()),
        (1, ReportedStatus::Paid, Some(quote), Some("ours"))
    );
}

#[test]
fn stripe_events() {
    use ReportedStatus::{Expired, Failed, Paid, Pending, Unknown};
    let session = json!({"id": "cs_1", "mode": "payment", "status": "complete", "payment_status": "paid", "amount_total": 450, "currency": "usd", "client_reference_id": "ref"});
    let gateway = build(Gateway::Stripe, "http://127.0.0.1:1");
    let signed = |t: i64, body: &str| with("stripe-signature", &format!("t={t},v1={},v0=00", mac::<Hmac<Sha256>>(&format!("{t}.{body}"))));
    let verdict = |kind: &str, changes: Value| {
        let body = json!({"type": kind, "data": {"object": changed(session.clone(), changes)}}).to_string();
        gateway.verify_callback(&callback(&signed(NOW.seconds(), &body), body.as_bytes())).expect("authentic")
    };
    let cases = [
        ("completed", json!({}), Some(Paid)),
        // Complete is not paid: bank debits take days, and tell of it then.
        ("completed", json!({"payment_status": "unpaid"}), Some(Pending)),
        ("completed", json!({"payment_status": "no_payment_required"}), Some(Unknown)),
        ("async_payment_succeeded", json!({}), Some(Paid)),
        ("async_payment_failed", json!({"payment_status": "unpaid"}), Some(Failed)),
        ("expired", json!({"status": "expired", "payment_status": "unpaid"}), Some(Expired)),
        ("completed", json!({"mode": "subscription"}), None),
        ("completed", json!({"client_reference_id": null}), None),
        ("completed", json!({"client_reference_id": null, "metadata": {"order_id": "ref"}}), Some(Paid)),
        ("completed", json!({"id": ""}), None),
        ("something", json!({}), None),
    ];
    for (what, changes, status) in cases {
        let told = match verdict(&format!("checkout.session.{what}"), changes.clone()) {
            Verdict::Report(report) => Some(report.status),
            _ => None,
        };
        assert_eq!(told, status, "{what} {changes}");
    }
    assert!(matches!(verdict("charge.refunded", json!({})), Verdict::Ignore(_)));

    let body = json!({"type": "checkout.session.completed", "data": {"object": session}}).to_string();
    let at = |t: i64| gateway.verify_callback(&callback(&signed(t, &body), body.as_bytes()));
    assert!(at(NOW.minus(Span::seconds(300)).seconds()).is_ok());
    assert_eq!(at(NOW.minus(Span::seconds(301)).seconds()), Err(Reject::Stale));
    assert!(at(NOW.plus(Span::hours(1)).seconds()).is_ok(), "a clock of theirs that is ahead");
    for header in ["", "t=1", "v1=00", "t=x,v1=00", "t=1;v1=00"] {
        assert_eq!(
            gateway.verify_callback(&callback(&with("stripe-signature", header), body.as_bytes())),
            Err(Reject::MissingSignature),
            "{header}"
        );
    }
}

#[tokio::test]
async fn stripe_money_that_went_back() {
    use ReportedStatus::{Paid, Refunded};
    const INTENT: &str = "pi_3MtwBwLkdIwHu7ix28a3tqPa";
    let gateway = build(Gateway::Stripe, "http://127.0.0.1:1");
    let verdict = |kind: &str, object: Value| {
        let body = json!({"type": kind, "data": {"object": object}}).to_string();
        let signed =
            with("stripe-signature", &format!("t={0},v1={1}", NOW.seconds(), mac::<Hmac<Sha256>>(&format!("{}.{body}", NOW.seconds()))));
        gateway.verify_callback(&callback(&signed, body.as_bytes())).expect("authentic")
    };
    let charge = json!({"id": "ch_1", "object": "charge", "refunded": true, "amount_refunded": 450, "payment_intent": INTENT, "status": "succeeded"});
    let dispute = json!({"id": "du_1", "object": "dispute", "charge": "ch_1", "payment_intent": INTENT, "status": "needs_response"});
    let cases = [
        ("charge.refunded", charge.clone(), true),
        ("charge.refunded", changed(charge.clone(), json!({"payment_intent": {"id": INTENT}})), true),
        // A part of it is between the operator and the customer.
        ("charge.refunded", changed(charge.clone(), json!({"refunded": false})), false),
        ("charge.refunded", changed(charge.clone(), json!({"payment_intent": null})), false),
        ("charge.refunded", changed(charge.clone(), json!({"payment_intent": "pi_/../x"})), false),
        ("charge.refunded", changed(charge.clone(), json!({"payment_intent": "cs_1"})), false),
        ("charge.refunded", json!([]), false),
        ("charge.dispute.created", dispute.clone(), true),
        ("charge.dispute.created", changed(dispute.clone(), json!({"status": "warning_needs_response"})), false),
        ("charge.succeeded", charge, false),
    ];
    for (kind, object, tells) in cases {
        let hint = match verdict(kind, object.clone()) {
            Verdict::Confirm(hint) => Some((hint.claimed.payment.reference().to_owned(), hint.claimed.status)),
            Verdict::Ignore(_) => None,
            Verdict::Report(report) => panic!("{report:?}"),
        };
        assert_eq!(hint, tells.then(|| (INTENT.to_owned(), Refunded)), "{kind} {object}");
    }

    // The shop knows the payment by its session, which the gateway finds.
    let session = |charge: Value| {
        json!({"id": "cs_1", "mode": "payment", "status": "complete", "payment_status": "paid", "amount_total": 450, "currency": "usd",
               "client_reference_id": "ref", "payment_intent": {"id": INTENT, "latest_charge": charge}})
    };
    let went_back = session(json!({"id": "ch_1", "refunded": true, "disputed": false}));
    let sessions = [
        (went_back.clone(), Some(Refunded)),
        (session(json!({"id": "ch_1", "refunded": false, "disputed": true})), Some(Refunded)),
        (session(json!({"id": "ch_1", "refunded": false, "disputed": false})), Some(Paid)),
        (session(json!("ch_1")), Some(Paid)),
        (session(Value::Null), Some(Paid)),
        (changed(went_back.clone(), json!({"client_reference_id": null})), None),
        (changed(went_back.clone(), json!({"mode": "subscription"})), None),
        (changed(went_back.clone(), json!({"payment_intent": "pi_another"})), None),
    ];
    for (session, status) in sessions {
        let peer = Peer::always(Play::Answer(200, json!({"object": "list", "data": [session.clone()]}).to_string())).await;
        let report = build(Gateway::Stripe, &peer.url).confirm(INTENT, None, LONG).await.expect("an answer");
        assert_eq!(report.as_ref().map(|report| report.status), status, "{session}");
        assert!(report.is_none_or(|report| report.payment.reference() == "cs_1"), "{session}");
        let query = format!("payment_intent={INTENT}&limit=1&expand%5B%5D=data.payment_intent.latest_charge");
        assert_eq!(peer.seen()[0].target, format!("/v1/checkout/sessions?{query}"));
    }
    assert_eq!(told(Gateway::Stripe, INTENT, 200, &json!({"object": "list", "data": []})).await, Ok(None));
    let report = told(Gateway::Stripe, "cs_1", 200, &went_back).await.expect("an answer").expect("a report");
    assert_eq!((report.status, report.payment.reference()), (Refunded, "cs_1"), "a session that is asked for tells it too");
}

#[tokio::test]
async fn a_nowpayments_payment_can_be_asked_for_by_its_name() {
    let payment = json!({"payment_id": 5_745_459_419_u64, "invoice_id": 4_522_625_843_u64, "payment_status": "finished", "parent_payment_id": null, "order_id": "ref",
                         "price_amount": 4.5, "price_currency": "usd", "pay_amount": 10, "actually_paid": 10});
    let name = "5745459419";
    let cases = [
        (json!({}), Some(ReportedStatus::Paid)),
        (json!({"payment_id": name}), Some(ReportedStatus::Paid)),
        (json!({"payment_status": "waiting", "actually_paid": 0}), Some(ReportedStatus::Pending)),
        (json!({"payment_status": "refunded"}), Some(ReportedStatus::Refunded)),
        (json!({"actually_paid": 9}), Some(ReportedStatus::NeedsReview)),
        (json!({"payment_id": 1}), None),
    ];
    for (changes, status) in cases {
        let report = told(Gateway::NowPayments, name, 200, &changed(payment.clone(), changes.clone())).await.expect("an answer");
        assert_eq!(report.as_ref().map(|report| report.status), status, "{changes}");
        assert!(report.is_none_or(|report| report.payment.reference() == name && report.reference.as_deref() == Some("ref")), "{changes}");
    }
}
