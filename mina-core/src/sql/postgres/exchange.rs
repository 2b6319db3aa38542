//! A column of another type that takes the place of the old one: filled beside it while the table is in use, and kept in step
//! with it by a trigger.

use super::online::{alone, draft, helper, index_of, own, with_index};
use super::{Postgres, quote, string, table, types};
use crate::check::safety::is_costly;
use crate::engine::Target;
use crate::history::Resolved;
use crate::operation::{BATCH, Operation, Using};
use crate::schema::naming::cut;
use crate::schema::{Check, Column, Constraint, Index, ObjectName, OccupantKind, Schema, Table, Type};
use crate::sql::trigger::fires_at_every_update;
use crate::sql::unit::{Action, Backfill, Step};
use crate::sql::{Company, Dialect, Draft};
use crate::syntax::ast::Undo;

/// What a conversion may ask of a session, so that it comes to the same whoever writes.
const SETTINGS: &[&str] = &[
    "search_path",
    "timezone",
    "datestyle",
    "intervalstyle",
    "extra_float_digits",
    "bytea_output",
];

/// Milliseconds that a batch should take: who writes a row of it waits for its end.
const BATCH_TIME: u64 = 100;

/// What the name of the trigger begins with: it sorts behind those of users.
pub(crate) const TRIGGER: &str = "~mina_";
/// The same of everything else.
const PREFIX: &str = "mina_";

/// One change of type, with what is there for a while.
pub(super) struct Exchange<'a> {
    schema: &'a Schema,
    target: Target,
    line: u32,
    table: &'a Table,
    before: &'a Column,
    after: &'a Column,
    using: &'a Using,
    column: String,
    trigger: String,
    function: ObjectName,
    /// Whether other triggers change the rows that are filled.
    touched: bool,
}

/// An index on the new column that takes the place of one on the old.
struct Twin {
    /// What is built.
    index: Index,
    /// What it is called in the end.
    name: String,
    /// The unique constraint that it belongs to.
    unique: Option<Constraint>,
}

impl<'a> Exchange<'a> {
    /// None where an operation is no change of type that costs anything.
    pub(super) fn of(resolved: &'a Resolved, target: Target, line: u32) -> Option<Self> {
        let Operation::AlterColumn {
            table,
            before,
            after,
            using,
        } = &resolved.operation
        else {
            return None;
        };
        let schema = &resolved.before;
        let table = schema.table(table).filter(|table| is_costly(table, before, after, using))?;
        let of_table = format!("{}_{}", table.name.name, before.name);
        let function = free(PREFIX, &of_table, |name| schema.function(&table.name.beside(name), "").is_some());
        // Triggers fire in the order of their names, and this one has to see what others make of the row.
        let trigger = free(TRIGGER, &before.name, |name| schema.trigger(&table.name, name).is_some());
        Some(Self {
            schema,
            target,
            line,
            table,
            before,
            after,
            using,
            column: free(PREFIX, &before.name, |name| table.column(name).is_some()),
            trigger,
            function: table.name.beside(&function),
            touched: schema
                .triggers_on(&table.name)
                .any(|trigger| fires_at_every_update(&trigger.body, &Postgres)),
        })
    }

    pub(super) fn steps(&self) -> Vec<Draft> {
        let (object, column) = (Postgres.object(&self.table.name), quote(&self.column));
        let (twins, checks) = (self.twins(), self.checks());
        let mut drafts = self.begin(&twins, &checks);
        drafts.extend(self.fill());
        drafts.push(own(self.line, format!("ANALYZE {object} ({column})")));
        let mut there = self.schema.clone();
        there.add_column(&self.table.name, self.beside());
        for twin in &twins {
            let built = with_index(&self.table.name, twin.index.clone(), &there);
            let sql = table::create_index(&self.table.name, &twin.index, true);
            drafts.push(alone(self.line, sql).between(&there, &built));
        }
        let validate = |name: &str| own(self.line, format!("ALTER TABLE {object} VALIDATE CONSTRAINT {}", quote(name)));
        for (twin, check) in &checks {
            let blind = Constraint::Check(Check {
                not_valid: true,
                ..twin.clone()
            });
            drafts.push(own(self.line, format!("ALTER TABLE {object} ADD {}", table::constraint(&blind))));
            drafts.extend((!check.not_valid).then(|| validate(&twin.name.text)));
        }
        if !self.after.nullable {
            let name = self.not_null();
            let quoted = quote(&name);
            let add = format!("ALTER TABLE {object} ADD CONSTRAINT {quoted} CHECK ({column} IS NOT NULL) NOT VALID");
            drafts.extend([own(self.line, add), validate(&name)]);
        }
        drafts.extend(self.swap(&twins, &checks));
        drafts
    }

