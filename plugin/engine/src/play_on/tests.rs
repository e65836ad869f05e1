#![allow(clippy::unwrap_used)]

use mynah_models::continuation::PlayedNote;
use proptest::prelude::*;

use super::*;
use crate::library::shipped_continuation;

const WANTS: Wants = Wants {
    temperature: 0.8,
    after_s: 1.2,
    bars: 8.0,
    keeps_key: true,
    notes: None,
    seed: 1,
};
/// D major, up and down, and home.
const TUNE: [(i32, u32); 14] = [
    (62, 1),
    (64, 1),
    (66, 1),
    (67, 1),
    (69, 2),
    (69, 2),
    (71, 1),
    (69, 1),
    (67, 1),
    (66, 1),
    (64, 2),
    (66, 1),
    (64, 1),
    (62, 2),
];
/// A quaver of the tune, in hops: 0.25 s.
const QUAVER_HOPS: u32 = 94;

/// A stroke or an end, and at which hop.
type Played = Vec<(u64, Turn)>;

struct Bench {
    continuing: Continuing,
    hop: u64,
    number: u32,
}

impl Bench {
    fn new() -> Self {
        Self {
            continuing: Continuing::new(shipped_continuation().unwrap()),
            hop: 0,
            number: 0,
        }
    }

    fn step(&mut self, sounding: Option<Sounding>, wants: &Wants) -> Turn {
        let now_s = self.hop as f64 * HOP_S;
        self.hop += 1;
        self.continuing.step(now_s, sounding.as_ref(), Some(wants))
    }

    fn play(&mut self, tune: &[(i32, u32)], wants: &Wants) -> Played {
        let mut played = Vec::new();
        for (semitones, quavers) in tune {
            self.number += 1;
            let sounding = Sounding {
                number: self.number,
                semitones: Some(*semitones as f32),
                level_db: -12.0,
            };
            for _ in 0..quavers * QUAVER_HOPS {
                let turn = self.step(Some(sounding), wants);
                if turn != Turn::default() {
                    played.push((self.hop - 1, turn));
                }
            }
        }
        played
    }

    fn be_silent(&mut self, hops: u64, wants: &Wants) -> Played {
        let mut played = Vec::new();
        for _ in 0..hops {
            let turn = self.step(None, wants);
            if turn != Turn::default() {
                played.push((self.hop - 1, turn));
            }
        }
        played
    }
}

/// The tune's notes, as they are remembered.
fn notes_of(tune: &[(i32, u32)]) -> Vec<PlayedNote> {
    let mut begins = 0;
    let mut notes = Vec::new();
    for (place, (midi, quavers)) in tune.iter().enumerate() {
        let hops = quavers * QUAVER_HOPS;
        // The last is heard for the last time in its last hop; the others up to the next.
        let is_last = place + 1 == tune.len();
        let ends = begins + hops - u32::from(is_last);
        notes.push(PlayedNote {
            onset_s: f64::from(begins) * HOP_S,
            length_s: f64::from(ends) * HOP_S - f64::from(begins) * HOP_S,
            midi: *midi as u8,
            level_db: -12.0,
        });
        begins += hops;
    }
    notes
}

fn strokes(played: &Played) -> Vec<(u64, Stroke)> {
    let strokes = played.iter();
    strokes
        .filter_map(|(hop, turn)| Some((*hop, turn.strikes?)))
        .collect()
}

