//! The engines of one file: one for its mix, or one for each of its channels, in step.

use std::sync::Arc;

use anyhow::Result;
use mynah_engine::{Controls, Corners, KeyByEar};
use mynah_models::Base;

use crate::channels::Route;
use crate::midi::Melody;
use crate::pipeline::Translation;
use crate::tail::Ring;

/// What all engines of a file have in common.
pub(crate) struct Voice<'a> {
    pub(crate) base: &'a Arc<Base>,
    pub(crate) targets: &'a Corners,
    pub(crate) controls: &'a Controls,
    /// With *Auto octave*: the octave for all of the file, or `None` to choose it while it plays.
    pub(crate) octave: Option<i32>,
    /// With the scale *auto*: how the key is found.
    pub(crate) key: KeyByEar,
    pub(crate) melody: Option<&'a Melody>,
}

/// The engines of one file.
pub(crate) struct Chains {
    route: Route,
    chains: Vec<Translation>,
    mean: Vec<f32>,
    /// What they made of the latest block, one plane per channel of the output.
    made: Vec<Vec<f32>>,
}

impl Chains {
    /// Engines at `rate_hz`, all alike: what is random in them is the same in each.
    ///
    /// # Errors
    /// A rate the engine does not run at.
    pub(crate) fn new(route: Route, voice: &Voice<'_>, rate_hz: u32) -> Result<Chains> {
        let (engines, channels) = match &route {
            Route::Mix(channels) => (1, *channels),
            Route::Each(channels) => (channels.len(), 1),
        };
        let chain = |_| {
            let mut chain = Translation::new(
                voice.base,
                voice.targets.clone(),
                voice.controls,
                rate_hz,
                channels,
            )?;
            chain.set_octave(voice.octave);
            chain.set_key(voice.key);
            if let Some(melody) = voice.melody {
                chain.set_notes(melody.at_rate(rate_hz));
            }
            Ok(chain)
        };
        Ok(Chains {
            chains: (0..engines).map(chain).collect::<Result<_>>()?,
            mean: Vec::new(),
            made: vec![Vec::new(); route.outputs()],
            route,
        })
    }

    /// Translates one block of all channels of the file; `sink` gets what is due, possibly nothing.
    ///
    /// # Errors
    /// What `sink` returns.
    pub(crate) fn push(
        &mut self,
        planes: &[Vec<f32>],
        sink: impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        let inputs = self.route.split(planes, &mut self.mean);
        gather(
            &mut self.chains,
            &mut self.made,
            |n, chain, take| chain.push(&inputs[n], take),
            sink,
        )
    }

    /// Feeds silence until as many samples came out as went in.
    ///
    /// # Errors
    /// What `sink` returns.
    pub(crate) fn finish(&mut self, sink: impl FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        gather(
            &mut self.chains,
            &mut self.made,
            |_, chain, take| chain.finish(take),
            sink,
        )
    }
}

impl Ring for Chains {
    fn ring(&mut self, frames: usize, sink: impl FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        gather(
            &mut self.chains,
            &mut self.made,
            |_, chain, take| chain.ring(frames, take),
            sink,
        )
    }
}

/// Lets each of the chains work and hands out what all of them made, one after the other.
fn gather(
    chains: &mut [Translation],
    made: &mut [Vec<f32>],
    mut work: impl FnMut(usize, &mut Translation, &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<()>,
    mut sink: impl FnMut(&[&[f32]]) -> Result<()>,
) -> Result<()> {
    made.iter_mut().for_each(Vec::clear);
    let per_chain = made.len() / chains.len().max(1);
    for ((n, chain), made) in chains
        .iter_mut()
        .enumerate()
        .zip(made.chunks_mut(per_chain.max(1)))
    {
        work(n, chain, &mut |planes| {
            for (made, plane) in made.iter_mut().zip(planes) {
                made.extend_from_slice(plane);
            }
            Ok(())
        })?;
    }
    if made.first().is_some_and(|plane| !plane.is_empty()) {
        let planes: Vec<&[f32]> = made.iter().map(Vec::as_slice).collect();
        sink(&planes)?;
    }
    Ok(())
}
