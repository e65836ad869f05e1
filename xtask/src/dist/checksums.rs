//! SHA-256 of what is downloaded.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The file that lists them, as `sha256sum --check` reads it.
pub(super) const FILE: &str = "SHA256SUMS";

/// Writes it, with a line for each of the files, into the folder that they are in.
pub(super) fn write(folder: &Path, files: &[PathBuf]) -> Result<()> {
    let mut lines = Vec::new();
    for file in files {
        let name = file.file_name().context("a package has no name")?;
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        lines.push((name.to_string_lossy().into_owned(), sha256(&content)));
    }
    lines.sort();
    let text: String = lines
        .iter()
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect();
    let path = folder.join(FILE);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// In 64 hexadecimal digits.
pub(super) fn sha256(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
