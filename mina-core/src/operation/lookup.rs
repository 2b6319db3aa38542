//! Finding what a statement names, and what to say where it is not there.

use super::replay::{Replay, Resolution};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::schema::naming::{NameKind, Naming};
use crate::schema::{Column, ConstraintRef, ObjectName, OccupantKind, Table};
use crate::syntax::Span;
use crate::syntax::ast::{ColumnChanges, ConstraintDef, ConstraintKind, Ident, IndexDef, IndexKeyDef, StatementKind, TableItem, TableRef};
use std::sync::Arc;

impl TableRef {
    /// The name, as the schema has it.
    pub fn object(&self) -> ObjectName {
        ObjectName {
            schema: self.schema.as_ref().map(|schema| schema.text.as_str().into()),
            name: self.name.text.as_str().into(),
        }
    }
}

/// A column as a message names it.
pub(super) fn path(table: &ObjectName, column: &str) -> String {
    format!("{table}.{column}")
}

/// Columns as the language writes them: `(a, b)`.
pub(super) fn list<S: AsRef<str>>(columns: &[S]) -> String {
    let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    format!("({})", columns.join(", "))
}

pub(super) fn texts(idents: &[Ident]) -> Vec<String> {
    idents.iter().map(|ident| ident.text.clone()).collect()
}

impl<'a> Replay<'a> {
    /// The table that a statement names.
    pub(super) fn table(&mut self, reference: &TableRef) -> Resolution<Arc<Table>> {
        let name = reference.object();
        if let Some(table) = self.schema.table(&name) {
            return Ok(table.clone());
        }
        if reference.implied {
            return Err(self.refuse_silently());
        }
        self.missing_table(&name, reference.span())
    }

    /// Says that there is no such table: what became of it, or which it could be.
    pub(super) fn missing_table<T>(&mut self, name: &ObjectName, span: Span) -> Resolution<T> {
        if self.tainted(&[&name.name]) {
            return Err(self.refuse_silently());
        }
        let mut error = Diagnostic::error(Code::M201, span, format!("there is no table `{name}`"));
        if let Some(view) = self.schema.view(name) {
            error.message = format!("`{name}` is a view, not a table");
            error = error.help(format!("it was created in {}", view.origin));
        } else if let Some((how, span)) = self.gone(&name.to_string()) {
            error = error.label(span, how);
        } else if let Some(near) = self.near_table(name) {
            error = error.help(format!("did you mean `{near}`?"));
            self.schema.taint.add(&near.name);
        } else if let Some((line, _)) =
            self.later(|kind| matches!(kind, StatementKind::CreateTable(table) if table.table.object() == *name))
        {
            error = error.label(line, "it is created only here");
        } else {
            error = error.help(self.tables_there_are());
        }
        Err(self.refuse(error))
    }

    fn tables_there_are(&self) -> String {
        let names: Vec<String> = self.schema.tables().keys().take(9).map(|name| format!("`{name}`")).collect();
        match names.len() {
            0 => "there are no tables yet; create it first: `create_table … { … }`".into(),
            1..=8 => format!("the tables are {}", names.join(", ")),
            _ => "create it first, or name one that is there".into(),
        }
    }

    fn near_table(&self, name: &ObjectName) -> Option<ObjectName> {
        let tables = || self.schema.tables().keys();
        if let Some(same) = tables().find(|table| table.name == name.name) {
            return Some(same.clone());
        }
        let near = did_you_mean(&name.name, tables().map(|table| &*table.name))?;
        tables().find(|table| &*table.name == near).cloned()
    }

    /// A later statement of the body, inside a batch too.
    fn later(&self, wanted: impl Fn(&StatementKind) -> bool) -> Option<(Span, &'a StatementKind)> {
        let statements = self.body.statements.iter().flat_map(|statement| match &statement.kind {
            StatementKind::BatchAlter { statements, .. } => statements.as_slice(),
            _ => std::slice::from_ref(statement),
        });
        let found = statements.filter(|statement| wanted(&statement.kind)).last();
        found.map(|statement| (statement.span, &statement.kind))
    }

