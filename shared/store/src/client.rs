//! The SDK's client, configured by hand: no profile files, no discovery, no second HTTP stack.

use std::time::Duration;

use aws_credential_types::Credentials;
/// How the SDK sends its requests.
pub use aws_sdk_dynamodb::config::HttpClient;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig},
};

/// Where and as whom to speak to DynamoDB.
#[derive(Debug, Clone)]
pub struct Connection {
    pub region: String,
    pub credentials: Credentials,
    /// A local or compatible engine instead of AWS.
    pub endpoint: Option<String>,
}

/// Three attempts with back-off, four seconds for all of them: a webhook's sender is waiting.
pub fn client(http: impl HttpClient + 'static, connection: Connection) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_millis(1500))
        .operation_timeout(Duration::from_secs(4))
        .build();
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(connection.region))
        .credentials_provider(connection.credentials)
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)))
        .timeout_config(timeouts);
    if let Some(endpoint) = connection.endpoint {
        config = config.endpoint_url(endpoint);
    }
    Client::from_conf(config.build())
}
