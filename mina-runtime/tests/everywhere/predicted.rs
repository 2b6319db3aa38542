//! What `plan` says that statements lock, look at and write anew, held against what servers do.

use crate::databases::{Database, Server};
use crate::language::compiled;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use mina_core::sql::cost::{Cost, Mode, WorkKind};
use mina_core::sql::unit::{Action, Backfill, UnitKind};
use mina_runtime::runner::{Direction, Impact, Plan};
use mina_runtime::{AnyConnection, AsConnection, Migrations};
use std::collections::BTreeMap;

const BEFORE: &str = r#"
//! Make tables of every kind
revision = "2025a";
revises = base;
upgrade {
    #[on(Pg)] create_enum mood ("calm", "cross");
    create_table workspaces { #[primary_key] id: Integer, name: Varchar<80> }
    create_table users {
        #[primary_key] id: Integer,
        email: Varchar<120>,
        name: Nullable<Varchar<60>>,
        age: Nullable<Integer>,
        price: Numeric<8, 2>,
        status: Varchar<20> = "new",
        joined: Nullable<Timestamp>,
        #[references(workspaces.id)] workspace_id: Nullable<Integer>,
        nick: Nullable<Varchar<40>>,
        check ck_users_nick "nick IS NOT NULL",
        check ck_users_age "age >= 0",
        unique uq_users_email (email),
        index ix_users_name (name),
        index ix_users_workspace (workspace_id),
    }
    #[on(Mysql)] create_table words { a: Varchar<120>, b: Varchar<40> } { charset = "utf8mb4" }
    create_table tags { #[primary_key(generated = false)] name: Varchar<20>, n: Integer }
    create_table logs { a: Integer, b: Integer, c: Nullable<Integer> }
    create_table notes { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer, body: Text, index ix_notes_user (user_id) }
    #[on(Pg)] add_column users.mood: Enum<mood> = "calm";
    #[on(Mysql)] add_column users.mood: Varchar<5> = "calm";
    #[on(Pg)] create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$";
}
downgrade = irreversible("it is looked at");
"#;

const SERVERS: [Server; 2] = [Server::Postgres, Server::Postgres18];

/// Changes for both kinds of server.
const CHANGES: &[&str] = &[
    "add_column users.bio: Nullable<Varchar<200>>;",
    "add_column users.points: Nullable<Integer> = 5;",
    "add_column users.points: Integer = 5;",
    "add_column users.since: Timestamp = now();",
    "#[allow(rewriting_column)] add_column users.token: Uuid = uuid();",
    "alter_column users.name { type = Varchar<62> }",
    "alter_column users.name { type = Varchar<300> }",
    "alter_column users.name { type = Text }",
    "alter_column users.age { type = BigInt }",
    "alter_column users.price { type = Numeric<10, 2> }",
    "alter_column users.price { type = Numeric<10, 4> }",
    "alter_column users.status { type = Varchar<10> }",
    "alter_column notes.body { type = Varchar<400>, using = cast, online = true }",
    "alter_column logs.c { nullable = false }",
    "alter_column logs.c { nullable = false, online = true }",
    "alter_column users.nick { nullable = false }",
    "alter_column users.status { nullable = true }",
    "alter_column users.status { default = \"old\" }",
    "alter_column users.status { default = none }",
    "alter_column users.age { rename = years }",
    "rename_table logs => events;",
    "rename_constraint ck_users_age => ck_users_years on users;",
    "rename_index ix_users_name => ix_users_called on users;",
    "drop_column users.price;",
    "drop_column users.workspace_id;",
    "drop_table notes;",
    "create_foreign_key fk_logs_user on logs (c) references users (id);",
    "create_foreign_key fk_logs_user on logs (c) references users (id) { online = true }",
    "drop_constraint fk_notes_user_id_users on notes;",
    "create_unique uq_logs_a on logs (a);",
    "create_unique uq_logs_a on logs (a) { online = true }",
    "create_primary_key pk_logs on logs (a, b);",
    "create_primary_key pk_logs on logs (a, b) { online = true }",
    "create_check ck_logs on logs \"a > 0\";",
    "create_check ck_logs on logs \"a > 0\" { online = true }",
    "drop_constraint ck_users_age on users;",
    "drop_constraint uq_users_email on users;",
    "drop_constraint pk_tags on tags;",
    "#[allow(rewriting_column, blocking_index)] #[primary_key] add_column logs.id: Integer;",
    "create_index ix_logs on logs (a);",
    "create_index ix_logs on logs (a) { concurrently = true }",
    "drop_index ix_users_name on users;",
    "drop_index ix_users_name on users { concurrently = true }",
    "comment_on users \"People\";",
    "alter_column users.name { comment = \"What they are called\" }",
    "create_view grown as \"SELECT id FROM users WHERE age > 17\";",
    "create_table marks { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer, index ix_marks (user_id) }",
    "execute \"UPDATE users SET age = 3\" { undo = none }",
    "delete notes { where = \"id = 1\" }",
    "bulk_insert workspaces (id, name) [(5000, \"x\")];",
    "batch_alter users { add_column bio: Nullable<Text>; alter_column status { nullable = true } drop_column price; }",
    "batch_alter users { alter_column age { type = BigInt } alter_column name { nullable = false } }",
];

/// Those of MariaDB alone: how many bytes a text takes, and may take, decides.
const MARIADB: &[&str] = &[
    "alter_column words.a { type = Varchar<400> }",
    "alter_column words.b { type = Varchar<60> }",
    "alter_column words.b { type = Varchar<64> }",
    "alter_column users.name { comment = \"Called\" }",
];

/// Those of PostgreSQL alone.
const POSTGRES: &[&str] = &[
    "#[allow(rewriting_column)] #[generated(\"age + 1\", stored = true)] add_column users.total: Nullable<Integer>;",
    "create_foreign_key fk_logs_user on logs (c) references users (id) { validate = false }",
    "alter_enum mood { add = \"glad\" }",
    "alter_enum mood { rename = \"cross\", to = \"angry\" }",
    "#[allow(rewriting_enum)] alter_enum mood { remove = \"cross\" }",
    "create_trigger touched on users \"BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch()\";",
    "create_exclusion ex_logs on logs using gist (\"int4range(a, a + 1)\" with \"&&\");",
    "create_sequence numbers { start = 1000 }",
    "alter_column users.name { collate = \"C\" }",
    "execute \"LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE\" { undo = none }",
];

fn history(change: &str, config: &'static str) -> Migrations {
    let block = format!(
        "//! Change one thing\n#![allow(may_fail_on_rows, lossy_downgrade)]\nrevision = \"2025b\";\nrevises = \"2025a\";\n\
         upgrade {{\n    {change}\n}}\ndowngrade = irreversible(\"it is looked at\");\n"
    );
    compiled(config, &[BEFORE, &block])
}

/// A plan, and what it says of itself.
fn foretold(migrations: Migrations, conn: &mut AnyConnection) -> (Plan, Impact) {
    let plan = migrations.plan(conn, Direction::Up, "head").unwrap();
    let impact = migrations.runner().impact(conn.as_connection(), &plan).unwrap();
    (plan, impact)
}

fn fill(conn: &mut AnyConnection, numbers: &str) {
    for sql in [
        format!("INSERT INTO workspaces (id, name) SELECT seq, 'w' FROM {numbers}"),
        format!(
            "INSERT INTO users (id, email, name, age, price, status, nick, workspace_id) \
             SELECT seq, CONCAT('e', seq), 'n', 7, 1.5, 'new', 'x', seq FROM {numbers}"
        ),
        format!("INSERT INTO logs (a, b, c) SELECT seq, seq, seq FROM {numbers}"),
        format!("INSERT INTO notes (id, user_id, body) SELECT seq, seq, 'b' FROM {numbers}"),
    ] {
        conn.as_connection().execute(&sql).unwrap();
    }
}

/// What a statement did: the locks that its transaction has, the tables that were read through, and those written anew.
#[derive(Debug, Default)]
struct Seen {
    locks: BTreeMap<String, Mode>,
    read: Vec<String>,
    moved: Vec<String>,
}

/// The tables of a database of PostgreSQL, by what they were called at first.
struct Tables(Vec<(i64, String)>);

impl Tables {
    fn of(conn: &mut PgConnection) -> Self {
        let query = "c.oid::bigint, c.relname::text FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace \
                     AND c.relname NOT LIKE '\\_\\_%'";
        Self(sql::<(BigInt, Text)>(&format!("SELECT {query}")).load(conn).unwrap())
    }

    fn name(&self, oid: i64) -> Option<&str> {
        self.0.iter().find(|(own, _)| *own == oid).map(|(_, name)| name.as_str())
    }

    fn locks(&self, conn: &mut PgConnection, process: i64) -> BTreeMap<String, Mode> {
        let query = format!("SELECT relation::bigint, mode FROM pg_locks WHERE granted AND relation IS NOT NULL AND pid = {process}");
        let found: Vec<(i64, String)> = sql::<(BigInt, Text)>(&query).load(conn).unwrap();
        let mut locks = BTreeMap::new();
        for (oid, mode) in found {
            if let Some(name) = self.name(oid) {
                stronger(&mut locks, name, mode_of(&mode));
            }
        }
        locks
    }

    /// How often each was read through so far, and the file that it is in; a table that is gone is in none.
    fn state(&self, conn: &mut PgConnection) -> Vec<(i64, Option<i64>)> {
        let state = |(oid, _): &(i64, String)| {
            let reads = format!("SELECT sum(seq_scan + coalesce(idx_scan, 0))::bigint FROM pg_stat_xact_user_tables WHERE relid = {oid}");
            let file = format!("SELECT pg_relation_filenode({oid}::oid)::bigint");
            let reads: Option<i64> = sql::<Nullable<BigInt>>(&reads).get_result(conn).unwrap();
            (reads.unwrap_or(0), sql::<Nullable<BigInt>>(&file).get_result(conn).unwrap())
        };
        self.0.iter().map(state).collect()
    }
}

fn stronger(locks: &mut BTreeMap<String, Mode>, table: &str, mode: Mode) {
    let held = locks.entry(table.to_owned()).or_insert(mode);
    *held = mode.max(*held);
}

fn mode_of(name: &str) -> Mode {
    match name {
        "AccessShareLock" => Mode::AccessShare,
        "RowShareLock" => Mode::RowShare,
        "RowExclusiveLock" => Mode::RowExclusive,
        "ShareUpdateExclusiveLock" => Mode::ShareUpdateExclusive,
        "ShareLock" => Mode::Share,
        "ShareRowExclusiveLock" => Mode::ShareRowExclusive,
        "ExclusiveLock" => Mode::Exclusive,
        "AccessExclusiveLock" => Mode::AccessExclusive,
        other => panic!("{other}"),
    }
}

fn process(conn: &mut PgConnection) -> i64 {
    sql::<BigInt>("SELECT pg_backend_pid()::bigint").get_result(conn).unwrap()
}

fn run(conn: &mut PgConnection, statement: &str) {
    diesel::sql_query(statement)
        .execute(conn)
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Runs a statement in the transaction that is open.
fn watched(conn: &mut PgConnection, tables: &Tables, statement: &str) -> Seen {
    let before = tables.state(conn);
    run(conn, statement);
    let after = tables.state(conn);
    let mut seen = Seen::default();
    for (((_, name), before), after) in tables.0.iter().zip(&before).zip(&after) {
        if after.0 > before.0 {
            seen.read.push(name.clone());
        }
        if after.1.is_some() && after.1 != before.1 {
            seen.moved.push(name.clone());
        }
    }
    let own = process(conn);
    seen.locks = tables.locks(conn, own);
    seen
}

/// Runs a statement that is in no transaction, while another one keeps it waiting.
fn watched_alone(database: &Database, tables: &Tables, statement: &str, cost: &Cost) -> Seen {
    let connect = || PgConnection::establish(&database.url()).unwrap();
    let (mut holder, mut watcher) = (connect(), connect());
    run(&mut holder, "BEGIN");
    for lock in &cost.locks {
        let table = lock.table.as_ref().unwrap();
        run(&mut holder, &format!("LOCK TABLE {table} IN ROW EXCLUSIVE MODE"));
    }
    let mut runner = connect();
    let own = process(&mut runner);
    let text = statement.to_owned();
    let running = std::thread::spawn(move || run(&mut runner, &text));
    let waits = format!("SELECT count(*) > 0 FROM pg_locks WHERE pid = {own} AND NOT granted");
    while !running.is_finished() && !sql::<Bool>(&waits).get_result::<bool>(&mut watcher).unwrap() {
        std::thread::yield_now();
    }
    let locks = tables.locks(&mut watcher, own);
    run(&mut holder, "COMMIT");
    running.join().unwrap();
    Seen { locks, ..Seen::default() }
}

/// What was foretold of a statement and what was seen, where the two differ. Locks are those of the transaction so far; which of
/// the weak ones that a query has it takes, its plan decides.
fn differences(statement: &str, foretold: &BTreeMap<String, Mode>, cost: &Cost, seen: &Seen, in_transaction: bool) -> Vec<String> {
    let mut found = Vec::new();
    let names = foretold.keys().chain(seen.locks.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (said, real) = (foretold.get(name), seen.locks.get(name));
        let matters = [said, real].into_iter().flatten().any(|mode| *mode >= Mode::ShareUpdateExclusive);
        if said != real && matters {
            found.push(format!("{name}: said to be locked {said:?}, is locked {real:?}"));
        }
    }
    let done = |kinds: &[WorkKind]| -> Vec<String> {
        let work = cost.work.iter().filter(|work| kinds.contains(&work.kind));
        work.map(|work| work.table.to_string()).collect()
    };
    if in_transaction {
        let moved = done(&[WorkKind::Rewrite]);
        if moved != seen.moved {
            found.push(format!("said to write anew {moved:?}, writes anew {:?}", seen.moved));
        }
        let mut read = done(&[WorkKind::Scan, WorkKind::BuildIndex, WorkKind::Rewrite]);
        let mut real = seen.read.clone();
        read.sort_unstable();
        real.sort_unstable();
        let reads_rows = statement.starts_with("SELECT") || !done(&[WorkKind::WriteRows]).is_empty();
        if read != real && !reads_rows {
            found.push(format!("said to look through {read:?}, looks through {real:?}"));
        }
    }
    found.extend(cost.unknown.map(|why| format!("not foretold: {why}")));
    found
}

/// Runs a change on PostgreSQL, statement by statement, and says where it is not as foretold.
fn on_postgres(database: &Database, change: &str, plan: &Plan, impact: &Impact, keep: bool) -> Vec<String> {
    let mut conn = PgConnection::establish(&database.url()).unwrap();
    let tables = Tables::of(&mut conn);
    let mut wrong = Vec::new();
    let units = plan.migrations[0].units.iter().zip(&impact.migrations[0].units);
    for (unit, costs) in units {
        let transaction = unit.kind != UnitKind::Alone;
        if transaction {
            run(&mut conn, "BEGIN");
        }
        let mut locks = BTreeMap::new();
        for (step, cost) in unit.steps.iter().zip(costs) {
            if let Action::Backfill(Backfill { table, set, filter, .. }) = &step.action {
                let filter = filter.as_deref().unwrap_or("true");
                run(&mut conn, &format!("UPDATE {table} SET {set} WHERE {filter}"));
            }
            let Action::Sql(statement) = &step.action else { continue };
            for lock in &cost.locks {
                stronger(&mut locks, &lock.table.as_ref().unwrap().to_string(), lock.mode);
            }
            let seen = match transaction {
                true => watched(&mut conn, &tables, statement),
                false => watched_alone(database, &tables, statement, cost),
            };
            let found = differences(statement, &locks, cost, &seen, transaction);
            wrong.extend(
                found
                    .into_iter()
                    .map(|found| format!("{:?}: {change}\n  {statement}\n  {found}", database.server)),
            );
        }
        if transaction {
            run(&mut conn, if keep { "COMMIT" } else { "ROLLBACK" });
        }
    }
    wrong
}

fn made(server: Server, change: &str, config: &'static str, numbers: &str) -> (Database, AnyConnection) {
    let database = Database::new(server);
    let mut conn = database.open();
    history(change, config).upgrade(&mut conn, "2025a").unwrap();
    fill(&mut conn, numbers);
    if server != Server::Mariadb {
        conn.as_connection().execute("ANALYZE").unwrap();
    }
    (database, conn)
}

#[test]
fn postgresql_locks_and_reads_and_writes_what_was_foretold() {
    const CONFIG: &str = "[database]\nengines = [\"postgres >= 15\"]\n";
    const NUMBERS: &str = "generate_series(1, 2000) AS s(seq)";
    let mut wrong = Vec::new();
    for server in SERVERS {
        let (shared, mut conn) = made(server, CHANGES[0], CONFIG, NUMBERS);
        for change in CHANGES.iter().chain(POSTGRES) {
            let (plan, impact) = foretold(history(change, CONFIG), &mut conn);
            let units = &plan.migrations[0].units;
            let comes_back = units.len() == 1 && units[0].kind == UnitKind::Transaction;
            wrong.extend(match comes_back {
                true => on_postgres(&shared, change, &plan, &impact, false),
                false => {
                    let (own, _) = made(server, change, CONFIG, NUMBERS);
                    on_postgres(&own, change, &plan, &impact, true)
                }
            });
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is held to more than it would need, since nobody can say for every table of its kind.
const CAREFUL: [(&str, &str); 2] = [
    // Together some changes cost more than the dearest of them alone.
    ("ALTER TABLE `users`\n", "INPLACE"),
    // It becomes the order of a table without a primary key, if none of its columns takes NULL.
    ("ALTER TABLE `logs` ADD UNIQUE KEY", ""),
];

/// What MariaDB takes a change in, from the least that it may touch.
const ALGORITHMS: [&str; 3] = ["INSTANT", "NOCOPY", "INPLACE"];

/// Whether a server takes a statement with another algorithm; what it takes is undone by dropping the database.
fn takes(change: &str, config: &'static str, statements: &[String], at: usize, algorithm: &str) -> bool {
    let (database, mut conn) = made(Server::Mariadb, change, config, "seq_1_to_500");
    for statement in &statements[..at] {
        database.execute(statement);
    }
    let statement = &statements[at];
    let bare = statement
        .find("ALGORITHM=")
        .map_or(&statement[..], |start| statement[..start].trim_end().trim_end_matches(','));
    conn.as_connection().execute(&format!("{bare}, ALGORITHM={algorithm}")).is_ok()
}

#[test]
fn mariadb_takes_the_algorithm_that_was_foretold_and_no_cheaper_one() {
    const CONFIG: &str = "[database]\nengines = [\"mariadb >= 10.11\"]\n";
    let mut wrong = Vec::new();
    for change in CHANGES.iter().chain(MARIADB) {
        let (_database, mut conn) = made(Server::Mariadb, change, CONFIG, "seq_1_to_500");
        let (plan, impact) = foretold(history(change, CONFIG), &mut conn);
        let steps = plan.migrations[0].units.iter().flat_map(|unit| &unit.steps);
        let costs = impact.migrations[0].units.iter().flatten();
        let pairs = steps.zip(costs).filter_map(|(step, cost)| match &step.action {
            Action::Sql(statement) => Some((statement.clone(), cost)),
            _ => None,
        });
        let (statements, costs): (Vec<String>, Vec<&Cost>) = pairs.unzip();
        for (at, (statement, cost)) in statements.iter().zip(costs).enumerate() {
            wrong.extend(cost.unknown.map(|why| format!("{change}: {why}")));
            if statement.starts_with("ALTER TABLE") {
                let foretold = cost.algorithm.as_deref();
                let is_careful = |(start, held): &(&str, &str)| statement.starts_with(start) && *held == foretold.unwrap_or_default();
                let exact = !CAREFUL.iter().any(is_careful);
                let cheaper = ALGORITHMS.iter().take_while(|algorithm| exact && foretold != Some(**algorithm));
                let taken = cheaper.copied().find(|algorithm| takes(change, CONFIG, &statements, at, algorithm));
                wrong.extend(taken.map(|taken| format!("{change}\n  {statement}\n  said to take {foretold:?}, takes {taken}")));
            }
            if let Err(error) = conn.as_connection().execute(statement) {
                wrong.push(format!("{change}\n  {statement}\n  {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sqlite_says_what_it_writes_anew_under_the_names_that_tables_have_now() {
    const CONFIG: &str = "[database]\nengines = [\"sqlite >= 3.40\"]\n";
    const USERS: &str = "
//! Make users
revision = \"2025a\";
revises = base;
upgrade { create_table users { #[primary_key] id: Integer, age: Nullable<Integer>, name: Nullable<Text> } }
downgrade { drop_table users; }";
    const PEOPLE: &str = "
//! Rename users to people
#![allow(may_fail_on_rows)]
revision = \"2025b\";
revises = \"2025a\";
upgrade {
    rename_table users => people;
    alter_column people.age { default = 3 }
    create_check ck_people_age on people \"age > 0\";
    create_table notes { #[primary_key] id: Integer, body: Text, index ix_notes (body) }
    create_index ix_people_name on people (name);
}
downgrade {
    drop_index ix_people_name on people;
    drop_table notes;
    drop_constraint ck_people_age on people;
    alter_column people.age { default = none }
    rename_table people => users;
}";
    let migrations = compiled(CONFIG, &[USERS, PEOPLE]);
    let mut conn = AnyConnection::establish("sqlite://:memory:").unwrap();
    migrations.upgrade(&mut conn, "2025a").unwrap();
    conn.as_connection()
        .execute("INSERT INTO users (age) VALUES (1), (2), (3)")
        .unwrap();
    let (_, impact) = foretold(migrations, &mut conn);
    let work = impact.migrations[0].units.iter().flatten().flat_map(|cost| &cost.work);
    let work: Vec<(String, WorkKind)> = work.map(|work| (work.table.to_string(), work.kind)).collect();
    let users = |kind| ("users".to_owned(), kind);
    assert_eq!(work.first(), Some(&users(WorkKind::Rewrite)));
    assert_eq!(work.last(), Some(&users(WorkKind::BuildIndex)));
    assert!(work.contains(&users(WorkKind::Scan)), "{work:?}");
    let [size] = &impact.tables[..] else {
        panic!("{:?}", impact.tables)
    };
    assert_eq!((size.table.as_str(), size.rows), ("users", Some(3)));
}

#[test]
fn a_plan_says_what_the_lints_say_and_how_large_a_table_is() {
    const CONFIG: &str = "[database]\nengines = [\"postgres >= 15\", \"mariadb >= 10.11\"]\n";
    for server in [Server::Postgres, Server::Postgres18, Server::Mariadb] {
        let numbers = match server {
            Server::Mariadb => "seq_1_to_500",
            _ => "generate_series(1, 500) AS s(seq)",
        };
        let change = "create_check ck_logs on logs \"a > 0\";";
        let (_database, mut conn) = made(server, change, CONFIG, numbers);
        let (_, impact) = foretold(history(change, CONFIG), &mut conn);
        let said = &impact.migrations[0].lints;
        assert!(said.len() == 1 && said[0].starts_with("warning[blocking_constraint]"), "{said:?}");
        let logs = impact.tables.iter().find(|size| size.table == "logs").unwrap();
        assert!(logs.rows.is_some_and(|rows| rows > 100), "{server:?}: {logs:?}");
        assert!(logs.bytes.is_some_and(|bytes| bytes > 0), "{server:?}: {logs:?}");
    }
}

#[test]
fn what_an_earlier_run_has_done_costs_nothing_any_more() {
    const CONFIG: &str = "[database]\nengines = [\"mariadb >= 10.11\"]\n";
    let change = "rename_table logs => events; create_index ix_events_a on events (a);";
    let (database, mut conn) = made(Server::Mariadb, change, CONFIG, "seq_1_to_500");
    let migrations = history(change, CONFIG);
    let (mut plan, impact) = foretold(migrations, &mut conn);
    let tables = |impact: &Impact| -> Vec<String> { impact.tables.iter().map(|size| size.table.clone()).collect() };
    assert_eq!(tables(&impact), ["logs"]);
    database.execute("RENAME TABLE logs TO events");
    plan.migrations[0].done = 1;
    let impact = migrations.runner().impact(conn.as_connection(), &plan).unwrap();
    assert_eq!(tables(&impact), ["events"]);
    assert_eq!(impact.migrations[0].units[0], [Cost::default()]);
}
