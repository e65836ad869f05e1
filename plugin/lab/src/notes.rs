//! `mynah-lab notes`: the notes that the performer finds, against those that were played.
//!
//! A note begins where its sound passes 20 dB below its loudest point, played alone: what is slower than that is nobody's
//! fault. One is found if it begins within 50 ms of there, on its pitch.

use std::fmt::Write;

use anyhow::Result;
use mynah_cli::notes::Note;
use mynah_cli::synth::{RATE_HZ, Voice};
use mynah_cli::{print, print_json};
use mynah_engine::Library;
use mynah_models::{
    Base, CHAIN_DELAY_SAMPLES, ChainState, HOP_SAMPLES, HopControls, Mode, PlayerControls, Target,
    alone,
};
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::Notes;
use crate::eval::data::DataFolder;
use crate::eval::pairs;
use crate::eval::player::Player;
use crate::outside::soundfont::{SUNG, SoundFont};

/// How far from where it begins a note may be found, seconds, and from its pitch, semitones.
const NEAR_S: f64 = 0.05;
const NEAR_SEMITONES: f64 = 0.5;
/// So long after it begins a note has the pitch that it is known by, at most.
const SETTLED_S: f64 = 0.1;
/// The level at which a note begins, dB under its loudest point, in windows of so many samples.
const BEGINS_DB: f64 = -20.0;
const WINDOW: usize = 128;
/// Instruments that are struck or plucked.
const STRUCK: [&str; 2] = ["guitar", "piano"];

/// The SoundFont's patch that is sung by one voice.
const ONE_VOICE: &str = "gm-voice-oohs";

/// How a source makes its notes.
#[derive(Serialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Family {
    Struck,
    Held,
    Sung,
    /// Several voices, or one with echoes of itself, on one note: more than a tracker of one voice is made for.
    Choir,
}

/// Who plays the phrases.
pub(crate) enum Source<'a> {
    Player(Player<'a>),
    Patch(&'a SoundFont, u8),
}

/// Counted over phrases.
#[derive(Clone, Debug, Default)]
struct Counts {
    wanted: usize,
    found: usize,
    right: usize,
    seconds: f64,
    late_ms: Vec<f64>,
}

/// One source, or a family of them.
#[derive(Serialize, Clone, Debug)]
struct Row {
    source: String,
    family: Family,
    notes: usize,
    f_measure: f64,
    spurious_per_s: f64,
    missed_per_s: f64,
    /// Median over the notes that were found.
    late_ms: f64,
}

#[derive(Serialize)]
struct Found {
    families: Vec<Row>,
    sources: Vec<Row>,
}

/// A note as it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
struct FoundNote {
    start_s: f64,
    semitones: f64,
}

/// Measures and prints.
///
/// # Errors
/// The folder or a recording cannot be read, or fluidsynth fails.
pub(crate) fn run(arguments: &Notes) -> Result<()> {
    let folder = DataFolder::open(&arguments.data)?;
    let font = match SoundFont::find(arguments.soundfont.as_deref()) {
        Ok(font) => Some(font),
        Err(error) if arguments.soundfont.is_some() => return Err(error),
        Err(error) => {
            eprintln!("mynah-lab: the sung patches of a SoundFont are left out: {error}");
            None
        }
    };
    let library = Library::shipped();
    let base = library.base()?;
    let entry = library.entries().first();
    let target = entry.map(|entry| mynah_cli::find_target(&library, &entry.info.name));
    let (_, target) = target.unwrap_or_else(|| Err(anyhow::anyhow!("no target is installed")))?;
    let sources = sources(&folder, font.as_ref());
    let counted: Vec<Counts> = sources
        .par_iter()
        .map(|(_, _, source)| {
            let mut counts = Counts::default();
            for (notes, take) in phrases(&folder, source, usize::from(arguments.phrases))? {
                let sound = source.perform(&notes, take)?;
                let begins = begins_s(source, &notes, take)?;
                counts.add(&notes, &begins, &notes_of(&base, &target, &sound));
                counts.seconds += sound.len() as f64 / RATE_HZ;
            }
            Ok(counts)
        })
        .collect::<Result<_>>()?;
    let families = [Family::Struck, Family::Held, Family::Sung, Family::Choir];
    let families = families.into_iter().filter_map(|family| {
        let mut pooled = Counts::default();
        let of = sources.iter().zip(&counted);
        of.filter(|((_, of, _), _)| *of == family)
            .for_each(|(_, counts)| pooled.merge(counts));
        (pooled.wanted > 0).then(|| pooled.row("all", family))
    });
    let rows = sources.iter().zip(&counted);
    let found = Found {
        families: families.collect(),
        sources: rows
            .map(|((name, family, _), counts)| counts.row(name, *family))
            .collect(),
    };
    if arguments.json {
        print_json(&found)
    } else {
        print(&table(&found))
    }
}

/// Its name, how it makes its notes, and what plays them.
pub(crate) type Performing<'a> = (String, Family, Source<'a>);

