//! The notes of one voice: of a recording what is heard, of a MIDI file what stands there.

use std::io::Read;

use anyhow::{Context, Result};
use midly::MidiMessage;
use mynah_models::continuation::PlayedNote;
use mynah_transcribe::{TranscribedNote, Transcription};

use crate::audio::source::Source;
use crate::commands::transcribe::one_voice;
use crate::midi::MidiFile;

/// What a step of velocity stands for, dB, as `transcribe` has it.
const VELOCITY_DB: f32 = 0.25;
/// Notes that begin within this are one stroke, of which the highest counts, seconds.
const TOGETHER_S: f64 = 0.03;
/// General MIDI's channel of drums, from 0: its keys are no pitches.
const DRUMS: u8 = 9;

/// What is played in a file: audio that can be read, or MIDI.
///
/// # Errors
/// It cannot be read; of audio with `strict`, anything of it is lost.
pub(super) fn played(source: &mut Source, strict: bool, quiet: bool) -> Result<Transcription> {
    let mut begins = Vec::new();
    source.file()?.take(12).read_to_end(&mut begins)?;
    let is_midi = begins.starts_with(b"MThd")
        || begins.starts_with(b"RIFF") && begins.get(8..) == Some(b"RMID".as_slice());
    if !is_midi {
        let (transcription, _) = one_voice(source, strict, quiet)?;
        return Ok(transcription);
    }
    let shown = source.shown();
    let file = MidiFile::read_from(source.file()?)
        .with_context(|| format!("'{shown}' cannot be read as a MIDI file"))?;
    Ok(Transcription {
        notes: melody(notes(&file)),
        seconds: file.end_s,
    })
}

/// All notes of a file but the drums, in the order of time.
fn notes(file: &MidiFile) -> Vec<TranscribedNote> {
    let mut held: Vec<(u8, u8, f64, u8)> = Vec::new();
    let mut notes = Vec::new();
    let mut end = |held: &mut Vec<(u8, u8, f64, u8)>, channel: u8, key: u8, at_s: f64| {
        let of_key = |note: &(u8, u8, f64, u8)| (note.0, note.1) == (channel, key);
        if let Some(place) = held.iter().position(of_key) {
            let (_, midi, onset_s, velocity) = held.remove(place);
            notes.push(TranscribedNote {
                onset_s,
                offset_s: at_s,
                midi,
                velocity,
                bends: Vec::new(),
                levels: Vec::new(),
            });
        }
    };
    for (at_s, channel, message) in &file.messages {
        match message {
            _ if *channel == DRUMS => {}
            MidiMessage::NoteOn { key, vel } => {
                end(&mut held, *channel, key.as_int(), *at_s);
                if vel.as_int() > 0 {
                    held.push((*channel, key.as_int(), *at_s, vel.as_int()));
                }
            }
            MidiMessage::NoteOff { key, .. } => end(&mut held, *channel, key.as_int(), *at_s),
            _ => {}
        }
    }
    while let Some((channel, key, ..)) = held.first().copied() {
        end(&mut held, channel, key, file.end_s);
    }
    notes.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s).then(b.midi.cmp(&a.midi)));
    notes
}

/// The highest of what begins together, each note over where the next begins.
fn melody(notes: Vec<TranscribedNote>) -> Vec<TranscribedNote> {
    let mut kept: Vec<TranscribedNote> = Vec::with_capacity(notes.len());
    for note in notes {
        match kept.last_mut() {
            Some(last) if note.onset_s - last.onset_s <= TOGETHER_S => {
                if note.midi > last.midi {
                    *last = note;
                }
            }
            Some(last) => {
                last.offset_s = last.offset_s.min(note.onset_s);
                kept.push(note);
            }
            None => kept.push(note),
        }
    }
    kept
}

/// As the network takes them.
pub(super) fn heard(notes: &[TranscribedNote]) -> Vec<PlayedNote> {
    let notes = notes.iter();
    let heard = notes.map(|note| PlayedNote {
        onset_s: note.onset_s,
        length_s: note.offset_s - note.onset_s,
        midi: note.midi,
        level_db: VELOCITY_DB * f32::from(note.velocity),
    });
    heard.collect()
}

/// A note as it is written, so much later.
pub(super) fn written(note: &PlayedNote, later_s: f64) -> TranscribedNote {
    let onset_s = note.onset_s + later_s;
    TranscribedNote {
        onset_s,
        offset_s: onset_s + note.length_s,
        midi: note.midi,
        velocity: (note.level_db / VELOCITY_DB).round().clamp(1.0, 127.0) as u8,
        bends: Vec::new(),
        levels: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(onset_s: f64, offset_s: f64, midi: u8) -> TranscribedNote {
        TranscribedNote {
            onset_s,
            offset_s,
            midi,
            velocity: 80,
            bends: Vec::new(),
            levels: Vec::new(),
        }
    }

    #[test]
    fn of_chords_the_highest_notes_are_the_melody() {
        let chords = vec![
            note(0.0, 2.0, 60),
            note(0.01, 1.0, 72),
            note(0.02, 1.0, 64),
            note(0.5, 1.0, 74),
        ];
        let found = melody(chords);
        let kept: Vec<(u8, f64)> = found.iter().map(|n| (n.midi, n.offset_s)).collect();
        assert_eq!(kept, [(72, 0.5), (74, 1.0)]);
        assert!(melody(Vec::new()).is_empty());
    }

    #[test]
    fn what_is_heard_is_written_as_it_was() {
        let before = note(1.0, 1.5, 62);
        let heard = heard(std::slice::from_ref(&before));
        assert_eq!(written(&heard[0], 0.0), before);
    }
}
