//! How a bounce ends: what sounds on after the input's end, and how it comes to rest without a click.

use std::str::FromStr;

use anyhow::Result;

/// The tail is heard in parts of this length; the last is faded to zero.
const PART_S: f64 = 0.05;
/// Where sound is cut off, the last of it is faded to zero over this length.
const CUT_S: f64 = 0.005;
/// Longest tail that is chosen by itself, seconds.
const LONGEST_AUTO_S: f64 = 5.0;
/// Longest tail that may be asked for, seconds.
const LONGEST_S: f64 = 60.0;
/// A part that is so soft beside the loudest sample before ends the tail: -60 dB.
const SOFT: f32 = 1e-3;
/// So does one below -90 dBFS.
const SILENT: f32 = 3.162_277_6e-5;

/// How much of the tail to write.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) enum Tail {
    /// So many seconds.
    Seconds(f64),
    /// Until it has died away.
    #[default]
    Auto,
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

/// Whatever goes on sounding in silence.
pub(crate) trait Ring {
    /// So many frames more, given to `sink`.
    ///
    /// # Errors
    /// What `sink` returns.
    fn ring(&mut self, frames: usize, sink: impl FnMut(&[&[f32]]) -> Result<()>) -> Result<()>;
}

/// Passes the sound of one file on, all but its very end, and gives that its end.
pub(crate) struct Ending {
    tail: Tail,
    rate_hz: f64,
    loudest: f32,
    /// What is held back, one plane per channel: that much may have to be faded.
    held: Vec<Vec<f32>>,
    hold_frames: usize,
}

impl Ending {
    /// For a file of this rate and so many channels.
    pub(crate) fn new(tail: Tail, rate_hz: u32, channels: usize) -> Ending {
        let rate_hz = f64::from(rate_hz);
        let hold_s = match tail {
            Tail::Seconds(seconds) => seconds.clamp(CUT_S, PART_S),
            Tail::Auto => 0.0,
        };
        Ending {
            tail,
            rate_hz,
            loudest: 0.0,
            held: vec![Vec::new(); channels],
            hold_frames: (hold_s * rate_hz).round() as usize,
        }
    }

    /// Takes the next sound and gives to `sink` what cannot belong to the end any more.
    ///
    /// # Errors
    /// What `sink` returns.
    pub(crate) fn pass(
        &mut self,
        planes: &[&[f32]],
        mut sink: impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        self.loudest = self.loudest.max(peak(planes.iter().copied()));
        for (held, plane) in self.held.iter_mut().zip(planes) {
            held.extend_from_slice(plane);
        }
        let length = self.held.first().map_or(0, Vec::len);
        let due = length.saturating_sub(self.hold_frames);
        if due > 0 {
            let planes: Vec<&[f32]> = self.held.iter().map(|held| &held[..due]).collect();
            sink(&planes)?;
            self.held
                .iter_mut()
                .for_each(|held| drop(held.drain(..due)));
        }
        Ok(())
    }

