//! Holds a shop to what it has promised. Knows the table's items as JSON, what is on the panel, what Telegram and the gateway took, and the ledger of
//! the people; asks the shop nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

use local::{
    panel::{Account, Status},
    telegram::ChatMessage,
};
use serde_json::Value;

use crate::{
    ledger::{Ledger, Offer},
    steps::NEWS,
    world::World,
};

type Items = BTreeMap<String, Value>;

/// What broke, in a sentence. The part before the first colon names the invariant.
pub type Broken = String;

macro_rules! hold {
    ($condition:expr, $($broken:tt)+) => {
        if !$condition {
            return Err(format!($($broken)+));
        }
    };
}

fn text<'a>(item: &'a Value, pointer: &str) -> &'a str {
    item.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(item: &Value, pointer: &str) -> u64 {
    item.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

fn of<'a>(items: &'a Items, kind: &'static str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    items.iter().filter(move |(_, item)| text(item, "/entity_type") == kind).map(|(key, item)| (key.as_str(), item))
}

/// Money that somebody paid, by the name of its payment.
struct Paid {
    payer: Option<i64>,
    amount: String,
    payload: String,
    /// The gateway says that it went back.
    back: bool,
    /// Telegram knows nothing of it, so it cannot go back there.
    odd: bool,
}

pub struct Auditor {
    before: Items,
    seen: Option<u64>,
    /// Orders that once gave back what they hold of a code, by key.
    released: BTreeSet<String>,
}

impl Auditor {
    pub const fn new() -> Self {
        Self { before: Items::new(), seen: None, released: BTreeSet::new() }
    }

    /// What must hold at any moment. Looked at anew when something may have been written.
    pub fn look(&mut self, world: &World) -> Result<(), Broken> {
        let writes = world.internet.writes.load(Ordering::Relaxed);
        if self.seen == Some(writes) && world.state().violations.is_empty() {
            return Ok(());
        }
        self.seen = Some(writes);
        let items = world.contents();
        let state = world.state();
        if let Some(violation) = state.violations.first() {
            return Err(format!("outside: {violation}"));
        }
        let ledger = &state.ledger;
        let paid = paid(world, ledger);
        edges(&self.before, &items)?;
        money(world, &items, ledger, &paid)?;
        terms(&items, ledger)?;
        self.released.extend(released(&items));
        codes(&items, ledger, &self.released)?;
        referrals(&items)?;
        accounts(world, &items)?;
        audit_entries(&items, ledger)?;
        let refused = refused(world);
        drop(state);
        self.before = items;
        refused
    }

    /// What must hold besides when nothing goes wrong any more and nothing is due.
    pub fn rest(&mut self, world: &World) -> Result<(), Broken> {
        self.seen = None;
        self.look(world)?;
        let items = &self.before;
        let state = world.state();
        let ledger = &state.ledger;
        hold!(state.undelivered.is_empty(), "accepted: updates that the shop never takes: {:?}", state.undelivered);
        hold!(state.callbacks.is_empty(), "accepted: callbacks that the shop never takes");
        let unanswered: Vec<&str> =
            ledger.requests.iter().filter(|request| request.status.is_none()).map(|request| request.path.as_str()).collect();
        hold!(unanswered.is_empty(), "accepted: requests that the admin API never answers: {unanswered:?}");
        all_money_is_known(items, &paid(world, ledger))?;
        nothing_is_owed(items)?;
        everything_is_delivered(world, items, ledger)?;
        the_panel_is_right(world, items, ledger)?;
        links_are_private(world, items)?;
        broadcasts(world, items)?;
        made_once(items, ledger)
    }
}

