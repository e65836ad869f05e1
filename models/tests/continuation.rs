//! Playing on: as PyTorch has it, as candle has it, and what is drawn of it.
#![allow(clippy::unwrap_used)]

#[path = "support/golden.rs"]
mod golden;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use golden::{floats, read};
use mynah_models::architecture::{
    ContinuationArchitecture, EVENT_INPUTS, EVENT_PARTS, INTERVAL_CLASSES, PART_CLASSES, PART_TOLD,
};
use mynah_models::continuation::{
    ContinuationNet, ContinuationState, Event, EventRow, LENGTH, Listener, NONE, PITCH, PlayOn,
    PlayedNote, Sampling, TIME, beat_s,
};
use mynah_models::file::{Tensors, write};
use mynah_models::reference;
use mynah_models::streaming::continuation::{ContinuationNetwork, ContinuationNetworkState};
use mynah_models::testing::{Random, metadata, random_base, random_continuation, random_tensors};
use mynah_models::{ModelFileError, ModelKind};
use proptest::prelude::*;
use safetensors::SafeTensors;

const TOLERANCE: f32 = 1e-5;
/// Between what both languages compute in single precision.
const GOLDEN_TOLERANCE: f32 = 1e-4;

fn var_builder(tensors: &Tensors) -> VarBuilder<'static> {
    let tensor = |(name, t): (&str, &mynah_models::file::Tensor)| {
        let values = Tensor::from_vec(t.values.clone(), t.shape.clone(), &Device::Cpu).unwrap();
        (name.to_owned(), values)
    };
    let map = tensors.sorted().into_iter().map(tensor).collect();
    VarBuilder::from_tensors(map, DType::F32, &Device::Cpu)
}

/// `[events, width]` as candle takes it.
fn columns(rows: &[f32], width: usize) -> Tensor {
    let shape = (rows.len() / width, width);
    let rows = Tensor::from_slice(rows, shape, &Device::Cpu).unwrap();
    let columns = rows.t().unwrap().unsqueeze(0).unwrap();
    columns.contiguous().unwrap()
}

#[track_caller]
fn assert_near(got: &[f32], want: &[f32], tolerance: f32) {
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(
            (got - want).abs() <= tolerance,
            "at {i}: {got} instead of {want}"
        );
    }
}

/// A tune of eight notes, round and round.
fn tune(rounds: usize) -> Vec<PlayedNote> {
    let steps = [
        (60, 1.0),
        (62, 0.5),
        (64, 0.5),
        (65, 1.0),
        (64, 1.0),
        (62, 0.5),
        (60, 0.5),
        (67, 2.0),
    ];
    let mut now_s = 0.0;
    let notes = steps.into_iter().cycle().take(8 * rounds);
    let played = notes.map(|(midi, beats)| {
        let note = PlayedNote {
            onset_s: now_s,
            length_s: 0.5 * beats,
            midi,
            level_db: -20.0,
        };
        now_s += 0.5 * beats;
        note
    });
    played.collect()
}

fn net(architecture: &ContinuationArchitecture, tensors: &Tensors) -> ContinuationNet {
    let mut about = metadata(ModelKind::Base, &Default::default(), None);
    about.insert("kind".to_owned(), "continuation".to_owned());
    let sizes = serde_json::json!(architecture).to_string();
    about.insert("architecture".to_owned(), sizes);
    ContinuationNet::from_bytes(&write(tensors, &about)).unwrap()
}

