//! Each call of each canonical flow meets each fault that there is for it.
//!
//! A flow is played once as it should be, and what it asks the outside for is written down. Then it is played anew for each of those calls and each
//! fault: the call meets it, what was not heard comes again, and what was heard too; who did not get what he wanted tries once more; the jobs run until
//! nothing is due. Then the auditor looks, and the flow has come to its end.
//!
//! `SIM_FAULTS=all` plays every fault at every call, else each call meets one; `SIM_PAIRS=5000` so many pairs; `SIM_FLOW=gift` one flow.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use domain::time::Span;
use serde_json::Value;

use crate::{
    auditor::{Auditor, Broken, links},
    dice::Dice,
    internet::{Fault, PANEL, Site, TABLE},
    many::setting,
    plan::{Act, AdminAct, Method, Plan, Step},
    run::{in_a_world, settle},
    world::World,
};

/// Pairs of faults that a plain run plays.
const PAIRS: u64 = 40;

/// Something that the shop is for.
struct Flow {
    name: &'static str,
    /// What was there before, and goes well.
    before: Vec<Act>,
    acts: Vec<Act>,
    /// Whether it came to what it is for.
    reached: fn(&World) -> bool,
}

const ME: u8 = 0;
const FRIEND: u8 = 1;
const JOBS: [Act; 2] = [Act::Wait { seconds: 400 }, Act::Jobs];

fn order(who: u8, method: Method, code: Option<u8>, gift: bool) -> Act {
    Act::Order { who, product: 0, method, code, gift }
}

const fn pay(who: u8) -> Act {
    Act::Pay { who, whose: who, pick: 0 }
}

const CALL_BACK: Act = Act::CallBack { pick: 0, again: false };
const FOLLOW: Act = Act::Follow { who: ME, inviter: FRIEND };
const APPROVE: Act = Act::Decide { pick: 0, approve: true };

const fn admin(what: AdminAct) -> Act {
    Act::Admin { what, pick: 0 }
}

fn count(world: &World, fits: impl Fn(&Value) -> bool) -> usize {
    world.contents().values().filter(|item| fits(item)).count()
}

fn delivered(order: &Value) -> bool {
    order["entity_type"] == "order" && order["status"] == "provisioned" && order.get("delivered_at").is_some()
}

/// What of a customer's own was delivered.
fn has(world: &World, who: u8, fits: fn(&Value) -> bool) -> bool {
    let partition = format!("USER#{}", world.people[usize::from(who)].id());
    count(world, |item| item["PK"] == partition.as_str() && delivered(item) && fits(item)) > 0
}

