//! `mynah params`: everything that can be set.

use std::fmt::Write;

use anyhow::Result;
use mynah_engine::{CORNER_INFOS, Control, ControlGroup, ControlKind, Library};
use serde::Serialize;

use super::{print, print_json};
use crate::cli::Listing;

/// One parameter in JSON.
#[derive(Serialize)]
struct ParamJson {
    id: &'static str,
    name: &'static str,
    group: &'static str,
    kind: &'static str,
    /// Numbers only.
    min: Option<f32>,
    max: Option<f32>,
    /// The names there are, of targets and choices only.
    choices: Option<Vec<String>>,
    /// Numbers as numbers, anything else as a text; none of the targets.
    default: Option<serde_json::Value>,
    unit: &'static str,
    /// What may be given, in words.
    values: String,
    tooltip: &'static str,
}

/// Lists the parameters: the targets and all controls.
///
/// # Errors
/// Stdout cannot be written.
pub(super) fn run(arguments: &Listing) -> Result<()> {
    let library = Library::with_user_folder();
    let names = library.entries().iter().map(|e| e.info.name.clone());
    let names: Vec<String> = names.collect();
    let targets = CORNER_INFOS.iter().map(|corner| ParamJson {
        id: corner.id,
        name: corner.name,
        group: ControlGroup::Target.name(),
        kind: "target",
        min: None,
        max: None,
        choices: Some(names.clone()),
        default: None,
        unit: "",
        values: "a name from `mynah targets`, or a .mynah file".to_owned(),
        tooltip: corner.tooltip,
    });
    let controls = ControlGroup::ALL
        .into_iter()
        .flat_map(Control::of_group)
        .map(of_control);
    let params: Vec<ParamJson> = targets.chain(controls).collect();
    if arguments.json {
        return print_json(&params);
    }
    let mut text = String::new();
    let mut group = "";
    for param in &params {
        if group != param.group {
            group = param.group;
            let _ = writeln!(text, "{group}");
        }
        let default = param.default.as_ref().map(|default| match default {
            serde_json::Value::String(text) => format!("; {text}"),
            number => format!("; {number}"),
        });
        let _ = writeln!(
            text,
            "  {:<15} {}{}\n{:18}{}",
            param.id,
            param.values,
            default.unwrap_or_default(),
            "",
            param.tooltip
        );
    }
    print(&text)
}

fn of_control(control: Control) -> ParamJson {
    let info = control.info();
    let written = control.written(info.default);
    let (kind, choices, is_number) = match info.kind {
        ControlKind::Continuous | ControlKind::Tapered => ("number", None, true),
        ControlKind::Share => ("share", None, true),
        ControlKind::Whole => ("whole", None, true),
        ControlKind::Switch => ("switch", None, false),
        ControlKind::Notes => ("notes", None, false),
        ControlKind::Choice(names) => {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            ("choice", Some(names), false)
        }
    };
    let default = if is_number {
        written.parse::<serde_json::Number>().ok().map(Into::into)
    } else {
        Some(written.into())
    };
    ParamJson {
        id: info.id,
        name: info.name,
        group: info.group.name(),
        kind,
        min: is_number.then_some(info.min),
        max: is_number.then_some(info.max),
        choices,
        default,
        unit: info.unit,
        values: info.values(),
        tooltip: info.tooltip,
    }
}
