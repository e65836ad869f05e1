//! The table of all controls: the one place where a control's name, range, unit and meaning stand.

use mynah_models::{Mode, Unvoiced};

use super::group::ControlGroup;
use super::scale::{KEYS, SCALES, Scale};
use super::value::Value;
use super::{Channels, Plays, Quality};

/// What values a control takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlKind {
    /// Any number in the range.
    Continuous,
    /// Any number in the range, of which the low ones matter more: times and rates.
    Tapered,
    /// Any number in the range, shown in percent: 1 is 100 %.
    Share,
    /// Whole numbers in the range.
    Whole,
    /// Off (0) or on (1).
    Switch,
    /// One of these, counted from 0.
    Choice(&'static [&'static str]),
    /// A set of the twelve notes: a bit for each, C lowest.
    Notes,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct ControlInfo {
    /// Stable name in files, in hosts and on the command line.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// What it belongs to.
    pub group: ControlGroup,
    /// What values it takes.
    pub kind: ControlKind,
    /// Lowest value.
    pub min: f32,
    /// Highest value.
    pub max: f32,
    /// Value of a new instance.
    pub default: f32,
    /// The value that changes nothing. What was written before the control existed means this one.
    pub neutral: f32,
    /// Unit, or empty.
    pub unit: &'static str,
    /// One or two sentences for the player.
    pub tooltip: &'static str,
    pub(super) get: fn(&Controls) -> f32,
    pub(super) set: fn(&mut Controls, f32),
}

/// Makes of one list: the struct of all values, its defaults, the enum of all controls, and the table. The neutral
/// value is the default, unless another one is given behind it.
macro_rules! control_table {
    (@neutral $default:literal) => { $default };
    (@neutral $default:literal $neutral:literal) => { $neutral };
    ($(
        $variant:ident, $field:ident: $type:ty = $default:literal $(, neutral $neutral:literal)?;
        $id:literal, $name:literal, $group:ident, $kind:expr, $min:literal ..= $max:literal, $unit:literal,
        $tooltip:literal;
    )*) => {
        /// Every control's value. Plain data, to be copied to the audio thread.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub struct Controls {
            $(#[doc = $tooltip] pub $field: $type,)*
        }

        impl Default for Controls {
            /// What a new instance begins with.
            fn default() -> Controls {
                Controls { $($field: <$type>::from_number($default),)* }
            }
        }

        impl Controls {
            /// Every control at the value that changes nothing.
            pub fn neutral() -> Controls {
                Controls {
                    $($field: <$type>::from_number(control_table!(@neutral $default $($neutral)?)),)*
                }
            }
        }

        /// A control, as plugin and editor name it.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Control {
            $(#[doc = $tooltip] $variant,)*
        }

        impl Control {
            /// All, in the order of their numbers (`control as usize`).
            pub const ALL: &'static [Control] = &[$(Control::$variant,)*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();
        }

        /// Every control of the engine, in the order of [`Control::ALL`].
        pub static CONTROLS: [ControlInfo; Control::COUNT] = [$(ControlInfo {
            id: $id,
            name: $name,
            group: ControlGroup::$group,
            kind: $kind,
            min: $min,
            max: $max,
            default: $default,
            neutral: control_table!(@neutral $default $($neutral)?),
            unit: $unit,
            tooltip: $tooltip,
            get: |controls| controls.$field.number(),
            set: |controls, number| controls.$field = <$type>::from_number(number),
        },)*];
    };
}

use ControlKind::{Choice, Continuous, Notes, Share, Switch, Tapered, Whole};

/// Names of the modes, in the order of their numbers.
const MODES: &[&str] = &["track", "follow", "auto", "chords"];
/// What becomes of consonants, likewise.
const UNVOICED: &[&str] = &["held", "noise", "softened", "swallowed"];
/// Names of the qualities, likewise.
const QUALITIES: &[&str] = &["eco", "full"];
/// Names of the numbers of voices, likewise.
const CHANNELS: &[&str] = &["mono", "stereo"];

