//! What becomes of the original's rows: the shop's own entities, under keys that are made of the rows, so that the same rows give the same plan.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    str::FromStr,
};

use app::adopt::Adoption;
use domain::{
    Currency, DiscountCodeName, Language, Money, OrderId, OrderKey, Percent, ProductId, SubscriptionName, TelegramUserId, Timestamp,
    discount::{Benefit, DiscountCode},
    order::{Order, OrderStatus},
    product::{Product, ProductKind, RenewalPolicy},
    reference::ReferenceKey,
    referral::{self, Referral, ReferralState},
    time::Span,
    user::{User, UserStatus},
};
use rust_decimal::{Decimal, RoundingStrategy};
use sha2::{Digest as _, Sha256};
use ulid::Ulid;

use super::tables::{Row, Tables};
use crate::report::Report;

pub(super) const PRODUCTS: &str = "products";
pub(super) const CODES: &str = "discount codes";
pub(super) const USERS: &str = "users";
pub(super) const REFERRALS: &str = "referrals";
pub(super) const ORDERS: &str = "orders";
pub(super) const SUBSCRIPTIONS: &str = "subscriptions";

/// The original saves an account and completes its order one right after the other.
const TOGETHER: Span = Span::minutes(10);
/// Models that are understood, with the columns of them that are.
const MODELS: [(&str, &[&str]); 6] = [
    ("product", &["id", "name", "price", "data_limit", "expire"]),
    ("majorproduct", &["id", "name", "price", "data_limit", "expire"]),
    (
        "botuser",
        // The state of a conversation is over with the old bot.
        &[
            "id",
            "user_id",
            "test_status",
            "is_banned",
            "status",
            "state",
            "selected_product_id",
            "invited_by",
            "has_received_prize",
            "created_at",
            "updated_at",
        ],
    ),
    (
        "order",
        &["id", "user_id", "user_id_id", "product_id", "major_product_id", "order_id", "quantity", "status", "created_at", "updated_at"],
    ),
    ("subscription", &["id", "user_id", "user_id_id", "sub_user", "status", "created_at", "updated_at"]),
    (
        "discountcode",
        &[
            "id",
            "code",
            "active",
            "is_active",
            "percent",
            "discount_percent",
            "valid_from",
            "valid_to",
            "use_limit",
            "times_used",
            "created_at",
        ],
    ),
];

/// What shall be in the table, in the order in which it is written.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub products: Vec<Product>,
    pub codes: Vec<DiscountCode>,
    /// Inviters before those whom they invited.
    pub users: Vec<(User, Option<Referral>)>,
    pub orders: Vec<Order>,
    /// Accounts to be looked for on the panel.
    pub accounts: Vec<(SubscriptionName, Adoption)>,
}

/// An account of the original's, with its row's number.
struct Held {
    id: String,
    name: SubscriptionName,
    at: Timestamp,
    order: Option<usize>,
}

pub(super) fn plan(tables: &Tables, names: &ReferenceKey, window: Span, now: Timestamp, report: &mut Report) -> Plan {
    note_the_rest(tables, report);
    let goods = goods(tables, now, report);
    let customers = customers(tables, report);
    let mut orders = BTreeMap::<TelegramUserId, Vec<Order>>::new();
    let mut seen = BTreeSet::new();
    for row in tables.rows("order") {
        match order(row, &goods, &customers, names, window, now) {
            Ok(_) if !seen.insert(row.text(&["order_id", "id"])) => {
                report.skip(ORDERS, row.text(&["order_id", "id"]).unwrap_or("?"), "there are two of this id");
            }
            Ok(order) => orders.entry(order.id.buyer).or_default().push(order),
            Err(reason) => report.skip(ORDERS, row.text(&["order_id", "id"]).unwrap_or("?"), reason),
        }
    }
    let mut held = held(tables, &customers, now, report);
    for (customer, held) in &mut held {
        if let Some(orders) = orders.get_mut(customer) {
            pair(held, orders);
        }
    }
    let users = users(tables, &orders, &held, now, report);
    let mut accounts = Vec::new();
    for (customer, held) in held {
        let orders = orders.get(&customer);
        accounts.extend(held.into_iter().map(|held| {
            let order = held.order.and_then(|position| orders?.get(position));
            let since = order.and_then(|order| order.provisioned_at).unwrap_or(held.at);
            (held.name, Adoption { customer, order: order.map(|order| order.id), since })
        }));
    }
    let products = goods.into_values().collect();
    Plan { products, codes: codes(tables, now, report), users, orders: orders.into_values().flatten().collect(), accounts }
}

