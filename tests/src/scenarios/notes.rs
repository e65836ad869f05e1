//! Notes from outside: the target plays them, with the dynamics of the audio.

use super::{active, assert_no_allocations, assert_same, bounce, ids, process, reference};
use crate::host::{Audio, Change, Host, Note, NoteAction, Setup, run, run_notes};
use crate::signal::{Random, melody};
use mynah_engine::Controls;

use NoteAction::{Off, On, Tuning, Wheel};

const NO_CHANGE: &[Change] = &[];

/// A note event, and the pitch that is to sound from then on.
type Step = (usize, u8, NoteAction, Option<f32>);

fn notes(steps: &[Step]) -> Vec<Note> {
    let note = |&(at, key, action, _): &Step| Note::new(at, key, action);
    steps.iter().map(note).collect()
}

/// What the engine makes of `input` when it is told the pitches directly, and the mix once.
fn expected(input: &[Vec<f32>], steps: &[Step], mix: Option<(usize, f32)>) -> Vec<Vec<f32>> {
    let mut engine = reference(48_000.0, 0, &Controls::default());
    let mut output = input.to_vec();
    let mut moments: Vec<usize> = steps.iter().map(|step| step.0).collect();
    moments.extend(mix.map(|(at, _)| at));
    moments.sort_unstable();
    let mut done = 0;
    for moment in moments {
        process(&mut engine, &mut output, done, moment);
        done = moment;
        if let Some(&(_, _, _, pitch)) = steps.iter().rfind(|step| step.0 <= moment) {
            engine.set_note(pitch);
        }
        if let Some((_, mix)) = mix.filter(|(at, _)| *at == moment) {
            engine.set_controls(&Controls {
                mix,
                ..Controls::default()
            });
        }
    }
    process(&mut engine, &mut output, done, usize::MAX);
    output
}

/// The plugin asks the host for notes.
pub fn there_is_one_input_for_notes<H: Host>() {
    assert_eq!(H::new().note_inputs(), 1);
}

/// Notes, releases and tunings count at their sample, between the changes of parameters: blocks make no
/// difference, and nothing allocates.
pub fn notes_sound_at_their_sample_at_any_block_size<H: Host>() {
    assert_as_the_engine::<H>(&[
        (1_000, 62, On, Some(62.0)),
        (5_003, 69, On, Some(69.0)),
        // 1 / 32 and 1 / 64 of VST3's range, which are no rounded values.
        (9_000, 69, Tuning(7.5), Some(76.5)),
        (12_345, 62, Tuning(-3.75), Some(76.5)),
        (14_001, 69, Off, Some(58.25)),
        (14_001, 57, On, Some(57.0)),
        (20_000, 57, Off, Some(58.25)),
        (26_000, 62, Off, None),
    ]);
}

/// The wheel bends what is held by up to two semitones.
pub fn the_wheel_bends_notes<H: Host>() {
    assert_as_the_engine::<H>(&[
        (1_000, 62, On, Some(62.0)),
        (5_000, 0, Wheel(0), Some(60.0)),
        (9_999, 0, Wheel(12_288), Some(63.0)),
        (15_000, 62, Off, None),
        (20_000, 50, On, Some(51.0)),
        (25_000, 0, Wheel(8_192), Some(50.0)),
    ]);
}

fn assert_as_the_engine<H: Host>(steps: &[Step]) {
    let input = melody(48_000.0, 2, 36_000);
    let (mix_at, mix) = (12_345, 0.75);
    let change = Change {
        at: mix_at,
        id: ids::MIX,
        value: f64::from(mix),
    };
    let wanted = expected(&input, steps, Some((mix_at, mix)));
    let without = expected(&input, &[], Some((mix_at, mix)));
    assert_ne!(wanted, without, "the notes are not heard");
    let mut random = Random::new(61);
    for largest in [1, 64, 500, 16_384] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
        let output = run_notes(&mut audio, &input, &[change], &notes(steps), || {
            random.within(1, largest)
        });
        assert_same(&format!("blocks up to {largest}"), &output, &wanted);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// A note struck in a long silence, in which the engine rests, is still held when sound comes.
pub fn notes_are_held_over_silence<H: Host>() {
    let mut input = vec![vec![0.0; 96_000]; 2];
    for (channel, sound) in input.iter_mut().zip(melody(48_000.0, 2, 12_000)) {
        channel.extend(sound);
    }
    let steps = [(60_007, 64, On, Some(64.0))];
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let output = run_notes(&mut audio, &input, NO_CHANGE, &notes(&steps), || 480);
    assert_same("held", &output, &expected(&input, &steps, None));
    assert_ne!(output, expected(&input, &[], None), "the note is not heard");
    host.deactivate(audio);
}

/// A reset lets go of what is held: its release may never come.
pub fn a_reset_lets_notes_go<H: Host>() {
    let input = melody(48_000.0, 2, 12_000);
    let plain = bounce(48_000.0, 0, &Controls::default(), &input);
    let held = notes(&[(100, 64, On, Some(64.0))]);
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let output = run_notes(&mut audio, &input, NO_CHANGE, &held, || 480);
    assert_ne!(output, plain, "the note is not heard");
    audio.reset();
    let output = run(&mut audio, &input, NO_CHANGE, || 480);
    assert_same("after a reset", &output, &plain);
    run_notes(&mut audio, &input, NO_CHANGE, &held, || 480);
    host.deactivate(audio);
    let mut audio = host.activate(Setup::USUAL);
    let output = run(&mut audio, &input, NO_CHANGE, || 480);
    assert_same("activated again", &output, &plain);
    host.deactivate(audio);
}

/// Ten thousand notes in a block are heard as in a thousand blocks, without a single allocation.
pub fn ten_thousand_notes_allocate_nothing<H: Host>() {
    let input = melody(48_000.0, 2, 16_000);
    let mut random = Random::new(67);
    let mut events: Vec<Note> = (0..10_000)
        .map(|_| {
            let at = random.within(0, 15_999);
            let key = random.within(40, 80) as u8;
            let actions = [On, Off, Tuning(random.sample().into())];
            Note::new(at, key, actions[random.within(0, 2)])
        })
        .collect();
    events.sort_by_key(|note| note.at);
    let outputs = [16_000, 16].map(|length| {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
        let output = run_notes(&mut audio, &input, NO_CHANGE, &events, || length);
        assert_no_allocations(&audio);
        host.deactivate(audio);
        output
    });
    assert_same("one block", &outputs[0], &outputs[1]);
}
