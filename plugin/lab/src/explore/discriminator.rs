//! Trains the network that tells true sounds from what settings without sense make of them.

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use mynah_engine::{Chance, Control, Controls, Preset, Quality, surprise};
use mynah_explore::{
    Content, Example, SOUND_NUMBERS, Stock, Training, render, sound_numbers, train,
};
use mynah_models::realness::RealnessTables;
use serde::Serialize;

use super::sounds::TrueSound;

/// How it is trained.
const TRAINING: Training = Training {
    members: 6,
    hidden: 24,
    steps: 400,
    rate: 0.02,
    reach: 1.0,
    anchor: 0.02,
    decay: 0.02,
    seed: 5,
};
/// A number that hardly varies counts for no more than one that varies by so much.
const LEAST_DEVIATION: f32 = 1e-3;
type Numbers = [f32; SOUND_NUMBERS];

/// How well it tells them apart.
#[derive(Serialize)]
pub(super) struct Told {
    /// Sounds that it was trained on: true ones and others.
    trained_on: [usize; 2],
    /// The probability that it thinks a true sound of those held out more real than another one.
    held_out_auc: f32,
    /// What share of held-out sounds it is right about: true ones and others.
    held_out_right: [f32; 2],
}

/// One sound, and whether an instrument was really played.
struct Judged {
    numbers: Numbers,
    is_real: bool,
    held_out: bool,
}

/// Measures and trains. True are the sounds themselves, and what a new instance makes of them with any target; the others are made by
/// all controls of taste anywhere in their ranges.
///
/// # Errors
/// A target or the engine cannot be made.
pub(super) fn trained(
    stock: &Stock,
    sounds: &[TrueSound],
    bar: &ProgressBar,
) -> Result<(RealnessTables, Told)> {
    let mut chance = Chance(77);
    let mut judged = Vec::new();
    let mut usual: Vec<Numbers> = Vec::new();
    bar.set_length(3 * sounds.len() as u64);
    for sound in sounds {
        let content = Content::sound(sound.samples.clone())?;
        let mut take = |numbers: Option<Numbers>, is_real: bool| {
            judged.extend(numbers.map(|numbers| Judged {
                numbers,
                is_real,
                held_out: sound.held_out,
            }));
        };
        take(sound_numbers(&sound.samples), true);
        take(heard(stock, &content, &plain(stock, &mut chance))?, true);
        bar.inc(1);
        take(
            heard(stock, &content, &senseless(stock, &mut chance))?,
            false,
        );
        bar.inc(1);
        let seed = u64::from(chance.share().to_bits());
        let by_chance = surprise(seed, &stock.references(), Quality::Full);
        usual.extend(heard(stock, &content, &by_chance)?);
        bar.inc(1);
    }
    let all: Vec<&Numbers> = usual
        .iter()
        .chain(judged.iter().map(|j| &j.numbers))
        .collect();
    let mut tables = measured(&all);
    let examples = |held_out: bool| -> Vec<Example> {
        let of = judged.iter().filter(|judged| judged.held_out == held_out);
        of.map(|judged| Example {
            input: tables.standardized(&judged.numbers),
            answer: judged.is_real,
        })
        .collect()
    };
    let (training, held_out) = (examples(false), examples(true));
    tables.members = train(&training, &TRAINING).context("the network cannot be trained")?;
    let told = told(&tables, &training, &held_out);
    Ok((tables, told))
}

fn heard(stock: &Stock, content: &Content, preset: &Preset) -> Result<Option<Numbers>> {
    let corners = stock.corners(preset)?;
    let sound = render(stock.base(), corners, &preset.controls, content)?;
    Ok(sound_numbers(&sound))
}

/// A new instance, with any target.
fn plain(stock: &Stock, chance: &mut Chance) -> Preset {
    let targets = stock.references();
    let target = targets[chance.below(targets.len())].clone();
    let mut preset = surprise(0, &[target], Quality::Full);
    preset.controls = Controls::default();
    preset
}

/// Any targets, all controls of taste anywhere in their ranges.
fn senseless(stock: &Stock, chance: &mut Chance) -> Preset {
    let seed = u64::from(chance.share().to_bits());
    let mut preset = surprise(seed, &stock.references(), Quality::Full);
    for control in Control::ALL
        .iter()
        .filter(|control| mynah_explore::is_taste(**control, preset.plays))
    {
        let info = control.info();
        let value = info.min + chance.share() * (info.max - info.min);
        preset.controls.set(*control, value);
    }
    preset
}

/// Means and deviations of all sounds.
fn measured(all: &[&Numbers]) -> RealnessTables {
    let count = all.len() as f32;
    let mean: Vec<f32> = (0..SOUND_NUMBERS)
        .map(|n| all.iter().map(|numbers| numbers[n]).sum::<f32>() / count)
        .collect();
    let deviation = (0..SOUND_NUMBERS).map(|n| {
        let square = |numbers: &&Numbers| (numbers[n] - mean[n]).powi(2);
        (all.iter().map(square).sum::<f32>() / count)
            .sqrt()
            .max(LEAST_DEVIATION)
    });
    RealnessTables {
        deviation: deviation.collect(),
        mean,
        members: Vec::new(),
    }
}

fn told(tables: &RealnessTables, training: &[Example], held_out: &[Example]) -> Told {
    let count = |examples: &[Example], answer: bool| {
        examples
            .iter()
            .filter(|example| example.answer == answer)
            .count()
    };
    let said = |answer: bool| -> Vec<f32> {
        let of = held_out.iter().filter(|example| example.answer == answer);
        of.map(|example| tables.probability(&example.input))
            .collect()
    };
    let (real, other) = (said(true), said(false));
    let pairs = real.iter().flat_map(|r| other.iter().map(move |o| (r, o)));
    let above = pairs.map(|(r, o)| {
        if r > o {
            1.0
        } else if r < o {
            0.0
        } else {
            0.5
        }
    });
    let share = |said: &[f32], right: fn(f32) -> bool| {
        said.iter().filter(|p| right(**p)).count() as f32 / said.len().max(1) as f32
    };
    Told {
        trained_on: [count(training, true), count(training, false)],
        held_out_auc: above.sum::<f32>() / (real.len() * other.len()).max(1) as f32,
        held_out_right: [share(&real, |p| p > 0.5), share(&other, |p| p <= 0.5)],
    }
}

impl Told {
    /// In a sentence.
    pub(super) fn text(&self) -> String {
        let ([real, other], [right, wrong]) = (self.trained_on, self.held_out_right);
        format!(
            "realness: trained on {real} true and {other} other sounds; of those held out a true one is thought more real in {:.0} % of \
             pairs, and {:.0} % of the true and {:.0} % of the others are told rightly",
            100.0 * self.held_out_auc,
            100.0 * right,
            100.0 * wrong
        )
    }
}
