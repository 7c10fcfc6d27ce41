//! Money in: every report of every gateway, and every approval of an operator, goes through here.

use std::{collections::VecDeque, sync::Mutex};

use clients::payment::Report;
use domain::{
    OrderId, TelegramUserId,
    activity::{ActivityKind, Trace},
    duty::LEASE,
    money::Money,
    order::{CodeEffect, Order, ReferralEffect, Transition, UnappliedReason},
    payment::{self, Gateway, Payment, PaymentEvent, PaymentStatus, PreCheckoutRefusal, ReportedStatus, Settlement},
    planted::{Bug, planted},
    user::User,
};
use store::{CardAmount, CommitError, Write};
use tracing::{error, info, warn};

use crate::{App, AppError, Change, Deadline, cards::last_digits};

/// What came of a report of money.
#[derive(Debug)]
pub enum Settled {
    /// It paid this order, which was provisioned as far as the deadline allowed.
    Paid(Box<Order>),
    /// It had paid this order before; what the order still owed was tried again.
    Already(Box<Order>),
    /// It is kept as an unapplied payment.
    Unapplied(UnappliedReason),
    /// It changes nothing.
    Ignored,
}

/// Orders that this process read or wrote a moment ago. What is decided on one is committed on the condition that it is still so: a stale one costs a
/// second look, never a wrong write.
#[derive(Debug, Default)]
pub(crate) struct RecentOrders(Mutex<VecDeque<(Order, User)>>);

impl RecentOrders {
    const KEPT: usize = 32;

    fn take(&self, id: OrderId) -> Option<(Order, User)> {
        let mut recent = self.0.lock().ok()?;
        let position = recent.iter().position(|(order, _)| order.id == id)?;
        recent.remove(position)
    }

    pub(crate) fn keep(&self, order: &Order, buyer: &User) {
        if let Ok(mut recent) = self.0.lock() {
            recent.retain(|(kept, _)| kept.id != order.id);
            recent.push_back((order.clone(), buyer.clone()));
            if recent.len() > Self::KEPT {
                recent.pop_front();
            }
        }
    }
}

/// What a transaction that settles is made of besides the order and the payment: parts that give way when their condition fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Besides {
    referral: bool,
    code: CodeWrite,
    card_amounts: bool,
}

/// Which parts were refused in an earlier round.
#[derive(Debug, Clone, Copy, Default)]
struct GivenWay {
    referral: bool,
    code: bool,
    card_amounts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CodeWrite {
    None,
    Retake,
    LateUse,
}

/// What says that money is there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// A gateway.
    Report,
    /// An operator who looked at a receipt.
    Approval(&'a Change<'a, Order>),
    /// An operator who knows what arrived, whatever was asked for.
    Word(&'a Change<'a, Order>),
    /// The payment is known, and fits no order; an operator says which one it pays.
    ByHand(&'a Payment, &'a Change<'a, Payment>),
}

/// Rounds of read, decide, commit: each ends with a commit or with a part that gives way.
const ROUNDS: usize = 6;

impl App {
    /// A gateway reported something. Reports of the same payment may come again, at once and later.
    pub async fn settle_report(&self, report: &Report, deadline: Deadline) -> Result<Settled, AppError> {
        if report.status == ReportedStatus::Refunded {
            self.note_refund(&report.payment).await?;
            return Ok(Settled::Ignored);
        }
        let order = report.reference.as_deref().and_then(|reference| self.names.open_order(reference).ok());
        if report.status == ReportedStatus::Pending {
            if let Some(order) = order {
                self.note_pending(&report.payment, order).await?;
            }
            return Ok(Settled::Ignored);
        }
        let event = PaymentEvent {
            payment: report.payment.clone(),
            order,
            status: report.status,
            amount: report.amount,
            payer: report.payer,
            recurring: report.recurring,
        };
        self.settle(&event, Proof::Report, deadline).await
    }

