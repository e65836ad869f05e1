//! `mynah oneshots`: single notes for samplers, each from another place of a way through the timbres (after WaveGAN's walk
//! through its latent: Donahue, McAuley and Puckette, "Adversarial audio synthesis", 2019).

mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_engine::{Controls, Corners, Existing, KeyEvent, Library, NoteAddress, write_whole};
use mynah_models::{Base, Target, note_name};
use rayon::prelude::*;
use serde::Serialize;

use self::walk::{Place, Walk};
use super::{find_target, print};
use crate::audio::metadata::Metadata;
use crate::audio::pending::Destination;
use crate::audio::write::{Encoding, Writer};
use crate::cli::OneShots;
use crate::instrument::Instrument;
use crate::interrupt;
use crate::progress::Bars;

/// Says what each is made of.
const LIST: &str = "oneshots.json";
/// The loudest sample of each: -1 dBFS.
const PEAK: f32 = 0.891_250_9;
/// A note is over where nothing of it is louder than this beside its loudest sample (-60 dB), or after so many seconds.
const SOFT: f32 = 1e-3;
const LONGEST_S: f64 = 40.0;
/// What is looked at at once, and over what the end is faded, seconds.
const PART_S: f64 = 0.05;

/// All of them, as `oneshots.json` says it.
#[derive(Serialize)]
struct List {
    format_version: u32,
    seed: u32,
    rate_hz: u32,
    shots: Vec<Shot>,
}

/// One of them.
#[derive(Clone, Serialize)]
struct Shot {
    file: String,
    /// The targets between which it is, and how far from the first to the second, 0 to 1.
    from: String,
    to: String,
    share: f32,
    midi: u8,
    note: String,
    velocity: f32,
    held_seconds: f64,
    /// What is moved, by the parameters of `mynah params`.
    timbre: serde_json::Map<String, serde_json::Value>,
}

/// Everything that a shot needs besides its place.
struct Work<'a> {
    arguments: &'a OneShots,
    base: Arc<Base>,
    targets: Vec<(String, Arc<Target>)>,
    controls: Controls,
    encoding: Encoding,
}

