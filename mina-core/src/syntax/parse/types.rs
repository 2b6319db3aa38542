use super::cursor::{Parser, Result};
use super::{habit, literal};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::schema::{ObjectName, Type};
use crate::syntax::ast::TypeRef;
use crate::syntax::token::{Bracket, Span, Token};

const TYPES: &[&str] = &[
    "Bool",
    "SmallInt",
    "Integer",
    "BigInt",
    "Float",
    "Double",
    "Numeric",
    "Varchar",
    "Char",
    "Text",
    "Binary",
    "Date",
    "Time",
    "Timestamp",
    "Timestamptz",
    "Interval",
    "Uuid",
    "Json",
    "Jsonb",
    "Inet",
    "Cidr",
    "MacAddr",
    "Array",
    "Enum",
    "TinyInt",
    "Unsigned",
    "Nullable",
    "Custom",
];

impl Parser<'_> {
    /// A type. What is wrong with it is reported, and the type is then unknown.
    pub(super) fn type_ref(&mut self) -> Result<TypeRef> {
        let start = self.at;
        if self.word().is_none() {
            return Err(self.unexpected("a type"));
        }
        let nullable = self.is_word("Nullable");
        let ty = if nullable { self.nullable() } else { self.plain_type() };
        let ty = ty.unwrap_or_else(|diagnostic| {
            self.report(diagnostic);
            self.at = start + 1;
            self.skip_type_arguments();
            Type::Unknown
        });
        Ok(TypeRef {
            ty,
            nullable,
            span: self.span_since(start),
        })
    }

    fn nullable(&mut self) -> Result<Type> {
        self.at += 1;
        self.open_angle("Nullable<Text>")?;
        if self.is_word("Nullable") {
            let message = "`Nullable` stands in `Nullable`";
            return Err(Diagnostic::error(Code::M004, self.span_here(), message).help("write it once"));
        }
        let inner = self.at;
        let ty = self.plain_type().unwrap_or_else(|diagnostic| {
            self.report(diagnostic);
            self.at = inner + 1;
            self.skip_type_arguments();
            Type::Unknown
        });
        self.close_angle()?;
        Ok(ty)
    }

    fn plain_type(&mut self) -> Result<Type> {
        let Some(word) = self.word() else {
            return Err(self.unexpected("a type"));
        };
        let span = self.span_here();
        if !TYPES.contains(&word) {
            return Err(self.unknown_type());
        }
        self.at += 1;
        let ty = match word {
            "Bool" => Type::Bool,
            "TinyInt" => Type::TinyInt,
            "SmallInt" => Type::SmallInt,
            "Integer" => Type::Integer,
            "BigInt" => Type::BigInt,
            "Float" => Type::Float,
            "Double" => Type::Double,
            "Text" => Type::Text,
            "Binary" => Type::Binary,
            "Date" => Type::Date,
            "Time" => Type::Time,
            "Timestamp" => Type::Timestamp,
            "Timestamptz" => Type::Timestamptz,
            "Interval" => Type::Interval,
            "Uuid" => Type::Uuid,
            "Json" => Type::Json,
            "Jsonb" => Type::Jsonb,
            "Inet" => Type::Inet,
            "Cidr" => Type::Cidr,
            "MacAddr" => Type::MacAddr,
            "Varchar" => return self.varchar(),
            "Char" => {
                self.open_angle("Char<2>")?;
                let length = self.length("Char")?;
                self.close_angle()?;
                return Ok(Type::Char(length));
            }
            "Numeric" => return self.numeric(),
            "Array" => {
                self.open_angle("Array<Text>")?;
                let inner = self.inner("Array")?;
                self.close_angle()?;
                return Ok(Type::Array(Box::new(inner)));
            }
            "Unsigned" => return self.unsigned(),
            "Enum" => return self.enumeration(),
            "Custom" => return self.custom(),
            _ => return self.nullable_inside(span, "another type"),
        };
        if self.is_mark('<') || self.is_open(Bracket::Round) {
            let message = format!("`{word}` takes no arguments");
            return Err(Diagnostic::error(Code::M004, self.span_here(), message).help(format!("write `{word}`")));
        }
        Ok(ty)
    }

    fn nullable_inside(&self, span: Span, outer: &str) -> Result<Type> {
        let message = format!("`Nullable` stands inside of {outer}");
        Err(Diagnostic::error(Code::M004, span, message).help("`Nullable` is the outermost part of a type: `Nullable<…>`"))
    }

    fn inner(&mut self, outer: &str) -> Result<Type> {
        if self.is_word("Nullable") {
            return self.nullable_inside(self.span_here(), &format!("`{outer}`"));
        }
        self.plain_type()
    }

    fn varchar(&mut self) -> Result<Type> {
        if !self.is_mark('<') {
            self.no_parentheses("Varchar<80>")?;
            return Ok(Type::Varchar(None));
        }
        self.at += 1;
        let length = self.length("Varchar")?;
        self.close_angle()?;
        Ok(Type::Varchar(Some(length)))
    }

    fn numeric(&mut self) -> Result<Type> {
        if !self.is_mark('<') {
            self.no_parentheses("Numeric<10, 2>")?;
            return Ok(Type::Numeric(None));
        }
        self.at += 1;
        let precision = self.length("Numeric")?;
        let at = self.span_here();
        let scale = if self.eat(',') { self.digits("Numeric")? } else { 0 };
        self.close_angle()?;
        if scale > precision {
            let message = format!("`Numeric<{precision}, {scale}>` has more digits after the point than in all");
            return Err(
                Diagnostic::error(Code::M004, at, message).help(format!("write `Numeric<{}, {scale}>`", precision.saturating_add(scale)))
            );
        }
        Ok(Type::Numeric(Some((precision, scale))))
    }

    fn unsigned(&mut self) -> Result<Type> {
        self.open_angle("Unsigned<Integer>")?;
        let span = self.span_here();
        let inner = self.inner("Unsigned")?;
        self.close_angle()?;
        match inner {
            Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt => Ok(Type::Unsigned(Box::new(inner))),
            other => {
                let message = format!("`Unsigned<{other}>` is no type: only integers are unsigned");
                let help = "one of `Unsigned<TinyInt>`, `Unsigned<SmallInt>`, `Unsigned<Integer>`, `Unsigned<BigInt>`";
                Err(Diagnostic::error(Code::M004, span, message).help(help))
            }
        }
    }

    fn enumeration(&mut self) -> Result<Type> {
        self.open_angle("Enum<task_state>")?;
        let name = self.table_ref("an enum's name")?;
        self.close_angle()?;
        Ok(Type::Enum(ObjectName {
            schema: name.schema.map(|schema| schema.text.into()),
            name: name.name.text.into(),
        }))
    }

    fn custom(&mut self) -> Result<Type> {
        self.open_angle("Custom<\"citext\">")?;
        let sql = match self.peek() {
            Some(Token::Literal(text)) => literal::string(text).map(|string| string.text),
            _ => None,
        };
        let Some(sql) = sql.filter(|sql| !sql.trim().is_empty()) else {
            let message = "`Custom` takes the type's SQL as a string";
            return Err(Diagnostic::error(Code::M004, self.span_here(), message).help("write `Custom<\"citext\">`"));
        };
        self.at += 1;
        self.close_angle()?;
        Ok(Type::Custom(sql))
    }

    fn open_angle(&mut self, example: &str) -> Result<()> {
        if self.eat('<') {
            return Ok(());
        }
        self.no_parentheses(example)?;
        let name = example.split('<').next().unwrap_or(example);
        Err(Diagnostic::error(Code::M004, self.span_last(), format!("`{name}` lacks its arguments")).help(format!("such as `{example}`")))
    }

    fn no_parentheses(&self, example: &str) -> Result<()> {
        if !self.is_open(Bracket::Round) {
            return Ok(());
        }
        let message = "a type's arguments stand between `<` and `>`";
        Err(Diagnostic::error(Code::M004, self.span_here(), message).help(format!("such as `{example}`")))
    }

    fn close_angle(&mut self) -> Result<()> {
        if self.eat('>') {
            return Ok(());
        }
        let mut diagnostic = self.unexpected("`>`");
        diagnostic.rule = crate::diagnostic::Rule::Error(Code::M004);
        Err(diagnostic)
    }

    fn length(&mut self, ty: &str) -> Result<u32> {
        let span = self.span_here();
        match self.digits(ty)? {
            0 => Err(Diagnostic::error(Code::M004, span, format!("`{ty}<0>` holds nothing"))),
            length => Ok(length),
        }
    }

    fn digits(&mut self, ty: &str) -> Result<u32> {
        let digits = match self.peek() {
            Some(Token::Literal(text)) => match literal::number(text) {
                Some(literal::Number::Integer(digits)) => digits.parse().ok(),
                _ => None,
            },
            _ => None,
        };
        let Some(digits) = digits else {
            let found = self.peek().map_or_else(|| "nothing".into(), |token| self.describe(token));
            let message = format!("`{ty}` takes a whole number, not {found}");
            return Err(Diagnostic::error(Code::M004, self.span_here(), message));
        };
        self.at += 1;
        Ok(digits)
    }

    fn unknown_type(&mut self) -> Diagnostic {
        let start = self.at;
        while self.is_mark_nth(1, '.') && self.word_nth(2).is_some() {
            self.at += 2;
        }
        let word = self.word().unwrap_or_default();
        let span = Span::new(start, self.at + 1);
        let path: Vec<&str> = (start..=self.at)
            .step_by(2)
            .filter_map(|index| self.tokens.tokens[index].word())
            .collect();
        let diagnostic = Diagnostic::error(Code::M004, span, format!("there is no type `{}`", path.join(".")));
        if TYPES.contains(&word) {
            return diagnostic.help(format!("write `{word}`"));
        }
        let argument = self.single_argument();
        match word.to_ascii_lowercase().as_str() {
            "string" => match argument {
                Some(length) => diagnostic.help(format!("write `Varchar<{length}>`")),
                None => diagnostic.help("write `Varchar<n>`, or `Text` for a text of any length"),
            },
            "option" => diagnostic.help("a column that takes NULL is `Nullable<…>`"),
            "vec" | "list" => diagnostic.help("an array is `Array<…>`"),
            "serial" | "bigserial" | "smallserial" => diagnostic.help(format!(
                "a sole integer key is counted up by itself: `#[primary_key] id: {}`",
                habit::ty(word).unwrap_or("Integer")
            )),
            _ => match habit::ty(word) {
                Some(meant) => {
                    let meant = match argument {
                        Some(length) => meant.replace("<n>", &format!("<{length}>")),
                        None => meant.to_owned(),
                    };
                    diagnostic.help(format!("write `{meant}`"))
                }
                None => match did_you_mean(word, TYPES.iter().copied()) {
                    Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
                    None => diagnostic.help("a type that only the database knows is written `Custom<\"…\">`, an enum `Enum<name>`"),
                },
            },
        }
    }

    /// `20` of `String(20)`, `String<20>`, `String(length = 20)`.
    fn single_argument(&self) -> Option<String> {
        if !matches!(self.peek_nth(1), Some(Token::Punct('<', _) | Token::Open(Bracket::Round, _))) {
            return None;
        }
        self.tokens.tokens[self.at..self.end]
            .iter()
            .skip(1)
            .take_while(|token| !matches!(token, Token::Punct(',' | ';' | '>', _) | Token::Close(_)))
            .take(5)
            .find_map(|token| match token {
                Token::Literal(text) => match literal::number(text) {
                    Some(literal::Number::Integer(digits)) => Some(digits),
                    _ => None,
                },
                _ => None,
            })
    }

    /// Goes past `.Word`, `(…)` and `<…>`.
    fn skip_type_arguments(&mut self) {
        loop {
            if self.is_mark('.') && self.word_nth(1).is_some() {
                self.at += 2;
            } else if self.is_open(Bracket::Round) {
                self.at = self.after(self.at);
            } else {
                break;
            }
        }
        if !self.is_mark('<') {
            return;
        }
        let mut depth = 0usize;
        while !self.done() {
            match self.peek() {
                Some(Token::Punct('<', _)) => depth += 1,
                Some(Token::Punct('>', _)) => depth -= 1,
                Some(Token::Punct(';', _)) => return,
                _ => {}
            }
            self.at = self.after(self.at);
            if depth == 0 {
                return;
            }
        }
    }
}
