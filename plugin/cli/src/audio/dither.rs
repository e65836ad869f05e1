//! Samples of whole numbers: the nearest one, or with dither, so that what is lost is a faint steady noise and no distortion.

use crate::notes::Random;

/// Any number: the same file has the same noise every time.
const SEED: u64 = 0x6d79_6e61_6821;

/// Makes whole numbers of samples.
pub(crate) struct Quantiser {
    bits: u16,
    /// Triangular noise of one step to either side.
    noise: Option<Random>,
    clipped_samples: u64,
}

impl Quantiser {
    /// To 16 or 24 `bits`; 16 with dither.
    pub(crate) fn new(bits: u16) -> Quantiser {
        Quantiser {
            bits,
            noise: (bits < 24).then(|| Random::new(SEED)),
            clipped_samples: 0,
        }
    }

    /// The inverse of reading (1.0 is 2^23 in 24 bits), so that without dither a file passed on unchanged stays unchanged.
    /// A sample of exactly zero stays zero: silence is silent.
    pub(crate) fn quantise(&mut self, sample: f32) -> i32 {
        let full_scale = f64::from(1u32 << (self.bits - 1));
        let scaled = f64::from(sample) * full_scale;
        let range = -full_scale..=full_scale - 1.0;
        if !range.contains(&scaled.round()) {
            self.clipped_samples += 1;
        }
        let noise = match &mut self.noise {
            Some(random) if sample != 0.0 => random.unit() - random.unit(),
            _ => 0.0,
        };
        (scaled + noise).round().clamp(*range.start(), *range.end()) as i32
    }

    /// How many samples were beyond full scale.
    pub(crate) fn clipped_samples(&self) -> u64 {
        self.clipped_samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_full_scale_are_clipped_and_counted() {
        let mut fine = Quantiser::new(24);
        assert_eq!(fine.quantise(2.0), (1 << 23) - 1);
        assert_eq!(fine.quantise(-1.0), -(1 << 23));
        assert_eq!(fine.clipped_samples(), 1);
        let mut coarse = Quantiser::new(16);
        assert_eq!(coarse.quantise(-2.0), -(1 << 15));
        assert_eq!(coarse.clipped_samples(), 1);
    }

    /// Without dither a tone of less than half a step vanishes, and one of a few steps has harmonics; with it the mean is
    /// true, and the noise does not depend on the level.
    #[test]
    fn dither_keeps_what_is_softer_than_a_step() {
        for level in [0.2f32, 0.5, 1.3, 100.25] {
            let mut coarse = Quantiser::new(16);
            let errors: Vec<f64> = (0..40_000)
                .map(|_| f64::from(coarse.quantise(level / 32_768.0)) - f64::from(level))
                .collect();
            let mean = errors.iter().sum::<f64>() / errors.len() as f64;
            let power = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
            assert!(mean.abs() < 0.02, "{level}: mean {mean}");
            // A twelfth of rounding, and a sixth of noise.
            assert!((power - 0.25).abs() < 0.02, "{level}: power {power}");
        }
        assert_eq!(Quantiser::new(16).quantise(0.0), 0);
    }
}
