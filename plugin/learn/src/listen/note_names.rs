//! What notes are called, as in the plug-in.

const NAMES: [&str; 12] = [
    "C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B",
];

/// The name of a MIDI note with its octave: 69 is `A4`, 60 `C4`.
pub(super) fn note_name(midi: i32) -> String {
    format!(
        "{}{}",
        NAMES[midi.rem_euclid(12) as usize],
        midi.div_euclid(12) - 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_named_as_in_the_plug_in() {
        assert_eq!([40, 60, 69, 70].map(note_name), ["E2", "C4", "A4", "Bb4"]);
    }
}
