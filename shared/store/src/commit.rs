//! Conditional writes, one or many at once.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use domain::{
    OrderId, TelegramUserId, Timestamp,
    admin::{Source, WrongTokens},
    discount::DiscountCode,
    duty::Duty,
    guesses::Guesses,
    planted::{Bug, planted},
    referral::ReferralState,
    time::Span,
    user::UserStatus,
};
use thiserror::Error;
use tracing::warn;

use crate::{
    CardAmount, Entity, Store, StoreError,
    item::{Item, from_item, number, primary, queue, text, to_item},
    keys::{self, Key, shard_of},
    schema,
};

/// One conditional write. Made by the constructors below, each of which says what it takes for granted.
#[derive(Debug, Clone)]
pub struct Write {
    key: Key,
    op: Op,
    condition: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

#[derive(Debug, Clone)]
enum Op {
    Put(Item),
    /// `SET`, `ADD`, `REMOVE` and `DELETE` clauses; the attempt's nonce is set besides.
    Update {
        set: Vec<String>,
        rest: String,
    },
    Delete,
}

/// Why a commit did not happen, or may not have happened.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The condition of the write at `position` does not hold; nothing was written. Where several do not, the first one is told.
    #[error("write {position} was refused")]
    Refused { position: usize, found: Option<Found> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The item that stood in a write's way.
#[derive(Debug, Clone, PartialEq)]
pub struct Found(Item);

impl Found {
    pub fn read<E: Entity>(self) -> Result<E, StoreError> {
        from_item(self.0)
    }
}

impl Write {
    fn new(key: Key, op: Op, condition: &str) -> Self {
        Self { key, op, condition: condition.to_owned(), names: HashMap::new(), values: HashMap::new() }
    }

    fn update(key: Key, condition: &str) -> Self {
        Self::new(key, Op::Update { set: Vec::new(), rest: String::new() }, condition)
    }

    fn name(mut self, alias: &str, name: &str) -> Self {
        self.names.insert(alias.to_owned(), name.to_owned());
        self
    }

    fn value(mut self, alias: &str, value: AttributeValue) -> Self {
        self.values.insert(alias.to_owned(), value);
        self
    }

    fn set(mut self, clause: &str) -> Self {
        if let Op::Update { set, .. } = &mut self.op {
            set.push(clause.to_owned());
        }
        self
    }

    fn rest(mut self, clauses: &str) -> Self {
        if let Op::Update { rest, .. } = &mut self.op {
            rest.push(' ');
            rest.push_str(clauses);
        }
        self
    }

    /// A new item. Condition: nothing has its key.
    pub fn create<E: Entity>(entity: &E) -> Result<Self, StoreError> {
        Ok(Self::new(
            entity.key(),
            Op::Put(to_item(entity)?),
            if planted(Bug::CreateOverwrites) { "attribute_not_exists(#pk) OR attribute_exists(#pk)" } else { "attribute_not_exists(#pk)" },
        )
        .name("#pk", schema::PK))
    }

    /// The next state of what was read: raises `entity`'s version. Condition: the table still holds the version that was read.
    pub fn replace<E: Entity>(entity: &mut E) -> Result<Self, StoreError> {
        let version = entity.version_mut().ok_or(StoreError::Unwritable { entity: E::TYPE, reason: "it has no version".into() })?;
        let read = *version;
        *version = read.saturating_add(1);
        let write = Self::new(
            entity.key(),
            Op::Put(to_item(entity)?),
            if planted(Bug::VersionUnchecked) { "attribute_exists(#version) OR #version = :read" } else { "#version = :read" },
        );
        Ok(write.name("#version", schema::VERSION).value(":read", number(read)))
    }

    /// An item of no consequence, whatever was there before. No condition.
    pub fn put<E: Entity>(entity: &E) -> Result<Self, StoreError> {
        Ok(Self::new(entity.key(), Op::Put(to_item(entity)?), ""))
    }

    /// Somebody joined by this inviter's link. Condition: the inviter exists and is not banned.
    pub fn count_invited(inviter: TelegramUserId) -> Self {
        Self::count(inviter, "invited", "attribute_exists(#pk) AND attribute_not_exists(#banned)").name("#banned", "banned_at")
    }

    /// The same for an inviter whom nobody may have invited meanwhile. Condition: besides, he has no inviter.
    pub fn count_invited_by_root(inviter: TelegramUserId) -> Self {
        let mut write = Self::count_invited(inviter).name("#inviter", "invited_by");
        write.condition.push_str(" AND attribute_not_exists(#inviter)");
        write
    }

    /// Changes nothing of a user. Condition: he exists and has no inviter.
    pub fn still_uninvited(user: TelegramUserId) -> Self {
        Self::update(keys::user(user), "attribute_exists(#pk) AND attribute_not_exists(#inviter)")
            .name("#pk", schema::PK)
            .name("#inviter", "invited_by")
    }

    /// An invited user paid for the first time. Condition: the inviter exists.
    pub fn count_qualified(inviter: TelegramUserId) -> Self {
        Self::count(inviter, "qualified", "attribute_exists(#pk)")
    }

    /// The prize for an invited user was given. Condition: the inviter exists.
    pub fn count_granted(inviter: TelegramUserId) -> Self {
        Self::count(inviter, "granted", "attribute_exists(#pk)")
    }

    /// A user who was invited in another shop came over from there, with what became of that: as one write, since a transaction has one for each item.
    /// Condition: the inviter exists.
    pub fn count_moved(inviter: TelegramUserId, granted: bool) -> Self {
        let write = Self::update(keys::user(inviter), "attribute_exists(#pk)")
            .name("#pk", schema::PK)
            .name("#invited", "invited")
            .name("#version", schema::VERSION)
            .value(":one", number(1));
        if granted {
            let write = write.name("#qualified", "qualified").name("#granted", "granted");
            write.rest("ADD #invited :one, #qualified :one, #granted :one, #version :one")
        } else {
            write.rest("ADD #invited :one, #version :one")
        }
    }

    fn count(user: TelegramUserId, counter: &str, condition: &str) -> Self {
        Self::update(keys::user(user), condition)
            .name("#pk", schema::PK)
            .name("#counter", counter)
            .name("#version", schema::VERSION)
            .value(":one", number(1))
            .rest("ADD #counter :one, #version :one")
    }

    /// An order was finished: its buyer is an active customer. Condition: the buyer exists.
    pub fn activate_user(user: TelegramUserId, now: Timestamp) -> Self {
        Self::update(keys::user(user), "attribute_exists(#pk)")
            .name("#pk", schema::PK)
            .name("#status", schema::STATUS)
            .name("#first", "first_paid_at")
            .name("#version", schema::VERSION)
            .value(":active", text(UserStatus::Active.name()))
            .value(":now", text(now.to_string()))
            .value(":one", number(1))
            .set("#status = :active")
            .set("#first = if_not_exists(#first, :now)")
            .rest("ADD #version :one")
    }

    /// A customer's last subscription has ended. Condition: he counts as active.
    pub fn lapse_user(user: TelegramUserId) -> Self {
        Self::user_status(user, UserStatus::Active, UserStatus::Expired)
    }

    /// A customer whose subscriptions had all ended has one again. Condition: he counts as expired.
    pub fn restore_user(user: TelegramUserId) -> Self {
        Self::user_status(user, UserStatus::Expired, UserStatus::Active)
    }

    /// A customer has a subscription that he did not pay for, his first. Condition: he counts as new.
    pub fn welcome_user(user: TelegramUserId) -> Self {
        Self::user_status(user, UserStatus::New, UserStatus::Active)
    }

    fn user_status(user: TelegramUserId, from: UserStatus, to: UserStatus) -> Self {
        Self::update(keys::user(user), "#status = :from")
            .name("#status", schema::STATUS)
            .name("#version", schema::VERSION)
            .value(":from", text(from.name()))
            .value(":to", text(to.name()))
            .value(":one", number(1))
            .set("#status = :to")
            .rest("ADD #version :one")
    }

    /// Takes one use of a code for an order. Condition: its terms are still those of `code`, it is active, inside its window, and uses are left.
    pub fn reserve_code(code: &DiscountCode, now: Timestamp) -> Self {
        let condition = "#version = :terms AND #active = :true AND (attribute_not_exists(#from) OR #from <= :now) \
                         AND (attribute_not_exists(#to) OR #to >= :now) AND (attribute_not_exists(#limit) OR #used < #limit)";
        let condition = if planted(Bug::UseLimitUnchecked) {
            condition.replace("#used < #limit", "#used >= :one OR #used < :one")
        } else {
            condition.to_owned()
        };
        let condition = condition.as_str();
        Self::update(keys::discount_code(&code.name), condition)
            .name("#version", schema::VERSION)
            .name("#active", "active")
            .name("#from", "valid_from")
            .name("#to", "valid_to")
            .name("#limit", "use_limit")
            .name("#used", "times_used")
            .value(":terms", number(code.version))
            .value(":true", AttributeValue::Bool(true))
            .value(":now", text(now.to_string()))
            .value(":one", number(1))
            .rest("ADD #used :one")
    }

    /// Late money for an order that gave its use back: takes one again. Condition: the code exists and uses are left.
    pub fn retake_code(name: &domain::DiscountCodeName) -> Self {
        Self::update(keys::discount_code(name), "attribute_exists(#pk) AND (attribute_not_exists(#limit) OR #used < #limit)")
            .name("#pk", schema::PK)
            .name("#limit", "use_limit")
            .name("#used", "times_used")
            .value(":one", number(1))
            .rest("ADD #used :one")
    }

    /// Late money where no use is left: counted apart. Condition: the code exists.
    pub fn count_late_use(name: &domain::DiscountCodeName) -> Self {
        Self::update(keys::discount_code(name), "attribute_exists(#pk)")
            .name("#pk", schema::PK)
            .name("#late", "late_uses")
            .value(":one", number(1))
            .rest("ADD #late :one")
    }

    /// Gives a use back. Condition: one is taken.
    pub fn release_code(name: &domain::DiscountCodeName) -> Self {
        Self::update(keys::discount_code(name), "#used >= :one")
            .name("#used", "times_used")
            .value(":one", number(1))
            .value(":minus", number(-1))
            .rest("ADD #used :minus")
    }

    /// The customer's side of a reservation. Condition: this order does not hold the code yet, and fewer than `limit` of the customer's do.
    pub fn hold_redemption(name: &domain::DiscountCodeName, order: OrderId, limit: Option<u32>) -> Self {
        let base = "attribute_not_exists(#orders) OR NOT contains(#orders, :order)";
        let write = Self::redemption(name, order)
            .name("#type", schema::ENTITY_TYPE)
            .name("#schema", schema::SCHEMA_VERSION)
            .value(":redemption", text("redemption"))
            .value(":one", number(1))
            .set("#type = :redemption")
            .set("#schema = :one");
        let mut write = write.rest("ADD #orders :set").value(":set", AttributeValue::Ss(vec![order.key.to_string()]));
        write.condition = match limit {
            None => base.to_owned(),
            Some(_) if planted(Bug::UserLimitUnchecked) => {
                "attribute_not_exists(#orders) OR ((size(#orders) < :limit OR size(#orders) >= :limit) AND NOT contains(#orders, :order))"
                    .to_owned()
            }
            Some(_) => "attribute_not_exists(#orders) OR (size(#orders) < :limit AND NOT contains(#orders, :order))".to_owned(),
        };
        match limit {
            None => write,
            Some(limit) => write.value(":limit", number(limit)),
        }
    }

    /// The customer's side of a release. Condition: this order holds the code.
    pub fn drop_redemption(name: &domain::DiscountCodeName, order: OrderId) -> Self {
        let mut write =
            Self::redemption(name, order).rest("DELETE #orders :set").value(":set", AttributeValue::Ss(vec![order.key.to_string()]));
        write.condition = "contains(#orders, :order)".to_owned();
        write
    }

    fn redemption(name: &domain::DiscountCodeName, order: OrderId) -> Self {
        Self::update(keys::redemption(name, order.buyer), "").name("#orders", "orders").value(":order", text(order.key.to_string()))
    }

    /// An invited user's first paid order: the prize is owed at once. Needs no read of the referral. Condition: it is still attached.
    pub fn qualify_referral(inviter: TelegramUserId, order: OrderId, now: Timestamp) -> Self {
        let key = keys::referral(inviter, order.buyer);
        let shard = queue(Duty::Reward.urgency().name(), shard_of(&key));
        Self::update(
            key,
            if planted(Bug::QualifiedTwice) { "#state = :attached OR attribute_exists(#state)" } else { "#state = :attached" },
        )
        .name("#state", "state")
        .name("#order", "order")
        .name("#at", "qualified_at")
        .name("#duty", schema::DUTY)
        .name("#due", schema::WORK.sort)
        .name("#shard", schema::WORK.partition)
        .name("#version", schema::VERSION)
        .value(":attached", text(ReferralState::Attached.name()))
        .value(":qualified", text(ReferralState::Qualified.name()))
        .value(":order", text(order.key.to_string()))
        .value(":now", text(now.to_string()))
        .value(":reward", text(Duty::Reward.name()))
        .value(":queue", text(shard))
        .value(":one", number(1))
        .set("#state = :qualified")
        .set("#order = :order")
        .set("#at = :now")
        .set("#duty = :reward")
        .set("#due = :now")
        .set("#shard = :queue")
        .rest("ADD #version :one")
    }

    /// The order that qualified a referral was refunded: nothing is owed to the inviter any more. Condition: it is qualified, by this order.
    pub fn restore_referral(inviter: TelegramUserId, order: OrderId) -> Self {
        Self::update(keys::referral(inviter, order.buyer), "#state = :qualified AND #order = :order")
            .name("#state", "state")
            .name("#order", "order")
            .name("#at", "qualified_at")
            .name("#duty", schema::DUTY)
            .name("#due", schema::WORK.sort)
            .name("#shard", schema::WORK.partition)
            .name("#tries", "tries")
            .name("#parked", "parked")
            .name("#version", schema::VERSION)
            .value(":attached", text(ReferralState::Attached.name()))
            .value(":qualified", text(ReferralState::Qualified.name()))
            .value(":order", text(order.key.to_string()))
            .value(":one", number(1))
            .set("#state = :attached")
            .rest("REMOVE #order, #at, #duty, #due, #shard, #tries, #parked ADD #version :one")
    }

    /// The other side of [`Write::count_qualified`]. Condition: one was counted.
    pub fn uncount_qualified(inviter: TelegramUserId) -> Self {
        Self::update(keys::user(inviter), "#counter >= :one")
            .name("#counter", "qualified")
            .name("#version", schema::VERSION)
            .value(":one", number(1))
            .value(":minus", number(-1))
            .rest("ADD #counter :minus, #version :one")
    }

    /// New terms of a code; its uses stay as they are. Raises `code`'s version. Condition: the table still holds the version that was read.
    pub fn edit_code(code: &mut DiscountCode) -> Result<Self, StoreError> {
        let read = code.version;
        code.version = read.saturating_add(1);
        let mut item = to_item(code)?;
        for kept in [schema::PK, schema::SK, "times_used", "late_uses", schema::NONCE] {
            item.remove(kept);
        }
        let optional = ["valid_from", "valid_to", "use_limit", "per_user_limit", "products", "first_purchase_only", "minimum", "owner"];
        let removed: Vec<&str> = optional.into_iter().filter(|name| !item.contains_key(*name)).collect();
        let mut write = Self::update(keys::discount_code(&code.name), "#version = :read").value(":read", number(read));
        for (name, value) in item {
            write = write.set(&format!("#{name} = :{name}")).name(&format!("#{name}"), &name).value(&format!(":{name}"), value);
        }
        if !removed.is_empty() {
            let aliases: Vec<String> = removed.iter().map(|name| format!("#{name}")).collect();
            for name in removed {
                write = write.name(&format!("#{name}"), name);
            }
            write = write.rest(&format!("REMOVE {}", aliases.join(", ")));
        }
        Ok(write)
    }

    /// A customer sends the operators one more message in this hour since 1970. Condition: he sent fewer than `limit`.
    pub fn count_support_message(user: TelegramUserId, hour: i64, limit: u32) -> Self {
        let key = keys::support_hour(user, hour);
        Self::update(key, "attribute_not_exists(#count) OR #count < :limit")
            .name("#count", "messages")
            .name("#type", schema::ENTITY_TYPE)
            .name("#schema", schema::SCHEMA_VERSION)
            .name("#ttl", schema::TTL)
            .value(":type", text("support_hour"))
            .value(":one", number(1))
            .value(":limit", number(limit))
            .value(":ttl", number(hour.saturating_add(2).saturating_mul(3600)))
            .set("#type = :type")
            .set("#schema = :one")
            .set("#ttl = :ttl")
            .rest("ADD #count :one")
    }

    /// A customer tried one more code that there is not. No condition.
    pub fn count_guess(user: TelegramUserId, now: Timestamp) -> Self {
        Self::count_mistake::<Guesses>(keys::guesses(user), ("user", number(user)), now, Guesses::LIFETIME)
    }

    /// One more token that there is not. `by`: as [`WrongTokens::by`]. No condition.
    pub fn count_wrong_token(by: &str, now: Timestamp) -> Self {
        Self::count_mistake::<WrongTokens>(keys::wrong_tokens(by), ("by", text(by)), now, WrongTokens::LIFETIME)
    }

    fn count_mistake<E: Entity>(key: Key, (field, whose): (&str, AttributeValue), now: Timestamp, lifetime: Span) -> Self {
        Self::update(key, "")
            .name("#type", schema::ENTITY_TYPE)
            .name("#schema", schema::SCHEMA_VERSION)
            .name("#whose", field)
            .name("#last", "last_at")
            .name("#wrong", "wrong")
            .name("#ttl", schema::TTL)
            .value(":type", text(E::TYPE))
            .value(":schema", number(E::SCHEMA))
            .value(":whose", whose)
            .value(":now", text(now.to_string()))
            .value(":one", number(1))
            .value(":ttl", number(now.plus(lifetime).seconds()))
            .set("#type = :type")
            .set("#schema = :schema")
            .set("#whose = :whose")
            .set("#last = :now")
            .set("#ttl = :ttl")
            .rest("ADD #wrong :one")
    }

    /// An admin token was used. Its version stays, since nobody decides by it. Condition: the token is there.
    pub fn token_used(hash: &str, source: &Source, now: Timestamp) -> Self {
        Self::update(keys::admin_token(hash), "attribute_exists(#pk)")
            .name("#pk", schema::PK)
            .name("#at", "last_used_at")
            .name("#from", "last_used_from")
            .value(":now", text(now.to_string()))
            .value(":from", text(source.to_string()))
            .set("#at = :now")
            .set("#from = :from")
    }

    /// A customer accepts a version of the terms of use. Condition: he is known, and has accepted none or an older one.
    pub fn accept_terms(user: TelegramUserId, version: u32) -> Self {
        Self::update(keys::user(user), "attribute_exists(#pk) AND (attribute_not_exists(#accepted) OR #accepted < :accepted)")
            .name("#pk", schema::PK)
            .name("#accepted", "terms_accepted")
            .name("#version", schema::VERSION)
            .value(":accepted", number(version))
            .value(":one", number(1))
            .set("#accepted = :accepted")
            .rest("ADD #version :one")
    }

    /// An order no longer waits for an amount. Condition: it is this order's, or gone.
    pub fn release_card_amount(amount: &CardAmount) -> Result<Self, StoreError> {
        let order = serde_dynamo::to_attribute_value(amount.order)
            .map_err(|error| StoreError::Unwritable { entity: CardAmount::TYPE, reason: error.to_string() })?;
        let write = Self::new(amount.key(), Op::Delete, "attribute_not_exists(#pk) OR #order = :order");
        Ok(write.name("#pk", schema::PK).name("#order", "order").value(":order", order))
    }

    /// Removes an item of no consequence. No condition.
    pub fn delete(key: Key) -> Self {
        Self::new(key, Op::Delete, "")
    }

    fn with_nonce(mut self, nonce: &str) -> Self {
        match &mut self.op {
            Op::Put(item) => {
                item.insert(schema::NONCE.to_owned(), text(nonce));
            }
            Op::Update { set, .. } => {
                set.push("#nonce = :nonce".to_owned());
                self.names.insert("#nonce".to_owned(), schema::NONCE.to_owned());
                self.values.insert(":nonce".to_owned(), text(nonce));
                // What an update says may hold after it as it did before: a repeat must meet its own write all the same.
                let other = "(attribute_not_exists(#nonce) OR #nonce <> :nonce)";
                self.condition = if self.condition.is_empty() { other.to_owned() } else { format!("({}) AND {other}", self.condition) };
            }
            Op::Delete => {}
        }
        self
    }

    fn condition(&self) -> Option<String> {
        (!self.condition.is_empty()).then(|| self.condition.clone())
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

fn update_expression(set: &[String], rest: &str) -> String {
    format!("SET {}{rest}", set.join(", "))
}

/// How often a commit is tried when nothing but other transactions stood in its way.
const CONFLICT_TRIES: u32 = 3;
const CONFLICT_WAIT_MS: u64 = 40;

impl Store {
    /// Does all of `writes` or none. `nonce` names this attempt: at most 36 characters, never used for another list of writes. When an answer
    /// was lost and the repeated request meets its own write, the nonce tells, and the commit has succeeded.
    pub async fn commit(&self, nonce: &str, writes: Vec<Write>) -> Result<(), CommitError> {
        let writes: Vec<Write> = writes.into_iter().map(|write| write.with_nonce(nonce)).collect();
        if planted(Bug::TransactionSplit) {
            for (position, write) in writes.into_iter().enumerate() {
                match self.write_one(nonce, write).await {
                    Err(CommitError::Refused { found, .. }) => return Err(CommitError::Refused { position, found }),
                    other => other?,
                }
            }
            return Ok(());
        }
        match <[Write; 1]>::try_from(writes) {
            Ok([write]) => self.write_one(nonce, write).await,
            Err(writes) => self.write_all(nonce, &writes).await,
        }
    }

    async fn write_one(&self, nonce: &str, write: Write) -> Result<(), CommitError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.send_one(&write).await? {
                Sent::Done => return Ok(()),
                Sent::Refused(Some(item)) if written_by(&item, nonce) => return Ok(()),
                Sent::Refused(found) => return Err(CommitError::Refused { position: 0, found: found.map(Found) }),
                Sent::Conflict => self.after_conflict(tries).await?,
            }
        }
    }

    async fn send_one(&self, write: &Write) -> Result<Sent, StoreError> {
        // The three operations answer alike, each with types of its own.
        macro_rules! sent {
            ($request:expr, $error:ident) => {{
                let request = $request.table_name(&*self.table).set_condition_expression(write.condition());
                let request = request.set_expression_attribute_names(write.names()).set_expression_attribute_values(write.values());
                let returning = write.condition().map(|_| ReturnValuesOnConditionCheckFailure::AllOld);
                match request.set_return_values_on_condition_check_failure(returning).send().await {
                    Ok(_) => Ok(Sent::Done),
                    Err(error) => match error.as_service_error() {
                        Some($error::ConditionalCheckFailedException(refused)) => Ok(Sent::Refused(refused.item.clone())),
                        Some($error::TransactionConflictException(_)) => Ok(Sent::Conflict),
                        _ => Err(StoreError::of_sdk(error)),
                    },
                }
            }};
        }
        let key = Some(primary(&write.key));
        match &write.op {
            Op::Put(item) => sent!(self.client.put_item().set_item(Some(item.clone())), PutItemError),
            Op::Update { set, rest } => {
                sent!(self.client.update_item().set_key(key).update_expression(update_expression(set, rest)), UpdateItemError)
            }
            Op::Delete => sent!(self.client.delete_item().set_key(key), DeleteItemError),
        }
    }

    /// Waits, with full jitter, before what met another transaction is tried again. `Throttled` when it has been tried enough.
    pub(crate) async fn after_conflict(&self, tries: u32) -> Result<(), StoreError> {
        if tries >= CONFLICT_TRIES {
            return Err(StoreError::Throttled);
        }
        warn!(tries, "another transaction was met");
        tokio::time::sleep(Duration::from_millis((self.jitter)(CONFLICT_WAIT_MS << tries))).await;
        Ok(())
    }

    async fn write_all(&self, nonce: &str, writes: &[Write]) -> Result<(), CommitError> {
        let items = writes.iter().map(|write| self.transaction_item(write)).collect::<Result<Vec<_>, _>>()?;
        let mut tries = 0;
        loop {
            tries += 1;
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone())).client_request_token(nonce);
            let error = match request.send().await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let reasons = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    canceled.cancellation_reasons.clone().unwrap_or_default()
                }
                // Ours, still running after its answer was given up: its outcome shows when it is asked for again.
                Some(service) if service.code() == Some("TransactionInProgressException") && tries < CONFLICT_TRIES => Vec::new(),
                _ => return Err(StoreError::of_sdk(error).into()),
            };
            match verdict(&reasons, nonce) {
                Canceled::Ours => return Ok(()),
                Canceled::Refused { position, found } => return Err(CommitError::Refused { position, found }),
                Canceled::Throttled => return Err(StoreError::Throttled.into()),
                Canceled::Other(code) => return Err(StoreError::Refused { code, message: "in a transaction".into() }.into()),
                Canceled::Conflict if planted(Bug::ConflictAssumedDone) => return Ok(()),
                Canceled::Conflict => self.after_conflict(tries).await?,
            }
        }
    }

    fn transaction_item(&self, write: &Write) -> Result<TransactWriteItem, StoreError> {
        let unwritable =
            |error: aws_sdk_dynamodb::error::BuildError| StoreError::Unwritable { entity: "transaction", reason: error.to_string() };
        let returning = Some(ReturnValuesOnConditionCheckFailure::AllOld);
        let item = TransactWriteItem::builder();
        Ok(match &write.op {
            Op::Put(content) => item.put(
                Put::builder()
                    .table_name(&*self.table)
                    .set_item(Some(content.clone()))
                    .set_condition_expression(write.condition())
                    .set_expression_attribute_names(write.names())
                    .set_expression_attribute_values(write.values())
                    .set_return_values_on_condition_check_failure(returning)
                    .build()
                    .map_err(unwritable)?,
            ),
            Op::Update { set, rest } => item.update(
                Update::builder()
                    .table_name(&*self.table)
                    .set_key(Some(primary(&write.key)))
                    .update_expression(update_expression(set, rest))
                    .set_condition_expression(write.condition())
                    .set_expression_attribute_names(write.names())
                    .set_expression_attribute_values(write.values())
                    .set_return_values_on_condition_check_failure(returning)
                    .build()
                    .map_err(unwritable)?,
            ),
            Op::Delete => item.delete(
                Delete::builder()
                    .table_name(&*self.table)
                    .set_key(Some(primary(&write.key)))
                    .set_condition_expression(write.condition())
                    .set_expression_attribute_names(write.names())
                    .set_expression_attribute_values(write.values())
                    .set_return_values_on_condition_check_failure(returning)
                    .build()
                    .map_err(unwritable)?,
            ),
        }
        .build())
    }
}

