//! A VST3 instance: nice-plug's, behind which stands what the host has told the controller alone ([`Pending`]). That is
//! what the controller answers with, and what is saved.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nice_plug::params::Params;
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::ParamValue as StateValue;
use nice_plug::prelude::{Param, Plugin, PluginState};
use nice_plug::wrapper::vst3::Wrapper;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::ChannelContext::{
    IInfoListener, IInfoListenerTrait,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    BusDirection, BusInfo, CString, IAttributeList, IAudioProcessor, IAudioProcessorTrait,
    IComponent, IComponentHandler, IComponentTrait, IEditController, IEditControllerTrait,
    IMidiMapping, INoteExpressionController, INoteExpressionControllerTrait, IParamValueQueueTrait,
    IParameterChanges, IParameterChangesTrait, IProcessContextRequirements,
    IProcessContextRequirementsTrait, IUnitInfo, IUnitInfoTrait, IoMode, MediaType,
    NoteExpressionTypeID, NoteExpressionTypeInfo, NoteExpressionValue, ParamID, ParamValue,
    ParameterInfo, ProcessData, ProcessSetup, ProgramListID, ProgramListInfo, RoutingInfo,
    SpeakerArrangement, String128, TChar, UnitID, UnitInfo,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IBStream, IBStreamTrait, IPlugView, IPluginBaseTrait, TBool, TUID, int16,
    int32, kInvalidArgument, kResultFalse, kResultOk, tresult, uint32,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComRef};

use super::Mynah;
use super::vst3_pending::Pending;
use mynah_engine::{Control, Plays};

use crate::params::MynahParams;
use crate::targets::{CORNERS, SavedTarget, catalogue};

pub(super) struct Instance<const KEYS: bool> {
    inner: Wrapper<Mynah<false, KEYS>>,
    params: Arc<MynahParams>,
    /// The parameters in the order of their positions, with their names in states.
    map: Vec<(String, ParamPtr)>,
    pending: Pending,
    processing: AtomicBool,
}

impl<const KEYS: bool> Instance<KEYS> {
    pub(super) fn new() -> Self {
        let inner = Wrapper::new();
        // nice-plug has just made the plugin, on this thread, and keeps it to itself.
        let params = crate::newest_params().unwrap_or_else(|| {
            let plays = if KEYS { Plays::Keys } else { Plays::Sound };
            Arc::new(MynahParams::of(plays, catalogue()))
        });
        let map = params
            .param_map()
            .into_iter()
            .map(|(id, param, _)| (id, param));
        let map: Vec<(String, ParamPtr)> = map.collect();
        let id = |position: usize| {
            // SAFETY: of plain data, for which zeros are valid, and to a live local.
            unsafe {
                let mut info: ParameterInfo = std::mem::zeroed();
                inner.getParameterInfo(position as int32, &raw mut info);
                info.id
            }
        };
        let pending = Pending::new((0..map.len()).map(id).collect());
        Self {
            inner,
            params,
            map,
            pending,
            processing: AtomicBool::new(false),
        }
    }

    /// The id of a control's parameter, where it has one.
    pub(super) fn id_of(&self, control: Control) -> Option<ParamID> {
        let named = |(name, _): &(String, ParamPtr)| name == control.info().id;
        let position = self.map.iter().position(named)?;
        Some(self.pending.id(position))
    }

    /// A value as the parameter at a position can take it, normalized.
    fn snapped(&self, position: usize, normalized: f64) -> f64 {
        let (_, param) = &self.map[position];
        // SAFETY: the parameters live as long as `params`.
        unsafe { f64::from(param.preview_normalized(param.preview_plain(normalized as f32))) }
    }

    /// Hands everything that is pending over, now that there are no blocks any more that would bring it.
    fn hand_over(&self) {
        for (position, normalized) in self.pending.all() {
            self.pending.forget(position);
            // SAFETY: a call as the host would make it, on its thread.
            unsafe {
                self.inner
                    .setParamNormalized(self.pending.id(position), normalized)
            };
        }
    }

    /// The state with everything that is pending.
    fn state(&self) -> PluginState {
        let value = |position: usize| {
            let (_, param) = &self.map[position];
            let normalized = self.pending.get(position).map(|value| value as f32);
            // SAFETY: the parameters live as long as `params`.
            unsafe {
                let plain = normalized.map(|normalized| param.preview_plain(normalized));
                match *param {
                    ParamPtr::FloatParam(param) => {
                        StateValue::F32(plain.unwrap_or((*param).unmodulated_plain_value()))
                    }
                    ParamPtr::BoolParam(param) => StateValue::Bool(
                        plain.map_or((*param).unmodulated_plain_value(), |plain| plain > 0.5),
                    ),
                    ParamPtr::IntParam(param) => StateValue::I32(
                        plain.map_or((*param).unmodulated_plain_value(), |plain| plain as i32),
                    ),
                    ParamPtr::EnumParam(param) => StateValue::I32(
                        plain.map_or((*param).unmodulated_plain_value(), |plain| plain as i32),
                    ),
                }
            }
        };
        let positions = 0..self.map.len();
        let params = positions.map(|position| (self.map[position].0.clone(), value(position)));
        let params = params.collect();
        let mut fields = self.params.serialize_fields();
        // A state names its targets, too.
        let targets: [SavedTarget; CORNERS] = std::array::from_fn(|corner| {
            let target = &self.params.targets()[corner];
            let position = MynahParams::position_of_target(corner);
            match self.pending.get(position) {
                Some(normalized) => target.saved_at(target.index_of(normalized as f32)),
                None => target.saved(),
            }
        });
        if let Ok(targets) = serde_json::to_string(&targets) {
            fields.insert("targets".to_owned(), targets);
        }
        PluginState {
            version: Mynah::<false, KEYS>::VERSION.to_owned(),
            params,
            fields,
        }
    }
}

