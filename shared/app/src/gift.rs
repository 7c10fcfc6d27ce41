//! A subscription for somebody else: a paid order becomes a link, and the link becomes an order of whoever opens it first.

use domain::planted::{Bug, planted};
use std::time::Duration;

use domain::{
    Language, OrderId, OrderKey, TelegramUserId,
    duty::{Duty, LEASE},
    gift::{Gift, GiftState},
    ids::Digest,
    order::{Decision, Event, Order, OrderStatus, decide},
    time::Span,
    user::{User, UserStatus},
};
use store::{CommitError, Write};
use tracing::info;

use crate::{
    App, AppError, Deadline,
    button::Button,
    format,
    import::share_url,
    join::Visitor,
    reward::undelivered,
    screen::{Keyboard, Screen, copy, link, primary, tap},
    text::{Arg, html},
    work::Outcome,
};

/// What came of opening a gift's link.
#[derive(Debug)]
pub enum Opened {
    /// It is the visitor's: his order, provisioned as far as the deadline allowed. The same link again leads here again.
    Yours(Box<Order>),
    /// Somebody else was quicker.
    Taken,
    /// The money for it went back.
    Withdrawn,
    /// There is no such gift.
    Unknown,
    /// The visitor is banned.
    Banned,
}

const TELEGRAM_TIMEOUT: Duration = Duration::from_secs(8);
const PAYLOAD: &str = "gift_";
/// Rounds of read, decide, commit.
const ROUNDS: usize = 4;

impl App {
    /// The gift that an order buys.
    pub fn gift_id(&self, order: OrderId) -> Digest {
        self.names.digest("gift", &self.names.order(order))
    }

    /// The gift that a start payload `gift_<id>` names.
    pub fn gift_of(payload: &str) -> Option<Digest> {
        payload.strip_prefix(PAYLOAD)?.to_ascii_uppercase().parse().ok()
    }

    /// Of a customer's orders, those whose gifts nobody has opened yet.
    pub(crate) async fn unopened(&self, orders: &[Order]) -> Result<Vec<Order>, AppError> {
        let given: Vec<&Order> = orders.iter().filter(|order| order.gift && order.status == OrderStatus::Provisioned).collect();
        let ids: Vec<Digest> = given.iter().map(|order| self.gift_id(order.id)).collect();
        let open: Vec<OrderId> =
            self.store.gifts(&ids).await?.into_iter().filter(|gift| gift.state() == GiftState::Open).map(|gift| gift.order).collect();
        Ok(given.into_iter().filter(|order| open.contains(&order.id)).cloned().collect())
    }

    /// A gift's order as its giver sees it: the link while nobody has opened it. `None`: it is not wrapped yet, and the order's state says what is.
    pub async fn given(&self, order: &Order, language: Language) -> Result<Option<Screen>, AppError> {
        if !order.gift || order.status != OrderStatus::Provisioned {
            return Ok(None);
        }
        let Some(gift) = self.store.gift(self.gift_id(order.id)).await? else { return Ok(None) };
        let menu = tap(self.texts.plain(language, "button-menu", &[]), &Button::Menu);
        Ok(Some(match gift.state() {
            GiftState::Open => {
                let Screen { text, keyboard } = self.gift_message(order, language).await?;
                Screen::new(text, keyboard.row([menu]))
            }
            GiftState::Claimed(_) => {
                let text = self.texts.html(language, "order-gift-opened", &[("plan", Arg::Text(&order.terms.name))]);
                Screen::new(text, Keyboard::default().row([menu]))
            }
            GiftState::Withdrawn => Screen::new(self.texts.html(language, "gift-withdrawn", &[]), Keyboard::default().row([menu])),
        }))
    }

    /// The link to pass on.
    async fn gift_message(&self, order: &Order, language: Language) -> Result<Screen, AppError> {
        let payload = format!("{PAYLOAD}{}", self.gift_id(order.id).to_string().to_ascii_lowercase());
        let url = self.start_link(&payload).await?;
        let args = [
            ("plan", Arg::Text(order.terms.name.as_str())),
            ("volume", Arg::Raw(format::volume(&self.texts, language, order.terms.data_limit_bytes()))),
            ("days", Arg::Raw(format::days(&self.texts, language, order.terms.duration_days))),
        ];
        let text = format!("{}\n\n<code>{}</code>", self.texts.html(language, "gift-ready", &args), html(&url));
        let plain = |id| self.texts.plain(language, id, &[]);
        let share = primary(link(plain("button-share-gift"), &share_url(&url, &plain("gift-share-text"))));
        Ok(Screen::new(text, Keyboard::default().row([share]).row(copy(plain("button-copy-link"), &url))))
    }