pub(crate) fn written_by(item: &Item, nonce: &str) -> bool {
    planted(Bug::NonceMismatchIgnored)
        || item.get(schema::NONCE).and_then(|value| value.as_s().ok()).is_some_and(|written| written == nonce)
}

/// What came of a request with one write.
#[derive(Debug)]
enum Sent {
    Done,
    /// With the item that stood in the way.
    Refused(Option<Item>),
    /// Another transaction held the item.
    Conflict,
}

/// Why a transaction was canceled, told by the positions of its writes.
#[derive(Debug, PartialEq)]
enum Canceled {
    /// It met what an earlier try of itself wrote.
    Ours,
    Refused {
        position: usize,
        found: Option<Found>,
    },
    /// Nothing but other transactions, or one of ours whose outcome is not known yet.
    Conflict,
    Throttled,
    Other(String),
}

fn verdict(reasons: &[CancellationReason], nonce: &str) -> Canceled {
    let code = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    if reasons.iter().any(|reason| reason.item().is_some_and(|item| written_by(item, nonce))) {
        return Canceled::Ours;
    }
    if let Some(position) = reasons.iter().position(|reason| reason.code() == Some("ConditionalCheckFailed")) {
        let found = reasons.get(position).and_then(|reason| reason.item().cloned()).map(Found);
        return Canceled::Refused { position, found };
    }
    let codes: Vec<String> = reasons.iter().map(code).filter(|code| code != "None").collect();
    if codes.iter().all(|code| code == "TransactionConflict") {
        return Canceled::Conflict;
    }
    if codes.iter().all(|code| matches!(code.as_str(), "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")) {
        return Canceled::Throttled;
    }
    Canceled::Other(codes.into_iter().find(|code| code != "TransactionConflict").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancellation_is_read_by_position() {
        let reason = |code: &str, nonce: Option<&str>| {
            let item = nonce.map(|nonce| Item::from([(schema::NONCE.to_owned(), text(nonce))]));
            CancellationReason::builder().code(code).set_item(item).build()
        };
        let none = || reason("None", None);
        let refused = |position| Canceled::Refused { position, found: None };
        let cases = [
            (vec![], Canceled::Conflict),
            (vec![none(), reason("TransactionConflict", None)], Canceled::Conflict),
            (vec![none(), reason("ConditionalCheckFailed", None), reason("ConditionalCheckFailed", None)], refused(1)),
            (vec![reason("TransactionConflict", None), reason("ConditionalCheckFailed", None)], refused(1)),
            (vec![reason("ConditionalCheckFailed", Some("mine"))], Canceled::Ours),
            (vec![reason("ThrottlingError", None), reason("TransactionConflict", None)], Canceled::Throttled),
            (vec![reason("ValidationError", None), reason("TransactionConflict", None)], Canceled::Other("ValidationError".into())),
        ];
        for (reasons, expected) in cases {
            assert_eq!(verdict(&reasons, "mine"), expected, "{reasons:?}");
        }
        let others = vec![reason("ConditionalCheckFailed", Some("yours"))];
        assert!(matches!(verdict(&others, "mine"), Canceled::Refused { position: 0, found: Some(_) }));
    }
}
