//! Lists the trained models and the presets in `assets/` for [`library`](src/library.rs) and
//! [`preset`](src/preset.rs) to carry inside the binary.
//!
//! Writes into `OUT_DIR`, in the order of file names, so that two builds of the same tree are the same:
//! `shipped.rs`, the base, the voices and the continuation network, the timbre space and the realness network (if there) and
//! the targets; `presets.rs`, the presets.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest_dir = PathBuf::from(required("CARGO_MANIFEST_DIR")?);
    let assets_dir = manifest_dir.join("../../assets");
    let [base, voices, continuation, timbre, realness] =
        ["base", "voices", "continuation", "timbre", "realness"]
            .map(|name| if_there(&assets_dir.join(format!("{name}.mynah"))));
    let targets_dir = assets_dir.join("targets");

    println!("cargo::rerun-if-changed=build.rs");
    // A folder that is not there yet is watched through its parent.
    println!("cargo::rerun-if-changed={}", assets_dir.display());
    if targets_dir.is_dir() {
        println!("cargo::rerun-if-changed={}", targets_dir.display());
    }

    let mut source = String::new();
    let mut targets = String::new();
    for path in files_of(&targets_dir, "mynah")? {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(targets, "    ({name:?}, {}),", include_bytes(&path));
    }
    let _ = writeln!(
        source,
        "pub(crate) const SHIPPED_BASE: Option<&[u8]> = {base};\n\
         pub(crate) const SHIPPED_VOICES: Option<&[u8]> = {voices};\n\
         pub(crate) const SHIPPED_CONTINUATION: Option<&[u8]> = {continuation};\n\
         pub(crate) const SHIPPED_TIMBRE: Option<&[u8]> = {timbre};\n\
         pub(crate) const SHIPPED_REALNESS: Option<&[u8]> = {realness};\n\
         pub(crate) const SHIPPED_TARGETS: &[(&str, &[u8])] = &[\n{targets}];"
    );
    let out_dir = PathBuf::from(required("OUT_DIR")?);
    fs::write(out_dir.join("shipped.rs"), source)?;
    fs::write(out_dir.join("presets.rs"), presets(&assets_dir)?)
}

fn presets(assets_dir: &Path) -> io::Result<String> {
    let folder = assets_dir.join("presets");
    if folder.is_dir() {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    let mut presets = String::new();
    for path in files_of(&folder, "json")? {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let path = path.display().to_string();
        let _ = writeln!(presets, "    ({name:?}, include_str!({path:?})),");
    }
    Ok(format!(
        "pub(crate) const FACTORY_PRESETS: &[(&str, &str)] = &[\n{presets}];"
    ))
}

fn required(variable: &str) -> io::Result<String> {
    env::var(variable).map_err(|error| io::Error::other(format!("{variable}: {error}")))
}

fn include_bytes(path: &Path) -> String {
    format!("include_bytes!({:?})", path.display().to_string())
}

fn if_there(path: &Path) -> String {
    if path.is_file() {
        format!("Some({})", include_bytes(path))
    } else {
        "None".to_owned()
    }
}

/// The files of a folder with this ending, sorted by name; none when there is no such folder.
fn files_of(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
