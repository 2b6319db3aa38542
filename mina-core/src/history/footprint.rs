use super::Trace;
use super::mention::{relations, words, words_of_rust, written};
use crate::check::Checked;
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::operation::Operation;
use crate::schema::{Action, Column, Constraint, ConstraintRef, Expression, ForeignKey, Index, IndexKey, ObjectName, Schema, Table};
use crate::sql::{changed_in_use, rebuilt};
use crate::syntax::Span;
use std::collections::HashSet;
use std::fmt;

/// What two revisions can both touch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Resource {
    Table(ObjectName),
    Column(ObjectName, String),
    Rows(ObjectName),
    Comment(ObjectName),
    PrimaryKey(ObjectName),
    /// The columns that foreign keys can refer to, sorted.
    Key(ObjectName, Vec<String>),
    Constraint(ObjectName, String),
    /// A table of SQLite that is written anew while foreign keys are on, since none refers to it: to be written by that, and to be
    /// read by making or dropping such a key.
    Rebuilt(ObjectName),
    /// Whether MariaDB and MySQL change a table beside its readers and writers, which each change asks for where the table allows it.
    InUse(ObjectName),
    /// A name of the space that tables, indexes and the like share, case folded.
    Name(ObjectName),
    Enum(ObjectName),
    Sequence(ObjectName),
    View(ObjectName),
    Trigger(ObjectName, String),
    Function(ObjectName),
    Extension(ObjectName),
    Namespace(ObjectName),
}

impl Resource {
    /// Whether two that write it are in each other's way.
    pub(super) fn is_exclusive(&self) -> bool {
        !matches!(self, Self::Rebuilt(_))
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) | Self::Rebuilt(table) => write!(f, "table `{table}`"),
            Self::InUse(table) => write!(f, "whether table `{table}` can be changed while it is in use"),
            Self::Column(table, column) => write!(f, "column `{table}.{column}`"),
            Self::Rows(table) => write!(f, "the rows of `{table}`"),
            Self::Comment(table) => write!(f, "the comment of `{table}`"),
            Self::PrimaryKey(table) => write!(f, "the primary key of `{table}`"),
            Self::Key(table, columns) => write!(f, "the key `{table}` ({})", columns.join(", ")),
            Self::Constraint(table, name) => write!(f, "constraint `{name}` of `{table}`"),
            Self::Name(name) => write!(f, "the name `{name}`"),
            Self::Enum(name) => write!(f, "enum `{name}`"),
            Self::Sequence(name) => write!(f, "sequence `{name}`"),
            Self::View(name) => write!(f, "view `{name}`"),
            Self::Trigger(table, name) => write!(f, "trigger `{name}` on `{table}`"),
            Self::Function(name) => write!(f, "function `{name}`"),
            Self::Extension(name) => write!(f, "extension `{name}`"),
            Self::Namespace(name) => write!(f, "schema `{name}`"),
        }
    }
}

/// One thing that a revision touches, and how.
#[derive(Clone, Debug)]
pub(super) struct Touch {
    pub(super) resource: Resource,
    /// Whether what another sees of it changes; two that only read commute.
    pub(super) writes: bool,
    /// Such as `drops`.
    pub(super) verb: &'static str,
    pub(super) span: Span,
}

impl Touch {
    /// Whether it is in the way of another one, of the same resource.
    pub(super) fn hinders(&self, other: &Self) -> bool {
        match (self.writes, other.writes) {
            (true, true) => self.resource.is_exclusive(),
            (mine, theirs) => mine || theirs,
        }
    }
}

/// All that a block touches, up and down, on every engine in force; what it says first comes first.
pub(super) fn footprint(checked: &Checked) -> Vec<Touch> {
    let mut prints = Footprint {
        touches: Vec::new(),
        seen: HashSet::new(),
        span: Span::default(),
        verb: "",
        engine: Engine::Sqlite,
    };
    let ups = checked.engines.iter().map(|replayed| &replayed.up);
    let downs = checked.engines.iter().filter_map(|replayed| replayed.down.as_ref());
    for trace in ups.chain(downs) {
        prints.trace(trace);
        if !checked.diagnostics.iter().any(Diagnostic::is_error) {
            prints.rebuilt(trace);
        }
    }
    prints.touches
}

