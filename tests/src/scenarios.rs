//! What is asked of the plugins, whatever the format. Each function makes its own instances and
//! panics when something is wrong; the test binaries call them.
//!
//! Most are asked of both, the effect and the instrument: what is played to them is a `playing::Piece`. Of the effect alone are
//! those of its input: the dry sound and its latency, samples that are no numbers, one channel in and two out, `mynah bounce`; those of
//! what it hears, which it sends as notes; and those of held notes, which decide the pitch of what is heard. Of the instrument alone
//! are those of the module `instrument`.

mod bad_states;
mod careless;
#[cfg(target_os = "linux")]
mod editor;
mod faults;
mod instances;
mod instrument;
mod midi_out;
mod notes;
mod parameters;
mod playing;
mod published;
mod published_keys;
mod sound;
mod state;

pub use bad_states::*;
pub use careless::*;
#[cfg(target_os = "linux")]
pub use editor::*;
pub use faults::*;
pub use instances::*;
pub use instrument::*;
pub use midi_out::*;
pub use notes::*;
pub use parameters::*;
pub use published::*;
pub use published_keys::*;
pub use sound::*;
pub use state::*;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use mynah_engine::{Controls, Engine, EngineSpec, TargetRef};
use mynah_models::{ModelInfo, Target};

use crate::host::{Audio, Host, Setup, library, targets};
use playing::Piece;

/// The parameters' numbers in every session ever saved: hashes of their ids.
pub mod ids {
    use super::PUBLISHED;

    /// Which instrument; index / 64.
    pub const TARGET: u32 = hash("target");
    /// Track (0), follow (1/3), auto (2/3) or chords (1).
    pub const MODE: u32 = hash("mode");
    /// -2..=2 octaves.
    pub const OCTAVE: u32 = hash("octave");
    /// Off or on.
    pub const OCTAVE_AUTO: u32 = hash("octave_auto");
    /// -24..=24 dB.
    pub const INPUT_GAIN: u32 = hash("input_gain");
    /// 0..=1.
    pub const DRIVE: u32 = hash("drive");
    /// 0..=1.
    pub const MIX: u32 = hash("mix");
    /// Amount of the room.
    pub const ROOM: u32 = hash("room");
    /// -24..=24 dB.
    pub const OUTPUT_GAIN: u32 = hash("output_gain");
    /// Off or on.
    pub const BYPASS: u32 = hash("bypass");
    /// Eco (0) or full (1).
    pub const QUALITY: u32 = hash("quality");
    /// Off or on.
    pub const MIDI_OUT: u32 = hash("midi_out");

    /// All, in the plugin's order.
    pub const ALL: [u32; PUBLISHED.len()] = {
        let mut all = [0; PUBLISHED.len()];
        let mut index = 0;
        while index < all.len() {
            all[index] = PUBLISHED[index].number;
            index += 1;
        }
        all
    };

    /// How nice-plug makes numbers of ids. Written out again here because it must never change.
    pub(crate) const fn hash(id: &str) -> u32 {
        let bytes = id.as_bytes();
        let mut hash = 0_u32;
        let mut index = 0;
        while index < bytes.len() {
            hash = hash.wrapping_mul(31).wrapping_add(bytes[index] as u32);
            index += 1;
        }
        hash & !(1 << 31)
    }
}

/// The normalized value of the target parameter for an index.
fn index_value(index: usize) -> f64 {
    index as f64 / f64::from(mynah_plugin::targets::MISSING_INDEX)
}

/// The target at an index.
fn target(index: usize) -> Arc<Target> {
    let info = targets()[index].info();
    let named = TargetRef {
        name: info.name.clone(),
        hash: Some(info.hash),
    };
    library().load(&named).unwrap()
}

/// The engine itself, for what the plugin must sound like.
fn reference(rate_hz: f64, index: usize, controls: &Controls) -> Engine {
    let spec = EngineSpec::alone(rate_hz);
    let base = library().base().unwrap();
    let (mut engine, _) = mynah_engine::engine(spec, base, Some(target(index))).unwrap();
    engine.set_controls(controls);
    engine
}

/// What a bounce through the engine makes of `input`, in one call.
fn bounce(rate_hz: f64, index: usize, controls: &Controls, input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut engine = reference(rate_hz, index, controls);
    let mut output = input.to_vec();
    process(&mut engine, &mut output, 0, usize::MAX);
    output
}

