//! What the pointer does.

use egui::{Key, vec2};
use egui_kittest::kittest::NodeT as _;
use mynah_engine::Scale;
use mynah_models::Mode;

use super::*;
use crate::look::{Look, SCALES_PERCENT};
use crate::shared::Condition;
use crate::targets::CORNERS;

const ONCE: [Told; 3] = [Told::Begin, Told::Set, Told::End];

#[test]
fn a_click_on_a_card_chooses_it_for_the_selected_corner() {
    let mut bench = Bench::new();
    for corner in 0..CORNERS {
        let name = ["Slot A", "Slot B", "Slot C", "Slot D"][corner];
        let button = bench.harness.get_by_label_contains(name).rect();
        bench.click_at(button.center(), Modifiers::NONE);
        for (index, entry) in catalogue().entries().iter().enumerate().skip(corner + 3) {
            bench.click(&entry.info().display_name);
            let target = &bench.params.targets()[corner];
            assert_eq!(target.chosen_index(), index as i32);
            assert_eq!(target.saved().name, entry.info().name);
            assert_eq!(bench.told(), ONCE);
            // The chosen one again: nothing to tell.
            bench.click(&entry.info().display_name);
            assert!(bench.told().is_empty());
        }
    }
}

#[test]
fn knobs_are_dragged_and_reset() {
    let mut bench = Bench::new();
    let dial = bench.rect_of("Input gain").center();
    bench.drag(dial, dial - vec2(0.0, 90.0), Modifiers::NONE);
    let value_db = bench.param(Control::InputGain).number();
    assert!((value_db - 24.0).abs() < 2.5, "{value_db} dB");
    let told = bench.told();
    assert_eq!(told.first(), Some(&Told::Begin));
    assert_eq!(told.last(), Some(&Told::End));
    assert_eq!(told.iter().filter(|told| **told == Told::Begin).count(), 1);

    bench.double_click(dial);
    assert_eq!(bench.param(Control::InputGain).number(), 0.0);

    bench.drag(dial, dial - vec2(0.0, 90.0), Modifiers::SHIFT);
    let fine_db = bench.param(Control::InputGain).number();
    assert!((1.0..=4.0).contains(&fine_db), "{fine_db} dB");
    for modifiers in [Modifiers::COMMAND, Modifiers::ALT] {
        bench.set(Control::InputGain, 7.0);
        bench.click_at(dial, modifiers);
        assert_eq!(bench.param(Control::InputGain).number(), 0.0);
    }
}

#[test]
fn the_wheel_turns_knobs() {
    let mut bench = Bench::new();
    for (label, control, lowest) in [
        ("Bend", Control::Bend, 0.1),
        ("Octave", Control::Octave, 1.0),
    ] {
        bench
            .harness
            .event(Event::PointerMoved(bench.rect_of(label).center()));
        bench.harness.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, 40.0),
            modifiers: Modifiers::NONE,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
        });
        bench.harness.run_steps(20);
        let number = bench.param(control).number();
        assert!(number >= lowest && number <= 1.0, "{label}: {number}");
    }
}

#[test]
fn values_are_typed() {
    let mut bench = Bench::new();
    for (typed, key, expected) in [
        ("37", Key::Enter, 0.37),
        ("12 %", Key::Enter, 0.12),
        ("80", Key::Escape, 0.12),
        ("loud", Key::Enter, 0.12),
        ("400", Key::Enter, 1.0),
    ] {
        let dial = bench.rect_of("Mix");
        bench.click_at(dial.center_bottom() + vec2(0.0, 12.0), Modifiers::NONE);
        bench.harness.event(Event::Text(typed.to_owned()));
        bench.harness.step();
        bench.harness.key_press(key);
        bench.harness.run_steps(3);
        let mix = bench.param(Control::Mix).number();
        assert!((mix - expected).abs() < 1e-6, "{typed}: {mix}");
    }
}

