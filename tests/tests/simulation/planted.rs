//! The simulation itself under test: each bug that can be planted, switched on alone, has to be found within so many seeds.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use domain::planted::Bug;

use crate::{plan::Plan, run::play};

/// The most seeds until a bug has to be found.
const BOUND: u64 = 1_500;

#[test]
fn every_planted_bug_is_found() {
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(Bug, Option<(u64, String)>)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let caught = (0..BOUND).find_map(|seed| play(&Plan::draw(seed), Some(*bug)).broken.map(|broken| (seed + 1, broken)));
                    found.lock().unwrap().push((*bug, caught));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    for (bug, caught) in &found {
        match caught {
            Some((seeds, broken)) => eprintln!("{:<24}{seeds:>6}  {}", format!("{bug:?}"), broken.chars().take(150).collect::<String>()),
            None => eprintln!("{:<24}     -  not found in {BOUND} seeds", format!("{bug:?}")),
        }
    }
    let missed: Vec<Bug> = found.iter().filter(|(_, caught)| caught.is_none()).map(|(bug, _)| *bug).collect();
    assert!(found.len() == Bug::ALL.len() && missed.is_empty(), "not found: {missed:?}");
}
