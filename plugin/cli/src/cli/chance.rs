//! The arguments of what is made by chance.

use std::path::PathBuf;

use clap::Args;

use super::{Bits, Format};

#[derive(Args, Debug)]
pub(crate) struct Invent {
    /// The target's file (.mynah).
    #[arg(short, long, value_name = "NAME.mynah")]
    pub(crate) output: PathBuf,
    /// Number of the instrument: the same one gives the same instrument [default: one of chance, which is told].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u32>,
    /// What it is called [default: of the names of the two that it is made of, and the number].
    #[arg(short, long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Replace an existing file.
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Print JSON: what was drawn.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct OneShots {
    /// How many, 1 to 1000.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) count: u16,
    /// Folder for the files, made if missing: NUMBER-NOTE-TARGETS.wav, and oneshots.json, which says what each is made of.
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: PathBuf,
    /// Target on the way: a name from `mynah targets`, or a .mynah file. May be given several times [default: all that come with
    /// Mynah].
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) target: Vec<String>,
    /// Number of the way: the same one gives the same sounds.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u32,
    /// Lowest and highest note, MIDI numbers (60 is C4); one number is that note alone.
    #[arg(long, value_name = "LOW-HIGH", default_value = "48-72", value_parser = note_range)]
    pub(crate) notes: (u8, u8),
    /// How long the longest is held, seconds.
    #[arg(long, value_name = "S", default_value_t = 1.0, value_parser = held_seconds)]
    pub(crate) seconds: f64,
    /// How far the timbre is moved on the way, 0 (between the targets alone) to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.6, value_parser = share)]
    pub(crate) wild: f32,
    /// Set any parameter of `mynah params` for all of them, for example --set room=0.35. They are dry otherwise.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Format of the files.
    #[arg(long, value_enum, default_value_t = Format::Wav)]
    pub(crate) format: Format,
    /// Sample rate of the files, Hz.
    #[arg(long, value_name = "HZ", default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(8_000..=192_000))]
    pub(crate) rate: u32,
    /// Bits of a sample: 16 (with dither), 24, or 32f (float, WAV only).
    #[arg(long, value_enum, default_value_t = Bits::TwentyFour)]
    pub(crate) bits: Bits,
    /// Replace existing files.
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Print JSON: what oneshots.json says.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar and no line about the outputs.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

fn note_range(text: &str) -> Result<(u8, u8), String> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let note = |text: &str| text.trim().parse().ok().filter(|note| *note <= 127);
    match (note(low), note(high)) {
        (Some(low), Some(high)) if low <= high => Ok((low, high)),
        _ => Err("give two notes from 0 to 127, such as 48-72, or one".to_owned()),
    }
}

fn held_seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (0.05..=30.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("0.05 to 30 is needed".to_owned())
    }
}

fn share(text: &str) -> Result<f32, String> {
    let share: f32 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("0 to 1 is needed".to_owned())
    }
}
