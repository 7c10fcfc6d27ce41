//! What went wrong, as RFC 9457 says it.

use std::collections::BTreeMap;

use app::{
    AppError,
    admin::ListError,
    operate::{Invalid, OperateError},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Every kind of problem, one `type` each. A `type` that is published never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    MalformedRequest,
    InvalidParameters,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    AlreadyExists,
    ChangedMeanwhile,
    WrongState,
    VersionMismatch,
    PayloadTooLarge,
    UnsupportedMediaType,
    InvalidFields,
    IdempotencyKeyReused,
    Internal,
    Unavailable,
}

impl Kind {
    pub const ALL: [Self; 16] = [
        Self::MalformedRequest,
        Self::InvalidParameters,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::AlreadyExists,
        Self::ChangedMeanwhile,
        Self::WrongState,
        Self::VersionMismatch,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::InvalidFields,
        Self::IdempotencyKeyReused,
        Self::Internal,
        Self::Unavailable,
    ];

    pub const fn status(self) -> u16 {
        match self {
            Self::MalformedRequest | Self::InvalidParameters => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::AlreadyExists | Self::ChangedMeanwhile | Self::WrongState | Self::IdempotencyKeyReused => 409,
            Self::VersionMismatch => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::InvalidFields => 422,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    pub const fn slug(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformed-request",
            Self::InvalidParameters => "invalid-parameters",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::AlreadyExists => "already-exists",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::WrongState => "wrong-state",
            Self::VersionMismatch => "version-mismatch",
            Self::PayloadTooLarge => "payload-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::InvalidFields => "invalid-fields",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "The request cannot be read",
            Self::InvalidParameters => "Parameters are not valid",
            Self::Unauthorized => "Not authenticated",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::AlreadyExists => "It exists already",
            Self::ChangedMeanwhile => "It was changed at the same time",
            Self::WrongState => "Its state does not allow this",
            Self::VersionMismatch => "Another version stands",
            Self::PayloadTooLarge => "The request is too large",
            Self::UnsupportedMediaType => "Not JSON",
            Self::InvalidFields => "Fields are not valid",
            Self::IdempotencyKeyReused => "The idempotency key was used for another request",
            Self::Internal => "Internal error",
            Self::Unavailable => "Not available now",
        }
    }

    pub fn uri(self) -> String {
        format!("urn:wave-shop:problem:{}", self.slug())
    }
}

/// A problem document (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document<'a> {
    /// What kind of problem it is, for programs: `urn:wave-shop:problem:` and a name that never changes.
    #[schema(example = "urn:wave-shop:problem:not-found")]
    pub r#type: String,
    /// The kind, for people.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence, for people.
    pub detail: &'a str,
    /// Which fields or parameters are wrong, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: &'a BTreeMap<String, String>,
}

/// Something that went wrong.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: BTreeMap<String, String>,
    allow: Option<String>,
    /// What is behind it, for the log.
    cause: Option<String>,
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: BTreeMap::new(), allow: None, cause: None }
    }

    pub fn method_not_allowed(allow: String) -> Self {
        Self { allow: Some(allow.clone()), ..Self::new(Kind::MethodNotAllowed, format!("Here one can {allow}.")) }
    }

    fn caused(kind: Kind, detail: &str, error: &dyn std::error::Error) -> Self {
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            cause = format!("{cause}: {error}");
            source = error.source();
        }
        Self { cause: Some(cause), ..Self::new(kind, detail) }
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is the shop's fault, not the sender's.
    pub const fn is_ours(&self) -> bool {
        self.kind.status() >= 500
    }

    /// Whether a request that had the same name and was quicker may be behind it.
    pub const fn may_be_a_repeat(&self) -> bool {
        matches!(self.kind.status(), 409 | 412 | 500..)
    }

    pub fn cause(&self) -> &str {
        self.cause.as_deref().unwrap_or_default()
    }

    pub fn allow(&self) -> Option<&str> {
        self.allow.as_deref()
    }

    pub fn document(&self) -> Document<'_> {
        Document {
            r#type: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status(),
            detail: &self.detail,
            errors: &self.errors,
        }
    }
}

