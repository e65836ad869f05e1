//! The ideal low-pass filter's response.

use std::f64::consts::PI;

/// sin(pi x) / (pi x), which is 1 at 0: the response of the filter that passes half the sampling rate, `x` samples from
/// its middle. Audio thread.
pub fn sinc(x: f64) -> f64 {
    let angle = PI * x;
    if angle == 0.0 {
        1.0
    } else {
        angle.sin() / angle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_1_at_its_middle_and_0_at_every_other_sample() {
        for near in [0.0, f64::MIN_POSITIVE, 1e-300, 1e-12, -1e-10] {
            assert_eq!(sinc(near), 1.0, "{near}");
        }
        for sample in 1..20 {
            assert!(sinc(f64::from(sample)).abs() < 1e-15);
        }
        assert!((sinc(-0.5) - 2.0 / PI).abs() < 1e-15);
    }
}
