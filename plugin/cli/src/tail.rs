//! What sounds on after the input's end, and how a file comes to its own.

use std::str::FromStr;

use anyhow::Result;
use mynah_engine::Controls;

use crate::pipeline::Translation;

/// The tail is written in parts of this length; the last is faded to zero.
const PART_S: f64 = 0.05;
/// Longest tail that is chosen by itself, seconds.
const LONGEST_AUTO_S: f64 = 5.0;
/// Longest tail that may be asked for, seconds.
const LONGEST_S: f64 = 60.0;
/// A part that is so soft beside the loudest sample before ends the tail: -60 dB.
const SOFT: f32 = 1e-3;
/// So does one below -90 dBFS.
const SILENT: f32 = 3.162_277_6e-5;

/// How much of the tail to write.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Tail {
    /// So many seconds.
    Seconds(f64),
    /// Until it has died away.
    Auto,
}

impl Tail {
    /// What is written unless it is asked for otherwise: the tail of a room, and nothing without one.
    pub(crate) fn of(controls: &Controls) -> Tail {
        if controls.room > 0.0 {
            Tail::Auto
        } else {
            Tail::Seconds(0.0)
        }
    }
}

impl FromStr for Tail {
    type Err = String;

    fn from_str(text: &str) -> Result<Tail, String> {
        if text.eq_ignore_ascii_case("auto") {
            return Ok(Tail::Auto);
        }
        let seconds = text.parse::<f64>().ok();
        let seconds = seconds.filter(|seconds| (0.0..=LONGEST_S).contains(seconds));
        seconds
            .map(Tail::Seconds)
            .ok_or_else(|| format!("give 0 to {LONGEST_S} seconds, or auto"))
    }
}

/// Listens to what is written of one file, and writes its tail.
pub(crate) struct TailWriter {
    tail: Tail,
    rate_hz: f64,
    loudest: f32,
}

impl TailWriter {
    /// For a file at this rate.
    pub(crate) fn new(tail: Tail, rate_hz: u32) -> TailWriter {
        TailWriter {
            tail,
            rate_hz: f64::from(rate_hz),
            loudest: 0.0,
        }
    }

    /// Takes notice of how loud the output is.
    pub(crate) fn hear(&mut self, planes: &[&[f32]]) {
        self.loudest = self.loudest.max(peak(planes.iter().copied()));
    }

    /// Writes what sounds on once `translation` has been finished; how long that is, in seconds.
    ///
    /// # Errors
    /// What `sink` returns.
    pub(crate) fn write(
        &self,
        translation: &mut Translation,
        mut sink: impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<f64> {
        let seconds = match self.tail {
            Tail::Seconds(seconds) => seconds,
            Tail::Auto => LONGEST_AUTO_S,
        };
        let samples = (seconds * self.rate_hz).round() as usize;
        let part = ((PART_S * self.rate_hz).round() as usize).max(1);
        let soft = (SOFT * self.loudest).max(SILENT);
        let mut done = 0;
        while done < samples {
            let mut planes = translation.ring(part.min(samples - done))?;
            let length = planes.first().map_or(0, Vec::len);
            let peak = peak(planes.iter().map(Vec::as_slice));
            if self.tail == Tail::Auto && peak == 0.0 {
                break;
            }
            done += length;
            let ends = done == samples || (self.tail == Tail::Auto && peak < soft);
            if ends {
                planes.iter_mut().for_each(|plane| fade_out(plane));
            }
            let planes: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
            sink(&planes)?;
            if ends {
                break;
            }
        }
        Ok(done as f64 / self.rate_hz)
    }
}

fn peak<'a>(planes: impl Iterator<Item = &'a [f32]>) -> f32 {
    planes.flatten().fold(0.0, |peak, x| x.abs().max(peak))
}

/// In a straight line to zero, which the last sample is.
fn fade_out(plane: &mut [f32]) {
    let length = plane.len() as f32;
    for (n, sample) in plane.iter_mut().enumerate() {
        *sample *= 1.0 - (n + 1) as f32 / length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_read() {
        assert_eq!("auto".parse(), Ok(Tail::Auto));
        assert_eq!("0".parse(), Ok(Tail::Seconds(0.0)));
        assert_eq!("2.5".parse(), Ok(Tail::Seconds(2.5)));
        for wrong in ["-1", "61", "NaN", "inf", "long", ""] {
            let refused = wrong.parse::<Tail>();
            assert_eq!(refused, Err("give 0 to 60 seconds, or auto".to_owned()));
        }
    }

    #[test]
    fn fades_end_at_zero() {
        let mut plane = [1.0f32; 4];
        fade_out(&mut plane);
        assert_eq!(plane, [0.75, 0.5, 0.25, 0.0]);
    }
}
