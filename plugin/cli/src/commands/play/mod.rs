//! `mynah play`: a MIDI file in, what the targets make of it out.

mod parts;

use anyhow::{Context, Result, bail};
use mynah_engine::Library;
use serde::Serialize;

use self::parts::Parts;
use super::setting::Setting;
use crate::audio::metadata::Metadata;
use crate::audio::pending::Destination;
use crate::audio::write::{Encoding, Writer};
use crate::cli::Play;
use crate::identity::FileId;
use crate::interrupt;
use crate::progress::Bars;
use crate::score::Score;
use crate::tail::Ending;

/// Frames made at once; any other number would give the same sound.
const BLOCK_FRAMES: usize = 1 << 16;

/// What was played.
#[derive(Serialize)]
pub(super) struct Report {
    input: String,
    output: String,
    rate_hz: u32,
    seconds: f64,
    tail_seconds: f64,
    clipped_samples: u64,
    parts: Vec<parts::PartReport>,
    warnings: Vec<String>,
}

/// Plays the file.
///
/// # Errors
/// The file cannot be read, has no notes, or a target is unknown; the output is there already or cannot be written.
pub(super) fn run(arguments: &Play) -> Result<()> {
    interrupt::listen();
    let shown = arguments.input.display().to_string();
    let output = Destination::of(&arguments.output);
    if let (Destination::File(to), Some(from)) = (&output, FileId::of(&arguments.input))
        && FileId::of(to).is_some_and(|to| to == from)
    {
        bail!("'{shown}' is both input and output");
    }
    let player = Player::new(arguments)?;
    let score = Score::read(&arguments.input)?;
    let (report, speed) = player.play(&score, &shown)?;
    if arguments.json {
        return super::print_json(&report);
    }
    report.tell(arguments, speed)
}

/// What plays a score, checked.
pub(super) struct Player<'a> {
    arguments: &'a Play,
    library: Library,
    setting: Setting,
    output: Destination,
    encoding: Encoding,
}

impl<'a> Player<'a> {
    /// Refuses what cannot be, before anything is read.
    ///
    /// # Errors
    /// An unknown target, preset or control; an output that is there already or cannot be written.
    pub(super) fn new(arguments: &'a Play) -> Result<Player<'a>> {
        let library = Library::with_user_folder();
        let setting = Setting::of_keys(arguments, &library)?;
        let output = Destination::of(&arguments.output);
        let written = &arguments.written;
        let encoding = Encoding::of(&output, written.format, written.bits())?;
        if output == Destination::Stdout && arguments.json {
            bail!("--json needs the standard output, which is the sound's: choose another output");
        }
        output.check(written.force)?;
        encoding.check(arguments.rate, 2)?;
        Ok(Player {
            arguments,
            library,
            setting,
            output,
            encoding,
        })
    }

    /// Plays a score that is called `shown`; what was played, and how much faster than real time.
    ///
    /// # Errors
    /// It has no notes or no target for some, or the output cannot be written.
    pub(super) fn play(&self, score: &Score, shown: &str) -> Result<(Report, f64)> {
        let (arguments, library, output) = (self.arguments, &self.library, &self.output);
        let base = library.base()?;
        let mut warnings: Vec<String> = super::warn_of_kernel(&base).into_iter().collect();
        let mut parts = Parts::new(arguments, &self.setting, score, library, &base)
            .with_context(|| format!("cannot play '{shown}'"))?;
        for warning in parts.warnings() {
            eprintln!("mynah: {warning}");
            warnings.push(warning);
        }
        let frames = (score.seconds * f64::from(arguments.rate)).ceil() as usize;
        let mut writer = Writer::create(
            output,
            self.encoding,
            arguments.rate,
            2,
            arguments.written.force,
            &Metadata::default(),
        )?;
        let bars = Bars::new(arguments.quiet);
        let name = arguments.input.file_name().unwrap_or_default();
        let mut bar = bars.file(&name.to_string_lossy(), Some(frames as u64), arguments.rate);
        let mut ending = Ending::new(arguments.written.tail, arguments.rate, 2);
        for start in (0..frames).step_by(BLOCK_FRAMES) {
            let length = BLOCK_FRAMES.min(frames - start);
            let planes = parts.play(length);
            let planes = planes.each_ref().map(Vec::as_slice);
            ending.pass(&planes, |planes| writer.write(planes))?;
            bar.advance(length);
        }
        let tail_seconds = ending.finish(&mut parts, |planes| writer.write(planes))?;
        let clipped_samples = writer.finish()?;
        if clipped_samples > 0 {
            let warning = format!(
                "{clipped_samples} samples of '{}' are clipped: lower it with --set output_gain=-6, or use --bits 32f",
                output.shown()
            );
            eprintln!("mynah: {warning}");
            warnings.push(warning);
        }
        let report = Report {
            input: shown.to_owned(),
            output: output.shown(),
            rate_hz: arguments.rate,
            seconds: score.seconds,
            tail_seconds,
            clipped_samples,
            parts: parts.reports(),
            warnings,
        };
        Ok((report, bar.speed()))
    }
}

impl Report {
    /// A line about it, unless nothing is to be told.
    ///
    /// # Errors
    /// The standard output cannot be written.
    pub(super) fn tell(&self, arguments: &Play, speed: f64) -> Result<()> {
        let line = self.line(speed);
        let to_stdout = Destination::of(&arguments.output) == Destination::Stdout;
        match (arguments.quiet, to_stdout) {
            (true, _) => Ok(()),
            (false, true) => {
                eprint!("{line}");
                Ok(())
            }
            (false, false) => super::print(&line),
        }
    }

    fn line(&self, speed: f64) -> String {
        let parts: Vec<String> = self.parts.iter().map(parts::PartReport::shown).collect();
        format!(
            "{} -> {}: {} ({:.1} s, {speed:.0}x real time)\n",
            self.input,
            self.output,
            parts.join(", "),
            self.seconds + self.tail_seconds,
        )
    }
}
