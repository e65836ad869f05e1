//! How far a stiff string's partials are stretched.

use realfft::RealFftPlanner;

use mynah_models::SAMPLE_RATE_HZ;

use super::partials::stretched;

/// From that of a nylon string to that of a piano's highest, in so many steps of a tenth.
const STRETCHES: (f64, f64, usize) = (1e-5, 3e-3, 60);
const CENTS: i32 = 10;
const MOST_PARTIALS: f64 = 24.0;
const HIGHEST_HZ: f64 = 8_000.0;
/// What is softer than the loudest partial by more says nothing.
const RANGE_DB: f64 = 60.0;
/// The first 50 ms are the hammer's.
const BEGIN_SAMPLES: usize = 2400;
const PART_SAMPLES: usize = 1 << 15;
const TRANSFORM_SAMPLES: usize = 4 * PART_SAMPLES;

/// The stretch with which most of the partials' power is where it should be; 0 if harmonics fit best. `hz` is where the first
/// partials are; it is sought within 10 cents.
pub(crate) fn stretch_of(audio: &[f64], hz: f64) -> f64 {
    let part = audio.get(BEGIN_SAMPLES..).unwrap_or_default();
    let part = &part[..part.len().min(PART_SAMPLES)];
    if part.len() < 2 {
        return 0.0;
    }
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(TRANSFORM_SAMPLES);
    let (mut block, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let last = (part.len() - 1) as f64;
    for (n, (out, sample)) in block.iter_mut().zip(part).enumerate() {
        *out = sample * (0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / last).cos());
    }
    // The lengths come from the plan; there is nothing else to object to.
    let _ = forward.process(&mut block, &mut spectrum);
    let mut decibels: Vec<f64> = spectrum
        .iter()
        .map(|bin| 20.0 * (bin.norm() + 1e-9).log10())
        .collect();
    let floor = decibels.iter().copied().fold(f64::MIN, f64::max) - RANGE_DB;
    decibels.iter_mut().for_each(|db| *db = db.max(floor));
    let spacing_hz = f64::from(SAMPLE_RATE_HZ) / TRANSFORM_SAMPLES as f64;
    let count = (HIGHEST_HZ / hz).clamp(4.0, MOST_PARTIALS) as usize;
    let (low, high, steps) = STRETCHES;
    let step = |index: usize| low * (high / low).powf(index as f64 / (steps - 1) as f64);
    let (mut best, mut found) = (f64::NEG_INFINITY, 0.0);
    for stretch in std::iter::once(0.0).chain((0..steps).map(step)) {
        for cents in -CENTS..=CENTS {
            let detuned = hz * 2f64.powf(f64::from(cents) / 1200.0) / spacing_hz;
            let places = (1..=count).map(|number| detuned * stretched(stretch, number));
            let inside = places.filter(|place| *place < (decibels.len() - 2) as f64);
            let score: f64 = inside
                .map(|place| decibels[place as usize].max(decibels[place as usize + 1]))
                .sum();
            if score > best {
                (best, found) = (score, stretch);
            }
        }
    }
    found
}
