//! The evaluation without recordings: the program's own synthesised sources. No true target rendering exists; what needs
//! one is not measured.

use anyhow::Result;
use mynah_cli::notes::{Note, Random};
use mynah_cli::synth::{Voice, melody, render as synthesize};

use super::{Outcome, Setting, measure_all, render};

/// Every synthesised voice to every target.
///
/// # Errors
/// None of its own; those of the engine.
pub(crate) fn measure(setting: &Setting) -> Result<Outcome> {
    let work: Vec<_> = setting
        .targets
        .iter()
        .flat_map(|target| Voice::ALL.into_iter().map(move |voice| (voice, target)))
        .collect();
    measure_all(&work, setting.progress, |(voice, target), measured| {
        let bench = setting.bench(target);
        let (low_hz, high_hz) = bench.target().info().pitch_range_hz;
        for index in 0..setting.phrases {
            let notes = random_melody(index as u64, f64::from(low_hz), f64::from(high_hz));
            bench.melody(&synthesize(*voice, &notes, index as u64), None, measured)?;
        }
        let detached = render::detached_notes(&[57, 60, 64, 67, 69]);
        bench.onsets(&synthesize(*voice, &detached, 50), &detached, measured)?;
        if *voice == Voice::Plucked {
            let chords = render::chords(&(50..=72).collect::<Vec<_>>());
            bench.chords(&synthesize(*voice, &chords, 60), &chords, measured)?;
        }
        Ok((voice.name().to_string(), target.0.clone(), setting.phrases))
    })
}

/// A seeded random walk of ten notes inside the target's range (and that of a voice), some legato, some detached.
pub(crate) fn random_melody(seed: u64, low_hz: f64, high_hz: f64) -> Vec<Note> {
    let to_midi = |hz: f64| 69.0 + 12.0 * (hz.max(1.0) / 440.0).log2();
    let low = to_midi(low_hz).ceil().clamp(45.0, 76.0) as i32;
    let high = (to_midi(high_hz).floor() as i32).clamp(low + 4, 81.max(low + 4));
    let mut random = Random::new(seed.wrapping_add(1_000));
    let mut midi = (low + high) / 2;
    let mut steps = Vec::new();
    for _ in 0..10 {
        let jump = (random.bipolar() * 6.0).round() as i32;
        midi = (midi + if jump == 0 { 2 } else { jump }).clamp(low, high);
        let beats = [0.5, 1.0, 1.0, 2.0][(random.next_u64() % 4) as usize];
        steps.push((midi, beats, (55.0 + 60.0 * random.unit()) as u8));
        if random.unit() < 0.25 {
            steps.push((0, 0.5, 0));
        }
    }
    melody(0.2, 0.35, 0.0, &steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn melodies_stay_in_range() {
        for seed in 0..20 {
            for (low, high) in [(65.0, 1_050.0), (246.0, 2_000.0), (27.5, 4_186.0)] {
                for note in random_melody(seed, low, high) {
                    let hz = mynah_cli::notes::midi_to_hz(f64::from(note.midi));
                    assert!(hz > low * 0.97 && hz < high * 1.03);
                }
            }
        }
    }
}
