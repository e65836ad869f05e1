//! The plugin as a CLAP: everything in `mynah_tests::scenarios`, and what only CLAP has.

use mynah_tests::clap::{ClapHost, ClapInstrument};
use mynah_tests::scenarios;

mynah_tests::host_tests!(ClapHost);

#[test]
fn the_wheel_bends_notes() {
    scenarios::the_wheel_bends_notes::<ClapHost>();
}

/// The same host with the bundle's other plugin.
mod instrument {
    use super::*;

    mynah_tests::host_tests!(instrument ClapInstrument);

    #[test]
    fn midi_messages_turn_what_they_should() {
        scenarios::midi_messages_turn_what_they_should::<ClapInstrument>();
    }
}
