//! A page on which the new target is heard and measured: beside the recordings, and by what the demo plays. All of it
//! without a room, so that nothing but the instruments is heard.

mod colour;
mod figures;
mod folder;
mod html;
mod stretch;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use mynah_engine::{Controls, Library, TargetEntry, TargetRef};
use mynah_learn::making::Instrument;
use mynah_learn::note::FoundNote;
use mynah_models::features::Features;
use mynah_models::{Base, ModelInfo, Target};
use rayon::prelude::*;
use serde::Serialize;

use self::colour::{Colour, LIKE, SAME};
use self::figures::{Figures, Played};
use self::html::Html;
use super::report::Report;
use crate::commands::page::{
    Moment, PAGE_NAME, Source, hear, write_page, write_picture, write_sound,
};
use crate::phrases::{self, RATE_HZ};
use crate::pipeline::{octave_for, translate_mono_by};
use crate::tail::fade_cut;

pub(super) use self::folder::{checked_folder, folder};

/// So many shipped targets are measured beside the new one: the one it began from, and those that are at home nearest to it.
const SHIPPED: usize = 3;
/// So much of the recordings is measured, seconds.
const MEASURED_S: f64 = 60.0;
/// The stretch of the recordings is played at this level, as the phrases are: root of the mean square, and peak at most.
const STRETCH_LEVEL: f32 = 0.09;
const STRETCH_PEAK: f32 = 0.85;
/// The stretch's name in file names.
const STRETCH_SLUG: &str = "recording";

/// What the page says of the target in figures.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Measured {
    target: Figures,
    shipped: Vec<Figures>,
    /// How far the colour of every other note of the recordings is from that of the rest, dB; none where few pitches are played twice.
    recordings_colour_db: Option<f64>,
    /// How far the colour of the phrases themselves is from that of the recordings, dB.
    phrases_colour_db: Option<f64>,
}

/// What it is made of.
pub(super) struct Setting<'a> {
    pub(super) folder: PathBuf,
    pub(super) library: &'a Library,
    pub(super) base: Arc<Base>,
    pub(super) instrument: &'a Instrument,
    /// The files' names, in the order in which they were listened to.
    pub(super) recordings: &'a [String],
}

/// A page that is written once the target can be played, and anew when it has become better.
pub(super) struct Page<'a> {
    setting: Setting<'a>,
    features: Features,
    sources: Vec<Source>,
    /// What is heard in each source; `None` for the stretch of the recordings, which stays in its octave and is not measured.
    heard: Vec<Option<Vec<Moment>>>,
    /// Of the recordings.
    truth: Colour,
    recordings_colour_db: Option<f64>,
    phrases_colour_db: Option<f64>,
    /// Measured once.
    shipped: Option<Vec<Figures>>,
}

impl<'a> Page<'a> {
    /// Listens to recordings and phrases, and writes their sounds.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn begin(setting: Setting<'a>) -> Result<Page<'a>> {
        std::fs::create_dir_all(&setting.folder)
            .with_context(|| format!("cannot make the folder '{}'", setting.folder.display()))?;
        let features = Features::new();
        let (truth, recordings_colour_db) = colours(&features, setting.instrument.notes());
        let mut untranslated = Colour::default();
        let (mut sources, mut heard) = (Vec::new(), Vec::new());
        if let Some(stretch) = recording(setting.instrument, setting.recordings) {
            sources.push(stretch);
            heard.push(None);
        }
        for phrase in phrases::all() {
            let moments = hear(&features, &phrase.sound);
            untranslated.add(&moments);
            sources.push(Source::from(phrase));
            heard.push(Some(moments));
        }
        sources.par_iter().try_for_each(|source| {
            let sound = &source.sound;
            write_sound(&setting.folder.join(source.sound_name(None)), sound, true)?;
            write_picture(&setting.folder.join(source.picture_name(None)), sound, true)
        })?;
        Ok(Page {
            phrases_colour_db: untranslated.distance_db(&truth, LIKE),
            setting,
            features,
            sources,
            heard,
            truth,
            recordings_colour_db,
            shipped: None,
        })
    }

    /// Writes what the target in this file plays, and the page last of all; where that is, and what was measured.
    ///
    /// # Errors
    /// The target cannot be read or the folder cannot be written.
    pub(super) fn write(&mut self, target: &Path, report: &Report) -> Result<(PathBuf, Measured)> {
        let target = self.setting.library.load_file(target)?;
        let octaves = self.octaves(&target)?;
        let own = self.play(&target, &octaves, true)?;
        if self.shipped.is_none() {
            let nearby = nearby(self.setting.library, &target, &report.training.nearest);
            let measured = nearby.par_iter().map(|entry| {
                let shipped = self.setting.library.load(&TargetRef::from(*entry))?;
                self.play(&shipped, &octaves, false)
            });
            self.shipped = Some(measured.collect::<Result<_>>()?);
        }
        let measured = Measured {
            target: own,
            shipped: self.shipped.clone().unwrap_or_default(),
            recordings_colour_db: self.recordings_colour_db,
            phrases_colour_db: self.phrases_colour_db,
        };
        let html = Html {
            sources: &self.sources,
            target: target.info(),
            base: self.setting.base.info(),
            report,
            measured: &measured,
        };
        let path = self.setting.folder.join(PAGE_NAME);
        write_page(&path, &html.page(), true)?;
        Ok((path, measured))
    }

    /// By how many octaves each source is moved to where the target is at home.
    fn octaves(&self, target: &Arc<Target>) -> Result<Vec<i32>> {
        let sources = self.sources.par_iter().zip(&self.heard);
        let octave = |(source, heard): (&Source, &Option<_>)| match heard {
            Some(_) => octave_for(target, &controls(), RATE_HZ, &source.sound),
            None => Ok(0),
        };
        sources.map(octave).collect()
    }

    /// Has a target play all sources, measures what it plays of the phrases, and writes it if it is to be heard.
    fn play(&self, target: &Arc<Target>, octaves: &[i32], is_heard: bool) -> Result<Figures> {
        let name = &target.info().name;
        let work = self.sources.par_iter().zip(&self.heard).zip(octaves);
        let outputs = work.map(|((source, heard), octave)| {
            if heard.is_none() && !is_heard {
                return Ok(None);
            }
            let mut output = translate_mono_by(
                &self.setting.base,
                target,
                &controls(),
                RATE_HZ,
                &source.sound,
                Some(*octave),
            )?;
            if is_heard {
                // It is as long as its source, and rings on.
                fade_cut(&mut output, RATE_HZ);
                let at = |file| self.setting.folder.join(file);
                write_sound(&at(source.sound_name(Some(name))), &output, true)?;
                write_picture(&at(source.picture_name(Some(name))), &output, true)?;
            }
            Ok(heard.as_ref().map(|phrase| {
                let output = hear(&self.features, &output);
                (phrase, *octave, output)
            }))
        });
        let outputs: Vec<Option<_>> = outputs.collect::<Result<_>>()?;
        let played: Vec<Played> = outputs
            .iter()
            .flatten()
            .map(|(phrase, octave, output)| Played {
                phrase,
                octave: *octave,
                output,
            })
            .collect();
        Ok(Figures::of(
            &target.info().display_name,
            &played,
            &self.truth,
        ))
    }
}