    /// Writes what sounds on in `ringing`, and ends it; how long that is, in seconds.
    ///
    /// # Errors
    /// What `sink` returns.
    pub(crate) fn finish(
        mut self,
        ringing: &mut impl Ring,
        mut sink: impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<f64> {
        let frames = match self.tail {
            Tail::Seconds(seconds) => self.ring_for(seconds, ringing, &mut sink)?,
            Tail::Auto => self.ring_out(ringing, &mut sink)?,
        };
        let planes: Vec<&[f32]> = self.held.iter().map(Vec::as_slice).collect();
        sink(&planes)?;
        Ok(frames as f64 / self.rate_hz)
    }

    /// Part by part until one is soft, which is the last.
    fn ring_out(
        &mut self,
        ringing: &mut impl Ring,
        sink: &mut impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<usize> {
        let part = self.part_frames();
        let soft = (SOFT * self.loudest).max(SILENT);
        let longest = (LONGEST_AUTO_S * self.rate_hz).round() as usize;
        let mut done = 0;
        while done < longest {
            let sound = rung(ringing, part.min(longest - done), self.held.len())?;
            let loudest = peak(sound.iter().map(Vec::as_slice));
            if loudest < SILENT {
                break;
            }
            done += sound.first().map_or(0, Vec::len);
            self.held = sound;
            if done >= longest || loudest < soft {
                self.held.iter_mut().for_each(|plane| fade_out(plane));
                break;
            }
            let planes: Vec<&[f32]> = self.held.iter().map(Vec::as_slice).collect();
            sink(&planes)?;
            self.held.iter_mut().for_each(Vec::clear);
        }
        Ok(done)
    }

    /// So much of it, whatever it is. If it would sound on, what is held back is faded.
    fn ring_for(
        &mut self,
        seconds: f64,
        ringing: &mut impl Ring,
        sink: &mut impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<usize> {
        let frames = (seconds * self.rate_hz).round() as usize;
        let part = self.part_frames();
        for start in (0..frames).step_by(part) {
            let length = part.min(frames - start);
            ringing.ring(length, |planes| self.pass(planes, &mut *sink))?;
        }
        let next = rung(ringing, part, self.held.len())?;
        if peak(next.iter().map(Vec::as_slice)) >= SILENT {
            self.held.iter_mut().for_each(|plane| fade_out(plane));
        }
        Ok(frames)
    }

    fn part_frames(&self) -> usize {
        ((PART_S * self.rate_hz).round() as usize).max(1)
    }
}

/// Fades the last of a sound that goes on after its end, if there is any.
pub(crate) fn fade_cut(sound: &mut [f32], rate_hz: u32) {
    let frames = (CUT_S * f64::from(rate_hz)).round() as usize;
    let start = sound.len().saturating_sub(frames);
    let last = &mut sound[start..];
    if peak(std::iter::once(&*last)) >= SILENT {
        fade_out(last);
    }
}

fn rung(ringing: &mut impl Ring, frames: usize, channels: usize) -> Result<Vec<Vec<f32>>> {
    let mut sound = vec![Vec::with_capacity(frames); channels];
    ringing.ring(frames, |planes| {
        for (sound, plane) in sound.iter_mut().zip(planes) {
            sound.extend_from_slice(plane);
        }
        Ok(())
    })?;
    Ok(sound)
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
    #![allow(clippy::unwrap_used)]
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

    /// Rings at ±0.5 for so many frames, then not at all.
    struct Bell(usize);

    impl Ring for Bell {
        fn ring(
            &mut self,
            frames: usize,
            mut sink: impl FnMut(&[&[f32]]) -> Result<()>,
        ) -> Result<()> {
            for _ in 0..frames {
                let sample = if self.0 == 0 { 0.0 } else { 0.5 };
                self.0 = self.0.saturating_sub(1);
                sink(&[&[sample]])?;
            }
            Ok(())
        }
    }

    fn ended(tail: Tail, sound: &[f32], bell: usize) -> Vec<f32> {
        let mut written = Vec::new();
        let mut ending = Ending::new(tail, 1_000, 1);
        for part in sound.chunks(7) {
            ending
                .pass(&[part], |planes| {
                    written.extend_from_slice(planes[0]);
                    Ok(())
                })
                .unwrap();
        }
        let seconds = ending
            .finish(&mut Bell(bell), |planes| {
                written.extend_from_slice(planes[0]);
                Ok(())
            })
            .unwrap();
        let tail = (seconds * 1_000.0).round() as usize;
        assert_eq!(written.len(), sound.len() + tail);
        written
    }

    #[test]
    fn whatever_is_cut_off_comes_to_zero_and_what_is_not_stays() {
        for length in [0, 1, 3, 30] {
            let sound = vec![0.5; length];
            for seconds in [0.0, 0.001, 0.02, 0.2] {
                let tail = Tail::Seconds(seconds);
                let written = ended(tail, &sound, 1_000);
                assert!(written.last().is_none_or(|last| *last == 0.0), "{tail:?}");
                let kept = length.saturating_sub(5);
                assert_eq!(written[..kept], sound[..kept]);
            }
            assert_eq!(ended(Tail::Seconds(0.0), &sound, 0), sound);
            assert_eq!(ended(Tail::Auto, &sound, 0), sound);
            let rung = ended(Tail::Auto, &sound, 120);
            assert_eq!(rung.len(), length + 150);
            assert_eq!(ended(Tail::Auto, &sound, 6_000).len(), length + 5_000);
        }
    }
}
