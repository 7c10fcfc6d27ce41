//! Who may buy now: the ban, the modes of the shop, the terms of use, the required channels. What is bought already is beyond all of it: nothing here
//! stands between a customer and what he has paid for, or wants to pay for an order that stands.

use std::time::Duration;

use clients::telegram::{
    ChatMember, MemberStatus, TelegramError,
    api::{methods::GetChatMemberParams, types::ChatId},
};
use domain::{
    TelegramUserId, Timestamp,
    settings::{Channel, Settings, TermsOfUse},
    time::Span,
    user::{User, UserStatus},
};
use store::{CommitError, Write};
use tokio::task::JoinSet;
use tracing::warn;

use crate::{App, AppError, catalogue::Shop, memory::Memory};

/// What stands between a customer and the counter; the first that does, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Barrier {
    Banned,
    /// Nothing is sold for now.
    Maintenance,
    /// He was not invited, and has had nothing here before.
    InviteOnly,
    /// He has not accepted these.
    Terms(TermsOfUse),
    /// He is in none of these.
    Channels(Vec<Channel>),
}

/// How fresh the answer about channels has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// One of a few minutes ago will do.
    Before,
    /// He says that he has joined: what was no is asked again.
    Again,
}

/// A customer is waiting for a screen.
const TELEGRAM_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an answer of Telegram's is believed.
const MEMBER_FOR: Span = Span::minutes(10);
const STRANGER_FOR: Span = Span::seconds(30);
/// How long a channel that cannot be asked about is not asked about.
const SILENT_FOR: Span = Span::minutes(1);
/// Answers that a process remembers, at least.
const REMEMBERED: usize = 4096;

/// Who is in which channel, by Telegram's latest word.
#[derive(Debug)]
pub(crate) struct Memberships(Memory<(TelegramUserId, String), Membership>);

#[derive(Debug, Clone, Copy)]
struct Membership {
    member: bool,
    until: Timestamp,
}

impl Default for Memberships {
    fn default() -> Self {
        Self(Memory::new(REMEMBERED))
    }
}

impl Memberships {
    fn of(&self, user: TelegramUserId, chat: &str, now: Timestamp) -> Option<bool> {
        self.0.with((user, chat.to_owned()), |found| {
            let known = found.filter(|membership| now < membership.until);
            (known, known.map(|membership| membership.member))
        })
    }

    fn keep(&self, user: TelegramUserId, chat: &str, member: bool, until: Timestamp) {
        self.0.with((user, chat.to_owned()), |_| (Some(Membership { member, until }), ()));
    }
}

impl App {
    /// Whether a customer may buy. `None`: he may.
    pub async fn barrier(&self, user: &User, shop: &Shop, asked: Asked) -> Option<Barrier> {
        if let Some(barrier) = standing_barrier(user, &shop.settings) {
            return Some(barrier);
        }
        let missing = self.missing_channels(user.id, &shop.settings.channels, asked).await;
        (!missing.is_empty()).then_some(Barrier::Channels(missing))
    }

    /// The channels that a customer is not in. One that cannot be asked about counts as joined: neither an outage nor a bot that lost its rights may close
    /// the shop.
    async fn missing_channels(&self, user: TelegramUserId, channels: &[Channel], asked: Asked) -> Vec<Channel> {
        let now = self.now();
        let mut missing = Vec::new();
        let mut questions = JoinSet::new();
        for (position, channel) in channels.iter().enumerate() {
            match self.memberships.of(user, &channel.chat, now) {
                Some(true) => {}
                Some(false) if asked == Asked::Before => missing.push((position, channel.clone())),
                Some(false) | None => {
                    let (telegram, channel) = (self.telegram.within(TELEGRAM_TIMEOUT), channel.clone());
                    questions.spawn(async move {
                        let answer = match member_of(&channel, user) {
                            Some(question) => telegram.get_chat_member(&question).await,
                            None => Err(TelegramError::ChatNotFound),
                        };
                        (position, channel, answer)
                    });
                }
            }
        }
        while let Some(answered) = questions.join_next().await {
            let Ok((position, channel, answer)) = answered else { continue };
            let (member, believed) = match answer {
                Ok(member) if is_in(member) => (true, MEMBER_FOR),
                Ok(_) => (false, STRANGER_FOR),
                Err(TelegramError::Api { code: 400, description }) if names_no_member(&description) => (false, STRANGER_FOR),
                Err(error) => {
                    warn!(event = "membership_unknown", channel = %channel.chat, %error, "a required channel cannot be asked about; customers pass");
                    (true, SILENT_FOR)
                }
            };
            self.memberships.keep(user, &channel.chat, member, now.plus(believed));
            if !member {
                missing.push((position, channel));
            }
        }
        missing.sort_by_key(|(position, _)| *position);
        missing.into_iter().map(|(_, channel)| channel).collect()
    }

    /// The customer accepts a version of the terms of use. Another than the one that is asked for now changes nothing: he is asked again.
    pub async fn accept_terms(&self, user: User, version: u32) -> Result<User, AppError> {
        let asked_for = |shop: &Shop| shop.settings.terms_of_use.as_ref().map(|terms| terms.version);
        let mut current = asked_for(&*self.shop().await?);
        if current.is_some_and(|current| current < version) {
            // The button may be of terms that this process has not seen yet.
            self.catalogue.forget();
            current = asked_for(&*self.shop().await?);
        }
        if current != Some(version) {
            return Ok(user);
        }
        match self.store.commit(&self.seams.nonce(), vec![Write::accept_terms(user.id, version)]).await {
            Ok(()) => Ok(User { terms_accepted: Some(version), ..user }),
            // By an earlier tap.
            Err(CommitError::Refused { found: Some(found), .. }) => Ok(found.read()?),
            Err(error) => Err(AppError::of_commit("accept the terms of use")(error)),
        }
    }
}