/// What the command line's `bounce` makes of `input`, without its tail: through real files of 32-bit floats.
fn mynah_bounce(rate_hz: u32, input: &[Vec<f32>], target: &ModelInfo) -> Vec<Vec<f32>> {
    let folder = tempfile::tempdir().unwrap();
    let (played, heard) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    let spec = hound::WavSpec {
        channels: input.len() as u16,
        sample_rate: rate_hz,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(&played, spec).unwrap();
    for frame in 0..input[0].len() {
        for channel in input {
            file.write_sample(channel[frame]).unwrap();
        }
    }
    file.finalize().unwrap();
    let arguments = [
        "mynah",
        "bounce",
        "--quiet",
        "--float",
        // As the plugin does: not one octave for the whole file.
        "--set",
        "octave_auto=on",
        "--target",
        &target.name,
    ];
    let mut arguments: Vec<OsString> = arguments.map(OsString::from).to_vec();
    arguments.extend([played.into(), "-o".into(), heard.clone().into()]);
    assert_eq!(mynah_cli::run(arguments), ExitCode::SUCCESS);
    let samples: Vec<f32> = hound::WavReader::open(&heard)
        .unwrap()
        .into_samples()
        .map(Result::unwrap)
        .collect();
    (0..input.len())
        .map(|channel| {
            samples
                .iter()
                .skip(channel)
                .step_by(input.len())
                .take(input[0].len())
                .copied()
                .collect()
        })
        .collect()
}

/// Processes a part of `channels` in place.
fn process(engine: &mut Engine, channels: &mut [Vec<f32>], start: usize, end: usize) {
    let mut parts: Vec<&mut [f32]> = channels
        .iter_mut()
        .map(|channel| {
            let end = end.min(channel.len());
            &mut channel[start..end]
        })
        .collect();
    engine.process(&mut parts);
}

/// Panics with the first difference; comparing bits, so that -0.0 is not 0.0.
fn assert_same(what: &str, found: &[Vec<f32>], expected: &[Vec<f32>]) {
    assert_eq!(found.len(), expected.len(), "{what}: channels");
    for (channel, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found.len(), expected.len(), "{what}: length");
        let difference = found
            .iter()
            .zip(expected)
            .position(|(a, b)| a.to_bits() != b.to_bits());
        if let Some(at) = difference {
            panic!(
                "{what}: channel {channel} differs first at sample {at}: {} instead of {}",
                found[at], expected[at]
            );
        }
    }
}

/// `input`, late by `latency` samples.
fn delayed(input: &[Vec<f32>], latency: usize) -> Vec<Vec<f32>> {
    let late = |channel: &Vec<f32>| {
        let kept = channel.len().saturating_sub(latency);
        let mut out = vec![0.0; channel.len() - kept];
        out.extend_from_slice(&channel[..kept]);
        out
    };
    input.iter().map(late).collect()
}

fn assert_no_allocations(audio: &impl Audio) {
    assert_eq!(audio.allocations(), 0, "process called the allocator");
}

/// An instance with these parameters, active.
fn active<H: Host>(setup: Setup, values: &[(u32, f64)]) -> (H, H::Audio) {
    let mut host = H::new();
    for (id, value) in values {
        host.set(*id, *value);
    }
    let audio = host.activate(setup);
    (host, audio)
}

/// The parameters of the plugin in this host, in its order.
fn ids_of<H: Host>() -> Vec<u32> {
    published::<H>().iter().map(|row| row.number).collect()
}

/// Those of the values whose parameters the plugin has.
fn those_of<H: Host>(values: &[(u32, f64)]) -> Vec<(u32, f64)> {
    let known = ids_of::<H>();
    let values = values.iter().copied();
    values.filter(|(id, _)| known.contains(id)).collect()
}

/// Whatever was done to an inactive instance: with a fresh one's state it sounds like a fresh one.
fn assert_unharmed<H: Host>(host: &mut H) {
    assert!(host.load(&H::new().save()));
    let piece = Piece::begun::<H>(48_000.0, 2, 6_000);
    let mut audio = host.activate(Setup::USUAL);
    let output = piece.played_by(&mut audio, &[], || 480);
    let expected = piece.bounced(0, &Controls::default());
    assert_same("afterwards", &output, &expected);
    host.deactivate(audio);
}
