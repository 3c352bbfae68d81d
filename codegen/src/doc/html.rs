//! Text to HTML. What comes from a module goes through [`text`] or [`attribute`], nothing else.

/// Escapes text.
pub(super) fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Escapes a fragment for `href`: what may not stand in a URL is percent-encoded, so that it is no other URL.
pub(super) fn fragment(anchor: &str) -> String {
    let mut escaped = String::from("#");
    for byte in anchor.bytes() {
        if byte.is_ascii_alphanumeric() || b"/:-_.~()*=".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Html {
    text: String,
}

impl Html {
    /// Markup of our own, with whatever is in it escaped already.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// A row of a card's table: what it is, and markup that says it.
    pub(super) fn row(&mut self, name: &str, markup: &str) {
        self.text.push_str(&format!("<dt>{name}</dt><dd>{markup}</dd>\n"));
    }

    /// Text of an author: paragraphs; where lines are indented or listed, as it stands.
    pub(super) fn prose(&mut self, prose: &str) {
        self.text.push_str("<div class=\"prose\">");
        let prose = aligned(prose);
        for paragraph in prose.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.trim().is_empty())
        {
            let listed = |line: &str| {
                line.starts_with([' ', '\t']) || ["- ", "* ", "o "].iter().any(|mark| line.starts_with(mark))
            };
            if paragraph.lines().any(listed) {
                self.text.push_str(&format!("<pre>{}</pre>", text(paragraph)));
            } else {
                self.text.push_str(&format!("<p>{}</p>", text(paragraph)));
            }
        }
        self.text.push_str("</div>\n");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// The text without the indentation that all lines but the first have: only double-quoted strings lose theirs by
/// themselves (RFC 7950 section 6.1.3).
fn aligned(prose: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = prose.lines().skip(1).filter(|line| !line.trim().is_empty()).map(depth).min().unwrap_or(0);
    let line = |(index, line): (usize, &str)| match index {
        0 => line.trim().to_owned(),
        _ => line.get(common..).unwrap_or_default().trim_end().to_owned(),
    };
    prose.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Code of an author, in a line.
pub(super) fn code(code: &str) -> String {
    format!("<code>{}</code>", text(code))
}

/// A link within the page.
pub(super) fn link(anchor: &str, markup: &str) -> String {
    format!("<a href=\"{}\">{markup}</a>", fragment(anchor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_module_is_markup() {
        assert_eq!(text("<a b='\"'>&"), "&lt;a b=&#39;&quot;&#39;&gt;&amp;");
        assert_eq!(fragment("/m:a b\"<'"), "#/m:a%20b%22%3C%27");
        let mut html = Html::default();
        html.prose("One\n  two.\n\n    - <li>\n\n\n");
        let expected = "<div class=\"prose\"><p>One\ntwo.</p><pre>  - &lt;li&gt;</pre></div>\n";
        assert_eq!(html.finish(), expected);
    }
}
