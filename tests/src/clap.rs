//! The plugin as a CLAP, loaded in process by clack-host.
#![allow(unsafe_code)]

mod events;

use std::ffi::CString;
use std::io::Cursor;
use std::path::Path;

use clack_extensions::audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::PluginAudioPortsConfig;
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;
use clack_host::utils::ClapId;
use mynah_engine::Plays;

use self::events::{change, message, push_note};
use crate::alloc;
use crate::host::{Audio, Change, Host, Note, Parameter, SENT_CAPACITY, Sent, Setup, library};

/// Answers the plugin's calls to its host: none matter here.
pub struct Quiet;

impl SharedHandler<'_> for Quiet {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

// nice-plug panics when an editor is opened in a host without this extension.
impl HostGuiImpl for Quiet {
    fn resize_hints_changed(&self) {}
    fn request_resize(&self, _new_size: GuiSize) -> Result<(), HostError> {
        Ok(())
    }
    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn closed(&self, _was_destroyed: bool) {}
}

/// The types of the host.
pub struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Quiet;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder.register::<HostGui>();
    }
}

/// One CLAP instance of the effect.
pub type ClapHost = ClapOf<false>;
/// One of the instrument.
pub type ClapInstrument = ClapOf<true>;

/// One CLAP instance.
pub struct ClapOf<const KEYS: bool> {
    instance: PluginInstance<Handlers>,
    /// Largest plain value of every parameter: CLAP values of stepped parameters count steps.
    largest: Vec<(u32, f64)>,
    // Last: an entry must outlive its instances.
    _entry: PluginEntry,
}

impl<const KEYS: bool> ClapOf<KEYS> {
    /// An instance of a plugin that is loaded from its file, as hosts do.
    pub fn from_file(path: &Path) -> Self {
        // SAFETY: the file is a CLAP that nice-plug made; see `new`.
        Self::of(unsafe { PluginEntry::load(path) }.unwrap())
    }

    fn of(entry: PluginEntry) -> Self {
        let info = HostInfo::new("Mynah tests", "Mynah", "", "1").unwrap();
        let id = if KEYS {
            c"org.mynah.instrument"
        } else {
            c"org.mynah.mynah"
        };
        let instance =
            PluginInstance::<Handlers>::new(|_| Quiet, |_| (), &entry, id, &info).unwrap();
        let mut host = Self {
            instance,
            largest: Vec::new(),
            _entry: entry,
        };
        let params = host.params();
        let handle = host.instance.plugin_handle();
        for index in 0..params.count(&handle) {
            let mut buffer = ParamInfoBuffer::new();
            let info = params.get_info(&handle, index, &mut buffer).unwrap();
            assert_eq!(info.min_value, 0.0);
            host.largest.push((info.id.get(), info.max_value));
        }
        host
    }

    /// The instance itself, for what [`Host`] does not offer.
    pub fn instance(&mut self) -> &mut PluginInstance<Handlers> {
        &mut self.instance
    }

    /// Changes the instance's state as text, behind its length.
    pub fn edit_state(&mut self, edit: impl FnOnce(&mut String)) {
        let state = self.save();
        let mut text = String::from_utf8_lossy(&state[8..]).into_owned();
        edit(&mut text);
        let mut changed = (text.len() as u64).to_le_bytes().to_vec();
        changed.extend_from_slice(text.as_bytes());
        assert!(self.load(&changed));
    }

    fn largest(&self, id: u32) -> f64 {
        self.largest
            .iter()
            .find(|(known, _)| *known == id)
            .map_or(1.0, |(_, largest)| *largest)
    }

    fn params(&mut self) -> PluginParams {
        self.instance.plugin_handle().get_extension().unwrap()
    }
}

impl<const KEYS: bool> Host for ClapOf<KEYS> {
    type Audio = ClapAudio;
    const PLAYS: Plays = if KEYS { Plays::Keys } else { Plays::Sound };
    const HAS_MIDI: bool = true;

