//! Playing, made by code.

use std::f32::consts::TAU;

use mynah_models::{SAMPLE_RATE_HZ, split_mix_64};

use crate::listen::{Heard, ListenError, ListenOptions, Listener};
use crate::recording::Recording;

pub(super) const RATE: f32 = SAMPLE_RATE_HZ as f32;

/// How notes are played.
#[derive(Clone, Copy)]
pub(super) struct Playing {
    /// They die away by this, dB a second.
    pub(super) falls_db_per_s: f32,
    /// They are released by this, dB a second.
    pub(super) released_db_per_s: f32,
    pub(super) vibrato_semitones: f32,
    pub(super) amplitude: f32,
    /// The highest partial, Hz.
    pub(super) highest_hz: f32,
}

pub(super) const HELD: Playing = Playing {
    falls_db_per_s: 0.0,
    released_db_per_s: 1000.0,
    vibrato_semitones: 0.0,
    amplitude: 0.2,
    highest_hz: 14_000.0,
};

pub(super) const STRUCK: Playing = Playing {
    falls_db_per_s: 15.0,
    ..HELD
};

/// A note: MIDI, where it begins and how long it is, s.
pub(super) type Note = (f32, f32, f32);

pub(super) fn hz(midi: f32) -> f32 {
    440.0 * ((midi - 69.0) / 12.0).exp2()
}

/// Adds a note to `audio`, which must reach that far.
pub(super) fn add(audio: &mut [f32], (midi, begin_s, seconds): Note, playing: &Playing) {
    let begin = (begin_s * RATE) as usize;
    let tail_s = 60.0 / playing.released_db_per_s;
    let count = ((seconds + tail_s) * RATE) as usize;
    let mut phase = 0.0_f32;
    for (n, sample) in audio.iter_mut().skip(begin).take(count).enumerate() {
        let t = n as f32 / RATE;
        let vibrato = playing.vibrato_semitones * (TAU * 5.5 * t).sin() * (t / 0.3).min(1.0);
        let hz = hz(midi + vibrato);
        phase = (phase + hz / RATE).fract();
        let under_db =
            playing.falls_db_per_s * t + playing.released_db_per_s * (t - seconds).max(0.0);
        let gain = playing.amplitude * (t / 0.008).min(1.0) * 10.0_f32.powf(-under_db / 20.0);
        // sin (h + 1) x = 2 cos x sin h x - sin (h - 1) x.
        let turn = TAU * phase;
        let (mut before, mut now, mut wave) = (0.0, turn.sin(), 0.0);
        for h in 1..=(playing.highest_hz / hz) as usize {
            wave += now / h as f32;
            (before, now) = (now, 2.0 * turn.cos() * now - before);
        }
        *sample += gain * wave;
    }
}

/// Notes with noise so far down that nobody hears it.
pub(super) fn play(notes: &[Note], playing: &Playing) -> Vec<f32> {
    let seconds = notes
        .iter()
        .map(|(_, begin, long)| begin + long)
        .fold(0.0, f32::max)
        + 1.5;
    let mut audio = noise(seconds, -90.0);
    for note in notes {
        add(&mut audio, *note, playing);
    }
    audio
}

