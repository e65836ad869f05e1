//! The file that this code is in: a plugin's is not the program's that runs it.
#![allow(unsafe_code)]

use std::path::PathBuf;

/// The library that this code was loaded from, or the program itself; `None` if the system does not say. Any thread but the
/// audio thread.
#[cfg(unix)]
pub(super) fn library() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr, c_void};
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;

    let here = library as fn() -> Option<PathBuf> as *const c_void;
    let mut info = MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: `dladdr` writes into what it is given, and says whether it did; the name that it gives lives as long as the
    // library.
    let name = unsafe {
        if libc::dladdr(here, info.as_mut_ptr()) == 0 {
            return None;
        }
        let name = info.assume_init().dli_fname;
        if name.is_null() {
            return None;
        }
        CStr::from_ptr(name)
    };
    std::path::absolute(OsStr::from_bytes(name.to_bytes())).ok()
}

/// The same.
#[cfg(windows)]
pub(super) fn library() -> Option<PathBuf> {
    use std::ffi::{OsString, c_void};
    use std::os::windows::ffi::OsStringExt;

    const FROM_ADDRESS_UNCOUNTED: u32 = 4 | 2;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
        fn GetModuleFileNameW(module: *mut c_void, name: *mut u16, length: u32) -> u32;
    }

    let here = library as fn() -> Option<PathBuf> as *const c_void;
    let mut module = std::ptr::null_mut();
    // As long as a path can be.
    let mut name = vec![0_u16; 32_768];
    // SAFETY: with these flags the address may be any in the library; handle and name go to memory of our own, of which the
    // length is told.
    let length = unsafe {
        if GetModuleHandleExW(FROM_ADDRESS_UNCOUNTED, here, &raw mut module) == 0 {
            return None;
        }
        GetModuleFileNameW(module, name.as_mut_ptr(), name.len() as u32)
    } as usize;
    let name = name.get(..length).filter(|name| !name.is_empty())?;
    Some(PathBuf::from(OsString::from_wide(name)))
}
