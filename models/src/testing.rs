//! Valid model files with random weights, for tests and benchmarks without shipped
//! models. The same seed gives the same bytes.

use std::collections::BTreeMap;
use std::f32::consts::PI;

use crate::architecture::{
    Architecture, ContinuationArchitecture, SUB_BANDS, Shape, VoicesArchitecture,
};
use crate::chain::Base;
use crate::chance::split_mix_64;
use crate::features::VOICE_FRAME_SAMPLES;
use crate::file::{
    FORMAT_VERSION, MemoryInfo, ModelFileError, ModelHash, ModelKind, Tensors, write, write_with,
};
use crate::instructions::Instructions;
use crate::memory::{ROW_VALUES, Recorded};
use crate::networks::Networks;
use crate::new_target::put;
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};
use crate::whole_file::read_model;

/// A base of the default architecture.
pub fn random_base(seed: u64) -> Vec<u8> {
    random_base_with(&Architecture::default(), seed)
}

/// A base of any architecture.
pub fn random_base_with(architecture: &Architecture, seed: u64) -> Vec<u8> {
    let mut tensors = random_tensors(&architecture.base_tensors(), seed);
    for name in ["generator.analysis", "generator.synthesis"] {
        tensors.insert(name.to_owned(), vec![SUB_BANDS, 2 * SUB_BANDS], mdct());
    }
    write(&tensors, &metadata(ModelKind::Base, architecture, None))
}

/// A base file, compiled as on a processor whose fastest instructions err: there the encoder has another bias.
///
/// # Errors
/// Those of [`Base::from_bytes`].
pub fn base_on_a_broken_processor(bytes: &[u8]) -> Result<Base, ModelFileError> {
    let expected = Architecture::base_tensors;
    let (info, tensors, _) = read_model(bytes, ModelKind::Base, expected, |_| Ok(()))?;
    Base::compile(info, &tensors, |params, architecture| {
        let fastest = format!("{:?}", Instructions::fastest());
        if format!("{:?}", params.instructions()) != fastest {
            return Networks::new(architecture, params);
        }
        let mut wrong = tensors.clone();
        let (name, channels) = ("encoder.output.bias", architecture.latent_channels);
        wrong.insert(name.to_owned(), vec![channels], vec![0.7; channels]);
        Networks::new(architecture, &wrong.root().with(params.instructions()))
    })
}

/// The file of a voices network of any architecture.
pub fn random_voices(architecture: &VoicesArchitecture, seed: u64) -> Vec<u8> {
    let tensors = random_tensors(&architecture.tensors(), seed);
    let mut metadata = metadata(ModelKind::Base, &Architecture::default(), None);
    for (key, value) in [
        ("kind", "voices".to_owned()),
        ("frame_samples", VOICE_FRAME_SAMPLES.to_string()),
        ("architecture", serde_json::json!(architecture).to_string()),
    ] {
        metadata.insert(key.to_owned(), value);
    }
    write(&tensors, &metadata)
}

/// The file of a continuation network of any architecture.
pub fn random_continuation(architecture: &ContinuationArchitecture, seed: u64) -> Vec<u8> {
    let tensors = random_tensors(&architecture.tensors(), seed);
    let mut metadata = metadata(ModelKind::Base, &Architecture::default(), None);
    for (key, value) in [
        ("kind", "continuation".to_owned()),
        ("name", "random-continuation".to_owned()),
        ("architecture", serde_json::json!(architecture).to_string()),
    ] {
        metadata.insert(key.to_owned(), value);
    }
    write(&tensors, &metadata)
}

/// A target for `base`.
pub fn random_target(seed: u64, base: &Base) -> Vec<u8> {
    let (tensors, metadata) = target_parts(seed, base);
    write(&tensors, &metadata)
}

/// A target for `base` with made-up recordings: see [`random_recordings`].
pub fn random_target_with_memory(seed: u64, base: &Base, struck: bool) -> Vec<u8> {
    let (mut tensors, mut metadata) = target_parts(seed, base);
    let (info, recorded) = random_recordings(seed, struck);
    metadata.insert("memory".to_owned(), serde_json::json!(info).to_string());
    let mut bytes = BTreeMap::new();
    put(&info, recorded, &mut tensors, &mut bytes);
    write_with(&tensors, &bytes, &metadata)
}

