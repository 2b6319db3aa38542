//! Going down a tree of sqlparser's.

use crate::engine::Engine;
use sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, JsonPathElem, ObjectNamePart, Subscript,
};

macro_rules! children {
    ($name:ident, $iter:ident, $($mutable:tt)?) => {
        /// The expressions right below one, in order; those of a query are its own.
        pub(crate) fn $name(expr: &$($mutable)? Expr) -> Vec<&$($mutable)? Expr> {
            match expr {
                Expr::IsFalse(a)
                | Expr::IsNotFalse(a)
                | Expr::IsTrue(a)
                | Expr::IsNotTrue(a)
                | Expr::IsNull(a)
                | Expr::IsNotNull(a)
                | Expr::IsUnknown(a)
                | Expr::IsNotUnknown(a)
                | Expr::Nested(a)
                | Expr::OuterJoin(a)
                | Expr::Prior(a)
                | Expr::IsJson { expr: a, .. }
                | Expr::IsNormalized { expr: a, .. }
                | Expr::UnaryOp { expr: a, .. }
                | Expr::Cast { expr: a, .. }
                | Expr::Extract { expr: a, .. }
                | Expr::Ceil { expr: a, .. }
                | Expr::Floor { expr: a, .. }
                | Expr::Collate { expr: a, .. }
                | Expr::Prefixed { value: a, .. }
                | Expr::Named { expr: a, .. }
                | Expr::InSubquery { expr: a, .. } => vec![a],

                Expr::IsDistinctFrom(a, b)
                | Expr::IsNotDistinctFrom(a, b)
                | Expr::BinaryOp { left: a, right: b, .. }
                | Expr::AnyOp { left: a, right: b, .. }
                | Expr::AllOp { left: a, right: b, .. }
                | Expr::RLike { expr: a, pattern: b, .. }
                | Expr::InUnnest { expr: a, array_expr: b, .. }
                | Expr::AtTimeZone { timestamp: a, time_zone: b }
                | Expr::Position { expr: a, r#in: b } => vec![a, b],

                Expr::Like { expr: a, pattern: b, escape_char: c, .. }
                | Expr::ILike { expr: a, pattern: b, escape_char: c, .. }
                | Expr::SimilarTo { expr: a, pattern: b, escape_char: c, .. } => {
                    let mut all: Vec<&$($mutable)? Expr> = vec![a, b];
                    if let Some(c) = c {
                        all.push(c);
                    }
                    all
                }
                Expr::Between { expr, low, high, .. } => vec![expr, low, high],
                Expr::MemberOf(member) => vec![&$($mutable)? member.value, &$($mutable)? member.array],
                Expr::Interval(interval) => vec![&$($mutable)? interval.value],
                Expr::InList { expr, list, .. } => [&$($mutable)? **expr].into_iter().chain(list).collect(),
                Expr::Convert { expr, styles, .. } => [&$($mutable)? **expr].into_iter().chain(styles).collect(),
                Expr::Tuple(all) => all.$iter().collect(),
                Expr::Array(array) => array.elem.$iter().collect(),
                Expr::Struct { values, .. } => values.$iter().collect(),
                Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => sets.$iter().flatten().collect(),
                Expr::Substring { expr, substring_from: a, substring_for: b, .. } => {
                    let mut all: Vec<&$($mutable)? Expr> = vec![expr];
                    for part in [a, b].into_iter().flatten() {
                        all.push(part);
                    }
                    all
                }
                Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                    let mut all: Vec<&$($mutable)? Expr> = vec![expr, overlay_what, overlay_from];
                    if let Some(part) = overlay_for {
                        all.push(part);
                    }
                    all
                }
                Expr::Trim { trim_what, expr, trim_characters, .. } => {
                    let mut all: Vec<&$($mutable)? Expr> = vec![expr];
                    if let Some(what) = trim_what {
                        all.push(what);
                    }
                    all.into_iter().chain(trim_characters.into_iter().flatten()).collect()
                }
                Expr::Case { operand, conditions, else_result, .. } => {
                    let mut all: Vec<&$($mutable)? Expr> = Vec::new();
                    if let Some(operand) = operand {
                        all.push(operand);
                    }
                    for when in conditions {
                        all.push(&$($mutable)? when.condition);
                        all.push(&$($mutable)? when.result);
                    }
                    if let Some(result) = else_result {
                        all.push(result);
                    }
                    all
                }
                Expr::Function(function) => {
                    let Function { args, filter, .. } = function;
                    let mut all: Vec<&$($mutable)? Expr> = Vec::new();
                    if let FunctionArguments::List(list) = args {
                        for argument in list.args.$iter() {
                            let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) = argument;
                            if let FunctionArgExpr::Expr(expr) = arg {
                                all.push(expr);
                            }
                        }
                    }
                    if let Some(filter) = filter {
                        all.push(filter);
                    }
                    all
                }
                Expr::JsonAccess { value, path } => {
                    let mut all: Vec<&$($mutable)? Expr> = vec![value];
                    for element in path.path.$iter() {
                        if let JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } = element {
                            all.push(key);
                        }
                    }
                    all
                }
                Expr::CompoundFieldAccess { root, access_chain } => {
                    let mut all: Vec<&$($mutable)? Expr> = vec![root];
                    for access in access_chain {
                        match access {
                            AccessExpr::Subscript(Subscript::Index { index }) => all.push(index),
                            AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                                for bound in [lower_bound, upper_bound, stride].into_iter().flatten() {
                                    all.push(bound);
                                }
                            }
                            // A field of a row, not a column.
                            AccessExpr::Dot(_) => {}
                        }
                    }
                    all
                }
                _ => Vec::new(),
            }
        }
    };
}

