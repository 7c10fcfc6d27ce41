//! `Idempotency-Key`: a request that comes again is answered as it was, and done once.

use app::KeptAnswer;
use tracing::warn;

use crate::{
    call::Call,
    problem::{Kind, Problem},
    reply::Reply,
};

/// Answers a call, from what was kept if its request was answered before.
pub async fn answer(call: &Call<'_>) -> Result<Reply, Problem> {
    let outcome = kept_or_new(call).await;
    outcome.map(|reply| reply.located(call.path))
}

async fn kept_or_new(call: &Call<'_>) -> Result<Reply, Problem> {
    let Some(request) = &call.request else { return (call.route.handler)(call).await };
    if let Some(kept) = call.app.kept_answer(request).await? {
        return again(kept);
    }
    match (call.route.handler)(call).await {
        Ok(reply) => {
            let (answer, committed) = (reply.to_keep(), call.kept.answer());
            if committed.as_ref() != Some(&answer)
                && let Err(error) = call.app.keep_answer(request, answer, committed.is_some()).await
            {
                // The change is made. A repeat finds what was committed with it, or nothing left to change.
                warn!(event = "answer_not_kept", %error, "an answer could not be kept");
            }
            Ok(reply)
        }
        // Another request of the same name may have been quicker, or this one's own try before its answer was lost.
        Err(problem) if problem.may_be_a_repeat() => match call.app.kept_answer(request).await {
            Ok(Some(kept)) => again(kept),
            Ok(None) | Err(_) => Err(problem),
        },
        Err(problem) => Err(problem),
    }
}

fn again(kept: KeptAnswer) -> Result<Reply, Problem> {
    if kept.same_request {
        return Ok(Reply::from(kept.answer).replayed());
    }
    Err(Problem::new(Kind::IdempotencyKeyReused, "An earlier request with this Idempotency-Key asked for something else."))
}
