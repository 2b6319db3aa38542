//! Which tables and columns a text of SQL names.

use super::lexer::{Kind, Lexeme, significant};
use crate::engine::Engine;
use crate::schema::ObjectName;

/// What is a keyword to every engine, and a name in quotes alone.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "as",
    "case",
    "check",
    "constraint",
    "create",
    "default",
    "distinct",
    "else",
    "foreign",
    "from",
    "group",
    "having",
    "in",
    "into",
    "is",
    "join",
    "limit",
    "not",
    "null",
    "on",
    "or",
    "order",
    "primary",
    "references",
    "select",
    "table",
    "then",
    "to",
    "union",
    "unique",
    "using",
    "when",
    "where",
];

/// A text, cut into statements, each with the tables it names.
pub(super) struct Names<'a> {
    statements: Vec<Statement<'a>>,
    engine: Engine,
    on: Option<&'a ObjectName>,
    /// Whether a table in a namespace is named by both alone: another one has the bare name.
    whole: bool,
}

struct Statement<'a> {
    lexemes: Vec<Lexeme<'a>>,
    tables: Vec<TableUse<'a>>,
    derived: Vec<Lexeme<'a>>,
    is_trigger_head: bool,
}

/// A name where a table can stand.
struct TableUse<'a> {
    schema: Option<Lexeme<'a>>,
    name: Lexeme<'a>,
    alias: Option<Lexeme<'a>>,
    /// The lexemes of the list of columns in `INTO t (…)`.
    columns: std::ops::Range<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn of(sql: &'a str, engine: Engine, on: Option<&'a ObjectName>) -> Self {
        let mut lexemes = Vec::new();
        collect(sql, engine, 0, &mut lexemes);
        let mut statements = Vec::new();
        let mut current = Vec::new();
        let mut is_trigger_head = on.is_some();
        for lexeme in lexemes {
            if lexeme.is_mark(';') || is_trigger_head && lexeme.is_one_of(&["begin", "row"]) {
                statements.push(Statement::of(std::mem::take(&mut current), is_trigger_head));
                is_trigger_head = false;
            } else {
                current.push(lexeme);
            }
        }
        statements.push(Statement::of(current, is_trigger_head));
        Self {
            statements,
            engine,
            on,
            whole: false,
        }
    }

    pub(super) fn whole(self, whole: bool) -> Self {
        Self { whole, ..self }
    }

    pub(super) fn table(&self, table: &ObjectName) -> bool {
        self.statements.iter().any(|statement| {
            let named = statement.tables.iter().any(|used| self.is(used, table));
            named || !self.whole && statement.qualifiers().any(|qualifier| qualifier.names(&table.name, self.engine))
        })
    }

    pub(super) fn column(&self, table: &ObjectName, column: &str) -> bool {
        self.statements.iter().any(|statement| {
            let mut lexemes = statement.lexemes.iter().enumerate();
            lexemes.any(|(at, lexeme)| lexeme.names(column, self.engine) && self.is_column_of(statement, at, table))
        })
    }

    fn is_column_of(&self, statement: &Statement<'_>, at: usize, table: &ObjectName) -> bool {
        let back = |steps: usize| at.checked_sub(steps).and_then(|at| statement.lexemes.get(at));
        let next = statement.lexemes.get(at + 1);
        let is_qualified = back(1).is_some_and(|before| before.is_mark('.'));
        let lexeme = &statement.lexemes[at];
        let is_table = statement
            .tables
            .iter()
            .any(|used| std::ptr::eq(used.name.text, lexeme.text) && used.name.start == lexeme.start);
        if is_table || !is_qualified && lexeme.is_one_of(RESERVED) {
            return false;
        }
        let is_the_triggers = self.on == Some(table);
        let into = statement.tables.iter().find(|used| used.columns.contains(&at));
        if let Some(into) = into {
            return self.is(into, table);
        }
        if next.is_some_and(|next| next.is_mark('(') || next.is_mark('.')) || back(1).is_some_and(|before| before.is_word("as")) {
            return false;
        }
        if is_qualified {
            return back(2).is_some_and(|qualifier| self.stands_for(statement, qualifier, table));
        }
        if statement.is_trigger_head && is_the_triggers {
            return true;
        }
        statement.tables.iter().any(|used| self.is(used, table))
    }

    fn stands_for(&self, statement: &Statement<'_>, qualifier: &Lexeme<'_>, table: &ObjectName) -> bool {
        if self.on.is_some() && qualifier.is_one_of(&["new", "old"]) {
            return self.on == Some(table);
        }
        let same = |other: &Lexeme<'_>| other.names(&qualifier.name(), self.engine);
        if statement.derived.iter().any(same) {
            return false;
        }
        let mut aliased = statement
            .tables
            .iter()
            .filter(|used| same(used.alias.as_ref().unwrap_or(&used.name)))
            .peekable();
        match aliased.peek() {
            Some(_) => aliased.any(|used| self.is(used, table)),
            None => qualifier.names(&table.name, self.engine) || self.on.is_none() && self.table(table) && !self.is_named(qualifier),
        }
    }

    /// Whether a qualifier is a table or an alias anywhere in the text.
    fn is_named(&self, qualifier: &Lexeme<'_>) -> bool {
        let same = |other: &Lexeme<'_>| other.names(&qualifier.name(), self.engine);
        self.statements.iter().any(|statement| {
            let tables = statement.tables.iter();
            statement.derived.iter().any(same) || { tables }.any(|used| same(&used.name) || used.alias.as_ref().is_some_and(same))
        })
    }

    fn is(&self, used: &TableUse<'_>, table: &ObjectName) -> bool {
        let schema = match (&used.schema, &table.schema) {
            (Some(used), Some(schema)) => used.names(schema, self.engine),
            (Some(used), None) => used.is_one_of(&["main", "temp", "public"]) || self.engine == Engine::Mysql || used.kind == Kind::Quoted,
            (None, None) => true,
            (None, Some(_)) => !self.whole,
        };
        schema && used.name.names(&table.name, self.engine)
    }
}