    /// A column that a statement names.
    pub(super) fn column<'t>(&mut self, table: &'t Table, name: &Ident) -> Resolution<&'t Column> {
        match table.column(&name.text) {
            Some(column) => Ok(column),
            None => self.no_column(table, &name.text, name.span, Code::M202),
        }
    }

    /// Says that a table has no such column: what it was renamed to, which it could be, which other table has it.
    pub(super) fn no_column<T>(&mut self, table: &Table, name: &str, span: Span, code: Code) -> Resolution<T> {
        if self.tainted(&[name, &table.name.name]) {
            return Err(self.refuse_silently());
        }
        let mut error = Diagnostic::error(code, span, format!("`{}` has no column `{name}`", table.name));
        let near = did_you_mean(name, table.columns.iter().map(|column| column.name.as_str()));
        if let Some((how, span)) = self.gone(&path(&table.name, name)) {
            error = error.label(span, how);
        } else if let Some(near) = near.and_then(|near| table.column(near)) {
            error = error.help(format!("did you mean `{}`, from {}?", near.name, near.origin));
            self.schema.taint.add(&near.name);
        } else if let Some(other) = self.schema.tables().values().find(|other| other.column(name).is_some()) {
            error.message = format!("`{}` has no column `{name}`; `{}` has one", table.name, other.name);
        }
        if error.help.is_empty() && error.label.is_none() {
            let columns: Vec<String> = table.columns.iter().map(|column| format!("`{}`", column.name)).collect();
            error = error.help(format!("its columns are {}", columns.join(", ")));
        }
        Err(self.refuse(error))
    }

    /// The columns that a key names, each once.
    pub(super) fn columns(&mut self, table: &Table, names: &[Ident], of: &str) -> Resolution<Vec<String>> {
        let mut columns: Vec<String> = Vec::with_capacity(names.len());
        let mut result = Ok(());
        for name in names {
            if let Err(refused) = self.column(table, name) {
                result = Err(refused);
            } else if columns.contains(&name.text) {
                let message = format!("`{}` stands twice in the {of}", name.text);
                result = self.error(Code::M217, name.span, message, ["name each column once".to_owned()]);
            } else {
                columns.push(name.text.clone());
            }
        }
        result.map(|()| columns)
    }

    /// A constraint that a statement names.
    pub(super) fn constraint<'t>(&mut self, table: &'t Table, name: &Ident) -> Resolution<ConstraintRef<'t>> {
        if let Some(constraint) = table.constraint(&name.text) {
            return Ok(constraint);
        }
        if self.tainted(&[&name.text, &table.name.name]) {
            return Err(self.refuse_silently());
        }
        let mut error = Diagnostic::error(Code::M203, name.span, format!("`{}` has no constraint `{}`", table.name, name.text));
        let meant = meant(table, &name.text);
        if table.primary_key.is_none() && kind_in(&name.text.to_lowercase()) == Some(OccupantKind::PrimaryKey) {
            error = Diagnostic::error(
                Code::M218,
                name.span,
                format!("`{}` has no primary key `{}`", table.name, name.text),
            );
        }
        if let Some(index) = table.index(&name.text) {
            error.message = format!("`{}` is an index of `{}`, not a constraint", name.text, table.name);
            error = error.help(format!("write `drop_index {} on {};`", index.name, table.name));
            self.schema.taint.add(&name.text);
        } else if let Some((how, span)) = self.gone(&path(&table.name, &name.text)) {
            error = error.label(span, how);
        } else if let Some(meant) = meant {
            error = error.help(format!(
                "did you mean the {} `{}` on {}, from {}?",
                meant.occupant_kind(),
                meant.name(),
                list(&meant.columns()),
                meant.origin()
            ));
            error = error.help(format!("write `drop_constraint {} on {};`", meant.name(), table.name));
        } else {
            error = error.help(constraints_of(table));
        }
        let kind = meant.map(ConstraintRef::occupant_kind);
        for other in table
            .constraints()
            .filter(|other| kind.is_none_or(|kind| other.occupant_kind() == kind))
        {
            self.schema.taint.add(&other.name().text);
        }
        Err(self.refuse(error))
    }

    /// Where an index is that a statement names, on its table.
    pub(super) fn index<'t>(&mut self, table: &'t Table, name: &Ident) -> Resolution<&'t crate::schema::Index> {
        if let Some(index) = table.index(&name.text) {
            return Ok(index);
        }
        if self.tainted(&[&name.text, &table.name.name]) {
            return Err(self.refuse_silently());
        }
        let mut error = Diagnostic::error(Code::M203, name.span, format!("`{}` has no index `{}`", table.name, name.text));
        let near = did_you_mean(&name.text, table.indexes.iter().map(|index| index.name.text.as_str()));
        let near = near
            .and_then(|near| table.index(near))
            .or_else(|| index_by_columns(table, &name.text));
        let elsewhere = self.schema.tables().values().find(|other| other.index(&name.text).is_some());
        if let Some(constraint) = table.constraint(&name.text) {
            error.message = format!(
                "`{}` is a {} of `{}`, not an index",
                name.text,
                constraint.occupant_kind(),
                table.name
            );
            error = error.help(format!("write `drop_constraint {} on {};`", name.text, table.name));
        } else if let Some((how, span)) = self.gone(&path(&table.name, &name.text)) {
            error = error.label(span, how);
        } else if let Some(other) = elsewhere {
            error = error.help(format!(
                "`{}` has one: write `drop_index {} on {};`",
                other.name, name.text, other.name
            ));
            self.schema.taint.add(&name.text);
        } else if let Some(near) = near {
            error = error.help(format!(
                "did you mean `{}` on {}, from {}?",
                near.name,
                list(&near.columns()),
                near.origin
            ));
        } else if table.indexes.is_empty() {
            error = error.help("it has no indexes");
        } else {
            let names: Vec<String> = table.indexes.iter().map(|index| format!("`{}`", index.name)).collect();
            error = error.help(format!("its indexes are {}", names.join(", ")));
        }
        for other in &table.indexes {
            self.schema.taint.add(&other.name.text);
        }
        Err(self.refuse(error))
    }

    /// Says that an object other than a table or what is on one is not there.
    pub(super) fn no_object<'n, T>(
        &mut self,
        kind: &str,
        name: &str,
        span: Span,
        names: impl Iterator<Item = &'n str>,
        help: impl Into<Option<String>>,
    ) -> Resolution<T> {
        if self.tainted(&[name]) {
            return Err(self.refuse_silently());
        }
        let mut error = Diagnostic::error(Code::M203, span, format!("there is no {kind} `{name}`"));
        if let Some((how, span)) = self.gone(name) {
            error = error.label(span, how);
        } else if let Some(near) = did_you_mean(name, names) {
            error = error.help(format!("did you mean `{near}`?"));
            self.schema.taint.add(near);
        } else if let Some(help) = help.into() {
            error = error.help(help);
        }
        Err(self.refuse(error))
    }

    /// Refuses a name that is too long, or taken under the rules of an engine in force.
    ///
    /// `table` is the table that the object stands on, if it stands on one.
    pub(super) fn claim(&mut self, kind: OccupantKind, name: &ObjectName, table: Option<&ObjectName>, span: Span) -> Resolution {
        for &target in self.cx.targets {
            if let Some(limit) = too_long(target.engine(), &name.name) {
                return self.error(
                    Code::M205,
                    span,
                    format!("the name `{}` is too long for {target}", name.name),
                    [format!("{limit}; give a shorter one")],
                );
            }
        }
        let taken = self
            .cx
            .targets
            .iter()
            .find_map(|target| Some((*target, self.schema.name_taken(*target, name, kind, table)?)));
        let Some((target, occupant)) = taken else { return Ok(()) };
        if self.tainted(&[&occupant.name, &occupant.owner.name]) {
            return Err(self.refuse_silently());
        }
        let same = occupant.kind == kind && occupant.name == *name.name && table.is_none_or(|table| *table == occupant.owner);
        let from = format!("it was made in {}", occupant.origin);
        if same {
            return self.error(Code::M204, span, format!("the {occupant} exists already"), [from]);
        }
        self.error(
            Code::M205,
            span,
            format!("the name `{}` is taken on {target} by the {occupant}", name.name),
            [from, "give another name".to_owned()],
        )
    }

    /// The name that was written, or the naming convention's.
    pub(super) fn name_of(
        &self,
        written: Option<&Ident>,
        kind: NameKind,
        table: &ObjectName,
        columns: &[String],
        referred: Option<&ObjectName>,
    ) -> crate::schema::Name {
        match written {
            Some(name) => crate::schema::Name {
                text: name.text.clone(),
                derived: false,
            },
            None => {
                let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
                self.naming().name(kind, table, &columns, referred)
            }
        }
    }
}

