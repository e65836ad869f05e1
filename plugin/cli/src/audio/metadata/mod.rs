//! What a file tells of its sound besides the sound, carried over to its translation: all that still holds from WAV to WAV
//! and from FLAC to FLAC, and title, artist and the like between formats. What cannot be made sense of is left out; a file
//! is never refused because of it.

mod flac;
mod riff;
mod tags;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::source::Source;
use super::write::Encoding;
use crate::cli::Format;

/// More than this is not carried over.
const MAX_BYTES: usize = 32 << 20;

/// What is told of one sound, for one format.
#[derive(Default, Debug)]
pub(crate) struct Metadata {
    /// Chunks of a WAV file, name and content.
    chunks: Vec<([u8; 4], Vec<u8>)>,
    /// Blocks of a FLAC file, kind and content.
    blocks: Vec<(u8, Vec<u8>)>,
    too_much: bool,
}

/// Takes things up to [`MAX_BYTES`].
#[derive(Default)]
struct Budget {
    used: usize,
    exceeded: bool,
}

impl Budget {
    /// Whether so much more is taken.
    fn takes(&mut self, bytes: u64) -> bool {
        let fits = usize::try_from(bytes)
            .ok()
            .and_then(|bytes| self.used.checked_add(bytes))
            .filter(|used| *used <= MAX_BYTES);
        self.exceeded |= fits.is_none();
        self.used = fits.unwrap_or(self.used);
        fits.is_some()
    }
}

impl Metadata {
    /// What `source` tells, for an output of this encoding.
    pub(crate) fn read(source: &mut Source, encoding: Encoding) -> Metadata {
        let mut budget = Budget::default();
        let read = source
            .file()
            .map(|file| Metadata::of(file, encoding.format, &mut budget));
        Metadata {
            too_much: budget.exceeded,
            ..read.unwrap_or_default()
        }
    }

    fn of(mut file: File, format: Format, budget: &mut Budget) -> Metadata {
        let mut head = [0; 12];
        let is_wav = file.read_exact(&mut head).is_ok()
            && matches!(&head[..4], b"RIFF" | b"RF64" | b"BW64")
            && &head[8..] == b"WAVE";
        if file.seek(SeekFrom::Start(0)).is_err() {
            return Metadata::default();
        }
        let chunks = if is_wav {
            riff::chunks(&mut file, budget)
        } else {
            Vec::new()
        };
        let blocks = if is_wav {
            None
        } else {
            flac::blocks(&mut file, budget)
        };
        match (format, is_wav, blocks) {
            (Format::Wav, true, _) => Metadata {
                chunks,
                ..Metadata::default()
            },
            (Format::Flac, _, Some(blocks)) => Metadata {
                blocks,
                ..Metadata::default()
            },
            (_, true, _) => Metadata::of_tags(&riff::tags(&chunks), format),
            (_, _, Some(blocks)) => Metadata::of_tags(&flac::tags(&blocks), format),
            (_, _, None) => Metadata::of_tags(&tags::of_file(file), format),
        }
    }

    fn of_tags(tags: &[(tags::Tag, String)], format: Format) -> Metadata {
        let mut metadata = Metadata::default();
        match format {
            _ if tags.is_empty() => {}
            Format::Wav => metadata.chunks.push(riff::info(tags)),
            Format::Flac => metadata.blocks.push(flac::comments(tags)),
        }
        metadata
    }

    /// Whole chunks, of an even length, for a WAV file.
    pub(crate) fn wav_chunks(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content) in &self.chunks {
            riff::append(&mut bytes, name, content);
        }
        bytes
    }

    /// Kind and content of blocks for a FLAC file.
    pub(crate) fn flac_blocks(&self) -> Vec<(u8, Vec<u8>)> {
        self.blocks.clone()
    }

    /// A sentence about what was left out of `shown`.
    pub(crate) fn warning(&self, shown: &str) -> Option<String> {
        self.too_much.then(|| {
            format!(
                "'{shown}' has more than 32 MiB of metadata: what is too much is not carried over"
            )
        })
    }
}
