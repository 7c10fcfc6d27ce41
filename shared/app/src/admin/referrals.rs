//! Who invited whom, where an operator says it.

use domain::{
    TelegramUserId,
    referral::{AttachRefusal, MAX_CHAIN, attach_by_hand},
    user::User,
};
use store::{CommitError, Write};

use crate::{
    App, By, Change,
    operate::{Invalid, OperateError, of_commit},
};

/// Looks at who is above, and changes of it by others.
const TRIES: u32 = 4;

impl App {
    /// Says who invited a customer that came without an invitation: he counts as invited from now on, and his first purchase is rewarded if it is still to
    /// come. `force`: although he has bought, for which nobody is rewarded any more. Doing it twice is success.
    pub async fn attach_referral<'a>(
        &self,
        id: TelegramUserId,
        inviter: TelegramUserId,
        force: bool,
        by: impl Into<By<'a, User>>,
    ) -> Result<User, OperateError> {
        let by = by.into();
        for _ in 0..TRIES {
            let mut user = self.store.user(id).await?.ok_or(OperateError::NotFound)?;
            if user.invited_by == Some(inviter) {
                return Ok(user);
            }
            let chain = self.chain_above(inviter, &user).await?;
            let referral = attach_by_hand(&chain, &user, force, self.now()).map_err(refused)?;
            user.invited_by = Some(inviter);
            let change = Change::new(&by, "attach-referral", "user", id.to_string()).to(inviter.to_string());
            let mut writes = vec![Write::replace(&mut user)?, Write::create(&referral)?];
            match chain.as_slice() {
                // Whom nobody was invited by is above nobody.
                _ if user.invited == 0 => writes.push(Write::count_invited(inviter)),
                // An inviter is said once: a circle could only close at the one above all, who is held to be it until this is written.
                [_, .., root] => writes.extend([Write::count_invited(inviter), Write::still_uninvited(root.id)]),
                _ => writes.push(Write::count_invited_by_root(inviter)),
            }
            match self.commit_change(&change, &user, writes).await {
                Ok(()) => return Ok(user),
                Err(CommitError::Refused { .. }) => {}
                Err(error) => return Err(of_commit("attach a referral")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    /// The inviter and, where `user` could be among them, everybody above him.
    async fn chain_above(&self, inviter: TelegramUserId, user: &User) -> Result<Vec<User>, OperateError> {
        let mut chain = Vec::new();
        let mut next = Some(inviter);
        while let Some(id) = next {
            if chain.len() >= MAX_CHAIN {
                return Err(OperateError::WrongState(format!("More than {MAX_CHAIN} users are above the inviter.")));
            }
            let Some(above) = self.store.user(id).await? else { break };
            next = above.invited_by.filter(|_| user.invited > 0 && id != user.id);
            chain.push(above);
        }
        Ok(chain)
    }
}

fn refused(refusal: AttachRefusal) -> OperateError {
    match refusal {
        AttachRefusal::Oneself | AttachRefusal::UnknownInviter => Invalid::new("inviter", refusal.to_string()).into(),
        AttachRefusal::BannedInviter
        | AttachRefusal::NotFirstContact
        | AttachRefusal::HasInviter
        | AttachRefusal::HasBought
        | AttachRefusal::Cycle => OperateError::WrongState(format!("It cannot be attached: {refusal}.")),
    }
}
