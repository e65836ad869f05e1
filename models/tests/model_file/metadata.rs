//! What the file says of itself, its architecture and its base.

use super::*;

#[test]
fn a_good_base_and_target_say_what_they_are() {
    let bytes = random_base(1);
    let base = Base::from_bytes(&bytes).unwrap();
    let info = base.info();
    assert_eq!(*info, ModelInfo::read(&bytes).unwrap());
    assert_eq!(info.format_version, FORMAT_VERSION);
    assert_eq!((info.kind, info.base_hash), (ModelKind::Base, None));
    assert_eq!((info.sample_rate_hz, info.hop_samples), (48_000, 128));
    assert_eq!(info.pitch_range_hz, (55.0, 2200.0));
    assert_eq!(info.hash, ModelHash::of(&bytes));
    assert_eq!(info.hash.to_string().parse(), Ok(info.hash));
    let bytes = random_target(2, &base);
    let target = Target::from_bytes(&bytes, &base).unwrap();
    assert_eq!(
        (target.info().kind, target.info().base_hash),
        (ModelKind::Target, Some(info.hash))
    );
    assert_eq!(target.info().name, "random-target");
}

#[test]
fn every_metadata_key_is_needed() {
    for key in base_metadata().into_keys() {
        match base_error(&with_metadata(&key, None)) {
            ModelFileError::MissingKey { key: found } => assert_eq!(found, key),
            error => panic!("{key}: {error}"),
        }
    }
    let base = Base::from_bytes(&small_base()).unwrap();
    let own = random_tensors(&small().target_tensors(), 2);
    let bytes = write(&own, &metadata(ModelKind::Target, &small(), None));
    assert_eq!(
        target_error(&bytes, &base),
        ModelFileError::MissingKey { key: "base_hash" }
    );
}

#[test]
fn another_version_is_refused() {
    for (text, found) in [("0", 0), ("1", 1), ("4", 4), ("99999999999", u32::MAX)] {
        let error = base_error(&with_metadata("mynah_format_version", Some(text)));
        assert_eq!(
            error,
            ModelFileError::WrongVersion {
                found,
                oldest: OLDEST_FORMAT_VERSION,
                newest: FORMAT_VERSION
            }
        );
    }
}

/// Files of version 2, which know of no onset network.
#[test]
fn a_base_without_an_onset_network_opens_in_either_version() {
    let plain = Architecture {
        onset_channels: 0,
        onset_dilations: Vec::new(),
        ..small()
    };
    let tensors = random_tensors(&plain.base_tensors(), 1);
    for version in [2, 3] {
        let mut metadata = metadata(ModelKind::Base, &plain, None);
        assert!(!metadata["architecture"].contains("onset"));
        metadata.insert("mynah_format_version".to_owned(), version.to_string());
        let base = Base::from_bytes(&write(&tensors, &metadata)).unwrap();
        assert_eq!(base.info().format_version, version);
        let own = random_target(2, &base);
        let target = Target::from_bytes(&own, &base).unwrap();
        let mut state = ChainState::new(&base);
        for _ in 0..8 {
            base.step(
                &alone(&target),
                &mut state,
                &HopControls::default(),
                &[0.3; HOP_SAMPLES],
                &mut [0.0; HOP_SAMPLES],
            );
            assert_eq!(state.telemetry().onset, 0.0);
        }
    }
}

#[test]
fn an_onset_network_needs_version_3_and_both_its_fields() {
    let error = base_error(&with_metadata("mynah_format_version", Some("2")));
    assert!(
        matches!(&error, ModelFileError::BadValue { key: "architecture", reason, .. }
            if reason.contains("version 3")),
        "{error}"
    );
    for field in ["onset_channels", "onset_dilations"] {
        let mut json = serde_json::to_value(small()).unwrap();
        json.as_object_mut().unwrap().remove(field);
        match base_error(&with_metadata("architecture", Some(&json.to_string()))) {
            ModelFileError::ArchitectureOutOfRange {
                field: found,
                value: 0,
                ..
            } => assert_eq!(found, field),
            error => panic!("without {field}: {error}"),
        }
    }
}

#[test]
fn another_rate_hop_or_frame_is_refused() {
    for (key, expected) in [
        ("sample_rate_hz", 48_000),
        ("hop_samples", 128),
        ("frame_samples", 256),
    ] {
        let error = base_error(&with_metadata(key, Some("96")));
        assert_eq!(
            error,
            ModelFileError::WrongTiming {
                key,
                found: 96,
                expected
            }
        );
    }
}

#[test]
fn the_other_kind_is_refused() {
    let base = Base::from_bytes(&small_base()).unwrap();
    let want = ModelFileError::WrongKind {
        found: ModelKind::Target,
        expected: ModelKind::Base,
    };
    assert_eq!(base_error(&random_target(1, &base)), want);
    let want = ModelFileError::WrongKind {
        found: ModelKind::Base,
        expected: ModelKind::Target,
    };
    assert_eq!(target_error(&small_base(), &base), want);
}

