//! Sizes, the header, damage.

use super::*;

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert!(random_base(5) == random_base(5));
    assert!(random_base(5) != random_base(6));
}

#[test]
fn a_base_and_its_target_can_be_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Base>();
    check::<Target>();
    fn moves<T: Send>() {}
    moves::<mynah_models::ChainState>();
}

#[test]
fn too_large_a_file_is_refused_before_it_is_read() {
    let bytes = vec![0xff; MAX_FILE_BYTES + 1];
    let want = ModelFileError::TooLarge {
        bytes: MAX_FILE_BYTES + 1,
        limit: MAX_FILE_BYTES,
    };
    assert_eq!(base_error(&bytes), want);
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let bytes = small_base();
    for length in [
        0,
        7,
        8,
        9,
        100,
        bytes.len() / 2,
        bytes.len() - 4,
        bytes.len() - 1,
    ] {
        let error = base_error(&bytes[..length]);
        assert!(
            matches!(error, ModelFileError::Truncated { bytes, needed } if bytes == length && needed > length),
            "{length}: {error}"
        );
    }
}

#[test]
fn bytes_after_the_last_tensor_are_refused() {
    let mut bytes = small_base();
    let expected = bytes.len();
    bytes.push(0);
    assert_eq!(
        base_error(&bytes),
        ModelFileError::TrailingBytes {
            bytes: expected + 1,
            expected
        }
    );
}

#[test]
fn a_huge_header_is_refused_before_it_is_allocated() {
    for length in [MAX_HEADER_BYTES as u64 + 1, u64::MAX] {
        let bytes = [length.to_le_bytes().as_slice(), b"{}"].concat();
        let want = ModelFileError::HeaderTooLarge {
            bytes: length,
            limit: MAX_HEADER_BYTES,
        };
        assert_eq!(base_error(&bytes), want);
    }
}

#[test]
fn a_header_that_is_no_safetensors_header_is_refused() {
    let overflow = format!(
        r#"{{"a":{{"dtype":"F32","shape":[{0},{0}],"data_offsets":[0,4]}}}}"#,
        u64::MAX
    );
    let overlap = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#;
    let wrong_size = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#;
    let backwards = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#;
    let nested = "[".repeat(10_000);
    for json in [
        "", "{", "[]", "nonsense", &overflow, overlap, wrong_size, backwards, &nested,
    ] {
        let error = base_error(&with_header(json));
        assert!(
            matches!(error, ModelFileError::BadHeader { .. }),
            "{json:.40}: {error}"
        );
    }
}

#[test]
fn a_safetensors_file_of_something_else_is_refused() {
    let want = ModelFileError::MissingKey {
        key: "mynah_format_version",
    };
    assert_eq!(base_error(&with_header("{}")), want);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever happens to a byte, reading neither panics nor takes long.
    #[test]
    fn a_damaged_file_is_refused_or_read_but_never_panics(at: prop::sample::Index, to: u8) {
        let mut bytes = small_base();
        let at = at.index(bytes.len().min(4000));
        bytes[at] = to;
        let _ = Base::from_bytes(&bytes);
    }

    #[test]
    fn noise_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(ModelInfo::read(&bytes).is_err());
    }
}
