//! `mynah demo`: the project's own phrase, translated to every target, with pictures.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mynah_engine::{Controls, Library};
use rayon::prelude::*;

use super::print;
use crate::audio::write::{Encoding, Writer, check_free};
use crate::cli::Demo;
use crate::interrupt;
use crate::pipeline::translate_mono;
use crate::progress::Bars;
use crate::spectrogram;
use crate::synth;

/// Where the files go if nothing is said.
const OWN_FOLDER: &str = "mynah-demo";
/// Rate of the phrase in Hz.
const RATE_HZ: u32 = 48_000;

/// Writes `input.wav`, and for every target `TARGET.wav` and `TARGET.png` (input above, output below).
///
/// # Errors
/// The folder cannot be written, a file exists already, or a target cannot be loaded.
pub(super) fn run(arguments: &Demo) -> Result<()> {
    interrupt::listen();
    let own_folder = PathBuf::from(OWN_FOLDER);
    let folder = arguments.out_dir.as_ref().unwrap_or(&own_folder);
    // Its own folder holds nothing but what it made itself.
    let overwrite = arguments.force || arguments.out_dir.is_none();
    let library = Library::with_user_folder();
    if library.entries().is_empty() {
        bail!("there are no targets installed");
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder '{}'", folder.display()))?;
    let input_path = folder.join("input.wav");
    // Of several targets of one name, the first is the one that the name means everywhere.
    let mut names: Vec<String> = Vec::new();
    for entry in library.entries() {
        if !names.contains(&entry.info.name) {
            names.push(entry.info.name.clone());
        }
    }
    check_free(&input_path, overwrite)?;
    for name in &names {
        for extension in ["wav", "png"] {
            check_free(&folder.join(format!("{name}.{extension}")), overwrite)?;
        }
    }
    let phrase = synth::demo_phrase();
    write_wav(&input_path, &phrase, overwrite)?;
    print(&format!(
        "{}  a phrase made by synthesis, {:.1} s\n",
        input_path.display(),
        phrase.len() as f64 / 48e3
    ))?;
    let bars = Bars::new(false);
    let progress = bars.steps("translating");
    progress.set_length(names.len() as u64);
    let base = library.base()?;
    names.par_iter().try_for_each(|name| {
        interrupt::check()?;
        let (_, target) = super::find_target(&library, name)?;
        let translated = |drive: f32| {
            let controls = Controls {
                drive,
                ..Controls::default()
            };
            translate_mono(&base, &target, &controls, RATE_HZ, &phrase)
        };
        let (prior, output) = (translated(0.0)?, translated(1.0)?);
        let path = folder.join(format!("{name}.wav"));
        write_wav(&path, &output, overwrite)?;
        let panels = [phrase.as_slice(), &prior, &output];
        spectrogram::write_png(&path.with_extension("png"), &panels, overwrite)?;
        progress.inc(1);
        print(&format!(
            "{}  and its spectrogram {name}.png (the input, the prior alone, and with the generator)\n",
            path.display()
        ))
    })?;
    progress.finish_and_clear();
    Ok(())
}

fn write_wav(path: &Path, signal: &[f32], overwrite: bool) -> Result<()> {
    let mut writer = Writer::create(path, Encoding::Wav24, RATE_HZ, 1, overwrite)?;
    writer.write(&[signal])?;
    writer.finish()?;
    Ok(())
}
