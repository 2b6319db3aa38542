use super::scope::{Columns, Scope};
use super::{Fault, Reader};
use crate::engine::Engine;
use crate::schema::children;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Ident, ObjectName, OrderByExpr, WindowType,
};

impl Reader<'_> {
    pub(super) fn expressions<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>, scope: &Scope<'_>) {
        all.into_iter().for_each(|expr| self.expression(expr, scope));
    }

    pub(super) fn order(&mut self, keys: &[OrderByExpr], scope: &Scope<'_>) {
        self.expressions(keys.iter().map(|key| &key.expr), scope);
    }

    pub(super) fn expression(&mut self, expr: &Expr, scope: &Scope<'_>) {
        self.deeper(|reader| reader.descend(expr, scope));
    }

    fn descend(&mut self, expr: &Expr, scope: &Scope<'_>) {
        match expr {
            Expr::Identifier(ident) => self.column(ident, scope, false),
            Expr::CompoundIdentifier(parts) => self.qualified(parts, scope),
            Expr::Subquery(query) | Expr::Exists { subquery: query, .. } => {
                self.query(query, Some(scope));
            }
            Expr::InSubquery { expr, subquery, .. } => {
                self.expression(expr, scope);
                self.query(subquery, Some(scope));
            }
            Expr::Function(function) => self.function(function, scope),
            Expr::MatchAgainst { columns, .. } => columns.iter().for_each(|name| self.column_path(name, scope)),
            other => self.expressions(children(other), scope),
        }
    }

    fn function(&mut self, function: &Function, scope: &Scope<'_>) {
        match &function.args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => {
                self.query(query, Some(scope));
            }
            // What a trigger of SQLite does about its statement: RAISE(ABORT, 'why').
            FunctionArguments::List(_) if self.engine == Engine::Sqlite && function.name.to_string().eq_ignore_ascii_case("raise") => {}
            FunctionArguments::List(list) => {
                for argument in &list.args {
                    let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) = argument;
                    match arg {
                        FunctionArgExpr::Expr(Expr::Identifier(ident)) => self.column(ident, scope, true),
                        FunctionArgExpr::Expr(expr) => self.expression(expr, scope),
                        _ => {}
                    }
                }
                for clause in &list.clauses {
                    match clause {
                        FunctionArgumentClause::OrderBy(keys) => self.order(keys, scope),
                        FunctionArgumentClause::Where(filter) => self.expression(filter, scope),
                        _ => {}
                    }
                }
            }
        }
        self.expressions(function.filter.as_deref(), scope);
        self.order(&function.within_group, scope);
        if let Some(WindowType::WindowSpec(window)) = &function.over {
            self.expressions(&window.partition_by, scope);
            self.order(&window.order_by, scope);
        }
    }

    /// A column as a list of columns has it.
    pub(super) fn column_path(&mut self, name: &ObjectName, scope: &Scope<'_>) {
        let parts: Option<Vec<Ident>> = name.0.iter().map(|part| part.as_ident().cloned()).collect();
        match parts.as_deref() {
            Some([ident]) => self.column(ident, scope, false),
            Some(parts) => self.qualified(parts, scope),
            None => {}
        }
    }

    pub(super) fn column(&mut self, ident: &Ident, scope: &Scope<'_>, argument: bool) {
        let name = self.folded(ident);
        if self.is_pseudo(ident, argument) || self.is_known(&name, scope) {
            return;
        }
        let tables: Vec<_> = scope.chain().flat_map(Scope::tables).collect();
        let name = ident.value.clone();
        let lone = scope.chain().map(|scope| scope.relations.len()).sum::<usize>() == 1;
        self.say(match &tables[..] {
            [table] if lone => Fault::Column {
                table: table.clone(),
                name,
            },
            _ => Fault::Anywhere { tables, name },
        });
    }

    fn is_known(&self, name: &str, scope: &Scope<'_>) -> bool {
        let mut empty = true;
        for scope in scope.chain() {
            empty &= scope.relations.is_empty();
            let found = |relation: &super::scope::Relation| relation.name.as_deref() == Some(name) || self.has(&relation.columns, name);
            if scope.open || scope.aliases.iter().any(|alias| alias == name) || scope.relations.iter().any(found) {
                return true;
            }
        }
        // MariaDB lets a row of VALUES name what stands before it in the row.
        empty && self.engine == Engine::Mysql || self.is_function(name)
    }

    fn qualified(&mut self, parts: &[Ident], scope: &Scope<'_>) {
        let [.., qualifier, column] = parts else { return };
        let (of, name) = (self.folded(qualifier), self.folded(column));
        let mut relations = scope.chain().flat_map(|scope| &scope.relations);
        let Some(relation) = relations.find(|relation| relation.name.as_deref() == Some(&*of)) else {
            let open = scope
                .chain()
                .any(|scope| scope.open || scope.relations.iter().any(|it| it.name.is_none()));
            let row = scope.chain().all(|scope| scope.relations.is_empty());
            if parts.len() == 2 && !open && !row && !self.is_pseudo(qualifier, false) && !self.is_known(&of, scope) {
                self.say(Fault::Qualifier(qualifier.value.clone()));
            }
            return;
        };
        if let Columns::Of(table) = &relation.columns
            && !self.has(&relation.columns, &name)
            && !self.is_pseudo(column, false)
            && !self.is_function(&name)
        {
            let table = table.clone();
            self.say(Fault::Column {
                table,
                name: column.value.clone(),
            });
        }
    }
}
