//! JSON as it was signed: keys in their order or sorted, numbers digit by digit as they arrived, texts as JavaScript or as PHP writes them.
//!
//! Several gateways sign a document and not its bytes. A generic JSON value would print numbers in its own way (`1e-7`, `0.000001`, `31.058822`)
//! and forget the order of keys.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Deeper documents are nobody's.
const MAX_DEPTH: usize = 32;

/// A document, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node<'a> {
    /// Members in the order of arrival, no key twice.
    Object(Vec<(String, Node<'a>)>),
    Array(Vec<Node<'a>>),
    Text(String),
    /// A number, `true`, `false` or `null`, as it was written.
    Token(&'a str),
}

/// Who writes it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `JSON.stringify`.
    JavaScript,
    /// `json_encode` with `JSON_UNESCAPED_UNICODE`: slashes and line separators are escaped, and an empty object has become an empty array.
    Php,
}

impl<'a> Node<'a> {
    /// `None`: not JSON, a key twice in one object, or too deep.
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        Self::of(serde_json::from_slice(body).ok()?, 0)
    }

    fn of(raw: &'a RawValue, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        let text = raw.get();
        let inner = |raw| Self::of(raw, depth.saturating_add(1));
        match text.bytes().next()? {
            b'{' => {
                let Members(members) = serde_json::from_str(text).ok()?;
                let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
                keys.sort_unstable();
                if keys.is_sorted_by(|a, b| a < b) {
                    members.into_iter().map(|(key, raw)| Some((key, inner(raw)?))).collect::<Option<_>>().map(Self::Object)
                } else {
                    None
                }
            }
            b'[' => serde_json::from_str::<Vec<&RawValue>>(text).ok()?.into_iter().map(inner).collect::<Option<_>>().map(Self::Array),
            b'"' => serde_json::from_str(text).ok().map(Self::Text),
            _ => Some(Self::Token(text)),
        }
    }

    /// Takes a member out of an object; the others keep their order.
    pub(super) fn take(&mut self, key: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        let position = members.iter().position(|(name, _)| name == key)?;
        Some(members.remove(position).1)
    }

    /// Sorts the keys of every object; arrays stay as they are.
    pub(super) fn sort(&mut self) {
        match self {
            Self::Object(members) => {
                members.sort_by(|(a, _), (b, _)| a.cmp(b));
                members.iter_mut().for_each(|(_, node)| node.sort());
            }
            Self::Array(items) => items.iter_mut().for_each(Self::sort),
            Self::Text(_) | Self::Token(_) => {}
        }
    }

    /// Makes texts of an object's numbers, booleans and nulls.
    pub(super) fn stringify(&mut self) {
        let Self::Object(members) = self else { return };
        for (_, node) in members {
            if let Self::Token(token) = node {
                *node = Self::Text((*token).to_owned());
            }
        }
    }

    /// The document without spaces.
    pub(super) fn written(&self, dialect: Dialect) -> String {
        let mut out = String::new();
        self.write(dialect, &mut out);
        out
    }

    fn write(&self, dialect: Dialect, out: &mut String) {
        match self {
            Self::Object(members) if members.is_empty() && dialect == Dialect::Php => out.push_str("[]"),
            Self::Object(members) => {
                out.push('{');
                for (n, (key, node)) in members.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    write_text(key, dialect, out);
                    out.push(':');
                    node.write(dialect, out);
                }
                out.push('}');
            }
            Self::Array(items) => {
                out.push('[');
                for (n, node) in items.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    node.write(dialect, out);
                }
                out.push(']');
            }
            Self::Text(text) => write_text(text, dialect, out),
            Self::Token(token) => out.push_str(token),
        }
    }
}

fn write_text(text: &str, dialect: Dialect, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if dialect == Dialect::Php => out.push_str("\\/"),
            c if c < ' ' || (dialect == Dialect::Php && matches!(c, '\u{2028}' | '\u{2029}')) => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// An object's members in the order of arrival.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, dialect: Dialect) -> Option<String> {
        Node::parse(text.as_bytes()).map(|node| node.written(dialect))
    }

    #[test]
    fn a_document_comes_out_as_it_went_in() {
        for text in [
            r#"{"b":1,"a":[3,1,{"z":null,"y":true}],"c":"x"}"#,
            r#"{"a":1e-7,"b":0.000001,"c":1.5e+21,"d":5.0,"e":-0,"f":31.058822,"g":5745459419}"#,
            r#"{"name":"Подписка — اشتراک 😀","e":"\"\\\b\f\n\r\t\u0001\u001f"}"#,
            "[]",
            "{}",
            "7",
        ] {
            assert_eq!(written(text, Dialect::JavaScript).as_deref(), Some(text));
        }
        assert_eq!(
            written(" { \"a\" : [ 1 , 2 ] , \"b\" : \"\\u0448\\/\" } ", Dialect::JavaScript).as_deref(),
            Some(r#"{"a":[1,2],"b":"ш/"}"#)
        );
    }

    #[test]
    fn php_has_its_own_hand() {
        assert_eq!(
            written(r#"{"u":"https://x/y","s":"a\u2028b\u2029","o":{},"c":"Ж"}"#, Dialect::Php).as_deref(),
            Some(r#"{"u":"https:\/\/x\/y","s":"a\u2028b\u2029","o":[],"c":"Ж"}"#)
        );
    }

    #[test]
    fn keys_are_sorted_everywhere_and_taken_out_in_place() {
        let mut node = Node::parse(br#"{"c":1,"a":{"z":1,"y":[{"q":1,"p":2}]},"b":2}"#).expect("JSON");
        assert_eq!(node.take("b"), Some(Node::Token("2")));
        assert_eq!((node.take("b"), node.written(Dialect::JavaScript).as_str()), (None, r#"{"c":1,"a":{"z":1,"y":[{"q":1,"p":2}]}}"#));
        node.sort();
        assert_eq!(node.written(Dialect::JavaScript), r#"{"a":{"y":[{"p":2,"q":1}],"z":1},"c":1}"#);
        let mut node = Node::parse(br#"{"n":1.50,"t":"x","b":true,"o":{"n":1}}"#).expect("JSON");
        node.stringify();
        assert_eq!(node.written(Dialect::JavaScript), r#"{"n":"1.50","t":"x","b":"true","o":{"n":1}}"#);
    }

    #[test]
    fn what_nobody_would_sign_is_not_read() {
        for text in ["", "not json", "{", r#"{"a":1,"a":2}"#, r#"{"a":{"b":1,"b":1}}"#, r#""\ud800""#, "{} {}"] {
            assert_eq!(written(text, Dialect::JavaScript), None, "{text}");
        }
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(written(&deep(MAX_DEPTH), Dialect::Php).is_some());
        assert!(written(&deep(MAX_DEPTH + 2), Dialect::Php).is_none() && written(&deep(8000), Dialect::Php).is_none());
    }
}
