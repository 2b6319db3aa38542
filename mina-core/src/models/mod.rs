//! The models: what the application says that its tables are, in `schema! { … }` or in a `schema.rs` of Diesel.

pub mod diesel;
mod facets;
mod merge;
mod order;
mod resolve;

pub use facets::Facets;
pub use resolve::Resolved;

use diesel::ViewColumns;

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::diff::Renames;
use crate::schema::{Column, Name, ObjectName, Origin, PrimaryKey, Schema};
use crate::syntax::ast::{ColumnDef, ModelBlock, StatementKind, TableItem, WasDef};
use crate::syntax::lexer::lex;
use crate::syntax::source::{SCHEMA, SourceError};
use crate::syntax::token::{Bracket, Token};
use crate::syntax::{Location, Span, Tokens, parse, print};

/// The models of one or more files, before anything is looked up.
///
/// ```
/// use mina_core::config::Config;
/// use mina_core::engine::Target;
/// use mina_core::models::Models;
/// use mina_core::schema::ObjectName;
///
/// let text = r#"
///     mina::schema! {
///         table users {
///             #[primary_key] id: Integer,
///             #[was(name)] full_name: Varchar<80>,
///         }
///     }
/// "#;
/// let models = Models::parse(text, "src/models.rs")?;
/// let resolved = models.resolve(&Config::default(), None, Target::SQLITE, &[Target::SQLITE]);
/// assert!(resolved.diagnostics.is_empty());
/// let users = resolved.schema.table(&ObjectName::new("users")).unwrap();
/// assert_eq!(users.columns.len(), 2);
/// assert_eq!(models.renames(None).columns[0].1, "name");
/// # Ok::<(), mina_core::syntax::source::SourceError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// The tokens of all files, which every span counts.
    pub tokens: Tokens,
    /// What is wrong with the text (M0xx).
    pub syntax: Vec<Diagnostic>,
    blocks: Vec<Block>,
    /// The files, each with its first token.
    files: Vec<(u32, String)>,
}

#[derive(Clone, Debug)]
struct Block {
    said: ModelBlock,
    /// In Diesel's words, which cannot say everything.
    is_diesel: bool,
    file: usize,
}

impl Models {
    /// Reads the text of one file, whose name is relative to its crate: every `schema! { … }` in it, or else every
    /// `table! { … }` and what goes with these. Anything else in the file is passed over.
    ///
    /// # Errors
    ///
    /// The file is no sequence of Rust tokens.
    pub fn parse(text: &str, file: &str) -> Result<Self, SourceError> {
        let mut models = Self::default();
        models.add(text, file)?;
        Ok(models)
    }

    /// Takes in the text of one more file.
    ///
    /// # Errors
    ///
    /// The file is no sequence of Rust tokens; nothing of it is taken in then.
    pub fn add(&mut self, text: &str, file: &str) -> Result<(), SourceError> {
        let start = self.tokens.tokens.len();
        self.tokens.append(lex(text)?);
        self.files.push((start as u32, file.to_owned()));
        let here = start..self.tokens.tokens.len();
        let blocks = macros(&self.tokens, here.clone(), SCHEMA);
        if blocks.is_empty() {
            let read = diesel::read(&self.tokens, here);
            self.syntax.extend(read.diagnostics);
            self.push(read.models, true);
        }
        for inside in blocks {
            self.read(inside.start as usize..inside.end as usize);
        }
        Ok(())
    }

    /// The models between the braces of one `schema! { … }`.
    pub fn from_tokens(tokens: &Tokens, file: &str) -> Self {
        let mut models = Self {
            tokens: tokens.clone(),
            files: vec![(0, file.to_owned())],
            ..Self::default()
        };
        models.read(0..tokens.tokens.len());
        models
    }

    fn read(&mut self, range: std::ops::Range<usize>) {
        let parsed = parse::parse_models_in(&self.tokens, range);
        self.syntax.extend(parsed.diagnostics);
        self.push(parsed.models, false);
    }

    fn push(&mut self, said: ModelBlock, is_diesel: bool) {
        let file = self.files.len().saturating_sub(1);
        self.blocks.push(Block { said, is_diesel, file });
    }

    /// The file that a span is in, and the place there, if places are known.
    pub fn place(&self, span: Span) -> (&str, Option<Location>) {
        let file = self
            .files
            .iter()
            .rev()
            .find(|(start, _)| *start <= span.start)
            .or(self.files.first());
        (file.map_or("", |(_, file)| file), self.tokens.location(span))
    }

    /// Whether nothing is said of any table or other object.
    pub fn is_empty(&self) -> bool {
        self.blocks.iter().all(|block| block.said.statements.is_empty())
    }

    /// The engines that the heads of all blocks name; none where one is silent.
    pub fn engines(&self) -> Vec<crate::engine::Engine> {
        let mut engines = Vec::new();
        for block in &self.blocks {
            if block.said.engines.is_empty() {
                return Vec::new();
            }
            let named = block.said.engines.iter().map(|on| on.engine);
            engines.extend(named.filter(|engine| !engines.contains(engine)).collect::<Vec<_>>());
        }
        engines
    }

    /// The database that a block names, the first one.
    pub fn bind(&self) -> Option<&str> {
        self.blocks
            .iter()
            .find_map(|block| block.said.bind.as_ref())
            .map(|bind| bind.text.as_str())
    }

    /// Where the database is named.
    pub fn bind_span(&self) -> Option<Span> {
        self.blocks.iter().find_map(|block| block.said.bind.as_ref()).map(|bind| bind.span)
    }

