//! Which channels of a file are translated, and whether together or each by itself.

use std::str::FromStr;

use anyhow::{Result, bail};

/// Most channels that a file may have, as many as are read.
const MAX_CHANNELS: usize = 64;
/// Where the mix of uncorrelated channels is this much softer than they would be together, they cancel: for two channels
/// that is 12 dB below the sides.
const CANCELS_DB: f64 = -9.0;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) enum Channels {
    /// All of them mixed into one translation; the output has as many channels as the input, up to two.
    #[default]
    Mix,
    Left,
    Right,
    /// The left one and the right one, each by itself.
    Both,
    /// Every one by itself.
    All,
    /// These by themselves, counted from 1.
    These(Vec<usize>),
}

impl FromStr for Channels {
    type Err = String;

    fn from_str(text: &str) -> Result<Channels, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "mix" => return Ok(Channels::Mix),
            "left" => return Ok(Channels::Left),
            "right" => return Ok(Channels::Right),
            "both" => return Ok(Channels::Both),
            "all" => return Ok(Channels::All),
            _ => {}
        }
        let number = |part: &str| {
            let number = part.trim().parse::<usize>().ok();
            number.filter(|number| (1..=MAX_CHANNELS).contains(number))
        };
        let these: Option<Vec<usize>> = text.split(',').map(number).collect();
        these
            .filter(|these| these.len() <= MAX_CHANNELS)
            .map(Channels::These)
            .ok_or_else(|| {
                format!(
                    "give mix, left, right, both, all, or numbers from 1 to {MAX_CHANNELS} such as 3 or 3,4"
                )
            })
    }
}

/// How the channels of one file go through engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// One engine for all of them, of so many channels (1 or 2).
    Mix(usize),
    /// An engine for each of these, counted from 0.
    Each(Vec<usize>),
}

impl Channels {
    /// For a file of `count` channels. A mono file's only channel is its left and its right one.
    ///
    /// # Errors
    /// There are not as many channels, or there are too many for *left*, *right* and *both*.
    pub(crate) fn route(&self, count: usize) -> Result<Route> {
        let sides = |sides: Vec<usize>| match count {
            1 => Ok(Route::Each(vec![0])),
            2 => Ok(Route::Each(sides)),
            _ => bail!(
                "has {count} channels, of which none is just left or right: give --channels mix, all or numbers"
            ),
        };
        match self {
            Channels::Mix => Ok(Route::Mix(count.min(2))),
            Channels::Left => sides(vec![0]),
            Channels::Right => sides(vec![1]),
            Channels::Both => sides(vec![0, 1]),
            Channels::All => Ok(Route::Each((0..count).collect())),
            Channels::These(these) => match these.iter().find(|number| **number > count) {
                None => Ok(Route::Each(these.iter().map(|number| number - 1).collect())),
                Some(number) => bail!("has no channel {number}: it has {count}"),
            },
        }
    }
}

impl Route {
    /// Channels of the output.
    pub(crate) fn outputs(&self) -> usize {
        match self {
            Route::Mix(channels) => *channels,
            Route::Each(channels) => channels.len(),
        }
    }

    /// What each engine hears of a block: `planes` themselves, or their mean in the place of more than two.
    pub(crate) fn split<'a>(
        &self,
        planes: &'a [Vec<f32>],
        mean: &'a mut Vec<f32>,
    ) -> Vec<Vec<&'a [f32]>> {
        match self {
            Route::Each(channels) => {
                let chosen = channels.iter().filter_map(|channel| planes.get(*channel));
                chosen.map(|plane| vec![plane.as_slice()]).collect()
            }
            Route::Mix(_) if planes.len() <= 2 => {
                vec![planes.iter().map(Vec::as_slice).collect()]
            }
            Route::Mix(_) => {
                let gain = 1.0 / planes.len() as f32;
                let frames = planes.first().map_or(0, Vec::len);
                mean.clear();
                mean.extend(
                    (0..frames)
                        .map(|n| gain * planes.iter().map(|plane| finite(plane[n])).sum::<f32>()),
                );
                vec![vec![mean.as_slice(), mean.as_slice()]]
            }
        }
    }
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

/// Listens whether channels cancel where they are mixed.
#[derive(Default)]
pub(crate) struct Cancellation {
    channels: usize,
    sides: f64,
    mix: f64,
}

impl Cancellation {
    /// Hears a block of all channels.
    pub(crate) fn hear(&mut self, planes: &[Vec<f32>]) {
        self.channels = planes.len();
        for n in 0..planes.first().map_or(0, Vec::len) {
            let mut sum = 0.0;
            for plane in planes {
                let sample = f64::from(finite(plane[n]));
                sum += sample;
                self.sides += sample * sample;
            }
            self.mix += sum * sum;
        }
    }

    /// Whether the mix of all that was heard is much softer than that of unrelated channels.
    pub(crate) fn found(&self) -> bool {
        self.channels > 1 && self.mix < self.sides * 10f64.powf(CANCELS_DB / 10.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_asked_for_is_read_and_routed() {
        let routed = |text: &str, count| {
            let channels: Channels = text.parse().unwrap();
            channels.route(count).ok()
        };
        let each = |channels: &[usize]| Some(Route::Each(channels.to_vec()));
        assert_eq!(routed("mix", 1), Some(Route::Mix(1)));
        assert_eq!(routed("mix", 6), Some(Route::Mix(2)));
        assert_eq!(routed("Left", 2), each(&[0]));
        assert_eq!(routed("right", 2), each(&[1]));
        assert_eq!(routed("right", 1), each(&[0]));
        assert_eq!(routed("both", 2), each(&[0, 1]));
        assert_eq!(routed("both", 3), None);
        assert_eq!(routed("all", 3), each(&[0, 1, 2]));
        assert_eq!(routed("3", 4), each(&[2]));
        assert_eq!(routed("4, 3", 4), each(&[3, 2]));
        assert_eq!(routed("3", 2), None);
        for wrong in ["", "0", "65", "1,", "centre", "-1", "1+2"] {
            assert!(wrong.parse::<Channels>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_what_cancels_is_told() {
        let tone = |gain: f32, step: f32| -> Vec<f32> {
            (0..2_000).map(|n| gain * (n as f32 * step).sin()).collect()
        };
        let found = |planes: &[Vec<f32>]| {
            let mut cancellation = Cancellation::default();
            cancellation.hear(planes);
            cancellation.found()
        };
        let (tone, other, silence) = (tone(1.0, 0.05), tone(1.0, 0.083), vec![0.0; 2_000]);
        let minus = |gain: f32| -> Vec<f32> { tone.iter().map(|x| -gain * x).collect() };
        assert!(found(&[tone.clone(), minus(1.0)]));
        assert!(found(&[tone.clone(), minus(0.8)]));
        assert!(!found(&[tone.clone(), minus(0.5)]));
        assert!(!found(&[tone.clone(), tone.clone()]));
        assert!(!found(&[tone.clone(), other.clone()]));
        assert!(!found(&[tone.clone(), silence.clone()]));
        assert!(!found(&[silence.clone(), silence.clone()]));
        assert!(!found(std::slice::from_ref(&tone)));
        let many = vec![silence.clone(); 30];
        assert!(!found(&[many.clone(), vec![tone.clone()]].concat()));
        assert!(found(&[many, vec![tone.clone(), minus(1.0)]].concat()));
    }
}
