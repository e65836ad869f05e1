//! The plugin's parameters. Their `#[id]`s, ranges and meanings are a promise to saved sessions.

use std::sync::{Arc, Mutex};

use mynah_engine::{Controls, Quality};
use mynah_models::Mode;
use nice_plug::prelude::*;

use crate::state::{EditorSize, SavedTarget, SelectedTarget};
use crate::targets::catalogue;

/// How many targets the target parameter can name. Fixed, so that automation written against it
/// keeps its meaning when models are added.
pub const TARGET_SLOTS: usize = 64;

/// The value of the target parameter that stands for a model the state names but this machine does
/// not have. The dry signal passes.
pub const MISSING_SLOT: i32 = TARGET_SLOTS as i32;

/// Where the excitation of the new sound comes from.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModeChoice {
    /// The pitch is tracked and the target plays it: one note at a time.
    #[id = "track"]
    Track,
    /// The input itself is reshaped: chords pass.
    #[id = "follow"]
    Follow,
}

/// What the sound may cost.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum QualityChoice {
    /// Without the generator.
    #[id = "eco"]
    Eco,
    /// Everything.
    #[id = "full"]
    Full,
}

/// The target parameter, apart from the others so that the saved reference can read it.
#[derive(Params)]
pub struct TargetParams {
    /// Index into [`catalogue`], 0..=[`MISSING_SLOT`].
    #[id = "target"]
    pub index: IntParam,
}

impl TargetParams {
    fn new(kept: Arc<Mutex<SavedTarget>>) -> Self {
        let range = IntRange::Linear {
            min: 0,
            max: MISSING_SLOT,
        };
        Self {
            index: IntParam::new("Target", 0, range)
                .with_value_to_string(Arc::new(move |slot| slot_name(slot, &kept)))
                .with_string_to_value(Arc::new(|text| {
                    catalogue().find_name(text).or_else(|| text.parse().ok())
                })),
        }
    }

    /// The chosen slot as the audio thread hears it, modulation included.
    pub fn slot(&self) -> i32 {
        self.index.value()
    }
}

/// What hosts and the editor call a value of the target parameter.
fn slot_name(slot: i32, kept: &Mutex<SavedTarget>) -> String {
    if let Some(entry) = catalogue().entry(slot) {
        return entry.info().display_name.clone();
    }
    if slot < MISSING_SLOT {
        return format!("Empty {}", slot + 1);
    }
    let kept = crate::state::lock(kept);
    if kept.name.is_empty() {
        "No target".to_owned()
    } else {
        format!("Missing: {}", kept.name)
    }
}

/// Everything that is automated or saved.
#[derive(Params)]
pub struct MynahParams {
    /// Which instrument to become.
    #[nested]
    pub target: Arc<TargetParams>,
    /// Track or follow.
    #[id = "mode"]
    pub mode: EnumParam<ModeChoice>,
    /// Octaves up or down, -2..=2.
    #[id = "octave"]
    pub octave: IntParam,
    /// Gain before the translation, dB.
    #[id = "input_gain"]
    pub input_gain_db: FloatParam,
    /// How much the generator adds to the prior, 0..=1.
    #[id = "drive"]
    pub drive: FloatParam,
    /// Dry (0) to translated (1).
    #[id = "mix"]
    pub mix: FloatParam,
    /// Gain after the mix, dB.
    #[id = "output_gain"]
    pub output_gain_db: FloatParam,
    /// Passes the delayed dry signal.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// Eco or full.
    #[id = "quality"]
    pub quality: EnumParam<QualityChoice>,

    /// The chosen model by name and content; decides over the index when a state is loaded.
    #[persist = "target"]
    pub saved_target: SelectedTarget,
    /// The editor's size when it was last open.
    #[persist = "editor"]
    pub editor_size: EditorSize,
}

