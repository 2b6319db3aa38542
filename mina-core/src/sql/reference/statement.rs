use super::scope::{Columns, Scope};
use super::{Fault, Reader};
use crate::engine::Engine;
use crate::schema::of_rows;
use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Delete, Expr, FromTable, Insert, ObjectName, OnConflictAction, OnInsert, SetExpr,
    Statement, TableObject, Update, UpdateTableFromKind, Value,
};

impl Reader<'_> {
    /// Looks into a statement that reads or writes rows.
    pub(super) fn statement(&mut self, statement: &Statement, outer: Option<&Scope<'_>>) {
        match statement {
            Statement::Query(query) => {
                self.query(query, outer);
            }
            Statement::Insert(insert) => self.insert(insert, outer),
            Statement::Update(update) => self.update(update, outer),
            Statement::Delete(delete) => self.delete(delete, outer),
            _ => {}
        }
    }

    fn insert(&mut self, insert: &Insert, outer: Option<&Scope<'_>>) {
        let TableObject::TableName(name) = &insert.table else { return };
        let target = self.table(name);
        for (at, column) in insert.columns.iter().enumerate() {
            if let [part] = &column.0[..]
                && let Some(ident) = part.as_ident()
            {
                self.column_of(&target, ident);
                if !insert.ignore && self.is_given(insert, at) {
                    self.takes_value(&target, ident);
                }
            }
        }
        if let Some(source) = &insert.source {
            self.query(source, outer);
        }
        let own = name.0.last().and_then(|part| part.as_ident()).map(|ident| self.folded(ident));
        let alias = insert.table_alias.as_ref().map(|alias| self.folded(&alias.alias));
        let mut scope = Scope::within(outer);
        scope.add(alias.or(own), target.clone());
        self.assignments(&insert.assignments, &target, &scope);
        if let Some(on) = &insert.on {
            let mut scope = Scope::within(outer);
            scope
                .relations
                .append(&mut self.rows_of(&target, &scope_name(&insert.table_alias, name), &["excluded"]));
            // What is selected can be named on MariaDB, and a row by any alias.
            let selected = insert
                .source
                .as_ref()
                .is_some_and(|source| !matches!(*source.body, SetExpr::Values(_)));
            scope.open = self.engine == Engine::Mysql && selected || insert.insert_alias.is_some();
            self.on_insert(on, &target, &scope);
        }
        if let Some(items) = &insert.returning {
            let mut scope = Scope::within(outer);
            scope
                .relations
                .append(&mut self.rows_of(&target, &scope_name(&insert.table_alias, name), &["old", "new"]));
            self.items(items, &scope);
        }
    }

    /// The row that is written, under its table's name and under others.
    fn rows_of(&self, target: &Columns, own: &Option<sqlparser::ast::Ident>, others: &[&str]) -> Vec<super::scope::Relation> {
        let own = own.as_ref().map(|ident| self.folded(ident));
        let names = [own].into_iter().chain(others.iter().map(|name| Some((*name).to_owned())));
        names
            .map(|name| super::scope::Relation {
                name,
                columns: target.clone(),
            })
            .collect()
    }

    fn on_insert(&mut self, on: &OnInsert, target: &Columns, scope: &Scope<'_>) {
        match on {
            OnInsert::DuplicateKeyUpdate(assignments) => self.assignments(assignments, target, scope),
            OnInsert::OnConflict(conflict) => {
                if let Some(ConflictTarget::Columns(columns)) = &conflict.conflict_target {
                    columns.iter().for_each(|ident| self.column_of(target, ident));
                }
                if let OnConflictAction::DoUpdate(update) = &conflict.action {
                    self.assignments(&update.assignments, target, scope);
                    self.expressions(&update.selection, scope);
                }
            }
            _ => {}
        }
    }

    fn update(&mut self, update: &Update, outer: Option<&Scope<'_>>) {
        let mut scope = Scope::within(outer);
        self.from(std::slice::from_ref(&update.table), &mut scope);
        let target = scope.relations.first().map(|relation| relation.columns.clone()).unwrap_or_default();
        let sole = scope.relations.len() == 1;
        if let Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) = &update.from {
            self.from(from, &mut scope);
        }
        let target = if sole { target } else { Columns::Unknown };
        self.assignments(&update.assignments, &target, &scope);
        if !sole {
            update.assignments.iter().for_each(|assignment| match &assignment.target {
                AssignmentTarget::ColumnName(name) => self.column_path(name, &scope),
                AssignmentTarget::Tuple(names) => names.iter().for_each(|name| self.column_path(name, &scope)),
            });
        }
        self.expressions(&update.selection, &scope);
        update.selection.iter().for_each(|filter| self.of_a_row(filter));
        self.order(&update.order_by, &scope);
        if let Some(items) = &update.returning {
            scope
                .relations
                .extend(self.rows_of(&target, &None, &["old", "new"]).into_iter().skip(1));
            self.items(items, &scope);
        }
    }

    fn assignments(&mut self, assignments: &[Assignment], target: &Columns, scope: &Scope<'_>) {
        for assignment in assignments {
            let names = match &assignment.target {
                AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
                AssignmentTarget::Tuple(names) => names,
            };
            for name in names {
                if let [part] = &name.0[..]
                    && let Some(ident) = part.as_ident()
                {
                    self.column_of(target, ident);
                    if names.len() == 1 && self.is_value(&assignment.value) {
                        self.takes_value(target, ident);
                    }
                } else if self.engine == Engine::Mysql {
                    self.column_path(name, scope);
                }
            }
            self.expression(&assignment.value, scope);
            self.of_a_row(&assignment.value);
        }
    }

    /// No engine takes an aggregate or a window where one row is looked at; a query in it is another matter.
    fn of_a_row(&mut self, expr: &Expr) {
        if let Some(function) = of_rows(expr, self.engine) {
            self.say(Fault::OfRows(function));
        }
    }

    fn delete(&mut self, delete: &Delete, outer: Option<&Scope<'_>>) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let mut scope = Scope::within(outer);
        // There MariaDB names what USING has, by alias or not.
        if self.engine != Engine::Mysql || delete.using.is_none() {
            self.from(from, &mut scope);
        }
        if let Some(using) = &delete.using {
            self.from(using, &mut scope);
        }
        self.expressions(&delete.selection, &scope);
        delete.selection.iter().for_each(|filter| self.of_a_row(filter));
        self.order(&delete.order_by, &scope);
        if let Some(items) = &delete.returning {
            let target = scope.relations.first().map(|relation| relation.columns.clone()).unwrap_or_default();
            scope
                .relations
                .extend(self.rows_of(&target, &None, &["old", "new"]).into_iter().skip(1));
            self.items(items, &scope);
        }
    }

    /// Whether an INSERT has a value for one of its columns, in every row.
    fn is_given(&self, insert: &Insert, at: usize) -> bool {
        match insert.source.as_deref().map(|source| &*source.body) {
            Some(SetExpr::Values(values)) => values.rows.iter().all(|row| row.get(at).is_some_and(|value| self.is_value(value))),
            source => source.is_some(),
        }
    }

    /// Whether what is assigned is a value, which a generated column does not take: but on SQLite, `DEFAULT` is none.
    fn is_value(&self, value: &Expr) -> bool {
        let default = match value {
            Expr::Identifier(ident) => ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"),
            Expr::Function(function) => function.name.to_string().eq_ignore_ascii_case("default"),
            Expr::Value(value) => self.engine == Engine::Mysql && value.value == Value::Null,
            _ => false,
        };
        !default || self.engine == Engine::Sqlite
    }

    fn takes_value(&mut self, target: &Columns, ident: &sqlparser::ast::Ident) {
        let name = self.folded(ident);
        if let Columns::Of(table) = target
            && let Some(column) = table.columns.iter().find(|column| self.key(&column.name) == name)
            && column.generated.is_some()
        {
            let (table, name) = (table.clone(), column.name.clone());
            self.say(Fault::Generated { table, name });
        }
    }

    /// A column that is written.
    fn column_of(&mut self, target: &Columns, ident: &sqlparser::ast::Ident) {
        if let Columns::Of(table) = target
            && !self.has(target, &self.folded(ident))
            // Where a column is written, SQLite takes double quotes for no string.
            && (ident.quote_style.is_some() || !self.is_pseudo(ident, false))
        {
            let table = table.clone();
            self.say(Fault::Column {
                table,
                name: ident.value.clone(),
            });
        }
    }
}

fn scope_name(alias: &Option<sqlparser::ast::TableAliasWithoutColumns>, name: &ObjectName) -> Option<sqlparser::ast::Ident> {
    let own = || name.0.last().and_then(|part| part.as_ident()).cloned();
    alias.as_ref().map(|alias| alias.alias.clone()).or_else(own)
}
