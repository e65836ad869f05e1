//! The project's own sources: a sung line, plucked strings, a bowed-like saw and a whistle, made by code alone,
//! so that `bench` and an evaluation without recordings have something real to work on.

use std::f64::consts::TAU;

use crate::notes::{Note, Random, midi_to_hz, phrase_seconds, velocity_to_db};

/// Rate of everything made here, in Hz.
pub const RATE_HZ: f64 = 48_000.0;

/// What plays the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Harmonics through the formants of an open vowel, with vibrato, breath and legato glides. Monophonic.
    Sung,
    /// Karplus-Strong plucked strings; notes ring on under each other.
    Plucked,
    /// A band-limited saw with a bow-like attack. Monophonic.
    Saw,
    /// Nearly a sine, with breath. Monophonic.
    Whistle,
}

impl Voice {
    /// All of them, in the order of the evaluation's table.
    pub const ALL: [Voice; 4] = [Voice::Sung, Voice::Plucked, Voice::Saw, Voice::Whistle];

    /// Name in tables and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Voice::Sung => "synthetic-sung",
            Voice::Plucked => "synthetic-plucked",
            Voice::Saw => "synthetic-saw",
            Voice::Whistle => "synthetic-whistle",
        }
    }

    /// MIDI numbers that become it.
    pub fn midi_range(self) -> std::ops::RangeInclusive<i32> {
        match self {
            Voice::Sung => 45..=81,
            Voice::Plucked | Voice::Saw => 36..=88,
            Voice::Whistle => 58..=96,
        }
    }
}

/// A melody made of (MIDI number, beats, velocity); 0 is a rest. `detached` is the share of each note that stays silent.
pub fn melody(start_s: f64, beat_s: f64, detached: f64, steps: &[(i32, f64, u8)]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut now_s = start_s;
    for (midi, beats, velocity) in steps {
        let seconds = beats * beat_s;
        if *midi > 0 {
            notes.push(Note {
                start_s: now_s,
                seconds: seconds * (1.0 - detached),
                midi: *midi,
                velocity: *velocity,
            });
        }
        now_s += seconds;
    }
    notes
}

/// The phrase of `mynah bench`: about nine seconds, sung first and then plucked, one voice throughout. 48 kHz mono. It
/// stays as it is, so that figures can be compared.
pub fn bench_phrase() -> Vec<f32> {
    let sung = melody(
        0.25,
        0.42,
        0.0,
        &[
            (57, 1.0, 78),
            (60, 1.0, 84),
            (64, 1.5, 94),
            (62, 0.5, 84),
            (60, 1.0, 80),
            (65, 2.0, 104),
            (64, 1.0, 92),
            (60, 0.5, 80),
            (59, 0.5, 78),
            (57, 2.0, 84),
            (0, 0.5, 0),
        ],
    );
    let pluck_start_s = phrase_seconds(&sung) + 0.25;
    let plucked = melody(
        pluck_start_s,
        0.21,
        0.05,
        &[
            (57, 1.0, 90),
            (64, 1.0, 80),
            (69, 1.0, 88),
            (72, 1.0, 96),
            (71, 1.0, 92),
            (69, 1.0, 84),
            (64, 1.0, 88),
            (60, 1.0, 84),
            (57, 7.0, 96),
        ],
    );
    let mut phrase = render(Voice::Sung, &sung, 1);
    mix_into(&mut phrase, &render(Voice::Plucked, &plucked, 2));
    phrase
}

/// Plays `notes` on `voice`, with half a second of release after the last one. 48 kHz mono, peak below 1.
pub fn render(voice: Voice, notes: &[Note], seed: u64) -> Vec<f32> {
    let frames = ((phrase_seconds(notes) + 0.5) * RATE_HZ) as usize;
    let mut output = vec![0.0; frames];
    match voice {
        Voice::Plucked => {
            for (i, note) in notes.iter().enumerate() {
                pluck(&mut output, note, seed.wrapping_add(i as u64));
            }
        }
        _ => sustained(voice, &mut output, notes, seed),
    }
    let peak = output.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    if peak > 0.95 {
        output.iter_mut().for_each(|x| *x *= 0.95 / peak);
    }
    output
}

