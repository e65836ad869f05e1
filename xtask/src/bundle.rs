//! The plugin files that hosts load.

use anyhow::{Result, bail};

use crate::step;

/// Builds both formats into `bundled` in the target folder. The name comes from `bundler.toml`.
pub(crate) fn bundle(dist: bool) -> Result<()> {
    let profile = if dist { "dist" } else { "release" };
    let arguments = ["bundle", "mynah-plugin", "--profile", profile].map(str::to_owned);
    nice_plug_xtask::main_with_args("cargo xtask", arguments)?;
    let folder = step::target_folder().join("bundled");
    for name in ["Mynah.clap", "Mynah.vst3"] {
        let path = folder.join(name);
        if !path.exists() {
            bail!("{} was not made", path.display());
        }
        println!("{}", path.display());
    }
    Ok(())
}
