//! The application.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;

/// Builds it into `bundled` in the target folder.
pub(crate) fn build() -> Result<()> {
    if let Some(missing) = missing() {
        bail!(missing);
    }
    let arguments = [
        "build",
        "--release",
        "--workspace",
        "--features",
        "mynah-plugin/standalone",
        "--bin",
        "mynah-standalone",
    ];
    step::cargo("Application", &arguments)?;
    let path = path();
    let name = path.file_name().context("the application has no name")?;
    let built = step::target_folder().join("release").join(name);
    let folder = path.parent().context("the target folder has no parent")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::copy(&built, &path).with_context(|| format!("cannot copy {}", built.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// Where it is put.
pub(crate) fn path() -> PathBuf {
    let name = format!("mynah-standalone{}", std::env::consts::EXE_SUFFIX);
    step::target_folder().join("bundled").join(name)
}

/// What keeps it from being built here, as a sentence.
pub(crate) fn missing() -> Option<&'static str> {
    let has = || step::succeeds(Command::new("pkg-config").args(["--exists", "alsa", "jack"]));
    (cfg!(target_os = "linux") && !has()).then_some(
        "the application needs the headers of ALSA and JACK, which pkg-config does not find (on Debian, the \
         packages libasound2-dev, libjack-jackd2-dev and pkg-config).",
    )
}
