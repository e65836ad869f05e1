//! What moves a puck in a plane of two controls: drags, clicks and keys.

use egui::{PointerButton, Response, Ui, Vec2};

use super::keyboard::{Nudge, nudge};
use crate::editor::desk::Handle;

/// With shift held, everything moves this much slower.
const FINE: f32 = 0.1;

/// Where a puck is and how it moves. Places are normalized values of both controls, 0 to 1; y grows downwards or upwards, as the
/// plane has it.
pub(in crate::editor) struct Puck<'a> {
    pub(in crate::editor) x: Handle<'a>,
    pub(in crate::editor) y: Handle<'a>,
    /// What is under the pointer, if it is pressed.
    pub(in crate::editor) under_pointer: Option<Vec2>,
    /// How far the place moves when the pointer moves by a logical pixel.
    pub(in crate::editor) per_pixel: Vec2,
    /// How far an arrow key moves it: to the right, and upwards.
    pub(in crate::editor) key_step: Vec2,
    /// Where it comes back to.
    pub(in crate::editor) home: Vec2,
}

impl Puck<'_> {
    /// Does what the player does in this frame. Whatever moves both controls at once is one gesture, and so one step to undo.
    pub(in crate::editor) fn take(&self, ui: &Ui, response: &Response) {
        let place = Vec2::new(self.x.value(), self.y.value());
        // The place a drag has reached is kept, so that slow drags add up and go on beyond the edges.
        let drag_id = response.id.with("drag");
        if response.drag_started() {
            self.begin();
            ui.data_mut(|data| data.insert_temp(drag_id, place));
        }
        if response.dragged() {
            let reached: Vec2 = ui.data(|data| data.get_temp(drag_id)).unwrap_or(place);
            let fine = ui.input(|input| input.modifiers.shift);
            let next = match self.under_pointer {
                Some(under) if !fine => under,
                _ => reached + response.drag_delta() * self.per_pixel * FINE,
            };
            let next = next.clamp(Vec2::ZERO, Vec2::splat(1.0));
            ui.data_mut(|data| data.insert_temp(drag_id, next));
            self.set(next);
        }
        if response.drag_stopped() {
            self.end();
        }
        if response.clicked_by(PointerButton::Primary) {
            if response.double_clicked() {
                self.set_once(self.home);
            } else if let Some(under) = self.under_pointer {
                self.set_once(under);
            }
        }
        match nudge(ui, response) {
            Some(Nudge::Reset) => self.set_once(self.home),
            Some(Nudge::By { steps, fine }) => {
                let share = if fine { FINE } else { 1.0 };
                self.set_once(place + steps * self.key_step * share);
            }
            None => {}
        }
    }

    fn set(&self, place: Vec2) {
        self.x.set(place.x);
        self.y.set(place.y);
    }

    fn begin(&self) {
        self.x.begin();
        self.y.begin();
    }

    fn end(&self) {
        self.x.end();
        self.y.end();
    }

    fn set_once(&self, place: Vec2) {
        self.begin();
        self.set(place);
        self.end();
    }
}