struct Footprint {
    touches: Vec<Touch>,
    seen: HashSet<(Resource, bool)>,
    span: Span,
    verb: &'static str,
    engine: Engine,
}

impl Footprint {
    fn trace(&mut self, trace: &Trace) {
        self.engine = trace.target.engine();
        for resolved in trace.steps.iter().flat_map(|step| &step.operations) {
            self.span = resolved.word;
            self.operation(&resolved.operation, &resolved.before);
            if let Some((table, decides)) = changed_in_use(resolved, self.engine) {
                self.touch(Resource::InUse(table.clone()), decides);
            }
        }
    }

    fn rebuilt(&mut self, trace: &Trace) {
        for (step, table) in rebuilt(trace) {
            let Some(first) = step.operations.first() else { continue };
            (self.span, self.verb) = (first.word, verb(&first.operation));
            self.write(Resource::Rebuilt(table));
        }
    }

    fn touch(&mut self, resource: Resource, writes: bool) {
        if self.seen.insert((resource.clone(), writes)) {
            self.touches.push(Touch {
                resource,
                writes,
                verb: self.verb,
                span: self.span,
            });
        }
    }

    fn write(&mut self, resource: Resource) {
        self.touch(resource, true);
    }

    fn read(&mut self, resource: Resource) {
        self.touch(resource, false);
    }

    fn column(&mut self, table: &ObjectName, column: &str, writes: bool) {
        self.touch(Resource::Column(table.clone(), column.to_owned()), writes);
    }

    fn columns(&mut self, table: &ObjectName, columns: &[String]) {
        columns.iter().for_each(|column| self.column(table, column, false));
    }

    fn name(&mut self, table: &ObjectName, name: &str) {
        self.write(Resource::Name(table.beside(&name.to_lowercase())));
    }

    fn key(&mut self, table: &ObjectName, columns: &[String], writes: bool) {
        let mut columns = columns.to_vec();
        columns.sort_unstable();
        self.touch(Resource::Key(table.clone(), columns), writes);
    }

