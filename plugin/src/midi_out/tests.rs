#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// A moment of a note, by its number.
fn moment(notes: u32, semitones: f32, loudness_db: f32) -> Telemetry {
    Telemetry {
        voicing: 1.0,
        loudness_db,
        played_hz: 440.0 * 2.0_f32.powf((semitones - 69.0) / 12.0),
        gate_open: true,
        notes,
        note_semitones: semitones,
        ..Telemetry::default()
    }
}

/// The same before anything of it is known but that it has begun.
fn stroke(notes: u32, loudness_db: f32) -> Telemetry {
    Telemetry {
        voicing: 0.0,
        note_semitones: 0.0,
        ..moment(notes, 69.0, loudness_db)
    }
}

fn repeated(moment: Telemetry, looks: usize) -> Vec<Telemetry> {
    vec![moment; looks]
}

/// Goes on with a block in which each look finds the next of these.
fn block(out: &mut MidiOut, samples: usize, mut next: impl FnMut() -> Telemetry) -> Vec<Said> {
    out.begin_block(true);
    let mut done = 0;
    while done < samples {
        let end = samples.min(done.saturating_add(out.part_samples()));
        out.pass(end - done, end, || Heard::OneVoice(next()));
        done = end;
    }
    out.said().to_vec()
}

/// What is said of these looks at 48 kHz, in blocks of this length, and at which sample of the stream.
fn said_in(looks: &[Telemetry], length: usize) -> Vec<(usize, Word)> {
    let mut out = MidiOut::default();
    out.prepare(48_000.0);
    let mut all = Vec::new();
    let mut looks_left = looks.iter();
    let samples = 128 * looks.len();
    for start in (0..samples).step_by(length) {
        let next = || *looks_left.next().unwrap();
        let said = block(&mut out, length.min(samples - start), next);
        all.extend(
            said.iter()
                .map(|said| (start + said.at as usize, said.word)),
        );
    }
    all
}

/// The same by looks, from 0.
fn said(looks: &[Telemetry]) -> Vec<(usize, Word)> {
    let said = said_in(looks, 480);
    assert!(said.iter().all(|(at, _)| at % 128 == 127));
    said.into_iter()
        .map(|(at, word)| (at / 128, word))
        .collect()
}

/// Those that are notes.
fn keys(said: &[(usize, Word)]) -> Vec<(usize, Word)> {
    let is_key = |word: &Word| matches!(word, Word::On { .. } | Word::Off { .. });
    said.iter()
        .copied()
        .filter(|(_, word)| is_key(word))
        .collect()
}

#[test]
fn a_note_is_struck_in_tune_once_pitch_and_loudness_have_stayed_and_let_go_at_its_end() {
    let mut looks = repeated(stroke(0, -90.0), 3);
    looks.push(stroke(1, -40.0));
    looks.push(moment(1, 60.2, -30.0));
    looks.extend(repeated(moment(1, 60.2, -24.0), 20));
    looks.extend(repeated(stroke(1, -90.0), 3));
    let velocity = velocity_of(-24.0);
    let raw = (8_192.0_f32 * 1.1).round() as u16;
    assert_eq!(
        said(&looks),
        [
            (8, Word::Bend(raw)),
            (8, Word::Level(127)),
            (8, Word::On { key: 60, velocity }),
            (25, Word::Off { key: 60 }),
        ]
    );
}

#[test]
fn a_note_that_does_not_settle_is_struck_after_21_ms() {
    let wavering = (0..12).map(|look| moment(1, 60.0 + 0.4 * (look % 2) as f32, -20.0));
    let looks: Vec<Telemetry> = wavering.collect();
    let struck = keys(&said(&looks));
    assert!(
        matches!(struck[..], [(8, Word::On { key: 60, .. })]),
        "{struck:?}"
    );
}

