//! The macros of Mina: [`migration!`] checks one migration and writes it into the crate, [`migrations!`] takes in a
//! whole folder of them; [`schema!`] and [`tables!`] declare to Diesel what the models say and what the history makes.
//!
//! Everything that is known of the language is in `mina-core`; here tokens of the compiler become its input, and its
//! output becomes tokens again.

mod block;
mod editor;
mod emit;
mod folder;
mod memo;
mod models;
mod outcome;
mod place;
mod report;
mod run;
mod snapshot;
mod sync;
mod tables;

use proc_macro::TokenStream;

/// One revision of a history: checked against the schema that its ancestors leave, and written into the crate as
/// `pub const MIGRATION`, `pub fn up` and `pub fn down`.
#[proc_macro]
pub fn migration(input: TokenStream) -> TokenStream {
    block::expand(input.into()).into()
}

/// All migrations of the crate's version locations: a module each, and `pub static MIGRATIONS`.
///
/// It stands at the top level of a file, such as `src/lib.rs`, and takes no arguments.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    folder::expand(input.into()).into()
}

/// The models: the tables of an application, in the grammar of `create_table`, as Diesel's `table!`, `joinable!` and
/// `allow_tables_to_appear_in_same_query!`.
///
/// A column has one type in Rust, so the engines in force have to agree on it. They are those that the mina.toml of the
/// crate declares, or one beside the file; where there is none, as in most applications, those that the models' own head
/// names, `<Pg>` or `<Pg, Sqlite>`; and without a head those of the three that can hold the models.
///
/// Where a foreign key of one column refers to another table's primary key and is the only one between the two, they can be
/// joined by it. Tables that are connected by keys can stand in one query, and so can a view with the tables that it reads.
/// An enum, and a type that Diesel has no name for, is a struct in `sql_types` where PostgreSQL is in force.
///
/// What the whole of it can say is in `docs/models.md`; `mina migrate` compares it with the history.
#[proc_macro]
pub fn schema(input: TokenStream) -> TokenStream {
    models::expand(input.into()).into()
}

/// Diesel's `table!`, `joinable!` and `allow_tables_to_appear_in_same_query!` for what the history of this crate makes.
///
/// It stands in the crate of the migrations, which the application then imports:
///
/// ```ignore
/// pub mod schema {
///     mina::tables!();                                    // the whole history
/// }
/// pub mod before {
///     mina::tables!(at = "20251008120000");               // as it was at a revision
/// }
/// pub mod analytics {
///     mina::tables!(<Pg>, bind = analytics);              // of another database, for one of its engines
/// }
/// ```
///
/// A column that is of one type to Diesel on one engine and of another on another needs `<Engine>`.
#[proc_macro]
pub fn tables(input: TokenStream) -> TokenStream {
    tables::expand(input.into()).into()
}

/// Fails to compile where the models that mina.toml names and the history differ, and prints the operations that are missing.
///
/// It stands in the crate of the migrations, beside `migrations!`, and looks at every database that has `models` in mina.toml; the
/// files of the models are tracked, so that a change of them is seen. Comments alone are no difference.
///
/// ```ignore
/// mina::migrations!();
/// mina::assert_in_sync!();
/// ```
#[proc_macro]
pub fn assert_in_sync(input: TokenStream) -> TokenStream {
    sync::expand(input.into()).into()
}

/// What [`migrations!`] leaves for later.
#[doc(hidden)]
#[proc_macro]
pub fn creations(_: TokenStream) -> TokenStream {
    folder::creations().into()
}
