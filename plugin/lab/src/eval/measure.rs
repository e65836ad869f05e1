//! Runs one excerpt through the engine and measures it.

use std::sync::Arc;

use anyhow::Result;
use mynah_cli::notes::Note;
use mynah_cli::pipeline::translate_mono;
use mynah_engine::Controls;
use mynah_models::{Base, Mode, Target};

use super::baselines::griffin_lim;
use super::contour;
use super::figures::Measured;
use super::judge::Judge;
use super::judge::features::PITCH_FRAMES;
use super::mel::{self, MelAnalysis};
use super::metrics;
use super::pitch;
use super::pitch_score::{pitch_errors_cents, pitch_score, played_pitches};
use super::realism::TrueRendering;

/// Drive without the generator.
const PRIOR_ALONE: f32 = 0.0;
/// Rate of the evaluation in Hz: the network's own, so that no resampling is judged along with it.
const RATE_HZ: u32 = 48_000;

/// The target's own rendering of a phrase.
#[derive(Clone, Copy)]
pub(crate) struct Truth<'a> {
    pub(crate) rendering: &'a [f32],
    pub(crate) notes: &'a [Note],
}

/// Pitch tracks of a source and of its translation in mode *track*.
struct Pitches {
    source: Vec<Option<f64>>,
    track: Vec<Option<f64>>,
}

/// The chain under test with the tables of the metrics.
pub(crate) struct Bench<'a> {
    base: &'a Arc<Base>,
    target: &'a Arc<Target>,
    /// The judge, and which of its instruments the target is.
    judge: Option<(&'a Judge, usize)>,
    /// Share of the generator, 0 to 1.
    drive: f32,
    mel: MelAnalysis,
}

impl<'a> Bench<'a> {
    /// Measures translations to `target`, which is one of the instruments of the judge, if there is one.
    pub(crate) fn new(
        base: &'a Arc<Base>,
        target: &'a Arc<Target>,
        judge: Option<(&'a Judge, usize)>,
        drive: f32,
    ) -> Bench<'a> {
        Bench {
            base,
            target,
            judge,
            drive,
            mel: MelAnalysis::new(),
        }
    }

    /// The target.
    pub(crate) fn target(&self) -> &Target {
        self.target
    }

    /// Translates `signal` with default controls but for `mode` and the drive under test.
    pub(crate) fn translate(
        &self,
        signal: &[f32],
        mode: Mode,
        measured: &mut Measured,
    ) -> Result<Vec<f32>> {
        self.translate_at(signal, mode, self.drive, measured)
    }