/// Everything that plays held-out phrases, one voice each but for choirs.
pub(crate) fn sources<'a>(
    folder: &'a DataFolder,
    font: Option<&'a SoundFont>,
) -> Vec<Performing<'a>> {
    let mut sources: Vec<Performing> = Vec::new();
    for instrument in &folder.instruments {
        let family = if STRUCK.contains(&instrument.name.as_str()) {
            Family::Struck
        } else {
            Family::Held
        };
        let player = Player::Recorded(instrument);
        sources.push((instrument.name.clone(), family, Source::Player(player)));
    }
    let sung = Player::Synthesised(Voice::Sung);
    sources.push((sung.name().to_owned(), Family::Sung, Source::Player(sung)));
    if let Some(font) = font {
        for (program, name) in SUNG {
            let family = if name == ONE_VOICE {
                Family::Sung
            } else {
                Family::Choir
            };
            sources.push((name.to_owned(), family, Source::Patch(font, program)));
        }
    }
    sources
}

/// Held-out phrases that the source can play.
pub(crate) fn phrases(
    folder: &DataFolder,
    source: &Source,
    count: usize,
) -> Result<Vec<pairs::Excerpt>> {
    let player = match source {
        Source::Player(player) => *player,
        Source::Patch(..) => Player::Synthesised(Voice::Sung),
    };
    pairs::excerpts(folder, &[player], count)
}

impl Source<'_> {
    /// Whether it is an instrument of recorded notes.
    pub(crate) fn is_recorded(&self) -> bool {
        matches!(self, Source::Player(Player::Recorded(_)))
    }

    pub(crate) fn perform(&self, notes: &[Note], take: usize) -> Result<Vec<f32>> {
        match self {
            Source::Player(player) => player.perform(notes, take),
            Source::Patch(font, program) => font.perform(*program, notes),
        }
    }
}

/// When each of the notes begins to sound, played alone, seconds.
pub(crate) fn begins_s(source: &Source, notes: &[Note], take: usize) -> Result<Vec<f64>> {
    let begins = |note: &Note| {
        let sound = source.perform(std::slice::from_ref(note), take)?;
        let energies: Vec<f64> = sound
            .chunks(WINDOW)
            .map(|window| window.iter().map(|x| f64::from(*x).powi(2)).sum())
            .collect();
        let loudest = energies.iter().copied().fold(0.0, f64::max);
        let enough = loudest * 10.0f64.powf(BEGINS_DB / 10.0);
        let first = energies.iter().position(|energy| *energy >= enough);
        Ok(first.unwrap_or_default() as f64 * WINDOW as f64 / RATE_HZ)
    };
    notes.iter().map(begins).collect()
}

/// What the performer finds in `sound` (48 kHz mono).
fn notes_of(base: &Base, target: &Target, sound: &[f32]) -> Vec<FoundNote> {
    let controls = HopControls {
        mode: Mode::Track,
        player: PlayerControls::performing(0.5),
        ..HopControls::default()
    };
    let mut state = ChainState::new(base);
    let mut found: Vec<FoundNote> = Vec::new();
    let (hops, _) = sound.as_chunks::<HOP_SAMPLES>();
    let (mut output, mut count) = ([0.0; HOP_SAMPLES], 0);
    for (index, hop) in hops.iter().enumerate() {
        base.step(&alone(target), &mut state, &controls, hop, &mut output);
        let heard = state.telemetry();
        // When it is heard, less the delay of all that is played.
        let now_s = ((index + 1) * HOP_SAMPLES) as f64 / RATE_HZ;
        let start_s = now_s - CHAIN_DELAY_SAMPLES as f64 / RATE_HZ;
        if heard.notes != count {
            count = heard.notes;
            found.push(FoundNote {
                start_s,
                semitones: 0.0,
            });
        }
        if let Some(note) = found.last_mut()
            && heard.note_semitones > 0.0
            && (start_s < note.start_s + SETTLED_S || note.semitones == 0.0)
        {
            note.semitones = f64::from(heard.note_semitones);
        }
    }
    found
}