#[test]
fn it_waits_and_then_plays_what_the_network_would_in_time_with_the_tune() {
    let mut bench = Bench::new();
    assert_eq!(bench.play(&TUNE, &WANTS), []);
    let silent_from = bench.hop;
    let played = bench.be_silent(8_000, &WANTS);
    let strokes = strokes(&played);
    assert!(strokes.len() > 8, "{}", strokes.len());

    let net = shipped_continuation().unwrap();
    let mut player = PlayOn::after(&net, &notes_of(&TUNE), WANTS.seed).unwrap();
    let d_major = Key {
        tonic: 2,
        minor: false,
    };
    let sampling = Sampling {
        temperature: WANTS.temperature,
        notes: d_major.notes(),
        low: 62 - 5,
        high: 71 + 5,
    };
    let first_s = strokes[0].0 as f64 * HOP_S;
    let mut later_s = None;
    for (hop, stroke) in &strokes {
        let note = player.next_note(&net, &sampling);
        assert_eq!((stroke.key, stroke.level_db), (note.midi, note.level_db));
        let later_s = *later_s.get_or_insert_with(|| {
            let beats = ((first_s - note.onset_s) / player.beat_s()).floor();
            beats * player.beat_s()
        });
        let off_s = *hop as f64 * HOP_S - (note.onset_s + later_s);
        // The first hop that is not before it.
        assert!((-1e-9..HOP_S).contains(&off_s), "{off_s}");
    }
    // Not sooner than asked for, nor later than the beat after, and eight bars long.
    let waited_s = first_s - silent_from as f64 * HOP_S;
    assert!(
        (WANTS.after_s - HOP_S..WANTS.after_s + player.beat_s() + HOP_S).contains(&waited_s),
        "{waited_s}"
    );
    let (over, last) = *played.last().unwrap();
    assert_eq!((last.lets_go, last.strikes), (true, None));
    let length_s = over as f64 * HOP_S - first_s;
    assert!(length_s <= 8.0 * player.bar_s() + HOP_S, "{length_s}");
    assert!(bench.continuing.rests());
    assert_eq!(bench.be_silent(2_000, &WANTS), []);
}

#[test]
fn a_seed_goes_on_its_own_way_again_and_again() {
    let played = |seed| {
        let mut bench = Bench::new();
        let wants = Wants { seed, ..WANTS };
        bench.play(&TUNE, &wants);
        bench.be_silent(4_000, &wants)
    };
    assert_eq!(played(1), played(1));
    assert_ne!(played(1), played(2));
}

#[test]
fn it_lets_go_at_once_when_the_player_plays_and_then_listens_again() {
    let mut bench = Bench::new();
    bench.play(&TUNE, &WANTS);
    let played = bench.be_silent(1_500, &WANTS);
    assert!(!strokes(&played).is_empty());
    let interrupted = bench.hop;
    let while_playing = bench.play(&TUNE[..5], &WANTS);
    let let_go = Turn {
        lets_go: true,
        strikes: None,
    };
    assert_eq!(while_playing, [(interrupted, let_go)]);
    assert_eq!(bench.continuing.shown(), PlayingOn::Waits);
    // The pause counts from here, and what it played itself is no part of the tune.
    let again = bench.be_silent(1_500, &WANTS);
    let first = strokes(&again)[0].0;
    assert!((first - bench.hop + 1_500) as f64 * HOP_S >= WANTS.after_s - HOP_S);
    assert_eq!(bench.continuing.listening.notes().len(), TUNE.len() + 5);

    // A stroke without a pitch is the player's, too.
    let noise = Sounding {
        number: bench.number + 1,
        semitones: None,
        level_db: -20.0,
    };
    let turn = bench.step(Some(noise), &WANTS);
    assert!(turn.lets_go && turn.strikes.is_none());
}

#[test]
fn it_keeps_to_the_key_that_is_heard_or_given() {
    let all = |wants: &Wants| {
        let mut bench = Bench::new();
        bench.play(&TUNE, wants);
        let played = bench.be_silent(40_000, wants);
        let strokes = strokes(&played);
        assert!(strokes.len() > 100, "{}", strokes.len());
        strokes.into_iter().fold(0u16, |notes, (_, stroke)| {
            assert!((57..=76).contains(&stroke.key), "{}", stroke.key);
            notes | 1 << (stroke.key % 12)
        })
    };
    let bold = Wants {
        temperature: 2.0,
        bars: f64::INFINITY,
        ..WANTS
    };
    let d_major = 0b1010_1101_0110;
    assert_eq!(all(&bold) & !d_major, 0);
    let free = Wants {
        keeps_key: false,
        ..bold
    };
    assert_ne!(all(&free) & !d_major, 0);
    let given = Wants {
        notes: Some(0b10_1001_0101),
        ..bold
    };
    assert_eq!(all(&given) & !0b10_1001_0101, 0);
}