/// All money that Telegram and the gateway took.
fn paid(world: &World, ledger: &Ledger) -> BTreeMap<String, Paid> {
    let mut all = BTreeMap::new();
    for transaction in world.telegram.star_transactions() {
        let id = format!("telegram-stars#{}", text(&transaction, "/id"));
        if transaction.get("receiver").is_some() {
            if let Some(Paid { back, .. }) = all.get_mut(&id) {
                *back = true;
            }
            continue;
        }
        let payer = transaction.pointer("/source/user/id").and_then(Value::as_i64);
        let amount = format!("{} XTR", transaction["amount"]);
        all.insert(id, Paid { payer, amount, payload: text(&transaction, "/source/invoice_payload").to_owned(), back: false, odd: false });
    }
    for charge in &ledger.odd_charges {
        let amount = format!("{} XTR", charge.stars);
        let paid = Paid { payer: Some(charge.payer), amount, payload: charge.payload.clone(), back: false, odd: true };
        all.insert(format!("telegram-stars#{}", charge.id), paid);
    }
    for invoice in world.crypto_pay.invoices() {
        if invoice["status"] == "paid" {
            let amount = format!("{} {}", text(&invoice, "/amount"), text(&invoice, "/fiat"));
            let paid = Paid { payer: None, amount, payload: text(&invoice, "/payload").to_owned(), back: false, odd: false };
            all.insert(format!("crypto-pay#{}", invoice["invoice_id"]), paid);
        }
    }
    all
}

/// States go forward, fences and versions never fall, nothing that matters vanishes.
fn edges(before: &Items, now: &Items) -> Result<(), Broken> {
    for (key, was) in before {
        let kind = text(was, "/entity_type");
        if !matches!(kind, "order" | "payment" | "user" | "referral" | "subscription" | "gift" | "discount_code" | "product" | "audit") {
            continue;
        }
        let Some(is) = now.get(key) else { return Err(format!("kept: {key} has vanished")) };
        for counter in ["/version", "/fence"] {
            hold!(number(is, counter) >= number(was, counter), "edges: {counter} of {key} fell");
        }
        let (from, to) = (text(was, "/status"), text(is, "/status"));
        let legal = match kind {
            "order" => match from {
                _ if from == to => true,
                "awaiting_payment" => true,
                "expired" => matches!(to, "paid" | "provisioned" | "canceled" | "refunded"),
                "paid" => matches!(to, "provisioned" | "refunded"),
                "provisioned" => to == "refunded",
                _ => false,
            },
            "payment" => match from {
                _ if from == to => true,
                "unapplied" => true,
                "applied" | "credited" => to == "refunded",
                _ => false,
            },
            _ => true,
        };
        hold!(legal, "edges: {key} went from {from} to {to}");
        if kind == "audit" {
            hold!(was == is, "kept: an audit entry was changed");
        }
        if kind == "order" {
            for name in ["/total", "/terms", "/for", "/panel_name", "/gift"] {
                hold!(was.pointer(name) == is.pointer(name), "price: {name} of {key} was changed");
            }
            let paid_by = was.get("payment").filter(|_| was.get("payment") != is.get("payment"));
            hold!(paid_by.is_none(), "money: {key} was paid by {paid_by:?}, and now by {:?}", is.get("payment"));
        }
    }
    Ok(())
}

/// What is paid is paid by one payment, which somebody really made, for this order, in this amount.
fn money(world: &World, items: &Items, ledger: &Ledger, paid: &BTreeMap<String, Paid>) -> Result<(), Broken> {
    let mut applied: BTreeMap<&str, &Value> = of(items, "payment")
        .filter(|(_, payment)| text(payment, "/status") == "applied")
        .map(|(_, payment)| (text(payment, "/id"), payment))
        .collect();
    for (key, order) in of(items, "order") {
        let status = text(order, "/status");
        let is_paid = matches!(status, "paid" | "provisioned");
        let free = text(order, "/total").starts_with("0 ");
        let id = order.get("payment").and_then(Value::as_str);
        hold!(!is_paid || free || id.is_some(), "money: {key} is {status} and nobody paid it");
        hold!(is_paid || status == "refunded" || id.is_none(), "money: {key} is {status} and was paid by {id:?}");
        let Some(id) = id else { continue };
        if status == "refunded" {
            hold!(!applied.contains_key(id), "money: {key} is refunded and its payment is not");
            continue;
        }
        let Some(payment) = applied.remove(id) else {
            return Err(format!("money: {key} is paid by {id}, which pays another order too, or is not there"));
        };
        let buyer = text(order, "/PK").trim_start_matches("USER#");
        let reference = world.reference(order).unwrap_or_default();
        let by_hand = payment.get("approved_by").is_some() && !id.starts_with("card#");
        if id.starts_with("card#") {
            hold!(
                ledger.approved.iter().any(|said| said.contains(&reference)),
                "money: {key} is paid by a transfer that no operator has seen"
            );
            continue;
        }
        let Some(money) = paid.get(id) else { return Err(format!("money: {key} is paid by {id}, which nobody paid")) };
        if by_hand {
            continue;
        }
        hold!(money.payload.starts_with(&reference), "money: {key} is paid by {id}, which was for {}", money.payload);
        hold!(money.payer.is_none_or(|payer| payer.to_string() == buyer), "money: {key} is paid by {:?}", money.payer);
        let quotes: Vec<&str> = order["attempts"].as_array().into_iter().flatten().map(|attempt| text(attempt, "/quote")).collect();
        hold!(quotes.contains(&money.amount.as_str()), "money: {key} was offered for {quotes:?} and paid by {}", money.amount);
    }
    hold!(applied.is_empty(), "money: payments that pay no order: {:?}", applied.keys());
    Ok(())
}

