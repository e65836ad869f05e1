//! Saving and loading.

use super::playing::{Piece, Step};
use super::{active, assert_no_allocations, assert_same, ids, ids_of, index_value, those_of};
use crate::host::{Audio, Host, Setup, targets};
use crate::signal::Random;
use mynah_engine::{Control, Controls};

/// Everything that can be set comes back in another instance, and saving again writes the same.
pub fn state_round_trip<H: Host>() {
    let mut random = Random::new(3);
    for round in 0..20 {
        let mut first = H::new();
        for parameter in first.parameters() {
            let mut value = f64::from(random.sample().abs());
            if parameter.id == ids::TARGET {
                value = index_value(random.within(0, targets().len() - 1));
            } else if parameter.steps > 0 {
                let steps = f64::from(parameter.steps);
                value = (value * steps).round() / steps;
            }
            first.set(parameter.id, value);
        }
        let state = first.save();
        let mut second = H::new();
        assert!(second.load(&state));
        for id in ids_of::<H>() {
            assert_eq!(second.value(id), first.value(id), "round {round}");
        }
        assert_eq!(second.save(), state, "round {round}");
    }
}

/// A state that an older build wrote, with another training of a shipped model: its content hash replaced.
fn with_older_model<H: Host>(index: usize) -> (Vec<u8>, String) {
    let mut host = H::new();
    host.set(ids::TARGET, index_value(index));
    let known = targets()[index].info().hash.to_string();
    let unknown = "f".repeat(known.len());
    let state = replace(&host.save(), known.as_bytes(), unknown.as_bytes());
    (state, unknown)
}

/// A state that another machine wrote, with a model of which neither content nor name is known here; and both.
fn with_unknown_model<H: Host>(index: usize) -> (Vec<u8>, String, String) {
    let (state, hash) = with_older_model::<H>(index);
    let known = &targets()[index].info().name;
    let unknown: String = known.chars().rev().collect();
    // Within a text within JSON.
    let quoted = |name: &str| format!("\\\"{name}\\\"");
    let state = replace(
        &state,
        quoted(known).as_bytes(),
        quoted(&unknown).as_bytes(),
    );
    (state, unknown, hash)
}

fn replace(state: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "a CLAP state begins with its length");
    let mut state = state.to_vec();
    let at = state.windows(from.len()).position(|part| part == from);
    let at = at.expect("the state names the model's hash");
    state[at..at + to.len()].copy_from_slice(to);
    state
}

fn contains(state: &[u8], part: &[u8]) -> bool {
    state.windows(part.len()).any(|window| window == part)
}

/// A model that is not here: the dry signal, or silence where keys are played; the reference kept, and never another model.
pub fn missing_model_is_kept_and_dry<H: Host>() {
    let (state, name, unknown) = with_unknown_model::<H>(1);
    let mut host = H::new();
    assert!(host.load(&state));
    assert_eq!(host.value(ids::TARGET), 1.0);
    let text = host.text(ids::TARGET, 1.0);
    assert!(text.contains(name.as_str()), "{text}");
    assert_eq!(host.value_of_text(ids::TARGET, &text), Some(1.0));

    let piece = Piece::of::<H>(48_000.0, 2, 20_000);
    let mut audio = host.activate(Setup::USUAL);
    let latency = host.latency();
    let output = piece.played_by(&mut audio, &[], || 480);
    assert_same("missing model", &output, &piece.without_target(latency));
    assert_no_allocations(&audio);
    host.deactivate(audio);

    let again = host.save();
    assert!(
        contains(&again, unknown.as_bytes()),
        "the reference was lost"
    );
    let mut other = H::new();
    assert!(other.load(&again));
    assert_eq!(other.save(), again, "the reference does not last");

    // Choosing a model that is here ends it.
    host.set(ids::TARGET, index_value(0));
    let chosen = host.save();
    assert!(!contains(&chosen, unknown.as_bytes()));
    let hash = targets()[0].info().hash.to_string();
    assert!(contains(&chosen, hash.as_bytes()));
}

