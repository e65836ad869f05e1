//! The presets inside the binary.

use std::sync::LazyLock;

use super::Preset;

include!(concat!(env!("OUT_DIR"), "/presets.rs"));

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let read = FACTORY_PRESETS
        .iter()
        .filter_map(|(_, text)| Preset::from_json(text).ok());
    let mut presets: Vec<Preset> = read.collect();
    presets.sort_by(|a, b| (&a.category, &a.name).cmp(&(&b.category, &b.name)));
    presets
});

/// The presets that come with Mynah, by category and name.
pub fn factory_presets() -> &'static [Preset] {
    &PRESETS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::user_file::file_stem;

    #[test]
    fn every_factory_preset_reads_and_is_called_by_its_name() {
        for (file, text) in FACTORY_PRESETS {
            let preset = Preset::from_json(text).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(*file, format!("{}.json", file_stem(&preset.name)));
            assert!(!preset.category.is_empty(), "{file}");
            let about = &preset.about;
            assert!(
                about.ends_with('.') && !about.contains(". "),
                "{file}: {about}"
            );
        }
        assert!(factory_presets().len() >= 20);
        assert_eq!(factory_presets().len(), FACTORY_PRESETS.len());
        let mut names: Vec<String> = factory_presets()
            .iter()
            .map(|preset| preset.name.to_lowercase())
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), FACTORY_PRESETS.len(), "two have one name");
    }
}
