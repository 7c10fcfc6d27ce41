//! From a plan to an order that can be paid: the offer, the order, the invoice.

use std::time::Duration;

use clients::payment::{CardInstructions, GatewayError, Invoice, OpenAction};
use domain::{
    DiscountCodeName, Money, OrderId, OrderKey, ProductId, TelegramUserId, Timestamp,
    discount::Rejection,
    duty::LEASE,
    order::{AttemptRefusal, NewOrder, Order, OrderDiscount, OrderStatus},
    payment::Gateway,
    product::{Product, ProductKind},
    subscription::Subscription,
    time::Span,
    user::User,
};
use store::{CardAmount, CommitError, Placing, Write};
use tracing::{info, warn};
use ulid::Ulid;

use crate::{
    App, AppError, Deadline,
    cards::last_digits,
    catalogue::Shop,
    codes::{CodeRefusal, check_code},
    entry::{Asked, Barrier},
};

/// What an order is placed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A subscription of one's own.
    Purchase,
    /// To renew or add to this subscription of the customer's.
    Extend(OrderKey),
    /// A subscription for somebody else.
    Gift,
}

impl Purpose {
    pub fn of(order: &Order) -> Self {
        match order.extends {
            Some(subscription) => Self::Extend(subscription),
            None if order.gift => Self::Gift,
            None => Self::Purchase,
        }
    }

    /// Whether a product of this kind is sold for it.
    fn takes(self, kind: ProductKind, shop: &Shop) -> bool {
        match self {
            Self::Purchase => kind == ProductKind::Plan,
            Self::Extend(_) => matches!(kind, ProductKind::Plan | ProductKind::AddOn),
            Self::Gift => kind == ProductKind::Plan && shop.settings.gifts,
        }
    }

    pub const fn extends(self) -> Option<OrderKey> {
        match self {
            Self::Extend(subscription) => Some(subscription),
            Self::Purchase | Self::Gift => None,
        }
    }
}

/// A product and what it is wanted for, as a button has room to say it. A tag is resolved among what is for sale and what the customer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Purchase(ProductId),
    Extend { product: String, subscription: String },
    Gift { product: String },
}

/// A product as it would be sold now: what its screen shows and its buttons stand for.
#[derive(Debug, Clone)]
pub struct Offer {
    pub product: Product,
    pub purpose: Purpose,
    pub discount: Option<(DiscountCodeName, Money)>,
    pub total: Money,
    /// The gateways that can take it, and what each would charge.
    pub methods: Vec<(Gateway, Money)>,
    /// The order that its buttons would place.
    pub order: Ulid,
}

impl Offer {
    pub fn is_free(&self) -> bool {
        self.total.is_zero()
    }
}

/// What a customer chose on a plan's screen, read from a button: nothing of it is believed before it is compared with the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// `None`: there is nothing to pay.
    pub gateway: Option<Gateway>,
    pub order: Ulid,
    pub fingerprint: String,
    pub wanted: Wanted,
    pub code: Option<DiscountCodeName>,
}

/// What came of a choice.
#[derive(Debug)]
pub enum Placed {
    /// The order stands, new or from an earlier tap.
    Order(Box<Order>),
    /// The button is not what is offered now (any more): the offer as it stands, nothing was charged.
    Changed(Box<Offer>),
    /// The code does not apply; the offer without it.
    CodeRefused(Rejection, Box<Offer>),
    /// The plan is not sold any more.
    PlanGone,
    /// The subscription that it was for is not the customer's (any more).
    SubscriptionGone,
    /// Too many codes that there are not: until then none but one that was offered is taken; the offer without it.
    Wait(Timestamp, Box<Offer>),
    /// He may not buy, and why.
    Barred(Barrier),
    /// So many of his orders wait for money that no further one is placed: these.
    TooManyOpen(Vec<Order>),
    /// The shop does not know the customer: he has to start at the beginning.
    Stranger,
}

/// How an order can be paid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payable {
    /// A Telegram invoice in Stars.
    Stars { link: String, amount: Money, gateway: Gateway },
    /// The gateway's page.
    Page { url: String, amount: Money, gateway: Gateway },
    /// A transfer, then a receipt.
    Card { card: CardInstructions, amount: Money },
}

/// Why it cannot.
#[derive(Debug)]
pub enum NotPayable {
    Attempt(AttemptRefusal),
    /// The gateway does not answer, or is off: another try or another way.
    Gateway(Option<GatewayError>),
    App(AppError),
}

