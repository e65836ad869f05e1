//! What saved sessions and automation rely on: written down here a second time, so that nobody changes it unawares.

/// A parameter as it was published.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// Name in states.
    pub id: &'static str,
    /// Number in hosts: nice-plug's hash of the name.
    pub number: u32,
    /// Name on screen.
    pub name: &'static str,
    /// Where it stands at first, 0 to 1.
    pub default: f64,
    /// Steps from one end to the other, 0 if it goes smoothly.
    pub steps: u32,
}

const fn row(
    id: &'static str,
    number: u32,
    name: &'static str,
    default: f64,
    steps: u32,
) -> Published {
    Published {
        id,
        number,
        name,
        default,
        steps,
    }
}

/// All parameters, in the plugin's order.
#[rustfmt::skip]
pub const PUBLISHED: [Published; 59] = [
    row("target", 1_266_577_809, "Target", 0.0, 64),
    row("target_b", 1_705_532_724, "Target B", 0.015625, 64),
    row("target_c", 1_705_532_725, "Target C", 0.03125, 64),
    row("target_d", 1_705_532_726, "Target D", 0.046875, 64),
    row("morph_x", 1_240_210_177, "Morph X", 0.0, 0),
    row("morph_y", 1_240_210_178, "Morph Y", 0.0, 0),
    row("performance", 667_095_088, "Performance", 0.5, 0),
    row("player_attack", 142_049_638, "Player attack", 0.5, 0),
    row("player_vibrato", 1_235_240_475, "Player vibrato", 0.5, 0),
    row("player_colour", 194_466_026, "Player colour", 0.5, 0),
    row("unvoiced", 75_513_163, "Unvoiced", 0.0, 3),
    row("octave", 1_125_333_424, "Octave", 0.5, 4),
    row("octave_auto", 650_504_926, "Auto octave", 1.0, 1),
    row("semitones", 1_449_093_779, "Semitones", 0.5, 24),
    row("cents", 94_546_891, "Cents", 0.5, 0),
    row("bend", 3_020_089, "Bend", 0.5, 0),
    row("snap", 3_534_794, "Snap", 0.0, 0),
    row("key", 106_079, "Key", 0.0, 11),
    row("scale", 109_250_890, "Scale", 0.0, 7),
    row("notes", 105_008_833, "Notes", 1.0, 4095),
    row("glide", 98_444_197, "Glide", 0.3419952, 0),
    row("vibrato", 451_310_969, "Vibrato", 0.5, 0),
    row("sensitivity", 564_403_871, "Sensitivity", 0.5, 0),
    row("curve", 95_027_439, "Curve", 0.5, 0),
    row("floor", 97_526_796, "Floor", 0.0, 0),
    row("hysteresis", 662_176_311, "Hysteresis", 0.25, 0),
    row("attack", 740_224_584, "Attack", 0.0, 0),
    row("release", 1_090_594_823, "Release", 0.0, 0),
    row("brightness", 648_162_385, "Brightness", 0.5, 0),
    row("formant", 1_470_039_715, "Formant", 0.5, 0),
    row("breath", 766_560_352, "Breath", 0.5, 0),
    row("air", 96_586, "Air", 0.5, 0),
    row("drive", 95_852_938, "Drive", 1.0, 0),
    row("timbre_x", 68_237_110, "Timbre X", 0.5, 0),
    row("timbre_y", 68_237_111, "Timbre Y", 0.5, 0),
    row("timbre_brightness", 1_913_629_523, "Timbre brightness", 0.5, 0),
    row("timbre_breath", 1_982_470_242, "Timbre breath", 0.5, 0),
    row("timbre_attack", 1_956_134_474, "Timbre attack", 0.5, 0),
    row("timbre_body", 1_331_667_492, "Timbre body", 0.5, 0),
    row("variation", 2_065_539_603, "Variation", 0.0, 0),
    row("variation_rate", 99_858_316, "Rate", 0.3562841, 0),
    row("seed", 3_526_257, "Seed", 0.0, 999),
    row("freeze", 881_080_983, "Freeze", 0.0, 1),
    row("play_on", 1_653_910_218, "Play on", 0.0, 1),
    row("play_on_temperature", 1_214_377_855, "Play on temperature", 0.5747620, 0),
    row("play_on_after", 1_815_827_495, "Play on after", 0.2, 0),
    row("play_on_length", 769_897_979, "Play on length", 0.22580645, 31),
    row("play_on_key", 1_601_897_322, "Play on key", 1.0, 1),
    row("play_on_seed", 266_930_886, "Play on seed", 0.001001001, 999),
    row("room", 3_506_395, "Room", 0.35, 0),
    row("room_size", 1_080_060_133, "Size", 0.3, 0),
    row("mode", 3_357_091, "Mode", 0.0, 3),
    row("input_gain", 1_386_281_684, "Input gain", 0.5, 0),
    row("mix", 108_124, "Mix", 1.0, 0),
    row("output_gain", 1_322_673_149, "Output gain", 0.5, 0),
    row("bypass", 773_352_680, "Bypass", 0.0, 1),
    row("quality", 651_215_103, "Quality", 1.0, 1),
    row("channels", 1_432_626_128, "Channels", 0.0, 1),
    row("midi_out", 501_713_200, "MIDI out", 0.0, 1),
];
