use super::*;
use crate::schema::{Column, Expression, Generated, Table, Type, View};
use Engine::{Mysql, Pg, Sqlite};
use proptest::prelude::*;

fn table(name: &str, columns: &[&str]) -> Table {
    let mut table = Table::empty(ObjectName::new(name));
    let column = |name: &&str| Column {
        name: (*name).to_owned(),
        ty: Type::Text,
        nullable: true,
        default: None,
        generated: None,
        identity: false,
        collation: None,
        comment: None,
        origin: Default::default(),
    };
    table.columns = columns.iter().map(column).collect();
    table
}

fn schema() -> Schema {
    let mut schema = Schema::default();
    schema.put_table(table("users", &["id", "email", "name", "status", "createdAt"]));
    schema.put_table(table("tasks", &["id", "title", "user_id", "weight"]));
    let mut sums = table("sums", &["id", "double"]);
    sums.columns[1].generated = Some(Generated {
        expression: Expression::parse("id * 2", Sqlite).expect("an expression"),
        stored: false,
    });
    schema.put_table(sums);
    schema.put_view(View {
        name: ObjectName::new("active"),
        body: "SELECT id FROM users".into(),
        origin: Default::default(),
    });
    schema
}

fn shown(faults: Vec<Fault>) -> Vec<String> {
    let show = |fault| match fault {
        Fault::Table(name) => format!("table {name}"),
        Fault::Column { table, name } => format!("{}.{name}", table.name),
        Fault::Anywhere { name, .. } => format!("column {name}"),
        Fault::Qualifier(name) => format!("qualifier {name}"),
        Fault::Generated { table, name } => format!("generated {}.{name}", table.name),
        Fault::OfRows(function) => format!("rows by {function}"),
    };
    faults.into_iter().map(show).collect()
}

fn said(sql: &str, engine: Engine) -> Vec<String> {
    shown(faults(sql, engine, &schema()).unwrap_or_default())
}

#[track_caller]
fn each(engines: &[Engine], sql: &str, expected: &[&str]) {
    for engine in engines {
        let start: String = sql.chars().take(200).collect();
        assert_eq!(said(sql, *engine), expected, "{engine}: {start}");
    }
}

const ALL: &[Engine] = &[Sqlite, Pg, Mysql];

#[test]
fn names_that_are_not_there_are_found_wherever_they_stand() {
    for (sql, expected) in [
        ("UPDATE user SET name = 'x'", "table user"),
        ("UPDATE users SET nmae = 'x'", "users.nmae"),
        ("UPDATE users SET name = 'x' WHERE stauts IS NULL", "users.stauts"),
        ("DELETE FROM users WHERE user_id = 1", "users.user_id"),
        ("DELETE FROM task", "table task"),
        ("INSERT INTO users (id, mail) VALUES (1, 'x')", "users.mail"),
        ("INSERT INTO users (id, email) SELECT id, mail FROM users", "users.mail"),
        (
            "INSERT INTO tasks (id) SELECT u.id FROM users u JOIN tusks t ON t.user_id = u.id",
            "table tusks",
        ),
        ("SELECT u.title FROM users u", "users.title"),
        ("SELECT x.id FROM users u", "qualifier x"),
        ("SELECT weigth FROM users, tasks", "column weigth"),
        (
            "UPDATE users SET name = (SELECT t.name FROM tasks t WHERE t.user_id = users.id)",
            "tasks.name",
        ),
        (
            "UPDATE users SET name = 'x' WHERE EXISTS (SELECT 1 FROM tasks WHERE tasks.usr_id = users.id)",
            "tasks.usr_id",
        ),
        ("UPDATE users SET name = coalesce(nam, 'x')", "users.nam"),
        (
            "UPDATE users SET name = CASE WHEN statu = 'a' THEN 'b' ELSE name END",
            "users.statu",
        ),
        ("DELETE FROM users WHERE id IN (SELECT user FROM tasks WHERE usr = 3)", "column usr"),
        ("WITH t AS (SELECT id, title FROM tasks) SELECT t.weight, id FROM t", ""),
        (
            "WITH t AS (SELECT id FROM taks) DELETE FROM users WHERE id IN (SELECT id FROM t)",
            "table taks",
        ),
        ("SELECT s.x FROM (SELECT id AS x FROM userss) s", "table userss"),
        ("SELECT id FROM users UNION ALL SELECT id FROM missing", "table missing"),
        ("SELECT id FROM users ORDER BY nme", "users.nme"),
        ("SELECT count(*) FROM users GROUP BY stat HAVING count(*) > 1", "users.stat"),
        ("SELECT sum(weight) OVER (PARTITION BY owner) FROM tasks", "tasks.owner"),
        ("UPDATE users SET name = 'a'; UPDATE users SET nmae = 'b;'", "users.nmae"),
    ] {
        let expected: Vec<&str> = Some(expected).filter(|it| !it.is_empty()).into_iter().collect();
        each(ALL, sql, &expected);
    }
}