/// Tables and columns that hold something and are not moved.
fn note_the_rest(tables: &Tables, report: &mut Report) {
    let of_django = ["auth_", "django_", "authtoken_", "sqlite_"];
    for (table, rows) in &tables.0 {
        if rows.is_empty() || of_django.iter().any(|prefix| table.starts_with(prefix)) {
            continue;
        }
        let Some((_, columns)) = MODELS.iter().find(|(model, _)| tables.name_of(model) == Some(table)) else {
            let why = if table.ends_with("payment") { ": they name neither a customer nor an order" } else { "" };
            report.note(format!("{table}: {} rows are not moved{why}", rows.len()));
            continue;
        };
        let other: BTreeSet<&str> =
            rows.iter().flat_map(|row| row.0.keys()).map(String::as_str).filter(|name| !columns.contains(name)).collect();
        for column in other {
            report.note(format!("{table}.{column} is not moved"));
        }
    }
}

/// A product by its table (the bulk list: `true`) and row.
type Goods = BTreeMap<(bool, String), Product>;

fn goods(tables: &Tables, now: Timestamp, report: &mut Report) -> Goods {
    let mut goods = Goods::new();
    for (bulk, model) in [(false, "product"), (true, "majorproduct")] {
        for (position, row) in (1..).zip(tables.rows(model)) {
            let id = row.text(&["id"]).unwrap_or("?");
            match product(row, bulk, position, now, report) {
                Ok(_) if goods.contains_key(&(bulk, id.to_owned())) => {
                    report.skip(PRODUCTS, format!("{model} {id}"), "there are two of this id")
                }
                Ok(product) => drop(goods.insert((bulk, id.to_owned()), product)),
                Err(reason) => report.skip(PRODUCTS, format!("{model} {id}"), reason),
            }
        }
    }
    goods
}

fn product(row: &Row, bulk: bool, position: u16, now: Timestamp, report: &mut Report) -> Result<Product, String> {
    let pk = row.text(&["id"]).ok_or("it has no id")?;
    let id: ProductId = format!("{}-{pk}", if bulk { "djb" } else { "dj" }).parse().map_err(|_| "its id is no number")?;
    let mut active = !bulk;
    if bulk {
        report.note(format!("product {id} is of the bulk list, whose price holds from ten on: it is archived"));
    }
    let gb = row.text(&["data_limit"]).map_or(Ok(Decimal::ZERO), Decimal::from_str).map_err(|_| "data_limit is no number")?;
    if gb.is_sign_negative() {
        return Err("data_limit is negative".into());
    }
    if gb != gb.trunc() {
        active = false;
        report.note(format!(
            "product {id} has {} GB: rounded up to whole ones, and archived until somebody has looked at it",
            gb.normalize()
        ));
    } else if gb.is_zero() {
        report.note(format!("product {id} has no data limit, as 0 GB is on the panel"));
    }
    let gb = u32::try_from(gb.ceil()).map_err(|_| "data_limit is too large")?;
    let days = match row.text(&["expire"]).map(|_| row.whole(&["expire"])) {
        None | Some(Some(0)) => None,
        Some(days) => Some(days.and_then(|days| u16::try_from(days).ok()).ok_or("expire is no number of days")?),
    };
    let product = Product {
        id,
        kind: ProductKind::Plan,
        name: one_line(row.text(&["name"]).unwrap_or_default()),
        price: toman(row, &["price"])?,
        prices: BTreeMap::new(),
        data_limit_gb: (gb > 0).then_some(gb),
        duration_days: days,
        renewal_policy: RenewalPolicy::Add,
        active,
        position,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    product.validate().map_err(|error| error.to_string())?;
    Ok(product)
}

fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(64).collect();
    clean.trim().to_owned()
}

