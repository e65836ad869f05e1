//! The sequencer: the same phrase played by two players gives a source and its true translation.

use anyhow::Result;
use mynah_cli::notes::{Note, Random, phrase_seconds, velocity_to_db};
use mynah_cli::synth::RATE_HZ;

use super::instrument::{Instrument, LONGEST_NOTE_S};
use super::player::Player;

/// Silence before the first note, in seconds.
const LEAD_S: f64 = 0.15;
/// Crossfade of two notes that touch, in seconds.
pub(crate) const LEGATO_S: f64 = 0.04;
/// Release of a note that stands alone, in seconds.
const RELEASE_S: f64 = 0.06;
/// Notes this close are played legato, in seconds.
pub(crate) const TOUCHING_S: f64 = 0.03;
/// Fewest notes and shortest length of a phrase worth measuring.
const FEWEST_NOTES: usize = 5;
const SHORTEST_S: f64 = 2.0;

/// The stretch of `phrase`, transposed by at most two octaves, that suits all `players` best: as long as possible up to
/// `longest_s`, transposed as little as possible. `None` if nothing long enough fits.
pub(crate) fn excerpt(
    phrase: &[Note],
    players: &[Player],
    longest_s: f64,
    seed: u64,
) -> Option<Vec<Note>> {
    // Asked for every note at every transposition: looked up once.
    let playable: Vec<bool> = (0..=127)
        .map(|midi| players.iter().all(|p| p.plays(midi)))
        .collect();
    let mut best: Option<(f64, &[Note], i32)> = None;
    for transpose in -24..=24 {
        for run in playable_runs(phrase, transpose, &playable, longest_s) {
            let seconds = run.last()?.end_s() - run.first()?.start_s;
            let score = seconds - 0.03 * f64::from(transpose.abs());
            let fits = run.len() >= FEWEST_NOTES && seconds >= SHORTEST_S;
            if fits && best.is_none_or(|(s, ..)| score > s) {
                best = Some((score, run, transpose));
            }
        }
    }
    let (_, run, transpose) = best?;
    let start_s = run.first()?.start_s;
    let swell = Random::new(seed).unit() * std::f64::consts::TAU;
    let place = |note: &Note| {
        let at_s = note.start_s - start_s;
        // Most scores have one velocity throughout; a swell over four seconds gives the loudness something to follow.
        let accent = 20.0 * (std::f64::consts::TAU * at_s / 4.0 + swell).sin();
        Note {
            start_s: at_s + LEAD_S,
            seconds: note.seconds.min(LONGEST_NOTE_S - LEGATO_S),
            midi: note.midi + transpose,
            velocity: (f64::from(note.velocity) + accent).clamp(40.0, 120.0) as u8,
        }
    };
    Some(run.iter().map(place).collect())
}

/// Contiguous runs of `phrase`, up to `longest_s` long, whose notes at `transpose` are `playable`; no long rests.
fn playable_runs<'a>(
    phrase: &'a [Note],
    transpose: i32,
    playable: &[bool],
    longest_s: f64,
) -> Vec<&'a [Note]> {
    let plays = |n: &Note| {
        usize::try_from(n.midi + transpose).is_ok_and(|m| playable.get(m) == Some(&true))
    };
    let mut runs = Vec::new();
    let mut start = 0;
    for i in 0..=phrase.len() {
        let goes_on = phrase.get(i).is_some_and(|n| {
            let rest = i > start && n.start_s - phrase[i - 1].end_s() > 1.0;
            let end_s = n.start_s + n.seconds.min(LONGEST_NOTE_S);
            let too_long = end_s - phrase[start].start_s > longest_s;
            plays(n) && !rest && !too_long
        });
        if !goes_on {
            if i > start {
                runs.push(&phrase[start..i]);
            }
            start = if phrase.get(i).is_some_and(plays) {
                i
            } else {
                i + 1
            };
        }
    }
    runs
}

/// Notes last no longer than the shortest of the players' recordings, so that all renderings stay parallel.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn fit_lengths(notes: &mut [Note], players: &[Player], take: usize) -> Result<()> {
    for note in notes {
        for player in players {
            if let Some(longest_s) = player.longest_s(note, take)? {
                note.seconds = note.seconds.min(longest_s);
            }
        }
    }
    Ok(())
}

/// The longest `instrument` can hold `note`, in seconds.
///
/// # Errors
/// The recording cannot be read, or the note is out of reach.
pub(crate) fn longest_s(note: &Note, instrument: &Instrument, take: usize) -> Result<f64> {
    let recorded_s = instrument.available_s(note.midi, note.velocity, take)?;
    Ok((recorded_s - 2.0 * LEGATO_S).max(0.05))
}

/// Samples of a rendering of `notes`.
pub(crate) fn rendered_samples(notes: &[Note]) -> usize {
    ((phrase_seconds(notes) + 0.3) * RATE_HZ) as usize
}

