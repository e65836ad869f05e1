//! What a recording has and a synthesiser lacks: attacks, and noise that belongs to the note.
//!
//! Both are compared with the true rendering, so that too much counts as much as too little. All signals are aligned,
//! at 48 kHz, and brought to the same level as wholes.

use mynah_cli::notes::Note;
use mynah_cli::stft::Stft;

use super::mel::{MelAnalysis, level_matched};
use super::metrics::mean;
use super::pitch::HOP_SAMPLES as PITCH_HOP_SAMPLES;

/// How long an attack is.
const ATTACK_SAMPLES: usize = 2_400;
/// Its spectra: 10.7 ms every 2.7 ms, in 24 bands.
const FLUX_WINDOW: usize = 512;
const FLUX_HOP: usize = 128;
const FLUX_BANDS: usize = 24;
/// Window of the noise between the harmonics: 85 ms, so that a Hann window parts harmonics 60 Hz from one another.
const NOISE_WINDOW: usize = 4_096;
/// Pitch frames from one window to the next.
const NOISE_PITCH_FRAMES: usize = 3;
/// Bins to either side of a harmonic that its main lobe covers.
const LOBE_BINS: f64 = 2.5;
/// Lowest pitch whose harmonics stand apart with bins between them.
const LOWEST_HZ: f64 = 75.0;
/// Edges of the bands in which noise is compared, in Hz.
const BAND_EDGES_HZ: [f64; 6] = [300.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0];
const BANDS: usize = BAND_EDGES_HZ.len() - 1;
/// Harmonic-to-noise ratios beyond this cannot be heard, nor told from the window's side lobes.
const HIGHEST_RATIO_DB: f64 = 40.0;
/// A band whose amplitude in the true rendering is below this (of a signal at -20 dBFS) is not compared, in dBFS.
const QUIET_DB: f64 = -70.0;

/// Distances of one or more signals to their true renderings.
#[derive(Clone, Default, Debug)]
pub(crate) struct Realism {
    /// Level of the first 50 ms of each note, in dB.
    attack_energy_db: Vec<f64>,
    /// Spectral flux over the same: the rise of the log spectrum, summed over time, mean over bands; in nepers.
    attack_flux: Vec<f64>,
    /// Harmonic-to-noise ratio, mean over the frames of an excerpt, per band; in dB.
    band_noise_db: Vec<f64>,
}

/// The means of [`Realism`].
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub(crate) struct RealismErrors {
    pub(crate) attack_energy_db: Option<f64>,
    pub(crate) attack_flux: Option<f64>,
    pub(crate) band_noise_db: Option<f64>,
}

impl Realism {
    /// Adds those of other signals.
    pub(crate) fn add(&mut self, other: &Realism) {
        self.attack_energy_db.extend(&other.attack_energy_db);
        self.attack_flux.extend(&other.attack_flux);
        self.band_noise_db.extend(&other.band_noise_db);
    }

    /// Means; `None` of nothing.
    pub(crate) fn errors(&self) -> RealismErrors {
        RealismErrors {
            attack_energy_db: mean(&self.attack_energy_db),
            attack_flux: mean(&self.attack_flux),
            band_noise_db: mean(&self.band_noise_db),
        }
    }
}

/// A true rendering, analysed once for all signals that are compared with it.
pub(crate) struct TrueRendering {
    attacks: Vec<Attack>,
    starts: Vec<usize>,
    noise: [Option<f64>; BANDS],
    analysis: MelAnalysis,
}

impl TrueRendering {
    /// Of the `notes` that were played; `pitch` is the signal's track ([`super::pitch::track`]).
    pub(crate) fn new(signal: &[f32], pitch: &[Option<f64>], notes: &[Note]) -> TrueRendering {
        let analysis = MelAnalysis::sized(FLUX_WINDOW, FLUX_HOP, FLUX_BANDS);
        let signal = level_matched(signal);
        let starts: Vec<usize> = notes
            .iter()
            .map(|note| (note.start_s * 48_000.0) as usize)
            .filter(|start| start + ATTACK_SAMPLES <= signal.len())
            .collect();
        TrueRendering {
            attacks: attacks(&analysis, &signal, &starts),
            noise: harmonic_to_noise_db(&signal, pitch),
            starts,
            analysis,
        }
    }

    /// Adds how far `signal`, whose track is `pitch`, is from this.
    pub(crate) fn compare(&self, signal: &[f32], pitch: &[Option<f64>], realism: &mut Realism) {
        let signal = level_matched(signal);
        let others = attacks(&self.analysis, &signal, &self.starts);
        for (mine, other) in self.attacks.iter().zip(others) {
            realism
                .attack_energy_db
                .push((mine.energy_db - other.energy_db).abs());
            realism.attack_flux.push((mine.flux - other.flux).abs());
        }
        let others = harmonic_to_noise_db(&signal, pitch);
        let both = self.noise.iter().zip(others);
        realism
            .band_noise_db
            .extend(both.filter_map(|(mine, other)| Some(((*mine)? - other?).abs())));
    }
}

struct Attack {
    energy_db: f64,
    flux: f64,
}

fn attacks(analysis: &MelAnalysis, signal: &[f32], starts: &[usize]) -> Vec<Attack> {
    let bands = analysis.log_floored(signal);
    starts
        .iter()
        .map(|start| {
            let samples =
                &signal[(*start).min(signal.len())..(start + ATTACK_SAMPLES).min(signal.len())];
            let power = samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            let first = start / FLUX_HOP;
            let last = (first + ATTACK_SAMPLES / FLUX_HOP).min(bands.len() - 1);
            let rise = |pair: &[Vec<f32>]| -> f64 {
                let rises = pair[0].iter().zip(&pair[1]);
                rises.map(|(a, b)| f64::from((b - a).max(0.0))).sum()
            };
            Attack {
                energy_db: 10.0 * (power / ATTACK_SAMPLES as f64 + 1e-6).log10(),
                flux: bands[first.min(last)..=last]
                    .windows(2)
                    .map(rise)
                    .sum::<f64>()
                    / FLUX_BANDS as f64,
            }
        })
        .collect()
}

