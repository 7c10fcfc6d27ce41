//! The chat page's own API.

use axum::body::Body;
use axum::http::Request;
use lambda_http::tower::ServiceExt as _;

use super::*;

async fn get(stand_in: &TelegramStandIn, path: &str) -> (u16, Value) {
    send(stand_in.chat_page(), Request::get(path).body(Body::empty()).unwrap()).await
}

async fn post(stand_in: &TelegramStandIn, path: &str, body: Value) -> (u16, Value) {
    let request = Request::post(path).header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
    send(stand_in.chat_page(), request).await
}

#[tokio::test]
async fn people_move_in_and_chat() {
    let stand_in = stand_in();
    willing_bot(&stand_in);
    let (_, state) = get(&stand_in, "/chat/api/state").await;
    let seats: Vec<_> = state["chats"].as_array().unwrap().iter().map(|seat| seat["chat_id"].as_i64().unwrap()).collect();
    assert_eq!(seats, [CUSTOMER, CUSTOMER + 1, CUSTOMER + 2, OPERATORS]);

    let said = json!({ "person_id": CUSTOMER, "text": "/start ref_x" });
    assert_eq!(post(&stand_in, &format!("/chat/api/chats/{CUSTOMER}/messages"), said.clone()).await.0, 200);
    assert_eq!(post(&stand_in, &format!("/chat/api/chats/{OPERATORS}/messages"), said).await.0, 403);
    let (_, chat) = get(&stand_in, &format!("/chat/api/chats/{CUSTOMER}")).await;
    assert_eq!((&chat["messages"][0]["text"], &chat["messages"][0]["out"]), (&json!("/start ref_x"), &json!(true)));

    let receipt = Request::post(format!("/chat/api/chats/{CUSTOMER}/files?person_id={CUSTOMER}&caption=paid"))
        .header("content-type", "image/png")
        .body(Body::from(DOT))
        .unwrap();
    assert_eq!(send(stand_in.chat_page(), receipt).await.0, 200);
    let (_, chat) = get(&stand_in, &format!("/chat/api/chats/{CUSTOMER}")).await;
    let file = chat["messages"][1]["file"].as_str().unwrap().to_owned();
    let request = Request::get(format!("/chat/api/files/{file}")).body(Body::empty()).unwrap();
    let response = stand_in.chat_page().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(to_bytes(response.into_body(), usize::MAX).await.unwrap(), DOT);

    let (status, added) = post(&stand_in, "/chat/api/persons", json!({ "name": "Третий", "language": "ru" })).await;
    assert_eq!((status, added["person_id"].as_i64()), (200, Some(CUSTOMER + 3)));
    assert_eq!(post(&stand_in, "/chat/api/persons", json!({ "name": " ", "language": "ru" })).await.0, 400);
}

#[tokio::test]
async fn an_invoice_link_is_looked_at_and_paid() {
    let stand_in = stand_in();
    willing_bot(&stand_in);
    let _page = stand_in.chat_page();
    let invoice = json!({
        "title": "Plan", "description": "d", "payload": "p", "currency": "XTR", "prices": [{ "label": "l", "amount": 5 }],
    });
    let link = done(&stand_in, "createInvoiceLink", invoice).await;
    let slug = link.as_str().unwrap().rsplit('$').next().unwrap().to_owned();
    let (_, shown) = get(&stand_in, &format!("/chat/api/invoices/{slug}")).await;
    assert_eq!(shown, json!({ "title": "Plan", "description": "d", "amount": 5, "subscription_period": null }));
    let pay = json!({ "person_id": CUSTOMER, "chat_id": CUSTOMER, "slug": slug });
    assert_eq!(post(&stand_in, "/chat/api/pay", pay).await.0, 200);
    assert_eq!(stand_in.star_transactions().len(), 1);
    let wrong = json!({ "person_id": CUSTOMER, "chat_id": CUSTOMER, "slug": "nonsense" });
    let (status, refused) = post(&stand_in, "/chat/api/pay", wrong).await;
    assert_eq!((status, refused["error"].as_str()), (409, Some("there is no such invoice")));
}

