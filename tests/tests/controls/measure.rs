//! Renders with the shipped models, and what is measured in the result.

use std::f32::consts::TAU;
use std::sync::{Arc, OnceLock};

use mynah_engine::{Control, Controls, Corners, Engine, EngineSpec, Library, TargetRef};
use mynah_models::features::{FeatureFrame, Features, FeaturesState, log_to_db, mel_band_hz};
use mynah_models::{Base, HOP_SAMPLES};

/// Rate of everything that is measured.
pub(crate) const RATE_HZ: f32 = 48_000.0;
/// Frames of features in a second.
pub(crate) const FRAMES_PER_S: f32 = 187.5;

fn models() -> &'static (Library, Arc<Base>) {
    static MODELS: OnceLock<(Library, Arc<Base>)> = OnceLock::new();
    MODELS.get_or_init(|| {
        let library = Library::shipped();
        let base = library.base().unwrap();
        (library, base)
    })
}

/// The targets of these names, A to D; an empty name is no target.
pub(crate) fn corners(names: [&str; 4]) -> Corners {
    let load = |name: &str| {
        let reference = TargetRef {
            name: name.to_owned(),
            hash: None,
        };
        (!name.is_empty()).then(|| models().0.load(&reference).unwrap())
    };
    names.map(load).into()
}

/// An engine around the shipped base.
pub(crate) fn engine(spec: EngineSpec, corners: Corners) -> Engine {
    mynah_engine::engine(spec, models().1.clone(), corners)
        .unwrap()
        .0
}

/// What the flute makes of a sound, in time with it.
pub(crate) fn flute(controls: &Controls, input: &[f32]) -> Vec<f32> {
    render(corners(["flute", "", "", ""]), input, |_| *controls)
}

/// Controls with one of them changed.
pub(crate) fn with(control: Control, number: f32) -> Controls {
    Controls::neutral().with(control, number)
}

/// What the cello makes of the steady tone at a host's rate, a whole multiple of [`RATE_HZ`]; every so many
/// samples of it.
pub(crate) fn cello_at(controls: &Controls, seconds: f32, times: usize) -> Vec<f32> {
    let spec = EngineSpec::alone(f64::from(RATE_HZ) * times as f64);
    let cello = corners(["cello", "flute", "", ""]);
    let (mut engine, _) = mynah_engine::engine(spec, models().1.clone(), cello).unwrap();
    engine.set_controls(controls);
    let latency = engine.latency_samples() as usize;
    let rate_hz = RATE_HZ * times as f32;
    let mut sound: Vec<f32> = (0..(seconds * rate_hz) as usize + latency)
        .map(|n| {
            let turns = (f64::from(220.0 / rate_hz) * n as f64).fract() as f32;
            let wave: f32 = (1..=12)
                .map(|h| (TAU * turns * h as f32).sin() / h as f32)
                .sum();
            0.12 * wave
        })
        .collect();
    engine.process(&mut [&mut sound]);
    sound.into_iter().skip(latency).step_by(times).collect()
}

/// What targets make of a sound, in time with it, with the controls of each moment in seconds.
pub(crate) fn render(
    corners: Corners,
    input: &[f32],
    controls: impl Fn(f32) -> Controls,
) -> Vec<f32> {
    render_with_notes(corners, input, controls, |_| None)
}

/// The same, with a note held on a keyboard in semitones.
pub(crate) fn render_with_notes(
    corners: Corners,
    input: &[f32],
    controls: impl Fn(f32) -> Controls,
    note: impl Fn(f32) -> Option<f32>,
) -> Vec<f32> {
    let spec = EngineSpec::alone(f64::from(RATE_HZ));
    let (mut engine, _) = mynah_engine::engine(spec, models().1.clone(), corners).unwrap();
    let latency = engine.latency_samples() as usize;
    let mut output = input.to_vec();
    output.resize(input.len() + latency, 0.0);
    for (index, block) in output.chunks_mut(96).enumerate() {
        let now_s = (index * 96) as f32 / RATE_HZ;
        engine.set_controls(&controls(now_s));
        engine.set_note(note(now_s));
        engine.process(&mut [block]);
    }
    output.split_off(latency)
}

/// How many notes the performer finds in a sound.
pub(crate) fn notes_begun(corners: Corners, input: &[f32], controls: &Controls) -> u32 {
    let spec = EngineSpec::alone(f64::from(RATE_HZ));
    let (mut engine, _) = mynah_engine::engine(spec, models().1.clone(), corners).unwrap();
    engine.set_controls(controls);
    let mut output = input.to_vec();
    engine.process(&mut [&mut output]);
    engine.meters().telemetry.notes
}

