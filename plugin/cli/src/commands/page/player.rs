//! The player: chooses a sound and what it becomes, and switches between the two while they play.

use std::fmt::Write;

use mynah_models::ModelInfo;

use super::{Source, escaped, fill};

/// Choices, pictures and transport.
const PLAYER: &str = include_str!("player.html");
/// All sounds; the script finds them there.
const FILES: &str = include_str!("files.html");

/// What can be heard.
pub(in crate::commands) struct Player<'a> {
    /// At least one.
    pub(in crate::commands) sources: &'a [Source],
    /// At least one; every source becomes each of them.
    pub(in crate::commands) outcomes: &'a [Outcome<'a>],
}

/// What a source becomes.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Outcome<'a> {
    /// Name in file names: lower-case letters, digits and hyphens.
    pub(in crate::commands) name: &'a str,
    /// Name for people.
    pub(in crate::commands) title: &'a str,
}

impl<'a> Outcome<'a> {
    /// The translation to a target.
    pub(in crate::commands) fn of(target: &'a ModelInfo) -> Outcome<'a> {
        Outcome {
            name: &target.name,
            title: &target.display_name,
        }
    }
}

impl Player<'_> {
    /// The player itself.
    pub(in crate::commands) fn html(&self) -> String {
        let parts = [
            ("sources", self.source_choices()),
            ("targets", self.target_choices()),
            ("pictures", self.first_pictures()),
        ];
        fill(PLAYER, &parts)
    }

    /// The section of all sounds, without which the player plays nothing.
    pub(in crate::commands) fn files_html(&self) -> String {
        fill(FILES, &[("files", self.files())])
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
        for (i, outcome) in self.outcomes.iter().enumerate() {
            let _ = writeln!(
                html,
                r#"<label class="choice"><input type="radio" name="target" value="{}"{}><span>{}</span></label>"#,
                escaped(outcome.name),
                checked(i),
                escaped(outcome.title)
            );
        }
        html
    }

    /// The spectrograms of the first source and its first translation, until the script shows others.
    fn first_pictures(&self) -> String {
        let Some((source, outcome)) = self.sources.first().zip(self.outcomes.first()) else {
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
                outcome.title,
                source.picture_name(Some(outcome.name)),
            )
    }

    /// A table of links to all sounds. The script finds sounds and pictures here, too.
    fn files(&self) -> String {
        let mut html = String::from("<thead><tr><th scope=\"col\">Sound</th>");
        for source in self.sources {
            let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(&source.title));
        }
        html += "</tr></thead>\n<tbody>\n";
        let rows = std::iter::once(None).chain(self.outcomes.iter().map(Some));
        for outcome in rows {
            let title = outcome.map_or("As it came in", |outcome| outcome.title);
            let name = outcome.map(|outcome| outcome.name);
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
}

/// Models, who made the recordings that they were trained on, and their licences.
pub(in crate::commands) fn models<'a>(models: impl IntoIterator<Item = &'a ModelInfo>) -> String {
    let mut html = String::new();
    for model in models {
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

/// The frequencies beside a picture, where the logarithm from 20 Hz to 20 kHz puts them.
const AXIS: &str = r#"<span class="hz" style="top:100%">20 Hz</span><span class="hz" style="top:76.7%">100 Hz</span><span class="hz" style="top:43.4%">1 kHz</span><span class="hz" style="top:10%">10 kHz</span><span class="hz" style="top:0">20 kHz</span>"#;

fn checked(index: usize) -> &'static str {
    if index == 0 { " checked" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::super::filling::marks;
    use super::*;

    #[test]
    fn every_mark_of_the_shells_is_filled() {
        assert_eq!(marks(PLAYER), ["sources", "targets", "pictures"]);
        assert_eq!(marks(FILES), ["files"]);
    }
}