/// Eight notes from 110 Hz up, a fourth apart, each of 40 rows (0.43 s): a quick attack, then a fall by 0.5 dB a row if
/// they are `struck`; falling spectra that differ from note to note, some vibrato, one texture.
pub fn random_recordings(seed: u64, struck: bool) -> (MemoryInfo, Recorded) {
    const NOTES: usize = 8;
    const ROWS: usize = 40;
    const COMPONENTS: usize = 3;
    const SAMPLES: usize = 20_000;
    let mut random = Random(seed);
    let info = MemoryInfo {
        components: COMPONENTS,
        rows: NOTES * ROWS,
        notes: NOTES,
        textures: 1,
        texture_samples: SAMPLES,
        struck,
        semitones_only: struck,
        stretched: struck,
    };
    let note = |n: usize| {
        let semitones = 45.0 + 5.0 * n as f32;
        [
            (n * ROWS) as f32,
            ROWS as f32,
            semitones,
            -20.0,
            12.0,
            32.0,
            0.0,
            0.0,
        ]
    };
    let level = |row: usize| match row % ROWS {
        0 => 80,
        1 => 20,
        row if struck => row as u8,
        _ => 4,
    };
    let spectrum = |value: usize| -0.5 - 0.05 * (value % 60) as f32;
    let recorded = Recorded {
        notes: (0..NOTES).flat_map(note).collect(),
        codes: (0..NOTES * ROWS * COMPONENTS)
            .map(|_| (127.0 * random.next()) as i8)
            .collect(),
        mean: (0..ROW_VALUES).map(spectrum).collect(),
        basis: random.vec(COMPONENTS * ROW_VALUES, 0.003),
        level_half_db: (0..NOTES * ROWS).map(level).collect(),
        deviation_cents: (0..NOTES * ROWS).map(|row| (row % 10) as i8).collect(),
        stretches: if struck {
            vec![0.0005; NOTES]
        } else {
            Vec::new()
        },
        textures: vec![0.0, SAMPLES as f32],
        samples: (0..SAMPLES).map(|_| (55.0 * random.next()) as i8).collect(),
    };
    (info, recorded)
}

fn target_parts(seed: u64, base: &Base) -> (Tensors, BTreeMap<String, String>) {
    let architecture = &base.info().architecture;
    let mut tensors = random_tensors(&architecture.target_tensors(), seed);
    // A falling spectrum, about as loud as the input, the noise part below the harmonic.
    let outputs = architecture
        .target_tensors()
        .iter()
        .find(|(n, _)| n == "head.bias")
        .map_or(0, |(_, s)| s[0]);
    let half = outputs / 2;
    let bias = (0..outputs)
        .map(|i| -1.0 - 6.0 * (i % half) as f32 / half as f32 - if i < half { 0.0 } else { 4.0 })
        .collect();
    tensors.insert("head.bias".to_owned(), vec![outputs], bias);
    let metadata = metadata(ModelKind::Target, architecture, Some(base.info().hash));
    (tensors, metadata)
}

/// The metadata of a valid file.
pub fn metadata(
    kind: ModelKind,
    architecture: &Architecture,
    base_hash: Option<ModelHash>,
) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = [
        ("mynah_format_version", FORMAT_VERSION.to_string()),
        ("kind", kind.to_string()),
        ("name", format!("random-{kind}")),
        ("display_name", format!("Random {kind}")),
        ("sample_rate_hz", SAMPLE_RATE_HZ.to_string()),
        ("hop_samples", HOP_SAMPLES.to_string()),
        ("frame_samples", FRAME_SAMPLES.to_string()),
        ("architecture", serde_json::json!(architecture).to_string()),
        ("pitch_range_hz", "[55.0, 2200.0]".to_owned()),
        ("credits", r#"["Nobody: random numbers"]"#.to_owned()),
        ("licence", "MIT OR Apache-2.0".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    if let Some(hash) = base_hash {
        out.insert("base_hash".to_owned(), hash.to_string());
    }
    out
}

/// Uniform weights of about unit gain: magnitude sqrt(3 / inputs); FiLM vectors and
/// biases up to 0.1, and a head that keeps envelopes near its bias.
pub fn random_tensors(shapes: &[Shape], seed: u64) -> Tensors {
    let mut random = Random(seed);
    let mut tensors = Tensors::default();
    for (name, shape) in shapes {
        let count: usize = shape.iter().product();
        let fan_in: usize = shape[1..].iter().product();
        let small = name.starts_with("film.") || shape.len() == 1;
        let gain = if name == "head.weight" { 0.2 } else { 1.0 };
        let magnitude = if small {
            0.1
        } else {
            gain * (3.0 / fan_in as f32).sqrt()
        };
        let values = (0..count).map(|_| magnitude * random.next()).collect();
        tensors.insert(name.clone(), shape.clone(), values);
    }
    tensors
}

/// Numbers that a seed repeats.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number within -1..1.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> f32 {
        (split_mix_64(&mut self.0) >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    /// `count` numbers within `-magnitude..magnitude`.
    pub fn vec(&mut self, count: usize, magnitude: f32) -> Vec<f32> {
        (0..count).map(|_| magnitude * self.next()).collect()
    }
}

/// Sine window times the orthonormal MDCT, `[16, 32]`.
fn mdct() -> Vec<f32> {
    let m = SUB_BANDS as f32;
    let entry = |k: usize, n: usize| {
        let (k, n) = (k as f32, n as f32);
        let window = (PI * (n + 0.5) / (2.0 * m)).sin();
        window * (2.0 / m).sqrt() * (PI / m * (n + 0.5 + m / 2.0) * (k + 0.5)).cos()
    };
    (0..SUB_BANDS)
        .flat_map(|k| (0..2 * SUB_BANDS).map(move |n| entry(k, n)))
        .collect()
}
