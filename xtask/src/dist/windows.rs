//! The installer for Windows, made by Inno Setup. It is not signed: that needs a certificate.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::emptied;
use super::product::Product;
use crate::step;

/// What is installed, and where.
const SCRIPT: &str = "mynah.iss";

const MISSING: &str = "the installer needs Inno Setup 6.3 or later, whose ISCC.exe is neither in PATH nor \
    among the installed programs (`winget install JRSoftware.InnoSetup`).";

/// What keeps it from being made here, as a sentence.
pub(super) fn missing() -> Option<&'static str> {
    (cfg!(windows) && compiler().is_none()).then_some(MISSING)
}

/// Makes it of what was built.
pub(super) fn pack(product: &Product, folder: &Path) -> Result<PathBuf> {
    let compiler = compiler().context(MISSING)?;
    let files = emptied(&folder.join("windows"))?;
    product.portable()?.lay_out(&files)?;
    let name = format!("{}-setup", product.full_name());
    let script: PathBuf = ["xtask", "src", "dist", SCRIPT].iter().collect();
    step::run(
        "Installer",
        Command::new(compiler)
            .arg("/Qp")
            .arg(format!("/DVersion={}", product.version))
            .arg(format!("/DFiles={}", files.display()))
            .arg(format!("/O{}", folder.display()))
            .arg(format!("/F{name}"))
            .arg(product.root.join(script)),
    )?;
    std::fs::remove_dir_all(&files)
        .with_context(|| format!("cannot remove {}", files.display()))?;
    Ok(folder.join(format!("{name}.exe")))
}

/// Inno Setup's compiler. Its installer does not put it into `PATH`.
fn compiler() -> Option<PathBuf> {
    if step::exists("ISCC") {
        return Some(PathBuf::from("ISCC"));
    }
    let folders = ["ProgramFiles(x86)", "ProgramFiles", "LOCALAPPDATA"];
    let folders = folders.iter().filter_map(std::env::var_os);
    let mut places = folders.flat_map(|folder| {
        ["Inno Setup 7", "Inno Setup 6"].map(|version| {
            let folder = Path::new(&folder);
            [folder.join(version), folder.join("Programs").join(version)]
        })
    });
    places
        .by_ref()
        .flatten()
        .map(|folder| folder.join("ISCC.exe"))
        .find(|path| path.exists())
}