/// What can be told without asking anybody.
fn standing_barrier(user: &User, settings: &Settings) -> Option<Barrier> {
    if user.is_banned() {
        return Some(Barrier::Banned);
    }
    if settings.maintenance {
        return Some(Barrier::Maintenance);
    }
    let known = user.invited_by.is_some() || user.first_paid_at.is_some() || user.trial_at.is_some() || user.status != UserStatus::New;
    if settings.invite_only && !known {
        return Some(Barrier::InviteOnly);
    }
    let terms = settings.terms_of_use.as_ref().filter(|terms| user.terms_accepted.is_none_or(|accepted| accepted < terms.version));
    terms.cloned().map(Barrier::Terms)
}

/// The question for a member; `None`: the channel's name cannot be one.
fn member_of(channel: &Channel, user: TelegramUserId) -> Option<GetChatMemberParams> {
    let chat = match channel.chat.parse::<i64>() {
        Ok(id) => ChatId::Integer(id),
        Err(_) if channel.chat.starts_with('@') => ChatId::String(channel.chat.clone()),
        Err(_) => return None,
    };
    Some(GetChatMemberParams::builder().chat_id(chat).user_id(u64::try_from(user.get()).ok()?).build())
}

/// A status of a later Bot API gets the benefit of the doubt.
fn is_in(member: ChatMember) -> bool {
    match member.status {
        MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Member | MemberStatus::Unknown => true,
        MemberStatus::Restricted => member.is_member != Some(false),
        MemberStatus::Left | MemberStatus::Kicked => false,
    }
}

/// The Bot API's other way of saying that somebody is not in a chat.
fn names_no_member(description: &str) -> bool {
    let description = description.to_ascii_lowercase();
    ["member not found", "user not found", "participant_id_invalid", "user_not_participant"].iter().any(|said| description.contains(said))
}

#[cfg(test)]
mod tests {
    use domain::Language;

    use super::*;

    fn customer() -> User {
        User::join(7_000_000_001.try_into().unwrap(), "Customer", None, Language::English, None, Timestamp::EPOCH)
    }

    fn terms(version: u32) -> TermsOfUse {
        TermsOfUse { url: "https://shop.example/terms".into(), version }
    }

    #[test]
    fn the_first_barrier_in_its_order() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let all = Settings { maintenance: true, invite_only: true, terms_of_use: Some(terms(2)), ..Settings::initial() };
        let invite_only = Settings { maintenance: false, ..all.clone() };
        let with_terms = Settings { invite_only: false, ..invite_only.clone() };
        let banned = User { banned_at: Some(now), ..customer() };
        let invited = User { invited_by: Some(7_000_000_002.try_into().unwrap()), ..customer() };
        let accepted = |version| User { terms_accepted: Some(version), ..invited.clone() };
        let cases = [
            (customer(), Settings::initial(), None),
            (banned.clone(), Settings::initial(), Some(Barrier::Banned)),
            (banned, all.clone(), Some(Barrier::Banned)),
            (accepted(2), all, Some(Barrier::Maintenance)),
            (customer(), invite_only.clone(), Some(Barrier::InviteOnly)),
            (User { first_paid_at: Some(now), ..customer() }, invite_only.clone(), Some(Barrier::Terms(terms(2)))),
            (User { trial_at: Some(now), ..customer() }, invite_only.clone(), Some(Barrier::Terms(terms(2)))),
            (User { status: UserStatus::Expired, ..customer() }, invite_only.clone(), Some(Barrier::Terms(terms(2)))),
            (accepted(1), invite_only.clone(), Some(Barrier::Terms(terms(2)))),
            (accepted(2), invite_only.clone(), None),
            (accepted(3), invite_only, None),
            (customer(), with_terms, Some(Barrier::Terms(terms(2)))),
        ];
        for (n, (user, settings, expected)) in cases.into_iter().enumerate() {
            assert_eq!(standing_barrier(&user, &settings), expected, "case {n}");
        }
    }

    #[test]
    fn who_is_in() {
        let cases = [
            (MemberStatus::Creator, None, true),
            (MemberStatus::Administrator, None, true),
            (MemberStatus::Member, None, true),
            (MemberStatus::Restricted, Some(true), true),
            (MemberStatus::Restricted, Some(false), false),
            (MemberStatus::Left, None, false),
            (MemberStatus::Kicked, None, false),
            (MemberStatus::Unknown, None, true),
        ];
        for (status, is_member, expected) in cases {
            assert_eq!(is_in(ChatMember { status, is_member }), expected, "{status:?} {is_member:?}");
        }
    }

    #[test]
    fn an_answer_is_believed_for_a_while() {
        let memberships = Memberships::default();
        let (user, now) = (customer().id, Timestamp::from_millis(1_795_000_000_000));
        assert_eq!(memberships.of(user, "@channel", now), None);
        memberships.keep(user, "@channel", true, now.plus(MEMBER_FOR));
        assert_eq!(memberships.of(user, "@channel", now), Some(true));
        assert_eq!(memberships.of(user, "@other", now), None);
        assert_eq!(memberships.of(user, "@channel", now.plus(MEMBER_FOR)), None);
    }
}
