use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};
use thiserror::Error;

/// The table could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Too much at once; nothing was done.
    #[error("the table is throttled")]
    Throttled,
    /// No answer in time, or a broken one. A write may have happened: who repeats it finds out by its conditions.
    #[error("the table did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The table refused the request itself: a mistake of ours or of the deployment.
    #[error("the table refused the request: {code}")]
    Refused { code: String, message: String },
    /// An item that this version of the shop cannot read.
    #[error("item {key} cannot be read: {reason}")]
    Unreadable { key: String, reason: String },
    /// An aggregate that cannot be written.
    #[error("a {entity} cannot be written: {reason}")]
    Unwritable { entity: &'static str, reason: String },
}

impl StoreError {
    /// Whether the same request can succeed later without anybody mending something.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Throttled | Self::Unavailable(_) => true,
            Self::Refused { .. } | Self::Unreadable { .. } | Self::Unwritable { .. } => false,
        }
    }

    pub(crate) fn of_sdk<E, R>(error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
        SdkError<E, R>: RequestId,
    {
        match error.as_service_error().and_then(|service| service.code()) {
            Some("ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded") => Self::Throttled,
            Some("InternalServerError" | "ServiceUnavailable" | "TransactionInProgressException" | "TransactionConflictException")
            | None => Self::Unavailable(error.into()),
            Some(code) => {
                let message = error.as_service_error().and_then(|service| service.message()).unwrap_or_default();
                Self::Refused { code: code.to_owned(), message: message.to_owned() }
            }
        }
    }
}
