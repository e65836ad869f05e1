//! The command line's arguments.

mod chance;
mod explore;
mod notes;
mod play_on;
mod written;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::channels::Channels;
use crate::commands::Pattern;

pub(crate) use self::chance::{Invent, OneShots};
pub(crate) use self::explore::{Dream, Rate, Ratings};
pub(crate) use self::notes::{Play, Suggest, Transcribe, VoiceCount};
pub(crate) use self::play_on::{Continue, KeyChoice};
pub(crate) use self::written::{Bits, Format, Written};

/// Plays instruments on other instruments: bounce files, list targets, measure.
#[derive(Parser, Debug)]
#[command(name = "mynah", version, about, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Translate audio files to a target instrument.
    Bounce(Box<Bounce>),
    /// Play MIDI files on the target instruments.
    Play(Box<Play>),
    /// Make a page on which every target is heard beside what was played.
    Demo(Demo),
    /// Write down what a recording plays, as a MIDI file.
    Transcribe(Transcribe),
    /// Go on where a recording or a MIDI file stops.
    Continue(Continue),
    /// Say which targets suit what a recording plays, and in which octave.
    Suggest(Suggest),
    /// Make a target of your own from recordings of an instrument.
    Learn(Learn),
    /// Make an instrument of chance, between two that come with Mynah, as a target's file.
    Invent(Invent),
    /// Make single notes for samplers, on a way through the timbres of the targets.
    #[command(name = "oneshots")]
    OneShots(OneShots),
    /// Look for settings that you will like for a recording, and rank them.
    Dream(Dream),
    /// Say whether you like what a preset makes of a recording: dreams go by it.
    Rate(Rate),
    /// List what you rated, or forget it.
    Ratings(Ratings),
    /// List the targets: shipped ones and those of your own folder; or add, remove, rename or show one.
    Targets(Targets),
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
    /// Files to translate; - for the standard input, patterns such as '*.wav', and folders with --recursive.
    #[arg(value_name = "IN", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Take all audio files of folders, and of the folders in them.
    #[arg(short, long)]
    pub(crate) recursive: bool,
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
    /// MIDI file whose held notes the target plays, from the input's beginning on, with the dynamics of the input.
    #[arg(long, value_name = "FILE")]
    pub(crate) midi: Option<PathBuf>,
    /// mix (all channels into one translation), left, right, both (each side by itself), all, or numbers: 3, or 3,4, each
    /// by itself.
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "mix",
        hide_default_value = true
    )]
    pub(crate) channels: Channels,
    /// Output file (.wav or .flac), or - for the standard output; for one input.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Folder for the outputs, made if missing; files are named by --name.
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Names of the files in --out-dir, without their ending, of {stem}, {target}, {preset}, {label} (the preset, or else
    /// the target), {folder} and {number} [default: {stem}-{label}].
    #[arg(
        long,
        value_name = "PATTERN",
        conflicts_with = "output",
        default_value = "{stem}-{label}",
        hide_default_value = true
    )]
    pub(crate) name: Pattern,
    #[command(flatten)]
    pub(crate) written: Written,
    /// Leave out inputs whose output exists already.
    #[arg(long, conflicts_with = "force")]
    pub(crate) skip_existing: bool,
    /// End at the first file that cannot be translated, rather than after all the others.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Refuse inputs of which anything is lost, cut short or damaged as they are, instead of translating the rest.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON about all files.
    #[arg(long)]
    pub(crate) json: bool,
    /// Files worked on at once [default: one per core].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// No progress bars and no list of outputs.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl Bounce {
    /// Everything that these arguments may name as a file to be read besides the inputs.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let values = self.set.iter().filter_map(|text| text.split_once('='));
        let values = values.map(|(_, value)| value.trim());
        let named = self
            .target
            .as_deref()
            .into_iter()
            .chain(self.preset.as_deref());
        let named = named.chain(values).map(PathBuf::from);
        named.chain(self.midi.clone()).collect()
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
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Targets {
    /// What to do instead of listing.
    #[command(subcommand)]
    pub(crate) action: Option<TargetAction>,
    #[command(flatten)]
    pub(crate) listing: Listing,
}

#[derive(Subcommand, Debug)]
pub(crate) enum TargetAction {
    /// Check .mynah files and copy them into your own folder.
    Add {
        /// .mynah files.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Delete a target of your own.
    Remove {
        /// A name from `mynah targets`, or a file of your own folder.
        #[arg(value_name = "NAME|FILE")]
        target: String,
    },
    /// Give a target of your own another name.
    Rename {
        /// A name from `mynah targets`, or a file of your own folder.
        #[arg(value_name = "NAME|FILE")]
        target: String,
        /// What it is to be called: one line of 1 to 64 characters.
        #[arg(value_name = "NEW NAME")]
        name: String,
    },
    /// Say who made a target, from what, and what it can play.
    Show {
        /// A name from `mynah targets`, or a .mynah file.
        #[arg(value_name = "NAME|FILE")]
        target: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Learn {
    /// Recordings of one instrument, one note after another: folders (with the folders in them) and files.
    #[arg(value_name = "FOLDER|FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// The target's file (.mynah).
    #[arg(short, long, value_name = "NAME.mynah")]
    pub(crate) output: PathBuf,
    /// What it is called [default: the file's name].
    #[arg(short, long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Who made the recordings; stands in the file. May be given several times [default: the folder's name].
    #[arg(long, value_name = "LINE")]
    pub(crate) credit: Vec<String>,
    /// Licence of the target; stands in the file.
    #[arg(long, value_name = "LINE", default_value = "personal use")]
    pub(crate) licence: String,
    /// Minutes to learn, at most; it ends before if nothing is gained any more. 0 stops at the remembered notes.
    #[arg(long, value_name = "N", default_value_t = 30.0, value_parser = minutes)]
    pub(crate) minutes: f64,
    /// Cores to work on [default: all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Go on where an earlier run with the same recordings was interrupted.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Number that all chance comes from: the same one gives the same target.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How it sounds, if what is heard is wrong: held (bowed, blown), plucked, or keys.
    #[arg(long, value_enum)]
    pub(crate) kind: Option<InstrumentKind>,
    /// File that says how far it is, as JSON, while it works; it ends as after Ctrl-C if somebody removes that.
    #[arg(long, value_name = "FILE")]
    pub(crate) status: Option<PathBuf>,
    /// Folder for a page on which the target is heard and measured, index.html [default: NAME-page beside NAME.mynah].
    #[arg(long, value_name = "DIR", conflicts_with = "no_page")]
    pub(crate) page: Option<PathBuf>,
    /// Without that page.
    #[arg(long)]
    pub(crate) no_page: bool,
    /// Shipped target that is not to be learnt from; for measuring.
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) except: Vec<String>,
    /// Replace an existing file.
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Print JSON: what was found, and what came of it.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bars.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// How an instrument sounds its notes.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstrumentKind {
    /// Bowed or blown: for as long as one plays.
    Held,
    /// Struck or plucked, at any pitch.
    Plucked,
    /// Struck by keys: the twelve notes alone.
    Keys,
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (0.0..=1440.0).contains(&minutes) {
        Ok(minutes)
    } else {
        Err("0 to 1440 is needed".to_owned())
    }
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
