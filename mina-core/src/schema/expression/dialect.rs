//! The engines' dialects, with what sqlparser's lack.

use crate::engine::Engine;
use sqlparser::ast::{BinaryOperator, Expr, Ident, UnaryOperator};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, Precedence, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use std::any::TypeId;

pub(crate) fn of(engine: Engine) -> &'static dyn Dialect {
    match engine {
        Engine::Sqlite => &Sqlite(SQLiteDialect {}),
        Engine::Pg => &PostgreSqlDialect {},
        Engine::Mysql => &MySqlDialect {},
    }
}

/// SQLite's, with `IS` between any two values, `ISNULL`, `NOT GLOB`, shifts, and columns called `interval`.
#[derive(Debug)]
struct Sqlite(SQLiteDialect);

impl Dialect for Sqlite {
    fn dialect(&self) -> TypeId {
        self.0.dialect()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        self.0.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        self.0.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        self.0.is_identifier_part(ch)
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_in_empty_list(&self) -> bool {
        true
    }

    fn supports_dollar_placeholder(&self) -> bool {
        true
    }

    fn supports_notnull_operator(&self) -> bool {
        true
    }

    fn supports_comma_separated_trim(&self) -> bool {
        true
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        match keyword(parser, 0) {
            _ if is_isnull(parser) => Some(Ok(self.prec_value(Precedence::Is))),
            Keyword::NOT if pattern_operator(keyword(parser, 1)).is_some() => Some(Ok(self.prec_value(Precedence::Like))),
            _ => None,
        }
    }

    /// SQLite has no intervals: the word is a column's name there.
    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        if keyword(parser, 0) != Keyword::INTERVAL {
            return None;
        }
        let word = parser.next_token();
        Some(Ok(Expr::Identifier(Ident {
            value: word.token.to_string(),
            quote_style: None,
            span: word.span,
        })))
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let left = || Box::new(expr.clone());
        if is_isnull(parser) {
            parser.advance_token();
            return Some(Ok(Expr::IsNull(left())));
        }
        if keyword(parser, 0) == Keyword::NOT
            && let Some(op) = pattern_operator(keyword(parser, 1))
        {
            parser.advance_token();
            parser.advance_token();
            let matched = |right| Expr::BinaryOp {
                left: left(),
                op,
                right: Box::new(right),
            };
            let negated = |right| Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr: Box::new(matched(right)),
            };
            return Some(parser.parse_subexpr(precedence).map(negated));
        }
        let negated = keyword(parser, 1) == Keyword::NOT;
        if keyword(parser, 0) == Keyword::IS && !STANDARD_IS.contains(&keyword(parser, 1 + usize::from(negated))) {
            parser.advance_token();
            if negated {
                parser.advance_token();
            }
            return Some(parser.parse_subexpr(precedence).map(|right| match negated {
                true => Expr::IsDistinctFrom(left(), Box::new(right)),
                false => Expr::IsNotDistinctFrom(left(), Box::new(right)),
            }));
        }
        self.0.parse_infix(parser, expr, precedence)
    }
}

const STANDARD_IS: [Keyword; 4] = [Keyword::NULL, Keyword::TRUE, Keyword::FALSE, Keyword::DISTINCT];

fn keyword(parser: &Parser<'_>, ahead: usize) -> Keyword {
    match parser.peek_nth_token_ref(ahead).token {
        Token::Word(ref word) => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

fn is_isnull(parser: &Parser<'_>) -> bool {
    let next = &parser.peek_nth_token_ref(0).token;
    matches!(next, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("isnull"))
}

fn pattern_operator(keyword: Keyword) -> Option<BinaryOperator> {
    match keyword {
        Keyword::GLOB => Some(BinaryOperator::Glob),
        Keyword::REGEXP => Some(BinaryOperator::Regexp),
        Keyword::MATCH => Some(BinaryOperator::Match),
        _ => None,
    }
}
