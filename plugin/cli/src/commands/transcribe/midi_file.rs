//! A transcription as a MIDI file: one track at 120 quarter notes a minute, the pitch as bends of a range that stands at the
//! beginning, the loudness as expression.

use anyhow::{Result, anyhow};
use midly::num::{u4, u7, u15, u24, u28};
use midly::{
    Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, Track, TrackEvent,
    TrackEventKind,
};
use mynah_transcribe::{TranscribedNote, Transcription};

/// 0.52 ms at 120 quarter notes a minute.
const TICKS_PER_QUARTER: u16 = 960;
const QUARTER_US: u32 = 500_000;
/// The wheel bends by this as long as that is enough, as instruments have it by themselves, and never by more than that,
/// semitones.
const USUAL_RANGE_SEMITONES: u8 = 2;
const WIDEST_RANGE_SEMITONES: u8 = 24;
const EXPRESSION: u8 = 11;
/// Registered parameter 0 is the range of the wheel; 127 of both is none.
const PARAMETER: [u8; 2] = [101, 100];
const DATA: [u8; 2] = [6, 38];
/// Where the wheel rests, and how far it goes to either side.
const WHEEL_STEPS: f32 = 8192.0;

/// Which curves are written besides the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Curves {
    pub(in crate::commands) bend: bool,
    pub(in crate::commands) expression: bool,
}

/// How far the pitch wheel bends in the file; `None` where it does not.
pub(in crate::commands) fn bend_range_semitones(
    transcription: &Transcription,
    curves: Curves,
) -> Option<u8> {
    let widest = transcription.widest_bend_semitones().ceil() as u8;
    curves
        .bend
        .then_some(widest.clamp(USUAL_RANGE_SEMITONES, WIDEST_RANGE_SEMITONES))
}

/// The file's bytes.
///
/// # Errors
/// The recording is longer than such a file can be (38 hours).
pub(in crate::commands) fn midi_file(
    transcription: &Transcription,
    curves: Curves,
) -> Result<Vec<u8>> {
    let range = bend_range_semitones(transcription, curves);
    let mut events = beginning(range);
    for note in &transcription.notes {
        add_note(&mut events, note, range, curves.expression);
    }
    // What happens at one time: the note before ends, then wheel and level are set, then the next begins. Stable.
    events.sort_by_key(|event| (event.tick, event.rank));
    let mut smf = Smf::new(Header::new(
        Format::SingleTrack,
        Timing::Metrical(u15::new(TICKS_PER_QUARTER)),
    ));
    smf.tracks
        .push(track(&events, tick(transcription.seconds))?);
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes)?;
    Ok(bytes)
}

struct Event {
    tick: u64,
    rank: u8,
    kind: TrackEventKind<'static>,
}

const RANK_END: u8 = 0;
const RANK_CURVE: u8 = 1;
const RANK_BEGIN: u8 = 2;

fn tick(seconds: f64) -> u64 {
    let ticks_per_s = f64::from(TICKS_PER_QUARTER) * 1e6 / f64::from(QUARTER_US);
    (seconds * ticks_per_s).round() as u64
}

fn midi(message: MidiMessage) -> TrackEventKind<'static> {
    TrackEventKind::Midi {
        channel: u4::new(0),
        message,
    }
}

fn controller(number: u8, value: u8) -> TrackEventKind<'static> {
    midi(MidiMessage::Controller {
        controller: u7::new(number),
        value: u7::new(value),
    })
}

fn beginning(range: Option<u8>) -> Vec<Event> {
    let mut kinds = vec![TrackEventKind::Meta(MetaMessage::Tempo(u24::new(
        QUARTER_US,
    )))];
    if let Some(range) = range {
        kinds.extend(PARAMETER.map(|number| controller(number, 0)));
        kinds.push(controller(DATA[0], range));
        kinds.push(controller(DATA[1], 0));
        kinds.extend(PARAMETER.map(|number| controller(number, 127)));
    }
    let event = |kind| Event {
        tick: 0,
        rank: RANK_END,
        kind,
    };
    kinds.into_iter().map(event).collect()
}

fn add_note(events: &mut Vec<Event>, note: &TranscribedNote, range: Option<u8>, expression: bool) {
    let begin = tick(note.onset_s);
    let end = tick(note.offset_s).max(begin + 1);
    let key = u7::new(note.midi.min(127));
    let mut add = |tick: u64, rank, kind| {
        let tick = tick.clamp(begin, end);
        events.push(Event { tick, rank, kind });
    };
    if let Some(range) = range {
        let mut last = None;
        for bend in &note.bends {
            let wheel = (bend.semitones / f32::from(range) * WHEEL_STEPS).round();
            let bend_to = PitchBend::from_int(wheel as i16);
            if last != Some(bend_to) {
                last = Some(bend_to);
                let message = MidiMessage::PitchBend { bend: bend_to };
                add(tick(bend.at_s), RANK_CURVE, midi(message));
            }
        }
    }
    if expression {
        let mut last = None;
        for level in &note.levels {
            // Controllers of loudness count amplitudes by their squares (General MIDI level 2).
            let share = 10.0_f32.powf(level.level_db / 40.0);
            let value = (127.0 * share).round().clamp(1.0, 127.0) as u8;
            if last != Some(value) {
                last = Some(value);
                add(tick(level.at_s), RANK_CURVE, controller(EXPRESSION, value));
            }
        }
    }
    let vel = u7::new(note.velocity.clamp(1, 127));
    add(begin, RANK_BEGIN, midi(MidiMessage::NoteOn { key, vel }));
    let vel = u7::new(64);
    add(end, RANK_END, midi(MidiMessage::NoteOff { key, vel }));
}

