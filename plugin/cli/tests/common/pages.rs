//! What every page must be.

use std::collections::HashSet;
use std::path::Path;

use super::names_in;

/// The page in a folder.
pub(crate) fn page(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("index.html")).unwrap()
}

/// Values of all attributes of this name.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\""))
        .skip(1)
        .map(|part| part.split_once('"').unwrap().0)
        .collect()
}

/// What the page refers to lies beside it, all of it; and there is no way to anything else.
pub(crate) fn assert_self_contained(folder: &Path) {
    let html = page(folder);
    let mut used = HashSet::from(["index.html".to_owned()]);
    for attribute in ["src", "href", "data-picture"] {
        for value in attributes(&html, attribute) {
            if value != "data:," {
                assert!(
                    folder.join(value).is_file() && !value.contains(['/', '\\', ':']),
                    "{attribute}={value}"
                );
                used.insert(value.to_owned());
            }
        }
    }
    assert_eq!(used, names_in(folder).into_iter().collect());
    for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let (_, rest) = html.split_once(open).unwrap();
        let (inside, rest) = rest.split_once(close).unwrap();
        assert!(!rest.contains(open), "{open} comes twice");
        for way in [
            "http:", "https:", "//", "url(", "@import", "import(", "fetch(",
        ] {
            assert!(!inside.contains(way), "{way} in {open}");
        }
    }
    for way in [
        "srcset=",
        "<iframe",
        "<link rel=\"stylesheet",
        "<base",
        "<object",
        "action=",
    ] {
        assert!(!html.contains(way), "{way}");
    }
}
