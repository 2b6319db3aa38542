//! The Rust of drawn histories: a `run` step sends the SQL that stands in it.

use crate::statement::Writer;
use crate::value::{path, sql_value, string};
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use mina::Engine;
use mina_core::history::Revision;
use mina_core::operation::run_steps;
use mina_core::schema::ObjectName;
use mina_core::sql::dialect;
use mina_core::syntax::ast::RunBody;
use mina_runtime::RunStep;
use std::cell::RefCell;
use std::error::Error;

/// As many steps as there are at a time: those of the histories that a thread has in hand.
const MOST: usize = 32;

/// What each step sends, and when it was last asked for: the one that was not for the longest time makes way.
#[derive(Default)]
struct Sent {
    statements: Vec<(usize, String)>,
    now: usize,
}

thread_local! {
    static SENT: RefCell<Sent> = RefCell::default();
}

impl Sent {
    fn place(&mut self, sql: String) -> usize {
        self.now += 1;
        let mut all = self.statements.iter().enumerate();
        let known = all.find(|(_, (_, other))| *other == sql).map(|(at, _)| at);
        let oldest = || (0..MOST).min_by_key(|at| self.statements[*at].0).unwrap_or_default();
        let at = known.unwrap_or_else(|| match self.statements.len() {
            MOST => oldest(),
            free => free,
        });
        match self.statements.get_mut(at) {
            Some(statement) => *statement = (self.now, sql),
            None => self.statements.push((self.now, sql)),
        }
        at
    }
}

fn send<C: SimpleConnection, const AT: usize>(conn: &mut C) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let sql = SENT.with_borrow(|sent| sent.statements[AT].1.clone());
    conn.batch_execute(&sql)?;
    Ok(0)
}

macro_rules! steps {
    ($runs:ident, $conn:ty) => { steps!($runs, $conn: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31) };
    ($runs:ident, $conn:ty: $($at:literal)*) => { mina::$runs![$(send::<$conn, $at>),*] };
}

fn all(engine: Engine) -> &'static [RunStep] {
    match engine {
        Engine::Sqlite => steps!(sqlite_runs, SqliteConnection),
        #[cfg(all(feature = "postgres", feature = "mysql"))]
        Engine::Pg => steps!(pg_runs, diesel::PgConnection),
        #[cfg(all(feature = "postgres", feature = "mysql"))]
        Engine::Mysql => steps!(mysql_runs, diesel::MysqlConnection),
        #[cfg(not(all(feature = "postgres", feature = "mysql")))]
        _ => &[],
    }
}

/// The steps of a revision.
pub fn steps(revision: &Revision, engine: Engine) -> &'static [(Engine, &'static [RunStep])] {
    let bodies = run_steps(&revision.block);
    let steps: Vec<RunStep> = bodies
        .into_iter()
        .map(|body| all(engine)[SENT.with_borrow_mut(|sent| sent.place(sql(body)))])
        .collect();
    match steps.is_empty() {
        true => &[],
        false => vec![(engine, &*steps.leak())].leak(),
    }
}

/// The only string in it.
fn sql(body: &RunBody) -> String {
    let literal = body
        .text
        .find('"')
        .zip(body.text.rfind('"'))
        .map(|(start, end)| &body.text[start..=end]);
    serde_json::from_str(literal.unwrap_or_default()).unwrap_or_else(|error| panic!("{error}: {}", body.text))
}

/// Whether a statement is Rust, whose text of SQL nobody reads before the database does.
pub fn is_rust(statement: &str) -> bool {
    statement.starts_with("run |")
}

fn rust(sql: &str) -> String {
    format!("run |conn| {{ diesel::sql_query({}).execute(conn)?; }}", string(sql))
}

impl Writer<'_> {
    /// Rust that changes rows, of a table whose name is a word: it is known by that.
    pub fn run(&mut self) -> Option<String> {
        let table = self.table().filter(|table| is_word(&table.name))?;
        let column = self.column(table).filter(|column| column.generated.is_none())?;
        let dialect = dialect(self.engine)?;
        let (on, own) = (dialect.object(&table.name), dialect.quote(&column.name));
        let is_free = table.constraints_using(&column.name).next().is_none()
            && table.indexes_using(&column.name).next().is_none()
            && !self.schema.triggers().values().any(|trigger| trigger.table == table.name);
        let sql = match self.random.below(3) {
            0 if is_free => {
                let value = sql_value(&column.ty, self.serial(), self.schema, self.engine);
                format!("UPDATE {on} SET {own} = {value} WHERE {own} IS NULL")
            }
            1 => format!("DELETE FROM {on} WHERE {own} IS NULL AND 1 = 2"),
            _ => format!("UPDATE {on} SET {own} = {own} WHERE {own} IS NOT NULL"),
        };
        let undo = match self.random.percent(50) {
            true => "undo = none".to_owned(),
            false => format!("undo {{ {} }}", rust(&format!("DELETE FROM {on} WHERE 1 = 2"))),
        };
        Some(format!("{} {{ {undo} }}", rust(&sql)))
    }

    /// Rust that changes the schema, and says how.
    pub fn run_with_effect(&mut self) -> Option<String> {
        let table = self.table().filter(|table| is_word(&table.name))?;
        let column = format!("r{}", self.serial());
        let on = dialect(self.engine)?.object(&table.name);
        let own = format!("{}.{column}", path(&table.name));
        let add = rust(&format!("ALTER TABLE {on} ADD COLUMN {column} INTEGER"));
        let drop = rust(&format!("ALTER TABLE {on} DROP COLUMN {column}"));
        Some(format!(
            "{add} {{ effect {{ add_column {own}: Nullable<Integer>; }} undo {{ {drop} {{ effect {{ drop_column {own}; }} }} }} }}"
        ))
    }
}

fn is_word(name: &ObjectName) -> bool {
    name.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
