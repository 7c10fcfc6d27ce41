//! Every sentence that a person reads, from the Fluent files in `locales/`: one file per language, nothing anywhere else.
//!
//! What is filled in is isolated (U+2068 .. U+2069) where writing directions can meet, so that a Latin name or a number keeps its place in a
//! Persian line, and a Persian name in an English one.

use std::sync::{Arc, OnceLock};

use domain::Language;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// The texts of all languages; a language is parsed when it is first needed. Clones share what is parsed.
#[derive(Default, Clone)]
pub struct Texts {
    bundles: Arc<[OnceLock<Bundle>; Language::ALL.len()]>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts")
    }
}

/// What a text is filled with.
#[derive(Debug, Clone)]
pub enum Arg<'a> {
    /// Anybody's text: escaped where the text is HTML.
    Text(&'a str),
    /// What people copy: escaped like any text, and nothing invisible around it.
    Exact(&'a str),
    /// HTML of our own, or a formatted number: goes in as it is.
    Raw(String),
    /// Chooses a plural form.
    Count(u32),
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Raw(text)
    }
}
impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// `text` with what Telegram's HTML gives a meaning escaped.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A line takes its direction from its first letter; one that begins with a Latin name, a digit or an emoji has to be told.
fn right_to_left(text: &str) -> String {
    let lines = text.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("\u{200F}{line}") });
    lines.collect::<Vec<_>>().join("\n")
}

/// Without what could turn the line around it: a name must not reverse the number beside it. Joiners are part of Persian words and stay.
fn directed(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')).collect()
}

fn isolated(text: String, mixed: bool) -> String {
    if mixed { format!("\u{2068}{text}\u{2069}") } else { text }
}

const fn source(language: Language) -> &'static str {
    match language {
        Language::Persian => include_str!("../locales/fa.ftl"),
        Language::English => include_str!("../locales/en.ftl"),
        Language::Russian => include_str!("../locales/ru.ftl"),
    }
}

const fn slot(language: Language) -> usize {
    match language {
        Language::Persian => 0,
        Language::English => 1,
        Language::Russian => 2,
    }
}

impl Texts {
    /// A text in Telegram's HTML.
    pub fn html(&self, language: Language, id: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        let text = self.format(language, id, args, html);
        if language == Language::Persian { right_to_left(&text) } else { text }
    }

    /// A text without markup: a button, a toast, an invoice's title.
    pub fn plain(&self, language: Language, id: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        self.format(language, id, args, str::to_owned)
    }

    fn format(&self, language: Language, id: &str, args: &[(&'static str, Arg<'_>)], escape: fn(&str) -> String) -> String {
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            let value = match arg {
                Arg::Text(text) => FluentValue::from(isolated(escape(&directed(text)), language == Language::Persian || !text.is_ascii())),
                Arg::Exact(text) => FluentValue::from(escape(text)),
                Arg::Raw(text) => FluentValue::from(isolated(text.clone(), language == Language::Persian)),
                Arg::Count(count) => FluentValue::from(*count),
            };
            values.set(*name, value);
        }
        for language in [language, Language::English] {
            let Some(bundle) = self.bundle(language) else { continue };
            let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else { continue };
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(&values), &mut errors);
            if !errors.is_empty() {
                tracing::error!(text.id = id, language = language.code(), "a text lacks an argument");
            }
            return text.into_owned();
        }
        // A test makes sure that every text exists in every language.
        tracing::error!(text.id = id, "a text does not exist");
        id.to_owned()
    }

    fn bundle(&self, language: Language) -> Option<&Bundle> {
        let slot = self.bundles.get(slot(language))?;
        Some(slot.get_or_init(|| {
            let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
            let mut bundle = Bundle::new_concurrent(vec![tag]);
            bundle.set_use_isolating(false);
            let resource = match FluentResource::try_new(source(language).to_owned()) {
                Ok(resource) => resource,
                Err((resource, errors)) => {
                    tracing::error!(language = language.code(), errors = errors.len(), "a file of texts is malformed");
                    resource
                }
            };
            bundle.add_resource_overriding(resource);
            bundle
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Each message's arguments, read from the source: Fluent's own parser has checked the syntax.
    fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        assert!(FluentResource::try_new(source(language).to_owned()).is_ok(), "{} parses", language.code());
        let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source(language).lines() {
            if let Some((id, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
                current = id.to_owned();
                assert!(messages.insert(current.clone(), BTreeSet::new()).is_none(), "{current} stands twice in {}", language.code());
            }
            for part in line.split('$').skip(1) {
                let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                messages.entry(current.clone()).or_default().insert(name);
            }
        }
        messages
    }

    #[test]
    fn every_language_says_everything_with_the_same_arguments() {
        let english = messages(Language::English);
        assert!(english.len() > 50, "the files are read");
        for language in [Language::Persian, Language::Russian] {
            assert_eq!(messages(language), english, "{}", language.code());
        }
    }

    #[test]
    fn hostile_names_stay_text() {
        let texts = Texts::default();
        let turned = texts.html(Language::English, "welcome", &[("name", Arg::Text("Ali\u{202E}\u{2066}x"))]);
        assert!(turned.contains("<b>\u{2068}Alix\u{2069}</b>"), "{turned}");
        for language in Language::ALL {
            let text = texts.html(language, "welcome", &[("name", Arg::Text("<b>&\"x</b> { $y }"))]);
            assert!(text.contains("&lt;b&gt;&amp;&quot;x&lt;/b&gt; { $y }"), "{text}");
        }
    }
}
