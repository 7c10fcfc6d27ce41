//! What a day brought. Counted from what is there, as often as anybody likes; nothing is incremented while customers buy.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{DiscountCodeName, OrderKey, ProductId},
    money::{Currency, Money},
    order::Order,
    payment::{Gateway, Payment, PaymentStatus},
    product::ProductKind,
    time::{Day, Offset, Timestamp},
    user::User,
};

/// Sums by currency. Never negative.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sums(BTreeMap<Currency, Decimal>);

impl Sums {
    pub fn add(&mut self, money: Money) {
        self.add_amount(money.currency(), money.amount());
    }

    fn add_amount(&mut self, currency: Currency, amount: Decimal) {
        if amount.is_zero() {
            return;
        }
        let sum = self.0.entry(currency).or_default();
        *sum = sum.saturating_add(amount).normalize();
    }

    fn merge(&mut self, other: &Self) {
        for (currency, amount) in &other.0 {
            self.add_amount(*currency, *amount);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Amounts as plain decimals, by currency.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, Decimal)> + '_ {
        self.0.iter().map(|(currency, amount)| (*currency, *amount))
    }

    /// What there is of one currency.
    pub fn of(&self, currency: Currency) -> Decimal {
        self.0.get(&currency).copied().unwrap_or_default()
    }
}

/// What a span of time brought. Orders count when they were placed, money when it arrived, customers when they joined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Customers who joined.
    pub customers: u32,
    /// Those of them whom somebody invited.
    pub invited: u32,
    /// Orders that customers placed, and charges of subscriptions in Stars.
    pub orders: u32,
    pub trials: u32,
    /// Prizes, welcome presents, claimed gifts and what operators granted: orders of nothing to pay.
    pub presents: u32,
    /// Orders that were paid.
    pub paid: u32,
    /// Those of them that were their buyer's first.
    pub first: u32,
    /// First ones of invited customers.
    pub referred: u32,
    /// Paid orders of plans that extend a subscription.
    pub renewals: u32,
    /// Paid orders of more data or days.
    pub add_ons: u32,
    /// Paid orders for somebody else.
    pub gifts: u32,
    /// Paid orders with a discount code.
    pub discounted: u32,
    /// What the codes took off paid orders, in the base currency.
    pub discount: Sums,
    /// What the paid orders cost, in the base currency. Money that went back counts as `refunded` instead.
    pub revenue: Sums,
    /// What was paid for them, in the currencies in which it was paid.
    pub taken: Sums,
    /// Payments of that time that went back since.
    pub refunds: u32,
    pub refunded: Sums,
    /// Payments that fitted no order when they came, whatever became of them since, without those that went back.
    pub unapplied: u32,
}

/// What was sold of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sold {
    pub orders: u32,
    pub paid: u32,
    /// In the base currency.
    pub revenue: Sums,
}

/// What came in by one way to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taken {
    pub paid: u32,
    pub taken: Sums,
    pub refunds: u32,
    pub refunded: Sums,
}

/// What one discount code did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeUse {
    /// Paid orders.
    pub paid: u32,
    /// Taken off, in the base currency.
    pub discount: Sums,
}

/// Everything that is counted of a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub totals: Totals,
    pub products: BTreeMap<ProductId, Sold>,
    pub methods: BTreeMap<Gateway, Taken>,
    /// At most [`Counts::MAX_CODES`]; the others count in the totals alone.
    pub codes: BTreeMap<DiscountCodeName, CodeUse>,
}

impl Counts {
    /// Keeps a day within one item, however many codes were made.
    pub const MAX_CODES: usize = 200;

    pub fn user(&mut self, user: &User) {
        self.totals.customers += 1;
        self.totals.invited += u32::from(user.invited_by.is_some());
    }

    pub fn order(&mut self, order: &Order) {
        match order.id.key {
            OrderKey::Trial => self.totals.trials += 1,
            OrderKey::Prize(_) | OrderKey::Welcome | OrderKey::Gift(_) | OrderKey::Grant(_) => self.totals.presents += 1,
            OrderKey::Ulid(_) | OrderKey::Recurring(_) => {
                self.totals.orders += 1;
                self.products.entry(order.terms.product.clone()).or_default().orders += 1;
                // Nothing was left to pay: no payment will tell of it.
                if order.payment.is_none() && order.paid_at.is_some() {
                    self.paid(order);
                }
            }
        }
    }

    /// `order`: the one that the payment was for.
    pub fn payment(&mut self, payment: &Payment, order: Option<&Order>) {
        let method = self.methods.entry(payment.id.gateway()).or_default();
        match payment.status {
            PaymentStatus::Applied => {
                method.paid += 1;
                if let Some(amount) = payment.amount {
                    method.taken.add(amount);
                    self.totals.taken.add(amount);
                }
                if let Some(order) = order {
                    self.paid(order);
                }
            }
            PaymentStatus::Refunded => {
                method.refunds += 1;
                self.totals.refunds += 1;
                if let Some(amount) = payment.amount {
                    method.refunded.add(amount);
                    self.totals.refunded.add(amount);
                }
            }
            PaymentStatus::Unapplied | PaymentStatus::Credited | PaymentStatus::WrittenOff => self.totals.unapplied += 1,
        }
    }