pub(super) fn too_long(engine: crate::engine::Engine, name: &str) -> Option<&'static str> {
    use crate::engine::Engine;
    match engine {
        Engine::Pg if name.len() > 63 => Some("63 bytes is the most it takes"),
        Engine::Mysql if name.chars().count() > 64 => Some("64 characters is the most it takes"),
        _ => None,
    }
}

fn constraints_of(table: &Table) -> String {
    let names: Vec<String> = table
        .constraints()
        .map(|constraint| {
            format!(
                "{} `{}` on {}",
                constraint.occupant_kind(),
                constraint.name(),
                list(&constraint.columns())
            )
        })
        .collect();
    match names.is_empty() {
        true => "it has no constraints".into(),
        false => format!("its constraints are: {}", names.join(", ")),
    }
}

/// The constraint that somebody means by a name that is none here: one that an engine or another tool would have made, by
/// kind and columns; then the nearest by distance.
fn meant<'t>(table: &'t Table, name: &str) -> Option<ConstraintRef<'t>> {
    let only = |kind: OccupantKind| {
        let mut of_kind = table.constraints().filter(move |constraint| constraint.occupant_kind() == kind);
        let first = of_kind.next()?;
        of_kind.next().is_none().then_some(first)
    };
    let folded = name.to_lowercase();
    if folded == "none" {
        let mut all = table
            .constraints()
            .filter(|constraint| constraint.occupant_kind() != OccupantKind::PrimaryKey);
        let first = all.next()?;
        return all.next().is_none().then_some(first);
    }
    let guess = kind_in(&folded);
    let by_columns = guess.and_then(|kind| {
        let prefix = table.name.name.to_lowercase();
        let of_kind = table.constraints().filter(|constraint| constraint.occupant_kind() == kind);
        of_kind
            .filter(|constraint| {
                let columns = constraint.columns().join("_").to_lowercase();
                !columns.is_empty() && folded.replace(&prefix, "").contains(&columns)
            })
            .max_by_key(|constraint| constraint.columns().join("_").len())
    });
    let nth = ibfk(&folded).and_then(|n| table.foreign_keys.get(n.checked_sub(1)?).map(ConstraintRef::ForeignKey));
    let by_name = did_you_mean(name, table.constraints().map(|constraint| constraint.name().text.as_str()));
    by_columns.or(nth).or_else(|| table.constraint(by_name?)).or_else(|| only(guess?))
}

