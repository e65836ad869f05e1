//! Shells of HTML with marks, `{{name}}`, and what is put in their places.

/// The shell with every mark replaced by the part of its name. Marks are looked for in the shell alone: what a part holds
/// is never taken for one.
pub(in crate::commands) fn fill(shell: &str, parts: &[(&str, String)]) -> String {
    let mut html = String::new();
    let mut rest = shell;
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

/// `text` as it may stand between tags and in quoted attributes.
pub(in crate::commands) fn escaped(text: &str) -> String {
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

/// The marks of a shell, in their order.
#[cfg(test)]
pub(in crate::commands) fn marks(shell: &str) -> Vec<&str> {
    shell
        .split("{{")
        .skip(1)
        .filter_map(|part| part.split_once("}}"))
        .map(|(mark, _)| mark)
        .collect()
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
    fn marks_are_filled_and_what_is_put_there_is_left_alone() {
        let parts = [("a", "{{b}}".to_owned()), ("b", "2".to_owned())];
        assert_eq!(fill("1 {{a}} {{b}}{{c}}.", &parts), "1 {{b}} 2.");
        assert_eq!(marks("1 {{a}} {{b}}{{c}}."), ["a", "b", "c"]);
    }
}