/// A player who loads a session with a target and then chooses none has none, here and wherever it is loaded.
pub fn no_target_stays_no_target<H: Host>() {
    let mut writer = H::new();
    writer.set(ids::TARGET, index_value(1));
    let (retrained, _) = with_older_model::<H>(1);
    for state in [writer.save(), retrained] {
        let mut host = H::new();
        assert!(host.load(&state));
        host.set(ids::TARGET, 1.0);
        assert_eq!(host.text(ids::TARGET, 1.0), "No target");
        let mut other = H::new();
        assert!(other.load(&host.save()));
        assert_eq!(other.value(ids::TARGET), 1.0);
        assert_eq!(other.text(ids::TARGET, 1.0), "No target");
        assert_eq!(other.save(), host.save());
    }
}

/// An empty place is saved as one: a model that stands there on another machine is not what was chosen.
pub fn an_empty_place_stays_empty<H: Host>() {
    let mut host = H::new();
    host.set(ids::TARGET, index_value(40));
    let state = host.save();
    let mut other = H::new();
    assert!(other.load(&state));
    assert_eq!(other.value(ids::TARGET), index_value(40));
    // As if a model stood at 40.
    let state = replace(
        &state,
        b"\"target\":{\"i32\":40}",
        b"\"target\":{\"i32\": 5}",
    );
    assert!(other.load(&state));
    assert_eq!(other.value(ids::TARGET), 1.0);
}

/// A shipped model that was retrained since: its successor plays, both references are kept, and they last.
pub fn retrained_model_plays_and_both_are_kept<H: Host>() {
    let (state, older) = with_older_model::<H>(1);
    let now = targets()[1].info().hash.to_string();
    let mut host = H::new();
    assert!(host.load(&state));
    assert_eq!(host.value(ids::TARGET), index_value(1));
    let piece = Piece::of::<H>(48_000.0, 2, 12_000);
    let mut audio = host.activate(Setup::USUAL);
    let output = piece.played_by(&mut audio, &[], || 512);
    host.deactivate(audio);
    let expected = piece.bounced(1, &Controls::default());
    assert_same("the successor", &output, &expected);

    let again = host.save();
    for hash in [&older, &now] {
        assert!(contains(&again, hash.as_bytes()), "{hash} was lost");
    }
    let mut other = H::new();
    assert!(other.load(&again));
    assert_eq!(other.value(ids::TARGET), index_value(1));
    assert_eq!(other.save(), again, "the references do not last");
    // Choosing another model ends it.
    host.set(ids::TARGET, index_value(0));
    assert!(!contains(&host.save(), older.as_bytes()));
}

/// The name and hash decide, not the index: a state written when the models stood in another order
/// finds its own.
pub fn state_finds_its_model_at_another_index<H: Host>() {
    let mut host = H::new();
    host.set(ids::TARGET, index_value(2));
    let state = replace(
        &host.save(),
        b"\"target\":{\"i32\":2}",
        b"\"target\":{\"i32\":5}",
    );
    let mut other = H::new();
    assert!(other.load(&state));
    assert_eq!(other.value(ids::TARGET), index_value(2));
}

/// A state loaded while sound is running is heard at the next hop, as if it had been automated, and
/// costs the audio thread nothing.
pub fn state_loads_while_running<H: Host>() {
    let mut writer = H::new();
    writer.set(ids::TARGET, index_value(3));
    writer.set(ids::OUTPUT_GAIN, 0.625);
    let state = writer.save();

    let piece = Piece::of::<H>(48_000.0, 2, 24_000);
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let mut output = piece.part(0..12_000).played_by(&mut audio, &[], || 256);
    assert!(host.load(&state));
    let rest = piece.part(12_000..24_000);
    let second = rest.played_by(&mut audio, &[], || 256);
    for (channel, part) in output.iter_mut().zip(second) {
        channel.extend(part);
    }
    assert_no_allocations(&audio);
    host.deactivate(audio);

    let steps = [
        (12_000, Step::Target(3)),
        (12_000, Step::Set(Control::OutputGain, 6.0, 0.625)),
    ];
    let expected = piece.bounced_with(0, 0, &Controls::default(), &steps);
    assert_same("state while running", &output, &expected);
}

/// After a state is loaded and the plugin activated, the first sample already has the right model.
pub fn activation_starts_with_the_saved_model<H: Host>() {
    let mut writer = H::new();
    writer.set(ids::TARGET, index_value(4));
    let state = writer.save();
    let mut host = H::new();
    assert!(host.load(&state));
    let piece = Piece::of::<H>(48_000.0, 2, 12_000);
    let mut audio = host.activate(Setup::USUAL);
    let output = piece.played_by(&mut audio, &[], || 512);
    host.deactivate(audio);
    let expected = piece.bounced(4, &Controls::default());
    assert_same("first sample", &output, &expected);
}

