use super::literal;

/// Text with indentation, or all in one line.
pub(super) struct Writer {
    text: String,
    indent: usize,
    pub(super) compact: bool,
}

impl Writer {
    pub(super) fn new(compact: bool) -> Self {
        Self {
            text: String::new(),
            indent: 0,
            compact,
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn indent(&self) -> usize {
        self.indent
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Begins a line.
    pub(super) fn item(&mut self, text: &str) {
        if !self.text.is_empty() {
            if self.compact {
                if !self.text.ends_with(' ') {
                    self.text.push(' ');
                }
            } else if !self.text.ends_with('\n') {
                self.text.push('\n');
            }
        }
        if !self.compact {
            self.text.push_str(&" ".repeat(self.indent));
        }
        self.text.push_str(text);
    }

    pub(super) fn line(&mut self, text: &str) {
        self.item(text);
    }

    pub(super) fn blank(&mut self) {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push('\n');
    }

    /// `{ … }` with each element on a line of its own; nothing between the braces where there is none.
    pub(super) fn braces<T>(&mut self, elements: &[T], mut element: impl FnMut(&mut Self, &T)) {
        if elements.is_empty() {
            self.push("{}");
            return;
        }
        self.push("{");
        self.indent += 4;
        for each in elements {
            element(self, each);
        }
        self.indent -= 4;
        self.item("}");
    }

    /// `[ … ]` with each text on a line of its own.
    pub(super) fn list(&mut self, texts: &[String]) {
        self.push("[");
        self.indent += 4;
        for text in texts {
            self.item(text);
            self.push(",");
        }
        self.indent -= 4;
        self.item("]");
    }

    pub(super) fn ends_in_brace(&self) -> bool {
        self.text.ends_with('}')
    }

    pub(super) fn doc(&mut self, doc: &str, inner: bool) {
        for line in doc.split('\n') {
            if literal::escapes(line) {
                let text = literal::escaped(&format!(" {line}"));
                self.item(&format!("{}[doc = {text}]", if inner { "#!" } else { "#" }));
                continue;
            }
            self.item(if inner { "//!" } else { "///" });
            if !line.is_empty() {
                self.push(" ");
                self.push(line);
            }
            if self.compact {
                self.push("\n");
            }
        }
    }
}
