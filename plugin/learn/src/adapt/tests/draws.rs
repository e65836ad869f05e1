//! What a step is made of.

use super::super::batch::Draws;
use super::super::chance::Chance;
use super::super::phrases::pieces;
use super::{ContentNoise, OUTPUTS, Phrase, rows, small, trunk};

const FRAMES: usize = 150;
const STRETCH: usize = 40;

/// Two versions each; the first frame of a row tells which they are.
fn told_apart(width: usize) -> impl Fn(u64, &[usize]) -> Phrase {
    let (trunk, _) = trunk(&small());
    move |phrase, counted| {
        let version = |version: u64| {
            let mut rows = rows(FRAMES, width, phrase);
            for row in rows.chunks_mut(width) {
                row[0] = (10 * phrase + version) as f32;
            }
            rows
        };
        let mut weights = [0.0; FRAMES];
        counted.iter().for_each(|frame| weights[*frame] = 2.0);
        let wanted = [[0.0; OUTPUTS]; FRAMES];
        Phrase::new(&trunk, vec![version(0), version(1)], &wanted, &weights).unwrap()
    }
}

#[test]
fn all_versions_are_drawn_alike_and_phrases_by_what_counts_in_them() {
    let (trunk, _) = trunk(&small());
    let phrase = told_apart(trunk.inputs());
    let phrases = [phrase(1, &[0, 70, 149]), phrase(2, &[]), phrase(3, &[149])];
    let draws = Draws::new(&phrases);
    let mut chance = Chance(1);
    let mut drawn = [0.0_f64; 32];
    for _ in 0..2000 {
        let stretch = draws.draw(&trunk, &phrases, STRETCH, &mut chance);
        assert_eq!(stretch.wanted.len(), STRETCH);
        assert_eq!(stretch.weights.len(), STRETCH);
        let counted = stretch.rows.len() / trunk.inputs() - stretch.context;
        assert_eq!(counted, STRETCH);
        assert!(stretch.weights.iter().any(|weight| *weight > 0.0));
        drawn[stretch.rows[0] as usize] += 1.0 / 2000.0;
    }
    for (told, share) in [(10, 0.375), (11, 0.375), (30, 0.125), (31, 0.125)] {
        assert!(
            (drawn[told] - share).abs() < 0.05,
            "{told}: {}",
            drawn[told]
        );
    }
}

#[test]
fn a_phrase_shorter_than_a_stretch_is_drawn_whole() {
    let (trunk, _) = trunk(&small());
    let phrases = [told_apart(trunk.inputs())(1, &[3])];
    let draws = Draws::new(&phrases);
    let stretch = draws.draw(&trunk, &phrases, 2 * FRAMES, &mut Chance(1));
    assert_eq!((stretch.context, stretch.wanted.len()), (0, FRAMES));
}

#[test]
fn all_versions_are_judged_with_what_leads_up_to_them() {
    let (trunk, _) = trunk(&small());
    let phrases = phrases_of(1300, trunk.inputs());
    let past = trunk.past_frames();
    let judged = pieces(&phrases, past);
    let frames: usize = judged.iter().map(|piece| piece.wanted.len()).sum();
    assert_eq!(frames, 2 * 1300);
    let contexts: Vec<usize> = judged.iter().map(|piece| piece.context).collect();
    assert_eq!(contexts, [0, past, past, 0, past, past]);
}

fn phrases_of(frames: usize, width: usize) -> [Phrase; 1] {
    let (trunk, _) = trunk(&small());
    let rows = rows(frames, width, 1);
    let wanted = vec![[0.0; OUTPUTS]; frames];
    [Phrase::new(
        &trunk,
        vec![rows.clone(), rows],
        &wanted,
        &vec![1.0; frames],
    )
    .unwrap()]
}

#[test]
fn noise_is_on_the_content_alone_and_as_large_as_it_is_to_be() {
    let (trunk, _) = trunk(&small());
    let phrases = phrases_of(1000, trunk.inputs());
    let stretch = phrases[0].stretch(0, 0, 1000, 0);
    let over = |deviation, seed| {
        let mut rows = Vec::new();
        ContentNoise { deviation, seed }.over(&trunk, &stretch, &mut rows);
        rows
    };
    assert_eq!(over(0.0, 1), stretch.rows);
    let noisy = over(0.25, 1);
    assert_eq!(noisy, over(0.25, 1));
    assert_ne!(noisy, over(0.25, 2));
    let (mut sum, mut squares) = (0.0, 0.0);
    let width = trunk.inputs();
    for (noisy, quiet) in noisy.chunks(width).zip(stretch.rows.chunks(width)) {
        let (content, rest) = noisy.split_at(trunk.latent());
        assert_eq!(rest, &quiet[trunk.latent()..]);
        for (noisy, quiet) in content.iter().zip(quiet) {
            let noise = f64::from(noisy - quiet);
            sum += noise / 4000.0;
            squares += noise * noise / 4000.0;
        }
    }
    assert!(sum.abs() < 0.02, "{sum}");
    assert!((squares.sqrt() - 0.25).abs() < 0.02, "{}", squares.sqrt());
}
