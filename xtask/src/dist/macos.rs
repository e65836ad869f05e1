//! The installer for macOS, made by the system's `pkgbuild` and `productbuild`. It is not signed: that needs an
//! account with Apple.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::emptied;
use super::product::Product;
use super::tree::Tree;
use crate::step;

const IDENTIFIER: &str = "org.mynah.Mynah";

/// Makes it of what was built.
pub(super) fn pack(product: &Product, folder: &Path) -> Result<PathBuf> {
    let staged = emptied(&folder.join("macos"))?;
    let (root, bundles) = (staged.join("root"), staged.join("bundles.plist"));
    let component = staged.join("component.pkg");
    layout(product)?.lay_out(&root)?;
    step::run(
        "Bundles in the installer",
        Command::new("pkgbuild")
            .arg("--analyze")
            .arg("--root")
            .args([&root, &bundles]),
    )?;
    fix_places(&bundles);
    step::run(
        "Files of the installer",
        Command::new("pkgbuild")
            .arg("--root")
            .arg(&root)
            .arg("--component-plist")
            .arg(&bundles)
            .args(["--identifier", IDENTIFIER, "--version", &product.version])
            .args(["--install-location", "/"])
            .arg(&component),
    )?;
    let path = folder.join(format!("{}.pkg", product.full_name()));
    step::run(
        "Installer",
        Command::new("productbuild")
            .arg("--package")
            .args([&component, &path]),
    )?;
    std::fs::remove_dir_all(&staged)
        .with_context(|| format!("cannot remove {}", staged.display()))?;
    Ok(path)
}

/// Where the files go.
pub(super) fn layout(product: &Product) -> Result<Tree> {
    let mut tree = Tree::default();
    let plugins = "Library/Audio/Plug-Ins";
    product.add_plugins(
        &mut tree,
        &format!("{plugins}/CLAP/"),
        &format!("{plugins}/VST3/"),
    )?;
    product.add_programs(&mut tree, "usr/local/bin/")?;
    let documents = "usr/local/share/doc/mynah/";
    let licence = product.root.join("LICENSE");
    tree.add_file(&format!("{documents}LICENSE.txt"), &licence)?;
    product.add_credits(&mut tree, documents)?;
    Ok(tree)
}

/// Without this the installer would put a bundle over a copy of it that lies anywhere else on the disk. There are two
/// bundles at most; behind the last one plutil fails.
fn fix_places(bundles: &Path) {
    for index in 0..2 {
        let key = format!("{index}.BundleIsRelocatable");
        let mut command = Command::new("plutil");
        command.args(["-replace", &key, "-bool", "NO"]).arg(bundles);
        if !step::succeeds(&mut command) {
            break;
        }
    }
}
