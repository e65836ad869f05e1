//! The plugin as a VST3, in a small host of our own on the `vst3` bindings.
// What type the bindings' enums have depends on the platform, so a cast may change nothing here.
#![allow(unsafe_code, clippy::unnecessary_cast)]

mod changes;
mod notes;
mod stream;

use std::ffi::c_void;
use std::ptr;

use mynah_engine::Plays;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessor, IAudioProcessorTrait, IComponent,
    IComponentTrait, IEditController, IEditControllerTrait, IEventList, IParameterChanges,
    MediaTypes_, ParameterInfo, ParameterInfo_, ProcessData, ProcessModes_, ProcessSetup,
    SpeakerArr, SymbolicSampleSizes_,
};
use vst3::Steinberg::{
    IBStream, IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait, PClassInfo, kResultOk,
};
use vst3::{ComPtr, ComWrapper, Interface};

use self::changes::Changes;
use self::notes::{Notes, SentNotes};
use self::stream::MemoryStream;
use crate::alloc;
use crate::host::{Audio, Change, Host, Note, Parameter, Sent, Setup, library};

/// One VST3 instance of the effect.
pub type Vst3Host = Vst3Of<false>;
/// One of the instrument.
pub type Vst3Instrument = Vst3Of<true>;

/// One VST3 instance: component, processor and controller are the same object.
pub struct Vst3Of<const KEYS: bool> {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    controller: ComPtr<IEditController>,
}

fn text_of(utf16: &[u16]) -> String {
    let end = utf16.iter().position(|c| *c == 0).unwrap_or(utf16.len());
    String::from_utf16_lossy(&utf16[..end])
}

impl<const KEYS: bool> Host for Vst3Of<KEYS> {
    type Audio = Vst3Audio;
    const PLAYS: Plays = if KEYS { Plays::Keys } else { Plays::Sound };
    const HAS_MIDI: bool = false;

    fn new() -> Self {
        library();
        let factory = mynah_plugin::GetPluginFactory().cast::<IPluginFactory>();
        // SAFETY: GetPluginFactory returns a new reference to a factory, which is taken over here;
        // all pointers passed to it are to live locals.
        let component: ComPtr<IComponent> = unsafe {
            let factory = ComPtr::from_raw(factory).unwrap();
            assert_eq!(factory.countClasses(), 2);
            let mut info: PClassInfo = std::mem::zeroed();
            let class = i32::from(KEYS);
            assert_eq!(factory.getClassInfo(class, &mut info), kResultOk);
            let mut object: *mut c_void = ptr::null_mut();
            let result = factory.createInstance(
                info.cid.as_ptr(),
                IComponent::IID.as_ptr().cast(),
                &mut object,
            );
            assert_eq!(result, kResultOk);
            ComPtr::from_raw(object.cast()).unwrap()
        };
        // SAFETY: the plugin accepts having no host context.
        assert_eq!(unsafe { component.initialize(ptr::null_mut()) }, kResultOk);
        Self {
            processor: component.cast().unwrap(),
            controller: component.cast().unwrap(),
            component,
        }
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        // SAFETY: called on the main thread with a live, initialized controller.
        let count = unsafe { self.controller.getParameterCount() };
        (0..count)
            .map(|index| {
                // SAFETY: ParameterInfo is plain data, for which zeros are valid; see above.
                let info = unsafe {
                    let mut info: ParameterInfo = std::mem::zeroed();
                    assert_eq!(
                        self.controller.getParameterInfo(index, &mut info),
                        kResultOk
                    );
                    info
                };
                Parameter {
                    id: info.id,
                    name: text_of(&info.title),
                    default: info.defaultNormalizedValue,
                    steps: info.stepCount as u32,
                    is_bypass: info.flags & ParameterInfo_::ParameterFlags_::kIsBypass as i32 != 0,
                }
            })
            .collect()
    }

    fn value(&mut self, id: u32) -> f64 {
        // SAFETY: as in `parameters`.
        unsafe { self.controller.getParamNormalized(id) }
    }

