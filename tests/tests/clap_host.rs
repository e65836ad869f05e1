//! The plugin as a CLAP: everything in `mynah_tests::scenarios`.
#![allow(clippy::unwrap_used)]

use mynah_tests::clap::ClapHost;
use mynah_tests::{alloc, scenarios};

#[test]
fn the_allocator_sees_allocations() {
    alloc::assert_tracks();
}

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                scenarios::$name::<ClapHost>();
            }
        )*
    };
}

scenarios!(
    parameters_are_stable,
    values_have_words,
    state_round_trip,
    missing_model_is_kept_and_dry,
    state_finds_its_model_at_another_index,
    state_loads_while_running,
    activation_starts_with_the_saved_model,
    garbage_states_are_survived,
    equals_the_engine_at_any_block_size,
    equals_mynah_bounce,
    automation_does_not_depend_on_blocks,
    latency_is_as_reported,
    any_host_rate,
    reset_forgets_everything,
    every_target_sounds,
    silence_becomes_silent,
    bad_samples_count_as_silence,
    output_is_bounded,
    random_automation_is_survived,
    empty_slots_are_dry,
    activation_can_be_repeated,
    instances_are_independent,
);
