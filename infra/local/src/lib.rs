//! The whole shop on one machine: what stands outside of it is played by stand-ins, which the tests use too.

pub mod lambda;
pub mod panel;
pub mod telegram;
pub mod gateway;
pub mod options;
mod poll;
mod seed;
pub mod shop;
