//! Presets: a name, the targets, and what all controls are set to.
//!
//! Not for the audio thread: everything here allocates, and some of it reads and writes files.

mod error;
mod factory;
mod file;
mod folder;
mod surprise;

use mynah_models::CORNERS;

use crate::controls::{Control, Controls, Plays};
use crate::library::{Library, LibraryError, TargetEntry, TargetRef};
use crate::user_file::file_stem;

pub use error::PresetError;
pub use factory::factory_presets;
pub use file::MAX_PRESET_FILE_BYTES;
pub use folder::{PresetEntry, PresetFolder, PresetSource, preset_folder};
pub use surprise::surprise;

/// A setting of the instrument under a name.
#[derive(Clone, PartialEq, Debug)]
pub struct Preset {
    /// What it is called: 1 to 64 characters.
    pub name: String,
    /// What it belongs to in a list; may be empty.
    pub category: String,
    /// A sentence on what it is for; may be empty.
    pub about: String,
    /// What the plugin plays that it is made for.
    pub plays: Plays,
    /// The targets A to D; where there is none, the one that is there stays.
    pub targets: [Option<TargetRef>; CORNERS],
    /// All controls. Those that are none of [`parts`](Self::parts) are neutral here.
    pub controls: Controls,
}

impl Preset {
    /// The controls that a preset holds and sets: all but the bypass, the channels and the MIDI output, which are the track's.
    pub fn parts() -> impl Iterator<Item = Control> {
        let of_the_track = [
            Control::Bypass,
            Control::Channels,
            Control::MidiOut,
            Control::Modulation,
            Control::Expression,
            Control::Wheel,
            Control::Sustain,
        ];
        let controls = Control::ALL.iter().copied();
        controls.filter(move |control| !of_the_track.contains(control))
    }

    /// Its name as a part of file names: small letters, digits and hyphens.
    pub fn file_stem(&self) -> String {
        file_stem(&self.name)
    }

    /// Finds its targets.
    ///
    /// # Errors
    /// If one is not installed, or is the player's own and only here in another version.
    pub fn find_targets<'a>(
        &self,
        library: &'a Library,
    ) -> Result<[Option<&'a TargetEntry>; CORNERS], LibraryError> {
        let mut found = [None; CORNERS];
        for (entry, target) in found.iter_mut().zip(&self.targets) {
            *entry = target.as_ref().map(|t| library.find(t)).transpose()?;
        }
        Ok(found)
    }
}
