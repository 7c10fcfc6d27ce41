//! A text that must not be seen: tokens, passwords, signing keys.

use std::fmt;

use subtle::ConstantTimeEq;

/// A secret text. It never shows itself in `Debug`, has no `Display`, and is compared in constant time.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that sends or hashes it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `candidate` is the secret. Takes as long for a wrong candidate as for the right one of the same length.
    pub fn matches(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}
impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_hides_and_compares() {
        let secret = Secret::new("hunter2");
        assert!(!format!("{secret:?} {:?}", Some(&secret)).contains("hunter2"));
        for (candidate, same) in [("hunter2", true), ("hunter", false), ("hunter22", false), ("Hunter2", false), ("", false)] {
            assert_eq!(secret.matches(candidate), same, "{candidate}");
        }
    }
}
