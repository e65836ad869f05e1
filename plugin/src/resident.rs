//! Keeps the plugin's code in memory once there has been an editor.
//!
//! Not everything that an editor starts ends with it: a file dialog waits on a thread of its own for the player, and
//! baseview takes a window down on one that nobody waits for. A host that unloads the library meanwhile would take the
//! code away under them.
#![allow(unsafe_code)]

/// Makes the system keep the library that this code is in until the process ends. Once is enough; further calls do
/// nothing. Main thread.
pub(crate) fn stay() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(system::stay);
}

#[cfg(unix)]
mod system {
    use std::ffi::c_void;
    use std::mem::MaybeUninit;

    pub(super) fn stay() {
        let here = stay as fn() as *const c_void;
        let mut info = MaybeUninit::<libc::Dl_info>::uninit();
        // SAFETY: `dladdr` writes into what it is given, and says whether it did; the name that it gives lives as long
        // as the library. The handle is never closed, which alone would be enough; the flag is for hosts that close
        // more often than they open. In a program that is no library, `dlopen` finds nothing and does nothing.
        unsafe {
            if libc::dladdr(here, info.as_mut_ptr()) != 0 {
                let name = info.assume_init().dli_fname;
                let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
                libc::dlopen(name, flags);
            }
        }
    }
}

#[cfg(windows)]
mod system {
    use std::ffi::c_void;

    const PIN: u32 = 1;
    const FROM_ADDRESS: u32 = 4;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    }

    pub(super) fn stay() {
        let here = stay as fn() as *const c_void;
        let mut module = std::ptr::null_mut();
        // SAFETY: with these flags the address may be any in the library, and the handle goes to a local.
        unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, here, &raw mut module) };
    }
}
