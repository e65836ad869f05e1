//! What is measured, how it is pooled, and the JSON it becomes. The keys are documented in the crate's README.

use serde::Serialize;

use super::judge::{Likeness, Report};
use super::metrics::{mean, median};
use super::pitch_score::PitchScore;
use super::realism::Realism;
use super::tracker::Tracker;
use crate::outside::figures::Outside;

/// Version of the JSON's keys: goes up when one changes its meaning or vanishes.
pub(crate) const FORMAT_VERSION: u32 = 3;

/// What the judge says of outputs, true renderings and sources.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Judged {
    /// All outputs, and those of them that have a true rendering beside them.
    pub(crate) output: Likeness,
    pub(crate) output_with_truth: Likeness,
    pub(crate) truth: Likeness,
    pub(crate) source: Likeness,
}

impl Judged {
    fn add(&mut self, other: &Judged) {
        self.output.add(other.output);
        self.output_with_truth.add(other.output_with_truth);
        self.truth.add(other.truth);
        self.source.add(other.source);
    }

    fn share_of_ceiling(&self) -> Option<f64> {
        let ceiling = self.truth.share().filter(|share| *share > 0.0)?;
        Some(self.output_with_truth.share()? / ceiling)
    }
}

/// Raw measurements of any number of excerpts. Empty lists become null figures.
#[derive(Clone, Default, Debug)]
pub(crate) struct Measured {
    /// Log-mel L1 of output, of the copied source, of the prior alone (drive 0) and of follow mode to the true target.
    pub(crate) translation: Vec<f64>,
    pub(crate) copy: Vec<f64>,
    pub(crate) prior: Vec<f64>,
    pub(crate) follow: Vec<f64>,
    /// The first two against the target's rendering as it was recorded, without the source's dynamics.
    pub(crate) translation_own: Vec<f64>,
    pub(crate) copy_own: Vec<f64>,
    /// Log-mel L1 of an instrument translated to itself, by the chain, the prior alone and Griffin-Lim.
    pub(crate) resynthesis: Vec<f64>,
    pub(crate) resynthesis_prior: Vec<f64>,
    pub(crate) resynthesis_griffin_lim: Vec<f64>,
    /// Multi-resolution STFT distance to the true target with the drive under test and with the prior alone.
    pub(crate) mrstft_full: Vec<f64>,
    pub(crate) mrstft_prior: Vec<f64>,
    /// Attacks and noise with the drive under test and with the prior alone.
    pub(crate) realism: Realism,
    pub(crate) realism_prior: Realism,
    pub(crate) pitch_track: PitchScore,
    pub(crate) pitch_follow: PitchScore,
    /// Of the frames in which source and output have a pitch, how far the two are apart.
    pub(crate) pitch_errors_cents: Vec<f64>,
    pub(crate) likeness: Judged,
    pub(crate) loudness_correlation: Vec<f64>,
    pub(crate) loudness_error_db: Vec<f64>,
    pub(crate) chroma_output: Vec<f64>,
    pub(crate) chroma_source: Vec<f64>,
    pub(crate) onset_track_ms: Vec<f64>,
    pub(crate) onset_follow_ms: Vec<f64>,
    /// Sound translated, in seconds.
    pub(crate) audio_seconds: f64,
}

impl Measured {
    /// Adds the measurements of `other`.
    pub(crate) fn merge(&mut self, other: &Measured) {
        let lists: [(&mut Vec<f64>, &Vec<f64>); 18] = [
            (&mut self.translation, &other.translation),
            (&mut self.copy, &other.copy),
            (&mut self.prior, &other.prior),
            (&mut self.follow, &other.follow),
            (&mut self.translation_own, &other.translation_own),
            (&mut self.copy_own, &other.copy_own),
            (&mut self.resynthesis, &other.resynthesis),
            (&mut self.resynthesis_prior, &other.resynthesis_prior),
            (
                &mut self.resynthesis_griffin_lim,
                &other.resynthesis_griffin_lim,
            ),
            (&mut self.mrstft_full, &other.mrstft_full),
            (&mut self.mrstft_prior, &other.mrstft_prior),
            (&mut self.pitch_errors_cents, &other.pitch_errors_cents),
            (&mut self.loudness_correlation, &other.loudness_correlation),
            (&mut self.loudness_error_db, &other.loudness_error_db),
            (&mut self.chroma_output, &other.chroma_output),
            (&mut self.chroma_source, &other.chroma_source),
            (&mut self.onset_track_ms, &other.onset_track_ms),
            (&mut self.onset_follow_ms, &other.onset_follow_ms),
        ];
        for (mine, theirs) in lists {
            mine.extend_from_slice(theirs);
        }
        self.realism.add(&other.realism);
        self.realism_prior.add(&other.realism_prior);
        self.pitch_track.add(other.pitch_track);
        self.pitch_follow.add(other.pitch_follow);
        self.likeness.add(&other.likeness);
        self.audio_seconds += other.audio_seconds;
    }