impl<const KEYS: bool> Class for Instance<KEYS> {
    type Interfaces = (
        IComponent,
        IEditController,
        IAudioProcessor,
        IMidiMapping,
        INoteExpressionController,
        IProcessContextRequirements,
        IUnitInfo,
        IInfoListener,
    );
}

/// Functions of an interface that nice-plug's instance answers.
macro_rules! pass_on {
    ($trait:ident: $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        $(
            unsafe fn $name(&self, $($argument: $type),*) -> $result {
                // SAFETY: a call of the host's, passed on as it is.
                unsafe { $trait::$name(&self.inner, $($argument),*) }
            }
        )*
    };
}

impl<const KEYS: bool> IPluginBaseTrait for Instance<KEYS> {
    pass_on! { IPluginBaseTrait:
        fn initialize(context: *mut FUnknown) -> tresult;
        fn terminate() -> tresult;
    }
}

impl<const KEYS: bool> IComponentTrait for Instance<KEYS> {
    pass_on! { IComponentTrait:
        fn getControllerClassId(class: *mut TUID) -> tresult;
        fn setIoMode(mode: IoMode) -> tresult;
        fn getBusCount(kind: MediaType, direction: BusDirection) -> int32;
        fn getBusInfo(kind: MediaType, direction: BusDirection, index: int32, info: *mut BusInfo) -> tresult;
        fn getRoutingInfo(input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult;
        fn activateBus(kind: MediaType, direction: BusDirection, index: int32, state: TBool) -> tresult;
        fn setActive(state: TBool) -> tresult;
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        for (position, _) in self.pending.all() {
            self.pending.forget(position);
        }
        // SAFETY: a call of the host's, passed on as it is.
        unsafe { IComponentTrait::setState(&self.inner, state) }
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        if self.pending.all().next().is_none() {
            // SAFETY: a call of the host's, passed on as it is.
            return unsafe { IComponentTrait::getState(&self.inner, state) };
        }
        let Ok(bytes) = serde_json::to_vec(&self.state()) else {
            return kResultFalse;
        };
        // SAFETY: the host's stream is valid during the call, or null; it only reads the bytes.
        let (result, written) = unsafe {
            let Some(state) = ComRef::from_raw(state) else {
                return kInvalidArgument;
            };
            let mut written = 0;
            let from = bytes.as_ptr().cast_mut().cast::<c_void>();
            let result = state.write(from, bytes.len() as int32, &raw mut written);
            (result, written)
        };
        if result == kResultOk && written as usize == bytes.len() {
            kResultOk
        } else {
            kResultFalse
        }
    }
}

impl<const KEYS: bool> IEditControllerTrait for Instance<KEYS> {
    pass_on! { IEditControllerTrait:
        fn setComponentState(state: *mut IBStream) -> tresult;
        fn setState(state: *mut IBStream) -> tresult;
        fn getState(state: *mut IBStream) -> tresult;
        fn getParameterCount() -> int32;
        fn getParameterInfo(index: int32, info: *mut ParameterInfo) -> tresult;
        fn getParamStringByValue(id: ParamID, normalized: ParamValue, text: *mut String128) -> tresult;
        fn getParamValueByString(id: ParamID, text: *mut TChar, normalized: *mut ParamValue) -> tresult;
        fn normalizedParamToPlain(id: ParamID, normalized: ParamValue) -> ParamValue;
        fn plainParamToNormalized(id: ParamID, plain: ParamValue) -> ParamValue;
        fn setComponentHandler(handler: *mut IComponentHandler) -> tresult;
        fn createView(name: FIDString) -> *mut IPlugView;
    }

    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        let position = self.pending.position(id);
        let pending =
            position.and_then(|position| Some(self.snapped(position, self.pending.get(position)?)));
        // SAFETY: a call of the host's, passed on as it is.
        pending.unwrap_or_else(|| unsafe { self.inner.getParamNormalized(id) })
    }

    unsafe fn setParamNormalized(&self, id: ParamID, value: ParamValue) -> tresult {
        if let Some(position) = self.pending.position(id) {
            if self.processing.load(Ordering::Acquire) && !value.is_nan() {
                self.pending.set(position, value);
            } else {
                self.pending.forget(position);
            }
        }
        // SAFETY: a call of the host's, passed on as it is.
        unsafe { self.inner.setParamNormalized(id, value) }
    }
}

