//! The colours of the editor: one set for dark rooms, one for light ones.

use egui::{Color32, CornerRadius, Stroke, Theme as EguiTheme, Ui, Visuals};

/// Rounding of panels, and of what lies inside them, logical pixels.
pub(super) const PANEL_ROUNDING: CornerRadius = CornerRadius::same(10);
pub(super) const CARD_ROUNDING: CornerRadius = CornerRadius::same(7);
pub(super) const SMALL_ROUNDING: CornerRadius = CornerRadius::same(5);

/// Every colour that is drawn. Texts are readable on every ground: at least 4.5 to 1.
#[derive(Debug, PartialEq)]
pub(super) struct Theme {
    /// Behind everything.
    pub(super) background: Color32,
    /// Ground of a group of controls.
    pub(super) panel: Color32,
    /// What can be pressed, and the same under the pointer.
    pub(super) card: Color32,
    pub(super) card_hover: Color32,
    /// What something moves in: tracks, meters, the morph pad.
    pub(super) well: Color32,
    /// Edges of panels and cards.
    pub(super) line: Color32,
    /// Values and names; headings and labels; what is out of use.
    pub(super) text: Color32,
    pub(super) dim: Color32,
    pub(super) faint: Color32,
    /// The yellow of a mynah's beak: what is set. As letters, as lines, and as a ground.
    pub(super) accent: Color32,
    pub(super) accent_line: Color32,
    pub(super) accent_ground: Color32,
    /// Around what the keyboard acts on.
    pub(super) focus: Color32,
    pub(super) warning: Color32,
    pub(super) level_low: Color32,
    pub(super) level_high: Color32,
    pub(super) level_over: Color32,
    pub(super) families: Families,
}

/// The colours of the families of instruments.
#[derive(Debug, PartialEq)]
pub(super) struct Families {
    pub(super) strings: Color32,
    pub(super) woodwinds: Color32,
    pub(super) saxophones: Color32,
    pub(super) brass: Color32,
    pub(super) keys: Color32,
    pub(super) plucked: Color32,
    pub(super) own: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

pub(super) static DARK: Theme = Theme {
    background: rgb(0x12141A),
    panel: rgb(0x1A1D25),
    card: rgb(0x252A35),
    card_hover: rgb(0x2F3542),
    well: rgb(0x0D0F14),
    line: rgb(0x2C313D),
    text: rgb(0xECEEF3),
    dim: rgb(0xA7AEBD),
    faint: rgb(0x8B93A4),
    accent: rgb(0xF6BD43),
    accent_line: rgb(0xF6BD43),
    accent_ground: rgb(0x3A321C),
    focus: rgb(0x7FB2FF),
    warning: rgb(0xFFA268),
    level_low: rgb(0x43B8A0),
    level_high: rgb(0xF6BD43),
    level_over: rgb(0xFF7A76),
    families: Families {
        strings: rgb(0xE28A6B),
        woodwinds: rgb(0x7DBBE8),
        saxophones: rgb(0xF0A64F),
        brass: rgb(0xE8C65F),
        keys: rgb(0xB9A8F2),
        plucked: rgb(0x98CF83),
        own: rgb(0x9ACACC),
    },
};

pub(super) static LIGHT: Theme = Theme {
    background: rgb(0xE9EAEE),
    panel: rgb(0xFAFAFB),
    card: rgb(0xEEF0F4),
    card_hover: rgb(0xE3E6EC),
    well: rgb(0xDFE2E9),
    line: rgb(0xD3D7E0),
    text: rgb(0x1B1E26),
    dim: rgb(0x444B5A),
    faint: rgb(0x565D6C),
    accent: rgb(0x7A5200),
    accent_line: rgb(0xAE7200),
    accent_ground: rgb(0xFBE9BF),
    focus: rgb(0x1F62D0),
    warning: rgb(0xA03A00),
    level_low: rgb(0x14806B),
    level_high: rgb(0xC98A00),
    level_over: rgb(0xB3261E),
    families: Families {
        strings: rgb(0xA8472A),
        woodwinds: rgb(0x24699C),
        saxophones: rgb(0xA65F0C),
        brass: rgb(0x8A6A08),
        keys: rgb(0x6247B8),
        plucked: rgb(0x3C7A29),
        own: rgb(0x2C7377),
    },
};

impl Theme {
    /// The theme in which this window is drawn.
    pub(super) fn of(ui: &Ui) -> &'static Self {
        if ui.visuals().dark_mode {
            &DARK
        } else {
            &LIGHT
        }
    }

