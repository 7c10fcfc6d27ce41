//! Bugs on purpose. The tests of the shop are tested with them: each, switched on alone, has to be found.
//!
//! Without the feature `planted-bugs`, which no function's manifest names, [`planted`] is a constant `false` and its branches are not compiled in.

/// A bug that can be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// Money of another amount pays an order.
    AmountUnchecked,
    /// Money of somebody else pays an order.
    PayerUnchecked,
    /// Money for an order that has expired is ignored.
    LateMoneyLost,
    /// Money for an order that was paid otherwise is ignored.
    SecondMoneyLost,
    /// Money of a banned customer is ignored.
    BannedMoneyLost,
    /// Money that pays no order is not written down.
    UnappliedNotKept,
    /// A payment is acknowledged whose commit failed.
    CommitAssumed,
    /// Late money takes no use of the code that its order had given back.
    CodeNotRetaken,
    /// An order that ends keeps its use of a code.
    CodeNotReleased,
    /// An order that ends keeps its place among the customer's uses of a code.
    RedemptionKept,
    /// A code is reserved whatever its limit says.
    UseLimitUnchecked,
    /// A code is reserved whatever its limit for one customer says.
    UserLimitUnchecked,
    /// A discount is rounded in the customer's favour.
    DiscountRoundedUp,
    /// A paid order owes nothing: what is not done in the turn is never done.
    PaidOwesNothing,
    /// A duty that did not succeed is forgotten.
    DutyDropped,
    /// A new debt begins with a fence of its own.
    FenceReset,
    /// A refunded order owes no taking back.
    RefundKeepsAccount,
    /// Money that went back leaves its order as it is.
    RefundNotOfOrder,
    /// Stars are noted as sent back, and Telegram is not asked to.
    StarsNotSentBack,
    /// A replaced item may have changed since it was read.
    VersionUnchecked,
    /// A new item takes the place of one that is there.
    CreateOverwrites,
    /// A write that was refused counts as done, whoever wrote what is there.
    NonceMismatchIgnored,
    /// The writes of a transaction are made one after the other.
    TransactionSplit,
    /// A transaction that met another one counts as done.
    ConflictAssumedDone,
    /// Each paid order of a friend earns a prize.
    QualifiedTwice,
    /// A prize is given and its referral does not know.
    PrizeUncounted,
    /// An order that has ended keeps the amount of its card transfer.
    AmountKept,
    /// After an unclear answer the panel is not asked what it holds.
    LookSkipped,
    /// What an extension asks for is computed anew at each try.
    TargetRecomputed,
    /// Two orders are at one subscription at a time.
    BusyIgnored,
    /// A gift is taken by whoever opens it last.
    GiftOpenedTwice,
    /// An order counts as delivered although the message was not sent.
    DeliveredUnsent,
    /// A callback is believed whoever sent it.
    SignatureUnchecked,
    /// A repeated request of an operator is carried out again.
    IdempotencyForgotten,
    /// A change of an operator leaves no entry.
    AuditForgotten,
}

impl Bug {
    pub const ALL: &[Self] = &[
        Self::AmountUnchecked,
        Self::PayerUnchecked,
        Self::LateMoneyLost,
        Self::SecondMoneyLost,
        Self::BannedMoneyLost,
        Self::UnappliedNotKept,
        Self::CommitAssumed,
        Self::CodeNotRetaken,
        Self::CodeNotReleased,
        Self::RedemptionKept,
        Self::UseLimitUnchecked,
        Self::UserLimitUnchecked,
        Self::DiscountRoundedUp,
        Self::PaidOwesNothing,
        Self::DutyDropped,
        Self::FenceReset,
        Self::RefundKeepsAccount,
        Self::RefundNotOfOrder,
        Self::StarsNotSentBack,
        Self::VersionUnchecked,
        Self::CreateOverwrites,
        Self::NonceMismatchIgnored,
        Self::TransactionSplit,
        Self::ConflictAssumedDone,
        Self::QualifiedTwice,
        Self::PrizeUncounted,
        Self::AmountKept,
        Self::LookSkipped,
        Self::TargetRecomputed,
        Self::BusyIgnored,
        Self::GiftOpenedTwice,
        Self::DeliveredUnsent,
        Self::SignatureUnchecked,
        Self::IdempotencyForgotten,
        Self::AuditForgotten,
    ];
}

/// Whether `bug` is switched on.
#[cfg(not(feature = "planted-bugs"))]
#[inline(always)]
pub const fn planted(_: Bug) -> bool {
    false
}

#[cfg(feature = "planted-bugs")]
pub use switched::{plant, planted};

#[cfg(feature = "planted-bugs")]
mod switched {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether `bug` is switched on in this thread.
    pub fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Switches one bug on, or all off, for what runs in this thread from now on.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }
}