impl<const KEYS: bool> IAudioProcessorTrait for Instance<KEYS> {
    pass_on! { IAudioProcessorTrait:
        fn getBusArrangement(direction: BusDirection, index: int32, arrangement: *mut SpeakerArrangement) -> tresult;
        fn canProcessSampleSize(size: int32) -> tresult;
        fn getLatencySamples() -> uint32;
        fn getTailSamples() -> uint32;
    }

    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        // nice-plug 0.4.2 refuses a list that is null, as hosts have it where there is nothing in it.
        let mut nothing: SpeakerArrangement = 0;
        let inputs = match (inputs.is_null(), input_count) {
            (true, 0) => &raw mut nothing,
            _ => inputs,
        };
        // SAFETY: a call of the host's, passed on as it is but for a list of nothing.
        unsafe {
            let inner = &self.inner;
            inner.setBusArrangements(inputs, input_count, outputs, output_count)
        }
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // nice-plug 0.4.2 stores the mode behind the setup that it is a part of: with the second call, it is.
        // SAFETY: a call of the host's, passed on as it is.
        unsafe {
            self.inner.setupProcessing(setup);
            self.inner.setupProcessing(setup)
        }
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        self.processing.store(state != 0, Ordering::Release);
        // SAFETY: a call of the host's, passed on as it is.
        let result = unsafe { self.inner.setProcessing(state) };
        if state == 0 {
            self.hand_over();
        }
        result
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        let block = self.pending.begin_block();
        // SAFETY: a call of the host's, passed on as it is.
        let result = unsafe { self.inner.process(data) };
        // SAFETY: the host's block and its changes are valid until the end of this call, where they are not null.
        unsafe {
            if let Some(data) = data.as_ref()
                && let Some(changes) = ComRef::from_raw(data.inputParameterChanges)
            {
                self.take_note(changes, block);
            }
        }
        result
    }
}

impl<const KEYS: bool> Instance<KEYS> {
    /// What a block has brought is pending no more. Audio thread.
    ///
    /// # Safety
    /// The changes are those of a block that is being processed.
    unsafe fn take_note(&self, changes: ComRef<'_, IParameterChanges>, block: u32) {
        // SAFETY: the caller's promise; the host answers null for what it does not have.
        unsafe {
            for index in 0..changes.getParameterCount() {
                if let Some(queue) = ComRef::from_raw(changes.getParameterData(index))
                    && queue.getPointCount() > 0
                {
                    self.pending.arrived(queue.getParameterId(), block);
                }
            }
        }
    }
}

impl<const KEYS: bool> INoteExpressionControllerTrait for Instance<KEYS> {
    pass_on! { INoteExpressionControllerTrait:
        fn getNoteExpressionCount(bus: int32, channel: int16) -> int32;
        fn getNoteExpressionInfo(
            bus: int32, channel: int16, index: int32, info: *mut NoteExpressionTypeInfo
        ) -> tresult;
        fn getNoteExpressionStringByValue(
            bus: int32, channel: int16, id: NoteExpressionTypeID, value: NoteExpressionValue,
            text: *mut String128
        ) -> tresult;
        fn getNoteExpressionValueByString(
            bus: int32, channel: int16, id: NoteExpressionTypeID, text: *const TChar,
            value: *mut NoteExpressionValue
        ) -> tresult;
    }
}

impl<const KEYS: bool> IProcessContextRequirementsTrait for Instance<KEYS> {
    pass_on! { IProcessContextRequirementsTrait:
        fn getProcessContextRequirements() -> uint32;
    }
}

impl<const KEYS: bool> IUnitInfoTrait for Instance<KEYS> {
    pass_on! { IUnitInfoTrait:
        fn getUnitCount() -> int32;
        fn getUnitInfo(index: int32, info: *mut UnitInfo) -> tresult;
        fn getProgramListCount() -> int32;
        fn getProgramListInfo(index: int32, info: *mut ProgramListInfo) -> tresult;
        fn getProgramName(list: ProgramListID, index: int32, name: *mut String128) -> tresult;
        fn getProgramInfo(
            list: ProgramListID, index: int32, attribute: CString, value: *mut String128
        ) -> tresult;
        fn hasProgramPitchNames(list: ProgramListID, index: int32) -> tresult;
        fn getProgramPitchName(
            list: ProgramListID, index: int32, pitch: int16, name: *mut String128
        ) -> tresult;
        fn getSelectedUnit() -> UnitID;
        fn selectUnit(id: UnitID) -> tresult;
        fn getUnitByBus(
            kind: MediaType, direction: BusDirection, bus: int32, channel: int32, id: *mut UnitID
        ) -> tresult;
        fn setUnitProgramData(list_or_unit: int32, index: int32, data: *mut IBStream) -> tresult;
    }
}

impl<const KEYS: bool> IInfoListenerTrait for Instance<KEYS> {
    pass_on! { IInfoListenerTrait:
        fn setChannelContextInfos(list: *mut IAttributeList) -> tresult;
    }
}
