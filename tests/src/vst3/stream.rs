//! The stream through which states are saved and loaded.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;

use vst3::Class;
use vst3::Steinberg::IBStream_::IStreamSeekMode_;
use vst3::Steinberg::{
    IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kResultOk, tresult,
};

/// A state in memory.
#[derive(Default)]
pub(super) struct MemoryStream {
    pub(super) bytes: RefCell<Vec<u8>>,
    position: Cell<usize>,
}

impl Class for MemoryStream {
    type Interfaces = (IBStream,);
}

#[allow(non_snake_case)]
impl IBStreamTrait for MemoryStream {
    unsafe fn read(&self, buffer: *mut c_void, wanted: int32, read: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = &bytes[self.position.get().min(bytes.len())..];
        let count = rest.len().min(usize::try_from(wanted).unwrap_or(0));
        // SAFETY: the caller's buffer has room for `wanted` bytes, and `read` may be null.
        unsafe {
            ptr::copy_nonoverlapping(rest.as_ptr(), buffer.cast(), count);
            if !read.is_null() {
                *read = count as int32;
            }
        }
        self.position.set(self.position.get() + count);
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        let Ok(length) = usize::try_from(count) else {
            return kInvalidArgument;
        };
        // SAFETY: the caller's buffer has `count` bytes, and `written` may be null.
        unsafe {
            let source = std::slice::from_raw_parts(buffer.cast::<u8>(), length);
            self.bytes.borrow_mut().extend_from_slice(source);
            if !written.is_null() {
                *written = count;
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, offset: int64, mode: int32, result: *mut int64) -> tresult {
        let length = self.bytes.borrow().len() as i64;
        let base = if mode == IStreamSeekMode_::kIBSeekSet as i32 {
            0
        } else if mode == IStreamSeekMode_::kIBSeekCur as i32 {
            self.position.get() as i64
        } else {
            length
        };
        let position = (base + offset).clamp(0, length);
        self.position.set(position as usize);
        if !result.is_null() {
            // SAFETY: not null, so it is the caller's variable.
            unsafe { *result = position };
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        // SAFETY: the caller's variable.
        unsafe { *position = self.position.get() as i64 };
        kResultOk
    }
}
