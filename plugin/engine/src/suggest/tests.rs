#![allow(clippy::unwrap_used)]
use mynah_models::Base;
use mynah_models::testing::{random_base, random_target_with_memory};
use proptest::prelude::*;

use super::*;

/// A target at home between these notes, which plays from the lowest to the highest.
fn target(home: (f32, f32), playable: (f32, f32), struck: bool) -> ModelInfo {
    thread_local! {
        static MADE: [ModelInfo; 2] = {
            let base = Base::from_bytes(&random_base(1)).unwrap();
            [false, true].map(|struck| {
                ModelInfo::read(&random_target_with_memory(1, &base, struck)).unwrap()
            })
        };
    }
    let hz = |semitones: f32| 440.0 * ((semitones - 69.0) / 12.0).exp2();
    ModelInfo {
        home_register_midi: Some(home),
        pitch_range_hz: (hz(playable.0), hz(playable.1)),
        ..MADE.with(|made| made[usize::from(struck)].clone())
    }
}

const CELLO: usize = 0;
const FLUTE: usize = 1;
const GUITAR: usize = 2;
const PIANO: usize = 3;

fn targets() -> Vec<ModelInfo> {
    vec![
        target((36.0, 49.0), (36.0, 84.0), false),
        target((69.0, 83.0), (59.0, 97.0), false),
        target((50.0, 64.0), (37.0, 84.0), true),
        target((64.0, 78.0), (21.0, 105.0), true),
    ]
}

/// Each note falls by so many dB a second.
fn playing(notes: &[f32], seconds: f32, falls_db_per_s: f32) -> HeardPlaying {
    let levels: Vec<(f32, f32)> = (0..)
        .map(|step| step as f32 * 0.01)
        .take_while(|at_s| *at_s < seconds)
        .map(|at_s| (at_s, -falls_db_per_s * at_s))
        .collect();
    let notes: Vec<HeardNote> = notes
        .iter()
        .map(|semitones| HeardNote::new(*semitones, seconds, &levels))
        .collect();
    HeardPlaying::of(&notes).unwrap()
}

fn suggested(heard: &HeardPlaying) -> Vec<Suggestion> {
    let targets = targets();
    suggest(heard, &targets.iter().collect::<Vec<_>>())
}

fn order(heard: &HeardPlaying) -> Vec<usize> {
    let suggestions = suggested(heard);
    suggestions.iter().map(|found| found.index).collect()
}

#[test]
fn what_dies_away_suits_what_dies_away() {
    let line = [52.0, 55.0, 57.0, 59.0, 55.0];
    assert_eq!(order(&playing(&line, 0.5, 15.0))[..2], [GUITAR, PIANO]);
    // The same line held: nothing else differs.
    let held = playing(&line, 0.5, 0.0);
    assert_eq!(order(&held)[0], CELLO);
    assert_eq!(held.struck_share, Some(0.0));
}

#[test]
fn the_register_decides_among_what_is_held() {
    let high = suggested(&playing(&[81.0, 84.0, 83.0, 86.0], 0.4, 0.0));
    assert_eq!((high[0].index, high[0].octaves), (FLUTE, 0));
    let low = suggested(&playing(&[38.0, 43.0, 41.0, 45.0], 0.4, 0.0));
    assert_eq!((low[0].index, low[0].octaves), (CELLO, 0));
    assert!(low[0].score > 0.9, "{}", low[0].score);
    // What it cannot play where it is, it plays in an octave that it has.
    let flute = low.iter().find(|found| found.index == FLUTE).unwrap();
    assert_eq!(flute.octaves, 2);
    assert!(flute.reason.contains("2 octaves up"), "{}", flute.reason);
}

