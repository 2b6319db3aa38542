//! What the checker says: a code or a lint, a sentence, a place and the way out.

use crate::syntax::Span;
use std::fmt;

/// One finding about one block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What kind of finding this is.
    pub rule: Rule,
    /// One sentence naming the object, lower case, no full stop.
    pub message: String,
    /// Where the object came from and what to write instead, a line each.
    pub help: Vec<String>,
    /// The word or statement that is wrong.
    pub span: Span,
    /// A second place in the same block, with its label.
    pub label: Option<(Span, String)>,
}

impl Diagnostic {
    /// An error with a code.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule: Rule::Error(code),
            message: message.into(),
            help: Vec::new(),
            span,
            label: None,
        }
    }

    /// A lint, at the level that is in force for it.
    pub fn lint(lint: Lint, level: Level, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule: Rule::Lint(lint, level),
            message: message.into(),
            help: Vec::new(),
            span,
            label: None,
        }
    }

    /// Adds a line of help: where the object came from, or what to write instead.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// Adds a second place in the same block.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.label = Some((span, text.into()));
        self
    }

    /// Whether this refuses the block.
    pub fn is_error(&self) -> bool {
        matches!(self.rule, Rule::Error(_) | Rule::Lint(_, Level::Deny))
    }

    /// The code of an error, if it is one.
    pub fn code(&self) -> Option<Code> {
        match self.rule {
            Rule::Error(code) => Some(code),
            Rule::Lint(..) => None,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            Rule::Error(code) => write!(f, "{code}: {}", self.message)?,
            Rule::Lint(lint, _) => write!(f, "{lint}: {}", self.message)?,
        }
        for line in &self.help {
            write!(f, "\n{line}")?;
        }
        Ok(())
    }
}

/// An error's code or a lint at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The block cannot work.
    Error(Code),
    /// The block works, but probably not as meant.
    Lint(Lint, Level),
}

/// How loud a lint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Silent.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident)+) => {
        /// The code of an error: M0xx syntax, M1xx graph, M2xx schema, M3xx downgrade, M4xx data, M5xx engine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What the code means, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

codes! {
    /// Plain syntax.
    M000
    /// An unknown word.
    M001
    /// A header key is missing or unknown.
    M002
    /// Something is given twice.
    M003
    /// There is no such type.
    M004
    /// There is no such option.
    M005
    /// A revision id is not of `[0-9a-z]`, at most 50 characters.
    M006
    /// Two revisions have the same id.
    M101
    /// A parent does not exist.
    M102
    /// The revisions form a cycle.
    M103
    /// An id does not sort after the revisions it builds on.
    M104
    /// There are two unlabelled heads.
    M105
    /// A label is taken or reserved.
    M106
    /// Two revisions, of which neither builds on the other, do not commute.
    M107
    /// A revision builds on one of another database.
    M108
    /// A revision depends on one that does not exist.
    M109
    /// `squashes` names a revision that is there, or is none of those that can have been made into this one.
    M110
    /// There is no such table.
    M201
    /// There is no such column.
    M202
    /// There is no such constraint, index, enum, view or other object.
    M203
    /// The object exists already.
    M204
    /// The name is taken by another object, or too long.
    M205
    /// The columns of a key and those it refers to differ in number or type.
    M206
    /// The columns that a key refers to are not unique.
    M207
    /// Something depends on the object.
    M208
    /// The default does not fit the column's type.
    M209
    /// A NOT NULL column is added without a default.
    M210
    /// A column becomes NOT NULL before its empty rows are filled.
    M211
    /// The type change needs `using`.
    M212
    /// Rows that may be there could break the constraint.
    M213
    /// The index is the last one that serves a key.
    M214
    /// The renamed object has dependents with a body of SQL.
    M215
    /// A view selects `*`.
    M216
    /// A column is named twice.
    M217
    /// A table has two primary keys, or none where one is needed.
    M218
    /// There is no downgrade.
    M301
    /// The downgrade leaves something behind.
    M302
    /// The downgrade loses something that was there.
    M303
    /// The downgrade does not restore an attribute.
    M304
    /// The downgrade creates something again, differently.
    M305
    /// The statements are in the wrong order.
    M306
    /// A NOT NULL column is added again without a default.
    M307
    /// The downgrade undoes what the upgrade did not do.
    M308
    /// The downgrade cannot be derived.
    M309
    /// An irreversible downgrade has a body.
    M310
    /// An enum type is left behind.
    M311
    /// A row does not fit its table.
    M401
    /// A statement of `execute` changes the schema.
    M402
    /// A `backfill` has no key to go along.
    M403
    /// An effect is declared on what is not there.
    M405
    /// An engine in force lacks the type.
    M501
    /// An engine in force lacks the operation.
    M502
    /// The steps cannot share a transaction.
    M503
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

macro_rules! lints {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal $level:ident)+) => {
        /// What is legal but probably not meant; levels stand in mina.toml, `#[allow(…)]` silences one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Lint {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Lint {
            /// Every lint.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name that stands in `#[allow(…)]`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What the lint finds, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }

            /// The level where mina.toml is silent.
            pub fn default_level(self) -> Level {
                match self { $(Self::$name => Level::$level),+ }
            }
        }
    };
}

