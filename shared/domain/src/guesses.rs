//! Wrong discount codes, counted so that trying them out is slow. A right code forgives nothing: who knows one could otherwise guess for ever.

use serde::{Deserialize, Serialize};

use crate::{
    ids::TelegramUserId,
    patience::{Count, Patience},
    time::{Span, Timestamp},
};

/// A customer's codes that there are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guesses {
    pub user: TelegramUserId,
    pub wrong: u32,
    pub last_at: Timestamp,
}

impl Guesses {
    /// After so long without a mistake all of them are forgotten.
    pub const LIFETIME: Span = Span::days(1);
    /// A minute after the fifth mistake, twice as long after each further one, up to an hour.
    const PATIENCE: Patience = Patience { first: 5, shortest: Span::minutes(1), longest: Span::hours(1), lifetime: Self::LIFETIME };

    /// Until when no further code is looked at.
    pub fn wait_until(&self, now: Timestamp) -> Option<Timestamp> {
        Self::PATIENCE.wait_until(self.wrong, self.last_at, now)
    }

    /// How the next mistake counts.
    pub fn next(known: Option<&Self>, now: Timestamp) -> Count {
        Self::PATIENCE.next(known.map(|known| known.last_at), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_begin_at_the_fifth_mistake_and_double_up_to_an_hour() {
        let at = Timestamp::from_millis(1_795_000_000_000);
        let guesses = |wrong| Guesses { user: 7_000_000_001.try_into().unwrap(), wrong, last_at: at };
        for (wrong, minutes) in [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (12, 60), (u32::MAX, 60)] {
            let until = (minutes > 0).then(|| at.plus(Span::minutes(minutes)));
            assert_eq!(guesses(wrong).wait_until(at), until, "after {wrong}");
            assert_eq!(guesses(wrong).wait_until(at.plus(Span::minutes(minutes))), None, "after {wrong}, the wait over");
        }
    }

    #[test]
    fn a_day_forgets() {
        let at = Timestamp::from_millis(1_795_000_000_000);
        let guesses = Guesses { user: 7_000_000_001.try_into().unwrap(), wrong: 9, last_at: at };
        let cases =
            [(None, at, Count::Anew), (Some(&guesses), at, Count::OneMore), (Some(&guesses), at.plus(Span::hours(23)), Count::OneMore)];
        for (known, now, expected) in cases.into_iter().chain([(Some(&guesses), at.plus(Guesses::LIFETIME), Count::Anew)]) {
            assert_eq!(Guesses::next(known, now), expected);
        }
    }
}
