//! Pictures of the editor in every state.

use egui::vec2;
use mynah_engine::Control;

use super::*;
use crate::look::Look;

impl Bench {
    fn snapshot(&mut self, name: &str) {
        self.harness.snapshot(name);
    }

    fn look(&mut self, dark: bool, scale_percent: u32) {
        self.params.editor_look.store(Look {
            dark,
            scale_percent,
        });
        self.harness.run_steps(3);
    }
}

#[test]
fn dark_and_playing() {
    let mut bench = Bench::new();
    bench.set(Control::MorphX, 0.35);
    bench.set(Control::MorphY, 0.2);
    bench.play();
    bench.snapshot("dark");
}

#[test]
fn light() {
    let mut bench = Bench::new();
    bench.look(false, 100);
    bench.play();
    bench.snapshot("light");
}