/// Plays `notes` on `instrument`: every note at the level of its velocity, crossfaded where notes touch. 48 kHz mono.
///
/// # Errors
/// A recording cannot be read, or a note is out of reach.
pub(crate) fn perform(notes: &[Note], instrument: &Instrument, take: usize) -> Result<Vec<f32>> {
    let mut output = vec![0.0f32; rendered_samples(notes)];
    for note in notes {
        let touches = |other_end_s: f64, start_s: f64| (other_end_s - start_s).abs() <= TOUCHING_S;
        let legato_in =
            !instrument.is_percussive() && notes.iter().any(|n| touches(n.end_s(), note.start_s));
        let legato_out = notes.iter().any(|n| touches(note.end_s(), n.start_s));
        // A held note entered legato starts behind its attack.
        let skip = if legato_in {
            (LEGATO_S * RATE_HZ) as usize
        } else {
            0
        };
        let held = (note.seconds * RATE_HZ) as usize;
        let fade_out = ((if legato_out { LEGATO_S } else { RELEASE_S }) * RATE_HZ) as usize;
        let fade_in = if legato_in {
            (LEGATO_S * RATE_HZ) as usize
        } else {
            1
        };
        let sound = instrument.note(note.midi, note.velocity, take, skip + held + fade_out)?;
        let body = sound.get(skip..).unwrap_or_default();
        let body = &body[..body.len().min(held + fade_out)];
        let measured = &body[..body.len().min(held)];
        let power = measured.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>()
            / measured.len().max(1) as f64;
        let gain = 10f64.powf(velocity_to_db(note.velocity) / 20.0) / power.sqrt().max(1e-6);
        let start = ((note.start_s * RATE_HZ) as usize).min(output.len());
        for (i, (y, x)) in output[start..].iter_mut().zip(body).enumerate() {
            let rising = (i as f64 / fade_in as f64).min(1.0);
            let falling = ((body.len() - i) as f64 / fade_out as f64).min(1.0);
            let quarter = std::f64::consts::FRAC_PI_2;
            *y += (f64::from(*x) * gain * (rising * quarter).sin() * (falling * quarter).sin())
                as f32;
        }
    }
    Ok(output)
}

/// Notes all `players` can play, lowest first.
pub(crate) fn common_notes(players: &[Player]) -> Vec<i32> {
    (21..=108)
        .filter(|midi| players.iter().all(|p| p.plays(*midi)))
        .collect()
}

/// Short notes with rests between them, for the delay of onsets.
pub(crate) fn detached_notes(midis: &[i32]) -> Vec<Note> {
    const COUNT: usize = 5;
    (0..COUNT)
        .filter_map(|i| {
            let midi = *midis.get((i * 7) % midis.len().max(1))?;
            Some(Note {
                start_s: 0.2 + 0.5 * i as f64,
                seconds: 0.25,
                midi,
                velocity: 90,
            })
        })
        .collect()
}

/// Three chords, a second each, of up to three of `midis` that lie apart and are not octaves of each other.
pub(crate) fn chords(midis: &[i32]) -> Vec<Note> {
    // Where in the range a chord starts looking, and how many semitones its notes lie apart at least.
    const SHAPES: [(f64, i32); 3] = [(0.0, 4), (0.2, 3), (0.4, 5)];
    let mut notes = Vec::new();
    for (index, (position, gap)) in SHAPES.into_iter().enumerate() {
        let start = (position * midis.len() as f64) as usize;
        let mut chord: Vec<i32> = Vec::new();
        for midi in &midis[start..] {
            let fits = chord
                .iter()
                .all(|other| midi - other >= gap && (midi - other) % 12 != 0);
            if fits && chord.len() < 3 {
                chord.push(*midi);
            }
        }
        let start_s = 0.1 + 1.1 * index as f64;
        notes.extend(chord.iter().map(|midi| Note {
            start_s,
            seconds: 1.0,
            midi: *midi,
            velocity: 80,
        }));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_have_no_clashes() {
        for midis in [
            (59..=67).collect::<Vec<_>>(),
            (40..=84).collect(),
            vec![60, 61],
            Vec::new(),
        ] {
            let notes = chords(&midis);
            for a in &notes {
                for b in notes
                    .iter()
                    .filter(|b| b.start_s == a.start_s && b.midi > a.midi)
                {
                    assert!(b.midi - a.midi >= 3 && (b.midi - a.midi) % 12 != 0);
                }
            }
        }
        assert_eq!(chords(&(40..=84).collect::<Vec<_>>()).len(), 9);
    }

    #[test]
    fn detached_notes_stand_apart() {
        let notes = detached_notes(&[57, 60, 64, 67, 69]);
        assert_eq!(notes.len(), 5);
        assert!(notes.windows(2).all(|w| w[1].start_s - w[0].end_s() > 0.2));
        assert!(detached_notes(&[]).is_empty());
    }
}