    /// What takes back any number of the steps but all of them: what is made of the new column goes with it.
    pub(super) fn back(&self) -> Vec<Draft> {
        let mut statements = self.let_go();
        let object = Postgres.object(&self.table.name);
        statements.push(format!("ALTER TABLE {object} DROP COLUMN {}", quote(&self.column)));
        self.together(statements)
    }

    /// From here on whoever writes the old column writes the new one.
    fn begin(&self, twins: &[Twin], checks: &[(Check, &Check)]) -> Vec<Draft> {
        let (object, trigger, function) = (
            Postgres.object(&self.table.name),
            quote(&self.trigger),
            Postgres.object(&self.function),
        );
        let mut drafts = vec![self.guard(twins, checks)];
        drafts.extend(self.together(vec![
            format!("ALTER TABLE {object} ADD COLUMN {}", table::column(&self.beside())),
            self.create_function(&function),
            format!("CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {object} FOR EACH ROW EXECUTE FUNCTION {function}()"),
            // For what is replicated to this table as well.
            format!("ALTER TABLE {object} ENABLE ALWAYS TRIGGER {trigger}"),
        ]));
        drafts
    }

    fn let_go(&self) -> Vec<String> {
        let object = Postgres.object(&self.table.name);
        vec![
            format!("DROP TRIGGER {} ON {object}", quote(&self.trigger)),
            format!("DROP FUNCTION {}()", Postgres.object(&self.function)),
        ]
    }

    fn create_function(&self, function: &str) -> String {
        let (hint, value) = match self.using {
            Using::Expression(expression) => (
                "#variable_conflict use_column\n",
                format!(
                    "(SELECT {} FROM (SELECT NEW.*) AS {})",
                    expression.sql(),
                    quote(&self.table.name.name)
                ),
            ),
            _ => ("", self.value(&format!("NEW.{}", quote(&self.before.name)))),
        };
        let column = quote(&self.column);
        // What the triggers before this one made of a row that the backfill fills is none of its business.
        let undo = match self.touched {
            true => format!(
                "    IF TG_OP = 'UPDATE' AND num_nonnulls(OLD.{column}) < num_nonnulls(NEW.{column}) THEN\n        NEW := OLD;\n    END IF;\n"
            ),
            false => String::new(),
        };
        let body = format!("\n{hint}BEGIN\n{undo}    NEW.{column} := {value};\n    RETURN NEW;\nEND\n");
        let body = match body.contains("$mina$") {
            true => string(&body),
            false => format!("$mina${body}$mina$"),
        };
        let settings: String = match self.asks_session() {
            true => SETTINGS.iter().map(|setting| format!(" SET {setting} FROM CURRENT")).collect(),
            false => String::new(),
        };
        format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql{settings} AS {body}")
    }

    /// The new value, for an old one as it is written somewhere.
    fn value(&self, old: &str) -> String {
        match self.using {
            Using::Implicit => old.to_owned(),
            Using::Cast => types::cast(old, &self.before.ty, &self.after.ty),
            Using::Expression(expression) => expression.sql().to_owned(),
        }
    }

    /// Whether the new value may depend on the settings of a session.
    fn asks_session(&self) -> bool {
        let whole = |ty: &Type| matches!(ty, Type::Bool | Type::SmallInt | Type::Integer | Type::BigInt | Type::Numeric(_));
        let text = |ty: &Type| {
            matches!(
                ty,
                Type::Varchar(_) | Type::Text | Type::Char(_) | Type::Uuid | Type::Json | Type::Jsonb
            )
        };
        let (before, after) = (&self.before.ty, &self.after.ty);
        let steady = |ty: &Type| whole(ty) || text(ty);
        let numbers = types::is_number(before) && types::is_number(after);
        matches!(self.using, Using::Expression(_)) || !(numbers || steady(before) && steady(after))
    }

