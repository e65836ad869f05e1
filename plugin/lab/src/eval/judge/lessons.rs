//! What the judge learns from: random melodies on every instrument, most of them with another one's dynamics, slightly
//! coloured and in slight noise, so that it learns timbre and not one recording's microphone and hiss.

use anyhow::Result;
use mynah_cli::notes::{Note, Random};
use mynah_cli::synth::RATE_HZ;

use super::super::contour;
use super::super::instrument::Instrument;
use super::super::player::Player;
use super::super::render;

/// Length of a melody in seconds.
const MELODY_S: f64 = 5.0;
/// Furthest that the two halves of the spectrum are tilted apart, in dB.
const TILT_DB: f64 = 4.0;
/// Where they meet, in Hz.
const TILT_HZ: (f64, f64) = (500.0, 2_500.0);
/// Noise under the level of the melody, in dB.
const NOISE_DB: (f64, f64) = (-80.0, -50.0);

/// A seeded random melody on `instrument`, if `lent` with the dynamics that one of `others` plays it with.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn rendering(
    instrument: &Instrument,
    others: &[&Instrument],
    lent: bool,
    seed: u64,
) -> Result<Vec<f32>> {
    let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9));
    let take = random.next_u64() as usize % 64;
    let playable = render::common_notes(&[Player::Recorded(instrument)]);
    let mut notes = melody(&playable, &mut random);
    let lender = others
        .get(random.next_u64() as usize % others.len().max(1))
        .filter(|_| lent);
    let Some(lender) = lender else {
        render::fit_lengths(&mut notes, &[Player::Recorded(instrument)], take)?;
        return render::perform(&notes, instrument, take);
    };
    // The same rhythm and velocities at the nearest notes it has.
    let theirs = render::common_notes(&[Player::Recorded(lender)]);
    let nearest = |midi: i32| theirs.iter().copied().min_by_key(|m| (m - midi).abs());
    let mut lent = notes.clone();
    for (note, other) in notes.iter_mut().zip(&mut lent) {
        other.midi = nearest(note.midi).unwrap_or(note.midi);
        for (player, part) in [(instrument, *note), (*lender, *other)] {
            let longest_s = render::longest_s(&part, player, take)?;
            note.seconds = note.seconds.min(longest_s);
        }
        other.seconds = note.seconds;
    }
    Ok(contour::matched(
        &render::perform(&lent, lender, take)?,
        &render::perform(&notes, instrument, take)?,
    ))
}

/// A random walk over `playable`, some notes legato, some apart.
fn melody(playable: &[i32], random: &mut Random) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut now_s = 0.1;
    let mut index = random.next_u64() as usize % playable.len().max(1);
    while now_s < MELODY_S && !playable.is_empty() {
        let jump = if random.unit() < 0.15 { 40.0 } else { 7.0 };
        let step = (random.bipolar() * jump).round() as isize;
        index = index.saturating_add_signed(step).min(playable.len() - 1);
        let seconds = 0.12 * (10.0 * random.unit() * random.unit()).exp2().min(16.0);
        notes.push(Note {
            start_s: now_s,
            seconds,
            midi: playable[index],
            velocity: (40.0 + 80.0 * random.unit()) as u8,
        });
        now_s += seconds;
        if random.unit() < 0.25 {
            now_s += 0.05 + 0.3 * random.unit();
        }
    }
    notes
}

/// `signal` with a random tilt of its spectrum and a random floor of noise.
pub(crate) fn coloured(signal: &[f32], seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed.wrapping_mul(0x517c_c1b7));
    let between = |random: &mut Random, (low, high): (f64, f64)| low + (high - low) * random.unit();
    let gain = |db: f64| 10f64.powf(db / 20.0);
    let tilt_db = TILT_DB * random.bipolar();
    let (low_gain, high_gain) = (gain(tilt_db / 2.0), gain(-tilt_db / 2.0));
    let pole = (-std::f64::consts::TAU * between(&mut random, TILT_HZ) / RATE_HZ).exp();
    let power =
        signal.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / signal.len().max(1) as f64;
    // Even noise in -1..1 has a third of a sine's power twice over: its RMS is 1 / sqrt(3).
    let noise = gain(between(&mut random, NOISE_DB)) * (3.0 * power).sqrt();
    let mut low = 0.0;
    signal
        .iter()
        .map(|x| {
            let x = f64::from(*x);
            low = x + pole * (low - x);
            (low_gain * low + high_gain * (x - low) + noise * random.bipolar()) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn melodies_use_the_notes_there_are() {
        let playable = [48, 49, 50, 70];
        for seed in 0..20 {
            let notes = melody(&playable, &mut Random::new(seed));
            assert!(notes.len() >= 2);
            assert!(notes.iter().all(|n| playable.contains(&n.midi)));
            let apart = |w: &[Note]| w[0].end_s() <= w[1].start_s + 1e-9;
            assert!(notes.windows(2).all(apart));
        }
        assert!(melody(&[], &mut Random::new(5)).is_empty());
    }

    #[test]
    fn colour_is_mild_and_seeded() {
        let tone: Vec<f32> = (0..4_800).map(|i| (i as f32 * 0.1).sin()).collect();
        let other = coloured(&tone, 3);
        assert_eq!(other, coloured(&tone, 3));
        assert_ne!(other, coloured(&tone, 4));
        let power = |s: &[f32]| s.iter().map(|x| x * x).sum::<f32>();
        let ratio = power(&other) / power(&tone);
        assert!((0.4..2.5).contains(&ratio), "{ratio}");
    }
}