/// An order has the terms that its plan's name has always meant, and the price of them.
fn terms(items: &Items, ledger: &Ledger) -> Result<(), Broken> {
    for (key, order) in of(items, "order") {
        let Some(Offer { toman, stars, gb, days }) = ledger.offers.get(text(order, "/terms/name")) else { continue };
        let sold = |name: &str| order.pointer(name).and_then(Value::as_i64);
        hold!(sold("/terms/gb") == *gb && sold("/terms/days") == *days, "price: {key} sells other terms than its plan");
        let free = text(order, "/SK").starts_with("ORDER#GIFT#") || text(order, "/SK").starts_with("ORDER#STARS#");
        if free {
            continue;
        }
        let code = text(order, "/discount/code");
        let percents: Vec<u64> = match ledger.percents.get(code) {
            Some(percents) => percents.iter().copied().collect(),
            None if code.is_empty() => vec![0],
            // A personal code.
            None => continue,
        };
        let prices = |of: u64, currency: &str| -> BTreeSet<String> {
            percents.iter().map(|percent| format!("{} {currency}", of - of * percent / 100)).collect()
        };
        let total = text(order, "/total");
        hold!(prices(*toman, "IRT").contains(total), "price: {key} costs {total}, which is not {toman} less {percents:?} %");
        for attempt in order["attempts"].as_array().into_iter().flatten() {
            let quote = text(attempt, "/quote");
            if quote.ends_with(" XTR") {
                hold!(prices(*stars, "XTR").contains(quote), "price: {key} is asked {quote}, which is not {stars} less {percents:?} %");
            }
        }
    }
    Ok(())
}

/// Orders with a code that ended unpaid, or were paid when they had ended: what they hold of it now they took anew.
fn released(items: &Items) -> impl Iterator<Item = String> {
    let late = |order: &Value| {
        let (paid, ended) = (text(order, "/paid_at"), text(order, "/expires_at"));
        matches!(text(order, "/status"), "expired" | "canceled") || (!paid.is_empty() && (order.get("ended_at").is_some() || paid >= ended))
    };
    of(items, "order").filter(move |(_, order)| order.get("discount").is_some() && late(order)).map(|(key, _)| key.to_owned())
}

