//! What happens in one world: drawn whole from its seed before anything happens, so that it can be replayed, and shrunk by leaving steps out.
//!
//! Choices are kept as numbers and resolved when their step comes, against what is there then: a step means something in any world.

use std::fmt;

use crate::{dice::Dice, internet::Fault};

/// How many customers a world has.
pub const CUSTOMERS: u8 = 4;
/// The plans of a world, by id.
pub const PRODUCTS: [&str; 3] = ["small", "large", "boost"];
pub const CODES: [&str; 4] = ["HALF", "ONCE", "FREE", "EACH"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    /// How far the clocks of the shop's processes are off, in seconds.
    pub skew: [i64; 3],
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub act: Act,
    /// By the number of the request, from the step's first one on.
    pub faults: Vec<(u32, Fault)>,
    /// Requests that only read are not counted.
    pub of_changes: bool,
    /// The step after it begins at the same time.
    pub with_next: bool,
    /// Which process takes it, if it is free.
    pub worker: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Stars,
    Card,
    Crypto,
}

impl Method {
    /// What its button says.
    pub const fn button(self) -> &'static str {
        match self {
            Self::Stars => "Telegram Stars",
            Self::Card => "Card to card",
            Self::Crypto => "Crypto",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Start {
        who: u8,
    },
    /// Comes by another customer's invitation.
    Follow {
        who: u8,
        inviter: u8,
    },
    /// From the menu to an order; the code is typed where there is one.
    Order {
        who: u8,
        product: u8,
        method: Method,
        code: Option<u8>,
        gift: bool,
    },
    /// From a subscription to an order that extends it.
    Renew {
        who: u8,
        product: u8,
        method: Method,
    },
    /// Two customers, or one on two screens, order with the same code in the same moment.
    Rush {
        who: u8,
        other: u8,
        code: u8,
    },
    /// Two renewals of one subscription, whose callbacks come in the same moment.
    RushRenew {
        who: u8,
    },
    /// Types a code on the newest plan's screen.
    Code {
        who: u8,
        code: u8,
    },
    /// Any button that is in sight.
    Tap {
        who: u8,
        pick: u16,
    },
    /// The same button twice, at once.
    TapTwice {
        who: u8,
        pick: u16,
    },
    /// Pays any invoice that the bot ever showed to `whose`.
    Pay {
        who: u8,
        whose: u8,
        pick: u16,
    },
    /// Telegram tells of a charge that is not what its invoice said.
    OddCharge {
        who: u8,
        pick: u16,
        kind: u8,
    },
    Receipt {
        who: u8,
    },
    Cancel {
        who: u8,
    },
    /// “I have paid”.
    Check {
        who: u8,
    },
    Trial {
        who: u8,
    },
    OpenGift {
        who: u8,
        whose: u8,
    },
    NewLink {
        who: u8,
    },
    Block {
        who: u8,
        blocked: bool,
    },
    /// The gateway tells what it has to tell, perhaps again.
    CallBack {
        pick: u16,
        again: bool,
    },
    /// A callback that nobody signed, or one of other money.
    Forge {
        pick: u16,
        kind: u8,
    },
    /// An operator decides a receipt in the chat.
    Decide {
        pick: u16,
        approve: bool,
    },
    Admin {
        what: AdminAct,
        pick: u16,
    },
    /// Telegram delivers an update again.
    Redeliver {
        pick: u16,
    },
    /// What could not be delivered comes again.
    Retry,
    Jobs,
    Wait {
        seconds: u32,
    },
    Panel {
        down: bool,
    },
    Traffic {
        pick: u16,
        gib: u8,
    },
    Restart {
        worker: u8,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminAct {
    /// Other terms, under another name.
    EditProduct,
    /// On sale, or not.
    Sell(bool),
    EditCode {
        percent: u8,
        limit: u8,
    },
    NewCode,
    Ban(bool),
    Approve,
    Reject,
    Cancel,
    Refund,
    /// What becomes of money that pays no order: applied, sent back, credited.
    Unapplied(u8),
    Retry,
    Setting(u8),
    /// A message to everybody, begun or not.
    Broadcast(bool),
}

impl Act {
    pub const fn is_a_wait(self) -> bool {
        matches!(self, Self::Wait { .. })
    }
}

fn draw_method(dice: &mut Dice) -> Method {
    *dice.pick(&[Method::Stars, Method::Stars, Method::Card, Method::Crypto, Method::Crypto])
}

fn draw_admin(dice: &mut Dice) -> AdminAct {
    match dice.below(20) {
        0 | 1 => AdminAct::EditProduct,
        2 => AdminAct::Sell(dice.chance(70)),
        3 | 4 => AdminAct::EditCode { percent: *dice.pick(&[10, 50, 100]), limit: 1 + dice.small(4) },
        5 | 6 => AdminAct::NewCode,
        7 if dice.chance(50) => AdminAct::Ban(dice.chance(50)),
        7..=9 => AdminAct::Approve,
        10 => AdminAct::Reject,
        11 => AdminAct::Cancel,
        12..=14 => AdminAct::Refund,
        15..=17 => AdminAct::Unapplied(dice.small(3)),
        18 if dice.chance(60) => AdminAct::Retry,
        18 => AdminAct::Broadcast(dice.chance(50)),
        _ => AdminAct::Setting(dice.small(4)),
    }
}

/// What somebody sets out to do, step by step. Any step of it can fail, be left out, or come between those of other stories.
fn draw_story(dice: &mut Dice) -> Vec<Act> {
    let who = dice.small(CUSTOMERS);
    let other = dice.small(CUSTOMERS);
    let pick = u16::try_from(dice.below(1 << 16)).expect("16 bits");
    let method = draw_method(dice);
    let code = dice.chance(40).then(|| dice.small(4));
    let order = Act::Order { who, product: dice.small(2), method, code, gift: false };
    let wait = |seconds| Act::Wait { seconds };
    let mut story = Vec::new();
    match dice.below(100) {
        0..=29 => {
            story.push(order);
            pay(dice, who, method, &mut story);
        }
        30..=42 => {
            story.push(Act::Renew { who, product: dice.small(3), method });
            pay(dice, who, method, &mut story);
        }
        43..=50 => {
            story.push(Act::Follow { who, inviter: other });
            story.push(order);
            pay(dice, who, method, &mut story);
            story.push(Act::Jobs);
        }
        51..=56 => {
            story.push(Act::Order { who, product: dice.small(2), method, code, gift: true });
            pay(dice, who, method, &mut story);
            story.extend([Act::OpenGift { who: other, whose: who }, Act::OpenGift { who: dice.small(CUSTOMERS), whose: who }]);
        }
        57..=66 => {
            story.extend([order, if dice.chance(60) { wait(4_000) } else { Act::Cancel { who } }, Act::Jobs]);
            pay(dice, who, method, &mut story);
        }
        67..=70 => story.extend([Act::Trial { who }, Act::TapTwice { who, pick }]),
        71..=74 => story.extend([wait(20), Act::NewLink { who }, Act::Jobs]),
        75..=80 => story.extend([Act::Admin { what: AdminAct::Refund, pick }, wait(400), Act::Jobs]),
        81..=85 => story.extend([
            order,
            Act::OddCharge { who, pick, kind: dice.small(3) },
            Act::Admin { what: AdminAct::Unapplied(dice.small(3)), pick },
        ]),
        86..=89 => story.extend([order, Act::Forge { pick, kind: dice.small(3) }]),
        90 => {
            let customer = |ban| Act::Admin { what: AdminAct::Ban(ban), pick: who.into() };
            story.extend([order, customer(true)]);
            pay(dice, who, method, &mut story);
            story.push(customer(false));
        }
        91 if dice.chance(40) => story.push(Act::RushRenew { who }),
        91 => story.push(Act::Rush { who, other: if dice.chance(50) { who } else { other }, code: dice.small(4) }),
        92 => story.extend([Act::Block { who, blocked: true }, order, Act::Block { who, blocked: false }]),
        93..=95 => {
            story.extend([Act::Panel { down: true }, order]);
            pay(dice, who, method, &mut story);
            story.extend([Act::Jobs, Act::Panel { down: false }]);
        }
        _ => story.extend([order, Act::TapTwice { who, pick }, Act::Tap { who, pick }]),
    }
    story
}

fn pay(dice: &mut Dice, who: u8, method: Method, story: &mut Vec<Act>) {
    let pick = u16::try_from(dice.below(1 << 16)).expect("16 bits");
    match method {
        Method::Stars => story.push(Act::Pay { who: if dice.chance(92) { who } else { dice.small(CUSTOMERS) }, whose: who, pick: 0 }),
        Method::Crypto => {
            story.extend([Act::Pay { who, whose: who, pick: 0 }, Act::CallBack { pick, again: false }]);
            if dice.chance(40) {
                story.push(Act::CallBack { pick, again: true });
            }
        }
        Method::Card => {
            story.push(Act::Receipt { who });
            let approve = dice.chance(80);
            story.push(if dice.chance(70) {
                Act::Decide { pick: 0, approve }
            } else {
                Act::Admin { what: if approve { AdminAct::Approve } else { AdminAct::Reject }, pick }
            });
        }
    }
}

/// What comes between the stories.
fn draw_noise(dice: &mut Dice) -> Act {
    let who = dice.small(CUSTOMERS);
    let pick = u16::try_from(dice.below(1 << 16)).expect("16 bits");
    match dice.below(100) {
        0..=2 => Act::Start { who },
        3..=5 => Act::Code { who, code: dice.small(4) },
        6..=20 => Act::Tap { who, pick },
        21..=26 => Act::TapTwice { who, pick },
        27..=31 => Act::Pay { who, whose: if dice.chance(80) { who } else { dice.small(CUSTOMERS) }, pick },
        32..=33 => Act::Receipt { who },
        34..=35 => Act::Cancel { who },
        36..=37 => Act::Check { who },
        38..=42 => Act::CallBack { pick, again: dice.chance(50) },
        43..=58 => Act::Admin { what: draw_admin(dice), pick },
        59..=68 => Act::Redeliver { pick },
        69..=72 => Act::Retry,
        73..=82 => Act::Jobs,
        83..=92 => Act::Wait { seconds: *dice.pick(&[1, 20, 100, 100, 1_000, 4_000, 4_000, 86_400, 40 * 86_400]) },
        93..=95 => Act::Traffic { pick, gib: 1 + dice.small(12) },
        _ => Act::Restart { worker: dice.small(3) },
    }
}

/// Stories at the same time: their steps keep their order, and those of others come between.
fn draw_acts(dice: &mut Dice) -> Vec<Act> {
    let mut stories: Vec<Vec<Act>> = (0..3 + dice.below(6)).map(|_| draw_story(dice)).collect();
    let mut acts = Vec::new();
    // Most go on where they are.
    let mut at = 0;
    while !stories.is_empty() {
        if dice.chance(40) || at >= stories.len() {
            at = usize::try_from(dice.below(stories.len() as u64)).expect("an index");
        }
        if dice.chance(25) {
            acts.push(draw_noise(dice));
        }
        let act = stories[at].remove(0);
        if dice.chance(95) {
            acts.push(act);
        }
        if stories[at].is_empty() {
            stories.remove(at);
        }
    }
    acts
}

fn draw_faults(dice: &mut Dice, act: Act, of_changes: bool) -> Vec<(u32, Fault)> {
    let mut faults = Vec::new();
    for _ in 0..=dice.below(2) {
        let within = match (act, of_changes) {
            // What is committed before a callback is acknowledged comes first.
            (Act::CallBack { .. }, true) => 3,
            (_, true) => 9,
            (_, false) => 20,
        };
        let at = u32::try_from(dice.below(within)).expect("small");
        let fault = match dice.below(20) {
            0..=1 => Fault::NotSent,
            2..=5 => Fault::ReplyLost,
            6 => Fault::TimedOut,
            7..=10 => Fault::Refused(dice.small(12)),
            11 => Fault::Garbled,
            12..=14 => Fault::Dies,
            _ => Fault::DiesAfter,
        };
        // The SDK tries three times: what shall get through to the shop is met as often.
        let times = if dice.chance(50) { 1 } else { 1 + u32::from(dice.small(4)) };
        faults.extend((0..times).map(|n| (at + n, fault)));
    }
    faults.sort_unstable();
    faults.dedup_by_key(|(at, _)| *at);
    faults
}

impl Plan {
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let rate = *dice.pick(&[0, 25, 40, 60]);
        let together = *dice.pick(&[0, 10, 30]);
        let skew = match dice.below(3) {
            0 => [0; 3],
            1 => [0, 20, -20],
            _ => [0, 250, -250],
        };
        let steps = draw_acts(&mut dice)
            .into_iter()
            .map(|act| {
                let of_changes = dice.chance(60);
                let faults = if dice.chance(rate) { draw_faults(&mut dice, act, of_changes) } else { Vec::new() };
                Step { act, faults, of_changes, with_next: dice.chance(together), worker: dice.small(3) }
            })
            .collect();
        Self { seed, skew, steps }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.act)?;
        if !self.faults.is_empty() {
            write!(f, " with {:?} of {}", self.faults, if self.of_changes { "changes" } else { "requests" })?;
        }
        if self.with_next {
            write!(f, ", together with the next")?;
        }
        Ok(())
    }
}
