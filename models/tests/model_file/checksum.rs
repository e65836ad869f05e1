//! A file that gives its checksum is refused when any of its bytes is another.

use super::*;

const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A base that gives its checksum, as the trainer writes it.
fn sealed() -> Vec<u8> {
    mynah_models::file::sealed(&tensors(), &BTreeMap::new(), base_metadata())
}

#[test]
fn an_undamaged_file_is_read_and_so_is_one_without_a_checksum() {
    assert!(Base::from_bytes(&sealed()).is_ok());
    assert!(Base::from_bytes(&small_base()).is_ok());
}

#[test]
fn every_damaged_byte_of_a_weight_is_told_before_anything_is_used() {
    let file = sealed();
    let header = u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
    for at in (8 + header..file.len()).step_by(97) {
        for bit in 0_u8..8 {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            let error = ModelInfo::read(&damaged).unwrap_err();
            assert!(matches!(error, ModelFileError::Damaged { .. }), "{error}");
        }
    }
}

proptest! {
    #[test]
    fn a_flipped_bit_of_anything_but_the_checksum_itself_is_told(
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let file = sealed();
        let mut damaged = file.clone();
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << bit;
        let key = br#""checksum":""#;
        let begins = file.windows(key.len()).position(|window| window == key).unwrap();
        let itself = begins..begins + key.len() + BLANK.len();
        prop_assert!(itself.contains(&at) || Base::from_bytes(&damaged).is_err(), "byte {}", at);
    }
}
