//! What a survey has found of a recording before it is played.

use mynah_models::{AutoOctave, KeyByEar};

use crate::controls::{Controls, Scale};

/// What was found, as far as anything was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beforehand {
    octave: Option<i32>,
    key: KeyByEar,
}

impl Beforehand {
    /// An octave, or `None` to choose it while it plays.
    pub(crate) fn set_octave(&mut self, octave: Option<i32>) {
        self.octave = octave;
    }

    /// A key, or whatever else to listen.
    pub(crate) fn set_key(&mut self, key: KeyByEar) {
        self.key = key;
    }

    /// How the octave is found besides the control's.
    pub(crate) fn octave(&self, controls: &Controls) -> AutoOctave {
        match self.octave {
            _ if !controls.octave_auto => AutoOctave::Off,
            Some(octave) => AutoOctave::Known(octave),
            None => AutoOctave::Listening,
        }
    }

    /// How the notes that *Snap* pulls to are found besides the control's.
    pub(crate) fn key(&self, controls: &Controls) -> KeyByEar {
        match self.key {
            _ if controls.scale != Scale::Auto => KeyByEar::Off,
            KeyByEar::Off => KeyByEar::Listening,
            found => found,
        }
    }
}

#[cfg(test)]
mod tests {
    use mynah_models::Key;

    use super::*;

    #[test]
    fn what_was_found_counts_where_it_is_asked_for() {
        let asked = Controls {
            octave_auto: true,
            scale: Scale::Auto,
            ..Controls::default()
        };
        let mut found = Beforehand::default();
        assert_eq!(found.octave(&asked), AutoOctave::Listening);
        assert_eq!(found.key(&asked), KeyByEar::Listening);
        let key = KeyByEar::Known(Some(Key::of(21)));
        found.set_octave(Some(-1));
        found.set_key(key);
        assert_eq!(found.octave(&asked), AutoOctave::Known(-1));
        assert_eq!(found.key(&asked), key);
        let not_asked = Controls::neutral();
        assert_eq!(found.octave(&not_asked), AutoOctave::Off);
        assert_eq!(found.key(&not_asked), KeyByEar::Off);
    }
}
