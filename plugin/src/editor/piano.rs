//! The instrument's keyboard: which keys are held, and keys to press with the pointer.

use egui::{
    CornerRadius, CursorIcon, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};
use mynah_engine::note_name;

use super::theme::{Theme, mix};
use crate::shared::{PressedKey, Shared};

/// From C2 to C7.
const LOWEST: u8 = 36;
const HIGHEST: u8 = 96;
/// How far the black keys reach down, and how wide they are beside the white ones.
const BLACK_LENGTH: f32 = 0.62;
const BLACK_WIDTH: f32 = 0.6;
/// A key that is pressed at its upper end, and at its lower one.
const VELOCITIES: (f32, f32) = (30.0, 120.0);
const ROUNDING: CornerRadius = CornerRadius {
    nw: 1,
    ne: 1,
    sw: 3,
    se: 3,
};

/// Draws the keys, and presses the one below the pointer.
pub(super) fn show(ui: &mut Ui, shared: &Shared, held: u128, rect: Rect) {
    let keys = keys(rect);
    let id = ui.scope_id().with("piano");
    let response = ui
        .interact(rect, id, Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::Unknown, true, "Keyboard"));
    let pointed = response.interact_pointer_pos();
    let pressed = pointed
        .filter(|_| response.is_pointer_button_down_on())
        .and_then(|pointer| pressed_at(&keys, pointer));
    // The velocity is that of the first touch: a key that is held is not struck again.
    let before = shared.pressed_key();
    if before.map(|pressed| pressed.key) != pressed.map(|pressed| pressed.key) {
        shared.press_key(pressed);
    }
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let edge = Stroke::new(1.0, theme.line);
    for (key, place, white) in &keys {
        let rest = if *white { theme.text } else { theme.background };
        let rest = if *white {
            mix(rest, theme.panel, 0.15)
        } else {
            rest
        };
        let on = held >> key & 1 == 1;
        let fill = if on { theme.accent_line } else { rest };
        painter.rect(*place, ROUNDING, fill, edge, StrokeKind::Inside);
        if *white && key % 12 == 0 {
            painter.text(
                pos2(place.center().x, place.bottom() - 8.0),
                egui::Align2::CENTER_CENTER,
                note_name(i32::from(*key)),
                super::fonts::regular(9.5),
                theme.panel,
            );
        }
    }
}

/// The key at a point, struck the harder the further down it is.
fn pressed_at(keys: &[(u8, Rect, bool)], pointer: Pos2) -> Option<PressedKey> {
    // The black ones lie above the white ones.
    let (key, place, _) = keys
        .iter()
        .rev()
        .find(|(_, place, _)| place.contains(pointer))?;
    let (soft, loud) = VELOCITIES;
    let way = (pointer.y - place.top()) / place.height();
    Some(PressedKey {
        key: *key,
        velocity: (soft + way * (loud - soft)) as u8,
    })
}

/// The keys and where they are, the white ones first.
fn keys(rect: Rect) -> Vec<(u8, Rect, bool)> {
    let all = LOWEST..=HIGHEST;
    let whites: Vec<u8> = all.clone().filter(|key| is_white(*key)).collect();
    let width = rect.width() / whites.len() as f32;
    let left = |key: u8| {
        let before = whites.iter().filter(|white| **white < key).count();
        rect.left() + before as f32 * width
    };
    let white = whites.iter().map(|key| {
        let place = Rect::from_min_size(pos2(left(*key), rect.top()), vec2(width, rect.height()));
        (*key, place.shrink2(vec2(0.5, 0.0)), true)
    });
    let black = all.filter(|key| !is_white(*key)).map(|key| {
        let size = vec2(BLACK_WIDTH * width, BLACK_LENGTH * rect.height());
        let corner = pos2(left(key) - 0.5 * size.x, rect.top());
        (key, Rect::from_min_size(corner, size), false)
    });
    white.chain(black).collect()
}

fn is_white(key: u8) -> bool {
    matches!(key % 12, 0 | 2 | 4 | 5 | 7 | 9 | 11)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_can_be_pressed_and_lower_down_is_louder() {
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(720.0, 80.0));
        let keys = keys(rect);
        assert_eq!(keys.len(), 61);
        for (key, place, white) in &keys {
            let at = |share: f32| pos2(place.center().x, place.top() + share * place.height());
            // The lower end of a white key lies free.
            let low = pressed_at(&keys, at(0.95)).map(|pressed| pressed.key);
            assert_eq!(low, Some(*key));
            if !white {
                let [soft, loud] = [0.1, 0.9].map(|share| pressed_at(&keys, at(share)));
                assert!(soft.map(|p| p.velocity) < loud.map(|p| p.velocity));
            }
        }
        assert_eq!(pressed_at(&keys, pos2(-1.0, 10.0)), None);
    }
}