    fn translate_at(
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
            ..Controls::neutral()
        };
        translate_mono(self.base, self.target, &controls, RATE_HZ, signal)
    }

    /// A melody: pitch, loudness and likeness in all cases, and the distance to `truth`, the target's own rendering, if
    /// there is one. That is compared with the source's dynamics, and once as it is.
    pub(crate) fn melody(
        &self,
        source: &[f32],
        truth: Option<Truth>,
        measured: &mut Measured,
    ) -> Result<()> {
        let track = self.translate(source, Mode::Track, measured)?;
        let follow = self.translate(source, Mode::Follow, measured)?;
        let notes = truth.map(|truth| truth.notes);
        let pitches = self.follows_source(source, notes, &track, &follow, measured);
        let Some(Truth {
            rendering: recorded,
            notes,
        }) = truth
        else {
            self.likeness(source, &track, None, &pitches, measured);
            return Ok(());
        };
        let truth = contour::matched(source, recorded);
        self.likeness(source, &track, Some(&truth), &pitches, measured);
        let prior = self.translate_at(source, Mode::Track, PRIOR_ALONE, measured)?;
        let (source_mel, track_mel) = (self.mel.log_mel(source), self.mel.log_mel(&track));
        let reference = self.mel.log_mel(&truth);
        let distance = |signal: &[f32]| mel::l1(&self.mel.log_mel(signal), &reference);
        measured.translation.push(mel::l1(&track_mel, &reference));
        measured.copy.push(mel::l1(&source_mel, &reference));
        measured.follow.push(distance(&follow));
        measured.prior.push(distance(&prior));
        let reference = self.mel.log_mel(recorded);
        measured
            .translation_own
            .push(mel::l1(&track_mel, &reference));
        measured.copy_own.push(mel::l1(&source_mel, &reference));
        measured.mrstft_full.push(metrics::mrstft(&track, &truth));
        measured.mrstft_prior.push(metrics::mrstft(&prior, &truth));
        let truth = TrueRendering::new(&truth, &pitch::track(&truth), notes);
        truth.compare(&track, &pitches.track, &mut measured.realism);
        let prior_pitch = pitch::track(&prior);
        truth.compare(&prior, &prior_pitch, &mut measured.realism_prior);
        Ok(())
    }

    /// What the judge says of the output, of the true rendering and of the source.
    fn likeness(
        &self,
        source: &[f32],
        track: &[f32],
        truth: Option<&[f32]>,
        pitches: &Pitches,
        measured: &mut Measured,
    ) {
        let Some((judge, class)) = self.judge else {
            return;
        };
        let judged = &mut measured.likeness;
        let output = judge.likeness(track, &pitches.track, class);
        judged.output.add(output);
        judged
            .source
            .add(judge.likeness(source, &pitches.source, class));
        if let Some(truth) = truth {
            judged.output_with_truth.add(output);
            let track = pitch::track_every(truth, PITCH_FRAMES);
            judged.truth.add(judge.likeness(truth, &track, class));
        }
    }

    /// A melody translated to the instrument it was played on.
    pub(crate) fn resynthesis(
        &self,
        source: &[f32],
        notes: &[Note],
        measured: &mut Measured,
    ) -> Result<()> {
        let track = self.translate(source, Mode::Track, measured)?;
        let follow = self.translate(source, Mode::Follow, measured)?;
        let prior = self.translate_at(source, Mode::Track, PRIOR_ALONE, measured)?;
        self.follows_source(source, Some(notes), &track, &follow, measured);
        let reference = self.mel.log_mel(source);
        let distance = |signal: &[f32]| mel::l1(&self.mel.log_mel(signal), &reference);
        measured.resynthesis.push(distance(&track));
        measured.resynthesis_prior.push(distance(&prior));
        let rebuilt = griffin_lim(&self.mel, &self.mel.amplitudes(source), source.len());
        measured.resynthesis_griffin_lim.push(distance(&rebuilt));
        Ok(())
    }

    /// What is asked of all melodies: `notes` are those that were played, where that is known.
    fn follows_source(
        &self,
        source: &[f32],
        notes: Option<&[Note]>,
        track: &[f32],
        follow: &[f32],
        measured: &mut Measured,
    ) -> Pitches {
        let pitches = Pitches {
            source: pitch::track(source),
            track: pitch::track(track),
        };
        let played = match notes {
            Some(notes) => played_pitches(&pitches.source, notes),
            None => pitches.source.clone(),
        };
        let score = |output: &[Option<f64>]| pitch_score(&played, output);
        measured.pitch_track.add(score(&pitches.track));
        measured.pitch_follow.add(score(&pitch::track(follow)));
        measured
            .pitch_errors_cents
            .extend(pitch_errors_cents(&played, &pitches.track));
        let loudness =
            metrics::loudness_match(&metrics::loudness_db(source), &metrics::loudness_db(track));
        if let Some((correlation, error_db)) = loudness {
            measured.loudness_correlation.push(correlation);
            measured.loudness_error_db.push(error_db);
        }
        pitches
    }

    /// Notes that stand apart: how late the output starts, in both modes.
    pub(crate) fn onsets(
        &self,
        source: &[f32],
        notes: &[Note],
        measured: &mut Measured,
    ) -> Result<()> {
        let starts: Vec<f64> = notes.iter().map(|n| n.start_s).collect();
        let track = self.translate(source, Mode::Track, measured)?;
        let follow = self.translate(source, Mode::Follow, measured)?;
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
        let follow = self.translate(source, Mode::Follow, measured)?;
        let output = metrics::chroma_correlation(&follow, notes);
        let ceiling = metrics::chroma_correlation(source, notes);
        if let (Some(output), Some(ceiling)) = (output, ceiling) {
            measured.chroma_output.push(output);
            measured.chroma_source.push(ceiling);
        }
        Ok(())
    }
}
