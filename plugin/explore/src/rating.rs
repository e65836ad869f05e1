//! One thumb, up or down.

use mynah_engine::Preset;
use serde_json::{Value, json};

use crate::content::Content;
use crate::{ExploreError, SOUND_NUMBERS, Stock, render, sound_numbers};

/// Raised when the numbers that are measured of a sound change their meaning.
const NUMBERS_VERSION: u64 = 1;

/// What was liked or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// Thumb up.
    pub liked: bool,
    /// The setting.
    pub preset: Preset,
    /// What it made of what was played, measured; `None` where that was silence, or measured by another version of Mynah. The
    /// sound itself is not kept.
    pub sound: Option<[f32; SOUND_NUMBERS]>,
}

impl Rating {
    /// Renders a setting's sound and measures it.
    ///
    /// # Errors
    /// If a target is missing, or the engine cannot be made.
    pub fn of(
        liked: bool,
        preset: Preset,
        stock: &Stock,
        content: &Content,
    ) -> Result<Self, ExploreError> {
        let corners = stock.corners(&preset)?;
        let sound = render(stock.base(), corners, &preset.controls, content)?;
        Ok(Self {
            liked,
            preset,
            sound: sound_numbers(&sound),
        })
    }

    /// A line of the file.
    ///
    /// # Errors
    /// If the preset's texts are not valid.
    pub(crate) fn line(&self) -> Result<String, ExploreError> {
        let preset: Value = serde_json::from_str(&self.preset.to_json()?).unwrap_or_default();
        let line = json!({
            "liked": self.liked,
            "numbers_version": NUMBERS_VERSION,
            "sound": self.sound.map(|sound| sound.to_vec()),
            "preset": preset,
        });
        Ok(line.to_string())
    }

    /// Of a line of the file; `None` of what is none.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let preset = Preset::from_json(&value.get("preset")?.to_string()).ok()?;
        let is_known = value.get("numbers_version")?.as_u64() == Some(NUMBERS_VERSION);
        let sound = value.get("sound").filter(|_| is_known).cloned();
        Some(Self {
            liked: value.get("liked")?.as_bool()?,
            preset,
            sound: sound.and_then(numbers),
        })
    }
}

fn numbers(value: Value) -> Option<[f32; SOUND_NUMBERS]> {
    let numbers: Vec<f32> = serde_json::from_value(value).ok()?;
    let finite = numbers.iter().all(|number| number.is_finite());
    numbers.try_into().ok().filter(|_| finite)
}
