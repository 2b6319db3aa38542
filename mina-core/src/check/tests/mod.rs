//! Blocks as people write them, and what is said of them.

mod downgrade;
mod rows;
mod rules;
mod safety;
mod soundness;
mod suggestion;

pub(crate) use soundness::STATEMENTS;

use super::{Checked, Subject, check};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::engine::{Product, Target};
use crate::history::Trace;
use crate::operation::{Context, replay};
use crate::schema::Schema;
use crate::syntax::token::{Bracket, Token, flatten_located};
use crate::syntax::{Span, Tokens, parse};

pub(crate) const PG: Target = Target {
    product: Product::Postgres,
    version: (14, 0),
};
pub(crate) const MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 6),
};

pub(crate) const BASE: &str = r#"
    create_table workspaces {
        #[primary_key]
        id: Integer,
        title: Varchar<80>,
    }
    create_table users {
        #[primary_key]
        id: Integer,
        name: Varchar<80>,
        #[unique(name = uq_users_email)]
        email: Nullable<Varchar<200>>,
        number: Nullable<Integer>,
        age: Nullable<Text>,
        status: Varchar<20> = "active",
        #[references(workspaces.id, name = fk_users_workspace, on_delete = cascade)]
        workspace_id: Nullable<Integer>,
        points: Integer = 0,
        index ix_users_name (name) { unique = true },
        check ck_users_points "points >= 0",
    }
    create_table settings {
        #[primary_key]
        id: Integer,
        key: Varchar<40>,
        value: Text,
    }
"#;

fn tokens(text: &str) -> Tokens {
    proc_macro2::fallback::force();
    flatten_located(text.parse().expect("the text is Rust tokens"))
}

fn block(head: &str, up: &str, down: &str) -> String {
    format!("//! A test\n{head}\nrevision = \"2\";\nrevises = \"1\";\nupgrade {{ {up} }}\n{down}")
}

/// One block on top of another, on these engines.
pub(super) struct Case {
    pub(super) tokens: Tokens,
    pub(super) checked: Checked,
}

fn base(target: Target, base: &str) -> Trace {
    let tokens = tokens(&format!(
        "//! Base\nrevision = \"1\";\nrevises = base;\nupgrade {{ {base} }}\ndowngrade = irreversible(\"base\");"
    ));
    let parsed = parse::parse(&tokens);
    assert_eq!(parsed.diagnostics, [], "the base parses");
    let cx = Context {
        target,
        targets: &[target],
        config: &Config::default(),
        block: &parsed.block,
        tokens: &tokens,
        file: "versions/1_base.rs",
        downgrade: false,
    };
    replay(Schema::default(), &parsed.block.upgrade, &cx)
}

pub(crate) fn parent(target: Target, text: &str) -> Schema {
    let trace = base(target, text);
    let errors: Vec<_> = trace.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    assert_eq!(errors, [] as [&Diagnostic; 0], "the base applies");
    trace.end
}

/// Whether statements apply to an empty schema.
pub(crate) fn applies(target: Target, text: &str) -> bool {
    !base(target, text).diagnostics.iter().any(Diagnostic::is_error)
}

impl Case {
    pub(super) fn new(targets: &[Target], config: &Config, base: &str, head: &str, up: &str, down: &str) -> Self {
        let text = block(head, up, down);
        let tokens = tokens(&text);
        let parsed = parse::parse(&tokens);
        assert_eq!(parsed.diagnostics, [], "the block parses: {text}");
        let parents: Vec<(Target, Schema)> = targets.iter().map(|target| (*target, parent(*target, base))).collect();
        let checked = check(&Subject {
            block: &parsed.block,
            tokens: &tokens,
            file: "versions/2_test.rs",
            config,
            parents: &parents,
            released: None,
        });
        Self { tokens, checked }
    }

    /// What the downgrade does on the first engine.
    pub(super) fn down_operations(&self) -> Vec<crate::operation::Operation> {
        let down = self.checked.engines[0].down.iter();
        let resolved = down.flat_map(|trace| &trace.steps).flat_map(|step| &step.operations);
        resolved.map(|resolved| resolved.operation.clone()).collect()
    }

    /// The tokens under a caret, as text.
    pub(super) fn caret(&self, span: Span) -> String {
        let text = |token: &Token| match token {
            Token::Ident(text) | Token::Literal(text) => text.clone(),
            Token::Punct(mark, _) => mark.to_string(),
            Token::Open(Bracket::Round, _) => "(".into(),
            Token::Open(Bracket::Square, _) => "[".into(),
            Token::Open(Bracket::Curly, _) => "{".into(),
            Token::Close(Bracket::Round) => ")".into(),
            Token::Close(Bracket::Square) => "]".into(),
            Token::Close(Bracket::Curly) => "}".into(),
        };
        let tokens = &self.tokens.tokens[span.start as usize..span.end as usize];
        tokens.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    /// Errors and lints as `M302 phone_number`: the code and what the caret stands under; what a change does to those who
    /// use the database meanwhile is left out.
    pub(super) fn carets(&self) -> Vec<String> {
        self.places(|diagnostic| !is_of_safety(diagnostic))
    }

    /// The same of what a change does to those who use the database meanwhile.
    pub(super) fn harms(&self) -> Vec<String> {
        self.places(is_of_safety)
    }

    fn places(&self, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<String> {
        let wanted = self.checked.diagnostics.iter().filter(|diagnostic| wanted(diagnostic));
        wanted.map(|diagnostic| self.place(diagnostic)).collect()
    }

    fn place(&self, diagnostic: &Diagnostic) -> String {
        let rule = match diagnostic.rule {
            crate::diagnostic::Rule::Error(code) => code.to_string(),
            crate::diagnostic::Rule::Lint(lint, _) => lint.to_string(),
        };
        let side = match self.in_downgrade(diagnostic.span) {
            true => "down",
            false => "up",
        };
        format!("{rule} {side} {}", self.caret(diagnostic.span))
    }

    fn in_downgrade(&self, span: Span) -> bool {
        let word = Token::Ident("downgrade".into());
        let at = self.tokens.tokens.iter().position(|token| *token == word);
        at.is_some_and(|at| at as u32 <= span.start)
    }

    pub(super) fn errors(&self) -> Vec<String> {
        let errors = self.checked.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        errors.map(|diagnostic| self.place(diagnostic)).collect()
    }

    /// Everything said, as a person reads it.
    pub(super) fn said(&self) -> String {
        let all = self.checked.diagnostics.iter();
        all.map(ToString::to_string).collect::<Vec<_>>().join("\n\n")
    }
}

fn is_of_safety(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.rule, crate::diagnostic::Rule::Lint(lint, _) if lint.is_of_safety())
}

/// On SQLite, on top of [`BASE`].
pub(super) fn on_sqlite(up: &str, down: &str) -> Case {
    Case::new(
        &[Target::SQLITE],
        &Config::default(),
        BASE,
        "",
        up,
        &format!("downgrade {{ {down} }}"),
    )
}

/// A wrong downgrade, what is said of it, and its corrected twin, on every engine.
#[track_caller]
pub(super) fn refused(up: &str, wrong: &str, expected: &[&str], right: &str) {
    for targets in [&[Target::SQLITE][..], &[Target::SQLITE, PG, MARIADB]] {
        let case = |down: &str| Case::new(targets, &Config::default(), BASE, "", up, &format!("downgrade {{ {down} }}"));
        let wrong = case(wrong);
        assert_eq!(wrong.errors(), expected, "{}", wrong.said());
        let right = case(right);
        assert_eq!(right.errors(), [] as [&str; 0], "{}", right.said());
    }
}
