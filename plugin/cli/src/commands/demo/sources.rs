//! What the demo translates: the three synthesised phrases, or sounds of the player's own.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::audio::read::Reader;
use crate::audio::resample::resample;
use crate::commands::bounce::{SILENCE, check_rate};
use crate::commands::page::Source;
use crate::phrases::{self, RATE_HZ};

/// How much of an own sound is taken, in seconds.
const LONGEST_S: usize = 20;
/// Longest part of a file's name in the names of its translations, in characters.
const MAX_SLUG_CHARS: usize = 40;

/// The files `inputs`, or without any the synthesised phrases. No two of their own names and translations to `targets`
/// are the same.
///
/// # Errors
/// A file cannot be read, has a rate that the engine does not run at, or is silent.
pub(super) fn gather(inputs: &[PathBuf], targets: &[&str]) -> Result<Vec<Source>> {
    if inputs.is_empty() {
        return Ok(phrases::all().into_iter().map(Source::from).collect());
    }
    let mut taken = HashSet::new();
    inputs
        .iter()
        .map(|input| {
            let mut source = read(input)?;
            source.slug = free_slug(&source.slug, targets, &mut taken);
            Ok(source)
        })
        .collect()
}

/// `slug`, or with a number behind it where its files would have the names of earlier ones.
fn free_slug(slug: &str, targets: &[&str], taken: &mut HashSet<String>) -> String {
    let mut number = 1;
    loop {
        let wanted = match number {
            1 => slug.to_owned(),
            _ => format!("{slug}-{number}"),
        };
        let translated = targets.iter().map(|target| format!("{wanted}-{target}"));
        let names: Vec<String> = std::iter::once(wanted.clone()).chain(translated).collect();
        if names.iter().all(|name| !taken.contains(name)) {
            taken.extend(names);
            return wanted;
        }
        number += 1;
    }
}

fn read(path: &Path) -> Result<Source> {
    let mut reader = Reader::open(path)?;
    check_rate(&reader, path)?;
    let (rate_hz, channels) = (reader.rate_hz(), reader.channels());
    let longest = LONGEST_S * rate_hz as usize;
    // One frame more than is taken tells whether there is more.
    let mut mono = reader.read_mono(longest + 1)?;
    reader.warn_of_losses();
    let is_cut = mono.len() > longest;
    mono.truncate(longest);
    mono.iter_mut()
        .filter(|x| !x.is_finite())
        .for_each(|x| *x = 0.0);
    let mut sound = resample(&mono, f64::from(rate_hz) / f64::from(RATE_HZ));
    let peak = sound.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    if peak < SILENCE {
        bail!(
            "'{}' is silent{}: there is nothing to translate",
            path.display(),
            if is_cut { " in its first 20 s" } else { "" }
        );
    }
    // Float files may go beyond full scale, what the browser plays may not.
    if peak > 1.0 {
        sound.iter_mut().for_each(|x| *x *= 0.999 / peak);
    }
    let part = if is_cut { ", its first 20 s" } else { "" };
    let kind = match channels {
        1 => "mono file",
        2 => "stereo file, made mono",
        _ => "file of several channels, made mono",
    };
    let title = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Source {
        slug: slug(&path.file_stem().unwrap_or_default().to_string_lossy()),
        title: title.into_owned(),
        about: format!("A {kind}, of {rate_hz} Hz{part}."),
        sound,
    })
}

/// What every file system and every address takes of `name`: lower-case letters, digits, and hyphens between them.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(MAX_SLUG_CHARS);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "sound".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_become_plain_ones() {
        for (name, expected) in [
            ("My Take 3", "my-take-3"),
            ("<b>\"&", "b"),
            ("../../etc", "etc"),
            ("春", "sound"),
            ("", "sound"),
            ("--a--b--", "a-b"),
        ] {
            assert_eq!(slug(name), expected);
        }
        assert_eq!(slug(&"x".repeat(300)).len(), MAX_SLUG_CHARS);
    }

    #[test]
    fn no_two_sources_share_a_file() {
        let targets = ["cello", "flute"];
        let mut taken = HashSet::new();
        let slugs: Vec<String> = ["a", "a", "a-cello", "a-2", "b-flute", "b"]
            .iter()
            .map(|name| free_slug(name, &targets, &mut taken))
            .collect();
        let mut names = HashSet::new();
        for slug in &slugs {
            let source = Source {
                slug: slug.clone(),
                title: String::new(),
                about: String::new(),
                sound: Vec::new(),
            };
            for target in [None, Some("cello"), Some("flute")] {
                assert!(names.insert(source.sound_name(target)), "{slugs:?}");
            }
        }
        assert_eq!(slugs[0], "a");
    }
}