    /// Delivers a gift whose order's lease the caller holds: first the gift, so that no link is told that leads nowhere, then the message with its link.
    pub(crate) async fn give(&self, order: Order, buyer: Option<User>, deadline: Deadline) -> Result<Order, AppError> {
        let order = if order.status == OrderStatus::Paid { self.wrap(order).await? } else { order };
        if order.status != OrderStatus::Provisioned || order.delivered_at.is_some() {
            return Ok(order);
        }
        let language = buyer.map_or(Language::English, |buyer| buyer.language);
        let undelivered = match deadline.allows(self, TELEGRAM_TIMEOUT) {
            None => Some(Outcome::Later("no time left".into())),
            Some(timeout) => match self.send_gift(&order, language, timeout).await {
                Ok(()) => None,
                Err(AppError::Telegram(error)) => undelivered(&error),
                Err(error) => return Err(error),
            },
        };
        match undelivered {
            Some(outcome) => {
                self.note(order.clone(), outcome).await?;
                Ok(self.store.order(order.id).await?.unwrap_or(order))
            }
            None => self.note_given(order, language).await,
        }
    }

    /// The gift and its order, which is provisioned by it and still owes the message: the caller has that.
    async fn wrap(&self, order: Order) -> Result<Order, AppError> {
        let mut read = order;
        for _ in 0..ROUNDS {
            let now = self.now();
            let event = Event::Provisioned { name: read.panel_name.clone(), delivered: false };
            let (OrderStatus::Paid, Ok(Decision::Change(transition))) = (read.status, decide(&read, &event, now)) else { return Ok(read) };
            let mut next = transition.order;
            next.work.owe_and_take(Duty::Deliver, now.plus(LEASE));
            let gift = Gift::new(self.gift_id(read.id), read.id, read.terms.clone(), now);
            let mut writes = vec![Write::replace(&mut next)?, Write::create(&gift)?];
            if read.first_purchase && !read.total.is_zero() {
                writes.push(Write::activate_user(read.id.buyer, now));
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    info!(event = "order_provisioned", order.id = %self.names.order(next.id), "a gift waits for somebody");
                    return Ok(next);
                }
                // Refunded meanwhile, or another worker was quicker.
                Err(CommitError::Refused { position: 0, .. }) => read = self.store.order(read.id).await?.ok_or(AppError::Contended)?,
                Err(error) => return Err(AppError::of_commit("wrap a gift")(error)),
            }
        }
        Err(AppError::Contended)
    }

    async fn send_gift(&self, order: &Order, language: Language, timeout: Duration) -> Result<(), AppError> {
        let message = self.gift_message(order, language).await?.send(order.id.buyer.get());
        self.telegram.within(timeout).send_message(&message).await?;
        Ok(())
    }

    /// The giver has his link, or finds it under "my subscriptions".
    async fn note_given(&self, order: Order, language: Language) -> Result<Order, AppError> {
        let event = Event::Provisioned { name: order.panel_name.clone(), delivered: true };
        let Ok(Decision::Change(transition)) = decide(&order, &event, self.now()) else { return Ok(order) };
        let mut next = transition.order;
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut next)?]).await {
            Ok(()) => {
                info!(event = "order_delivered", order.id = %self.names.order(next.id), "a gift's link was sent");
                self.show_state(&next, language).await;
                Ok(next)
            }
            // Refunded meanwhile: it owes taking the gift back.
            Err(CommitError::Refused { .. }) => Ok(self.store.order(order.id).await?.unwrap_or(order)),
            Err(error) => Err(AppError::of_commit("note a gift's link")(error)),
        }
    }

    /// Somebody follows a gift's link: the gift, he himself and his order in one transaction, then the account. Joins him if he is new; a gift is no
    /// referral. Also says who he is.
    pub async fn open_gift(&self, visitor: Visitor<'_>, id: Digest, deadline: Deadline) -> Result<(User, Opened), AppError> {
        for _ in 0..ROUNDS {
            let (gift, known) = self.store.gift_and_user(id, visitor.id).await?;
            if let Some(user) = known.as_ref().filter(|user| user.is_banned()) {
                return Ok((user.clone(), Opened::Banned));
            }
            let state = gift.as_ref().map(Gift::state);
            let (Some(gift), Some(GiftState::Open)) = (gift, state) else {
                let user = match known {
                    Some(user) => user,
                    None => self.join(visitor, None).await?.user,
                };
                return self.opened_before(user, id, state, deadline).await;
            };
            let now = self.now();
            let shop = self.shop().await?;
            let Some(mut claimed) = gift.claim(visitor.id, now, now.plus(LEASE)) else { continue };
            let order = self.free_order(OrderId::new(visitor.id, OrderKey::Gift(id)), gift.terms.clone(), None, None, &shop);
            let (user, of_user) = match known {
                Some(mut user) => {
                    user.status = UserStatus::Active;
                    let write = Write::replace(&mut user)?;
                    (user, write)
                }
                None => {
                    let language = Language::of_client(visitor.language_code);
                    let joined = User::join(visitor.id, visitor.first_name, visitor.username, language, None, now);
                    let user = User { status: UserStatus::Active, ..joined };
                    let write = Write::create(&user)?;
                    (user, write)
                }
            };
            match self
                .store
                .commit(
                    &self.seams.nonce(),
                    vec![
                        if planted(Bug::GiftOpenedTwice) { Write::put(&claimed)? } else { Write::replace(&mut claimed)? },
                        of_user,
                        Write::create(&order)?,
                    ],
                )
                .await
            {
                Ok(()) => {
                    info!(event = "gift_opened", order.id = %self.names.order(order.id), "a gift was opened");
                    let order = self.provision(order, Some(user.clone()), deadline).await?;
                    if claimed.work.duty.is_some() {
                        let outcome = self.tell_giver(&claimed, deadline).await?;
                        self.note(claimed, outcome).await?;
                    }
                    return Ok((user, Opened::Yours(Box::new(order))));
                }
                // Somebody else was quicker, or the visitor himself on another device.
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(AppError::of_commit("open a gift")(error)),
            }
        }
        Err(AppError::Contended)
    }

    async fn opened_before(
        &self,
        user: User,
        id: Digest,
        state: Option<GiftState>,
        deadline: Deadline,
    ) -> Result<(User, Opened), AppError> {
        let opened = match state {
            None | Some(GiftState::Open) => Opened::Unknown,
            Some(GiftState::Withdrawn) => Opened::Withdrawn,
            Some(GiftState::Claimed(claimer)) if claimer != user.id => Opened::Taken,
            Some(GiftState::Claimed(claimer)) => match self.store.order(OrderId::new(claimer, OrderKey::Gift(id))).await? {
                Some(order) => Opened::Yours(Box::new(self.resume(order, Some(user.clone()), deadline).await?)),
                None => Opened::Unknown,
            },
        };
        Ok((user, opened))
    }

    /// Tells the giver that his gift was opened, not by whom.
    pub(crate) async fn tell_giver(&self, gift: &Gift, deadline: Deadline) -> Result<Outcome, AppError> {
        if let Some(giver) = self.store.user(gift.order.buyer).await? {
            let Some(timeout) = deadline.allows(self, TELEGRAM_TIMEOUT) else { return Ok(Outcome::Later("no time left".into())) };
            let text = self.texts.html(giver.language, "gift-opened", &[("plan", Arg::Text(&gift.terms.name))]);
            let menu = tap(self.texts.plain(giver.language, "button-menu", &[]), &Button::Menu);
            let message = Screen::new(text, Keyboard::default().row([menu])).send(giver.id.get());
            if let Err(error) = self.telegram.within(timeout).send_message(&message).await
                && let Some(outcome) = undelivered(&error)
            {
                return Ok(outcome);
            }
        }
        let mut told = gift.clone();
        told.work.clear();
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut told)?]).await {
            Ok(()) | Err(CommitError::Refused { .. }) => Ok(Outcome::Done),
            Err(error) => Err(AppError::of_commit("note that a giver was told")(error)),
        }
    }

    /// The money for a gift went back: nobody can open it any more, and of who did the account is taken back.
    pub(crate) async fn take_back_gift(&self, mut order: Order) -> Result<Outcome, AppError> {
        let now = self.now();
        let id = self.gift_id(order.id);
        let gift = self.store.gift(id).await?;
        order.work.clear();
        let mut writes = vec![Write::replace(&mut order)?];
        // Where there is none, the refund came before it, and it cannot come any more: the order is not what it was wrapped from.
        if let Some(gift) = gift {
            match (gift.state(), gift.withdraw(now)) {
                (GiftState::Claimed(claimer), _) => writes.extend(self.take_back_from(claimer, id).await?),
                (_, Some(mut withdrawn)) => writes.push(Write::replace(&mut withdrawn)?),
                (_, None) => {}
            }
        }
        match self.store.commit(&self.seams.nonce(), writes).await {
            Ok(()) => Ok(Outcome::Done),
            Err(CommitError::Refused { .. }) => Ok(Outcome::After(Span::seconds(15), "the gift changed meanwhile".into())),
            Err(error) => Err(AppError::of_commit("take a gift back")(error)),
        }
    }

    /// The claimer's order owes taking back what it gave, as any refunded order does.
    async fn take_back_from(&self, claimer: TelegramUserId, gift: Digest) -> Result<Option<Write>, AppError> {
        let Some(order) = self.store.order(OrderId::new(claimer, OrderKey::Gift(gift))).await? else { return Ok(None) };
        Ok(match decide(&order, &Event::Refunded, self.now()) {
            Ok(Decision::Change(transition)) => {
                let mut refunded = transition.order;
                Some(Write::replace(&mut refunded)?)
            }
            Ok(Decision::Already | Decision::Unapplied(_)) | Err(_) => None,
        })
    }
}
