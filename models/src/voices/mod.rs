//! Hearing several voices: what sounds, what begins, and which notes that makes.
//!
//! [`VoicesNet`] says of each of 73 pitches, 93.75 times a second, whether it sounds and whether it begins, with the
//! sound so far and, a second time, 107 ms later, when it is surer. [`Decoder`] makes up to six voices of the first
//! answers, while they are played; [`Transcriber`] makes notes of the late ones, of a whole recording.
//! `models/training/mynah_training/voices_*.py` is the specification.
//!
//! Thread: [`VoicesNet`] is immutable and shared; [`VoicesNet::step`] and [`Decoder::step`] run on the audio thread and
//! neither allocate nor panic. The rest is for any other thread.

mod check;
mod decoder;
mod transcriber;

pub use decoder::{Decoder, HeardVoice, MAX_VOICES};
pub use transcriber::{HeardNote, Transcriber, heard_notes};

use crate::architecture::{VOICE_PITCHES, VoicesArchitecture};
use crate::features::{LOWEST_VOICE_MIDI, LogFrequency, LogFrequencyState, VOICE_FRAME_SAMPLES};
use crate::file::{Header, ModelFileError, Params, Tensors, VoicesInfo, read_tensors};
use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};
use crate::self_check::{Right, first_right};
use crate::streaming::voices::{VoiceRows, VoicesNetwork, VoicesNetworkState};

/// How much later the late answers come, frames (107 ms).
pub const LATE_FRAMES: usize = 10;
/// Nepers: a level below the reference is this times the output.
const LEVEL_SCALE: f32 = 3.0;
/// Cents: a deviation is this times the output.
const CENTS_SCALE: f32 = 50.0;
const DB_PER_NEPER: f32 = 8.685_89;

/// The voices network, ready to run.
pub struct VoicesNet {
    info: VoicesInfo,
    tables: LogFrequency,
    network: Right<VoicesNetwork>,
}

/// One stream's past, and its latest frame.
#[derive(Clone, Debug)]
pub struct VoicesState {
    input: LogFrequencyState,
    network: VoicesNetworkState,
    frame: VoiceFrame,
}

/// What is heard in a frame; index 0 is [`LOWEST_VOICE_MIDI`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoiceFrame {
    /// How surely a pitch sounds, 0 to 1.
    pub sounding: [f32; VOICE_PITCHES],
    /// How surely a note began there within the last 50 ms, 0 to 1.
    pub onset: [f32; VOICE_PITCHES],
    /// How surely it sounded [`LATE_FRAMES`] ago.
    pub late_sounding: [f32; VOICE_PITCHES],
    /// How surely a note began there [`LATE_FRAMES`] ago.
    pub late_onset: [f32; VOICE_PITCHES],
    /// Level of what sounds there, dB under full scale; means something where something sounds.
    pub level_db: [f32; VOICE_PITCHES],
    /// How far it is from equal temperament, cents; means something where something sounds.
    pub cents: [f32; VOICE_PITCHES],
}

impl VoiceFrame {
    /// Nothing sounds.
    pub const SILENT: Self = Self {
        sounding: [0.0; VOICE_PITCHES],
        onset: [0.0; VOICE_PITCHES],
        late_sounding: [0.0; VOICE_PITCHES],
        late_onset: [0.0; VOICE_PITCHES],
        level_db: [-100.0; VOICE_PITCHES],
        cents: [0.0; VOICE_PITCHES],
    };

    /// `reference` is the natural log of the amplitude to which levels are relative.
    fn set(&mut self, rows: &VoiceRows, reference: f32) {
        for (pitch, row) in rows.iter().enumerate() {
            let [sounding, onset, late_sounding, late_onset, level, cents] = *row;
            self.sounding[pitch] = sounding;
            self.onset[pitch] = onset;
            self.late_sounding[pitch] = late_sounding;
            self.late_onset[pitch] = late_onset;
            self.level_db[pitch] = DB_PER_NEPER * (reference + LEVEL_SCALE * level);
            self.cents[pitch] = (CENTS_SCALE * cents).clamp(-50.0, 50.0);
        }
    }
}

