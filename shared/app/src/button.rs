//! What a button carries: at most 64 bytes, and nothing that is believed. A button of an older version is read as [`Button::Menu`].

use domain::{DiscountCodeName, Language, OrderKey, ProductId, TelegramUserId, ids::InvalidId, payment::Gateway, reference::REFERENCE_LEN};
use rust_decimal::Decimal;
use ulid::Ulid;

use crate::checkout::{Choice, Wanted};

/// Telegram's limit, in bytes.
pub const MAX_LEN: usize = 64;

/// Everything that can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Button {
    Menu,
    Plans,
    /// The plans at their prices with a code.
    PlansWithCode(DiscountCodeName),
    Plan(ProductId),
    PlanWithCode {
        product: ProductId,
        code: DiscountCodeName,
    },
    /// Wants to type a discount code for a plan whose screen minted this order.
    EnterCode {
        wanted: Wanted,
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
    /// The free account.
    Trial,
    /// The plans, to give one to somebody else.
    GiftPlans,
    GiftPlan(ProductId),
    Subscriptions,
    Subscription(OrderKey),
    /// Something about one's own subscription.
    OfSubscription {
        action: SubscriptionAction,
        key: OrderKey,
    },
    /// A product as a renewal of or an addition to a subscription, which a tag names.
    ExtendWith {
        subscription: String,
        product: ProductId,
    },
    /// The page of the subscriptions before this one.
    OlderSubscriptions(OrderKey),
    Invite,
    Languages,
    Speak(Language),
    Help,
    /// Wants to write to the operators.
    Support,
    /// The same below an answer of theirs, which stays where it is.
    SupportReply,
    /// Has said it all.
    SupportDone,
    /// "I have joined": asks Telegram again, and goes on.
    Joined {
        then: Box<Button>,
    },
    /// Accepts this version of the terms of use, and goes on.
    AcceptTerms {
        version: u32,
        then: Box<Button>,
    },
    /// An operator's, below a receipt.
    Review {
        step: ReviewStep,
        reference: String,
        number: u8,
        /// Which of its attempt's receipts it is about.
        receipt: u8,
    },
    /// An operator's, below somebody's card.
    User {
        step: UserStep,
        id: TelegramUserId,
    },
    /// An operator's: tries something again that is parked.
    Retry {
        of: RetryOf,
        reference: String,
    },
}

/// What an operator can do below somebody's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStep {
    Show,
    /// Asks whether he shall be banned, or the ban be lifted.
    Ask,
    Ban,
    Unban,
}

impl UserStep {
    pub const ALL: [Self; 4] = [Self::Show, Self::Ask, Self::Ban, Self::Unban];

    const fn letter(self) -> char {
        match self {
            Self::Show => 's',
            Self::Ask => 'a',
            Self::Ban => 'b',
            Self::Unban => 'u',
        }
    }
}

/// What owes what is parked: an order, or the subscription that it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOf {
    Order,
    Subscription,
}

impl RetryOf {
    pub const ALL: [Self; 2] = [Self::Order, Self::Subscription];

    const fn letter(self) -> char {
        match self {
            Self::Order => 'o',
            Self::Subscription => 'h',
        }
    }
}

/// What can be done with a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionAction {
    /// What it can be renewed with and what can be added.
    Extend,
    Qr,
    /// The links of its servers, one by one; a page of them, from zero.
    Configs(u8),
    /// How to connect on a platform; the choice of platforms first.
    Platforms,
    Instructions(Platform),
    /// Asks whether the old link shall die.
    AskNewLink,
    NewLink,
    /// The next text is its name.
    Rename,
    /// Ends the subscription in Stars that pays for it, or lets it go on.
    StopRenewing,
    GoOnRenewing,
    /// The bot waits for no name any more.
    KeepName,
    /// Its plan's name is its name again.
    Unname,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Android,
    Ios,
    Windows,
    MacOs,
    Linux,
}

impl Platform {
    pub const ALL: [Self; 5] = [Self::Android, Self::Ios, Self::Windows, Self::MacOs, Self::Linux];
}

impl Wanted {
    /// The button that leads towards it, as far as a button can say.
    pub fn way_to(&self, code: Option<&DiscountCodeName>) -> Button {
        match (self, code) {
            (Self::Purchase(product), Some(code)) => Button::PlanWithCode { product: product.clone(), code: code.clone() },
            (Self::Purchase(product), None) => Button::Plan(product.clone()),
            (Self::Extend { .. }, _) => Button::Subscriptions,
            (Self::Gift { .. }, _) => Button::GiftPlans,
        }
    }

