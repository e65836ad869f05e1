//! Standard MIDI files to notes.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use midly::{MetaMessage, MidiMessage, Smf, Timing, TrackEventKind};
use mynah_cli::notes::Note;

/// General MIDI's drum channel (0-based).
const DRUMS: u8 = 9;

/// All notes of the file at `path`, by start time; drums are left out.
///
/// # Errors
/// The file cannot be read, is no MIDI file, or counts time in SMPTE frames.
pub(crate) fn read(path: &Path) -> Result<Vec<Note>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot open '{}'", path.display()))?;
    parse(&bytes).with_context(|| format!("'{}' cannot be read as a MIDI file", path.display()))
}

fn parse(bytes: &[u8]) -> Result<Vec<Note>> {
    let smf = Smf::parse(bytes)?;
    let Timing::Metrical(ticks_per_beat) = smf.header.timing else {
        bail!("its time is in SMPTE frames")
    };
    let ticks_per_beat = f64::from(ticks_per_beat.as_int()).max(1.0);
    // Tempo changes of any track hold for all of them.
    let mut tempos: Vec<(u64, f64)> = Vec::new();
    let mut events: Vec<(u64, u8, u8, u8)> = Vec::new();
    for track in &smf.tracks {
        let mut tick = 0u64;
        for event in track {
            tick += u64::from(event.delta.as_int());
            match event.kind {
                TrackEventKind::Meta(MetaMessage::Tempo(us)) => {
                    tempos.push((tick, f64::from(us.as_int()) * 1e-6))
                }
                TrackEventKind::Midi { channel, message } if channel.as_int() != DRUMS => {
                    match message {
                        MidiMessage::NoteOn { key, vel } => {
                            events.push((tick, channel.as_int(), key.as_int(), vel.as_int()));
                        }
                        MidiMessage::NoteOff { key, .. } => {
                            events.push((tick, channel.as_int(), key.as_int(), 0))
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }
    tempos.sort_by_key(|t| t.0);
    let seconds_at = |tick: u64| {
        let (mut now_s, mut last_tick, mut beat_s) = (0.0, 0u64, 0.5);
        for (at, seconds) in tempos.iter().take_while(|t| t.0 <= tick) {
            now_s += (at - last_tick) as f64 / ticks_per_beat * beat_s;
            (last_tick, beat_s) = (*at, *seconds);
        }
        now_s + (tick - last_tick) as f64 / ticks_per_beat * beat_s
    };
    // At one tick, ends come before starts, so that a repeated note is not cut off at once.
    events.sort_by_key(|e| (e.0, e.3 > 0));
    let mut open: HashMap<(u8, u8), (u64, u8)> = HashMap::new();
    let mut notes = Vec::new();
    for (tick, channel, key, velocity) in events {
        if let Some((start, struck)) = open.remove(&(channel, key)) {
            let (start_s, end_s) = (seconds_at(start), seconds_at(tick));
            if end_s > start_s {
                notes.push(Note {
                    start_s,
                    seconds: end_s - start_s,
                    midi: i32::from(key),
                    velocity: struck,
                });
            }
        }
        if velocity > 0 {
            open.insert((channel, key), (tick, velocity));
        }
    }
    notes.sort_by(|a, b| a.start_s.total_cmp(&b.start_s).then(a.midi.cmp(&b.midi)));
    Ok(notes)
}

/// The top line: of notes starting together the highest; each one ends at the latest where the next begins.
pub(crate) fn top_line(notes: &[Note]) -> Vec<Note> {
    let mut line: Vec<Note> = Vec::new();
    for note in notes {
        match line.last_mut() {
            Some(last) if note.start_s - last.start_s < 0.03 => {
                if note.midi > last.midi {
                    *last = *note;
                }
            }
            // A lower voice entering under a held upper one is not the melody.
            Some(last) if note.start_s < last.end_s() - 0.05 && note.midi < last.midi - 7 => {}
            Some(last) => {
                last.seconds = last.seconds.min(note.start_s - last.start_s);
                line.push(*note);
            }
            None => line.push(*note),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::golden;

    /// Header, then one track: tempo 250,000 us, two notes of a quarter each, the second struck as the first ends.
    const FILE: &[u8] = &[
        b'M', b'T', b'h', b'd', 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, b'M', b'T', b'r', b'k', 0, 0, 0, 27,
        0, 0xff, 0x51, 3, 0x03, 0xd0, 0x90, 0, 0x90, 60, 100, 96, 0x90, 60, 0, 0, 0x90, 64, 80, 96,
        0x80, 64, 0, 0, 0xff, 0x2f, 0,
    ];

    #[test]
    fn notes_and_tempo_are_read() {
        let notes = parse(FILE).unwrap();
        assert_eq!(
            notes,
            [
                Note {
                    start_s: 0.0,
                    seconds: 0.25,
                    midi: 60,
                    velocity: 100
                },
                Note {
                    start_s: 0.25,
                    seconds: 0.25,
                    midi: 64,
                    velocity: 80
                }
            ]
        );
        assert!(parse(b"not a midi file").is_err());
    }

    #[test]
    fn scores_are_read_as_in_the_training() {
        let notes = parse(&golden::bytes("score")).unwrap();
        let expected = golden::facts().score_notes;
        assert_eq!(notes.len(), expected.len(), "{notes:?}");
        for (note, (start_s, seconds, midi, velocity)) in notes.iter().zip(expected) {
            assert!((note.start_s - start_s).abs() < 1e-9, "{note:?}");
            assert!((note.seconds - seconds).abs() < 1e-9, "{note:?}");
            assert_eq!(note.midi, midi, "{note:?}");
            assert_eq!(
                f64::from(note.velocity),
                (velocity * 127.0).round(),
                "{note:?}"
            );
        }
    }

    #[test]
    fn the_top_line_is_monophonic() {
        let note = |start_s, seconds, midi| Note {
            start_s,
            seconds,
            midi,
            velocity: 90,
        };
        let line = top_line(&[
            note(0.0, 1.0, 48),
            note(0.0, 0.5, 72),
            note(0.4, 0.5, 74),
            note(0.6, 1.0, 50),
            note(1.0, 0.5, 71),
        ]);
        assert_eq!(
            line.iter().map(|n| n.midi).collect::<Vec<_>>(),
            [72, 74, 71]
        );
        assert!(line.windows(2).all(|w| w[0].end_s() <= w[1].start_s + 1e-9));
    }
}
