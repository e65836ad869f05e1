//! Turning things from the keyboard, or by what stands in for it.

use egui::accesskit::Action;
use egui::{Event, EventFilter, Key, Response, Ui, Vec2};

/// What the keys ask of the widget that has the focus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::editor) enum Nudge {
    /// So many steps to the right and up, in small steps if `fine`.
    By { steps: Vec2, fine: bool },
    /// Back to the default.
    Reset,
}

/// The keys a widget got in this frame: arrows, page up and down, home. While it has the focus the
/// arrows stay with it instead of moving the focus.
pub(in crate::editor) fn nudge(ui: &Ui, response: &Response) -> Option<Nudge> {
    let asked =
        |action| ui.input(|input| input.num_accesskit_action_requests(response.id, action)) as f32;
    let by_access = asked(Action::Increment) - asked(Action::Decrement);
    if by_access != 0.0 {
        let steps = Vec2::new(0.0, by_access);
        return Some(Nudge::By { steps, fine: false });
    }
    if !response.has_focus() {
        return None;
    }
    ui.memory_mut(|memory| {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        memory.set_focus_lock_filter(response.id, filter);
    });
    ui.input(|input| {
        let mut steps = Vec2::ZERO;
        let mut fine = false;
        for event in &input.events {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } = event
            else {
                continue;
            };
            fine |= modifiers.shift;
            steps += match key {
                Key::ArrowUp => Vec2::new(0.0, 1.0),
                Key::ArrowDown => Vec2::new(0.0, -1.0),
                Key::ArrowRight => Vec2::new(1.0, 0.0),
                Key::ArrowLeft => Vec2::new(-1.0, 0.0),
                Key::PageUp => Vec2::new(0.0, 10.0),
                Key::PageDown => Vec2::new(0.0, -10.0),
                Key::Home => return Some(Nudge::Reset),
                _ => Vec2::ZERO,
            };
        }
        (steps != Vec2::ZERO).then_some(Nudge::By { steps, fine })
    })
}

/// Tells assistive technology how a value reads, and that it can be stepped.
pub(in crate::editor) fn describe_value(ui: &Ui, response: &Response, text: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(text);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
}
