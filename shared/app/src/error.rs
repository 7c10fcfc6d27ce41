use clients::{panel::PanelError, payment::GatewayError, telegram::TelegramError};
use domain::ids::InvalidId;
use store::{CommitError, StoreError};
use thiserror::Error;

/// A use case that could not be carried out. What it had committed stands.
#[derive(Debug, Error)]
pub enum AppError {
    #[error("the table could not be used")]
    Store(#[from] StoreError),
    #[error("telegram could not be used")]
    Telegram(#[from] TelegramError),
    #[error("a payment gateway could not be used")]
    Gateway(#[from] GatewayError),
    #[error("the panel could not be used")]
    Panel(#[from] PanelError),
    /// Others changed the same thing at the same time, again and again.
    #[error("too many changes of one thing at the same time")]
    Contended,
    /// A condition that cannot fail did.
    #[error("write {position} of {operation} was refused")]
    Refused { operation: &'static str, position: usize },
    #[error("a name could not be made")]
    Name(#[from] InvalidId),
    #[error("a text could not be made: {0}")]
    Text(String),
}

impl AppError {
    /// Whether whoever sent the request should send it again.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Telegram(error) => error.is_transient(),
            Self::Gateway(error) => error.is_transient(),
            Self::Panel(error) => error.is_transient(),
            Self::Contended => true,
            Self::Refused { .. } | Self::Name(_) | Self::Text(_) => false,
        }
    }

    /// A commit of which no condition is expected to fail.
    pub(crate) fn of_commit(operation: &'static str) -> impl Fn(CommitError) -> Self {
        move |error| match error {
            CommitError::Refused { position, .. } => Self::Refused { operation, position },
            CommitError::Store(error) => Self::Store(error),
        }
    }
}