    /// An operator's word is audited in the same transaction. One who is late with it is told [`Settled::Ignored`]: what stands is another's.
    pub(crate) async fn settle(&self, event: &PaymentEvent, proof: Proof<'_>, deadline: Deadline) -> Result<Settled, AppError> {
        let now = self.now();
        let mut given_way = GivenWay::default();
        let mut held = None;
        for round in 0..ROUNDS {
            let remembered = event.order.filter(|_| round == 0).and_then(|(id, _)| self.recent.take(id));
            let from_memory = remembered.is_some();
            let (order, buyer) = match remembered {
                Some((order, buyer)) => (Some(order), Some(buyer)),
                None => self.order_of(event).await?,
            };
            if planted(Bug::BannedMoneyLost) && buyer.as_ref().is_some_and(User::is_banned) {
                return Ok(Settled::Ignored);
            }
            let settlement = match proof {
                Proof::Report | Proof::Approval(_) => payment::settle(order.as_ref(), event, now, now.plus(LEASE)),
                Proof::Word(_) | Proof::ByHand(..) => {
                    order.as_ref().map_or(Settlement::Unapplied(UnappliedReason::UnknownOrder), |order| {
                        payment::settle_by_hand(order, &event.payment, now, now.plus(LEASE))
                    })
                }
            };
            let transition = match settlement {
                Settlement::Apply(transition) => *transition,
                // Only what is committed is held against the table: anything else is not decided from memory.
                Settlement::Already | Settlement::Renew | Settlement::Unapplied(_) | Settlement::Ignore if from_memory => continue,
                Settlement::Renew => return self.renew_by_charge(order, buyer, event, deadline).await,
                Settlement::Already => return self.settled_before(order, buyer, deadline).await,
                // It is kept already, or nobody but the operator speaks of it.
                Settlement::Unapplied(reason) if matches!(proof, Proof::Word(_) | Proof::ByHand(..)) => {
                    return Ok(Settled::Unapplied(reason));
                }
                Settlement::Unapplied(reason) => return self.keep_unapplied(event, reason).await,
                Settlement::Ignore => return Ok(Settled::Ignored),
            };
            let besides = Besides {
                referral: !given_way.referral,
                card_amounts: !given_way.card_amounts,
                code: match transition.code {
                    CodeEffect::Retake if given_way.code => CodeWrite::LateUse,
                    CodeEffect::Retake => CodeWrite::Retake,
                    CodeEffect::None | CodeEffect::Release => CodeWrite::None,
                },
            };
            let Settling { order: paid, payment, writes } = self.settling(transition, event, besides, proof, held.as_ref())?;
            let names: Vec<Part> = writes.iter().map(|(part, _)| *part).collect();
            let writes = writes.into_iter().map(|(_, write)| write).collect();
            match self.store.commit(&self.seams.nonce(), writes).await {
                Ok(()) => {
                    match proof {
                        Proof::Report => {}
                        Proof::Approval(change) | Proof::Word(change) => change.committed(&paid),
                        Proof::ByHand(_, change) => change.committed(&payment),
                    }
                    info!(event = "order_paid", order.id = %self.names.order(paid.id), gateway = %event.payment.gateway(), "order paid");
                    // An operator who decided knows of it.
                    let notice = self.paid_notice(&paid, buyer.as_ref(), event.amount).filter(|_| matches!(proof, Proof::Report));
                    let (provisioned, ()) =
                        tokio::join!(Box::pin(self.provision(paid, buyer, deadline)), Box::pin(self.tell_operators_of_paid(notice)));
                    return Ok(Settled::Paid(Box::new(provisioned?)));
                }
                Err(CommitError::Refused { position, found }) => match names.get(position) {
                    Some(Part::Order) => {}
                    Some(Part::Payment) if matches!(proof, Proof::ByHand(..)) => return Ok(Settled::Ignored),
                    Some(Part::Payment) => {
                        let known = found.map(store::Found::read::<Payment>).transpose()?;
                        match known {
                            // The gateway had something against it and has it no more, before anybody decided.
                            Some(payment) if payment.is_undecided() && payment.reason == Some(UnappliedReason::NeedsReview) => {
                                held = Some(payment)
                            }
                            known => return self.paid_before(known, event, deadline).await,
                        }
                    }
                    Some(Part::Referral) => given_way.referral = true,
                    Some(Part::Code) => given_way.code = true,
                    Some(Part::CardAmount) => given_way.card_amounts = true,
                    Some(Part::Rest) | None => return Err(AppError::Refused { operation: "settle", position }),
                },
                Err(_) if planted(Bug::CommitAssumed) => return Ok(Settled::Ignored),
                Err(error) => return Err(AppError::of_commit("settle")(error)),
            }
        }
        Err(AppError::Contended)
    }

