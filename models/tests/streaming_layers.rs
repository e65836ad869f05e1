//! Every streaming layer equals its candle twin, whatever its sizes and however the
//! time is cut.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use mynah_models::architecture::Architecture;
use mynah_models::architecture::SUB_BANDS;
use mynah_models::features::MEL_BINS;
use mynah_models::file::Tensors;
use mynah_models::instructions::Instructions;
use mynah_models::prior::ENVELOPE_POINTS;
use mynah_models::reference;
use mynah_models::streaming::conv::{CausalConv, ConvConfig, ConvState};
use mynah_models::streaming::encoder::{Encoder, EncoderState};
use mynah_models::streaming::generator::{Generator, GeneratorState};
use mynah_models::streaming::kernel::{Addend, Epilogue};
use mynah_models::streaming::ops::Ops;
use mynah_models::streaming::residual::{GatedBlock, ResidualBlock};
use mynah_models::streaming::translator::{TargetWeights, Translator, TranslatorState};
use mynah_models::testing::{Random, random_tensors};
use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES};
use proptest::prelude::*;

const TOLERANCE: f32 = 1e-5;

fn var_builder(tensors: &Tensors) -> VarBuilder<'static> {
    let map = tensors
        .sorted()
        .into_iter()
        .map(|(name, t)| {
            (
                name.to_owned(),
                Tensor::from_vec(t.values.clone(), t.shape.clone(), &Device::Cpu).unwrap(),
            )
        })
        .collect();
    VarBuilder::from_tensors(map, DType::F32, &Device::Cpu)
}

/// [rows, channels] -> [1, channels, rows].
fn channels_first(rows: &[f32], channels: usize) -> Tensor {
    Tensor::from_slice(rows, (rows.len() / channels, channels), &Device::Cpu)
        .unwrap()
        .t()
        .unwrap()
        .contiguous()
        .unwrap()
        .unsqueeze(0)
        .unwrap()
}

/// [1, channels, rows] -> [rows, channels], flat.
fn rows(tensor: &Tensor) -> Vec<f32> {
    tensor
        .squeeze(0)
        .unwrap()
        .t()
        .unwrap()
        .flatten_all()
        .unwrap()
        .to_vec1()
        .unwrap()
}

#[track_caller]
fn assert_close(got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(
            (got - want).abs() <= TOLERANCE * want.abs().max(1.0),
            "at {i}: {got} instead of {want}"
        );
    }
}

/// Cuts `total` rows into pieces of the lengths drawn, again and again.
fn pieces(total: usize, lengths: &[usize]) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for length in lengths.iter().cycle() {
        if start == total {
            break;
        }
        let end = (start + length).min(total);
        out.push(start..end);
        start = end;
    }
    out
}

fn conv_tensors(prefix: &str, c: ConvConfig, seed: u64) -> Tensors {
    random_tensors(
        &[
            (
                format!("{prefix}weight"),
                vec![c.outputs, c.inputs, c.kernel],
            ),
            (format!("{prefix}bias"), vec![c.outputs]),
        ],
        seed,
    )
}

fn block_tensors(channels: usize, conv_outputs: usize, seed: u64) -> Tensors {
    random_tensors(
        &[
            ("conv.weight".to_owned(), vec![conv_outputs, channels, 3]),
            ("conv.bias".to_owned(), vec![conv_outputs]),
            ("mix.weight".to_owned(), vec![channels, channels, 1]),
            ("mix.bias".to_owned(), vec![channels]),
        ],
        seed,
    )
}

const MAX_PIECE: usize = 19;

