//! One time-out for an operation of several requests.

use std::time::Duration;

use tokio::time::Instant;

/// When an operation has to be over. Reads the runtime's timer, not the wall clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn after(timeout: Duration) -> Self {
        Self(Instant::now() + timeout)
    }

    /// What is left; `None` where it is over.
    pub(super) fn left(self) -> Option<Duration> {
        self.0.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// An earlier deadline that leaves half of the time for looking at what became of a request.
    pub(super) fn halfway(self) -> Self {
        Self::after(self.left().unwrap_or_default() / 2)
    }

    /// The earlier of this deadline and `timeout` from now.
    pub(super) fn min(self, timeout: Duration) -> Self {
        Self(self.0.min(Instant::now() + timeout))
    }
}
