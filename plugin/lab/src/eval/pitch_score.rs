//! Whether the output plays the pitch of the source.

use mynah_cli::notes::Note;

use super::pitch;

/// How the pitch of an output follows its source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct PitchScore {
    /// Frames (10 ms) in which the source has a pitch.
    pub(crate) source_voiced: usize,
    /// Of these, frames in which the output has one too.
    pub(crate) both_voiced: usize,
    /// Of these, frames in which the two are within 50 cents.
    pub(crate) within_50_cents: usize,
}

impl PitchScore {
    /// Adds the frames of another excerpt.
    pub(crate) fn add(&mut self, other: PitchScore) {
        self.source_voiced += other.source_voiced;
        self.both_voiced += other.both_voiced;
        self.within_50_cents += other.within_50_cents;
    }
}

/// The frames of `track` whose pitch is that of one of the `notes`.
///
/// Two notes that cross are together periodic at a common divisor of their pitches, which nobody played and nobody
/// hears. A note sounds from 20 ms before its start (a glide begins there) to 80 ms after its end; the glide from
/// one to the next is within their pitches.
pub(crate) fn played_pitches(track: &[Option<f64>], notes: &[Note]) -> Vec<Option<f64>> {
    const BEFORE_S: f64 = 0.02;
    const AFTER_S: f64 = 0.08;
    const TOLERANCE_SEMITONES: f64 = 1.0;
    let frame_s = pitch::HOP_SAMPLES as f64 / 48_000.0;
    let played = |(frame, hz): (usize, &Option<f64>)| {
        let now_s = frame as f64 * frame_s;
        let midi = 69.0 + 12.0 * ((*hz)? / 440.0).log2();
        let sounding = notes
            .iter()
            .filter(|n| n.start_s - BEFORE_S <= now_s && now_s <= n.end_s() + AFTER_S)
            .map(|n| f64::from(n.midi));
        let (lowest, highest) = sounding.fold((f64::MAX, f64::MIN), |(low, high), midi| {
            (low.min(midi), high.max(midi))
        });
        let range = lowest - TOLERANCE_SEMITONES..=highest + TOLERANCE_SEMITONES;
        range.contains(&midi).then_some(*hz)?
    };
    track.iter().enumerate().map(played).collect()
}

/// Compares two tracks of [`pitch::track`] frame by frame.
pub(crate) fn pitch_score(source: &[Option<f64>], output: &[Option<f64>]) -> PitchScore {
    let mut score = PitchScore::default();
    for (s, o) in source.iter().zip(output) {
        let Some(source_hz) = s else { continue };
        score.source_voiced += 1;
        let Some(output_hz) = o else { continue };
        score.both_voiced += 1;
        if (1_200.0 * (output_hz / source_hz).log2()).abs() <= 50.0 {
            score.within_50_cents += 1;
        }
    }
    score
}

/// How far two tracks of [`pitch::track`] are apart where both have a pitch, in cents (without sign).
pub(crate) fn pitch_errors_cents(source: &[Option<f64>], output: &[Option<f64>]) -> Vec<f64> {
    let both = source.iter().zip(output);
    both.filter_map(|(s, o)| Some((1_200.0 * ((*o)? / (*s)?).log2()).abs()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mynah_cli::synth::{Voice, melody, render};

    #[test]
    fn a_signal_has_its_own_pitch() {
        let notes = melody(0.1, 0.4, 0.3, &[(60, 1.0, 60), (64, 1.0, 110)]);
        let track = pitch::track(&render(Voice::Saw, &notes, 1));
        let score = pitch_score(&track, &track);
        assert!(score.source_voiced > 50 && score.within_50_cents == score.source_voiced);
    }

    #[test]
    fn only_what_was_played_counts_and_glides_are_played() {
        let note = |start_s: f64, midi: i32| Note {
            start_s,
            seconds: 0.5,
            midi,
            velocity: 80,
        };
        let notes = [note(0.0, 64), note(0.5, 71)];
        let hz = |midi: f64| Some(mynah_cli::notes::midi_to_hz(midi));
        let mut track = vec![hz(64.3); 100];
        track[50] = hz(68.0);
        track[51] = hz(52.0);
        track[80] = hz(71.0);
        let played = played_pitches(&track, &notes);
        assert_eq!(played[10], track[10]);
        assert_eq!(
            played[50], track[50],
            "on the way from one note to the next"
        );
        assert_eq!(played[51], None, "their common divisor");
        assert_eq!(played[70], None, "the first note is over");
        assert_eq!(played[80], track[80]);
    }

    #[test]
    fn an_octave_error_is_not_within_50_cents() {
        let source = [Some(220.0), Some(220.0), None, Some(220.0)];
        let output = [Some(440.0), Some(222.0), Some(1.0), None];
        let errors = pitch_errors_cents(&source, &output);
        assert!((errors[0] - 1_200.0).abs() < 1e-6 && (errors[1] - 15.7).abs() < 0.1);
        assert_eq!(errors.len(), 2);
        let score = pitch_score(&source, &output);
        assert_eq!(
            score,
            PitchScore {
                source_voiced: 3,
                both_voiced: 2,
                within_50_cents: 1
            }
        );
    }
}
