//! Where a page goes.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::audio::pending::check_name;
use crate::cli::Learn;
use crate::commands::page::PAGE_NAME;
use crate::identity::is_same_file;

/// Where a page goes, or went: what was asked for, or else `NAME-page` beside `NAME.mynah`.
pub(in crate::commands::learn) fn folder(arguments: &Learn) -> PathBuf {
    match &arguments.page {
        Some(folder) => folder.clone(),
        None => beside(&arguments.output),
    }
}

/// The folder for the page, if there is to be one.
///
/// # Errors
/// It is a file, is one of the folders of recordings, or another page lies there already (in a folder that was asked for, and
/// without `overwrite`).
pub(in crate::commands::learn) fn checked_folder(
    arguments: &Learn,
    overwrite: bool,
) -> Result<Option<PathBuf>> {
    if arguments.no_page {
        return Ok(None);
    }
    let folder = folder(arguments);
    let shown = folder.display();
    if folder.exists() && !folder.is_dir() {
        bail!("'{shown}' is no folder: choose another --page");
    }
    if arguments
        .inputs
        .iter()
        .any(|input| is_same_file(input, &folder))
    {
        bail!("'{shown}' holds the recordings: choose another --page");
    }
    if arguments.page.is_some() {
        check_name(&folder.join(PAGE_NAME), overwrite)?;
    }
    Ok(Some(folder))
}

fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_stem().unwrap_or_default().to_os_string();
    name.push("-page");
    target.with_file_name(name)
}