#[tokio::test]
async fn a_subscription_in_stars_is_renewed_and_ended_from_the_page() {
    let stand_in = stand_in();
    willing_bot(&stand_in);
    let _page = stand_in.chat_page();
    let invoice = json!({
        "title": "Plan", "description": "d", "payload": "p", "currency": "XTR", "prices": [{ "label": "l", "amount": 5 }],
        "subscription_period": 2_592_000,
    });
    let link = done(&stand_in, "createInvoiceLink", invoice).await;
    let slug = link.as_str().unwrap().rsplit('$').next().unwrap().to_owned();
    let (_, shown) = get(&stand_in, &format!("/chat/api/invoices/{slug}")).await;
    assert_eq!(shown["subscription_period"], 2_592_000);
    let pay = json!({ "person_id": CUSTOMER, "chat_id": CUSTOMER, "slug": slug });
    let (_, paid) = post(&stand_in, "/chat/api/pay", pay).await;
    let charge = paid["charge_id"].as_str().unwrap();
    let (status, renewed) = post(&stand_in, &format!("/chat/api/subscriptions/{charge}/renew"), json!({})).await;
    assert_eq!(status, 200);
    let (_, chat) = get(&stand_in, &format!("/chat/api/chats/{CUSTOMER}")).await;
    let told: Vec<_> = chat["messages"].as_array().unwrap().iter().map(|message| &message["subscription"]).collect();
    assert_eq!((told.len(), &told[0]["newest"], &told[1]["newest"]), (2, &json!(false), &json!(true)));
    assert_eq!(told[1]["charge"], renewed["charge_id"]);
    let cancel = |canceled: bool| json!({ "canceled": canceled });
    assert_eq!(post(&stand_in, &format!("/chat/api/subscriptions/{charge}/cancel"), cancel(true)).await.0, 200);
    assert_eq!(post(&stand_in, &format!("/chat/api/subscriptions/{charge}/renew"), json!({})).await.0, 409);
    assert_eq!(post(&stand_in, &format!("/chat/api/subscriptions/{charge}/cancel"), cancel(false)).await.0, 200);
    assert_eq!(post(&stand_in, &format!("/chat/api/subscriptions/{charge}/renew"), json!({})).await.0, 200);
    assert_eq!(post(&stand_in, "/chat/api/subscriptions/nonsense/cancel", cancel(true)).await.0, 404);
}

#[tokio::test]
async fn channels_are_made_joined_and_left() {
    let stand_in = stand_in();
    let _page = stand_in.chat_page();
    let (_, made) = post(&stand_in, "/chat/api/channels", json!({ "title": "Offers", "username": "@shop_offers" })).await;
    let id = made["channel_id"].as_i64().unwrap();
    let taken = json!({ "title": "Other", "username": "SHOP_offers" });
    assert_eq!(post(&stand_in, "/chat/api/channels", taken).await.0, 409);
    assert_eq!(post(&stand_in, "/chat/api/channels", json!({ "title": "Other", "username": "x y" })).await.0, 400);
    let channel = || async {
        let (_, state) = get(&stand_in, "/chat/api/state").await;
        let channels = state["channels"].as_array().unwrap().clone();
        assert_eq!(channels.len(), 2, "that of a new shop, and this one");
        channels.into_iter().find(|channel| channel["id"] == id).unwrap()
    };
    assert_eq!((&channel().await["link"], &channel().await["members"]), (&json!("https://t.me/shop_offers"), &json!([])));
    let members = format!("/chat/api/channels/{id}/members");
    assert_eq!(post(&stand_in, &members, json!({ "person_id": CUSTOMER, "member": true })).await.0, 200);
    assert_eq!(channel().await["members"], json!([CUSTOMER]));
    assert_eq!(post(&stand_in, &members, json!({ "person_id": CUSTOMER, "member": false })).await.0, 200);
    assert_eq!(post(&stand_in, &format!("/chat/api/channels/{id}"), json!({ "bot_admin": false })).await.0, 200);
    assert_eq!((&channel().await["members"], &channel().await["bot_admin"]), (&json!([]), &json!(false)));
    assert_eq!(post(&stand_in, "/chat/api/channels/-1/members", json!({ "person_id": CUSTOMER, "member": true })).await.0, 404);
}

#[tokio::test]
async fn events_tell_of_changes_and_of_a_webhook_that_fails() {
    let stand_in = stand_in();
    bot(&stand_in, |_| (500, None));
    let request = Request::get("/chat/api/events").body(Body::empty()).unwrap();
    let events = stand_in.chat_page().oneshot(request).await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    stand_in.person(CUSTOMER, "Customer", "fa").send("hi").await;
    stand_in.shut_down().unwrap();
    let stream = to_bytes(events.into_body(), usize::MAX).await.unwrap();
    let stream = String::from_utf8(stream.to_vec()).unwrap();
    let kinds: Vec<Value> = stream.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect();
    assert!(kinds.iter().any(|event| event["kind"] == "chat" && event["chat_id"] == CUSTOMER), "{stream}");
    assert!(kinds.iter().any(|event| event["kind"] == "delivery" && event["status"] == 500), "{stream}");
    let (_, state) = get(&stand_in, "/chat/api/state").await;
    assert_eq!(state["failure"]["status"], 500);
}

#[tokio::test]
async fn the_page_is_served_with_a_policy_that_keeps_others_out() {
    let stand_in = stand_in();
    for path in ["/chat", "/chat/chat.css", "/chat/chat.js"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = stand_in.chat_page().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    let plain = Request::post("/chat/api/persons")
        .header("content-type", "text/plain")
        .body(Body::from("{\"name\":\"x\",\"language\":\"\"}"))
        .unwrap();
    assert_eq!(send(stand_in.chat_page(), plain).await.0, 415);
}
