//! A model file from anywhere: refused with a short reason, or a model that gives sound in bounds.

use std::borrow::Cow;
use std::sync::OnceLock;

use mynah_engine::Library;
use mynah_models::architecture::Architecture;
use mynah_models::testing::{random_base_with, random_target};
use mynah_models::{
    Base, ChainState, HOP_SAMPLES, HopControls, Mode, ModelFileError, ModelInfo, Target, alone,
};

use super::mutate;
use crate::signal::Random;

/// Longest reason that a player is shown, bytes.
const LONGEST_REASON: usize = 1_000;
/// Hops that an accepted model has to play.
const HOPS: usize = 6;

struct Good {
    base_bytes: Vec<u8>,
    target_bytes: Vec<u8>,
    base: Base,
}

/// Models as small as they may be, so that most of a file is what is looked at.
fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let architecture = Architecture {
            encoder_channels: 2,
            encoder_dilations: vec![1],
            latent_channels: 1,
            translator_channels: 2,
            translator_dilations: vec![1],
            pitch_bumps: 2,
            generator_channels: 2,
            generator_dilations: vec![1],
            onset_channels: 1,
            onset_dilations: vec![1],
        };
        let base_bytes = random_base_with(&architecture, 1);
        let base = Base::from_bytes(&base_bytes).unwrap();
        let target_bytes = random_target(1, &base);
        Good {
            base_bytes,
            target_bytes,
            base,
        }
    })
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![good().base_bytes.clone(), good().target_bytes.clone()]
}

/// The header or the tensors change, and the length of the header is mostly right all the same: otherwise
/// hardly an input would be read any further.
pub(super) fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let length = bytes
        .first_chunk()
        .map_or(0, |length| u64::from_le_bytes(*length));
    let end = usize::try_from(length).map_or(8, |length| length.saturating_add(8));
    if end > bytes.len() || random.within(0, 9) == 0 {
        return mutate::bytes(bytes, random);
    }
    let mut data = bytes.split_off(end);
    let mut header = bytes.split_off(8);
    match random.within(0, 3) {
        0 => floats(&mut data, random),
        1 => mutate::bytes(&mut header, random),
        _ => mutate::text(&mut header, random),
    }
    *bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut header);
    bytes.append(&mut data);
}

/// Other weights, in place.
fn floats(data: &mut [u8], random: &mut Random) {
    let weights = data.as_chunks_mut::<4>().0;
    for _ in 0..random.within(1, 200) {
        let index = random.within(0, weights.len() - 1);
        let value = match random.within(0, 7) {
            0 => f32::from_bits(random.bits() as u32),
            1 => 1e4,
            2 => -1e4,
            3 => f32::NAN,
            _ => 20.0 * random.sample(),
        };
        weights[index] = value.to_le_bytes();
    }
}

pub(super) fn run(bytes: &[u8]) -> bool {
    let good = good();
    let info = reasoned(ModelInfo::read(bytes));
    let base = reasoned(Base::from_bytes(bytes));
    if let Some(base) = &base
        && let Ok(target) = Target::from_bytes(&random_target(2, base), base)
    {
        play(base, &target);
    }
    let target = reasoned(Target::from_bytes(bytes, &good.base));
    if let Some(target) = &target {
        play(&good.base, target);
    }
    let files = vec![("a.mynah".to_owned(), Cow::Owned(bytes.to_vec()))];
    let library = Library::from_models(Some(Cow::Borrowed(&good.base_bytes)), files);
    assert_eq!(library.entries().len() + library.problems().len(), 1);
    for entry in library.entries() {
        assert!(info.is_some());
        let loaded = library.load(&entry.into());
        assert_eq!(loaded.is_ok(), target.is_some(), "{:?}", loaded.err());
    }
    base.is_some() || target.is_some()
}

fn reasoned<T>(read: Result<T, ModelFileError>) -> Option<T> {
    read.inspect_err(|error| {
        let reason = error.to_string();
        assert!(
            !reason.is_empty() && reason.len() <= LONGEST_REASON,
            "{reason}"
        );
    })
    .ok()
}

/// In bounds or not, weights that were accepted give numbers.
fn play(base: &Base, target: &Target) {
    let mut state = ChainState::new(base);
    for mode in [Mode::Track, Mode::Follow] {
        let controls = HopControls {
            mode,
            ..HopControls::default()
        };
        for hop in 0..HOPS {
            let input: [f32; HOP_SAMPLES] = std::array::from_fn(|n| {
                let turns = (hop * HOP_SAMPLES + n) as f32 * 220.0 / 48_000.0;
                0.5 * (turns.fract() - 0.5)
            });
            let mut output = [0.0; HOP_SAMPLES];
            base.step(&alone(target), &mut state, &controls, &input, &mut output);
            assert!(output.iter().all(|x| x.is_finite()), "{output:?}");
        }
    }
}
