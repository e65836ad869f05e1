//! Bounded whatever comes in and however the controls move; silence in the end.

use proptest::prelude::*;

use super::measure::energy;
use super::*;
use crate::tests::noise;

/// The loudest of what a room gives.
fn peak(sides: [f32; 2]) -> f32 {
    sides[0].abs().max(sides[1].abs())
}

#[derive(Clone, Debug)]
enum Input {
    Noise,
    Sine(f32),
    Step,
    Impulses(usize),
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(Input::Noise),
        (0.0001f32..0.5).prop_map(Input::Sine),
        Just(Input::Step),
        (1..3_000_usize).prop_map(Input::Impulses),
    ]
}

impl Input {
    fn samples(&self, samples: usize) -> Vec<f32> {
        let of = |n: usize| match self {
            Input::Noise => 0.0,
            Input::Sine(turns) => (TAU * (turns * n as f32).fract()).sin(),
            Input::Step => 1.0,
            Input::Impulses(every) => f32::from(u8::from(n.is_multiple_of(*every))),
        };
        match self {
            Input::Noise => noise(9, samples),
            _ => (0..samples).map(of).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn bounded_under_any_input_and_automation(
        rate_hz in prop_oneof![Just(48_000.0), Just(44_100.0), 8_000.0..192_000.0],
        input in input(),
        moves in prop::collection::vec((0.0f32..=1.0, 0.0f32..=1.0, 1..6_000_usize), 1..12),
    ) {
        let mut room = room(rate_hz, 1.0, moves[0].1);
        let sound = input.samples(60_000);
        let mut moves = moves.iter().cycle();
        let mut left = 0;
        for sample in &sound {
            if left == 0 {
                let (amount, size, samples) = moves.next().unwrap();
                room.set(*amount, *size, false);
                left = *samples;
            }
            left -= 1;
            let answer = room.step([*sample; 2], 1.0);
            // A resonance that is hit exactly: the sum of a decay of 1.8 s is far above the impulse's energy of 1.
            prop_assert!(peak(answer) < 40.0, "{answer:?}");
        }
        room.set(1.0, 1.0, false);
        let mut tail = Vec::new();
        while !room.silent {
            tail.push(peak(room.step([0.0; 2], 1.0)));
            prop_assert!((tail.len() as f64) < 8.0 * rate_hz, "it rings on");
        }
        // What was left has only become less.
        let third = tail.len() / 3;
        prop_assert!(energy(&tail[2 * third..]) <= energy(&tail[..third]) * 0.1 + 1e-9);
    }
}

/// The fastest turns from end to end for half a minute, into a lossless room if there were one.
#[test]
fn size_at_full_speed_adds_nothing() {
    for every_ms in [1.0, 13.0, 50.0, 51.0, 100.0, 107.0] {
        let mut room = room(8_000.0, 1.0, 1.0);
        let sound = noise(3, 240_000);
        let mut loudest = 0.0f32;
        for (n, sample) in sound.iter().enumerate() {
            let up = (n as f64 / (every_ms * 8.0)) as usize % 2;
            room.set(1.0, up as f32, false);
            loudest = loudest.max(peak(room.step([*sample; 2], 1.0)));
        }
        assert!(loudest < 6.0, "{every_ms} ms: {loudest}");
    }
}

#[test]
fn a_tail_rings_out_below_what_is_heard_and_then_is_forgotten() {
    for (rate_hz, size) in [
        (8_000.0, 0.0),
        (44_100.0, 0.5),
        (48_000.0, 1.0),
        (192_000.0, 0.3),
    ] {
        let mut room = room(rate_hz, 1.0, size);
        for sample in noise(2, (0.5 * rate_hz) as usize) {
            room.step([sample; 2], 1.0);
        }
        let mut tail = Vec::new();
        while !room.rests() {
            tail.push(peak(room.step([0.0; 2], 1.0)));
        }
        assert!(tail.iter().all(|x| !x.is_subnormal()));
        let last = &tail[tail.len() - 64..];
        assert!(last.iter().all(|x| *x < 1.6e-5), "{last:?}");
        // The last that is louder than -96 dB comes within the tail that hosts are told of.
        let heard = tail.iter().rposition(|x| *x > 1.6e-5).unwrap();
        assert!((heard as f64) < tail_s(size) * rate_hz, "{heard}");
        assert_eq!(room.step([0.0; 2], 1.0), [0.0; 2]);
    }
}

#[test]
fn tiny_sounds_leave_nothing_behind() {
    let mut room = room(48_000.0, 0.5, 0.5);
    for n in 0..48_000 {
        let tiny = f32::MIN_POSITIVE * (1.0 + (n % 7) as f32);
        let answer = room.step([if n % 2 == 0 { tiny } else { 1e-17 }; 2], 1.0);
        assert!(peak(answer) < 1e-15);
    }
    assert!(room.rests());
}

/// Without a room the sound is the same to the bit, and nothing is kept.
#[test]
fn no_room_is_no_change() {
    let mut room = room(48_000.0, 0.0, 0.7);
    for sample in noise(4, 5_000) {
        assert_eq!(room.step([sample; 2], 1.0), [sample; 2]);
        assert!(room.rests());
    }
    room.set(0.5, 0.7, false);
    let heard: Vec<[f32; 2]> = noise(4, 5_000)
        .iter()
        .map(|x| room.step([*x; 2], 1.0))
        .collect();
    assert!(heard[3_000..].iter().any(|[left, right]| left != right));
    room.set(0.0, 0.7, false);
    for sample in noise(6, 960) {
        room.step([sample; 2], 1.0);
    }
    for sample in noise(6, 960) {
        assert_eq!(room.step([sample; 2], 1.0), [sample; 2]);
    }
    assert!(room.rests());
}

/// Where there is no target the dry sound passes, and a tail of before is not heard.
#[test]
fn nothing_of_the_room_is_heard_without_presence() {
    let mut room = room(48_000.0, 0.5, 0.5);
    for sample in noise(8, 10_000) {
        room.step([sample; 2], 1.0);
    }
    assert!(peak(room.step([0.0; 2], 1.0)) > 0.01);
    assert_eq!(room.step([0.0; 2], 0.0), [0.0; 2]);
}
