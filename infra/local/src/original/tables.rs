//! The original's tables as rows of text: from its SQLite file, a plain dump of PostgreSQL, or a folder with a CSV file for each table.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use domain::Timestamp;
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use thiserror::Error;

/// Why a source cannot be read.
#[derive(Debug, Error)]
pub enum SourceError {
    #[error("{0} cannot be read: {1}")]
    Io(PathBuf, #[source] std::io::Error),
    #[error("the database cannot be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0} is no CSV with a header: {1}")]
    Csv(PathBuf, #[source] csv::Error),
    #[error("{0} is neither an SQLite database nor a plain dump of PostgreSQL")]
    Unknown(PathBuf),
    #[error(
        "{0} is a dump of PostgreSQL, but not a plain one: make one with pg_dump --format=plain, or of this one with pg_restore --file"
    )]
    Packed(PathBuf),
    #[error("{0} is a dump without COPY: make one without --inserts")]
    Inserts(PathBuf),
    #[error("{0} is cut off in the table {1}: nothing was read of it")]
    CutOff(PathBuf, String),
    #[error("{0}, line {1}: the row has not as many values as the table {2} has columns")]
    Ragged(PathBuf, usize, String),
    #[error("there is no table of the original shop in it: botuser, product, order and subscription are looked for; {0}")]
    Foreign(String),
    #[error("the table {table} has rows, and there is no table {needed}, which they name; {found}")]
    Missing { table: String, needed: &'static str, found: String },
    #[error("the table {table} has no value in any column that is called {column}; its columns: {found}")]
    Column { table: String, column: String, found: String },
}

/// What makes no sense without another table. One of these has to be there.
const NEEDS: [(&str, &[&str]); 3] = [("order", &["botuser"]), ("subscription", &["botuser"]), ("order", &["product", "majorproduct"])];
/// Without these a table is another one. Of several names one is enough.
const COLUMNS: [(&str, &[&[&str]]); 6] = [
    ("product", &[&["id"], &["name"], &["price"]]),
    ("majorproduct", &[&["id"], &["name"], &["price"]]),
    ("botuser", &[&["id"], &["user_id"]]),
    ("order", &[&["order_id", "id"], &["user_id_id", "user_id"], &["status"], &["created_at"]]),
    ("subscription", &[&["user_id_id", "user_id"], &["sub_user"], &["created_at"]]),
    ("discountcode", &[&["code"], &["percent", "discount_percent"]]),
];

/// One row: its values by column. A column without a value is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row(pub BTreeMap<String, String>);

impl Row {
    /// The first of these columns that has a value.
    pub fn text(&self, columns: &[&str]) -> Option<&str> {
        columns.iter().find_map(|column| self.0.get(*column)).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A whole number, also where it is written as `20.0`.
    pub fn whole(&self, columns: &[&str]) -> Option<i64> {
        let text = self.text(columns)?;
        let whole = match text.split_once('.') {
            Some((whole, rest)) if rest.bytes().all(|b| b == b'0') => whole,
            _ => text,
        };
        whole.parse().ok()
    }

    /// SQLite, PostgreSQL and Python each write it in their way.
    pub fn flag(&self, columns: &[&str]) -> bool {
        self.text(columns).is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "1" | "t" | "true" | "yes"))
    }

    /// Without an offset it is UTC, as Django stores it.
    pub fn time(&self, columns: &[&str]) -> Option<Timestamp> {
        let text = self.text(columns)?.replacen(' ', "T", 1);
        let text = if text.len() == 10 { format!("{text}T00:00:00") } else { text };
        let (day, clock) = text.split_at_checked(11)?;
        let offset = clock.find(['Z', '+', '-']);
        let (clock, offset) = clock.split_at(offset.unwrap_or(clock.len()));
        let offset = match offset.len() {
            0 => "Z".to_owned(),
            3 => format!("{offset}:00"),
            5 => format!("{}:{}", offset.get(..3)?, offset.get(3..)?),
            _ => offset.to_owned(),
        };
        format!("{day}{clock}{offset}").parse().ok()
    }
}

/// All tables that there are, by their names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables(pub BTreeMap<String, Vec<Row>>);

