//! AWS through the one client: an HTTP client for the SDK, and the one call to SSM that reads the settings.

mod sdk;
mod ssm;

pub use aws_credential_types::Credentials;
pub use sdk::SdkHttpClient;
pub use ssm::{SsmError, ssm_parameter};
