//! What players download: an archive and an installer for the system that this runs on, with checksums.

mod archive;
mod checksums;
mod debian;
mod libraries;
mod macos;
mod notices;
mod product;
#[cfg(test)]
mod tests;
mod tree;
mod windows;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{bundle, standalone, step};
use product::Product;

pub(crate) use debian::missing as missing_debian_tools;

/// Builds everything with the profile `dist` and packs it into `packages` in the target folder.
pub(crate) fn make() -> Result<()> {
    // Before minutes of building.
    let missing = [standalone::missing(), debian::missing(), windows::missing()];
    if let Some(missing) = missing.into_iter().flatten().next() {
        bail!(missing);
    }
    bundle::bundle(true)?;
    build_programs()?;
    let product = Product::built(&step::target_folder())?;
    let folder = emptied(&std::path::absolute(
        step::target_folder().join("packages"),
    )?)?;
    let mut packages = vec![pack_archive(&product, &folder)?];
    match std::env::consts::OS {
        "linux" => packages.push(debian::pack(&product, &folder)?),
        "macos" => packages.push(macos::pack(&product, &folder)?),
        "windows" => packages.push(windows::pack(&product, &folder)?),
        _ => {}
    }
    checksums::write(&folder, &packages)?;
    println!();
    for package in &packages {
        let bytes = fs::metadata(package)?.len();
        println!("{} ({:.1} MB)", package.display(), bytes as f64 / 1e6);
    }
    Ok(())
}

/// The application and the command line. Only their own packages: with the whole workspace they
/// would get what tests and measurements ask of the crates they share.
fn build_programs() -> Result<()> {
    let arguments = [
        "build",
        "--profile",
        "dist",
        "--package",
        "mynah-plugin",
        "--package",
        "mynah-cli",
        "--features",
        "mynah-plugin/standalone",
        "--bin",
        "mynah-standalone",
        "--bin",
        "mynah",
    ];
    step::cargo("Application and command line", &arguments)
}

/// The archive for those who copy files themselves: the one that the system opens with a double click.
fn pack_archive(product: &Product, folder: &Path) -> Result<PathBuf> {
    let tree = product.portable()?;
    let name = product.full_name();
    if product.system == "windows" {
        archive::write_zip(&tree, &name, folder)
    } else {
        archive::write_tar_gz(&tree, &name, product.changed_s, folder)
    }
}

/// This folder, with nothing in it.
fn emptied(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.to_owned())
}
