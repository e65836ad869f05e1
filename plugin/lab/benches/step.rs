//! Time of a hop: the whole chain, then stage by stage. A hop is 2,667 us of sound, a frame 5,333.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use mynah_models::architecture::VoicesArchitecture;
use mynah_models::features::{PITCH_WINDOW_SAMPLES, Pitch, PitchState};
use mynah_models::streaming::conv::{CausalConv, ConvConfig, ConvState};
use mynah_models::streaming::kernel::Epilogue;
use mynah_models::testing::{Random, random_base, random_target, random_tensors, random_voices};
use mynah_models::voices::{Decoder, VoicesNet, VoicesState};
use mynah_models::{Base, ChainState, HOP_SAMPLES, HopControls, Mode, Target, alone};

/// A sawtooth at 220 Hz, hop after hop.
struct Saw(f32);

impl Saw {
    fn hop(&mut self) -> [f32; HOP_SAMPLES] {
        std::array::from_fn(|_| {
            self.0 = (self.0 + 220.0 / 48_000.0).fract();
            0.4 * (self.0 - 0.5)
        })
    }
}

/// One iteration is a frame: two hops, of which one computes the features and networks
/// of the frame.
fn chain(criterion: &mut Criterion) {
    let base = Base::from_bytes(&random_base(1)).unwrap();
    let target = Target::from_bytes(&random_target(2, &base), &base).unwrap();
    let mut group = criterion.benchmark_group("chain, two hops (5,333 us of sound)");
    for (name, mode, drive) in [
        ("track", Mode::Track, 1.0),
        ("follow", Mode::Follow, 1.0),
        ("track, prior only", Mode::Track, 0.0),
        ("follow, prior only", Mode::Follow, 0.0),
    ] {
        let controls = HopControls {
            mode,
            generator_drive: drive,
            ..HopControls::default()
        };
        let mut state = ChainState::new(&base);
        let mut saw = Saw(0.0);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut out = [0.0; HOP_SAMPLES];
                for _ in 0..2 {
                    base.step(&alone(&target), &mut state, &controls, &saw.hop(), &mut out);
                }
                black_box(out)
            });
        });
    }
}

/// One frame of hearing several voices: four hops, of which one computes spectra and network.
fn voices(criterion: &mut Criterion) {
    let file = random_voices(&VoicesArchitecture::default(), 3);
    let net = VoicesNet::from_bytes(&file).unwrap();
    let (mut state, mut decoder) = (VoicesState::new(&net), Decoder::default());
    let mut saw = Saw(0.0);
    criterion.bench_function("voices, four hops (10,667 us of sound)", |bencher| {
        bencher.iter(|| {
            for _ in 0..4 {
                if let Some(frame) = net.step(&mut state, &saw.hop()) {
                    black_box(decoder.step(frame));
                }
            }
        });
    });
}

/// One frame of the pitch tracker, where its shorter windows are clear and where all must be asked.
fn pitch(criterion: &mut Criterion) {
    let tracker = Pitch::new();
    let mut group = criterion.benchmark_group("pitch, one frame");
    let mut saw = Saw(0.0);
    let clear: Vec<f32> = (0..PITCH_WINDOW_SAMPLES / HOP_SAMPLES)
        .flat_map(|_| saw.hop())
        .collect();
    for (name, newest) in [
        ("clear (saw)", clear),
        ("unclear (noise)", Random(5).vec(PITCH_WINDOW_SAMPLES, 0.3)),
        ("silence", vec![0.0; PITCH_WINDOW_SAMPLES]),
    ] {
        let mut state = PitchState::new(&tracker);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(tracker.step(&mut state, black_box(&newest))));
        });
    }
}

/// The kernel at the networks' sizes; divide 2 x MAC by the time for FLOP/s.
fn kernel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("causal convolution");
    for (rows, inputs, outputs, taps) in [
        (8, 48, 48, 3),
        (8, 48, 48, 1),
        (8, 32, 48, 3),
        (1, 96, 192, 3),
        (1, 96, 96, 1),
        (1, 64, 64, 3),
    ] {
        let config = ConvConfig::new(inputs, outputs, taps, 1);
        let shapes = [
            ("weight".to_owned(), vec![outputs, inputs, taps]),
            ("bias".to_owned(), vec![outputs]),
        ];
        let conv = CausalConv::new(config, &random_tensors(&shapes, 3).root()).unwrap();
        let mut state = ConvState::new(&conv, rows);
        let input = Random(4).vec(rows * inputs, 1.0);
        let mut out = vec![0.0; rows * outputs];
        let kmac = rows * conv.macs_per_row() / 1000;
        group.bench_function(
            format!("{rows} rows, {inputs} x {taps} -> {outputs}, {kmac} kMAC"),
            |bencher| {
                bencher.iter(|| {
                    state.block(rows).copy_from_slice(&input);
                    conv.step(&mut state, &mut out, Epilogue::NONE);
                    black_box(out[0])
                });
            },
        );
    }
}

criterion_group!(benches, chain, voices, pitch, kernel);
criterion_main!(benches);
