//! The plugin files that hosts load.

use anyhow::{Context, Result, bail};

use crate::step;

const PACKAGE: &str = "mynah-plugin";

/// Builds both formats into `bundled` in the target folder. The name comes from `bundler.toml`.
pub(crate) fn bundle(dist: bool) -> Result<()> {
    let profile = if dist { "dist" } else { "release" };
    let arguments = ["--profile", profile].map(str::to_owned);
    let target = std::path::absolute(step::target_folder())?;
    nice_plug_xtask::build(&[PACKAGE.to_owned()], &arguments)?;
    // The bundler reads `bundler.toml` in the current folder.
    std::env::set_current_dir("xtask").context("cannot enter xtask")?;
    let bundled = nice_plug_xtask::bundle(&target, PACKAGE, &arguments, false);
    step::enter_workspace()?;
    bundled?;
    let folder = target.join("bundled");
    for name in ["Mynah.clap", "Mynah.vst3"] {
        let path = folder.join(name);
        if !path.exists() {
            bail!("{} was not made", path.display());
        }
        println!("{}", path.display());
    }
    Ok(())
}