/// Bytes that are no state are refused or survived; afterwards everything still works.
pub fn garbage_states_are_survived<H: Host>() {
    let mut random = Random::new(11);
    let mut host = H::new();
    let good = host.save();
    let start = good.iter().position(|byte| *byte == b'{').unwrap();
    for round in 0..400 {
        let mut state = good.clone();
        if round % 4 == 0 {
            state = (0..random.within(0, 300))
                .map(|_| random.bits() as u8)
                .collect();
        } else {
            // Digits and letters exchanged inside the JSON: still readable now and then.
            for _ in 0..random.within(1, 6) {
                let at = random.within(start, state.len() - 1);
                state[at] = b"0123456789-eE.\"n"[random.within(0, 15)];
            }
        }
        host.load(&state);
    }
    for extreme in ["1e38", "-1e38", "9999"] {
        let json = format!(
            "{{\"version\":\"0\",\"params\":{{\"mix\":{{\"f32\":{extreme}}},\
             \"output_gain\":{{\"f32\":{extreme}}},\"octave\":{{\"i32\":999999}},\
             \"target\":{{\"i32\":-5}}}},\"fields\":{{\"target\":\"nonsense\"}}}}"
        );
        let mut state = good[..start].to_vec();
        if start == 8 {
            state = (json.len() as u64).to_le_bytes().to_vec();
        }
        state.extend_from_slice(json.as_bytes());
        host.load(&state);
        for id in ids_of::<H>() {
            assert!((0.0..=1.0).contains(&host.value(id)), "{extreme}");
        }
    }
    let mut audio = host.activate(Setup::USUAL);
    let output = Piece::begun::<H>(48_000.0, 2, 4_800).played_by(&mut audio, &[], || 480);
    assert!(output.iter().flatten().all(|sample| sample.is_finite()));
    audio.reset();
    host.deactivate(audio);
}

/// What a host tells the controller while sound is processed is what the controller says, and what is saved, before a
/// block has brought it to the processor; and it lasts if none ever does.
pub fn what_the_controller_is_told_is_saved<H: Host>() {
    let told = those_of::<H>(&[
        (ids::BYPASS, 1.0),
        (ids::TARGET, index_value(3)),
        (ids::OUTPUT_GAIN, 0.25),
        (ids::OCTAVE, 0.75),
    ]);
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let piece = Piece::begun::<H>(48_000.0, 2, 4_096);
    piece.played_by(&mut audio, &[], || 512);
    let same = |host: &mut H, expected: &[(u32, f64)]| {
        for (id, value) in expected {
            assert!(
                (host.value(*id) - value).abs() < 1e-6,
                "{id}: {}",
                host.value(*id)
            );
        }
    };
    let load = |state: &[u8]| {
        let mut other = H::new();
        assert!(other.load(state));
        other
    };
    let before = host.save();
    for (id, value) in told.iter().copied() {
        host.set(id, value);
    }
    same(&mut host, &told);
    let state = host.save();
    same(&mut load(&state), &told);
    assert_eq!(load(&state).save(), state);
    // One comes with a block, with another value: that one counts now.
    let change = crate::host::Change {
        at: 0,
        id: ids::OUTPUT_GAIN,
        value: 0.5,
    };
    piece.played_by(&mut audio, &[change], || 512);
    assert_no_allocations(&audio);
    assert_eq!(host.value(ids::OUTPUT_GAIN), 0.5);
    // None of the others ever does.
    host.deactivate(audio);
    let told = told.into_iter();
    let told = told.map(|(id, value)| (id, if id == ids::OUTPUT_GAIN { 0.5 } else { value }));
    let told: Vec<(u32, f64)> = told.collect();
    same(&mut host, &told);
    same(&mut load(&host.save()), &told);
    let audio = host.activate(Setup::USUAL);
    same(&mut host, &told);
    // A state that is loaded takes the place of all of it.
    host.set(ids::OCTAVE, 0.0);
    assert!(host.load(&before));
    assert_eq!(host.save(), before);
    host.deactivate(audio);
}