#[test]
fn metadata_out_of_range_is_refused_with_its_value() {
    let long = "x".repeat(5000);
    let many = format!("[{}]", vec!["\"a\""; 300].join(","));
    for (key, value) in [
        ("mynah_format_version", "one"),
        ("kind", "generator"),
        ("sample_rate_hz", "-48000"),
        ("name", ""),
        ("name", "Cello"),
        ("name", "../../etc/passwd"),
        ("display_name", "two\nlines"),
        ("display_name", &long),
        ("licence", " "),
        ("pitch_range_hz", "[0, 100]"),
        ("pitch_range_hz", "[200, 100]"),
        ("pitch_range_hz", "[100, 1e9]"),
        ("pitch_range_hz", "[100]"),
        ("pitch_range_hz", "null"),
        ("home_register_midi", "[64, 75.5]"),
        ("home_register_midi", "[-1, 20]"),
        ("home_register_midi", "[120, 132]"),
        ("home_register_midi", "[80, 60]"),
        ("home_register_midi", "[60]"),
        ("home_register_midi", "violin"),
        ("checksum", "0123"),
        ("checksum", &"x".repeat(64)),
        ("credits", "{}"),
        ("credits", r#"["\u0007"]"#),
        ("credits", &many),
        ("architecture", "{}"),
        ("architecture", "[1, 2"),
    ] {
        match base_error(&with_metadata(key, Some(value))) {
            ModelFileError::BadValue {
                key: found,
                value: shown,
                reason,
            } => {
                assert_eq!(found, key);
                let clean: String = value
                    .chars()
                    .map(|c| if c.is_control() { ' ' } else { c })
                    .collect();
                let shown = shown.trim_end_matches('\u{2026}');
                assert!(
                    clean.starts_with(shown) && shown.len() <= 80,
                    "{key}: {shown}"
                );
                assert!(!reason.is_empty());
            }
            error => panic!("{key} = {value:.40}: {error}"),
        }
    }
}

#[test]
fn a_home_register_is_optional() {
    let read = |key: &str, value: &str| ModelInfo::read(&with_metadata(key, Some(value))).unwrap();
    let plain = ModelInfo::read(&small_base()).unwrap();
    assert_eq!(plain.home_register_midi, None);
    // 55 to 2,200 Hz: the middle is 348 Hz, a little below F4.
    let derived = plain.home_register();
    assert!((derived.low - 57.9).abs() < 0.1 && (derived.high - 71.9).abs() < 0.1);
    let violin = read("home_register_midi", "[64, 78]");
    assert_eq!(violin.home_register_midi, Some((64.0, 78.0)));
    let home = violin.home_register();
    assert_eq!((home.low, home.high), (64.0, 78.0));
    assert!((home.lowest - 33.0).abs() < 1e-4, "A1 is 55 Hz");
}

#[test]
fn an_architecture_out_of_bounds_is_refused_before_its_tensors_are_looked_for() {
    type Change = fn(&mut Architecture);
    let cases: [(&str, usize, Change); 10] = [
        ("encoder_channels", 0, |a| a.encoder_channels = 0),
        ("latent_channels", 100_000, |a| a.latent_channels = 100_000),
        ("translator_channels", usize::MAX, |a| {
            a.translator_channels = usize::MAX
        }),
        ("pitch_bumps", 1, |a| a.pitch_bumps = 1),
        ("generator_channels", 513, |a| a.generator_channels = 513),
        ("encoder_dilations", 0, |a| a.encoder_dilations.clear()),
        ("translator_dilations", 17, |a| {
            a.translator_dilations = vec![1; 17]
        }),
        ("onset_channels", 513, |a| a.onset_channels = 513),
        ("onset_dilations", 129, |a| a.onset_dilations[1] = 129),
        ("generator_dilations", 1_000_000, |a| {
            a.generator_dilations[0] = 1_000_000
        }),
    ];
    for (field, value, change) in cases {
        let mut architecture = small();
        change(&mut architecture);
        match base_error(&with_architecture(&architecture)) {
            ModelFileError::ArchitectureOutOfRange {
                field: f, value: v, ..
            } => assert_eq!((f, v), (field, value)),
            error => panic!("{field}: {error}"),
        }
    }
    let architecture = Architecture {
        encoder_channels: 512,
        translator_channels: 512,
        ..small()
    };
    let error = base_error(&with_architecture(&architecture));
    assert!(
        matches!(error, ModelFileError::TooManyParameters { parameters, limit }
            if parameters > MAX_PARAMETERS && limit == MAX_PARAMETERS),
        "{error}"
    );
}

#[test]
fn an_unknown_field_of_the_architecture_is_refused() {
    let mut json = serde_json::to_value(small()).unwrap();
    json["attention_heads"] = 8.into();
    let error = base_error(&with_metadata("architecture", Some(&json.to_string())));
    assert!(
        matches!(
            error,
            ModelFileError::BadValue {
                key: "architecture",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_target_of_another_base_is_refused() {
    let base = Base::from_bytes(&small_base()).unwrap();
    let other = Base::from_bytes(&random_base_with(&small(), 77)).unwrap();
    let error = target_error(&random_target(1, &other), &base);
    let (found, expected) = (other.info().hash, base.info().hash);
    assert_eq!(error, ModelFileError::WrongBase { found, expected });
}

#[test]
fn a_target_of_another_architecture_is_refused() {
    let base = Base::from_bytes(&small_base()).unwrap();
    let other = Architecture {
        pitch_bumps: 5,
        ..small()
    };
    let own = random_tensors(&other.target_tensors(), 1);
    let bytes = write(
        &own,
        &metadata(ModelKind::Target, &other, Some(base.info().hash)),
    );
    let error = target_error(&bytes, &base);
    assert!(
        matches!(&error, ModelFileError::WrongArchitecture { found, .. } if found.contains("\"pitch_bumps\":5")),
        "{error}"
    );
}

#[test]
fn what_earlier_files_asked_of_the_controls_is_ignored() {
    let plain = ModelInfo::read(&small_base()).unwrap();
    for value in ["{}", r#"{"octave": 2, "room": 0.5}"#, "anything"] {
        let mut info = ModelInfo::read(&with_metadata("default_controls", Some(value))).unwrap();
        info.hash = plain.hash;
        assert_eq!(info, plain);
    }
}
