//! The three phrases of `mynah demo`, made by code alone: a sung, a plucked and a bowed one, each a traditional tune,
//! one voice throughout (mode *track* is what every target plays them in).

mod bowed;
mod filters;
mod plucked;
mod sung;

use crate::notes::{Note, phrase_seconds};

/// Rate of everything made here, in Hz.
pub(crate) const RATE_HZ: u32 = 48_000;
/// Root of the mean square that a phrase is brought to, relative to full scale: -21 dB, as a careful player records.
const LEVEL: f64 = 0.09;
/// No sample is beyond this.
const PEAK: f64 = 0.85;
/// Silence before the first note, in seconds.
const LEAD_IN_S: f64 = 0.25;

/// A phrase that somebody might have played.
pub(crate) struct Phrase {
    /// Name in file names.
    pub(crate) name: &'static str,
    /// Name for people.
    pub(crate) title: &'static str,
    /// What it is, in one sentence.
    pub(crate) about: &'static str,
    /// 48 kHz mono, 6 to 10 s, peak at most 0.85.
    pub(crate) sound: Vec<f32>,
}

/// All three, the same to the bit at every call. Takes about a second.
pub(crate) fn all() -> Vec<Phrase> {
    let phrase = |name, title, about, sound: Vec<f64>| Phrase {
        name,
        title,
        about,
        sound: levelled(sound),
    };
    vec![
        phrase(
            "sung",
            "Sung",
            "A voice with vowels and consonants, breath, vibrato and glides, made by synthesis: Scarborough Fair.",
            sung::render(),
        ),
        phrase(
            "plucked",
            "Plucked",
            "A steel string and its pick, made by synthesis: Drunken Sailor.",
            plucked::render(),
        ),
        phrase(
            "bowed",
            "Bowed",
            "A bowed string with slurs, bow noise and vibrato, made by synthesis: Londonderry Air.",
            bowed::render(),
        ),
    ]
}

/// Notes one after the other from (MIDI number, beats, velocity); 0 is a rest.
fn tune(beat_s: f64, steps: impl IntoIterator<Item = (i32, f64, u8)>) -> Vec<Note> {
    let mut start_s = LEAD_IN_S;
    let mut notes = Vec::new();
    for (midi, beats, velocity) in steps {
        let seconds = beats * beat_s;
        if midi > 0 {
            notes.push(Note {
                start_s,
                seconds,
                midi,
                velocity,
            });
        }
        start_s += seconds;
    }
    notes
}

/// Samples of a phrase of these notes that rings on for `tail_s`.
fn samples(notes: &[Note], tail_s: f64) -> usize {
    ((phrase_seconds(notes) + tail_s) * f64::from(RATE_HZ)) as usize
}

/// Amplitude of a note relative to the loudest velocity. Musicians' phrases span less than the whole range.
fn amplitude(velocity: u8) -> f64 {
    10f64.powf((f64::from(velocity) - 127.0) * 0.2 / 20.0)
}