fn small() -> ContinuationArchitecture {
    ContinuationArchitecture {
        channels: 10,
        hidden: 7,
        dilations: vec![1, 3],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// An event a step, going on in a copied state wherever the row is cut.
    #[test]
    fn streaming_equals_candle(
        channels in 1..40_usize, hidden in 1..40_usize, events in 1..40_usize, cut in 0..40_usize,
        dilations in prop::collection::vec(1..12_usize, 1..5), seed: u64,
    ) {
        let architecture = ContinuationArchitecture { channels, hidden, dilations };
        let tensors = random_tensors(&architecture.tensors(), seed);
        let mut random = Random(seed);
        let rows = random.vec(events * EVENT_INPUTS, 1.0);
        let told: Vec<Vec<f32>> =
            PART_TOLD.iter().map(|told| random.vec(events * told, 1.0)).collect();
        let by_candle = reference::Continuation::new(&architecture, var_builder(&tensors)).unwrap();
        let trunk = by_candle.trunk(&columns(&rows, EVENT_INPUTS)).unwrap();

        let net = ContinuationNetwork::new(&architecture, &tensors.root()).unwrap();
        let (mut state, mut next) = (ContinuationNetworkState::new(&net), ContinuationNetworkState::new(&net));
        let mut got = vec![Vec::new(); EVENT_PARTS];
        for (k, row) in rows.as_chunks::<EVENT_INPUTS>().0.iter().enumerate() {
            if k == cut {
                next.copy_from(&state);
                std::mem::swap(&mut state, &mut next);
            }
            net.step(&mut state, row);
            for part in 0..EVENT_PARTS {
                let (width, mut logits) = (PART_TOLD[part], vec![0.0; PART_CLASSES[part]]);
                net.logits(&mut state, part, &told[part][k * width..(k + 1) * width], &mut logits);
                got[part].extend(logits);
            }
        }
        for part in 0..EVENT_PARTS {
            let told = (PART_TOLD[part] > 0).then(|| columns(&told[part], PART_TOLD[part]));
            let want = by_candle.logits(part, &trunk, told.as_ref()).unwrap();
            let want = want.squeeze(0).unwrap().t().unwrap().contiguous().unwrap();
            let want: Vec<f32> = want.flatten_all().unwrap().to_vec1().unwrap();
            // Random weights make values far above 1: what counts is the difference relative to the largest.
            let largest = want.iter().fold(1.0_f32, |peak, x| peak.max(x.abs()));
            assert_near(&got[part], &want, TOLERANCE * largest);
        }
    }

    /// Whatever was played, it goes on within what is allowed, in time, and the same seed goes on alike.
    #[test]
    fn what_is_played_on_is_allowed(
        steps in prop::collection::vec((0.05..3.0_f64, 0.02..4.0_f64, 0..128_u8, -60.0..0.0_f32), 1..40),
        notes in 1..0xfff_u16, low in 20..70_u8, temperature in 0.05..4.0_f32, seed: u64,
    ) {
        let mut now_s = 0.0;
        let played: Vec<PlayedNote> = steps.iter().map(|(time_s, length_s, midi, level_db)| {
            now_s += time_s;
            PlayedNote { onset_s: now_s, length_s: *length_s, midi: *midi, level_db: *level_db }
        }).collect();
        let net = ContinuationNet::from_bytes(&random_continuation(&small(), seed)).unwrap();
        let sampling = Sampling { temperature, notes, low, high: low + 30 };
        let go_on = |seed| {
            let mut play_on = PlayOn::after(&net, &played, seed).unwrap();
            (0..30).map(|_| play_on.next_note(&net, &sampling)).collect::<Vec<_>>()
        };
        let made = go_on(seed);
        prop_assert_eq!(&made, &go_on(seed));
        let softest = steps.iter().map(|s| s.3).fold(f32::INFINITY, f32::min);
        let loudest = steps.iter().map(|s| s.3).fold(f32::NEG_INFINITY, f32::max);
        let mut last_s = played[played.len() - 1].onset_s;
        // From far away it takes some notes to come into the range.
        for (k, note) in made.iter().enumerate() {
            prop_assert!(notes >> (note.midi % 12) & 1 == 1, "{note:?} is not of {notes:b}");
            if k >= 6 {
                prop_assert!((low..=low + 30).contains(&note.midi), "{note:?} is not from {low} on");
            }
            prop_assert!(note.onset_s > last_s && note.length_s > 0.0);
            prop_assert!((softest..=loudest).contains(&note.level_db));
            last_s = note.onset_s;
        }
    }
}

/// `tests/golden/make_continuation.py` made it.
#[test]
fn events_and_answers_are_those_of_pytorch() {
    let golden = read("continuation.safetensors");
    let golden = SafeTensors::deserialize(&golden).unwrap();
    let mut tensors = Tensors::default();
    for (name, shape) in small().tensors() {
        let values = floats(&golden, &name);
        tensors.insert(name, shape, values);
    }
    let net = net(&small(), &tensors);
    let notes: Vec<PlayedNote> = floats(&golden, "notes")
        .as_chunks::<4>()
        .0
        .iter()
        .map(|[onset_s, length_s, midi, level_db]| PlayedNote {
            onset_s: f64::from(*onset_s),
            length_s: f64::from(*length_s),
            midi: *midi as u8,
            level_db: *level_db,
        })
        .collect();
    let times: Vec<f64> = notes
        .windows(2)
        .map(|pair| pair[1].onset_s - pair[0].onset_s)
        .collect();
    let beat = beat_s(&times);
    assert!(
        (beat as f32 - floats(&golden, "beat_s")[0]).abs() < 1e-6,
        "{beat}"
    );

    let (mut listener, mut row) = (Listener::new(beat), EventRow::default());
    let events: Vec<Event> = notes.iter().map(|note| listener.hear(*note)).collect();
    let class = |class: &f32| if *class < 0.0 { NONE } else { *class as u8 };
    let want: Vec<u8> = floats(&golden, "classes").iter().map(class).collect();
    let got: Vec<u8> = events.iter().flat_map(|event| event.0).collect();
    assert_eq!(got, want);

    let (inputs, mut state) = (floats(&golden, "inputs"), ContinuationState::new(&net));
    let mut said = vec![Vec::new(); EVENT_PARTS];
    let pairs = events.iter().zip(&notes).enumerate();
    for ((k, (event, note)), want) in pairs.zip(inputs.as_chunks::<EVENT_INPUTS>().0) {
        let mut got = [0.0; EVENT_INPUTS];
        row.step(*event, i32::from(note.midi), &mut got);
        assert_near(&got, want, TOLERANCE);
        for (part, said) in said.iter_mut().enumerate().filter(|_| k > 0) {
            let mut settled = Event::UNKNOWN;
            settled.0[..part].copy_from_slice(&event.0[..part]);
            let mut p = [0.0; INTERVAL_CLASSES];
            net.probabilities(&mut state, part, settled, &mut p);
            said.extend_from_slice(&p[..PART_CLASSES[part]]);
        }
        net.hear(&mut state, *event, note.midi);
    }
    for (said, name) in said.iter().zip(["time", "pitch", "length", "level"]) {
        let want = floats(&golden, &format!("said.{name}"));
        assert_near(said, &want, GOLDEN_TOLERANCE);
        assert!(want.iter().any(|p| *p > 0.5), "{name} is copied at times");
    }
}

/// A network that knows nothing and copies goes on with the tune that it has heard three times.
#[test]
fn what_comes_back_comes_back_again() {
    let architecture = small();
    let mut tensors = random_tensors(&architecture.tensors(), 3);
    let rising: Vec<f32> = (0..EVENT_PARTS * 14)
        .map(|k| 2.0 * (k % 14) as f32)
        .collect();
    tensors.insert("copy.weights".to_owned(), vec![EVENT_PARTS, 14], rising);
    let open = vec![9.0; EVENT_PARTS * 14];
    tensors.insert("copy.gates".to_owned(), vec![EVENT_PARTS, 14], open);
    let net = net(&architecture, &tensors);
    let played = tune(3);
    let cold = Sampling {
        temperature: 0.2,
        ..Sampling::default()
    };
    let mut play_on = PlayOn::after(&net, &played, 1).unwrap();
    assert!(
        (play_on.beat_s() - 0.5).abs() < 0.01,
        "{}",
        play_on.beat_s()
    );
    let expected = tune(5);
    for want in &expected[played.len()..] {
        let got = play_on.next_note(&net, &cold);
        assert_eq!(got.midi, want.midi);
        assert!((got.onset_s - want.onset_s).abs() < 0.05);
        assert!((got.length_s - want.length_s).abs() < 0.01);
    }
    assert!(PlayOn::after(&net, &[], 1).is_none());
}

#[test]
fn a_state_is_a_value() {
    let net = ContinuationNet::from_bytes(&random_continuation(&small(), 4)).unwrap();
    let said = |state: &mut ContinuationState, events: &[Event]| {
        let mut all = Vec::new();
        for event in events {
            net.hear(state, *event, 60);
            let mut p = [0.0; INTERVAL_CLASSES];
            net.probabilities(state, PITCH, *event, &mut p);
            all.extend(p);
        }
        all
    };
    let mut listener = Listener::new(0.5);
    let events: Vec<Event> = tune(4)
        .into_iter()
        .map(|note| listener.hear(note))
        .collect();
    assert!(events[0].0[TIME] == NONE && events[0].0[LENGTH] != NONE);
    let mut state = ContinuationState::new(&net);
    let whole = said(&mut state, &events);
    state.reset();
    let mut parts = said(&mut state, &events[..11]);
    let mut next = ContinuationState::new(&net);
    next.copy_from(&state);
    parts.extend(said(&mut next, &events[11..]));
    assert_eq!(parts, whole);
    let sums = whole.as_chunks::<INTERVAL_CLASSES>().0.iter();
    assert!(
        sums.map(|p| p.iter().sum::<f32>())
            .all(|sum| (sum - 1.0).abs() < 1e-4)
    );
}

#[test]
fn files_of_other_kinds_and_sizes_are_refused() {
    let refused = |bytes: &[u8]| ContinuationNet::from_bytes(bytes).err().unwrap();
    assert_eq!(
        refused(&random_base(1)),
        ModelFileError::WrongKind {
            found: ModelKind::Base,
            expected: ModelKind::Continuation
        }
    );
    for (hidden, dilations, field) in [(0, vec![1], "hidden"), (4, vec![], "dilations")] {
        let architecture = ContinuationArchitecture {
            channels: 2,
            hidden,
            dilations,
        };
        let error = refused(&random_continuation(&architecture, 3));
        let is_it =
            matches!(error, ModelFileError::ArchitectureOutOfRange { field: f, .. } if f == field);
        assert!(is_it, "{error}");
    }
    let mut bytes = random_continuation(&small(), 3);
    bytes.truncate(bytes.len() - 4);
    refused(&bytes);
}
