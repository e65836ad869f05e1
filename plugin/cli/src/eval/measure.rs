//! Runs one excerpt through the engine and measures it.

use std::sync::Arc;

use anyhow::Result;
use mynah_engine::Controls;
use mynah_models::{Base, Mode, Target};

use super::baselines::griffin_lim;
use super::figures::Measured;
use super::mel::{self, MelAnalysis};
use super::metrics;
use crate::notes::Note;
use crate::pipeline::translate_mono;

/// Rate of the evaluation in Hz: the network's own, so that no resampling is judged along with it.
const RATE_HZ: u32 = 48_000;

/// The chain under test with the tables of the metrics.
pub(crate) struct Bench<'a> {
    base: &'a Arc<Base>,
    target: &'a Arc<Target>,
    mel: MelAnalysis,
}

impl<'a> Bench<'a> {
    /// Measures translations to `target`.
    pub(crate) fn new(base: &'a Arc<Base>, target: &'a Arc<Target>) -> Bench<'a> {
        Bench {
            base,
            target,
            mel: MelAnalysis::new(),
        }
    }

    fn translate(
        &self,
        signal: &[f32],
        mode: Mode,
        drive: f32,
        measured: &mut Measured,
    ) -> Result<Vec<f32>> {
        measured.audio_seconds += signal.len() as f64 / f64::from(RATE_HZ);
        let controls = Controls {
            mode,
            drive,
            ..Controls::default()
        };
        translate_mono(self.base, self.target, &controls, RATE_HZ, signal)
    }

    /// A melody: pitch and loudness in all cases, and the distance to `truth`, the target's own rendering, if there is one.
    pub(crate) fn melody(
        &self,
        source: &[f32],
        truth: Option<&[f32]>,
        measured: &mut Measured,
    ) -> Result<()> {
        let track = self.translate(source, Mode::Track, 1.0, measured)?;
        let follow = self.translate(source, Mode::Follow, 1.0, measured)?;
        self.follows_source(source, &track, &follow, measured);
        let Some(truth) = truth else { return Ok(()) };
        let prior = self.translate(source, Mode::Track, 0.0, measured)?;
        let reference = self.mel.log_mel(truth);
        let distance = |signal: &[f32]| mel::l1(&self.mel.log_mel(signal), &reference);
        measured.translation.push(distance(&track));
        measured.follow.push(distance(&follow));
        measured.prior.push(distance(&prior));
        measured.copy.push(distance(source));
        measured.mrstft_full.push(metrics::mrstft(&track, truth));
        measured.mrstft_prior.push(metrics::mrstft(&prior, truth));
        Ok(())
    }

    /// A melody translated to the instrument it was played on.
    pub(crate) fn resynthesis(&self, source: &[f32], measured: &mut Measured) -> Result<()> {
        let track = self.translate(source, Mode::Track, 1.0, measured)?;
        let follow = self.translate(source, Mode::Follow, 1.0, measured)?;
        let prior = self.translate(source, Mode::Track, 0.0, measured)?;
        self.follows_source(source, &track, &follow, measured);
        let reference = self.mel.log_mel(source);
        let distance = |signal: &[f32]| mel::l1(&self.mel.log_mel(signal), &reference);
        measured.resynthesis.push(distance(&track));
        measured.resynthesis_prior.push(distance(&prior));
        let rebuilt = griffin_lim(&self.mel, &self.mel.amplitudes(source), source.len());
        measured.resynthesis_griffin_lim.push(distance(&rebuilt));
        Ok(())
    }

    fn follows_source(
        &self,
        source: &[f32],
        track: &[f32],
        follow: &[f32],
        measured: &mut Measured,
    ) {
        let source_pitch = metrics::pitch_track(source);
        measured.pitch_track.add(metrics::pitch_score(
            &source_pitch,
            &metrics::pitch_track(track),
        ));
        measured.pitch_follow.add(metrics::pitch_score(
            &source_pitch,
            &metrics::pitch_track(follow),
        ));
        let loudness =
            metrics::loudness_match(&metrics::loudness_db(source), &metrics::loudness_db(track));
        if let Some((correlation, error_db)) = loudness {
            measured.loudness_correlation.push(correlation);
            measured.loudness_error_db.push(error_db);
        }
    }

    /// Notes that stand apart: how late the output starts, in both modes.
    pub(crate) fn onsets(
        &self,
        source: &[f32],
        notes: &[Note],
        measured: &mut Measured,
    ) -> Result<()> {
        let starts: Vec<f64> = notes.iter().map(|n| n.start_s).collect();
        let track = self.translate(source, Mode::Track, 1.0, measured)?;
        let follow = self.translate(source, Mode::Follow, 1.0, measured)?;
        measured
            .onset_track_ms
            .extend(metrics::onset_delays_ms(source, &track, &starts));
        measured
            .onset_follow_ms
            .extend(metrics::onset_delays_ms(source, &follow, &starts));
        Ok(())
    }

    /// Chords in *follow*: how well the output's pitch classes agree with the notes, beside the source's own agreement.
    pub(crate) fn chords(
        &self,
        source: &[f32],
        notes: &[Note],
        measured: &mut Measured,
    ) -> Result<()> {
        let follow = self.translate(source, Mode::Follow, 1.0, measured)?;
        let output = metrics::chroma_correlation(&follow, notes);
        let ceiling = metrics::chroma_correlation(source, notes);
        if let (Some(output), Some(ceiling)) = (output, ceiling) {
            measured.chroma_output.push(output);
            measured.chroma_source.push(ceiling);
        }
        Ok(())
    }
}
