//! What the twelve notes are called, wherever a note is shown.

/// From C up, the black keys as musicians write them most.
pub const NOTE_NAMES: [&str; 12] = [
    "C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B",
];

/// The name of a MIDI note with its octave: 69 is `A4`, 60 `C4`. Any number has one. Any thread but the audio thread:
/// allocates.
pub fn note_name(midi: i32) -> String {
    let name = NOTE_NAMES[midi.rem_euclid(12) as usize];
    format!("{name}{}", midi.div_euclid(12) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_the_names_that_musicians_know() {
        assert_eq!([40, 60, 69, 70].map(note_name), ["E2", "C4", "A4", "Bb4"]);
        assert_eq!([0, -1, 127].map(note_name), ["C-1", "B-2", "G9"]);
    }
}
