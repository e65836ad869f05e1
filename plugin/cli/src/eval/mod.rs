//! How good: every source through every target, measured. See the crate's README for what each figure means.

pub(crate) mod baselines;
pub(crate) mod data;
pub(crate) mod figures;
pub(crate) mod measure;
pub(crate) mod mel;
pub(crate) mod metrics;
pub(crate) mod midi;
pub(crate) mod pitch;
pub(crate) mod render;
pub(crate) mod stft;
pub(crate) mod table;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use indicatif::ProgressBar;
use mynah_models::{Base, Target};
use rayon::prelude::*;

use data::{DataFolder, Instrument};
use figures::{Measured, Pair};
use measure::Bench;

use crate::notes::{Note, Random};
use crate::synth::{Voice, melody, render as synthesize};

/// Longest excerpt, in seconds.
const EXCERPT_S: f64 = 5.0;

/// A target and its name.
pub(crate) type NamedTarget = (String, Arc<Target>);

/// Whether a target and an instrument of a data folder are the same: words in any order, any separator
/// ("sax-alto" is "Alto Sax").
fn same_instrument(a: &str, b: &str) -> bool {
    let words = |name: &str| -> BTreeSet<String> {
        name.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    words(a) == words(b)
}

/// Evaluates on recordings: every instrument of the folder to every target of the same name as an instrument, the
/// instrument itself included. Returns the pairs and the measurements of all of them.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn on_recordings(
    base: &Arc<Base>,
    targets: &[NamedTarget],
    folder: &DataFolder,
    phrases: usize,
    progress: &ProgressBar,
) -> Result<(Vec<Pair>, Measured)> {
    let mut work = Vec::new();
    for (name, target) in targets {
        let Some(truth) = folder
            .instruments
            .iter()
            .find(|i| same_instrument(&i.name, name))
        else {
            continue;
        };
        work.extend(
            folder
                .instruments
                .iter()
                .map(|source| (source, name, target, truth)),
        );
    }
    measure_all(
        &work,
        progress,
        |(source, name, target, truth), measured| {
            let bench = Bench::new(base, target);
            let count = recorded_pair(&bench, source, truth, folder, phrases, measured)?;
            Ok((source.name.clone(), (*name).clone(), count))
        },
    )
}

/// Measures one source and target; returns how many phrases fitted.
fn recorded_pair(
    bench: &Bench,
    source: &Instrument,
    truth: &Instrument,
    folder: &DataFolder,
    phrases: usize,
    measured: &mut Measured,
) -> Result<usize> {
    // Different pairs begin at different phrases, so that the table as a whole hears many of them.
    let seed = source
        .name
        .bytes()
        .chain(truth.name.bytes())
        .fold(data::SPLIT_SEED, |h, b| {
            h.wrapping_mul(31).wrapping_add(u64::from(b))
        });
    let melodies = folder
        .phrases
        .iter()
        .filter(|(name, _)| name.starts_with("phrase"))
        .count()
        .max(1);
    let first = Random::new(seed).next_u64() as usize % melodies;
    let order = (0..folder.phrases.len()).map(|i| {
        if i < melodies {
            (first + i) % melodies
        } else {
            i
        }
    });
    let mut count = 0;
    for index in order {
        if count == phrases {
            break;
        }
        let take = index;
        let excerpt = render::excerpt(
            &folder.phrases[index].1,
            source,
            truth,
            EXCERPT_S,
            seed.wrapping_add(index as u64),
        );
        let Some(mut notes) = excerpt else { continue };
        render::fit_lengths(&mut notes, source, truth, take)?;
        let played = render::perform(&notes, source, take)?;
        if source.name == truth.name {
            bench.resynthesis(&played, measured)?;
        } else {
            bench.melody(
                &played,
                Some(&render::perform(&notes, truth, take)?),
                measured,
            )?;
        }
        count += 1;
    }
    let common = render::common_notes(source, truth);
    if !common.is_empty() {
        let detached = render::detached_notes(&common);
        bench.onsets(&render::perform(&detached, source, 0)?, &detached, measured)?;
    }
    let chords = render::chords(&render::common_notes(source, source));
    bench.chords(&render::perform(&chords, source, 0)?, &chords, measured)?;
    Ok(count)
}