    /// The button of its offer; `product`: the one that it names.
    pub fn offer(&self, product: &ProductId) -> Button {
        let product = product.clone();
        match self {
            Self::Purchase(_) => Button::Plan(product),
            Self::Extend { subscription, .. } => Button::ExtendWith { subscription: subscription.clone(), product },
            Self::Gift { .. } => Button::GiftPlan(product),
        }
    }
}

impl SubscriptionAction {
    /// Pages of links that there are buttons for.
    pub const CONFIG_PAGES: u8 = 10;

    pub const ALL: [Self; 25] = [
        Self::Extend,
        Self::Qr,
        Self::Configs(0),
        Self::Configs(1),
        Self::Configs(2),
        Self::Configs(3),
        Self::Configs(4),
        Self::Configs(5),
        Self::Configs(6),
        Self::Configs(7),
        Self::Configs(8),
        Self::Configs(9),
        Self::Platforms,
        Self::AskNewLink,
        Self::NewLink,
        Self::Rename,
        Self::StopRenewing,
        Self::GoOnRenewing,
        Self::KeepName,
        Self::Unname,
        Self::Instructions(Platform::Android),
        Self::Instructions(Platform::Ios),
        Self::Instructions(Platform::Windows),
        Self::Instructions(Platform::MacOs),
        Self::Instructions(Platform::Linux),
    ];

    fn letter(self) -> char {
        match self {
            Self::Extend => 'e',
            Self::Qr => 'q',
            Self::Configs(0) => 'c',
            Self::Configs(page) => char::from_digit(page.into(), 10).unwrap_or('c'),
            Self::Platforms => 'p',
            Self::AskNewLink => 'n',
            Self::NewLink => 'y',
            Self::Rename => 'r',
            Self::StopRenewing => 's',
            Self::GoOnRenewing => 'g',
            Self::KeepName => 'k',
            Self::Unname => 'u',
            Self::Instructions(Platform::Android) => 'A',
            Self::Instructions(Platform::Ios) => 'I',
            Self::Instructions(Platform::Windows) => 'W',
            Self::Instructions(Platform::MacOs) => 'M',
            Self::Instructions(Platform::Linux) => 'L',
        }
    }

    fn of(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.letter() == letter)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewStep {
    Ask,
    Approve,
    Back,
    AskReason,
    Reject(Reason),
    /// Wants to type how much arrived.
    AskAmount,
    /// This much arrived, in the currency that was asked for.
    Correct(Decimal),
    /// What was typed shall not count.
    Forget,
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
            Self::AskAmount => 'q',
            Self::Correct(_) => 'c',
            Self::Forget => 'f',
        }
    }

    fn of(letter: char) -> Option<Self> {
        let rejects = Reason::ALL.map(Self::Reject);
        let others = [Self::Ask, Self::Approve, Self::Back, Self::AskReason, Self::AskAmount, Self::Correct(Decimal::ZERO), Self::Forget];
        others.into_iter().chain(rejects).find(|step| step.letter() == letter)
    }
}

const ULID_LEN: usize = 22;
const FINGERPRINT_LEN: usize = 4;
const PRODUCT_TAG_LEN: usize = 4;
const SUBSCRIPTION_TAG_LEN: usize = 6;
/// A choice begins with its gateway's letter in upper case; there is nothing to pay with `F`.
const FREE: char = 'F';

