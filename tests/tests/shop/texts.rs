//! Every message of every language: it is Telegram's HTML whatever it is filled with, fits its place, and is said somewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use app::text::{Arg, Texts};
use domain::Language;
use local::telegram::visible;
use tests::texts::{Dump, hostile_values, messages, seen};

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A message filled with one value throughout; counts count.
fn filled<'a>(arguments: &'a BTreeSet<String>, value: &'a str, exact: bool) -> Vec<(&'static str, Arg<'a>)> {
    let argument = |name: &String| {
        // The names live as long as the program: there are a few dozen.
        let name: &'static str = Box::leak(name.clone().into_boxed_str());
        match name {
            "count" => (name, Arg::Count(u32::try_from(value.len() % 22).unwrap_or_default())),
            _ if exact => (name, Arg::Exact(value)),
            _ => (name, Arg::Text(value)),
        }
    };
    arguments.iter().map(argument).collect()
}

#[test]
fn every_message_is_html_whatever_it_is_filled_with() {
    let texts = Texts::default();
    let dump = Dump::named("messages");
    for language in Language::ALL {
        for (id, arguments) in messages(language) {
            for (value, exact) in hostile_values().iter().flat_map(|value| [(value, false), (value, true)]) {
                let what = format!("{id} in {} with {value:?}", language.code());
                let html = texts.html(language, &id, &filled(&arguments, value, exact));
                let text = visible(&html).unwrap_or_else(|error| panic!("{what}: {error}: {html}"));
                let shown = if exact { value.clone() } else { seen(value) };
                for name in arguments.iter().filter(|name| *name != "count") {
                    assert!(text.contains(&shown), "{what}: {name} is not shown: {text}");
                }
                assert!(utf16(&text) <= 4096, "{what} is too long for a message");
                dump.add(&what, &html, &text);
                if arguments.is_empty() {
                    break;
                }
            }
        }
    }
}

/// The sources of what speaks to people, without their tests.
fn sources() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders: Vec<PathBuf> = [
        "shared/app/src",
        "functions/telegram-webhook/src",
        "functions/payment-callback/src",
        "functions/scheduled-jobs/src",
        "functions/admin-api/src",
    ]
    .map(|folder| root.join(folder))
    .into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                files.push(entry);
            }
        }
    }
    let text = |file: &PathBuf| std::fs::read_to_string(file).expect("a source");
    files.iter().map(|file| text(file).split("#[cfg(test)]").next().unwrap_or_default().to_owned()).collect()
}

/// Every literal of a source in which ids can stand: what is between two quotes on a line.
fn literals(source: &str) -> impl Iterator<Item = &str> {
    source.lines().flat_map(|line| line.split('"').skip(1).step_by(2))
}

/// The ids that a literal of the source means: itself, or all that begin with what stands before its first `{`.
fn meant<'a>(literal: &str, ids: &'a BTreeMap<String, BTreeSet<String>>) -> Vec<&'a str> {
    match literal.split_once('{') {
        Some((prefix, _)) if prefix.ends_with('-') => ids.keys().filter(|id| id.starts_with(prefix)).map(String::as_str).collect(),
        _ => ids.get_key_value(literal).map(|(id, _)| id.as_str()).into_iter().collect(),
    }
}

#[test]
fn every_message_is_said_somewhere() {
    let ids = messages(Language::English);
    let sources = sources();
    let said: BTreeSet<&str> = sources.iter().flat_map(|source| literals(source)).flat_map(|literal| meant(literal, &ids)).collect();
    let silent: Vec<&String> = ids.keys().filter(|id| !said.contains(id.as_str())).collect();
    assert!(silent.is_empty(), "nobody says {silent:?}");
}

/// The ids that are asked for as text without markup.
fn plain_ids(ids: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources() {
        for call in source.split(".plain(").skip(1) {
            // The first literal of the call, if it comes before the call's end.
            let call = call.split(';').next().unwrap_or_default();
            if let Some(literal) = call.split('"').nth(1) {
                found.extend(meant(literal, ids).into_iter().map(str::to_owned));
            }
        }
        // Buttons have a hand of their own.
        found.extend(
            literals(&source).filter(|literal| literal.starts_with("button-")).flat_map(|literal| meant(literal, ids)).map(str::to_owned),
        );
    }
    found
}

#[test]
fn what_is_not_html_has_no_markup_and_fits_its_place() {
    let texts = Texts::default();
    let plain = plain_ids(&messages(Language::English));
    assert!(plain.len() > 60, "they are found: {plain:?}");
    for language in Language::ALL {
        for (id, arguments) in messages(language).into_iter().filter(|(id, _)| plain.contains(id)) {
            // As long as what is filled in usually is: names and amounts.
            let text = texts.plain(language, &id, &filled(&arguments, "0123456789 0123456789", true));
            let what = format!("{id} in {}: {text}", language.code());
            assert!(!text.contains(['<', '>', '&']), "{what}");
            let limit = match id.as_str() {
                "bot-description" => 512,
                "bot-short-description" => 120,
                // A page has room.
                id if id.starts_with("open-") || id.starts_with("return-") => 400,
                id if id.starts_with("button-") => 64,
                id if id.starts_with("command-") => 40,
                // A toast at most.
                _ => 200,
            };
            assert!(utf16(&text) <= limit, "{} of {limit}: {what}", utf16(&text));
            let one_line = id.starts_with("button-") || id.starts_with("command-") || id == "invoice-title";
            assert!(!one_line || !text.contains('\n'), "{what}");
        }
    }
}

#[test]
fn persian_is_written_with_persian_letters_and_digits() {
    for (number, line) in (1..).zip(tests::texts::source(Language::Persian).lines()) {
        let Some((_, text)) = line.split_once('=').or_else(|| line.starts_with("    ").then_some(("", line))) else { continue };
        if line.starts_with('#') {
            continue;
        }
        // What is filled in and what is marked up is not written here.
        let mut depth = 0;
        let written: String = text
            .chars()
            .filter(|c| {
                match c {
                    '{' | '<' => depth += 1,
                    '}' | '>' => depth -= 1,
                    _ => return depth == 0,
                }
                false
            })
            .collect();
        let wrong = written.chars().find(|c| matches!(c, 'ي' | 'ك' | 'ى' | '٠'..='٩' | '0'..='9' | '?' | ';' | ','));
        assert_eq!(wrong, None, "fa.ftl:{number}: {line}");
    }
}
