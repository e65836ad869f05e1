//! VST3's factory and entry points: what nice-plug's `nice_export_vst3!` makes, with [`Instance`] in the place of its own
//! instances.

use std::ffi::c_void;

use nice_plug::wrapper::vst3::PluginInfo;
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComWrapper};

use super::Mynah;
use super::vst3_instance::Instance;

struct Factory {
    /// What the effect and the instrument say of themselves.
    infos: [PluginInfo; 2],
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

impl Factory {
    /// Writes what `make` makes of the class with this index.
    fn write<T>(&self, index: int32, to: *mut T, make: impl Fn(&PluginInfo) -> T) -> tresult {
        let info = usize::try_from(index).ok();
        let Some(info) = info.and_then(|index| self.infos.get(index)) else {
            return kInvalidArgument;
        };
        if to.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: VST3 hands over a pointer to a value of this type, or null.
        unsafe { *to = make(info) };
        kResultOk
    }
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        self.write(0, info, PluginInfo::create_factory_info)
    }

    unsafe fn countClasses(&self) -> int32 {
        self.infos.len() as int32
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        self.write(index, info, PluginInfo::create_class_info)
    }

    unsafe fn createInstance(
        &self,
        class: FIDString,
        interface: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        if class.is_null() || interface.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: VST3's ids have 16 bytes. The new object is released here at the end, and lives on if it was
        // asked for an interface that it has.
        unsafe {
            let class = &*class.cast::<[u8; 16]>();
            match self.infos.iter().position(|info| class == info.cid) {
                Some(0) => create::<false>(interface, object),
                Some(1) => create::<true>(interface, object),
                _ => kInvalidArgument,
            }
        }
    }
}

/// A new effect or instrument, as this interface.
///
/// # Safety
/// Both pointers are VST3's, and valid.
unsafe fn create<const KEYS: bool>(interface: FIDString, object: *mut *mut c_void) -> tresult {
    let instance = ComWrapper::new(Instance::<KEYS>::new());
    let Some(unknown) = instance.as_com_ref::<FUnknown>() else {
        return kInvalidArgument;
    };
    let unknown = unknown.as_ptr();
    // SAFETY: the caller's promise.
    unsafe { ((*(*unknown).vtbl).queryInterface)(unknown, interface.cast::<TUID>(), object) }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        self.write(index, info, PluginInfo::create_class_info_2)
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        self.write(index, info, PluginInfo::create_class_info_unicode)
    }

    unsafe fn setHostContext(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }
}

/// The VST3 plugin's factory, with a reference for the caller.
// The name is VST3's.
#[allow(non_snake_case)]
#[unsafe(no_mangle)]
pub extern "system" fn GetPluginFactory() -> *mut c_void {
    let infos = [
        PluginInfo::for_plugin::<Mynah<false>>(),
        PluginInfo::for_plugin::<Mynah<false, true>>(),
    ];
    let factory = ComWrapper::new(Factory { infos }).to_com_ptr::<IPluginFactory>();
    factory.map_or(std::ptr::null_mut(), |factory| factory.into_raw().cast())
}

/// What VST3 asks for when a library is loaded and unloaded, by other names on every system. There is nothing to do.
#[allow(non_snake_case, missing_docs)]
mod module {
    #[cfg(all(unix, not(target_os = "macos")))]
    #[unsafe(no_mangle)]
    extern "C" fn ModuleEntry(_library: *mut std::ffi::c_void) -> bool {
        true
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[unsafe(no_mangle)]
    extern "C" fn ModuleExit() -> bool {
        true
    }

    #[cfg(target_os = "macos")]
    #[unsafe(no_mangle)]
    extern "C" fn bundleEntry(_bundle: *mut std::ffi::c_void) -> bool {
        true
    }

    #[cfg(target_os = "macos")]
    #[unsafe(no_mangle)]
    extern "C" fn bundleExit() -> bool {
        true
    }

    #[cfg(windows)]
    #[unsafe(no_mangle)]
    extern "system" fn InitDll() -> bool {
        true
    }

    #[cfg(windows)]
    #[unsafe(no_mangle)]
    extern "system" fn ExitDll() -> bool {
        true
    }
}
