//! The `.env` file: settings in lines of `NAME=value`.
//!
//! Blank lines and comments (`#` at the start, or after a space behind a value) are passed over, `export` before a name is allowed, and a value in
//! single or double quotes is taken as it stands between them: there are no escapes. What is none of this is a mistake, not something to skip:
//! a setting that is silently missing costs more than a shop that does not start.

use std::{collections::BTreeMap, io, path::Path};

use thiserror::Error;

/// Why the file's settings are not known.
#[derive(Debug, Error)]
pub enum EnvFileError {
    /// The file is there, and it can't be read.
    #[error("the file {0} cannot be read: {1}")]
    Read(String, #[source] io::Error),
    /// A line, counted from 1, is none of a settings file. What it says may be a secret, so it is not shown.
    #[error("line {1} of {0} {2}")]
    Line(String, usize, &'static str),
}

/// The settings of the file; none when there is no such file. Of two lines for one name the later one counts.
///
/// # Errors
/// One sentence that names the file and, where one is to blame, the line.
pub fn read(path: &Path) -> Result<BTreeMap<String, String>, EnvFileError> {
    let shown = || path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(EnvFileError::Read(shown(), error)),
    };
    parse(&text).map_err(|(line, reason)| EnvFileError::Line(shown(), line, reason))
}

/// The error is a line's number and what is wrong with it.
fn parse(text: &str) -> Result<BTreeMap<String, String>, (usize, &'static str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(line, number)| setting(line).map_err(|reason| (number, reason))).collect()
}

fn setting(line: &str) -> Result<(String, String), &'static str> {
    const SHAPE: &str = "is not NAME=value";
    let (name, rest) = line.split_once('=').ok_or(SHAPE)?;
    let name = match name.split_once(char::is_whitespace) {
        Some(("export", name)) => name.trim(),
        _ => name.trim(),
    };
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts_well || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(SHAPE);
    }
    Ok((name.to_owned(), value(rest)?.to_owned()))
}

fn value(rest: &str) -> Result<&str, &'static str> {
    let trimmed = rest.trim();
    let Some(quote) = trimmed.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        // A `#` inside of a word belongs to it.
        let comment = rest.match_indices('#').find(|(at, _)| rest.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace)));
        return Ok(comment.and_then(|(at, _)| rest.get(..at)).unwrap_or(rest).trim());
    };
    let (value, after) = trimmed.get(1..).and_then(|inner| inner.split_once(quote)).ok_or("opens a quote that it does not close")?;
    let after = after.trim_start();
    if after.is_empty() || after.starts_with('#') { Ok(value) } else { Err("goes on after its closing quote") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_every_allowed_kind_are_read() {
        let cases = [
            ("A=1", "1"),
            ("  A = spaced out  ", "spaced out"),
            ("export A=1", "1"),
            ("export\tA=1", "1"),
            ("A=", ""),
            ("A=\"two words # kept\"", "two words # kept"),
            ("A='it says \"so\"'", "it says \"so\""),
            ("A=\"x\" # why", "x"),
            ("A=x # why", "x"),
            ("A= # only why", ""),
            ("A=https://host/#part=1", "https://host/#part=1"),
            ("A=0\nA=1", "1"),
            ("# A=0\r\n\r\nA=1\r\n", "1"),
            ("\u{feff}A=1", "1"),
        ];
        for (text, value) in cases {
            assert_eq!(parse(text), Ok(BTreeMap::from([("A".to_owned(), value.to_owned())])), "{text:?}");
        }
        assert_eq!(parse("\n# nothing\n"), Ok(BTreeMap::new()));
    }

    #[test]
    fn a_line_that_is_no_setting_is_named_by_its_number() {
        let wrong = ["A", "=1", "export A", "A B=1", "1A=x", "A-B=1", "A=\"open", "A='open", "A=\"", "A=\"x\" y", "A=\"a\\\"b\""];
        for line in wrong {
            assert_eq!(parse(&format!("# first\nB=1\n{line}\nC=1")).map_err(|(number, _)| number), Err(3), "{line}");
        }
        let shown = EnvFileError::Line(".env".into(), 3, setting("A=\"open").unwrap_err()).to_string();
        assert_eq!(shown, "line 3 of .env opens a quote that it does not close");
    }
}
