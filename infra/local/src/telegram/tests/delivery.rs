//! Updates on their way to the bot, and faults on the way back.

use std::sync::atomic::AtomicUsize;

use tokio::sync::Semaphore;

use super::*;

#[tokio::test]
async fn the_answer_of_the_webhook_is_executed_except_what_is_barred() {
    let stand_in = stand_in();
    bot(&stand_in, |update| {
        let text = update["message"]["text"].as_str().unwrap_or_default();
        let chat = &update["message"]["chat"]["id"];
        let body = match text {
            "/start" => json!({ "method": "sendMessage", "chat_id": chat, "text": "<b>welcome</b>", "parse_mode": "HTML" }),
            "bad" => json!({ "method": "sendMessage", "chat_id": chat, "text": "" }),
            _ => json!({ "method": "deleteWebhook", "drop_pending_updates": true }),
        };
        (200, Some(body))
    });
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    assert_eq!(customer.send("/start").await.status, Some(200));
    let last = customer.last().unwrap();
    assert_eq!((last.text.as_str(), &last.entities[0]["type"]), ("welcome", &json!("bold")));
    assert_eq!(customer.send("bad").await.status, Some(200));
    customer.send("webhook").await;
    let calls: Vec<_> = stand_in.calls().into_iter().map(|call| (call.method, call.status, call.via)).collect();
    assert_eq!(calls, [("sendMessage".into(), 200, Via::WebhookReply), ("sendMessage".into(), 400, Via::WebhookReply)]);
}

#[tokio::test]
async fn a_refused_update_comes_again_and_holds_up_its_own_queue_only() {
    let stand_in = stand_in();
    let failures = Arc::new(AtomicUsize::new(2));
    let left = Arc::clone(&failures);
    let updates = bot(&stand_in, move |update| {
        let failing =
            update["message"]["text"] == "first" && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        (if failing { 503 } else { 200 }, None)
    });
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    let other = stand_in.person(CUSTOMER + 1, "Second customer", "en");
    let (first, second, third) = tokio::join!(customer.send("first"), customer.send("second"), other.send("third"));
    assert_eq!((first.status, first.is_success()), (Some(503), false));
    assert_eq!((second.status, third.status), (Some(200), Some(200)));
    let texts: Vec<_> = updates.lock().unwrap().iter().map(|update| update["message"]["text"].clone()).collect();
    let own: Vec<_> = texts.iter().filter(|text| *text != "third").collect();
    assert_eq!(own, ["first", "first", "first", "second"]);
    assert_eq!(stand_in.pending_updates(), 0);
}

