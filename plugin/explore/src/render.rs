//! Renders a content with a setting, as the plugin would.

use std::sync::Arc;

use mynah_engine::{Controls, Corners, EngineSpec, KeyByEar, Scale, engine};
use mynah_models::{Base, SAMPLE_RATE_HZ};

use crate::content::{CONTENT_SAMPLES, Content, Played};
use crate::{ExploreError, phrase};

/// Samples that are rendered at once.
const BLOCK_SAMPLES: usize = 4_096;
/// Where a phrase of keys lies without a target.
const MIDDLE_MIDI: f32 = 60.0;

/// What `controls` and `targets` make of a content: one channel at 48 kHz, as long as the content. Bypass, gains and *Play on* do
/// not count. Some 0.2 s.
///
/// # Errors
/// If the engine cannot be made.
pub fn render(
    base: &Arc<Base>,
    targets: Corners,
    controls: &Controls,
    content: &Content,
) -> Result<Vec<f32>, ExploreError> {
    let mut controls = *controls;
    (controls.bypass, controls.play_on) = (false, false);
    (controls.input_gain_db, controls.output_gain_db) = (0.0, 0.0);
    let rate_hz = f64::from(SAMPLE_RATE_HZ);
    let (spec, mut sound, events) = match &content.0 {
        Played::Sound { samples, .. } => (EngineSpec::alone(rate_hz), samples.clone(), Vec::new()),
        Played::Keys => {
            let home = targets.0.iter().flatten().next();
            let home = home.map_or(MIDDLE_MIDI, |target| {
                let home = target.info().home_register();
                (home.low + home.high) / 2.0
            });
            let silence = vec![0.0; CONTENT_SAMPLES];
            (EngineSpec::of_keys(rate_hz), silence, phrase::keys(home))
        }
    };
    let octave = match &content.0 {
        Played::Sound { survey, .. } if controls.octave_auto => {
            Some(survey.octave(&targets, &controls))
        }
        _ => None,
    };
    let (mut engine, _) = engine(spec, Arc::clone(base), targets)?;
    engine.set_controls(&controls);
    engine.set_octave(octave);
    if let Played::Sound { survey, .. } = &content.0
        && controls.scale == Scale::Auto
    {
        engine.set_key(KeyByEar::Known(survey.key().map(|heard| heard.key)));
    }
    let latency = engine.latency_samples() as usize;
    sound.resize(sound.len() + latency, 0.0);
    let mut events = events.into_iter().peekable();
    let mut start = 0;
    while start < sound.len() {
        while let Some((_, event)) = events.next_if(|(at, _)| *at <= start as u64) {
            engine.take_key(&event);
        }
        let due = events.peek().map_or(usize::MAX, |(at, _)| *at as usize);
        let end = (start + BLOCK_SAMPLES).min(due).min(sound.len());
        engine.process(&mut [&mut sound[start..end]]);
        start = end;
    }
    sound.drain(..latency);
    Ok(sound)
}
