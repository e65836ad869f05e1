//! Which notes become a target's memory: those that leave the smallest gaps.

/// Two notes of one pitch that are played otherwise are as far apart as so many semitones.
const OTHER_GROUP_SEMITONES: f64 = 3.0;
/// Where the instrument is at home, gaps count so many times.
const HOME_WEIGHT: f64 = 2.0;
const HOME_MARGIN_SEMITONES: f64 = 5.0;
/// The gap around a note before any is chosen, semitones.
const NOTHING_NEAR_SEMITONES: f64 = 100.0;

/// A note that could be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Its pitch.
    pub semitones: f64,
    /// Notes of one group sound alike.
    pub group: u32,
    /// How long what would be kept of it is.
    pub seconds: f64,
    /// How many times a gap counts that it fills, more than 0: 1 for a good recording.
    pub worth: f64,
}

/// Places of candidates in the order in which they were chosen: each the one furthest from all before it, until together they
/// are at least `budget_s` long. `home` is where the instrument is at home, lowest and highest MIDI note.
pub fn choose(candidates: &[Candidate], home: (f64, f64), budget_s: f64) -> Vec<usize> {
    let (low, high) = (
        home.0 - HOME_MARGIN_SEMITONES,
        home.1 + HOME_MARGIN_SEMITONES,
    );
    let middle = 0.5 * (low + high);
    let mut gaps = vec![NOTHING_NEAR_SEMITONES; candidates.len()];
    let mut left: Vec<usize> = (0..candidates.len()).collect();
    let mut chosen = Vec::new();
    let mut left_s = budget_s;
    while left_s > 0.0 {
        let key = |index: usize| {
            let candidate = &candidates[index];
            let at_home = (low..=high).contains(&candidate.semitones);
            let weight = if at_home { HOME_WEIGHT } else { 1.0 };
            (
                candidate.worth * weight * gaps[index],
                -(candidate.semitones - middle).abs(),
            )
        };
        let mut best: Option<(usize, (f64, f64))> = None;
        for (place, index) in left.iter().enumerate() {
            let key = key(*index);
            // Of equals the first.
            if best.is_none_or(|(_, most)| key > most) {
                best = Some((place, key));
            }
        }
        let Some((place, _)) = best else { break };
        let index = left.remove(place);
        let found = candidates[index];
        left_s -= found.seconds;
        chosen.push(index);
        for other in &left {
            let apart = (candidates[*other].semitones - found.semitones).abs();
            let otherwise = candidates[*other].group != found.group;
            let distance = apart
                + if otherwise {
                    OTHER_GROUP_SEMITONES
                } else {
                    0.0
                };
            gaps[*other] = gaps[*other].min(distance);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(semitones: f64, group: u32) -> Candidate {
        Candidate {
            semitones,
            group,
            seconds: 1.0,
            worth: 1.0,
        }
    }

    #[test]
    fn few_notes_are_spread_over_all_pitches_and_lie_closer_at_home() {
        let notes: Vec<Candidate> = (40..80).map(|midi| note(f64::from(midi), 0)).collect();
        let chosen = choose(&notes, (54.0, 66.0), 12.0);
        assert_eq!(chosen.len(), 12);
        let mut pitches: Vec<f64> = chosen.iter().map(|n| notes[*n].semitones).collect();
        pitches.sort_by(f64::total_cmp);
        assert!(pitches[0] <= 41.0 && pitches[11] >= 78.0, "{pitches:?}");
        assert!(
            pitches.windows(2).all(|two| two[1] - two[0] <= 8.0),
            "{pitches:?}"
        );
        let at_home = pitches.iter().filter(|p| (49.0..=71.0).contains(*p));
        assert!(at_home.count() >= 8, "{pitches:?}");
    }

    #[test]
    fn another_way_of_playing_is_worth_keeping_before_a_near_pitch_is() {
        let mut notes: Vec<Candidate> = (58..64).map(|midi| note(f64::from(midi), 0)).collect();
        notes.push(note(60.0, 1));
        let chosen = choose(&notes, (54.0, 66.0), 3.0);
        assert!(chosen.contains(&6), "{chosen:?}");
    }

    #[test]
    fn the_better_recording_of_two_comes_first_and_all_come_if_there_is_room() {
        let mut notes = vec![note(60.0, 0), note(60.0, 0), note(62.0, 0)];
        notes[0].worth = 0.3;
        assert_eq!(choose(&notes, (54.0, 66.0), 0.5), [1]);
        assert_eq!(choose(&notes, (54.0, 66.0), 9.0).len(), 3);
        assert!(choose(&[], (54.0, 66.0), 9.0).is_empty());
    }
}
