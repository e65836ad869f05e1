//! What a test needs of a host, whatever the plugin format.

use std::sync::OnceLock;

use mynah_engine::{Library, Plays};
use mynah_plugin::targets::{Entry, catalogue};

/// How an instance is activated.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Sample rate, Hz.
    pub rate_hz: f64,
    /// Longest block, samples.
    pub max_block: usize,
    /// Channels out, 1 or 2.
    pub channels: usize,
    /// The instrument has none.
    pub has_input: bool,
    /// One channel in, whatever comes out.
    pub mono_input: bool,
    /// Input and output are the same buffers.
    pub in_place: bool,
    /// A bounce, which is the same to the bit whatever plays beside it.
    pub offline: bool,
}

impl Setup {
    /// A bounce in stereo at 48 kHz, in blocks of up to 16,384 samples.
    pub const USUAL: Self = Self {
        rate_hz: 48_000.0,
        max_block: 16_384,
        channels: 2,
        has_input: true,
        mono_input: false,
        in_place: false,
        offline: true,
    };

    /// Channels in.
    pub fn inputs(&self) -> usize {
        match (self.has_input, self.mono_input) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => self.channels,
        }
    }
}

/// A parameter as the host sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The number by which host and plugin know it.
    pub id: u32,
    /// Name for people.
    pub name: String,
    /// Default, normalized to 0..=1.
    pub default: f64,
    /// Number of steps between its values; 0 if it is continuous.
    pub steps: u32,
    /// Whether the host's own bypass button is connected to it.
    pub is_bypass: bool,
}

/// A parameter change within a block.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Sample within the block.
    pub at: usize,
    /// [`Parameter::id`].
    pub id: u32,
    /// New value, normalized to 0..=1.
    pub value: f64,
}

/// A note event within a block.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// Sample within the block.
    pub at: usize,
    /// The channel, 0..=15.
    pub channel: u8,
    /// The key, 0..=127; 60 is middle C.
    pub key: u8,
    /// What happens to it.
    pub action: NoteAction,
}

impl Note {
    /// On the first channel.
    pub const fn new(at: usize, key: u8, action: NoteAction) -> Self {
        Self {
            at,
            channel: 0,
            key,
            action,
        }
    }
}

/// What can happen to a note.
#[derive(Clone, Copy, Debug)]
pub enum NoteAction {
    /// It is struck, with four fifths of all force.
    On,
    /// It is struck this hard, 0..=1.
    Struck(f64),
    /// It is released.
    Off,
    /// A note expression tunes it by this many semitones.
    Tuning(f64),
    /// Another note expression takes this value, as the format has it.
    Expressed(Expression, f64),
    /// The pitch wheel moves: 14 bits, 8,192 at rest. As a MIDI message, so not in VST3.
    Wheel(u16),
    /// Any MIDI message of three bytes, likewise.
    Midi([u8; 3]),
}

/// What a host can say of a note besides its tuning.
#[derive(Clone, Copy, Debug)]
pub enum Expression {
    /// Its gain.
    Volume,
    /// How deep its vibrato is.
    Vibrato,
    /// Its level, as a pedal's.
    Level,
    /// How firmly its key is pressed.
    Pressure,
}

/// A MIDI event that the plugin has sent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sent {
    /// Sample of all that was processed since the activation.
    pub at: usize,
    /// What it says.
    pub message: Message,
}

/// What a plugin can say by MIDI.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Message {
    /// This key is struck, with a velocity of 0 to 127.
    On(u8, u8),
    /// It is let go.
    Off(u8),
    /// Where the pitch wheel stands: 14 bits, 8,192 at rest.
    Wheel(u16),
    /// A controller's number and value.
    Controller(u8, u8),
}

/// How many events a block's list takes, so that the host allocates none while the plugin processes.
pub const SENT_CAPACITY: usize = 4_096;

/// One instance of the plugin, seen from the host's main thread.
pub trait Host {
    /// The part that lives on the audio thread while the instance is active.
    type Audio: Audio;
    /// What the plugin plays.
    const PLAYS: Plays;
    /// Whether the format has MIDI messages: [`NoteAction::Wheel`] and [`NoteAction::Midi`].
    const HAS_MIDI: bool;

