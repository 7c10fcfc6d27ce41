//! First contact: the customer's item, and who invited him.

use domain::{Language, TelegramUserId, activity::ActivityKind, referral, user::User};
use store::{CommitError, Write};

use crate::{App, AppError, Deadline};

/// Who somebody is, as Telegram tells it.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    pub id: TelegramUserId,
    pub first_name: &'a str,
    pub username: Option<&'a str>,
    pub language_code: Option<&'a str>,
}

/// A customer, and whether this was the first contact.
#[derive(Debug)]
pub struct Joined {
    pub user: User,
    pub new: bool,
    /// Who invited him just now.
    pub inviter: Option<TelegramUserId>,
}

impl App {
    /// Lets a visitor in: one round trip whether he is new or known, since the write that finds him known brings him back.
    pub async fn join(&self, visitor: Visitor<'_>, inviter: Option<TelegramUserId>) -> Result<Joined, AppError> {
        let now = self.now();
        let mut inviter = inviter;
        // At most once more: without an inviter who turns out to be unknown or banned.
        for _ in 0..2 {
            // Whoever may not be an inviter is none; the visitor joins all the same.
            let referral = inviter.and_then(|inviter| referral::attach(inviter, visitor.id, now).ok());
            let invited_by = referral.as_ref().map(|referral| referral.inviter);
            let language = Language::of_client(visitor.language_code);
            let user = User::join(visitor.id, visitor.first_name, visitor.username, language, invited_by, now);
            let mut writes = vec![Write::create(&user)?];
            if let Some(referral) = &referral {
                writes.push(Write::create(referral)?);
                writes.push(Write::count_invited(referral.inviter));
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => return Ok(Joined { user, new: true, inviter: invited_by }),
                Err(CommitError::Refused { position: 0, found: Some(found) }) => {
                    return Ok(Joined { user: found.read()?, new: false, inviter: None });
                }
                Err(CommitError::Refused { position: 1 | 2, .. }) => inviter = None,
                Err(error) => return Err(AppError::of_commit("join")(error)),
            }
        }
        Err(AppError::Contended)
    }

    /// A customer by his id, made known where he is not.
    pub async fn customer(&self, visitor: Visitor<'_>) -> Result<User, AppError> {
        match self.store.user(visitor.id).await? {
            Some(user) => Ok(user),
            None => Ok(self.join(visitor, None).await?.user),
        }
    }

    /// Who invites with a start payload `ref_<code>`; the original's `ref_<Telegram id>` is understood too.
    pub fn inviter_of(&self, payload: &str) -> Option<TelegramUserId> {
        let code = payload.strip_prefix("ref_")?;
        self.names.open_referral_code(code).or_else(|_| code.parse()).ok()
    }

    /// The customer chose a language.
    pub async fn choose_language(&self, user: &User, language: Language) -> Result<User, AppError> {
        self.change_user(user.id, |user| user.language = language).await
    }

    /// The customer blocked the bot.
    pub async fn note_unreachable(&self, id: TelegramUserId) -> Result<(), AppError> {
        let now = self.now();
        match self.store.user(id).await? {
            Some(user) if user.unreachable_at.is_none() => {
                let trace = self.trace(id, ActivityKind::Blocked);
                let (changed, ()) = tokio::join!(self.change_user(id, |user| user.unreachable_at = Some(now)), self.leave(trace));
                changed.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// The customer is back: he gets what could not be sent to him.
    pub async fn welcome_back(&self, id: TelegramUserId, deadline: Deadline) -> Result<(), AppError> {
        let Some(user) = self.store.user(id).await? else { return Ok(()) };
        let Some(since) = user.unreachable_at else { return Ok(()) };
        self.deliver_missed(&user, since, deadline).await?;
        let trace = self.trace(id, ActivityKind::Unblocked);
        let (changed, ()) = tokio::join!(self.change_user(id, |user| user.unreachable_at = None), self.leave(trace));
        changed.map(drop)
    }

    /// Changes a user by version: read, change, write, three times at most.
    async fn change_user(&self, id: TelegramUserId, change: impl Fn(&mut User)) -> Result<User, AppError> {
        for _ in 0..3 {
            let Some(mut user) = self.store.user(id).await? else { break };
            change(&mut user);
            match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut user)?]).await {
                Ok(()) => return Ok(user),
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(AppError::of_commit("change user")(error)),
            }
        }
        Err(AppError::Contended)
    }
}
