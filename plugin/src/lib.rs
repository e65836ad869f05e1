//! Mynah as a plugin: CLAP and VST3 from one crate.
//!
//! Nothing here makes sound; [`mynah_engine`] does. This crate gives it parameters, state, a
//! latency report and an editor.
//!
//! | thread | what it runs here |
//! |---|---|
//! | host main thread | `activate` (the only place that decodes models and builds an engine), state, the editor's life |
//! | host audio thread | `process`, `reset`: the engine, target changes, meters (atomics only) |
//! | window thread | [`editor`]: reads parameters and meters, sets parameters through the host |
//!
//! Every model that can be chosen is decoded before audio starts and is kept for the life of the
//! process ([`targets`]), so choosing another one never loads anything: automation of the target
//! takes effect at the next hop, in an offline bounce as in live playing.
#![deny(unsafe_code)]

mod comparison;
pub mod editor;
mod editor_size;
mod exploring;
mod exports;
#[cfg(test)]
mod fake_host;
mod held;
mod instances;
mod key_events;
mod learning;
mod lock;
mod look;
mod midi_out;
mod notes;
mod notice;
mod opened;
mod params;
mod preset;
mod recorder;
mod recording;
mod resident;
mod shared;
mod sound;
mod state;
pub mod targets;
mod undo;

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use mynah_engine::{Channels, Controls, Library, Plays};
use nice_plug::prelude::*;

pub use editor_size::EditorSize;
pub use exports::{GetPluginFactory, clap_entry};
pub use look::{EditorLook, Look, SCALES_PERCENT};
pub use notice::tell_player;
pub use opened::open_file;
pub use params::{ControlParam, MynahParams, SavedTargets};
pub use shared::{Condition, Shared};

use sound::{Sound, Stream};
use targets::Catalogue;

/// One instance of the plugin.
///
/// With `CONTROLLERS` it hears the pitch wheel and MIDI's controllers, without them only notes and their
/// expressions. VST3 has no events for controllers: nice-plug would add 2,080 parameters to catch them,
/// with which hosts take half a minute to load the plugin. So VST3 goes without, CLAP and the standalone
/// application with them.
///
/// With `KEYS` it is the instrument, which has no input and plays what keys ask for. There VST3's controllers arrive as the
/// parameters to which a host maps them (the module `exports`).
pub struct Mynah<const CONTROLLERS: bool, const KEYS: bool = false> {
    params: Arc<MynahParams>,
    shared: Arc<Shared>,
    catalogue: &'static Catalogue,
    sound: Sound,
    /// One channel in, two out: nice-plug hands over the input and a silent second channel.
    spreads_mono: bool,
}

/// Makes `library` the process's catalogue instead of the shipped models and the player's folder:
/// for tests, before any instance exists. Nothing is kept in the player's folder then. False when a catalogue was there already.
pub fn install(library: Library) -> bool {
    look::keep_nothing();
    targets::install(library)
}

thread_local! {
    static NEWEST: RefCell<Weak<MynahParams>> = const { RefCell::new(Weak::new()) };
}

/// The parameters of the plugin that this thread has made last, if it is still there.
fn newest_params() -> Option<Arc<MynahParams>> {
    NEWEST.with_borrow(Weak::upgrade)
}

impl<const CONTROLLERS: bool, const KEYS: bool> Default for Mynah<CONTROLLERS, KEYS> {
    fn default() -> Self {
        let catalogue = targets::catalogue();
        let params = Arc::new(MynahParams::of(Self::PLAYS, catalogue));
        NEWEST.replace(Arc::downgrade(&params));
        let shared = Arc::new(Shared::default());
        Self {
            params,
            sound: Sound::recorded_by(shared.recording()).playing(Self::PLAYS),
            shared,
            catalogue,
            spreads_mono: false,
        }
    }
}

impl<const CONTROLLERS: bool, const KEYS: bool> Mynah<CONTROLLERS, KEYS> {
    const PLAYS: Plays = if KEYS { Plays::Keys } else { Plays::Sound };

    /// What the engine is to do. One channel in has no sides: two voices would cost twice as much and sound the same.
    fn controls(&self) -> Controls {
        let mut controls = self.params.controls();
        if self.spreads_mono {
            controls.channels = Channels::Mono;
        }
        controls
    }
}

const EFFECT_LAYOUTS: [AudioIOLayout; 3] = [
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(2),
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    },
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(1),
        main_output_channels: NonZeroU32::new(1),
        ..AudioIOLayout::const_default()
    },
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(1),
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    },
];