fn kind_in(name: &str) -> Option<OccupantKind> {
    let word = |word: &str| name.split('_').any(|part| part == word);
    match () {
        () if word("fkey") || word("fk") || word("ibfk") => Some(OccupantKind::ForeignKey),
        () if word("pkey") || word("pk") || name == "primary" => Some(OccupantKind::PrimaryKey),
        () if word("key") || word("uq") || word("unique") || word("uc") => Some(OccupantKind::Unique),
        () if word("check") || word("ck") || word("chk") => Some(OccupantKind::Check),
        () if word("excl") => Some(OccupantKind::Exclusion),
        () => None,
    }
}

fn ibfk(name: &str) -> Option<usize> {
    name.rsplit_once("_ibfk_")?.1.parse().ok()
}

fn index_by_columns<'t>(table: &'t Table, name: &str) -> Option<&'t crate::schema::Index> {
    let folded = name.to_lowercase();
    let named = table.indexes.iter().filter(|index| {
        let columns = index.columns().join("_").to_lowercase();
        !columns.is_empty() && folded.ends_with(&columns)
    });
    named.max_by_key(|index| index.columns().len())
}

/// The names that a statement makes, changes or takes away: what is tainted when it is refused.
pub(super) fn words(kind: &StatementKind, naming: &Naming, add: &mut dyn FnMut(&str)) {
    use StatementKind as Kind;
    match kind {
        Kind::Broken { words } => words.iter().for_each(|word| add(word)),
        Kind::CreateSchema { name } | Kind::DropSchema { name } | Kind::CreateExtension { name } | Kind::DropExtension { name } => {
            add(&name.text)
        }
        Kind::CreateTable(definition) => {
            for item in &definition.items {
                match item {
                    TableItem::Column(_) => {}
                    TableItem::Constraint(constraint) => constraint_words(&definition.table, constraint, naming, add),
                    TableItem::Index(index) => index_words(&definition.table, index, naming, add),
                }
            }
        }
        Kind::DropTable { table } => add(&table.name.text),
        Kind::RenameTable { table, to } => {
            add(&table.name.text);
            add(&to.text);
        }
        Kind::RenameConstraint { from, to, .. } | Kind::RenameIndex { from, to, .. } => {
            add(&from.text);
            add(&to.text);
        }
        Kind::BatchAlter { statements, .. } => statements.iter().for_each(|statement| words(&statement.kind, naming, add)),
        Kind::AddColumn { table, column } => {
            add(&column.name.text);
            let object = table.object();
            let own = [column.name.text.as_str()];
            let mut named = |written: Option<&Ident>, kind, referred: Option<&ObjectName>| match written {
                Some(name) => add(&name.text),
                None => add(&naming.name(kind, &object, &own, referred).text),
            };
            if let Some(key) = &column.primary_key {
                named(key.name.as_ref(), NameKind::PrimaryKey, None);
            }
            if let Some(unique) = &column.unique {
                named(unique.name.as_ref(), NameKind::Unique, None);
            }
            if let Some(key) = &column.references {
                named(key.name.as_ref(), NameKind::ForeignKey, Some(&key.table.object()));
            }
            if let Some(check) = &column.check {
                named(check.name.as_ref(), NameKind::Check, None);
            }
            if let Some(index) = &column.index {
                named(index.name.as_ref(), NameKind::Index, None);
            }
        }
        Kind::AlterColumn {
            column,
            changes: ColumnChanges { rename, .. },
            ..
        } => {
            add(&column.text);
            rename.iter().for_each(|to| add(&to.text));
        }
        Kind::DropColumn { column, .. } => add(&column.text),
        Kind::CommentOn { table, column, .. } => add(column.as_ref().map_or(&table.name.text, |column| &column.text)),
        Kind::CreateConstraint { table, constraint } => constraint_words(table, constraint, naming, add),
        Kind::CreateIndex { table, index } => index_words(table, index, naming, add),
        Kind::DropConstraint { name, .. } | Kind::DropIndex { name, .. } => add(&name.text),
        Kind::CreateEnum { name, .. }
        | Kind::AlterEnum { name, .. }
        | Kind::DropEnum { name }
        | Kind::CreateSequence { name, .. }
        | Kind::DropSequence { name }
        | Kind::CreateView { name, .. }
        | Kind::DropView { name }
        | Kind::CreateFunction { name, .. }
        | Kind::DropFunction { name, .. } => add(&name.name.text),
        Kind::CreateTrigger { name, .. } | Kind::DropTrigger { name, .. } => add(&name.text),
        Kind::Execute { effect, .. } | Kind::Run { effect, .. } => {
            let statements = effect.iter().flat_map(|body| &body.statements);
            statements.for_each(|statement| words(&statement.kind, naming, add));
        }
        Kind::Update { .. } | Kind::Delete { .. } | Kind::BulkInsert(_) | Kind::BulkDelete { .. } | Kind::Backfill { .. } => {}
    }
}