    /// The rows that were there before the trigger.
    fn fill(&self) -> Option<Draft> {
        let (new, old) = (quote(&self.column), quote(&self.before.name));
        // A row has no new value yet, or there is none: of NULL a cast makes NULL, but not of a row of a composite type.
        let filter = match (self.using, &self.before.ty) {
            (Using::Expression(_), _) | (_, Type::Custom(_) | Type::Unknown) => format!("{new} IS NULL"),
            _ => format!("{new} IS NULL AND {old} IS NOT NULL"),
        };
        // A trigger tells a row that is filled by its new value.
        let filter = match self.touched {
            true => format!("{filter} AND num_nonnulls({}) = 1", self.value(&old)),
            false => filter,
        };
        let operation = Operation::Backfill {
            table: self.table.name.clone(),
            set: format!("{new} = {}", self.value(&old)),
            filter: Some(filter),
            batch: BATCH,
            time: Some(BATCH_TIME),
            wait_while: None,
            undo: Undo::Nothing,
        };
        let backfill = Backfill::of(&operation, self.schema, &Postgres)?;
        let step = Step {
            line: self.line,
            action: Action::Backfill(backfill),
        };
        Some(Draft::new(step, Company::Alone).between(self.schema, self.schema))
    }

    /// The new column takes the name of the old one, and all that stands on it the names of what stood on that.
    fn swap(&self, twins: &[Twin], checks: &[(Check, &Check)]) -> Vec<Draft> {
        let (name, object) = (&self.table.name, Postgres.object(&self.table.name));
        let column = quote(&self.before.name);
        let mut statements = self.let_go();
        let plain = twins.iter().filter(|twin| twin.unique.is_none());
        statements.extend(plain.map(|twin| format!("DROP INDEX {}", Postgres.object(&name.beside(&twin.name)))));
        let uniques = twins.iter().filter(|twin| twin.unique.is_some()).map(|twin| &twin.name);
        let constraints = uniques.chain(checks.iter().map(|(_, check)| &check.name.text));
        let mut gone: Vec<String> = constraints.map(|name| format!("DROP CONSTRAINT {}", quote(name))).collect();
        gone.push(format!("DROP COLUMN {column}"));
        statements.push(format!("ALTER TABLE {object} {}", gone.join(", ")));
        statements.push(format!("ALTER TABLE {object} RENAME COLUMN {} TO {column}", quote(&self.column)));
        let default = self.after.default.as_ref().map(|default| {
            let default = Postgres.default(default, &self.after.ty);
            format!("ALTER COLUMN {column} SET DEFAULT {default}")
        });
        let not_null = (!self.after.nullable).then(|| format!("ALTER COLUMN {column} SET NOT NULL"));
        let set: Vec<String> = default.into_iter().chain(not_null).collect();
        statements.extend((!set.is_empty()).then(|| format!("ALTER TABLE {object} {}", set.join(", "))));
        if !self.after.nullable {
            statements.push(format!("ALTER TABLE {object} DROP CONSTRAINT {}", quote(&self.not_null())));
        }
        for (twin, check) in checks {
            let (from, to) = (quote(&twin.name.text), quote(&check.name.text));
            statements.push(format!("ALTER TABLE {object} RENAME CONSTRAINT {from} TO {to}"));
        }
        for Twin { index, name: to, unique } in twins {
            let (from, to) = (&index.name.text, quote(to));
            statements.push(match unique {
                Some(unique) => format!(
                    "ALTER TABLE {object} ADD CONSTRAINT {to} {}",
                    table::using_index(unique, &quote(from))
                ),
                None => format!("ALTER INDEX {} RENAME TO {to}", Postgres.object(&name.beside(from))),
            });
        }
        statements.extend(self.after.comment.as_ref().map(|_| table::comment_on_column(name, self.after)));
        let mut drafts = vec![self.guard(twins, checks)];
        drafts.extend(self.together(statements));
        drafts
    }