fn track(events: &[Event], length: u64) -> Result<Track<'static>> {
    let mut track = Track::new();
    let mut now = 0;
    let mut push = |tick: u64, kind| -> Result<()> {
        let delta = u32::try_from(tick - now).ok().and_then(u28::try_from);
        let delta = delta.ok_or_else(|| anyhow!("there are 38 hours of silence"))?;
        now = tick;
        track.push(TrackEvent { delta, kind });
        Ok(())
    };
    for event in events {
        push(event.tick, event.kind)?;
    }
    let last = events.last().map_or(0, |event| event.tick);
    push(
        length.max(last),
        TrackEventKind::Meta(MetaMessage::EndOfTrack),
    )?;
    Ok(track)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mynah_transcribe::{Bend, Level};
    use proptest::prelude::*;

    use super::*;
    use crate::midi::Melody;

    const ALL: Curves = Curves {
        bend: true,
        expression: true,
    };

    fn note(onset_s: f64, offset_s: f64, midi: u8, bends: &[(f64, f32)]) -> TranscribedNote {
        let bend = |(at_s, semitones): &(f64, f32)| Bend {
            at_s: *at_s,
            semitones: *semitones,
        };
        TranscribedNote {
            onset_s,
            offset_s,
            midi,
            velocity: 90,
            bends: bends.iter().map(bend).collect(),
            levels: vec![Level {
                at_s: onset_s,
                level_db: -6.0,
            }],
        }
    }

    fn transcription(notes: Vec<TranscribedNote>) -> Transcription {
        Transcription {
            notes,
            seconds: 4.0,
        }
    }

    /// When which pitch is read from the file, in milliseconds.
    fn read(transcription: &Transcription, curves: Curves) -> Vec<(u64, Option<f32>)> {
        let bytes = midi_file(transcription, curves).unwrap();
        Melody::parse(&bytes).unwrap().at_rate(1_000)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let played = transcription(vec![
            note(0.5, 1.0, 60, &[(0.5, 0.0), (0.75, 0.5)]),
            // Struck again as it ends, and bent from before its beginning.
            note(1.0, 1.5, 60, &[(0.9, -0.25)]),
            note(2.0, 3.0, 72, &[(2.0, 0.0)]),
        ]);
        let expected = [
            (500, Some(60.0)),
            (750, Some(60.5)),
            (1_000, None),
            (1_000, Some(59.75)),
            (1_500, None),
            (2_000, Some(72.0)),
            (3_000, None),
        ];
        assert_eq!(read(&played, ALL), expected);
        let plain: Vec<f32> = read(
            &played,
            Curves {
                bend: false,
                expression: false,
            },
        )
        .iter()
        .filter_map(|(_, pitch)| *pitch)
        .collect();
        assert_eq!(plain, [60.0, 60.0, 72.0]);
    }

    #[test]
    fn the_wheel_reaches_as_far_as_it_has_to() {
        for (semitones, range) in [(0.3, 2), (2.0, 2), (2.1, 3), (-7.5, 8), (60.0, 24)] {
            let played = transcription(vec![note(0.0, 1.0, 60, &[(0.0, semitones)])]);
            assert_eq!(bend_range_semitones(&played, ALL), Some(range));
            let pitch = read(&played, ALL)[0].1.unwrap();
            let most = f32::from(range);
            let expected = 60.0 + semitones.clamp(-most, most);
            assert!((pitch - expected).abs() < 0.005, "{semitones}: {pitch}");
        }
    }

    #[test]
    fn levels_are_written_as_expression_where_they_are_asked_for() {
        let played = transcription(vec![note(0.0, 1.0, 60, &[])]);
        let expressions = |curves: Curves| {
            let bytes = midi_file(&played, curves).unwrap();
            let smf = Smf::parse(&bytes).unwrap();
            let values = smf.tracks[0].iter().filter_map(|event| match event.kind {
                TrackEventKind::Midi {
                    message: MidiMessage::Controller { controller, value },
                    ..
                } if controller == EXPRESSION => Some(value.as_int()),
                _ => None,
            });
            values.collect::<Vec<u8>>()
        };
        // -6 dB is half of the amplitude, and its root of 127.
        assert_eq!(expressions(ALL), [90]);
        assert!(
            expressions(Curves {
                expression: false,
                ..ALL
            })
            .is_empty()
        );
    }

    proptest! {
        #[test]
        fn any_row_of_notes_comes_back(
            steps in proptest::collection::vec((0.002..0.5f64, 0.01..1.0f64, 23..=108u8, -2.0..2.0f32), 1..20)
        ) {
            let mut now_s = 0.0;
            let mut notes = Vec::new();
            for (rest_s, length_s, midi, bend) in steps {
                let onset_s = now_s + rest_s;
                now_s = onset_s + length_s;
                notes.push(note(onset_s, now_s, midi, &[(onset_s, bend)]));
            }
            let found = read(&transcription(notes.clone()), ALL);
            let begins: Vec<_> = found.iter().filter(|(_, pitch)| pitch.is_some()).collect();
            prop_assert_eq!(begins.len(), notes.len());
            for ((at_ms, pitch), note) in begins.into_iter().zip(&notes) {
                prop_assert!((*at_ms as f64 - 1e3 * note.onset_s).abs() < 1.5);
                let expected = f32::from(note.midi) + note.bends[0].semitones;
                prop_assert!((pitch.unwrap_or_default() - expected).abs() < 0.001);
            }
        }
    }
}
