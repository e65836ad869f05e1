//! Thumbs, and dreams that go by them.

use egui::{Popup, PopupCloseBehavior, ProgressBar, Response, RichText, Ui};
use mynah_explore::Stride;
use std::sync::Arc;
use std::time::Duration;

use super::Presets;
use super::bar::BUTTON_WIDTH;
use crate::comparison::Loaded;
use crate::editor::fonts;
use crate::editor::theme::Theme;
use crate::editor::widgets::icon_button::{Icon, IconButton, Row};
use crate::exploring::{Came, Kept, Wish};
use crate::preset::{changes, of_params};
use crate::recorder::Player;
use crate::targets::Catalogue;

const WIDTH: f32 = 250.0;
/// How often it is looked whether something came.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// The name of a setting that has none.
const UNNAMED: &str = "Unnamed";

/// What is clicked in the menu of dreams.
enum Click {
    Dream(Stride),
    Stop,
    Forget,
}

impl Presets {
    /// Draws the thumbs and the dream's button, and takes in what came of them.
    pub(super) fn show_taste(
        &mut self,
        ui: &Ui,
        player: Player<'_>,
        catalogue: &Catalogue,
        row: &mut Row,
        gaps: [f32; 2],
    ) {
        self.take_what_came(player, catalogue);
        if self.exploring.under_way().is_some() {
            ui.ctx().request_repaint_after(LOOK_INTERVAL);
        }
        let idle = self.exploring.under_way().is_none();
        let values = player.params.values();
        let rated = self.rated.as_ref().filter(|(_, rated)| *rated == values);
        let rated = rated.map(|(liked, _)| *liked);
        for (liked, icon, name, tooltip) in [
            (
                true,
                Icon::ThumbUp,
                "Like",
                "You like what you hear: dreams go by it",
            ),
            (
                false,
                Icon::ThumbDown,
                "Dislike",
                "You do not like what you hear: dreams go by it",
            ),
        ] {
            let button = IconButton {
                icon,
                name,
                tooltip,
                enabled: idle,
                lit: rated == Some(liked),
            };
            if button.show(ui, row.next(BUTTON_WIDTH, gaps[0])).clicked() {
                self.rated = Some((liked, values));
                self.begin(Wish::Rate { liked }, player, catalogue);
            }
        }
        let dream = IconButton {
            icon: Icon::Stars,
            name: "Dream",
            tooltip: "A setting that you will like, near this one or anywhere, which can be undone",
            enabled: true,
            lit: matches!(self.exploring.under_way(), Some((Wish::Dream(_), _))),
        };
        let dream = dream.show(ui, row.next(BUTTON_WIDTH, gaps[1]));
        match self.show_menu(&dream) {
            Some(Click::Dream(stride)) => self.begin(Wish::Dream(stride), player, catalogue),
            Some(Click::Stop) => self.exploring.stop(),
            Some(Click::Forget) => {
                self.rated = None;
                self.complaint = self.exploring.forget().err();
            }
            None => {}
        }
    }

    fn begin(&mut self, wish: Wish, player: Player<'_>, catalogue: &Catalogue) {
        let (name, _) = self.present(player, catalogue);
        let name = if player.shared.comparison().label().is_some() {
            name
        } else {
            UNNAMED.to_owned()
        };
        let preset = of_params(player.params, catalogue, &name, "", "");
        self.exploring.begin(wish, preset);
    }

    fn take_what_came(&mut self, player: Player<'_>, catalogue: &Catalogue) {
        let dreamt = match self.exploring.came() {
            Some(Ok(Came::Dreamt(dreamt))) => *dreamt,
            Some(Err(complaint)) => {
                self.rated = None;
                self.complaint = Some(complaint);
                return;
            }
            Some(Ok(Came::Rated | Came::Nothing)) | None => return,
        };
        match changes(&dreamt, player.params, catalogue) {
            Ok(changes) => {
                let loaded = Loaded {
                    preset: dreamt,
                    source: None,
                };
                player.set_as_one(Some(Arc::new(loaded)), &changes.values);
            }
            Err(complaint) => self.complaint = Some(complaint),
        }
    }

    fn show_menu(&self, button: &Response) -> Option<Click> {
        let (under_way, kept) = (self.exploring.under_way(), self.exploring.kept());
        let shown = Popup::menu(button)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .width(WIDTH)
            .show(|ui| match under_way {
                Some((Wish::Dream(_), share)) => show_progress(ui, share),
                _ => show_choice(ui, kept),
            });
        shown.and_then(|shown| shown.inner)
    }
}

fn show_progress(ui: &mut Ui, share: f32) -> Option<Click> {
    ui.label(RichText::new("Dreaming \u{2026}").font(fonts::semibold(13.0)));
    ui.add(
        ProgressBar::new(share)
            .desired_height(6.0)
            .fill(Theme::of(ui).accent_line),
    );
    ui.button("Stop dreaming").clicked().then_some(Click::Stop)
}

fn show_choice(ui: &mut Ui, kept: Kept) -> Option<Click> {
    let theme = Theme::of(ui);
    let small = |text: &str| {
        RichText::new(text)
            .font(fonts::regular(12.0))
            .color(theme.dim)
    };
    ui.label(RichText::new("Dream of a setting").font(fonts::semibold(13.0)));
    let mut clicked = None;
    ui.horizontal(|ui| {
        for (text, stride, tooltip) in [
            (
                "Near this one",
                Stride::Careful,
                "Careful steps from what is set",
            ),
            ("Anywhere", Stride::Bold, "Bold steps, with any targets"),
        ] {
            if ui.button(text).on_hover_text(tooltip).clicked() {
                clicked = Some(Click::Dream(stride));
            }
        }
    });
    ui.label(small(&words(kept)));
    let any = kept != Kept::default();
    if any && ui.button("Forget ratings").clicked() {
        clicked = Some(Click::Forget);
    }
    clicked
}

/// What dreams go by.
fn words(kept: Kept) -> String {
    match kept {
        Kept { up: 0, down: 0 } => {
            "No ratings yet: dreams go by what sounds like an instrument. Rate some settings with the thumbs.".to_owned()
        }
        Kept { up, down } => {
            format!("By your thumbs, {up} up and {down} down, which stay on this machine.")
        }
    }
}
