//! Which of Debian's packages are needed: what is linked to, looked up in a table, and what the editor loads.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use goblin::elf::Elf;

/// Libraries by the names that programs are linked to, and what has them on Debian and Ubuntu.
const PACKAGES: [(&str, &str); 2] = [
    ("libgcc_s.so.1", "libgcc-s1"),
    // Ubuntu 24.04 and Debian 13 gave it a new name with 64-bit times.
    ("libasound.so.2", "libasound2t64 | libasound2"),
];

/// What the editor loads when it is opened, which no file says: X11, OpenGL and the keyboard's layout.
const EDITOR: [&str; 6] = [
    "libgl1",
    "libx11-6",
    "libx11-xcb1",
    "libxcb1",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
];

/// All parts of the C library, which comes with a version of its own.
const C_LIBRARY: [&str; 6] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
];

/// What one program or plugin is linked to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Needs {
    /// Names of libraries.
    pub(super) libraries: Vec<String>,
    /// The newest version of the C library that one of its functions came with, such as `[2, 34]`.
    pub(super) c_library: Vec<u32>,
}

/// Reads it from the file.
pub(super) fn needs(path: &Path) -> Result<Needs> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let elf =
        Elf::parse(&bytes).with_context(|| format!("{} is no program of Linux", path.display()))?;
    let mut needs = Needs {
        libraries: elf
            .libraries
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        ..Needs::default()
    };
    for library in elf.verneed.iter().flat_map(|section| section.iter()) {
        for version in library.iter() {
            let name = elf.dynstrtab.get_at(version.vna_name).unwrap_or_default();
            let Some(number) = name.strip_prefix("GLIBC_") else {
                continue;
            };
            let parts: Option<Vec<u32>> = number.split('.').map(|part| part.parse().ok()).collect();
            needs.c_library = needs.c_library.max(parts.unwrap_or_default());
        }
    }
    Ok(needs)
}

/// The field `Depends` of a package with all of these.
///
/// # Errors
/// If one is linked to a library that the table does not know: better no package than one that does
/// not start.
pub(super) fn depends(all: &[Needs]) -> Result<String> {
    let c_library = all.iter().map(|needs| needs.c_library.clone()).max();
    let version: Vec<String> = c_library
        .unwrap_or_default()
        .iter()
        .map(u32::to_string)
        .collect();
    let mut packages = vec![format!("libc6 (>= {})", version.join("."))];
    packages.extend(EDITOR.map(str::to_owned));
    for library in all.iter().flat_map(|needs| &needs.libraries) {
        if C_LIBRARY.contains(&library.as_str()) {
            continue;
        }
        let Some((_, package)) = PACKAGES.iter().find(|(name, _)| name == library) else {
            bail!(
                "no package of Debian is known for {library}: name it in xtask/src/dist/libraries.rs"
            );
        };
        if !packages.iter().any(|known| known == package) {
            packages.push((*package).to_owned());
        }
    }
    packages[1..].sort();
    Ok(packages.join(", "))
}
