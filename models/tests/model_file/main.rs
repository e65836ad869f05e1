//! A model file that is not exactly right is refused, and the error says what was found.
#![allow(clippy::unwrap_used)]

mod bounds;
mod checksum;
mod memory;
mod metadata;
mod tensors;

use std::collections::BTreeMap;

use mynah_models::architecture::{Architecture, MAX_PARAMETERS};
use mynah_models::file::Tensors;
use mynah_models::file::{
    FORMAT_VERSION, MAX_FILE_BYTES, MAX_HEADER_BYTES, OLDEST_FORMAT_VERSION, write,
};
use mynah_models::testing::{
    metadata, random_base, random_base_with, random_target, random_tensors,
};
use mynah_models::{
    Base, ChainState, HOP_SAMPLES, HopControls, ModelFileError, ModelHash, ModelInfo, ModelKind,
    Target, alone,
};
use proptest::prelude::*;

/// A small architecture, so that tests are quick.
fn small() -> Architecture {
    Architecture {
        encoder_channels: 8,
        encoder_dilations: vec![1, 2],
        latent_channels: 3,
        translator_channels: 10,
        translator_dilations: vec![1],
        pitch_bumps: 4,
        generator_channels: 5,
        generator_dilations: vec![1, 3],
        onset_channels: 3,
        onset_dilations: vec![1, 2],
    }
}

fn small_base() -> Vec<u8> {
    random_base_with(&small(), 1)
}

fn tensors() -> Tensors {
    random_tensors(&small().base_tensors(), 1)
}

fn base_metadata() -> BTreeMap<String, String> {
    metadata(ModelKind::Base, &small(), None)
}

fn base_error(bytes: &[u8]) -> ModelFileError {
    Base::from_bytes(bytes).err().expect("must be refused")
}

fn target_error(bytes: &[u8], base: &Base) -> ModelFileError {
    Target::from_bytes(bytes, base)
        .err()
        .expect("must be refused")
}

/// A base with one metadata value changed or, for `None`, left out.
fn with_metadata(key: &str, value: Option<&str>) -> Vec<u8> {
    let mut metadata = base_metadata();
    match value {
        Some(value) => metadata.insert(key.to_owned(), value.to_owned()),
        None => metadata.remove(key),
    };
    write(&tensors(), &metadata)
}

fn with_architecture(architecture: &Architecture) -> Vec<u8> {
    write(
        &Tensors::default(),
        &metadata(ModelKind::Base, architecture, None),
    )
}

/// A file with this text as its header and no tensors' bytes.
fn with_header(json: &str) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat()
}
