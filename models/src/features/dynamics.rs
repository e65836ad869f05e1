//! Level into dynamics: what is played, without what the windows make of a note's periods.
//!
//! A window shorter than a few periods of a low note sees its level move from frame to frame, and sampled at
//! 187.5 Hz that ripple is a tremolo at any rate. Longer windows would hear every attack late. So small moves are
//! smoothed, large ones pass at once, and the short window is asked only for what no steady note can do.

/// In nepers (3 dB): moves of the level much smaller than this are ripple, much larger ones are played.
const STEADY_RANGE: f32 = 0.35;
/// In nepers (6 dB): a steady note from 110 Hz on is less than this louder in the short window than on average,
/// however its energy is bunched in its period.
const ATTACK_THRESHOLD: f32 = 0.7;

/// The loudness after `before` when the level is `log_level`, both natural log amplitudes. It goes
/// `d^2 / (d^2 + r^2)` of the way `d`: hardly where that is ripple, at once where it is played.
pub fn steadied(before: f32, log_level: f32) -> f32 {
    let way = log_level - before;
    let square = way * way;
    before + way * square / (square + STEADY_RANGE * STEADY_RANGE)
}

/// How far the level over the short window is above the loudness, beyond what a steady note's can be, in nepers; 0 or
/// more.
pub fn attack(short_log_level: f32, log_loudness: f32) -> f32 {
    (short_log_level - log_loudness - ATTACK_THRESHOLD).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ripple_is_smoothed_and_an_attack_passes() {
        let (mut loudness, mut highest, mut lowest) = (-2.0, f32::MIN, f32::MAX);
        for frame in 0..200 {
            loudness = steadied(loudness, if frame % 2 == 0 { -1.85 } else { -2.15 });
            if frame > 100 {
                (highest, lowest) = (loudness.max(highest), loudness.min(lowest));
            }
        }
        assert!(highest - lowest < 0.06, "{lowest} to {highest}");
        let struck = steadied(-11.5, -2.0);
        assert!((struck + 2.0).abs() < 0.05, "{struck}");
    }

    #[test]
    fn a_swell_is_followed_within_two_decibels() {
        let mut loudness = -4.0;
        let mut level = -4.0;
        for _ in 0..150 {
            level += 0.02; // 32 dB a second
            loudness = steadied(loudness, level);
        }
        assert!((level - loudness) * 8.686 < 2.0, "{level} {loudness}");
    }

    #[test]
    fn only_more_than_a_steady_note_can_is_an_attack() {
        assert_eq!(attack(-2.0, -2.6), 0.0);
        assert!((attack(-2.0, -5.0) - 2.3).abs() < 1e-6);
    }
}