    fn new() -> Self {
        library();
        // SAFETY: the entry is the one that nice-plug exports; it follows the CLAP specification.
        Self::of(unsafe { PluginEntry::load_from_raw(&mynah_plugin::clap_entry, c"") }.unwrap())
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let params = self.params();
        let handle = self.instance.plugin_handle();
        (0..params.count(&handle))
            .map(|index| {
                let mut buffer = ParamInfoBuffer::new();
                let info = params.get_info(&handle, index, &mut buffer).unwrap();
                let stepped = info.flags.contains(ParamInfoFlags::IS_STEPPED);
                Parameter {
                    id: info.id.get(),
                    name: String::from_utf8_lossy(info.name).into_owned(),
                    default: info.default_value / info.max_value,
                    steps: if stepped { info.max_value as u32 } else { 0 },
                    is_bypass: info.flags.contains(ParamInfoFlags::IS_BYPASS),
                }
            })
            .collect()
    }

    fn value(&mut self, id: u32) -> f64 {
        let largest = self.largest(id);
        let params = self.params();
        let handle = self.instance.plugin_handle();
        let plain = params.get_value(&handle, ClapId::from_raw(id).unwrap());
        plain.unwrap() / largest
    }

    fn text(&mut self, id: u32, value: f64) -> String {
        let plain = value * self.largest(id);
        let params = self.params();
        let handle = self.instance.plugin_handle();
        let mut buffer = [0_u8; 256];
        let text = params
            .value_to_text(&handle, ClapId::from_raw(id).unwrap(), plain, &mut buffer)
            .unwrap();
        String::from_utf8_lossy(text).into_owned()
    }

    fn value_of_text(&mut self, id: u32, text: &str) -> Option<f64> {
        let largest = self.largest(id);
        let params = self.params();
        let handle = self.instance.plugin_handle();
        let text = CString::new(text).unwrap();
        let plain = params.text_to_value(&handle, ClapId::from_raw(id).unwrap(), &text)?;
        Some(plain / largest)
    }

    fn set(&mut self, id: u32, value: f64) {
        let events = [change(0, id, value * self.largest(id))];
        let params = self.params();
        let mut handle = self.instance.inactive_plugin_handle().unwrap();
        params.flush(
            &mut handle,
            &InputEvents::from_buffer(&events),
            &mut OutputEvents::from_buffer(&mut EventBuffer::new()),
        );
    }

    fn save(&mut self) -> Vec<u8> {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().unwrap();
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).unwrap();
        bytes
    }

    fn load(&mut self, bytes: &[u8]) -> bool {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().unwrap();
        state.load(&handle, &mut Cursor::new(bytes)).is_ok()
    }

    fn activate(&mut self, setup: Setup) -> ClapAudio {
        let setup = Setup {
            has_input: !KEYS,
            ..setup
        };
        let layout = match (setup.inputs(), setup.channels) {
            (0, 2) => 0,
            (0, 1) => 1,
            (2, 2) => 0,
            (1, 1) => 1,
            (1, 2) => 2,
            other => panic!("no layout of {other:?} channels"),
        };
        let handle = self.instance.plugin_handle();
        let layouts: PluginAudioPortsConfig = handle.get_extension().unwrap();
        layouts
            .select(&handle, ClapId::from_raw(layout).unwrap())
            .unwrap();
        let render: PluginRender = handle.get_extension().unwrap();
        let mode = if setup.offline {
            RenderMode::Offline
        } else {
            RenderMode::Realtime
        };
        render.set(&handle, mode).unwrap();
        let configuration = PluginAudioConfiguration {
            sample_rate: setup.rate_hz,
            min_frames_count: 1,
            max_frames_count: setup.max_block as u32,
        };
        let stopped = self.instance.activate(|_, _| (), configuration).unwrap();
        ClapAudio {
            processor: Some(stopped.start_processing().unwrap()),
            inputs: AudioPorts::with_capacity(2, 1),
            outputs: AudioPorts::with_capacity(2, 1),
            largest: self.largest.clone(),
            setup,
            passed_samples: 0,
            sent: Vec::new(),
            allocations: 0,
        }
    }

    fn deactivate(&mut self, mut audio: ClapAudio) {
        let started = audio.processor.take().unwrap();
        self.instance.deactivate(started.stop_processing());
    }

    fn latency(&mut self) -> usize {
        let handle = self.instance.plugin_handle();
        let latency: PluginLatency = handle.get_extension().unwrap();
        latency.get(&handle) as usize
    }

    fn takes_doubles(&mut self) -> bool {
        let handle = self.instance.plugin_handle();
        let ports: PluginAudioPorts = handle.get_extension().unwrap();
        let directions = [true, false].into_iter();
        let mut directions = directions.filter(|is_input| !(KEYS && *is_input));
        directions.any(|is_input| {
            let mut buffer = AudioPortInfoBuffer::new();
            let port = ports.get(&handle, 0, is_input, &mut buffer).unwrap();
            port.flags.contains(AudioPortFlags::SUPPORTS_64BITS)
        })
    }

    fn note_inputs(&mut self) -> usize {
        let handle = self.instance.plugin_handle();
        let ports: PluginNotePorts = handle.get_extension().unwrap();
        ports.count(&handle, true) as usize
    }

    fn note_outputs(&mut self) -> usize {
        let handle = self.instance.plugin_handle();
        let ports: PluginNotePorts = handle.get_extension().unwrap();
        ports.count(&handle, false) as usize
    }
}

