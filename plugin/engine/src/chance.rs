//! Numbers of chance that a seed repeats.

use mynah_models::split_mix_64;

/// A stream of them, begun by its seed.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// 0 to 1, the latter excluded.
    pub fn share(&mut self) -> f32 {
        (split_mix_64(&mut self.0) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// A whole number from 0 up to `count`, excluded; 0 if that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        (self.share() * count as f32) as usize
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f32) -> bool {
        self.share() < probability
    }

    /// A number of two digits behind the point.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        let number = low + self.share() * (high - low);
        (number * 100.0).round() / 100.0
    }

    /// Normal, of mean 0 and deviation 1 (Box and Muller, 1958).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f32::consts::TAU * self.share()).cos()
    }

    /// With this probability a number of two digits up to `most` to either side, otherwise 0.
    pub fn perhaps(&mut self, probability: f32, most: f32) -> f32 {
        let number = self.between(-most, most);
        if self.happens(probability) {
            number
        } else {
            0.0
        }
    }
}