fn flows() -> Vec<Flow> {
    let bought = || vec![order(ME, Method::Stars, None, false), pay(ME)];
    let mut all = vec![
        Flow {
            name: "buy",
            before: vec![],
            acts: vec![order(ME, Method::Stars, None, false), pay(ME)],
            reached: |world| has(world, ME, |_| true),
        },
        Flow {
            name: "buy with code",
            before: vec![],
            acts: vec![order(ME, Method::Crypto, Some(0), false), pay(ME), CALL_BACK],
            reached: |world| has(world, ME, |order| order["discount"]["code"] == "HALF"),
        },
        Flow {
            name: "buy by referral",
            before: vec![],
            // He taps the link again where the first tap came to nothing.
            acts: vec![FOLLOW, FOLLOW, order(ME, Method::Stars, None, false), pay(ME)],
            reached: |world| has(world, ME, |order| order.get("inviter").is_some()),
        },
        Flow {
            name: "100 % code",
            before: vec![],
            acts: vec![order(ME, Method::Stars, Some(2), false)],
            reached: |world| has(world, ME, |order| order["discount"]["code"] == "FREE"),
        },
        Flow {
            name: "receipt approved",
            before: vec![],
            acts: vec![order(ME, Method::Card, None, false), Act::Receipt { who: ME }, APPROVE],
            reached: |world| has(world, ME, |order| order["payment"].as_str().is_some_and(|payment| payment.starts_with("card#"))),
        },
        Flow {
            name: "renew",
            before: bought(),
            acts: vec![Act::Renew { who: ME, product: 0, method: Method::Crypto }, pay(ME), CALL_BACK],
            reached: |world| has(world, ME, |order| order.get("for").is_some()),
        },
        Flow {
            name: "add-on",
            before: bought(),
            acts: vec![Act::Renew { who: ME, product: 2, method: Method::Stars }, pay(ME)],
            reached: |world| has(world, ME, |order| order.get("for").is_some()),
        },
        Flow {
            name: "trial",
            before: vec![],
            acts: vec![Act::Trial { who: ME }],
            reached: |world| has(world, ME, |order| order["SK"] == "ORDER#TRIAL"),
        },
        Flow {
            name: "revoke link",
            before: [bought(), vec![Act::Wait { seconds: 400 }]].concat(),
            acts: vec![Act::NewLink { who: ME }],
            reached: |world| {
                let links: BTreeSet<String> = world.people[0].chat().iter().flat_map(links).collect();
                links.len() > 1
            },
        },
        Flow {
            name: "expire and late payment",
            before: vec![order(ME, Method::Crypto, Some(1), false), Act::Wait { seconds: 4_000 }],
            acts: vec![Act::Jobs, pay(ME), CALL_BACK],
            reached: |world| has(world, ME, |_| true),
        },
        Flow {
            name: "refund",
            before: [bought(), vec![Act::Renew { who: ME, product: 2, method: Method::Stars }, pay(ME)]].concat(),
            acts: vec![admin(AdminAct::Refund), JOBS[0], JOBS[1]],
            reached: |world| count(world, |item| item["entity_type"] == "order" && item["status"] == "refunded") > 0,
        },
        Flow {
            name: "reward",
            before: vec![admin(AdminAct::Setting(1)), FOLLOW, order(ME, Method::Stars, None, false), pay(ME)],
            acts: vec![JOBS[0], JOBS[1]],
            reached: |world| {
                count(world, |item| item["SK"].as_str().is_some_and(|key| key.starts_with("ORDER#PRIZE#")) && delivered(item)) == 1
            },
        },
        Flow {
            name: "broadcast",
            before: [0, 1, 2, 3].map(|who| Act::Start { who }).to_vec(),
            acts: vec![admin(AdminAct::Broadcast(false)), admin(AdminAct::Broadcast(true)), JOBS[1]],
            reached: |world| count(world, |item| item["entity_type"] == "broadcast" && item["status"] == "done") > 0,
        },
        Flow {
            name: "admin edit",
            before: vec![],
            acts: vec![
                admin(AdminAct::EditProduct),
                admin(AdminAct::EditCode { percent: 10, limit: 3 }),
                admin(AdminAct::NewCode),
                admin(AdminAct::Setting(0)),
            ],
            reached: |world| {
                count(world, |item| item["entity_type"] == "discount_code") > crate::plan::CODES.len()
                    && count(world, |item| item["entity_type"] == "product" && item["version"] != 1) == 1
            },
        },
        Flow {
            name: "gift",
            before: vec![Act::Start { who: FRIEND }],
            acts: vec![order(ME, Method::Stars, None, true), pay(ME), Act::OpenGift { who: FRIEND, whose: ME }],
            reached: |world| has(world, FRIEND, |_| true),
        },
    ];
    if let Ok(only) = std::env::var("SIM_FLOW") {
        all.retain(|flow| flow.name == only);
    }
    all
}

/// A column of the table: what a call meets, for one request or for each of its tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Before,
    BeforeEachTry,
    ReplyLost,
    ReplyLostThenGone,
    TimedOut,
    Conflict,
    Throttled,
    ThrottledEachTry,
    ServerError,
    NotAuthorized,
    Exists,
    Malformed,
    Dies,
    DiesAfter,
}

impl Column {
    const ALL: [Self; 14] = [
        Self::Before,
        Self::BeforeEachTry,
        Self::ReplyLost,
        Self::ReplyLostThenGone,
        Self::TimedOut,
        Self::Conflict,
        Self::Throttled,
        Self::ThrottledEachTry,
        Self::ServerError,
        Self::NotAuthorized,
        Self::Exists,
        Self::Malformed,
        Self::Dies,
        Self::DiesAfter,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::BeforeEachTry => "before*4",
            Self::ReplyLost => "lost",
            Self::ReplyLostThenGone => "lost+3",
            Self::TimedOut => "timeout",
            Self::Conflict => "conflict",
            Self::Throttled => "429",
            Self::ThrottledEachTry => "429*4",
            Self::ServerError => "500",
            Self::NotAuthorized => "401",
            Self::Exists => "409",
            Self::Malformed => "garbled",
            Self::Dies => "dies",
            Self::DiesAfter => "dies after",
        }
    }

    /// What a call and those after it meet. `None`: its peer has no such way.
    fn faults(self, site: &Site) -> Option<Vec<Fault>> {
        let table = site.peer == TABLE;
        let write = matches!(site.operation.as_str(), "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems");
        let throttled = Fault::Refused(match site.peer {
            PANEL => 2,
            _ => 0,
        });
        Some(match self {
            Self::Before => vec![Fault::NotSent],
            Self::BeforeEachTry => vec![Fault::NotSent; 4],
            Self::ReplyLost => vec![Fault::ReplyLost],
            Self::ReplyLostThenGone => vec![Fault::ReplyLost, Fault::NotSent, Fault::NotSent, Fault::NotSent],
            Self::TimedOut => vec![Fault::TimedOut],
            Self::Conflict if table && write => vec![Fault::Refused(1)],
            Self::Conflict => return None,
            Self::Throttled => vec![throttled],
            Self::ThrottledEachTry => vec![throttled; 4],
            Self::ServerError => vec![Fault::Refused(match site.peer {
                TABLE => 2,
                PANEL => 3,
                _ => 1,
            })],
            Self::NotAuthorized => vec![Fault::Denied],
            Self::Exists if site.peer == PANEL && site.operation == "POST user" => vec![Fault::Refused(1)],
            Self::Exists => return None,
            Self::Malformed => vec![Fault::Garbled],
            Self::Dies => vec![Fault::Dies],
            Self::DiesAfter => vec![Fault::DiesAfter],
        })
    }
}