lints! {
    /// An upgrade destroys rows or values that its downgrade cannot bring back.
    LossyDowngrade = "lossy_downgrade" Warn
    /// A change changes nothing.
    NoChange = "no_change" Warn
    /// A statement is for an engine that mina.toml does not declare.
    UndeclaredEngine = "undeclared_engine" Warn
    /// A bare `Numeric` keeps no digits after the point on MariaDB.
    BareNumeric = "bare_numeric" Warn
    /// Rows that may be there can break the constraint; allowed, the runner counts them first.
    MayFailOnRows = "may_fail_on_rows" Deny
    /// The message does not say what the revision does.
    VagueMessage = "vague_message" Warn
    /// A revision changes tables that have nothing to do with each other.
    UnrelatedChanges = "unrelated_changes" Warn
    /// An index is built or dropped while a table that is in use is locked.
    BlockingIndex = "blocking_index" Warn
    /// A constraint looks at every row while a table that is in use is locked.
    BlockingConstraint = "blocking_constraint" Warn
    /// A column becomes NOT NULL by a look at every row, while the table is locked.
    NotNullScan = "not_null_scan" Warn
    /// A new type makes the database write or look at every row anew.
    RewritingType = "rewriting_type" Warn
    /// A new column makes the database write every row anew.
    RewritingColumn = "rewriting_column" Warn
    /// A change of an enum makes the database write every row anew.
    RewritingEnum = "rewriting_enum" Warn
    /// The index that served a foreign key is dropped.
    DroppedKeyIndex = "dropped_key_index" Warn
    /// What the released code uses is renamed or dropped.
    BreaksRelease = "breaks_release" Warn
    /// No index serves a foreign key.
    MissingKeyIndex = "missing_key_index" Warn
    /// An index holds nothing that another one does not.
    RedundantIndex = "redundant_index" Warn
    /// A primary key that is counted up ends at 32 bits or less.
    ShortPrimaryKey = "short_primary_key" Warn
    /// A transaction keeps a table locked while it does more.
    HeldLock = "held_lock" Warn
}

impl Lint {
    /// The lint of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lint| lint.name() == name)
    }

    /// Whether `mina lint` alone says it, unless mina.toml gives it a level: then the compiler does as well.
    pub fn is_quiet(self) -> bool {
        matches!(
            self,
            Self::VagueMessage
                | Self::UnrelatedChanges
                | Self::MissingKeyIndex
                | Self::RedundantIndex
                | Self::ShortPrimaryKey
                | Self::HeldLock
        )
    }

    /// Whether it is about what a change does to those who use the database meanwhile, or to what is slow later.
    pub fn is_of_safety(self) -> bool {
        self >= Self::BlockingIndex
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The candidate nearest to a misspelt word, if one is near enough to be meant.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    let limit = match word.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    // A first letter is seldom wrong together with others: `name` is no `age`.
    let alike = |candidate: &str| candidate.to_lowercase().chars().next() == folded.chars().next();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count().max(2))
        .filter(|(distance, candidate)| *distance <= 1 || alike(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}