/// The lexemes of a text, the code in dollar quotes among them, as deep as people write it.
fn collect<'a>(sql: &'a str, engine: Engine, depth: u8, into: &mut Vec<Lexeme<'a>>) {
    for lexeme in significant(sql, engine) {
        match lexeme.dollar_body() {
            Some((body, _)) if depth < 4 => {
                into.push(Lexeme {
                    kind: Kind::Mark,
                    text: ";",
                    ..lexeme
                });
                collect(body, engine, depth + 1, into);
                into.push(Lexeme {
                    kind: Kind::Mark,
                    text: ";",
                    ..lexeme
                });
            }
            _ => into.push(lexeme),
        }
    }
}

const BEFORE_A_TABLE: &[&str] = &[
    "from",
    "join",
    "into",
    "update",
    "table",
    "references",
    "using",
    "only",
    "setof",
    "truncate",
    "straight_join",
    "in",
];

const BETWEEN: &[&str] = &[
    "or",
    "ignore",
    "low_priority",
    "rollback",
    "abort",
    "replace",
    "fail",
    "only",
    "if",
    "exists",
    "not",
    "lateral",
];

const NO_ALIAS: &[&str] = &[
    "on",
    "using",
    "where",
    "group",
    "order",
    "having",
    "limit",
    "set",
    "join",
    "left",
    "right",
    "inner",
    "outer",
    "full",
    "cross",
    "natural",
    "union",
    "except",
    "intersect",
    "values",
    "select",
    "default",
    "returning",
    "window",
    "as",
    "begin",
    "when",
    "for",
    "end",
    "then",
    "else",
    "loop",
    "straight_join",
    "use",
    "force",
    "ignore",
    "indexed",
    "not",
    "offset",
    "fetch",
    "tablesample",
    "with",
    "and",
    "or",
    "is",
];

impl<'a> Statement<'a> {
    fn of(lexemes: Vec<Lexeme<'a>>, is_trigger_head: bool) -> Self {
        let mut statement = Self {
            tables: Vec::new(),
            derived: Vec::new(),
            lexemes,
            is_trigger_head,
        };
        statement.find_tables();
        statement.find_derived();
        statement
    }

