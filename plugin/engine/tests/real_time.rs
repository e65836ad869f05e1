//! Nothing reachable from the audio thread's half allocates or frees, in any mode, whatever changes.

#![allow(clippy::unwrap_used)]

mod common;
mod tracker;

use std::sync::Arc;

use mynah_engine::{Channels, Control, Controls, Engine, EngineSpec, Mode, engine};

use common::{Models, noise};

#[test]
fn the_tracker_fires() {
    let (sum, counts) = tracker::count(|| std::hint::black_box(vec![1u8; 100]).len());
    assert_eq!(sum, 100);
    assert_eq!((counts.allocations, counts.releases), (1, 1));
    let kept = std::hint::black_box(vec![1u8; 100]);
    let ((), counts) = tracker::count(|| drop(kept));
    assert_eq!((counts.allocations, counts.releases), (0, 1));
    let mut grown = Vec::with_capacity(1);
    let ((), counts) =
        tracker::count(|| grown.extend_from_slice(std::hint::black_box(&[0u8; 999])));
    assert!(counts.allocations >= 1, "growing is allocating");
    let (_, counts) = tracker::count(|| std::hint::black_box(1 + 1));
    assert_eq!(counts, tracker::Counts::default());
}

/// Processes with changing block sizes and asserts that the heap is left alone.
fn process(engine: &mut Engine, what: &str, left: &mut [f32], right: &mut [f32]) {
    let ((), counts) = tracker::count(|| {
        let mut start = 0;
        for block in [1, 64, 127, 500, 4_096].into_iter().cycle() {
            let end = (start + block).min(left.len());
            engine.process(&mut [&mut left[start..end], &mut right[start..end]]);
            engine.process(&mut [&mut left[start..end]]);
            std::hint::black_box(engine.meters());
            start = end;
            if start == left.len() {
                break;
            }
        }
    });
    assert_eq!(counts, tracker::Counts::default(), "{what}");
}

/// To stereo and back, with other targets on the way, and with sides of which one sleeps.
fn play_in_stereo(engine: &mut Engine, models: &Models) {
    let sides = [noise(3, 20_000), noise(4, 20_000)];
    let mut held = Vec::new();
    for (turn, [left, right]) in [[0.1, 0.1], [0.1, 0.0], [0.0, 0.1], [0.0, 0.0], [0.1, 0.2]]
        .into_iter()
        .enumerate()
    {
        for channels in [Channels::Stereo, Channels::Mono, Channels::Stereo] {
            // Held here, too, as whoever plays live holds its targets: else it would be freed where it is let go of.
            held.push(models.target(20 + turn as u64));
            let target = held.last().cloned();
            let controls = Controls {
                channels,
                mode: [Mode::Track, Mode::Follow, Mode::Auto][turn % 3],
                ..Controls::default()
            };
            let mut left: Vec<f32> = sides[0].iter().map(|x| left * x).collect();
            let mut right: Vec<f32> = sides[1].iter().map(|x| right * x).collect();
            let ((), counts) = tracker::count(|| {
                engine.set_targets(target).unwrap();
                engine.set_controls(&controls);
                engine.process(&mut [&mut left, &mut right]);
                std::hint::black_box(engine.meters());
            });
            assert_eq!(counts, tracker::Counts::default(), "{channels:?}");
        }
    }
}

#[test]
fn processing_leaves_the_heap_alone() {
    let models = Models::new();
    for host_rate_hz in [44_100.0, 48_000.0, 44_100.5, 192_000.0] {
        let spec = EngineSpec::alone(host_rate_hz);
        let first = models.target(1);
        let (mut engine, mut monitor) =
            engine(spec, Arc::clone(&models.base), Some(Arc::clone(&first))).unwrap();
        // Watched by a display, which is quick enough at first and then too slow.
        let run = |engine: &mut Engine, what: &str, level: f32| {
            let mut left: Vec<f32> = noise(1, 20_000)
                .iter()
                .map(|sample| level * sample)
                .collect();
            let mut right = left.clone();
            process(
                engine,
                &format!("{what} at {host_rate_hz} Hz"),
                &mut left,
                &mut right,
            );
        };

        run(&mut engine, "track", 0.1);
        monitor.watch(true);
        run(&mut engine, "watched", 0.1);
        while monitor.next_report().is_some() {}
        let neutral = Controls::neutral();
        for controls in [
            Controls {
                mode: Mode::Follow,
                ..neutral
            },
            Controls {
                octave: -2,
                drive: 0.0,
                ..neutral
            },
            Controls {
                mix: 0.3,
                input_gain_db: 20.0,
                output_gain_db: -20.0,
                ..neutral
            },
            Controls {
                bypass: true,
                ..neutral
            },
            Controls {
                mix: f32::NAN,
                ..neutral
            },
        ] {
            let ((), counts) = tracker::count(|| engine.set_controls(&controls));
            assert_eq!(counts, tracker::Counts::default(), "set_controls");
            run(&mut engine, "changed controls", 0.1);
        }
        for control in Control::ALL {
            let info = control.info();
            for number in [info.min, info.max] {
                engine.set_controls(&neutral.with(*control, number));
                run(&mut engine, info.id, 0.1);
            }
        }
        engine.set_note(Some(60.0));
        run(&mut engine, "a held note", 0.1);
        engine.set_note(None);
        // Held here, too, as whoever plays live holds its targets.
        let targets = [2, 3, 4, 12, 13].map(|seed| models.target(seed));
        let [two, three, four, ..] = &targets;
        let four_corners = [Some(two), None, Some(three), Some(four)].map(Option::<&_>::cloned);
        engine.set_targets(four_corners).unwrap();
        engine.set_controls(
            &neutral
                .with(Control::MorphX, 0.5)
                .with(Control::MorphY, 0.5),
        );
        run(&mut engine, "four targets", 0.1);
        engine.set_controls(&neutral);
        for (first, second) in [(Some(0), Some(3)), (None, None), (Some(1), Some(4))] {
            let ((), counts) = tracker::count(|| {
                for target in [first, second] {
                    let target = target.map(|index: usize| Arc::clone(&targets[index]));
                    engine.set_targets(target).unwrap();
                }
            });
            assert_eq!(counts, tracker::Counts::default(), "set_targets");
            run(&mut engine, "swapped targets", 0.1);
        }
        play_in_stereo(&mut engine, &models);
        run(&mut engine, "non-finite input", f32::INFINITY);
        run(&mut engine, "falling asleep", 0.0);
        run(&mut engine, "sleep", 0.0);
        run(&mut engine, "waking up", 0.1);
        let ((), counts) = tracker::count(|| engine.reset());
        assert_eq!(counts, tracker::Counts::default(), "reset");
    }
}