    fn operation(&mut self, operation: &Operation, before: &Schema) {
        self.verb = verb(operation);
        match operation {
            Operation::CreateNamespace(name) | Operation::DropNamespace(name) => self.write(Resource::Namespace(name.clone())),
            Operation::CreateTable(table) | Operation::DropTable(table) => self.table(table),
            Operation::RenameTable { from, to, renamed } => {
                for table in [from, to] {
                    self.write(Resource::Table(table.clone()));
                    self.name(table, &table.name);
                }
                for (old, new) in renamed {
                    self.name(from, old);
                    self.name(from, new);
                    self.made_anew(from, old, before);
                }
            }
            Operation::AddColumn {
                table,
                column,
                constraints,
                indexes,
            }
            | Operation::DropColumn {
                table,
                column,
                constraints,
                indexes,
                ..
            } => {
                self.column(table, &column.name, true);
                self.read(Resource::Table(table.clone()));
                self.column_facets(table, column);
                constraints.iter().for_each(|constraint| self.constraint(table, constraint));
                indexes.iter().for_each(|index| self.index(table, index));
            }
            Operation::RenameColumn { table, from, to } => {
                self.column(table, from, true);
                self.column(table, to, true);
                self.read(Resource::Table(table.clone()));
            }
            Operation::AlterColumn { table, before, after, .. } => {
                self.column(table, &after.name, true);
                self.read(Resource::Table(table.clone()));
                self.column_facets(table, before);
                self.column_facets(table, after);
                if before.ty != after.ty || before.nullable != after.nullable {
                    self.read(Resource::Rows(table.clone()));
                }
            }
            Operation::CreateConstraint { table, constraint } | Operation::DropConstraint { table, constraint } => {
                self.constraint(table, constraint);
                self.read(Resource::Table(table.clone()));
                self.read(Resource::Rows(table.clone()));
                if let Constraint::ForeignKey(key) = constraint {
                    self.read(Resource::Rows(key.table.clone()));
                }
            }
            Operation::RenameConstraint { table, from, to } => {
                for name in [from, to] {
                    self.write(Resource::Constraint(table.clone(), name.clone()));
                    self.name(table, name);
                }
                self.made_anew(table, from, before);
                self.read(Resource::Table(table.clone()));
            }
            Operation::CreateIndex { table, index, .. } | Operation::DropIndex { table, index, .. } => {
                self.index(table, index);
                self.read(Resource::Table(table.clone()));
                if index.unique {
                    self.read(Resource::Rows(table.clone()));
                }
            }
            Operation::RenameIndex { table, from, to } => {
                self.name(table, from);
                self.name(table, to);
                self.made_anew(table, from, before);
                self.read(Resource::Table(table.clone()));
            }
            Operation::CommentOnTable { table, .. } => {
                self.write(Resource::Comment(table.clone()));
                self.read(Resource::Table(table.clone()));
            }
            Operation::CreateEnum(object) | Operation::DropEnum(object) => {
                self.write(Resource::Enum(object.name.clone()));
                self.name(&object.name, &object.name.name);
            }
            Operation::AlterEnum { after, .. } => {
                self.write(Resource::Enum(after.name.clone()));
                self.columns_of_enum(&after.name, before);
            }
            Operation::CreateSequence(object) | Operation::DropSequence(object) => {
                self.write(Resource::Sequence(object.name.clone()));
                self.name(&object.name, &object.name.name);
            }
            Operation::CreateView(view) | Operation::DropView(view) => {
                self.write(Resource::View(view.name.clone()));
                self.name(&view.name, &view.name.name);
                self.body(&view.body, before);
            }
            Operation::CreateTrigger(trigger) | Operation::DropTrigger(trigger) => {
                self.write(Resource::Trigger(trigger.table.clone(), trigger.name.clone()));
                self.read(Resource::Table(trigger.table.clone()));
                self.read(Resource::Rows(trigger.table.clone()));
                self.columns_mentioned(&trigger.table, [&trigger.body], before);
                self.body(&trigger.body, before);
            }
            Operation::CreateFunction(function) | Operation::DropFunction(function) => {
                self.write(Resource::Function(function.name.clone()));
                self.body(&function.body, before);
            }
            Operation::CreateExtension(name) | Operation::DropExtension(name) => self.write(Resource::Extension(name.clone())),
            Operation::Execute { sql, effect, .. } => {
                self.statement(sql, before);
                effect.iter().for_each(|operation| self.operation(operation, before));
            }
            Operation::Run { text, effect, .. } => {
                self.rust(text, before);
                effect.iter().for_each(|operation| self.operation(operation, before));
            }
            Operation::Update { table, set, filter, .. } => self.updated(table, set, filter.as_ref(), before),
            Operation::Backfill { table, set, filter, .. } => {
                self.updated(table, set, filter.as_ref(), before);
                // It goes along the key.
                self.read(Resource::PrimaryKey(table.clone()));
                let key = before.table(table).and_then(|table| table.primary_key.as_ref());
                key.into_iter().for_each(|key| self.columns(table, &key.columns));
            }
            Operation::Delete { table, filter, .. } => {
                self.deleted(table, before);
                self.columns_mentioned(table, filter, before);
            }
            Operation::BulkInsert { table, columns, .. } => {
                self.write(Resource::Rows(table.clone()));
                self.read(Resource::Table(table.clone()));
                self.columns(table, columns);
            }
            Operation::BulkDelete { table, by, .. } => {
                self.deleted(table, before);
                self.columns(table, by);
            }
        }
    }

    fn updated(&mut self, table: &ObjectName, set: &String, filter: Option<&String>, before: &Schema) {
        self.write(Resource::Rows(table.clone()));
        self.read(Resource::Table(table.clone()));
        self.statement(set, before);
        self.columns_mentioned(table, [Some(set), filter].into_iter().flatten(), before);
    }

    fn table(&mut self, table: &Table) {
        self.write(Resource::Table(table.name.clone()));
        self.name(&table.name, &table.name.name);
        if let Some(schema) = &table.name.schema {
            self.read(Resource::Namespace(ObjectName::new(schema)));
        }
        table.columns.iter().for_each(|column| self.column_facets(&table.name, column));
        table.foreign_keys.iter().for_each(|key| self.foreign_key(&table.name, key));
        let keys = table.primary_key.iter().map(|key| &key.name);
        let names = keys.chain(table.uniques.iter().map(|unique| &unique.name));
        for name in names.chain(table.indexes.iter().map(|index| &index.name)) {
            self.name(&table.name, &name.text);
        }
    }