fn toman(row: &Row, columns: &[&str]) -> Result<Money, String> {
    let amount = row.text(columns).and_then(|text| Decimal::from_str(text).ok()).ok_or("its price is no number")?;
    Money::new(amount, Currency::Irt).map_err(|error| format!("its price: {error}"))
}

/// Telegram's id by the row of the user: what other tables name is the row.
fn customers(tables: &Tables, report: &mut Report) -> BTreeMap<String, TelegramUserId> {
    let mut customers = BTreeMap::new();
    for row in tables.rows("botuser") {
        match (row.text(&["id"]), row.whole(&["user_id"]).and_then(|id| TelegramUserId::new(id).ok())) {
            // The first of several counts, as with the users themselves.
            (Some(pk), Some(id)) => drop(customers.entry(pk.to_owned()).or_insert(id)),
            _ => report.skip(USERS, row.text(&["user_id", "id"]).unwrap_or("?"), "its user_id is no Telegram id"),
        }
    }
    customers
}

fn customer_of(row: &Row, customers: &BTreeMap<String, TelegramUserId>) -> Result<TelegramUserId, &'static str> {
    let pk = row.text(&["user_id_id", "user_id"]).ok_or("it has no user")?;
    customers.get(pk).copied().ok_or("its user is not there")
}

fn order(
    row: &Row,
    goods: &Goods,
    customers: &BTreeMap<String, TelegramUserId>,
    names: &ReferenceKey,
    window: Span,
    now: Timestamp,
) -> Result<Order, String> {
    let buyer = customer_of(row, customers)?;
    let named = row.text(&["order_id", "id"]).ok_or("it has no id")?;
    let created_at = row.time(&["created_at"]).ok_or("its created_at is no time")?.min(now);
    let changed_at = row.time(&["updated_at"]).unwrap_or(created_at).max(created_at).min(now);
    let which = match (row.text(&["product_id"]), row.text(&["major_product_id"])) {
        (Some(pk), _) => (false, pk.to_owned()),
        (None, Some(pk)) => (true, pk.to_owned()),
        (None, None) => return Err("it has no product".into()),
    };
    let product = goods.get(&which).ok_or("its product is not there, or was skipped")?;
    let quantity = row.whole(&["quantity"]).unwrap_or(1);
    if quantity < 1 {
        return Err(format!("its quantity is {quantity}"));
    }
    let total = product.price.amount().checked_mul(quantity.into()).and_then(|total| Money::new(total, Currency::Irt).ok());
    let status = row.text(&["status"]).unwrap_or_default();
    let status = match status.to_ascii_lowercase().as_str() {
        "completed" => OrderStatus::Provisioned,
        "pending" => OrderStatus::Expired,
        _ => return Err(format!("its status is {status:?}, and not pending or completed")),
    };
    let id = OrderId::new(buyer, OrderKey::Ulid(ulid(created_at, &format!("order|{named}"))));
    let mut terms = product.terms();
    if quantity > 1 {
        terms.name = format!("{quantity} × {}", terms.name);
    }
    let done = (status == OrderStatus::Provisioned).then_some(changed_at);
    Ok(Order {
        id,
        status,
        terms,
        total: total.ok_or("its total is too large")?,
        discount: None,
        inviter: None,
        first_purchase: false,
        extends: None,
        target: None,
        gift: false,
        renews: false,
        screen: None,
        attempts: Vec::new(),
        panel_name: names.panel_name(id),
        payment: None,
        created_at,
        expires_at: created_at.plus(window),
        paid_at: done,
        provisioned_at: done,
        delivered_at: done,
        ended_at: if done.is_none() { Some(changed_at) } else { None },
        work: domain::duty::Work::default(),
        version: 1,
    })
}

/// A name in time that the same row has for ever, whoever moves it.
fn ulid(at: Timestamp, name: &str) -> Ulid {
    let digest = Sha256::digest(name.as_bytes());
    let mut random = [0; 16];
    for (to, from) in random.iter_mut().zip(digest) {
        *to = from;
    }
    Ulid::from_parts(u64::try_from(at.millis()).unwrap_or_default(), u128::from_be_bytes(random))
}