    /// The names that were others, as `#[was(…)]` says.
    pub fn renames(&self, bind: Option<&str>) -> Renames {
        let mut renames = Renames::default();
        for was in self.of(bind).flat_map(|block| &block.said.was) {
            match was {
                WasDef::Table(table, old) => {
                    let new = table.object();
                    renames.tables.push((new.beside(&old.text), new));
                }
                WasDef::Column(table, new, old) => renames.columns.push((table.object(), old.text.clone(), new.text.clone())),
                WasDef::Value(name, new, old) => renames.values.push((name.object(), old.text.clone(), new.text.clone())),
            }
        }
        renames
    }

    /// The columns that views are said to have.
    pub fn views(&self, bind: Option<&str>) -> ViewColumns {
        let said = self.of(bind).flat_map(|block| &block.said.views);
        said.map(|(view, columns)| {
            let key: Vec<String> = columns
                .iter()
                .filter(|column| column.primary_key.is_some())
                .map(|column| column.name.text.clone())
                .collect();
            let key = (!key.is_empty()).then(|| PrimaryKey {
                name: Name {
                    text: String::new(),
                    derived: true,
                },
                columns: key,
                origin: Origin::default(),
            });
            (view.object(), columns.iter().map(view_column).collect(), key)
        })
        .collect()
    }

    /// Where a table, or a column of it, is said.
    pub fn span_of(&self, table: &ObjectName, column: Option<&str>) -> Option<Span> {
        let blocks = || self.blocks.iter().map(|block| &block.said);
        let views = blocks()
            .flat_map(|said| &said.views)
            .map(|(view, columns)| (view, columns.iter().collect::<Vec<_>>()));
        let tables = blocks()
            .flat_map(|said| &said.statements)
            .filter_map(|statement| match &statement.kind {
                StatementKind::CreateTable(table) => Some((&table.table, table.items.iter().filter_map(column_of).collect())),
                _ => None,
            });
        let (name, columns) = tables.chain(views).find(|(name, _)| name.object() == *table)?;
        match column {
            Some(column) => columns.iter().find(|said| said.name.text == column).map(|said| said.ty.span),
            None => Some(name.name.span),
        }
    }

    /// Where the name of a column is said.
    pub fn name_of(&self, table: &ObjectName, column: &str) -> Option<Span> {
        let ty = self.span_of(table, Some(column))?;
        // Its name, `:` and its type.
        Some(Span::new(
            (ty.start as usize).saturating_sub(2),
            (ty.start as usize).saturating_sub(1),
        ))
    }

    /// What the models can say of a database's tables and objects.
    pub fn facets(&self, bind: Option<&str>) -> Facets {
        Facets::of(self.of(bind).map(|block| (&block.said, block.is_diesel)))
    }

    /// The blocks about one database: those that name it, or else those that name none.
    fn of<'m>(&'m self, bind: Option<&'m str>) -> impl Iterator<Item = &'m Block> {
        let named = move |block: &&Block| block.said.bind.as_ref().map(|bind| bind.text.as_str()) == bind;
        let any = self.blocks.iter().any(|block| named(&block));
        self.blocks
            .iter()
            .filter(move |block| named(block) || !any && block.said.bind.is_none())
    }
}

fn column_of(item: &TableItem) -> Option<&ColumnDef> {
    match item {
        TableItem::Column(column) => Some(column),
        _ => None,
    }
}

fn view_column(said: &ColumnDef) -> Column {
    Column {
        name: said.name.text.clone(),
        ty: said.ty.ty.clone(),
        nullable: said.ty.nullable,
        default: None,
        generated: None,
        identity: false,
        collation: None,
        comment: said.doc.clone(),
        origin: Origin::default(),
    }
}

/// A schema as a file of models. What has its name from the naming convention of `config` gets it without being given it.
///
/// ```
/// use mina_core::config::Config;
/// use mina_core::engine::Target;
/// use mina_core::models::{Models, print};
///
/// let text = "mina::schema! {\n    table users {\n        #[primary_key]\n        id: Integer,\n    }\n}\n";
/// let models = Models::parse(text, "")?;
/// let schema = models.resolve(&Config::default(), None, Target::SQLITE, &[Target::SQLITE]).schema;
/// assert_eq!(print(&schema, &Config::default(), &[], None), text);
/// # Ok::<(), mina_core::syntax::source::SourceError>(())
/// ```
pub fn print(schema: &Schema, config: &Config, engines: &[crate::engine::Engine], bind: Option<&str>) -> String {
    print::models(&crate::check::model_block(schema, config.naming_at_head(), engines, bind))
}

/// The same of a database as it is on several engines; what only some of them have stands under `#[on(…)]`.
pub fn print_all(schemas: &[(crate::engine::Engine, &Schema)], config: &Config, bind: Option<&str>) -> String {
    let said = |(engine, schema): &(crate::engine::Engine, &Schema)| {
        (*engine, crate::check::model_block(schema, config.naming_at_head(), &[], bind))
    };
    print::models(&merge::merged(schemas.iter().map(said)))
}

/// What stands between the braces of each `name! { … }` in a part of some tokens.
fn macros(tokens: &Tokens, range: std::ops::Range<usize>, name: &str) -> Vec<Span> {
    let all = &tokens.tokens[..range.end];
    let mut found = Vec::new();
    let mut index = range.start;
    while index < range.end {
        let invoked = all[index].word() == Some(name) && matches!(all.get(index + 1), Some(Token::Punct('!', _)));
        if let (true, Some(Token::Open(_, close))) = (invoked, all.get(index + 2)) {
            found.push(Span::new(index + 3, *close as usize));
            index = *close as usize;
        }
        index += 1;
    }
    found
}

/// Whether a group of these brackets begins at a token.
fn opens(tokens: &Tokens, index: usize, bracket: Bracket) -> Option<usize> {
    match tokens.tokens.get(index) {
        Some(Token::Open(found, close)) if *found == bracket => Some(*close as usize),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
