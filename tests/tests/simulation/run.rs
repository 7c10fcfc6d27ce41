//! From a seed to a verdict.

use std::sync::{Arc, OnceLock};

use domain::{planted::Bug, time::Span};
use serde_json::Value;

use crate::{
    auditor::{Auditor, Broken},
    internet::Coverage,
    plan::{Plan, Step},
    world::{Inventory, World},
};

/// How a world ended.
#[derive(Debug)]
pub struct Outcome {
    pub trace: Vec<String>,
    pub broken: Option<Broken>,
    pub coverage: Coverage,
    pub requests: u64,
}

/// Plays a plan.
pub fn play(plan: &Plan, bug: Option<Bug>) -> Outcome {
    in_a_world(plan, bug, async |world| act_out(&world, plan).await)
}

/// A furnished world in a runtime of its own, whose time passes only while everybody waits.
pub fn in_a_world<T>(plan: &Plan, bug: Option<Bug>, happens: impl AsyncFnOnce(Arc<World>) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    // What the SDK waits before it tries again is drawn from this.
    fastrand::seed(plan.seed);
    let inventory = INVENTORY.get_or_init(|| runtime.block_on(furnished()));
    plant(bug);
    let outcome = runtime.block_on(async {
        let world = World::open(plan).await;
        world.take_over(inventory);
        happens(world).await
    });
    drop(runtime);
    plant(None);
    outcome
}

#[cfg(feature = "planted-bugs")]
fn plant(bug: Option<Bug>) {
    domain::planted::plant(bug);
}

#[cfg(not(feature = "planted-bugs"))]
fn plant(bug: Option<Bug>) {
    assert!(bug.is_none(), "this build has no bugs to switch on");
}

static INVENTORY: OnceLock<Inventory> = OnceLock::new();

/// A shop that its owner has furnished through the admin API: made once, copied for each world.
async fn furnished() -> Inventory {
    let world = World::open(&Plan { seed: 0, skew: [0; 3], steps: Vec::new() }).await;
    world.furnish().await;
    world.inventory()
}

async fn act_out(world: &Arc<World>, plan: &Plan) -> Outcome {
    let mut trace = Vec::new();
    let broken = lifetime(world, plan, &mut trace).await.err();
    if let Some(broken) = &broken {
        trace.push(format!("BROKEN {broken}"));
    }
    let requests = world.internet.requests.load(std::sync::atomic::Ordering::Relaxed);
    Outcome { trace, broken, coverage: world.internet.take_coverage(), requests }
}

async fn lifetime(world: &Arc<World>, plan: &Plan, trace: &mut Vec<String>) -> Result<(), Broken> {
    let mut auditor = Auditor::new();
    auditor.look(world)?;
    for group in groups(&plan.steps) {
        let outcomes = world.together(group).await;
        for (step, outcome) in group.iter().zip(outcomes) {
            trace.push(format!("{step} -> {outcome}"));
        }
        auditor.look(world)?;
    }
    settle(world, &mut auditor).await?;
    auditor.rest(world)
}

/// Steps that begin together.
fn groups(steps: &[Step]) -> Vec<&[Step]> {
    let mut groups = Vec::new();
    let mut from = 0;
    for (at, step) in steps.iter().enumerate() {
        let waits = step.act.is_a_wait() || steps.get(at + 1).is_none_or(|next| next.act.is_a_wait());
        if !step.with_next || waits || at + 1 - from == 3 || at + 1 == steps.len() {
            groups.push(&steps[from..=at]);
            from = at + 1;
        }
    }
    groups
}

/// Nothing goes wrong any more. Everybody says again what was not heard, and the jobs run until nothing is due.
pub async fn settle(world: &Arc<World>, auditor: &mut Auditor) -> Result<(), Broken> {
    world.calm();
    for person in &world.people {
        person.set_blocked(false).await;
    }
    for _ in 0..4 {
        world.retry().await;
        world.ask_again().await;
        let state = world.state();
        if state.undelivered.is_empty() && state.callbacks.is_empty() {
            break;
        }
        drop(state);
        world.advance(Span::minutes(3));
    }
    auditor.look(world)?;
    let mut unparked = 0;
    for _ in 0..120 {
        let items = world.contents();
        let waits: Vec<&Value> = items.values().filter(|item| item.get("duty").is_some_and(|duty| duty != "remind")).collect();
        let receipts: Vec<&Value> = waits.iter().copied().filter(|item| item["duty"] == "review").collect();
        for order in receipts {
            if let Some(reference) = world.reference(order) {
                let path = format!("/admin/v1/orders/{reference}/approve");
                world.state().ledger.approved.push(path.clone());
                world.ask("POST", path, serde_json::json!({}), "approve", reference).await;
            }
        }
        let next = waits
            .iter()
            .filter(|item| item.get("parked").is_none() && item["duty"] != "review")
            .filter_map(|item| item["due_at"].as_str())
            .min();
        let Some(next) = next else {
            let parked = waits.iter().any(|item| item.get("parked").is_some());
            if parked && unparked < 3 {
                unparked += 1;
                world.unpark().await;
                continue;
            }
            if waits.iter().all(|item| item.get("parked").is_some()) {
                return Ok(());
            }
            continue;
        };
        let due: domain::Timestamp = next.parse().map_err(|_| format!("owed: due at {next}"))?;
        let now = app::seams::Clock::now(&world.clock);
        // Later than any process of the shop thinks it is.
        let late = due.plus(Span::seconds(300));
        if late > now {
            world.advance(late.since(now));
        }
        if world.jobs().await.is_none() {
            return Err("jobs: a run without faults failed".into());
        }
        auditor.look(world)?;
    }
    Err("owed: the jobs do not come to an end".into())
}