/// The audio side of a CLAP instance.
pub struct ClapAudio {
    processor: Option<StartedPluginAudioProcessor<Handlers>>,
    inputs: AudioPorts,
    outputs: AudioPorts,
    largest: Vec<(u32, f64)>,
    setup: Setup,
    passed_samples: usize,
    sent: Vec<Sent>,
    allocations: usize,
}

impl Audio for ClapAudio {
    fn process_notes(&mut self, channels: &mut [Vec<f32>], changes: &[Change], notes: &[Note]) {
        let mut events = EventBuffer::new();
        let mut notes = notes.iter().peekable();
        for moved in changes {
            while let Some(note) = notes.next_if(|note| note.at < moved.at) {
                push_note(&mut events, note);
            }
            let known = self.largest.iter().find(|(id, _)| *id == moved.id);
            let largest = known.map_or(1.0, |(_, largest)| *largest);
            events.push(&change(moved.at, moved.id, moved.value * largest));
        }
        notes.for_each(|note| push_note(&mut events, note));
        let mut sent = EventBuffer::with_capacity(SENT_CAPACITY);
        let frames = channels.first().map_or(0, Vec::len);
        let in_place = self.setup.in_place;
        let inputs = self.setup.inputs();
        let mut written: Vec<Vec<f32>> = channels.iter().map(|c| vec![9.0; c.len()]).collect();
        let outputs = channels.iter_mut().zip(&mut written).map(|(own, apart)| {
            let target = if in_place { own } else { apart };
            // SAFETY: the plugin alone uses both slices of a channel, as raw pointers, during `process`.
            unsafe { std::slice::from_raw_parts_mut(target.as_mut_ptr(), target.len()) }
        });
        let outputs: Vec<&mut [f32]> = outputs.collect();
        let has_input = self.setup.has_input;
        let input = has_input.then(|| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(
                channels.iter_mut().take(inputs).map(InputChannel::variable),
            ),
        });
        let input = self.inputs.with_input_buffers(input);
        let mut output = self.outputs.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(outputs.into_iter()),
        }]);
        let input_events = InputEvents::from_buffer(&events);
        let mut output_events = OutputEvents::from_buffer(&mut sent);
        let processor = self.processor.as_mut().unwrap();
        let (status, allocations) = alloc::count(|| {
            processor.process(
                &input,
                &mut output,
                &input_events,
                &mut output_events,
                None,
                None,
            )
        });
        status.unwrap();
        self.allocations += allocations;
        let start = self.passed_samples;
        self.sent.extend(sent.iter().filter_map(|event| {
            let at = event.header().time() as usize;
            assert!(at < frames.max(1), "an event beyond the block");
            let message = message(event)?;
            Some(Sent {
                at: start + at,
                message,
            })
        }));
        self.passed_samples += frames;
        if !in_place {
            for (channel, samples) in channels.iter_mut().zip(written) {
                channel.copy_from_slice(&samples);
            }
        }
    }

    fn reset(&mut self) {
        self.processor.as_mut().unwrap().reset();
    }

    fn take_sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    fn allocations(&self) -> usize {
        self.allocations
    }
}
