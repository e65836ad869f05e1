//! The arguments of what goes from sound to notes and back.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Written;

#[derive(Args, Debug)]
pub(crate) struct Play {
    /// MIDI file (.mid).
    #[arg(value_name = "IN.mid")]
    pub(crate) input: PathBuf,
    /// Target instrument of all channels that --map does not name: a name from `mynah targets`, or a .mynah file.
    #[arg(short, long, value_name = "NAME|FILE", required_unless_present_any = ["preset", "map", "set"])]
    pub(crate) target: Option<String>,
    /// Target of a channel, 1 to 16, for example --map 1=cello --map 2=flute. May be given several times.
    #[arg(long, value_name = "CHANNEL=NAME|FILE", value_parser = channel_map)]
    pub(crate) map: Vec<(u8, String)>,
    /// Preset to begin with: a name from `mynah presets`, or a file. Other options change it.
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) preset: Option<String>,
    /// Set any parameter of `mynah params`, for example --set voices=1 or --set room=0.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Which of the ways to play it: another number chooses other recorded notes. The same as --set seed=N.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=999))]
    pub(crate) seed: Option<u16>,
    /// Output file (.wav or .flac), or - for the standard output.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) written: Written,
    /// Sample rate of the output, Hz.
    #[arg(long, value_name = "HZ", default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(8_000..=192_000))]
    pub(crate) rate: u32,
    /// Print JSON about what was played.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar and no line about the output.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Reads `CHANNEL=TARGET`; the channel counted from 0.
fn channel_map(text: &str) -> Result<(u8, String), String> {
    let (channel, target) = text.split_once('=').ok_or("give CHANNEL=TARGET")?;
    let channel: u8 = channel.trim().parse().unwrap_or_default();
    if !(1..=16).contains(&channel) || target.trim().is_empty() {
        return Err("give a channel from 1 to 16 and a target, such as 1=cello".to_owned());
    }
    Ok((channel - 1, target.trim().to_owned()))
}

#[derive(Args, Debug)]
pub(crate) struct Transcribe {
    /// File to write down; - for the standard input.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// MIDI file, or - for the standard output.
    #[arg(short, long, value_name = "OUT.mid")]
    pub(crate) output: PathBuf,
    /// How many notes sound at once: 1, a melody, or several, up to six.
    #[arg(long, value_enum, default_value = "1")]
    pub(crate) voices: VoiceCount,
    /// Write how the pitch moves within a note, as pitch bend [default].
    #[arg(long, overrides_with = "no_bend")]
    pub(crate) bend: bool,
    /// Write the notes alone, without pitch bend.
    #[arg(long, overrides_with = "bend")]
    pub(crate) no_bend: bool,
    /// Write how the loudness moves within a note, as expression (CC 11).
    #[arg(long)]
    pub(crate) expression: bool,
    /// Folder for a page, index.html, on which --target plays the notes, beside the direct translation: what is kept and
    /// what is lost. Of its first 60 s; one voice.
    #[arg(long, value_name = "DIR", requires = "target")]
    pub(crate) page: Option<PathBuf>,
    /// Target of the page: a name from `mynah targets`, or a .mynah file.
    #[arg(short, long, value_name = "NAME|FILE", requires = "page")]
    pub(crate) target: Option<String>,
    /// Replace an existing file.
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Refuse an input of which anything is lost, cut short or damaged.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON: all notes.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Suggest {
    /// File of one voice; - for the standard input.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Refuse an input of which anything is lost, cut short or damaged.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON: all targets.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// How many notes sound at once.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VoiceCount {
    /// A melody.
    #[value(name = "1", alias = "one")]
    One,
    /// Chords, up to six notes at once, without bends.
    Several,
}
