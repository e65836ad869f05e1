//! From sound to phrases.

use mynah_models::testing::random_base;
use mynah_models::{Base, FRAME_SAMPLES, Mode};

use super::super::{AdaptError, Trunk, Version, before_microphone, phrase};
use super::OUTPUTS;

const FRAMES: usize = 30;

fn sound(samples: usize) -> Vec<f32> {
    (0..samples)
        .map(|n| {
            let t = n as f32 / 48_000.0;
            (1..6)
                .map(|h| 0.1 / h as f32 * (t * 220.0 * h as f32 * std::f32::consts::TAU).sin())
                .sum()
        })
        .collect()
}

#[test]
fn a_phrase_has_the_frames_that_are_wanted_in_all_versions() {
    let bytes = random_base(4);
    let base = Base::from_bytes(&bytes).unwrap();
    let trunk = Trunk::from_base(&bytes).unwrap();
    let (long, short) = (sound(40 * FRAME_SAMPLES), sound(20 * FRAME_SAMPLES));
    let version = |audio, mode| Version { audio, mode };
    let versions = [
        version(long.as_slice(), Mode::Track),
        version(long.as_slice(), Mode::Follow),
        version(short.as_slice(), Mode::Track),
    ];
    let wanted = [[0.0; OUTPUTS]; FRAMES];
    let phrase = phrase(&base, &trunk, &versions, &wanted, &[1.0; FRAMES]).unwrap();
    assert_eq!((phrase.frames(), phrase.versions()), (FRAMES, 3));
    let rows = |version| phrase.stretch(version, 0, FRAMES, 0).rows;
    let width = trunk.inputs();
    let last = |rows: &[f32]| rows.chunks(width).map(|row| row[width - 1]).sum::<f32>();
    assert_eq!((last(rows(0)), last(rows(1))), (0.0, FRAMES as f32));
    assert_eq!(rows(0)[..19 * width], rows(2)[..19 * width]);
    assert_ne!(rows(0)[25 * width..], rows(2)[25 * width..]);
}

#[test]
fn no_version_is_refused() {
    let bytes = random_base(4);
    let base = Base::from_bytes(&bytes).unwrap();
    let trunk = Trunk::from_base(&bytes).unwrap();
    let error = phrase(&base, &trunk, &[], &[[0.0; OUTPUTS]; 2], &[1.0; 2]).unwrap_err();
    assert!(
        matches!(
            error,
            AdaptError::WrongLength {
                what: "versions",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn microphones_differ_by_seed_and_keep_the_sound_finite_and_its_length() {
    let sound = sound(24_000);
    let one = before_microphone(&sound, 1);
    assert_eq!(one, before_microphone(&sound, 1));
    let energy = |audio: &[f32]| audio.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let mut levels_db = Vec::new();
    for seed in 0..40 {
        let other = before_microphone(&sound, seed);
        assert_eq!(other.len(), sound.len());
        assert!(other.iter().all(|x| x.is_finite()));
        levels_db.push(10.0 * (energy(&other) / energy(&sound)).log10());
    }
    let mean = levels_db.iter().sum::<f64>() / 40.0;
    let spread = levels_db.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / 40.0;
    assert!((-10.0..4.0).contains(&mean), "{mean} dB");
    assert!((4.0..12.0).contains(&spread.sqrt()), "{} dB", spread.sqrt());
}
