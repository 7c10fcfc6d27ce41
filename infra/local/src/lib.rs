//! The whole shop on one machine: what stands outside of it is played by stand-ins, which the tests use too.

pub mod adopt;
pub mod data;
pub mod elsewhere;
pub mod env_file;
pub mod gateway;
pub mod introduce;
pub mod lambda;
pub mod moving;
pub mod options;
pub mod original;
pub mod panel;
mod poll;
pub mod report;
mod seed;
pub mod shop;
pub mod telegram;
