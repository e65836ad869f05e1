//! The page of the demo: one HTML file that loads nothing but the sounds and pictures beside it.

use std::fmt::Write;

use mynah_engine::{Control, ControlGroup, Controls};
use mynah_models::ModelInfo;

use super::sources::Source;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Head, player and transport; the parts that differ from page to page are put in at their marks.
const SHELL: &str = include_str!("page.html");
/// Controls named at a glance, those of them that there are; the rest stands in the list.
const AT_A_GLANCE: [&str; 4] = ["mode", "octave", "room", "room_size"];

/// What the page shows.
pub(super) struct Page<'a> {
    /// At least one.
    pub(super) sources: &'a [Source],
    /// At least one; every source has a translation to each.
    pub(super) targets: &'a [&'a ModelInfo],
    pub(super) base: &'a ModelInfo,
    /// What all translations were made with.
    pub(super) controls: &'a Controls,
}

impl Page<'_> {
    /// The whole page.
    pub(super) fn html(&self) -> String {
        let parts = [
            ("style", STYLE.to_owned()),
            ("sources", self.source_choices()),
            ("targets", self.target_choices()),
            ("pictures", self.first_pictures()),
            ("glance", self.at_a_glance()),
            ("settings", self.settings()),
            ("files", self.files()),
            ("models", self.models()),
            ("version", escaped(env!("CARGO_PKG_VERSION"))),
            ("script", SCRIPT.to_owned()),
        ];
        // Every mark is looked for in the shell alone: what a name holds is never taken for one.
        let mut html = String::new();
        let mut rest = SHELL;
        while let Some((before, (mark, after))) = rest
            .split_once("{{")
            .and_then(|(before, behind)| Some((before, behind.split_once("}}")?)))
        {
            html += before;
            html += parts
                .iter()
                .find(|(name, _)| *name == mark)
                .map_or("", |(_, part)| part);
            rest = after;
        }
        html + rest
    }

    fn source_choices(&self) -> String {
        let mut html = String::new();
        for (i, source) in self.sources.iter().enumerate() {
            let _ = writeln!(
                html,
                r#"<label class="choice"><input type="radio" name="source" value="{}" data-about="{}"{}><span>{}</span></label>"#,
                escaped(&source.slug),
                escaped(&source.about),
                checked(i),
                escaped(&source.title)
            );
        }
        html
    }

    fn target_choices(&self) -> String {
        let mut html = String::new();
        for (i, target) in self.targets.iter().enumerate() {
            let _ = writeln!(
                html,
                r#"<label class="choice"><input type="radio" name="target" value="{}"{}><span>{}</span></label>"#,
                escaped(&target.name),
                checked(i),
                escaped(&target.display_name)
            );
        }
        html
    }

    /// The spectrograms of the first source and its first translation, until the script shows others.
    fn first_pictures(&self) -> String {
        let Some((source, target)) = self.sources.first().zip(self.targets.first()) else {
            return String::new();
        };
        let panel = |side: &str, letter: &str, title: &str, picture: String| {
            let title = escaped(title);
            format!(
                r#"<figure class="panel" id="panel-{side}">
<figcaption><b aria-hidden="true">{letter}</b> <span id="title-{side}">{title}</span></figcaption>
<div class="picture" data-side="{side}"><img id="picture-{side}" src="{}" alt="Spectrogram of {title}, 20 Hz to 20 kHz" width="1000" height="300"><i class="head"></i>{AXIS}</div>
</figure>
"#,
                escaped(&picture)
            )
        };
        panel("in", "A", &source.title, source.picture_name(None))
            + &panel(
                "out",
                "B",
                &target.display_name,
                source.picture_name(Some(&target.name)),
            )
    }

    /// The controls that a musician asks about first.
    fn at_a_glance(&self) -> String {
        let rows = AT_A_GLANCE.into_iter().filter_map(Control::of);
        rows.map(|control| self.row(control)).collect()
    }

    /// Every control, by group, as the table has them.
    fn settings(&self) -> String {
        let mut html = String::new();
        for group in ControlGroup::ALL {
            let rows: String = Control::of_group(group).map(|c| self.row(c)).collect();
            let _ = writeln!(
                html,
                "<div class=\"group\"><h3>{}</h3><dl>{rows}</dl></div>",
                group.name()
            );
        }
        html
    }

    fn row(&self, control: Control) -> String {
        let info = control.info();
        let (value, unit) = (info.text(self.controls.get(control)), info.shown_unit());
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" {unit}")
        };
        format!(
            "<div title=\"{}\"><dt>{}</dt><dd>{}</dd></div>",
            escaped(info.tooltip),
            escaped(info.name),
            escaped(&(value + &unit))
        )
    }

    /// A table of links to all sounds. The script finds sounds and pictures here, too.
    fn files(&self) -> String {
        let mut html = String::from("<thead><tr><th scope=\"col\">Sound</th>");
        for source in self.sources {
            let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(&source.title));
        }
        html += "</tr></thead>\n<tbody>\n";
        let rows = std::iter::once(None).chain(self.targets.iter().map(Some));
        for target in rows {
            let title = target.map_or("As it came in", |target| target.display_name.as_str());
            let name = target.map(|target| target.name.as_str());
            let _ = write!(html, "<tr><th scope=\"row\">{}</th>", escaped(title));
            for source in self.sources {
                let file = source.sound_name(name);
                let _ = write!(
                    html,
                    r#"<td><a href="{0}" data-source="{1}" data-target="{2}" data-picture="{3}">{0}</a></td>"#,
                    escaped(&file),
                    escaped(&source.slug),
                    escaped(name.unwrap_or_default()),
                    escaped(&source.picture_name(name))
                );
            }
            html += "</tr>\n";
        }
        html + "</tbody>"
    }

    /// The models, who made the recordings that they were trained on, and their licences.
    fn models(&self) -> String {
        let mut html = String::new();
        for model in std::iter::once(self.base).chain(self.targets.iter().copied()) {
            let hash = model.hash.to_string();
            let _ = write!(
                html,
                "<div><dt>{} <code>{}</code></dt><dd>{}<ul>",
                escaped(&model.display_name),
                escaped(hash.get(..12).unwrap_or(&hash)),
                escaped(&model.licence)
            );
            for credit in &model.credits {
                let _ = write!(html, "<li>{}</li>", escaped(credit));
            }
            html += "</ul></dd></div>\n";
        }
        html
    }
}

/// The frequencies beside a picture, where the logarithm from 20 Hz to 20 kHz puts them.
const AXIS: &str = r#"<span class="hz" style="top:100%">20 Hz</span><span class="hz" style="top:76.7%">100 Hz</span><span class="hz" style="top:43.4%">1 kHz</span><span class="hz" style="top:10%">10 kHz</span><span class="hz" style="top:0">20 kHz</span>"#;

fn checked(index: usize) -> &'static str {
    if index == 0 { " checked" } else { "" }
}

/// `text` as it may stand between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_html_is_escaped() {
        assert_eq!(
            escaped("<b>\"&'\n{{script}}"),
            "&lt;b&gt;&quot;&amp;&#39; {{script}}"
        );
    }

    #[test]
    fn every_mark_of_the_shell_is_filled() {
        let marks: Vec<&str> = SHELL
            .split("{{")
            .skip(1)
            .filter_map(|part| part.split_once("}}"))
            .map(|(mark, _)| mark)
            .collect();
        assert_eq!(
            marks,
            [
                "style", "sources", "targets", "pictures", "glance", "settings", "files", "models",
                "version", "script"
            ]
        );
    }
}
