//! What a bounce plays, or keys do: first the preset, then the options that have names, then `--set`, in this order.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use mynah_engine::{
    CORNER_INFOS, Control, Controls, Corners, Library, Preset, PresetEntry, PresetFolder,
    PresetSource, TargetRef, factory_presets,
};

use super::find_target;
use crate::cli::{Bounce, Play};

/// The category of the presets whose targets play held notes.
const MIDI: &str = "MIDI";

/// The targets and controls of a bounce.
pub(super) struct Setting {
    pub(super) targets: Corners,
    pub(super) controls: Controls,
    /// With *Auto octave*: whether the octave is chosen while it plays, as in the plugin, rather than one for each file.
    pub(super) octave_live: bool,
    /// The first target's name, to name outputs after.
    pub(super) target: String,
    /// The preset, as in a file's name.
    pub(super) preset: Option<String>,
    /// The name of a preset that is made for held notes.
    pub(super) wants_notes: Option<String>,
}

impl Setting {
    /// What the arguments ask for.
    ///
    /// # Errors
    /// An unknown preset, target or control, a value that it cannot take, or no target at all.
    pub(super) fn of(arguments: &Bounce, library: &Library) -> Result<Setting> {
        let mut setting = Setting::begin(arguments.preset.as_deref(), library)?;
        let named = [
            ("target", &arguments.target),
            ("mode", &arguments.mode),
            ("mix", &arguments.mix),
        ];
        let named = named
            .iter()
            .filter_map(|(id, value)| value.as_ref().map(|v| format!("{id}={v}")));
        match arguments.octave.as_deref().map(str::trim) {
            None => {}
            Some(auto) if auto.eq_ignore_ascii_case("auto") => setting.controls.octave_auto = true,
            Some(octave) => setting.set_text(&format!("octave={octave}"), library)?,
        }
        for text in named.chain(arguments.set.iter().cloned()) {
            setting.set_text(&text, library)?;
        }
        if !setting.targets.any() {
            bail!("there is no target: give --target NAME or --preset NAME");
        }
        setting.name_after_target();
        Ok(setting)
    }

    /// What is to play keys; without any target where none is named.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub(super) fn of_keys(arguments: &Play, library: &Library) -> Result<Setting> {
        let mut setting = Setting::begin(arguments.preset.as_deref(), library)?;
        let target = arguments.target.iter().map(|name| format!("target={name}"));
        let seed = arguments.seed.iter().map(|seed| format!("seed={seed}"));
        for text in target.chain(seed).chain(arguments.set.iter().cloned()) {
            setting.set_text(&text, library)?;
        }
        setting.name_after_target();
        Ok(setting)
    }

    /// A preset's, or that of a new instance.
    fn begin(preset: Option<&str>, library: &Library) -> Result<Setting> {
        let mut setting = Setting {
            targets: Corners::default(),
            controls: Controls::default(),
            octave_live: false,
            target: String::new(),
            preset: None,
            wants_notes: None,
        };
        if let Some(wanted) = preset {
            setting.take_preset(&find_preset(wanted)?, library)?;
        }
        Ok(setting)
    }

    fn name_after_target(&mut self) {
        let first = self.targets.0.iter().flatten().next();
        self.target = first.map_or_else(String::new, |target| target.info().name.clone());
    }

    fn take_preset(&mut self, preset: &Preset, library: &Library) -> Result<()> {
        let refused = || format!("cannot load the preset '{}'", preset.name);
        let found = preset.find_targets(library).with_context(refused)?;
        for (entry, wanted) in found.iter().zip(&preset.targets) {
            let hash = wanted.as_ref().and_then(|wanted| wanted.hash);
            if let (Some(entry), Some(hash)) = (entry, hash)
                && entry.info.hash != hash
                && !entry.learnt
            {
                eprintln!(
                    "mynah: {} was retrained since the preset '{}' was saved",
                    entry.info.display_name, preset.name
                );
            }
        }
        for (corner, entry) in self.targets.0.iter_mut().zip(found) {
            let reference = entry.map(TargetRef::from);
            let target = reference.map(|reference| library.load(&reference));
            *corner = target.transpose().with_context(refused)?;
        }
        for control in Preset::parts() {
            let number = preset.controls.get(control);
            self.controls.set(control, number);
        }
        self.preset = Some(preset.file_stem());
        self.wants_notes = (preset.category == MIDI).then(|| preset.name.clone());
        Ok(())
    }

    /// Sets a target or a control from a text such as `target_b=flute` or `mix=0.5`.
    fn set_text(&mut self, text: &str, library: &Library) -> Result<()> {
        let corner = text.split_once('=').and_then(|(id, name)| {
            let corner = CORNER_INFOS
                .iter()
                .position(|target| target.id == id.trim())?;
            Some((corner, name.trim()))
        });
        match corner {
            Some((corner, name)) => {
                let (_, target) = find_target(library, name)?;
                self.targets.0[corner] = Some(Arc::clone(&target));
            }
            None => self.set_control(text)?,
        }
        Ok(())
    }
}

impl Setting {
    /// An octave that is given takes the place of the automatic one, as in the editor; *Auto octave* that is asked for by
    /// name is that of the plugin.
    fn set_control(&mut self, text: &str) -> Result<()> {
        self.controls.set_text(text)?;
        let id = text.split_once('=').map(|(id, _)| id.trim());
        match id.and_then(Control::of) {
            Some(Control::Octave) => self.controls.octave_auto = false,
            Some(Control::OctaveAuto) => self.octave_live = self.controls.octave_auto,
            _ => {}
        }
        Ok(())
    }
}

/// The player's own presets, before those of the factory; and the files that are none.
pub(super) fn all_presets() -> (Vec<PresetEntry>, Vec<(std::path::PathBuf, String)>) {
    match PresetFolder::of_user() {
        Ok(folder) => folder.list(),
        // Without a home folder there are no own ones.
        Err(_) => {
            let factory = factory_presets().iter().map(|preset| PresetEntry {
                preset: preset.clone(),
                source: PresetSource::Factory,
            });
            (factory.collect(), Vec::new())
        }
    }
}

/// Finds a preset by name, the player's own before the factory's (letter case and separators do not matter), or by
/// file.
///
/// # Errors
/// There is neither, or the file is no preset.
pub(super) fn find_preset(wanted: &str) -> Result<Preset> {
    let plain = |name: &str| name.to_lowercase().replace([' ', '_'], "-");
    let (entries, _) = all_presets();
    let named = |entry: &&PresetEntry| {
        plain(&entry.preset.name) == plain(wanted) || entry.preset.file_stem() == plain(wanted)
    };
    let own = |entry: &&PresetEntry| entry.source != PresetSource::Factory;
    let found = entries.iter().filter(own).find(named);
    if let Some(entry) = found.or_else(|| entries.iter().find(named)) {
        return Ok(entry.preset.clone());
    }
    let path = Path::new(wanted);
    if path.exists() {
        return Preset::read_file(path)
            .map_err(|error| anyhow!("cannot load the preset '{wanted}': {error}"));
    }
    bail!(
        "unknown preset '{wanted}': there is no such file, and `mynah presets` lists the known names"
    );
}
