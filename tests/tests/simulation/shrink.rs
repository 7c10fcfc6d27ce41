//! The smallest part of a plan that still breaks the same thing.

use domain::planted::Bug;

use crate::{
    plan::Plan,
    run::{Outcome, play},
};

/// What an invariant is called: the part before the colon.
fn kind(outcome: &Outcome) -> Option<&str> {
    outcome.broken.as_ref().map(|broken| broken.split(':').next().unwrap_or_default())
}

/// Leaves out steps, in halves and then one by one, and then faults, as long as the same invariant breaks.
pub fn shrink(plan: &Plan, bug: Option<Bug>) -> Plan {
    let first = play(plan, bug);
    let Some(wanted) = kind(&first).map(str::to_owned) else { return plan.clone() };
    let fails = |plan: &Plan| kind(&play(plan, bug)) == Some(wanted.as_str());
    let mut small = plan.clone();
    let mut size = small.steps.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < small.steps.len() {
            let mut without = small.clone();
            without.steps.drain(from..(from + size).min(small.steps.len()));
            if fails(&without) {
                small = without;
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    for at in 0..small.steps.len() {
        let simpler = |change: &dyn Fn(&mut Plan)| {
            let mut other = small.clone();
            change(&mut other);
            (other != small && fails(&other)).then_some(other)
        };
        if let Some(other) = simpler(&|plan| plan.steps[at].with_next = false) {
            small = other;
        }
        let mut fault = 0;
        while fault < small.steps[at].faults.len() {
            let mut without = small.clone();
            without.steps[at].faults.remove(fault);
            if fails(&without) {
                small = without;
            } else {
                fault += 1;
            }
        }
    }
    let mut straight = small.clone();
    straight.skew = [0; 3];
    if fails(&straight) { straight } else { small }
}
