//! Lists the trained models in `assets/` for [`library`](src/library.rs) to carry inside the binary.
//!
//! Writes `shipped.rs` into `OUT_DIR`: the base (if there) and the targets in the order of their
//! file names, so that two builds of the same tree are the same.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest_dir = PathBuf::from(required("CARGO_MANIFEST_DIR")?);
    let assets_dir = manifest_dir.join("../../assets");
    let base = assets_dir.join("base.mynah");
    let targets_dir = assets_dir.join("targets");

    println!("cargo::rerun-if-changed=build.rs");
    // A folder that is not there yet is watched through its parent.
    println!("cargo::rerun-if-changed={}", assets_dir.display());
    if targets_dir.is_dir() {
        println!("cargo::rerun-if-changed={}", targets_dir.display());
    }

    let mut source = String::new();
    let base_bytes = if base.is_file() {
        format!("Some({})", include_bytes(&base))
    } else {
        "None".to_owned()
    };
    let mut targets = String::new();
    for path in model_files(&targets_dir)? {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(targets, "    ({name:?}, {}),", include_bytes(&path));
    }
    let _ = writeln!(
        source,
        "pub(crate) const SHIPPED_BASE: Option<&[u8]> = {base_bytes};\n\
         pub(crate) const SHIPPED_TARGETS: &[(&str, &[u8])] = &[\n{targets}];"
    );
    fs::write(Path::new(&required("OUT_DIR")?).join("shipped.rs"), source)
}

fn required(variable: &str) -> io::Result<String> {
    env::var(variable).map_err(|error| io::Error::other(format!("{variable}: {error}")))
}

fn include_bytes(path: &Path) -> String {
    format!("include_bytes!({:?})", path.display().to_string())
}

/// The `.mynah` files of a folder, sorted by name; none when there is no such folder.
fn model_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "mynah")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
