//! A page on which a recording is heard beside what becomes of it directly and by way of its notes, and on which it is
//! measured what either way keeps.

mod html;
mod kept;
mod roll;
mod sentences;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_engine::{Controls, Library};
use mynah_models::features::Features;
use mynah_models::{Base, SAMPLE_RATE_HZ, Target};
use mynah_transcribe::{TranscribedNote, Transcriber, Transcription};
use rayon::prelude::*;
use serde::Serialize;

use self::html::Html;
use self::kept::{Heard, Kept, Playing};
use self::roll::{Trace, roll};
use self::sentences::sentences;
use super::midi_file::{Curves, midi_file};
use crate::audio::mono::each_piece;
use crate::audio::pending::check_name;
use crate::audio::source::Source as Input;
use crate::cli::Transcribe;
use crate::commands::page::{
    Outcome, PAGE_NAME, Source, hear, write_page, write_picture, write_sound,
};
use crate::commands::{find_target, warn_of_another_base};
use crate::identity::is_same_file;
use crate::instrument::Instrument;
use crate::pipeline::{octave_for, translate_mono_by};
use crate::progress::Bars;
use crate::score::Score;
use crate::tail::fade_cut;

/// So much of a recording is shown, seconds.
const LONGEST_S: usize = 60;
/// What the recording's own files are called.
const SLUG: &str = "recording";

/// What is asked for, checked.
pub(super) struct Page {
    folder: PathBuf,
    overwrite: bool,
    base: Arc<Base>,
    target: Arc<Target>,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Measured {
    /// The page's file.
    pub(super) index: String,
    /// The target's name.
    target: String,
    /// By so many octaves all is moved to where the target is at home.
    octaves: i32,
    /// How much of the recording is shown and measured, seconds.
    seconds: f64,
    recording: Playing,
    made: Vec<Kept>,
    sentences: Vec<String>,
}

/// A way from the recording to the target.
struct Way {
    name: &'static str,
    title: &'static str,
    /// What it is called within a sentence.
    called: &'static str,
    /// How its pitch is drawn.
    class: &'static str,
    /// Which curves its notes have; none where it is no way by notes.
    curves: Option<Curves>,
}

const DIRECT: Way = Way {
    name: "direct",
    title: "Direct translation",
    called: "the direct translation",
    class: "direct",
    curves: None,
};
const BARE: Curves = Curves {
    bend: false,
    expression: false,
};

/// Directly, by the notes as they are written, and by these without any curves.
fn ways(written: Curves) -> Vec<Way> {
    let notes = |name, title, called, class, curves| Way {
        name,
        title,
        called,
        class,
        curves: Some(curves),
    };
    let mut ways = vec![
        DIRECT,
        notes(
            "notes",
            "Notes played",
            "the playing of the notes",
            "played",
            written,
        ),
    ];
    if written != BARE {
        ways.push(notes(
            "bare",
            "Bare notes",
            "the playing of bare notes",
            "bare",
            BARE,
        ));
    }
    ways
}

impl Page {
    /// The page that the arguments ask for, if they do.
    ///
    /// # Errors
    /// The target is unknown; the folder is a file, or holds another page (without `--force`) or the input.
    pub(super) fn of(arguments: &Transcribe, input: &Path) -> Result<Option<Page>> {
        let (Some(folder), Some(target)) = (&arguments.page, &arguments.target) else {
            return Ok(None);
        };
        let shown = folder.display();
        if folder.exists() && !folder.is_dir() {
            bail!("'{shown}' is no folder: choose another --page");
        }
        let library = Library::with_user_folder();
        let (_, target) = find_target(&library, target)?;
        warn_of_another_base(&target);
        check_name(&folder.join(PAGE_NAME), arguments.force)?;
        for name in ways(BARE_AND_WRITTEN).iter().flat_map(files_of) {
            let file = folder.join(name);
            if is_same_file(input, &file) {
                bail!(
                    "'{}' would be replaced by the page: choose another --page",
                    input.display()
                );
            }
            check_name(&file, arguments.force)?;
        }
        Ok(Some(Page {
            folder: folder.clone(),
            overwrite: arguments.force,
            base: library.base()?,
            target,
        }))
    }

    /// Writes all of it; what was measured.
    ///
    /// # Errors
    /// The input cannot be read again, or the folder cannot be made or written.
    pub(super) fn write(
        &self,
        input: &mut Input,
        transcription: &Transcription,
        curves: Curves,
        quiet: bool,
    ) -> Result<Measured> {
        let bars = Bars::new(quiet);
        let bar = bars.waiting("page");
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot make the folder '{}'", self.folder.display()))?;
        let source = source(input)?;
        let written = beginning(transcription, source.seconds());
        let octaves = octave_for(&self.target, &controls(), SAMPLE_RATE_HZ, &source.sound)?;
        let ways = ways(curves);
        let sounds: Vec<Vec<f32>> = ways
            .par_iter()
            .map(|way| self.sound(way, &source, &written, octaves))
            .collect::<Result<_>>()?;
        let features = Features::new();
        let own = Heard {
            moments: hear(&features, &source.sound),
            written,
        };
        self.files(&source, None, &source.sound)?;
        let heard: Vec<Heard> = ways
            .par_iter()
            .zip(&sounds)
            .map(|(way, sound)| {
                self.files(&source, Some(way.name), sound)?;
                let mut transcriber = Transcriber::of_one_voice(&self.base);
                transcriber.take(sound);
                Ok(Heard {
                    moments: hear(&features, sound),
                    written: transcriber.finish(),
                })
            })
            .collect::<Result<_>>()?;
        let made: Vec<Kept> = ways
            .iter()
            .zip(&heard)
            .map(|(way, heard)| Kept::of(way.name, &own, heard, octaves))
            .collect();
        let recording = Playing::of(&own);
        let called: Vec<(&str, &Kept)> = ways.iter().map(|way| way.called).zip(&made).collect();
        let index = self.folder.join(PAGE_NAME);
        let measured = Measured {
            index: index.display().to_string(),
            target: self.target.info().name.clone(),
            octaves,
            seconds: source.seconds(),
            recording,
            sentences: sentences(&recording, &called),
            made,
        };
        let outcomes: Vec<Outcome> = ways
            .iter()
            .map(|way| Outcome {
                name: way.name,
                title: way.title,
            })
            .collect();
        let html = Html {
            source: &source,
            outcomes: &outcomes,
            target: self.target.info(),
            base: self.base.info(),
            measured: &measured,
            roll: roll(&own.written, &traces(&own, &ways, &heard, octaves)),
        };
        write_page(&index, &html.page(), self.overwrite)?;
        bar.finish_and_clear();
        Ok(measured)
    }

