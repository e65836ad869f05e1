//! Modules use only what lies below them: read off the sources.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules of the crate, from the lowest to the highest.
const LAYERS: [&str; 34] = [
    "rates",
    "chance",
    "note_names",
    "mel",
    "sinc",
    "instructions",
    "envelope",
    "frame_pitch",
    "input",
    "low_cut",
    "features",
    "architecture",
    "prior",
    "conditioning",
    "file",
    "memory",
    "new_target",
    "realness",
    "whole_file",
    "streaming",
    "performer",
    "timbre",
    "telemetry",
    "blend",
    "reference",
    "networks",
    "self_check",
    "voices",
    "continuation",
    "chain",
    "ensemble",
    "chords",
    "frames",
    "testing",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

/// The module at the root that a file belongs to, and how deep in it the file's own module is: 1 at its root.
fn place(file: &Path) -> (String, usize) {
    let inside = file.strip_prefix(source()).unwrap().with_extension("");
    let mut parts: Vec<_> = inside
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    parts.retain(|part| part != "mod");
    (parts[0].clone(), parts.len())
}

/// What a file compiles outside of its tests, which stand at its end, without comments.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let end = code.find("#[cfg(test)]\n").unwrap_or(code.len());
    let mut tests = code[end..].lines().skip(1);
    let module = tests.find(|line| !line.starts_with("#["));
    assert!(
        module.is_none_or(|line| line.starts_with("mod tests")),
        "only tests are left out: {module:?}"
    );
    code[..end].to_owned()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The names right behind every `path`, those of a group in braces each.
fn names_behind<'a>(code: &'a str, path: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(path) {
        if code[..at].ends_with(|c| is_name(c) || c == ':') {
            continue;
        }
        let rest = &code[at + path.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(rest.split(|c| !is_name(c)).next().unwrap());
            continue;
        };
        let mut depth = 1;
        let mut begins = true;
        for (index, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => begins = true,
                _ if begins && is_name(c) => {
                    found.push(group[index..].split(|c| !is_name(c)).next().unwrap());
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

/// The modules at the root that a file names.
fn used(code: &str, depth: usize) -> Vec<&str> {
    let mut names = names_behind(code, "crate::");
    names.extend(names_behind(code, &"super::".repeat(depth)));
    names
}

#[test]
fn no_module_uses_one_above_it() {
    let height = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let mut seen = BTreeSet::new();
    let mut arrows = 0;
    for file in files(&source()) {
        let (module, depth) = place(&file);
        if module == "lib" || file.ends_with("tests.rs") {
            continue;
        }
        let own = height(&module);
        assert!(own.is_some(), "{module} has no layer");
        seen.insert(module.clone());
        let code = code(&std::fs::read_to_string(&file).unwrap());
        for name in used(&code, depth) {
            let other = height(name);
            assert!(
                other.is_some(),
                "{}: `crate::{name}` is no module: name it by the one that owns it",
                file.display()
            );
            assert!(other <= own, "{}: {module} uses {name}", file.display());
            arrows += usize::from(other < own);
        }
    }
    assert_eq!(seen, LAYERS.map(str::to_owned).into());
    assert!(arrows > 100, "only {arrows} were found");
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    let text = "use crate::rates::HOP_SAMPLES;\n// use crate::chain::Base;\nuse crate::{\n    \
                file::{Header, write},\n    prior::Prior, memory,\n};\nfn f(x: crate::blend::Blend) {}\n\
                use super::{reference, conv::Conv};\npub(super) const A: u32 = mycrate::B;\n\
                \n#[cfg(test)]\nmod tests {\n    use crate::testing::Random;\n}";
    let code = code(text);
    let mut expected = vec!["rates", "file", "prior", "memory", "blend"];
    assert_eq!(used(&code, 2), expected);
    expected.extend(["reference", "conv"]);
    assert_eq!(used(&code, 1), expected);
}