/// Power on the harmonics over power between them, in dB, per band; the mean over frames with a pitch. `None` where
/// nothing sounds or no frame has a pitch.
fn harmonic_to_noise_db(signal: &[f32], pitch: &[Option<f64>]) -> [Option<f64>; BANDS] {
    let stft = Stft::new(
        NOISE_WINDOW,
        NOISE_WINDOW,
        NOISE_PITCH_FRAMES * PITCH_HOP_SAMPLES,
    );
    let bin_hz = 48_000.0 / NOISE_WINDOW as f64;
    let mut ratios: [Vec<f64>; BANDS] = Default::default();
    for (frame, f0_hz) in stft
        .magnitudes(signal)
        .iter()
        .zip(pitch.iter().step_by(NOISE_PITCH_FRAMES))
    {
        let Some(f0_hz) = f0_hz.filter(|hz| *hz >= LOWEST_HZ) else {
            continue;
        };
        for (band, ratios) in BAND_EDGES_HZ.windows(2).zip(&mut ratios) {
            let bins = (band[0] / bin_hz) as usize..(band[1] / bin_hz) as usize;
            let (mut harmonic, mut noise, mut noise_bins, count) = (0.0, 0.0, 0usize, bins.len());
            for bin in bins {
                let power = f64::from(frame[bin]).powi(2);
                let harmonics = bin as f64 * bin_hz / f0_hz;
                let bins_off = (harmonics - harmonics.round()).abs() * f0_hz / bin_hz;
                if bins_off <= LOBE_BINS {
                    harmonic += power;
                } else {
                    noise += power;
                    noise_bins += 1;
                }
            }
            let loud = 10.0 * (harmonic + noise).max(1e-20).log10() > QUIET_DB;
            if loud && noise_bins > 0 {
                // As if the noise between the harmonics lay under them too.
                let noise = noise * count as f64 / noise_bins as f64;
                let ratio_db = 10.0 * (harmonic.max(1e-20) / noise.max(1e-20)).log10();
                ratios.push(ratio_db.clamp(-HIGHEST_RATIO_DB, HIGHEST_RATIO_DB));
            }
        }
    }
    ratios.map(|ratios| mean(&ratios))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::golden::{self, Texture};
    use crate::eval::pitch;
    use mynah_cli::notes::Random;

    /// Half a second of silence, then a saw of 220 Hz that rises over `rise_ms`, with `noise` in it.
    fn note(rise_ms: f64, noise: f64) -> Vec<f32> {
        let mut random = Random::new(3);
        (0..72_000)
            .map(|i| {
                let seconds = f64::from(i) / 48_000.0 - 0.5;
                let level = (seconds * 1_000.0 / rise_ms).clamp(0.0, 1.0);
                let saw = (1..60).map(|h| {
                    let h = f64::from(h);
                    (std::f64::consts::TAU * 220.0 * h * seconds).sin() / h
                });
                (level * (0.2 * saw.sum::<f64>() + noise * random.bipolar())) as f32
            })
            .collect()
    }

    fn errors(truth: &[f32], signal: &[f32]) -> RealismErrors {
        let notes = [Note {
            start_s: 0.5,
            seconds: 1.0,
            midi: 57,
            velocity: 80,
        }];
        let truth = TrueRendering::new(truth, &pitch::track(truth), &notes);
        let mut realism = Realism::default();
        truth.compare(signal, &pitch::track(signal), &mut realism);
        realism.errors()
    }

    #[test]
    fn bands_windows_and_limits_are_those_of_the_trainings_losses() {
        let mine = Texture {
            flux_window: FLUX_WINDOW,
            flux_hop: FLUX_HOP,
            flux_bands: FLUX_BANDS,
            noise_window: NOISE_WINDOW,
            lowest_hz: LOWEST_HZ,
            lobe_bins: LOBE_BINS,
            band_edges_hz: BAND_EDGES_HZ.to_vec(),
            highest_ratio_db: HIGHEST_RATIO_DB,
            quiet_power: 10f64.powf(QUIET_DB / 10.0),
        };
        assert_eq!(mine, golden::facts().texture);
    }

    #[test]
    fn a_signal_is_like_itself() {
        let signal = note(5.0, 0.02);
        let zero = Some(0.0);
        let expected = RealismErrors {
            attack_energy_db: zero,
            attack_flux: zero,
            band_noise_db: zero,
        };
        assert_eq!(errors(&signal, &signal), expected);
    }

    #[test]
    fn a_slow_attack_is_far_from_a_quick_one() {
        let (quick, slow) = (note(5.0, 0.02), note(200.0, 0.02));
        let far = errors(&quick, &slow);
        assert!(far.attack_energy_db.unwrap() > 6.0, "{far:?}");
        assert!(far.attack_flux.unwrap() > 0.3, "{far:?}");
        assert!(far.band_noise_db.unwrap() < 2.0, "{far:?}");
    }

    #[test]
    fn noise_is_measured_in_decibels_and_attacks_are_not_noise() {
        let (clean, noisy) = (note(5.0, 0.01), note(5.0, 0.1));
        let far = errors(&clean, &noisy);
        // Ten times the noise is 20 dB less, but for the bands where the ratio is at its limit.
        assert!((far.band_noise_db.unwrap() - 20.0).abs() < 4.0, "{far:?}");
        assert!(far.attack_energy_db.unwrap() < 1.0, "{far:?}");
    }
}