impl Tables {
    /// Reads a folder of CSV files, a plain dump of PostgreSQL, or an SQLite file. None of them is changed.
    ///
    /// # Errors
    /// It cannot be read, or is not the original's: nothing of that is moved.
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let tables = if path.is_dir() { folder(path)? } else { file(path)? };
        tables.check()?;
        Ok(tables)
    }

    /// Whether these are the original's tables, as far as that can be seen without the rows' meaning.
    fn check(&self) -> Result<(), SourceError> {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let found = if names.is_empty() { "there is no table at all".to_owned() } else { format!("there are {}", names.join(", ")) };
        if ["botuser", "product", "order", "subscription"].into_iter().all(|model| self.name_of(model).is_none()) {
            return Err(SourceError::Foreign(found));
        }
        for (model, needed) in NEEDS {
            if !self.rows(model).is_empty() && needed.iter().all(|needed| self.name_of(needed).is_none()) {
                let (table, needed) = (self.name_of(model).unwrap_or(model).to_owned(), needed.first().copied().unwrap_or_default());
                return Err(SourceError::Missing { table, needed, found });
            }
        }
        for (model, columns) in COLUMNS {
            let rows = self.rows(model);
            let missing = columns.iter().find(|names| !rows.is_empty() && rows.iter().all(|row| row.text(names).is_none()));
            if let Some(names) = missing {
                let found: BTreeSet<&str> = rows.iter().flat_map(|row| row.0.keys()).map(String::as_str).collect();
                let found = found.into_iter().collect::<Vec<_>>().join(", ");
                let table = self.name_of(model).unwrap_or(model).to_owned();
                return Err(SourceError::Column { table, column: names.join(" or "), found });
            }
        }
        Ok(())
    }

    /// The table of a model: Django puts the app's name before it. Of several the one with the most rows.
    pub fn name_of(&self, model: &str) -> Option<&str> {
        let suffix = format!("_{model}");
        let named = self.0.iter().filter(|(name, _)| *name == model || name.ends_with(&suffix));
        named.max_by_key(|(_, rows)| rows.len()).map(|(name, _)| name.as_str())
    }

    pub fn rows(&self, model: &str) -> &[Row] {
        self.name_of(model).and_then(|name| self.0.get(name)).map_or(&[], Vec::as_slice)
    }
}

fn folder(path: &Path) -> Result<Tables, SourceError> {
    let failed = |error| SourceError::Io(path.to_owned(), error);
    let mut tables = BTreeMap::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("csv")) {
            continue;
        }
        let Some(name) = file.file_stem().and_then(|name| name.to_str()) else { continue };
        let broken = |error| SourceError::Csv(file.clone(), error);
        let mut reader = csv::Reader::from_path(&file).map_err(broken)?;
        let rows: Result<Vec<BTreeMap<String, String>>, csv::Error> = reader.deserialize().collect();
        let rows = rows.map_err(broken)?.into_iter().map(|row| Row(row.into_iter().filter(|(_, value)| !value.is_empty()).collect()));
        tables.insert(name.trim_start_matches("public.").to_ascii_lowercase(), rows.collect());
    }
    Ok(Tables(tables))
}

/// What a file begins with says what it is.
fn file(path: &Path) -> Result<Tables, SourceError> {
    let failed = |error| SourceError::Io(path.to_owned(), error);
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(16).read_to_end(&mut head).map_err(failed)?;
    match head.as_slice() {
        b"SQLite format 3\0" => database(path),
        packed if packed.starts_with(b"PGDMP") => Err(SourceError::Packed(path.to_owned())),
        _ => dump(path),
    }
}

/// The rows between `COPY table (columns) FROM stdin;` and `\.`; the rest of a dump says how to make the tables.
fn dump(path: &Path) -> Result<Tables, SourceError> {
    let failed = |error| SourceError::Io(path.to_owned(), error);
    let mut lines = BufReader::new(File::open(path).map_err(failed)?).split(b'\n').enumerate();
    let mut tables = BTreeMap::new();
    let mut inserts = false;
    while let Some((_, line)) = lines.next() {
        let line = line.map_err(failed)?;
        let line = String::from_utf8_lossy(&line);
        inserts |= line.starts_with("INSERT INTO ");
        let Some((name, columns)) = copied(&line) else { continue };
        let rows = tables.entry(name.clone()).or_insert_with(Vec::new);
        loop {
            let (number, line) = lines.next().ok_or_else(|| SourceError::CutOff(path.to_owned(), name.clone()))?;
            let line = line.map_err(failed)?;
            let line = String::from_utf8_lossy(&line);
            let line = line.strip_suffix('\r').unwrap_or(&line);
            if line == "\\." {
                break;
            }
            let values: Vec<Option<String>> = line.split('\t').map(value).collect();
            if values.len() != columns.len() {
                return Err(SourceError::Ragged(path.to_owned(), number + 1, name));
            }
            let values =
                columns.iter().cloned().zip(values).filter_map(|(column, value)| Some((column, value.filter(|value| !value.is_empty())?)));
            rows.push(Row(values.collect()));
        }
    }
    match (tables.is_empty(), inserts) {
        (false, _) => Ok(Tables(tables)),
        (true, true) => Err(SourceError::Inserts(path.to_owned())),
        (true, false) => Err(SourceError::Unknown(path.to_owned())),
    }
}