fn constraint_words(table: &TableRef, constraint: &ConstraintDef, naming: &Naming, add: &mut dyn FnMut(&str)) {
    if let Some(name) = &constraint.name {
        return add(&name.text);
    }
    let (kind, columns, referred) = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } => (NameKind::PrimaryKey, columns, None),
        ConstraintKind::ForeignKey { columns, table, .. } => (NameKind::ForeignKey, columns, Some(table.object())),
        ConstraintKind::Unique { columns, .. } => (NameKind::Unique, columns, None),
        ConstraintKind::Check { .. } | ConstraintKind::Exclusion { .. } => return,
    };
    let columns: Vec<&str> = columns.iter().map(|column| column.text.as_str()).collect();
    add(&naming.name(kind, &table.object(), &columns, referred.as_ref()).text);
}

fn index_words(table: &TableRef, index: &IndexDef, naming: &Naming, add: &mut dyn FnMut(&str)) {
    if let Some(name) = &index.name {
        return add(&name.text);
    }
    let columns = index.elements.iter().filter_map(|element| match &element.key {
        IndexKeyDef::Column(column) => Some(column.text.as_str()),
        IndexKeyDef::Expression(_) => None,
    });
    let columns: Vec<&str> = columns.collect();
    add(&naming.name(NameKind::Index, &table.object(), &columns, None).text);
}