/// Adds `other` to `signal`, lengthening it if needed.
pub fn mix_into(signal: &mut Vec<f32>, other: &[f32]) {
    if other.len() > signal.len() {
        signal.resize(other.len(), 0.0);
    }
    for (a, b) in signal.iter_mut().zip(other) {
        *a += b;
    }
}

/// Centre (Hz), width (Hz) and height of the resonances of an open vowel.
const FORMANTS: [(f64, f64, f64); 5] = [
    (700.0, 110.0, 1.0),
    (1_220.0, 130.0, 0.55),
    (2_600.0, 190.0, 0.28),
    (3_300.0, 260.0, 0.2),
    (4_300.0, 400.0, 0.1),
];

/// Amplitude of harmonic `number` of a note at `f0_hz` before the level is set.
fn harmonic_amplitude(voice: Voice, number: usize, f0_hz: f64) -> f64 {
    let tilt = 1.0 / number as f64;
    match voice {
        Voice::Whistle => [1.0, 0.04, 0.02].get(number - 1).copied().unwrap_or(0.0),
        Voice::Sung => {
            let frequency_hz = number as f64 * f0_hz;
            let resonance: f64 = FORMANTS
                .iter()
                .map(|(centre, width, height)| {
                    height / (1.0 + ((frequency_hz - centre) / width).powi(2)).sqrt()
                })
                .sum();
            tilt * (0.05 + resonance)
        }
        Voice::Saw | Voice::Plucked => tilt,
    }
}

/// A monophonic, sustained voice with legato glides where notes touch.
fn sustained(voice: Voice, output: &mut [f32], notes: &[Note], seed: u64) {
    // Fine enough for vibrato and attacks; amplitudes are interpolated inside a step.
    const STEP: usize = 32;
    const MAX_HARMONICS: usize = 80;
    let mut random = Random::new(seed);
    let attack_s = match voice {
        Voice::Sung => 0.045,
        Voice::Saw => 0.03,
        _ => 0.02,
    };
    let (mut phase, mut glide_midi, mut level, mut breath) = (0.0f64, None::<f64>, 0.0f64, 0.0f64);
    let mut amplitudes = [0.0f64; MAX_HARMONICS];
    let mut vibrato_phase = 0.0f64;
    for (block_index, block) in output.chunks_mut(STEP).enumerate() {
        let now_s = (block_index * STEP) as f64 / RATE_HZ;
        let step_s = STEP as f64 / RATE_HZ;
        let current = notes
            .iter()
            .rfind(|n| n.start_s <= now_s && now_s < n.end_s());
        let (target_level, coefficient) = match current {
            Some(note) => (
                10f64.powf(velocity_to_db(note.velocity) / 20.0),
                1.0 - (-step_s / (attack_s / 2.5)).exp(),
            ),
            None => (0.0, 1.0 - (-step_s / 0.03f64).exp()),
        };
        if let Some(note) = current {
            let from = if level < 1e-3 { None } else { glide_midi };
            let midi = f64::from(note.midi);
            glide_midi = Some(from.map_or(midi, |g| {
                g + (midi - g) * (1.0 - (-step_s / 0.012f64).exp())
            }));
        }
        let since_start_s = current.map_or(1.0, |n| now_s - n.start_s);
        let vibrato_cents = match voice {
            Voice::Sung => 28.0 * ((since_start_s - 0.2) / 0.3).clamp(0.0, 1.0),
            Voice::Saw => 12.0 * ((since_start_s - 0.15) / 0.3).clamp(0.0, 1.0),
            _ => 0.0,
        };
        vibrato_phase = (vibrato_phase + TAU * 5.4 * step_s) % TAU;
        let f0_hz =
            midi_to_hz(glide_midi.unwrap_or(60.0) + vibrato_cents * vibrato_phase.sin() / 100.0);
        let harmonics = ((18_000.0 / f0_hz) as usize).clamp(1, MAX_HARMONICS);
        let mut power = 0.0;
        for (h, amplitude) in amplitudes.iter_mut().enumerate() {
            *amplitude = if h < harmonics {
                harmonic_amplitude(voice, h + 1, f0_hz)
            } else {
                0.0
            };
            power += 0.5 * *amplitude * *amplitude;
        }
        let normal = 1.0 / power.sqrt();
        let next_level = level + (target_level - level) * coefficient;
        for (i, sample) in block.iter_mut().enumerate() {
            let gain = level + (next_level - level) * i as f64 / STEP as f64;
            phase = (phase + TAU * f0_hz / RATE_HZ) % TAU;
            // sin(h x) by the Chebyshev recurrence: one sine and one cosine a sample instead of eighty.
            let (mut before, mut now, twice_cosine) = (0.0, phase.sin(), 2.0 * phase.cos());
            let mut sum = 0.0;
            for amplitude in &amplitudes[..harmonics] {
                sum += amplitude * now;
                (before, now) = (now, twice_cosine * now - before);
            }
            breath += 0.35 * (random.bipolar() - breath);
            let breath_level = if voice == Voice::Saw { 0.01 } else { 0.03 };
            *sample += (gain * (sum * normal + breath_level * breath)) as f32;
        }
        level = next_level;
    }
}

