//! What an operator pages through: the `list` index, newest first.

use domain::{
    TelegramUserId, Timestamp,
    admin::{AdminToken, AuditEntry},
    broadcast::Broadcast,
    discount::DiscountCode,
    order::Order,
    payment::Payment,
    time::Month,
    user::User,
};

use crate::{
    Cursor, Entity, InvalidCursor, Store, StoreError,
    cursor::Position,
    item::{from_item, text},
    keys::{self, Key},
    schema,
};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<E> {
    pub items: Vec<E>,
    /// Where the next page starts; `None`: there is none. A filtered page may come short and still have a next.
    pub next: Option<Cursor>,
}

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// Partitioned by month: walked backwards from the newest.
    Users,
    Orders,
    Payments,
    DiscountCodes,
    AdminTokens,
    Broadcasts,
    /// The audit entries of one thing.
    Audit {
        entity: String,
        id: String,
    },
}

/// What a list is narrowed to. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<String>,
    /// Attributes of the summary, by name.
    pub summary: Vec<(&'static str, String)>,
    /// How the names of the items' own partitions begin.
    pub partition: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// From the beginning on, instead of backwards from the newest.
    pub oldest_first: bool,
}

/// No shop is older than the software.
pub(crate) const FIRST_MONTH: &str = "2026-01";
/// Items of one page.
pub(crate) const MAX_LIMIT: u8 = 100;
/// Partitions and queries that one page may cost.
const MAX_QUERIES: usize = 14;

impl List {
    const fn monthly(&self) -> Option<&'static str> {
        match self {
            Self::Users => Some(keys::USERS),
            Self::Orders => Some(keys::ORDERS),
            Self::Payments => Some(keys::PAYMENTS),
            Self::DiscountCodes | Self::AdminTokens | Self::Broadcasts | Self::Audit { .. } => None,
        }
    }

    fn first_partition(&self, now: Timestamp) -> String {
        match self {
            Self::DiscountCodes => "DISCOUNTS".into(),
            Self::AdminTokens => "ADMINTOKENS".into(),
            Self::Broadcasts => "BROADCASTS".into(),
            Self::Audit { entity, id } => format!("TARGET#{entity}#{id}"),
            Self::Users | Self::Orders | Self::Payments => keys::monthly(self.monthly().unwrap_or_default(), now.month()),
        }
    }

    /// The partition where a list begins that goes on from its oldest entry.
    fn oldest_partition(&self, oldest: Month) -> String {
        self.monthly().map_or_else(|| self.first_partition(Timestamp::EPOCH), |prefix| keys::monthly(prefix, oldest))
    }

    /// The partition after this one on the way; `None` where the list ends.
    fn following(&self, partition: &str, oldest: Month, newest: Month, oldest_first: bool) -> Option<String> {
        let prefix = self.monthly()?;
        let month: Month = partition.strip_prefix(prefix)?.strip_prefix('#')?.parse().ok()?;
        if oldest_first {
            return (month < newest).then(|| keys::monthly(prefix, month.next()));
        }
        (month > oldest).then(|| keys::monthly(prefix, month.previous()))
    }

    fn owns(&self, partition: &str) -> bool {
        match self.monthly() {
            Some(prefix) => {
                partition.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('#')).is_some_and(|month| month.parse::<Month>().is_ok())
            }
            None => partition == self.first_partition(Timestamp::EPOCH),
        }
    }
}

impl Store {
    pub async fn list_users(&self, filter: &Filter, cursor: Option<&Cursor>, limit: u8, now: Timestamp) -> Result<Page<User>, ListError> {
        self.list(&List::Users, filter, cursor, limit, now).await
    }
    pub async fn list_orders(&self, filter: &Filter, cursor: Option<&Cursor>, limit: u8, now: Timestamp) -> Result<Page<Order>, ListError> {
        self.list(&List::Orders, filter, cursor, limit, now).await
    }
    pub async fn list_payments(
        &self,
        filter: &Filter,
        cursor: Option<&Cursor>,
        limit: u8,
        now: Timestamp,
    ) -> Result<Page<Payment>, ListError> {
        self.list(&List::Payments, filter, cursor, limit, now).await
    }
    pub async fn list_discount_codes(
        &self,
        filter: &Filter,
        cursor: Option<&Cursor>,
        limit: u8,
        now: Timestamp,
    ) -> Result<Page<DiscountCode>, ListError> {
        self.list(&List::DiscountCodes, filter, cursor, limit, now).await
    }
    pub async fn list_admin_tokens(&self, cursor: Option<&Cursor>, limit: u8, now: Timestamp) -> Result<Page<AdminToken>, ListError> {
        self.list(&List::AdminTokens, &Filter::default(), cursor, limit, now).await
    }
    pub async fn list_broadcasts(
        &self,
        filter: &Filter,
        cursor: Option<&Cursor>,
        limit: u8,
        now: Timestamp,
    ) -> Result<Page<Broadcast>, ListError> {
        self.list(&List::Broadcasts, filter, cursor, limit, now).await
    }
    /// The audit entries of one thing, the newest first.
    pub async fn list_audit(
        &self,
        entity: &str,
        id: &str,
        cursor: Option<&Cursor>,
        limit: u8,
        now: Timestamp,
    ) -> Result<Page<AuditEntry>, ListError> {
        let list = List::Audit { entity: entity.to_owned(), id: id.to_owned() };
        self.list(&list, &Filter::default(), cursor, limit, now).await
    }

