#![allow(clippy::unwrap_used)]
use super::*;
use crate::conditioning::Voice;
use crate::envelope::{ENVELOPE_POINTS, Envelope, EnvelopePlace};
use crate::file::ModelKind;
use crate::memory::Memory;
use crate::performer::{Comb, Places};
use crate::prior::{Details, NO_DETAILS, NUMBERED_HARMONICS};
use crate::testing::{Random, random_base, random_recordings};

fn tables(seed: u64) -> TimbreTables {
    let mut random = Random(seed);
    let mut row = |magnitude: f32| -> Row { std::array::from_fn(|_| magnitude * random.next()) };
    TimbreTables {
        anchors_semitones: vec![48.0, 60.0, 72.0],
        mean: (0..3).map(|_| row(3.0)).collect(),
        directions: (0..3).map(|_| std::array::from_fn(|_| row(1.0))).collect(),
    }
}

fn file(seed: u64) -> Vec<u8> {
    timbre_file(&tables(seed), &["Nobody: random numbers".to_owned()], "MIT")
}

fn voice(hz: f32, follow: bool) -> Voice {
    Voice {
        played_hz: hz,
        voicing: 0.9,
        unvoiced: 0.0,
        log_loudness: -3.0,
        believed_log_loudness: -3.0,
        log_rms_over_loudness: 0.0,
        attack: 0.0,
        follow,
        gate_open: true,
        octave: 0,
        key: None,
    }
}

#[test]
fn a_file_says_what_was_written_into_it() {
    let space = TimbreSpace::from_bytes(&file(1)).unwrap();
    assert_eq!(space.tables, tables(1));
    assert_eq!(space.info().anchors, 3);
    assert_eq!(space.info().credits, ["Nobody: random numbers"]);
    assert_eq!(file(1), file(1));
}

#[test]
fn what_is_no_space_is_refused() {
    let wrong = TimbreSpace::from_bytes(&random_base(1)).err().unwrap();
    let expected = ModelKind::Timbre;
    assert!(
        matches!(wrong, ModelFileError::WrongKind { found: ModelKind::Base, expected: e } if e == expected),
        "{wrong}"
    );
    let mut unordered = tables(1);
    unordered.anchors_semitones = vec![60.0, 60.0, 72.0];
    let bytes = timbre_file(&unordered, &[], "MIT");
    let error = TimbreSpace::from_bytes(&bytes).err().unwrap();
    assert!(matches!(error, ModelFileError::BadTimbre { .. }), "{error}");
    for end in [0, 100, file(1).len() - 1] {
        assert!(TimbreSpace::from_bytes(&file(1)[..end]).is_err());
    }
}

#[test]
fn between_anchors_it_goes_linearly_and_beyond_them_it_stays() {
    let space = TimbreSpace::from_bytes(&file(2)).unwrap();
    let place = [0.3, -0.5, 1.0, 0.0, -1.0];
    let at = |anchor| space.offset_at_anchor(anchor, &place);
    assert_eq!(space.offset(48.0, &place), at(0));
    assert_eq!(space.offset(20.0, &place), at(0));
    assert_eq!(space.offset(72.0, &place), at(2));
    assert_eq!(space.offset(100.0, &place), at(2));
    let between = space.offset(63.0, &place);
    for ((between, low), high) in between.iter().zip(at(1)).zip(at(2)) {
        assert!((between - (0.75 * low + 0.25 * high)).abs() < 1e-5);
    }
}

