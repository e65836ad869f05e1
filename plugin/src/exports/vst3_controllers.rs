//! What MIDI's controllers turn in the instrument as a VST3, whose host makes parameters of them.

use mynah_engine::Control;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    ControllerNumbers, ControllerNumbers_, CtrlNumber, IMidiMappingTrait, ParamID,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{int16, int32, kResultFalse, kResultOk, tresult};

use super::vst3_instance::Instance;

impl<const KEYS: bool> IMidiMappingTrait for Instance<KEYS> {
    /// VST3 has no events for controllers; a host turns them into changes of the parameters that are named here. On whatever
    /// channel: what is of single notes comes as note expressions.
    unsafe fn getMidiControllerAssignment(
        &self,
        bus: int32,
        _channel: int16,
        controller: CtrlNumber,
        id: *mut ParamID,
    ) -> tresult {
        let turned = control_of(controller).filter(|_| KEYS && bus == 0);
        let Some(parameter) = turned.and_then(|control| self.id_of(control)) else {
            return kResultFalse;
        };
        if id.is_null() {
            return kResultFalse;
        }
        // SAFETY: VST3 hands over a pointer to an id, or null.
        unsafe { *id = parameter };
        kResultOk
    }
}

/// What a MIDI controller, the pressure on keys or the wheel turns.
fn control_of(controller: CtrlNumber) -> Option<Control> {
    Some(match ControllerNumbers::try_from(controller).ok()? {
        ControllerNumbers_::kCtrlModWheel | ControllerNumbers_::kAfterTouch => Control::Modulation,
        ControllerNumbers_::kCtrlBreath | ControllerNumbers_::kCtrlExpression => {
            Control::Expression
        }
        ControllerNumbers_::kCtrlSustainOnOff => Control::Sustain,
        ControllerNumbers_::kPitchBend => Control::Wheel,
        _ => return None,
    })
}
