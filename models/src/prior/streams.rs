//! The whole prior: a tonal and a noise stream from the input, its features and two envelopes.
//!
//! Thread: [`Prior`] is shared; a [`PriorState`] belongs to one stream.

use super::excess::Excess;
use super::{
    Details, FILTER_TAPS, FilterDesign, FilterDesignState, Fir, FirState, HarmonicFrame, Harmonics,
    HarmonicsState, NO_DETAILS, Noise, NoiseState, Shifter, ShifterState, TextureBlock,
    TextureState, Whitened, WhitenedState,
};
use crate::envelope::Envelope;
use crate::features::FeatureFrame;
use crate::rates::HOP_SAMPLES;

/// What the prior is to be at a frame.
#[derive(Clone, Copy, Debug)]
pub struct PriorFrame<'a> {
    /// The input at the frame.
    pub features: &'a FeatureFrame,
    /// Envelope of the tonal stream, relative to the input's loudness.
    pub harmonic: &'a Envelope,
    /// What is added to it for the first harmonics.
    pub details: &'a Details,
    /// Whether the harmonics have both signs.
    pub spread: bool,
    /// How far the partials are stretched.
    pub stretch: f32,
    /// A new tone begins here; so much of the one that sounded, 0 to 1, rings on beside it, at its own pitch, until its string
    /// is damped.
    pub rings: Option<f32>,
    /// Envelope of the noise stream, relative to the input's loudness.
    pub noise: &'a Envelope,
    /// Recorded noise, if there is some.
    pub texture: Option<&'a TextureBlock>,
    /// Whether the tonal stream is made of the whitened input (*follow*) or of harmonics of the
    /// pitch (*track*). From one frame to the next one fades out while the other fades in.
    pub follow: bool,
    /// Pitch of the harmonics, Hz.
    pub f0_hz: f32,
    /// Share of the harmonics, 0 to 1.
    pub voicing: f32,
    /// Natural log of the loudness to play with.
    pub log_loudness: f32,
}

/// Most that *follow* raises what it hears, natural log: 24 dB. What is not there cannot be made louder, only its noise.
const MAX_FOLLOW_RISE_LOG: f32 = 2.763;

/// How far apart in the endless noise the voices of an ensemble begin: three hours.
const VOICES_APART_SAMPLES: u32 = 1 << 29;

/// What rings on falls by this every frame, natural log: 225 dB a second, as a damper has it.
const DAMPING_LOG: f32 = 0.138;

impl<'a> PriorFrame<'a> {
    /// What is heard, played as it is, at so many times its pitch; the envelopes are the harmonic and the noise one.
    pub fn as_heard(
        features: &'a FeatureFrame,
        [harmonic, noise]: [&'a Envelope; 2],
        follow: bool,
        pitch_ratio: f32,
    ) -> Self {
        Self {
            features,
            harmonic,
            details: &NO_DETAILS,
            spread: false,
            stretch: 0.0,
            rings: None,
            noise,
            texture: None,
            follow,
            f0_hz: features.pitch.f0_hz * pitch_ratio,
            voicing: features.pitch.voicing,
            log_loudness: features.log_loudness,
        }
    }
}

/// The tables of all parts.
pub struct Prior {
    harmonics: Harmonics,
    whitened: Whitened,
    shifter: Shifter,
    noise: Noise,
    design: FilterDesign,
    fir: Fir,
}

/// The state of all parts.
#[derive(Clone, Debug)]
pub struct PriorState {
    harmonics: HarmonicsState,
    /// The tone before, while its string is being damped.
    ringing: HarmonicsState,
    whitened: WhitenedState,
    shifter: ShifterState,
    noise: NoiseState,
    /// Where it begins.
    first_noise: NoiseState,
    texture: TextureState,
    /// A block in which nothing is recorded.
    white: TextureBlock,
    design: FilterDesignState,
    tonal_fir: FirState,
    noise_fir: FirState,
    excess: Excess,
    taps: [f32; FILTER_TAPS],
    residual: [f32; HOP_SAMPLES],
    excitation: [f32; HOP_SAMPLES],
}

impl Default for Prior {
    fn default() -> Self {
        Self::new()
    }
}

impl Prior {
    /// Computes the tables.
    pub fn new() -> Self {
        Self {
            harmonics: Harmonics::new(),
            whitened: Whitened::new(),
            shifter: Shifter::new(),
            noise: Noise::new(0),
            design: FilterDesign::new(),
            fir: Fir::new(FILTER_TAPS),
        }
    }

