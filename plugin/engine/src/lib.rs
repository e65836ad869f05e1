//! Mynah's audio path, without any plugin framework: any host rate and block size in, the translation
//! out, delay-aligned with the dry signal.
//!
//! ```text
//! in -> normal -+-> delay (latency) --------------------------------------- dry --+-> mix -> gain -> bypass -> bound -> out
//!               +-> mono -> gain -> 48 kHz -> hop -> chain -> host rate -> room --+
//! ```
//! (in stereo twice between mono and room, once for each side)
//!
//! # Threads
//! | type | thread | may |
//! |---|---|---|
//! | [`Engine`] | audio | never allocate, lock, wait or free |
//! | [`Monitor`] | any one other, a display's | look at what the engine reports |
//! | [`Survey`], [`suggest()`] | any but audio | allocate |
//! | [`Library`], [`Preset`] | any but audio | read and write files, allocate, lock |
//!
//! [`engine`] makes the first two as a pair, joined by a lock-free queue. The networks run inside [`Engine::process`], every 128
//! samples at 48 kHz.
//!
//! # Guarantees
//! - The output is the same to the bit however the stream is cut into blocks, live or offline. Controls
//!   take effect at the start of a hop, and so do new targets. Of several engines that play together each may have its hops at
//!   another time ([`EngineSpec::instance`]), so that their work is spread; a bounce is equal to the bit to the first of them.
//! - The latency is constant, and exact to the sample:
//!
//! | host rate, Hz | latency, samples | ms |
//! |---|---|---|
//! | 8000 | 88 | 11.00 |
//! | 22050 | 131 | 5.94 |
//! | 44100 | 197 | 4.47 |
//! | 48000 | 144 | 3.00 |
//! | 88200 | 383 | 4.34 |
//! | 96000 | 416 | 4.33 |
//! | 176400 | 765 | 4.34 |
//! | 192000 | 832 | 4.33 |
//!
//!   144 of the samples at 48 kHz are one hop (128) and the generator's overlap (16); the rest is the
//!   resampling filters. How they add up: `latency.rs`; in numbers: [`latency_samples`].
//! - At mix 0, in bypass, and without a target, the output is the input, late by the latency, to the bit
//!   (within [`OUTPUT_BOUND`], and with the output gain at 0 dB in the first and the last case).
//! - Input that is not finite, or denormal, is silence; the output is finite, never denormal, and within
//!   [`OUTPUT_BOUND`].
//! - After half a second below -96 dBFS the networks rest, as they do at first, until something above -72 dBFS is heard, and the
//!   translation is exactly silent. Zeros that
//!   follow for another 0.17 s are skipped from then on: silence costs next to nothing.
//! - Of a stereo signal the mean of both sides is heard; the translation is mono and goes to both, while the dry
//!   signal stays stereo. With [`Controls::channels`] in stereo each side is translated by itself, which costs twice as much; sides
//!   that are the same give what mono gives, to the bit. In mode *Chords* the mean is heard all the same. The room is stereo, and hears the mean of the translations; in a single
//!   channel both sides of the room are heard, each half.
//! - Without a room ([`Controls::room`] at 0) nothing of it is computed, and the output is the same to the bit. With one, its tail
//!   rings out to below -96 dBFS before anything rests.
//! - With [`Controls::play_on`] off nothing of it is computed. On, silence in is no silence out for as long as
//!   [`Meters::playing_on`] says that anything is to come; the same notes, times and seed go on the same way.

mod beforehand;
mod cancellation;
mod chain;
mod chance;
mod controls;
mod corners;
mod crossfade;
mod delay_line;
mod engine;
mod guard;
mod hop_scheduler;
mod invent;
mod kernel;
mod keyboard;
mod latency;
mod library;
mod meters;
mod mixing;
mod monitor;
mod pipeline;
mod play_on;
mod preset;
mod quiet;
mod resample;
mod room;
mod sides;
mod smoothing;
mod stagger;
mod suggest;
mod survey;
mod together;
mod user_file;

#[cfg(test)]
mod tests;

pub use chance::Chance;
pub use controls::{
    CONTROLS, Channels, Control, ControlError, ControlGroup, ControlInfo, ControlKind, Controls,
    Plays, Quality, Scale,
};
pub use corners::{CORNER_INFOS, CornerInfo, Corners};
pub use engine::{Engine, EngineError, EngineSpec, OtherBase, engine};
pub use guard::OUTPUT_BOUND;
pub use invent::{InventError, Invented, Recipe, invent};
pub use keyboard::{KeyEvent, NoteAddress, NoteExpression};
pub use latency::{MAX_HOST_RATE_HZ, MIN_HOST_RATE_HZ, latency_samples, supported_rate};
pub use library::{
    Library, LibraryError, MADE_FOR_ANOTHER_BASE, MAX_MODEL_FILE_BYTES, Source, TargetEntry,
    TargetRef, forget_learnt, is_learnt, learning_state, learnt_from, mark_learnt,
    shipped_continuation, shipped_realness, shipped_timbre, shipped_voices, user_folder,
};
pub use meters::Meters;
pub use monitor::{Monitor, Report};
pub use mynah_models::{
    HeardKey, Key, KeyByEar, Mode, NOTE_NAMES, Telemetry, VOICES, VoiceNote, note_name,
};
pub use play_on::PlayingOn;
pub use preset::{
    MAX_PRESET_FILE_BYTES, Preset, PresetEntry, PresetError, PresetFolder, PresetSource,
    factory_presets, preset_folder, surprise,
};
pub use room::in_room;
pub use suggest::{HeardNote, HeardPlaying, Suggestion, suggest};
pub use survey::Survey;
pub use user_file::{Existing, ReadError, data_folder, file_stem, read_whole, write_whole};
