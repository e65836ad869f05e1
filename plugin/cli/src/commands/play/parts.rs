//! Which channels play which target, and all of them together.

use std::sync::Arc;

use anyhow::{Result, bail};
use mynah_engine::{Corners, Library};
use mynah_models::Base;
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::Play;
use crate::commands::find_target;
use crate::commands::setting::Setting;
use crate::instrument::Instrument;
use crate::score::{CHANNELS, Score};
use crate::tail::Ring;

/// General MIDI's channel of drums, from 0: its keys are no pitches.
const DRUMS: usize = 9;

/// What one target plays.
#[derive(Clone, Serialize)]
pub(super) struct PartReport {
    target: String,
    /// From 1.
    channels: Vec<usize>,
    notes: usize,
}

impl PartReport {
    /// For a line about all.
    pub(super) fn shown(&self) -> String {
        format!("{} {} notes", self.target, self.notes)
    }
}

/// One instrument for each target.
pub(super) struct Parts {
    instruments: Vec<Instrument>,
    reports: Vec<PartReport>,
    warnings: Vec<String>,
}

impl Parts {
    /// Gives every channel that has notes its instrument.
    ///
    /// # Errors
    /// There are no notes, a target is unknown, or a channel has none.
    pub(super) fn new(
        arguments: &Play,
        setting: &Setting,
        score: &Score,
        library: &Library,
        base: &Arc<Base>,
    ) -> Result<Parts> {
        let notes = score.notes();
        let mut warnings = Vec::new();
        // What each target plays: its name, itself, a bit for each channel.
        let mut played: Vec<(String, Corners, u16)> = Vec::new();
        for (channel, target) in &arguments.map {
            let (info, target) = find_target(library, target)?;
            warnings.extend(crate::commands::warn_of_another_base(&target));
            if notes[usize::from(*channel)] == 0 {
                warnings.push(format!("channel {} has no notes", channel + 1));
            }
            join(&mut played, &info.name, Corners::from(target), *channel);
        }
        for (channel, notes) in notes.into_iter().enumerate() {
            let mapped = arguments
                .map
                .iter()
                .any(|(of, _)| usize::from(*of) == channel);
            if notes == 0 || mapped {
                continue;
            }
            if channel == DRUMS {
                warnings.push(format!(
                    "the {} notes of channel 10 are drums, and left out: --map 10=NAME plays them",
                    notes
                ));
            } else if setting.targets.any() {
                let targets = setting.targets.clone();
                join(&mut played, &setting.target, targets, channel as u8);
            } else {
                bail!(
                    "channel {} has no target: give --target NAME or --map {0}=NAME",
                    channel + 1
                );
            }
        }
        let has = |mask: u16, channel: usize| mask >> channel & 1 == 1 && notes[channel] > 0;
        let mut parts = Parts {
            instruments: Vec::new(),
            reports: Vec::new(),
            warnings,
        };
        for (target, corners, mask) in played {
            let channels: Vec<usize> = (0..CHANNELS).filter(|of| has(mask, *of)).collect();
            if channels.is_empty() {
                continue;
            }
            parts.instruments.push(Instrument::new(
                base,
                corners,
                &setting.controls,
                arguments.rate,
                score.part(mask, arguments.rate),
            )?);
            parts.reports.push(PartReport {
                target,
                notes: channels.iter().map(|channel| notes[*channel]).sum(),
                channels: channels.iter().map(|channel| channel + 1).collect(),
            });
        }
        if parts.instruments.is_empty() {
            bail!("there are no notes in it");
        }
        Ok(parts)
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    pub(super) fn reports(&self) -> Vec<PartReport> {
        self.reports.clone()
    }

    /// The next `frames` of all together.
    pub(super) fn play(&mut self, frames: usize) -> [Vec<f32>; 2] {
        let instruments = self.instruments.par_iter_mut();
        let played: Vec<[Vec<f32>; 2]> = instruments.map(|one| one.play(frames)).collect();
        let mut sum = [vec![0.0; frames], vec![0.0; frames]];
        for planes in &played {
            for (sum, plane) in sum.iter_mut().zip(planes) {
                sum.iter_mut().zip(plane).for_each(|(sum, x)| *sum += x);
            }
        }
        sum
    }
}

impl Ring for Parts {
    fn ring(&mut self, frames: usize, mut sink: impl FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        self.instruments.iter_mut().for_each(Instrument::end);
        let planes = self.play(frames);
        sink(&planes.each_ref().map(Vec::as_slice))
    }
}

/// A channel joins those of its target.
fn join(played: &mut Vec<(String, Corners, u16)>, name: &str, targets: Corners, channel: u8) {
    let bit = 1 << channel;
    match played.iter_mut().find(|(known, _, _)| known == name) {
        Some((_, _, mask)) => *mask |= bit,
        None => played.push((name.to_owned(), targets, bit)),
    }
}