prop_compose! {
    fn cutting()(lengths in prop::collection::vec(1..=MAX_PIECE, 1..6)) -> Vec<usize> { lengths }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn convolution(
        inputs in 1..70_usize, outputs in 1..110_usize, kernel in 1..5_usize, dilation in 1..10_usize,
        slope in prop_oneof![Just(1.0_f32), Just(0.2)], addend in 0..3, lengths in cutting(),
        total in 1..60_usize, seed: u64,
    ) {
        let config = ConvConfig::new(inputs, outputs, kernel, dilation);
        let tensors = conv_tensors("", config, seed);
        let mut random = Random(seed);
        let x = random.vec(total * inputs, 1.0);
        let residual = random.vec(total * outputs, 1.0);

        let twin = reference::CausalConv1d::new(config, var_builder(&tensors)).unwrap();
        let mut want = twin.forward(&channels_first(&x, inputs)).unwrap();
        if addend > 0 {
            want = (want + channels_first(&residual, outputs)).unwrap();
        }
        if slope < 1.0 {
            want = reference::leaky(&want).unwrap();
        }

        let conv = CausalConv::new(config, &tensors.root()).unwrap();
        let mut state = ConvState::new(&conv, MAX_PIECE);
        let mut got = if addend == 2 { residual.clone() } else { vec![0.0; residual.len()] };
        for piece in pieces(total, &lengths) {
            let (first, last) = (piece.start * outputs, piece.end * outputs);
            state.block(piece.len()).copy_from_slice(&x[piece.start * inputs..piece.end * inputs]);
            let addend = match addend {
                0 => Addend::Nothing,
                1 => Addend::Rows(&residual[first..last]),
                _ => Addend::Output,
            };
            conv.step(&mut state, &mut got[first..last], Epilogue { addend, slope });
        }
        assert_close(&got, &rows(&want));
    }

    /// A row's bits do not depend on how many rows are computed with it.
    #[test]
    fn cutting_changes_no_bit(
        inputs in 1..70_usize, outputs in 1..110_usize, dilation in 1..10_usize,
        lengths in cutting(), seed: u64,
    ) {
        let config = ConvConfig::new(inputs, outputs, 3, dilation);
        let tensors = conv_tensors("", config, seed);
        let conv = CausalConv::new(config, &tensors.root()).unwrap();
        let x = Random(seed).vec(MAX_PIECE * inputs, 1.0);
        let run = |lengths: &[usize]| {
            let mut state = ConvState::new(&conv, MAX_PIECE);
            let mut out = vec![0.0; MAX_PIECE * outputs];
            for piece in pieces(MAX_PIECE, lengths) {
                state.block(piece.len()).copy_from_slice(&x[piece.start * inputs..piece.end * inputs]);
                conv.step(&mut state, &mut out[piece.start * outputs..piece.end * outputs], Epilogue::NONE);
            }
            out
        };
        prop_assert_eq!(run(&lengths), run(&[MAX_PIECE]));
    }

    #[test]
    fn activations(values in prop::collection::vec(-30.0_f32..30.0, 1..100)) {
        let ops = Ops::new(Instructions::fastest());
        let x = Tensor::from_slice(&values, values.len(), &Device::Cpu).unwrap();
        let mut got = vec![0.0; values.len()];
        ops.tanh(&values, &mut got);
        assert_close(&got, &x.tanh().unwrap().to_vec1::<f32>().unwrap());
        ops.sigmoid(&values, &mut got);
        assert_close(&got, &candle_nn::ops::sigmoid(&x).unwrap().to_vec1::<f32>().unwrap());
        ops.leaky(&values, 0.2, &mut got);
        assert_close(&got, &reference::leaky(&x).unwrap().to_vec1::<f32>().unwrap());
    }

    #[test]
    fn residual_block(
        channels in 1..70_usize, dilation in 1..10_usize, conditioned: bool,
        lengths in cutting(), total in 1..60_usize, seed: u64,
    ) {
        let tensors = block_tensors(channels, channels, seed);
        let mut random = Random(seed);
        let x = random.vec(total * channels, 1.0);
        let condition = random.vec(total * channels, 1.0);
        let twin = reference::ResidualBlock::new(channels, dilation, var_builder(&tensors)).unwrap();
        let first = channels_first(&condition, channels);
        let want = twin.forward(&channels_first(&x, channels), conditioned.then_some(&first)).unwrap();

        let block = ResidualBlock::new(channels, dilation, &tensors.root()).unwrap();
        let mut state = block.state(channels, MAX_PIECE);
        let mut got = x.clone();
        for piece in pieces(total, &lengths) {
            let range = piece.start * channels..piece.end * channels;
            let addend = if conditioned { Addend::Rows(&condition[range.clone()]) } else { Addend::Nothing };
            block.step(&mut state, piece.len(), &mut got[range], addend);
        }
        assert_close(&got, &rows(&want));
    }

    #[test]
    fn gated_block_with_film(
        channels in 1..70_usize, dilation in 1..10_usize, lengths in cutting(), total in 1..60_usize, seed: u64,
    ) {
        let tensors = block_tensors(channels, 2 * channels, seed);
        let mut random = Random(seed);
        let x = random.vec(total * channels, 1.0);
        let scale = random.vec(2 * channels, 0.5);
        let shift = random.vec(2 * channels, 0.5);
        let vector = |v: &[f32]| Tensor::from_slice(v, v.len(), &Device::Cpu).unwrap();
        let twin = reference::GatedBlock::new(channels, dilation, var_builder(&tensors)).unwrap();
        let want = twin.forward(&channels_first(&x, channels), &vector(&scale), &vector(&shift)).unwrap();

        let block = GatedBlock::new(channels, dilation, &tensors.root()).unwrap();
        let gain: Vec<f32> = scale.iter().map(|s| 1.0 + s).collect();
        let mut state = block.state(MAX_PIECE);
        let mut got = x.clone();
        for piece in pieces(total, &lengths) {
            let range = piece.start * channels..piece.end * channels;
            block.step(&mut state, piece.len(), &mut got[range], &gain, &shift);
        }
        assert_close(&got, &rows(&want));
    }
}