#[test]
fn it_is_left_where_it_is_unless_another_octave_is_better() {
    let octaves = |middle: f32| {
        let suggestions = suggested(&playing(&[middle], 1.0, 15.0));
        let guitar = suggestions.iter().find(|found| found.index == GUITAR);
        guitar.unwrap().octaves
    };
    for (middle, expected) in [
        (57.0, 0),
        (46.0, 0),
        (38.0, 1),
        (70.0, 0),
        (82.0, -1),
        (30.0, 2),
    ] {
        assert_eq!(octaves(middle), expected, "{middle}");
    }
}

#[test]
fn notes_that_end_before_the_next_are_worse_for_slow_playing() {
    let score = |seconds: f32, index: usize| {
        let suggestions = suggested(&playing(&[57.0], seconds, 0.0));
        suggestions
            .iter()
            .find(|found| found.index == index)
            .unwrap()
            .score
    };
    assert!(score(4.0, GUITAR) < 0.85 * score(0.5, GUITAR));
    assert_eq!(score(4.0, CELLO), score(0.5, CELLO));
}

#[test]
fn hardly_anything_says_nothing() {
    assert_eq!(HeardPlaying::of(&[]), None);
    assert_eq!(
        HeardPlaying::of(&[HeardNote::new(60.0, 0.2, &[(0.0, 0.0)])]),
        None
    );
    assert_eq!(
        HeardPlaying::of(&[HeardNote::new(f32::NAN, 9.0, &[])]),
        None
    );
    // Short notes have a pitch, and do not say how they are played.
    let short = HeardPlaying::of(&[HeardNote::new(60.0, 0.1, &[(0.0, 0.0)]); 5]).unwrap();
    assert_eq!(short.struck_share, None);
    assert!(suggest(&short, &[]).is_empty());
}

#[test]
fn what_swells_beats_or_is_cut_short_is_not_struck() {
    let struck =
        |seconds: f32, levels: &[(f32, f32)]| HeardNote::new(60.0, seconds, levels).dies_away;
    let falls = [
        (0.0, -3.0),
        (0.03, 0.0),
        (0.2, -3.0),
        (0.4, -6.0),
        (0.6, -9.0),
    ];
    assert_eq!(struck(0.8, &falls), Some(true));
    // The loudest moment is late.
    assert_eq!(
        struck(0.8, &[(0.0, -6.0), (0.3, 0.0), (0.6, -9.0)]),
        Some(false)
    );
    // A tremolo.
    let beats = [(0.0, 0.0), (0.1, -8.0), (0.2, -1.0), (0.3, -8.0)];
    assert_eq!(struck(0.5, &beats), Some(false));
    // Staccato: 60 dB a second.
    assert_eq!(
        struck(0.3, &[(0.0, 0.0), (0.05, -4.0), (0.2, -13.0)]),
        Some(false)
    );
    assert_eq!(struck(0.1, &falls), None);
    assert_eq!(struck(0.5, &[]), None);
}

proptest! {
    #[test]
    fn scores_are_shares_in_order_and_every_target_has_one(
        notes in proptest::collection::vec((20.0..110.0f32, 0.01..3.0f32, -5.0..60.0f32), 1..30)
    ) {
        let notes: Vec<HeardNote> = notes
            .into_iter()
            .map(|(semitones, seconds, falls_db_per_s)| {
                let levels = [(0.0, 0.0), (0.5 * seconds, -0.5 * seconds * falls_db_per_s)];
                HeardNote::new(semitones, seconds, &levels)
            })
            .collect();
        let Some(heard) = HeardPlaying::of(&notes) else { return Ok(()) };
        let (lowest, highest) = heard.register();
        prop_assert!(lowest <= heard.middle() && heard.middle() <= highest);
        let found = suggested(&heard);
        prop_assert!(found.iter().all(|one| (0.0..=1.0).contains(&one.score)));
        prop_assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert!(found.iter().all(|one| (-2..=2).contains(&one.octaves)));
        let mut indices: Vec<usize> = found.iter().map(|one| one.index).collect();
        indices.sort_unstable();
        prop_assert_eq!(indices, vec![CELLO, FLUTE, GUITAR, PIANO]);
    }
}