/// One fault at one call of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    /// Which act, and which of its requests.
    act: usize,
    nth: usize,
    site: Site,
    column: Column,
}

impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at request {} of step {}, {} {}", self.column.name(), self.nth, self.act, self.site.peer, self.site.operation)
    }
}

/// What a flow asked for, act by act, how it went, and what broke.
struct Played {
    asked: Vec<Vec<Site>>,
    trace: Vec<String>,
    broken: Option<Broken>,
}

fn step(act: Act) -> Step {
    Step { act, faults: Vec::new(), of_changes: false, with_next: false, worker: 0 }
}

fn play_flow(flow: &Flow, hits: &[Hit]) -> Played {
    let plan = Plan { seed: 5, skew: [0; 3], steps: Vec::new() };
    let mut played = Played { asked: Vec::new(), trace: Vec::new(), broken: None };
    let broken = in_a_world(&plan, None, async |world| live_through(world, flow, hits, &mut played).await);
    played.broken = broken.err();
    played
}

async fn live_through(world: Arc<World>, flow: &Flow, hits: &[Hit], played: &mut Played) -> Result<(), Broken> {
    let mut auditor = Auditor::new();
    for act in &flow.before {
        played.trace.push(format!("before: {act:?} -> {}", world.step(&step(*act)).await));
    }
    auditor.look(&world)?;
    for (at, act) in flow.acts.iter().enumerate() {
        let mut step = step(*act);
        for hit in hits.iter().filter(|hit| hit.act == at) {
            let faults = hit.column.faults(&hit.site).unwrap_or_default();
            step.faults.extend((0..).zip(faults).map(|(more, fault)| (u32::try_from(hit.nth).expect("few requests") + more, fault)));
        }
        let (came_to, asked) = world.watched(&step).await;
        played.trace.push(format!("{step} -> {came_to}"));
        played.asked.push(asked);
        auditor.look(&world)?;
        // What was not heard comes again.
        world.begin_anew();
        world.retry_updates().await;
    }
    world.calm();
    world.ask_again().await;
    // So does what was.
    let updates: Vec<i64> = world.state().updates.iter().rev().take(3).copied().collect();
    for update in updates {
        world.telegram.redeliver(update).await;
    }
    let mut told = std::mem::take(&mut world.state().told);
    world.state().callbacks.append(&mut told);
    world.retry().await;
    auditor.look(&world)?;
    settle(&world, &mut auditor).await?;
    if !(flow.reached)(&world) {
        world.advance(Span::minutes(10));
        for act in &flow.acts {
            played.trace.push(format!("once more: {act:?} -> {}", world.step(&step(*act)).await));
        }
        settle(&world, &mut auditor).await?;
        if !(flow.reached)(&world) {
            return Err("reached: tried once more, and it still came to nothing".into());
        }
    }
    auditor.rest(&world)
}

/// All faults at all calls of a flow, as its clean run made them.
fn singles(flow: &Flow, asked: &[Vec<Site>], all: bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut turn = flow.name.len();
    for (act, sites) in asked.iter().enumerate() {
        for (nth, site) in sites.iter().enumerate() {
            let fitting = Column::ALL.into_iter().filter(|column| column.faults(site).is_some());
            let own = fitting.map(|column| Hit { act, nth, site: site.clone(), column });
            if all {
                hits.extend(own);
            } else {
                turn += 1;
                let own: Vec<Hit> = own.collect();
                hits.push(own[turn % own.len()].clone());
            }
        }
    }
    hits
}

