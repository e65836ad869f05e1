//! The scope as a whole, fed with made-up reports.

use egui::{Pos2, RawInput, vec2};

use super::*;

fn report(level: f32) -> Report {
    Report {
        input: [level; 128],
        tracked_hz: 220.0,
        played_hz: 440.0,
        voicing: 1.0,
        gate_open: true,
        compute_ns: 101_000,
        ..Report::SILENCE
    }
}

/// Draws one frame; the words in it, and in how long the next frame is wanted.
fn frame(scope: &mut Scope, ctx: &egui::Context, rect: Rect, time_s: f64) -> (Vec<String>, f64) {
    let input = RawInput {
        time: Some(time_s),
        ..RawInput::default()
    };
    let output = ctx.run_ui(input, |ui| {
        scope.show(ui, rect, &Colours::of(&DARK), Plays::Sound)
    });
    let words = output
        .shapes
        .iter()
        .filter_map(|clipped| match &clipped.shape {
            egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
            _ => None,
        });
    let delays = output
        .viewport_output
        .values()
        .map(|viewport| viewport.repaint_delay);
    let delay_s = delays
        .min()
        .map_or(f64::INFINITY, |delay| delay.as_secs_f64());
    (words.collect(), delay_s)
}

fn context() -> egui::Context {
    let ctx = egui::Context::default();
    crate::editor::app::prepare(&ctx);
    ctx
}

#[test]
fn the_lamps_show_the_latest_report_until_the_engine_rests() {
    let (mut scope, ctx) = (Scope::new(), context());
    let rect = Rect::from_min_size(Pos2::ZERO, vec2(1_000.0, 180.0));
    let (words, _) = frame(&mut scope, &ctx, rect, 0.0);
    assert!(words.contains(&"Gate".to_owned()), "{words:?}");
    scope.take(&report(0.1));
    let (words, _) = frame(&mut scope, &ctx, rect, 0.1);
    for word in ["Gate open", "Track"] {
        assert!(words.contains(&word.to_owned()), "{word}: {words:?}");
    }
    assert_eq!(scope.load(), "3.8 %, p99 3.8 %");
    scope.take(&Report {
        gate_open: false,
        follows: true,
        ..report(0.1)
    });
    let (words, _) = frame(&mut scope, &ctx, rect, 0.2);
    assert!(words.contains(&"Gate closed".to_owned()) && words.contains(&"Follow".to_owned()));
    let (words, _) = frame(&mut scope, &ctx, rect, 1.0);
    assert!(words.contains(&"Gate".to_owned()));
    assert_eq!(scope.load(), "\u{2013}");
}

#[test]
fn frames_are_asked_for_only_after_reports() {
    let (mut scope, ctx) = (Scope::new(), context());
    let rect = Rect::from_min_size(Pos2::ZERO, vec2(1_000.0, 180.0));
    // The first frames of a window are egui's own wish.
    for n in 0..5 {
        frame(&mut scope, &ctx, rect, f64::from(n) * 0.1);
    }
    assert!(frame(&mut scope, &ctx, rect, 1.0).1 > 1e6);
    scope.take(&report(0.1));
    let (_, delay_s) = frame(&mut scope, &ctx, rect, 2.0);
    assert!((0.5..0.6).contains(&delay_s), "to show the rest: {delay_s}");
    assert!(frame(&mut scope, &ctx, rect, 2.6).1 > 1e6);
}

#[test]
fn the_panels_do_not_overlap_and_stay_inside() {
    for size in [vec2(700.0, 110.0), vec2(1_000.0, 190.0), vec2(900.0, 420.0)] {
        let rect = Rect::from_min_size(pos2(18.0, 70.0), size);
        let panels = panels(rect);
        for (n, panel) in panels.iter().enumerate() {
            assert!(rect.expand(0.01).contains_rect(*panel) && panel.is_positive());
            for other in &panels[n + 1..] {
                assert!(!panel.intersects(*other), "{panel:?} {other:?}");
            }
        }
    }
}