fn held(
    tables: &Tables,
    customers: &BTreeMap<String, TelegramUserId>,
    now: Timestamp,
    report: &mut Report,
) -> BTreeMap<TelegramUserId, Vec<Held>> {
    let mut held = BTreeMap::<TelegramUserId, Vec<Held>>::new();
    let mut seen = BTreeSet::new();
    for row in tables.rows("subscription") {
        let name = row.text(&["sub_user"]).unwrap_or_default();
        let understood = customer_of(row, customers).and_then(|customer| {
            let account = name.parse::<SubscriptionName>().map_err(|_| "its sub_user is no name that a panel has")?;
            if !seen.insert(name.to_ascii_lowercase()) {
                return Err("another subscription has the same account");
            }
            let at = row.time(&["created_at"]).ok_or("its created_at is no time")?.min(now);
            Ok((customer, Held { id: name.to_owned(), name: account, at, order: None }))
        });
        match understood {
            Ok((customer, account)) => held.entry(customer).or_default().push(account),
            Err(reason) => report.skip(SUBSCRIPTIONS, if name.is_empty() { row.text(&["id"]).unwrap_or("?") } else { name }, reason),
        }
    }
    held
}

/// The original does not say which order made which account, but when: the nearest in time belong together.
fn pair(held: &mut [Held], orders: &mut [Order]) {
    let mut taken = BTreeSet::new();
    held.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    for held in held {
        let apart =
            |order: &Order| order.provisioned_at.map(|at| at.since(held.at).max(held.at.since(at))).filter(|span| *span <= TOGETHER);
        let free = orders
            .iter()
            .enumerate()
            .filter(|(position, order)| !taken.contains(position) && !order.terms.product.as_str().starts_with("djb-"));
        let nearest = free.filter_map(|(position, order)| Some((apart(order)?, position))).min();
        if let Some((_, position)) = nearest {
            taken.insert(position);
            held.order = Some(position);
            if let Some(order) = orders.get_mut(position) {
                order.panel_name = held.name.clone();
            }
        }
    }
}

fn users(
    tables: &Tables,
    orders: &BTreeMap<TelegramUserId, Vec<Order>>,
    held: &BTreeMap<TelegramUserId, Vec<Held>>,
    now: Timestamp,
    report: &mut Report,
) -> Vec<(User, Option<Referral>)> {
    let mut rows = BTreeMap::new();
    for row in tables.rows("botuser") {
        let Some(id) = row.whole(&["user_id"]).and_then(|id| TelegramUserId::new(id).ok()) else { continue };
        match rows.entry(id) {
            Entry::Vacant(free) => drop(free.insert(row)),
            Entry::Occupied(_) => report.skip(USERS, id, "there are two of this id"),
        }
    }
    let inviters = inviters(&rows, report);
    let depth = |id: &TelegramUserId| std::iter::successors(inviters.get(id), |above| inviters.get(above)).count();
    let mut users = Vec::new();
    let mut unrewarded = 0_u32;
    for (id, row) in &rows {
        let joined_at = row.time(&["created_at"]).unwrap_or(now).min(now);
        let changed_at = row.time(&["updated_at"]).unwrap_or(joined_at).min(now);
        let inviter = inviters.get(id).copied();
        let mut user = User::join(*id, "", None, Language::Persian, inviter, joined_at);
        user.banned_at = row.flag(&["is_banned"]).then_some(changed_at);
        user.trial_at = row.flag(&["test_status"]).then_some(changed_at);
        let paid = orders.get(id).into_iter().flatten().filter(|order| !order.total.is_zero());
        let first = paid.filter_map(|order| order.paid_at.map(|at| (at, order.id.key))).min();
        user.first_paid_at = first.map(|(at, _)| at);
        // Whether he holds something now shows when the panel is asked for his accounts.
        user.status = if first.is_some() || held.contains_key(id) { UserStatus::Expired } else { UserStatus::New };
        let referral = inviter.and_then(|inviter| referral::attach(inviter, *id, joined_at).ok()).map(|mut referral| {
            if row.flag(&["has_received_prize"]) {
                referral.state = ReferralState::Granted;
                referral.order = first.map(|(_, key)| key);
                referral.qualified_at = first.map(|(at, _)| at).or(Some(changed_at));
                referral.granted_at = Some(changed_at);
            } else if first.is_some() {
                unrewarded += 1;
            }
            referral
        });
        users.push((user, referral));
    }
    if unrewarded > 0 {
        report.note(format!("{unrewarded} users were invited and have bought, and no prize was given for them: none is owed here"));
    }
    users.sort_by_key(|(user, _)| (depth(&user.id), user.id));
    users
}

