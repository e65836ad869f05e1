//! A page's files, each whole or not there.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::audio::metadata::Metadata;
use crate::audio::pending::{Destination, Pending};
use crate::audio::write::{Encoding, Writer};
use crate::phrases::RATE_HZ;
use crate::spectrogram;

/// Writes a mono sound of 48 kHz; returns how many samples had to be clipped.
///
/// # Errors
/// The file cannot be written, or exists and `overwrite` is false.
pub(in crate::commands) fn write_sound(
    path: &Path,
    signal: &[f32],
    overwrite: bool,
) -> Result<u64> {
    let destination = Destination::File(path.to_path_buf());
    let nothing = Metadata::default();
    let mut writer = Writer::create(
        &destination,
        Encoding::WAV_16,
        RATE_HZ,
        1,
        overwrite,
        &nothing,
    )?;
    writer.write(&[signal])?;
    writer.finish()
}

/// Writes its spectrogram.
///
/// # Errors
/// As [`write_sound`].
pub(in crate::commands) fn write_picture(
    path: &Path,
    signal: &[f32],
    overwrite: bool,
) -> Result<()> {
    spectrogram::write_png(path, &[signal], overwrite)
}

/// Writes the page itself.
///
/// # Errors
/// As [`write_sound`].
pub(in crate::commands) fn write_page(path: &Path, html: &str, overwrite: bool) -> Result<()> {
    let destination = Destination::File(path.to_path_buf());
    let (mut file, pending) = Pending::create(&destination, overwrite)?;
    file.write_all(html.as_bytes())
        .with_context(|| format!("cannot write '{}'", path.display()))?;
    drop(file);
    pending.publish()
}
