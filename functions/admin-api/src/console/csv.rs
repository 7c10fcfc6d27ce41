//! Lists as files for spreadsheets.

/// Comma-separated values (RFC 4180), with the mark by which spreadsheets know UTF-8.
pub struct File(String);

impl File {
    pub fn new<'a>(heads: impl Iterator<Item = &'a str>) -> Self {
        let mut file = Self("\u{feff}".to_owned());
        file.row(heads.map(str::to_owned));
        file
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    pub fn text(self) -> String {
        self.0
    }
}

/// A cell that spreadsheets read as a text, whatever it begins with: nothing that a customer is called is ever computed.
fn quoted(cell: &str) -> String {
    let computed = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if computed { format!("'{cell}") } else { cell.to_owned() };
    if computed || cell.contains([',', '"', '\n', '\r', ';']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_computed() {
        for (cell, written) in [
            ("plain", "plain"),
            ("علی، رضا", "علی، رضا"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("a\nb", "\"a\nb\""),
            ("", ""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
