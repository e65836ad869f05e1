//! What cannot be learnt from.

use mynah_models::ModelFileError;
use mynah_models::file::Tensors;
use proptest::prelude::*;

use super::super::{AdaptError, Learning, Options, Use, hold_out, start};
use super::{Adaptation, OUTPUTS, Phrase, QUIET, phrases, small, target, trunk};

const FRAMES: usize = 12;

fn refused(versions: Vec<Vec<f32>>, wanted: &[[f32; OUTPUTS]], weights: &[f32]) -> AdaptError {
    let (trunk, _) = trunk(&small());
    Phrase::new(&trunk, versions, wanted, weights).unwrap_err()
}

#[test]
fn phrases_of_other_lengths_are_refused() {
    let width = small().translator_inputs();
    let (rows, wanted) = (vec![0.0; FRAMES * width], [[0.0; OUTPUTS]; FRAMES]);
    let wrong = |what, found, expected| AdaptError::WrongLength {
        what,
        found,
        expected,
    };
    assert_eq!(
        refused(vec![rows.clone()], &wanted, &[1.0; FRAMES - 1]),
        wrong("weights", FRAMES - 1, FRAMES)
    );
    assert_eq!(
        refused(vec![], &wanted, &[1.0; FRAMES]),
        wrong("versions", 0, 1)
    );
    assert_eq!(
        refused(
            vec![rows.clone(), rows[1..].to_vec()],
            &wanted,
            &[1.0; FRAMES]
        ),
        wrong("input values", FRAMES * width - 1, FRAMES * width)
    );
}

#[test]
fn values_that_are_no_numbers_are_refused() {
    let width = small().translator_inputs();
    let rows = vec![0.0; FRAMES * width];
    let wanted = [[0.0; OUTPUTS]; FRAMES];
    let frame_of = |error| match error {
        AdaptError::BadValue { what, frame, .. } => (what, frame),
        other => panic!("{other}"),
    };
    let mut bad = rows.clone();
    bad[3 * width + 1] = f32::INFINITY;
    let error = refused(vec![rows.clone(), bad], &wanted, &[1.0; FRAMES]);
    assert_eq!(frame_of(error), ("inputs", 3));
    let mut bad = wanted;
    bad[5][127] = f32::NAN;
    let error = refused(vec![rows.clone()], &bad, &[1.0; FRAMES]);
    assert_eq!(frame_of(error), ("wanted values", 5));
    for value in [-0.5, f32::NAN] {
        let mut bad = [1.0; FRAMES];
        bad[7] = value;
        let error = refused(vec![rows.clone()], &wanted, &bad);
        assert_eq!(frame_of(error), ("weights", 7));
    }
}

#[test]
fn nothing_to_learn_from_or_to_judge_by_is_refused() {
    let (trunk, _) = trunk(&small());
    let tensors = target(&small(), 7);
    let some = phrases(&trunk, &Adaptation::zeros(trunk.sizes()), 1, 20);
    let width = small().translator_inputs();
    let rows = vec![0.0; FRAMES * width];
    let wanted = [[0.0; OUTPUTS]; FRAMES];
    let silent = Phrase::new(&trunk, vec![rows], &wanted, &[0.0; FRAMES]).unwrap();
    let silent = std::slice::from_ref(&silent);
    for none in [&[][..], silent] {
        for (learnt, held_out, to) in [(none, &some[..], Use::Learn), (&some, none, Use::Judge)] {
            let error = start(&trunk, learnt, held_out, &[&tensors], QUIET).unwrap_err();
            assert_eq!(error, AdaptError::NoFrames(to));
            let from = Adaptation::from_tensors(trunk.sizes(), &tensors).unwrap();
            let learning = Learning::new(&trunk, learnt, held_out, &from, Options::default());
            assert_eq!(learning.err(), Some(AdaptError::NoFrames(to)));
        }
    }
    let error = start(&trunk, &some, &some, &[], QUIET).unwrap_err();
    assert_eq!(error, AdaptError::NoCandidates);
}

#[test]
fn a_candidate_of_another_base_is_refused() {
    let (trunk, _) = trunk(&small());
    let some = phrases(&trunk, &Adaptation::zeros(trunk.sizes()), 1, 20);
    let mut larger = small();
    larger.translator_channels += 1;
    let other = target(&larger, 7);
    let error = start(&trunk, &some, &some, &[&other], QUIET).unwrap_err();
    let AdaptError::Model(ModelFileError::WrongShape { .. }) = error else {
        panic!("{error}");
    };
    let error = start(&trunk, &some, &some, &[&Tensors::default()], QUIET).unwrap_err();
    let AdaptError::Model(ModelFileError::MissingTensor { .. }) = error else {
        panic!("{error}");
    };
    let mut holed = target(&small(), 7);
    holed.insert(
        "head.bias".to_owned(),
        vec![OUTPUTS],
        vec![f32::NAN; OUTPUTS],
    );
    let error = start(&trunk, &some, &some, &[&holed], QUIET).unwrap_err();
    assert!(matches!(error, AdaptError::BadStart { .. }), "{error}");
}

#[test]
fn a_state_that_does_not_fit_is_refused() {
    let (trunk, _) = trunk(&small());
    let from = Adaptation::zeros(trunk.sizes());
    let all = phrases(&trunk, &from, 3, 20);
    let options = Options::default();
    let saved = Learning::new(&trunk, &all[..1], &all[1..2], &from, options)
        .unwrap()
        .saved();
    let resume = |held_out, saved: &[u8]| {
        let resumed = Learning::resume(&trunk, &all[..1], held_out, saved, options);
        resumed.map(|_| ()).map_err(|error| match error {
            AdaptError::WrongState { reason } => reason,
            other => panic!("{other}"),
        })
    };
    assert_eq!(resume(&all[1..2], &saved), Ok(()));
    let reason = resume(&all[2..3], &saved).unwrap_err();
    assert!(reason.contains("other phrases"), "{reason}");
    for cut in [0, 7, 100, saved.len() - 1] {
        assert!(resume(&all[1..2], &saved[..cut]).is_err());
    }
    let mut holed = saved.clone();
    let last = holed.len() - 4;
    holed[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(resume(&all[1..2], &holed).unwrap_err().contains("NaN"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever the phrases, every frame that counts is on one side, and there is something on both.
    #[test]
    fn a_tenth_is_held_out(lengths in prop::collection::vec(2_usize..60, 1..40)) {
        let (trunk, _) = trunk(&small());
        let from = Adaptation::zeros(trunk.sizes());
        let all: Vec<Phrase> = lengths
            .iter()
            .flat_map(|frames| phrases(&trunk, &from, 1, 5 + frames))
            .collect();
        let counted = |phrases: &[Phrase]| -> usize {
            phrases.iter().map(Phrase::counted_frames).sum()
        };
        let whole = counted(&all);
        let (learnt, held_out) = hold_out(all);
        prop_assert_eq!(counted(&learnt) + counted(&held_out), whole);
        prop_assert!(counted(&learnt) > 0 && counted(&held_out) > 0);
        if lengths.len() > 10 {
            let share = counted(&held_out) as f64 / whole as f64;
            prop_assert!((0.02..0.25).contains(&share), "{share}");
        }
    }
}
