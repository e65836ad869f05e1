//! MIDI files: what their channels say and when, and the pitch that held notes ask for, of which the last one struck wins.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use midly::{Format, MetaMessage, MidiMessage, Timing, TrackEventKind};

/// Larger files are no scores.
const MAX_BYTES: u64 = 64 << 20;
/// How far the pitch wheel bends, semitones, until a file says otherwise: by registered parameter 0, as its data.
const BEND_RANGE_SEMITONES: f64 = 2.0;
const PARAMETER_MSB: u8 = 101;
const PARAMETER_LSB: u8 = 100;
const DATA_SEMITONES: u8 = 6;
const DATA_CENTS: u8 = 38;
/// No parameter is meant until one is named.
const NO_PARAMETER: [u8; 2] = [127, 127];
/// Length of a quarter note until a file says otherwise.
const QUARTER_S: f64 = 0.5;
const ALL_SOUND_OFF: u8 = 120;
const RESET_ALL_CONTROLLERS: u8 = 121;
/// This and the four above it, which change the mode of reception, end all notes.
const ALL_NOTES_OFF: u8 = 123;

/// What the channels of a MIDI file say, in seconds from its beginning, in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MidiFile {
    /// When, on which channel (0 to 15), what.
    pub(crate) messages: Vec<(f64, u8, MidiMessage)>,
    /// When the last event is, of whatever kind.
    pub(crate) end_s: f64,
}

impl MidiFile {
    /// Reads a file of format 0 or 1.
    ///
    /// # Errors
    /// It cannot be read, is no MIDI file, is damaged, or holds sequences that do not belong together (format 2).
    pub(crate) fn read(path: &Path) -> Result<MidiFile> {
        let shown = path.display();
        let file = File::open(path).with_context(|| format!("cannot open '{shown}'"))?;
        MidiFile::read_from(file)
            .with_context(|| format!("'{shown}' cannot be read as a MIDI file"))
    }