    /// What becomes of the recording, as long as it is.
    fn sound(
        &self,
        way: &Way,
        source: &Source,
        written: &Transcription,
        octaves: i32,
    ) -> Result<Vec<f32>> {
        let (sound, rate_hz) = (&source.sound, SAMPLE_RATE_HZ);
        let mut made = match way.curves {
            None => {
                let (base, target, octave) = (&self.base, &self.target, Some(octaves));
                translate_mono_by(base, target, &controls(), rate_hz, sound, octave)?
            }
            Some(curves) => {
                let moved = moved(written, octaves);
                let score = Score::parse(&midi_file(&moved, curves)?)?;
                let target = Arc::clone(&self.target);
                let events = score.part(u16::MAX, rate_hz);
                let mut player = Instrument::new(&self.base, target, &controls(), rate_hz, events)?;
                let [left, right] = player.play(sound.len());
                let both = left.iter().zip(&right);
                both.map(|(left, right)| 0.5 * (left + right)).collect()
            }
        };
        fade_cut(&mut made, rate_hz);
        Ok(made)
    }

    /// A sound and its picture.
    fn files(&self, source: &Source, outcome: Option<&str>, sound: &[f32]) -> Result<()> {
        let at = |name: String| self.folder.join(name);
        write_sound(&at(source.sound_name(outcome)), sound, self.overwrite)?;
        write_picture(&at(source.picture_name(outcome)), sound, self.overwrite)
    }
}

const BARE_AND_WRITTEN: Curves = Curves {
    bend: true,
    expression: true,
};

/// The names of the files of a way, and of the recording's own.
fn files_of(way: &Way) -> [String; 4] {
    let name = way.name;
    [
        format!("{SLUG}.wav"),
        format!("{SLUG}.png"),
        format!("{SLUG}-{name}.wav"),
        format!("{SLUG}-{name}.png"),
    ]
}

/// The settings that Mynah starts with, but for the room: nothing but the instruments is heard.
fn controls() -> Controls {
    Controls {
        room: 0.0,
        ..Controls::default()
    }
}

/// The input's beginning, mono at 48 kHz, within full scale.
fn source(input: &mut Input) -> Result<Source> {
    let longest = LONGEST_S * SAMPLE_RATE_HZ as usize;
    let mut sound = Vec::new();
    each_piece(&mut input.reader()?, |piece| {
        sound.extend(piece);
        sound.len() <= longest
    })?;
    let cut = if sound.len() > longest {
        format!(", its first {LONGEST_S} s")
    } else {
        String::new()
    };
    sound.truncate(longest);
    let peak = sound.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    if peak > 1.0 {
        sound.iter_mut().for_each(|x| *x *= 0.999 / peak);
    }
    let title = if input.is_stdin() {
        input.shown()
    } else {
        let name = input.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    Ok(Source {
        slug: SLUG.to_owned(),
        title,
        about: format!("What was written down, as it came in{cut}."),
        sound,
    })
}

/// The notes that begin in the first `seconds`, none of them longer.
fn beginning(transcription: &Transcription, seconds: f64) -> Transcription {
    let notes = transcription.notes.iter();
    let cut = |note: &TranscribedNote| TranscribedNote {
        offset_s: note.offset_s.min(seconds),
        ..note.clone()
    };
    Transcription {
        notes: notes
            .filter(|note| note.onset_s < seconds)
            .map(cut)
            .collect(),
        seconds,
    }
}

/// The same in another octave, as far as there are keys.
fn moved(written: &Transcription, octaves: i32) -> Transcription {
    let mut moved = written.clone();
    for note in &mut moved.notes {
        let midi = (i32::from(note.midi) + 12 * octaves).clamp(0, 127);
        note.midi = midi as u8;
    }
    moved
}

fn traces<'a>(own: &'a Heard, ways: &[Way], heard: &'a [Heard], octaves: i32) -> Vec<Trace<'a>> {
    let recording = Trace {
        class: "own",
        title: "pitch of the recording",
        moments: &own.moments,
        up: 0.0,
    };
    let made = ways.iter().zip(heard).map(|(way, heard)| Trace {
        class: way.class,
        title: way.called,
        moments: &heard.moments,
        up: 12.0 * octaves as f32,
    });
    std::iter::once(recording).chain(made).collect()
}