// Every control: variant, field, type, default (and `neutral` with the value that changes nothing, where that is another
// one); id, name, group, kind, range, unit; tooltip. Ids and the
// meaning of values are a promise to saved sessions. New choices are added at the end only.
control_table! {
    MorphX, morph_x: f32 = 0.0;
    "morph_x", "Morph X", Target, Share, 0.0..=1.0, "",
    "Blends from the targets A and C on the left to B and D on the right.";
    MorphY, morph_y: f32 = 0.0;
    "morph_y", "Morph Y", Target, Share, 0.0..=1.0, "",
    "Blends from the targets A and B at the top to C and D at the bottom.";
    Performance, performance: f32 = 0.5, neutral 0.0;
    "performance", "Performance", Player, Share, 0.0..=1.0, "",
    "How much the target's own player plays: from 50 % on its strokes and colour, up to 100 % its vibrato and dynamics. 0 % leaves them as yours.";
    PlayerAttack, player_attack: f32 = 1.0;
    "player_attack", "Player attack", Player, Share, 0.0..=2.0, "",
    "How much of the player there is in how notes begin. 100 % is as Performance says, 0 % leaves beginnings as yours.";
    PlayerVibrato, player_vibrato: f32 = 1.0;
    "player_vibrato", "Player vibrato", Player, Share, 0.0..=2.0, "",
    "How much the player's vibrato takes the place of yours. 100 % is as Performance says, 0 % leaves the pitch as yours.";
    PlayerColour, player_colour: f32 = 1.0;
    "player_colour", "Player colour", Player, Share, 0.0..=2.0, "",
    "How much of the colour is recorded rather than translated from yours. 100 % is as Performance says.";
    Unvoiced, unvoiced: Unvoiced = 0.0;
    "unvoiced", "Unvoiced", Player, Choice(UNVOICED), 0.0..=3.0, "",
    "Consonants and breaths: the note sounds on through them, or they become noise, soft noise, or nothing. Works in mode Track.";
    Octave, octave: i32 = 0.0;
    "octave", "Octave", Pitch, Whole, -2.0..=2.0, "oct",
    "Plays octaves lower or higher than the input.";
    OctaveAuto, octave_auto: bool = 1.0, neutral 0.0;
    "octave_auto", "Auto octave", Pitch, Switch, 0.0..=1.0, "",
    "Brings what you play to the register of the target, by octaves and at rests only, in place of Octave. Follow stays as it is, and so does Auto where you play chords.";
    Semitones, semitones: i32 = 0.0;
    "semitones", "Semitones", Pitch, Whole, -12.0..=12.0, "st",
    "Plays semitones lower or higher than the input.";
    Cents, cents: f32 = 0.0;
    "cents", "Cents", Pitch, Continuous, -100.0..=100.0, "ct",
    "Tunes the target finely.";
    Bend, bend_semitones: f32 = 0.0;
    "bend", "Bend", Pitch, Continuous, -12.0..=12.0, "st",
    "Bends the pitch; for a wheel or a pedal.";
    Snap, snap: f32 = 0.0;
    "snap", "Snap", Pitch, Share, 0.0..=1.0, "",
    "Pulls the notes that you play onto the scale. Works on one voice, in mode Track.";
    Key, key: i32 = 0.0;
    "key", "Key", Pitch, Choice(KEYS), 0.0..=11.0, "",
    "First note of the scale that Snap pulls to.";
    Scale, scale: Scale = 0.0;
    "scale", "Scale", Pitch, Choice(SCALES), 0.0..=7.0, "",
    "Scale that Snap pulls to. Custom takes the notes of your own choice, Auto those of the key that is heard.";
    Notes, notes: i32 = 4095.0;
    "notes", "Notes", Pitch, Notes, 0.0..=4095.0, "",
    "Notes of the custom scale, whatever the key. None is the same as all.";
    Glide, glide_ms: f32 = 20.0;
    "glide", "Glide", Pitch, Tapered, 0.0..=500.0, "ms",
    "How long Snap takes to pull a note, and how long the way from one held MIDI note to the next is.";
    Vibrato, vibrato: f32 = 1.0;
    "vibrato", "Vibrato", Pitch, Share, 0.0..=2.0, "",
    "How much of your vibrato is played: 0 % flattens it, 200 % doubles it. Works in mode Track.";
    Sensitivity, sensitivity_db: f32 = 0.0;
    "sensitivity", "Sensitivity", Dynamics, Continuous, -24.0..=24.0, "dB",
    "How loud the target believes you play: it changes the colour of the tone, and when the gate opens, not the level.";
    Curve, curve: f32 = 1.0;
    "curve", "Curve", Dynamics, Share, 0.0..=2.0, "",
    "How far loud and soft are apart: 0 % plays all at one level, 200 % doubles your dynamics.";
    Floor, floor_db: f32 = -90.0;
    "floor", "Floor", Dynamics, Continuous, -90.0..=-20.0, "dB",
    "Gate: what is softer than this does not sound. -90 dB lets everything through.";
    Hysteresis, hysteresis_db: f32 = 6.0;
    "hysteresis", "Hysteresis", Dynamics, Continuous, 0.0..=24.0, "dB",
    "How far the sound must fall below the floor before the gate closes.";
    Attack, attack_ms: f32 = 0.0;
    "attack", "Attack", Dynamics, Tapered, 0.0..=500.0, "ms",
    "How slowly notes swell. 0 is as you play.";
    Release, release_ms: f32 = 0.0;
    "release", "Release", Dynamics, Tapered, 0.0..=5000.0, "ms",
    "How slowly notes die away once you stop. 0 is as you play; longer ones go on sounding in mode Track.";
    Brightness, brightness_db: f32 = 0.0;
    "brightness", "Brightness", Tone, Continuous, -6.0..=6.0, "dB/oct",
    "Tilts the spectrum around 1 kHz.";
    Formant, formant_semitones: f32 = 0.0;
    "formant", "Formant", Tone, Continuous, -12.0..=12.0, "st",
    "Moves the resonances: a larger or a smaller instrument at the same pitch.";
    Breath, breath_db: f32 = 0.0;
    "breath", "Breath", Tone, Continuous, -24.0..=24.0, "dB",
    "Level of breath, bow and hammer noise.";
    Air, air_db: f32 = 0.0;
    "air", "Air", Tone, Continuous, -12.0..=12.0, "dB",
    "Balance of body and air: more treble and less bass, or the other way round.";
    Drive, drive: f32 = 1.0;
    "drive", "Drive", Tone, Share, 0.0..=1.0, "",
    "How much detail the generator adds. 0 % is the plain source-filter sound.";
    TimbreX, timbre_x: f32 = 0.0;
    "timbre_x", "Timbre X", Timbre, Share, -1.0..=1.0, "",
    "Moves the colour of the tone across the map of all instruments. 0 % is the target as it is.";
    TimbreY, timbre_y: f32 = 0.0;
    "timbre_y", "Timbre Y", Timbre, Share, -1.0..=1.0, "",
    "Moves the colour of the tone up and down the map of all instruments. 0 % is the target as it is.";
    TimbreBrightness, timbre_brightness: f32 = 0.0;
    "timbre_brightness", "Timbre brightness", Timbre, Share, -1.0..=1.0, "",
    "Darker or brighter, as instruments are that are played softer or harder. Breath and body stay.";
    TimbreBreath, timbre_breath: f32 = 0.0;
    "timbre_breath", "Timbre breath", Timbre, Share, -1.0..=1.0, "",
    "Purer or breathier, as instruments differ in breath and bow noise.";
    TimbreAttack, timbre_attack: f32 = 0.0;
    "timbre_attack", "Timbre attack", Timbre, Share, -1.0..=1.0, "",
    "How soon notes speak: -100 % swells, 100 % strikes.";
    TimbreBody, timbre_body: f32 = 0.0;
    "timbre_body", "Timbre body", Timbre, Share, -1.0..=1.0, "",
    "Thinner or fuller: how strong the fundamental and its octave are under the other harmonics.";
    Variation, variation: f32 = 0.0;
    "variation", "Variation", Variation, Share, 0.0..=1.0, "",
    "Lets the tone wander by itself. The same seed wanders the same way again.";
    VariationRate, variation_rate_hz: f32 = 0.5;
    "variation_rate", "Rate", Variation, Tapered, 0.05..=10.0, "Hz",
    "How fast the tone wanders.";
    Seed, seed: i32 = 0.0;
    "seed", "Seed", Variation, Whole, 0.0..=999.0, "",
    "Chooses another way to wander.";
    Freeze, freeze: bool = 0.0;
    "freeze", "Freeze", Variation, Switch, 0.0..=1.0, "",
    "Holds the tone, pitch and loudness of this moment. Held MIDI notes play it.";
    PlayOn, play_on: bool = 0.0;
    "play_on", "Play on", PlayOn, Switch, 0.0..=1.0, "",
    "Goes on with what you played once you are silent, in its beat, until you play again. Nothing in mode Follow.";
    PlayOnTemperature, play_on_temperature: f32 = 0.8;
    "play_on_temperature", "Play on temperature", PlayOn, Tapered, 0.05..=4.0, "",
    "How bold it plays on: 1 as likely as it was learnt, less for what is likelier. 0.8 repeats itself as scores do.";
    PlayOnAfter, play_on_after_s: f32 = 1.2;
    "play_on_after", "Play on after", PlayOn, Continuous, 0.5..=4.0, "s",
    "How long a silence Play on waits for. Then it begins with the next beat.";
    PlayOnLength, play_on_length: i32 = 8.0;
    "play_on_length", "Play on length", PlayOn, Whole, 1.0..=32.0, "bars",
    "How much it plays on at the most, in bars of four of your beats. 32 goes on until you play.";
    PlayOnKey, play_on_key: bool = 1.0;
    "play_on_key", "Play on key", PlayOn, Switch, 0.0..=1.0, "",
    "Keeps to the notes of the key that you play in, or of the scale that is chosen for Snap.";
    PlayOnSeed, play_on_seed: i32 = 1.0;
    "play_on_seed", "Play on seed", PlayOn, Whole, 0.0..=999.0, "",
    "Chooses another way to go on. The same seed goes on the same way after the same notes.";
    Room, room: f32 = 0.35, neutral 0.0;
    "room", "Room", Room, Share, 0.0..=1.0, "",
    "Puts the target into a small room. 0 % leaves it dry.";
    RoomSize, room_size: f32 = 0.3;
    "room_size", "Size", Room, Share, 0.0..=1.0, "",
    "Size of the room: how late its walls answer, and how long it rings, from 0.4 to 1.8 s.";
    Mode, mode: Mode = 0.0;
    "mode", "Mode", Output, Choice(MODES), 0.0..=3.0, "",
    "Track plays the pitch of one voice; Follow keeps chords and noises; Auto tracks while one clear pitch is heard; Chords plays up to six notes, each with a voice of its own.";
    InputGain, input_gain_db: f32 = 0.0;
    "input_gain", "Input gain", Output, Continuous, -24.0..=24.0, "dB",
    "How loud the translation hears the input. The dry signal keeps its level.";
    Mix, mix: f32 = 1.0;
    "mix", "Mix", Output, Share, 0.0..=1.0, "",
    "0 % is the input alone, 100 % the translation alone. Both are in time with each other.";
    OutputGain, output_gain_db: f32 = 0.0;
    "output_gain", "Output gain", Output, Continuous, -24.0..=24.0, "dB",
    "Level of all that comes out.";
    Bypass, bypass: bool = 0.0;
    "bypass", "Bypass", Output, Switch, 0.0..=1.0, "",
    "Passes the input unchanged, with the same latency.";
    Quality, quality: Quality = 1.0;
    "quality", "Quality", Output, Choice(QUALITIES), 0.0..=1.0, "",
    "Full runs all networks; Eco leaves the generator out and costs less.";
    Channels, channels: Channels = 0.0;
    "channels", "Channels", Output, Choice(CHANNELS), 0.0..=1.0, "",
    "Mono makes one voice of both sides; Stereo translates left and right each by itself, and costs twice as much.";
    MidiOut, midi_out: bool = 0.0;
    "midi_out", "MIDI out", Output, Switch, 0.0..=1.0, "",
    "Sends the notes to the host as they are played: of one voice with pitch bend of two semitones and the level as controller 11, of Chords the notes alone. Nothing in mode Follow, nor while bypassed.";
    Voices, voices: i32 = 8.0;
    "voices", "Voices", Keys, Whole, 1.0..=8.0, "",
    "How many keys sound at once. With one, keys that overlap are slurred, and Glide says how.";
    Modulation, modulation: f32 = 0.0;
    "modulation", "Modulation", Keys, Share, 0.0..=1.0, "",
    "Vibrato of all keys, up to half a semitone; the modulation wheel does the same.";
    Expression, expression: f32 = 1.0;
    "expression", "Expression", Keys, Share, 0.0..=1.0, "",
    "Level of all keys while they sound; the expression pedal and the breath controller do the same.";
    Wheel, wheel: f32 = 0.0;
    "wheel", "Wheel", Keys, Continuous, -1.0..=1.0, "",
    "Bends all keys by up to two semitones; the pitch wheel does the same.";
    Sustain, sustain: bool = 0.0;
    "sustain", "Sustain", Keys, Switch, 0.0..=1.0, "",
    "Notes sound on after their keys are let go; the sustain pedal does the same.";
}

impl Control {
    /// The control's row of the table.
    pub fn info(self) -> &'static ControlInfo {
        &CONTROLS[self as usize]
    }

    /// Whether it changes anything in an engine that plays this.
    pub fn serves(self, plays: Plays) -> bool {
        match plays {
            Plays::Sound => self.info().group != ControlGroup::Keys,
            Plays::Keys => !matches!(
                self,
                Self::Unvoiced
                    | Self::OctaveAuto
                    | Self::Snap
                    | Self::Key
                    | Self::Scale
                    | Self::Notes
                    | Self::Vibrato
                    | Self::Floor
                    | Self::Hysteresis
                    | Self::Freeze
                    | Self::Mode
                    | Self::InputGain
                    | Self::Mix
                    | Self::Bypass
                    | Self::Channels
                    | Self::MidiOut
            ),
        }
    }

    /// The control of this id.
    pub fn of(id: &str) -> Option<Control> {
        let index = CONTROLS.iter().position(|control| control.id == id)?;
        Self::ALL.get(index).copied()
    }

    /// Those of a group, in the order in which to show them.
    pub fn of_group(group: ControlGroup) -> impl Iterator<Item = Control> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |control| control.info().group == group)
    }
}

impl std::fmt::Display for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.info().id)
    }
}