/// Who invited whom, without what cannot be: strangers, oneself, circles.
fn inviters(rows: &BTreeMap<TelegramUserId, &Row>, report: &mut Report) -> BTreeMap<TelegramUserId, TelegramUserId> {
    let mut inviters = BTreeMap::<TelegramUserId, TelegramUserId>::new();
    for (id, row) in rows {
        let Some(said) = row.text(&["invited_by"]) else { continue };
        let inviter = row.whole(&["invited_by"]).and_then(|id| TelegramUserId::new(id).ok()).filter(|inviter| rows.contains_key(inviter));
        let reason = match inviter {
            None => "the inviter is not there",
            Some(inviter) if inviter == *id => "nobody invites himself",
            Some(inviter) if std::iter::successors(Some(&inviter), |above| inviters.get(above)).any(|above| above == id) => {
                "the user has invited the inviter, directly or through others"
            }
            Some(inviter) => {
                inviters.insert(*id, inviter);
                continue;
            }
        };
        report.skip(REFERRALS, format!("{id} by {said}"), reason);
    }
    inviters
}

fn codes(tables: &Tables, now: Timestamp, report: &mut Report) -> Vec<DiscountCode> {
    let mut codes: Vec<DiscountCode> = Vec::new();
    for row in tables.rows("discountcode") {
        let name = row.text(&["code"]).unwrap_or_default();
        match code(row, name, now, report) {
            Ok(code) if codes.iter().any(|other| other.name == code.name) => {
                report.skip(CODES, name, "another code is the same but for upper and lower case");
            }
            Ok(code) => codes.push(code),
            Err(reason) => report.skip(CODES, name, reason),
        }
    }
    codes
}

fn code(row: &Row, text: &str, now: Timestamp, report: &mut Report) -> Result<DiscountCode, String> {
    let name: DiscountCodeName = text.parse().map_err(|error| format!("{error}"))?;
    let exact =
        row.text(&["percent", "discount_percent"]).and_then(|text| Decimal::from_str(text).ok()).ok_or("its percent is no number")?;
    let rounded = exact.round_dp_with_strategy(2, RoundingStrategy::ToZero);
    if rounded != exact {
        report.note(format!("code {name}: {exact} percent are {rounded} here"));
    }
    let percent = Percent::new(rounded).map_err(|_| format!("{exact} is no percentage from 0 to 100"))?;
    let time = |column: &str| match row.text(&[column]) {
        None => Ok(None),
        Some(_) => row.time(&[column]).map(Some).ok_or_else(|| format!("its {column} is no time")),
    };
    let count = |column: &str| match row.text(&[column]) {
        None => Ok(None),
        Some(text) => row.whole(&[column]).and_then(|n| u32::try_from(n).ok()).map(Some).ok_or_else(|| format!("its {column} is {text}")),
    };
    let active = row.text(&["active", "is_active"]).is_none() || row.flag(&["active", "is_active"]);
    let code = DiscountCode {
        name,
        benefit: Benefit::Percent(percent),
        active,
        valid_from: time("valid_from")?,
        valid_to: time("valid_to")?,
        use_limit: count("use_limit")?,
        per_user_limit: None,
        times_used: count("times_used")?.unwrap_or_default(),
        late_uses: 0,
        products: Vec::new(),
        first_purchase_only: false,
        minimum: None,
        owner: None,
        created_at: row.time(&["created_at"]).unwrap_or(now).min(now),
        version: 1,
    };
    code.validate().map_err(|error| error.to_string())?;
    Ok(code)
}
