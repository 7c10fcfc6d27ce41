//! What a button carries: at most 64 bytes, and nothing that is believed. A button of an older version is read as [`Button::Menu`].

use domain::{DiscountCodeName, Language, OrderKey, ProductId, ids::InvalidId, payment::Gateway};
use ulid::Ulid;

use crate::checkout::Choice;

/// Telegram's limit, in bytes.
pub const MAX_LEN: usize = 64;

/// Everything that can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Button {
    Menu,
    Plans,
    Plan(ProductId),
    /// Wants to type a discount code for a plan whose screen minted this order.
    EnterCode {
        product: ProductId,
        order: Ulid,
    },
    /// Places the order that a plan's screen stands for.
    Place(Choice),
    /// One's own order, as it stands.
    Order(Ulid),
    /// Pays an order that stands by this gateway.
    Pay {
        order: Ulid,
        gateway: Gateway,
    },
    /// "I have paid": asks the gateway.
    CheckPayment(Ulid),
    CancelOrder(Ulid),
    Subscriptions,
    Subscription(OrderKey),
    /// The page of the subscriptions before this one.
    OlderSubscriptions(OrderKey),
    Invite,
    Languages,
    Speak(Language),
    Help,
    /// An operator's: asks to confirm an approval, approves, goes back, asks for a reason, rejects.
    Review {
        step: ReviewStep,
        reference: String,
        number: u8,
        /// Which of its attempt's receipts it is about.
        receipt: u8,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewStep {
    Ask,
    Approve,
    Back,
    AskReason,
    Reject(Reason),
}

/// Why a receipt is rejected; the customer reads it in his language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    NotArrived,
    OtherAmount,
    Unreadable,
}

impl Reason {
    pub const ALL: [Self; 3] = [Self::NotArrived, Self::OtherAmount, Self::Unreadable];

    pub const fn name(self) -> &'static str {
        match self {
            Self::NotArrived => "not-arrived",
            Self::OtherAmount => "other-amount",
            Self::Unreadable => "unreadable",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    const fn letter(self) -> char {
        match self {
            Self::NotArrived => 'n',
            Self::OtherAmount => 'o',
            Self::Unreadable => 'u',
        }
    }
}

impl ReviewStep {
    const fn letter(self) -> char {
        match self {
            Self::Ask => 'a',
            Self::Approve => 'y',
            Self::Back => 'b',
            Self::AskReason => 'r',
            Self::Reject(reason) => reason.letter(),
        }
    }

    fn of(letter: char) -> Option<Self> {
        let rejects = Reason::ALL.map(Self::Reject);
        [Self::Ask, Self::Approve, Self::Back, Self::AskReason].into_iter().chain(rejects).find(|step| step.letter() == letter)
    }
}

const ULID_LEN: usize = 22;
const FINGERPRINT_LEN: usize = 4;
/// A choice begins with its gateway's letter in upper case; there is nothing to pay with `F`.
const FREE: char = 'F';

impl Button {
    pub fn encode(&self) -> String {
        match self {
            Self::Menu => "m".into(),
            Self::Plans => "c".into(),
            Self::Plan(product) => format!("p{product}"),
            Self::EnterCode { product, order } => format!("k{}{product}", OrderKey::to_button(*order)),
            Self::Place(choice) => {
                let gateway = choice.gateway.map_or(FREE, |gateway| gateway.button().to_ascii_uppercase());
                let code = choice.code.as_ref().map(|code| format!(":{code}")).unwrap_or_default();
                format!("{gateway}{}{}{}{code}", OrderKey::to_button(choice.order), choice.fingerprint, choice.product)
            }
            Self::Order(order) => format!("o{}", OrderKey::to_button(*order)),
            Self::Pay { order, gateway } => format!("y{}{}", gateway.button(), OrderKey::to_button(*order)),
            Self::CheckPayment(order) => format!("v{}", OrderKey::to_button(*order)),
            Self::CancelOrder(order) => format!("x{}", OrderKey::to_button(*order)),
            Self::Subscriptions => "s".into(),
            Self::Subscription(key) => format!("s{key}"),
            Self::OlderSubscriptions(key) => format!("q{key}"),
            Self::Invite => "i".into(),
            Self::Languages => "l".into(),
            Self::Speak(language) => format!("l{}", language.code()),
            Self::Help => "h".into(),
            Self::Review { step, reference, number, receipt } => format!("r{}{number}{receipt:03}{reference}", step.letter()),
        }
    }