    fn text(&mut self, id: u32, value: f64) -> String {
        let mut text = [0_u16; 128];
        // SAFETY: as in `parameters`; the buffer has the size that VST3 prescribes.
        let result = unsafe { self.controller.getParamStringByValue(id, value, &mut text) };
        assert_eq!(result, kResultOk);
        text_of(&text)
    }

    fn value_of_text(&mut self, id: u32, text: &str) -> Option<f64> {
        let mut utf16: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut value = f64::NAN;
        // SAFETY: as in `parameters`; the text ends with a zero.
        let result = unsafe {
            let text = utf16.as_mut_ptr().cast();
            self.controller.getParamValueByString(id, text, &mut value)
        };
        (result == kResultOk).then_some(value)
    }

    fn set(&mut self, id: u32, value: f64) {
        // SAFETY: as in `parameters`.
        let result = unsafe { self.controller.setParamNormalized(id, value) };
        assert_eq!(result, kResultOk);
    }

    fn save(&mut self) -> Vec<u8> {
        let stream = ComWrapper::new(MemoryStream::default());
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream lives until after the call.
        let result = unsafe { self.component.getState(pointer.as_ptr()) };
        assert_eq!(result, kResultOk);
        stream.bytes.take()
    }

    fn load(&mut self, state: &[u8]) -> bool {
        let stream = ComWrapper::new(MemoryStream::default());
        stream.bytes.replace(state.to_vec());
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream lives until after the call.
        unsafe { self.component.setState(pointer.as_ptr()) == kResultOk }
    }

    fn activate(&mut self, setup: Setup) -> Vst3Audio {
        let setup = Setup {
            has_input: !KEYS,
            ..setup
        };
        let mut process_setup = ProcessSetup {
            processMode: process_mode(&setup),
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as i32,
            maxSamplesPerBlock: setup.max_block as i32,
            sampleRate: setup.rate_hz,
        };
        let arrangement = |channels| match channels {
            1 => SpeakerArr::kMono,
            _ => SpeakerArr::kStereo,
        };
        // SAFETY: the order that VST3 prescribes, with pointers to live locals.
        unsafe {
            let processor = &self.processor;
            let mut input = arrangement(setup.inputs());
            let mut output = arrangement(setup.channels);
            // A list of nothing is null in many hosts.
            let (inputs, count): (*mut u64, i32) = match setup.has_input {
                true => (&mut input, 1),
                false => (ptr::null_mut(), 0),
            };
            let result = processor.setBusArrangements(inputs, count, &mut output, 1);
            assert_eq!(result, kResultOk);
            assert_eq!(processor.setupProcessing(&mut process_setup), kResultOk);
            let directions = if KEYS { 1..2 } else { 0..2 };
            for direction in directions {
                let result = self.component.activateBus(0, direction, 0, 1);
                assert_eq!(result, kResultOk);
            }
            let events = MediaTypes_::kEvent as i32;
            assert_eq!(self.component.activateBus(events, 0, 0, 1), kResultOk);
            if !KEYS {
                assert_eq!(self.component.activateBus(events, 1, 0, 1), kResultOk);
            }
            assert_eq!(self.component.setActive(1), kResultOk);
            assert_eq!(processor.setProcessing(1), kResultOk);
        }
        Vst3Audio {
            processor: self.processor.clone(),
            setup,
            passed_samples: 0,
            sent: Vec::new(),
            allocations: 0,
        }
    }

    fn deactivate(&mut self, audio: Vst3Audio) {
        // SAFETY: the audio side is given up here, so nothing processes any more.
        unsafe {
            assert_eq!(audio.processor.setProcessing(0), kResultOk);
            assert_eq!(self.component.setActive(0), kResultOk);
        }
    }

    fn latency(&mut self) -> usize {
        // SAFETY: as in `parameters`.
        unsafe { self.processor.getLatencySamples() as usize }
    }

    fn takes_doubles(&mut self) -> bool {
        let size = SymbolicSampleSizes_::kSample64 as i32;
        // SAFETY: as in `parameters`.
        unsafe { self.processor.canProcessSampleSize(size) == kResultOk }
    }

