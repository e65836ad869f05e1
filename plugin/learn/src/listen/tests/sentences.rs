//! Every sentence is said where its cause is, and not otherwise.

use super::sounds::{
    HELD, Note, Playing, STRUCK, add_hum, drums, exercise, listen, listen_to, noise, play,
    recording, says, speech,
};
use crate::listen::Verdict;

/// What is said of a clean recording, each of which has a cause.
const CAUSED: [&str; 14] = [
    "several notes",
    "speech",
    "drums",
    "silent",
    "clipped",
    "unclear",
    "nothing between",
    "only once",
    "hum",
    "Noise",
    "room",
    "kHz",
    "soft",
    "kept",
];

fn clean() -> Vec<f32> {
    play(&exercise(50, 57, 10), &HELD)
}

#[test]
fn of_a_clean_recording_only_the_summary_is_said() {
    let heard = listen_to(clean());
    let sentences = heard.findings.sentences();
    for cause in CAUSED {
        assert!(!says(&heard, cause), "{cause}: {sentences:?}");
    }
    let notes = heard.notes.len();
    assert!(
        sentences[0].contains(&format!("{notes} notes from")),
        "{sentences:?}"
    );
    assert!(sentences[0].contains("seconds of sound"), "{sentences:?}");
}

#[test]
fn files_that_are_left_out_are_named() {
    let chords: Vec<Note> = (0..10)
        .flat_map(|n| [50.0, 54.0, 57.0].map(|midi| (midi, 0.5 + 2.0 * n as f32, 1.9)))
        .collect();
    let chords = play(&chords, &HELD);
    let heard = listen(&[
        recording("good.wav", clean()),
        recording("b.wav", chords.clone()),
        recording("c.wav", chords),
        recording("talk.wav", speech(30.0)),
        recording("loop.wav", drums(20.0)),
        recording("nothing.wav", vec![0.0; 96_000]),
    ])
    .unwrap();
    let verdicts: Vec<Verdict> = heard
        .findings
        .recordings
        .iter()
        .map(|recording| recording.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [
            Verdict::Used,
            Verdict::Several,
            Verdict::Several,
            Verdict::Speech,
            Verdict::Pitchless,
            Verdict::Silent
        ]
    );
    assert!(heard.notes.iter().all(|note| note.recording == 0));
    for what in [
        "2 files have several notes at once and are left out: b.wav, c.wav.",
        "1 file has no steady notes (speech?) and is left out: talk.wav.",
        "1 file has no pitch (drums, noise?) and is left out: loop.wav.",
        "1 file is silent: nothing.wav.",
    ] {
        assert!(
            says(&heard, what),
            "{what}: {:?}",
            heard.findings.sentences()
        );
    }
}

#[test]
fn a_hum_is_found_and_taken_out() {
    for mains_hz in [50_u32, 60] {
        let mut audio = clean();
        add_hum(&mut audio, mains_hz as f32, 0.01);
        let heard = listen_to(audio);
        assert!(says(
            &heard,
            &format!("A hum at {mains_hz} Hz was taken out")
        ));
        assert!(!says(&heard, &format!("A hum at {} Hz", 110 - mains_hz)));
        let clear = listen_to(clean());
        assert!(heard.notes.len().abs_diff(clear.notes.len()) < 3);
        // What is left of it before the notes begin is far under what was there.
        let lead = |note: &crate::note::FoundNote| {
            note.audio[..48]
                .iter()
                .fold(0.0_f32, |most, x| most.max(x.abs()))
        };
        let late = heard.notes.iter().filter(|note| note.first_sample > 96_000);
        let mut leads: Vec<f32> = late.map(lead).collect();
        leads.sort_by(f32::total_cmp);
        assert!(leads[leads.len() / 4] < 0.002, "{leads:?}");
    }
}

#[test]
fn clipped_notes_are_left_out() {
    let notes = exercise(50, 57, 10);
    let mut audio = play(&notes, &HELD);
    let (begin, end) = (
        (notes[5].1 * 48_000.0) as usize,
        (notes[8].1 * 48_000.0) as usize,
    );
    for sample in &mut audio[begin - 1000..end - 1000] {
        *sample = (6.0 * *sample).clamp(-1.0, 1.0);
    }
    let heard = listen_to(audio);
    assert_eq!(heard.findings.clipped, 3);
    assert!(
        says(&heard, "3 notes are clipped and left out"),
        "{:?}",
        heard.findings.sentences()
    );
    assert!(heard.findings.recordings[0].clips > 10);
}

#[test]
fn holes_and_rare_notes_are_named() {
    let mut notes = exercise(48, 45, 8);
    let high = exercise(48, 64, 7).into_iter();
    notes.extend(high.map(|(midi, begin_s, long_s)| (midi, begin_s + 40.0, long_s)));
    notes.push((90.0, 80.0, 1.0));
    let heard = listen_to(play(&notes, &HELD));
    assert!(
        says(&heard, "There is nothing between E3 and E4."),
        "{:?}",
        heard.findings.sentences()
    );
    assert!(
        says(&heard, "F#6 is heard only once."),
        "{:?}",
        heard.findings.sentences()
    );
}

#[test]
fn noise_is_said_to_be_as_near_as_it_is() {
    let mut audio = clean();
    for (sample, noise) in audio.iter_mut().zip(noise(70.0, -45.0)) {
        *sample += noise;
    }
    let heard = listen_to(audio);
    let under_db = heard.findings.recordings[0].noise_under_notes_db().unwrap();
    // The notes are at about -17 dB.
    assert!((22.0..36.0).contains(&under_db), "{under_db}");
    assert!(says(
        &heard,
        &format!("Noise is only {} dB below the notes", under_db.round())
    ));
}

#[test]
fn a_room_is_heard_after_held_notes_and_not_after_struck_ones() {
    let notes: Vec<Note> = (0..20)
        .map(|n| (55.0 + (n % 7) as f32, 0.5 + 2.5 * n as f32, 0.8))
        .collect();
    let hall = Playing {
        released_db_per_s: 50.0,
        ..HELD
    };
    let heard = listen_to(play(&notes, &hall));
    let room_s = heard.findings.recordings[0].room_s.unwrap();
    assert!((0.9..1.5).contains(&room_s), "{room_s}");
    assert!(says(
        &heard,
        &format!("The room is heard: about {room_s:.1} s")
    ));
    let struck = Playing {
        released_db_per_s: 50.0,
        ..STRUCK
    };
    assert!(!says(&listen_to(play(&notes, &struck)), "room"));
}

#[test]
fn a_telephone_is_heard() {
    let telephone = Playing {
        highest_hz: 3400.0,
        ..HELD
    };
    let heard = listen_to(play(&exercise(50, 57, 10), &telephone));
    let hz = heard.findings.recordings[0].bandwidth_hz.unwrap();
    assert!((3000.0..4300.0).contains(&hz), "{hz}");
    assert!(says(&heard, "nothing above"));
}

#[test]
fn a_recording_that_is_too_soft_is_said_to_be() {
    let audio = clean().into_iter().map(|sample| 0.02 * sample).collect();
    assert!(says(&listen_to(audio), "very soft"));
}
