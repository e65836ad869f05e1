//! What the tests of the command line share.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod midi_file;
pub(crate) mod pages;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::de::DeserializeOwned;

/// The built binary, with no models of the player's own in reach.
pub(crate) fn mynah() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mynah"));
    command.env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs it.
pub(crate) fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    mynah().args(arguments).output().unwrap()
}

/// Runs it and insists on success; returns stdout.
pub(crate) fn succeed(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let output = run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "exit {:?}: {stderr}",
        output.status.code()
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Runs it and insists on success; returns the JSON that it prints.
pub(crate) fn json<T: DeserializeOwned>(arguments: &[&str]) -> T {
    serde_json::from_str(&succeed(arguments)).unwrap()
}

/// Bounces a file as a cello and insists on success; returns stdout.
pub(crate) fn bounce(input: &Path, output: &Path, extra: &[&str]) -> String {
    let mut arguments: Vec<OsString> = vec!["bounce".into(), input.into()];
    arguments.extend(["--target", "cello", "-o"].map(OsString::from));
    arguments.push(output.into());
    arguments.extend(extra.iter().map(OsString::from));
    succeed(arguments)
}

/// A tone with overtones and a slow vibrato, `seconds` long; the channels differ in level. Float WAV.
pub(crate) fn write_tone(path: &Path, rate_hz: u32, channels: u16, seconds: f64) -> Vec<f32> {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate_hz,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    let mut samples = Vec::new();
    let mut phase = 0.0f64;
    for i in 0..(f64::from(rate_hz) * seconds) as usize {
        let t = i as f64 / f64::from(rate_hz);
        phase += std::f64::consts::TAU * (220.0 + 2.0 * (30.0 * t).sin()) / f64::from(rate_hz);
        let tone = 0.3 * phase.sin() + 0.15 * (2.0 * phase).sin() + 0.08 * (3.0 * phase).sin();
        for channel in 0..channels {
            let sample = (tone / f64::from(channel + 1)) as f32;
            writer.write_sample(sample).unwrap();
            samples.push(sample);
        }
    }
    writer.finalize().unwrap();
    samples
}

/// A WAV file's layout and its samples as floats.
pub(crate) fn read_wav(path: &Path) -> (hound::WavSpec, Vec<f32>) {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    let samples = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|s| s.unwrap()).collect(),
        hound::SampleFormat::Int => {
            let scale = 1.0 / (1u32 << (spec.bits_per_sample - 1)) as f32;
            reader
                .samples::<i32>()
                .map(|s| s.unwrap() as f32 * scale)
                .collect()
        }
    };
    (spec, samples)
}

/// Root of the mean square.
pub(crate) fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len().max(1) as f64)
        .sqrt()
}

/// Names in a folder, sorted, hidden ones included.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A file beside the tests.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// Writes float samples, one plane per channel.
pub(crate) fn write_planes(path: &Path, rate_hz: u32, planes: &[Vec<f32>]) {
    let spec = hound::WavSpec {
        channels: planes.len() as u16,
        sample_rate: rate_hz,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..planes[0].len() {
        for plane in planes {
            writer.write_sample(plane[n]).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// A tone with overtones of this pitch.
pub(crate) fn tone(rate_hz: u32, hz: f64, seconds: f64) -> Vec<f32> {
    let frames = (f64::from(rate_hz) * seconds) as usize;
    let sample = |n: usize| {
        let phase = std::f64::consts::TAU * hz * n as f64 / f64::from(rate_hz);
        (0.3 * phase.sin() + 0.15 * (2.0 * phase).sin() + 0.08 * (3.0 * phase).sin()) as f32
    };
    (0..frames).map(sample).collect()
}

/// One channel of interleaved samples.
pub(crate) fn channel(samples: &[f32], channels: usize, which: usize) -> Vec<f32> {
    samples
        .iter()
        .skip(which)
        .step_by(channels)
        .copied()
        .collect()
}

/// The content of a chunk of a WAV file.
pub(crate) fn chunk(file: &[u8], name: &[u8; 4]) -> Option<Vec<u8>> {
    let mut at = 12;
    while at + 8 <= file.len() {
        let size = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()) as usize;
        if &file[at..at + 4] == name {
            return Some(file[at + 8..at + 8 + size].to_vec());
        }
        at += 8 + size + size % 2;
    }
    None
}

/// A folder in which `mynah` is run.
pub(crate) struct Desk(pub(crate) tempfile::TempDir);

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn tone(&self, name: &str) -> Vec<u8> {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_tone(&path, 48_000, 1, 0.05);
        std::fs::read(path).unwrap()
    }

    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        names_in(&self.at(folder))
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let bounce = ["bounce", "--target", "cello"];
        let mut command = mynah();
        command.current_dir(self.0.path()).args(bounce);
        command.args(arguments).output().unwrap()
    }

    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is told on stderr of a run that fails.
    pub(crate) fn fail(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}
