//! What a button carries comes back from the customer's side: whatever he makes of it, it is a button of ours or none.
#![no_main]

use app::button::Button;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    if let Some(button) = Button::parse(data) {
        let encoded = button.encode();
        assert!(encoded.len() <= 64, "{encoded}");
        assert_eq!(Button::parse(&encoded), Some(button), "{encoded}");
    }
});
