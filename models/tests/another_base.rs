//! A target that was made for another base: its recorded notes go on playing.
#![allow(clippy::unwrap_used)]

use mynah_models::architecture::Architecture;
use mynah_models::testing::{Random, random_base_with, random_target, random_target_with_memory};
use mynah_models::{
    Base, ChainState, HOP_SAMPLES, HopControls, ModelFileError, ModelInfo, PlayerControls, Target,
    alone,
};

/// A base without an onset network, whose ear would be another one.
fn base(seed: u64, pitch_bumps: usize) -> Base {
    let architecture = Architecture {
        onset_channels: 0,
        onset_dilations: Vec::new(),
        pitch_bumps,
        translator_channels: 6 * pitch_bumps,
        ..Architecture::default()
    };
    Base::from_bytes(&random_base_with(&architecture, seed)).unwrap()
}

/// Two seconds of a tone at 220 Hz.
fn tone() -> Vec<f32> {
    let mut random = Random(3);
    (0..750 * HOP_SAMPLES)
        .map(|n| 0.4 * ((n as f32 * 220.0 / 48_000.0).fract() - 0.5) + 0.001 * random.next())
        .collect()
}

fn play(base: &Base, target: &Target, performance: f32) -> Vec<f32> {
    let controls = HopControls {
        player: PlayerControls::performing(performance),
        ..HopControls::default()
    };
    let mut state = ChainState::new(base);
    let mut out = Vec::new();
    for hop in tone().as_chunks::<HOP_SAMPLES>().0 {
        let mut sound = [0.0; HOP_SAMPLES];
        base.step(&alone(target), &mut state, &controls, hop, &mut sound);
        out.extend(sound);
    }
    out
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32).sqrt()
}

#[test]
fn its_recorded_notes_play_as_with_its_own_base() {
    let own = base(1, 16);
    for other in [base(2, 16), base(3, 8)] {
        for struck in [false, true] {
            let file = random_target_with_memory(5, &own, struck);
            let at_home = Target::from_bytes(&file, &own).unwrap();
            let abroad = Target::from_bytes(&file, &other).unwrap();
            assert!(!at_home.made_for_another_base() && abroad.made_for_another_base());
            assert_eq!(abroad.base_hash(), other.info().hash);
            assert_eq!(abroad.info(), &ModelInfo::read(&file).unwrap());
            let (wanted, found) = (play(&own, &at_home, 1.0), play(&other, &abroad, 1.0));
            // Once the note is heard for one.
            let (wanted, found) = (&wanted[12_000..], &found[12_000..]);
            let apart: Vec<f32> = wanted.iter().zip(found).map(|(a, b)| a - b).collect();
            assert!(rms(wanted) > 1e-3, "struck: {struck}");
            assert!(rms(&apart) < 1e-3 * rms(wanted), "struck: {struck}");
        }
    }
}

#[test]
fn where_nothing_recorded_plays_there_is_its_mean_colour() {
    let (own, other) = (base(1, 16), base(3, 8));
    let file = random_target_with_memory(5, &own, false);
    let target = Target::from_bytes(&file, &other).unwrap();
    let sound = play(&other, &target, 0.0);
    assert!(sound.iter().all(|x| x.is_finite()));
    let (sound, heard) = (rms(&sound[12_000..]), rms(&tone()));
    let apart_db = 20.0 * (sound / heard).log10();
    assert!(apart_db.abs() < 20.0, "{apart_db} dB");
}

#[test]
fn without_recorded_notes_it_is_refused() {
    let (own, other) = (base(1, 16), base(3, 8));
    let error = Target::from_bytes(&random_target(5, &own), &other).err();
    let (found, expected) = (own.info().hash, other.info().hash);
    assert_eq!(error, Some(ModelFileError::WrongBase { found, expected }));
}
