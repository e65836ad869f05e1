//! How outputs in a folder are named.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use anyhow::{Result, bail};

use super::inputs::Input;

/// What a name is made of, for those who ask for another one.
const WORDS: &str = "{stem}, {target}, {preset}, {label}, {folder} and {number}";

/// The pattern of outputs' names, without their ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The input's name without its ending.
    Stem,
    /// The first target.
    Target,
    /// The preset, where there is one.
    Preset,
    /// The preset, or else the target.
    Label,
    /// The name of the folder in which the input lies.
    Folder,
    /// The input's number, from 1, with as many digits as the last one.
    Number,
}

impl Default for Pattern {
    fn default() -> Pattern {
        Pattern(vec![Piece::Stem, Piece::Text("-".to_owned()), Piece::Label])
    }
}

impl FromStr for Pattern {
    type Err = String;

    /// Words in braces, and text; a brace is written twice, and a slash makes a folder.
    fn from_str(text: &str) -> Result<Pattern, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
                plain.push(next);
                rest = after;
            } else if let Some(inside) = rest.strip_prefix('{') {
                let (word, after) = inside
                    .split_once('}')
                    .ok_or_else(|| format!("a brace is not closed in '{text}'"))?;
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::of(word).ok_or_else(|| {
                    format!("'{{{word}}}' is no word for names: there are {WORDS}")
                })?);
                rest = after;
            } else if next == '}' {
                return Err(format!("a brace is not opened in '{text}'"));
            } else {
                plain.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        check(text, &pieces)?;
        Ok(Pattern(pieces))
    }
}

impl Piece {
    fn of(word: &str) -> Option<Piece> {
        Some(match word.trim() {
            "stem" => Piece::Stem,
            "target" => Piece::Target,
            "preset" => Piece::Preset,
            "label" => Piece::Label,
            "folder" => Piece::Folder,
            "number" => Piece::Number,
            _ => return None,
        })
    }
}

/// What can be said of a pattern without any file.
fn check(text: &str, pieces: &[Piece]) -> Result<(), String> {
    let lower = text.to_lowercase();
    if lower.ends_with(".wav") || lower.ends_with(".flac") {
        return Err(format!(
            "leave out the ending of '{text}': --format gives it"
        ));
    }
    let inside = Path::new(text)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if pieces.is_empty() || text.ends_with('/') || !inside {
        return Err(format!(
            "'{text}' is no name below the folder of the outputs"
        ));
    }
    // Not on every system, but files travel.
    let forbidden = |c: char| c.is_control() || "<>:\"\\|?*".contains(c);
    let mut texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        _ => None,
    });
    match texts.find_map(|text| text.chars().find(|c| forbidden(*c))) {
        Some(c) => Err(format!("{c:?} cannot be in the name of a file")),
        None => Ok(()),
    }
}

/// What the words of a pattern stand for, whatever the input.
pub(super) struct Words<'a> {
    pub(super) target: &'a str,
    pub(super) preset: Option<&'a str>,
}

/// A path below the folder of the outputs for each input, no two of them the same. Where the pattern would give the same
/// to several inputs, they have the names of their folders before their stems, or their endings behind them, or both, or
/// else a number behind it all.
///
/// # Errors
/// The pattern has the name of a preset, and there is none.
pub(super) fn name_all(
    inputs: &[Input],
    pattern: &Pattern,
    words: &Words<'_>,
    extension: &str,
) -> Result<Vec<PathBuf>> {
    if pattern.0.contains(&Piece::Preset) && words.preset.is_none() {
        bail!("--name has {{preset}} in it, and there is no --preset");
    }
    let digits = inputs.len().to_string().len();
    let name = |n: usize, stem: &str, behind: &str| {
        let mut name = String::new();
        for piece in &pattern.0 {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Stem => name.push_str(stem),
                Piece::Target => name.push_str(words.target),
                Piece::Preset | Piece::Label => {
                    name.push_str(words.preset.unwrap_or(words.target));
                }
                Piece::Folder => name.push_str(&folder_name(&inputs[n])),
                Piece::Number => name.push_str(&format!("{:0digits$}", n + 1)),
            }
        }
        inputs[n].below.join(format!("{name}{behind}.{extension}"))
    };
    let stems: Vec<[String; 4]> = inputs.iter().map(stems).collect();
    let mut names: Vec<PathBuf> = (0..inputs.len())
        .map(|n| name(n, &stems[n][0], ""))
        .collect();
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (n, path) in names.iter().enumerate() {
        groups.entry(key(path)).or_default().push(n);
    }
    let (alone, mut crowds): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .partition(|(_, members)| members.len() == 1);
    let mut taken: HashSet<String> = alone.into_iter().map(|(key, _)| key).collect();
    crowds.sort_by_key(|(_, members)| members[0]);
    for (_, members) in crowds {
        let ways = (1..4).map(|way| {
            let named = members.iter().map(|n| name(*n, &stems[*n][way], ""));
            named.collect::<Vec<PathBuf>>()
        });
        let apart = |named: &Vec<PathBuf>| {
            let keys: HashSet<String> = named.iter().map(|path| key(path)).collect();
            keys.len() == named.len() && keys.is_disjoint(&taken)
        };
        let chosen = ways.into_iter().find(apart).unwrap_or_else(|| {
            let mut here = taken.clone();
            let mut free = |n: usize| {
                let numbers = std::iter::once(String::new()).chain((2..).map(|k| format!("-{k}")));
                let mut paths = numbers.map(|behind| name(n, &stems[n][0], &behind));
                paths.find(|path| here.insert(key(path)))
            };
            members.iter().filter_map(|n| free(*n)).collect()
        });
        taken.extend(chosen.iter().map(|path| key(path)));
        for (n, path) in members.into_iter().zip(chosen) {
            names[n] = path;
        }
    }
    Ok(names)
}