#[test]
fn buttons_switch_mode_channels_bypass_quality_freeze_and_midi_out() {
    let mut bench = Bench::new();
    for (label, mode) in [
        ("Mode Follow", Mode::Follow),
        ("Mode Auto", Mode::Auto),
        ("Mode Track", Mode::Track),
    ] {
        bench.click(label);
        assert_eq!(bench.params.controls().mode, mode);
        assert_eq!(bench.told(), ONCE);
    }
    for (label, control, numbers) in [
        ("Bypass", Control::Bypass, [1.0, 0.0]),
        ("Freeze", Control::Freeze, [1.0, 0.0]),
        ("MIDI out", Control::MidiOut, [1.0, 0.0]),
    ] {
        for number in numbers {
            bench.click(label);
            assert_eq!(bench.param(control).number(), number, "{label}");
        }
    }
    for (label, control, number) in [
        ("Quality Eco", Control::Quality, 0.0),
        ("Quality Full", Control::Quality, 1.0),
        ("Channels Stereo", Control::Channels, 1.0),
        ("Channels Mono", Control::Channels, 0.0),
    ] {
        bench.click(label);
        assert_eq!(bench.param(control).number(), number);
    }
}

#[test]
fn key_and_scale_are_chosen_and_own_notes_pressed() {
    let mut bench = Bench::new();
    bench.click("Key");
    bench.click("F#");
    assert_eq!(bench.param(Control::Key).number(), 6.0);
    // The notes of a scale that has its own cannot be pressed.
    bench.click("Note Eb");
    assert_eq!(bench.param(Control::Notes).number(), 4095.0);
    bench.click("Scale");
    bench.click("Custom");
    assert_eq!(bench.params.controls().scale, Scale::Custom);
    for note in ["Note Eb", "Note C"] {
        let key = bench.rect_of(note);
        bench.click_at(key.center_bottom() - vec2(0.0, 4.0), Modifiers::NONE);
    }
    assert_eq!(bench.param(Control::Notes).number(), (4095 - 8 - 1) as f32);
    bench.click("Note Eb");
    assert_eq!(bench.param(Control::Notes).number(), (4095 - 1) as f32);
}

#[test]
fn the_puck_is_dragged_and_put_back() {
    let mut bench = Bench::new();
    let pad = bench.rect_of("Morph");
    let place = |bench: &Bench| {
        (
            bench.param(Control::MorphX).number(),
            bench.param(Control::MorphY).number(),
        )
    };
    bench.drag(
        pad.left_top() + vec2(11.0, 11.0),
        pad.center(),
        Modifiers::NONE,
    );
    let (x, y) = place(&bench);
    assert!((x - 0.5).abs() < 0.01 && (y - 0.5).abs() < 0.01, "{x} {y}");
    let told = bench.told();
    let begun = told.iter().filter(|told| **told == Told::Begin).count();
    let ended = told.iter().filter(|told| **told == Told::End).count();
    assert_eq!((begun, ended), (2, 2));

    // In small steps, from wherever the puck is grabbed.
    bench.drag(
        pad.center(),
        pad.center() + vec2(100.0, 0.0),
        Modifiers::SHIFT,
    );
    let (fine_x, _) = place(&bench);
    assert!(fine_x > x + 0.01 && fine_x < x + 0.1, "{fine_x}");
    bench.drag(
        pad.center(),
        pad.right_bottom() + vec2(50.0, 50.0),
        Modifiers::NONE,
    );
    assert_eq!(place(&bench), (1.0, 1.0));
    bench.double_click(pad.center());
    assert_eq!(place(&bench), (0.0, 0.0));
}

