//! The key by ear: shown beside the scale, and kept.

use egui::Key;
use egui_kittest::kittest::NodeT as _;
use mynah_engine::HeardKey;

use super::*;

/// A minor, as the meters have it.
const A_MINOR: f32 = 21.0;

impl Bench {
    fn hear(&mut self, certainty: Option<f32>) {
        let heard = |certainty| HeardKey {
            key: mynah_engine::Key::of(A_MINOR as usize),
            certainty,
        };
        self.shared.publish(&Reading {
            key: certainty.map(heard),
            ..Reading::default()
        });
        self.harness.run();
    }

    fn scale(&self) -> String {
        let node = self.harness.get_by_label("Scale");
        node.accesskit_node().value().unwrap_or_default()
    }

    fn is_on(&self, note: &str) -> bool {
        let node = self.harness.get_by_label(note);
        let toggled = node.accesskit_node().toggled();
        toggled == Some(egui::accesskit::Toggled::True)
    }
}

#[test]
fn the_key_that_is_heard_is_shown_and_kept_in_one_step() {
    let mut bench = Bench::new();
    let set = |bench: &Bench| {
        let number = |control: Control| bench.param(control).number();
        (number(Control::Key), number(Control::Scale))
    };
    bench.hear(Some(0.874));
    assert_eq!(bench.scale(), "Chromatic", "it is not asked for");
    bench.set(Control::Scale, 7.0);
    assert_eq!(bench.scale(), "Auto: A minor, 87 %");
    assert!(bench.is_on("Note A") && bench.is_on("Note Ab") && !bench.is_on("Note C#"));
    bench.hear(None);
    assert_eq!(bench.scale(), "Auto: listening");
    assert!(bench.is_on("Note C#"), "all notes until it is sure");
    bench.click("Keep the key");
    assert_eq!(set(&bench), (0.0, 7.0), "there is nothing to keep");
    bench.hear(Some(0.6));
    bench.click("Keep the key");
    assert_eq!(set(&bench), (9.0, 2.0));
    assert_eq!(bench.scale(), "Minor");
    bench.shortcut(Modifiers::COMMAND, Key::Z);
    assert_eq!(set(&bench), (0.0, 7.0), "one step back");
}
