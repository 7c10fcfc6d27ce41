//! What comes from outside as text: one spelling each, and nothing that can be typed breaks anything.

use domain::{
    AdminTokenId, AuditEntryId, Currency, DiscountCodeName, Language, Money, OrderKey, Percent, ProductId, SubscriptionName,
    TelegramUserId, Timestamp,
    ids::latin_digit,
    payment::{Gateway, PaymentId},
    time::Month,
};
use proptest::{prelude::*, sample::select};

/// Texts that come near to identifiers, and texts that do not.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,40}",
        "[0-9+-]{0,20}",
        "[a-zA-Z0-9_-]{0,34}",
        "PRIZE#[+0-9]{1,19}",
        "[0-7][0-9A-HJKMNP-TV-Z]{25}",
        "[0-9A-Za-z]{26}",
        "(card|telegram-stars|crypto-pay|cash)#.{0,170}",
        "[0-9]{1,5}-[0-9]{1,2}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})",
        "[0-9]{0,4}\\.?[0-9]{0,20}",
    ]
}

/// A text is either refused or the only spelling of what it names.
macro_rules! one_spelling {
    ($text:expr, $($type:ty),+) => {
        $(if let Ok(value) = $text.parse::<$type>() {
            prop_assert_eq!(value.to_string(), $text.as_str(), "{}", stringify!($type));
        })+
    };
}

/// A text is either refused or reads as something that its own text names again.
macro_rules! one_meaning {
    ($text:expr, $($type:ty),+) => {
        $(if let Ok(value) = $text.parse::<$type>() {
            prop_assert_eq!(value.to_string().parse::<$type>().ok(), Some(value), "{}", stringify!($type));
        })+
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_text_is_refused_or_understood(text in texts()) {
        one_spelling!(text, TelegramUserId, ProductId, SubscriptionName, OrderKey, PaymentId, Gateway, Currency, Month);
        one_meaning!(text, DiscountCodeName, Timestamp, Percent, AdminTokenId, AuditEntryId);
        if let Ok(ulid) = OrderKey::ulid_from_button(&text) {
            prop_assert_eq!(OrderKey::to_button(ulid), text.as_str());
        }
        for currency in Currency::ALL {
            if let Ok(money) = Money::parse(&text, currency) {
                prop_assert_eq!(Money::parse(&money.amount_text(), currency), Ok(money));
            }
        }
        let _ = Language::of_client(Some(&text));
    }

    #[test]
    fn any_json_is_refused_or_understood(text in texts()) {
        let json = serde_json::Value::String(text.clone()).to_string();
        prop_assert_eq!(serde_json::from_str::<OrderKey>(&json).ok(), text.parse().ok());
        prop_assert_eq!(serde_json::from_str::<PaymentId>(&json).ok(), text.parse().ok());
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).ok(), text.parse().ok());
        prop_assert_eq!(serde_json::from_str::<Percent>(&json).ok(), text.parse().ok());
        prop_assert!(serde_json::from_str::<TelegramUserId>(&json).is_err(), "a user is a number, not a text");
    }

    #[test]
    fn a_reference_of_a_gateway_is_kept_as_it_is(gateway in select(Gateway::ALL.as_slice()), reference in "[!-~]{0,165}") {
        let good = (1..=160).contains(&reference.len()) && !reference.contains('#');
        match PaymentId::new(gateway, reference.clone()) {
            Ok(id) => {
                prop_assert!(good);
                prop_assert_eq!((id.gateway(), id.reference()), (gateway, reference.as_str()));
                prop_assert_eq!(id.to_string().parse(), Ok(id));
            }
            Err(_) => prop_assert!(!good),
        }
    }

    #[test]
    fn a_code_is_found_however_it_is_typed(code in "[A-Z0-9_-]{3,20}") {
        let typed = format!("  {} ", code.to_lowercase());
        let persian: String = code.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32('۰' as u32 + d)).unwrap_or(c)).collect();
        for text in [typed, persian] {
            prop_assert_eq!(text.parse::<DiscountCodeName>().map(|name| name.as_str().to_owned()), Ok(code.clone()));
        }
    }

    #[test]
    fn months_go_back_one_by_one(millis in 0i64..253_402_300_799_999) {
        let month = Timestamp::from_millis(millis).month();
        prop_assert_eq!(month.to_string().parse(), Ok(month));
        prop_assert!(month.previous() < month && month.previous().to_string() < month.to_string());
    }
}

#[test]
fn what_looks_like_an_identifier_and_is_none() {
    for text in ["+7", "007", "-7", "0", "7 ", " 7", "9223372036854775808", "٧"] {
        assert!(text.parse::<TelegramUserId>().is_err(), "{text:?}");
        assert!(format!("PRIZE#{text}").parse::<OrderKey>().is_err(), "{text:?}");
    }
    for text in ["0000-01", "1969-12", "10000-01", "+2026-1", "2026-00", "2026-13", "2026-1", "2026/01", "2026"] {
        assert!(text.parse::<Month>().is_err(), "{text:?}");
    }
    for text in ["card", "card#", "card#a b", "card#a#b", "card#é", "cash#1", "#1", "CARD#1"] {
        assert!(text.parse::<PaymentId>().is_err(), "{text:?}");
    }
    for json in ["0", "-1", "1.5", "9223372036854775808", "null", "\"7\""] {
        assert!(serde_json::from_str::<TelegramUserId>(json).is_err(), "{json}");
    }
}

#[test]
fn digits_of_three_scripts() {
    assert_eq!("۰۱۲۳۴۵۶۷۸۹".chars().map(latin_digit).collect::<String>(), "0123456789");
    assert_eq!("٠١٢٣٤٥٦٧٨٩".chars().map(latin_digit).collect::<String>(), "0123456789");
    assert_eq!("5aژ९".chars().map(latin_digit).collect::<String>(), "5aژ९");
}

#[test]
fn languages_of_clients() {
    let cases = [
        (Some("fa"), Language::Persian),
        (Some("fa-IR"), Language::Persian),
        (Some("ru"), Language::Russian),
        (Some("uk-UA"), Language::Russian),
        (Some("en-US"), Language::English),
        (Some("FA"), Language::Persian),
        (Some("de"), Language::English),
        (Some(""), Language::English),
        (None, Language::English),
    ];
    for (code, want) in cases {
        assert_eq!(Language::of_client(code), want, "{code:?}");
    }
    for language in Language::ALL {
        assert_eq!(Language::from_code(language.code()), Some(language));
        assert_eq!(serde_json::to_value(language).unwrap(), language.code());
    }
}

#[test]
fn currencies_have_one_name() {
    for currency in Currency::ALL {
        assert_eq!(currency.code().parse(), Ok(currency));
        assert_eq!(serde_json::to_value(currency).unwrap(), currency.code());
    }
    assert!("irt".parse::<Currency>().is_err() && "XTS".parse::<Currency>().is_err());
}
