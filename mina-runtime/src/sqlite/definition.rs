//! A CREATE TABLE statement as it is stored, in pieces: what nobody touches stays as it was written.

use mina_core::sql::sqlite::lexer::{mentions, normalised, normalised_expression, tokens};
use mina_core::sql::sqlite::model::{Generated, Rule};

/// A table's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) items: Vec<Item>,
    /// What stands after the closing parenthesis.
    pub(super) options: String,
}

/// What stands between two commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Column(Column),
    /// SQLite takes several table constraints without commas between them.
    Constraints(Constraints),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraints {
    /// As written, white space and comments around it included; none once it has changed.
    pub(super) text: Option<String>,
    pub(super) clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// As written, white space and comments around it included; none once it has changed.
    pub(super) text: Option<String>,
    pub(super) name: String,
    pub(super) quoted: String,
    pub(super) ty: String,
    pub(super) clauses: Vec<Clause>,
}

/// One clause of a column or a table, with the name that `CONSTRAINT` gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) text: String,
    pub(super) name: Option<String>,
    pub(super) kind: ClauseKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClauseKind {
    NotNull,
    Null,
    Default(String),
    Collate(String),
    Generated(Generated),
    Constraint(Rule),
}

impl Column {
    pub(super) fn is_nullable(&self) -> bool {
        !self.clauses.iter().any(|clause| clause.kind == ClauseKind::NotNull)
    }

    pub(super) fn default(&self) -> Option<&str> {
        self.clauses.iter().find_map(|clause| match &clause.kind {
            ClauseKind::Default(default) => Some(default.as_str()),
            _ => None,
        })
    }

    pub(super) fn collation(&self) -> Option<&str> {
        self.clauses.iter().find_map(|clause| match &clause.kind {
            ClauseKind::Collate(collation) => Some(collation.as_str()),
            _ => None,
        })
    }

    pub(super) fn generated(&self) -> Option<&Generated> {
        self.clauses.iter().find_map(|clause| match &clause.kind {
            ClauseKind::Generated(generated) => Some(generated),
            _ => None,
        })
    }

    /// Takes away the clauses of a kind and puts others in their place.
    pub(super) fn replace(&mut self, is: impl Fn(&ClauseKind) -> bool, with: Option<Clause>) {
        let at = self.clauses.iter().position(|clause| is(&clause.kind)).unwrap_or(0);
        self.clauses.retain(|clause| !is(&clause.kind));
        self.clauses.splice(at..at, with);
        self.text = None;
    }

    fn print(&self) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        let mut parts = vec![self.quoted.as_str()];
        parts.extend(Some(self.ty.as_str()).filter(|ty| !ty.is_empty()));
        parts.extend(self.clauses.iter().map(|clause| clause.text.as_str()));
        format!("\n    {}", parts.join(" "))
    }
}

impl Clause {
    /// The text without the name.
    pub(super) fn unnamed(&self) -> &str {
        let rest = match tokens(&self.text).as_slice() {
            [constraint, _, rest, ..] if constraint.is("CONSTRAINT") => rest.range.start,
            _ => 0,
        };
        &self.text[rest..]
    }
}

impl Item {
    fn print(&self) -> String {
        match self {
            Self::Column(column) => column.print(),
            Self::Constraints(Constraints { text: Some(text), .. }) => text.clone(),
            Self::Constraints(Constraints { clauses, .. }) => {
                let clauses: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
                format!("\n    {}", clauses.join(" "))
            }
        }
    }
}

impl Definition {
    /// The statement that makes it under a name, already quoted.
    pub(super) fn create(&self, name: &str) -> String {
        let items: Vec<String> = self.items.iter().map(Item::print).collect();
        let body = items.join(",");
        let end = if body.contains('\n') && !body.ends_with('\n') { "\n" } else { "" };
        format!("CREATE TABLE {name} ({body}{end}){}", self.options)
    }