#[test]
fn another_note_lets_the_one_before_go_and_a_slur_is_struck_at_once() {
    let mut looks = repeated(moment(1, 60.0, -20.0), 20);
    // Struck again: it becomes louder.
    looks.extend(repeated(moment(2, 60.0, -14.0), 20));
    // The pitch had settled before it was another note.
    let slurred = moment(2, 64.0, -14.0);
    looks.extend(repeated(
        Telemetry {
            note_semitones: 60.0,
            ..slurred
        },
        4,
    ));
    looks.extend(repeated(
        Telemetry {
            notes: 3,
            ..slurred
        },
        20,
    ));
    let struck = keys(&said(&looks));
    let (soft, hard) = (velocity_of(-20.0), velocity_of(-14.0));
    assert_eq!(
        struck,
        [
            (
                3,
                Word::On {
                    key: 60,
                    velocity: soft
                }
            ),
            (20, Word::Off { key: 60 }),
            (
                28,
                Word::On {
                    key: 60,
                    velocity: hard
                }
            ),
            (44, Word::Off { key: 60 }),
            (
                44,
                Word::On {
                    key: 64,
                    velocity: hard
                }
            ),
        ]
    );
}

#[test]
fn vibrato_is_bent_to_within_four_cents_in_no_smaller_steps() {
    let semitones = |look: usize| 60.0 + 0.5 * (look as f32 * 0.11).sin();
    let looks = (0..400).map(|look| Telemetry {
        note_semitones: 60.0,
        ..moment(1, semitones(look), -20.0)
    });
    let looks: Vec<Telemetry> = looks.collect();
    let said = said(&looks);
    let bends = said.iter().filter_map(|(look, word)| match word {
        Word::Bend(raw) => Some((*look, (f32::from(*raw) - 8_192.0) / 4_096.0)),
        _ => None,
    });
    let bends: Vec<(usize, f32)> = bends.collect();
    assert!(bends.len() > 50, "{} bends", bends.len());
    for pair in bends.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        assert!((to.1 - from.1).abs() > 0.039, "{pair:?}");
        for look in from.0..to.0 {
            assert!(
                (semitones(look) - 60.0 - from.1).abs() < 0.041,
                "look {look}"
            );
        }
    }
    assert_eq!(keys(&said).len(), 1);
}

#[test]
fn the_level_is_said_below_the_notes_loudest_decibel_by_decibel() {
    let looks = (0..121).map(|look| moment(1, 60.0, -20.0 - 0.25 * look as f32));
    let looks: Vec<Telemetry> = looks.collect();
    let levels = said(&looks).into_iter().filter_map(|(_, word)| match word {
        Word::Level(value) => Some(value),
        _ => None,
    });
    let levels: Vec<u8> = levels.collect();
    assert_eq!(levels.len(), 30, "{levels:?}");
    assert!(levels.is_sorted_by(|a, b| a > b), "{levels:?}");
    // 30 dB below: 127 * 10^(-30 / 40), rounded, or up to a decibel above.
    assert!((22..=24).contains(levels.last().unwrap()), "{levels:?}");
}

#[test]
fn what_has_no_pitch_does_not_sound_or_follows_is_not_said() {
    let sounds = moment(1, 60.0, -20.0);
    let silent = [
        stroke(1, -20.0),
        Telemetry {
            gate_open: false,
            ..sounds
        },
        Telemetry {
            follows: true,
            ..sounds
        },
    ];
    for silent in silent {
        assert_eq!(said(&repeated(silent, 40)), []);
        let mut looks = repeated(sounds, 20);
        looks.extend(repeated(silent, 20));
        let last = said(&looks).last().copied();
        assert_eq!(last, Some((20, Word::Off { key: 60 })));
    }
}

#[test]
fn a_pitch_that_was_mistaken_is_put_right_and_a_glide_is_bent_as_far_as_that_goes() {
    let mut looks = repeated(moment(1, 72.0, -20.0), 12);
    looks.extend(repeated(moment(1, 60.0, -20.0), 40));
    let glide = (0..60).map(|look| moment(1, 60.0 + 0.05 * look as f32, -20.0));
    looks.extend(glide);
    let said = said(&looks);
    let struck: Vec<Word> = keys(&said).into_iter().map(|(_, word)| word).collect();
    let velocity = velocity_of(-20.0);
    assert_eq!(
        struck,
        [
            Word::On { key: 72, velocity },
            Word::Off { key: 72 },
            Word::On { key: 60, velocity },
            Word::Off { key: 60 },
            Word::On { key: 62, velocity },
        ]
    );
    let highest = said.iter().filter_map(|(_, word)| match word {
        Word::Bend(raw) => Some(*raw),
        _ => None,
    });
    assert!(highest.max().unwrap() > 16_000);
}

