//! Names, types, shapes and values of tensors.

use super::*;

#[test]
fn missing_unknown_and_misshapen_tensors_are_refused_by_name() {
    let all = small().base_tensors();
    for (i, (name, shape)) in all.iter().enumerate() {
        let without: Vec<_> = all.iter().filter(|(n, _)| n != name).cloned().collect();
        let error = base_error(&write(&random_tensors(&without, 1), &base_metadata()));
        assert_eq!(
            error,
            ModelFileError::MissingTensor {
                tensor: name.clone()
            }
        );

        let mut reshaped = all.clone();
        reshaped[i].1.push(1);
        let error = base_error(&write(&random_tensors(&reshaped, 1), &base_metadata()));
        let found = [shape.as_slice(), &[1]].concat();
        let want = ModelFileError::WrongShape {
            tensor: name.clone(),
            found,
            expected: shape.clone(),
        };
        assert_eq!(error, want);
    }
    let mut more = tensors();
    more.insert("encoder.blocks.9.mix.bias".to_owned(), vec![1], vec![0.0]);
    let error = base_error(&write(&more, &base_metadata()));
    assert_eq!(
        error,
        ModelFileError::UnknownTensor {
            tensor: "encoder.blocks.9.mix.bias".to_owned()
        }
    );
}

#[test]
fn a_tensor_of_another_type_is_refused() {
    let bytes = small_base();
    let header = bytes.len() - {
        let length = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        bytes.len() - 8 - length
    };
    let json = String::from_utf8(bytes[8..header].to_vec()).unwrap();
    let changed = json.replacen("\"F32\"", "\"I32\"", 1);
    let error = base_error(&[&bytes[..8], changed.as_bytes(), &bytes[header..]].concat());
    assert!(
        matches!(&error, ModelFileError::WrongType { found, .. } if found == "I32"),
        "{error}"
    );
}

#[test]
fn a_weight_that_is_not_finite_or_absurd_is_refused_with_its_place() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
        let mut tensors = tensors();
        let (name, shape) = ("translator.blocks.0.mix.weight", vec![10, 10, 1]);
        let mut values = vec![0.1; 100];
        values[37] = bad;
        tensors.insert(name.to_owned(), shape, values);
        match base_error(&write(&tensors, &base_metadata())) {
            ModelFileError::BadWeight {
                tensor,
                index,
                value,
                ..
            } => {
                assert_eq!((tensor.as_str(), index), (name, 37));
                assert_eq!(value.to_bits(), bad.to_bits());
            }
            error => panic!("{bad}: {error}"),
        }
    }
}
