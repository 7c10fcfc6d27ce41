//! Whole shops at random: customers, operators, a gateway and a panel do what they do in any order, and everything goes wrong that can. The production
//! handlers run against the embedded engine and the stand-ins in this one process; an auditor that keeps books of its own looks after each step, and
//! once more when all has settled.
//!
//! `SIM_SEEDS=100000 cargo test --profile simulation -p tests --test simulation many` runs so many; `SIM_SEED=42` replays one, with its trace.

#[cfg(test)]
mod auditor;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod internet;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod many;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod plan;
#[cfg(all(test, feature = "planted-bugs"))]
mod planted;
#[cfg(test)]
mod run;
#[cfg(test)]
mod shrink;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod world;
