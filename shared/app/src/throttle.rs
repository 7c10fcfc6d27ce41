//! How fast one customer may go on, decided in memory: a flood of taps costs the table nothing.

use domain::{TelegramUserId, Timestamp, time::Span};

use crate::{App, memory::Memory};

/// What a customer may do at once, and how fast the right to it comes back.
const BURST: u32 = 60;
const INTERVAL: Span = Span::seconds(1);
/// Customers of whom a process remembers how fast they are, at least.
const REMEMBERED: usize = 4096;

/// Whether a customer goes too fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Fine,
    TooFast {
        /// He has not been told yet.
        first: bool,
    },
}

/// The paces of the latest customers.
#[derive(Debug)]
pub(crate) struct Throttle(Memory<TelegramUserId, Bucket>);

/// A token bucket in one number: the moment at which it is full again.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    full_at: Timestamp,
    told: bool,
}

impl Default for Throttle {
    fn default() -> Self {
        Self(Memory::new(REMEMBERED))
    }
}

impl Throttle {
    fn pace(&self, customer: TelegramUserId, now: Timestamp) -> Pace {
        self.0.with(customer, |bucket| {
            let bucket = bucket.unwrap_or(Bucket { full_at: now, told: false });
            // A clock that was set back must not lock anybody out.
            let full_at = bucket.full_at.max(now).min(now.plus(INTERVAL.times(BURST)));
            let next = full_at.plus(INTERVAL);
            // Telling him again waits until he has really paused.
            let told = bucket.told && full_at > now.plus(INTERVAL.times(BURST / 2));
            if next <= now.plus(INTERVAL.times(BURST)) {
                (Some(Bucket { full_at: next, told }), Pace::Fine)
            } else {
                (Some(Bucket { full_at, told: true }), Pace::TooFast { first: !bucket.told })
            }
        })
    }
}

impl App {
    /// Counts one more wish of a customer. Money and receipts are not asked for it.
    pub fn pace(&self, customer: TelegramUserId) -> Pace {
        self.throttle.pace(customer, self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Pace = Pace::TooFast { first: true };
    const AGAIN: Pace = Pace::TooFast { first: false };

    fn customer(n: i64) -> TelegramUserId {
        TelegramUserId::new(7_000_000_000 + n).unwrap()
    }

    #[test]
    fn a_burst_then_one_by_one() {
        let throttle = Throttle::default();
        let start = Timestamp::from_millis(1_795_000_000_000);
        for n in 0..BURST {
            assert_eq!(throttle.pace(customer(1), start), Pace::Fine, "{n}");
        }
        assert_eq!([(); 3].map(|()| throttle.pace(customer(1), start)), [FIRST, AGAIN, AGAIN]);
        assert_eq!(throttle.pace(customer(2), start), Pace::Fine, "another customer is not slower for it");
        let later = start.plus(INTERVAL);
        assert_eq!([(); 3].map(|()| throttle.pace(customer(1), later)), [Pace::Fine, AGAIN, AGAIN], "told once is enough");
        let rested = start.plus(INTERVAL.times(BURST + 1));
        assert!((0..BURST).all(|_| throttle.pace(customer(1), rested) == Pace::Fine));
        assert_eq!(throttle.pace(customer(1), rested), FIRST);
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let throttle = Throttle::default();
        let start = Timestamp::from_millis(1_795_000_000_000);
        for _ in 0..=BURST {
            throttle.pace(customer(1), start);
        }
        let before = start.minus(Span::days(1));
        assert_eq!(throttle.pace(customer(1), before), AGAIN, "the bucket is empty, but not for a day");
        assert_eq!(throttle.pace(customer(1), before.plus(INTERVAL)), Pace::Fine, "a second later");
    }
}