impl Default for MynahParams {
    fn default() -> Self {
        let defaults = Controls::default();
        let kept = Arc::new(Mutex::new(SavedTarget::default()));
        let target = Arc::new(TargetParams::new(kept.clone()));
        Self {
            mode: EnumParam::new("Mode", ModeChoice::Track),
            octave: IntParam::new(
                "Octave",
                defaults.octave,
                IntRange::Linear { min: -2, max: 2 },
            )
            .with_value_to_string(Arc::new(octave_text))
            .with_string_to_value(Arc::new(|text| {
                let number = text.trim().trim_end_matches("oct").trim();
                number.replace('\u{2212}', "-").parse().ok()
            })),
            input_gain_db: gain("Input gain", defaults.input_gain_db),
            drive: share("Drive", defaults.drive),
            mix: share("Mix", defaults.mix),
            output_gain_db: gain("Output gain", defaults.output_gain_db),
            bypass: BoolParam::new("Bypass", defaults.bypass).make_bypass(),
            quality: EnumParam::new("Quality", QualityChoice::Full),
            saved_target: SelectedTarget::new(target.clone(), kept),
            target,
            editor_size: EditorSize::default(),
        }
    }
}

impl MynahParams {
    /// The engine's controls at this moment, kept within their ranges whatever a state contained.
    /// Audio thread.
    pub fn controls(&self) -> Controls {
        Controls {
            mode: match self.mode.value() {
                ModeChoice::Track => Mode::Track,
                ModeChoice::Follow => Mode::Follow,
            },
            octave: self.octave.value().clamp(-2, 2),
            mix: finite(self.mix.value(), 0.0, 1.0, 1.0),
            input_gain_db: finite(self.input_gain_db.value(), -24.0, 24.0, 0.0),
            output_gain_db: finite(self.output_gain_db.value(), -24.0, 24.0, 0.0),
            bypass: self.bypass.value(),
            drive: finite(self.drive.value(), 0.0, 1.0, 1.0),
            quality: match self.quality.value() {
                QualityChoice::Eco => Quality::Eco,
                QualityChoice::Full => Quality::Full,
            },
        }
    }
}

/// `value` within `min..=max`, or `otherwise` when it is not a number.
fn finite(value: f32, min: f32, max: f32, otherwise: f32) -> f32 {
    if value.is_nan() {
        otherwise
    } else {
        value.clamp(min, max)
    }
}

/// A parameter in decibels, -24..=24.
fn gain(name: &str, default_db: f32) -> FloatParam {
    let range = FloatRange::Linear {
        min: -24.0,
        max: 24.0,
    };
    FloatParam::new(name, default_db, range)
        .with_unit(" dB")
        .with_value_to_string(Arc::new(|gain_db| {
            // The sum turns -0.0 into 0.0, which would be written with a sign.
            let rounded_db = (gain_db * 10.0).round() / 10.0 + 0.0;
            if rounded_db > 0.0 {
                format!("+{rounded_db:.1}")
            } else {
                format!("{rounded_db:.1}")
            }
        }))
        .with_string_to_value(Arc::new(|text| {
            let text = text.trim().trim_start_matches('+');
            let number = text.trim_end_matches(['d', 'B', 'D', 'b']).trim();
            number
                .parse()
                .ok()
                .filter(|gain_db: &f32| gain_db.is_finite())
        }))
}

/// A parameter from 0 to 1 that is shown in percent.
fn share(name: &str, default: f32) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min: 0.0, max: 1.0 })
        .with_unit(" %")
        .with_value_to_string(Arc::new(|share| format!("{:.0}", share * 100.0)))
        .with_string_to_value(Arc::new(|text| {
            let number: f32 = text.trim().trim_end_matches('%').trim().parse().ok()?;
            number.is_finite().then_some(number / 100.0)
        }))
}

fn octave_text(octave: i32) -> String {
    if octave > 0 {
        format!("+{octave}")
    } else {
        format!("{octave}")
    }
}
