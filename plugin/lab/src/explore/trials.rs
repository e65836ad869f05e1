//! What ratings are worth: how well taste is foretold, and how much better dreams please than chance does.

use std::sync::Arc;

use anyhow::Result;
use indicatif::ProgressBar;
use mynah_engine::{Chance, Preset, Quality, surprise};
use mynah_explore::{
    Content, Dreamer, Dreamt, Rating, SOUND_NUMBERS, Stock, Stride, Taste, render, sound_numbers,
};
use mynah_models::realness::Realness;
use serde::Serialize;

use super::players::{Listened, TASTES, says};

/// Numbers of ratings that are tried.
const RATINGS: [usize; 3] = [10, 30, 100];
/// Settings that players rate, and such that they are asked about afterwards.
const RATED: usize = 400;
const HELD_OUT: usize = 200;
/// How often each player begins anew, with other ratings.
const TIMES: usize = 4;
/// Dreams of each player with so many ratings, and their rounds.
const DREAMS: usize = 2;
const ROUNDS: usize = 3;

/// With so many ratings.
#[derive(Serialize)]
pub(super) struct Trial {
    ratings: usize,
    /// Share of held-out settings of which it is foretold rightly whether they are liked: half of them are. By player, and in the
    /// mean.
    accuracy: Vec<(&'static str, f32)>,
    mean_accuracy: f32,
    /// Share of held-out settings that please less than a dream's best; chance gives 0.5.
    careful_rank: f32,
    bold_rank: f32,
    /// Realness of bold dreams' best, in the mean.
    bold_realness: f32,
}

/// A setting, and what everybody knows of its sound.
struct Heard {
    preset: Preset,
    numbers: [f32; SOUND_NUMBERS],
    listened: Listened,
}

/// What is tried, and with what.
pub(super) struct Trials<'a> {
    pub(super) stock: &'a Stock,
    pub(super) realness: &'a Arc<Realness>,
    pub(super) sounds: &'a [Vec<f32>],
    /// Whether dreams are tried, too.
    pub(super) dreams: bool,
}

impl Trials<'_> {
    /// Lets all players rate.
    ///
    /// # Errors
    /// A target or the engine cannot be made.
    pub(super) fn run(&self, bar: &ProgressBar) -> Result<Vec<Trial>> {
        let mut chance = Chance(3);
        let contents: Vec<Content> = self
            .sounds
            .iter()
            .map(|sound| Content::sound(sound.clone()))
            .collect::<Result<_, _>>()?;
        bar.set_length((RATED + HELD_OUT) as u64);
        let mut heard = Vec::new();
        while heard.len() < RATED + HELD_OUT {
            let seed = u64::from(chance.share().to_bits());
            let preset = surprise(seed, &self.stock.references(), Quality::Full);
            heard.extend(self.hear(preset, &contents[heard.len() % contents.len()])?);
            bar.set_position(heard.len() as u64);
        }
        let (rated, held_out) = heard.split_at(RATED);
        let mut trials = Vec::new();
        for ratings in RATINGS {
            trials.push(self.trial(ratings, rated, held_out, &contents, &mut chance)?);
        }
        Ok(trials)
    }

    fn hear(&self, preset: Preset, content: &Content) -> Result<Option<Heard>> {
        let corners = self.stock.corners(&preset)?;
        let sound = render(self.stock.base(), corners, &preset.controls, content)?;
        Ok(sound_numbers(&sound).map(|numbers| Heard {
            listened: Listened::to(&preset, &sound),
            preset,
            numbers,
        }))
    }

    fn trial(
        &self,
        ratings: usize,
        rated: &[Heard],
        held_out: &[Heard],
        contents: &[Content],
        chance: &mut Chance,
    ) -> Result<Trial> {
        let mut accuracy = Vec::new();
        let (mut careful, mut bold, mut realness) = (Vec::new(), Vec::new(), Vec::new());
        for player in TASTES {
            let mut likings: Vec<f32> = held_out.iter().map(|h| player.of(&h.listened)).collect();
            let liked = likings.clone();
            likings.sort_by(f32::total_cmp);
            let middle = likings[likings.len() / 2];
            let mut right = 0;
            for time in 0..TIMES {
                let said: Vec<Rating> = (0..ratings)
                    .map(|_| {
                        let heard = &rated[chance.below(rated.len())];
                        Rating {
                            liked: says(player.of(&heard.listened), middle, chance),
                            preset: heard.preset.clone(),
                            sound: Some(heard.numbers),
                        }
                    })
                    .collect();
                let taste = Taste::learn(&said, Arc::clone(self.realness), self.stock.names())?;
                right += held_out
                    .iter()
                    .zip(&liked)
                    .filter(|(heard, liking)| {
                        (taste.likes(&heard.preset, &heard.numbers) > 0.5) == (**liking > middle)
                    })
                    .count();
                if !self.dreams || time >= DREAMS {
                    continue;
                }
                let content = &contents[time % contents.len()];
                let liked: Vec<Preset> = said
                    .iter()
                    .filter(|rating| rating.liked)
                    .map(|rating| rating.preset.clone())
                    .collect();
                let dreamer = Dreamer {
                    stock: self.stock,
                    taste: &taste,
                    content,
                    liked: &liked,
                };
                for (stride, ranks) in [(Stride::Careful, &mut careful), (Stride::Bold, &mut bold)]
                {
                    let from = &rated[chance.below(rated.len())].preset;
                    let seed = u64::from(chance.share().to_bits());
                    let dreamt = dreamer.dream(from, stride, ROUNDS, seed, |_| true)?;
                    let Some(best) = dreamt.first() else { continue };
                    if stride == Stride::Bold {
                        realness.push(best.realness);
                    }
                    ranks.push(self.rank(best, content, &likings, |h| player.of(h))?);
                }
            }
            accuracy.push((player.name, right as f32 / (TIMES * held_out.len()) as f32));
        }
        Ok(Trial {
            ratings,
            mean_accuracy: mean(&accuracy.iter().map(|(_, share)| *share).collect::<Vec<_>>()),
            accuracy,
            careful_rank: mean(&careful),
            bold_rank: mean(&bold),
            bold_realness: mean(&realness),
        })
    }

    /// What share of settings of chance pleases less than a dream.
    fn rank(
        &self,
        dreamt: &Dreamt,
        content: &Content,
        likings: &[f32],
        liking: impl Fn(&Listened) -> f32,
    ) -> Result<f32> {
        let heard = self.hear(dreamt.preset.clone(), content)?;
        let Some(heard) = heard else { return Ok(0.0) };
        let pleases = liking(&heard.listened);
        let less = likings.iter().filter(|other| **other < pleases).count();
        Ok(less as f32 / likings.len() as f32)
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

impl Trial {
    /// A row of the table.
    pub(super) fn line(&self) -> String {
        format!(
            "{:>7} {:>9.2} {:>8.2} {:>5.2} {:>10.2}\n",
            self.ratings, self.mean_accuracy, self.careful_rank, self.bold_rank, self.bold_realness
        )
    }

    /// Every player's accuracy, in a line.
    pub(super) fn players(&self) -> String {
        let each = self
            .accuracy
            .iter()
            .map(|(name, share)| format!("{name} {share:.2}"));
        format!(
            "{:>7}  {}\n",
            self.ratings,
            each.collect::<Vec<_>>().join(", ")
        )
    }
}
