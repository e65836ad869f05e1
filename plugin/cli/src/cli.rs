//! The command line's arguments.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

/// Plays instruments on other instruments: bounce files, list targets, measure.
#[derive(Parser, Debug)]
#[command(name = "mynah", version, about, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Translate audio files (WAV, AIFF, FLAC, MP3, Ogg Vorbis) to a target instrument.
    Bounce(Bounce),
    /// Make a page on which every target is heard beside what was played.
    Demo(Demo),
    /// List the targets: shipped ones and those of your own folder.
    Targets(Listing),
    /// List the parameters: the targets and all controls.
    Params(Listing),
    /// List the presets: those of the factory and your own.
    Presets(Listing),
    /// Say what is in a model file.
    Info(Info),
    /// Measure the speed of the chain on one core.
    Bench(Bench),
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("to").required(true).args(["output", "out_dir"])))]
pub(crate) struct Bounce {
    /// Files to translate.
    #[arg(value_name = "IN", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Target instrument: a name from `mynah targets`, or a .mynah file.
    #[arg(short, long, value_name = "NAME|FILE", required_unless_present_any = ["preset", "set"])]
    pub(crate) target: Option<String>,
    /// Preset to begin with: a name from `mynah presets`, or a file. Other options change it.
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) preset: Option<String>,
    /// track (one voice, follows its pitch), follow (keeps chords) or auto.
    #[arg(short, long, value_name = "MODE")]
    pub(crate) mode: Option<String>,
    /// Octave shift, -2 to 2, or auto: one for the whole file, which brings its middle to the register of the target
    /// [default: auto, or what the preset says].
    #[arg(long, value_name = "N|auto", allow_hyphen_values = true)]
    pub(crate) octave: Option<String>,
    /// 0 (input alone) to 1 (translation alone).
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    pub(crate) mix: Option<String>,
    /// Set any parameter of `mynah params`, for example --set output_gain=-3 or --set target_b=flute. May be given
    /// several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Output file (.wav or .flac); for one input.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Folder for the outputs, made if missing; files are named INPUT-TARGET.wav, or INPUT-PRESET.wav.
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Format of the files in --out-dir.
    #[arg(long, value_enum, default_value_t = Format::Wav)]
    pub(crate) format: Format,
    /// Write 32-bit float WAV instead of 24-bit.
    #[arg(long)]
    pub(crate) float: bool,
    /// Replace existing outputs.
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Files worked on at once [default: one per core].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// No progress bars and no list of outputs.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// WAV, 24-bit (or float with --float).
    Wav,
    /// FLAC, 24-bit.
    Flac,
}

impl Format {
    /// File name extension.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Wav => "wav",
            Format::Flac => "flac",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// A sound of your own instead of the three synthesised phrases: its first 20 s. May be given several times.
    #[arg(short, long, value_name = "IN")]
    pub(crate) input: Vec<PathBuf>,
    /// Folder for the files, made if missing [default: mynah-demo, whose files are replaced at every run].
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Replace existing files in --out-dir.
    #[arg(short, long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Listing {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Info {
    /// A .mynah file.
    pub(crate) file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Bench {
    /// Target to measure [default: the first].
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) target: Option<String>,
    /// Seconds of sound to run per measurement, 1 to 600.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(crate) seconds: u32,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