    /// Starts a block that ends at `frame`.
    pub fn begin_frame(&self, state: &mut PriorState, frame: &PriorFrame) {
        let features = frame.features;
        let error_filter = &features.error_filter;
        // Where nothing sounds any more, what still rings goes on.
        if let Some(share) = frame.rings.filter(|_| !state.harmonics.is_silent()) {
            core::mem::swap(&mut state.harmonics, &mut state.ringing);
            state.harmonics.reset();
            state.ringing.scale(share);
        }
        if !state.ringing.is_silent() {
            self.harmonics.ring_on(&mut state.ringing, DAMPING_LOG);
        }
        self.harmonics.begin_frame(
            &mut state.harmonics,
            &HarmonicFrame {
                envelope: frame.harmonic,
                details: frame.details,
                spread: frame.spread,
                stretch: frame.stretch,
                f0_hz: frame.f0_hz,
                voicing: if frame.follow { 0.0 } else { frame.voicing },
                log_loudness: frame.log_loudness,
            },
        );
        match frame.texture {
            Some(block) => state.texture.begin_frame(block),
            None => state.texture.begin_frame(&state.white),
        }
        self.whitened.begin_frame(&mut state.whitened, error_filter);
        if frame.follow {
            // Both have the ripple of the window, and the residual has it as sound already.
            let change = frame.log_loudness - features.log_loudness;
            let log_gain =
                features.log_level - error_filter.log_amplitude + change.min(MAX_FOLLOW_RISE_LOG);
            self.design
                .step(&mut state.design, frame.harmonic, log_gain, &mut state.taps);
            self.fir.begin_frame(&mut state.tonal_fir, &state.taps);
            let predicted = error_filter.log_amplitude.exp();
            state.excess.begin_frame(&state.taps, predicted);
        } else {
            self.fir.begin_frame(&mut state.tonal_fir, &[]);
            state.excess.begin_frame(&[], 0.0);
        }
        self.design.step(
            &mut state.design,
            frame.noise,
            frame.log_loudness,
            &mut state.taps,
        );
        self.fir.begin_frame(&mut state.noise_fir, &state.taps);
    }

    /// Makes a hop of both streams from the same hop of the input, without delay at a `pitch_ratio`
    /// of 1 (see [`Shifter`] for others, in *follow*). Silence before the first frame.
    pub fn step(
        &self,
        state: &mut PriorState,
        pitch_ratio: f32,
        input: &[f32; HOP_SAMPLES],
        tonal: &mut [f32; HOP_SAMPLES],
        noisy: &mut [f32; HOP_SAMPLES],
    ) {
        // The whitened input is made in both modes, so that *follow* has its past at hand when it
        // comes in.
        self.whitened
            .step(&mut state.whitened, input, &mut state.residual);
        self.shifter.step(
            &mut state.shifter,
            pitch_ratio,
            &state.residual,
            &mut state.excitation,
        );
        self.fir
            .step(&mut state.tonal_fir, &state.excitation, tonal);
        state.excess.step(tonal);
        self.sound(state, tonal, noisy);
    }

    /// The same without an input, for frames none of which is *follow*.
    pub fn step_without_input(
        &self,
        state: &mut PriorState,
        tonal: &mut [f32; HOP_SAMPLES],
        noisy: &mut [f32; HOP_SAMPLES],
    ) {
        tonal.fill(0.0);
        self.sound(state, tonal, noisy);
    }

    /// Adds the harmonics to one stream and makes the other of noise.
    fn sound(
        &self,
        state: &mut PriorState,
        tonal: &mut [f32; HOP_SAMPLES],
        noisy: &mut [f32; HOP_SAMPLES],
    ) {
        self.harmonics
            .step(&mut state.harmonics, &mut state.residual);
        for (tonal, harmonic) in tonal.iter_mut().zip(&state.residual) {
            *tonal += harmonic;
        }
        if !state.ringing.is_silent() {
            self.harmonics.step(&mut state.ringing, &mut state.residual);
            for (tonal, ringing) in tonal.iter_mut().zip(&state.residual) {
                *tonal += ringing;
            }
        }
        self.noise.step(&mut state.noise, &mut state.excitation);
        state.texture.step(&mut state.excitation);
        self.fir
            .step(&mut state.noise_fir, &state.excitation, noisy);
    }
}

impl PriorState {
    /// The state before the first sample.
    pub fn new(prior: &Prior) -> Self {
        Self {
            harmonics: HarmonicsState::new(),
            ringing: HarmonicsState::new(),
            whitened: WhitenedState::new(&prior.whitened),
            shifter: ShifterState::new(&prior.shifter),
            noise: NoiseState::default(),
            first_noise: NoiseState::default(),
            texture: TextureState::default(),
            white: TextureBlock::default(),
            design: FilterDesignState::new(&prior.design),
            tonal_fir: FirState::new(&prior.fir),
            noise_fir: FirState::new(&prior.fir),
            excess: Excess::default(),
            taps: [0.0; FILTER_TAPS],
            residual: [0.0; HOP_SAMPLES],
            excitation: [0.0; HOP_SAMPLES],
        }
    }

    /// The same, of one of several voices that sound together, from 0: each has noise of its own.
    pub fn of_voice(prior: &Prior, voice: usize) -> Self {
        let first_noise = NoiseState::at(voice as u32 * VOICES_APART_SAMPLES);
        Self {
            noise: first_noise,
            first_noise,
            ..Self::new(prior)
        }
    }

    /// Nothing sounds any more, and the noise goes on from where it is.
    pub fn silence(&mut self) {
        let noise = self.noise;
        self.reset();
        self.noise = noise;
    }

    /// Back to the state before the first sample.
    pub fn reset(&mut self) {
        self.harmonics.reset();
        self.ringing.reset();
        self.whitened.reset();
        self.shifter.reset();
        self.noise = self.first_noise;
        self.texture.reset();
        self.excess = Excess::default();
        self.tonal_fir.reset();
        self.noise_fir.reset();
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.harmonics.copy_from(&other.harmonics);
        self.ringing.copy_from(&other.ringing);
        self.whitened.copy_from(&other.whitened);
        self.shifter.copy_from(&other.shifter);
        self.noise = other.noise;
        self.first_noise = other.first_noise;
        self.texture.copy_from(&other.texture);
        self.excess.clone_from(&other.excess);
        self.tonal_fir.copy_from(&other.tonal_fir);
        self.noise_fir.copy_from(&other.noise_fir);
    }
}