/// Wrong fields or parameters, all of them at once.
#[derive(Debug, Default)]
pub struct Faults(BTreeMap<String, String>);

impl Faults {
    pub fn add(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| reason.into());
    }

    /// The value, or `None` with its fault noted.
    pub fn take<T, E: std::fmt::Display>(&mut self, field: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|reason| self.add(field, reason.to_string())).ok()
    }

    pub fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        self.take(field, text?.parse())
    }

    /// As [`Faults::parse`]; one that is not given is a fault too.
    pub fn needed<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        if text.is_none() {
            self.add(field, "required");
        }
        self.parse(field, text)
    }

    /// One of `all`, by its name.
    pub fn choose<T: Copy>(&mut self, field: &str, text: Option<&str>, all: &[T], name: impl Fn(T) -> &'static str) -> Option<T> {
        let text = text?;
        let chosen = all.iter().copied().find(|one| name(*one) == text);
        if chosen.is_none() {
            let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            self.add(field, format!("one of {}", names.join(", ")));
        }
        chosen
    }

    /// Fails where anything was wrong with the query's parameters.
    pub fn of_parameters(self) -> Result<(), Problem> {
        self.check(Kind::InvalidParameters)
    }

    /// `read`, which is there where no parameter was wrong.
    pub fn of_parameters_with<T>(self, read: Option<T>) -> Result<T, Problem> {
        self.check(Kind::InvalidParameters).and(read.ok_or_else(|| Problem::new(Kind::InvalidParameters, "A parameter is missing.")))
    }

    /// `read`, which is there where no field was wrong.
    pub fn of_fields_with<T>(self, read: Option<T>) -> Result<T, Problem> {
        self.check(Kind::InvalidFields).and(read.ok_or_else(|| Problem::new(Kind::InvalidFields, "A field is missing.")))
    }

    /// Fails where anything was wrong with the body's fields.
    pub fn of_fields(self) -> Result<(), Problem> {
        self.check(Kind::InvalidFields)
    }

    fn check(self, kind: Kind) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let named: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let detail = format!("Not valid: {}.", named.join(", "));
        Err(Problem { errors: self.0, ..Problem::new(kind, detail) })
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        let detail = format!("Not valid: {}.", invalid.field);
        Self { errors: BTreeMap::from([(invalid.field, invalid.reason)]), ..Self::new(Kind::InvalidFields, detail) }
    }
}

/// Ours: come again where that helps.
fn of_fault(error: &dyn std::error::Error, transient: bool) -> Problem {
    if transient {
        Problem::caused(Kind::Unavailable, "A part of the shop does not answer now. Try again in a moment.", error)
    } else {
        Problem::caused(Kind::Internal, "The shop made a mistake. It was logged.", error)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        of_fault(&error, error.is_transient())
    }
}

impl From<app::admin::StoreError> for Problem {
    fn from(error: app::admin::StoreError) -> Self {
        of_fault(&error, error.is_transient())
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Cursor(_) => crate::query::not_a_cursor(),
            ListError::Store(error) => error.into(),
        }
    }
}

impl From<OperateError> for Problem {
    fn from(error: OperateError) -> Self {
        match error {
            OperateError::NotFound => Self::new(Kind::NotFound, "There is no such thing."),
            OperateError::Exists => Self::new(Kind::AlreadyExists, "There is one of this name."),
            OperateError::Changed => Self::new(Kind::ChangedMeanwhile, "Somebody changed it at the same time. Look at it and try again."),
            OperateError::WrongState(why) => Self::new(Kind::WrongState, why),
            OperateError::Invalid(invalid) => invalid.into(),
            OperateError::App(error) => error.into(),
        }
    }
}
