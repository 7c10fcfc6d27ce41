//! The shop's settings.

use serde_json::{Value, json};

use crate::support::Shop;

const SETTINGS: &str = "/admin/v1/settings";

#[tokio::test]
async fn they_are_read_and_changed() {
    let shop = Shop::open().await;
    let initial = shop.get(SETTINGS).await;
    let mut expected = json!({
        "base_currency": "IRT", "order_window_minutes": 60, "max_open_orders": 3, "trial": {"data_limit_mb": 200, "duration_days": 1},
        "referral_reward": {"data_limit_gb": 10, "duration_days": 31}, "welcome_bonus": null,
        "reminders": {"days_left": [3, 1], "data_left_percent": [20, 5], "ended": true, "win_back": {"after_days": 3, "code": null}},
        "support_username": null, "support_relay": true, "gifts": true, "recurring_stars": true, "channels": [], "terms_of_use": null,
        "invite_only": false, "maintenance": false, "rates": {}, "gateway_limits": {}, "cards": [], "utc_offset": "+03:30", "daily_summary": true, "paid_order_notices": true, "updated_at": null, "version": 0,
    });
    assert_eq!(initial.body, expected);
    let change = json!({"order_window_minutes": 90, "referral_reward": null, "support_username": "wave_support"});
    let changed = shop.ask("PATCH", SETTINGS).header("if-match", initial.header("etag")).json(&change).send().await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    for (field, value) in change.as_object().unwrap() {
        expected[field] = value.clone();
    }
    (expected["updated_at"], expected["version"]) = (json!("2026-11-22T12:00:00.000Z"), json!(1));
    assert_eq!(changed.body, expected);
    assert_eq!(shop.app.shop().await.unwrap().settings.order_window_minutes, 90, "the bot knows at once");
    shop.ask("PATCH", SETTINGS).header("if-match", "\"0\"").json(&change).send().await.is_problem(412, "version-mismatch", &[]);
    assert_eq!(shop.patch(SETTINGS, change).await.body["version"], 1, "what changes nothing is no version");
    assert_eq!(shop.history("settings", "shop").await, ["bootstrap change"]);
}