    /// With its values, all columns of an enum get another type.
    fn columns_of_enum(&mut self, name: &ObjectName, before: &Schema) {
        for table in before.tables().values() {
            for column in table.columns.iter().filter(|column| column.ty.is_of_enum(name)) {
                self.column(&table.name, &column.name, true);
                self.read(Resource::Table(table.name.clone()));
                self.read(Resource::Rows(table.name.clone()));
            }
        }
    }

    fn column_facets(&mut self, table: &ObjectName, column: &Column) {
        if let Some(name) = column.ty.enumeration() {
            self.read(Resource::Enum(name.clone()));
        }
        if let Some(generated) = &column.generated {
            self.expression(table, &generated.expression);
        }
    }

    fn expression(&mut self, table: &ObjectName, expression: &Expression) {
        self.columns(table, &expression.columns());
    }

    /// What gets another name: where an engine makes it anew for that, it is made as it was.
    fn made_anew(&mut self, table: &ObjectName, name: &str, before: &Schema) {
        let Some(there) = before.table(table) else { return };
        match there.constraint(name) {
            Some(ConstraintRef::ForeignKey(key)) => self.foreign_key(table, key),
            Some(constraint) => self.columns(table, &constraint.columns()),
            None => {}
        }
        if let Some(index) = there.index(name) {
            self.index_columns(table, index);
        }
    }

    fn foreign_key(&mut self, table: &ObjectName, key: &ForeignKey) {
        self.write(Resource::Constraint(table.clone(), key.name.text.clone()));
        self.name(table, &key.name.text);
        self.columns(table, &key.columns);
        self.read(Resource::Rebuilt(key.table.clone()));
        if key.table != *table {
            self.read(Resource::Table(key.table.clone()));
        }
        self.columns(&key.table, &key.referred);
        self.key(&key.table, &key.referred, false);
    }

    fn constraint(&mut self, table: &ObjectName, constraint: &Constraint) {
        let named = |name: &str| Resource::Constraint(table.clone(), name.to_owned());
        match constraint {
            Constraint::PrimaryKey(key) => {
                self.write(Resource::PrimaryKey(table.clone()));
                self.name(table, &key.name.text);
                self.columns(table, &key.columns);
                self.key(table, &key.columns, true);
            }
            Constraint::ForeignKey(key) => self.foreign_key(table, key),
            Constraint::Unique(unique) => {
                self.write(named(&unique.name.text));
                self.name(table, &unique.name.text);
                self.columns(table, &unique.columns);
                self.key(table, &unique.columns, true);
            }
            Constraint::Check(check) => {
                self.write(named(&check.name.text));
                self.expression(table, &check.expression);
            }
            Constraint::Exclusion(exclusion) => {
                self.write(named(&exclusion.name.text));
                self.name(table, &exclusion.name.text);
                for (key, _) in &exclusion.elements {
                    self.index_key(table, key);
                }
                if let Some(filter) = &exclusion.filter {
                    self.expression(table, filter);
                }
            }
        }
    }

    fn index(&mut self, table: &ObjectName, index: &Index) {
        self.name(table, &index.name.text);
        self.index_columns(table, index);
        if index.unique {
            let keys = index.elements.iter().filter_map(|element| match &element.key {
                IndexKey::Column(column) => Some(column.clone()),
                IndexKey::Expression(_) => None,
            });
            let columns: Vec<String> = keys.collect();
            self.key(table, &columns, true);
        }
    }

    fn index_columns(&mut self, table: &ObjectName, index: &Index) {
        for element in &index.elements {
            self.index_key(table, &element.key);
        }
        self.columns(table, &index.include);
        if let Some(filter) = &index.filter {
            self.expression(table, filter);
        }
    }

    fn index_key(&mut self, table: &ObjectName, key: &IndexKey) {
        match key {
            IndexKey::Column(column) => self.column(table, column, false),
            IndexKey::Expression(expression) => self.expression(table, expression),
        }
    }

