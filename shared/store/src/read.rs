//! Reads of the base table: strongly consistent, by key or within one partition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use domain::{
    BroadcastId, DiscountCodeName, OrderId, OrderKey, ProductId, SubscriptionName, TelegramUserId, Timestamp,
    admin::{AdminToken, WrongTokens},
    broadcast::{Broadcast, BroadcastRun},
    conversation::Conversation,
    discount::DiscountCode,
    gift::Gift,
    guesses::Guesses,
    ids::Digest,
    order::Order,
    payment::{Payment, PaymentId},
    product::Product,
    referral::Referral,
    settings::Settings,
    subscription::Subscription,
    user::User,
};
use ulid::Ulid;

use crate::{
    AdminSession, AdoptedAccount, Cursor, Entity, IdempotencyRecord, Page, Redemption, Store, StoreError, SupportLetter,
    cursor::Position,
    item::{Item, from_item, primary, text},
    keys::{self, Key},
    list::MAX_LIMIT,
    schema,
};

/// What a page of the console is decided on.
#[derive(Debug)]
pub struct SignedIn {
    pub session: Option<AdminSession>,
    pub token: Option<AdminToken>,
    pub settings: Option<Settings>,
}

impl Store {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let answer = self.client.get_item().table_name(&*self.table).set_key(Some(primary(key))).consistent_read(true).send().await;
        Ok(answer.map_err(StoreError::of_sdk)?.item)
    }

    pub(crate) async fn find<E: Entity>(&self, key: &Key) -> Result<Option<E>, StoreError> {
        self.get(key).await?.map(from_item).transpose()
    }

    /// Several items in one round trip, in the order of their keys. At most 100 different keys.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, StoreError> {
        let mut found: HashMap<Key, Item> = HashMap::with_capacity(keys.len());
        let mut wanted: Vec<Item> = keys.iter().map(primary).collect();
        // What a loaded table leaves over is asked for again; three rounds, then the caller comes back later.
        for _ in 0..3 {
            if wanted.is_empty() {
                break;
            }
            let request = KeysAndAttributes::builder().set_keys(Some(std::mem::take(&mut wanted))).consistent_read(true).build();
            let request = request.map_err(|error| StoreError::Unwritable { entity: "request", reason: error.to_string() })?;
            let answer = self.client.batch_get_item().request_items(&*self.table, request).send().await.map_err(StoreError::of_sdk)?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                if let Some(key) = key_of(&item) {
                    found.insert(key, item);
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|left| left.keys).collect();
        }
        if !wanted.is_empty() {
            return Err(StoreError::Throttled);
        }
        Ok(keys.iter().map(|key| found.remove(key)).collect())
    }

    pub async fn user(&self, id: TelegramUserId) -> Result<Option<User>, StoreError> {
        self.find(&keys::user(id)).await
    }

    pub async fn conversation(&self, user: TelegramUserId) -> Result<Option<Conversation>, StoreError> {
        self.find(&keys::conversation(user)).await
    }

    /// A user and what the bot waits for in his chat, in one round trip.
    pub async fn user_and_conversation(&self, id: TelegramUserId) -> Result<(Option<User>, Option<Conversation>), StoreError> {
        let [user, conversation] = self.both([keys::user(id), keys::conversation(id)]).await?;
        Ok((user.map(from_item).transpose()?, conversation.map(from_item).transpose()?))
    }

    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.find(&keys::order(id)).await
    }

    /// An order and its buyer, in one round trip.
    pub async fn order_and_buyer(&self, id: OrderId) -> Result<(Option<Order>, Option<User>), StoreError> {
        let [order, user] = self.both([keys::order(id), keys::user(id.buyer)]).await?;
        Ok((order.map(from_item).transpose()?, user.map(from_item).transpose()?))
    }

    /// What placing an order is decided on, in one round trip.
    pub async fn placing(&self, id: OrderId, code: Option<&DiscountCodeName>) -> Result<Placing, StoreError> {
        let mut keys = vec![keys::user(id.buyer), keys::order(id)];
        keys.extend(code.into_iter().flat_map(|code| code_keys(code, id.buyer)));
        let mut found = self.get_many(&keys).await?.into_iter();
        let mut next = || found.next().flatten();
        Ok(Placing {
            user: next().map(from_item).transpose()?,
            order: next().map(from_item).transpose()?,
            code: next().map(from_item).transpose()?,
            redemption: redemption_of(next())?,
            guesses: next().map(from_item).transpose()?,
        })
    }

    /// A customer, and what a code that he names is to him, in one round trip.
    pub async fn user_and_code(&self, user: TelegramUserId, code: &DiscountCodeName) -> Result<(Option<User>, NamedCode), StoreError> {
        let [code, redemption, guesses] = code_keys(code, user);
        let [user, code, redemption, guesses] = self.both([keys::user(user), code, redemption, guesses]).await?;
        Ok((user.map(from_item).transpose()?, named_code(code, redemption, guesses)?))
    }

    /// The same without the customer.
    pub async fn named_code(&self, user: TelegramUserId, code: &DiscountCodeName) -> Result<NamedCode, StoreError> {
        let [code, redemption, guesses] = self.both(code_keys(code, user)).await?;
        named_code(code, redemption, guesses)
    }

    async fn both<const N: usize>(&self, keys: [Key; N]) -> Result<[Option<Item>; N], StoreError> {
        let found = self.get_many(&keys).await?;
        <[Option<Item>; N]>::try_from(found)
            .map_err(|_| StoreError::Unreadable { key: "batch".into(), reason: "as many items as keys".into() })
    }

    pub async fn subscription(&self, order: OrderId) -> Result<Option<Subscription>, StoreError> {
        self.find(&keys::subscription(order)).await
    }

    pub async fn referral(&self, inviter: TelegramUserId, invitee: TelegramUserId) -> Result<Option<Referral>, StoreError> {
        self.find(&keys::referral(inviter, invitee)).await
    }

    pub async fn payment(&self, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
        self.find(&keys::payment(id)).await
    }

    pub async fn product(&self, id: &ProductId) -> Result<Option<Product>, StoreError> {
        self.find(&keys::product(id)).await
    }

    pub async fn discount_code(&self, name: &DiscountCodeName) -> Result<Option<DiscountCode>, StoreError> {
        self.find(&keys::discount_code(name)).await
    }

    pub async fn redemption(&self, name: &DiscountCodeName, user: TelegramUserId) -> Result<Redemption, StoreError> {
        redemption_of(self.get(&keys::redemption(name, user)).await?)
    }

    /// Who holds a code, by their ids: each customer with his orders. Who has given all his uses back holds none.
    pub async fn redemptions_of(&self, name: &DiscountCodeName, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Holder>, StoreError> {
        let page = self.items(&keys::discount_partition(name), keys::REDEMPTION_PREFIX, cursor, limit, true).await?;
        let holder = |item: Item| {
            let user = key_of(&item)?.sk.strip_prefix(keys::REDEMPTION_PREFIX)?.parse().ok()?;
            let orders = redemption_of(Some(item)).ok()?.orders;
            let orders: Vec<OrderKey> = orders.iter().filter_map(|key| key.parse().ok()).collect();
            (!orders.is_empty()).then_some(Holder { user, orders })
        };
        Ok(Page { items: page.items.into_iter().filter_map(holder).collect(), next: page.next })
    }

    /// A customer's wrong codes.
    pub async fn guesses(&self, user: TelegramUserId) -> Result<Option<Guesses>, StoreError> {
        self.find(&keys::guesses(user)).await
    }

    /// At most 100 different payments, those that there are, in one round trip; none where none is asked for.
    pub async fn payments(&self, ids: &[PaymentId]) -> Result<Vec<Payment>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = ids.iter().map(keys::payment).collect();
        self.get_many(&keys).await?.into_iter().flatten().map(from_item).collect()
    }

    pub async fn settings(&self) -> Result<Option<Settings>, StoreError> {
        self.find(&keys::settings()).await
    }

    /// `hash`: SHA-256 of the token, hex.
    pub async fn admin_token(&self, hash: &str) -> Result<Option<AdminToken>, StoreError> {
        self.find(&keys::admin_token(hash)).await
    }

    pub async fn broadcast(&self, id: BroadcastId) -> Result<Option<Broadcast>, StoreError> {
        self.find(&keys::broadcast(id)).await
    }

    /// A broadcast and, while it is on its way, how far it is, in one round trip.
    pub async fn broadcast_and_run(&self, id: BroadcastId) -> Result<(Option<Broadcast>, Option<BroadcastRun>), StoreError> {
        let [broadcast, run] = self.both([keys::broadcast(id), keys::broadcast_run(id)]).await?;
        Ok((broadcast.map(from_item).transpose()?, run.map(from_item).transpose()?))
    }

    /// The broadcasts that wait for their time or are on their way, the oldest first, at most 20.
    pub async fn broadcast_runs(&self) -> Result<Vec<BroadcastRun>, StoreError> {
        Ok(self.partition(keys::BROADCASTING, keys::ULID_PREFIX, None, 20, true).await?.items)
    }

    /// Customers by their ids, at most 100; whom there is not is left out.
    pub async fn users(&self, ids: &[TelegramUserId]) -> Result<Vec<User>, StoreError> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::user(*id)).collect();
        self.read_all(&keys).await
    }

    /// Wrong tokens, by each of `by`. At most 100.
    pub async fn wrong_tokens(&self, by: &[String]) -> Result<Vec<Option<WrongTokens>>, StoreError> {
        let keys: Vec<Key> = by.iter().map(|by| keys::wrong_tokens(by)).collect();
        self.get_many(&keys).await?.into_iter().map(|found| found.map(from_item).transpose()).collect()
    }

    /// A session of the console, the token that it was begun with, and the settings by which pages are written, in one round trip.
    pub async fn signed_in(&self, session: &str, token: &str) -> Result<SignedIn, StoreError> {
        let [session, token, settings] = self.both([keys::admin_session(session), keys::admin_token(token), keys::settings()]).await?;
        Ok(SignedIn {
            session: session.map(from_item).transpose()?,
            token: token.map(from_item).transpose()?,
            settings: settings.map(from_item).transpose()?,
        })
    }

    pub async fn idempotency_record(&self, scope: &str, name: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.find(&keys::idempotency(scope, name)).await
    }

    /// Whose message one of the operators' chat stands for.
    pub async fn support_letter(&self, chat: i64, message: i32) -> Result<Option<SupportLetter>, StoreError> {
        self.find(&keys::support_letter(chat, message)).await
    }

    /// Whose an account became that was on the panel before the shop.
    pub async fn adopted_account(&self, name: &SubscriptionName) -> Result<Option<AdoptedAccount>, StoreError> {
        self.find(&keys::adopted_account(name)).await
    }

    /// Whether the table answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.get(&keys::settings()).await.map(drop)
    }

    /// A user's orders, the newest first.
    pub async fn orders_of(&self, user: TelegramUserId, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Order>, StoreError> {
        self.orders_in_turn(user, false, cursor, limit).await
    }

    /// The same, or from the oldest on.
    pub async fn orders_in_turn(
        &self,
        user: TelegramUserId,
        oldest_first: bool,
        cursor: Option<&Cursor>,
        limit: u8,
    ) -> Result<Page<Order>, StoreError> {
        self.partition(&keys::user_partition(user), keys::ORDER_PREFIX, cursor, limit, oldest_first).await
    }

    /// The orders that a user placed himself, the newest first: without presents, trials and what renews itself.
    pub async fn placed_orders_of(&self, user: TelegramUserId, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Order>, StoreError> {
        self.partition(&keys::user_partition(user), keys::PLACED_PREFIX, cursor, limit, false).await
    }

    pub async fn gift(&self, id: Digest) -> Result<Option<Gift>, StoreError> {
        self.find(&keys::gift(id)).await
    }

    /// A gift and the user who follows its link, in one round trip.
    pub async fn gift_and_user(&self, id: Digest, user: TelegramUserId) -> Result<(Option<Gift>, Option<User>), StoreError> {
        let [gift, user] = self.both([keys::gift(id), keys::user(user)]).await?;
        Ok((gift.map(from_item).transpose()?, user.map(from_item).transpose()?))
    }

    /// At most 100 different gifts, those that there are, in one round trip; none where none is asked for.
    pub async fn gifts(&self, ids: &[Digest]) -> Result<Vec<Gift>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = ids.iter().map(|id| keys::gift(*id)).collect();
        self.get_many(&keys).await?.into_iter().flatten().map(from_item).collect()
    }

    /// A user's subscriptions, the newest first.
    pub async fn subscriptions_of(
        &self,
        user: TelegramUserId,
        cursor: Option<&Cursor>,
        limit: u8,
    ) -> Result<Page<Subscription>, StoreError> {
        self.partition(&keys::user_partition(user), keys::SUBSCRIPTION_PREFIX, cursor, limit, false).await
    }

    /// Whom a user invited.
    pub async fn referrals_of(&self, inviter: TelegramUserId, cursor: Option<&Cursor>, limit: u8) -> Result<Page<Referral>, StoreError> {
        self.partition(&keys::user_partition(inviter), keys::REFERRAL_PREFIX, cursor, limit, false).await
    }

    /// The catalogue, archived products included, in the order in which it is shown.
    pub async fn products(&self) -> Result<Vec<Product>, StoreError> {
        let mut products: Vec<Product> = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.partition(keys::CATALOG, keys::PRODUCT_PREFIX, cursor.as_ref(), MAX_LIMIT, true).await?;
            products.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        products.sort_by(|a, b| a.position.cmp(&b.position).then_with(|| a.id.cmp(&b.id)));
        Ok(products)
    }

    /// The orders that a user placed by buttons made since then, the newest first, at most 50.
    pub async fn orders_placed_since(&self, user: TelegramUserId, since: Timestamp) -> Result<Vec<Order>, StoreError> {
        let key = |ulid| keys::order(OrderId::new(user, OrderKey::Ulid(ulid)));
        let since = Ulid::from_parts(u64::try_from(since.millis()).unwrap_or_default(), 0);
        let (from, to) = (key(since), key(Ulid::from_bytes([0xFF; 16])));
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", schema::PK)
            .expression_attribute_names("#sk", schema::SK)
            .expression_attribute_values(":pk", text(from.pk))
            .expression_attribute_values(":from", text(from.sk))
            .expression_attribute_values(":to", text(to.sk))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(50);
        let answer = request.send().await.map_err(StoreError::of_sdk)?;
        answer.items.unwrap_or_default().into_iter().map(from_item).collect()
    }

    pub(crate) async fn partition<E: Entity>(
        &self,
        pk: &str,
        prefix: &str,
        cursor: Option<&Cursor>,
        limit: u8,
        forward: bool,
    ) -> Result<Page<E>, StoreError> {
        let page = self.items(pk, prefix, cursor, limit, forward).await?;
        Ok(Page { items: page.items.into_iter().map(from_item).collect::<Result<_, _>>()?, next: page.next })
    }

    async fn items(&self, pk: &str, prefix: &str, cursor: Option<&Cursor>, limit: u8, forward: bool) -> Result<Page<Item>, StoreError> {
        let start = cursor.and_then(|cursor| cursor.within_partition(pk, prefix));
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
            .expression_attribute_names("#pk", schema::PK)
            .expression_attribute_names("#sk", schema::SK)
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":prefix", text(prefix))
            .scan_index_forward(forward)
            .consistent_read(true)
            .limit(i32::from(limit.clamp(1, MAX_LIMIT)))
            .set_exclusive_start_key(start);
        let answer = request.send().await.map_err(StoreError::of_sdk)?;
        let next = answer.last_evaluated_key.as_ref().and_then(Position::of_key).map(Cursor::new);
        Ok(Page { items: answer.items.unwrap_or_default(), next })
    }
}