/// What two targets make of a sound in turns, each for so many seconds.
pub(crate) fn render_swapping(input: &[f32], each_s: f32, names: [&str; 2]) -> Vec<f32> {
    let spec = EngineSpec::alone(f64::from(RATE_HZ));
    let targets = names.map(|name| corners([name, "", "", ""]));
    let (mut engine, _) =
        mynah_engine::engine(spec, models().1.clone(), targets[0].clone()).unwrap();
    let mut output = input.to_vec();
    let samples = (each_s * RATE_HZ) as usize;
    for (turn, block) in output.chunks_mut(samples).enumerate() {
        engine.set_targets(targets[turn % 2].clone()).unwrap();
        engine.process(&mut [block]);
    }
    output
}

/// A tone of twelve harmonics whose pitch in semitones and level in dB are given for every second.
pub(crate) fn tone(
    seconds: f32,
    pitch: impl Fn(f32) -> f32,
    level_db: impl Fn(f32) -> f32,
) -> Vec<f32> {
    let mut turns = 0.0f32;
    (0..(seconds * RATE_HZ) as usize)
        .map(|n| {
            let now_s = n as f32 / RATE_HZ;
            let hz = 440.0 * ((pitch(now_s) - 69.0) / 12.0).exp2();
            turns = (turns + hz / RATE_HZ).fract();
            let wave: f32 = (1..=12)
                .map(|h| (TAU * turns * h as f32).sin() / h as f32)
                .sum();
            0.5 * wave * 10f32.powf(level_db(now_s) / 20.0)
        })
        .collect()
}

/// A steady tone, A3 at -12 dB.
pub(crate) fn steady(seconds: f32) -> Vec<f32> {
    tone(seconds, |_| 57.0, |_| -12.0)
}

/// The features of every frame.
pub(crate) fn frames(sound: &[f32]) -> Vec<FeatureFrame> {
    let features = Features::new();
    let mut state = FeaturesState::new(&features);
    let hops = sound.as_chunks::<HOP_SAMPLES>().0;
    hops.iter()
        .filter_map(|hop| features.step(&mut state, hop).copied())
        .collect()
}

/// Frames from one time to another, seconds.
pub(crate) fn between(frames: &[FeatureFrame], from_s: f32, to_s: f32) -> &[FeatureFrame] {
    let at = |time_s: f32| ((time_s * FRAMES_PER_S) as usize).min(frames.len());
    &frames[at(from_s)..at(to_s)]
}

/// Pitches of the clearly voiced frames, semitones.
pub(crate) fn pitches(frames: &[FeatureFrame]) -> Vec<f32> {
    let voiced = frames.iter().filter(|frame| frame.pitch.voicing > 0.8);
    voiced
        .map(|frame| 69.0 + 12.0 * (frame.pitch.f0_hz / 440.0).log2())
        .collect()
}

/// The middle one.
pub(crate) fn median(mut numbers: Vec<f32>) -> f32 {
    assert!(!numbers.is_empty(), "nothing was measured");
    numbers.sort_by(f32::total_cmp);
    numbers[numbers.len() / 2]
}

/// Root mean square of the deviation from the mean.
pub(crate) fn deviation(numbers: &[f32]) -> f32 {
    let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
    let squares: f32 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    (squares / numbers.len() as f32).sqrt()
}

/// Mean loudness, dB.
pub(crate) fn loudness_db(frames: &[FeatureFrame]) -> f32 {
    frames
        .iter()
        .map(|frame| log_to_db(frame.log_loudness))
        .sum::<f32>()
        / frames.len() as f32
}

/// Mean level of each mel band, dB.
pub(crate) fn spectrum_db(frames: &[FeatureFrame]) -> Vec<f32> {
    let bands = frames[0].log_mel.len();
    let mean = |band: usize| {
        let sum: f32 = frames.iter().map(|frame| frame.log_mel[band]).sum();
        log_to_db(sum / frames.len() as f32)
    };
    (0..bands).map(mean).collect()
}

/// Mean level of the bands from one frequency to another, dB.
pub(crate) fn level_db(spectrum_db: &[f32], from_hz: f32, to_hz: f32) -> f32 {
    let inside: Vec<f32> = spectrum_db
        .iter()
        .enumerate()
        .filter(|(band, _)| (from_hz..to_hz).contains(&mel_band_hz(*band)))
        .map(|(_, db)| *db)
        .collect();
    inside.iter().sum::<f32>() / inside.len() as f32
}

/// Mean distance of two spectra, dB.
pub(crate) fn distance_db(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len() as f32
}

/// Peak of a part, seconds.
pub(crate) fn peak(sound: &[f32], from_s: f32, to_s: f32) -> f32 {
    let at = |time_s: f32| ((time_s * RATE_HZ) as usize).min(sound.len());
    sound[at(from_s)..at(to_s)]
        .iter()
        .fold(0.0, |peak, x| peak.max(x.abs()))
}
