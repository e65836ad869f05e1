//! The outside judge: what one whom nobody here trained hears in the translations, and whether the notes are there.
//!
//! It measures and nothing else: nothing is trained with it, and nothing is chosen by it.

pub(crate) mod clips;
pub(crate) mod figures;
pub(crate) mod homes;
pub(crate) mod listening;
pub(crate) mod performances;
mod playing;
pub(crate) mod soundfont;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result};
use mynah_cli::synth::RATE_HZ;
use rayon::prelude::*;

use clips::{Clip, Kind, Sources};
use figures::{Outside, Sounded, TargetMeasured, What};
use homes::word_for;
use listening::{Job, Listening};
use playing::{Goal, Hearing, in_room, play, play_keys};

use crate::eval::figures::Measured;
use crate::eval::pitch_score::{pitch_score, played_pitches};
use crate::eval::player::Player;
use crate::eval::{NamedTarget, Setting, metrics, pitch, recordings, render};

/// Longest stretch of a true phrase of the target that is judged, in seconds.
const TRUE_PHRASE_S: f64 = 8.0;

/// One sound to ask about: what it is, how long, and the question.
type Question = (What, f64, Job);

/// Plays all sources to all targets that the judge has a word for, has them listened to, and measures the rest here.
/// Returns the part of the result and all measurements pooled.
///
/// # Errors
/// A recording cannot be read, fluidsynth fails, or Python does.
pub(crate) fn measure(
    setting: &Setting,
    sources: &Sources,
    listening: &Listening,
    mut left_out: Vec<String>,
) -> Result<(Outside, Measured)> {
    let (targets, unknown): (Vec<_>, Vec<_>) = setting
        .targets
        .iter()
        .partition(|t| word_for(&t.0).is_some());
    left_out.extend(unknown.iter().map(|(name, _)| {
        format!("the outside judge on '{name}': it has no word for that instrument")
    }));
    setting.progress.inc_length(targets.len() as u64);
    let played: Vec<(TargetMeasured, Vec<Question>)> = targets
        .par_iter()
        .map(|target| {
            let played = played(setting, sources, listening, target);
            setting.progress.inc(1);
            played.with_context(|| format!("cannot measure the target '{}'", target.0))
        })
        .collect::<Result<_>>()?;
    let jobs = played.iter().flat_map(|(_, questions)| questions);
    let jobs: Vec<Job> = jobs.map(|(_, _, job)| job.clone()).collect();
    let mut answers = if jobs.is_empty() {
        Vec::new().into_iter()
    } else {
        listening.ask(&jobs)?.into_iter()
    };
    let mut targets = Vec::new();
    for (mut target, questions) in played {
        let answered = questions.into_iter().zip(answers.by_ref());
        target.sounded = answered
            .map(|((what, seconds, _), answer)| Sounded {
                what,
                seconds,
                answer,
            })
            .collect();
        targets.push(target);
    }
    let mut all = Measured::default();
    targets
        .iter()
        .for_each(|target| all.merge(&target.measured));
    Ok((Outside::new(&targets, left_out), all))
}

