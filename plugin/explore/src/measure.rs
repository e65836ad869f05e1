//! What is measured of a few seconds of sound: numbers that say how it sounds, not what is played.

use mynah_models::features::{FeatureFrame, Features, FeaturesState, MEL_BINS};
use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES};

/// Bands of a colour.
const BANDS: usize = 16;
/// Wider bands, for what changes in time.
const WIDE_BANDS: usize = 4;
/// How many numbers there are.
pub const SOUND_NUMBERS: usize = BANDS + 2 * WIDE_BANDS + 11;
/// A sound is brought to this peak before it is measured, unless it is silent.
const PEAK: f32 = 0.5;
const SILENT_PEAK: f32 = 1e-4;
/// What is softer than the loudest by more does not count, nepers: 40 dB.
const FAINT: f32 = 4.6;
/// A frame is voiced from here on.
const VOICED: f32 = 0.5;
/// Pitches this far apart in one frame are two notes, semitones.
const LEAP_SEMITONES: f32 = 1.0;
/// Seconds between two frames.
const FRAME_S: f32 = FRAME_SAMPLES as f32 / mynah_models::SAMPLE_RATE_HZ as f32;

/// The numbers of a sound at 48 kHz; `None` of one that is silent, or too short to say anything. They do not depend on how loud it
/// is. In this order: how loud each of 16 bands is beside the whole, nepers; how much four bands vary in time, and how much from one
/// frame to the next; the share that is voiced, mean voicing, mean pitch, how far pitches are from it, and how unsteady they are within
/// notes, semitones; how much the level varies, how fast it rises and falls, nepers a second, and the share of time that is loud;
/// mean attack, and the noise that is left when what can be predicted is taken away, nepers.
pub fn sound_numbers(sound: &[f32]) -> Option<[f32; SOUND_NUMBERS]> {
    let peak = sound.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    if peak < SILENT_PEAK {
        return None;
    }
    let frames = frames(sound, PEAK / peak);
    let loudest = frames.iter().map(|frame| frame.log_level);
    let loudest = loudest.fold(f32::NEG_INFINITY, f32::max);
    if frames.is_empty() {
        return None;
    }
    let heard = |frame: &&FeatureFrame| frame.log_level > loudest - FAINT;
    let loud: Vec<&FeatureFrame> = frames.iter().filter(heard).collect();
    let mut numbers = Vec::with_capacity(SOUND_NUMBERS);
    let outlines: Vec<[f32; BANDS]> = loud.iter().map(|frame| outline(frame)).collect();
    numbers.extend((0..BANDS).map(|band| mean(outlines.iter().map(|o| o[band]))));
    let wide: Vec<[f32; WIDE_BANDS]> = loud.iter().map(|frame| outline(frame)).collect();
    for band in 0..WIDE_BANDS {
        let along: Vec<f32> = wide.iter().map(|outline| outline[band]).collect();
        numbers.push(deviation(&along));
        numbers.push(mean(steps(&along).map(f32::abs)));
    }
    numbers.extend(pitch_numbers(&loud));
    let levels: Vec<f32> = loud.iter().map(|frame| frame.log_level).collect();
    numbers.push(deviation(&levels));
    for sign in [1.0, -1.0] {
        let moved = steps(&levels).map(|step| (sign * step).max(0.0));
        numbers.push(mean(moved) / FRAME_S);
    }
    numbers.push(loud.len() as f32 / frames.len() as f32);
    numbers.push(mean(loud.iter().map(|frame| frame.attack)));
    numbers
        .push(mean(loud.iter().map(|frame| {
            frame.error_filter.log_amplitude - frame.log_level
        })));
    numbers.try_into().ok()
}

/// Those of the sound, so many times as loud.
fn frames(sound: &[f32], gain: f32) -> Vec<FeatureFrame> {
    let features = Features::new();
    let mut state = FeaturesState::new(&features);
    let (hops, _) = sound.as_chunks::<HOP_SAMPLES>();
    let frames = hops
        .iter()
        .filter_map(|hop| features.step(&mut state, &hop.map(|x| gain * x)).copied());
    frames.collect()
}

/// How loud each band of a frame is beside the whole, nepers.
fn outline<const N: usize>(frame: &FeatureFrame) -> [f32; N] {
    std::array::from_fn(|band| {
        let bins = MEL_BINS / N;
        let bins = &frame.log_mel[band * bins..(band + 1) * bins];
        mean(bins.iter().copied()) - frame.log_level
    })
}

/// Share voiced, mean voicing, mean pitch, deviation of the pitch, unsteadiness.
fn pitch_numbers(loud: &[&FeatureFrame]) -> [f32; 5] {
    let voicing = mean(loud.iter().map(|frame| frame.pitch.voicing));
    let semitones: Vec<f32> = loud
        .iter()
        .filter(|frame| frame.pitch.voicing > VOICED && frame.pitch.f0_hz > 0.0)
        .map(|frame| 69.0 + 12.0 * (frame.pitch.f0_hz / 440.0).log2())
        .collect();
    let within = steps(&semitones)
        .map(f32::abs)
        .filter(|step| *step < LEAP_SEMITONES);
    [
        semitones.len() as f32 / loud.len().max(1) as f32,
        voicing,
        mean(semitones.iter().copied()),
        deviation(&semitones),
        mean(within),
    ]
}

fn steps(values: &[f32]) -> impl Iterator<Item = f32> {
    values.windows(2).map(|pair| pair[1] - pair[0])
}

/// 0 of nothing.
fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f32
}

fn deviation(values: &[f32]) -> f32 {
    let middle = mean(values.iter().copied());
    mean(values.iter().map(|value| (value - middle).powi(2))).sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tone(hz: f32, harmonics: usize, gain: f32) -> Vec<f32> {
        let sample = |n: usize| {
            let phase = std::f32::consts::TAU * hz * n as f32 / 48_000.0;
            let partial = |k: usize| (k as f32 * phase).sin() / k as f32;
            gain * (1..=harmonics).map(partial).sum::<f32>()
        };
        (0..96_000).map(sample).collect()
    }

    #[test]
    fn loudness_changes_nothing_and_colour_does() {
        let soft = sound_numbers(&tone(220.0, 8, 0.01)).unwrap();
        let loud = sound_numbers(&tone(220.0, 8, 0.2)).unwrap();
        for (number, (a, b)) in soft.iter().zip(&loud).enumerate() {
            assert!((a - b).abs() < 1e-3, "{number}: {a} and {b}");
        }
        let bright = sound_numbers(&tone(220.0, 40, 0.2)).unwrap();
        assert!(bright[10] > loud[10] + 1.0);
    }

    #[test]
    fn pitch_and_voicing_are_those_of_the_sound() {
        let numbers = sound_numbers(&tone(440.0, 6, 0.2)).unwrap();
        let first = BANDS + 2 * WIDE_BANDS;
        let [voiced, voicing, semitones, apart, unsteady] =
            [0, 1, 2, 3, 4].map(|n| numbers[first + n]);
        assert!(voiced > 0.95 && voicing > 0.9);
        assert!((semitones - 69.0).abs() < 0.2);
        assert!(apart < 0.5 && unsteady < 0.05);
    }

    #[test]
    fn of_silence_there_is_nothing_to_say() {
        assert_eq!(sound_numbers(&[0.0; 48_000]), None);
        assert_eq!(sound_numbers(&[]), None);
    }
}