impl From<AppError> for NotPayable {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}
impl From<AttemptRefusal> for NotPayable {
    fn from(refusal: AttemptRefusal) -> Self {
        Self::Attempt(refusal)
    }
}

/// Telegram charges a subscription in Stars again after so many days.
const RECURRING_DAYS: u16 = 30;
/// A button's ulid is the customer's: it must be of about now.
const OLDEST_BUTTON: Span = Span::hours(24);
const CLOCK_SKEW: Span = Span::minutes(5);
/// Open orders are looked for among those whose buttons were made within this: windows of more than a week are not limited in number.
const OPEN_FOR: Span = Span::days(8);
/// A tag is looked for among so many subscriptions at a time.
const TAGS_LOOKED_THROUGH: u8 = 100;
/// An open invoice is asked for within this.
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(8);
/// Amounts tried until one is free.
const CARD_AMOUNT_TRIES: u8 = 8;

impl App {
    /// A plan at its price of now, without or with a code that was found to apply.
    pub fn offer(
        &self,
        shop: &Shop,
        product: &Product,
        purpose: Purpose,
        discount: Option<(DiscountCodeName, Money)>,
        order: Ulid,
    ) -> Result<Offer, AppError> {
        let off = discount.as_ref().map_or(Money::zero(product.price.currency()), |(_, off)| *off);
        let total = product.price.checked_sub(off).map_err(|error| AppError::Text(error.to_string()))?;
        let methods = self.methods(shop, product, purpose, discount.is_some(), total);
        Ok(Offer { product: product.clone(), purpose, discount, total, methods, order })
    }

    /// The ways to pay `total` for a product, and what each would charge. Stars that renew themselves buy a plan of exactly their period, for oneself,
    /// at its full price: what is charged again is what was charged first.
    pub fn methods(&self, shop: &Shop, product: &Product, purpose: Purpose, discounted: bool, total: Money) -> Vec<(Gateway, Money)> {
        let renewable = shop.settings.recurring_stars
            && !discounted
            && purpose == Purpose::Purchase
            && product.kind == ProductKind::Plan
            && product.duration_days == Some(RECURRING_DAYS);
        let gateways = self.gateways_of(shop).filter(|gateway| *gateway != Gateway::RecurringStars || renewable);
        gateways.filter_map(|gateway| Some((gateway, shop.quote(product, gateway, total)?))).collect()
    }

    /// A fresh offer of a plan: its buttons place a new order.
    pub fn fresh_offer(&self, shop: &Shop, product: &Product, purpose: Purpose) -> Result<Offer, AppError> {
        self.offer(shop, product, purpose, None, self.seams.ulid(self.now()))
    }

    /// How a button says what an offer is of.
    pub fn wanted(&self, buyer: TelegramUserId, product: &ProductId, purpose: Purpose) -> Wanted {
        let tag = || self.names.product_tag(product);
        match purpose {
            Purpose::Purchase => Wanted::Purchase(product.clone()),
            Purpose::Extend(subscription) => {
                Wanted::Extend { product: tag(), subscription: self.names.subscription_tag(OrderId::new(buyer, subscription)) }
            }
            Purpose::Gift => Wanted::Gift { product: tag() },
        }
    }