#[test]
fn a_place_changes_the_colour_by_what_it_says_and_not_the_loudness() {
    let space = TimbreSpace::from_bytes(&file(3)).unwrap();
    let levelling = Levelling::new();
    for (hz, follow) in [(130.0, false), (440.0, false), (900.0, true)] {
        let voice = voice(hz, follow);
        let before: Envelope = std::array::from_fn(|point| -1.0 - 0.05 * point as f32);
        let (mut harmonic, mut noise) = (before, before.map(|log| log - 2.0));
        let mut details = NO_DETAILS;
        details[2] = 0.7;
        let places: Places =
            std::array::from_fn(|index| EnvelopePlace::at(hz * (index + 1) as f32));
        let comb = (!follow).then_some(Comb {
            f0_hz: hz,
            voicing: voice.voicing,
        });
        let loudness = |harmonic: &Envelope, noise: &Envelope, details: &Details| {
            levelling.step([harmonic, noise], details, &places, comb)
        };
        let (harmonic_before, noise_before, details_before) = (harmonic, noise, details);
        let loud = loudness(&harmonic, &noise, &details);
        let place = [0.2, 0.0, -0.6, 0.4, 0.0];
        space.shape(
            &place,
            &voice,
            0.0,
            &mut details,
            [&mut harmonic, &mut noise],
        );
        assert!((loudness(&harmonic, &noise, &details) - loud).abs() < 1e-4);
        let semitones = 69.0 + 12.0 * (hz / 440.0).log2();
        let offset = space.offset(semitones, &place);
        // All values are moved by the offset, less one number for all of them.
        let moved: Vec<f32> = (0..NUMBERED_HARMONICS)
            .map(|h| {
                let log =
                    |harmonic: &Envelope, details: &Details| places[h].read(harmonic) + details[h];
                log(&harmonic, &details) - log(&harmonic_before, &details_before)
            })
            .chain((0..ENVELOPE_POINTS).map(|point| harmonic[point] - harmonic_before[point]))
            .chain((0..ENVELOPE_POINTS).map(|point| noise[point] - noise_before[point]))
            .collect();
        let least = offset[0] - moved[0];
        for (offset, moved) in offset.iter().zip(&moved) {
            assert!((offset - moved - least).abs() < 1e-4);
        }
        let still = (harmonic, noise, details);
        space.shape(
            &[0.0; 5],
            &voice,
            0.0,
            &mut details,
            [&mut harmonic, &mut noise],
        );
        assert_eq!((harmonic, noise, details), still);
    }
}

#[test]
fn an_instrument_stands_where_its_colours_are() {
    let (info, recorded) = random_recordings(4, false);
    let memory = Memory::new(&info, recorded).unwrap();
    let mut tables = tables(5);
    tables.anchors_semitones = vec![50.0, 62.0, 74.0];
    let colours = colours_at(&memory, &tables.anchors_semitones);
    // The mean of all is so far from its colours that it stands at (0.5, -0.25), where both axes have nothing in common.
    for (anchor, colour) in colours.iter().enumerate() {
        let [x, y, ..] = &mut tables.directions[anchor];
        for value in 0..ROW_VALUES {
            if value % 2 == 0 {
                y[value] = 0.0;
            } else {
                x[value] = 0.0;
            }
            let moved = 0.5 * x[value] - 0.25 * y[value];
            tables.mean[anchor][value] = colour.unwrap()[value] - moved;
        }
    }
    let space = TimbreSpace::from_bytes(&timbre_file(&tables, &[], "MIT")).unwrap();
    let [x, y] = space.map_place(&memory);
    assert!((x - 0.5).abs() < 1e-3 && (y + 0.25).abs() < 1e-3, "{x} {y}");
    assert!(
        colours_at(&memory, &[127.0, 0.0])
            .iter()
            .all(Option::is_none)
    );
}

#[test]
fn attributes_tell_bright_from_dark_noisy_from_pure_and_full_from_thin() {
    let row = |slope: f32, noise: f32, low: f32| -> Row {
        std::array::from_fn(|value| match value {
            0..2 => low,
            2..NUMBERED_HARMONICS => -slope * (value as f32 + 1.0).log2(),
            124.. => noise,
            _ => -2.0,
        })
    };
    let of = |slope, noise, low| Attributes::of(&row(slope, noise, low), 57.0);
    let plain = of(1.0, -5.0, 0.0);
    assert!(of(0.5, -5.0, 0.0).brightness_octaves > plain.brightness_octaves + 0.3);
    let noisier = of(1.0, -4.0, 0.0);
    assert!((noisier.breath_db - plain.breath_db - 8.686).abs() < 0.01);
    assert_eq!(noisier.brightness_octaves, plain.brightness_octaves);
    assert!((of(1.0, -5.0, 0.5).body_db - plain.body_db - 4.343).abs() < 0.01);
}