    /// A new instance, not yet active.
    fn new() -> Self;
    /// All parameters, in the plugin's order.
    fn parameters(&mut self) -> Vec<Parameter>;
    /// The present value, normalized.
    fn value(&mut self, id: u32) -> f64;
    /// What the plugin calls a normalized value.
    fn text(&mut self, id: u32, value: f64) -> String;
    /// The normalized value that a text means; none if it means none.
    fn value_of_text(&mut self, id: u32, text: &str) -> Option<f64>;
    /// Sets a value, normalized, while the instance is not active.
    fn set(&mut self, id: u32, value: f64);
    /// Saves the state.
    fn save(&mut self) -> Vec<u8>;
    /// Loads a state; false when the plugin refuses it.
    fn load(&mut self, state: &[u8]) -> bool;
    /// Makes ready for processing and starts it.
    fn activate(&mut self, setup: Setup) -> Self::Audio;
    /// Stops processing.
    fn deactivate(&mut self, audio: Self::Audio);
    /// The latency reported, samples.
    fn latency(&mut self) -> usize;
    /// Whether the plugin says that it takes samples of 64 bits.
    fn takes_doubles(&mut self) -> bool;
    /// The number of inputs for notes.
    fn note_inputs(&mut self) -> usize;
    /// The number of outputs for notes.
    fn note_outputs(&mut self) -> usize;
}

/// The audio side of an active instance.
pub trait Audio: Send {
    /// Processes one block, all channels of the same length; the output replaces the input in
    /// `channels`. In separate buffers as most hosts do it, unless [`Setup::in_place`].
    fn process(&mut self, channels: &mut [Vec<f32>], changes: &[Change]) {
        self.process_notes(channels, changes, &[]);
    }
    /// The same with note events in the block.
    fn process_notes(&mut self, channels: &mut [Vec<f32>], changes: &[Change], notes: &[Note]);
    /// Forgets all sound.
    fn reset(&mut self);
    /// What the plugin has sent since the last call, in order.
    fn take_sent(&mut self) -> Vec<Sent>;
    /// How often the plugin has called the allocator within its process function since the start.
    fn allocations(&self) -> usize;
}

/// Processes `input` in blocks of the lengths that `next_length` gives, with changes at absolute
/// positions, and returns as much output.
pub fn run(
    audio: &mut impl Audio,
    input: &[Vec<f32>],
    changes: &[Change],
    next_length: impl FnMut() -> usize,
) -> Vec<Vec<f32>> {
    run_notes(audio, input, changes, &[], next_length)
}

/// The same with note events at absolute positions.
pub fn run_notes(
    audio: &mut impl Audio,
    input: &[Vec<f32>],
    changes: &[Change],
    notes: &[Note],
    mut next_length: impl FnMut() -> usize,
) -> Vec<Vec<f32>> {
    let total = input.first().map_or(0, Vec::len);
    let mut output = vec![Vec::with_capacity(total); input.len()];
    let mut start = 0;
    while start < total {
        let end = total.min(start + next_length().max(1));
        let mut block: Vec<Vec<f32>> = input.iter().map(|c| c[start..end].to_vec()).collect();
        let due: Vec<Change> = changes
            .iter()
            .filter(|change| (start..end).contains(&change.at))
            .map(|change| Change {
                at: change.at - start,
                ..*change
            })
            .collect();
        let struck: Vec<Note> = notes
            .iter()
            .filter(|note| (start..end).contains(&note.at))
            .map(|note| Note {
                at: note.at - start,
                ..*note
            })
            .collect();
        audio.process_notes(&mut block, &due, &struck);
        for (channel, samples) in output.iter_mut().zip(block) {
            channel.extend(samples);
        }
        start = end;
    }
    output
}

/// The models that all tests use: the shipped ones, whatever lies in the folder of whoever runs the
/// tests. Also makes them the plugin's, so it is called before an instance is made.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        assert!(
            mynah_plugin::install(Library::shipped()),
            "an instance was made before the library was chosen"
        );
        Library::shipped()
    })
}

/// All targets, in the order of the target parameter's values.
pub fn targets() -> Vec<&'static Entry> {
    library();
    catalogue().entries()
}