    fn paid(&mut self, order: &Order) {
        let totals = &mut self.totals;
        totals.paid += 1;
        totals.first += u32::from(order.first_purchase);
        totals.referred += u32::from(order.first_purchase && order.inviter.is_some());
        match order.terms.kind {
            ProductKind::AddOn => totals.add_ons += 1,
            ProductKind::Plan => totals.renewals += u32::from(order.extends.is_some()),
        }
        totals.gifts += u32::from(order.gift);
        totals.revenue.add(order.total);
        let sold = self.products.entry(order.terms.product.clone()).or_default();
        sold.paid += 1;
        sold.revenue.add(order.total);
        if let Some(discount) = &order.discount {
            totals.discounted += 1;
            totals.discount.add(discount.off);
            if self.codes.len() < Self::MAX_CODES || self.codes.contains_key(&discount.code) {
                let code = self.codes.entry(discount.code.clone()).or_default();
                code.paid += 1;
                code.discount.add(discount.off);
            }
        }
    }

    /// Adds what another span of time brought.
    pub fn merge(&mut self, other: &Self) {
        let (mine, theirs) = (&mut self.totals, &other.totals);
        for (mine, theirs) in [
            (&mut mine.customers, theirs.customers),
            (&mut mine.invited, theirs.invited),
            (&mut mine.orders, theirs.orders),
            (&mut mine.trials, theirs.trials),
            (&mut mine.presents, theirs.presents),
            (&mut mine.paid, theirs.paid),
            (&mut mine.first, theirs.first),
            (&mut mine.referred, theirs.referred),
            (&mut mine.renewals, theirs.renewals),
            (&mut mine.add_ons, theirs.add_ons),
            (&mut mine.gifts, theirs.gifts),
            (&mut mine.discounted, theirs.discounted),
            (&mut mine.refunds, theirs.refunds),
            (&mut mine.unapplied, theirs.unapplied),
        ] {
            *mine = mine.saturating_add(theirs);
        }
        for (mine, theirs) in [
            (&mut mine.discount, &theirs.discount),
            (&mut mine.revenue, &theirs.revenue),
            (&mut mine.taken, &theirs.taken),
            (&mut mine.refunded, &theirs.refunded),
        ] {
            mine.merge(theirs);
        }
        for (product, theirs) in &other.products {
            let mine = self.products.entry(product.clone()).or_default();
            mine.orders = mine.orders.saturating_add(theirs.orders);
            mine.paid = mine.paid.saturating_add(theirs.paid);
            mine.revenue.merge(&theirs.revenue);
        }
        for (method, theirs) in &other.methods {
            let mine = self.methods.entry(*method).or_default();
            mine.paid = mine.paid.saturating_add(theirs.paid);
            mine.refunds = mine.refunds.saturating_add(theirs.refunds);
            mine.taken.merge(&theirs.taken);
            mine.refunded.merge(&theirs.refunded);
        }
        for (code, theirs) in &other.codes {
            let mine = self.codes.entry(code.clone()).or_default();
            mine.paid = mine.paid.saturating_add(theirs.paid);
            mine.discount.merge(&theirs.discount);
        }
    }
}

/// How far each list has been counted: the last entry's place, in the lists' order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub users: String,
    pub orders: String,
    pub payments: String,
}

/// One day of the shop, counted so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    pub day: Day,
    /// Where the shop's clocks stood: it says when the day began.
    pub offset: Offset,
    pub counts: Counts,
    pub counted: Counted,
    /// Everything before it is in.
    pub until: Timestamp,
    pub version: u64,
}

impl DayCount {
    /// A day of which nothing is counted yet.
    pub fn new(day: Day, offset: Offset) -> Self {
        let start = day.start(offset);
        // A place is a time and a name: the bare time comes before all of them.
        let place = start.to_string();
        let counted = Counted { users: place.clone(), orders: place.clone(), payments: place };
        Self { day, offset, counts: Counts::default(), counted, until: start, version: 0 }
    }

    pub fn end(&self) -> Timestamp {
        self.day.end(self.offset)
    }

    /// Nothing more can come.
    pub fn is_complete(&self) -> bool {
        self.until >= self.end()
    }
}

/// What the counting has come to, and what else it owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountingClock {
    /// The day that runs.
    pub day: Day,
    /// The last hour (since 1970) in which the running day was counted on.
    pub hour: i64,
    /// The day of which the operators shall be told, and how often that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    pub version: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub day: Day,
    pub due_at: Timestamp,
    pub tries: u8,
}

/// A wish: the day in which `at` falls is counted anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recount {
    pub at: Timestamp,
    /// When it was wished: a wish that comes while the day is being counted is another one.
    pub asked_at: Timestamp,
    /// What has been counted, where one run was not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
    pub version: u64,
}

/// A count that another run goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Wishes until then are granted by it.
    pub at: Timestamp,
    pub so_far: DayCount,
}

impl Recount {
    pub const fn of(at: Timestamp, asked_at: Timestamp) -> Self {
        Self { at, asked_at, begun: None, version: 0 }
    }
}