    /// Users whom `inviter` invited, by the list of all users narrowed to them, would walk everybody: the referrals of the inviter are one partition.
    pub async fn invited_by(&self, inviter: TelegramUserId, cursor: Option<&Cursor>, limit: u8) -> Result<Page<User>, StoreError> {
        let referrals = self.referrals_of(inviter, cursor, limit).await?;
        let wanted: Vec<Key> = referrals.items.iter().map(|referral| keys::user(referral.invitee)).collect();
        Ok(Page { items: self.read_all(&wanted).await?, next: referrals.next })
    }

    /// The index says which items, the table says what they are: pages never show what the index has not caught up with.
    async fn list<E: Entity>(
        &self,
        list: &List,
        filter: &Filter,
        cursor: Option<&Cursor>,
        limit: u8,
        now: Timestamp,
    ) -> Result<Page<E>, ListError> {
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let limit = usize::from(limit.clamp(1, MAX_LIMIT));
        let newest = filter.to.map_or(now, |to| to.min(now));
        let oldest = filter.from.unwrap_or(Timestamp::EPOCH).month().max(FIRST_MONTH.parse().map_err(|_| InvalidCursor)?);
        let (mut partition, mut start) = match cursor.map(|cursor| cursor.on_index(schema::LIST)) {
            None if filter.oldest_first => (list.oldest_partition(oldest), None),
            None => (list.first_partition(newest), None),
            Some((partition, start)) => (partition.filter(|partition| list.owns(partition)).ok_or(InvalidCursor)?, start),
        };
        let mut found: Vec<Key> = Vec::new();
        let mut next = None;
        for query in 0..MAX_QUERIES {
            let (keys, last) = self.list_query(&partition, filter, start.take(), limit - found.len()).await?;
            found.extend(keys);
            if let Some(position) = last {
                if found.len() >= limit || query + 1 == MAX_QUERIES {
                    next = Some(Cursor::new(position));
                    break;
                }
                start = Cursor::new(position).on_index(schema::LIST).1;
                continue;
            }
            let Some(following) = list.following(&partition, oldest, newest.month(), filter.oldest_first) else { break };
            if found.len() >= limit || query + 1 == MAX_QUERIES {
                next = Some(Cursor::new(Position::at_partition(following)));
                break;
            }
            partition = following;
        }
        Ok(Page { items: self.read_all(&found).await?, next })
    }

    async fn list_query(
        &self,
        partition: &str,
        filter: &Filter,
        start: Option<crate::item::Item>,
        limit: usize,
    ) -> Result<(Vec<Key>, Option<Position>), ListError> {
        let resumed = start.is_some();
        let mut conditions = Vec::new();
        let mut request = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(schema::LIST.name)
            .expression_attribute_names("#partition", schema::LIST.partition)
            .expression_attribute_values(":partition", text(partition))
            .scan_index_forward(filter.oldest_first)
            .set_exclusive_start_key(start);
        let key_condition = match (filter.from, filter.to) {
            (None, None) => "#partition = :partition".to_owned(),
            (from, to) => {
                // A sort key is a time and a name: `~` comes after every character of one.
                let from = from.map_or_else(String::new, |from| from.to_string());
                let to = to.map_or_else(|| "~".to_owned(), |to| format!("{to}~"));
                request = request
                    .expression_attribute_names("#sort", schema::LIST.sort)
                    .expression_attribute_values(":from", text(if from.is_empty() { " ".to_owned() } else { from }))
                    .expression_attribute_values(":to", text(to));
                "#partition = :partition AND #sort BETWEEN :from AND :to".to_owned()
            }
        };
        if let Some(status) = &filter.status {
            request = request.expression_attribute_names("#status", schema::STATUS).expression_attribute_values(":status", text(status));
            conditions.push("#status = :status".to_owned());
        }
        if !filter.summary.is_empty() {
            request = request.expression_attribute_names("#summary", schema::SUMMARY);
        }
        for (n, (name, value)) in filter.summary.iter().enumerate() {
            request =
                request.expression_attribute_names(format!("#s{n}"), *name).expression_attribute_values(format!(":s{n}"), text(value));
            conditions.push(format!("#summary.#s{n} = :s{n}"));
        }
        if let Some(begin) = &filter.partition {
            request = request.expression_attribute_names("#pk", schema::PK).expression_attribute_values(":begin", text(begin));
            conditions.push("begins_with(#pk, :begin)".to_owned());
        }
        // A filter is applied after the limit: look at more entries than are wanted, but never at an unbounded number.
        let evaluated = if conditions.is_empty() { limit } else { 200 };
        let filter_expression = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        let request = request.key_condition_expression(key_condition).set_filter_expression(filter_expression);
        let answer = request.limit(i32::try_from(evaluated.max(1)).unwrap_or(1)).send().await;
        let answer = answer.map_err(|error| ListError::of_query(StoreError::of_sdk(error), resumed))?;
        let mut items = answer.items.unwrap_or_default();
        let mut last = answer.last_evaluated_key.as_ref().and_then(|key| Position::of_index_key(key, schema::LIST));
        if items.len() > limit {
            items.truncate(limit);
            last = items.last().and_then(|item| Position::of_index_key(item, schema::LIST));
        }
        let part = |item: &crate::item::Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        let keys = items.iter().filter_map(|item| Some(Key { pk: part(item, schema::PK)?, sk: part(item, schema::SK)? })).collect();
        Ok((keys, last))
    }

    pub(crate) async fn read_all<E: Entity>(&self, wanted: &[Key]) -> Result<Vec<E>, StoreError> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.get_many(wanted).await?.into_iter().flatten().map(from_item).collect()
    }
}

/// Why a list could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ListError {
    /// A start key that the table does not take was not given out by it.
    pub(crate) fn of_query(error: StoreError, resumed: bool) -> Self {
        match error {
            StoreError::Refused { code, .. } if resumed && code == "ValidationException" => Self::Cursor(InvalidCursor),
            error => Self::Store(error),
        }
    }
}
