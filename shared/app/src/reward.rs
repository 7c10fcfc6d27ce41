//! What a friend's first purchase earns: the inviter's prize and the friend's welcome present, each once per invited user.

use clients::telegram::TelegramError;
use domain::{
    DiscountCodeName, OrderId, OrderKey, Percent,
    discount::{Benefit, DiscountCode},
    duty::Duty,
    order::Order,
    planted::{Bug, planted},
    referral::{Referral, ReferralState},
    settings::{PersonalCode, Present, Reward},
    time::Span,
    user::User,
};
use store::{CommitError, Write};
use tracing::{info, warn};

use crate::{
    App, AppError,
    button::Button,
    catalogue::Shop,
    format,
    present::{PRIZE, WELCOME},
    screen::{Keyboard, Screen, copy, primary, tap},
    text::Arg,
    work::Outcome,
};

/// Names tried for a code, should one be taken.
const CODE_NAMES: u8 = 4;
/// Whoever has blocked the bot may come back: he is told of his code so many times, a day apart, while it works. Less than the tries after which a duty is
/// parked: no operator can do anything about it.
const CALLS: u32 = 10;
const BETWEEN_CALLS: Span = Span::days(1);
/// Characters of a code's name after `REF-`: short enough to be typed.
const CODE_LEN: usize = 8;

/// What the inviter gets.
enum Prize {
    Order(Box<Order>),
    Code(Box<DiscountCode>),
    /// Prizes are off, or the inviter is banned.
    Nothing,
}

impl App {
    /// Grants what a referral owes: the referral, the inviter's prize, his count and the friend's present in one transaction. Orders provision
    /// themselves, and of a code the inviter is told.
    pub(crate) async fn reward(&self, referral: &Referral) -> Result<Outcome, AppError> {
        if referral.state != ReferralState::Qualified {
            return Ok(Outcome::Park("no prize is owed".into()));
        }
        let shop = self.shop().await?;
        let inviter = self.store.user(referral.inviter).await?;
        let mut welcome = match shop.settings.welcome_bonus {
            Some(present) => self.welcome_present(referral, present, &shop).await?,
            None => None,
        };
        for n in 0..CODE_NAMES {
            let prize = self.prize(referral, inviter.as_ref(), n, &shop).await?;
            let granted = match &prize {
                Prize::Code(code) => referral.grant_code(code.name.clone(), self.now()),
                Prize::Order(_) | Prize::Nothing => referral.grant(self.now()),
            };
            let Some(mut granted) = granted else { return Ok(Outcome::Park("no prize is owed".into())) };
            let mut writes = vec![Write::replace(&mut granted)?, Write::count_granted(referral.inviter)];
            if planted(Bug::PrizeUncounted) {
                writes.clear();
            }
            if let Some(welcome) = &welcome {
                writes.push(Write::create(welcome)?);
            }
            let position = writes.len();
            match &prize {
                Prize::Order(order) => writes.push(Write::create(order.as_ref())?),
                Prize::Code(code) => writes.push(Write::create(code.as_ref())?),
                Prize::Nothing => {}
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    info!(event = "prize_granted", welcome = welcome.is_some(), "a prize was granted");
                    return Ok(Outcome::Done);
                }
                // A refund took it back, or somebody else granted it.
                Err(CommitError::Refused { position: 0, .. }) => return Ok(Outcome::Done),
                // Another code has the name.
                Err(CommitError::Refused { position: refused, .. }) if refused == position && matches!(prize, Prize::Code(_)) => {}
                // He had a welcome present: there is one for each customer, ever.
                Err(CommitError::Refused { position: 2, .. }) if welcome.is_some() => welcome = None,
                Err(error) => return Err(AppError::of_commit("grant a prize")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// The inviter's prize by the settings of now. A banned inviter earns none; his friends get theirs all the same.
    async fn prize(&self, referral: &Referral, inviter: Option<&User>, n: u8, shop: &Shop) -> Result<Prize, AppError> {
        let (Some(reward), Some(inviter)) = (shop.settings.referral_reward, inviter.filter(|inviter| !inviter.is_banned())) else {
            return Ok(Prize::Nothing);
        };
        Ok(match reward {
            Reward::Present(present) => {
                let extends = self.newest_subscription(inviter.id).await?;
                let terms = self.present_terms(present, PRIZE, "prize-name", inviter.language, shop)?;
                Prize::Order(Box::new(self.due_order(OrderId::new(inviter.id, referral.prize()), terms, extends, shop)))
            }
            Reward::Code(personal) => Prize::Code(Box::new(self.reward_code(referral, personal, n)?)),
        })
    }

    /// The friend's present on top of the order that qualified: added to what that order made or renewed, which may still have to be made; an account of
    /// its own where the order was a gift to somebody else.
    async fn welcome_present(&self, referral: &Referral, present: Present, shop: &Shop) -> Result<Option<Order>, AppError> {
        let Some(key) = referral.order else { return Ok(None) };
        let (Some(order), Some(buyer)) = self.store.order_and_buyer(OrderId::new(referral.invitee, key)).await? else { return Ok(None) };
        let extends = (!order.gift).then_some(order.extends.unwrap_or(key));
        let terms = self.present_terms(present, WELCOME, "welcome-name", buyer.language, shop)?;
        Ok(Some(self.due_order(OrderId::new(referral.invitee, OrderKey::Welcome), terms, extends, shop)))
    }

    /// An order that nobody provisions at once: the jobs find it due.
    fn due_order(&self, id: OrderId, terms: domain::product::Terms, extends: Option<OrderKey>, shop: &Shop) -> Order {
        let mut order = self.free_order(id, terms, extends, None, shop);
        order.work.owe(Duty::Provision, self.now());
        order
    }

    fn reward_code(&self, referral: &Referral, personal: PersonalCode, n: u8) -> Result<DiscountCode, AppError> {
        let digest = self.names.digest("reward code", &format!("{}:{}:{n}", referral.inviter, referral.invitee)).to_string();
        let short: String = digest.chars().take(CODE_LEN).collect();
        let name: DiscountCodeName = format!("REF-{short}").parse()?;
        Ok(DiscountCode::personal(name, referral.inviter, personal, self.now()))
    }

    /// Tells an inviter of his code, until he was told or cannot be.
    pub(crate) async fn tell_of_code(&self, referral: &Referral) -> Result<Outcome, AppError> {
        let (code, inviter) = match &referral.code {
            Some(name) => tokio::try_join!(self.store.discount_code(name), self.store.user(referral.inviter))?,
            None => (None, None),
        };
        let works_tomorrow = code.as_ref().is_some_and(|code| code.valid_to.is_none_or(|until| self.now().plus(BETWEEN_CALLS) < until));
        let told = match (code, inviter) {
            (Some(DiscountCode { name, benefit: Benefit::Percent(percent), valid_to, .. }), Some(inviter)) => {
                self.send_reward_code(&inviter, &name, percent, valid_to).await
            }
            // An operator made something else of it: that is no prize to be told of.
            _ => Ok(()),
        };
        match told {
            Ok(()) => {}
            Err(AppError::Telegram(error)) => match undelivered(&error) {
                None if works_tomorrow && referral.work.tries < CALLS => {
                    return Ok(Outcome::After(BETWEEN_CALLS, "the inviter cannot be reached".into()));
                }
                None => {}
                Some(outcome) => return Ok(outcome),
            },
            Err(error) => return Err(error),
        }
        let mut done = referral.clone();
        done.work.clear();
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut done)?]).await {
            Ok(()) | Err(CommitError::Refused { .. }) => Ok(Outcome::Done),
            Err(error) => Err(AppError::of_commit("note that an inviter was told")(error)),
        }
    }

