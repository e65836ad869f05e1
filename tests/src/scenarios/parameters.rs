//! The list of parameters, and what they say of themselves.

use super::{ids, slot_value};
use crate::host::{Host, targets};

/// All parameters are there, in order, with the ids, defaults and steps that sessions rely on.
pub fn parameters_are_stable<H: Host>() {
    let found = H::new().parameters();
    let expected = [
        ("Target", 0.0, 64),
        ("Mode", 0.0, 1),
        ("Octave", 0.5, 4),
        ("Input gain", 0.5, 0),
        ("Drive", 1.0, 0),
        ("Mix", 1.0, 0),
        ("Output gain", 0.5, 0),
        ("Bypass", 0.0, 1),
        ("Quality", 1.0, 1),
    ];
    assert_eq!(found.len(), expected.len());
    for ((found, id), (name, default, steps)) in found.iter().zip(ids::ALL).zip(expected) {
        assert_eq!(found.id, id, "{name}");
        assert_eq!(found.name, name);
        assert!(
            (found.default - default).abs() < 1e-6,
            "{name}: {}",
            found.default
        );
        assert_eq!(found.steps, steps, "{name}");
        assert_eq!(found.is_bypass, name == "Bypass", "{name}");
    }
}

/// The numbers themselves, so that nobody changes how they are made.
pub fn ids_are_the_published_ones() {
    assert_eq!(
        ids::ALL,
        [
            1_266_577_809, // target
            3_357_091,     // mode
            1_125_333_424, // octave
            1_386_281_684, // input_gain
            95_852_938,    // drive
            108_124,       // mix
            1_322_673_149, // output_gain
            773_352_680,   // bypass
            651_215_103,   // quality
        ]
    );
}

/// Values are shown the way a musician writes them.
pub fn values_have_words<H: Host>() {
    let mut host = H::new();
    for (slot, entry) in targets().iter().enumerate() {
        let text = host.text(ids::TARGET, slot_value(slot));
        assert_eq!(text, entry.info().display_name);
    }
    for (id, value, part) in [
        (ids::MODE, 0.0, "Track"),
        (ids::MODE, 1.0, "Follow"),
        (ids::QUALITY, 0.0, "Eco"),
        (ids::QUALITY, 1.0, "Full"),
        (ids::OCTAVE, 0.0, "-2"),
        (ids::OCTAVE, 1.0, "+2"),
        (ids::INPUT_GAIN, 0.625, "+6.0"),
        (ids::OUTPUT_GAIN, 0.0, "-24.0"),
        (ids::MIX, 0.5, "50"),
        (ids::TARGET, 1.0, "No target"),
    ] {
        let text = host.text(id, value);
        assert!(text.contains(part), "{text} does not contain {part}");
    }
}
