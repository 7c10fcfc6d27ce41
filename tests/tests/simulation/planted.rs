//! The simulation itself under test: each bug that can be planted, switched on alone, has to be found within so many seeds.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use domain::planted::Bug;

use crate::{many::setting, plan::Plan, run::play};

/// How many seeds a bug took, and what it broke.
type Caught = Option<(u64, String)>;

/// The most seeds until a bug has to be found.
const BOUND: u64 = 800;

/// What no plan of so many seeds has brought to light yet: each wants a story or a look of the auditor's of its own.
const OPEN: [Bug; 1] = [Bug::BusyIgnored];

/// `SIM_BUG=VersionUnchecked` tries one alone, also an open one.
#[test]
fn every_planted_bug_is_found() {
    let bound = setting("SIM_BOUND").unwrap_or(BOUND);
    let only = std::env::var("SIM_BUG").ok();
    let wanted = |bug: &Bug| only.as_ref().map_or(!OPEN.contains(bug), |name| format!("{bug:?}") == *name);
    let bugs: Vec<Bug> = Bug::ALL.iter().copied().filter(wanted).collect();
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(Bug, Caught)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(bug) = bugs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let caught = (0..bound).find_map(|seed| play(&Plan::draw(seed), Some(*bug)).broken.map(|broken| (seed + 1, broken)));
                    let mut found = found.lock().unwrap();
                    eprintln!("{} of {}: {bug:?} {:?}", found.len() + 1, bugs.len(), caught.as_ref().map(|(seeds, _)| seeds));
                    found.push((*bug, caught));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    for (bug, caught) in &found {
        match caught {
            Some((seeds, broken)) => eprintln!("{:<24}{seeds:>6}  {}", format!("{bug:?}"), broken.chars().take(150).collect::<String>()),
            None => eprintln!("{:<24}     -  not found in {bound} seeds", format!("{bug:?}")),
        }
    }
    let missed: Vec<Bug> = found.iter().filter(|(_, caught)| caught.is_none()).map(|(bug, _)| *bug).collect();
    assert!(!bugs.is_empty() && found.len() == bugs.len() && missed.is_empty(), "not found: {missed:?}");
}
