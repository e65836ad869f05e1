//! Dreams: settings by evolution towards what is liked and sounds real.

use mynah_engine::{Chance, Preset};

use crate::content::Content;
use crate::{ExploreError, SOUND_NUMBERS, Stock, Stride, Taste, children, render, sound_numbers};

/// Children of a round that the networks look at, and how many of them are rendered.
const CHILDREN: usize = 160;
const RENDERED: usize = 8;
/// Of those, so many are taken whatever is expected of them: what is liked may be where nothing was rated.
const BY_CHANCE: usize = 2;
/// Settings that have children in the next round.
const PARENTS: usize = 4;

/// A setting that was dreamt of and heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Dreamt {
    /// The setting, with the name *Dream*.
    pub preset: Preset,
    /// The probability that the player likes it.
    pub liking: f32,
    /// How probably its sound is of an instrument that is really played.
    pub realness: f32,
    /// What was measured of its sound.
    pub sound: [f32; SOUND_NUMBERS],
}

impl Dreamt {
    /// What it is ranked by: the product of both.
    pub fn worth(&self) -> f32 {
        self.liking * self.realness
    }
}

/// How far a dream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Settings that were rendered.
    pub tried: usize,
    /// .. of so many.
    pub of: usize,
}

/// Everything that a dream needs.
pub struct Dreamer<'a> {
    /// Targets.
    pub stock: &'a Stock,
    /// What is liked, and what is real.
    pub taste: &'a Taste,
    /// What settings are tried on.
    pub content: &'a Content,
    /// Settings that were liked, from which bold dreams may begin, too.
    pub liked: &'a [Preset],
}

impl Dreamer<'_> {
    /// Dreams for some rounds, from a setting on: all that was heard, the best first. Each round renders eight settings, some 0.2 s
    /// each. `goes_on` is asked after each; when it says no, what was heard until then is returned. The same seed dreams the same.
    ///
    /// # Errors
    /// If a target is missing or broken, or the engine cannot be made.
    pub fn dream(
        &self,
        from: &Preset,
        stride: Stride,
        rounds: usize,
        seed: u64,
        mut goes_on: impl FnMut(Progress) -> bool,
    ) -> Result<Vec<Dreamt>, ExploreError> {
        let targets = self.stock.references();
        let mut chance = Chance(seed);
        let mut heard: Vec<Dreamt> = Vec::new();
        let of = rounds * RENDERED;
        let mut tried = 0;
        for _ in 0..rounds {
            let parents = self.parents(from, stride, &heard);
            let children =
                (0..CHILDREN).map(|_| children::child(&parents, &targets, stride, &mut chance));
            let chosen = self.chosen(children.collect());
            for preset in chosen {
                if let Some(dreamt) = self.hear(preset)? {
                    heard.push(dreamt);
                }
                tried += 1;
                if !goes_on(Progress { tried, of }) {
                    return Ok(ranked(heard));
                }
            }
            heard = ranked(heard);
        }
        Ok(heard)
    }

    /// What the children of a round are made of: the best that were heard, and where the dream began.
    fn parents(&self, from: &Preset, stride: Stride, heard: &[Dreamt]) -> Vec<Preset> {
        let mut parents = vec![from.clone()];
        parents.extend(heard.iter().take(PARENTS).map(|d| d.preset.clone()));
        if stride == Stride::Bold {
            // Those of a target that was removed since cannot be heard.
            let liked = self.liked.iter().filter(|liked| self.stock.has(liked));
            parents.extend(liked.cloned());
        }
        parents
    }

    /// The children to be heard: those of which most is expected, and a few others.
    fn chosen(&self, mut children: Vec<Preset>) -> Vec<Preset> {
        let others = children.split_off(children.len().saturating_sub(BY_CHANCE));
        let mut expected: Vec<(f32, Preset)> = children
            .into_iter()
            .map(|child| (self.taste.expects(&child), child))
            .collect();
        expected.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = expected.into_iter().map(|(_, child)| child);
        best.take(RENDERED - BY_CHANCE).chain(others).collect()
    }

    /// Renders and measures a setting; `None` of one that is silent.
    fn hear(&self, preset: Preset) -> Result<Option<Dreamt>, ExploreError> {
        let corners = self.stock.corners(&preset)?;
        let sound = render(self.stock.base(), corners, &preset.controls, self.content)?;
        Ok(sound_numbers(&sound).map(|sound| Dreamt {
            liking: self.taste.likes(&preset, &sound),
            realness: self.taste.realness(&sound),
            sound,
            preset: named(preset),
        }))
    }
}

fn ranked(mut heard: Vec<Dreamt>) -> Vec<Dreamt> {
    heard.sort_by(|a, b| b.worth().total_cmp(&a.worth()));
    heard
}

fn named(preset: Preset) -> Preset {
    Preset {
        name: "Dream".to_owned(),
        category: String::new(),
        about: "A setting that was dreamt of.".to_owned(),
        ..preset
    }
}
