//! The cards that transfers go to, taken in turn.

use domain::{OrderId, order::Attempt, settings::Card};

use crate::{App, catalogue::Shop};

impl App {
    /// The card of the environment and those of the settings, each once.
    pub(crate) fn cards(&self, shop: &Shop) -> Vec<Card> {
        let mut cards: Vec<Card> = self.config.card.iter().cloned().collect();
        for card in &shop.settings.cards {
            if cards.iter().all(|known| known.number != card.number) {
                cards.push(card.clone());
            }
        }
        cards
    }

    /// The card whose turn it is with an order: each gets its share of the orders, and an order the same one at every try.
    pub(crate) fn card_of_turn(&self, order: OrderId, cards: &[Card]) -> Option<Card> {
        let turn = self.names.pick(order, u8::MAX, u32::try_from(cards.len()).unwrap_or(u32::MAX));
        cards.get(usize::try_from(turn).unwrap_or_default().saturating_sub(1)).cloned()
    }

    /// The card that an attempt's customer was shown.
    pub(crate) fn card_of<'a>(&'a self, attempt: &'a Attempt) -> Option<&'a Card> {
        attempt.card.as_ref().or(self.config.card.as_ref())
    }
}

/// How a card is named where its number must not stand.
pub(crate) fn last_digits(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits.iter().skip(digits.len().saturating_sub(4)).collect()
}
