//! Discount codes as customers name them: typed, in a link, in a button. Codes that there are not are counted, and who names too many of them waits.

use domain::{
    DiscountCodeName, Money, OrderId, OrderKey, ProductId, TelegramUserId, Timestamp,
    discount::{DiscountCode, Rejection, Use},
    guesses::Guesses,
    ids::InvalidId,
    patience::Count,
    product::Product,
    user::User,
};
use store::{NamedCode, Redemption, Write};
use ulid::Ulid;

use crate::{
    App, AppError,
    catalogue::Shop,
    checkout::{Offer, Purpose},
    join::Visitor,
};

/// What the payload of a start link begins with that carries a code.
const LINK_PREFIX: &str = "code_";

/// A code as a customer named it, nothing of which is believed yet.
#[derive(Debug)]
pub struct GivenCode {
    name: DiscountCodeName,
    known: NamedCode,
}

/// A code that there is, for the customer who named it.
#[derive(Debug, Clone)]
pub struct KnownCode {
    terms: DiscountCode,
    redemption: Redemption,
}

/// Why a code takes nothing off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefusal {
    Rejected(Rejection),
    /// Too many codes that there are not: until then none is looked at.
    Wait(Timestamp),
}

/// The plans at their prices with a code; what it takes nothing off has none.
#[derive(Debug)]
pub struct PlansWithCode {
    pub code: DiscountCodeName,
    pub totals: Vec<(ProductId, Money)>,
}

impl App {
    /// The code in a start link's payload.
    pub fn code_of_link(payload: &str) -> Option<Result<DiscountCodeName, InvalidId>> {
        payload.strip_prefix(LINK_PREFIX).map(str::parse)
    }

    /// The start link that carries a code.
    pub async fn code_link(&self, code: &DiscountCodeName) -> Result<String, AppError> {
        self.start_link(&format!("{LINK_PREFIX}{code}")).await
    }

    /// What is known of a code that a customer typed. `None`: the order that it was asked for has been placed since.
    pub async fn typed_code(&self, user: TelegramUserId, code: &DiscountCodeName, order: OrderKey) -> Result<Option<GivenCode>, AppError> {
        let found = self.store.placing(OrderId::new(user, order), Some(code)).await?;
        let known = NamedCode { code: found.code, redemption: found.redemption, guesses: found.guesses };
        Ok(found.order.is_none().then_some(GivenCode { name: code.clone(), known }))
    }

    /// What is known of a code that somebody names, who may be a stranger yet.
    pub async fn linked_code(&self, user: TelegramUserId, code: &DiscountCodeName) -> Result<GivenCode, AppError> {
        Ok(GivenCode { name: code.clone(), known: self.store.named_code(user, code).await? })
    }

    /// A customer, made known where he is not, and what is known of the code that his button names, in one round trip.
    pub async fn customer_and_code(
        &self,
        visitor: Visitor<'_>,
        code: Option<&DiscountCodeName>,
    ) -> Result<(User, Option<GivenCode>), AppError> {
        let Some(code) = code else { return Ok((self.customer(visitor).await?, None)) };
        let (user, known) = self.store.user_and_code(visitor.id, code).await?;
        let user = match user {
            Some(user) => user,
            None => self.join(visitor, None).await?.user,
        };
        Ok((user, Some(GivenCode { name: code.clone(), known })))
    }

    /// Whether there is such a code for this customer. One that there is not is counted; while he waits for too many of them, none is looked at.
    pub async fn recognize(&self, user: TelegramUserId, given: GivenCode) -> Result<Result<KnownCode, CodeRefusal>, AppError> {
        let GivenCode { name, known: NamedCode { code, redemption, guesses } } = given;
        if let Some(until) = guesses.as_ref().and_then(|guesses| guesses.wait_until(self.now())) {
            self.keep_trace(self.trace_of_refusal(user, &name, CodeRefusal::Wait(until)));
            return Ok(Err(CodeRefusal::Wait(until)));
        }
        match code.filter(|code| code.is_for(user)) {
            Some(terms) => Ok(Ok(KnownCode { terms, redemption })),
            None => Ok(Err(Box::pin(self.count_guess(user, &name, guesses.as_ref())).await?)),
        }
    }