#[tokio::test]
async fn an_update_is_given_up_after_the_last_attempt_or_when_it_expires() {
    let (options, clock) = options();
    let stand_in = TelegramStandIn::new(options).unwrap();
    let updates = bot(&stand_in, |update| (if update["message"]["text"] == "never" { 500 } else { 200 }, None));
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    let (never, after) = tokio::join!(customer.send("never"), customer.send("after"));
    assert_eq!((never.status, after.status), (Some(500), Some(200)));
    assert_eq!(updates.lock().unwrap().len(), 4);

    let (options, _) = self::options();
    let late = TelegramStandIn::new(Options {
        now: {
            let clock = clock.clone();
            Arc::new(move || clock.0.load(Ordering::SeqCst))
        },
        ..options
    })
    .unwrap();
    let customer = late.person(CUSTOMER, "Customer", "fa");
    let waiting = tokio::spawn({
        let customer = customer.clone();
        async move { customer.tap_data(1, "x").await }
    });
    while late.pending_updates() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(151);
    let updates = willing_bot(&late);
    assert_eq!(waiting.await.unwrap().status, None);
    assert_eq!(updates.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn one_update_of_a_queue_is_in_flight_and_a_tap_does_not_wait_for_a_message() {
    let stand_in = stand_in();
    let gate = Arc::new(Semaphore::new(0));
    let in_flight = Arc::new(AtomicUsize::new(0));
    let (hold, count) = (Arc::clone(&gate), Arc::clone(&in_flight));
    stand_in.connect(move |update: Value| {
        let (hold, count) = (Arc::clone(&hold), Arc::clone(&count));
        async move {
            if update.get("message").is_some() {
                assert_eq!(count.fetch_add(1, Ordering::SeqCst), 0);
                hold.acquire().await.unwrap().forget();
                count.fetch_sub(1, Ordering::SeqCst);
            }
            Ok::<_, String>((200, None))
        }
    });
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    let messages = tokio::spawn({
        let customer = customer.clone();
        async move { tokio::join!(customer.send("one"), customer.send("two")) }
    });
    while in_flight.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(customer.tap_data(1, "x").await.status, Some(200));
    gate.add_permits(2);
    let (one, two) = messages.await.unwrap();
    assert!(one.is_success() && two.is_success());
}

#[tokio::test]
async fn a_tap_is_answered_once_and_in_time() {
    let (options, clock) = options();
    let stand_in = TelegramStandIn::new(options).unwrap();
    let updates = bot(&stand_in, |update| {
        let id = &update["callback_query"]["id"];
        let answer = json!({ "method": "answerCallbackQuery", "callback_query_id": id, "text": "ok", "show_alert": true });
        let ask = json!({
            "method": "sendMessage", "chat_id": CUSTOMER, "text": "choose",
            "reply_markup": { "inline_keyboard": [[{ "text": "Go on", "callback_data": "go" }, { "text": "Late", "callback_data": "late" }]] },
        });
        match update["callback_query"]["data"].as_str() {
            Some("go") => (200, Some(answer)),
            Some(_) => (200, None),
            None => (200, Some(ask)),
        }
    });
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    customer.send("/start").await;
    assert!(matches!(customer.tap("Nowhere").await, Err(PersonError::NoButton { .. })));
    let tapped = customer.tap("Go").await.unwrap();
    let shown = tapped.callback.unwrap();
    assert_eq!((shown.text.as_str(), shown.show_alert), ("ok", true));
    assert_eq!(stand_in.callback_answers(CUSTOMER), std::slice::from_ref(&shown));
    let again = json!({ "callback_query_id": shown.query_id });
    let too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(call(&stand_in, "answerCallbackQuery", again).await.1["description"], too_old);

    let update = customer.tap("Late").await.unwrap().update_id;
    let query = stand_in.update(update).unwrap()["callback_query"].clone();
    assert_eq!(query["message"]["text"], "choose");
    clock.advance(61);
    let late = json!({ "callback_query_id": query["id"] });
    assert_eq!(call(&stand_in, "answerCallbackQuery", late).await.1["description"], too_old);

    let forged = customer.tap_data(555, "forged").await;
    let update = stand_in.update(forged.update_id).unwrap();
    assert_eq!(update.pointer("/callback_query/message/date"), Some(&json!(0)));
    let (a, b) = tokio::join!(stand_in.redeliver(forged.update_id), stand_in.redeliver(forged.update_id));
    assert!(a.is_success() && b.is_success());
    let same = updates.lock().unwrap().iter().filter(|update| update["update_id"] == forged.update_id).count();
    assert_eq!(same, 3);
}

#[tokio::test]
async fn kinds_that_were_not_asked_for_are_not_sent() {
    let stand_in = stand_in();
    let allowed = json!({ "url": "https://shop.example/hook", "allowed_updates": ["message"], "secret_token": "s_-1" });
    done(&stand_in, "setWebhook", allowed).await;
    let updates = willing_bot(&stand_in);
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    assert_eq!(customer.send("hi").await.status, Some(200));
    assert_eq!(customer.tap_data(1, "x").await.status, None);
    assert_eq!(updates.lock().unwrap().len(), 1);
    let info = done(&stand_in, "getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!("https://shop.example/hook"), &json!(0)));
}

#[tokio::test]
async fn updates_can_be_fetched_instead_and_are_confirmed_by_the_offset() {
    let stand_in = stand_in();
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    let poll = tokio::spawn({
        let stand_in = stand_in.clone();
        async move { done(&stand_in, "getUpdates", json!({ "timeout": 30 })).await }
    });
    let sent = tokio::spawn(async move { customer.send("/start ref_x").await });
    let updates = poll.await.unwrap();
    assert_eq!(updates[0]["message"]["text"], "/start ref_x");
    assert_eq!(updates[0]["message"]["entities"][0], json!({ "type": "bot_command", "offset": 0, "length": 6 }));
    let next = updates[0]["update_id"].as_i64().unwrap() + 1;
    assert_eq!(done(&stand_in, "getUpdates", json!({ "offset": next })).await, json!([]));
    assert!(sent.await.unwrap().is_success());
}

#[tokio::test]
async fn planned_faults_hit_the_next_calls() {
    let stand_in = stand_in();
    willing_bot(&stand_in);
    let customer = stand_in.person(CUSTOMER, "Customer", "fa");
    customer.send("/start").await;
    let hello = || json!({ "chat_id": CUSTOMER, "text": "hello" });
    for status in [400, 401, 403, 429, 500, 502] {
        stand_in.fail(Fault::status("sendMessage", status));
        let (got, body) = call(&stand_in, "sendMessage", hello()).await;
        assert_eq!(got, status);
        assert_eq!(body.is_object(), status < 500, "{body}");
        if status == 429 {
            assert_eq!(body["parameters"]["retry_after"], 5);
        }
    }
    assert!(customer.last().is_none());

    for (kind, done) in [(FaultKind::Hang, false), (FaultKind::EffectThenHang, true)] {
        stand_in.fail(Fault::once("sendMessage", kind));
        let before = customer.chat().len();
        let mut hanging = Box::pin(call(&stand_in, "sendMessage", hello()));
        let answered = std::future::poll_fn(|cx| std::task::Poll::Ready(hanging.as_mut().poll(cx).is_ready())).await;
        assert_eq!((answered, customer.chat().len() - before), (false, usize::from(done)));
    }
    stand_in.fail(Fault::once("sendMessage", FaultKind::EffectThenClose));
    let before = customer.chat().len();
    let request = axum::http::Request::post(format!("/bot{TOKEN}/sendMessage"))
        .header("content-type", "application/json")
        .body(axum::body::Body::from(hello().to_string()))
        .unwrap();
    let response = stand_in.bot_api().oneshot(request).await.unwrap();
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
    assert_eq!(customer.chat().len() - before, 1);

    stand_in.fail(Fault::once("sendMessage", FaultKind::Slow(Duration::ZERO)));
    done(&stand_in, "sendMessage", hello()).await;
    assert_eq!(stand_in.calls().last().map(|call| call.status), Some(200));
}
