//! Hosts for tests, and what is asked of the plugin in every one of them.
//!
//! [`clap`] and [`vst3`] load the plugin's own entry points in process; [`scenarios`] are the
//! checks, written once against the trait [`host::Host`]. [`alloc`] counts, to prove
//! that nothing allocates while a block is processed. [`soak`] plays for hours, [`fuzz`] gives
//! bytes without meaning to whatever takes bytes; `cargo xtask` runs both.
#![allow(clippy::unwrap_used)]

pub mod alloc;
pub mod clap;
pub mod fuzz;
pub mod host;
pub mod options;
pub mod scenarios;
pub mod signal;
pub mod soak;
pub mod vst3;
#[cfg(target_os = "linux")]
pub mod window;

/// The tests of one plugin format: every scenario in the given host, and proof that allocations are
/// seen. One list, so that no format misses a scenario.
#[macro_export]
macro_rules! host_tests {
    ($host:ty) => {
        $crate::host_tests!(@each $host:
            parameters_are_stable,
            values_have_words,
            every_text_of_a_value_is_read_again,
            texts_that_are_no_value_are_refused,
            state_round_trip,
            missing_model_is_kept_and_dry,
            no_target_stays_no_target,
            an_empty_place_stays_empty,
            retrained_model_plays_and_both_are_kept,
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
            live_instances_take_turns,
            every_target_sounds,
            silence_becomes_silent,
            denormals_are_back_after_a_block,
            bad_samples_count_as_silence,
            output_is_bounded,
            random_automation_is_survived,
            empty_indices_are_dry,
            activation_can_be_repeated,
            instances_are_independent,
            any_block_length,
            empty_blocks_carry_changes,
            in_place_is_out_of_place,
            doubles_are_declined,
            impossible_events_are_survived,
            late_events_are_not_lost,
            ten_thousand_events_in_a_block,
            any_moment_is_a_good_one,
            mono_is_the_engine_in_mono,
            mono_is_the_middle_of_both,
            there_is_one_input_for_notes,
            notes_sound_at_their_sample_at_any_block_size,
            notes_are_held_over_silence,
            a_reset_lets_notes_go,
            ten_thousand_notes_allocate_nothing,
            what_is_played_is_sent_at_any_block_size,
            a_chords_notes_are_sent_at_any_block_size,
            nothing_is_sent_unless_it_is_asked_for,
            what_sounds_is_let_go_when_sending_ends,
            broken_states_are_refused,
            huge_states_load,
            older_states_load,
            newer_states_load,
        );

        #[test]
        fn the_allocator_sees_allocations() {
            $crate::alloc::assert_tracks();
        }
    };
    (instrument $host:ty) => {
        $crate::host_tests!(@each $host:
            parameters_are_stable,
            values_have_words,
            every_text_of_a_value_is_read_again,
            texts_that_are_no_value_are_refused,
            state_round_trip,
            missing_model_is_kept_and_dry,
            no_target_stays_no_target,
            an_empty_place_stays_empty,
            retrained_model_plays_and_both_are_kept,
            state_finds_its_model_at_another_index,
            state_loads_while_running,
            activation_starts_with_the_saved_model,
            garbage_states_are_survived,
            broken_states_are_refused,
            huge_states_load,
            older_states_load,
            newer_states_load,
            equals_the_engine_at_any_block_size,
            equals_mynah_play,
            automation_does_not_depend_on_blocks,
            any_host_rate,
            reset_forgets_everything,
            live_instances_take_turns,
            every_target_sounds,
            silence_becomes_silent,
            denormals_are_back_after_a_block,
            output_is_bounded,
            random_automation_is_survived,
            empty_indices_are_dry,
            activation_can_be_repeated,
            instances_are_independent,
            any_block_length,
            empty_blocks_carry_changes,
            in_place_is_out_of_place,
            doubles_are_declined,
            impossible_events_are_survived,
            late_events_are_not_lost,
            ten_thousand_events_in_a_block,
            any_moment_is_a_good_one,
            mono_is_the_engine_in_mono,
            one_channel_gets_the_middle_of_two,
            there_is_one_input_for_notes,
            keys_sound_at_their_sample_at_any_block_size,
            any_keys_are_survived,
            a_reset_lets_keys_go,
            ten_thousand_notes_allocate_nothing,
            the_instrument_sends_no_notes,
        );
    };
    (@each $host:ty: $($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                $crate::scenarios::$name::<$host>();
            }
        )*
    };
}
