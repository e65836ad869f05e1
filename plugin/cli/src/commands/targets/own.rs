//! Targets of the player's own: added, removed, renamed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_engine::{
    Library, LibraryError, MADE_FOR_ANOTHER_BASE, Source, TargetEntry, user_folder,
};
use mynah_models::Target;

use super::place;
use crate::commands::{entries_called, print};

/// What becomes of what has chosen a target that is here no more under its hash.
const FORGOTTEN: &str = "Sessions and presets know a target by all that is in its file, and a name is part of that: those that were saved with it \
                         before do not find it as it is called now, and automation that means its place finds nothing there. Choose it there again.";

/// Checks files and copies them into the player's folder: names every one that cannot be used, and takes the others.
///
/// # Errors
/// One sentence for each file that cannot be used.
pub(super) fn add(library: &Library, files: &[PathBuf]) -> Result<()> {
    let folder = folder()?;
    let mut failures = Vec::new();
    for file in files {
        match add_one(library, file, &folder) {
            Ok((target, said)) => {
                print(&said)?;
                if target.made_for_another_base() {
                    let name = &target.info().display_name;
                    eprintln!("mynah: {name}: {MADE_FOR_ANOTHER_BASE}");
                }
            }
            Err(error) => failures.push(error.to_string()),
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{}", failures.join("\n"))
}

/// Adds a file, unless it is here already, be it among the shipped ones; the target, and what is to be said of it.
fn add_one(
    library: &Library,
    file: &Path,
    folder: &Path,
) -> Result<(Arc<Target>, String), LibraryError> {
    let target = library.load_file(file)?;
    let info = target.info();
    let called = format!("{} ({})", info.display_name, info.name);
    let mut entries = library.entries().iter();
    let said = match entries.find(|entry| entry.info.hash == info.hash) {
        Some(entry) => {
            let place = place(&entry.source);
            format!("{called} was installed already: {place}\n")
        }
        None => {
            let (path, _) = library.install_file(file, folder)?;
            warn_of_namesakes(library, &info.name);
            format!("{called} is installed: {}\n", path.display())
        }
    };
    let credit = info.credits.first().map(|credit| {
        let credit = credit.trim_end_matches('.');
        format!("Credits: {credit}. Licence: {}.\n", info.licence)
    });
    let credit = credit.unwrap_or_default();
    Ok((Arc::clone(&target), said + &credit))
}

/// Deletes one of the player's own, be it a file of their folder that cannot be used.
///
/// # Errors
/// If it is none of the player's own, or cannot be deleted.
pub(super) fn remove(library: &Library, wanted: &str) -> Result<()> {
    let path = match find(library, wanted) {
        Ok(entry) => entry.remove()?,
        Err(error) => {
            let mut unusable = library.problems().iter().map(|(path, _)| path);
            let Some(path) = unusable.find(|path| is_file(path, wanted)) else {
                return Err(error);
            };
            fs::remove_file(path).with_context(|| format!("cannot delete '{}'", path.display()))?;
            path.clone()
        }
    };
    print(&format!("{} is deleted\n", path.display()))
}

/// Gives one of the player's own another name.
///
/// # Errors
/// If it is none of the player's own, the name is none, or the file cannot be written.
pub(super) fn rename(library: &Library, wanted: &str, name: &str) -> Result<()> {
    let entry = find(library, wanted)?;
    let before = &entry.info;
    let after = entry.rename(name.trim())?;
    print(&format!(
        "{} ({}) is now {} ({}): {}\n",
        before.display_name,
        before.name,
        after.display_name,
        after.name,
        entry.own_file()?.display()
    ))?;
    if after.hash != before.hash {
        print(&format!("{FORGOTTEN}\n"))?;
    }
    if after.name != before.name {
        warn_of_namesakes(library, &after.name);
    }
    Ok(())
}

/// The one of the player's own that is called so, or is this file.
fn find<'a>(library: &'a Library, wanted: &str) -> Result<&'a TargetEntry> {
    let called = entries_called(library, wanted);
    let is_own = |entry: &&&TargetEntry| entry.source != Source::Shipped;
    let own: Vec<&&TargetEntry> = called.iter().filter(is_own).collect();
    if let [entry] = own[..] {
        return Ok(entry);
    }
    let mut entries = library.entries().iter();
    let file = entries.find(|entry| entry.own_file().is_ok_and(|path| is_file(path, wanted)));
    if let Some(entry) = file {
        return Ok(entry);
    }
    if !own.is_empty() {
        let files = own.iter().filter_map(|entry| entry.own_file().ok());
        let files: Vec<String> = files.map(|path| path.display().to_string()).collect();
        let files = files.join(", ");
        bail!(
            "several of your own targets are called '{wanted}': give one by its file, of {files}"
        );
    }
    if let Some(shipped) = called.first() {
        shipped.own_file()?;
    }
    let folder = folder()?;
    bail!(
        "there is no target '{wanted}' among your own, in {}",
        folder.display()
    )
}

/// Whether a text names this file, on whatever way.
fn is_file(path: &Path, wanted: &str) -> bool {
    let wanted = fs::canonicalize(wanted);
    wanted.is_ok_and(|wanted| fs::canonicalize(path).is_ok_and(|path| path == wanted))
}

/// Another target of the same name may be what the name means.
fn warn_of_namesakes(library: &Library, name: &str) {
    if !entries_called(library, name).is_empty() {
        eprintln!(
            "mynah: another target is called '{name}', too: `mynah targets rename` gives either of your own another name"
        );
    }
}

fn folder() -> Result<PathBuf> {
    user_folder().context("there is no folder for your own targets: this user has no home folder")
}