/// Makes them all.
///
/// # Errors
/// A target or a parameter is unknown, a file is there already, or the folder cannot be written.
pub(super) fn run(arguments: &OneShots) -> Result<()> {
    interrupt::listen();
    let library = Library::with_user_folder();
    let targets = targets(arguments, &library)?;
    let folder = &arguments.out_dir;
    let any = Destination::File(folder.join(format!("one.{}", arguments.format.extension())));
    let encoding = Encoding::of(&any, arguments.format, arguments.bits)?;
    encoding.check(arguments.rate, 2)?;
    let mut controls = Controls::default().with(mynah_engine::Control::Room, 0.0);
    for setting in &arguments.set {
        controls.set_text(setting)?;
    }
    let work = Work {
        arguments,
        base: library.base()?,
        targets,
        controls,
        encoding,
    };
    let mut walk = Walk::new(
        arguments.seed,
        work.targets.len(),
        arguments.wild,
        arguments.notes,
    );
    let count = usize::from(arguments.count);
    let shots: Vec<(Place, Shot)> = (0..count)
        .map(|number| {
            let place = walk.place(number as f32 / count as f32);
            (place, work.shot(number, &place))
        })
        .collect();
    let list = folder.join(LIST);
    let files = shots.iter().map(|(_, shot)| folder.join(&shot.file));
    if !arguments.force
        && let Some(there) = files.chain([list.clone()]).find(|file| file.exists())
    {
        bail!(
            "'{}' exists already: give --force to replace it",
            there.display()
        );
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder '{}'", folder.display()))?;
    let bar = Bars::new(arguments.quiet).steps("one-shots");
    bar.inc_length(count as u64);
    shots.par_iter().try_for_each(|(place, shot)| {
        let written = work.make(place, &folder.join(&shot.file));
        bar.inc(1);
        written
    })?;
    bar.finish_and_clear();
    let report = List {
        format_version: 1,
        seed: arguments.seed,
        rate_hz: arguments.rate,
        shots: shots.into_iter().map(|(_, shot)| shot).collect(),
    };
    let text = serde_json::to_string_pretty(&report)? + "\n";
    write_whole(&list, text.as_bytes(), Existing::Replace)
        .with_context(|| format!("cannot write '{}'", list.display()))?;
    if arguments.json {
        return print(&text);
    }
    if arguments.quiet {
        return Ok(());
    }
    print(&format!("{count} one-shots -> {}\n", folder.display()))
}

/// The targets on the way.
fn targets(arguments: &OneShots, library: &Library) -> Result<Vec<(String, Arc<Target>)>> {
    let named: Vec<String> = if arguments.target.is_empty() {
        let shipped = library.shipped_files();
        shipped.map(|(name, _)| name.to_owned()).collect()
    } else {
        arguments.target.clone()
    };
    if named.is_empty() {
        bail!("there are no targets: this build carries none, give --target FILE");
    }
    let found = named.iter().map(|name| {
        let (info, target) = find_target(library, name)?;
        super::warn_of_another_base(&target);
        Ok((info.name, target))
    });
    found.collect()
}

impl Work<'_> {
    fn held_s(&self, place: &Place) -> f64 {
        self.arguments.seconds * f64::from(place.held_share)
    }

    fn shot(&self, number: usize, place: &Place) -> Shot {
        let (from, to) = place.between;
        let (from, to) = (&self.targets[from].0, &self.targets[to].0);
        let note = note_name(i32::from(place.key));
        let named = match place.share {
            share if from == to || share < 0.05 => from.clone(),
            share if share > 0.95 => to.clone(),
            _ => format!("{from}-{to}"),
        };
        let file = format!(
            "{:03}-{}-{named}.{}",
            number + 1,
            note.replace('#', "s"),
            self.arguments.format.extension()
        );
        let moved = place.moved().map(|(control, value)| {
            let id = control.info().id.to_owned();
            (id, serde_json::json!(value))
        });
        Shot {
            file,
            from: from.clone(),
            to: to.clone(),
            share: place.share,
            midi: place.key,
            note,
            velocity: place.velocity,
            held_seconds: self.held_s(place),
            timbre: moved.collect(),
        }
    }

    /// Plays one and writes it.
    fn make(&self, place: &Place, file: &Path) -> Result<()> {
        let rate_hz = self.arguments.rate;
        let held = (self.held_s(place) * f64::from(rate_hz)).round() as u64;
        let (from, to) = place.between;
        let [from, to] = [from, to].map(|index| Arc::clone(&self.targets[index].1));
        let targets = Corners([Some(from), Some(to), None, None]);
        let on = KeyEvent::On {
            id: None,
            channel: 0,
            key: place.key,
            velocity: place.velocity,
        };
        let off = KeyEvent::Off(NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(place.key),
        });
        let controls = place.set(&self.controls);
        let events = vec![(0, on), (held, off)];
        let mut instrument = Instrument::new(&self.base, targets, &controls, rate_hz, events)?;
        let mut planes = instrument.play(held as usize);
        self.ring_out(&mut instrument, &mut planes);
        let loudest = peak(&planes, 0);
        if loudest > 0.0 {
            planes
                .iter_mut()
                .flatten()
                .for_each(|sample| *sample *= PEAK / loudest);
        }
        let mut writer = Writer::create(
            &Destination::File(PathBuf::from(file)),
            self.encoding,
            rate_hz,
            2,
            self.arguments.force,
            &Metadata::default(),
        )?;
        writer.write(&planes.each_ref().map(Vec::as_slice))?;
        writer.finish()?;
        Ok(())
    }

    /// Adds what sounds on after the key is let go, and lets the last of it come to zero.
    fn ring_out(&self, instrument: &mut Instrument, planes: &mut [Vec<f32>; 2]) {
        let rate_hz = f64::from(self.arguments.rate);
        let part = (PART_S * rate_hz) as usize;
        while (planes[0].len() as f64) < LONGEST_S * rate_hz {
            let loudest = peak(planes, 0);
            let begin = planes[0].len();
            let more = instrument.play(part);
            for (plane, more) in planes.iter_mut().zip(&more) {
                plane.extend_from_slice(more);
            }
            if peak(planes, begin) <= SOFT * loudest {
                break;
            }
        }
        for plane in planes {
            let begin = plane.len().saturating_sub(part);
            for (index, sample) in plane[begin..].iter_mut().enumerate() {
                *sample *= 1.0 - index as f32 / part as f32;
            }
        }
    }
}

/// The loudest sample from here on.
fn peak(planes: &[Vec<f32>; 2], begin: usize) -> f32 {
    let samples = planes.iter().flat_map(|plane| &plane[begin..]);
    samples.fold(0.0, |peak, sample| peak.max(sample.abs()))
}