prop_compose! {
    fn architectures()(
        encoder_channels in 1..50_usize, encoder_dilations in prop::collection::vec(1..9_usize, 1..4),
        latent_channels in 1..20_usize, translator_channels in 1..50_usize,
        translator_dilations in prop::collection::vec(1..9_usize, 1..4), pitch_bumps in 2..20_usize,
        generator_channels in 1..50_usize, generator_dilations in prop::collection::vec(1..10_usize, 1..4),
    ) -> Architecture {
        Architecture {
            encoder_channels, encoder_dilations, latent_channels, translator_channels,
            translator_dilations, pitch_bumps, generator_channels, generator_dilations,
            ..Architecture::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn encoder(a in architectures(), lengths in cutting(), total in 1..60_usize, seed: u64) {
        let tensors = random_tensors(&a.base_tensors(), seed);
        let mut random = Random(seed);
        let mel = random.vec(total * MEL_BINS, 4.0);
        let loudness = random.vec(total, 4.0);
        let twin = reference::Encoder::new(&a, var_builder(&tensors).pp("encoder")).unwrap();
        let level = Tensor::from_slice(&loudness, total, &Device::Cpu).unwrap();
        let want = twin.forward(&channels_first(&mel, MEL_BINS), &level).unwrap();

        let encoder = Encoder::new(&a, &tensors.root().pp("encoder")).unwrap();
        let mut state = EncoderState::new(&encoder, MAX_PIECE);
        let mut z = vec![0.0; total * a.latent_channels];
        for p in pieces(total, &lengths) {
            let z = &mut z[p.start * a.latent_channels..p.end * a.latent_channels];
            encoder.step(&mut state, &mel[p.start * MEL_BINS..p.end * MEL_BINS], &loudness[p], z);
        }
        assert_close(&z, &rows(&want));
    }

    #[test]
    fn translator_and_target(a in architectures(), lengths in cutting(), total in 1..60_usize, seed: u64) {
        let tensors = random_tensors(&a.base_tensors(), seed);
        let own = random_tensors(&a.target_tensors(), seed ^ 1);
        let (inputs, channels) = (a.translator_inputs(), a.translator_channels);
        let x = Random(seed).vec(total * inputs, 1.0);
        let twin = reference::Translator::new(&a, var_builder(&tensors).pp("translator")).unwrap();
        let twin_target = reference::Target::new(&a, var_builder(&own)).unwrap();
        let want = twin.forward(&channels_first(&x, inputs), &twin_target).unwrap();
        let want_envelopes: Vec<f32> =
            twin_target.envelopes(&want).unwrap().flatten_all().unwrap().to_vec1().unwrap();

        let translator = Translator::new(&a, &tensors.root().pp("translator")).unwrap();
        let target = TargetWeights::new(&a, &own.root()).unwrap();
        let mut state = TranslatorState::new(&translator, MAX_PIECE);
        let mut hidden = vec![0.0; total * channels];
        for p in pieces(total, &lengths) {
            translator.input(&mut state, p.len()).copy_from_slice(&x[p.start * inputs..p.end * inputs]);
            translator.step(&target, &mut state, &mut hidden[p.start * channels..p.end * channels]);
        }
        assert_close(&hidden, &rows(&want));
        let mut envelopes = Vec::new();
        for row in hidden.chunks_exact(channels) {
            let (mut harmonic, mut noise) = ([0.0; ENVELOPE_POINTS], [0.0; ENVELOPE_POINTS]);
            target.envelopes(row, &mut harmonic, &mut noise);
            envelopes.extend(harmonic.into_iter().chain(noise));
        }
        assert_close(&envelopes, &want_envelopes);
    }

    #[test]
    fn reference_piece_by_piece(a in architectures(), lengths in cutting(), total in 1..60_usize, seed: u64) {
        let tensors = random_tensors(&a.base_tensors(), seed);
        let mut random = Random(seed);
        let bands = channels_first(&random.vec(total * 2 * SUB_BANDS, 1.0), 2 * SUB_BANDS);
        let mel = channels_first(&random.vec(total * MEL_BINS, 4.0), MEL_BINS);
        let level = Tensor::from_vec(random.vec(total, 4.0), total, &Device::Cpu).unwrap();
        let encoder = reference::Encoder::new(&a, var_builder(&tensors).pp("encoder")).unwrap();
        let generator = reference::Generator::new(&a, var_builder(&tensors).pp("generator")).unwrap();
        let hidden = channels_first(&random.vec(total * a.translator_channels, 1.0), a.translator_channels);
        let conditions = generator.conditions(&hidden).unwrap();

        let (mut encoder_past, mut generator_past) = (reference::Past::default(), reference::Past::default());
        let (mut z, mut gains) = (Vec::new(), Vec::new());
        for p in pieces(total, &lengths) {
            let piece = |x: &Tensor| x.narrow(2, p.start, p.len()).unwrap().contiguous().unwrap();
            let level = level.narrow(0, p.start, p.len()).unwrap();
            let part = encoder.step(&piece(&mel), &level, &mut encoder_past).unwrap();
            z.extend(rows(&part));
            let part = generator.gains(&piece(&bands), &piece(&conditions), &mut generator_past).unwrap();
            gains.extend(rows(&part));
        }
        assert_close(&z, &rows(&encoder.forward(&mel, &level).unwrap()));
        let whole = generator.gains(&bands, &conditions, &mut reference::Past::default()).unwrap();
        assert_close(&gains, &rows(&whole));
    }

    #[test]
    fn generator(a in architectures(), hops in 2..20_usize, seed: u64) {
        let tensors = random_tensors(&a.base_tensors(), seed);
        let mut random = Random(seed);
        let frames = hops * HOP_SAMPLES / FRAME_SAMPLES;
        let tonal = random.vec(hops * HOP_SAMPLES, 0.5);
        let noisy = random.vec(hops * HOP_SAMPLES, 0.1);
        let hidden = random.vec(frames * a.translator_channels, 1.0);
        let loudness: Vec<f32> = random.vec(frames, 1.0).iter().map(|l| l - 2.0).collect();
        let twin = reference::Generator::new(&a, var_builder(&tensors).pp("generator")).unwrap();
        let first = channels_first(&hidden, a.translator_channels);
        let added: Vec<f32> = twin.forward(&tonal, &noisy, &first, &loudness).unwrap().to_vec1().unwrap();
        let want: Vec<f32> = (0..tonal.len())
            .map(|n| added[n] + if n < SUB_BANDS { 0.0 } else { tonal[n - SUB_BANDS] + noisy[n - SUB_BANDS] })
            .collect();

        let generator = Generator::new(&a, &tensors.root().pp("generator")).unwrap();
        let mut state = GeneratorState::new(&generator);
        let mut got = Vec::new();
        for (i, (t, n)) in
            tonal.as_chunks::<HOP_SAMPLES>().0.iter().zip(noisy.as_chunks::<HOP_SAMPLES>().0).enumerate()
        {
            if i % 2 == 1 {
                let k = i / 2;
                let row = &hidden[k * a.translator_channels..(k + 1) * a.translator_channels];
                generator.begin_frame(&mut state, row, loudness[k]);
            }
            let mut out = [0.0; HOP_SAMPLES];
            generator.step(&mut state, 1.0, t, n, &mut out);
            got.extend(out);
        }
        assert_close(&got, &want);
    }
}