/// The phrase at the common level, its last 50 ms faded out.
fn levelled(sound: Vec<f64>) -> Vec<f32> {
    let power = sound.iter().map(|x| x * x).sum::<f64>() / sound.len().max(1) as f64;
    let peak = sound.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let gain = (LEVEL / power.sqrt().max(1e-9)).min(PEAK / peak.max(1e-9));
    let fade = 0.05 * f64::from(RATE_HZ);
    let last = sound.len();
    let faded = |(i, x): (usize, &f64)| (x * gain * ((last - i) as f64 / fade).min(1.0)) as f32;
    sound.iter().enumerate().map(faded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::midi_to_hz;

    /// Pitch in Hz of the loudest period from 80 to 600 Hz in 4,096 samples from `start`, by autocorrelation.
    fn pitch_hz(sound: &[f32], start: usize) -> f64 {
        let window = &sound[start..start + 4_096];
        let likeness = |lag: usize| {
            let (mut product, mut power) = (0.0f64, 1e-12f64);
            for (a, b) in window.iter().zip(&window[lag..]) {
                product += f64::from(*a) * f64::from(*b);
                power += 0.5 * (f64::from(*a).powi(2) + f64::from(*b).powi(2));
            }
            product / power
        };
        let values: Vec<f64> = (80..600).map(likeness).collect();
        let highest = values.iter().copied().fold(f64::MIN, f64::max);
        // The shortest of the lags that are nearly as good: longer ones are multiples of the period.
        let place = (1..values.len() - 1)
            .find(|i| {
                values[*i] > 0.97 * highest
                    && values[*i] >= values[i - 1]
                    && values[*i] >= values[i + 1]
            })
            .unwrap_or(1);
        let (before, here, after) = (values[place - 1], values[place], values[place + 1]);
        let shift = 0.5 * (before - after) / (before - 2.0 * here + after).min(-1e-12);
        f64::from(RATE_HZ) / (80.0 + place as f64 + shift)
    }

    fn level(sound: &[f32], from_s: f64, to_s: f64) -> f64 {
        let at = |s: f64| ((s * f64::from(RATE_HZ)) as usize).min(sound.len());
        let part = &sound[at(from_s)..at(to_s)];
        (part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / part.len().max(1) as f64).sqrt()
    }

    #[test]
    fn phrases_are_of_a_length_and_level_and_the_same_every_time() {
        let phrases = all();
        for (phrase, again) in phrases.iter().zip(all()) {
            let (name, sound) = (phrase.name, &phrase.sound);
            assert_eq!(sound, &again.sound, "{name}");
            let seconds = sound.len() as f64 / f64::from(RATE_HZ);
            assert!((6.0..=10.0).contains(&seconds), "{name}: {seconds} s");
            let peak = sound.iter().fold(0.0f32, |m, x| m.max(x.abs()));
            assert!(
                f64::from(peak) <= PEAK + 1e-6 && sound.iter().all(|x| x.is_finite()),
                "{name}: {peak}"
            );
            let whole = level(sound, 0.0, seconds);
            assert!((0.05..=LEVEL + 1e-6).contains(&whole), "{name}: {whole}");
            assert!(level(sound, 0.0, 0.1) < 1e-3, "{name} begins at once");
            assert!(
                level(sound, seconds - 0.01, seconds) < 2e-3,
                "{name} is cut off"
            );
        }
    }

    #[test]
    fn every_note_of_a_tune_has_its_pitch() {
        let phrases = all();
        let tunes = [sung::notes(), plucked::notes(), bowed::notes()];
        for (phrase, notes) in phrases.iter().zip(tunes) {
            assert!(notes.len() > 12, "{}", phrase.name);
            for note in notes {
                // Behind the onset, over whole periods of a vibrato as far as the note lasts.
                let places =
                    (0..4).map(|i| note.start_s + note.seconds * (0.35 + 0.08 * f64::from(i)));
                let cents = places.map(|s| {
                    let hz = pitch_hz(&phrase.sound, (s * f64::from(RATE_HZ)) as usize);
                    1200.0 * (hz / midi_to_hz(f64::from(note.midi))).log2()
                });
                let mut cents: Vec<f64> = cents.collect();
                cents.sort_by(f64::total_cmp);
                let median = 0.5 * (cents[1] + cents[2]);
                assert!(
                    median.abs() < 30.0,
                    "{}: {} at {:.2} s is off by {median:.0} cents",
                    phrase.name,
                    note.midi,
                    note.start_s
                );
            }
        }
    }

    #[test]
    fn plucked_notes_begin_at_once_and_fade_while_bowed_ones_swell() {
        let phrases = all();
        let first = |index: usize, notes: Vec<Note>| (phrases[index].sound.as_slice(), notes[0]);
        let (plucked, note) = first(1, plucked::notes());
        let at = |s: f64| level(plucked, note.start_s + s, note.start_s + s + 0.02);
        assert!(at(0.005) > 1.5 * at(note.seconds - 0.03));
        let (bowed, note) = first(2, bowed::notes());
        let at = |s: f64| level(bowed, note.start_s + s, note.start_s + s + 0.02);
        assert!(at(0.12) > 2.0 * at(0.01));
    }

    #[test]
    fn the_voice_has_hisses_between_its_vowels() {
        let phrases = all();
        // Where a consonant hisses, neighbouring samples differ more than they do anywhere in a vowel.
        let roughness = |from_s: f64, to_s: f64| {
            let at = |s: f64| (s * f64::from(RATE_HZ)) as usize;
            let part = &phrases[0].sound[at(from_s)..at(to_s)];
            let steps: f64 = part
                .windows(2)
                .map(|w| f64::from(w[1] - w[0]).powi(2))
                .sum();
            let power: f64 = part.iter().map(|x| f64::from(*x).powi(2)).sum();
            steps / power.max(1e-12)
        };
        let hissed = sung::notes()
            .into_iter()
            .zip(sung::hissed())
            .filter(|(_, hissed)| *hissed)
            .map(|(note, _)| roughness(note.start_s - 0.07, note.start_s - 0.03));
        let hissed: Vec<f64> = hissed.collect();
        assert!(hissed.len() >= 2);
        let vowels = sung::notes()
            .into_iter()
            .map(|note| roughness(note.start_s + 0.12, note.start_s + 0.16))
            .fold(0.0, f64::max);
        assert!(
            hissed.iter().all(|hiss| *hiss > 4.0 * vowels),
            "{hissed:?} beside {vowels}"
        );
    }
}
