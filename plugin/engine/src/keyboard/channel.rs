//! What a MIDI channel's wheel, pedals and knobs stand at.

/// How far the wheel bends unless somebody has said otherwise, semitones: on a channel of all notes, and on one of a single note
/// (MIDI Polyphonic Expression 1.0).
pub(super) const BEND_RANGE_SEMITONES: f32 = 2.0;
const MEMBER_BEND_RANGE_SEMITONES: f32 = 48.0;

const MODULATION: u8 = 1;
const BREATH: u8 = 2;
const DATA_ENTRY: u8 = 6;
const VOLUME: u8 = 7;
const EXPRESSION: u8 = 11;
const DATA_ENTRY_FINE: u8 = 38;
const SUSTAIN: u8 = 64;
const NON_REGISTERED: [u8; 2] = [98, 99];
const REGISTERED_FINE: u8 = 100;
const REGISTERED: u8 = 101;
pub(super) const ALL_SOUND_OFF: u8 = 120;
const RESET_ALL_CONTROLLERS: u8 = 121;
pub(super) const ALL_NOTES_OFF: u8 = 123;

/// The registered parameter that is the wheel's range, and the one by which a channel becomes master of a zone.
const BEND_RANGE: (u8, u8) = (0, 0);
const MPE_CONFIGURATION: (u8, u8) = (0, 6);
const NO_PARAMETER: (u8, u8) = (127, 127);

/// One channel.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Channel {
    /// The wheel, -1 to 1, and how far that is.
    bend: f32,
    bend_range_semitones: f32,
    /// 0 to 1, all of them.
    pub(super) modulation: f32,
    pub(super) pressure: f32,
    volume: f32,
    expression: f32,
    breath: f32,
    /// Notes sound on that are let go.
    pub(super) sustains: bool,
    parameter: (u8, u8),
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            bend: 0.0,
            bend_range_semitones: BEND_RANGE_SEMITONES,
            modulation: 0.0,
            pressure: 0.0,
            volume: 1.0,
            expression: 1.0,
            breath: 1.0,
            sustains: false,
            parameter: NO_PARAMETER,
        }
    }
}

impl Channel {
    pub(super) fn bend(&mut self, value: f32) {
        self.bend = value;
    }

    /// What the wheel does to the pitch.
    pub(super) fn bend_semitones(&self) -> f32 {
        self.bend * self.bend_range_semitones
    }

    /// What pedals and knobs do to the level: each is the square root of an amplitude.
    pub(super) fn gain(&self) -> f32 {
        (self.volume * self.expression * self.breath).powi(2)
    }

    /// Takes a controller's value, 0 to 1; how many channels it makes members of a zone of which this one is the master.
    pub(super) fn take(&mut self, number: u8, value: f32) -> Option<u8> {
        let whole = (value * 127.0).round() as u8;
        match number {
            MODULATION => self.modulation = value,
            BREATH => self.breath = value,
            VOLUME => self.volume = value,
            EXPRESSION => self.expression = value,
            SUSTAIN => self.sustains = whole >= 64,
            REGISTERED => self.parameter.0 = whole,
            REGISTERED_FINE => self.parameter.1 = whole,
            DATA_ENTRY if self.parameter == BEND_RANGE => {
                self.bend_range_semitones = f32::from(whole);
            }
            DATA_ENTRY_FINE if self.parameter == BEND_RANGE => {
                self.bend_range_semitones =
                    self.bend_range_semitones.trunc() + f32::from(whole) / 100.0;
            }
            DATA_ENTRY if self.parameter == MPE_CONFIGURATION => return Some(whole.min(15)),
            RESET_ALL_CONTROLLERS => {
                // As MIDI recommends, volume and ranges stay (RP-015).
                *self = Self {
                    bend_range_semitones: self.bend_range_semitones,
                    volume: self.volume,
                    ..Self::default()
                };
            }
            _ if NON_REGISTERED.contains(&number) => self.parameter = NO_PARAMETER,
            _ => {}
        }
        None
    }

    /// It carries one note at a time from now on, or many.
    pub(super) fn is_member(&mut self, member: bool) {
        self.bend_range_semitones = if member {
            MEMBER_BEND_RANGE_SEMITONES
        } else {
            BEND_RANGE_SEMITONES
        };
    }
}