#[test]
fn every_dialect_has_its_own_statements() {
    each(
        &[Sqlite, Pg],
        "UPDATE users SET name = t.titel FROM tasks t WHERE t.user_id = users.id",
        &["tasks.titel"],
    );
    each(
        &[Pg],
        "DELETE FROM users USING tasks t WHERE t.user_id = users.id AND t.done",
        &["tasks.done"],
    );
    each(&[Pg], "UPDATE users SET (name, mail) = ('a', 'b')", &["users.mail"]);
    each(&[Pg], "INSERT INTO users (id) VALUES (1) RETURNING idd", &["column idd"]);
    each(
        &[Sqlite, Pg],
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = excluded.nam",
        &["users.nam"],
    );
    each(
        &[Sqlite, Pg],
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (idd) DO NOTHING",
        &["users.idd"],
    );
    each(
        &[Mysql],
        "UPDATE users u JOIN tasks t ON t.user_id = u.id SET u.nam = t.title",
        &["users.nam"],
    );
    each(&[Mysql], "DELETE u FROM users u JOIN tasks t ON t.user_id = u.idd", &["users.idd"]);
    each(
        &[Mysql],
        "INSERT INTO users (id) VALUES (1) ON DUPLICATE KEY UPDATE nam = VALUES(name)",
        &["users.nam"],
    );
    each(&[Mysql], "REPLACE INTO users (id, mail) VALUES (1, 'x')", &["users.mail"]);
    each(
        &[Sqlite, Pg],
        "INSERT INTO users (id, status) VALUES (1, active)",
        &["column active"],
    );
}

#[test]
fn case_is_the_engines() {
    each(&[Sqlite, Mysql], "UPDATE Users SET CREATEDAT = 'x'", &[]);
    each(&[Pg], "UPDATE Users SET Name = 'x', \"createdAt\" = 'y'", &[]);
    each(&[Pg], "UPDATE users SET createdAt = 'x'", &["users.createdAt"]);
    each(&[Pg], "UPDATE \"Users\" SET name = 'x'", &["table Users"]);
}

