//! What every payment gateway keeps, and what each one does besides.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a missing value fails the test")]
#![expect(clippy::panic, reason = "what is not as it should be fails the test")]

#[path = "../support/mod.rs"]
mod support;

mod conformance;
mod crypto_pay;
mod fixtures;
mod money;
mod readings;
mod refunds;
mod requests;
mod stars;
