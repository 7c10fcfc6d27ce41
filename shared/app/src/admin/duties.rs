//! What the shop owes, as one list over all queues, the longest due first.

use std::{fmt, str::FromStr};

use domain::{Timestamp, duty::Urgency};
use store::{Cursor, Debtor, DueWork, InvalidCursor, Page, Queue};

use super::ListError;
use crate::App;

/// A debtor with the duty that it owes.
pub type Owed = Debtor;

/// Where a page of the merged queues ends: the place in each queue that the list has gone into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DutiesCursor(Vec<(usize, Cursor)>);

impl fmt::Display for DutiesCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (queue, cursor)) in self.0.iter().enumerate() {
            write!(f, "{}{queue}:{cursor}", if n == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl FromStr for DutiesCursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let place = |part: &str| {
            let (queue, cursor) = part.split_once(':').ok_or(InvalidCursor)?;
            Ok((queue.parse().ok().filter(|queue| *queue < queues().count()).ok_or(InvalidCursor)?, cursor.parse()?))
        };
        text.split('.').map(place).collect::<Result<_, _>>().map(Self)
    }
}

/// Every queue, in an order that cursors rely on.
fn queues() -> impl Iterator<Item = Queue> {
    // Reminders to come are nobody's worry.
    [Queue::Parked].into_iter().chain([Urgency::Money, Urgency::Promise].into_iter().flat_map(Queue::of))
}

impl App {
    /// A page of what is owed, due or not yet. `parked`: only what waits for an operator, or only what does not.
    pub async fn owed(
        &self,
        parked: Option<bool>,
        cursor: Option<&DutiesCursor>,
        limit: u8,
    ) -> Result<(Vec<Owed>, Option<DutiesCursor>), ListError> {
        let wanted = |queue: Queue| parked.is_none_or(|parked| parked == (queue == Queue::Parked));
        let mut places: Vec<(usize, Cursor)> = cursor.cloned().unwrap_or_default().0;
        let mut found: Vec<(usize, Queue, DueWork)> = Vec::new();
        let mut more = false;
        for (n, queue) in queues().enumerate().filter(|(_, queue)| wanted(*queue)) {
            let place = places.iter().find(|(at, _)| *at == n).map(|(_, cursor)| cursor);
            // Whatever is owed, however late it is due.
            let Page { items, next } = self.store.due(queue, Timestamp::from_millis(i64::MAX), place, limit).await?;
            more |= next.is_some();
            found.extend(items.into_iter().map(|work| (n, queue, work)));
        }
        // A queue stands in the order of its due times, and a stable sort keeps it: what is cut off of a queue is its end.
        found.sort_by_key(|(_, _, work)| work.due_at);
        more |= found.len() > usize::from(limit);
        found.truncate(limit.into());
        for (n, queue, work) in &found {
            if let Some(place) = queue.after(work) {
                places.retain(|(at, _)| at != n);
                places.push((*n, place));
            }
        }
        places.sort_by_key(|(n, _)| *n);
        let owners: Vec<_> = found.iter().map(|(_, _, work)| work.owner.clone()).collect();
        let debtors = self.store.debtors(&owners).await?.into_iter().zip(&found);
        // The index may be behind: what is not owed any more is left out.
        let still = debtors.filter_map(|(debtor, (_, queue, _))| {
            let debtor = debtor?;
            let work = debtor.work();
            (work.duty.is_some() && work.parked.is_some() == (*queue == Queue::Parked)).then_some(debtor)
        });
        Ok((still.collect(), more.then_some(DutiesCursor(places))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forged_cursor_is_none() {
        for forged in ["", "x", "0", "0:", "99:eyJwIjoiYSIsInMiOiJiIn0", "0:eyJwIjoiYSIsInMiOiJiIn0.", "-1:e"] {
            assert_eq!(forged.parse::<DutiesCursor>(), Err(InvalidCursor), "{forged}");
        }
        let cursor: DutiesCursor = "0:eyJwIjoiYSIsInMiOiJiIn0.3:eyJwIjoiYSIsInMiOiJjIn0".parse().unwrap();
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
}
