//! What formats have in common: title, artist and the like.

use std::fs::File;

use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::{MetadataOptions, MetadataRevision, StandardTag};

/// What one of them says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    Title,
    Artist,
    Album,
    Date,
    Comment,
    Track,
    Genre,
    Copyright,
}

impl Tag {
    /// With its names in the INFO list of a WAV file and in the comments of a FLAC file.
    pub(super) const ALL: [(Tag, &'static [u8; 4], &'static str); 8] = [
        (Tag::Title, b"INAM", "TITLE"),
        (Tag::Artist, b"IART", "ARTIST"),
        (Tag::Album, b"IPRD", "ALBUM"),
        (Tag::Date, b"ICRD", "DATE"),
        (Tag::Comment, b"ICMT", "COMMENT"),
        (Tag::Track, b"ITRK", "TRACKNUMBER"),
        (Tag::Genre, b"IGNR", "GENRE"),
        (Tag::Copyright, b"ICOP", "COPYRIGHT"),
    ];
}

/// Those of a file that is neither WAV nor FLAC.
pub(super) fn of_file(file: File) -> Vec<(Tag, String)> {
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let probed = symphonia::default::get_probe().probe(
        &Hint::new(),
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    );
    let mut tags = Vec::new();
    if let Ok(mut format) = probed {
        let mut metadata = format.metadata();
        while let Some(revision) = metadata.pop() {
            take(&revision, &mut tags);
        }
        if let Some(revision) = metadata.current() {
            take(revision, &mut tags);
        }
    }
    tags
}

fn take(revision: &MetadataRevision, tags: &mut Vec<(Tag, String)>) {
    let of_tracks = revision
        .per_track
        .iter()
        .flat_map(|track| &track.metadata.tags);
    for tag in revision.media.tags.iter().chain(of_tracks) {
        let Some(told) = tag.std.as_ref().and_then(common) else {
            continue;
        };
        // The same may be said twice, as a date and as a year.
        let once = |tag| matches!(tag, Tag::Date | Tag::Track);
        let is_there = tags
            .iter()
            .any(|other| *other == told || (once(told.0) && other.0 == told.0));
        if !is_there {
            tags.push(told);
        }
    }
}

fn common(tag: &StandardTag) -> Option<(Tag, String)> {
    Some(match tag {
        StandardTag::TrackTitle(text) => (Tag::Title, text.to_string()),
        StandardTag::Artist(text) => (Tag::Artist, text.to_string()),
        StandardTag::Album(text) => (Tag::Album, text.to_string()),
        StandardTag::RecordingDate(text) | StandardTag::ReleaseDate(text) => {
            (Tag::Date, text.to_string())
        }
        StandardTag::RecordingYear(year) | StandardTag::ReleaseYear(year) => {
            (Tag::Date, year.to_string())
        }
        StandardTag::Comment(text) | StandardTag::Description(text) => {
            (Tag::Comment, text.to_string())
        }
        StandardTag::TrackNumber(number) => (Tag::Track, number.to_string()),
        StandardTag::Genre(text) => (Tag::Genre, text.to_string()),
        StandardTag::Copyright(text) => (Tag::Copyright, text.to_string()),
        _ => return None,
    })
}