/// The stem; with the folder's name; with the ending; with both.
fn stems(input: &Input) -> [String; 4] {
    let stem = input.source.stem();
    let folder = folder_name(input);
    let ending = input.source.path().extension();
    let ending = ending.map_or_else(String::new, |e| format!("-{}", e.to_string_lossy()));
    let both = format!("{folder}-{stem}{ending}");
    let ended = format!("{stem}{ending}");
    [stem.clone(), format!("{folder}-{stem}"), ended, both]
}

fn folder_name(input: &Input) -> String {
    let folder = crate::audio::pending::folder_of(input.source.path());
    // The present folder has its name only in its full path.
    let named = |folder: &Path| Some(folder.file_name()?.to_string_lossy().into_owned());
    named(folder)
        .or_else(|| named(&folder.canonicalize().ok()?))
        .unwrap_or_else(|| "folder".to_owned())
}

/// Names that some system takes for one are one here.
fn key(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::audio::source::Source;

    const WORDS: Words<'static> = Words {
        target: "cello",
        preset: None,
    };

    fn named(paths: &[&str], pattern: &str) -> Vec<String> {
        let inputs: Vec<Input> = paths
            .iter()
            .map(|path| Input {
                source: Source::of(Path::new(path)),
                below: PathBuf::new(),
            })
            .collect();
        let pattern = pattern.parse().unwrap();
        let names = name_all(&inputs, &pattern, &WORDS, "wav").unwrap();
        let names = names.iter().map(|name| name.to_str().unwrap().to_owned());
        names.collect()
    }

    #[test]
    fn patterns_are_read() {
        assert_eq!("{stem}-{label}".parse(), Ok(Pattern::default()));
        assert_eq!(
            named(&["a/x.wav"], "{folder}/{number} {stem} as {{{target}}}"),
            ["a/1 x as {cello}.wav"]
        );
        assert_eq!(named(&["x.y.wav"], "{stem}"), ["x.y.wav"]);
        for wrong in [
            "",
            "{",
            "}",
            "{stem",
            "{sten}",
            "../{stem}",
            "/{stem}",
            "{stem}/",
            "{stem}.wav",
            "{stem}.FLAC",
            "a:b",
            "a\nb",
        ] {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong}");
        }
        let pattern = "{preset}".parse().unwrap();
        assert!(name_all(&[], &pattern, &WORDS, "wav").is_err());
    }

    #[test]
    fn no_two_inputs_have_one_name() {
        let plain = "{stem}-{label}";
        for (paths, expected) in [
            (
                &["a/x.wav", "b/y.wav"][..],
                &["x-cello.wav", "y-cello.wav"][..],
            ),
            (&["a/x.wav", "b/x.wav"], &["a-x-cello.wav", "b-x-cello.wav"]),
            (&["a/x.wav", "b/X.wav"], &["a-x-cello.wav", "b-X-cello.wav"]),
            (
                &["a/x.wav", "a/x.flac"],
                &["x-wav-cello.wav", "x-flac-cello.wav"],
            ),
            (
                &["a/x.wav", "a/x.flac", "b/x.wav"],
                &[
                    "a-x-wav-cello.wav",
                    "a-x-flac-cello.wav",
                    "b-x-wav-cello.wav",
                ],
            ),
            (
                &["1/a/x.wav", "2/a/x.wav"],
                &["x-cello.wav", "x-cello-2.wav"],
            ),
            (
                &["a/x.wav", "b/x.wav", "a-x.wav"],
                &["a-x-wav-cello.wav", "b-x-wav-cello.wav", "a-x-cello.wav"],
            ),
        ] {
            assert_eq!(named(paths, plain), expected);
        }
        assert_eq!(
            named(&["x.wav", "y.wav", "z.wav"], "take"),
            ["take.wav", "take-2.wav", "take-3.wav"]
        );
    }

    proptest! {
        #[test]
        fn whatever_the_inputs_each_has_a_name_of_its_own(
            paths in proptest::collection::vec("[ab]/([ab]|A-a|a-wav|a-2)\\.(wav|flac|WAV)", 0..9),
            pattern in "(\\{stem\\}|\\{folder\\}|a)(-\\{target\\}|-2|-wav|)",
        ) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let names = named(&paths, &pattern);
            let keys: HashSet<String> = names.iter().map(|name| key(Path::new(name))).collect();
            prop_assert_eq!(keys.len(), paths.len(), "{:?}", names);
        }
    }
}
