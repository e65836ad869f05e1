//! `mynah dream`: settings for a recording, ranked by how probably they are liked and how real they sound.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mynah_engine::{
    Control, Existing, Library, Plays, Preset, shipped_realness, surprise, write_whole,
};
use mynah_explore::{Dreamer, Dreamt, ExploreError, Ratings, Stock, Stride, Taste};
use serde::Serialize;

use super::{content, preset_of_sound};
use crate::audio::source::Source;
use crate::channels::Channels;
use crate::cli::{Bounce, Dream, Written};
use crate::commands::{bounce, print, print_json};
use crate::interrupt;
use crate::progress::Bars;

#[derive(Serialize)]
struct Report {
    format_version: u32,
    input: String,
    ratings: usize,
    tried: usize,
    dreams: Vec<Ranked>,
}

#[derive(Serialize)]
struct Ranked {
    rank: usize,
    liking: f32,
    realness: f32,
    targets: Vec<String>,
    /// What differs from a new instance, by the names of `mynah params`.
    settings: serde_json::Map<String, serde_json::Value>,
    /// The bounce and the preset, where there is a folder for them.
    sound: Option<String>,
    preset: Option<String>,
}

/// Dreams.
///
/// # Errors
/// The recording or the preset cannot be read, or an output is there already or cannot be written.
pub(in crate::commands) fn run(arguments: &Dream) -> Result<()> {
    interrupt::listen();
    let stem = Source::of(&arguments.input).stem();
    let files = |rank: usize| {
        let folder = arguments.out_dir.as_ref()?;
        let name = |ending: &str| folder.join(format!("{stem}-dream-{rank}.{ending}"));
        Some([name("wav"), name("json")])
    };
    let count = usize::from(arguments.count);
    if !arguments.force
        && let Some(there) = (1..=count).filter_map(files).flatten().find(|f| f.exists())
    {
        bail!(
            "'{}' exists already: give --force to replace it",
            there.display()
        );
    }
    let stock = Stock::new(Library::with_user_folder())?;
    let content = content(&arguments.input)?;
    // Without a home folder there are none.
    let ratings = Ratings::of_user().map_or_else(|_| Ok(Vec::new()), |ratings| ratings.all())?;
    let rated: Vec<_> = ratings
        .into_iter()
        .filter(|r| r.preset.plays == Plays::Sound)
        .collect();
    let realness = shipped_realness()?.ok_or(ExploreError::NoRealness)?;
    let taste = Taste::learn(&rated, realness, stock.names())?;
    let liked: Vec<Preset> = rated
        .iter()
        .filter(|r| r.liked)
        .map(|r| r.preset.clone())
        .collect();
    let from = match &arguments.preset {
        Some(wanted) => preset_of_sound(wanted)?,
        None => new_instance(&stock),
    };
    let stride = if arguments.careful {
        Stride::Careful
    } else {
        Stride::Bold
    };
    let dreamer = Dreamer {
        stock: &stock,
        taste: &taste,
        content: &content,
        liked: &liked,
    };
    let bar = Bars::new(arguments.quiet).steps("settings");
    let rounds = usize::from(arguments.rounds);
    let mut tried = 0;
    let dreamt = dreamer.dream(&from, stride, rounds, arguments.seed, |progress| {
        bar.set_length(progress.of as u64);
        bar.set_position(progress.tried as u64);
        tried = progress.tried;
        true
    })?;
    bar.finish_and_clear();
    let mut ranked = Vec::new();
    for (at, dreamt) in dreamt.iter().take(count).enumerate() {
        let files = files(at + 1);
        if let Some([sound, preset]) = &files {
            let preset_written = Preset {
                name: format!("Dream {} of {stem}", at + 1)
                    .chars()
                    .take(64)
                    .collect(),
                ..dreamt.preset.clone()
            };
            keep(arguments, &preset_written, sound, preset)?;
        }
        ranked.push(Ranked::new(at + 1, dreamt, files));
    }
    let report = Report {
        format_version: 1,
        input: arguments.input.display().to_string(),
        ratings: rated.len(),
        tried,
        dreams: ranked,
    };
    if arguments.json {
        return print_json(&report);
    }
    if arguments.quiet {
        return Ok(());
    }
    print(&report.text())
}

/// The first target, as a new instance of the plugin has it.
fn new_instance(stock: &Stock) -> Preset {
    let first = stock.references().into_iter().take(1).collect::<Vec<_>>();
    let mut preset = surprise(0, &first, mynah_engine::Quality::Full);
    preset.controls = mynah_engine::Controls::default();
    preset
}

/// Writes the preset, and the whole recording as it plays it.
fn keep(arguments: &Dream, preset: &Preset, sound: &Path, file: &Path) -> Result<()> {
    let existing = if arguments.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let text = preset.to_json()?;
    write_whole(file, text.as_bytes(), existing)
        .with_context(|| format!("cannot write '{}'", file.display()))?;
    bounce::run(&Bounce {
        inputs: vec![arguments.input.clone()],
        recursive: false,
        target: None,
        preset: Some(file.display().to_string()),
        mode: None,
        octave: None,
        mix: None,
        set: Vec::new(),
        midi: None,
        channels: Channels::Mix,
        output: Some(sound.to_owned()),
        out_dir: None,
        name: "{stem}".parse().map_err(anyhow::Error::msg)?,
        written: Written::as_usual(arguments.force),
        skip_existing: false,
        fail_fast: true,
        strict: false,
        json: false,
        jobs: None,
        quiet: true,
    })
}

impl Ranked {
    fn new(rank: usize, dreamt: &Dreamt, files: Option<[PathBuf; 2]>) -> Self {
        let [sound, preset] = match files {
            Some(files) => files.map(|file| Some(file.display().to_string())),
            None => [None, None],
        };
        let controls = &dreamt.preset.controls;
        let weights = controls.morph_weights();
        let mut targets: Vec<String> = Vec::new();
        for (target, weight) in dreamt.preset.targets.iter().zip(weights) {
            let Some(target) = target.as_ref().filter(|_| weight > 0.0) else {
                continue;
            };
            if !targets.contains(&target.name) {
                targets.push(target.name.clone());
            }
        }
        let usual = mynah_engine::Controls::default();
        let changed =
            Preset::parts().filter(|control| controls.get(*control) != usual.get(*control));
        let settings = changed.map(|control: Control| {
            let value = control.written(controls.get(control));
            (
                control.info().id.to_owned(),
                serde_json::Value::String(value),
            )
        });
        Self {
            rank,
            liking: dreamt.liking,
            realness: dreamt.realness,
            targets,
            settings: settings.collect(),
            sound,
            preset,
        }
    }
}

impl Report {
    fn text(&self) -> String {
        let plural = if self.ratings == 1 { "" } else { "s" };
        let mut text = format!(
            "{} settings tried, by {} rating{plural}\n",
            self.tried, self.ratings
        );
        for dream in &self.dreams {
            let settings = dream
                .settings
                .iter()
                .map(|(id, value)| format!("{id}={}", value.as_str().unwrap_or_default()));
            text += &format!(
                "{:>3}  liked {:>3.0} %  real {:>3.0} %  {}: {}\n",
                dream.rank,
                100.0 * dream.liking,
                100.0 * dream.realness,
                dream.targets.join(" + "),
                settings.collect::<Vec<_>>().join(" ")
            );
        }
        text
    }
}