#[test]
fn a_scale_that_is_transposed_is_that_of_the_keys_below() {
    let c_major = 0b1010_1011_0101;
    let d_major = 0b1010_1101_0110;
    assert_eq!(lowered(d_major, 2), c_major);
    assert_eq!(lowered(d_major, 14), c_major);
    assert_eq!(lowered(c_major, -2), d_major);
    assert_eq!(lowered(c_major, 0), c_major);
}

#[test]
fn nothing_is_played_on_unless_it_is_wanted() {
    let mut bench = Bench::new();
    assert_eq!(bench.be_silent(3_000, &WANTS), []);
    assert!(bench.continuing.rests() && bench.continuing.is_fresh());
    bench.play(&TUNE, &WANTS);
    bench.be_silent(1_500, &WANTS);
    let now_s = bench.hop as f64 * HOP_S;
    let turn = bench.continuing.step(now_s, None, None);
    assert!(turn.lets_go && bench.continuing.is_fresh());
}

#[test]
fn a_note_has_the_pitch_that_it_turns_out_to_have_and_ends_where_it_has_died_away() {
    let mut listening = Listening::default();
    let mut hop = 0;
    let mut hear = |listening: &mut Listening, semitones, level_db, hops| {
        let sounding = Sounding {
            number: 7,
            semitones,
            level_db,
        };
        let mut begun = 0;
        for _ in 0..hops {
            begun += usize::from(listening.hear(f64::from(hop) * HOP_S, Some(&sounding)));
            hop += 1;
        }
        begun
    };
    // A stroke, its wrong octave, then its pitch, with vibrato, and its end.
    assert_eq!(hear(&mut listening, None, -20.0, 4), 1);
    assert_eq!(hear(&mut listening, Some(72.1), -16.0, 8), 1);
    assert_eq!(hear(&mut listening, Some(59.8), -14.0, 100), 0);
    assert_eq!(hear(&mut listening, Some(60.6), -20.0, 100), 0);
    assert_eq!(hear(&mut listening, Some(60.0), -40.0, 300), 0);
    listening.close();
    let note = listening.notes()[0];
    assert_eq!((note.midi, note.level_db), (60, -14.0));
    assert!(
        (note.onset_s, note.length_s) == (0.0, 211.0 * HOP_S),
        "{note:?}"
    );
    assert!(listening.quiet_s(f64::from(512) * HOP_S) > 0.79);
}

proptest! {
    /// Whatever sounds: at most so many notes are remembered, in the order of time, and each is one.
    #[test]
    fn notes_are_remembered_in_order(
        heard in prop::collection::vec((0..40_u32, prop::option::of(20.0..110.0_f32), -60.0..10.0_f32, 1..40_u32), 1..400),
    ) {
        let mut listening = Listening::default();
        let mut hop = 0;
        for (number, semitones, level_db, hops) in heard {
            for _ in 0..hops {
                let sounding = Sounding { number, semitones, level_db };
                let sounding = (number > 0).then_some(&sounding);
                listening.hear(f64::from(hop) * HOP_S, sounding);
                hop += 1;
            }
        }
        listening.close();
        let notes = listening.notes();
        prop_assert!(notes.len() <= listening::REMEMBERED);
        for pair in notes.windows(2) {
            let over_s = pair[0].onset_s + pair[0].length_s;
            prop_assert!(over_s <= pair[1].onset_s + 1e-9, "{pair:?}");
        }
        prop_assert!(notes.iter().all(|note| note.length_s >= 0.03));
    }
}
