//! The work on one file.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use mynah_engine::Channels::Stereo;
use mynah_engine::{KeyByEar, Scale, Survey};
use mynah_models::Base;

use super::SILENCE;
use super::plan::{Job, check_rate};
use super::report::{FileReport, Status};
use crate::audio::metadata::Metadata;
use crate::audio::pending::{Destination, folder_of};
use crate::audio::read::Reader;
use crate::audio::source::Source;
use crate::audio::write::Writer;
use crate::chains::{Chains, Voice};
use crate::channels::{Cancellation, Channels, Route};
use crate::commands::setting::Setting;
use crate::midi::Melody;
use crate::progress::Bars;
use crate::tail::{Ending, Tail};

/// Silence between channels that are heard one after the other, so that they do not run into one another, in seconds.
const BETWEEN_CHANNELS_S: f64 = 0.5;

/// Everything one file's translation needs besides the file. Any thread, many at once.
pub(super) struct Work {
    pub(super) base: Arc<Base>,
    pub(super) setting: Setting,
    pub(super) tail: Tail,
    pub(super) channels: Channels,
    pub(super) melody: Option<Melody>,
    pub(super) overwrite: bool,
    /// Whether files of which anything is lost are refused.
    pub(super) strict: bool,
    /// Whether the folders of outputs are made if they are missing.
    pub(super) makes_folders: bool,
}

impl Work {
    /// Translates one file and says how that went.
    pub(super) fn bounce(&self, mut job: Job, bars: &Bars) -> FileReport {
        let output = Some(job.output.shown());
        let mut report = FileReport::new(job.source.shown(), output, Status::Done);
        if let Err(error) = self.translate(&mut job, &mut report, bars) {
            report.status = Status::Failed;
            report.error = Some(format!("{error:#}"));
        }
        report
    }

    fn translate(&self, job: &mut Job, report: &mut FileReport, bars: &Bars) -> Result<()> {
        let shown = job.source.shown();
        let mut reader = job.source.reader()?;
        check_rate(&reader, job.source.path())?;
        let rate_hz = reader.rate_hz();
        let route = self.channels.route(reader.channels());
        let route = route.map_err(|e| anyhow!("'{shown}' {e}"))?;
        let channels = route.outputs();
        job.encoding
            .check(rate_hz, channels)
            .with_context(|| format!("'{shown}'"))?;
        report.rate_hz = Some(rate_hz);
        report.channels = Some(channels);
        // Two sides that go into one engine, which keeps them apart.
        let is_stereo = self.setting.controls.channels == Stereo && reader.channels() == 2;
        let survey = self.survey(&mut job.source, &route, is_stereo)?;
        let controls = &self.setting.controls;
        let octave = match &survey {
            Some(survey) if self.finds_octave() => {
                Some(survey.octave(&self.setting.targets, controls))
            }
            _ => None,
        };
        let key = survey.filter(|_| self.finds_key()).and_then(|s| s.key());
        report.key = key.map(|heard| heard.key.name());
        report.octave_found = octave.is_some();
        report.octave = match octave {
            None if self.setting.controls.octave_auto => None,
            None => Some(self.setting.controls.octave),
            found => found,
        };
        let mut chains = Chains::new(
            route.clone(),
            &Voice {
                base: &self.base,
                targets: &self.setting.targets,
                controls: &self.setting.controls,
                octave,
                key: KeyByEar::Known(key.map(|heard| heard.key)),
                melody: self.melody.as_ref(),
            },
            rate_hz,
        )?;
        let metadata = Metadata::read(&mut job.source, job.encoding);
        report.warnings.extend(metadata.warning(&shown));
        if job.source.is_stream() {
            reader = job.source.reader()?;
        }
        if let (true, Destination::File(path)) = (self.makes_folders, &job.output) {
            let folder = folder_of(path);
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder '{}'", folder.display()))?;
        }
        let mut writer = Writer::create(
            &job.output,
            job.encoding,
            rate_hz,
            channels,
            self.overwrite,
            &metadata,
        )?;
        let name = job.source.path().file_name().unwrap_or_default();
        let mut bar = bars.file(&name.to_string_lossy(), reader.frames_hint(), rate_hz);
        let mut ending = Ending::new(self.tail, rate_hz, channels);
        let mut cancellation = Cancellation::default();
        let mut mean = Vec::new();
        let mut loudest = 0.0f32;
        while let Some(planes) = reader.next_block()? {
            match &route {
                Route::Mix(_) => {
                    cancellation.hear(planes);
                    loudest = planes.iter().map(Vec::as_slice).fold(loudest, peak);
                }
                Route::Each(_) => {
                    let heard = route.split(planes, &mut mean);
                    loudest = heard.into_iter().flatten().fold(loudest, peak);
                }
            }
            chains.push(planes, |output| {
                ending.pass(output, |output| writer.write(output))
            })?;
            bar.advance(planes.first().map_or(0, Vec::len));
        }
        chains.finish(|output| ending.pass(output, |output| writer.write(output)))?;
        let tail_s = ending.finish(&mut chains, |output| writer.write(output))?;
        report.losses = reader.losses().to_vec();
        if let (true, Some(loss)) = (self.strict, report.losses.first()) {
            bail!("'{shown}' {loss}; --strict refuses such files");
        }
        report.clipped_samples = writer.finish()?;
        report.seconds = Some(bar.seconds());
        report.tail_seconds = Some(tail_s);
        report.took_seconds = bar.elapsed().as_secs_f64();
        let cancels = cancellation.found() && !is_stereo;
        self.warn(report, &shown, loudest < SILENCE, cancels);
        Ok(())
    }

