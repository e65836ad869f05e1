//! The judge of target likeness: a small classifier among the instruments of the folder, trained on the spot from notes
//! that neither the translator nor the rest of the evaluation hears.

pub(crate) mod features;
mod lessons;
mod network;

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;

use super::data::DataFolder;
use super::instrument::Instrument;
use super::pitch;
use super::split::SPLIT_SEED;
use features::{Ear, FEATURES, PITCH_FRAMES};
use mynah_cli::notes::Random;
use network::{Network, Sizes};

/// Melodies per instrument that it learns from, and that its accuracy is measured on.
const LESSONS: u64 = 40;
const EXAMINATIONS: u64 = 12;
/// Networks that judge together, the width of their hidden layers, and the rounds of their training.
const NETWORKS: usize = 3;
const HIDDEN: usize = 128;
const ROUNDS: usize = 10;
/// Share of the features that each example leaves out while training.
const DROPOUT: f64 = 0.3;

/// The trained judge.
pub(crate) struct Judge {
    classes: Vec<String>,
    ear: Ear,
    /// Mean and inverse deviation of every feature over the lessons.
    normal: Vec<(f32, f32)>,
    /// They judge together.
    networks: Vec<Network>,
}

/// How well the judge knows the true instruments.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Report {
    /// Share of windows judged right, over all instruments.
    pub(crate) accuracy: f64,
    /// The same for each.
    pub(crate) instruments: Vec<Recall>,
}

/// How often one instrument is recognised.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Recall {
    pub(crate) instrument: String,
    /// Windows of it that were judged.
    pub(crate) windows: usize,
    /// Share of them that were judged right.
    pub(crate) recall: f64,
    /// What the others were taken for most often.
    pub(crate) mistaken_for: Option<String>,
}

/// Windows judged, and those of them judged to be the one asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Likeness {
    pub(crate) windows: usize,
    pub(crate) alike: usize,
}

impl Likeness {
    /// Adds the windows of another signal.
    pub(crate) fn add(&mut self, other: Likeness) {
        self.windows += other.windows;
        self.alike += other.alike;
    }

    /// Share of the windows; `None` of nothing.
    pub(crate) fn share(self) -> Option<f64> {
        (self.windows > 0).then(|| self.alike as f64 / self.windows as f64)
    }
}

impl Judge {
    /// Trains on the judge's notes of `folder`. `None` if fewer than two instruments have any.
    ///
    /// # Errors
    /// A recording cannot be read.
    pub(crate) fn train(folder: &DataFolder) -> Result<Option<Judge>> {
        if folder.judge.len() < 2 {
            return Ok(None);
        }
        let ear = Ear::new();
        let mut examples = windows_of(&folder.judge, LESSONS, true, &ear)?;
        let normal = normal(&examples);
        for (features, _) in &mut examples {
            normalise(features, &normal);
        }
        let classes: Vec<String> = folder.judge.iter().map(|i| i.name.clone()).collect();
        let mut random = Random::new(SPLIT_SEED);
        let sizes = Sizes {
            inputs: FEATURES,
            hidden: HIDDEN,
            classes: classes.len(),
        };
        let networks = (0..NETWORKS).map(|_| {
            let mut network = Network::new(sizes, &mut random);
            network.train(&examples, ROUNDS, DROPOUT, &mut random);
            network
        });
        let networks = networks.collect();
        Ok(Some(Judge {
            classes,
            ear,
            normal,
            networks,
        }))
    }

    /// Number of the class that `is_it` recognises by name.
    pub(crate) fn class(&self, is_it: impl Fn(&str) -> bool) -> Option<usize> {
        self.classes.iter().position(|name| is_it(name))
    }

    /// Judges a 48 kHz signal, whose [`pitch::track`] is `track`: how much of it is `class`.
    pub(crate) fn likeness(&self, signal: &[f32], track: &[Option<f64>], class: usize) -> Likeness {
        let verdicts = self.ear.windows(signal, track).into_iter();
        verdicts.fold(Likeness::default(), |all, window| Likeness {
            windows: all.windows + 1,
            alike: all.alike + usize::from(self.verdict(window) == class),
        })
    }

