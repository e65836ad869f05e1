//! The history with real parameters and a made-up host.
#![allow(clippy::unwrap_used)]

use mynah_engine::{
    Channels, Controls, Library, Plays, Preset, PresetSource, TargetRef, factory_presets,
};

use super::*;
use crate::fake_host::FakeHost;
use crate::preset::{is_set, of_params};
use crate::targets::CORNERS;

struct Desk {
    params: Arc<MynahParams>,
    shared: Arc<Shared>,
    host: Arc<FakeHost>,
    recorder: Recorder,
    catalogue: &'static Catalogue,
}

impl Desk {
    fn new() -> Self {
        let catalogue = Box::leak(Box::new(Catalogue::new(Library::shipped(), None)));
        let params = Arc::new(MynahParams::new(catalogue));
        let shared: Arc<Shared> = Arc::default();
        let host: Arc<FakeHost> = Arc::default();
        let context = GuiContext::new(host.clone());
        Self {
            recorder: Recorder::new(context, params.clone(), shared.clone()),
            params,
            shared,
            host,
            catalogue,
        }
    }

    fn play<R>(&self, act: impl FnOnce(Player<'_>) -> R) -> R {
        let setter = ParamSetter::new(&self.recorder);
        act(Player {
            params: &self.params,
            shared: &self.shared,
            setter: &setter,
            now_s: self.recorder.now_s(),
        })
    }

    fn turn(&self, control: Control, number: f32) {
        let param = &self.params[control];
        param.set_once(
            &ParamSetter::new(&self.recorder),
            param.normalized_of(number),
        );
    }

    /// As the host's automation does: past the editor.
    fn automate(&self, control: Control, number: f32) {
        let setter = ParamSetter::new(&*self.host);
        self.params[control].set(&setter, self.params[control].normalized_of(number));
    }

    fn gestures(&self) -> usize {
        self.host.gestures()
    }
}

#[test]
fn gestures_are_undone_through_the_host_and_automation_is_not() {
    let desk = Desk::new();
    desk.turn(Control::Octave, 2.0);
    desk.params.targets()[1].choose(&ParamSetter::new(&desk.recorder), 7);
    desk.automate(Control::Mix, 0.25);
    assert_eq!(desk.gestures(), 2);
    desk.play(|player| player.undo(false));
    assert_eq!(desk.params.targets()[1].chosen_index(), 1);
    desk.play(|player| player.undo(false));
    let controls = desk.params.controls();
    assert_eq!((controls.octave, controls.mix), (0, 0.25));
    assert_eq!(desk.gestures(), 2, "the host hears of what is undone");
    assert!(!desk.shared.comparison().can_undo());
    desk.play(|player| player.undo(true));
    desk.play(|player| player.undo(true));
    assert_eq!(desk.params.controls().octave, 2);
    assert_eq!(desk.params.targets()[1].chosen_index(), 7);
    // Nothing was recorded of the undoing itself.
    assert!(!desk.shared.comparison().can_redo());
}

#[test]
fn loading_a_preset_is_one_step_and_leaves_bypass_channels_and_midi_out() {
    let desk = Desk::new();
    desk.turn(Control::Bypass, 1.0);
    desk.turn(Control::Channels, 1.0);
    desk.turn(Control::MidiOut, 1.0);
    desk.turn(Control::Cents, 30.0);
    let values = desk.params.values();
    let of_the_effect = |preset: &&Preset| preset.plays == Plays::Sound;
    for preset in factory_presets().iter().filter(of_the_effect) {
        let source = Some(PresetSource::Factory);
        let loaded = Arc::new(Loaded {
            preset: preset.clone(),
            source,
        });
        desk.play(|player| player.load(&loaded, desk.catalogue))
            .unwrap();
        assert_eq!(desk.shared.comparison().label().as_ref(), Some(&loaded));
        assert!(
            is_set(preset, &desk.params, desk.catalogue),
            "{}",
            preset.name
        );
        let expected = Controls {
            bypass: true,
            channels: Channels::Stereo,
            midi_out: true,
            ..preset.controls
        };
        let controls = desk.params.controls();
        for control in Control::ALL {
            let info = control.info();
            let away = (controls.get(*control) - expected.get(*control)).abs();
            assert!(
                away <= 1e-4 * (info.max - info.min),
                "{}: {control}",
                preset.name
            );
        }
        desk.turn(Control::Bend, 5.0);
        assert!(!is_set(preset, &desk.params, desk.catalogue));
        desk.play(|player| player.undo(false));
        assert!(is_set(preset, &desk.params, desk.catalogue));
        desk.play(|player| player.undo(false));
        assert_eq!(desk.params.values(), values);
        assert_eq!(*desk.shared.comparison().label(), None);
    }
}

#[test]
fn a_preset_of_what_is_set_sets_it_again() {
    let desk = Desk::new();
    desk.turn(Control::Brightness, -2.5);
    desk.turn(Control::Glide, 77.0);
    desk.turn(Control::Bypass, 1.0);
    desk.turn(Control::Channels, 1.0);
    desk.params.targets()[0].choose(&ParamSetter::new(&desk.recorder), 8);
    desk.params.targets()[3].choose(&ParamSetter::new(&desk.recorder), 50);
    let preset = of_params(&desk.params, desk.catalogue, "Mine", "Own", "");
    assert!(!preset.controls.bypass);
    assert_eq!(preset.controls.channels, Channels::Mono);
    assert_eq!(preset.targets[3], None, "there is no model at that place");
    let read = Preset::from_json(&preset.to_json().unwrap()).unwrap();
    assert_eq!(read, preset);
    let other = Desk::new();
    let read = Arc::new(Loaded {
        preset: read,
        source: None,
    });
    other
        .play(|player| player.load(&read, other.catalogue))
        .unwrap();
    assert_eq!(other.params.targets()[0].chosen_index(), 8);
    assert_eq!(other.params.targets()[3].chosen_index(), CORNERS as i32 - 1);
    assert!(is_set(&preset, &other.params, other.catalogue));
}

#[test]
fn a_preset_without_its_model_changes_nothing() {
    let desk = Desk::new();
    let mut preset = factory_presets()[0].clone();
    preset.targets[2] = Some(TargetRef {
        name: "kazoo".to_owned(),
        hash: None,
    });
    let values = desk.params.values();
    let preset = Arc::new(Loaded {
        preset,
        source: None,
    });
    let error = desk
        .play(|player| player.load(&preset, desk.catalogue))
        .unwrap_err();
    assert!(
        error.ends_with("plays the model \u{201C}kazoo\u{201D}, which is not installed."),
        "{error}"
    );
    assert_eq!(desk.params.values(), values);
    assert!(!desk.shared.comparison().can_undo());
}

#[test]
fn a_and_b_are_exchanged_and_copied() {
    let desk = Desk::new();
    desk.turn(Control::Formant, 5.0);
    desk.play(|player| player.switch());
    desk.turn(Control::Formant, -5.0);
    desk.turn(Control::Bypass, 1.0);
    desk.gestures();
    desk.play(|player| player.switch());
    let controls = desk.params.controls();
    assert_eq!((controls.formant_semitones, controls.bypass), (5.0, true));
    assert_eq!(desk.gestures(), 1, "only what differs is set");
    desk.play(|player| player.copy());
    desk.play(|player| player.switch());
    assert_eq!(desk.params.controls().formant_semitones, 5.0);
    desk.play(|player| player.undo(false));
    assert_eq!(desk.params.controls().formant_semitones, -5.0);
}
