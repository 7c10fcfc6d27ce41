//! What came of moving things into a shop, for whoever moved them: counts, and a line for each thing that did not come along.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// How many of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Written, or in a dry run: would be.
    pub new: u32,
    /// The table has it already: left as it is.
    pub already_there: u32,
    pub skipped: u32,
}

/// Something that did not come along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    pub kind: &'static str,
    /// As the source names it.
    pub id: String,
    pub reason: String,
}

/// The same source over the same table gives the same report, in text and in JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Nothing was written.
    pub dry_run: bool,
    pub counts: BTreeMap<&'static str, Count>,
    pub skipped: Vec<Skipped>,
    /// What came along otherwise than it was, and what is not moved at all.
    pub notes: Vec<String>,
}

impl Report {
    #[must_use]
    pub fn new(dry_run: bool) -> Self {
        Self { dry_run, ..Self::default() }
    }

    pub fn put(&mut self, kind: &'static str, new: bool) {
        let count = self.counts.entry(kind).or_default();
        if new {
            count.new += 1;
        } else {
            count.already_there += 1;
        }
    }

    pub fn skip(&mut self, kind: &'static str, id: impl fmt::Display, reason: impl fmt::Display) {
        self.counts.entry(kind).or_default().skipped += 1;
        self.skipped.push(Skipped { kind, id: id.to_string(), reason: reason.to_string() });
    }

    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    #[must_use]
    pub fn count(&self, kind: &str) -> Count {
        self.counts.get(kind).copied().unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, new) = if self.dry_run { ("Nothing was written: this was a dry run.", "would be new") } else { ("Done.", "new") };
        writeln!(f, "{first}\n")?;
        for (kind, count) in &self.counts {
            writeln!(f, "  {kind:<14} {} {new}, {} already there, {} skipped", count.new, count.already_there, count.skipped)?;
        }
        for skipped in &self.skipped {
            writeln!(f, "  skipped {} {}: {}", skipped.kind, skipped.id, skipped.reason)?;
        }
        for note in &self.notes {
            writeln!(f, "  note: {note}")?;
        }
        Ok(())
    }
}
