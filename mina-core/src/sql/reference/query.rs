use super::Reader;
use super::scope::{Columns, Scope};
use sqlparser::ast::{
    Cte, Distinct, Expr, GroupByExpr, Join, JoinConstraint, JoinOperator, OrderBy, OrderByKind, Query, Select, SelectItem, SetExpr,
    TableAlias, TableFactor, TableWithJoins,
};

impl Reader<'_> {
    /// Looks into a query, and says what columns it has.
    pub(super) fn query(&mut self, query: &Query, outer: Option<&Scope<'_>>) -> Columns {
        self.deeper(|reader| {
            let around = reader.queries.len();
            if let Some(with) = &query.with {
                with.cte_tables.iter().for_each(|cte| reader.with(cte, with.recursive, outer));
            }
            let columns = reader.body(&query.body, query.order_by.as_ref(), outer);
            reader.queries.truncate(around);
            columns
        })
    }

    fn with(&mut self, cte: &Cte, recursive: bool, outer: Option<&Scope<'_>>) {
        let name = self.folded(&cte.alias.name);
        let given = (!cte.alias.columns.is_empty()).then(|| self.alias_columns(&cte.alias));
        if recursive {
            self.queries.push((name.clone(), given.clone().unwrap_or_default()));
        }
        let columns = self.query(&cte.query, outer);
        self.queries.push((name, given.unwrap_or(columns)));
    }

    fn alias_columns(&self, alias: &TableAlias) -> Columns {
        Columns::Named(alias.columns.iter().map(|column| self.folded(&column.name)).collect())
    }

    fn body(&mut self, body: &SetExpr, order: Option<&OrderBy>, outer: Option<&Scope<'_>>) -> Columns {
        match body {
            SetExpr::Select(select) => self.select(select, order, outer),
            SetExpr::Query(query) => self.query(query, outer),
            SetExpr::SetOperation { left, right, .. } => self.deeper(|reader| {
                let columns = reader.body(left, None, outer);
                reader.body(right, None, outer);
                columns
            }),
            SetExpr::Values(values) => {
                let scope = Scope::within(outer);
                values.rows.iter().for_each(|row| self.expressions(&row.content, &scope));
                Columns::Unknown
            }
            SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
                self.statement(statement, outer);
                Columns::Unknown
            }
            SetExpr::Merge(_) | SetExpr::Table(_) => Columns::Unknown,
        }
    }

    fn select(&mut self, select: &Select, order: Option<&OrderBy>, outer: Option<&Scope<'_>>) -> Columns {
        let mut scope = Scope::within(outer);
        scope.open = !select.lateral_views.is_empty() || !select.connect_by.is_empty();
        self.from(&select.from, &mut scope);
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => scope.aliases.push(self.folded(alias)),
                SelectItem::ExprWithAliases { aliases, .. } => scope.aliases.extend(aliases.iter().map(|alias| self.folded(alias))),
                _ => {}
            }
        }
        if let Some(Distinct::On(keys)) = &select.distinct {
            self.expressions(keys, &scope);
        }
        self.items(&select.projection, &scope);
        self.expressions(&select.selection, &scope);
        if let GroupByExpr::Expressions(keys, _) = &select.group_by {
            self.expressions(keys, &scope);
        }
        self.expressions(&select.having, &scope);
        if let Some(OrderByKind::Expressions(keys)) = order.map(|order| &order.kind) {
            self.order(keys, &scope);
        }
        if let Some(into) = &select.into {
            into.targets.iter().for_each(|target| {
                self.made.insert(target.to_string().trim_matches(['"', '`']).to_lowercase());
            });
        }
        self.columns(&select.projection, &scope)
    }

    pub(super) fn items(&mut self, items: &[SelectItem], scope: &Scope<'_>) {
        for item in items {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                self.expression(expr, scope);
            }
        }
    }

    /// The names of what a query selects, where all are known.
    fn columns(&self, items: &[SelectItem], scope: &Scope<'_>) -> Columns {
        let mut names = Vec::with_capacity(items.len());
        for item in items {
            match item {
                SelectItem::UnnamedExpr(Expr::Identifier(ident)) => names.push(self.folded(ident)),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => names.extend(parts.last().map(|ident| self.folded(ident))),
                SelectItem::ExprWithAlias { alias, .. } => names.push(self.folded(alias)),
                SelectItem::Wildcard(_) if item.to_string() == "*" => {
                    for relation in &scope.relations {
                        match &relation.columns {
                            Columns::Of(table) => names.extend(table.columns.iter().map(|column| self.key(&column.name))),
                            Columns::Named(columns) => names.extend(columns.iter().cloned()),
                            Columns::Unknown => return Columns::Unknown,
                        }
                    }
                }
                _ => return Columns::Unknown,
            }
        }
        match scope.open {
            true => Columns::Unknown,
            false => Columns::Named(names),
        }
    }

    /// The tables of FROM, with what their joins compare.
    pub(super) fn from(&mut self, from: &[TableWithJoins], scope: &mut Scope<'_>) {
        from.iter().for_each(|table| self.joined(table, scope));
        let joins = from.iter().flat_map(|table| &table.joins);
        joins.for_each(|join| self.compared(join, scope));
    }

    fn joined(&mut self, table: &TableWithJoins, scope: &mut Scope<'_>) {
        self.relation(&table.relation, scope);
        table.joins.iter().for_each(|join| self.relation(&join.relation, scope));
    }

    fn compared(&mut self, join: &Join, scope: &Scope<'_>) {
        use JoinOperator as Operator;
        let (Operator::Join(constraint)
        | Operator::Inner(constraint)
        | Operator::Left(constraint)
        | Operator::LeftOuter(constraint)
        | Operator::Right(constraint)
        | Operator::RightOuter(constraint)
        | Operator::FullOuter(constraint)
        | Operator::CrossJoin(constraint)
        | Operator::StraightJoin(constraint)) = &join.join_operator
        else {
            return;
        };
        match constraint {
            JoinConstraint::On(condition) => self.expression(condition, scope),
            JoinConstraint::Using(columns) => columns.iter().for_each(|column| self.column_path(column, scope)),
            JoinConstraint::Natural | JoinConstraint::None => {}
        }
    }

    pub(super) fn relation(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) {
        let named = |reader: &Self, alias: &Option<TableAlias>| alias.as_ref().map(|alias| reader.folded(&alias.name));
        match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let own = name.0.last().and_then(|part| part.as_ident()).map(|ident| self.folded(ident));
                let renamed = alias.as_ref().is_some_and(|alias| !alias.columns.is_empty());
                let columns = match args.is_some() || renamed {
                    true => Columns::Unknown,
                    false => self.table(name),
                };
                scope.add(named(self, alias).or(own), columns);
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let columns = self.query(subquery, Some(scope));
                let given = alias.as_ref().filter(|alias| !alias.columns.is_empty());
                let columns = given.map_or(columns, |alias| self.alias_columns(alias));
                scope.add(named(self, alias), columns);
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.joined(table_with_joins, scope);
                table_with_joins.joins.iter().for_each(|join| self.compared(join, scope));
                if let Some(alias) = alias {
                    let name = self.folded(&alias.name);
                    scope.add(Some(name), Columns::Unknown);
                }
            }
            TableFactor::TableFunction { alias, .. }
            | TableFactor::Function { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::JsonTable { alias, .. } => scope.add(named(self, alias), Columns::Unknown),
            _ => scope.open = true,
        }
    }
}
