//! Parameter changes as VST3 passes them to a block.

use std::ptr;

use vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
    ParamValue,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

use crate::host::Change;

/// A block's parameter changes: one queue for every parameter that changes.
pub(super) struct Changes {
    queues: Vec<ComPtr<IParamValueQueue>>,
}

impl Changes {
    pub(super) fn new(changes: &[Change]) -> Self {
        let mut ids: Vec<u32> = changes.iter().map(|change| change.id).collect();
        ids.dedup();
        ids.sort_unstable();
        ids.dedup();
        let queues = ids
            .into_iter()
            .map(|id| {
                let points = changes.iter().filter(|change| change.id == id);
                let queue = Queue {
                    id,
                    points: points
                        .map(|change| (change.at as i32, change.value))
                        .collect(),
                };
                ComWrapper::new(queue).to_com_ptr().unwrap()
            })
            .collect();
        Self { queues }
    }
}

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

#[allow(non_snake_case)]
impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.queues.len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let queue = usize::try_from(index)
            .ok()
            .and_then(|index| self.queues.get(index));
        queue.map_or(ptr::null_mut(), ComPtr::as_ptr)
    }

    unsafe fn addParameterData(
        &self,
        _id: *const ParamID,
        _index: *mut int32,
    ) -> *mut IParamValueQueue {
        ptr::null_mut()
    }
}

/// The changes of one parameter: sample within the block, normalized value.
struct Queue {
    id: u32,
    points: Vec<(i32, f64)>,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

#[allow(non_snake_case)]
impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.len() as int32
    }

    unsafe fn getPoint(&self, index: int32, at: *mut int32, value: *mut ParamValue) -> tresult {
        let point = usize::try_from(index)
            .ok()
            .and_then(|index| self.points.get(index));
        let Some(point) = point else {
            return kInvalidArgument;
        };
        // SAFETY: the caller's variables.
        unsafe {
            *at = point.0;
            *value = point.1;
        }
        kResultOk
    }

    unsafe fn addPoint(&self, _at: int32, _value: ParamValue, _index: *mut int32) -> tresult {
        kInvalidArgument
    }
}
