use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use crate::{internet::Coverage, plan::Plan, run::play, shrink::shrink};

/// How many worlds a plain `cargo test` plays; `.ci/run simulation` plays many more.
const SEEDS: u64 = 60;

pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// The story of a seed that fails, as short as it gets.
fn story(plan: &Plan) -> String {
    let small = shrink(plan, None);
    let outcome = play(&small, None);
    format!(
        "seed {} breaks an invariant. To replay it whole:\n    SIM_SEED={} cargo test --profile simulation -p tests --test simulation many\n\
         Shrunk from {} steps to {}, clocks off by {:?} s:\n  {}\n",
        plan.seed,
        plan.seed,
        plan.steps.len(),
        small.steps.len(),
        small.skew,
        outcome.trace.join("\n  ")
    )
}

#[test]
fn many_worlds_keep_every_promise() {
    if let Some(seed) = setting("SIM_SEED") {
        let plan = Plan::draw(seed);
        let outcome = play(&plan, None);
        eprintln!("{}", outcome.trace.join("\n"));
        assert!(outcome.broken.is_none(), "{}", story(&plan));
        return;
    }
    let seeds = setting("SIM_SEEDS").unwrap_or(SEEDS);
    let first = setting("SIM_FROM").unwrap_or(0);
    #[expect(clippy::disallowed_methods, reason = "how long it takes is told, and nothing hangs on it")]
    let began = Instant::now();
    let (next, requests, steps, stop) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let failures: Mutex<Vec<u64>> = Mutex::default();
    let coverage: Mutex<Coverage> = Mutex::default();
    let keep_going = setting("SIM_KEEP_GOING").is_some();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= seeds || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let plan = Plan::draw(first + n);
                    let outcome = play(&plan, None);
                    requests.fetch_add(outcome.requests, Ordering::Relaxed);
                    steps.fetch_add(plan.steps.len() as u64, Ordering::Relaxed);
                    for (key, count) in outcome.coverage {
                        *coverage.lock().unwrap().entry(key).or_default() += count;
                    }
                    if let Some(broken) = outcome.broken {
                        eprintln!("seed {}: {broken}", plan.seed);
                        failures.lock().unwrap().push(plan.seed);
                        stop.store(!keep_going, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let took = began.elapsed();
    print_coverage(&coverage.into_inner().unwrap());
    eprintln!(
        "{seeds} seeds from {first} on: {} steps, {} requests to the outside, {:.1} s, {:.1} seeds a second",
        steps.into_inner(),
        requests.into_inner(),
        took.as_secs_f32(),
        f32::from(u16::try_from(seeds.min(60_000)).unwrap()) / took.as_secs_f32()
    );
    let mut failures = failures.into_inner().unwrap();
    failures.sort_unstable();
    if let Some(seed) = failures.first() {
        panic!("{} seeds fail: {failures:?}\n{}", failures.len(), story(&Plan::draw(*seed)));
    }
}

/// Call by fault: how often each was met.
fn print_coverage(coverage: &Coverage) {
    let faults = ["not sent", "reply lost", "timed out", "refused", "denied", "garbled", "dies before", "dies after", "down"];
    let mut rows: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for ((call, fault), count) in coverage {
        *rows.entry(call).or_default().entry(fault).or_default() += count;
    }
    eprintln!("{:<40}{}", "call", faults.map(|fault| format!("{fault:>12}")).concat());
    for (call, row) in rows {
        eprintln!("{call:<40}{}", faults.map(|fault| format!("{:>12}", row.get(fault).copied().unwrap_or_default())).concat());
    }
}

/// Whatever is drawn, is drawn from the seed: a failure that is seen once is seen again.
#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 0..6 {
        let plan = Plan::draw(seed);
        assert_eq!(plan, Plan::draw(seed));
        let (first, second) = (play(&plan, None), play(&plan, None));
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!((first.requests, first.coverage), (second.requests, second.coverage), "seed {seed}");
    }
}
