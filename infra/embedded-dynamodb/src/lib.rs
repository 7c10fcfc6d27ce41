//! A DynamoDB in this process, and trouble on the way to it.
//!
//! The local shop runs on [`Engine`]; the tests besides put [`FaultyHttp`] between the SDK and the engine, which counts what each request costs
//! and does what no engine does by itself: throttle, conflict, and lose answers. Nothing here knows the shop, so the store's own tests build it
//! without the rest.

mod capacity;
mod direct;
mod engine;
mod faults;

pub use capacity::{Exchange, Tally, Units};
pub use direct::Direct;
pub use engine::{Engine, EngineError};
pub use faults::{Fault, FaultyHttp};
