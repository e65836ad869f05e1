//! Sung patches of a General MIDI SoundFont, played by fluidsynth.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use mynah_cli::audio::read::Reader;
use mynah_cli::notes::Note;

use crate::eval::render::rendered_samples;

/// Where Debian's fluid-soundfont-gm puts it.
const SHIPPED: &str = "/usr/share/sounds/sf2/FluidR3_GM.sf2";
/// Sung patches: General MIDI's number from 0 on, and the name as a source.
pub(crate) const SUNG: [(u8, &str); 3] = [
    (53, "gm-voice-oohs"),
    (52, "gm-choir-aahs"),
    (54, "gm-synth-voice"),
];
/// A tick is a millisecond: a quarter of so many, that lasts so many microseconds.
const TICKS_PER_QUARTER: u16 = 500;
const QUARTER_US: u32 = 500_000;
/// Root of the mean square of a phrase: about that of the synthesised voices.
const LEVEL: f64 = 0.06;

/// fluidsynth with a SoundFont.
#[derive(Debug)]
pub(crate) struct SoundFont(PathBuf);

impl SoundFont {
    /// The one at `path`, or where Debian has it.
    ///
    /// # Errors
    /// One sentence that says what is not installed.
    pub(crate) fn find(path: Option<&Path>) -> Result<SoundFont> {
        let path = path.unwrap_or(Path::new(SHIPPED));
        if !path.is_file() {
            bail!(
                "there is no SoundFont '{}' (on Debian, the package fluid-soundfont-gm)",
                path.display()
            );
        }
        if Command::new("fluidsynth")
            .arg("--version")
            .output()
            .is_err()
        {
            bail!("fluidsynth is not installed (on Debian, the package fluidsynth)");
        }
        Ok(SoundFont(path.to_owned()))
    }

    /// `notes` on the patch `program` without reverberation; 48 kHz mono, as long as every player's.
    ///
    /// # Errors
    /// fluidsynth fails.
    pub(crate) fn perform(&self, program: u8, notes: &[Note]) -> Result<Vec<f32>> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let (score, sound) = (
            folder.path().join("score.mid"),
            folder.path().join("sound.wav"),
        );
        std::fs::write(&score, midi(program, notes)?).context("cannot write a temporary file")?;
        let run = Command::new("fluidsynth")
            .args([
                "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.8", "-r", "48000", "-F",
            ])
            .args([&sound, &self.0, &score])
            .output()
            .context("cannot start fluidsynth")?;
        if !run.status.success() || !sound.is_file() {
            bail!(
                "fluidsynth cannot play '{}' ({})",
                self.0.display(),
                run.status
            );
        }
        let mut played = Reader::open(&sound)?.read_mono(usize::MAX)?;
        played.resize(rendered_samples(notes), 0.0);
        let power =
            played.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / played.len().max(1) as f64;
        let gain = (LEVEL / power.sqrt().max(1e-9)) as f32;
        played
            .iter_mut()
            .for_each(|x| *x = (*x * gain).clamp(-1.0, 1.0));
        Ok(played)
    }
}

/// A MIDI file of `notes`.
fn midi(program: u8, notes: &[Note]) -> Result<Vec<u8>> {
    let ticks = |seconds: f64| (seconds * 1_000.0).round() as u32;
    let mut events: Vec<(u32, MidiMessage)> = vec![(
        0,
        MidiMessage::ProgramChange {
            program: u7::new(program),
        },
    )];
    for note in notes {
        let key = u7::new(note.midi.clamp(0, 127) as u8);
        let vel = u7::new(note.velocity.min(127));
        events.push((ticks(note.start_s), MidiMessage::NoteOn { key, vel }));
        events.push((
            ticks(note.end_s()),
            MidiMessage::NoteOff {
                key,
                vel: u7::new(0),
            },
        ));
    }
    // Where one note ends and the next of the same key begins, the end comes first.
    events.sort_by_key(|(tick, message)| (*tick, matches!(message, MidiMessage::NoteOn { .. })));
    let meta = |delta: u32, message| TrackEvent {
        delta: u28::new(delta),
        kind: TrackEventKind::Meta(message),
    };
    let mut track = vec![meta(0, MetaMessage::Tempo(u24::new(QUARTER_US)))];
    let mut now = 0;
    for (tick, message) in events {
        let kind = TrackEventKind::Midi {
            channel: u4::new(0),
            message,
        };
        track.push(TrackEvent {
            delta: u28::new(tick - now),
            kind,
        });
        now = tick;
    }
    track.push(meta((0.3 * 1_000.0) as u32, MetaMessage::EndOfTrack));
    let timing = Timing::Metrical(u15::new(TICKS_PER_QUARTER));
    let mut smf = Smf::new(Header::new(Format::SingleTrack, timing));
    smf.tracks.push(track);
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes)
        .context("cannot write a MIDI file")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mynah_cli::synth::{RATE_HZ, melody};

    fn notes() -> Vec<Note> {
        melody(
            0.2,
            0.5,
            0.0,
            &[(60, 1.0, 90), (60, 1.0, 80), (0, 1.0, 0), (67, 1.0, 100)],
        )
    }

    #[test]
    fn the_score_says_what_the_notes_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("score.mid");
        std::fs::write(&path, midi(53, &notes()).unwrap()).unwrap();
        let back = crate::eval::midi::read(&path).unwrap();
        assert_eq!(back.len(), notes().len());
        for (a, b) in back.iter().zip(notes()) {
            assert_eq!((a.midi, a.velocity), (b.midi, b.velocity));
            assert!((a.start_s - b.start_s).abs() < 2e-3 && (a.seconds - b.seconds).abs() < 2e-3);
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = SoundFont::find(Some(Path::new("/nonexistent.sf2"))).unwrap_err();
        assert!(error.to_string().contains("/nonexistent.sf2"), "{error}");
    }

    #[test]
    fn a_patch_sings_the_notes_where_it_is_installed() {
        let Ok(font) = SoundFont::find(None) else {
            return;
        };
        let sound = font.perform(53, &notes()).unwrap();
        assert_eq!(sound.len(), rendered_samples(&notes()));
        let track = crate::eval::pitch::track(&sound);
        let at = |s: f64| track[(s * RATE_HZ) as usize / crate::eval::pitch::HOP_SAMPLES].unwrap();
        assert!((at(0.6) / 261.6 - 1.0).abs() < 0.03, "{}", at(0.6));
        assert!((at(2.0) / 392.0 - 1.0).abs() < 0.03, "{}", at(2.0));
    }
}
