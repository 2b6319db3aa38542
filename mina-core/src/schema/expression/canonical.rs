//! One text for all ways to write a tree.

use super::walk::children_mut;
use crate::engine::Engine;
use sqlparser::ast::{BinaryOperator, CastKind, Expr, Ident, ObjectNamePart};

/// The tree as text: names folded, every operand in parentheses, so that no two trees have the same.
///
/// The tree is taken apart and put together again, since sqlparser's own ways to copy and print a tree need a stack
/// frame of kilobytes for each of its levels.
pub(super) fn text(expr: &mut Expr, engine: Engine) -> String {
    match expr {
        Expr::Nested(inner) => text(inner, engine),
        Expr::Identifier(ident) => name(ident, engine),
        Expr::CompoundIdentifier(idents) => idents.iter().map(|ident| name(ident, engine)).collect::<Vec<_>>().join("."),
        Expr::BinaryOp { op, .. } if matches!(op, BinaryOperator::And | BinaryOperator::Or) => {
            let op = op.clone();
            let mut operands = Vec::new();
            flatten(expr, &op, engine, &mut operands);
            format!("({})", operands.join(&format!(" {op} ")))
        }
        Expr::BinaryOp { .. } => chain(expr, engine),
        _ => shallow(expr, engine),
    }
}

fn flatten(expr: &mut Expr, op: &BinaryOperator, engine: Engine, operands: &mut Vec<String>) {
    let mut pending = vec![expr];
    while let Some(next) = pending.pop() {
        let next = bare(next);
        if !matches!(next, Expr::BinaryOp { op: same, .. } if same == op) {
            operands.push(text(next, engine));
        } else if let Expr::BinaryOp { left, right, .. } = next {
            pending.extend([&mut **right, &mut **left]);
        }
    }
}

/// `a - b - c` as `((a - b) - c)`.
fn chain(expr: &mut Expr, engine: Engine) -> String {
    let mut links = Vec::new();
    let mut first = bare(expr);
    while is_link(first)
        && let Expr::BinaryOp { left, op, right } = first
    {
        links.push(format!(" {op} {})", text(right, engine)));
        first = bare(left);
    }
    let mut shown = "(".repeat(links.len());
    shown.push_str(&text(first, engine));
    shown.extend(links.into_iter().rev());
    shown
}

fn is_link(expr: &Expr) -> bool {
    matches!(expr, Expr::BinaryOp { op, .. } if !matches!(op, BinaryOperator::And | BinaryOperator::Or))
}

fn bare(mut expr: &mut Expr) -> &mut Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// The expression with its operands' texts in their places.
fn shallow(expr: &mut Expr, engine: Engine) -> String {
    let mut operands = Vec::new();
    for child in children_mut(expr) {
        let shown = text(child, engine);
        operands.push(std::mem::replace(child, Expr::Identifier(Ident::new(shown))));
    }
    let shown = match expr {
        Expr::Function(function) => {
            let written = function.name.clone();
            for part in &mut function.name.0 {
                if let ObjectNamePart::Identifier(ident) = part {
                    *ident = Ident::new(name(ident, engine));
                }
            }
            let shown = function.to_string();
            function.name = written;
            shown
        }
        Expr::Cast { kind, .. } => {
            let written = std::mem::replace(kind, CastKind::Cast);
            let is_plain = matches!(written, CastKind::Cast | CastKind::DoubleColon);
            if !is_plain {
                *kind = written.clone();
            }
            let shown = expr.to_string();
            if let Expr::Cast { kind, .. } = expr {
                *kind = written;
            }
            shown
        }
        Expr::Value(_) => return expr.to_string(),
        Expr::Case { .. } | Expr::Tuple(_) | Expr::Array(_) => expr.to_string(),
        _ => format!("({expr})"),
    };
    for (child, operand) in children_mut(expr).into_iter().zip(operands) {
        *child = operand;
    }
    shown
}

/// In lower case, quoted only where the engine tells it from the unquoted one.
fn name(ident: &Ident, engine: Engine) -> String {
    let lower = ident.value.to_lowercase();
    match ident.quote_style {
        Some(_) if engine == Engine::Pg && lower != ident.value => format!("\"{}\"", ident.value.replace('"', "\"\"")),
        _ if lower.chars().all(|next| next.is_alphanumeric() || next == '_') => lower,
        // What stands in double quotes there is text.
        _ if engine == Engine::Mysql => format!("`{}`", lower.replace('`', "``")),
        _ => format!("\"{}\"", lower.replace('"', "\"\"")),
    }
}