children!(children, iter,);
children!(children_mut, iter_mut, mut);

/// Whether a tree holds an expression like that.
pub(super) fn any(expr: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> bool {
    wanted(expr) || children(expr).into_iter().any(|child| any(child, wanted))
}

/// Whether a tree has more levels than that.
pub(super) fn is_deeper(tree: &Expr, most: usize) -> bool {
    let mut level = vec![tree];
    for _ in 0..most {
        level = level.into_iter().flat_map(children).collect();
        if level.is_empty() {
            return false;
        }
    }
    true
}

/// Visits every column's name.
pub(super) fn columns(expr: &Expr, visit: &mut dyn FnMut(&Ident)) {
    match expr {
        Expr::Identifier(ident) => visit(ident),
        Expr::CompoundIdentifier(parts) => parts.iter().next_back().into_iter().for_each(visit),
        Expr::MatchAgainst { columns, .. } => columns
            .iter()
            .filter_map(|name| name.0.last())
            .filter_map(ObjectNamePart::as_ident)
            .for_each(visit),
        _ => children(expr).into_iter().for_each(|child| columns(child, visit)),
    }
}

/// Visits every table's name that stands before a column.
pub(super) fn qualifiers(expr: &Expr, visit: &mut dyn FnMut(&Ident)) {
    match expr {
        Expr::CompoundIdentifier(parts) => parts.iter().rev().nth(1).into_iter().for_each(visit),
        _ => children(expr).into_iter().for_each(|child| qualifiers(child, visit)),
    }
}

/// Whether an identifier is the object of that name.
pub(super) fn is_named(ident: &Ident, name: &str, engine: Engine) -> bool {
    match ident.quote_style {
        Some(_) if engine == Engine::Pg => ident.value == name,
        _ => ident.value == name || ident.value.to_lowercase() == name.to_lowercase(),
    }
}

/// A function's name in lower case, and its arguments, where all are plain expressions.
pub(super) fn call(function: &Function) -> Option<(String, Vec<&Expr>)> {
    let name = function.name.0.last()?.as_ident()?.value.to_lowercase();
    let arguments = match &function.args {
        FunctionArguments::None => Vec::new(),
        FunctionArguments::Subquery(_) => return None,
        FunctionArguments::List(list) => {
            let plain = |argument| match argument {
                &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
                _ => None,
            };
            list.args.iter().map(plain).collect::<Option<_>>()?
        }
    };
    Some((name, arguments))
}