    fn verdict(&self, mut features: Vec<f32>) -> usize {
        normalise(&mut features, &self.normal);
        let mut sums = vec![0.0f32; self.classes.len()];
        for network in &self.networks {
            for (sum, p) in sums.iter_mut().zip(network.probabilities(&features)) {
                *sum += p;
            }
        }
        (0..sums.len())
            .max_by(|a, b| sums[*a].total_cmp(&sums[*b]))
            .unwrap_or(0)
    }

    /// Examines the judge on true renderings of the held-out notes, with another instrument's dynamics.
    ///
    /// # Errors
    /// A recording cannot be read.
    pub(crate) fn report(&self, folder: &DataFolder) -> Result<Report> {
        let classes = self.classes.len();
        let mut confusion = vec![vec![0usize; classes]; classes];
        let known: Vec<usize> = folder
            .instruments
            .iter()
            .map(|i| self.class(|name| name == i.name).unwrap_or(classes))
            .collect();
        for (features, index) in windows_of(&folder.instruments, EXAMINATIONS, false, &self.ear)? {
            if let Some(row) = confusion.get_mut(known[index]) {
                row[self.verdict(features)] += 1;
            }
        }
        let total: usize = confusion.iter().flatten().sum();
        let right: usize = (0..classes).map(|c| confusion[c][c]).sum();
        let recall = |class: usize| {
            let row = &confusion[class];
            let windows: usize = row.iter().sum();
            let worst = (0..classes).filter(|c| *c != class).max_by_key(|c| row[*c]);
            Recall {
                instrument: self.classes[class].clone(),
                windows,
                recall: row[class] as f64 / windows.max(1) as f64,
                mistaken_for: worst
                    .filter(|c| row[*c] > 0)
                    .map(|c| self.classes[c].clone()),
            }
        };
        Ok(Report {
            accuracy: right as f64 / total.max(1) as f64,
            instruments: (0..classes).map(recall).collect(),
        })
    }
}

/// Windows of `count` melodies on every instrument, each with its instrument's index: lessons if coloured, or else
/// examinations.
fn windows_of(
    instruments: &[Instrument],
    count: u64,
    colour: bool,
    ear: &Ear,
) -> Result<Vec<(Vec<f32>, usize)>> {
    let work: Vec<(usize, u64)> = (0..instruments.len())
        .flat_map(|i| (0..count).map(move |number| (i, number)))
        .collect();
    let windows: Vec<Vec<(Vec<f32>, usize)>> = work
        .par_iter()
        .map(|(index, number)| {
            let others: Vec<&Instrument> = instruments
                .iter()
                .enumerate()
                .filter(|(i, _)| i != index)
                .map(|(_, other)| other)
                .collect();
            // What it is asked about always has another's dynamics; the lessons mostly do.
            let lent = !colour || number % 3 != 0;
            let seed = *index as u64 * 1_000 + number + if colour { 0 } else { 500_000 };
            let mut sound = lessons::rendering(&instruments[*index], &others, lent, seed)?;
            if colour {
                sound = lessons::coloured(&sound, seed);
            }
            let track = pitch::track_every(&sound, PITCH_FRAMES);
            let windows = ear.windows(&sound, &track).into_iter();
            Ok(windows.map(|w| (w, *index)).collect())
        })
        .collect::<Result<_>>()?;
    Ok(windows.into_iter().flatten().collect())
}

fn normal(examples: &[(Vec<f32>, usize)]) -> Vec<(f32, f32)> {
    let count = examples.len().max(1) as f64;
    (0..FEATURES)
        .map(|f| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for (features, _) in examples {
                let value = f64::from(features[f]);
                sum += value;
                squares += value * value;
            }
            let mean = sum / count;
            let deviation = (squares / count - mean * mean).max(0.0).sqrt();
            (mean as f32, (1.0 / deviation.max(1e-3)) as f32)
        })
        .collect()
}

fn normalise(features: &mut [f32], normal: &[(f32, f32)]) {
    for (x, (mean, scale)) in features.iter_mut().zip(normal) {
        *x = (*x - mean) * scale;
    }
}
