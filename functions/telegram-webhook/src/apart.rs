//! Turns on the heap, one by one.

use std::pin::Pin;

/// A step's state apart from its caller's. What may take any of many steps is as large as the largest of them, and a thread's stack holds each of the
/// callers above it once more; a pointer is small wherever it lies.
///
/// The step is made in here and nowhere else, so that it is never on the caller's stack.
#[inline(never)]
pub(crate) fn apart<F: Future>(step: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(step())
}