    fn find_tables(&mut self) {
        // One entry an open parenthesis: whether a comma at this depth is followed by a table.
        let mut lists = vec![false];
        let mut expects = false;
        let mut at = 0;
        while let Some(lexeme) = self.lexemes.get(at) {
            let last = lists.len() - 1;
            if lexeme.is_mark('(') {
                lists.push(expects);
            } else if lexeme.is_mark(')') {
                if last > 0 {
                    lists.pop();
                }
                expects = false;
            } else if lexeme.is_mark(',') {
                expects = lists[last];
            } else if lexeme.is_word("of") && self.is_trigger_head {
                expects = false;
            } else if lexeme.is_word("on") && at > 0 && self.lexemes[at - 1].is_one_of(&["insert", "update", "delete"]) {
                expects = true;
            } else if lexeme.is_one_of(BEFORE_A_TABLE) && !(expects && lexeme.is_word("in")) {
                expects = true;
                lists[last] = lexeme.is_one_of(&["from", "update", "join", "straight_join", "truncate", "using"]);
            } else if expects && lexeme.is_one_of(BETWEEN) {
            } else if expects && lexeme.is_identifier() && !lexeme.is_one_of(&["select", "values", "set", "with"]) {
                at = self.take_table(at);
                expects = false;
                continue;
            } else {
                expects = false;
                if lexeme.is_one_of(&[
                    "where",
                    "set",
                    "group",
                    "order",
                    "having",
                    "limit",
                    "select",
                    "values",
                    "returning",
                    "union",
                    "window",
                ]) {
                    lists[last] = false;
                }
            }
            at += 1;
        }
    }

    /// Takes `[schema.]name [[AS] alias] [(columns)]`, and returns what follows the name and alias.
    fn take_table(&mut self, at: usize) -> usize {
        let identifier = |at: usize| self.lexemes.get(at).copied().filter(Lexeme::is_identifier);
        let is_mark = |at: usize, mark: char| self.lexemes.get(at).is_some_and(|lexeme| lexeme.is_mark(mark));
        let mut next = at + 1;
        let (mut schema, mut name) = (None, self.lexemes[at]);
        while let Some(after) = is_mark(next, '.').then(|| identifier(next + 1)).flatten() {
            schema = Some(std::mem::replace(&mut name, after));
            next += 2;
        }
        if self.lexemes.get(next).is_some_and(|lexeme| lexeme.is_word("as")) {
            next += 1;
        }
        let alias = identifier(next).filter(|lexeme| !lexeme.is_one_of(NO_ALIAS));
        next += usize::from(alias.is_some());
        let is_into = at > 0 && self.lexemes[..at].iter().rev().take(2).any(|before| before.is_word("into"));
        let columns = if is_into && is_mark(next, '(') {
            let end = (next..self.lexemes.len()).find(|at| is_mark(*at, ')'));
            next + 1..end.unwrap_or(self.lexemes.len())
        } else {
            0..0
        };
        self.tables.push(TableUse {
            schema,
            name,
            alias,
            columns,
        });
        next
    }

    /// Names of subqueries: `name AS (…)`, `(…) AS name`.
    fn find_derived(&mut self) {
        for (at, lexeme) in self.lexemes.iter().enumerate() {
            let next = |steps: usize| self.lexemes.get(at + steps);
            let is_with = lexeme.is_identifier() && next(1).is_some_and(|it| it.is_word("as")) && next(2).is_some_and(|it| it.is_mark('('));
            if is_with {
                self.derived.push(*lexeme);
            } else if lexeme.is_mark(')') {
                let after = 1 + usize::from(next(1).is_some_and(|it| it.is_word("as")));
                let alias = next(after).filter(|alias| alias.is_identifier() && !alias.is_one_of(NO_ALIAS));
                self.derived.extend(alias);
            }
        }
    }

    fn qualifiers(&self) -> impl Iterator<Item = &Lexeme<'a>> {
        let pairs = self.lexemes.windows(2);
        pairs
            .filter(|pair| pair[0].is_identifier() && pair[1].is_mark('.'))
            .map(|pair| &pair[0])
    }
}
