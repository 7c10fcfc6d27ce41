//! The original's tables as rows of text: from its SQLite file, or from a folder with a CSV file for each table.

use std::{
    collections::BTreeMap,
    fs,
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
    #[error("there is no table of the original shop in it: botuser, product, order and subscription are looked for")]
    Foreign,
}

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
    /// Reads a folder of CSV files, or else an SQLite file, which is not changed.
    ///
    /// # Errors
    /// It cannot be read, or holds nothing of the original.
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let tables = if path.is_dir() { folder(path)? } else { database(path)? };
        let known = ["botuser", "product", "order", "subscription"].into_iter().any(|model| tables.name_of(model).is_some());
        if known { Ok(tables) } else { Err(SourceError::Foreign) }
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

fn database(path: &Path) -> Result<Tables, SourceError> {
    fs::metadata(path).map_err(|error| SourceError::Io(path.to_owned(), error))?;
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
    fn a_table_is_found_under_any_app() {
        let tables = Tables(["website_majorproduct", "website_product", "bot_order"].map(|name| (name.to_owned(), Vec::new())).into());
        assert_eq!(tables.name_of("product"), Some("website_product"));
        assert_eq!(tables.name_of("order"), Some("bot_order"));
        assert_eq!(tables.name_of("botuser"), None);
    }
}