    fn warn(&self, report: &mut FileReport, shown: &str, is_silent: bool, cancels: bool) {
        let losses = report.losses.iter().map(|loss| format!("'{shown}' {loss}"));
        let mut warnings: Vec<String> = losses.collect();
        if is_silent {
            let which = match self.channels {
                Channels::Mix | Channels::All => "",
                _ => " in the channels that were asked for",
            };
            warnings.push(format!(
                "'{shown}' is silent{which}, and so is its translation"
            ));
        }
        if cancels {
            warnings.push(format!(
                "the two sides of '{shown}' cancel in the mix: try --channels left or both"
            ));
        }
        if report.clipped_samples > 0 {
            warnings.push(format!(
                "{} samples of the translation of '{shown}' are clipped: lower it with --set output_gain=-6, or use \
                 --bits 32f",
                report.clipped_samples
            ));
        }
        report.warnings.extend(warnings);
    }

    /// Whether one octave is to be found for a whole file.
    fn finds_octave(&self) -> bool {
        self.setting.controls.octave_auto && !self.setting.octave_live
    }

    /// Whether one key is to be found for a whole file.
    fn finds_key(&self) -> bool {
        let controls = &self.setting.controls;
        controls.scale == Scale::Auto && controls.snap > 0.0
    }

    /// What a whole file plays, if an octave or a key is to be found: hears all of it first, of channels that are translated
    /// by themselves one after the other, so that all of them are treated alike.
    fn survey(
        &self,
        source: &mut Source,
        route: &Route,
        is_stereo: bool,
    ) -> Result<Option<Survey>> {
        if !self.finds_octave() && !self.finds_key() {
            return Ok(None);
        }
        let passes: Vec<Route> = match route {
            Route::Mix(_) if is_stereo => vec![Route::Each(vec![0]), Route::Each(vec![1])],
            Route::Mix(_) => vec![route.clone()],
            Route::Each(channels) => {
                let each = channels.iter().map(|channel| Route::Each(vec![*channel]));
                each.collect()
            }
        };
        let mut survey: Option<Survey> = None;
        for pass in passes {
            let mut reader: Reader = source.reader()?;
            let rate_hz = f64::from(reader.rate_hz());
            let survey = match &mut survey {
                Some(survey) => {
                    let silence = vec![0.0; (BETWEEN_CHANNELS_S * rate_hz) as usize];
                    survey.hear(&[&silence]);
                    survey
                }
                none => none.insert(Survey::new(rate_hz)?),
            };
            let mut mean = Vec::new();
            while let Some(planes) = reader.next_block()? {
                for heard in pass.split(planes, &mut mean) {
                    survey.hear(&heard);
                }
            }
        }
        Ok(survey)
    }
}

fn peak(loudest: f32, plane: &[f32]) -> f32 {
    let finite = plane.iter().filter(|sample| sample.is_finite());
    finite.fold(loudest, |loudest, sample| loudest.max(sample.abs()))
}