    /// The colour of an instrument's family, by the name of its model.
    pub(super) fn family(&self, name: &str) -> Color32 {
        let families = &self.families;
        match name {
            "violin" | "viola" | "cello" | "contrabass" | "double-bass" => families.strings,
            "flute" | "clarinet" | "oboe" | "bassoon" => families.woodwinds,
            "trumpet" | "trombone" | "horn" | "tuba" => families.brass,
            "piano" | "organ" | "harpsichord" => families.keys,
            "guitar" | "harp" | "banjo" => families.plucked,
            other if other.contains("sax") => families.saxophones,
            _ => families.own,
        }
    }

    fn visuals(&self, mut visuals: Visuals) -> Visuals {
        visuals.panel_fill = self.background;
        visuals.window_fill = self.card;
        visuals.window_stroke = Stroke::new(1.0, self.line);
        visuals.extreme_bg_color = self.well;
        visuals.override_text_color = Some(self.text);
        visuals.selection.bg_fill = self.accent_ground;
        visuals.selection.stroke = Stroke::new(1.0, self.accent);
        visuals.popup_shadow = egui::Shadow::NONE;
        visuals
    }
}

/// Gives a new window its style, in both themes.
pub(super) fn apply(ctx: &egui::Context) {
    for (theme, colours, visuals) in [
        (EguiTheme::Dark, &DARK, Visuals::dark()),
        (EguiTheme::Light, &LIGHT, Visuals::light()),
    ] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = colours.visuals(visuals);
            style.interaction.tooltip_delay = 0.6;
            // Labels are drawn, not typed: dragging over them must not select text.
            style.interaction.selectable_labels = false;
        });
    }
}

/// Draws this window in the dark or the light theme.
pub(super) fn choose(ctx: &egui::Context, dark: bool) {
    let wanted = if dark {
        EguiTheme::Dark
    } else {
        EguiTheme::Light
    };
    if ctx.theme() != wanted {
        ctx.set_theme(wanted);
    }
}

/// A colour between two, `share` of the way from `from` to `to`.
pub(super) fn mix(from: Color32, to: Color32, share: f32) -> Color32 {
    from.lerp_to_gamma(to, share)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of the Web Content Accessibility Guidelines.
    fn luminance(colour: Color32) -> f32 {
        let linear = |channel: u8| {
            let share = f32::from(channel) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(one: Color32, other: Color32) -> f32 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn texts_are_readable_on_every_ground() {
        for theme in [&DARK, &LIGHT] {
            let grounds = [
                theme.background,
                theme.panel,
                theme.card,
                theme.card_hover,
                theme.well,
            ];
            let texts = [theme.text, theme.dim, theme.accent, theme.warning];
            for ground in grounds {
                for text in texts {
                    assert!(
                        contrast(text, ground) >= 4.5,
                        "{text:?} on {ground:?}: {}",
                        contrast(text, ground)
                    );
                }
            }
            for ground in [theme.background, theme.panel, theme.card, theme.well] {
                for text in [theme.faint, theme.level_over] {
                    assert!(
                        contrast(text, ground) >= 4.5,
                        "{text:?} on {ground:?}: {}",
                        contrast(text, ground)
                    );
                }
                // Shapes, not letters: 3 to 1.
                assert!(contrast(theme.focus, ground) >= 3.0);
                assert!(
                    contrast(theme.accent_line, ground) >= 3.0,
                    "{ground:?}: {}",
                    contrast(theme.accent_line, ground)
                );
            }
            for text in [theme.accent, theme.text, theme.dim] {
                assert!(contrast(text, theme.accent_ground) >= 4.5);
            }
        }
    }

    #[test]
    fn instruments_have_the_colour_of_their_family() {
        assert_eq!(DARK.family("cello"), DARK.families.strings);
        assert_eq!(LIGHT.family("sax-tenor"), LIGHT.families.saxophones);
        assert_eq!(LIGHT.family("kazoo"), LIGHT.families.own);
    }
}