    fn deleted(&mut self, table: &ObjectName, before: &Schema) {
        self.write(Resource::Rows(table.clone()));
        self.read(Resource::Table(table.clone()));
        for (child, key) in before.referring(table) {
            if matches!(key.on_delete, Action::Cascade | Action::SetNull | Action::SetDefault) {
                self.write(Resource::Rows(child.name.clone()));
            }
        }
    }

    /// The table's columns that an UPDATE or DELETE names.
    fn columns_mentioned<'a>(&mut self, table: &ObjectName, texts: impl IntoIterator<Item = &'a String>, before: &Schema) {
        let Some(table) = before.table(table).cloned() else { return };
        let words: HashSet<String> = texts.into_iter().flat_map(|text| words(text, self.engine)).collect();
        self.columns_among(&table, &words);
    }

    fn columns_among(&mut self, table: &Table, words: &HashSet<String>) {
        let named = table.columns.iter().filter(|column| words.contains(&column.name.to_lowercase()));
        named.for_each(|column| self.column(&table.name, &column.name, false));
    }

    /// What the body of a view, trigger or function names.
    fn body(&mut self, sql: &str, before: &Schema) {
        let words = words(sql, self.engine).into_iter().collect();
        self.objects(&words, before, |_| None);
    }

    fn statement(&mut self, sql: &str, before: &Schema) {
        let words = words(sql, self.engine);
        let written = written(&words);
        let all = words.iter().cloned().collect();
        self.objects(&all, before, |table| Some(written.contains(&table)));
        for word in relations(&words) {
            let name = ObjectName::new(word);
            if before.table(&name).is_none() && before.view(&name).is_none() {
                self.read(Resource::Table(name));
            }
        }
    }

    fn rust(&mut self, text: &str, before: &Schema) {
        let words: HashSet<String> = words_of_rust(text).collect();
        self.objects(&words, before, |_| Some(true));
        // Diesel reads all columns of a table where none are said.
        let named = before
            .tables()
            .values()
            .filter(|table| words.contains(&table.name.name.to_lowercase()));
        for table in named {
            table
                .columns
                .iter()
                .for_each(|column| self.column(&table.name, &column.name, false));
        }
    }

    /// `rows` says whether a table's rows are written or read, by its name in lower case; none for neither.
    fn objects(&mut self, words: &HashSet<String>, before: &Schema, rows: impl Fn(&str) -> Option<bool>) {
        for table in before.tables().values() {
            let name = table.name.name.to_lowercase();
            if !words.contains(&name) {
                continue;
            }
            if let Some(writes) = rows(&name) {
                self.touch(Resource::Rows(table.name.clone()), writes);
            }
            self.read(Resource::Table(table.name.clone()));
            self.columns_among(table, words);
        }
        let views = before
            .views()
            .values()
            .filter(|view| words.contains(&view.name.name.to_lowercase()));
        views.for_each(|view| self.read(Resource::View(view.name.clone())));
    }
}

fn verb(operation: &Operation) -> &'static str {
    match operation {
        Operation::CreateNamespace(_)
        | Operation::CreateTable(_)
        | Operation::CreateConstraint { .. }
        | Operation::CreateIndex { .. }
        | Operation::CreateEnum(_)
        | Operation::CreateSequence(_)
        | Operation::CreateView(_)
        | Operation::CreateTrigger(_)
        | Operation::CreateFunction(_)
        | Operation::CreateExtension(_) => "creates",
        Operation::AddColumn { .. } => "adds",
        Operation::DropNamespace(_)
        | Operation::DropTable(_)
        | Operation::DropColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::DropEnum(_)
        | Operation::DropSequence(_)
        | Operation::DropView(_)
        | Operation::DropTrigger(_)
        | Operation::DropFunction(_)
        | Operation::DropExtension(_) => "drops",
        Operation::RenameTable { .. }
        | Operation::RenameColumn { .. }
        | Operation::RenameConstraint { .. }
        | Operation::RenameIndex { .. } => "renames",
        Operation::AlterColumn { .. } | Operation::AlterEnum { .. } | Operation::CommentOnTable { .. } => "alters",
        Operation::Execute { .. }
        | Operation::Run { .. }
        | Operation::Update { .. }
        | Operation::Delete { .. }
        | Operation::BulkInsert { .. }
        | Operation::BulkDelete { .. }
        | Operation::Backfill { .. } => "writes",
    }
}
