use super::literal;

/// Text on one line, or with line breaks where the form of blocks has them; how far lines are indented is said later.
pub(super) struct Writer {
    text: String,
    pub(super) compact: bool,
    /// What begins the words of what is made: `create_`, or nothing in models.
    pub(super) create: &'static str,
}

impl Writer {
    pub(super) fn new(compact: bool) -> Self {
        Self {
            text: String::new(),
            compact,
            create: "create_",
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Begins a line.
    pub(super) fn item(&mut self, text: &str) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            if !self.compact {
                self.text.push('\n');
            } else if !self.text.ends_with(' ') {
                self.text.push(' ');
            }
        }
        self.text.push_str(text);
    }

    /// `{ … }` with each element on a line of its own; nothing between the braces where there is none.
    pub(super) fn braces<T>(&mut self, elements: &[T], mut element: impl FnMut(&mut Self, &T)) {
        if elements.is_empty() {
            self.push("{}");
            return;
        }
        self.push("{");
        for each in elements {
            element(self, each);
        }
        self.item("}");
    }

    /// `[ … ]` with each text on a line of its own.
    pub(super) fn list(&mut self, texts: &[String]) {
        self.push("[");
        for text in texts {
            self.item(text);
            self.push(",");
        }
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
            self.push("\n");
        }
    }
}