impl Button {
    pub fn encode(&self) -> String {
        match self {
            Self::Menu => "m".into(),
            Self::Plans => "c".into(),
            Self::PlansWithCode(code) => format!("c{code}"),
            Self::Plan(product) => format!("p{product}"),
            Self::PlanWithCode { product, code } => format!("p{product}:{code}"),
            Self::EnterCode { wanted, order } => {
                let order = OrderKey::to_button(*order);
                match wanted {
                    Wanted::Purchase(product) => format!("k{order}{product}"),
                    Wanted::Extend { product, subscription } => format!("n{order}{product}{subscription}"),
                    Wanted::Gift { product } => format!("f{order}{product}"),
                }
            }
            Self::Place(choice) => {
                let gateway = choice.gateway.map_or(FREE, |gateway| gateway.button().to_ascii_uppercase());
                let order = OrderKey::to_button(choice.order);
                let (fingerprint, code) = (&choice.fingerprint, choice.code.as_ref().map(|code| format!(":{code}")).unwrap_or_default());
                match &choice.wanted {
                    Wanted::Purchase(product) => format!("{gateway}{order}{fingerprint}{product}{code}"),
                    Wanted::Extend { product, subscription } => format!("e{gateway}{order}{fingerprint}{product}{subscription}{code}"),
                    Wanted::Gift { product } => format!("g{gateway}{order}{fingerprint}{product}{code}"),
                }
            }
            Self::Trial => "t".into(),
            Self::GiftPlans => "d".into(),
            Self::GiftPlan(product) => format!("d{product}"),
            Self::OfSubscription { action, key } => format!("a{}{key}", action.letter()),
            Self::ExtendWith { subscription, product } => format!("w{subscription}{product}"),
            Self::Support => "b".into(),
            Self::SupportReply => "br".into(),
            Self::SupportDone => "bd".into(),
            Self::Joined { then } => format!("j{}", then.encode()),
            Self::AcceptTerms { version, then } => format!("u{version}{}", then.encode()),
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
            Self::Review { step, reference, number, receipt } => {
                let amount = if let ReviewStep::Correct(amount) = step { amount.to_string() } else { String::new() };
                format!("r{}{number}{receipt:03}{reference}{amount}", step.letter())
            }
            Self::User { step, id } => format!("z{}{id}", step.letter()),
            Self::Retry { of, reference } => format!("z{}{reference}", of.letter()),
        }
    }

    /// Where a customer goes on who is kept from this one by an entry rule, once he is not any more. `None`: no rule keeps anybody from it.
    pub fn kept_from(&self) -> Option<Self> {
        match self {
            Self::Plans
            | Self::PlansWithCode(_)
            | Self::Plan(_)
            | Self::PlanWithCode { .. }
            | Self::Trial
            | Self::GiftPlans
            | Self::GiftPlan(_)
            | Self::ExtendWith { .. }
            | Self::Invite => Some(self.clone()),
            Self::EnterCode { wanted, .. } => Some(wanted.way_to(None)),
            Self::Place(choice) => Some(choice.wanted.way_to(choice.code.as_ref())),
            _ => None,
        }
    }

