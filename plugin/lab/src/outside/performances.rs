//! Players of whole phrases, from a folder with `manifest.csv` (columns `path`, `instrument`, `kind`, `poly`, `split`, any
//! others).

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::homes::too_near;
use crate::eval::{csv, same_instrument};

/// One phrase for one voice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Performance {
    instrument: String,
    path: PathBuf,
    /// Nothing is ever trained on it.
    held_out: bool,
}

/// The folder.
#[derive(Debug)]
pub(crate) struct Performances(Vec<Performance>);

impl Performances {
    /// Reads the manifest.
    ///
    /// # Errors
    /// It is missing or lacks a column, or lists no phrase for one voice that is held out.
    pub(crate) fn open(folder: &Path) -> Result<Performances> {
        let manifest = folder.join("manifest.csv");
        let table = csv::Table::open(&manifest)?;
        let columns = table.columns(&["path", "instrument", "kind", "poly", "split"])?;
        let mut found = Vec::new();
        for record in &table.records {
            let field = |i: usize| record.get(columns[i]).map_or("", String::as_str);
            if field(2) == "phrase" && field(3) == "0" {
                found.push(Performance {
                    instrument: field(1).to_owned(),
                    path: folder.join(field(0)),
                    held_out: field(4) == "valid",
                });
            }
        }
        if !found.iter().any(|p| p.held_out) {
            bail!(
                "'{}' lists no phrase of the split 'valid' for one voice",
                manifest.display()
            );
        }
        Ok(Performances(found))
    }

    /// The held-out phrases that are sources for `target`, never of the target itself: instrument and file.
    pub(crate) fn sources(&self, target: &str) -> Vec<(&str, &Path)> {
        let wanted = |p: &&Performance| p.held_out && !too_near(&p.instrument, target);
        let found = self.0.iter().filter(wanted);
        found
            .map(|p| (p.instrument.as_str(), p.path.as_path()))
            .collect()
    }

    /// All phrases of `target` itself: what it sounds like.
    pub(crate) fn of(&self, target: &str) -> Vec<&Path> {
        let found = self
            .0
            .iter()
            .filter(|p| same_instrument(&p.instrument, target));
        found.map(|p| p.path.as_path()).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folder(manifest: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("manifest.csv"), manifest).unwrap();
        folder
    }

    #[test]
    fn a_target_is_never_its_own_source() {
        let folder = folder(
            "path,instrument,kind,poly,split\n\
             a.flac,sax-tenor,phrase,0,valid\nb.flac,violin,phrase,0,valid\nc.flac,violin,phrase,1,valid\n\
             d.flac,violin,note,0,valid\ne.flac,flute,phrase,0,train\nf.flac,guitar,phrase,0,valid\n",
        );
        let performances = Performances::open(folder.path()).unwrap();
        let sources = |target: &str| -> Vec<&str> {
            performances.sources(target).iter().map(|s| s.0).collect()
        };
        assert_eq!(sources("violin"), ["sax-tenor", "guitar"]);
        assert_eq!(sources("sax-alto"), ["violin", "guitar"]);
        assert_eq!(sources("Tenor Sax"), ["violin", "guitar"]);
        assert_eq!(sources("cello"), ["sax-tenor", "violin", "guitar"]);
        assert_eq!(performances.of("flute"), [folder.path().join("e.flac")]);
        assert_eq!(performances.of("violin"), [folder.path().join("b.flac")]);
    }

    #[test]
    fn a_folder_without_held_out_phrases_is_refused() {
        let nowhere = Performances::open(Path::new("/nonexistent-folder")).unwrap_err();
        assert!(nowhere.to_string().contains("manifest.csv"), "{nowhere}");
        let lacking = folder("path,instrument\n");
        let lacking = Performances::open(lacking.path()).unwrap_err();
        assert!(lacking.to_string().contains("'kind'"), "{lacking}");
        let trained = folder("path,instrument,kind,poly,split\na.flac,flute,phrase,0,train\n");
        let trained = Performances::open(trained.path()).unwrap_err();
        assert!(trained.to_string().contains("'valid'"), "{trained}");
    }
}
