use super::*;
use crate::engine::Engine;
use crate::schema::{Check, Expression, IndexElement, IndexKey, Name, Origin, PrimaryKey, Type, Unique};

fn named(text: &str) -> Name {
    Name {
        text: text.into(),
        derived: false,
    }
}

fn column(name: &str, ty: Type) -> Column {
    Column {
        name: name.into(),
        ty,
        nullable: false,
        default: None,
        generated: None,
        identity: false,
        collation: None,
        comment: None,
        origin: Origin::default(),
    }
}

fn users() -> Table {
    Table {
        name: ObjectName::new("users"),
        columns: vec![column("id", Type::Integer), column("email", Type::Text)],
        primary_key: Some(PrimaryKey {
            name: named("pk_users"),
            columns: vec!["id".into()],
            origin: Origin::default(),
        }),
        foreign_keys: Vec::new(),
        uniques: Vec::new(),
        checks: vec![Check {
            name: named("ck_email"),
            expression: Expression::parse("length(email) > 3", Engine::Sqlite).unwrap(),
            not_valid: false,
            origin: Origin::default(),
        }],
        exclusions: Vec::new(),
        indexes: vec![Index {
            name: named("ix_email"),
            elements: vec![IndexElement {
                key: IndexKey::Column("email".into()),
                descending: false,
                nulls_first: None,
                collation: None,
                class: None,
            }],
            unique: false,
            nulls_not_distinct: false,
            filter: None,
            method: None,
            include: Vec::new(),
            serves_key: false,
            origin: Origin::default(),
        }],
        comment: None,
        options: Vec::new(),
        origin: Origin::default(),
    }
}

fn schema(tables: impl IntoIterator<Item = Table>) -> Schema {
    let mut schema = Schema::default();
    tables.into_iter().for_each(|table| schema.put_table(table));
    schema
}

fn shown(want: &Schema, have: &Schema) -> String {
    let object = |object: &Object| match object {
        Object::Table(table) => format!("table {}", table.name),
        Object::Column(table, column) => format!("column {table}.{}", column.name),
        Object::Constraint(table, constraint) => format!("{} {} on {table}", constraint.as_ref().occupant_kind(), constraint.name()),
        Object::Index(table, index) => format!("index {} on {table}", index.name),
        Object::Enum(object) => format!("enum {}", object.name),
        Object::Sequence(object) => format!("sequence {}", object.name),
        Object::View(object) => format!("view {}", object.name),
        Object::Trigger(object) => format!("trigger {} on {}", object.name, object.table),
        Object::Function(object) => format!("function {}", object.name),
        Object::Extension(name) => format!("extension {name}"),
        Object::Namespace(name) => format!("namespace {name}"),
    };
    let line = |difference: &Difference| match difference {
        Difference::LeftOver(left) => format!("left over: {}\n", object(left)),
        Difference::Missing(missing) => format!("missing: {}\n", object(missing)),
        Difference::Changed(want, have) => format!("changed: {} / {}\n", object(want), object(have)),
        Difference::Comment { table, want, have } => format!("comment of {table}: {want:?} / {have:?}\n"),
        Difference::Options { table } => format!("options of {table}\n"),
    };
    compare(want, have).iter().map(line).collect()
}

#[test]
fn order_of_columns_and_origins_are_no_difference() {
    let mut other = users();
    other.columns.reverse();
    other.checks[0].expression = Expression::parse("( LENGTH(email) )>3", Engine::Sqlite).unwrap();
    other.indexes[0].name.derived = true;
    assert_eq!(shown(&schema([users()]), &schema([other])), "");
}

#[test]
fn every_part_of_a_table_is_compared_under_its_name() {
    let mut other = users();
    other.columns.remove(1);
    other.columns[0].ty = Type::BigInt;
    other.columns.push(column("bio", Type::Text));
    other.checks.clear();
    other.uniques.push(Unique {
        name: named("pk_users"),
        columns: vec!["id".into()],
        nulls_not_distinct: false,
        deferral: Default::default(),
        origin: Origin::default(),
    });
    other.primary_key = None;
    other.indexes[0].unique = true;
    other.comment = Some("people".into());
    other.options = vec![("strict".into(), crate::schema::Value::Bool(true))];
    insta::assert_snapshot!(shown(&schema([users()]), &schema([other])), @r#"
    changed: column users.id / column users.id
    missing: column users.email
    left over: column users.bio
    changed: primary key pk_users on users / unique constraint pk_users on users
    missing: check ck_email on users
    changed: index ix_email on users / index ix_email on users
    comment of users: None / Some("people")
    options of users
    "#);
}

#[test]
fn tables_come_first_in_the_order_of_their_names() {
    let table = |name: &str| Table {
        name: ObjectName::new(name),
        ..users()
    };
    let mut want = schema([table("b"), table("c")]);
    let mut have = schema([table("a"), table("b")]);
    let state = |values: &[&str]| Enum {
        name: ObjectName::new("state"),
        values: values.iter().map(|&value| value.into()).collect(),
        origin: Origin::default(),
    };
    want.put_enum(state(&["open"]));
    have.put_enum(state(&["open", "done"]));
    let view = |body: &str| View {
        name: ObjectName::new("active"),
        body: body.into(),
        origin: Origin::default(),
    };
    want.put_view(view("SELECT id FROM b WHERE email <> 'a  b'"));
    have.put_view(view("select id\n  from b where email <> 'a  b'"));
    have.put_namespace(ObjectName::new("analytics"), Origin::default());
    insta::assert_snapshot!(shown(&want, &have), @r"
    left over: table a
    missing: table c
    changed: enum state / enum state
    left over: namespace analytics
    ");
    have.put_view(view("SELECT id FROM b WHERE email <> 'a b'"));
    assert!(shown(&want, &have).contains("changed: view active"));
}

#[test]
fn what_is_tainted_is_left_out() {
    let mut other = users();
    other.columns.remove(1);
    other.checks.clear();
    let mut have = schema([other]);
    have.taint.add("email");
    assert_eq!(shown(&schema([users()]), &have), "missing: check ck_email on users\n");
    have.taint.add("users");
    assert_eq!(shown(&schema([users()]), &have), "");
    have.remove_table(&ObjectName::new("users"));
    assert_eq!(shown(&schema([users()]), &have), "");
    let mut nothing = Schema::default();
    nothing.taint.all = true;
    assert_eq!(shown(&schema([users()]), &nothing), "");
}

#[test]
fn a_name_that_is_said_is_for_what_it_is_said_of() {
    let unique = |name: &str, derived: bool, column: &str| Unique {
        name: Name { derived, ..named(name) },
        columns: vec![column.into()],
        nulls_not_distinct: false,
        deferral: crate::schema::Deferral::default(),
        origin: Origin::default(),
    };
    let (mut have, mut want) = (users(), users());
    have.uniques.push(unique("uq", false, "email"));
    want.uniques.push(unique("uq_users_email", true, "email"));
    let holds = |have: &Table, want: &Table| {
        let old = piece::Piece::Constraint(have.name.clone(), "uq".into());
        piece::kept(have, want, true).iter().any(|kept| kept.have == old)
    };
    assert!(holds(&have, &want));
    want.columns.push(column("code", Type::Text));
    want.uniques.push(unique("uq", false, "code"));
    assert!(!holds(&have, &want));
}