/// What is sent, and what of it stands afterwards where that is not the same.
#[tokio::test]
async fn each_of_them_can_be_changed() {
    let shop = Shop::open().await;
    let channel = json!({"chat": "@wave_news", "title": "News", "url": "https://t.me/wave_news"});
    let group = json!({"chat": "-1001234567890", "title": "Talk", "url": "https://t.me/+abc"});
    let card = |number: &str| json!({"number": number, "last_digits": &number[12..], "holder": "Sara"});
    let same = |name: &str, value: Value| (json!({name: value}), name.to_owned(), value);
    for (change, field, stands) in [
        same("base_currency", json!("USD")),
        same("base_currency", json!("IRT")),
        same("max_open_orders", json!(5)),
        same("trial", Value::Null),
        same("trial", json!({"data_limit_mb": 500, "duration_days": 2})),
        same("referral_reward", json!({"percent": "12.5", "valid_days": 30})),
        same("referral_reward", json!({"data_limit_gb": 5, "duration_days": 7})),
        same("welcome_bonus", json!({"data_limit_gb": 1, "duration_days": 1})),
        same("welcome_bonus", Value::Null),
        (
            json!({"reminders": {"days_left": [1, 7, 3, 3]}}),
            "reminders".to_owned(),
            json!({"days_left": [7, 3, 1], "data_left_percent": [20, 5], "ended": true, "win_back": {"after_days": 3, "code": null}}),
        ),
        (
            json!({"reminders": {"data_left_percent": [], "ended": false, "win_back": {"after_days": 5, "code": {"percent": "10", "valid_days": 7}}}}),
            "reminders".to_owned(),
            json!({"days_left": [7, 3, 1], "data_left_percent": [], "ended": false, "win_back": {"after_days": 5, "code": {"percent": "10", "valid_days": 7}}}),
        ),
        (
            json!({"reminders": {"win_back": null}}),
            "reminders".to_owned(),
            json!({"days_left": [7, 3, 1], "data_left_percent": [], "ended": false, "win_back": null}),
        ),
        same("support_relay", json!(false)),
        same("gifts", json!(false)),
        same("recurring_stars", json!(false)),
        same("channels", json!([channel, group])),
        same("channels", json!([])),
        (
            json!({"terms_of_use": {"url": "https://example.com/1"}}),
            "terms_of_use".to_owned(),
            json!({"url": "https://example.com/1", "version": 1}),
        ),
        (
            json!({"terms_of_use": {"url": "https://example.com/2"}}),
            "terms_of_use".to_owned(),
            json!({"url": "https://example.com/2", "version": 2}),
        ),
        same("terms_of_use", json!({"url": "https://example.com/2", "version": 9})),
        same("terms_of_use", Value::Null),
        same("invite_only", json!(true)),
        same("maintenance", json!(true)),
        (json!({"rates": {"USD": "60000", "EUR": "65000.50"}}), "rates".to_owned(), json!({"USD": "60000", "EUR": "65000.5"})),
        (json!({"rates": {"USD": null, "XTR": "1200"}}), "rates".to_owned(), json!({"EUR": "65000.5", "XTR": "1200"})),
        (
            json!({"gateway_limits": {"card": {"minimum": {"amount": "50000", "currency": "IRT"}}, "crypto-pay": {"maximum": {"amount": "100", "currency": "USD"}}}}),
            "gateway_limits".to_owned(),
            json!({"card": {"minimum": {"amount": "50000", "currency": "IRT"}, "maximum": null}, "crypto-pay": {"minimum": null, "maximum": {"amount": "100.00", "currency": "USD"}}}),
        ),
        (
            json!({"gateway_limits": {"crypto-pay": null}}),
            "gateway_limits".to_owned(),
            json!({"card": {"minimum": {"amount": "50000", "currency": "IRT"}, "maximum": null}}),
        ),
        (
            json!({"cards": [{"number": "6037-9912 3456-0001", "holder": " Sara "}, {"number": "۶۰۳۷۹۹۱۲۳۴۵۶۰۰۰۲", "holder": "Sara"}]}),
            "cards".to_owned(),
            json!([card("6037991234560001"), card("6037991234560002")]),
        ),
    ] {
        let changed = shop.patch(SETTINGS, change.clone()).await;
        assert_eq!(changed.status, 200, "{change}: {}", changed.text);
        assert_eq!(changed.body[&field], stands, "{change}");
        assert_eq!(shop.get(SETTINGS).await.body, changed.body);
    }
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let shop = Shop::open().await;
    let channel = |chat: &str, url: &str| json!({"channels": [{"chat": chat, "title": "News", "url": url}]});
    let card = |number: &str| json!({"number": number, "holder": "Sara"});
    for (body, fields) in [
        (json!({"order_window_minutes": 4}), vec!["order_window_minutes"]),
        (json!({"order_window_minutes": 10_081}), vec!["order_window_minutes"]),
        (json!({"max_open_orders": 0}), vec!["max_open_orders"]),
        (json!({"max_open_orders": 256}), vec!["max_open_orders"]),
        (json!({"base_currency": "XXX"}), vec!["base_currency"]),
        (json!({"support_username": "@x"}), vec!["support_username"]),
        (json!({"trial": {"data_limit_mb": 0, "duration_days": 1}}), vec!["trial.data_limit_mb"]),
        (json!({"trial": {"data_limit_mb": 1}}), vec!["trial.duration_days"]),
        (json!({"referral_reward": {"data_limit_gb": 0, "duration_days": 7}}), vec!["referral_reward.data_limit_gb"]),
        (json!({"referral_reward": {"data_limit_gb": 1, "duration_days": 0}}), vec!["referral_reward.duration_days"]),
        (json!({"referral_reward": {"data_limit_gb": 1}}), vec!["referral_reward.duration_days"]),
        (json!({"referral_reward": {"percent": "10"}}), vec!["referral_reward.valid_days"]),
        (json!({"referral_reward": {"percent": "101", "valid_days": 1}}), vec!["referral_reward.percent"]),
        (json!({"referral_reward": {"percent": "0", "valid_days": 1}}), vec!["referral_reward.percent"]),
        (json!({"referral_reward": {"data_limit_gb": 1, "duration_days": 1, "percent": "10", "valid_days": 1}}), vec!["referral_reward"]),
        (json!({"referral_reward": {}}), vec!["referral_reward"]),
        (json!({"welcome_bonus": {"data_limit_gb": 0, "duration_days": 1}}), vec!["welcome_bonus.data_limit_gb"]),
        (json!({"reminders": {"days_left": [91]}}), vec!["reminders.days_left[0]"]),
        (json!({"reminders": {"days_left": [1, 2, 3, 4, 5, 6]}}), vec!["reminders.days_left"]),
        (json!({"reminders": {"data_left_percent": [100]}}), vec!["reminders.data_left_percent[0]"]),
        (json!({"reminders": {"win_back": {"after_days": 0}}}), vec!["reminders.win_back.after_days"]),
        (
            json!({"reminders": {"win_back": {"after_days": 1, "code": {"percent": "x", "valid_days": 1}}}}),
            vec!["reminders.win_back.code.percent"],
        ),
        (json!({"reminders": {"often": true}}), vec!["reminders.often"]),
        (channel("wave_news", "https://t.me/wave_news"), vec!["channels[0].chat"]),
        (channel("1001234567890", "https://t.me/wave_news"), vec!["channels[0].chat"]),
        (channel("@wave_news", "http://t.me/wave_news"), vec!["channels[0].url"]),
        (channel("@wave_news", "https://"), vec!["channels[0].url"]),
        (json!({"terms_of_use": {"url": "javascript:alert(1)"}}), vec!["terms_of_use.url"]),
        (json!({"terms_of_use": {"url": "https://example.com", "version": 0}}), vec!["terms_of_use.version"]),
        (json!({"rates": {"IRT": "1"}}), vec!["rates.IRT"]),
        (json!({"rates": {"USD": "0", "XXX": "1"}}), vec!["rates.XXX"]),
        (json!({"rates": {"USD": "0"}}), vec!["rates.USD"]),
        (json!({"rates": {"USD": "-1"}}), vec!["rates.USD"]),
        (json!({"rates": {"USD": "1e9"}}), vec!["rates.USD"]),
        (json!({"gateway_limits": {"cash": null}}), vec!["gateway_limits.cash"]),
        (json!({"gateway_limits": {"card": {"minimum": {"amount": "1", "currency": "USD"}}}}), vec!["gateway_limits.card.minimum"]),
        (json!({"gateway_limits": {"card": {"minimum": {"amount": "x", "currency": "IRT"}}}}), vec!["gateway_limits.card.minimum.amount"]),
        (
            json!({"gateway_limits": {"card": {"minimum": {"amount": "2", "currency": "IRT"}, "maximum": {"amount": "1", "currency": "IRT"}}}}),
            vec!["gateway_limits.card.maximum"],
        ),
        (json!({"cards": [card("1234")]}), vec!["cards[0].number"]),
        (json!({"cards": [card("6037991234560001"), card("5022291234560001")]}), vec!["cards[1].number"]),
        (json!({"cards": [{"number": "6037991234560001", "holder": " "}]}), vec!["cards[0].holder"]),
        (json!({"version": 3}), vec!["version"]),
    ] {
        let answer = shop.patch(SETTINGS, body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        answer.is_problem(422, "invalid-fields", &fields);
    }
    assert_eq!(shop.get(SETTINGS).await.body["version"], 0);
}

#[tokio::test]
async fn a_card_is_its_owners_to_see() {
    let shop = Shop::open().await;
    assert_eq!(shop.patch(SETTINGS, json!({"cards": [{"number": "6037991234560001", "holder": "Sara"}]})).await.status, 200);
    assert_eq!(shop.get(SETTINGS).await.body["cards"][0]["number"], "6037991234560001");
    for role in ["viewer", "operator"] {
        let token = shop.token(role).await;
        let seen = shop.ask("GET", SETTINGS).token(Some(&token)).send().await;
        assert_eq!(seen.body["cards"], json!([{"number": null, "last_digits": "0001", "holder": "Sara"}]), "{}", seen.text);
        let history = shop.ask("GET", "/admin/v1/audit?entity=settings&id=shop").token(Some(&token)).send().await;
        assert!(!history.text.contains("6037991234560001") && history.text.contains("…0001"), "{}", history.text);
        let change = shop.ask("PATCH", SETTINGS).token(Some(&token)).json(&json!({"maintenance": true})).send().await;
        change.is_problem(403, "forbidden", &[]);
    }
}