    async fn send_reward_code(
        &self,
        inviter: &User,
        name: &DiscountCodeName,
        percent: Percent,
        valid_to: Option<domain::Timestamp>,
    ) -> Result<(), AppError> {
        let language = inviter.language;
        let args = [
            ("code", Arg::Exact(name.as_str())),
            ("percent", Arg::Raw(format::digits(language, &percent.to_string()))),
            ("until", Arg::Raw(valid_to.map(|at| format::moment(language, at)).unwrap_or_default())),
        ];
        let keyboard = Keyboard::default()
            .row(copy(self.texts.plain(language, "button-copy-code", &[]), name.as_str()))
            .row([primary(tap(self.texts.plain(language, "button-plans", &[]), &Button::Plans))]);
        let screen = Screen::new(self.texts.html(language, "reward-code", &args), keyboard);
        self.telegram.send_message(&screen.send(inviter.id.get())).await?;
        Ok(())
    }
}

/// When a message that could not be sent is tried again; `None`: it cannot arrive, and nothing is owed any more.
pub(crate) fn undelivered(error: &TelegramError) -> Option<Outcome> {
    match error {
        TelegramError::Blocked | TelegramError::ChatNotFound => None,
        TelegramError::RetryAfter(wait) => {
            let wait = Span::seconds(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
            Some(Outcome::After(wait, "telegram asks to wait".into()))
        }
        error => {
            warn!(event = "notice_not_sent", %error, "a customer could not be told of what is his");
            Some(Outcome::Later(error.to_string()))
        }
    }
}
