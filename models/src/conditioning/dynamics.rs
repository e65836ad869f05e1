//! From the loudness that is heard to the loudness that is played.

use super::DynamicsControls;
use super::smoothing::{Approach, FRAME_MS};
use crate::features::log_to_db;

/// Loudness that a curve leaves where it is, dB.
const PIVOT_DB: f32 = -20.0;
/// Most that a curve raises.
const MAX_BOOST_DB: f32 = 24.0;
/// What is softer than this is no playing, and no curve raises it, dB.
const NO_PLAYING_DB: f32 = -80.0;
/// What a pause falls by for each dB that is heard less.
const PAUSE_SLOPE: f32 = 4.0;
/// What a closed gate lets through, dB.
const CLOSED_DB: f32 = -200.0;
/// A note rings on while it is so much louder than what is played, dB.
const RINGING_DB: f32 = 6.0;
/// What a release falls by in its time, dB.
const RELEASE_FALL_DB: f32 = 60.0;
/// Time constant of the sensitivity: the networks take a loudness that leaps up for an onset.
const SENSITIVITY_MS: f32 = 100.0;
/// Time constants in the rise from 10 to 90 % of one pole.
const RISE_TIME_CONSTANTS: f32 = 2.197_225;
/// The loudest that networks were trained with, and the softest there is, natural log.
const BELIEVED_LOG: (f32, f32) = (SILENT_LOG, 1.0);

/// The softest loudness of a frame: -100 dB, natural log.
pub(super) const SILENT_LOG: f32 = -11.512_925;

/// Gate and the level reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dynamics {
    gate_open: bool,
    /// Level of the frame before; `None` before the first.
    level_db: Option<f32>,
    /// Sensitivity and curve as far as they have come.
    sensitivity_db: Approach<1>,
    curve: Approach<1>,
}

impl Default for Dynamics {
    fn default() -> Self {
        Self {
            gate_open: false,
            level_db: None,
            sensitivity_db: Approach::with_time_constant(SENSITIVITY_MS),
            curve: Approach::default(),
        }
    }
}

/// A frame's level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    pub(super) log_loudness: f32,
    pub(super) believed_log_loudness: f32,
    pub(super) gate_open: bool,
    /// A note sounds on after it has been played.
    pub(super) rings: bool,
}

impl Dynamics {
    pub(super) fn step(&mut self, controls: &DynamicsControls, log_loudness: f32) -> Level {
        let heard_db = log_to_db(log_loudness);
        let [sensitivity_db] = self.sensitivity_db.step([controls.sensitivity_db]);
        let [curve] = self.curve.step([controls.curve]);
        let believed_db = heard_db + sensitivity_db;
        self.gate_open = controls.floor_db.is_none_or(|floor_db| {
            let closes_at_db = floor_db - controls.hysteresis_db;
            believed_db
                >= if self.gate_open {
                    closes_at_db
                } else {
                    floor_db
                }
        });
        let change_db = curve_change_db(curve, heard_db) - pause_change_db(controls, heard_db);
        let wanted_db = if self.gate_open {
            heard_db + change_db
        } else {
            CLOSED_DB
        };
        let before_db = self.level_db.unwrap_or(wanted_db);
        let level_db = if wanted_db > before_db {
            rise(before_db, wanted_db, controls.attack_ms)
        } else {
            fall(before_db, wanted_db, controls.release_ms)
        };
        self.level_db = Some(level_db);
        // Exactly what was heard, where nothing is to be changed.
        let log_loudness = if level_db == heard_db {
            log_loudness
        } else {
            db_to_log(level_db)
        };
        let (softest, loudest) = BELIEVED_LOG;
        let believed = log_loudness + db_to_log(sensitivity_db);
        Level {
            log_loudness,
            believed_log_loudness: believed.clamp(softest, loudest.max(log_loudness)),
            gate_open: self.gate_open,
            rings: level_db > wanted_db + RINGING_DB,
        }
    }
}

/// How much the softest sounds are softened, dB.
fn pause_change_db(controls: &DynamicsControls, heard_db: f32) -> f32 {
    let below_db = controls
        .pause_db
        .map_or(0.0, |pause_db| pause_db - heard_db);
    (PAUSE_SLOPE - 1.0) * below_db.max(0.0)
}

/// How much a curve of this slope raises a loudness, dB.
fn curve_change_db(slope: f32, heard_db: f32) -> f32 {
    let most_db = (heard_db - NO_PLAYING_DB).clamp(0.0, MAX_BOOST_DB);
    ((slope - 1.0) * (heard_db - PIVOT_DB)).min(most_db)
}

