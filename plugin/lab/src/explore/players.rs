//! Players of known taste, who rate by what they hear and what is set.

use mynah_engine::{Chance, Preset};
use mynah_models::features::{Features, FeaturesState, mel_band_hz};
use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};

/// A setting, and what a player hears of its sound.
#[derive(Clone)]
pub(super) struct Listened {
    /// Middle of the spectrum, octaves above 1 kHz.
    brightness: f32,
    /// How far the upper bands lie below the whole, nepers: more is purer.
    purity: f32,
    /// How fast the level rises, on average, dB a second.
    quickness: f32,
    /// How steady the level is: its deviation, dB.
    movement: f32,
    /// Share of the morph that struck, bowed and blown targets have.
    families: [f32; 3],
    /// Length of the release, ms, and how large the room is, 0 to 1.
    release_ms: f32,
    room: f32,
}

/// Targets by how they are played: the rest are blown.
const STRUCK: [&str; 2] = ["guitar", "piano"];
const BOWED: [&str; 2] = ["cello", "violin"];
/// Level of what is not heard, dB.
const SILENT_DB: f32 = -60.0;

impl Listened {
    /// Listens: plain measures, not those that the networks see.
    pub(super) fn to(preset: &Preset, sound: &[f32]) -> Self {
        let (brightness, purity) = colour(sound);
        let (quickness, movement) = levels(sound);
        let mut families = [0.0; 3];
        let weights = preset.controls.morph_weights();
        for (target, weight) in preset.targets.iter().zip(weights) {
            let name = target.as_ref().map_or("", |target| target.name.as_str());
            let family = match name {
                name if STRUCK.contains(&name) => 0,
                name if BOWED.contains(&name) => 1,
                _ => 2,
            };
            families[family] += weight;
        }
        Self {
            brightness,
            purity,
            quickness,
            movement,
            families,
            release_ms: preset.controls.release_ms,
            room: preset.controls.room,
        }
    }
}

/// How much a player likes something; more is better, in any unit.
type Liking = fn(&Listened) -> f32;

/// A player.
pub(super) struct Taste {
    pub(super) name: &'static str,
    liking: Liking,
}

/// All of them.
pub(super) const TASTES: [Taste; 8] = [
    Taste {
        name: "dark",
        liking: |heard| -heard.brightness,
    },
    Taste {
        name: "bright and quick",
        liking: |heard| heard.brightness + heard.quickness / 60.0,
    },
    Taste {
        name: "breathy",
        liking: |heard| -heard.purity,
    },
    Taste {
        name: "even and long",
        liking: |heard| heard.release_ms / 300.0 - heard.movement / 4.0,
    },
    Taste {
        name: "strings",
        liking: |heard| heard.families[1] + 0.3 * heard.families[0] + 0.1 * heard.room,
    },
    Taste {
        name: "pure winds",
        liking: |heard| heard.families[2] + 0.3 * heard.purity,
    },
    Taste {
        name: "of the middle",
        liking: |heard| -(heard.brightness - 0.2).abs(),
    },
    Taste {
        name: "dark bows, bright winds",
        liking: |heard| heard.brightness * (heard.families[2] - heard.families[1]),
    },
];

impl Taste {
    /// How much it is liked.
    pub(super) fn of(&self, heard: &Listened) -> f32 {
        (self.liking)(heard)
    }
}

/// What a player says who likes what is above `middle` and is of another mind in a tenth of all cases.
pub(super) fn says(liking: f32, middle: f32, chance: &mut Chance) -> bool {
    (liking > middle) != chance.happens(0.1)
}

fn colour(sound: &[f32]) -> (f32, f32) {
    let features = Features::new();
    let mut state = FeaturesState::new(&features);
    let (mut weighted, mut upper, mut whole) = (0.0, 0.0, 0.0);
    for hop in sound.as_chunks::<HOP_SAMPLES>().0 {
        let Some(frame) = features.step(&mut state, hop) else {
            continue;
        };
        for (band, log) in frame.log_mel.iter().enumerate() {
            let (power, hz) = ((2.0 * log).exp(), mel_band_hz(band));
            weighted += power * (hz / 1000.0).log2();
            upper += if hz > 5000.0 { power } else { 0.0 };
            whole += power;
        }
    }
    let whole: f32 = f32::max(whole, f32::MIN_POSITIVE);
    (weighted / whole, -0.5 * (upper / whole).max(1e-9).ln())
}

/// Mean rise, dB a second, and deviation, dB, of the level over 21 ms while it is loud.
fn levels(sound: &[f32]) -> (f32, f32) {
    const STEP: usize = 4 * FRAME_SAMPLES;
    let level = |step: &[f32]| {
        let power = step.iter().map(|x| x * x).sum::<f32>() / STEP as f32;
        10.0 * power.max(1e-12).log10()
    };
    let levels: Vec<f32> = sound.chunks(STEP).map(level).collect();
    let loudest = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let loud: Vec<f32> = levels
        .iter()
        .map(|db| (db - loudest).max(SILENT_DB))
        .collect();
    let count = loud.len().max(1) as f32;
    let rises: f32 = loud
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).max(0.0))
        .sum();
    let mean = loud.iter().sum::<f32>() / count;
    let spread = loud.iter().map(|db| (db - mean).powi(2)).sum::<f32>() / count;
    let seconds = count * STEP as f32 / SAMPLE_RATE_HZ as f32;
    (rises / seconds, spread.sqrt())
}