    async fn order_of(&self, event: &PaymentEvent) -> Result<(Option<Order>, Option<User>), AppError> {
        match event.order {
            Some((id, _)) => Ok(self.store.order_and_buyer(id).await?),
            None => Ok((None, None)),
        }
    }

    /// The transaction in precedence order, with what each write is for. `held`: the payment, where it was kept before for the operators to look at.
    fn settling(
        &self,
        transition: Transition,
        event: &PaymentEvent,
        besides: Besides,
        proof: Proof<'_>,
        held: Option<&Payment>,
    ) -> Result<Settling, AppError> {
        let Transition { mut order, referral, .. } = transition;
        let now = self.now();
        let mut payment = Payment {
            id: event.payment.clone(),
            amount: event.amount,
            order: Some(order.id),
            payer: event.payer,
            settled_at: now,
            status: PaymentStatus::Applied,
            reason: None,
            approved_by: match proof {
                Proof::Report => None,
                Proof::Approval(change) | Proof::Word(change) => Some(change.actor().to_string()),
                Proof::ByHand(_, change) => Some(change.actor().to_string()),
            },
            credit: None,
            work: domain::duty::Work::default(),
            version: 1,
        };
        let mut writes = vec![(Part::Order, Write::replace(&mut order)?)];
        let kept = match proof {
            Proof::Report | Proof::Approval(_) | Proof::Word(_) => held,
            Proof::ByHand(kept, _) => Some(kept),
        };
        let of_payment = match kept {
            None => Write::create(&payment)?,
            Some(kept) => {
                payment.settled_at = kept.settled_at;
                payment.work.fence = kept.work.fence;
                payment.version = kept.version;
                Write::replace(&mut payment)?
            }
        };
        writes.push((Part::Payment, of_payment));
        if kept.is_some() {
            // Its day was counted without it.
            writes.push((Part::Rest, self.recount_of(&payment)?));
        }
        if let ReferralEffect::Qualify { inviter } = referral
            && besides.referral
        {
            writes.push((Part::Referral, Write::qualify_referral(inviter, order.id, now)));
            writes.push((Part::Referral, Write::count_qualified(inviter)));
        }
        if let Some(discount) = &order.discount {
            match besides.code {
                CodeWrite::None => {}
                CodeWrite::Retake => {
                    writes.push((Part::Code, Write::retake_code(&discount.code)));
                    // Whether the customer's own limit is exceeded by honouring old money is no reason to refuse it.
                    writes.push((Part::Code, Write::hold_redemption(&discount.code, order.id, None)));
                }
                CodeWrite::LateUse => writes.push((Part::Rest, Write::count_late_use(&discount.code))),
            }
        }
        if besides.card_amounts {
            writes.extend(self.card_amounts(&order)?.into_iter().map(|write| (Part::CardAmount, write)));
        }
        let traces = match proof {
            Proof::Report => Vec::new(),
            Proof::Approval(change) | Proof::Word(change) => self.traces(change, &order, now)?,
            Proof::ByHand(_, change) => self.traces(change, &payment, now)?,
        };
        writes.extend(traces.into_iter().map(|write| (Part::Rest, write)));
        Ok(Settling { order, payment, writes })
    }

    /// Frees the amounts that an order waited for.
    pub(crate) fn card_amounts(&self, order: &Order) -> Result<Vec<Write>, AppError> {
        let waited = order.attempts.iter().filter(|attempt| attempt.gateway == Gateway::Card && !planted(Bug::AmountKept));
        let amounts = waited.filter_map(|attempt| {
            let card = last_digits(&self.card_of(attempt)?.number);
            Some(CardAmount { card, amount: attempt.quote, order: order.id })
        });
        Ok(amounts.map(|amount| Write::release_card_amount(&amount)).collect::<Result<_, _>>()?)
    }

