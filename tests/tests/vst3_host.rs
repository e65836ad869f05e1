//! The plugin as a VST3: everything in `mynah_tests::scenarios`, and what only VST3 has.

use mynah_tests::scenarios;
use mynah_tests::vst3::{Vst3Host, Vst3Instrument};

mynah_tests::host_tests!(Vst3Host);

#[test]
fn what_the_controller_is_told_is_saved() {
    scenarios::what_the_controller_is_told_is_saved::<Vst3Host>();
}

#[test]
fn ids_are_the_published_ones() {
    scenarios::ids_are_the_published_ones();
}

/// The same host with the bundle's other plugin.
mod instrument {
    use super::*;

    mynah_tests::host_tests!(instrument Vst3Instrument);

    #[test]
    fn what_the_controller_is_told_is_saved() {
        scenarios::what_the_controller_is_told_is_saved::<Vst3Instrument>();
    }
}
