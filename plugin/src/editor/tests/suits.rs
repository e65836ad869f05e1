//! The status line says which targets suit what is played.

use egui_kittest::kittest::NodeT as _;

use super::*;

/// Hops of a note and of the rest after it: 0.4 s and 53 ms.
const NOTE_HOPS: usize = 150;
const REST_HOPS: usize = 20;

impl Bench {
    /// Plays notes that fall by so many dB a second.
    fn hear_notes(&mut self, notes: &[f32], falls_db_per_s: f32) {
        for semitones in notes {
            for hop in 0..NOTE_HOPS + REST_HOPS {
                let sounds = hop < NOTE_HOPS;
                let seconds = hop as f32 * HOP_SAMPLES as f32 / 48_000.0;
                self.harness.state_mut().app.suits().take(&Report {
                    tracked_hz: 440.0 * ((semitones - 69.0) / 12.0).exp2(),
                    voicing: if sounds { 0.95 } else { 0.0 },
                    loudness_db: -20.0 - falls_db_per_s * seconds,
                    gate_open: sounds,
                    ..Report::SILENCE
                });
            }
        }
        self.harness.run();
    }

    fn suits(&self) -> Option<String> {
        let shown = self.harness.query_by_label_contains("Suits: ")?;
        assert!(self.layout().status.contains_rect(shown.rect()));
        shown.accesskit_node().value()
    }
}

#[test]
fn what_suits_is_said_once_enough_is_heard() {
    let mut bench = Bench::new();
    bench.hear_notes(&[84.0, 86.0, 88.0], 0.0);
    assert_eq!(bench.suits(), None, "three notes are not enough");
    bench.hear_notes(&[84.0, 86.0, 88.0, 84.0], 0.0);
    let high = bench.suits().unwrap();
    assert!(high.starts_with("Suits: Flute"), "{high}");
    // Enough of something else, and that counts.
    for _ in 0..8 {
        bench.hear_notes(&[52.0, 55.0, 57.0, 59.0, 57.0, 55.0], 15.0);
    }
    let low = bench.suits().unwrap();
    assert!(low.starts_with("Suits: Guitar"), "{low}");
}

#[test]
fn silence_and_noise_suit_nothing() {
    let mut bench = Bench::new();
    for _ in 0..3_000 {
        let suits = bench.harness.state_mut().app.suits();
        suits.take(&Report::SILENCE);
        suits.take(&Report {
            tracked_hz: 440.0,
            voicing: 0.2,
            loudness_db: -10.0,
            gate_open: true,
            ..Report::SILENCE
        });
    }
    bench.harness.run();
    assert_eq!(bench.suits(), None);
}
