//! The resampling is transparent where it should be, and says nothing of its own.

use super::timing::RATES_HZ;
use super::*;

/// Amplitude of a sine of that frequency in a signal, and of all the rest, both relative to 1.
fn analyse(signal: &[f32], rate_hz: f64, frequency_hz: f64) -> (f64, f64) {
    let step = std::f64::consts::TAU * frequency_hz / rate_hz;
    // Least squares over both phases; the window is long enough that they are nearly orthogonal.
    let (mut cc, mut cs, mut ss, mut xc, mut xs) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, &x) in signal.iter().enumerate() {
        let (s, c) = (n as f64 * step).sin_cos();
        cc += c * c;
        cs += c * s;
        ss += s * s;
        xc += f64::from(x) * c;
        xs += f64::from(x) * s;
    }
    let determinant = cc * ss - cs * cs;
    let (a, b) = (
        (xc * ss - xs * cs) / determinant,
        (xs * cc - xc * cs) / determinant,
    );
    let rest: f64 = signal
        .iter()
        .enumerate()
        .map(|(n, &x)| {
            let (s, c) = (n as f64 * step).sin_cos();
            (f64::from(x) - a * c - b * s).powi(2)
        })
        .sum();
    (a.hypot(b), (2.0 * rest / signal.len() as f64).sqrt())
}

#[test]
fn sines_pass_with_their_level_and_nothing_added() {
    for rate_hz in RATES_HZ {
        let mut pipeline = pipeline(rate_hz, Some(gain(1.0)), Controls::neutral());
        // Of the slower rate's half: up to 20 kHz at 44.1 kHz.
        let half_hz = rate_hz.min(48_000.0) / 2.0;
        for share in [0.01, 0.1, 0.5, 0.8, 0.9] {
            pipeline.reset();
            let frequency_hz = share * half_hz;
            let output = process(&mut pipeline, &sine(rate_hz, frequency_hz, 12_000));
            let (level, rest) = analyse(&output[4_000..], rate_hz, frequency_hz);
            let level_db = 20.0 * level.log10();
            assert!(
                level_db.abs() < 0.1,
                "{rate_hz} Hz, {frequency_hz} Hz: {level_db} dB"
            );
            let rest_db = 20.0 * rest.log10();
            assert!(
                rest_db < -80.0,
                "{rate_hz} Hz, {frequency_hz} Hz: rest at {rest_db} dB"
            );
        }
    }
}

/// What 48 kHz cannot hold must vanish, not fold down.
#[test]
fn too_high_a_sound_does_not_fold_down() {
    for rate_hz in [88_200.0, 96_000.0, 192_000.0] {
        let mut pipeline = pipeline(rate_hz, Some(gain(1.0)), Controls::neutral());
        let output = process(&mut pipeline, &sine(rate_hz, 27_000.0, 12_000));
        let peak = output[4_000..]
            .iter()
            .fold(0.0f32, |peak, x| x.abs().max(peak));
        assert!(peak < 1e-4, "{rate_hz} Hz: {peak}");
    }
}
