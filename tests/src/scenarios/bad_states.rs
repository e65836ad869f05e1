//! States that are no states, or another version's.

use mynah_engine::{Control, Controls};

use super::playing::Piece;
use super::{Published, assert_same, assert_unharmed, ids, ids_of, index_value, published};
use crate::host::{Host, Setup, targets};
use crate::signal::Random;

/// A state of this format around some JSON: a CLAP state begins with its length.
fn state_of<H: Host>(json: &str) -> Vec<u8> {
    let good = H::new().save();
    let mut state = Vec::new();
    if good[0] != b'{' {
        state.extend_from_slice(&(json.len() as u64).to_le_bytes());
    }
    state.extend_from_slice(json.as_bytes());
    state
}

/// Nothing, noise, and a state that ends too early are refused, and what was set stays.
pub fn broken_states_are_refused<H: Host>() {
    let mut host = H::new();
    host.set(ids::OUTPUT_GAIN, 0.25);
    host.set(ids::TARGET, index_value(2));
    let good = host.save();
    let mut random = Random::new(61);
    let mut broken: Vec<Vec<u8>> = (0..good.len()).map(|end| good[..end].to_vec()).collect();
    for bytes in [1, 8, 9, 1_000, 100_000, 4_000_000] {
        broken.push((0..bytes).map(|_| random.bits() as u8).collect());
    }
    let huge_length = [u64::MAX.to_le_bytes().as_slice(), b"{}"].concat();
    broken.push(huge_length);
    broken.push(state_of::<H>(&"[".repeat(1_000_000)));
    broken.push(state_of::<H>("null"));
    for state in broken {
        assert!(!host.load(&state), "{} bytes", state.len());
    }
    assert_eq!(host.save(), good);
    assert_unharmed(&mut host);
}

/// Megabytes of names that nobody knows: what is known counts.
pub fn huge_states_load<H: Host>() {
    let unknown: Vec<String> = (0..50_000)
        .map(|n| format!("\"unknown_{n}\":{{\"f32\":{n}}}"))
        .collect();
    let long = "x".repeat(3_000_000);
    let json = format!(
        "{{\"version\":\"{long}\",\"params\":{{{},\"output_gain\":{{\"f32\":-12}}}},\
         \"fields\":{{\"targets\":\"[{{\\\"name\\\":\\\"{long}\\\",\\\"hash\\\":\\\"\\\"}}]\"}}}}",
        unknown.join(",")
    );
    let mut host = H::new();
    assert!(host.load(&state_of::<H>(&json)));
    assert_eq!(host.value(ids::OUTPUT_GAIN), 0.25);
    assert_eq!(host.value(ids::TARGET), 0.0);
    assert!(host.save().len() < 10_000, "nothing of it is kept");
    assert_unharmed(&mut host);
}

/// An older version wrote fewer values: those it wrote count, the other controls are neutral, whatever
/// was set before, so that the session sounds as it did.
pub fn older_states_load<H: Host>() {
    let state = state_of::<H>(
        "{\"version\":\"0.0.1\",\"params\":{\"output_gain\":{\"f32\":-12}},\"fields\":{}}",
    );
    let mut fresh = H::new();
    assert!(fresh.load(&state));
    let mut used = H::new();
    for parameter in used.parameters() {
        used.set(parameter.id, 1.0);
    }
    assert!(used.load(&state));
    for host in [&mut fresh, &mut used] {
        assert_eq!(host.value(ids::OUTPUT_GAIN), 0.25);
        for Published {
            id,
            number,
            default,
            ..
        } in published::<H>()
        {
            let value = host.value(number);
            let Some(info) = Control::of(id).map(Control::info) else {
                assert!((value - default).abs() < 1e-6, "{id}: {value}");
                continue;
            };
            if number != ids::OUTPUT_GAIN {
                let (shown, neutral) = (host.text(number, value), info.text(info.neutral));
                assert!(shown.starts_with(&neutral), "{id}: {shown}, not {neutral}");
            }
        }
    }
    assert_eq!(used.save(), fresh.save());
    let piece = Piece::of::<H>(48_000.0, 2, 12_000);
    let mut audio = fresh.activate(Setup::USUAL);
    let output = piece.played_by(&mut audio, &[], || 480);
    fresh.deactivate(audio);
    let as_it_was = Controls::neutral().with(Control::OutputGain, -12.0);
    let expected = piece.bounced(0, &as_it_was);
    assert_same("an older session", &output, &expected);
}

/// A newer version wrote more values: those that are known here count.
pub fn newer_states_load<H: Host>() {
    let name = &targets()[3].info().name;
    let hash = targets()[3].info().hash;
    let state = state_of::<H>(&format!(
        "{{\"version\":\"99.0.0\",\"params\":{{\"output_gain\":{{\"f32\":-12}},\"sparkle\":{{\"f32\":0.5}},\
         \"mode\":{{\"string\":\"dream\"}},\"target\":{{\"i32\":77}},\"bypass\":{{\"i32\":1}},\"quality\":{{\"i32\":7}}}},\
         \"fields\":{{\"theme\":\"\\\"dark\\\"\",\"targets\":\
         \"[{{\\\"name\\\":\\\"{name}\\\",\\\"hash\\\":\\\"{hash}\\\",\\\"bank\\\":2}}]\"}},\
         \"snapshots\":[1,2,3]}}"
    ));
    let mut host = H::new();
    assert!(host.load(&state));
    assert_eq!(host.value(ids::OUTPUT_GAIN), 0.25);
    assert_eq!(host.value(ids::TARGET), index_value(3));
    for (id, value, what) in [
        (ids::MODE, 0.0, "a mode that is not known here"),
        (ids::BYPASS, 0.0, "a value of another kind"),
        (ids::QUALITY, 1.0, "a number out of range"),
    ] {
        if ids_of::<H>().contains(&id) {
            assert_eq!(host.value(id), value, "{what}");
        }
    }
    assert_unharmed(&mut host);
}