    /// Whether it says the same, white space and comments aside.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let said = |definition: &Self| normalised(&definition.create("t"));
        said(self) == said(other)
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.items.iter().filter_map(|item| match item {
            Item::Column(column) => Some(column),
            Item::Constraints(_) => None,
        })
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.items.iter_mut().find_map(|item| match item {
            Item::Column(column) if column.name.eq_ignore_ascii_case(name) => Some(column),
            _ => None,
        })
    }

    /// Every constraint, with where it stands: the item and the clause in it.
    pub(super) fn constraints(&self) -> impl Iterator<Item = (Place, &Clause, &Rule)> {
        self.items.iter().enumerate().flat_map(|(item, what)| {
            let (clauses, inline) = match what {
                Item::Column(column) => (&column.clauses, true),
                Item::Constraints(constraints) => (&constraints.clauses, false),
            };
            clauses.iter().enumerate().filter_map(move |(clause, found)| match &found.kind {
                ClauseKind::Constraint(rule) => Some((Place { item, clause, inline }, found, rule)),
                _ => None,
            })
        })
    }

    /// Takes a constraint away.
    pub(super) fn remove(&mut self, place: Place) {
        let Some(item) = self.items.get_mut(place.item) else { return };
        match item {
            Item::Column(column) => {
                column.clauses.remove(place.clause);
                column.text = None;
            }
            Item::Constraints(constraints) => {
                constraints.clauses.remove(place.clause);
                constraints.text = None;
                if constraints.clauses.is_empty() {
                    self.items.remove(place.item);
                }
            }
        }
    }

    /// What of the definition needs a column of the table besides the column itself, if anything does.
    pub(super) fn needs(&self, name: &str) -> Option<String> {
        let about = |rule: &Rule| match rule {
            Rule::PrimaryKey { columns, .. } | Rule::ForeignKey { columns, .. } | Rule::Unique { columns } => {
                columns.iter().any(|column| column.eq_ignore_ascii_case(name))
            }
            Rule::Check { expression } => mentions(expression, name),
        };
        let own = |place: Place| matches!(&self.items[place.item], Item::Column(column) if column.name.eq_ignore_ascii_case(name));
        let constraint = self
            .constraints()
            .find(|(place, _, rule)| !own(*place) && about(rule))
            .map(|(_, clause, _)| format!("constraint `{}`", clause.text));
        constraint.or_else(|| {
            let generated = self.columns().find(|column| {
                let generated = column.generated();
                !column.name.eq_ignore_ascii_case(name) && generated.is_some_and(|generated| mentions(&generated.expression, name))
            });
            generated.map(|column| format!("generated column `{}`", column.name))
        })
    }

    pub(super) fn is_strict(&self) -> bool {
        mentions(&self.options, "STRICT")
    }

    pub(super) fn is_without_rowid(&self) -> bool {
        mentions(&self.options, "ROWID")
    }
}

/// Where a constraint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) item: usize,
    pub(super) clause: usize,
    /// Behind a column, not among the table's.
    pub(super) inline: bool,
}

/// Whether two constraints demand the same, whatever their names.
pub(super) fn same_rule(a: &Rule, b: &Rule) -> bool {
    let all = |a: &[String], b: &[String]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b));
    match (a, b) {
        (Rule::PrimaryKey { columns: a, .. }, Rule::PrimaryKey { columns: b, .. }) => all(a, b),
        (Rule::Unique { columns: a }, Rule::Unique { columns: b }) => all(a, b),
        (Rule::Check { expression: a }, Rule::Check { expression: b }) => normalised_expression(a) == normalised_expression(b),
        (
            Rule::ForeignKey {
                columns: a,
                table: to_a,
                referred: referred_a,
                actions: actions_a,
            },
            Rule::ForeignKey {
                columns: b,
                table: to_b,
                referred: referred_b,
                actions: actions_b,
            },
        ) => {
            let referred = referred_a.is_empty() || referred_b.is_empty() || all(referred_a, referred_b);
            all(a, b) && to_a.eq_ignore_ascii_case(to_b) && referred && same_actions(actions_a, actions_b)
        }
        _ => false,
    }
}

/// `ON DELETE NO ACTION`, `NOT DEFERRABLE` and the like say what is so anyway.
fn same_actions(a: &str, b: &str) -> bool {
    let told = |text: &str| {
        let mut text = format!(" {} ", text.to_ascii_uppercase());
        for silent in [
            " ON DELETE NO ACTION",
            " ON UPDATE NO ACTION",
            " NOT DEFERRABLE INITIALLY IMMEDIATE",
            " NOT DEFERRABLE",
            " INITIALLY IMMEDIATE",
            " MATCH SIMPLE",
        ] {
            text = text.replace(silent, "");
        }
        let mut clauses: Vec<String> = text.replace(" ON ", "\nON ").lines().map(|line| line.trim().to_owned()).collect();
        clauses.sort();
        clauses
    };
    told(a) == told(b)
}
