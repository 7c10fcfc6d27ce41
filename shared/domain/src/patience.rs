//! How long somebody waits who keeps making the same mistake.

use crate::time::{Span, Timestamp};

/// Some mistakes cost nothing; from then on each costs a wait that is twice as long as the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The mistake that costs the first wait.
    pub first: u32,
    pub shortest: Span,
    pub longest: Span,
    /// After so long without a mistake all of them are forgotten.
    pub lifetime: Span,
}

/// How a further mistake is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The first in a long time: what came before is forgotten.
    Anew,
    /// One more.
    OneMore,
}

impl Patience {
    fn has_forgotten(&self, last_at: Timestamp, now: Timestamp) -> bool {
        now >= last_at.plus(self.lifetime)
    }

    /// Until when whoever made `wrong` mistakes, the last one at `last_at`, has to wait; `None`: he need not.
    pub fn wait_until(&self, wrong: u32, last_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let doublings = wrong.checked_sub(self.first).filter(|_| !self.has_forgotten(last_at, now))?;
        let mut wait = self.shortest;
        // No longest wait is a million times the shortest.
        for _ in 0..doublings.min(20) {
            wait = wait.times(2).min(self.longest);
        }
        let until = last_at.plus(wait);
        (now < until).then_some(until)
    }

    /// How the next mistake counts. `last_at`: when the last one was made, where there was one.
    pub fn next(&self, last_at: Option<Timestamp>, now: Timestamp) -> Count {
        if last_at.is_none_or(|last_at| self.has_forgotten(last_at, now)) { Count::Anew } else { Count::OneMore }
    }
}
