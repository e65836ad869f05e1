//! MIDI files made byte by byte.

/// 96 ticks to a quarter note, as a header says it.
pub(crate) const QUARTERS: [u8; 2] = [0, 96];

/// A file of these tracks, whose ends are added here.
pub(crate) fn midi_file(format: u8, division: [u8; 2], tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
    bytes.extend([format, 0, tracks.len() as u8]);
    bytes.extend(division);
    for track in tracks {
        bytes.extend_from_slice(b"MTrk");
        bytes.extend((track.len() as u32 + 4).to_be_bytes());
        bytes.extend_from_slice(track);
        bytes.extend([0, 0xff, 0x2f, 0]);
    }
    bytes
}
