//! The output does not depend on the host's blocks, to the bit.

use proptest::prelude::*;

use super::*;
use crate::controls::Channels;

/// Something that happens at a moment of the stream.
#[derive(Clone, Debug)]
enum Event {
    Controls {
        mix: f32,
        gain_db: f32,
        bypass: bool,
        follow: bool,
        /// Amount and size.
        room: (f32, f32),
        channels: Channels,
    },
    Target(Option<f32>),
    Note(Option<f32>),
    Reset,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0.0f32..=1.0, -24.0f32..24.0, any::<bool>(), any::<bool>(), room(), channels()).prop_map(
            |(mix, gain_db, bypass, follow, room, channels)| {
                Event::Controls { mix, gain_db, bypass, follow, room, channels }
            }
        ),
        4 => proptest::option::of(0.0f32..2.0).prop_map(Event::Target),
        4 => proptest::option::of(0.0f32..127.0).prop_map(Event::Note),
        1 => Just(Event::Reset),
    ]
}

fn room() -> impl Strategy<Value = (f32, f32)> {
    (prop_oneof![Just(0.0), 0.0f32..=1.0], 0.0f32..=1.0)
}

pub(super) fn channels() -> impl Strategy<Value = Channels> {
    prop_oneof![Just(Channels::Mono), Just(Channels::Stereo)]
}

fn rate_hz() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(44_100.0),
        Just(48_000.0),
        Just(96_000.0),
        8_000.0..192_000.0
    ]
}

/// Runs the stream in blocks of these lengths (again and again), and at each event's place between two.
fn run(
    rate_hz: f64,
    input: &[Vec<f32>; 2],
    events: &[(usize, Event)],
    blocks: &[usize],
) -> [Vec<f32>; 2] {
    let mut pipeline = pipeline(rate_hz, Some(gain(0.5)), Controls::neutral());
    let [mut left, mut right] = input.clone();
    let mut events = events.iter().peekable();
    let mut blocks = blocks.iter().cycle();
    let mut start = 0;
    while start < left.len() {
        while let Some((_, event)) = events.next_if(|(at, _)| *at <= start) {
            match *event {
                Event::Controls {
                    mix,
                    gain_db,
                    bypass,
                    follow,
                    room: (room, room_size),
                    channels,
                } => {
                    let mode = if follow { Mode::Follow } else { Mode::Track };
                    let (input_gain_db, output_gain_db) = (gain_db, -gain_db);
                    let neutral = Controls::neutral();
                    let controls = Controls {
                        mix,
                        input_gain_db,
                        output_gain_db,
                        bypass,
                        mode,
                        room,
                        room_size,
                        channels,
                        ..neutral
                    };
                    pipeline.set_controls(&controls);
                }
                Event::Target(track) => {
                    let patch = track.map(|track| {
                        Arc::new(Gains {
                            track,
                            follow: 0.9 * track,
                        })
                    });
                    pipeline.set_patch(patch);
                }
                Event::Note(semitones) => pipeline.set_note(semitones),
                Event::Reset => pipeline.reset(),
            }
        }
        let next_event = events.peek().map_or(left.len(), |(at, _)| *at);
        let end = (start + blocks.next().unwrap())
            .min(left.len())
            .min(next_event);
        pipeline.process(&mut [&mut left[start..end], &mut right[start..end]]);
        start = end;
    }
    [left, right]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_division_into_blocks_gives_the_same_bits(
        rate_hz in rate_hz(),
        mut events in proptest::collection::vec((0usize..30_000, event()), 0..12),
        blocks in proptest::collection::vec(prop_oneof![1usize..40, 1usize..16_384], 1..20),
        seed in 1u32..1_000,
    ) {
        events.sort_by_key(|(at, _)| *at);
        let input = [noise(seed, 30_000), noise(seed + 1, 30_000)];
        let whole = run(rate_hz, &input, &events, &[16_384]);
        let cut = run(rate_hz, &input, &events, &blocks);
        for side in 0..2 {
            prop_assert!(whole[side] == cut[side]);
        }
    }
}

#[test]
fn reset_is_like_new() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        let input = noise(7, 9_000);
        let mut fresh = pipeline(rate_hz, Some(gain(0.5)), Controls::neutral());
        let mut used = pipeline(rate_hz, Some(gain(0.5)), Controls::neutral());
        process(&mut used, &noise(8, 7_777));
        used.reset();
        assert_same_bits(&process(&mut used, &input), &process(&mut fresh, &input));
    }
}
