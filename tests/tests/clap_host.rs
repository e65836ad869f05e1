//! The plugin as a CLAP: everything in `mynah_tests::scenarios`.

mynah_tests::host_tests!(mynah_tests::clap::ClapHost);