/// White noise, dBFS.
pub(super) fn noise(seconds: f32, level_db: f32) -> Vec<f32> {
    let amplitude = 3.0_f32.sqrt() * 10.0_f32.powf(level_db / 20.0);
    let mut state = 1;
    let mut sample = || (split_mix_64(&mut state) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0;
    (0..(seconds * RATE) as usize)
        .map(|_| amplitude * sample())
        .collect()
}

/// A number from 0 to 1.
pub(super) fn chance(seed: u64) -> f32 {
    (split_mix_64(&mut seed.wrapping_mul(0x9E37_79B9)) >> 40) as f32 / (1_u64 << 24) as f32
}

/// A melody that wanders between two notes, with a rest now and then.
pub(super) fn melody(seconds: f32, low: i32, high: i32, seed: u64) -> Vec<Note> {
    let (mut begin_s, mut midi, mut notes) = (0.5, (low + high) / 2, Vec::new());
    for n in 0.. {
        if begin_s > seconds {
            break;
        }
        let draw = |part: u64| chance(seed + 7 * n + 1000 * part);
        let step = [-5, -4, -3, -2, 2, 3, 4, 5][(8.0 * draw(1)) as usize];
        let turned = [midi + step, midi - step]
            .into_iter()
            .find(|midi| (low..=high).contains(midi));
        midi = turned.unwrap_or(low);
        let long_s = [0.35, 0.5, 0.7, 0.9][(4.0 * draw(2)) as usize];
        notes.push((midi as f32, begin_s, long_s - 0.06));
        begin_s += long_s + if draw(3) < 0.15 { 1.2 } else { 0.0 };
    }
    notes
}

/// Every note of a range as often as every other, with a rest after eight.
pub(super) fn exercise(count: usize, low: usize, range: usize) -> Vec<Note> {
    let note = |n: usize| {
        let begin_s = 0.5 + 0.62 * n as f32 + 1.2 * (n / 8) as f32;
        ((low + 7 * n % range) as f32, begin_s, 0.56)
    };
    (0..count).map(note).collect()
}

/// Words: voiced for a moment, gliding all the time.
pub(super) fn speech(seconds: f32) -> Vec<f32> {
    let mut audio = noise(seconds, -80.0);
    let (mut phase, mut n) = (0.0_f32, 0);
    while n < audio.len() {
        let syllable = n as u64;
        let count = ((0.12 + 0.12 * chance(syllable)) * RATE) as usize;
        let (from, to) = (
            44.0 + 6.0 * chance(syllable + 1),
            44.0 + 8.0 * chance(syllable + 2) - 6.0,
        );
        for (k, sample) in audio[n..].iter_mut().take(count).enumerate() {
            let way = k as f32 / count as f32;
            phase = (phase + hz(from + (to - from) * way) / RATE).fract();
            let wave: f32 = (1..=20)
                .map(|h| (TAU * (h as f32 * phase).fract()).sin() / h as f32)
                .sum();
            *sample += 0.15 * (TAU / 2.0 * way).sin() * wave;
        }
        n += count + ((0.04 + 0.2 * chance(syllable + 3).powi(3)) * RATE) as usize;
    }
    audio
}

/// Strokes of noise, four a second.
pub(super) fn drums(seconds: f32) -> Vec<f32> {
    let mut audio = noise(seconds, -10.0);
    for (n, sample) in audio.iter_mut().enumerate() {
        let t = (n as f32 / RATE) % 0.25;
        *sample *= 10.0_f32.powf(-t * 250.0 / 20.0);
    }
    audio
}

/// A hum with its multiples.
pub(super) fn add_hum(audio: &mut [f32], mains_hz: f32, amplitude: f32) {
    for (n, sample) in audio.iter_mut().enumerate() {
        let turn = |h: f32| (f64::from(h * mains_hz) * n as f64 / f64::from(RATE)).fract() as f32;
        *sample += amplitude
            * [1.0, 2.0, 3.0, 5.0]
                .map(|h| (TAU * turn(h)).sin() / h)
                .iter()
                .sum::<f32>();
    }
}

pub(super) fn recording(name: &str, audio: Vec<f32>) -> Recording {
    Recording {
        name: name.to_owned(),
        audio,
    }
}

/// Why nothing can be made of a recording.
pub(super) fn refused(audio: Vec<f32>) -> Option<ListenError> {
    listen(&[recording("a.wav", audio)]).err()
}

/// What is heard in recordings.
pub(super) fn listen(recordings: &[Recording]) -> Result<Heard, ListenError> {
    let mut listener = Listener::new(ListenOptions::default());
    for recording in recordings {
        listener.take(recording);
    }
    listener.finish()
}

/// What is heard in one.
pub(super) fn listen_to(audio: Vec<f32>) -> Heard {
    listen(&[recording("a.wav", audio)]).unwrap()
}

pub(super) fn says(heard: &Heard, what: &str) -> bool {
    heard
        .findings
        .sentences()
        .iter()
        .any(|sentence| sentence.contains(what))
}
