//! One call's parameters, whichever way they came: JSON, a form, multipart, or the query string.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Query, Request};
use axum::http::{Method, header};
use serde_json::{Map, Value};

use super::error::ApiError;
use super::parameters;

/// An uploaded file.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub name: Option<String>,
    pub mime: Option<String>,
    pub bytes: Bytes,
}

/// Parameters and files of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    fields: Map<String, Value>,
    uploads: BTreeMap<String, Upload>,
}

impl Params {
    pub fn from_object(fields: Map<String, Value>) -> Self {
        Self { fields, uploads: BTreeMap::new() }
    }

    /// Reads a request of the Bot API.
    pub async fn read(request: Request) -> Result<Self, ApiError> {
        let unreadable = |what: &str| ApiError::bad_request(format!("can't parse the request body: {what}"));
        let Query(query) =
            Query::<BTreeMap<String, String>>::try_from_uri(request.uri()).map_err(|error| unreadable(&error.to_string()))?;
        let mut params = Self::default();
        params.fields.extend(query.into_iter().map(|(name, value)| (name, Value::String(value))));
        if request.method() == Method::GET {
            return Ok(params);
        }
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            let mut form = Multipart::from_request(request, &()).await.map_err(|error| unreadable(&error.to_string()))?;
            while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error.to_string()))? {
                let field_name = field.name().unwrap_or_default().to_owned();
                let file_name = field.file_name().map(ToOwned::to_owned);
                let mime = field.content_type().map(ToOwned::to_owned);
                let bytes = field.bytes().await.map_err(|error| unreadable(&error.to_string()))?;
                if file_name.is_some() {
                    params.uploads.insert(field_name, Upload { name: file_name, mime, bytes });
                } else {
                    let text = String::from_utf8(bytes.into()).map_err(|_| unreadable("strings must be in UTF-8"))?;
                    params.fields.insert(field_name, Value::String(text));
                }
            }
            return Ok(params);
        }
        let body = Bytes::from_request(request, &()).await.map_err(|error| unreadable(&error.to_string()))?;
        if kind.starts_with("application/json") {
            if !body.is_empty() {
                match serde_json::from_slice(&body) {
                    Ok(Value::Object(object)) => params.fields.extend(object),
                    Ok(_) => return Err(unreadable("an object expected")),
                    Err(error) => return Err(unreadable(&error.to_string())),
                }
            }
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            let text = String::from_utf8(body.into()).map_err(|_| unreadable("strings must be in UTF-8"))?;
            let uri = format!("/?{text}").parse().map_err(|_| unreadable("not a form"))?;
            let Query(form) = Query::<BTreeMap<String, String>>::try_from_uri(&uri).map_err(|error| unreadable(&error.to_string()))?;
            params.fields.extend(form.into_iter().map(|(name, value)| (name, Value::String(value))));
        } else if !body.is_empty() {
            return Err(unreadable("unknown content type"));
        }
        Ok(params)
    }

    /// Refuses what the method doesn't take. `null` counts as not given.
    pub fn check(&mut self, method: &str) -> Result<(), ApiError> {
        self.fields.retain(|_, value| !value.is_null());
        let attached = |name: &str| {
            let reference = format!("attach://{name}");
            self.fields.values().any(|value| value.to_string().contains(&reference))
        };
        let unknown = self
            .fields
            .keys()
            .find(|name| !parameters::takes(method, name))
            .or_else(|| self.uploads.keys().find(|name| !parameters::takes(method, name) && !attached(name)));
        match unknown {
            Some(name) => Err(ApiError::bad_request(format!("{method} has no parameter \"{name}\" (only this stand-in minds)"))),
            None => Ok(()),
        }
    }

    /// The parameters as one JSON object, files as their sizes: for the log of calls.
    pub fn to_value(&self) -> Value {
        let mut fields = self.fields.clone();
        for (name, upload) in &self.uploads {
            fields.insert(name.clone(), Value::String(format!("{} bytes", upload.bytes.len())));
        }
        Value::Object(fields)
    }

    pub fn upload(&self, name: &str) -> Option<&Upload> {
        self.uploads.get(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ApiError::bad_request(format!("parameter \"{name}\" must be a string"))),
        }
    }

    pub fn required_text(&self, name: &str, missing: &str) -> Result<&str, ApiError> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| ApiError::bad_request(missing))
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let wrong = || ApiError::bad_request(format!("parameter \"{name}\" must be an integer"));
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(wrong),
            Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
        }
    }

    pub fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(Value::String(text)) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Ok(Some(true)),
                _ => Ok(Some(false)),
            },
            Some(_) => Err(ApiError::bad_request(format!("parameter \"{name}\" must be a Boolean"))),
        }
    }

    /// A structured parameter: an object or array, or the same as a string of JSON.
    pub fn json(&self, name: &str) -> Result<Option<Value>, ApiError> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|error| ApiError::bad_request(format!("can't parse {name} JSON object: {error}"))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    pub fn list(&self, name: &str) -> Result<Option<Vec<Value>>, ApiError> {
        match self.json(name)? {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(ApiError::bad_request(format!("parameter \"{name}\" must be an Array"))),
        }
    }

    /// Refuses fields of a structured parameter that the Bot API doesn't have.
    pub fn only(value: &Value, what: &str, known: &[&str]) -> Result<(), ApiError> {
        let object = value.as_object().ok_or_else(|| ApiError::bad_request(format!("{what} must be an Object")))?;
        match object.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(ApiError::bad_request(format!("{what} has no field \"{name}\" (only this stand-in minds)"))),
            None => Ok(()),
        }
    }
}