    /// What the history does not know would go with the old column.
    fn guard(&self, twins: &[Twin], checks: &[(Check, &Check)]) -> Draft {
        let known = twins.iter().map(|twin| &twin.name);
        let known = known.chain(checks.iter().map(|(_, check)| &check.name.text));
        let known: Vec<String> = known.map(|name| string(name)).collect();
        let class = |name: &str| format!("'pg_catalog.{name}'::regclass");
        let (relation, constraint) = (class("pg_class"), class("pg_constraint"));
        let sql = format!(
            "SELECT (SELECT count(*) FROM pg_catalog.pg_depend AS d \
             LEFT JOIN pg_catalog.pg_class AS i ON d.classid = {relation} AND i.oid = d.objid \
             LEFT JOIN pg_catalog.pg_constraint AS c ON d.classid = {constraint} AND c.oid = d.objid \
             WHERE d.refclassid = {relation} AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum \
             AND d.classid <> {} AND c.contype IS DISTINCT FROM 'n' \
             AND coalesce(i.relname, c.conname, '') <> ALL (ARRAY[{}]::name[])) \
             + (SELECT count(*) FROM pg_catalog.pg_inherits WHERE a.attrelid IN (inhparent, inhrelid)) \
             + (a.attacl IS NOT NULL OR a.attoptions IS NOT NULL OR coalesce(a.attstattarget, -1) >= 0)::int \
             FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = {}::regclass AND a.attname = {}",
            class("pg_attrdef"),
            known.join(", "),
            string(&Postgres.object(&self.table.name)),
            string(&self.before.name)
        );
        let what = format!(
            "things on `{}.{}` are not the history's and would go with the old column: indexes, statistics, privileges, children; \
             drop them, or take `online = true` out",
            self.table.name, self.before.name
        );
        let action = Action::Count { sql, what, late: false };
        Draft::new(Step { line: self.line, action }, Company::Next)
    }

    /// The new column while it stands beside the old one.
    fn beside(&self) -> Column {
        Column {
            name: self.column.clone(),
            nullable: true,
            default: None,
            comment: None,
            ..self.after.clone()
        }
    }

    fn not_null(&self) -> String {
        helper(&self.table.name, self.after, self.schema)
    }

    fn twins(&self) -> Vec<Twin> {
        let (name, column) = (&self.table.name, &self.before.name);
        let mut renamed = self.table.clone();
        renamed.rename_column(column, &self.column);
        let indexes = self.table.indexes.iter().zip(renamed.indexes);
        let indexes = indexes.filter(|(index, _)| index.uses(column)).map(|(_, twin)| (twin, None));
        let uniques = self.table.uniques.iter().zip(renamed.uniques);
        let uniques = uniques.filter(|(unique, _)| unique.columns.contains(column));
        let uniques = uniques.filter_map(|(unique, twin)| {
            let index = index_of(&Constraint::Unique(twin))?;
            Some((index, Some(Constraint::Unique(unique.clone()))))
        });
        let mut given: Vec<String> = Vec::new();
        let twins = indexes.chain(uniques).map(|(mut index, unique)| {
            let taken = |text: &str| {
                let place = name.beside(text);
                given.iter().any(|given| given == text)
                    || self
                        .schema
                        .name_taken(self.target, &place, OccupantKind::Index, Some(name))
                        .is_some()
            };
            let called = free(PREFIX, &index.name.text, taken);
            given.push(called.clone());
            let name = std::mem::replace(&mut index.name.text, called);
            Twin { index, name, unique }
        });
        twins.collect()
    }

    /// The checks of the column, each in the words of the new one before its own.
    fn checks(&self) -> Vec<(Check, &'a Check)> {
        let column = &self.before.name;
        let mut renamed = self.table.clone();
        renamed.rename_column(column, &self.column);
        let checks = renamed.checks.into_iter().zip(&self.table.checks);
        let checks = checks.filter(|(_, check)| check.expression.uses(column));
        let mut given: Vec<String> = Vec::new();
        let checks = checks.map(|(mut twin, check)| {
            let taken = |text: &str| given.iter().any(|given| given == text) || self.table.constraint(text).is_some();
            twin.name.text = free(PREFIX, &check.name.text, taken);
            given.push(twin.name.text.clone());
            (twin, check)
        });
        checks.collect()
    }

    /// Statements that share a transaction of their own.
    fn together(&self, statements: Vec<String>) -> Vec<Draft> {
        let last = statements.len().saturating_sub(1);
        let company = |at| if at == last { Company::Own } else { Company::Next };
        let statements = statements.into_iter().enumerate();
        statements.map(|(at, sql)| draft(self.line, sql, company(at))).collect()
    }
}

/// A name for a while, that nothing else has: it tells whose it is, and for what.
fn free(prefix: &str, name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|n: u32| format!("{prefix}{n}_{name}"));
    let mut names = std::iter::once(format!("{prefix}{name}")).chain(numbered).map(cut);
    names.find(|name| !taken(name)).unwrap_or_default()
}