/// A customer who holds a discount code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub user: TelegramUserId,
    /// The orders that hold it, reserved or paid.
    pub orders: Vec<OrderKey>,
}

/// What [`Store::placing`] reads.
#[derive(Debug)]
pub struct Placing {
    pub user: Option<User>,
    /// The order itself, where the same button was tapped before.
    pub order: Option<Order>,
    pub code: Option<DiscountCode>,
    pub redemption: Redemption,
    /// The customer's wrong codes; not read where no code is named.
    pub guesses: Option<Guesses>,
}

/// What is known of a code that a customer names.
#[derive(Debug)]
pub struct NamedCode {
    /// `None`: there is no such code.
    pub code: Option<DiscountCode>,
    pub redemption: Redemption,
    pub guesses: Option<Guesses>,
}

fn code_keys(code: &DiscountCodeName, user: TelegramUserId) -> [Key; 3] {
    [keys::discount_code(code), keys::redemption(code, user), keys::guesses(user)]
}

fn named_code(code: Option<Item>, redemption: Option<Item>, guesses: Option<Item>) -> Result<NamedCode, StoreError> {
    Ok(NamedCode {
        code: code.map(from_item).transpose()?,
        redemption: redemption_of(redemption)?,
        guesses: guesses.map(from_item).transpose()?,
    })
}

fn key_of(item: &Item) -> Option<Key> {
    let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    Some(Key { pk: part(schema::PK)?, sk: part(schema::SK)? })
}

fn redemption_of(item: Option<Item>) -> Result<Redemption, StoreError> {
    let Some(item) = item else { return Ok(Redemption { orders: Vec::new() }) };
    let orders = item.get("orders").and_then(|value: &AttributeValue| value.as_ss().ok()).cloned().unwrap_or_default();
    Ok(Redemption { orders })
}