#[test]
fn what_may_be_right_is_not_complained_about() {
    for sql in [
        "SELECT id FROM active WHERE anything > 1",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 9) INSERT INTO users (id) SELECT x FROM c",
        "WITH t AS (SELECT id AS x FROM users) SELECT x FROM t WHERE t.x = 1",
        "SELECT s.n FROM (SELECT user_id, count(*) AS n FROM tasks GROUP BY user_id) AS s",
        "SELECT u.* FROM users u WHERE EXISTS (SELECT 1 FROM tasks WHERE user_id = u.id AND status = 'a')",
        "UPDATE users SET name = upper(name) WHERE id = (SELECT max(user_id) FROM tasks)",
        "SELECT name AS n, count(*) AS c FROM users GROUP BY n ORDER BY c",
        "INSERT INTO users (id, name) SELECT user_id, max(title) FROM tasks GROUP BY user_id",
        "SELECT current_timestamp, CURRENT_DATE FROM users",
        "CREATE TEMPORARY TABLE old AS SELECT id FROM users; INSERT INTO tasks (id) SELECT id FROM old; DROP TABLE old",
        "SELECT a.id FROM users a JOIN tasks USING (id)",
        "SELECT 1 FROM (users JOIN tasks ON tasks.user_id = users.id)",
        "SELECT * FROM (VALUES (1, 2)) AS v WHERE column1 = 1",
        "this is no SQL at all",
        "",
    ] {
        each(ALL, sql, &[]);
    }
    for sql in [
        "SELECT rowid, _rowid_, oid FROM users",
        "UPDATE users SET name = \"active\"",
        "SELECT json_extract(value, '$.a'), key FROM users, json_each(users.name)",
        "SELECT name FROM sqlite_schema",
        "SELECT name FROM pragma_table_info('users')",
        "DELETE FROM main.users WHERE main.users.id = 1",
        "INSERT INTO other.users (anything) VALUES (1)",
        "UPDATE OR IGNORE users SET name = 'x'",
        "DELETE FROM users WHERE name ISNULL OR name GLOB 'a*'",
    ] {
        each(&[Sqlite], sql, &[]);
    }
    for sql in [
        "SELECT ctid, xmin, tableoid::regclass, users FROM users",
        "UPDATE ONLY users SET name = 'x'",
        "DELETE FROM ONLY users",
        "SELECT relname FROM pg_class WHERE oid = 1",
        "SELECT table_name FROM information_schema.tables",
        "SELECT last_value FROM users_id_seq",
        "SELECT x FROM generate_series(1, 10) AS x",
        "SELECT g FROM generate_series(1, 3) g, users",
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = users.name || EXCLUDED.name RETURNING old.id, new.name",
        "SELECT e.value FROM users u, LATERAL jsonb_each(u.name::jsonb) AS e",
        "SELECT extract(epoch FROM now()), date_trunc('day', now()), interval '1 day'",
        "UPDATE users SET name = (addr).city FROM somewhere.addresses addr",
        "SELECT array_agg(id ORDER BY name) FILTER (WHERE status = 'a') FROM users",
        "DO $$ BEGIN PERFORM nothing FROM nowhere; END $$",
        "SELECT setval('users_id_seq', (SELECT max(id) FROM users))",
        "WITH gone AS (DELETE FROM tasks RETURNING id, title) INSERT INTO users (id, name) SELECT id, title FROM gone",
        "COPY users FROM '/tmp/x'",
        "MERGE INTO users u USING nowhere n ON n.id = u.id WHEN MATCHED THEN DELETE",
        "SELECT normalize(name, NFC) FROM users",
        "SELECT DISTINCT ON (name) id FROM users ORDER BY name",
        "LOCK TABLE users IN SHARE MODE; ANALYZE users; GRANT SELECT ON users TO someone; VACUUM users; SET LOCAL x.y = 'z'",
    ] {
        each(&[Pg], sql, &[]);
    }
    for sql in [
        "UPDATE users, tasks SET users.name = tasks.title, weight = 1 WHERE tasks.user_id = users.id",
        "DELETE t FROM tasks AS t LEFT JOIN users ON users.id = t.user_id WHERE users.id IS NULL",
        "DELETE FROM t USING tasks AS t JOIN users AS u ON u.id = t.user_id",
        "INSERT INTO users (id, name) SELECT id, title FROM tasks ON DUPLICATE KEY UPDATE name = tasks.title",
        "INSERT INTO users (id, weight2) SELECT 1, seq FROM seq_1_to_10",
        "INSERT INTO tasks (id, user_id) VALUES (1, id + 1)",
        "SELECT timestampdiff(SECOND, name, now()), @x, date_add(name, INTERVAL 1 DAY) FROM users",
        "UPDATE users SET name = convert(name USING utf8mb4)",
        "INSERT IGNORE INTO users (id) VALUES (1)",
        "UPDATE users SET name = \"text\"",
        "SELECT 1 FROM dual",
        "SELECT `u`.`id` FROM `users` AS `u`",
        "INSERT INTO users (id) VALUES (1) ON DUPLICATE KEY UPDATE name = VALUES(name)",
    ] {
        let quiet = said(sql, Mysql)
            .into_iter()
            .filter(|name| name != "users.weight2")
            .collect::<Vec<_>>();
        assert!(quiet.is_empty(), "{sql}: {quiet:?}");
    }
}

#[test]
fn what_nests_too_deep_is_let_be() {
    let wide = (0..20_000).map(|id| format!("({id}, -{id})")).collect::<Vec<_>>().join(", ");
    each(ALL, &format!("INSERT INTO users (id, nam) VALUES {wide}"), &["users.nam"]);
    let deep = vec!["id = 1"; 100_000].join(" OR ");
    each(ALL, &format!("DELETE FROM users WHERE {deep}"), &[]);
    let nested = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    each(ALL, &nested, &[]);
}

proptest! {
    #[test]
    fn no_text_is_too_odd(words in proptest::collection::vec(prop::sample::select(vec![
        "SELECT", "FROM", "users", "tasks", "u", ".", ",", "(", ")", ";", "*", "AS", "WHERE", "id", "name", "INSERT INTO", "VALUES",
        "UPDATE", "SET", "=", "DELETE", "USING", "JOIN", "ON", "WITH", "'", "\"", "`", "$$", "1", "EXISTS", "IN", "UNION", "LATERAL",
        "RETURNING", "CONFLICT", "DO", "CASE", "WHEN", "END", "OVER", "é", "--", "/*", "ORDER BY", "@x", "::", "[", "]", "\\",
    ]), 0..30), glue in prop::sample::select(vec![" ", ""])) {
        let sql = words.join(glue);
        for &engine in Engine::ALL {
            faults(&sql, engine, &schema());
        }
    }
}

#[test]
fn a_column_that_is_written_is_no_string_in_double_quotes() {
    each(
        &[Sqlite, Pg],
        "UPDATE users SET \"titel\" = 2 WHERE \"email\" IS NULL",
        &["users.titel"],
    );
    each(&[Sqlite, Pg], "INSERT INTO users (id, \"titel\") VALUES (1, 'x')", &["users.titel"]);
    each(&[Sqlite], "UPDATE users SET name = \"text\"", &[]);
}