    /// The code that this one names, other than to place an order with it.
    pub const fn code(&self) -> Option<&DiscountCodeName> {
        match self {
            Self::PlansWithCode(code) | Self::PlanWithCode { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Reads a button's data. `None`: not one of ours.
    pub fn parse(data: &str) -> Option<Self> {
        if data.len() > MAX_LEN {
            return None;
        }
        let mut chars = data.chars();
        let kind = chars.next()?;
        let rest = chars.as_str();
        match (kind, rest) {
            ('m', "") => Some(Self::Menu),
            ('c', "") => Some(Self::Plans),
            ('c', code) => code.parse().ok().map(Self::PlansWithCode),
            ('h', "") => Some(Self::Help),
            ('i', "") => Some(Self::Invite),
            ('l', "") => Some(Self::Languages),
            ('s', "") => Some(Self::Subscriptions),
            ('p', rest) => match rest.split_once(':') {
                Some((product, code)) => Some(Self::PlanWithCode { product: product.parse().ok()?, code: code.parse().ok()? }),
                None => rest.parse().ok().map(Self::Plan),
            },
            ('l', code) => Language::from_code(code).map(Self::Speak),
            ('s', key) => key.parse().ok().map(Self::Subscription),
            ('q', key) => key.parse().ok().map(Self::OlderSubscriptions),
            ('o', order) => ulid(order).ok().map(Self::Order),
            ('v', order) => ulid(order).ok().map(Self::CheckPayment),
            ('x', order) => ulid(order).ok().map(Self::CancelOrder),
            ('t', "") => Some(Self::Trial),
            ('b', "") => Some(Self::Support),
            ('b', "r") => Some(Self::SupportReply),
            ('b', "d") => Some(Self::SupportDone),
            ('j', then) => Some(Self::Joined { then: destination(then)? }),
            ('d', "") => Some(Self::GiftPlans),
            ('d', product) => product.parse().ok().map(Self::GiftPlan),
            ('u', rest) => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let (version, then) = rest.split_at_checked(digits)?;
                Some(Self::AcceptTerms { version: version.parse().ok()?, then: destination(then)? })
            }
            ('a', rest) => {
                let mut chars = rest.chars();
                Some(Self::OfSubscription { action: SubscriptionAction::of(chars.next()?)?, key: chars.as_str().parse().ok()? })
            }
            ('w', rest) => {
                let (subscription, product) = rest.split_at_checked(SUBSCRIPTION_TAG_LEN)?;
                Some(Self::ExtendWith { subscription: subscription.to_owned(), product: product.parse().ok()? })
            }
            ('k' | 'n' | 'f', rest) => {
                let (order, rest) = rest.split_at_checked(ULID_LEN)?;
                let wanted = match kind {
                    'k' => Wanted::Purchase(rest.parse().ok()?),
                    'n' => extension(rest).filter(|(_, rest)| rest.is_empty())?.0,
                    _ => gift(rest).filter(|(_, rest)| rest.is_empty())?.0,
                };
                Some(Self::EnterCode { order: ulid(order).ok()?, wanted })
            }
            ('e' | 'g', rest) => {
                let mut chars = rest.chars();
                let gateway = paid_by(chars.next()?)?;
                let (order, rest) = chars.as_str().split_at_checked(ULID_LEN)?;
                let (fingerprint, rest) = rest.split_at_checked(FINGERPRINT_LEN)?;
                let (wanted, rest) = if kind == 'e' { extension(rest)? } else { gift(rest)? };
                let code = match rest {
                    "" => None,
                    rest => Some(rest.strip_prefix(':')?.parse::<DiscountCodeName>().ok()?),
                };
                Some(Self::Place(Choice { gateway, order: ulid(order).ok()?, fingerprint: fingerprint.to_owned(), wanted, code }))
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
                let (reference, amount) = reference.split_at_checked(REFERENCE_LEN).unwrap_or((reference, ""));
                let step = match step {
                    ReviewStep::Correct(_) => ReviewStep::Correct(Decimal::from_str_exact(amount).ok()?),
                    _ if amount.is_empty() => step,
                    _ => return None,
                };
                Some(Self::Review { step, number, receipt: receipt.parse().ok()?, reference: reference.to_owned() })
            }
            ('z', rest) => {
                let mut chars = rest.chars();
                let letter = chars.next()?;
                if let Some(of) = RetryOf::ALL.into_iter().find(|of| of.letter() == letter) {
                    let reference = chars.as_str();
                    return (reference.len() == REFERENCE_LEN).then(|| Self::Retry { of, reference: reference.to_owned() });
                }
                let step = UserStep::ALL.into_iter().find(|step| step.letter() == letter)?;
                Some(Self::User { step, id: chars.as_str().parse().ok()? })
            }
            (letter, rest) => {
                let gateway = paid_by(letter)?;
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
                    wanted: Wanted::Purchase(product.parse().ok()?),
                    code,
                }))
            }
        }
    }
}

/// Where somebody goes on who was stopped on his way.
fn destination(data: &str) -> Option<Box<Button>> {
    let button = if data.is_empty() { Button::Menu } else { Button::parse(data)? };
    let leads_on = button == Button::Menu || button == Button::Subscriptions || button.kept_from().is_some_and(|way| way == button);
    leads_on.then(|| Box::new(button))
}

/// The gateway of a choice; the inner `None`: there is nothing to pay.
#[expect(clippy::option_option, reason = "a letter that is none of ours is another thing than nothing to pay")]
fn paid_by(letter: char) -> Option<Option<Gateway>> {
    match letter {
        FREE => Some(None),
        letter if letter.is_ascii_uppercase() => Gateway::from_button(letter.to_ascii_lowercase()).map(Some),
        _ => None,
    }
}

/// The tags of an extension, and what follows them.
fn extension(text: &str) -> Option<(Wanted, &str)> {
    let (product, rest) = text.split_at_checked(PRODUCT_TAG_LEN)?;
    let (subscription, rest) = rest.split_at_checked(SUBSCRIPTION_TAG_LEN)?;
    Some((Wanted::Extend { product: product.to_owned(), subscription: subscription.to_owned() }, rest))
}

/// The tag of a gift, and what follows it.
fn gift(text: &str) -> Option<(Wanted, &str)> {
    let (product, rest) = text.split_at_checked(PRODUCT_TAG_LEN)?;
    Some((Wanted::Gift { product: product.to_owned() }, rest))
}

fn ulid(text: &str) -> Result<Ulid, InvalidId> {
    OrderKey::ulid_from_button(text)
}

#[cfg(test)]
mod tests {
    use domain::ids::Digest;

    use super::*;