/// The settings that Mynah starts with, but for the room.
fn controls() -> Controls {
    Controls {
        room: 0.0,
        ..Controls::default()
    }
}

/// The colour of the recordings, and how far that of every other of their notes is from that of the rest.
fn colours(features: &Features, notes: &[FoundNote]) -> (Colour, Option<f64>) {
    let mut by_pitch: Vec<&FoundNote> = notes.iter().collect();
    by_pitch.sort_by(|a, b| a.semitones.total_cmp(&b.semitones));
    let whole_s: f64 = by_pitch.iter().map(|note| seconds(note)).sum();
    let every = ((whole_s / MEASURED_S).ceil() as usize).max(1);
    let heard: Vec<Vec<Moment>> = by_pitch
        .par_iter()
        .step_by(every)
        .map(|note| hear(features, &note.audio))
        .collect();
    let mut halves = [Colour::default(), Colour::default()];
    let mut all = Colour::default();
    for (index, moments) in heard.iter().enumerate() {
        halves[index % 2].add(moments);
        all.add(moments);
    }
    (all, halves[0].distance_db(&halves[1], SAME))
}

fn seconds(note: &FoundNote) -> f64 {
    note.audio.len() as f64 / f64::from(RATE_HZ)
}

/// A stretch of the recordings, and what it is.
fn recording(instrument: &Instrument, files: &[String]) -> Option<Source> {
    let remembered: HashSet<usize> = instrument
        .remembered()
        .notes
        .iter()
        .map(|(index, _)| *index)
        .collect();
    let stretch = stretch::best(instrument.notes(), &remembered)?;
    let names: Vec<&str> = stretch
        .recordings
        .iter()
        .filter_map(|index| Some(files.get(*index)?.as_str()))
        .collect();
    let from = match names.as_slice() {
        [only] => format!(" of {only}"),
        [] => String::new(),
        many => format!(" of {} recordings", many.len()),
    };
    let known = match stretch.remembered {
        0 => "none of them is in the target's memory".to_owned(),
        all if all == stretch.notes => {
            "all of them are in the target's memory, so this shows how well it repeats them"
                .to_owned()
        }
        some => format!("{some} of them are in the target's memory"),
    };
    let mut sound = stretch.sound;
    let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32;
    let peak = sound.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let gain = (STRETCH_LEVEL / power.sqrt().max(1e-9)).min(STRETCH_PEAK / peak.max(1e-9));
    sound.iter_mut().for_each(|x| *x *= gain);
    Some(Source {
        slug: STRETCH_SLUG.to_owned(),
        title: "Recording".to_owned(),
        about: format!(
            "Your own playing: {} notes{from}, long rests shortened; {known}.",
            stretch.notes
        ),
        sound,
    })
}

/// Shipped targets to compare with.
fn nearby<'a>(library: &'a Library, target: &Target, nearest: &str) -> Vec<&'a TargetEntry> {
    let middle = |info: &ModelInfo| {
        let (low, high) = info.home_register_midi.unwrap_or_else(|| {
            let (low, high) = info.pitch_range_hz;
            (midi(low), midi(high))
        });
        0.5 * (low + high)
    };
    let home = middle(target.info());
    let shipped = library.entries().iter();
    let mut shipped: Vec<&TargetEntry> = shipped
        .filter(|entry| matches!(entry.source, mynah_engine::Source::Shipped))
        .collect();
    shipped.sort_by(|a, b| {
        let key = |entry: &TargetEntry| {
            let info = &entry.info;
            (info.display_name != nearest, (middle(info) - home).abs())
        };
        let ((a_other, a_far), (b_other, b_far)) = (key(a), key(b));
        a_other.cmp(&b_other).then(a_far.total_cmp(&b_far))
    });
    shipped.truncate(SHIPPED);
    shipped
}

fn midi(hz: f32) -> f32 {
    69.0 + 12.0 * (hz / 440.0).log2()
}
