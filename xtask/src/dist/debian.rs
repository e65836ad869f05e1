//! The package for Debian, Ubuntu and what descends from them, made by `dpkg-deb`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::product::Product;
use super::tree::Tree;
use super::{emptied, libraries};
use crate::step;

/// What keeps a package from being made here, as a sentence.
pub(crate) fn missing() -> Option<&'static str> {
    let has = |tool| step::succeeds(Command::new(tool).arg("--version"));
    (cfg!(target_os = "linux") && !(has("dpkg-deb") && has("dpkg"))).then_some(
        "a Debian package needs dpkg-deb and dpkg, which are not installed (the package dpkg, on other systems, too).",
    )
}

/// Makes the package of what was built.
pub(super) fn pack(product: &Product, folder: &Path) -> Result<PathBuf> {
    let mut all = Vec::new();
    for path in product.linked_files() {
        all.push(libraries::needs(path)?);
    }
    make(product, &libraries::depends(&all)?, folder)
}

/// Makes the package, which needs these others.
pub(super) fn make(product: &Product, depends: &str, folder: &Path) -> Result<PathBuf> {
    let staged = emptied(&folder.join("debian"))?;
    let bytes = layout(product)?.lay_out(&staged)?;
    let control = staged.join("DEBIAN");
    fs::create_dir(&control)?;
    fs::write(
        control.join("control"),
        fields(product, depends, bytes.div_ceil(1024)),
    )?;
    // The folder and its file get the permissions that the others have.
    Tree::default().lay_out(&staged)?;
    let name = format!(
        "mynah_{}_{}.deb",
        version(product),
        architecture(&product.processor)
    );
    let path = folder.join(name);
    let mut command = Command::new("dpkg-deb");
    // Not Ubuntu's own zstd, which Debian reads only from version 12 on. Level 9 looks back far enough to see that all
    // four files have the same models in them: a third of the size.
    command
        .args(["--build", "--root-owner-group", "-Zxz", "-z9"])
        .args([&staged, &path])
        .env("SOURCE_DATE_EPOCH", product.changed_s.to_string());
    step::run("Debian package", &mut command)?;
    fs::remove_dir_all(&staged).with_context(|| format!("cannot remove {}", staged.display()))?;
    Ok(path)
}

/// Where the files go.
fn layout(product: &Product) -> Result<Tree> {
    let mut tree = Tree::default();
    product.add_plugins(&mut tree, "usr/lib/clap/", "usr/lib/vst3/")?;
    product.add_programs(&mut tree, "usr/bin/")?;
    // The application among the others, and what a file of a target opens with. Debian's own triggers tell the desktop.
    tree.add_text(
        "usr/share/applications/mynah.desktop",
        include_str!("install/mynah.desktop").to_owned(),
    )?;
    tree.add_text(
        "usr/share/mime/packages/mynah.xml",
        include_str!("install/mynah.xml").to_owned(),
    )?;
    let documents = "usr/share/doc/mynah/";
    let licence = product.root.join("LICENSE");
    tree.add_file(&format!("{documents}copyright"), &licence)?;
    product.add_credits(&mut tree, documents)?;
    Ok(tree)
}

/// What the package says of itself.
fn fields(product: &Product, depends: &str, size_kib: u64) -> String {
    format!(
        "\
Package: mynah
Version: {}
Architecture: {}
Maintainer: The Mynah authors
Installed-Size: {size_kib}
Depends: {depends}
Recommends: libdbus-1-3, libjack-jackd2-0 | libjack-0.125, xdg-desktop-portal
Section: sound
Priority: optional
Description: real-time neural instrument translator
 Play or sing into a track, and it comes out as a cello, a flute, a saxophone.
 This package has the CLAP and the VST3 plugin, the application
 mynah-standalone and the command line mynah, with their models.
",
        version(product),
        architecture(&product.processor)
    )
}

/// As Debian orders versions: `0.2.0~rc.1` is before `0.2.0`.
fn version(product: &Product) -> String {
    product.version.replace('-', "~")
}

/// Debian's word for a processor.
fn architecture(processor: &str) -> &str {
    match processor {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
