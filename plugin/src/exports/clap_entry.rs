//! CLAP's entry point and factory: what nice-plug's `nice_export_clap!` makes, with the process
//! function exchanged for the one of [`clap_events`].

use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, OnceLock};

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::version::CLAP_VERSION;
use nice_plug::prelude::ClapPlugin;
use nice_plug::wrapper::clap::{PluginDescriptor, Wrapper};

use super::{Mynah, clap_events};

/// The CLAP plugin's entry point.
// The name is CLAP's.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
#[used]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(get_plugin_count),
    get_plugin_descriptor: Some(get_plugin_descriptor),
    create_plugin: Some(create_plugin),
};

/// What the effect and the instrument say of themselves, in the order of their indices.
fn descriptors() -> &'static [PluginDescriptor; 2] {
    static DESCRIPTORS: OnceLock<[PluginDescriptor; 2]> = OnceLock::new();
    DESCRIPTORS.get_or_init(|| {
        [
            PluginDescriptor::for_plugin::<Mynah<true>>(),
            PluginDescriptor::for_plugin::<Mynah<true, true>>(),
        ]
    })
}

unsafe extern "C" fn init(_plugin_path: *const c_char) -> bool {
    // Nothing to set up: see `setup_logger` of the plugin.
    true
}

unsafe extern "C" fn deinit() {}

unsafe extern "C" fn get_factory(factory_id: *const c_char) -> *const c_void {
    // SAFETY: CLAP promises a null-terminated string.
    let known =
        !factory_id.is_null() && unsafe { CStr::from_ptr(factory_id) } == CLAP_PLUGIN_FACTORY_ID;
    if known {
        (&raw const FACTORY).cast()
    } else {
        std::ptr::null()
    }
}

unsafe extern "C" fn get_plugin_count(_factory: *const clap_plugin_factory) -> u32 {
    descriptors().len() as u32
}

unsafe extern "C" fn get_plugin_descriptor(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    let descriptor = descriptors().get(index as usize);
    descriptor.map_or(std::ptr::null(), |descriptor| {
        descriptor.clap_plugin_descriptor()
    })
}

unsafe extern "C" fn create_plugin(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    plugin_id: *const c_char,
) -> *const clap_plugin {
    if plugin_id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: CLAP promises a null-terminated string, and a valid host.
    unsafe {
        let id = CStr::from_ptr(plugin_id);
        let known = descriptors().iter();
        match known
            .map(PluginDescriptor::clap_id)
            .position(|known| known == id)
        {
            Some(0) => create::<Mynah<true>, 0>(host),
            Some(1) => create::<Mynah<true, true>, 1>(host),
            _ => std::ptr::null(),
        }
    }
}

/// A new instance of the plugin with this index.
///
/// # Safety
/// The host's pointer is its own affair, and valid for as long as the plugin lives.
unsafe fn create<P: ClapPlugin, const INDEX: usize>(host: *const clap_host) -> *const clap_plugin {
    // SAFETY: the reference leaked here is the one that the wrapper's `destroy` takes back, so the pointer into it is valid
    // until then, and nobody else has it yet.
    unsafe {
        let wrapper = Arc::into_raw(Wrapper::<P>::new(host));
        let plugin = (*wrapper).clap_plugin.as_ptr();
        clap_events::stand_before::<INDEX>(&mut *plugin);
        plugin
    }
}
