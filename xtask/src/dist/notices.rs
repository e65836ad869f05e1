//! The licences of the crates that are linked into what players get, which want to be passed on with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};

/// The crates that players get.
const SHIPPED: [&str; 2] = ["mynah-plugin", "mynah-cli"];

/// Beginnings of the names that licences have, in capitals.
const NAMES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];

/// A list of all crates with their licences and where their source is, then every text once, with the crates that have it.
pub(super) fn text() -> Result<String> {
    let metadata = MetadataCommand::new()
        .features(CargoOpt::SomeFeatures(vec![
            "mynah-plugin/standalone".to_owned(),
        ]))
        .other_options(["--filter-platform".to_owned(), host()?])
        .exec()
        .context("cargo does not tell which crates are inside")?;
    let mut list = String::from(
        "Mynah is linked with these crates. Each is used unchanged; its source is where the last column says.\n\n",
    );
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in linked(&metadata)? {
        let name = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or("licence below");
        let source = package.repository.clone();
        let source = source.unwrap_or_else(|| format!("the crate {name}"));
        list += &format!("{name} | {licence} | {source}\n");
        let folder = package.manifest_path.parent();
        let folder = folder.context("a manifest has no folder")?;
        for text in licences(folder.as_std_path())? {
            texts.entry(text).or_default().push(name.clone());
        }
    }
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by(|(_, first), (_, second)| first.cmp(second));
    for (text, crates) in texts {
        list += &format!("\n{}\n{}\n\n{text}\n", "=".repeat(80), crates.join(", "));
    }
    Ok(list)
}

/// Everyone else's crates that the shipped ones are linked with, by name.
fn linked(metadata: &Metadata) -> Result<Vec<&Package>> {
    let resolve = metadata.resolve.as_ref();
    let resolve = resolve.context("cargo resolved no dependencies")?;
    let nodes: BTreeMap<&PackageId, _> =
        resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut waiting: Vec<&PackageId> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| SHIPPED.contains(&package.name.as_str()))
        .map(|package| &package.id)
        .collect();
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in nodes.get(id).map_or(&[][..], |node| &node.deps) {
            let kinds = &dependency.dep_kinds;
            if kinds.iter().any(|kind| kind.kind == DependencyKind::Normal) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    let mut packages: Vec<&Package> = seen
        .into_iter()
        .map(|id| &metadata[id])
        .filter(|package| package.source.is_some())
        .collect();
    packages.sort_by(|first, second| {
        (&first.name, &first.version).cmp(&(&second.name, &second.version))
    });
    Ok(packages)
}

/// The texts in a crate's folder, without what only differs in how lines end.
fn licences(folder: &Path) -> Result<BTreeSet<String>> {
    let mut texts = BTreeSet::new();
    let files =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for file in files {
        let file = file?;
        let name = file.file_name().to_string_lossy().to_uppercase();
        if file.file_type()?.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            let text = String::from_utf8_lossy(&fs::read(file.path())?).replace('\r', "");
            texts.insert(text.trim().to_owned());
        }
    }
    Ok(texts)
}

/// What the compiler calls this system.
fn host() -> Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("cannot start rustc")?;
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line
        .context("rustc does not say what it builds for")?
        .to_owned())
}