impl VoicesNet {
    /// Checks and compiles a voices file, and compares what it computes on this processor with its definition in
    /// candle. Takes some milliseconds; any thread but the audio thread.
    ///
    /// # Errors
    /// Whatever is wrong with the file; [`ModelFileError::Miscomputed`] if nothing here computes it as it is defined.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let header = Header::read(bytes)?;
        let info = VoicesInfo::from_header(&header, bytes)?;
        let tensors = read_tensors(&header, &info.architecture.tensors(), &[])?;
        Self::compile(info, &tensors, VoicesNetwork::new)
    }

    /// Compiles with what `network` makes of the tensors for some instructions, and checks that.
    pub(crate) fn compile(
        info: VoicesInfo,
        tensors: &Tensors,
        network: impl Fn(&VoicesArchitecture, &Params) -> Result<VoicesNetwork, ModelFileError>,
    ) -> Result<Self, ModelFileError> {
        let tables = LogFrequency::new();
        let definition = check::Definition::new(&info.architecture, tensors, &tables)?;
        let compile =
            |instructions| network(&info.architecture, &tensors.root().with(instructions));
        let network = first_right(false, compile, |_, network| definition.check(network))?;
        Ok(Self {
            info,
            tables,
            network,
        })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &VoicesInfo {
        &self.info
    }

    /// What the player should know of how the network is computed on this processor; nothing where all is well.
    pub fn kernel_note(&self) -> Option<&'static str> {
        self.network.note()
    }

    /// The next hop -> a frame at the end of every fourth. Finite input, full scale 1.0. Audio thread.
    pub fn step<'a>(
        &self,
        state: &'a mut VoicesState,
        hop: &[f32; HOP_SAMPLES],
    ) -> Option<&'a VoiceFrame> {
        let spectra = self.tables.step(&mut state.input, hop)?;
        let rows = self.network.step(&mut state.network, spectra);
        // Copied out, because the rows borrow the state that also knows the reference.
        let rows = *rows;
        state.frame.set(&rows, state.network.reference());
        Some(&state.frame)
    }

    /// Multiplications of the network in a second of sound, without the spectra.
    pub fn macs_per_second(&self) -> usize {
        self.network.macs_per_frame() * SAMPLE_RATE_HZ as usize / VOICE_FRAME_SAMPLES
    }
}

impl VoicesState {
    /// The state before the first hop. Allocates.
    pub fn new(net: &VoicesNet) -> Self {
        Self {
            input: LogFrequencyState::new(&net.tables),
            network: VoicesNetworkState::new(&net.network),
            frame: VoiceFrame::SILENT,
        }
    }

    /// The latest frame.
    pub fn frame(&self) -> &VoiceFrame {
        &self.frame
    }

    /// Back to the state before the first hop. Audio thread.
    pub fn reset(&mut self) {
        self.input.reset();
        self.network.reset();
        self.frame = VoiceFrame::SILENT;
    }

    /// Becomes `other`, which must be of the same network, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        self.input.copy_from(&other.input);
        self.network.copy_from(&other.network);
        self.frame = other.frame;
    }
}

/// The MIDI note of an index of a [`VoiceFrame`].
fn midi(pitch: usize) -> u8 {
    (LOWEST_VOICE_MIDI + pitch).min(127) as u8
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::instructions::Instructions;
    use crate::testing::{random_tensors, random_voices};

    #[test]
    fn a_processor_that_errs_is_found_out() {
        let architecture = VoicesArchitecture::default();
        let info = VoicesInfo::read(&random_voices(&architecture, 5)).unwrap();
        let tensors = random_tensors(&architecture.tensors(), 5);
        let mut wrong = tensors.clone();
        wrong.insert("output.bias".to_owned(), vec![6], vec![0.5; 6]);
        let right = VoicesNet::compile(info.clone(), &tensors, VoicesNetwork::new).unwrap();
        assert_eq!(right.kernel_note(), None);
        let broken = VoicesNet::compile(info.clone(), &tensors, |architecture, params| {
            let fastest = format!("{:?}", Instructions::fastest());
            let broken = format!("{:?}", params.instructions()) == fastest;
            let tensors = if broken { &wrong } else { &tensors };
            VoicesNetwork::new(architecture, &tensors.root().with(params.instructions()))
        });
        assert!(broken.unwrap().kernel_note().is_some());
        let always = VoicesNet::compile(info, &tensors, |architecture, _| {
            VoicesNetwork::new(architecture, &wrong.root())
        });
        assert!(matches!(
            always.err().unwrap(),
            ModelFileError::Miscomputed { .. }
        ));
    }
}