    /// Reads a button's data. `None`: not one of ours.
    pub fn parse(data: &str) -> Option<Self> {
        let mut chars = data.chars();
        let kind = chars.next()?;
        let rest = chars.as_str();
        match (kind, rest) {
            ('m', "") => Some(Self::Menu),
            ('c', "") => Some(Self::Plans),
            ('h', "") => Some(Self::Help),
            ('i', "") => Some(Self::Invite),
            ('l', "") => Some(Self::Languages),
            ('s', "") => Some(Self::Subscriptions),
            ('p', product) => product.parse().ok().map(Self::Plan),
            ('l', code) => Language::from_code(code).map(Self::Speak),
            ('s', key) => key.parse().ok().map(Self::Subscription),
            ('q', key) => key.parse().ok().map(Self::OlderSubscriptions),
            ('o', order) => ulid(order).ok().map(Self::Order),
            ('v', order) => ulid(order).ok().map(Self::CheckPayment),
            ('x', order) => ulid(order).ok().map(Self::CancelOrder),
            ('k', rest) => {
                let (order, product) = rest.split_at_checked(ULID_LEN)?;
                Some(Self::EnterCode { order: ulid(order).ok()?, product: product.parse().ok()? })
            }
            ('y', rest) => {
                let (gateway, order) = rest.split_at_checked(1)?;
                Some(Self::Pay { gateway: Gateway::from_button(gateway.chars().next()?)?, order: ulid(order).ok()? })
            }
            ('r', rest) => {
                let mut chars = rest.chars();
                let step = ReviewStep::of(chars.next()?)?;
                let number = u8::try_from(chars.next()?.to_digit(10)?).ok()?;
                let (receipt, reference) = chars.as_str().split_at_checked(3)?;
                Some(Self::Review { step, number, receipt: receipt.parse().ok()?, reference: reference.to_owned() })
            }
            (letter, rest) => {
                let gateway = match letter {
                    FREE => None,
                    letter if letter.is_ascii_uppercase() => Some(Gateway::from_button(letter.to_ascii_lowercase())?),
                    _ => return None,
                };
                let (order, rest) = rest.split_at_checked(ULID_LEN)?;
                let (fingerprint, rest) = rest.split_at_checked(FINGERPRINT_LEN)?;
                let (product, code) = match rest.split_once(':') {
                    Some((product, code)) => (product, Some(code.parse::<DiscountCodeName>().ok()?)),
                    None => (rest, None),
                };
                Some(Self::Place(Choice {
                    gateway,
                    order: ulid(order).ok()?,
                    fingerprint: fingerprint.to_owned(),
                    product: product.parse().ok()?,
                    code,
                }))
            }
        }
    }
}

fn ulid(text: &str) -> Result<Ulid, InvalidId> {
    OrderKey::ulid_from_button(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest() -> Vec<Button> {
        let order = Ulid::from_bytes([0xFF; 16]);
        let product: ProductId = "p".repeat(ProductId::MAX_LEN).parse().unwrap();
        let code: DiscountCodeName = "C".repeat(DiscountCodeName::MAX_LEN).parse().unwrap();
        let choice = |gateway, code| Choice { gateway, order, fingerprint: "____".into(), product: product.clone(), code };
        let mut all = vec![
            Button::Menu,
            Button::Plans,
            Button::Plan(product.clone()),
            Button::EnterCode { product: product.clone(), order },
            Button::Place(choice(None, Some(code.clone()))),
            Button::Order(order),
            Button::CheckPayment(order),
            Button::CancelOrder(order),
            Button::Subscriptions,
            Button::Subscription(OrderKey::Ulid(Ulid::from_parts(1, 1))),
            Button::Subscription(OrderKey::Prize(i64::MAX.try_into().unwrap())),
            Button::OlderSubscriptions(OrderKey::Prize(i64::MAX.try_into().unwrap())),
            Button::Invite,
            Button::Languages,
            Button::Help,
        ];
        all.extend(Language::ALL.map(Button::Speak));
        for gateway in Gateway::ALL {
            all.push(Button::Place(choice(Some(gateway), Some(code.clone()))));
            all.push(Button::Place(choice(Some(gateway), None)));
            all.push(Button::Pay { order, gateway });
        }
        let steps = [ReviewStep::Ask, ReviewStep::Approve, ReviewStep::Back, ReviewStep::AskReason];
        for step in steps.into_iter().chain(Reason::ALL.map(ReviewStep::Reject)) {
            all.push(Button::Review { step, reference: "A".repeat(domain::reference::REFERENCE_LEN), number: 3, receipt: 255 });
        }
        all
    }

    #[test]
    fn every_button_fits_and_comes_back() {
        for button in longest() {
            let data = button.encode();
            assert!((1..=MAX_LEN).contains(&data.len()), "{} bytes: {button:?}", data.len());
            assert_eq!(Button::parse(&data), Some(button));
        }
    }

    #[test]
    fn anything_else_is_none_of_ours() {
        for data in
            ["", "z", "pUPPER", "o", "oAAAA", "F", "Zx", "k", "y", "yz", "r", "ra", "lxx", "سلام", "p🎁", "S\u{301}AAAAAAAAAAAAAAAAAAAAAA"]
        {
            assert_eq!(Button::parse(data), None, "{data}");
        }
    }
}