    /// A customer named a code that there is not.
    pub(crate) async fn count_guess(
        &self,
        user: TelegramUserId,
        name: &DiscountCodeName,
        guesses: Option<&Guesses>,
    ) -> Result<CodeRefusal, AppError> {
        let now = self.now();
        let write = match Guesses::next(guesses, now) {
            Count::Anew => Write::put(&Guesses { user, wrong: 1, last_at: now })?,
            Count::OneMore => Write::count_guess(user, now),
        };
        let refusal = CodeRefusal::Rejected(Rejection::NotFound);
        let nonce = self.seams().nonce();
        let (counted, ()) = tokio::join!(self.store.commit(&nonce, vec![write]), self.leave(self.trace_of_refusal(user, name, refusal)));
        counted.map_err(AppError::of_commit("count a wrong code"))?;
        Ok(refusal)
    }

    /// An offer with a code, or why the code takes nothing off it.
    pub fn offer_with_code(
        &self,
        shop: &Shop,
        product: &Product,
        purpose: Purpose,
        user: &User,
        code: &KnownCode,
        order: Ulid,
    ) -> Result<Result<Offer, Rejection>, AppError> {
        let id = OrderId::new(user.id, OrderKey::Ulid(order));
        match check_code(Some(&code.terms), product, Some(user), &code.redemption, id, self.now()) {
            Ok(off) => Ok(Ok(self.offer(shop, product, purpose, Some((code.terms.name.clone(), off)), order)?)),
            Err(rejection) => {
                self.keep_trace(self.trace_of_refusal(user.id, &code.terms.name, CodeRefusal::Rejected(rejection)));
                Ok(Err(rejection))
            }
        }
    }

    /// What the plans cost this customer with a code. `Err`: it takes nothing off any of them; a reason that is the code's own comes before one that is a
    /// plan's.
    pub fn plans_with_code(&self, shop: &Shop, user: &User, code: &KnownCode) -> Result<PlansWithCode, Rejection> {
        let now = self.now();
        // No order holds the code for a price that is only looked at.
        let id = OrderId::new(user.id, OrderKey::Ulid(Ulid::nil()));
        let mut totals = Vec::new();
        let mut refused = None;
        for plan in shop.plans() {
            match check_code(Some(&code.terms), plan, Some(user), &code.redemption, id, now) {
                Ok(off) => totals.extend(plan.price.checked_sub(off).ok().map(|total| (plan.id.clone(), total))),
                Err(rejection) if rejection.is_of_the_plan() => refused = refused.or(Some(rejection)),
                Err(rejection) => refused = Some(rejection),
            }
        }
        match refused {
            Some(rejection) if totals.is_empty() => {
                self.keep_trace(self.trace_of_refusal(user.id, &code.terms.name, CodeRefusal::Rejected(rejection)));
                Err(rejection)
            }
            _ => Ok(PlansWithCode { code: code.terms.name.clone(), totals }),
        }
    }
}

/// What a code takes off this plan for this customer and order.
pub(crate) fn check_code(
    terms: Option<&DiscountCode>,
    product: &Product,
    user: Option<&User>,
    redemption: &Redemption,
    order: OrderId,
    now: Timestamp,
) -> Result<Money, Rejection> {
    let terms = terms.ok_or(Rejection::NotFound)?;
    let first_purchase = user.is_none_or(|user| user.first_paid_at.is_none());
    let held_by_customer = redemption.held_besides(order);
    terms.apply(&Use { customer: order.buyer, product: &product.id, price: product.price, first_purchase, held_by_customer }, now)
}
