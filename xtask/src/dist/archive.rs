//! Archives in which the same files give the same bytes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::tree::Tree;

/// `NAME.tar.gz`, with everything in one folder of that name, owned by root and changed at a time in
/// seconds since 1970.
pub(super) fn write_tar_gz(
    tree: &Tree,
    name: &str,
    changed_s: u64,
    folder: &Path,
) -> Result<PathBuf> {
    let path = folder.join(format!("{name}.tar.gz"));
    let mut builder = Builder::new(GzEncoder::new(create(&path)?, Compression::best()));
    for (place, entry) in tree.iter() {
        let content = entry.read()?;
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(content.len() as u64);
        header.set_mode(entry.mode());
        header.set_mtime(changed_s);
        header.set_uid(0);
        header.set_gid(0);
        builder.append_data(&mut header, format!("{name}/{place}"), content.as_slice())?;
    }
    builder.into_inner()?.finish()?;
    Ok(path)
}

/// `NAME.zip`, with everything in one folder of that name, dated 1980-01-01: a zip holds local times.
pub(super) fn write_zip(tree: &Tree, name: &str, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("{name}.zip"));
    let mut writer = ZipWriter::new(create(&path)?);
    for (place, entry) in tree.iter() {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(entry.mode());
        writer.start_file(format!("{name}/{place}"), options)?;
        writer.write_all(&entry.read()?)?;
    }
    writer.finish()?;
    Ok(path)
}

fn create(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
