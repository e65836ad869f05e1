//! What a player likes, learnt from ratings.

use std::sync::Arc;

use mynah_engine::{Preset, Quality, TargetRef, surprise};
use mynah_models::realness::{Realness, SmallNetwork};

use crate::training::{Example, Training, train};
use crate::{ExploreError, Rating, SOUND_NUMBERS, setting};

/// How taste is learnt. Found on players of known taste (`mynah-lab explore`), as were the shares.
const TRAINING: Training = Training {
    members: 8,
    hidden: 12,
    steps: 120,
    rate: 0.05,
    reach: 1.0,
    anchor: 1.0,
    decay: 0.5,
    seed: 21,
};
/// How far all numbers of a sound together are from their mean, and how far all of a setting are: alone, and beside a sound.
const SOUND_LENGTH: f32 = 8.0;
const SETTING_LENGTH: f32 = 8.0;
const BESIDE_LENGTH: f32 = 5.0;
/// Settings of chance by which it is known how far each number goes, and what it counts for at least to have gone.
const USUAL: u64 = 256;
const LEAST_DEVIATION: f32 = 0.15;

/// Two ensembles of small networks: one knows the setting alone, the other what was measured of its sound, too.
pub struct Taste {
    realness: Arc<Realness>,
    targets: Vec<String>,
    /// Mean and deviation of each number of a setting.
    usual: Vec<(f32, f32)>,
    by_setting: Vec<SmallNetwork>,
    by_sound: Vec<SmallNetwork>,
}

impl Taste {
    /// Learns from ratings, some tenths of a second; `targets` are the names of the targets at hand. Without ratings everything is
    /// liked as well as not.
    ///
    /// # Errors
    /// If the realness network is made for other numbers, or candle fails.
    pub fn learn(
        ratings: &[Rating],
        realness: Arc<Realness>,
        targets: Vec<String>,
    ) -> Result<Self, ExploreError> {
        let found = realness.info().numbers;
        if found != SOUND_NUMBERS {
            return Err(ExploreError::OtherNumbers {
                found,
                expected: SOUND_NUMBERS,
            });
        }
        let Some(first) = ratings.first() else {
            return Ok(Self {
                realness,
                targets,
                usual: Vec::new(),
                by_setting: Vec::new(),
                by_sound: Vec::new(),
            });
        };
        let mut taste = Self {
            usual: usual(&first.preset, &targets),
            realness,
            targets,
            by_setting: Vec::new(),
            by_sound: Vec::new(),
        };
        let settings = ratings.iter().map(|rating| Example {
            input: taste.setting_row(&rating.preset, SETTING_LENGTH),
            answer: rating.liked,
        });
        let sounds = ratings.iter().filter_map(|rating| {
            Some(Example {
                input: taste.sound_row(&rating.preset, &rating.sound?),
                answer: rating.liked,
            })
        });
        let (settings, sounds): (Vec<_>, Vec<_>) = (settings.collect(), sounds.collect());
        taste.by_setting = train(&settings, &TRAINING)?;
        taste.by_sound = train(&sounds, &TRAINING)?;
        Ok(taste)
    }

    /// The probability that a setting is liked, whatever it sounds like.
    pub fn expects(&self, preset: &Preset) -> f32 {
        mean(&self.by_setting, || {
            self.setting_row(preset, SETTING_LENGTH)
        })
    }

    /// The probability that a setting is liked that sounds like this.
    pub fn likes(&self, preset: &Preset, sound: &[f32; SOUND_NUMBERS]) -> f32 {
        mean(&self.by_sound, || self.sound_row(preset, sound))
    }

    /// How probably a sound is of an instrument that is really played; the same whatever was rated.
    pub fn realness(&self, sound: &[f32; SOUND_NUMBERS]) -> f32 {
        let tables = self.realness.tables();
        tables.probability(&tables.standardized(sound))
    }

    /// Numbers of a setting, each in deviations from its mean; all together about as far from it as `length`.
    fn setting_row(&self, preset: &Preset, length: f32) -> Vec<f32> {
        let row = setting::row(preset, &self.targets);
        let scale = length / (row.len().max(1) as f32).sqrt();
        let usual = row.iter().zip(&self.usual);
        usual
            .map(|(number, (mean, deviation))| scale * (number - mean) / deviation)
            .collect()
    }

    fn sound_row(&self, preset: &Preset, sound: &[f32; SOUND_NUMBERS]) -> Vec<f32> {
        let mut row = self.realness.tables().standardized(sound);
        let scale = SOUND_LENGTH / (SOUND_NUMBERS as f32).sqrt();
        row.iter_mut().for_each(|number| *number *= scale);
        row.extend(self.setting_row(preset, BESIDE_LENGTH));
        row
    }
}

/// Mean and deviation of each number of settings of chance that play the same as this one.
fn usual(like: &Preset, targets: &[String]) -> Vec<(f32, f32)> {
    let references: Vec<TargetRef> = targets
        .iter()
        .map(|name| TargetRef {
            name: name.clone(),
            hash: None,
        })
        .collect();
    let rows: Vec<Vec<f32>> = (0..USUAL)
        .map(|seed| {
            let mut preset = surprise(seed, &references, Quality::Full);
            preset.plays = like.plays;
            setting::row(&preset, targets)
        })
        .collect();
    let numbers = rows.first().map_or(0, Vec::len);
    let of = |number: usize| {
        let along = || rows.iter().map(move |row| row[number]);
        let mean = along().sum::<f32>() / USUAL as f32;
        let square = along().map(|value| (value - mean).powi(2)).sum::<f32>() / USUAL as f32;
        (mean, square.sqrt().max(LEAST_DEVIATION))
    };
    (0..numbers).map(of).collect()
}

/// The mean of what the members say of a row; even where there is none.
fn mean(members: &[SmallNetwork], row: impl Fn() -> Vec<f32>) -> f32 {
    if members.is_empty() {
        return 0.5;
    }
    let row = row();
    let said = members.iter().map(|member| member.probability(&row));
    said.sum::<f32>() / members.len() as f32
}
