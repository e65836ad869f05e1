//! Where everything with a name stands, for whoever moves the mouse in a real window.
#![allow(unsafe_code)]

use std::sync::Arc;

use egui::accesskit::{Rect, TreeUpdate};
use egui::{Pos2, RawInput, vec2};
use mynah_engine::Plays;
use nice_plug::context::PluginApi;
use nice_plug::prelude::{GuiContextInner, ParamPtr, ParamSetter, PluginState};

use super::app::{App, prepare};
use crate::params::MynahParams;
use crate::targets::catalogue;

/// Something in the editor that can be named.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    /// What a screen reader calls it, such as `Mix`.
    pub name: String,
    /// What it is, such as `Slider`.
    pub role: String,
    /// Its middle, logical pixels from the top left corner.
    pub centre: [f32; 2],
}

/// All places in a new editor of this size, logical pixels, of the plugin that plays this: what it would tell a screen reader.
/// Draws it twice without a window; any thread but audio.
pub fn places(plays: Plays, size: (u32, u32)) -> Vec<Place> {
    let ctx = egui::Context::default();
    prepare(&ctx);
    ctx.enable_accesskit();
    let window = egui::Rect::from_min_size(Pos2::ZERO, vec2(size.0 as f32, size.1 as f32));
    let catalogue = catalogue();
    let params = Arc::new(MynahParams::of(plays, catalogue));
    let mut app = App::new(params, Arc::default(), catalogue);
    let mut frame = || {
        let input = RawInput {
            screen_rect: Some(window),
            ..RawInput::default()
        };
        let setter = ParamSetter::new(&Nobody);
        ctx.run_ui(input, |ui| app.show(ui, &setter))
    };
    // The first frame learns how large everything is.
    drop(frame());
    let told = frame().platform_output.accesskit_update;
    told.map(|told| named(&told)).unwrap_or_default()
}

fn named(told: &TreeUpdate) -> Vec<Place> {
    let nodes = told.nodes.iter().filter_map(|(_, node)| {
        let Rect { x0, y0, x1, y1 } = node.bounds()?;
        Some(Place {
            name: node.label()?.to_owned(),
            role: format!("{:?}", node.role()),
            centre: [((x0 + x1) / 2.0) as f32, ((y0 + y1) / 2.0) as f32],
        })
    });
    nodes.collect()
}

/// A host of an editor that nobody touches.
struct Nobody;

impl GuiContextInner for Nobody {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {}
    unsafe fn raw_set_parameter_normalized(&self, _param: ParamPtr, _normalized: f32) {}
    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {}
    fn get_state(&self) -> PluginState {
        PluginState {
            version: String::new(),
            params: Default::default(),
            fields: Default::default(),
        }
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}