/// One plucked string: Karplus-Strong with a fractional delay, damped when the note ends.
fn pluck(output: &mut [f32], note: &Note, seed: u64) {
    let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let f0_hz = midi_to_hz(f64::from(note.midi));
    // The loop filter below delays by half a sample.
    let period = RATE_HZ / f0_hz - 0.5;
    let whole = (period.floor() as usize).max(2);
    let fraction = (period - whole as f64).clamp(0.0, 1.0);
    // A noise burst less itself an eighth of a period ago, as if plucked near the bridge.
    let burst: Vec<f64> = (0..whole).map(|_| random.bipolar()).collect();
    let pick = whole / 8 + 1;
    let mut line: Vec<f64> = (0..whole)
        .map(|i| burst[i] - burst[(i + whole - pick) % whole])
        .collect();
    let mean = line.iter().sum::<f64>() / line.len() as f64;
    let power = line.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / line.len() as f64;
    // Twice the level of a held note, because it falls off at once.
    let gain = 2.0 * 10f64.powf(velocity_to_db(note.velocity) / 20.0) / power.sqrt().max(1e-9);
    line.iter_mut().for_each(|x| *x = (*x - mean) * gain);
    let ring = 10f64.powf(-3.0 / (f0_hz * 3.5));
    let damped = 10f64.powf(-3.0 / (f0_hz * 0.15));
    let start = (note.start_s * RATE_HZ) as usize;
    let release = (note.end_s() * RATE_HZ) as usize;
    let (mut position, mut last, mut read_last) = (0usize, 0.0f64, 0.0f64);
    for (i, sample) in output.iter_mut().enumerate().skip(start) {
        let current = line[position];
        // Linear interpolation between this value and the one read before gives the fraction of the delay.
        let delayed = current + fraction * (read_last - current);
        read_last = current;
        let loss = if i < release { ring } else { damped };
        let filtered = loss * 0.5 * (delayed + last);
        last = delayed;
        line[position] = filtered;
        position = (position + 1) % whole;
        *sample += delayed as f32;
        if i > release && (i - release) as f64 > 0.4 * RATE_HZ {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_sound() {
        let notes = melody(0.1, 0.2, 0.1, &[(60, 1.0, 90), (64, 1.0, 90)]);
        for voice in Voice::ALL {
            assert_eq!(render(voice, &notes, 7), render(voice, &notes, 7));
        }
    }

    #[test]
    fn the_bench_phrase_is_loud_enough_and_does_not_clip() {
        let phrase = bench_phrase();
        let peak = phrase.iter().fold(0.0f32, |m, x| m.max(x.abs()));
        assert!((0.1..1.0).contains(&peak), "peak {peak}");
        assert!((6.0..15.0).contains(&(phrase.len() as f64 / RATE_HZ)));
    }
}