/// The table, without its schema, and the columns of a line that begins a table's rows.
fn copied(line: &str) -> Option<(String, Vec<String>)> {
    let (table, rest) = line.strip_prefix("COPY ")?.split_once(" (")?;
    let (columns, end) = rest.split_once(')')?;
    if !end.trim().eq_ignore_ascii_case("FROM stdin;") {
        return None;
    }
    let plain = |name: &str| name.trim().trim_matches('"').to_owned();
    let table = table.rsplit_once('.').map_or(table, |(_, table)| table);
    Some((plain(table).to_ascii_lowercase(), columns.split(',').map(plain).collect()))
}

/// A value as COPY writes it. `None`: null.
fn value(written: &str) -> Option<String> {
    if written == "\\N" {
        return None;
    }
    let mut value = String::with_capacity(written.len());
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next() } else { None };
        value.push(match escaped {
            None => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\u{b}',
            Some(other) => other,
        });
    }
    Some(value)
}

fn database(path: &Path) -> Result<Tables, SourceError> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let mut names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut tables = BTreeMap::new();
    for name in names {
        let mut query = database.prepare(&format!("SELECT * FROM \"{}\"", name.replace('"', "\"\"")))?;
        let columns: Vec<String> = query.column_names().into_iter().map(str::to_owned).collect();
        let mut found = query.query([])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let mut values = BTreeMap::new();
            for (position, column) in columns.iter().enumerate() {
                let value = match row.get_ref(position)? {
                    ValueRef::Integer(n) => n.to_string(),
                    ValueRef::Real(n) => n.to_string(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    ValueRef::Null | ValueRef::Blob(_) => continue,
                };
                values.insert(column.clone(), value);
            }
            rows.push(Row(values));
        }
        tables.insert(name.to_ascii_lowercase(), rows);
    }
    Ok(Tables(tables))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_every_database_writes_them() {
        let row = |value: &str| Row(BTreeMap::from([("c".to_owned(), value.to_owned())]));
        let time = |value: &str| row(value).time(&["c"]).map(|at| at.to_string());
        let noon = Some("2024-03-01T12:00:00.250Z".to_owned());
        for text in
            ["2024-03-01 12:00:00.250", "2024-03-01 12:00:00.250000+00", "2024-03-01T15:30:00.250999+0330", "2024-03-01 12:00:00.25Z"]
        {
            assert_eq!(time(text), noon, "{text}");
        }
        assert_eq!(time("2024-03-01").as_deref(), Some("2024-03-01T00:00:00.000Z"));
        assert!(["", "soon", "2024-03-01 25:00:00", "۲۰۲۴-۰۳-۰۱ 12"].iter().all(|text| time(text).is_none()));
        assert_eq!([row("20.0"), row("20"), row("20.5"), row("x")].map(|row| row.whole(&["c"])), [Some(20), Some(20), None, None]);
        assert_eq!(["t", "True", "1", "0", "f", ""].map(|value| row(value).flag(&["c"])), [true, true, true, false, false, false]);
        assert_eq!(Row::default().text(&["c"]), None);
    }

    #[test]
    fn copied_values_are_read_as_they_were() {
        for (written, meant) in [
            ("\\N", None),
            ("", Some("")),
            ("\\\\N", Some("\\N")),
            ("a\\tb\\nc\\\\d", Some("a\tb\nc\\d")),
            ("سلام", Some("سلام")),
            ("end\\", Some("end\\")),
        ] {
            assert_eq!(value(written).as_deref(), meant, "{written}");
        }
        let columns = |line: &str| copied(line).map(|(name, columns)| (name, columns.join("|")));
        let some = |name: &str, columns: &str| Some((name.to_owned(), columns.to_owned()));
        assert_eq!(columns("COPY public.bot_order (id, \"order_id\") FROM stdin;"), some("bot_order", "id|order_id"));
        assert_eq!(columns("COPY \"Shop\".\"Order\" (id) FROM stdin;\r"), some("order", "id"));
        assert!(
            ["COPY public.bot_order TO stdout;", "COPY a (b) FROM '/file';", "-- COPY a (b) FROM stdin;"]
                .map(columns)
                .iter()
                .all(Option::is_none)
        );
    }

    #[test]
    fn a_table_is_found_under_any_app() {
        let tables = Tables(["website_majorproduct", "website_product", "bot_order"].map(|name| (name.to_owned(), Vec::new())).into());
        assert_eq!(tables.name_of("product"), Some("website_product"));
        assert_eq!(tables.name_of("order"), Some("bot_order"));
        assert_eq!(tables.name_of("botuser"), None);
    }
}