#[test]
fn theme_and_scale_are_chosen_and_kept() {
    let mut bench = Bench::new();
    bench.click("Light theme");
    assert!(!bench.params.editor_look.get().dark);
    bench.click("Dark theme");
    assert!(bench.params.editor_look.get().dark);
    let size = bench.harness.ctx.content_rect().size();
    for percent in SCALES_PERCENT.into_iter().rev() {
        if percent == bench.params.editor_look.get().scale_percent {
            continue;
        }
        bench.click("Editor size");
        bench.click(&format!("{percent} %"));
        let wanted = Look {
            dark: true,
            scale_percent: percent,
        };
        assert_eq!(bench.params.editor_look.get(), wanted);
        assert_eq!(bench.harness.ctx.zoom_factor(), percent as f32 / 100.0);
        // The window grows with its contents.
        bench.harness.set_size(size);
        bench.harness.run();
    }
}

#[test]
fn sides_that_cancel_are_told_of_until_they_do_not() {
    let mut bench = Bench::new();
    for cancels in [false, true, false] {
        bench.shared.publish(&Reading {
            cancels,
            ..Reading::default()
        });
        bench.harness.run();
        let sentence = "Left and right cancel each other in Mono: set Channels to Stereo";
        let shown = bench.harness.query_by_label(sentence);
        assert_eq!(shown.is_some(), cancels);
        if let Some(shown) = shown {
            assert!(bench.layout().status.contains_rect(shown.rect()));
        }
    }
}

#[test]
fn what_is_wrong_is_said_where_it_can_be_read() {
    let mut bench = Bench::new();
    bench
        .shared
        .set_activation(Condition::UnsupportedRate, 384_000.0, 0);
    bench.harness.run();
    let sentence = bench.harness.get_by_label_contains("runs at 384 kHz");
    assert!(bench.layout().status.contains_rect(sentence.rect()));
    bench
        .shared
        .set_activation(Condition::Running, 48_000.0, 144);
    bench.harness.run();
    assert!(bench.harness.query_by_label_contains("passes").is_none());

    // A corner that does not sound may be empty.
    let setter = ParamSetter::new(&*bench.host);
    bench.params.targets()[3].choose(&setter, 40);
    bench.harness.run();
    assert!(bench.harness.query_by_label_contains("is empty").is_none());
    bench.set(Control::MorphX, 0.5);
    bench.set(Control::MorphY, 0.5);
    bench.harness.get_by_label_contains("Target 41 is empty");
}

#[test]
fn meters_move_and_come_to_rest() {
    let mut bench = Bench::new();
    bench.play();
    assert!(bench.harness.state().app.is_moving());
    bench.harness.run_steps(200);
    assert!(!bench.harness.state().app.is_moving());
}

#[test]
fn every_control_has_a_place_with_its_name_and_value() {
    let mut bench = Bench::new();
    let behind_tabs = [ControlGroup::Timbre, ControlGroup::PlayOn];
    let is_behind = |control: &&Control| behind_tabs.contains(&control.info().group);
    let serving = Control::ALL.iter().filter(|c| c.serves(Plays::Sound));
    let (behind, others): (Vec<&Control>, Vec<&Control>) = serving.partition(is_behind);
    for control in others.into_iter().chain(behind) {
        let info = control.info();
        if is_behind(&control) {
            bench.click(&format!("Show {}", info.group.name()));
        }
        match control {
            Control::MorphX | Control::MorphY => {
                bench.harness.get_by_label("Morph");
            }
            Control::TimbreX | Control::TimbreY => {
                bench.harness.get_by_label("Timbre map");
            }
            Control::Mode | Control::Quality | Control::Channels => {
                let first = match control {
                    Control::Mode => "Track",
                    Control::Quality => "Eco",
                    _ => "Mono",
                };
                bench
                    .harness
                    .get_by_label(&format!("{} {first}", info.name));
            }
            Control::Notes => {
                bench.harness.get_by_label("Note C");
            }
            _ => {
                let node = bench.harness.get_by_label(info.name);
                assert!(node.rect().is_positive());
                if let Some(value) = node.accesskit_node().value() {
                    let param = bench.param(*control);
                    let text = match control {
                        Control::OctaveAuto => "0 oct".to_owned(),
                        _ => param.text(param.normalized()),
                    };
                    assert_eq!(value, text, "{control}");
                }
            }
        }
    }
}
