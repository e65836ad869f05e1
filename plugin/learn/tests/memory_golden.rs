//! Notes are measured and chosen as the trainer does it (`models/tests/golden/make_memory.py`).
#![allow(clippy::unwrap_used, missing_docs)]

use mynah_learn::analysis::{Kind, NoteFrames, Pitch, measure};
use mynah_learn::choice::{Candidate, choose};
use safetensors::SafeTensors;

const GOLDEN: &[u8] = include_bytes!("golden/memory.safetensors");
const EVERY: usize = 3;
const TEXTURE_EVERY: usize = 7;

struct Golden(SafeTensors<'static>);

impl Golden {
    fn open() -> Self {
        Self(SafeTensors::deserialize(GOLDEN).unwrap())
    }

    fn bytes(&self, name: &str) -> &[u8] {
        self.0.tensor(name).unwrap().data()
    }

    fn doubles(&self, name: &str) -> Vec<f64> {
        let values = self.bytes(name).as_chunks::<8>().0;
        values
            .iter()
            .map(|bytes| f64::from_le_bytes(*bytes))
            .collect()
    }

    fn floats(&self, name: &str) -> Vec<f32> {
        let values = self.bytes(name).as_chunks::<4>().0;
        values
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect()
    }

    fn audio(&self, index: usize) -> Vec<f64> {
        let name = format!("{index}.audio");
        let samples = self.bytes(&name).as_chunks::<2>().0.iter();
        samples
            .map(|bytes| f64::from(i16::from_le_bytes(*bytes)) / 32_768.0)
            .collect()
    }

    fn measured(&self, index: usize) -> NoteFrames {
        let hz = self.doubles(&format!("{index}.pitch_hz"));
        let voiced = (0..hz.len()).map(|frame| frame >= 4).collect();
        let kind = Kind {
            struck: index > 0,
            stretched: index == 1,
        };
        measure(&self.audio(index), &Pitch { hz, voiced }, kind).unwrap()
    }
}

/// The largest difference.
fn apart(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> f64 {
    a.zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn notes_are_measured_as_the_trainer_measures_them() {
    let golden = Golden::open();
    for index in 0..3 {
        let found = golden.measured(index);
        let numbers = golden.doubles(&format!("{index}.numbers"));
        assert!((found.semitones - numbers[0]).abs() < 1e-6, "note {index}");
        assert!((found.top_db - numbers[1]).abs() < 1e-3, "note {index}");
        assert!(
            (found.stretch - numbers[2]).abs() < 1e-9,
            "note {index}: {}",
            found.stretch
        );
        assert_eq!(found.first_frame as f64, numbers[3], "note {index}");
        assert_eq!(found.values.len() as f64, numbers[4], "note {index}");
        let level_db = golden.doubles(&format!("{index}.level_db"));
        let deviation = golden.doubles(&format!("{index}.deviation"));
        assert!(apart(found.level_db.iter().copied(), level_db.into_iter()) < 2e-3);
        assert!(
            apart(
                found.deviation_semitones.iter().copied(),
                deviation.into_iter()
            ) < 1e-6
        );
        let values = golden.floats(&format!("{index}.values"));
        let own = found.values.iter().step_by(EVERY).flatten().copied();
        let worst = apart(own, values.into_iter().map(f64::from));
        assert!(worst < 2e-3, "note {index}: {worst}");
        let texture = golden.floats(&format!("{index}.texture"));
        let own = found.texture.iter().step_by(TEXTURE_EVERY).copied();
        let worst = apart(own, texture.into_iter().map(f64::from));
        assert!(worst < 2e-3, "note {index}: {worst}");
    }
}

#[test]
fn notes_are_chosen_as_the_trainer_chooses_them() {
    let golden = Golden::open();
    let offered = golden.doubles("choice.offered");
    let offered: Vec<Candidate> = offered
        .chunks_exact(3)
        .map(|note| Candidate {
            semitones: note[0],
            group: note[1] as u32,
            seconds: note[2],
            worth: 1.0,
        })
        .collect();
    let wanted = golden.bytes("choice.chosen").as_chunks::<8>().0;
    let wanted: Vec<usize> = wanted
        .iter()
        .map(|b| i64::from_le_bytes(*b) as usize)
        .collect();
    assert_eq!(choose(&offered, (50.0, 64.0), 30.0), wanted);
}
