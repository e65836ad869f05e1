//! A target's recorded notes.

use mynah_models::memory::{Memory, MemoryInfo, ROW_VALUES};
use mynah_models::testing::{random_recordings, random_target_with_memory};

use super::*;

#[test]
fn a_target_with_recordings_opens_and_one_without_has_none() {
    let base = Base::from_bytes(&small_base()).unwrap();
    let with = Target::from_bytes(&random_target_with_memory(3, &base, true), &base).unwrap();
    let memory = with.memory().unwrap();
    assert_eq!(memory.notes().len(), 8);
    assert!(memory.playing().struck);
    let without = Target::from_bytes(&random_target(3, &base), &base).unwrap();
    assert!(without.memory().is_none());
}

#[test]
fn a_row_is_the_mean_and_its_components_and_lies_between_its_neighbours() {
    let (info, recorded) = random_recordings(5, false);
    let memory = Memory::new(&info, recorded.clone()).unwrap();
    let note = memory.notes()[2];
    let mut row = [0.0; ROW_VALUES];
    let expected = |row: usize, value: usize| {
        let codes = &recorded.codes[(2 * 40 + row) * info.components..][..info.components];
        let parts = codes.iter().enumerate().map(|(component, code)| {
            f32::from(*code) * recorded.basis[component * ROW_VALUES + value]
        });
        recorded.mean[value] + parts.sum::<f32>()
    };
    for place in [0.0, 7.0, 7.5, 39.0, 60.0] {
        memory.row(&note, place, &mut row);
        let (low, high) = ((place as usize).min(39), (place.ceil() as usize).min(39));
        for value in [0, 59, 60, 187] {
            let middle = 0.5 * (expected(low, value) + expected(high, value));
            assert!((row[value] - middle).abs() < 1e-4, "{place} {value}");
        }
    }
    // As stored, within the half of a dB in which it is.
    for (place, level_db) in [(0.0, -40.0), (0.5, -25.0), (100.0, -2.0)] {
        assert!(
            (memory.level_db(&note, place) - level_db).abs() <= 0.25,
            "{place}"
        );
    }
    assert!((memory.deviation_semitones(&note, 3.0) - 0.03).abs() < 1e-6);
    let sample = f32::from(recorded.samples[700]) / 32.0;
    assert!((memory.texture_at(&note, 700.0) - sample).abs() < 1e-6);
    assert_eq!(memory.texture_at(&note, 19_999.5), 0.0);
}

#[test]
fn notes_and_textures_beyond_what_there_is_are_refused_with_their_value() {
    let (info, recorded) = random_recordings(5, false);
    // Of the second note: first row, rows, pitch, level, hold, hold, group, texture.
    for (column, value) in [
        (0, 281.0),
        (0, 0.5),
        (1, 1.0),
        (1, 321.0),
        (2, 128.0),
        (3, 30.0),
        (4, 40.0),
        (5, 11.0),
        (6, -1.0),
        (7, 2.0),
        (0, f32::MAX),
    ] {
        let mut recorded = recorded.clone();
        recorded.notes[8 + column] = value;
        let error = Memory::new(&info, recorded).unwrap_err();
        assert!(
            matches!(error, ModelFileError::BadMemory { value: found, .. } if found == value),
            "{column}: {error}"
        );
    }
    let mut beyond = recorded.clone();
    beyond.textures = vec![1.0, 20_000.0];
    assert!(Memory::new(&info, beyond).is_err());
    for wrong in [
        MemoryInfo {
            components: 0,
            ..info
        },
        MemoryInfo {
            rows: 1 << 17,
            ..info
        },
        MemoryInfo { notes: 0, ..info },
        MemoryInfo {
            texture_samples: 1 << 22,
            ..info
        },
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
    }
}

#[test]
fn sizes_that_are_not_the_tensors_are_refused() {
    let base = Base::from_bytes(&small_base()).unwrap();
    let file = random_target_with_memory(3, &base, false);
    let said = r#"\"rows\":320"#;
    let text = String::from_utf8_lossy(&file[..4000]).into_owned();
    assert!(text.contains(said), "{text}");
    let place = file
        .windows(said.len())
        .position(|part| part == said.as_bytes())
        .unwrap();
    let mut wrong = file.clone();
    wrong[place + said.len() - 1] = b'1';
    let error = Target::from_bytes(&wrong, &base).map(|_| ()).unwrap_err();
    assert!(
        matches!(error, ModelFileError::WrongShape { .. }),
        "{error}"
    );
}
