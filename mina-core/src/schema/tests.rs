use super::*;
use crate::engine::{Engine, Product};
use proptest::prelude::*;
use std::collections::BTreeSet;

const PG: Target = Target {
    product: Product::Postgres,
    version: (14, 0),
};
const MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 6),
};
const MYSQL: Target = Target {
    product: Product::Mysql,
    version: (8, 0),
};

fn named(text: &str) -> Name {
    Name {
        text: text.into(),
        derived: false,
    }
}

fn object(name: &str) -> ObjectName {
    ObjectName::new(name)
}

fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(|&one| one.into()).collect()
}

fn expression(text: &str) -> Expression {
    Expression::parse(text, Engine::Sqlite).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn column(name: &str) -> Column {
    Column {
        name: name.into(),
        ty: Type::Integer,
        nullable: false,
        default: None,
        generated: None,
        identity: false,
        collation: None,
        comment: None,
        origin: Origin::default(),
    }
}

fn index(name: &str, keys: Vec<IndexKey>) -> Index {
    let element = |key| IndexElement {
        key,
        descending: false,
        nulls_first: None,
        collation: None,
        class: None,
    };
    Index {
        name: named(name),
        elements: keys.into_iter().map(element).collect(),
        unique: true,
        nulls_not_distinct: false,
        filter: None,
        method: None,
        include: Vec::new(),
        serves_key: false,
        origin: Origin::default(),
    }
}

fn key_to(table: &str, name: &str) -> ForeignKey {
    ForeignKey {
        name: named(name),
        columns: strings(&["parent_id"]),
        table: object(table),
        referred: strings(&["id"]),
        on_delete: Action::NoAction,
        on_update: Action::NoAction,
        deferral: Deferral::No,
        not_valid: false,
        origin: Origin::default(),
    }
}

fn table(name: &str) -> Table {
    Table {
        name: object(name),
        columns: ["id", "parent_id", "email", "age"].map(column).into(),
        primary_key: Some(PrimaryKey {
            name: named(&format!("pk_{name}")),
            columns: strings(&["id"]),
            origin: Origin::default(),
        }),
        foreign_keys: Vec::new(),
        uniques: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
        comment: None,
        options: Vec::new(),
        origin: Origin::default(),
    }
}

fn check(name: &str, text: &str) -> Check {
    Check {
        name: named(name),
        expression: expression(text),
        not_valid: false,
        origin: Origin::default(),
    }
}

fn schema() -> Schema {
    let mut users = table("users");
    users.indexes.push(index("ix_email", vec![IndexKey::Column("email".into())]));
    users.checks.push(check("ck_age", "users.age > 0 AND email IS NOT NULL"));
    users.foreign_keys.push(key_to("users", "fk_self"));
    let mut tasks = table("tasks");
    tasks.foreign_keys.push(key_to("users", "fk_tasks_users"));
    let mut schema = Schema::default();
    schema.put_table(users);
    schema.put_table(tasks);
    schema.put_trigger(Trigger {
        name: "touch".into(),
        table: object("users"),
        body: "AFTER INSERT BEGIN SELECT 1; END".into(),
        origin: Origin::default(),
    });
    schema.put_enum(Enum {
        name: object("state"),
        values: strings(&["open"]),
        origin: Origin::default(),
    });
    schema
}

fn taken(target: Target, name: &str, kind: OccupantKind, on: Option<&str>) -> String {
    let on = on.map(object);
    let occupant = schema().name_taken(target, &object(name), kind, on.as_ref());
    occupant.map_or_else(|| "free".to_owned(), |occupant| occupant.to_string())
}

#[test]
fn a_name_is_taken_under_the_rules_of_the_engine() {
    use OccupantKind as Kind;
    let table = |target, name| taken(target, name, Kind::Table, None);
    insta::assert_snapshot!(table(Target::SQLITE, "Users"), @"table `users`");
    insta::assert_snapshot!(table(Target::SQLITE, "ix_email"), @"index `ix_email` on `users`");
    insta::assert_snapshot!(table(Target::SQLITE, "pk_users"), @"free");
    insta::assert_snapshot!(table(Target::SQLITE, "touch"), @"free");
    insta::assert_snapshot!(table(PG, "PK_users"), @"primary key `pk_users` on `users`");
    insta::assert_snapshot!(table(PG, "state"), @"enum `state`");
    insta::assert_snapshot!(table(PG, "fk_self"), @"free");
    insta::assert_snapshot!(table(MARIADB, "ix_email"), @"free");

    let on_tasks = |target, name, kind| taken(target, name, kind, Some("tasks"));
    insta::assert_snapshot!(on_tasks(PG, "ix_email", Kind::Index), @"index `ix_email` on `users`");
    insta::assert_snapshot!(on_tasks(MARIADB, "ix_email", Kind::Index), @"free");
    insta::assert_snapshot!(on_tasks(MARIADB, "fk_self", Kind::ForeignKey), @"foreign key `fk_self` on `users`");
    insta::assert_snapshot!(on_tasks(PG, "fk_self", Kind::ForeignKey), @"free");
    insta::assert_snapshot!(on_tasks(PG, "ck_age", Kind::Check), @"free");
    insta::assert_snapshot!(on_tasks(MYSQL, "ck_age", Kind::Check), @"check `ck_age` on `users`");
    insta::assert_snapshot!(on_tasks(Target::SQLITE, "fk_tasks_users", Kind::Check), @"foreign key `fk_tasks_users` on `tasks`");
    insta::assert_snapshot!(on_tasks(Target::SQLITE, "touch", Kind::Trigger), @"trigger `touch` on `users`");
    insta::assert_snapshot!(on_tasks(PG, "touch", Kind::Trigger), @"free");
}

#[test]
fn a_name_is_free_in_another_schema_and_after_its_object_went() {
    let mut schema = schema();
    let kind = OccupantKind::Table;
    let qualified = ObjectName {
        schema: Some("analytics".into()),
        name: "users".into(),
    };
    assert_eq!(schema.name_taken(PG, &qualified, kind, None), None);
    schema.edit(&object("users"), |table| {
        table.remove_index("ix_email");
    });
    assert_eq!(schema.name_taken(PG, &object("ix_email"), kind, None), None);
    schema.remove_table(&object("users"));
    for name in ["users", "pk_users"] {
        assert_eq!(schema.name_taken(PG, &object(name), kind, None), None, "{name}");
    }
}

#[test]
fn a_renamed_table_is_followed_by_keys_expressions_and_triggers() {
    let mut schema = schema();
    schema.rename_table(&object("users"), &object("people"));
    let people = object("people");
    let referring: Vec<String> = schema
        .referring(&people)
        .map(|(table, key)| format!("{} {}", table.name, key.name))
        .collect();
    assert_eq!(referring, ["people fk_self", "tasks fk_tasks_users"]);
    assert_eq!(schema.referring(&object("users")).count(), 0);
    let table = schema.table(&people).unwrap();
    insta::assert_snapshot!(table.checks[0].expression, @"people.age > 0 AND email IS NOT NULL");
    assert!(schema.trigger(&people, "touch").is_some());
    assert_eq!(schema.triggers_on(&object("users")).count(), 0);
    schema.rename_table(&people, &object("users"));
    assert_eq!(schema, self::schema());
}

#[test]
fn a_renamed_column_is_followed_by_all_that_names_it() {
    let mut schema = schema();
    let users = object("users");
    schema.edit(&users, |table| {
        table.column_mut("email").unwrap().generated = Some(Generated {
            expression: expression("id + 1"),
            stored: true,
        });
        let mut partial = index(
            "ix_partial",
            vec![IndexKey::Expression(expression("abs(id)")), IndexKey::Column("id".into())],
        );
        partial.filter = Some(expression("id > 7"));
        partial.include = strings(&["id"]);
        table.indexes.push(partial);
    });
    let before = schema.clone();
    schema.rename_column(&users, "id", "uid");
    let table = schema.table(&users).unwrap();
    assert!(table.column("uid").is_some() && table.column("id").is_none());
    assert_eq!(
        table.constraints_using("id").count() + table.indexes_using("id").count() + table.generated_using("id").count(),
        0
    );
    assert_eq!(table.generated_using("uid").count(), 1);
    assert_eq!(table.index("ix_partial").unwrap().columns(), ["uid"]);
    assert!(schema.referring(&users).all(|(_, key)| key.referred == ["uid"]));
    schema.rename_column(&users, "uid", "id");
    assert_eq!(schema, before);
}

#[test]
fn a_key_refers_to_what_is_unique_in_any_order() {
    let mut table = table("users");
    table.uniques.push(Unique {
        name: named("uq"),
        columns: strings(&["parent_id", "age"]),
        nulls_not_distinct: false,
        deferral: Deferral::No,
        origin: Origin::default(),
    });
    let key = |name: &str| IndexKey::Column(name.into());
    let mut partial = index("ix_partial", vec![key("age")]);
    partial.filter = Some(expression("age > 1"));
    let mut plain = index("ix_plain", vec![key("parent_id")]);
    plain.unique = false;
    table.indexes = vec![
        partial,
        plain,
        index("ix_lower", vec![IndexKey::Expression(expression("lower(email)"))]),
        index("ix_email", vec![key("email")]),
    ];
    let by = |columns: &[&str]| {
        table
            .uniqueness_of(&strings(columns))
            .map_or("none", |name| name.text.as_str())
            .to_owned()
    };
    assert_eq!(by(&["id"]), "pk_users");
    assert_eq!(by(&["age", "parent_id"]), "uq");
    assert_eq!(by(&["email"]), "ix_email");
    for columns in [&["age"][..], &["parent_id"], &["id", "email"], &[]] {
        assert_eq!(by(columns), "none", "{columns:?}");
    }
}

#[test]
fn a_constraint_is_found_and_taken_off_by_name_whatever_its_kind() {
    let schema = schema();
    let mut table = Table::clone(schema.table(&object("users")).unwrap());
    for name in ["pk_users", "fk_self", "ck_age"] {
        let taken = table.remove_constraint(name).unwrap();
        assert_eq!(taken.name().text, name);
        assert!(table.constraint(name).is_none());
        table.add_constraint(taken);
        assert!(table.constraint(name).is_some());
    }
    assert_eq!(table.remove_constraint("ix_email"), None);
    assert_eq!(&table, &**schema.table(&object("users")).unwrap());
}

#[test]
fn schemas_are_compared_where_they_went_apart() {
    let start = schema();
    let mut other = start.clone();
    other.edit(&object("tasks"), |table| table.comment = Some("todo".into()));
    other.put_table(table("notes"));
    let changed = |one: &Schema, other: &Schema| -> Vec<String> { one.changed_tables(other).map(|(name, ..)| name.to_string()).collect() };
    assert_eq!(changed(&start, &other), ["notes", "tasks"]);
    assert_ne!(start, other);
    other.remove_table(&object("notes"));
    other.edit(&object("tasks"), |table| table.comment = None);
    assert_eq!(start, other);
    assert_eq!(changed(&start, &Schema::default()), ["tasks", "users"]);
}

#[test]
fn a_long_history_is_dropped_without_recursion() {
    let mut schema = Schema::default();
    for at in 0..20_000 {
        schema.put_table(table(NAMES[at % 2]));
    }
    drop(schema);
}

#[derive(Clone, Debug)]
enum Change {
    Put(usize, usize, bool),
    Remove(usize),
    Rename(usize, usize),
    Key(usize, usize),
    Index(usize),
    Column(usize),
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = 0..NAMES.len();
    let change = prop_oneof![
        (one.clone(), one.clone(), any::<bool>()).prop_map(|(name, to, check)| Change::Put(name, to, check)),
        one.clone().prop_map(Change::Remove),
        (one.clone(), one.clone()).prop_map(|(from, to)| Change::Rename(from, to)),
        (one.clone(), one.clone()).prop_map(|(from, to)| Change::Key(from, to)),
        one.clone().prop_map(Change::Index),
        one.prop_map(Change::Column),
    ];
    proptest::collection::vec(change, 0..20)
}

proptest! {
    #[test]
    fn what_is_kept_at_hand_never_goes_stale(changes in changes()) {
        let mut schema = Schema::default();
        let mut past: Vec<(Schema, Vec<Table>)> = Vec::new();
        let tables = |schema: &Schema| -> Vec<Table> { schema.tables().values().map(|table| Table::clone(table)).collect() };
        for (at, change) in changes.into_iter().enumerate() {
            // Now and then another schema shares what follows is changed in.
            if at % 3 == 0 {
                past.push((schema.clone(), tables(&schema)));
            }
            match change {
                Change::Put(name, to, with_check) => {
                    let mut table = table(NAMES[name]);
                    table.foreign_keys.push(key_to(NAMES[to], "fk"));
                    table.checks.extend(with_check.then(|| check("ck", "age > 0")));
                    schema.put_table(table);
                }
                Change::Remove(name) => {
                    schema.remove_table(&object(NAMES[name]));
                }
                Change::Rename(from, to) if schema.table(&object(NAMES[to])).is_none() => schema.rename_table(&object(NAMES[from]), &object(NAMES[to])),
                Change::Rename(..) => {}
                Change::Key(name, to) => {
                    let name = object(NAMES[name]);
                    if schema.table(&name).is_some_and(|table| table.constraint("fk_more").is_none()) {
                        schema.add_constraint(&name, Constraint::ForeignKey(key_to(NAMES[to], "fk_more")));
                    }
                }
                Change::Index(name) => schema.add_index(&object(NAMES[name]), index("ix_more", vec![IndexKey::Column("id".into())])),
                Change::Column(name) => schema.edit_column(&object(NAMES[name]), "id", |column| column.nullable = !column.nullable),
            }
        }
        let last = tables(&schema);
        for (earlier, were) in &past {
            prop_assert_eq!(&tables(earlier), were);
            prop_assert_eq!(*earlier == schema, *were == last);
        }
        let mut anew = Schema::default();
        last.into_iter().for_each(|table| anew.put_table(table));
        for kind in [OccupantKind::Index, OccupantKind::ForeignKey, OccupantKind::Check] {
            for (name, on) in ["fk", "fk_more", "ix_more", "ck"].iter().flat_map(|name| NAMES.map(|on| (name, on))) {
                let taken = |schema: &Schema| schema.name_taken(PG, &object(name), kind, Some(&object(on))).is_some();
                prop_assert_eq!(taken(&schema), taken(&anew), "{} on {}", name, on);
            }
        }
        for name in NAMES.map(object) {
            let mut kept: Vec<_> = schema.referring(&name).map(|(table, _)| table.name.clone()).collect();
            kept.dedup();
            let tables = schema.tables().values();
            let there: Vec<_> = tables.filter(|table| table.foreign_keys.iter().any(|key| key.table == name)).map(|table| table.name.clone()).collect();
            prop_assert_eq!(kept, there);
            prop_assert_eq!(schema.name_taken(PG, &name, OccupantKind::Table, None).is_some(), schema.table(&name).is_some());
        }
        let keys: BTreeSet<String> = schema.tables().values().filter_map(|table| Some(table.primary_key.as_ref()?.name.text.clone())).collect();
        for name in NAMES.map(|name| format!("pk_{name}")) {
            prop_assert_eq!(schema.name_taken(PG, &object(&name), OccupantKind::Index, None).is_some(), keys.contains(&name));
        }
    }
}
