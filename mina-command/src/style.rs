use clap::ValueEnum;
use std::io::IsTerminal;
use std::sync::OnceLock;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set or TERM is `dumb`.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

static CHOICE: OnceLock<Colour> = OnceLock::new();

impl Colour {
    /// Makes this the choice of the whole program; only the first call does.
    pub fn choose(self) {
        let _ = CHOICE.set(self);
    }
}

/// Colours, where they are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// What a stream gets.
    pub fn of(stream: &impl IsTerminal) -> Self {
        let colour = match CHOICE.get().copied().unwrap_or_default() {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
                stream.is_terminal() && !refused && !dumb
            }
        };
        Self { colour }
    }

    /// What standard output gets.
    pub fn stdout() -> Self {
        Self::of(&std::io::stdout())
    }

    /// What standard error gets.
    pub fn stderr() -> Self {
        Self::of(&std::io::stderr())
    }

    /// Without colours.
    pub fn plain() -> Self {
        Self { colour: false }
    }

    /// Whether there are any.
    pub fn is_coloured(self) -> bool {
        self.colour
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    /// What went well.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What to look at.
    pub fn warning(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// What went wrong.
    pub fn error(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// A revision.
    pub fn id(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// What is not the point.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }
}
