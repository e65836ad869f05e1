//! Comma-separated values.

use std::path::Path;

use anyhow::{Context, Result};

/// Records below a line with the names of their columns.
pub(crate) struct Table {
    shown: String,
    header: Vec<String>,
    pub(crate) records: Vec<Vec<String>>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn open(path: &Path) -> Result<Table> {
        let shown = path.display().to_string();
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot open '{shown}'"))?;
        let mut lines = records(&text).into_iter();
        Ok(Table {
            shown,
            header: lines.next().unwrap_or_default(),
            records: lines.collect(),
        })
    }

    /// The places of these columns in each record.
    ///
    /// # Errors
    /// One is missing.
    pub(crate) fn columns(&self, names: &[&str]) -> Result<Vec<usize>> {
        let place = |name: &&str| {
            let place = self.header.iter().position(|column| column == name);
            place.with_context(|| format!("'{}' has no column '{name}'", self.shown))
        };
        names.iter().map(place).collect()
    }
}

/// Records of a CSV text: commas, quotes, doubled quotes, line ends of any kind.
pub(crate) fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_fields_hold_commas() {
        assert_eq!(
            records("a,b\r\n\"x, \"\"y\"\"\",2\nlast,"),
            [vec!["a", "b"], vec!["x, \"y\"", "2"], vec!["last", ""]]
        );
    }
}