/// Uses are live reservations and paid orders, and never above the limit. `released`: whoever pays late for an order that was offered with a code is
/// not turned away because he has used the code since, so those are no breach of the limit for one customer.
fn codes(items: &Items, ledger: &Ledger, released: &BTreeSet<String>) -> Result<(), Broken> {
    let mut held: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    for (_, order) in of(items, "order") {
        if order.pointer("/discount/held") == Some(&Value::Bool(true)) {
            let (buyer, own) = (text(order, "/PK").trim_start_matches("USER#"), text(order, "/SK").trim_start_matches("ORDER#"));
            held.entry(text(order, "/discount/code")).or_default().insert((buyer.to_owned(), own.to_owned()));
        }
    }
    for (key, code) in of(items, "discount_code") {
        let name = text(code, "/name");
        let holders = held.remove(name).unwrap_or_default();
        let (used, late) = (number(code, "/times_used"), number(code, "/late_uses"));
        hold!(used + late == holders.len() as u64, "codes: {key} was used {used} and {late} times, by {holders:?}");
        let most = ledger.limits.get(name).copied().or_else(|| code.get("use_limit").and_then(Value::as_u64)).unwrap_or(u64::MAX);
        hold!(used <= most, "codes: {key} was used {used} times of {most}");
        let mut sets = BTreeSet::new();
        for (_, redemption) in of(items, "redemption").filter(|(_, redemption)| redemption.get("PK") == code.get("PK")) {
            let buyer = text(redemption, "/SK").trim_start_matches("REDEMPTION#");
            let orders: Vec<&str> = redemption["orders"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if let Some(each) = code.get("per_user_limit").and_then(Value::as_u64) {
                let late = |order: &&&str| released.contains(&format!("USER#{buyer} | ORDER#{order}"));
                let own = orders.len() - orders.iter().filter(late).count();
                hold!(own as u64 <= each, "codes: {buyer} holds {key} {own} times of {each}");
            }
            sets.extend(orders.into_iter().map(|order| (buyer.to_owned(), order.to_owned())));
        }
        hold!(sets.is_subset(&holders), "codes: {key} is held by {sets:?}, used by {holders:?}");
        hold!(sets.len() as u64 == used, "codes: {key} is held by {sets:?} and used {used} times");
    }
    hold!(held.is_empty(), "codes: orders hold codes that are not there: {held:?}");
    Ok(())
}

/// One prize for each friend who paid; the inviter's figures are those of his friends.
fn referrals(items: &Items) -> Result<(), Broken> {
    let mut figures: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    let mut invited: BTreeSet<u64> = BTreeSet::new();
    for (key, referral) in of(items, "referral") {
        let (inviter, invitee) = (number(referral, "/inviter"), number(referral, "/invitee"));
        hold!(inviter != invitee, "referrals: {key} is of himself");
        hold!(invited.insert(invitee), "referrals: {invitee} was invited twice");
        let state = text(referral, "/state");
        let count = figures.entry(text(referral, "/PK")).or_default();
        for (sum, counted) in count.iter_mut().zip([true, matches!(state, "qualified" | "granted"), state == "granted"]) {
            *sum += u64::from(counted);
        }
        let given = items.contains_key(&key.replace("REFERRAL#", "ORDER#PRIZE#")) || referral.get("code").is_some();
        hold!(!given || state == "granted", "referrals: the prize of {key} is given, and it is {state}");
        let bought = of(items, "order").any(|(_, order)| {
            text(order, "/PK") == format!("USER#{invitee}") && order.get("payment").is_some() && !text(order, "/total").starts_with("0 ")
        });
        hold!(state == "attached" || bought, "referrals: {key} is {state}, and the friend has never paid");
    }
    for (key, user) in of(items, "user") {
        let own = figures.remove(text(user, "/PK")).unwrap_or_default();
        let counted = ["/invited", "/qualified", "/granted"].map(|name| number(user, name));
        hold!(counted == own, "referrals: {key} counts {counted:?} and has {own:?}");
    }
    let prizes: BTreeSet<&str> = of(items, "order").filter_map(|(_, order)| text(order, "/SK").strip_prefix("ORDER#PRIZE#")).collect();
    let all = of(items, "order").filter(|(_, order)| text(order, "/SK").starts_with("ORDER#PRIZE#")).count();
    hold!(prizes.len() == all, "referrals: a friend has earned two prizes");
    Ok(())
}

fn note(world: &World, order: &Value) -> String {
    format!("wave:{}", world.reference(order).unwrap_or_default())
}

/// Every account is of one order, which is or was paid.
fn accounts(world: &World, items: &Items) -> Result<(), Broken> {
    let mut of_note: BTreeMap<String, Vec<Account>> = BTreeMap::new();
    for account in world.panel.users() {
        of_note.entry(account.note.clone().unwrap_or_default()).or_default().push(account);
    }
    for (key, order) in of(items, "order") {
        let own = of_note.remove(&note(world, order)).unwrap_or_default();
        hold!(own.len() <= 1, "accounts: {key} has {} accounts", own.len());
        let Some(account) = own.first() else { continue };
        hold!(order.get("for").is_none(), "accounts: {key} extends a subscription and has an account of its own");
        hold!(account.username == text(order, "/panel_name"), "accounts: {key} has the account {}", account.username);
        let status = text(order, "/status");
        hold!(matches!(status, "paid" | "provisioned" | "refunded"), "accounts: {key} is {status} and has an account");
    }
    hold!(of_note.is_empty(), "accounts: of no order: {:?}", of_note.keys());
    Ok(())
}

/// Every change of an operator has one entry, and every entry is of a change.
fn audit_entries(items: &Items, ledger: &Ledger) -> Result<(), Broken> {
    let mut entries: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (_, entry) in of(items, "audit") {
        *entries.entry((text(entry, "/action"), text(entry, "/entity_id"))).or_default() += 1;
    }
    for ((action, about), count) in entries {
        let asked = ledger
            .requests
            .iter()
            .filter(|request| request.action == action && (request.about == about || request.about.is_empty()))
            .count();
        let tapped = ledger.decided.iter().filter(|said| matches!(action, "approve" | "reject") && said.contains(about)).count();
        hold!(count <= asked + tapped, "audit: {count} entries of {action} {about}, asked for {asked} times and tapped {tapped} times");
    }
    Ok(())
}

/// What Telegram will not take: too long, no HTML, unknown parameters.
fn refused(world: &World) -> Result<(), Broken> {
    const EXPECTED: [&str; 9] = [
        "message is not modified",
        "query is too old",
        "message to edit not found",
        "message can't be edited",
        "bot was blocked by the user",
        "chat not found",
        "CHARGE_ALREADY_REFUNDED",
        "CHARGE_ID_INVALID",
        "query ID is invalid",
    ];
    for call in world.telegram.calls() {
        if let Some(error) = &call.error
            && !EXPECTED.iter().any(|expected| error.contains(expected))
        {
            return Err(format!("texts: Telegram refuses {}: {error}", call.method));
        }
    }
    world.telegram.clear_calls();
    Ok(())
}

/// All money that was taken is in the shop's books, and what went back went back in both.
fn all_money_is_known(items: &Items, paid: &BTreeMap<String, Paid>) -> Result<(), Broken> {
    for (id, money) in paid {
        let Some(payment) = items.get(&format!("PAYMENT#{id} | PAYMENT")) else {
            return Err(format!("lost: {} of {id} is nowhere in the shop", money.amount));
        };
        let amount = format!("{} {}", text(payment, "/amount/amount"), text(payment, "/amount/currency"));
        hold!(amount == money.amount, "lost: {id} is {} and stands as {amount}", money.amount);
        let status = text(payment, "/status");
        let by_hand = payment.get("approved_by").is_some();
        if money.back {
            hold!(status == "refunded", "lost: {id} went back and is {status}");
        }
        if id.starts_with("telegram-stars#") && !money.odd {
            hold!(status != "unapplied", "lost: the Stars of {id} pay nothing and were kept");
            hold!(status != "refunded" || money.back || by_hand, "lost: {id} is refunded and the Stars did not go back");
        }
    }
    Ok(())
}

/// An add-on that was paid for when a refund had switched its account off: there is nothing to add it to. It waits, in the operators' sight, for one of
/// them to refund it, or for a plan that begins the account again.
fn is_for_operators(items: &Items, order: &Value) -> bool {
    let Some(base) = order.get("for").and_then(Value::as_str) else { return false };
    let subscription = items.get(&format!("{} | SUBSCRIPTION#{base}", text(order, "/PK")));
    let off = subscription.is_some_and(|held| held.get("revoked_at").is_some() && number(held, "/orders") == 0);
    off && text(order, "/status") == "paid" && order.get("parked").is_some() && text(order, "/terms/kind") == "add_on"
}

/// Nothing is owed any more, but looks at accounts, and what an operator has seen and cannot mend.
fn nothing_is_owed(items: &Items) -> Result<(), Broken> {
    for (key, item) in items {
        let duty = text(item, "/duty");
        // Undecided money stands in a queue of its own even when the operators know of it.
        let waits = item.get("duty").is_some() || text(item, "/status") == "unapplied";
        hold!(waits == item.get("work_shard").is_some(), "owed: {key} owes what stands in no queue");
        let odd = duty == "refund" && key.starts_with("PAYMENT#telegram-stars#odd-");
        hold!(
            matches!(duty, "" | "remind") || odd || is_for_operators(items, item),
            "owed: {key} owes {duty} for ever: {:?}",
            item.get("parked")
        );
    }
    for (key, amount) in of(items, "card_amount") {
        let buyer = number(amount, "/order/buyer");
        let order = items.get(&format!("USER#{buyer} | ORDER#{}", text(amount, "/order/key")));
        hold!(order.is_some_and(|order| text(order, "/status") == "awaiting_payment"), "owed: {key} is kept for nobody");
    }
    for (key, subscription) in of(items, "subscription") {
        hold!(subscription.get("busy_with").is_none(), "owed: {key} is claimed by {:?} for ever", subscription.get("busy_with"));
    }
    Ok(())
}

/// What was paid for is there, and its customer knows.
fn everything_is_delivered(world: &World, items: &Items, ledger: &Ledger) -> Result<(), Broken> {
    for (key, order) in of(items, "order") {
        let status = text(order, "/status");
        hold!(status != "paid" || is_for_operators(items, order), "delivered: {key} is paid and that is all");
        if status != "provisioned" {
            continue;
        }
        hold!(order.get("delivered_at").is_some(), "delivered: {key} is provisioned and nobody was told");
        let (partition, own) = key.split_once(" | ORDER#").expect("an order's key");
        if order.get("gift").is_some() {
            let wraps = |gift: &Value| text(gift, "/order/key") == own && format!("USER#{}", gift["order"]["buyer"]) == partition;
            hold!(of(items, "gift").filter(|(_, gift)| wraps(gift)).count() == 1, "delivered: {key} was a gift, and there is none");
            continue;
        }
        let feeds = order.get("for").and_then(Value::as_str).unwrap_or(own);
        let Some(subscription) = items.get(&format!("{partition} | SUBSCRIPTION#{feeds}")) else {
            return Err(format!("delivered: {key} is provisioned, and its customer has no subscription"));
        };
        let buyer: i64 = partition.trim_start_matches("USER#").parse().expect("an id");
        let person = world.people.iter().find(|person| person.id() == buyer).expect("one of the people");
        if !ledger.blocked.contains(&buyer) && feeds == own {
            // The panel makes another link of the same account in every second. All of them work until they are revoked: which one he was told is the same.
            let opens = |link: &String| world.panel.opened_by(link).is_some_and(|account| account.username == text(subscription, "/name"));
            let told = person.chat().iter().flat_map(links).any(|link| opens(&link));
            hold!(told, "delivered: the customer of {key} has never seen his link");
        }
    }
    for (key, gift) in of(items, "gift") {
        let id = text(gift, "/id");
        let holders = of(items, "order").filter(|(order, _)| order.ends_with(&format!(" | ORDER#GIFT#{id}")));
        let holders: Vec<String> = holders.map(|(_, order)| text(order, "/PK").replace("USER#", "")).collect();
        let claimer: Vec<String> = gift.get("claimed_by").map(Value::to_string).into_iter().collect();
        hold!(holders == claimer, "delivered: {key} was opened by {claimer:?} and is held by {holders:?}");
    }
    Ok(())
}

/// Each account holds what its orders sold, once, and nobody has one for nothing.
fn the_panel_is_right(world: &World, items: &Items, ledger: &Ledger) -> Result<(), Broken> {
    for (key, base) in of(items, "order") {
        if base.get("for").is_some() || base.get("gift").is_some() {
            continue;
        }
        let (partition, own) = key.split_once(" | ORDER#").expect("an order's key");
        let fed: Vec<&Value> = of(items, "order")
            .map(|(_, order)| order)
            .filter(|order| text(order, "/PK") == partition && (text(order, "/SK") == format!("ORDER#{own}") || text(order, "/for") == own))
            .collect();
        let live: Vec<&Value> = fed.iter().copied().filter(|order| text(order, "/status") == "provisioned").collect();
        let account = world.panel.user(text(base, "/panel_name"));
        if live.is_empty() {
            let works = account.as_ref().is_some_and(|account| matches!(account.status, Status::Active | Status::OnHold));
            hold!(!works, "panel: {key} is {} and its account works", text(base, "/status"));
            continue;
        }
        let Some(account) = account else { return Err(format!("panel: {key} is provisioned, and there is no account")) };
        hold!(account.status != Status::Disabled, "panel: {key} is paid for and switched off");
        if ledger.used.contains(&account.username) {
            continue;
        }
        let sold = |name: &str, shift: u8| -> i64 {
            live.iter().filter_map(|order| order.pointer(name)?.as_i64()).map(|amount| amount << shift).sum()
        };
        let bytes = sold("/terms/gb", 30) + sold("/terms/mb", 20);
        hold!(account.data_limit == Some(bytes), "panel: the orders of {key} sold {bytes} bytes, and it has {:?}", account.data_limit);
        if live.len() == fed.iter().filter(|order| matches!(text(order, "/status"), "provisioned" | "refunded")).count() {
            let seconds = sold("/terms/days", 0) * 86_400;
            hold!(
                account.on_hold_expire_duration == Some(seconds),
                "panel: the orders of {key} sold {seconds} seconds, and it has {:?}",
                account.on_hold_expire_duration
            );
        }
    }
    Ok(())
}

/// The links in a message of the bot.
pub fn links(message: &ChatMessage) -> Vec<String> {
    let parts = message.text.split("http://panel/sub/").skip(if message.from_bot { 1 } else { usize::MAX });
    parts.map(|rest| format!("http://panel/sub/{}", rest.split_whitespace().next().unwrap_or_default())).collect()
}

/// Nobody is shown a link that opens another's account.
fn links_are_private(world: &World, items: &Items) -> Result<(), Broken> {
    let owners: BTreeMap<&str, &str> = of(items, "order").map(|(_, order)| (text(order, "/panel_name"), text(order, "/PK"))).collect();
    for person in &world.people {
        for link in person.chat().iter().flat_map(links) {
            let Some(account) = world.panel.opened_by(&link) else { continue };
            let owner = owners.get(account.username.as_str()).copied().unwrap_or_default();
            hold!(owner == format!("USER#{}", person.id()), "private: {} was shown a link of {owner}", person.id());
        }
    }
    Ok(())
}

/// A broadcast that was begun has ended, and nobody was written to more often than there were any.
fn broadcasts(world: &World, items: &Items) -> Result<(), Broken> {
    let begun = of(items, "broadcast").filter(|(_, broadcast)| text(broadcast, "/status") != "draft").count();
    for (key, broadcast) in of(items, "broadcast") {
        let status = text(broadcast, "/status");
        hold!(matches!(status, "draft" | "done"), "broadcast: {key} is {status} for ever");
    }
    for person in &world.people {
        let told = person.chat().iter().filter(|message| message.from_bot && message.text.contains(NEWS)).count();
        hold!(told <= begun, "broadcast: {} was written to {told} times of {begun}", person.id());
    }
    Ok(())
}

/// What operators asked for once was done once.
fn made_once(items: &Items, ledger: &Ledger) -> Result<(), Broken> {
    let asked =
        ledger.requests.iter().filter(|request| request.about.is_empty() && request.status.is_some_and(|status| status < 300)).count();
    let made = of(items, "audit").filter(|(_, entry)| {
        text(entry, "/action") == "create"
            && !ledger.requests.iter().any(|request| request.action == "create" && request.about == text(entry, "/entity_id"))
    });
    let made = made.count();
    hold!(asked == made, "audit: {asked} codes were asked for and {made} were made");
    Ok(())
}