    /// The payment stands already: whatever its order still owes is tried again.
    pub(crate) async fn paid_before(&self, known: Option<Payment>, event: &PaymentEvent, deadline: Deadline) -> Result<Settled, AppError> {
        let named = event.order.map(|(id, _)| id);
        match known {
            // One payment cannot pay two orders, and no gateway should say so: an alarm, and somebody has to look.
            Some(known) if known.status == PaymentStatus::Applied && known.order != named => {
                error!(event = "payment_conflict", payment.id = %known.id, "a payment that paid one order is reported for another");
                if let Err(error) = self.tell_operators_of_unapplied(&Payment { reason: Some(UnappliedReason::PaidTwice), ..known }).await {
                    warn!(event = "notice_not_sent", %error, "the operators could not be told");
                }
                Ok(Settled::Unapplied(UnappliedReason::PaidTwice))
            }
            Some(Payment { status: PaymentStatus::Applied, order: Some(id), .. }) => {
                let (order, buyer) = self.store.order_and_buyer(id).await?;
                self.settled_before(order, buyer, deadline).await
            }
            Some(Payment { reason: Some(reason), .. }) => Ok(Settled::Unapplied(reason)),
            _ => Ok(Settled::Ignored),
        }
    }

    pub(crate) async fn settled_before(&self, order: Option<Order>, buyer: Option<User>, deadline: Deadline) -> Result<Settled, AppError> {
        let Some(order) = order else { return Ok(Settled::Ignored) };
        let order = self.resume(order, buyer, deadline).await?;
        Ok(Settled::Already(Box::new(order)))
    }

    pub(crate) async fn keep_unapplied(&self, event: &PaymentEvent, reason: UnappliedReason) -> Result<Settled, AppError> {
        if planted(Bug::UnappliedNotKept) {
            return Ok(Settled::Unapplied(reason));
        }
        let payment = crate::unapplied::payment(event, reason, self.now());
        match self.store.commit(&self.seams.nonce(), vec![Write::create(&payment)?]).await {
            Ok(()) => {
                warn!(event = "payment_unapplied", payment.id = %payment.id, reason = reason.name(), "money arrived that pays no order");
                Ok(Settled::Unapplied(reason))
            }
            // Known: applied to an order, or kept before.
            Err(CommitError::Refused { found, .. }) => match found.map(store::Found::read::<Payment>).transpose()? {
                Some(Payment { status: PaymentStatus::Applied, .. }) => Ok(Settled::Ignored),
                _ => Ok(Settled::Unapplied(reason)),
            },
            Err(error) => Err(AppError::of_commit("keep an unapplied payment")(error)),
        }
    }

    /// Telegram asks whether a charge in Stars may happen: the last moment at which money for nothing can be refused.
    pub async fn pre_checkout(
        &self,
        payload: &str,
        payer: TelegramUserId,
        amount: Option<Money>,
    ) -> Result<Result<(), PreCheckoutRefusal>, AppError> {
        let Ok((id, number)) = self.names.open_order(payload) else { return Ok(Err(PreCheckoutRefusal::UnknownOrder)) };
        if id.buyer != payer {
            return Ok(Err(PreCheckoutRefusal::OtherPayer));
        }
        let (order, buyer) = self.store.order_and_buyer(id).await?;
        let banned = buyer.as_ref().is_some_and(User::is_banned);
        let verdict = payment::pre_checkout(order.as_ref(), number, payer, banned, amount, self.now());
        if let (Ok(()), Some(order), Some(buyer)) = (&verdict, &order, &buyer) {
            self.recent.keep(order, buyer);
        }
        if let (Err(refusal), Some(_)) = (&verdict, &buyer) {
            let reason = Some(refusal.name().to_owned());
            self.keep_trace(Trace { order: Some(id.key), reason, ..self.trace(payer, ActivityKind::ChargeRefused) });
        }
        Ok(verdict)
    }
}

/// The order and the payment as they will stand, and the transaction that makes it so.
struct Settling {
    order: Order,
    payment: Payment,
    writes: Vec<(Part, Write)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Order,
    Payment,
    Referral,
    Code,
    /// An order that ended long ago may meet another one that waits for the same amount now: that one's it stays.
    CardAmount,
    /// Its condition cannot fail.
    Rest,
}
