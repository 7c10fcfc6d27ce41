//! Everything that is read from a text: codes, ids, money, times, cursors, references, links.
#![no_main]

use domain::{
    Currency, DiscountCodeName, Money, OrderKey, Percent, ProductId, SubscriptionName, TelegramUserId, Timestamp, payment::PaymentId,
};
use libfuzzer_sys::fuzz_target;
use store::Cursor;

/// What is read says itself again, and that is read as the same.
macro_rules! returns {
    ($text:expr, $($kind:ty),+) => {
        $(if let Ok(read) = $text.parse::<$kind>() {
            let said = read.to_string();
            assert_eq!(said.parse::<$kind>().ok(), Some(read), "{said}");
        })+
    };
}

fuzz_target!(|text: &str| {
    returns!(text, DiscountCodeName, ProductId, SubscriptionName, TelegramUserId, Timestamp, OrderKey, PaymentId, Percent, Cursor);
    for currency in Currency::ALL {
        if let Ok(money) = Money::parse(text, currency) {
            assert_eq!(Money::parse(&money.amount_text(), currency), Ok(money));
        }
    }
    let names = &fuzz::shop().app.names;
    let _ = names.open_order(text);
    let _ = names.open_referral_code(text);
    let _ = names.open_link_token(text, Timestamp::from_millis(fuzz::NOW));
});