/// Plays all sources to one target; what it sounds like is written for the judge.
fn played(
    setting: &Setting,
    sources: &Sources,
    listening: &Listening,
    target: &NamedTarget,
) -> Result<(TargetMeasured, Vec<Question>)> {
    let goal = Goal::new(target);
    let name = goal.name;
    let mut measured = TargetMeasured {
        name: name.to_owned(),
        word: word_for(name).unwrap_or_default(),
        ..TargetMeasured::default()
    };
    let mut questions = Vec::new();
    let mut ask = |what: What, of: &str, sound: &[f32], notes: Option<&[_]>| -> Result<()> {
        let job = listening.job(&format!("{name}-{of}-{}", what.name()), sound, notes)?;
        questions.push((what, sound.len() as f64 / RATE_HZ, job));
        Ok(())
    };
    for clip in sources.of(goal)? {
        measured.clips += 1;
        let of = format!("{:02}-{}", measured.clips, clip.kind.name());
        listening.keep(&format!("{name}-{of}-source"), &clip.sound)?;
        let wanted = clip.wanted().filter(|_| clip.kind == Kind::Scores);
        let mut heard = Vec::new();
        for hearing in Hearing::ALL {
            let sound = play(setting.base, goal, hearing, &setting.controls, &clip.sound)?;
            measured.measured.audio_seconds += sound.len() as f64 / RATE_HZ;
            let notes = wanted.as_deref().filter(|_| hearing == Hearing::Track);
            ask(What::Output(clip.kind, hearing), &of, &sound, notes)?;
            heard.push((hearing, sound));
        }
        if let Some(truth) = &clip.truth {
            ask(What::Truth, &of, truth, wanted.as_deref())?;
            ask(What::TruthInRoom, &of, &in_room(truth), None)?;
            if let Some(notes) = &wanted {
                let room = setting.controls.room;
                for (what, room) in [(What::Keys, 0.0), (What::KeysInRoom, room)] {
                    let controls = mynah_engine::Controls {
                        room,
                        ..setting.controls
                    };
                    let sound = play_keys(setting.base, goal, &controls, notes)?;
                    let notes = (what == What::Keys).then_some(notes.as_slice());
                    ask(what, &of, &sound, notes)?;
                }
            }
        }
        compare(&clip, &heard, &mut measured);
    }
    if let Some(performances) = sources.performances {
        for (index, path) in performances.of(name).iter().enumerate() {
            ask(
                What::Performance,
                &format!("{index:02}"),
                &recordings::excerpt(path, TRUE_PHRASE_S)?,
                None,
            )?;
        }
    }
    onsets(setting, sources, target, &mut measured.measured)?;
    Ok((measured, questions))
}

/// Pitch and loudness of what is heard against the source's, and the pitch of the true rendering.
fn compare(clip: &Clip, heard: &[(Hearing, Vec<f32>)], measured: &mut TargetMeasured) {
    let source = pitch::track(&clip.sound);
    let source = match &clip.notes {
        Some(notes) => played_pitches(&source, notes),
        None => source,
    };
    let moved = |octaves: i32| -> Vec<Option<f64>> {
        let factor = f64::from(octaves).exp2();
        source.iter().map(|hz| hz.map(|hz| hz * factor)).collect()
    };
    let at_home = moved(clip.octaves);
    let all = &mut measured.measured;
    for (hearing, sound) in heard {
        match hearing {
            Hearing::Track => {
                all.pitch_track
                    .add(pitch_score(&at_home, &pitch::track(sound)));
                let (input, output) = (
                    metrics::loudness_db(&clip.sound),
                    metrics::loudness_db(sound),
                );
                if let Some((correlation, error_db)) = metrics::loudness_match(&input, &output) {
                    all.loudness_correlation.push(correlation);
                    all.loudness_error_db.push(error_db);
                }
            }
            Hearing::Follow => all
                .pitch_follow
                .add(pitch_score(&source, &pitch::track(sound))),
            Hearing::TrackRoom | Hearing::Auto => {}
        }
    }
    if let Some(truth) = &clip.truth {
        let score = pitch_score(&at_home, &pitch::track(truth));
        measured.truth_pitch.add(score);
    }
}

/// Detached notes on every other instrument: how late the output begins.
fn onsets(
    setting: &Setting,
    sources: &Sources,
    target: &NamedTarget,
    measured: &mut Measured,
) -> Result<()> {
    let Some(folder) = sources.folder else {
        return Ok(());
    };
    let goal = Goal::new(target);
    let others = folder.instruments.iter();
    for source in others.filter(|i| !homes::too_near(&i.name, goal.name)) {
        let player = Player::Recorded(source);
        let common = render::common_notes(&[player]);
        let middle = common.len() / 2;
        let around = &common[middle.saturating_sub(6)..(middle + 6).min(common.len())];
        let detached = render::detached_notes(around);
        let sound = player.perform(&detached, 0)?;
        let starts: Vec<f64> = detached.iter().map(|n| n.start_s).collect();
        for hearing in [Hearing::Track, Hearing::Follow] {
            let output = play(setting.base, goal, hearing, &setting.controls, &sound)?;
            let delays = metrics::onset_delays_ms(&sound, &output, &starts);
            if hearing == Hearing::Track {
                measured.onset_track_ms.extend(delays);
            } else {
                measured.onset_follow_ms.extend(delays);
            }
        }
    }
    Ok(())
}
