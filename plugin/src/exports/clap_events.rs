//! Brings the times of a block's events into the block, in order.
//!
//! CLAP demands both of the host. nice-plug relies on it: it cuts the block at each event's time, so
//! an event after the block's end would make it read and write past the end of the host's buffers.
//! Its VST3 side puts such events on the last sample; here the same happens for CLAP.

use std::cell::Cell;
use std::ffi::c_void;
use std::mem::size_of;
use std::sync::OnceLock;

use clap_sys::events::{clap_event_header, clap_input_events};
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};

type Process = unsafe extern "C" fn(
    plugin: *const clap_plugin,
    block: *const clap_process,
) -> clap_process_status;

/// Room for the copy of one event, in words: CLAP's largest has 104 bytes.
const COPY_WORDS: usize = 32;

/// nice-plug's process functions: one for all instances of the effect, one for those of the instrument.
static INNER: [OnceLock<Process>; 2] = [OnceLock::new(), OnceLock::new()];

/// Takes the place of the process function of a new instance of the plugin with this index.
pub(super) fn stand_before<const INDEX: usize>(plugin: &mut clap_plugin) {
    if let Some(inner) = plugin.process.replace(process::<INDEX>) {
        INNER[INDEX].get_or_init(|| inner);
    }
}

/// The host's events, seen through the list that nice-plug gets. Audio thread.
struct InTime {
    host: *const clap_input_events,
    last_sample: u32,
    /// The latest time given out so far: no event may be before one that came earlier in the list.
    latest: Cell<u32>,
    copy: Cell<[u64; COPY_WORDS]>,
}

unsafe extern "C" fn process<const INDEX: usize>(
    plugin: *const clap_plugin,
    block: *const clap_process,
) -> clap_process_status {
    let Some(inner) = INNER[INDEX].get() else {
        return CLAP_PROCESS_ERROR;
    };
    // SAFETY: CLAP promises a valid block and valid lists in it, where they are not null; all that
    // is made here lives until after the call, and nice-plug keeps none of it.
    unsafe {
        let Some(host_block) = block.as_ref() else {
            return CLAP_PROCESS_ERROR;
        };
        if host_block.in_events.is_null() {
            return inner(plugin, block);
        }
        let in_time = InTime {
            host: host_block.in_events,
            last_sample: host_block.frames_count.saturating_sub(1),
            latest: Cell::new(0),
            copy: Cell::new([0; COPY_WORDS]),
        };
        let events = clap_input_events {
            ctx: (&raw const in_time).cast_mut().cast::<c_void>(),
            size: Some(size),
            get: Some(get),
        };
        let block = clap_process {
            in_events: &raw const events,
            ..*host_block
        };
        inner(plugin, &raw const block)
    }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: only called with the list made in `process`, whose host list is not null.
    unsafe {
        let host = (*(*list).ctx.cast::<InTime>()).host;
        (*host).size.map_or(0, |size| size(host))
    }
}

/// An event of the host, or a copy of it with its time put right, which lasts until the next call.
/// Null for what cannot be copied, which nice-plug passes over.
unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: as in `size`; the host's event has as many bytes as its header says, and the copy is
    // large enough and aligned for every event.
    unsafe {
        let in_time = &*(*list).ctx.cast::<InTime>();
        let host = in_time.host;
        let event = (*host).get.map_or(std::ptr::null(), |get| get(host, index));
        let Some(header) = event.as_ref() else {
            return event;
        };
        let time = header
            .time
            .max(in_time.latest.get())
            .min(in_time.last_sample);
        in_time.latest.set(time);
        if time == header.time {
            return event;
        }
        let bytes = header.size as usize;
        if !(size_of::<clap_event_header>()..=size_of::<[u64; COPY_WORDS]>()).contains(&bytes) {
            return std::ptr::null();
        }
        let copy = in_time.copy.as_ptr().cast::<clap_event_header>();
        copy.cast::<u8>()
            .copy_from_nonoverlapping(event.cast::<u8>(), bytes);
        (*copy).time = time;
        copy
    }
}