const INSTRUMENT_LAYOUTS: [AudioIOLayout; 2] = [
    AudioIOLayout {
        main_input_channels: None,
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    },
    AudioIOLayout {
        main_input_channels: None,
        main_output_channels: NonZeroU32::new(1),
        ..AudioIOLayout::const_default()
    },
];

impl<const CONTROLLERS: bool, const KEYS: bool> Plugin for Mynah<CONTROLLERS, KEYS> {
    const NAME: &'static str = if KEYS { "Mynah Instrument" } else { "Mynah" };
    const VENDOR: &'static str = "Mynah";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = if KEYS {
        &INSTRUMENT_LAYOUTS
    } else {
        &EFFECT_LAYOUTS
    };
    const MIDI_INPUT: MidiConfig = if CONTROLLERS {
        MidiConfig::MidiCCs
    } else {
        MidiConfig::Basic
    };
    // In VST3, too, this adds no parameters: what goes out are events.
    const MIDI_OUTPUT: MidiConfig = if KEYS {
        MidiConfig::None
    } else {
        MidiConfig::MidiCCs
    };
    // Of more events in a block than this, the rest would be stored in memory allocated then and there.
    const INPUT_EVENT_CAPACITY: usize = 16_384;
    // Blocks are split at parameter changes, so that automation lands on the same hop whatever
    // the host's block size.
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = editor::MynahEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _async_executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        Some(editor::MynahEditor::new(
            self.params.clone(),
            self.shared.clone(),
            self.catalogue,
        ))
    }

    fn filter_state(state: &mut PluginState) {
        state::repair(state, targets::catalogue());
    }

    fn activate(
        &mut self,
        audio_io_layout: &AudioIOLayout,
        buffer_config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.spreads_mono =
            !KEYS && audio_io_layout.main_input_channels < audio_io_layout.main_output_channels;
        let latency_samples = self.sound.prepare(
            self.catalogue,
            Stream {
                rate_hz: f64::from(buffer_config.sample_rate),
                is_offline: buffer_config.process_mode == ProcessMode::Offline,
            },
            self.params.indices(),
            &self.controls(),
            &self.shared,
        );
        context.set_latency_samples(latency_samples);
        true
    }

    fn reset(&mut self) {
        self.sound.reset();
        self.shared.clear_meters();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let channels = buffer.as_slice();
        if self.spreads_mono
            && let [left, right] = &mut *channels
        {
            right.copy_from_slice(left);
        }
        let controls = self.controls();
        let tail_samples = self.sound.process(
            channels,
            self.params.indices(),
            &controls,
            || {
                let event = context.next_event();
                // Without controllers it is a VST3.
                if CONTROLLERS {
                    event
                } else {
                    event.map(key_events::as_vst3_means)
                }
            },
            &self.shared,
        );
        for said in self.sound.said() {
            // A host without room or without an output for notes loses them: there is nobody to tell.
            let _ = context.try_send_event(said.event());
        }
        match tail_samples {
            0 => ProcessStatus::Normal,
            sound::ENDLESS_TAIL => ProcessStatus::KeepAlive,
            samples => ProcessStatus::Tail(samples),
        }
    }

    fn setup_logger() -> Option<bool> {
        // "Failed" leaves everything alone. `None` would write into the host's terminal, and
        // `Some(true)` would replace the process's panic hook by one that writes to no logger.
        Some(false)
    }
}

impl<const KEYS: bool> ClapPlugin for Mynah<true, KEYS> {
    const CLAP_ID: &'static str = if KEYS {
        "org.mynah.instrument"
    } else {
        "org.mynah.mynah"
    };
    const CLAP_DESCRIPTION: Option<&'static str> = Some(if KEYS {
        "Plays acoustic instruments from keys, as their players do"
    } else {
        "Plays what you play or sing as another instrument, in real time"
    });
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = if KEYS {
        &[
            ClapFeature::Instrument,
            ClapFeature::Synthesizer,
            ClapFeature::Stereo,
            ClapFeature::Mono,
        ]
    } else {
        &[
            ClapFeature::AudioEffect,
            ClapFeature::Stereo,
            ClapFeature::Mono,
            ClapFeature::PitchShifter,
            ClapFeature::MultiEffects,
        ]
    };
}

impl<const KEYS: bool> Vst3Plugin for Mynah<false, KEYS> {
    const VST3_CLASS_ID: [u8; 16] = if KEYS {
        *b"MynahInstrument1"
    } else {
        *b"MynahTranslator1"
    };
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = if KEYS {
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth]
    } else {
        &[Vst3SubCategory::Fx, Vst3SubCategory::PitchShift]
    };
}
