//! Data flows one way: each module of the plugin uses those below it, and the process's catalogue is handed on from
//! where an instance or an editor begins.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// From the lowest to the highest; the crate's root is above all of them.
const MODULES: [&str; 24] = [
    "lock",
    "held",
    "instances",
    "opened",
    "notes",
    "key_events",
    "midi_out",
    "notice",
    "resident",
    "editor_size",
    "look",
    "undo",
    "targets",
    "learning",
    "recording",
    "exploring",
    "params",
    "state",
    "preset",
    "comparison",
    "shared",
    "recorder",
    "sound",
    "editor",
];
/// How hosts come to the root, of which it uses what it likes.
const ENTRY_POINTS: &str = "exports";
/// Where an instance or an editor begins.
const CATALOGUE_IS_TAKEN: [&str; 4] = [
    "lib.rs",
    "targets/mod.rs",
    "exports/vst3_instance.rs",
    "editor/places.rs",
];

/// The sources, without tests and comments, by their paths below `src`.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["bin", "tests"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(".rs")
                && !["tests.rs", "fake_host.rs"].contains(&name.as_str())
            {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                let lines = code.lines();
                let code = lines.filter(|line| !line.trim_start().starts_with("//"));
                let below = path.strip_prefix(&root).unwrap();
                let below = below.to_string_lossy().replace('\\', "/");
                sources.push((below, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    sources
}

/// The names behind `crate::`, also those of a list in braces.
fn names_of_the_crate(code: &str) -> Vec<&str> {
    let behind = code.split("crate::").skip(1);
    let names = behind.flat_map(|rest| match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap().split(',').collect(),
        None => vec![rest],
    });
    let word = |name: char| !name.is_alphanumeric() && name != '_';
    names
        .filter_map(|name| name.trim().split(word).next())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn each_module_uses_only_those_below_it() {
    let height = |module: &str| {
        let height = MODULES.iter().position(|known| *known == module);
        height.unwrap_or_else(|| panic!("which module is below '{module}'?"))
    };
    let mut uses = 0;
    for (path, code) in sources() {
        let module = path.split('/').next().unwrap();
        let module = module.trim_end_matches(".rs");
        if module == "lib" || module == ENTRY_POINTS {
            continue;
        }
        let is_top = path == format!("{module}.rs") || path == format!("{module}/mod.rs");
        assert!(!is_top || !code.contains("super::"), "{path} uses the root");
        for name in names_of_the_crate(&code)
            .into_iter()
            .filter(|name| *name != module)
        {
            assert!(
                height(name) < height(module),
                "{path} uses {name}, which is not below it"
            );
            uses += 1;
        }
    }
    assert!(uses > 50, "only {uses} uses were found");
}

#[test]
fn the_catalogue_is_handed_on() {
    let calls = sources()
        .into_iter()
        .filter(|(_, code)| code.contains("catalogue()"));
    for (path, _) in calls {
        assert!(CATALOGUE_IS_TAKEN.contains(&path.as_str()), "{path}");
    }
}
