//! `mynah info`: what is in a model file.

use std::fmt::Write;

use anyhow::{Context, Result};
use mynah_engine::{MAX_MODEL_FILE_BYTES, read_whole};
use mynah_models::{ModelInfo, ModelKind};
use serde::Serialize;

use super::targets::TargetJson;
use super::{print, print_json};
use crate::cli::Info;

#[derive(Serialize)]
struct InfoJson {
    kind: &'static str,
    format_version: u32,
    sample_rate_hz: u32,
    hop_samples: usize,
    bytes: u64,
    #[serde(flatten)]
    target: TargetJson,
}

/// Prints the header of a model file.
///
/// # Errors
/// The file is missing, too large, or not a valid model file.
pub(super) fn run(arguments: &Info) -> Result<()> {
    let shown = arguments.file.display();
    let content = read_whole(&arguments.file, MAX_MODEL_FILE_BYTES)
        .with_context(|| format!("cannot open '{shown}'"))?;
    let info = ModelInfo::read(&content)
        .with_context(|| format!("'{shown}' is not a valid model file"))?;
    let kind = match info.kind {
        ModelKind::Base => "base",
        ModelKind::Target => "target",
        ModelKind::Voices => "voices",
        ModelKind::Timbre => "timbre",
        ModelKind::Continuation => "continuation",
        ModelKind::Realness => "realness",
    };
    let json = InfoJson {
        kind,
        format_version: info.format_version,
        sample_rate_hz: info.sample_rate_hz,
        hop_samples: info.hop_samples,
        bytes: content.len() as u64,
        target: TargetJson::new(&info, arguments.file.display().to_string()),
    };
    if arguments.json {
        return print_json(&json);
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} ({kind}, format {})",
        info.display_name, info.format_version
    );
    let _ = writeln!(text, "name         {}", info.name);
    let _ = writeln!(text, "hash         {}", info.hash);
    if let Some(base) = &info.base_hash {
        let _ = writeln!(text, "base         {base}");
    }
    let _ = writeln!(
        text,
        "rate         {} Hz, {} samples a hop",
        info.sample_rate_hz, info.hop_samples
    );
    let _ = writeln!(
        text,
        "pitch        {:.0} to {:.0} Hz",
        info.pitch_range_hz.0, info.pitch_range_hz.1
    );
    let home = info.home_register();
    let _ = writeln!(
        text,
        "home         MIDI notes {:.0} to {:.0}",
        home.low, home.high
    );
    let _ = writeln!(text, "size         {} bytes", content.len());
    let _ = writeln!(text, "licence      {}", info.licence);
    for credit in &info.credits {
        let _ = writeln!(text, "credit       {credit}");
    }
    print(&text)
}
