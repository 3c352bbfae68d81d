//! Indented lines.

/// Lines are kept within this, where they can be.
const WIDTH: usize = 120;

/// A text that grows by lines.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn line(&mut self, line: &str) {
        for _ in 0..self.depth {
            self.text.push_str("    ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// An empty line, but none at the beginning of a block.
    pub(super) fn blank(&mut self) {
        if !self.text.ends_with("{\n") && !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    pub(super) fn indent(&mut self) {
        self.depth += 1;
    }

    pub(super) fn outdent(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) fn open(&mut self, line: &str) {
        self.line(line);
        self.depth += 1;
    }

    pub(super) fn close(&mut self, line: &str) {
        self.outdent();
        self.line(line);
    }

    /// A documentation comment: paragraphs with an empty line between them.
    pub(super) fn doc(&mut self, parts: &[Option<&str>]) {
        let paragraphs = parts.iter().flatten().flat_map(|part| part.split("\n\n"));
        let paragraphs: Vec<String> = paragraphs.map(escape).filter(|paragraph| !paragraph.is_empty()).collect();
        for (place, paragraph) in paragraphs.iter().enumerate() {
            if place > 0 {
                self.line("///");
            }
            let mut line = String::from("///");
            for word in paragraph.split(' ') {
                if line.len() > 3 && self.depth * 4 + line.len() + 1 + word.len() > WIDTH {
                    self.line(&line);
                    line.truncate(3);
                }
                line.push(' ');
                line.push_str(word);
            }
            self.line(&line);
        }
    }

    /// The head of a function, on one line or with one argument a line. `end` is ` {` or `;`.
    pub(super) fn signature(&mut self, keyword: &str, name: &str, arguments: &[String], answer: &str, end: &str) {
        let answer = if answer.is_empty() { String::new() } else { format!(" -> {answer}") };
        let line = format!("{keyword} {name}({}){answer}{end}", arguments.join(", "));
        if self.depth * 4 + line.len() <= WIDTH {
            self.line(&line);
            return;
        }
        self.open(&format!("{keyword} {name}("));
        for argument in arguments {
            self.line(&format!("{argument},"));
        }
        self.close(&format!("){answer}{end}"));
    }
}

/// White space collapsed, and what rustdoc would take for a link or a tag escaped.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for word in text.split_whitespace() {
        if !escaped.is_empty() {
            escaped.push(' ');
        }
        let is_code =
            word.len() > 1 && word.starts_with('`') && word.trim_end_matches(['.', ',', ':', ';']).ends_with('`');
        for letter in word.chars() {
            if !is_code && matches!(letter, '[' | ']' | '<' | '>' | '\\') {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn descriptions_become_paragraphs_that_rustdoc_does_not_misread() {
        let mut out = Writer::default();
        out.doc(&[Some("One\n     two [x] <b>.\n\n\n   - code"), None, Some("`/a:b[k]`")]);
        assert_eq!(out.finish(), "/// One two \\[x\\] \\<b\\>.\n///\n/// - code\n///\n/// `/a:b[k]`\n");
    }
}