    fn note_inputs(&mut self) -> usize {
        // SAFETY: as in `parameters`.
        unsafe { self.component.getBusCount(MediaTypes_::kEvent as i32, 0) as usize }
    }

    fn note_outputs(&mut self) -> usize {
        // SAFETY: as in `parameters`.
        unsafe { self.component.getBusCount(MediaTypes_::kEvent as i32, 1) as usize }
    }
}

impl<const KEYS: bool> Drop for Vst3Of<KEYS> {
    fn drop(&mut self) {
        // SAFETY: the last call on the object but for releasing it.
        unsafe { self.component.terminate() };
    }
}

fn process_mode(setup: &Setup) -> i32 {
    if setup.offline {
        ProcessModes_::kOffline as i32
    } else {
        ProcessModes_::kRealtime as i32
    }
}

/// The audio side of a VST3 instance.
pub struct Vst3Audio {
    processor: ComPtr<IAudioProcessor>,
    setup: Setup,
    passed_samples: usize,
    sent: Vec<Sent>,
    allocations: usize,
}

impl Audio for Vst3Audio {
    fn process_notes(&mut self, channels: &mut [Vec<f32>], changes: &[Change], notes: &[Note]) {
        let frames = channels.first().map_or(0, Vec::len);
        let mut written: Vec<Vec<f32>> = channels.iter().map(|c| vec![9.0; c.len()]).collect();
        let mut input_pointers: Vec<*mut f32> =
            channels.iter_mut().map(|c| c.as_mut_ptr()).collect();
        let mut output_pointers: Vec<*mut f32> = if self.setup.in_place {
            input_pointers.clone()
        } else {
            written.iter_mut().map(|c| c.as_mut_ptr()).collect()
        };
        input_pointers.truncate(self.setup.inputs());
        let bus = |pointers: &mut Vec<*mut f32>| AudioBusBuffers {
            numChannels: pointers.len() as i32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: pointers.as_mut_ptr(),
            },
        };
        let mut input = bus(&mut input_pointers);
        let mut output = bus(&mut output_pointers);
        let changes = ComWrapper::new(Changes::new(changes));
        let changes = changes.to_com_ptr::<IParameterChanges>().unwrap();
        let notes = ComWrapper::new(Notes::new(notes));
        let notes = notes.to_com_ptr::<IEventList>().unwrap();
        let sent = ComWrapper::new(SentNotes::default());
        let sent_list = sent.to_com_ptr::<IEventList>().unwrap();
        let mut data = ProcessData {
            processMode: process_mode(&self.setup),
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as i32,
            numSamples: frames as i32,
            numInputs: i32::from(self.setup.has_input),
            numOutputs: 1,
            inputs: &mut input,
            outputs: &mut output,
            inputParameterChanges: changes.as_ptr(),
            outputParameterChanges: ptr::null_mut(),
            inputEvents: notes.as_ptr(),
            outputEvents: sent_list.as_ptr(),
            processContext: ptr::null_mut(),
        };
        // SAFETY: every pointer in `data` leads to a buffer that lives until the end of this
        // function and has `frames` samples.
        let (result, allocations) = alloc::count(|| unsafe { self.processor.process(&mut data) });
        assert_eq!(result, kResultOk);
        self.allocations += allocations;
        let start = self.passed_samples;
        self.sent.extend(sent.take().into_iter().map(|sent| {
            assert!(sent.at < frames.max(1), "an event beyond the block");
            Sent {
                at: start + sent.at,
                ..sent
            }
        }));
        self.passed_samples += frames;
        if !self.setup.in_place {
            for (channel, samples) in channels.iter_mut().zip(written) {
                channel.copy_from_slice(&samples);
            }
        }
    }

    fn reset(&mut self) {
        // SAFETY: VST3 hosts reset by stopping and starting.
        unsafe {
            assert_eq!(self.processor.setProcessing(0), kResultOk);
            assert_eq!(self.processor.setProcessing(1), kResultOk);
        }
    }

    fn take_sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    fn allocations(&self) -> usize {
        self.allocations
    }
}