    /// The figures of these measurements. Ratios are ratios of means, so that no single easy excerpt weighs double.
    pub(crate) fn figures(&self) -> Figures {
        let ratio = |a: &[f64], b: &[f64]| Some(mean(a)? / mean(b)?);
        let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
        let (full, prior) = (self.realism.errors(), self.realism_prior.errors());
        Figures {
            translation_ratio: ratio(&self.translation, &self.copy),
            translation_ratio_prior: ratio(&self.prior, &self.copy),
            translation_ratio_follow: ratio(&self.follow, &self.copy),
            translation_ratio_own_dynamics: ratio(&self.translation_own, &self.copy_own),
            translation_l1: mean(&self.translation),
            copy_l1: mean(&self.copy),
            resynthesis_l1: mean(&self.resynthesis),
            resynthesis_prior_l1: mean(&self.resynthesis_prior),
            resynthesis_griffin_lim_l1: mean(&self.resynthesis_griffin_lim),
            generator_gain: ratio(&self.mrstft_full, &self.mrstft_prior).map(|r| 1.0 - r),
            attack_energy_error_db: full.attack_energy_db,
            attack_energy_error_db_prior: prior.attack_energy_db,
            attack_flux_error: full.attack_flux,
            attack_flux_error_prior: prior.attack_flux,
            band_noise_error_db: full.band_noise_db,
            band_noise_error_db_prior: prior.band_noise_db,
            pitch_within_50_cents: share(
                self.pitch_track.within_50_cents,
                self.pitch_track.source_voiced,
            ),
            pitch_within_50_cents_follow: share(
                self.pitch_follow.within_50_cents,
                self.pitch_follow.source_voiced,
            ),
            pitch_within_50_cents_both_voiced: share(
                self.pitch_track.within_50_cents,
                self.pitch_track.both_voiced,
            ),
            pitch_median_error_cents: median(&self.pitch_errors_cents),
            polyphony_share_of_ceiling: ratio(&self.chroma_output, &self.chroma_source),
            loudness_correlation: mean(&self.loudness_correlation),
            loudness_rms_error_db: mean(&self.loudness_error_db),
            target_likeness: self.likeness.output.share(),
            target_likeness_ceiling: self.likeness.truth.share(),
            target_likeness_floor: self.likeness.source.share(),
            target_likeness_share_of_ceiling: self.likeness.share_of_ceiling(),
            onset_delay_follow_ms: median(&self.onset_follow_ms),
            onset_delay_track_ms: median(&self.onset_track_ms),
        }
    }
}

/// The figures of one pair or of all. `None` (null) is "not measured", never a guess.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) translation_ratio: Option<f64>,
    pub(crate) translation_ratio_prior: Option<f64>,
    pub(crate) translation_ratio_follow: Option<f64>,
    pub(crate) translation_ratio_own_dynamics: Option<f64>,
    pub(crate) translation_l1: Option<f64>,
    pub(crate) copy_l1: Option<f64>,
    pub(crate) resynthesis_l1: Option<f64>,
    pub(crate) resynthesis_prior_l1: Option<f64>,
    pub(crate) resynthesis_griffin_lim_l1: Option<f64>,
    pub(crate) generator_gain: Option<f64>,
    pub(crate) attack_energy_error_db: Option<f64>,
    pub(crate) attack_energy_error_db_prior: Option<f64>,
    pub(crate) attack_flux_error: Option<f64>,
    pub(crate) attack_flux_error_prior: Option<f64>,
    pub(crate) band_noise_error_db: Option<f64>,
    pub(crate) band_noise_error_db_prior: Option<f64>,
    pub(crate) pitch_within_50_cents: Option<f64>,
    pub(crate) pitch_within_50_cents_follow: Option<f64>,
    pub(crate) pitch_within_50_cents_both_voiced: Option<f64>,
    pub(crate) pitch_median_error_cents: Option<f64>,
    pub(crate) polyphony_share_of_ceiling: Option<f64>,
    pub(crate) loudness_correlation: Option<f64>,
    pub(crate) loudness_rms_error_db: Option<f64>,
    pub(crate) target_likeness: Option<f64>,
    pub(crate) target_likeness_ceiling: Option<f64>,
    pub(crate) target_likeness_floor: Option<f64>,
    pub(crate) target_likeness_share_of_ceiling: Option<f64>,
    pub(crate) onset_delay_follow_ms: Option<f64>,
    pub(crate) onset_delay_track_ms: Option<f64>,
}

/// One source and target.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) source: String,
    pub(crate) target: String,
    /// Excerpts measured; 0 where no held-out phrase fits both instruments.
    pub(crate) phrases: usize,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// What the sources are.
#[derive(Serialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DataKind {
    /// Held-out recordings of `--data`.
    Recordings,
    /// Phrases made by the program's own synthesis: no true target rendering exists.
    Synthetic,
}

/// One source, all targets.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Source {
    pub(crate) source: String,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// Sources that training never heard.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct NeverTrained {
    pub(crate) audio_seconds: f64,
    #[serde(flatten)]
    pub(crate) figures: Figures,
    pub(crate) sources: Vec<Source>,
    pub(crate) pairs: Vec<Pair>,
}

/// The whole result.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Evaluation {
    pub(crate) format_version: u32,
    pub(crate) data: DataKind,
    pub(crate) split_seed: u64,
    pub(crate) phrases_per_pair: usize,
    /// Share of the generator in all that is not named the prior's.
    pub(crate) drive: f32,
    /// Controls that were changed for what the outside judge hears, as they were given.
    pub(crate) set: Vec<String>,
    pub(crate) base_hash: String,
    pub(crate) audio_seconds: f64,
    pub(crate) judge_accuracy: Option<f64>,
    #[serde(flatten)]
    pub(crate) figures: Figures,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) never_trained: Option<NeverTrained>,
    pub(crate) judge: Option<Report>,
    /// `None` where only the outside judge was asked.
    pub(crate) tracker: Option<Tracker>,
    #[serde(flatten)]
    pub(crate) outside: Outside,
}