impl Counts {
    /// Each note is found at most once, by the nearest that is left.
    fn add(&mut self, notes: &[Note], begins_s: &[f64], found: &[FoundNote]) {
        self.wanted += notes.len();
        self.found += found.len();
        let mut left: Vec<&FoundNote> = found.iter().collect();
        for (note, begins_s) in notes.iter().zip(begins_s) {
            let late = |found: &FoundNote| found.start_s - begins_s;
            let near = left.iter().enumerate().filter(|(_, found)| {
                let off = found.semitones - f64::from(note.midi);
                late(found).abs() <= NEAR_S && off.abs() <= NEAR_SEMITONES
            });
            let nearest = near.min_by(|a, b| late(a.1).abs().total_cmp(&late(b.1).abs()));
            if let Some((index, found)) = nearest {
                self.right += 1;
                self.late_ms.push(1_000.0 * late(found));
                left.remove(index);
            }
        }
    }

    fn merge(&mut self, other: &Counts) {
        self.wanted += other.wanted;
        self.found += other.found;
        self.right += other.right;
        self.seconds += other.seconds;
        self.late_ms.extend(&other.late_ms);
    }

    fn row(&self, source: &str, family: Family) -> Row {
        let mut late_ms = self.late_ms.clone();
        late_ms.sort_by(f64::total_cmp);
        let per_s = |count: usize| count as f64 / self.seconds.max(1e-9);
        Row {
            source: source.to_owned(),
            family,
            notes: self.wanted,
            f_measure: 2.0 * self.right as f64 / (self.wanted + self.found).max(1) as f64,
            spurious_per_s: per_s(self.found - self.right),
            missed_per_s: per_s(self.wanted - self.right),
            late_ms: late_ms.get(late_ms.len() / 2).copied().unwrap_or_default(),
        }
    }
}

fn table(found: &Found) -> String {
    let mut text = String::from("source          notes     F  spurious/s  missed/s  late ms\n");
    for row in found.sources.iter().chain(&found.families) {
        let name = match row.source.as_str() {
            "all" => format!("all {:?}", row.family).to_lowercase(),
            name => name.to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{name:15} {:5} {:5.2} {:11.2} {:9.2} {:8.1}",
            row.notes, row.f_measure, row.spurious_per_s, row.missed_per_s, row.late_ms
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_cli::synth::melody;

    #[test]
    fn a_note_is_found_once_near_where_it_begins_on_its_pitch() {
        let notes = melody(
            0.2,
            0.4,
            0.0,
            &[(60, 1.0, 90), (62, 1.0, 90), (64, 1.0, 90)],
        );
        let begins: Vec<f64> = notes.iter().map(|n| n.start_s + 0.01).collect();
        let at = |note: usize, late_s: f64, semitones: f64| FoundNote {
            start_s: begins[note] + late_s,
            semitones: f64::from(notes[note].midi) + semitones,
        };
        let found = [
            at(0, 0.01, 0.2),
            // Twice the same.
            at(0, 0.03, 0.2),
            // Late, and on a wrong pitch.
            at(1, 0.06, 0.0),
            at(2, 0.0, 0.6),
        ];
        let mut counts = Counts::default();
        counts.add(&notes, &begins, &found);
        assert_eq!((counts.wanted, counts.found, counts.right), (3, 4, 1));
        assert!((counts.late_ms[0] - 10.0).abs() < 1e-6);
    }

    #[test]
    fn the_notes_of_a_plucked_melody_are_found() -> Result<()> {
        let library = Library::shipped();
        let (base, (_, target)) = (library.base()?, mynah_cli::find_target(&library, "cello")?);
        let notes = melody(
            0.2,
            0.4,
            0.0,
            &[(60, 1.0, 90), (62, 1.0, 90), (62, 1.0, 90)],
        );
        let player = Player::Synthesised(Voice::Plucked);
        let sound = player.perform(&notes, 0)?;
        let begins = begins_s(&Source::Player(player), &notes, 0)?;
        let mut counts = Counts::default();
        counts.add(&notes, &begins, &notes_of(&base, &target, &sound));
        assert_eq!(counts.right, 3, "{counts:?}");
        Ok(())
    }
}