/// Evaluates on the program's own synthetic sources: what can be known without a true target rendering.
///
/// # Errors
/// None of its own; those of the engine.
pub(crate) fn on_synthesis(
    base: &Arc<Base>,
    targets: &[NamedTarget],
    phrases: usize,
    progress: &ProgressBar,
) -> Result<(Vec<Pair>, Measured)> {
    let work: Vec<_> = targets
        .iter()
        .flat_map(|t| Voice::ALL.into_iter().map(move |voice| (voice, &t.0, &t.1)))
        .collect();
    measure_all(&work, progress, |(voice, name, target), measured| {
        let bench = Bench::new(base, target);
        let (low_hz, high_hz) = target.info().pitch_range_hz;
        for index in 0..phrases {
            let notes = random_melody(index as u64, f64::from(low_hz), f64::from(high_hz));
            bench.melody(&synthesize(*voice, &notes, index as u64), None, measured)?;
        }
        let detached = render::detached_notes(&[57, 60, 64, 67, 69]);
        bench.onsets(&synthesize(*voice, &detached, 50), &detached, measured)?;
        if *voice == Voice::Plucked {
            let chords = render::chords(&(50..=72).collect::<Vec<_>>());
            bench.chords(&synthesize(*voice, &chords, 60), &chords, measured)?;
        }
        Ok((voice.name().to_string(), (*name).clone(), phrases))
    })
}

/// A seeded random walk of ten notes inside the target's range (and that of a voice), some legato, some detached.
fn random_melody(seed: u64, low_hz: f64, high_hz: f64) -> Vec<Note> {
    let to_midi = |hz: f64| 69.0 + 12.0 * (hz.max(1.0) / 440.0).log2();
    let low = to_midi(low_hz).ceil().clamp(45.0, 76.0) as i32;
    let high = (to_midi(high_hz).floor() as i32).clamp(low + 4, 81.max(low + 4));
    let mut random = Random::new(seed.wrapping_add(1_000));
    let mut midi = (low + high) / 2;
    let mut steps = Vec::new();
    for _ in 0..10 {
        let jump = (random.bipolar() * 6.0).round() as i32;
        midi = (midi + if jump == 0 { 2 } else { jump }).clamp(low, high);
        let beats = [0.5, 1.0, 1.0, 2.0][(random.next_u64() % 4) as usize];
        steps.push((midi, beats, (55.0 + 60.0 * random.unit()) as u8));
        if random.unit() < 0.25 {
            steps.push((0, 0.5, 0));
        }
    }
    melody(0.2, 0.35, 0.0, &steps)
}

/// Runs `measure` over all `work` on all cores; pairs come back in the order of the work.
fn measure_all<W: Sync>(
    work: &[W],
    progress: &ProgressBar,
    measure: impl Fn(&W, &mut Measured) -> Result<(String, String, usize)> + Sync,
) -> Result<(Vec<Pair>, Measured)> {
    progress.set_length(work.len() as u64);
    let results: Vec<(Pair, Measured)> = work
        .par_iter()
        .map(|item| {
            let mut measured = Measured::default();
            let (source, target, phrases) = measure(item, &mut measured)?;
            progress.inc(1);
            Ok((
                Pair {
                    source,
                    target,
                    phrases,
                    figures: measured.figures(),
                },
                measured,
            ))
        })
        .collect::<Result<_>>()?;
    let mut all = Measured::default();
    results.iter().for_each(|(_, measured)| all.merge(measured));
    Ok((results.into_iter().map(|(pair, _)| pair).collect(), all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_instrument_match_whatever_the_order() {
        assert!(same_instrument("sax-alto", "Alto Sax"));
        assert!(same_instrument("violin", "violin"));
        assert!(!same_instrument("sax-alto", "sax-tenor"));
    }

    #[test]
    fn melodies_stay_in_range() {
        for seed in 0..20 {
            for (low, high) in [(65.0, 1_050.0), (246.0, 2_000.0), (27.5, 4_186.0)] {
                for note in random_melody(seed, low, high) {
                    let hz = crate::notes::midi_to_hz(f64::from(note.midi));
                    assert!(hz > low * 0.97 && hz < high * 1.03);
                }
            }
        }
    }
}
