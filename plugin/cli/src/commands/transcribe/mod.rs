//! `mynah transcribe`: a recording in, a MIDI file of what it plays out.

mod midi_file;
mod page;
mod report;

use std::io::Write;

use anyhow::{Context, Result, bail};
use mynah_engine::{Library, shipped_voices};
use mynah_transcribe::{Transcriber, Transcription};

use self::midi_file::bend_range_semitones;
pub(super) use self::midi_file::{Curves, midi_file};
use self::page::Page;
use self::report::Report;
use super::bounce::check_rate;
use crate::audio::mono::each_piece;
use crate::audio::pending::{Destination, Pending};
use crate::audio::read::Loss;
use crate::audio::source::Source;
use crate::cli::{Transcribe, VoiceCount};
use crate::identity::is_same_file;
use crate::interrupt;
use crate::progress::Bars;

/// Transcribes one file.
///
/// # Errors
/// It cannot be read, or its MIDI file cannot be written.
pub(super) fn run(arguments: &Transcribe) -> Result<()> {
    interrupt::listen();
    let output = Destination::of(&arguments.output);
    let mut source = Source::of(&arguments.input);
    check(arguments, &source, &output)?;
    let page = Page::of(arguments, source.path())?;
    let (transcription, losses) = transcribe(arguments, &mut source)?;
    let curves = Curves {
        bend: !arguments.no_bend,
        expression: arguments.expression,
    };
    let bytes = midi_file(&transcription, curves)?;
    let (mut file, pending) = Pending::create(&output, arguments.force)?;
    let shown = pending.shown();
    file.write_all(&bytes)
        .with_context(|| format!("cannot write '{shown}'"))?;
    drop(file);
    pending.publish()?;
    if transcription.notes.is_empty() {
        eprintln!("mynah: no notes are heard in '{}'", source.shown());
    }
    let quiet = arguments.quiet;
    let measured = page.map(|page| page.write(&mut source, &transcription, curves, quiet));
    let measured = measured.transpose()?;
    if arguments.json {
        let range = bend_range_semitones(&transcription, curves);
        return super::print_json(&Report::new(
            source.shown(),
            shown,
            range,
            &transcription,
            losses,
            measured,
        ));
    }
    if !arguments.quiet {
        let notes = transcription.notes.len();
        let plural = if notes == 1 { "" } else { "s" };
        let seconds = transcription.seconds;
        let mut line = format!(
            "{} -> {shown}  {notes} note{plural} in {seconds:.1} s\n",
            source.shown()
        );
        if let Some(measured) = &measured {
            line += &format!("{}  open it in a browser\n", measured.index);
        }
        if output == Destination::Stdout {
            eprint!("{line}");
        } else {
            super::print(&line)?;
        }
    }
    Ok(())
}

/// Refuses what cannot work before anything is read.
fn check(arguments: &Transcribe, source: &Source, output: &Destination) -> Result<()> {
    if *output == Destination::Stdout && arguments.json {
        bail!("--json needs the standard output, which is the MIDI file's: choose another output");
    }
    if let Destination::File(path) = output
        && is_same_file(path, source.path())
    {
        bail!("'{}' is the input and cannot be the output", path.display());
    }
    if arguments.page.is_some() && arguments.voices == VoiceCount::Several {
        bail!("--page shows one voice: leave --voices out");
    }
    output.check(arguments.force)
}

/// The notes of a file, and what of it is lost.
fn transcribe(arguments: &Transcribe, source: &mut Source) -> Result<(Transcription, Vec<Loss>)> {
    match arguments.voices {
        VoiceCount::One => one_voice(source, arguments.strict, arguments.quiet),
        VoiceCount::Several => {
            let net = shipped_voices()?;
            let transcriber = Transcriber::of_several(&net);
            written_down(transcriber, source, arguments.strict, arguments.quiet)
        }
    }
}

/// The notes of a file of one voice, and what of it is lost, which is told on the standard error. With `strict` that is an
/// error.
///
/// # Errors
/// The file cannot be read.
pub(super) fn one_voice(
    source: &mut Source,
    strict: bool,
    quiet: bool,
) -> Result<(Transcription, Vec<Loss>)> {
    let base = Library::shipped().base()?;
    written_down(Transcriber::of_one_voice(&base), source, strict, quiet)
}

fn written_down(
    mut transcriber: Transcriber<'_>,
    source: &mut Source,
    strict: bool,
    quiet: bool,
) -> Result<(Transcription, Vec<Loss>)> {
    let mut reader = source.reader()?;
    check_rate(&reader, source.path())?;
    let name = source.path().file_name().unwrap_or_default();
    let bars = Bars::new(quiet);
    let bar = bars.waiting(&name.to_string_lossy());
    each_piece(&mut reader, |piece| {
        transcriber.take(&piece);
        true
    })?;
    let losses = reader.losses().to_vec();
    let shown = source.shown();
    if let (true, Some(loss)) = (strict, losses.first()) {
        bail!("'{shown}' {loss}; --strict refuses such files");
    }
    let transcription = transcriber.finish();
    bar.finish_and_clear();
    for loss in &losses {
        eprintln!("mynah: '{shown}' {loss}");
    }
    Ok((transcription, losses))
}