/// How often a call of a flow met a fault.
type Table = BTreeMap<(&'static str, Site), BTreeMap<Column, usize>>;

#[test]
fn every_call_meets_every_fault() {
    let all = std::env::var("SIM_FAULTS").is_ok_and(|which| which == "all");
    #[expect(clippy::disallowed_methods, reason = "how long it takes is told, and nothing hangs on it")]
    let began = Instant::now();
    let flows = flows();
    let mut runs: Vec<(usize, Vec<Hit>)> = Vec::new();
    let mut dice = Dice::new(setting("SIM_FROM").unwrap_or(0));
    let mut sites = 0;
    let pool: Vec<Vec<Hit>> = flows
        .iter()
        .enumerate()
        .map(|(at, flow)| {
            let clean = play_flow(flow, &[]);
            assert!(clean.broken.is_none(), "{} without a fault: {:?}\n  {}", flow.name, clean.broken, clean.trace.join("\n  "));
            assert!(!clean.trace.iter().any(|line| line.starts_with("once more")), "{}:\n  {}", flow.name, clean.trace.join("\n  "));
            sites += clean.asked.iter().map(Vec::len).sum::<usize>();
            runs.extend(singles(flow, &clean.asked, all).into_iter().map(|hit| (at, vec![hit])));
            singles(flow, &clean.asked, true)
        })
        .collect();
    let singly = runs.len();
    for _ in 0..setting("SIM_PAIRS").unwrap_or(PAIRS) {
        let at = usize::try_from(dice.below(flows.len() as u64)).expect("an index");
        let mut pair = vec![dice.pick(&pool[at]).clone(), dice.pick(&pool[at]).clone()];
        pair.sort_by_key(|hit| (hit.act, hit.nth));
        if (pair[0].act, pair[0].nth) != (pair[1].act, pair[1].nth) {
            runs.push((at, pair));
        }
    }
    let (table, failures) = play_all(&flows, &runs);
    print(&table);
    eprintln!(
        "{} flows, {sites} calls, {singly} single faults and {} pairs, {:.1} s",
        flows.len(),
        runs.len() - singly,
        began.elapsed().as_secs_f32()
    );
    let holes: Vec<String> = if all { holes(&flows, &pool, &table) } else { Vec::new() };
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.iter().take(30).cloned().collect::<Vec<_>>().join("\n"));
    assert!(holes.is_empty(), "never met: {holes:?}");
}

fn play_all(flows: &[Flow], runs: &[(usize, Vec<Hit>)]) -> (Table, Vec<String>) {
    let next = AtomicUsize::new(0);
    let table: Mutex<Table> = Mutex::default();
    let failures: Mutex<Vec<String>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((at, hits)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let flow = &flows[*at];
                    let played = play_flow(flow, hits);
                    if let [hit] = hits.as_slice() {
                        // Up to the fault it was as the clean run: the same call met it.
                        let met = played.asked.get(hit.act).and_then(|asked| asked.get(hit.nth)) == Some(&hit.site);
                        if met {
                            let mut table = table.lock().unwrap();
                            *table.entry((flow.name, hit.site.clone())).or_default().entry(hit.column).or_default() += 1;
                        }
                    }
                    if let Some(broken) = played.broken {
                        let hits: Vec<String> = hits.iter().map(Hit::to_string).collect();
                        let story = format!("{}, {}: {broken}\n  {}", flow.name, hits.join("; "), played.trace.join("\n  "));
                        failures.lock().unwrap().push(story);
                    }
                }
            });
        }
    });
    (table.into_inner().unwrap(), failures.into_inner().unwrap())
}

/// Faults that a call of a flow has and never met.
fn holes(flows: &[Flow], pool: &[Vec<Hit>], table: &Table) -> Vec<String> {
    let mut holes = Vec::new();
    for (flow, hits) in flows.iter().zip(pool) {
        let mut wanted: BTreeMap<(Site, Column), usize> = BTreeMap::new();
        for hit in hits {
            *wanted.entry((hit.site.clone(), hit.column)).or_default() += 1;
        }
        for ((site, column), count) in wanted {
            let met = table.get(&(flow.name, site.clone())).and_then(|row| row.get(&column)).copied().unwrap_or_default();
            if met < count {
                holes.push(format!("{} {} {} {}: {met} of {count}", flow.name, site.peer, site.operation, column.name()));
            }
        }
    }
    holes
}

/// Call by fault, for each flow: how often the call met it; a dash where its peer has no such way.
fn print(table: &Table) {
    let head: String = Column::ALL.iter().map(|column| format!("{:>11}", column.name())).collect();
    eprintln!("{:<26}{:<36}{head}", "flow", "call");
    for ((flow, site), row) in table {
        let cells: String = Column::ALL
            .iter()
            .map(|column| match row.get(column) {
                Some(count) => format!("{count:>11}"),
                None if column.faults(site).is_none() => format!("{:>11}", "-"),
                None => format!("{:>11}", "."),
            })
            .collect();
        eprintln!("{flow:<26}{:<36}{cells}", format!("{} {}", site.peer, site.operation));
    }
}
