//! The command line's arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures how good the translation is.
#[derive(Parser, Debug)]
#[command(name = "mynah-lab", version, about, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Measure the quality of the translation.
    Eval(Eval),
    /// Measure which notes the performer finds.
    Notes(Notes),
    /// Measure which notes are written down.
    Transcribe(Transcribe),
    /// Measure which keys are heard.
    Keys(Keys),
    /// Say which instrument the outside judge hears in sound files.
    Listen(Listen),
    /// Measure the recorded notes of the shipped targets and write them into their files.
    Memories(Memories),
    /// Measure the timbre space of the shipped targets and write its file.
    Timbre(Timbre),
    /// Train the network that says what sounds real, and measure what ratings are worth.
    Explore(Explore),
    /// Measure where the chain's time goes and what the memory gives.
    Bench(Bench),
}

#[derive(Args, Debug)]
pub(crate) struct Eval {
    /// Folder of recorded notes and scores (manifest.csv, scores/) to evaluate on; without it, synthetic sources.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Folder of any audio files, as more sources that training never heard; up to 8 s of each.
    #[arg(long, value_name = "DIR")]
    pub(crate) recordings: Option<PathBuf>,
    /// Folder for spectrograms of the worst and of the best pair, made if missing.
    #[arg(long, value_name = "DIR", requires = "data")]
    pub(crate) plots: Option<PathBuf>,
    /// Phrases per pair, 1 to 100.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) phrases: u16,
    /// Share of the generator, 0 (the prior alone) to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share)]
    pub(crate) drive: f32,
    /// Only these targets (names or .mynah files). May be given several times.
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) target: Vec<String>,
    /// Base model file to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    pub(crate) base: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) outside: Outside,
    /// The outside judge's part alone, on a fixed few of the sources.
    #[arg(long, requires = "judge")]
    pub(crate) quick: bool,
    /// Folder of whole phrases (manifest.csv), whose held-out ones are played to the targets before the outside judge.
    #[arg(long, value_name = "DIR", requires = "judge")]
    pub(crate) performances: Option<PathBuf>,
    /// Change a control of what is played before the outside judge, as "performance=0". May be given several times.
    #[arg(long, value_name = "NAME=VALUE", requires = "judge")]
    pub(crate) set: Vec<String>,
    /// Folder for all sounds that the outside judge is asked about, and their sources, made if missing.
    #[arg(long, value_name = "DIR", requires = "judge")]
    pub(crate) sounds: Option<PathBuf>,
    /// SoundFont whose sung patches are sources before the outside judge [default: that of Debian's fluid-soundfont-gm].
    #[arg(long, value_name = "FILE", requires = "judge")]
    pub(crate) soundfont: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The outside judge and what runs it.
#[derive(Args, Debug)]
pub(crate) struct Outside {
    /// The outside judge: YAMNet as a TensorFlow Lite file. Without it, what it would say is left out.
    #[arg(id = "judge", long = "outside", value_name = "FILE")]
    pub(crate) judge: Option<PathBuf>,
    /// Python with what the outside judge needs [default: the one that `cargo xtask outside` makes].
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Bench {
    /// The target to play (a name or .mynah file) [default: the first one shipped].
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) target: Option<String>,
    /// Seconds of sound, 1 to 600.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(crate) seconds: u32,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Timbre {
    /// File to write (assets/timbre.mynah is what the library carries), replaced; without it, only measured.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Explore {
    /// Folder of recorded notes and scores (manifest.csv, scores/) to train on; without it, the shipped network is used.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Folder of whole phrases (manifest.csv) to train on, too.
    #[arg(long, value_name = "DIR", requires = "data")]
    pub(crate) performances: Option<PathBuf>,
    /// File to write (assets/realness.mynah is what the library carries), replaced.
    #[arg(short, long, value_name = "FILE", requires = "data")]
    pub(crate) output: Option<PathBuf>,
    /// Measure only how well taste is foretold.
    #[arg(long)]
    pub(crate) no_dreams: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Memories {
    /// Folder of recorded notes (manifest.csv).
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Folder of the targets' files, which are replaced.
    #[arg(long, value_name = "DIR")]
    pub(crate) targets: PathBuf,
    /// Folder for the lists of what was chosen, made if missing.
    #[arg(long, value_name = "DIR")]
    pub(crate) lists: PathBuf,
    /// Only this target. May be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Listen {
    /// Sound files.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Say also what share of all windows is heard as this.
    #[arg(long, value_name = "NAME")]
    pub(crate) expect: Option<String>,
    #[command(flatten)]
    pub(crate) outside: Outside,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Notes {
    /// Folder of recorded notes and scores (manifest.csv, scores/).
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// SoundFont whose sung patches are sources, too [default: that of Debian's fluid-soundfont-gm].
    #[arg(long, value_name = "FILE")]
    pub(crate) soundfont: Option<PathBuf>,
    /// Phrases of each source, 1 to 100.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) phrases: u16,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Transcribe {
    /// Folder of recorded notes and scores (manifest.csv, scores/).
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// SoundFont whose sung patches are sources, too [default: that of Debian's fluid-soundfont-gm].
    #[arg(long, value_name = "FILE")]
    pub(crate) soundfont: Option<PathBuf>,
    /// Phrases of each source, 1 to 100.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) phrases: u16,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Keys {
    /// Folder of recorded notes and scores (manifest.csv, scores/).
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn share(text: &str) -> Result<f32, String> {
    let share: f32 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("0 to 1 is needed".to_owned())
    }
}
