//! The arguments of how sound is written.

use clap::{Args, ValueEnum};

use crate::tail::Tail;

/// How sound is written.
#[derive(Args, Debug)]
pub(crate) struct Written {
    /// Format of what goes to the standard output, and of files in a folder.
    #[arg(long, value_enum, default_value_t = Format::Wav)]
    pub(crate) format: Format,
    /// What sounds on after the input's end: SECONDS of it, or auto, until it has died away, 5 s at the most
    /// [default: auto].
    #[arg(
        long,
        value_name = "SECONDS|auto",
        default_value = "auto",
        hide_default_value = true
    )]
    pub(crate) tail: Tail,
    /// Bits of a sample: 16 (with dither), 24, or 32f (float, WAV only).
    #[arg(long, value_enum, default_value_t = Bits::TwentyFour)]
    bits: Bits,
    /// The same as --bits 32f.
    #[arg(long, conflicts_with = "bits")]
    float: bool,
    /// Replace existing outputs.
    #[arg(short, long)]
    pub(crate) force: bool,
}

impl Written {
    /// As it is written where nothing is asked for.
    pub(crate) fn as_usual(force: bool) -> Self {
        Self {
            format: Format::Wav,
            tail: Tail::Auto,
            bits: Bits::TwentyFour,
            float: false,
            force,
        }
    }

    /// Bits of a sample.
    pub(crate) fn bits(&self) -> Bits {
        if self.float { Bits::Float } else { self.bits }
    }
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// WAV; past 4 GiB RF64.
    Wav,
    /// FLAC.
    Flac,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bits {
    /// Whole numbers, with dither.
    #[value(name = "16")]
    Sixteen,
    /// Whole numbers.
    #[value(name = "24")]
    TwentyFour,
    /// Float: exactly what the engine made, also above full scale.
    #[value(name = "32f")]
    Float,
}

impl Bits {
    /// How many.
    pub(crate) fn count(self) -> u16 {
        match self {
            Bits::Sixteen => 16,
            Bits::TwentyFour => 24,
            Bits::Float => 32,
        }
    }
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
