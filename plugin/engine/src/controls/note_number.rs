//! Reads the names of the twelve notes.

use mynah_models::NOTE_NAMES;

/// A note by its name, 0 to 11 for C to B: a letter, then any sharps and flats.
pub(super) fn note_number(name: &str) -> Option<u32> {
    let mut characters = name.chars();
    let letter = characters.next()?.to_ascii_uppercase();
    let natural = NOTE_NAMES
        .iter()
        .position(|key| key.len() == 1 && key.starts_with(letter))? as i32;
    let shifted = characters.try_fold(natural, |note, sign| match sign {
        '#' | '\u{266F}' => Some((note + 1) % 12),
        'b' | 'B' | '\u{266D}' => Some((note + 11) % 12),
        _ => None,
    })?;
    Some(shifted as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_models::note_name;

    #[test]
    fn a_notes_name_is_read_again() {
        for midi in 0..128 {
            let name = note_name(midi);
            let (letters, octave) = name.split_at(name.len() - if midi < 12 { 2 } else { 1 });
            assert_eq!(note_number(letters), Some(midi as u32 % 12), "{name}");
            assert_eq!(octave, (midi / 12 - 1).to_string());
        }
    }
}
