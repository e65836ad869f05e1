//! A sound that a page plays, and what its files are called.

use crate::phrases::{Phrase, RATE_HZ};

/// One sound, to be heard beside what it becomes.
pub(in crate::commands) struct Source {
    /// Name in file names: lower-case letters, digits and hyphens.
    pub(in crate::commands) slug: String,
    /// Name for people; of a file, its whole name.
    pub(in crate::commands) title: String,
    /// What it is, in one sentence.
    pub(in crate::commands) about: String,
    /// 48 kHz mono, within full scale.
    pub(in crate::commands) sound: Vec<f32>,
}

impl Source {
    /// File name of the sound itself, or of its translation to `target`.
    pub(in crate::commands) fn sound_name(&self, target: Option<&str>) -> String {
        file_name(&self.slug, target, "wav")
    }

    /// File name of the spectrogram of the same.
    pub(in crate::commands) fn picture_name(&self, target: Option<&str>) -> String {
        file_name(&self.slug, target, "png")
    }

    /// Its length.
    pub(in crate::commands) fn seconds(&self) -> f64 {
        self.sound.len() as f64 / f64::from(RATE_HZ)
    }
}

impl From<Phrase> for Source {
    fn from(phrase: Phrase) -> Source {
        Source {
            slug: phrase.name.to_owned(),
            title: phrase.title.to_owned(),
            about: phrase.about.to_owned(),
            sound: phrase.sound,
        }
    }
}

fn file_name(slug: &str, target: Option<&str>, extension: &str) -> String {
    match target {
        Some(target) => format!("{slug}-{target}.{extension}"),
        None => format!("{slug}.{extension}"),
    }
}