    /// The product that a button names, where it is for sale.
    pub fn wanted_product<'a>(&self, shop: &'a Shop, wanted: &Wanted) -> Option<&'a Product> {
        match wanted {
            Wanted::Purchase(id) => shop.product(id),
            Wanted::Extend { product: tag, .. } | Wanted::Gift { product: tag } => {
                shop.for_sale().find(|product| self.names.product_tag(&product.id) == *tag)
            }
        }
    }

    /// What a button wants its product for. `None`: for a subscription that the customer does not hold.
    pub async fn wanted_purpose(&self, buyer: TelegramUserId, wanted: &Wanted) -> Result<Option<Purpose>, AppError> {
        Ok(match wanted {
            Wanted::Purchase(_) => Some(Purpose::Purchase),
            Wanted::Gift { .. } => Some(Purpose::Gift),
            Wanted::Extend { subscription: tag, .. } => {
                self.tagged_subscription(buyer, tag).await?.map(|held| Purpose::Extend(held.order.key))
            }
        })
    }

    /// The customer's subscription that a button's tag names.
    pub(crate) async fn tagged_subscription(&self, buyer: TelegramUserId, tag: &str) -> Result<Option<Subscription>, AppError> {
        let mut cursor = None;
        loop {
            let page = self.store.subscriptions_of(buyer, cursor.as_ref(), TAGS_LOOKED_THROUGH).await?;
            let found = page.items.into_iter().find(|subscription| self.names.subscription_tag(subscription.order) == tag);
            if found.is_some() {
                return Ok(found);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(None);
            }
        }
    }

    /// What a button of this offer carries, so that a later change of the terms shows.
    pub fn fingerprint(&self, offer: &Offer, gateway: Option<Gateway>) -> String {
        let quote = gateway.and_then(|gateway| offer.methods.iter().find(|(method, _)| *method == gateway)).map(|(_, quote)| *quote);
        let terms = offer.product.terms();
        let text = format!(
            "{:?}|{}|{}|{:?}|{:?}|{:?}|{}|{}",
            offer.purpose,
            terms.product,
            terms.name,
            terms.data_limit_gb,
            terms.duration_days,
            terms.renewal_policy,
            offer.total,
            quote.map(|quote| quote.to_string()).unwrap_or_default()
        );
        self.names.fingerprint(text.as_bytes())
    }

    /// Places the order that a button stands for, or finds it placed; also says who the customer is. With nothing to pay it is provisioned at once.
    /// Two round trips: one reads everything that it is decided on, one writes.
    /// `screen`: the message that will show the order.
    pub async fn place(
        &self,
        buyer: TelegramUserId,
        choice: &Choice,
        screen: Option<i32>,
        deadline: Deadline,
    ) -> Result<(Option<User>, Placed), AppError> {
        let now = self.now();
        let id = OrderId::new(buyer, OrderKey::Ulid(choice.order));
        let look = || self.store.placing(id, choice.code.as_ref());
        // A process that does not know the catalogue yet reads it in the same round trip.
        let (shop, found, purpose, lately) = tokio::try_join!(
            self.shop(),
            async { look().await.map_err(AppError::from) },
            self.wanted_purpose(buyer, &choice.wanted),
            self.placed_lately(buyer, choice.gateway)
        )?;
        let mut first_look = Some(found);
        for _ in 0..3 {
            let mut found = match first_look.take() {
                Some(found) => found,
                None => look().await?,
            };
            let Some(user) = found.user.clone() else { return Ok((None, Placed::Stranger)) };
            let done = |placed| Ok((Some(user.clone()), placed));
            if user.is_banned() {
                return done(Placed::Barred(Barrier::Banned));
            }
            if let Some(order) = found.order.take() {
                return done(self.placed_before(order, &shop)?);
            }
            if let Some(barrier) = self.barrier(&user, &shop, Asked::Before).await {
                return done(Placed::Barred(barrier));
            }
            let Some(purpose) = purpose else { return done(Placed::SubscriptionGone) };
            let Some(product) = self.wanted_product(&shop, &choice.wanted).filter(|product| purpose.takes(product.kind, &shop)) else {
                return done(Placed::PlanGone);
            };
            let minted = Timestamp::from_millis(i64::try_from(choice.order.timestamp_ms()).unwrap_or(i64::MAX));
            if minted < now.minus(OLDEST_BUTTON) || minted > now.plus(CLOCK_SKEW) {
                return done(Placed::Changed(Box::new(self.fresh_offer(&shop, product, purpose)?)));
            }
            let plain = || self.offer(&shop, product, purpose, None, choice.order).map(Box::new);
            let waits = found.guesses.as_ref().and_then(|guesses| guesses.wait_until(now));
            let discount = match &choice.code {
                None => None,
                Some(name) => match (check_code(found.code.as_ref(), product, found.user.as_ref(), &found.redemption, id, now), waits) {
                    (Ok(off), _) => Some((name.clone(), off)),
                    (Err(_), Some(until)) => {
                        self.keep_trace(self.trace_of_refusal(buyer, name, CodeRefusal::Wait(until)));
                        return done(Placed::Wait(until, plain()?));
                    }
                    (Err(rejection), None) => {
                        // A button can be forged to name any code.
                        if rejection == Rejection::NotFound {
                            Box::pin(self.count_guess(buyer, name, found.guesses.as_ref())).await?;
                        } else {
                            self.keep_trace(self.trace_of_refusal(buyer, name, CodeRefusal::Rejected(rejection)));
                        }
                        return done(Placed::CodeRefused(rejection, plain()?));
                    }
                },
            };
            let offer = self.offer(&shop, product, purpose, discount, choice.order)?;
            let fits = choice.gateway.is_none() == offer.is_free() && self.fingerprint(&offer, choice.gateway) == choice.fingerprint;
            if !fits {
                // Only a button that was made for this code shows that it was offered; of any other, who waits learns nothing.
                return done(match waits {
                    Some(until) => Placed::Wait(until, plain()?),
                    None => Placed::Changed(Box::new(offer)),
                });
            }
            if choice.gateway.is_some() && lately.len() >= shop.settings.max_open_orders.into() {
                return done(Placed::TooManyOpen(lately));
            }
            match self.write_order(id, &offer, choice.gateway, screen, &found, &shop).await {
                Ok(order) => return done(self.placed_now(order, found.user, deadline).await?),
                // Somebody was quicker: with this order, with the last use of the code, or with its terms. Look again.
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(AppError::of_commit("place an order")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// The orders of a customer that wait for his money, the newest first. One that is placed without money is never one too many: then none is read.
    async fn placed_lately(&self, buyer: TelegramUserId, gateway: Option<Gateway>) -> Result<Vec<Order>, AppError> {
        if gateway.is_none() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut orders = self.store.orders_placed_since(buyer, now.minus(OPEN_FOR)).await?;
        // A receipt that is looked at is as good as money.
        orders.retain(|order| order.payable(now).is_ok() && order.under_review().is_none());
        Ok(orders)
    }

    fn placed_before(&self, order: Order, shop: &Shop) -> Result<Placed, AppError> {
        match order.status {
            OrderStatus::AwaitingPayment | OrderStatus::Paid | OrderStatus::Provisioned => Ok(Placed::Order(Box::new(order))),
            // The button of an order that ended: the same plan, as a new order.
            OrderStatus::Expired | OrderStatus::Canceled | OrderStatus::Refunded => match shop.product(&order.terms.product) {
                Some(product) => Ok(Placed::Changed(Box::new(self.fresh_offer(shop, product, Purpose::of(&order))?))),
                None => Ok(Placed::PlanGone),
            },
        }
    }

    async fn placed_now(&self, order: Order, buyer: Option<User>, deadline: Deadline) -> Result<Placed, AppError> {
        info!(event = "order_placed", order.id = %self.names.order(order.id), "order placed");
        let order = if order.status == OrderStatus::Paid { Box::pin(self.provision(order, buyer, deadline)).await? } else { order };
        Ok(Placed::Order(Box::new(order)))
    }

    /// One transaction: the order with its first attempt, the code's use, the customer's hold on it, the card's amount.
    async fn write_order(
        &self,
        id: OrderId,
        offer: &Offer,
        gateway: Option<Gateway>,
        screen: Option<i32>,
        found: &Placing,
        shop: &Shop,
    ) -> Result<Order, CommitError> {
        let now = self.now();
        let first_purchase = found.user.as_ref().is_none_or(|user| user.first_paid_at.is_none());
        let new = NewOrder {
            id,
            terms: offer.product.terms(),
            total: offer.total,
            discount: offer.discount.as_ref().map(|(code, off)| OrderDiscount { code: code.clone(), off: *off, held: true }),
            inviter: found.user.as_ref().and_then(|user| user.invited_by).filter(|_| first_purchase),
            first_purchase,
            extends: offer.purpose.extends(),
            gift: offer.purpose == Purpose::Gift,
            panel_name: self.names.panel_name(id),
            screen,
            window: shop.settings.order_window(),
        };
        let order = Order::place(new, now, now.plus(LEASE));
        let quote = gateway.and_then(|gateway| offer.methods.iter().find(|(method, _)| *method == gateway).copied());
        let mut code_writes = Vec::new();
        if let (Some(discount), Some(terms)) = (&order.discount, &found.code) {
            code_writes.push(Write::reserve_code(terms, now));
            code_writes.push(Write::hold_redemption(&discount.code, id, terms.per_user_limit));
        }
        self.write_attempt(order, quote, shop, now, code_writes, |order| Write::create(order)).await
    }

    /// Writes an order with a new attempt. A card's amount is made unique: what stands in the way of one is another order that waits for it.
    async fn write_attempt(
        &self,
        order: Order,
        method: Option<(Gateway, Money)>,
        shop: &Shop,
        now: Timestamp,
        more: Vec<Write>,
        write: impl Fn(&mut Order) -> Result<Write, store::StoreError>,
    ) -> Result<Order, CommitError> {
        let begin = |quote: Option<(Gateway, Money)>| match quote {
            // An order that was just placed, or just found payable, takes an attempt.
            Some((gateway, quote)) => order.begin_attempt(gateway, quote, now).map_or_else(|_| order.clone(), |(order, _)| order),
            None => order.clone(),
        };
        let card = self.card_of_turn(order.id, &self.cards(shop));
        let (Some((Gateway::Card, quote)), Some(card)) = (method, card) else {
            let mut order = begin(method);
            let first = write(&mut order)?;
            self.store.commit(&self.seams.nonce(), [vec![first], more].concat()).await?;
            return Ok(order);
        };
        let position = more.len().saturating_add(1);
        for n in 0..CARD_AMOUNT_TRIES {
            let amount = unique_amount(quote, self.names.pick(order.id, n, 999));
            let mut order = begin(Some((Gateway::Card, amount))).to_card(card.clone());
            let taken = CardAmount { card: last_digits(&card.number), amount, order: order.id };
            let writes = [vec![write(&mut order)?], more.clone(), vec![Write::create(&taken)?]].concat();
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => return Ok(order),
                Err(CommitError::Refused { position: refused, .. }) if refused == position => {}
                Err(error) => return Err(error),
            }
        }
        Err(CommitError::Store(store::StoreError::Throttled))
    }

    /// The customer wants to pay an order by `gateway`: begins an attempt where there is none, and opens its invoice.
    pub async fn pay(
        &self,
        order: Order,
        gateway: Gateway,
        title: &str,
        description: &str,
        deadline: Deadline,
    ) -> Result<(Order, Payable), NotPayable> {
        let now = self.now();
        order.payable(now)?;
        let order = match order.attempts.iter().rev().find(|attempt| attempt.gateway == gateway) {
            Some(_) => order,
            None => self.add_attempt(order, gateway, now).await?,
        };
        self.open_invoice(order, gateway, title, description, deadline).await
    }

    async fn add_attempt(&self, mut order: Order, gateway: Gateway, now: Timestamp) -> Result<Order, NotPayable> {
        for _ in 0..3 {
            let shop = self.shop().await?;
            // What was frozen is the price in the base currency; the quote in the gateway's currency is scaled from the plan's prices of now.
            let product = shop.product(&order.terms.product).filter(|product| product.price == order.terms.price);
            let methods = |product| self.methods(&shop, product, Purpose::of(&order), order.discount.is_some(), order.total);
            let quote = product.and_then(|product| methods(product).into_iter().find(|(method, _)| *method == gateway));
            let quote = quote.map(|(_, quote)| quote).or_else(|| same_currency_quote(&order, gateway));
            let Some(quote) = quote.filter(|_| self.gateways_of(&shop).any(|on| on == gateway)) else {
                return Err(NotPayable::Gateway(None));
            };
            order.begin_attempt(gateway, quote, now)?;
            match self.write_attempt(order.clone(), Some((gateway, quote)), &shop, now, Vec::new(), Write::replace).await {
                Ok(order) => return Ok(order),
                Err(CommitError::Refused { .. }) => {
                    let found = self.store.order(order.id).await.map_err(AppError::from)?;
                    order = found.ok_or(AppError::Contended)?;
                    order.payable(now)?;
                    if order.attempts.iter().any(|attempt| attempt.gateway == gateway) {
                        return Ok(order);
                    }
                }
                Err(error) => return Err(AppError::of_commit("begin an attempt")(error).into()),
            }
        }
        Err(AppError::Contended.into())
    }

    async fn open_invoice(
        &self,
        order: Order,
        gateway: Gateway,
        title: &str,
        description: &str,
        deadline: Deadline,
    ) -> Result<(Order, Payable), NotPayable> {
        let Some(attempt) = order.attempts.iter().rev().find(|attempt| attempt.gateway == gateway).cloned() else {
            return Err(NotPayable::Attempt(AttemptRefusal::Unknown));
        };
        let amount = attempt.quote;
        if let Some(url) = &attempt.url {
            let payable = Payable::Page { url: url.clone(), amount, gateway };
            return Ok((order, payable));
        }
        if let Some(card) = self.card_of(&attempt).filter(|_| gateway == Gateway::Card) {
            let card = CardInstructions { number: card.number.clone(), holder: card.holder.clone() };
            return Ok((order, Payable::Card { card, amount }));
        }
        let Some(adapter) = self.gateway(gateway) else { return Err(NotPayable::Gateway(None)) };
        let Some(timeout) = deadline.allows(self, GATEWAY_TIMEOUT) else { return Err(NotPayable::Gateway(None)) };
        let reference = self.names.attempt(order.id, attempt.number);
        let callback_url = format!("{}{}", self.config.public_url, gateway.route());
        let return_url = self.way_back(gateway).await;
        let invoice = Invoice {
            reference: &reference,
            callback_url: &callback_url,
            amount,
            title,
            description,
            language: domain::Language::English,
            expires_at: order.expires_at,
            return_url: return_url.as_deref(),
        };
        let opened = match adapter.open(&invoice, self.now(), timeout).await {
            Ok(opened) => opened,
            Err(error) => {
                warn!(event = "invoice_not_opened", order.id = %reference, gateway = %gateway, %error, "an invoice could not be opened");
                return Err(NotPayable::Gateway(Some(error)));
            }
        };
        match opened.action {
            OpenAction::StarsInvoice(link) => Ok((order, Payable::Stars { link, amount, gateway })),
            OpenAction::Instructions(card) => Ok((order, Payable::Card { card, amount })),
            OpenAction::Url(url) => match self.remember_invoice(order, attempt.number, opened.reference, &url).await {
                (order, Some(url)) => Ok((order, Payable::Page { url, amount, gateway })),
                // What the browser brings back is worth nothing without the name that it has to bring.
                (_, None) if gateway.reports_by_browser() => Err(NotPayable::Gateway(None)),
                // Losing it costs nothing else: the gateway's reports carry our reference.
                (order, None) => Ok((order, Payable::Page { url, amount, gateway })),
            },
        }
    }

    /// The chat with the bot, for gateways that send their customers somewhere afterwards.
    async fn way_back(&self, gateway: Gateway) -> Option<String> {
        if matches!(gateway, Gateway::TelegramStars | Gateway::RecurringStars | Gateway::Card | Gateway::CryptoPay) {
            return None;
        }
        match self.bot_username().await {
            Ok(username) => Some(format!("https://t.me/{username}")),
            Err(error) => {
                warn!(event = "bot_unnamed", %error, "the bot's name could not be asked for");
                None
            }
        }
    }

    /// Stores the gateway's name of an invoice, and says where the customer pays it: where two taps opened two invoices of one attempt, the first that
    /// was stored is the one. `None`: it could not be stored.
    async fn remember_invoice(&self, mut order: Order, number: u8, reference: Option<String>, url: &str) -> (Order, Option<String>) {
        for _ in 0..3 {
            if let Some(url) = order.attempt(number).and_then(|attempt| attempt.url.clone()) {
                return (order, Some(url));
            }
            let Ok(mut next) = order.opened(number, reference.clone(), Some(url.to_owned())) else { return (order, None) };
            let Ok(write) = Write::replace(&mut next) else { return (order, None) };
            let error = match self.store.commit(&self.seams.nonce(), vec![write]).await {
                Ok(()) => return (next, Some(url.to_owned())),
                Err(error) => error,
            };
            if let CommitError::Refused { .. } = error
                && let Ok(Some(found)) = self.store.order(order.id).await
            {
                order = found;
                continue;
            }
            warn!(event = "invoice_not_remembered", order.id = %self.names.order(order.id), %error, "an invoice's name could not be stored");
            return (order, None);
        }
        (order, None)
    }

    /// One of the customer's own orders.
    pub async fn own_order(&self, buyer: TelegramUserId, order: Ulid) -> Result<Option<Order>, AppError> {
        Ok(self.store.order(OrderId::new(buyer, OrderKey::Ulid(order))).await?)
    }
}

fn same_currency_quote(order: &Order, gateway: Gateway) -> Option<Money> {
    let fits = gateway != Gateway::RecurringStars && domain::payment::gateway_currencies(gateway).contains(&order.total.currency());
    fits.then_some(order.total)
}

/// An amount that only one order waits for: some of the currency's smallest units more.
fn unique_amount(quote: Money, extra: u32) -> Money {
    let units = rust_decimal::Decimal::new(i64::from(extra), quote.currency().exponent());
    Money::new(units, quote.currency()).and_then(|extra| quote.checked_add(extra)).unwrap_or(quote)
}
