//! Which of the notes that were found are right, as mir_eval has it (Raffel et al., "mir_eval: a transparent implementation
//! of common MIR metrics", 2014): the most pairs of a note played and a note found, each in one pair at most, whose
//! beginnings are within 50 ms and whose pitches are within 50 cents. Ends do not count.

/// How far beginnings may lie apart, seconds; they are compared to a tenth of a millisecond.
const NEAR_S: f64 = 0.05;
const COMPARED_S: f64 = 1e-4;
/// How far pitches may lie apart, semitones.
const NEAR_SEMITONES: f64 = 0.5;

/// Where a note begins, seconds, and its pitch, 69 for 440 Hz.
pub(crate) type Sounded = (f64, f64);

/// Pairs of a note played and the note found for it, as indices, by the former.
pub(crate) fn matches(played: &[Sounded], found: &[Sounded]) -> Vec<(usize, usize)> {
    let fits = |played: &Sounded, found: &Sounded| {
        let off_s = (played.0 - found.0).abs();
        let off_s = (off_s / COMPARED_S).round() * COMPARED_S;
        off_s < NEAR_S + 0.5 * COMPARED_S && (played.1 - found.1).abs() <= NEAR_SEMITONES
    };
    let fitting: Vec<Vec<usize>> = played
        .iter()
        .map(|played| {
            let all = found.iter().enumerate();
            let fit = all.filter(|(_, found)| fits(played, found));
            fit.map(|(index, _)| index).collect()
        })
        .collect();
    // Kuhn's algorithm: who finds everything taken asks the others to move.
    let mut taken: Vec<Option<usize>> = vec![None; found.len()];
    for note in 0..played.len() {
        let mut asked = vec![false; found.len()];
        give(note, &fitting, &mut taken, &mut asked);
    }
    let pairs = taken.iter().enumerate();
    let mut pairs: Vec<(usize, usize)> = pairs
        .filter_map(|(found, note)| note.map(|note| (note, found)))
        .collect();
    pairs.sort_unstable();
    pairs
}

fn give(
    note: usize,
    fitting: &[Vec<usize>],
    taken: &mut [Option<usize>],
    asked: &mut [bool],
) -> bool {
    for &found in &fitting[note] {
        if std::mem::replace(&mut asked[found], true) {
            continue;
        }
        if taken[found].is_none_or(|other| give(other, fitting, taken, asked)) {
            taken[found] = Some(note);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        played: Vec<Sounded>,
        found: Vec<Sounded>,
        matched: usize,
    }

    #[test]
    fn as_many_notes_match_as_in_mir_eval() {
        let cases = include_str!("../../tests/golden/matching.json");
        let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
        assert!(cases.len() >= 50);
        for (index, case) in cases.iter().enumerate() {
            let pairs = matches(&case.played, &case.found);
            assert_eq!(pairs.len(), case.matched, "case {index}");
            let mut taken: Vec<usize> = pairs.iter().map(|(_, found)| *found).collect();
            taken.sort_unstable();
            taken.dedup();
            assert_eq!(taken.len(), pairs.len(), "each is found once");
        }
    }

    #[test]
    fn who_comes_first_makes_room_for_others() {
        // The first could have both that were found, the second only the first of them.
        let played = [(0.04, 60.0), (0.0, 60.0)];
        let found = [(0.03, 60.2), (0.08, 59.8)];
        assert_eq!(matches(&played, &found), [(0, 1), (1, 0)]);
    }
}
