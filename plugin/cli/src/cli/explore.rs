//! The arguments of what learns what you like and looks for it.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Dream {
    /// Recording to dream for; its three liveliest seconds are what settings are tried on.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Rounds, 1 to 100: each tries eight settings, and goes on from the best.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) rounds: u16,
    /// How many are kept, the best, 1 to 50.
    #[arg(short, long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub(crate) count: u16,
    /// Folder for them, made if missing: STEM-dream-N.wav, the whole recording bounced, and STEM-dream-N.json, its preset.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Preset to dream from: a name from `mynah presets`, or a file [default: the first target as a new instance has it].
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) preset: Option<String>,
    /// Stay near what the preset says, rather than going anywhere.
    #[arg(long, requires = "preset")]
    pub(crate) careful: bool,
    /// Number of the dream: the same one dreams the same of the same ratings.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Replace existing files.
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar and no list.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("thumb").required(true).args(["up", "down"])))]
pub(crate) struct Rate {
    /// Recording that the preset is played with; its three liveliest seconds are measured, and no sound is kept.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// The preset: a name from `mynah presets`, or a file such as `mynah dream` writes.
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) preset: String,
    /// You like it.
    #[arg(long)]
    pub(crate) up: bool,
    /// You do not.
    #[arg(long)]
    pub(crate) down: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Ratings {
    /// Forget all of them.
    #[arg(long)]
    pub(crate) clear: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