#[test]
fn a_generated_column_takes_no_value() {
    let wrong = &["generated sums.double"];
    for sql in [
        "UPDATE sums SET id = 1, Double = 2",
        "UPDATE sums SET double = double WHERE id = 1",
        "INSERT INTO sums (id, double) VALUES (1, 2), (2, 4)",
        "INSERT INTO sums (id, double) SELECT id, id FROM users",
    ] {
        each(ALL, sql, wrong);
    }
    for sql in [
        "UPDATE sums SET double = DEFAULT",
        "INSERT INTO sums (id, double) VALUES (1, DEFAULT)",
    ] {
        each(&[Pg, Mysql], sql, &[]);
        each(&[Sqlite], sql, wrong);
    }
    each(&[Mysql], "UPDATE sums SET double = DEFAULT(double)", &[]);
    each(&[Mysql], "INSERT INTO sums (id, double) VALUES (1, NULL)", &[]);
    each(&[Pg], "INSERT INTO sums (id, double) VALUES (1, NULL)", wrong);
    each(
        &[Sqlite, Pg],
        "INSERT INTO sums (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET double = 1",
        wrong,
    );
    each(ALL, "INSERT INTO sums (id) SELECT double FROM sums WHERE double > 1", &[]);
}

#[test]
fn what_a_trigger_runs_is_looked_at() {
    for (body, engines, expected) in [
        (
            "AFTER DELETE BEGIN UPDATE users SET nmae = OLD.id WHERE id = OLD.id; END",
            &[Sqlite, Mysql][..],
            "users.nmae",
        ),
        (
            "AFTER DELETE BEGIN SELECT 1; DELETE FROM user WHERE id = OLD.id; END",
            &[Sqlite, Mysql],
            "table user",
        ),
        (
            "AFTER INSERT BEGIN UPDATE users SET name = NEW.titel; END",
            &[Sqlite, Mysql],
            "tasks.titel",
        ),
        (
            "AFTER INSERT FOR EACH ROW UPDATE users SET name = NEW.titel",
            &[Mysql],
            "tasks.titel",
        ),
        (
            "BEFORE UPDATE OF title WHEN NEW.titel IS NULL BEGIN SELECT 1; END",
            &[Sqlite],
            "tasks.titel",
        ),
        (
            "AFTER UPDATE BEGIN UPDATE sums SET double = double WHERE 0; END",
            &[Sqlite, Mysql],
            "generated sums.double",
        ),
        (
            "AFTER UPDATE BEGIN INSERT INTO users (id, mail) VALUES (NEW.id, OLD.title); END",
            &[Sqlite, Mysql],
            "users.mail",
        ),
    ] {
        for engine in engines {
            let found = faults_of_trigger(body, &ObjectName::new("tasks"), *engine, &schema());
            assert_eq!(shown(found), [expected], "{engine}: {body}");
        }
    }
    for (body, table) in [
        (
            "BEFORE INSERT WHEN NEW.weight < 0 BEGIN SELECT RAISE(ABORT, 'too light'); END",
            "tasks",
        ),
        (
            "AFTER UPDATE OF title ON tasks BEGIN UPDATE tasks SET weight = CASE WHEN NEW.title = '' THEN 0 ELSE OLD.weight END WHERE rowid = NEW.rowid; END",
            "tasks",
        ),
        (
            "INSTEAD OF INSERT BEGIN INSERT INTO users (id, name) VALUES (NEW.id, NEW.anything); END",
            "active",
        ),
        ("BEFORE INSERT FOR EACH ROW SET NEW.title = upper(NEW.title), @seen = 1", "tasks"),
        (
            "BEFORE INSERT FOR EACH ROW FOLLOWS other BEGIN IF NEW.weight < 0 THEN SIGNAL SQLSTATE '45000'; END IF; END",
            "tasks",
        ),
        (
            "AFTER INSERT FOR EACH ROW BEGIN DECLARE n INT; SELECT count(*) INTO n FROM users; UPDATE users SET name = n; END",
            "tasks",
        ),
        (
            "AFTER INSERT FOR EACH ROW BEGIN FOR rec IN (SELECT id FROM users) DO SET @a = 1; UPDATE users SET name = rec.id; END FOR; END",
            "tasks",
        ),
        ("BEFORE UPDATE FOR EACH ROW WHEN (NEW.titel IS NULL) EXECUTE FUNCTION f()", "tasks"),
        ("BEGIN", "tasks"),
        ("END WHEN BEGIN", "nowhere"),
        ("", "tasks"),
    ] {
        for engine in ALL {
            let found = faults_of_trigger(body, &ObjectName::new(table), *engine, &schema());
            assert_eq!(shown(found), [""; 0], "{engine}: {body}");
        }
    }
}
