//! One signed `GetParameter`: the settings' secrets, read once at a cold start, do not need an SDK of their own.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use domain::Timestamp;
use serde::Deserialize;
use thiserror::Error;

use crate::http::{Answer, Http, HttpError, Limits};

const TARGET: &str = "AmazonSSM.GetParameter";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// A parameter has at most 8 KiB; the rest is room for its envelope.
const LIMITS: Limits = Limits { timeout: Duration::from_secs(5), max_body: 64 << 10 };

/// Why the parameter could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SsmError {
    #[error("the request could not be signed")]
    Signing,
    #[error(transparent)]
    Http(#[from] HttpError),
    /// SSM's refusal: `ParameterNotFound`, `AccessDeniedException`, ...
    #[error("SSM answered {status}: {kind}")]
    Refused { status: u16, kind: String },
    #[error("SSM's answer could not be read")]
    Garbled,
}

/// Reads the parameter `name`, decrypted, with one call. `endpoint` stands in for the region's own (tests).
pub async fn ssm_parameter(
    http: &Http,
    region: &str,
    credentials: &Credentials,
    name: &str,
    now: Timestamp,
    endpoint: Option<&str>,
) -> Result<String, SsmError> {
    let regional = format!("https://ssm.{region}.amazonaws.com/");
    let request = signed_request(endpoint.unwrap_or(&regional), region, credentials, name, now).ok_or(SsmError::Signing)?;
    let answer = http.send(request, LIMITS).await?;
    value_of(&answer)
}

fn signed_request(url: &str, region: &str, credentials: &Credentials, name: &str, now: Timestamp) -> Option<::http::Request<Vec<u8>>> {
    let body = serde_json::to_vec(&serde_json::json!({ "Name": name, "WithDecryption": true })).ok()?;
    let identity = credentials.clone().into();
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).ok()?);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("ssm")
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .ok()?;
    let headers = [("content-type", CONTENT_TYPE), ("x-amz-target", TARGET)];
    let signable = SignableRequest::new("POST", url, headers.into_iter(), SignableBody::Bytes(&body)).ok()?;
    let (instructions, _signature) = sign(signable, &params.into()).ok()?.into_parts();
    let mut request =
        ::http::Request::post(url).header("content-type", CONTENT_TYPE).header("x-amz-target", TARGET).body(body.clone()).ok()?;
    instructions.apply_to_request_http1x(&mut request);
    Some(request)
}

fn value_of(answer: &Answer) -> Result<String, SsmError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Found {
        parameter: Parameter,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Parameter {
        value: String,
    }
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(rename = "__type")]
        kind: String,
    }
    if answer.status.is_success() {
        let found: Found = serde_json::from_slice(&answer.body).map_err(|_| SsmError::Garbled)?;
        return Ok(found.parameter.value);
    }
    let kind = serde_json::from_slice::<Refusal>(&answer.body).map(|refusal| refusal.kind).unwrap_or_default();
    // The kind may come with its namespace: `com.amazonaws.ssm#ParameterNotFound`.
    let kind = kind.rsplit('#').next().unwrap_or_default().to_owned();
    Err(SsmError::Refused { status: answer.status.as_u16(), kind })
}

#[cfg(test)]
mod tests {
    use ::http::{HeaderMap, StatusCode};
    use data_encoding::HEXLOWER;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Digest, Sha256};

    use super::*;

    fn mac(key: &[u8], text: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// AWS's documented derivation ("Create a signed AWS API request"), written out beside the library's.
    #[test]
    fn the_signature_is_the_documented_one() {
        let credentials =
            Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Some("the-session".into()), None, "test");
        let now = Timestamp::from_seconds(1_440_938_160); // 20150830T123600Z
        let request =
            signed_request("https://ssm.eu-central-1.amazonaws.com/", "eu-central-1", &credentials, "/wave/secrets", now).expect("signed");

        assert_eq!(request.body(), br#"{"Name":"/wave/secrets","WithDecryption":true}"#);
        let hash = HEXLOWER.encode(&Sha256::digest(request.body()));
        let signed = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target";
        let canonical = format!(
            "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:ssm.eu-central-1.amazonaws.com\nx-amz-date:20150830T123600Z\n\
             x-amz-security-token:the-session\nx-amz-target:{TARGET}\n\n{signed}\n{hash}"
        );
        let scope = "20150830/eu-central-1/ssm/aws4_request";
        let to_sign = format!("AWS4-HMAC-SHA256\n20150830T123600Z\n{scope}\n{}", HEXLOWER.encode(&Sha256::digest(canonical)));
        let key = ["20150830", "eu-central-1", "ssm", "aws4_request"]
            .into_iter()
            .fold(b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec(), |key, part| mac(&key, part));
        let signature = HEXLOWER.encode(&mac(&key, &to_sign));
        let expected = format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={signed}, Signature={signature}");
        assert_eq!(request.headers()["authorization"], expected);
        assert_eq!(request.headers()["x-amz-date"], "20150830T123600Z");
        assert_eq!(request.headers()["x-amz-security-token"], "the-session");
    }

    #[test]
    fn answers() {
        let answer = |status, body: &str| Answer { status, headers: HeaderMap::new(), body: body.into() };
        let found = r#"{"Parameter":{"ARN":"arn","DataType":"text","LastModifiedDate":1.7e9,"Name":"/wave","Type":"SecureString","Value":"{\"A\":\"1\"}","Version":1}}"#;
        assert_eq!(value_of(&answer(StatusCode::OK, found)), Ok(r#"{"A":"1"}"#.to_owned()));
        assert_eq!(value_of(&answer(StatusCode::OK, "<html>")), Err(SsmError::Garbled));
        let refused = |status, kind: &str| Err(SsmError::Refused { status, kind: kind.to_owned() });
        assert_eq!(
            value_of(&answer(StatusCode::BAD_REQUEST, r#"{"__type":"com.amazonaws.ssm#ParameterNotFound"}"#)),
            refused(400, "ParameterNotFound")
        );
        assert_eq!(value_of(&answer(StatusCode::BAD_GATEWAY, "oops")), refused(502, ""));
    }
}
