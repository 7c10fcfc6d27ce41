//! What operators did, whatever they did it to.

use domain::{Timestamp, admin::AuditEntry, time::Span};

use crate::{Cursor, InvalidCursor, ListError, Page, Store, cursor::Position, keys, list::MAX_LIMIT};

/// No shop is older than the software.
const FIRST_DAY: &str = "2026-01-01";
/// Days that one page may look through.
const MAX_DAYS: usize = 31;

impl Store {
    /// The audit entries of the whole shop, the newest first: day by day backwards, at most a month of days a page. A page may come short, or be
    /// empty, and still have a next.
    pub async fn audit_log(&self, cursor: Option<&Cursor>, limit: u8, now: Timestamp) -> Result<Page<AuditEntry>, ListError> {
        let limit = limit.clamp(1, MAX_LIMIT);
        let mut day = match cursor {
            None => now.day(),
            Some(cursor) => day_of(cursor.table_partition().ok_or(InvalidCursor)?).ok_or(InvalidCursor)?,
        };
        let mut cursor = cursor.cloned();
        let mut items: Vec<AuditEntry> = Vec::new();
        for _ in 0..MAX_DAYS {
            let wanted = limit - u8::try_from(items.len()).unwrap_or(limit).min(limit);
            let page = self.partition(&keys::audit_day(&day), keys::ULID_PREFIX, cursor.take().as_ref(), wanted, false).await?;
            items.extend(page.items);
            if page.next.is_some() {
                return Ok(Page { items, next: page.next });
            }
            let Some(before) = day_before(&day) else { return Ok(Page { items, next: None }) };
            day = before;
            if items.len() >= usize::from(limit) {
                break;
            }
        }
        Ok(Page { items, next: Some(Cursor::new(Position::at_partition(keys::audit_day(&day)))) })
    }
}

fn day_of(partition: &str) -> Option<String> {
    let day = partition.strip_prefix("AUDIT#")?;
    (start_of(day)?.day() == day).then(|| day.to_owned())
}

fn start_of(day: &str) -> Option<Timestamp> {
    format!("{day}T00:00:00Z").parse().ok()
}

/// `None` where there can be nothing.
fn day_before(day: &str) -> Option<String> {
    (day > FIRST_DAY).then(|| Some(start_of(day)?.minus(Span::days(1)).day())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_back_to_the_first() {
        assert_eq!(day_before("2026-03-01").as_deref(), Some("2026-02-28"));
        assert_eq!(day_before("2026-01-02").as_deref(), Some("2026-01-01"));
        assert_eq!(day_before("2026-01-01"), None);
        assert_eq!(day_of("AUDIT#2026-11-22").as_deref(), Some("2026-11-22"));
        for other in ["AUDIT#2026-1-2", "AUDIT#2026-13-01", "AUDIT#", "USERS#2026-11", ""] {
            assert_eq!(day_of(other), None, "{other}");
        }
    }
}
