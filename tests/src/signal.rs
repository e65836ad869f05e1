//! Sounds to test with, made from fixed seeds.

use mynah_models::split_mix_64;

/// A small random number generator: the same numbers everywhere.
pub struct Random(u64);

impl Random {
    /// Starts the sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        split_mix_64(&mut self.0)
    }

    /// A number in -1..1.
    pub fn sample(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    /// A whole number in `low..=high`.
    pub fn within(&mut self, low: usize, high: usize) -> usize {
        low + (self.bits() % (high - low + 1) as u64) as usize
    }
}

/// A melody of decaying, slightly noisy tones, another one in every channel. `samples` long.
pub fn melody(rate_hz: f64, channels: usize, samples: usize) -> Vec<Vec<f32>> {
    let notes_hz = [220.0, 277.2, 329.6, 440.0, 392.0];
    (0..channels)
        .map(|channel| {
            let mut random = Random::new(7 + channel as u64);
            (0..samples)
                .map(|index| {
                    let time_s = index as f64 / rate_hz;
                    let note = (time_s / 0.25) as usize;
                    let pitch_hz = notes_hz[(note + channel) % notes_hz.len()];
                    let within_s = time_s - note as f64 * 0.25;
                    let tone: f64 = (1..=6)
                        .map(|n| {
                            let n = f64::from(n);
                            (std::f64::consts::TAU * n * pitch_hz * within_s).sin() / n
                        })
                        .sum();
                    let level = 0.3 * (-within_s * 6.0).exp();
                    (tone * level) as f32 + 0.002 * random.sample()
                })
                .collect()
        })
        .collect()
}

/// Plucked strings, struck together at these samples: decaying harmonics, damped after so many. One channel.
pub fn strum(rate_hz: f64, chords: &[(usize, &[u8])], damped: usize, samples: usize) -> Vec<f32> {
    let mut sound = vec![0.0; samples];
    for (start, keys) in chords {
        let part = sound.iter_mut().skip(*start).take(damped);
        for (n, sample) in part.enumerate() {
            let now_s = n as f64 / rate_hz;
            let string = |key: &u8| {
                let pitch_hz = 440.0 * ((f64::from(*key) - 69.0) / 12.0).exp2();
                let harmonic = |n: f64| {
                    let decay = (-(1.2 + 0.5 * n) * now_s).exp();
                    decay * (std::f64::consts::TAU * n * pitch_hz * now_s).sin() / n
                };
                (1..=12).map(|n| harmonic(f64::from(n))).sum::<f64>()
            };
            let fading = ((damped - n) as f64 / (0.02 * rate_hz)).min(1.0);
            *sample += (0.08 * fading * keys.iter().map(string).sum::<f64>()) as f32;
        }
    }
    sound
}

/// Noise at -12 dBFS, another one in every channel.
pub fn noise(seed: u64, channels: usize, samples: usize) -> Vec<Vec<f32>> {
    (0..channels)
        .map(|channel| {
            let mut random = Random::new(seed * 31 + channel as u64);
            (0..samples).map(|_| 0.25 * random.sample()).collect()
        })
        .collect()
}
