//! JSON in request bodies.

use lambda_http::http::header;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{
    call::Call,
    problem::{Faults, Kind, Problem},
};

/// No body of ours is nested deeper.
const MAX_DEPTH: usize = 16;

impl Call<'_> {
    /// The body as `T`.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !self.is_json() {
            return Err(Problem::new(Kind::UnsupportedMediaType, "Send JSON, with Content-Type: application/json."));
        }
        read(self.body)
    }

    /// The body as `T`, where there is one.
    pub fn body_if_any<T: DeserializeOwned + Default>(&self) -> Result<T, Problem> {
        if self.body.is_empty() { Ok(T::default()) } else { self.body::<Option<T>>().map(Option::unwrap_or_default) }
    }

    fn is_json(&self) -> bool {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        ["application/json", "application/merge-patch+json"].iter().any(|json| essence.eq_ignore_ascii_case(json))
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let malformed = |detail: String| Problem::new(Kind::MalformedRequest, detail);
    if depth(body) > MAX_DEPTH {
        return Err(malformed(format!("The JSON is nested deeper than {MAX_DEPTH}.")));
    }
    let not_json = |error: serde_json::Error| malformed(format!("The body is not one JSON value: {error}."));
    serde_json::from_slice::<IgnoredAny>(body).map_err(not_json)?;
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(body)).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() { fault(Kind::InvalidFields, &path, &inner.to_string()) } else { not_json(inner) }
    })
}

/// How deep brackets are nested outside of texts. Looked at before anything recurses into them.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The field that serde's sentence is about, and the sentence without the place in the text.
pub fn fault(kind: Kind, path: &str, sentence: &str) -> Problem {
    let reason = sentence.split(" at line ").next().unwrap_or(sentence);
    let quoted = |prefix: &str| reason.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    let named = quoted("missing field `").or_else(|| quoted("unknown field `")).or_else(|| quoted("duplicate field `"));
    let field = match (path, named) {
        ("" | ".", Some(named)) => named.to_owned(),
        ("" | ".", None) => "body".to_owned(),
        (path, Some(named)) if path.rsplit('.').next() != Some(named) => format!("{path}.{named}"),
        (path, _) => path.to_owned(),
    };
    let mut faults = Faults::default();
    faults.add(field, reason);
    let checked = if kind == Kind::InvalidParameters { faults.of_parameters() } else { faults.of_fields() };
    checked.err().unwrap_or_else(|| Problem::new(kind, reason))
}

/// For `#[serde(default, deserialize_with)]` of a field that can be left out (`None`) or set to null (`Some(None)`).
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_do_not_count() {
        for (json, deep) in [(r"1", 0), (r#"{"a":[[]]}"#, 3), (r#""[[[\"[[""#, 0), (r#"["\\",[]]"#, 2), ("]]]][", 1), (r#"["]"#, 1)] {
            assert_eq!(depth(json.as_bytes()), deep, "{json}");
        }
    }

    #[test]
    fn a_fault_names_its_field() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Inner {
            #[serde(rename = "n")]
            _n: u8,
        }
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Outer {
            #[serde(rename = "inner")]
            _inner: Inner,
        }
        for (json, field) in [
            ("{}", "inner"),
            ("[]", "body"),
            (r#"{"inner":{}}"#, "inner.n"),
            (r#"{"inner":{"n":"x"}}"#, "inner.n"),
            (r#"{"inner":{"n":1,"m":1}}"#, "inner.m"),
            (r#"{"inner":{"n":1},"more":1}"#, "more"),
            (r#"{"inner":{"n":1},"inner":{"n":1}}"#, "inner"),
            (r#"{"inner":{"n":256}}"#, "inner.n"),
        ] {
            let problem = read::<Outer>(json.as_bytes()).unwrap_err();
            let fields: Vec<String> = problem.document().errors.keys().cloned().collect();
            assert_eq!((problem.kind(), fields), (Kind::InvalidFields, vec![field.to_owned()]), "{json}");
        }
        for json in ["", "{", "\u{feff}{}", "{} {}", "nul", "{\"inner\":}"] {
            assert_eq!(read::<Outer>(json.as_bytes()).unwrap_err().kind(), Kind::MalformedRequest, "{json}");
        }
        assert_eq!(read::<Outer>(&[b'['; 20]).unwrap_err().kind(), Kind::MalformedRequest);
        assert_eq!(read::<Outer>(b"{\"inner\xff\":1}").unwrap_err().kind(), Kind::MalformedRequest);
    }
}
