//! The texts of the shop as tests meet them: the Fluent files as a reader of their source sees them, values that try to break out, and a record of
//! everything that is sent as Telegram's HTML.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::Write as _,
    path::PathBuf,
};

use domain::Language;
use serde_json::json;

/// The file of a language.
pub const fn source(language: Language) -> &'static str {
    match language {
        Language::Persian => include_str!("../../shared/app/locales/fa.ftl"),
        Language::English => include_str!("../../shared/app/locales/en.ftl"),
        Language::Russian => include_str!("../../shared/app/locales/ru.ftl"),
    }
}

/// The messages of a language with the names of their arguments, the longest id first where one begins with another.
pub fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source(language).lines() {
        if let Some((id, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            id.clone_into(&mut current);
            messages.insert(current.clone(), BTreeSet::new());
        }
        for part in line.split('$').skip(1) {
            let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            messages.entry(current.clone()).or_default().insert(name);
        }
    }
    messages
}

/// What people call themselves to see what happens, each at most 64 characters, as Telegram has it.
pub fn hostile_values() -> Vec<String> {
    let long = |part: &str| part.chars().cycle().take(64).collect::<String>();
    vec![
        "<b>&\"'</i>".into(),
        "</b></code><a href=\"https://evil.example\">x</a>".into(),
        "&lt;b&gt; &amp; &#60; &copy; &".into(),
        "<".into(),
        "{ $name } { button-menu }".into(),
        "علی Ali ۱۲۳ 123 (x) - علی!".into(),
        "\u{202E}gnp.exe\u{202C}\u{2066}\u{2067}\u{200F}".into(),
        "می\u{200C}خواهم".into(),
        "/start @everyone https://t.me/x?start=y#z".into(),
        "*_`[x](https://x.y)`_*~||x||".into(),
        long("W"),
        long("Щ"),
        long("ﷺ"),
        long("👨\u{200D}👩\u{200D}👧🏳\u{FE0F}\u{200D}🌈"),
        long("e\u{301}\u{302}\u{303}\u{304}"),
        long("<&>\""),
    ]
}

/// A value as it is seen in a text: without what turns the line around it.
pub fn seen(value: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    value.chars().filter(|c| !turns(*c)).collect()
}

/// Lines of JSON for another parser of Telegram's HTML to judge, in the folder that `TEXTS_DUMP` names; without it nothing is written.
#[derive(Debug)]
pub struct Dump(Option<PathBuf>);

impl Dump {
    pub fn named(name: &str) -> Self {
        let file = std::env::var_os("TEXTS_DUMP").map(|folder| PathBuf::from(folder).join(name).with_extension("jsonl"));
        if let Some(file) = &file {
            // What an earlier run left is not of this one.
            let _ = std::fs::remove_file(file);
        }
        Self(file)
    }

    /// `text`: what it has to look like to a person.
    pub fn add(&self, what: &str, html: &str, text: &str) {
        let Some(file) = &self.0 else { return };
        let line = format!("{}\n", json!({ "what": what, "html": html, "text": text }));
        let mut file = OpenOptions::new().create(true).append(true).open(file).expect("a file to write to");
        file.write_all(line.as_bytes()).expect("a line");
    }
}