#[test]
fn what_sounds_is_let_go_when_it_is_no_longer_wanted_and_after_a_reset() {
    for forget in [false, true] {
        let mut out = MidiOut::default();
        out.prepare(44_100.0);
        let struck = block(&mut out, 4_000, || moment(1, 60.0, -20.0));
        assert!(matches!(
            struck.last().unwrap().word,
            Word::On { key: 60, .. }
        ));
        if forget {
            out.reset();
        }
        out.begin_block(forget);
        let word = Word::Off { key: 60 };
        assert_eq!(out.said(), [Said { at: 0, word }]);
        out.begin_block(forget);
        assert_eq!(out.said(), []);
        // The note is still played: it is struck again once that is wanted.
        let again = block(&mut out, 4_000, || moment(1, 60.0, -20.0));
        assert!(matches!(
            again.last().unwrap().word,
            Word::On { key: 60, .. }
        ));
    }
}

#[test]
fn louder_is_never_softer() {
    let velocities = (-900..=0).map(|tenths| velocity_of(tenths as f32 / 10.0));
    let velocities: Vec<u8> = velocities.collect();
    assert!(velocities.is_sorted());
    assert_eq!((velocities[0], velocities[900]), (1, 127));
    let (soft, hard) = (velocity_of(-59.0), velocity_of(-13.0));
    assert!(soft > 1 && hard < 127, "{soft}, {hard}");
}

#[test]
fn a_block_of_minutes_allocates_nothing_and_lets_every_note_go() {
    let mut out = MidiOut::default();
    out.prepare(48_000.0);
    let mut look = 0_u32;
    let mut next = || {
        look += 1;
        moment(
            look / 9,
            60.0 + (look % 5) as f32 * 0.1,
            -20.0 - (look % 7) as f32,
        )
    };
    let measured = allocation_counter::measure(|| {
        out.begin_block(true);
        let mut done = 0;
        while done < 48_000 * 120 {
            let end = done + out.part_samples();
            out.pass(end - done, end, || Heard::OneVoice(next()));
            done = end;
        }
    });
    assert_eq!(measured.count_total, 0, "the audio thread allocated");
    let mut all = out.said().to_vec();
    assert!(all.len() > 1_000, "{}", all.len());
    out.begin_block(false);
    all.extend_from_slice(out.said());
    assert_paired(all.iter().map(|said| said.word));
}

/// Every key that is struck is let go before the next, and nothing else is.
fn assert_paired(words: impl Iterator<Item = Word>) {
    let mut sounding = None;
    for word in words {
        match word {
            Word::On { key, velocity } => {
                assert_eq!(sounding.replace(key), None, "two keys at once");
                assert!(key <= 127 && (1..=127).contains(&velocity));
            }
            Word::Off { key } => assert_eq!(sounding.take(), Some(key)),
            Word::Bend(raw) => assert!(raw <= 16_383),
            Word::Level(value) => assert!(value <= 127),
        }
    }
    assert_eq!(sounding, None);
}

fn any_moment() -> impl Strategy<Value = Telemetry> {
    let note = (0..4_u32, -5.0..140.0_f32, -3.0..3.0_f32);
    (
        note,
        -100.0..6.0_f32,
        0.0..1.0_f32,
        prop::bool::weighted(0.9),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |((notes, middle, away), loudness_db, voicing, gate_open, follows)| Telemetry {
                voicing,
                gate_open,
                follows,
                note_semitones: middle,
                ..moment(notes, middle + away, loudness_db)
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever is heard for however long, keys are paired, values are within MIDI's ranges, and blocks make no difference.
    #[test]
    fn anything_is_said_well_at_any_block_length(
        heard in prop::collection::vec((any_moment(), 1..40_usize), 1..30),
        length in 1..1_000_usize,
    ) {
        let looks: Vec<Telemetry> = heard
            .iter()
            .flat_map(|(moment, looks)| repeated(*moment, *looks))
            .chain([stroke(9, -100.0)])
            .collect();
        let whole = said_in(&looks, usize::MAX / 2);
        prop_assert!(whole.is_sorted_by_key(|(at, _)| *at));
        assert_paired(whole.iter().map(|(_, word)| *word));
        prop_assert_eq!(said_in(&looks, length), whole);
    }
}
