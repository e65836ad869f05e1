//! Every control has the effect that its tooltip promises, measured in the sound that the shipped models
//! make, and none of them clicks when it is automated.
#![allow(clippy::unwrap_used)]

mod automation;
mod dynamics;
mod keys;
mod measure;
mod mixing;
mod morph;
mod movement;
mod octave;
mod pauses;
mod pitch;
mod play_on;
mod player;
mod rates;
mod registers;
mod room;
mod stereo;
mod timbre;
mod tone;

use mynah_engine::Control;

/// One test for each control, and one that no control is without.
macro_rules! effects {
    ($($control:ident => $module:ident::$test:ident,)*) => {
        $(
            #[test]
            fn $test() {
                $module::$test();
            }
        )*

        #[test]
        fn no_control_is_without_a_test_of_its_effect() {
            let tested = [$(Control::$control),*];
            for control in Control::ALL {
                assert!(tested.contains(control), "{control}");
            }
        }
    };
}

effects! {
    Mode => mixing::auto_tracks_one_voice_and_follows_chords,
    MorphX => morph::half_way_across_lies_between_both,
    MorphY => morph::half_way_down_lies_between_both,
    PlayerAttack => player::the_players_attack_is_as_slow_as_a_bow,
    PlayerVibrato => player::the_players_vibrato_takes_the_place_of_none,
    PlayerColour => player::the_players_colour_is_the_recorded_one,
    Unvoiced => player::consonants_are_held_or_noise_or_softer_or_gone,
    Octave => pitch::octaves_double_and_halve_the_pitch,
    OctaveAuto => octave::phrases_of_any_register_come_home_on_every_target,
    Semitones => pitch::semitones_move_the_pitch,
    Cents => pitch::cents_tune_finely,
    Bend => pitch::bend_moves_the_pitch,
    Snap => pitch::snap_puts_what_is_played_on_the_scale,
    Key => pitch::the_key_chooses_the_notes,
    Scale => pitch::the_scale_chooses_the_notes,
    Notes => pitch::own_notes_are_the_only_ones,
    Glide => pitch::glide_takes_its_time,
    Vibrato => pitch::vibrato_is_flattened_and_doubled,
    Sensitivity => dynamics::sensitivity_changes_the_colour_and_not_the_level,
    Curve => dynamics::the_curve_scales_the_dynamics,
    Floor => dynamics::the_floor_silences_what_is_softer,
    Hysteresis => dynamics::hysteresis_keeps_the_gate_open,
    Attack => dynamics::attack_lets_notes_swell,
    Release => dynamics::release_lets_notes_ring,
    Performance => player::a_guitar_that_is_played_dies_away_under_a_held_note,
    Brightness => tone::brightness_tilts_the_spectrum,
    Formant => tone::formants_move_and_the_pitch_does_not,
    Breath => tone::breath_is_what_is_between_the_harmonics,
    Air => tone::air_is_treble_over_bass,
    Drive => tone::drive_adds_the_generator,
    TimbreX => timbre::the_map_goes_from_full_to_thin,
    TimbreY => timbre::the_map_goes_up_and_down_without_getting_brighter,
    TimbreBrightness => timbre::brighter_is_more_of_the_high_harmonics,
    TimbreBreath => timbre::breathier_is_more_noise_and_no_brighter,
    TimbreAttack => timbre::notes_speak_sooner_or_later,
    TimbreBody => timbre::fuller_is_more_of_the_fundamental_and_its_octave,
    Variation => movement::variation_lets_the_tone_wander,
    VariationRate => movement::the_rate_is_how_fast_it_wanders,
    Seed => movement::a_seed_wanders_its_own_way_again_and_again,
    Freeze => movement::freeze_holds_the_moment,
    PlayOn => play_on::what_was_played_goes_on_after_a_silence,
    PlayOnTemperature => play_on::the_cold_go_on_the_likeliest_way_whatever_the_seed,
    PlayOnAfter => play_on::it_waits_for_so_long_a_silence,
    PlayOnLength => play_on::it_ends_after_so_many_bars,
    PlayOnKey => play_on::it_keeps_to_the_key_that_is_heard,
    PlayOnSeed => play_on::it_goes_its_own_way_again_and_again,
    Room => room::the_room_rings_and_keeps_the_loudness,
    RoomSize => room::a_larger_room_rings_longer,
    InputGain => mixing::input_gain_is_heard_by_the_translation_alone,
    Mix => mixing::mix_goes_from_dry_to_wet,
    OutputGain => mixing::output_gain_scales_everything,
    Bypass => mixing::bypass_is_the_input,
    Quality => mixing::eco_leaves_the_generator_out,
    Channels => stereo::each_side_is_played_by_itself,
    MidiOut => keys::what_is_sent_as_midi_sounds_the_same,
    Voices => keys::so_many_keys_sound_at_once,
    Modulation => keys::modulation_is_vibrato,
    Expression => keys::expression_is_level,
    Wheel => keys::the_wheel_bends_by_two_semitones,
    Sustain => keys::sustain_holds_what_is_let_go,
}
