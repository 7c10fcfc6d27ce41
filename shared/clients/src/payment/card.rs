//! Card to card: the customer transfers and sends a receipt, an operator looks at the bank and decides.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain::{Timestamp, ids::latin_digit, payment::Gateway};

use super::{CardInstructions, GatewayError, Invoice, OpenAction, Opened, PaymentGateway, RawCallback, Reject, Verdict, charged_in};
use crate::BadSetting;

/// The shop's card. There is no machine behind it: nothing to look up, nothing that could call back.
#[derive(Clone)]
pub struct Card {
    number: String,
    holder: String,
}

impl Card {
    /// `number`: 12 to 19 digits, Latin, Persian or Arabic, grouped by spaces or hyphens as one likes.
    pub fn new(number: &str, holder: &str) -> Result<Self, BadSetting> {
        let number: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).map(latin_digit).collect();
        if !(12..=19).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadSetting::new("CARD_NUMBER", "it must have 12 to 19 digits"));
        }
        let holder = holder.trim();
        if holder.is_empty() || holder.chars().count() > 64 || holder.chars().any(char::is_control) {
            return Err(BadSetting::new("CARD_HOLDER", "it must be a name of 1 to 64 characters"));
        }
        Ok(Self { number, holder: holder.to_owned() })
    }

    pub fn instructions(&self) -> CardInstructions {
        CardInstructions { number: self.number.clone(), holder: self.holder.clone() }
    }
}

/// Without the number: it is shown to customers and to nobody else.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(…)")
    }
}

#[async_trait]
impl PaymentGateway for Card {
    fn gateway(&self) -> Gateway {
        Gateway::Card
    }

    async fn open(&self, invoice: &Invoice<'_>, now: Timestamp, _timeout: Duration) -> Result<Opened, GatewayError> {
        charged_in(Gateway::Card, invoice.amount)?;
        invoice.seconds_left(now)?;
        Ok(Opened { reference: None, action: OpenAction::Instructions(self.instructions()) })
    }

    fn verify_callback(&self, _callback: &RawCallback<'_>) -> Result<Verdict, Reject> {
        Err(Reject::NoCallbacks)
    }
}