/// One frame of a rise: one pole in amplitude.
fn rise(from_db: f32, to_db: f32, attack_ms: f32) -> f32 {
    if attack_ms <= 0.0 {
        return to_db;
    }
    let share = 1.0 - (-FRAME_MS * RISE_TIME_CONSTANTS / attack_ms).exp();
    let amplitude = |db: f32| 10f32.powf(db / 20.0);
    let reached = amplitude(from_db) + share * (amplitude(to_db) - amplitude(from_db));
    (20.0 * reached.max(1e-10).log10()).clamp(from_db, to_db)
}

/// One frame of a fall: a straight line in dB.
fn fall(from_db: f32, to_db: f32, release_ms: f32) -> f32 {
    if release_ms <= 0.0 {
        return to_db;
    }
    (from_db - RELEASE_FALL_DB * FRAME_MS / release_ms).max(to_db)
}

fn db_to_log(db: f32) -> f32 {
    db * (std::f32::consts::LN_10 / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(controls: &DynamicsControls, heard_db: &[f32]) -> Vec<Level> {
        let mut dynamics = Dynamics::default();
        let heard = heard_db.iter().map(|db| db_to_log(*db));
        heard.map(|log| dynamics.step(controls, log)).collect()
    }

    #[test]
    fn neutral_controls_change_nothing() {
        for db in [-100.0, -71.3, -20.0, 3.7] {
            let level = play(&DynamicsControls::default(), &[db])[0];
            assert_eq!(level.log_loudness, db_to_log(db));
            assert_eq!(level.believed_log_loudness, db_to_log(db));
            assert!(level.gate_open && !level.rings);
        }
    }

    #[test]
    fn the_curve_draws_levels_together_or_apart_but_raises_no_silence() {
        let level_db = |curve: f32, db: f32| {
            let controls = DynamicsControls {
                curve,
                ..DynamicsControls::default()
            };
            log_to_db(play(&controls, &[db])[0].log_loudness)
        };
        for (curve, heard, expected) in [
            (0.0, -30.0, -20.0),
            (0.0, -10.0, -20.0),
            (0.0, -60.0, -40.0),
            (0.0, -90.0, -90.0),
            (2.0, -30.0, -40.0),
            (2.0, -10.0, 0.0),
            (0.5, -30.0, -25.0),
        ] {
            let found = level_db(curve, heard);
            assert!(
                (found - expected).abs() < 1e-3,
                "{curve} at {heard}: {found}"
            );
        }
    }

    #[test]
    fn a_pause_stays_one_whatever_the_curve_makes_of_it() {
        for curve in [0.0, 1.0] {
            let controls = DynamicsControls {
                curve,
                pause_db: Some(-66.0),
                ..DynamicsControls::default()
            };
            let level_db = |db: f32| log_to_db(play(&controls, &[db])[0].log_loudness);
            let unchanged = DynamicsControls {
                pause_db: None,
                ..controls
            };
            let before_db = |db: f32| log_to_db(play(&unchanged, &[db])[0].log_loudness);
            for db in [-20.0, -50.0, -66.0] {
                assert_eq!(level_db(db), before_db(db));
            }
            let softened = before_db(-76.0) - level_db(-76.0);
            assert!((softened - 30.0).abs() < 0.01, "{softened}");
        }
    }

    #[test]
    fn the_gate_has_hysteresis() {
        let controls = DynamicsControls {
            floor_db: Some(-50.0),
            hysteresis_db: 6.0,
            ..DynamicsControls::default()
        };
        let open: Vec<bool> = play(
            &controls,
            &[-52.0, -49.0, -52.0, -55.9, -56.1, -52.0, -50.0],
        )
        .iter()
        .map(|level| level.gate_open)
        .collect();
        assert_eq!(open, [false, true, true, true, false, false, true]);
    }

    #[test]
    fn attack_and_release_take_their_time() {
        let controls = DynamicsControls {
            attack_ms: 100.0,
            release_ms: 600.0,
            ..DynamicsControls::default()
        };
        let mut heard = vec![-100.0; 1];
        heard.extend([-10.0; 200]);
        heard.extend([-100.0; 200]);
        let levels = play(&controls, &heard);
        let reached = |share: f32| {
            let db = -10.0 + 20.0 * share.log10();
            let frame = levels
                .iter()
                .position(|level| log_to_db(level.log_loudness) >= db);
            frame.unwrap_or_default() as f32 * FRAME_MS
        };
        let rise_ms = reached(0.9) - reached(0.1);
        assert!((rise_ms - 100.0).abs() < 2.0 * FRAME_MS, "{rise_ms}");
        let half_way = 201 + (300.0 / FRAME_MS) as usize;
        let fallen_db = -10.0 - log_to_db(levels[half_way].log_loudness);
        assert!((fallen_db - 30.0).abs() < 1.5, "{fallen_db}");
        assert!(levels[half_way].rings && !levels[150].rings);
    }
}
