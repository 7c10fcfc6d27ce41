//! What AWS Lambda is to a function: the events that it gets, the reading of its answers, and the Runtime API under which a built
//! binary runs on this machine as it runs there.
//!
//! The local gateway makes its requests with [`http_event`] too, so that a local request goes through the same decoding as on AWS.

mod event;
mod process;
mod runtime_api;

pub use event::{HttpAnswer, HttpCall, UnusableAnswer, http_answer, http_event, scheduled_event};
pub use process::{InvokeError, LambdaProcess, Launch, SpawnError};
pub use runtime_api::FunctionError;
