//! What is kept from training: a rule, not a list, the same in the training and here.
//!
//! FNV-1a-64 of `"{seed}:{instrument}:{midi}"` for notes, of `"{seed}:{file name}"` for scores, modulo 6: remainder 0 is
//! validation (held out of everything), 1 is the judge's (only the judge of target likeness learns from it), the rest is
//! training.

/// Seed of the split.
pub(crate) const SPLIT_SEED: u64 = 43;
/// Number of remainders.
const PARTS: u64 = 6;

/// Who may use a note or a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The evaluation.
    Validation,
    /// The judge of target likeness.
    Judge,
    /// The translator.
    Training,
}

/// FNV-1a, 64 bits.
pub(crate) fn fnv1a_64(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Part of the notes of one number of one instrument (the manifest's column).
pub(crate) fn part_of_note(instrument: &str, midi: i32) -> Part {
    part(&format!("{SPLIT_SEED}:{instrument}:{midi}"))
}

/// Part of a score.
pub(crate) fn part_of_score(file_name: &str) -> Part {
    part(&format!("{SPLIT_SEED}:{file_name}"))
}

fn part(text: &str) -> Part {
    match fnv1a_64(text) % PARTS {
        0 => Part::Validation,
        1 => Part::Judge,
        _ => Part::Training,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::golden::{self, Side};

    #[test]
    fn the_hash_is_fnv_1a() {
        // Values of the FNV authors' test vectors.
        assert_eq!(fnv1a_64(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a_64("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a_64("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_split_is_fixed() {
        let part = |midi| part_of_note("trumpet", midi);
        let of = |wanted: Part| -> Vec<i32> { (52..=86).filter(|m| part(*m) == wanted).collect() };
        assert_eq!(of(Part::Validation), [52, 58, 63, 65, 69, 72, 81]);
        assert_eq!(of(Part::Judge), [53, 59, 62, 64, 68, 73, 80]);
        assert_eq!(
            part_of_score("piece_piano_handelgf-fuga.mid"),
            Part::Validation
        );
    }

    #[test]
    fn notes_and_scores_are_whose_the_training_says() {
        let facts = golden::facts();
        let (mut notes, mut sides) = (0, Vec::new());
        for (instrument, expected) in &facts.note_sides {
            for (midi, side) in expected {
                let part = part_of_note(instrument, *midi);
                assert_eq!(Side::from(part), *side, "{instrument} {midi}");
                notes += 1;
                if !sides.contains(side) {
                    sides.push(*side);
                }
            }
        }
        assert!(notes >= 200 && sides.len() == 3, "{notes}, {sides:?}");
        assert!(!facts.score_sides.is_empty());
        for (file_name, side) in &facts.score_sides {
            assert_eq!(Side::from(part_of_score(file_name)), *side, "{file_name}");
        }
    }
}