    /// As [`read`](Self::read), of what is open, with its errors.
    pub(crate) fn read_from(file: impl Read) -> Result<MidiFile> {
        let mut bytes = Vec::new();
        if file.take(MAX_BYTES + 1).read_to_end(&mut bytes)? as u64 > MAX_BYTES {
            bail!("it has more than 64 MiB");
        }
        MidiFile::parse(&bytes)
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<MidiFile> {
        let (header, tracks) = midly::parse(bytes).map_err(|_| not_midi(bytes))?;
        if header.format == Format::Sequential {
            bail!("its tracks are pieces of their own (format 2): save it as format 0 or 1");
        }
        check_chunks(bytes)?;
        let mut events: Vec<(u64, TrackEventKind<'_>)> = Vec::new();
        for track in tracks {
            let track = track.map_err(|_| damaged())?;
            let length = track.unread().len();
            let (mut read, mut tick, mut ended) = (0, 0u64, false);
            for event in track.bytemapped() {
                let (bytes, event) = event.map_err(|_| damaged())?;
                read += bytes.len();
                tick += u64::from(event.delta.as_int());
                if event.kind == TrackEventKind::Meta(MetaMessage::EndOfTrack) {
                    ended = true;
                    break;
                }
                events.push((tick, event.kind));
            }
            // The parser stops where it can make nothing of the bytes, and tells nobody.
            if !ended && read < length {
                return Err(damaged());
            }
        }
        // Stable: what happens at one time stays in its order.
        events.sort_by_key(|(tick, _)| *tick);
        Ok(timed(header.timing, &events))
    }
}

/// Ticks become seconds.
fn timed(timing: Timing, events: &[(u64, TrackEventKind<'_>)]) -> MidiFile {
    let mut tick_s = match timing {
        Timing::Metrical(per_quarter) => QUARTER_S / f64::from(per_quarter.as_int().max(1)),
        Timing::Timecode(rate, per_frame) => {
            1.0 / (f64::from(rate.as_f32()) * f64::from(per_frame.max(1)))
        }
    };
    let mut file = MidiFile::default();
    let mut last_tick = 0;
    for (tick, event) in events {
        file.end_s += (tick - last_tick) as f64 * tick_s;
        last_tick = *tick;
        match (event, timing) {
            (TrackEventKind::Meta(MetaMessage::Tempo(us)), Timing::Metrical(per_quarter)) => {
                let quarter_s = f64::from(us.as_int()) * 1e-6;
                tick_s = quarter_s / f64::from(per_quarter.as_int().max(1));
            }
            (TrackEventKind::Midi { channel, message }, _) => {
                let message = (file.end_s, channel.as_int(), *message);
                file.messages.push(message);
            }
            _ => {}
        }
    }
    file
}

/// The pitch over the time of a MIDI file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Melody {
    /// From so many seconds on this pitch in MIDI semitones (69 is 440 Hz), or none, in the order of time.
    changes: Vec<(f64, Option<f32>)>,
}

impl Melody {
    /// Reads a file of format 0 or 1.
    ///
    /// # Errors
    /// It cannot be read, is no MIDI file, is damaged, or holds sequences that do not belong together (format 2).
    pub(crate) fn read(path: &Path) -> Result<Melody> {
        Ok(Melody {
            changes: changes(&MidiFile::read(path)?),
        })
    }

    #[cfg(test)]
    pub(crate) fn parse(bytes: &[u8]) -> Result<Melody> {
        Ok(Melody {
            changes: changes(&MidiFile::parse(bytes)?),
        })
    }

    /// Whether there is any note in it.
    pub(crate) fn has_notes(&self) -> bool {
        self.changes.iter().any(|(_, pitch)| pitch.is_some())
    }

    /// The changes at this rate: from which frame on which pitch.
    pub(crate) fn at_rate(&self, rate_hz: u32) -> Vec<(u64, Option<f32>)> {
        let frame = |seconds: f64| (seconds * f64::from(rate_hz)).round() as u64;
        let changes = self.changes.iter();
        changes
            .map(|(at_s, pitch)| (frame(*at_s), *pitch))
            .collect()
    }
}

fn not_midi(bytes: &[u8]) -> anyhow::Error {
    match bytes.get(..4) {
        None => anyhow::anyhow!("it is empty"),
        Some(b"MThd" | b"RIFF") => damaged(),
        Some(_) => anyhow::anyhow!("it does not begin as one does"),
    }
}

fn damaged() -> anyhow::Error {
    anyhow::anyhow!("it is damaged or cut short")
}

/// Every part must be as long as it says, and there must be as many tracks as it says: the parser makes do with less.
fn check_chunks(mut bytes: &[u8]) -> Result<()> {
    if bytes.starts_with(b"RIFF") {
        // A score wrapped as a RIFF file: the parser has found its beginning.
        return Ok(());
    }
    let (mut said, mut found) = (0, 0);
    while let Some((head, rest)) = bytes.split_at_checked(8) {
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let Some((content, rest)) = rest.split_at_checked(length) else {
            return Err(damaged());
        };
        match &head[..4] {
            b"MThd" if content.len() >= 6 => said = u16::from_be_bytes([content[2], content[3]]),
            b"MTrk" => found += 1,
            _ => {}
        }
        bytes = rest;
    }
    if found < said {
        return Err(damaged());
    }
    Ok(())
}

/// The pitch after every message, in seconds.
fn changes(file: &MidiFile) -> Vec<(f64, Option<f32>)> {
    let mut changes: Vec<(f64, Option<f32>)> = Vec::new();
    let mut notes = Notes::default();
    let change = |changes: &mut Vec<(f64, Option<f32>)>, at_s, pitch| {
        if changes.last().and_then(|(_, pitch)| *pitch) != pitch {
            changes.push((at_s, pitch));
        }
    };
    for (at_s, channel, message) in &file.messages {
        notes.take(*channel, message);
        change(&mut changes, *at_s, notes.pitch());
    }
    // What nobody lets go ends with the file.
    change(&mut changes, file.end_s, None);
    changes
}

/// The notes that are held, in the order in which they were struck, by channel and key.
#[derive(Default)]
struct Notes {
    held: Vec<(u8, u8)>,
    wheels: [Wheel; 16],
}

/// The pitch wheel of a channel.
#[derive(Clone, Copy)]
struct Wheel {
    /// -1 to 1.
    turned: f64,
    range: [u8; 2],
    /// What data are for, at present.
    parameter: [u8; 2],
}

impl Default for Wheel {
    fn default() -> Self {
        Wheel {
            turned: 0.0,
            range: [BEND_RANGE_SEMITONES as u8, 0],
            parameter: NO_PARAMETER,
        }
    }
}

impl Wheel {
    fn semitones(&self) -> f64 {
        let [semitones, cents] = self.range.map(f64::from);
        self.turned * (semitones + cents / 100.0)
    }

    fn control(&mut self, controller: u8, value: u8) {
        match controller {
            PARAMETER_MSB => self.parameter[0] = value,
            PARAMETER_LSB => self.parameter[1] = value,
            DATA_SEMITONES if self.parameter == [0, 0] => self.range = [value, 0],
            DATA_CENTS if self.parameter == [0, 0] => self.range[1] = value,
            RESET_ALL_CONTROLLERS => self.turned = 0.0,
            _ => {}
        }
    }
}

impl Notes {
    fn take(&mut self, channel: u8, message: &MidiMessage) {
        let wheel = &mut self.wheels[usize::from(channel) % 16];
        match message {
            MidiMessage::NoteOn { key, vel } => {
                let note = (channel, key.as_int());
                self.held.retain(|held| *held != note);
                if vel.as_int() > 0 {
                    self.held.push(note);
                }
            }
            MidiMessage::NoteOff { key, .. } => {
                let note = (channel, key.as_int());
                self.held.retain(|held| *held != note);
            }
            MidiMessage::PitchBend { bend } => wheel.turned = bend.as_f64(),
            MidiMessage::Controller { controller, value } => match controller.as_int() {
                ALL_SOUND_OFF | ALL_NOTES_OFF.. => self.held.retain(|held| held.0 != channel),
                controller => wheel.control(controller, value.as_int()),
            },
            _ => {}
        }
    }

    fn pitch(&self) -> Option<f32> {
        let (channel, key) = self.held.last()?;
        let bend = self.wheels[usize::from(*channel) % 16].semitones();
        Some((f64::from(*key) + bend) as f32)
    }
}

#[cfg(test)]
#[path = "../tests/common/midi_file.rs"]
mod midi_file;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::midi_file::{QUARTERS, midi_file as file};
    use super::*;

    fn changes_of(format: u8, timing: [u8; 2], tracks: &[&[u8]]) -> Vec<(f64, Option<f32>)> {
        Melody::parse(&file(format, timing, tracks))
            .unwrap()
            .changes
    }

    #[test]
    fn the_last_note_struck_wins_and_gives_way_to_those_still_held() {
        // C for two quarters, from the first quarter on E over it, for half a quarter.
        let track = [
            0, 0x90, 60, 100, 96, 0x90, 64, 80, 48, 0x80, 64, 0, 48, 0x90, 60, 0,
        ];
        let expected = [
            (0.0, Some(60.0)),
            (0.5, Some(64.0)),
            (0.75, Some(60.0)),
            (1.0, None),
        ];
        assert_eq!(changes_of(0, QUARTERS, &[&track]), expected);
    }

    #[test]
    fn the_tempo_of_one_track_holds_for_all() {
        // A quarter of 0.25 s, then one of 1 s.
        let tempo = [
            0, 0xff, 0x51, 3, 0x03, 0xd0, 0x90, 96, 0xff, 0x51, 3, 0x0f, 0x42, 0x40,
        ];
        let notes = [48, 0x91, 60, 100, 96, 0x81, 60, 0];
        let expected = [(0.125, Some(60.0)), (0.75, None)];
        assert_eq!(changes_of(1, QUARTERS, &[&tempo, &notes]), expected);
        // 25 frames of 40 ticks: a tick is a millisecond, whatever the tempo.
        let changes = changes_of(1, [0xe7, 40], &[&tempo, &notes]);
        assert!((changes[0].0 - 0.048).abs() < 1e-9 && (changes[1].0 - 0.144).abs() < 1e-9);
    }

    #[test]
    fn the_wheel_bends_by_two_semitones_and_controllers_end_notes() {
        let track = [
            0, 0xe0, 0, 0x40, 0, 0x90, 60, 100, 96, 0xe0, 0, 0, 96, 0xe0, 0, 0x60, 96, 0xb0, 121,
            0, 96, 0xb0, 123, 0,
        ];
        let expected = [
            (0.0, Some(60.0)),
            (0.5, Some(58.0)),
            (1.0, Some(61.0)),
            (1.5, Some(60.0)),
            (2.0, None),
        ];
        assert_eq!(changes_of(0, QUARTERS, &[&track]), expected);
    }

    #[test]
    fn a_file_says_how_far_the_wheel_bends() {
        // Bent up by half of the wheel, before and after it is said to reach an octave.
        let track = [
            0, 0xe0, 0, 0x60, 0, 0x90, 60, 100, 96, 0xb0, 101, 0, 0, 0xb0, 100, 0, 0, 0xb0, 6, 12,
            0, 0xb0, 101, 127, 0, 0xb0, 100, 127, 0, 0xb0, 6, 5, 96, 0x80, 60, 0,
        ];
        let expected = [(0.0, Some(61.0)), (0.5, Some(66.0)), (1.0, None)];
        assert_eq!(changes_of(0, QUARTERS, &[&track]), expected);
    }

    #[test]
    fn what_nobody_lets_go_ends_with_the_file() {
        let track = [0, 0x90, 60, 100, 96, 0xb0, 1, 0];
        assert_eq!(
            changes_of(0, QUARTERS, &[&track]),
            [(0.0, Some(60.0)), (0.5, None)]
        );
        let silent = Melody::parse(&file(0, QUARTERS, &[&[]])).unwrap();
        assert!(!silent.has_notes() && silent.changes.is_empty());
    }

    #[test]
    fn what_is_no_whole_midi_file_is_refused() {
        let good = file(0, QUARTERS, &[&[0, 0x90, 60, 100, 96, 0x80, 60, 0]]);
        assert!(Melody::parse(&good).unwrap().has_notes());
        for length in 0..good.len() {
            assert!(Melody::parse(&good[..length]).is_err(), "{length} bytes");
        }
        assert!(Melody::parse(&file(2, QUARTERS, &[&[]])).is_err());
        // A status byte where a key belongs.
        let wrong = file(0, QUARTERS, &[&[0, 0x90, 0xff, 0xff, 0xff, 0x80, 60, 0]]);
        assert!(Melody::parse(&wrong).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            track in proptest::collection::vec(any::<u8>(), 0..60),
            division in any::<[u8; 2]>(),
        ) {
            if let Ok(melody) = Melody::parse(&file(1, division, &[&track])) {
                let frames = melody.at_rate(48_000);
                prop_assert!(frames.windows(2).all(|pair| pair[0].0 <= pair[1].0));
                prop_assert!(melody.changes.iter().all(|(at_s, _)| at_s.is_finite()));
            }
        }
    }
}
