//! The plugin as a CLAP: everything in `mynah_tests::scenarios`, and what only CLAP has.

use mynah_tests::clap::ClapHost;
use mynah_tests::scenarios;

mynah_tests::host_tests!(ClapHost);

#[test]
fn the_wheel_bends_notes() {
    scenarios::the_wheel_bends_notes::<ClapHost>();
}