    fn longest() -> Vec<Button> {
        let order = Ulid::from_bytes([0xFF; 16]);
        let product: ProductId = "p".repeat(ProductId::MAX_LEN).parse().unwrap();
        let code: DiscountCodeName = "C".repeat(DiscountCodeName::MAX_LEN).parse().unwrap();
        let wishes = [
            Wanted::Purchase(product.clone()),
            Wanted::Extend { product: "____".into(), subscription: "------".into() },
            Wanted::Gift { product: "----".into() },
        ];
        let choice = |gateway, wanted: &Wanted, code| Choice { gateway, order, fingerprint: "____".into(), wanted: wanted.clone(), code };
        let keys = [
            OrderKey::Ulid(Ulid::from_parts(1, 1)),
            OrderKey::Prize(i64::MAX.try_into().unwrap()),
            OrderKey::Trial,
            OrderKey::Welcome,
            OrderKey::Grant(Digest::new([0; 10])),
            OrderKey::Gift(Digest::new([0xFF; 10])),
            OrderKey::Recurring(Digest::new([0; 10])),
        ];
        let mut all = vec![
            Button::Menu,
            Button::Plans,
            Button::Plan(product.clone()),
            Button::Trial,
            Button::GiftPlans,
            Button::GiftPlan(product.clone()),
            Button::ExtendWith { subscription: "------".into(), product: product.clone() },
            Button::Support,
            Button::SupportReply,
            Button::SupportDone,
            Button::PlansWithCode(code.clone()),
            Button::PlanWithCode { product: product.clone(), code: code.clone() },
            Button::Order(order),
            Button::CheckPayment(order),
            Button::CancelOrder(order),
            Button::Subscriptions,
            Button::Invite,
            Button::Languages,
            Button::Help,
        ];
        for then in all.clone().into_iter().filter(|button| button.kept_from().is_some()).chain([Button::Menu, Button::Subscriptions]) {
            all.push(Button::Joined { then: Box::new(then.clone()) });
            all.push(Button::AcceptTerms { version: u32::MAX, then: Box::new(then) });
        }
        all.extend(Language::ALL.map(Button::Speak));
        for key in keys {
            all.push(Button::Subscription(key));
            all.push(Button::OlderSubscriptions(key));
            all.extend(SubscriptionAction::ALL.map(|action| Button::OfSubscription { action, key }));
        }
        for wanted in &wishes {
            all.push(Button::EnterCode { wanted: wanted.clone(), order });
            for gateway in Gateway::ALL.map(Some).into_iter().chain([None]) {
                all.push(Button::Place(choice(gateway, wanted, Some(code.clone()))));
                all.push(Button::Place(choice(gateway, wanted, None)));
            }
        }
        all.extend(Gateway::ALL.map(|gateway| Button::Pay { order, gateway }));
        let correct = ReviewStep::Correct(Decimal::new(999_999_999_999, 2));
        let steps = [
            ReviewStep::Ask,
            ReviewStep::Approve,
            ReviewStep::Back,
            ReviewStep::AskReason,
            ReviewStep::AskAmount,
            correct,
            ReviewStep::Forget,
        ];
        for step in steps.into_iter().chain(Reason::ALL.map(ReviewStep::Reject)) {
            all.push(Button::Review { step, reference: "A".repeat(REFERENCE_LEN), number: 3, receipt: 255 });
        }
        all.extend(UserStep::ALL.map(|step| Button::User { step, id: i64::MAX.try_into().unwrap() }));
        all.extend(RetryOf::ALL.map(|of| Button::Retry { of, reference: "A".repeat(REFERENCE_LEN) }));
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
        for data in [
            "",
            "z",
            "pUPPER",
            "o",
            "oAAAA",
            "F",
            "Zx",
            "zb0",
            "zb-1",
            "zoshort",
            "k",
            "n",
            "f",
            "e",
            "eF",
            "g",
            "a",
            "aq",
            "w",
            "ux",
            "u",
            "jl",
            "ju1",
            "jjjjjjjj",
            "u1u1",
            "cab",
            "pplan:",
            "pplan:ab",
            "pplan:CODE:X",
            &"j".repeat(100_000),
            "y",
            "yz",
            "r",
            "ra",
            "rc1001AAAA12",
            "rc1001AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1x",
            "ra1001AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA12",
            "lxx",
            "سلام",
            "p🎁",
            "S\u{301}AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(Button::parse(data), None, "{data}");
        }
    }
}
