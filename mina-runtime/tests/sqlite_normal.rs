//! A schema that SQLite is told comes back as it is, and one that differs in anything comes back different.
#![cfg(feature = "sqlite")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mina_core::engine::Engine;
use mina_core::normal::{Normal, differences};
use mina_core::schema::{
    Action, Check, Column, Default, Deferral, Enum, Expression, ForeignKey, Generated, Index, IndexElement, IndexKey, Name, ObjectName,
    Origin, PrimaryKey, Schema, Table, Trigger, Type, Unique, Value, View,
};
use mina_core::sql::Dialect;
use mina_core::sql::sqlite::{Sqlite, create_trigger, lower, quote};
use mina_runtime::sqlite::introspect;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const COLUMNS: [&str; 6] = ["id", "Name", "two words", "order", "q\"q", "größe"];
const TABLES: [&str; 2] = ["users", "it's \"me\""];
const EXPRESSIONS: [&str; 12] = [
    "length({}) > 0",
    "{} IS NOT NULL AND {} <> 'it''s'",
    "{} IN (1, 'a', NULL) OR {} BETWEEN 1 AND 2",
    "CASE WHEN {} THEN 1 ELSE 0 END = 1",
    "({} + 1) * 2 - 3 > -4.50",
    "{} NOT GLOB 'a*' -- not so\n",
    "{} || 'x' COLLATE nocase <> 'y'",
    "CAST({} AS INTEGER) = 1",
    "json_extract({}, '$.a') IS NOT 1",
    "coalesce({}, lower({})) NOT LIKE '%\\%' ESCAPE '\\'",
    "{} & 1 << 2 = ~0 AND NOT {}",
    "substr({}, 1, 2) = X'00ff'",
];

#[derive(Clone, Debug)]
struct Element {
    column: usize,
    expression: Option<usize>,
    descending: bool,
    collation: usize,
}

#[derive(Clone, Debug)]
struct Plan {
    columns: Vec<(usize, bool, usize, usize, Option<bool>)>,
    key: Vec<usize>,
    options: (bool, bool, bool, bool),
    uniques: Vec<Vec<usize>>,
    checks: Vec<(usize, usize)>,
    keys: Vec<(usize, usize, Action, Action, Deferral)>,
    indexes: Vec<(Vec<Element>, bool, Option<usize>)>,
}

fn types() -> Vec<Type> {
    vec![
        Type::Bool,
        Type::SmallInt,
        Type::Integer,
        Type::BigInt,
        Type::Double,
        Type::Numeric(Some((10, 2))),
        Type::Varchar(Some(20)),
        Type::Text,
        Type::Binary,
        Type::Date,
        Type::Time,
        Type::Timestamp,
        Type::Uuid,
        Type::Json,
        Type::Jsonb,
        Type::Interval,
        Type::Array(Box::new(Type::Text)),
        Type::Unsigned(Box::new(Type::BigInt)),
        Type::Enum(ObjectName::new("mood")),
        Type::Custom("Point(2,  3)".into()),
    ]
}

fn expression(template: usize, column: &str) -> Expression {
    let text = EXPRESSIONS[template % EXPRESSIONS.len()].replace("{}", &quote(column));
    Expression::parse(&text, Engine::Sqlite).unwrap()
}

fn default(which: usize) -> Option<Default> {
    let text = |text: &str| text.to_owned();
    let sql = |text: &str| Some(Default::Sql(Expression::parse(text, Engine::Sqlite).unwrap()));
    let value = match which {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::Integer(text("-12")),
        3 => Value::Decimal(text("1.50")),
        4 => Value::String(text("it's \"me\"\n")),
        5 => Value::String(text("a\0b")),
        6 => Value::String(text("007")),
        7 => Value::Bytes(vec![0, 255]),
        8 => Value::Json(text("{\"a\": [1]}")),
        9 => Value::Now,
        10 => Value::Today,
        11 => Value::Uuid,
        12 => return sql("1 + 2"),
        13 => return sql("(current_timestamp)"),
        14 => return sql("'x' || lower('Y')"),
        15 => Value::Decimal(text("-2e3")),
        _ => return None,
    };
    Some(Default::Value(value))
}

fn name(text: String) -> Name {
    Name { text, derived: false }
}

fn collation(which: usize) -> Option<String> {
    [None, Some("NOCASE"), Some("rtrim"), Some("BINARY")][which % 4].map(str::to_owned)
}

impl Plan {
    fn names(&self) -> Vec<&'static str> {
        COLUMNS[..self.columns.len()].to_vec()
    }

    fn table(&self, at: usize, others: &[&Plan]) -> Table {
        let names = self.names();
        let of = |column: usize| names[column % names.len()].to_owned();
        let (strict, without_rowid, autoincrement, counted) = self.options;
        let stored: Vec<usize> = (0..names.len()).filter(|at| *at == 0 || self.columns[*at].4.is_none()).collect();
        let mut key: Vec<String> = self.key.iter().map(|at| names[stored[at % stored.len()]].to_owned()).collect();
        key.dedup();
        if key.len() > 1 && key.first() == key.last() {
            key.pop();
        }
        let without_rowid = without_rowid && !key.is_empty();
        let counts = counted && key.len() == 1 && !without_rowid;
        let columns = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (ty, nullable, default, collation, generated))| {
                let identity = counts && key == [names[at]];
                let generated = generated.filter(|_| at > 0).map(|stored| Generated {
                    expression: expression(at, names[0]),
                    stored,
                });
                Column {
                    name: names[at].to_owned(),
                    ty: if identity {
                        Type::BigInt
                    } else {
                        types()[ty % types().len()].clone()
                    },
                    nullable: *nullable && !identity && !key.contains(&names[at].to_owned()),
                    default: if generated.is_some() || identity {
                        None
                    } else {
                        self::default(*default)
                    },
                    generated,
                    identity,
                    collation: self::collation(*collation),
                    comment: Some("nothing of SQLite's".into()),
                    origin: Origin::default(),
                }
            });
        let columns = columns.collect();
        let options = [
            ("autoincrement", autoincrement && counts),
            ("strict", strict),
            ("without_rowid", without_rowid),
        ];
        Table {
            name: ObjectName::new(TABLES[at]),
            columns,
            primary_key: (!key.is_empty()).then(|| PrimaryKey {
                name: name(format!("pk {at}")),
                columns: key,
                origin: Origin::default(),
            }),
            foreign_keys: self
                .keys
                .iter()
                .enumerate()
                .map(|(number, (column, table, on_delete, on_update, deferral))| ForeignKey {
                    name: name(format!("fk{number}")),
                    columns: vec![of(*column)],
                    table: ObjectName::new(TABLES[table % others.len()]),
                    referred: vec![others[table % others.len()].names()[0].to_owned()],
                    on_delete: *on_delete,
                    on_update: *on_update,
                    deferral: *deferral,
                    not_valid: false,
                    origin: Origin::default(),
                })
                .collect(),
            uniques: self
                .uniques
                .iter()
                .enumerate()
                .map(|(number, columns)| {
                    let mut columns: Vec<String> = columns.iter().map(|column| of(*column)).collect();
                    columns.sort();
                    columns.dedup();
                    Unique {
                        name: name(format!("uq'{number}")),
                        columns,
                        nulls_not_distinct: false,
                        deferral: Deferral::No,
                        origin: Origin::default(),
                    }
                })
                .collect(),
            checks: self
                .checks
                .iter()
                .enumerate()
                .map(|(number, (template, column))| Check {
                    name: name(format!("CK{number}")),
                    expression: expression(*template, &of(*column)),
                    not_valid: false,
                    origin: Origin::default(),
                })
                .collect(),
            exclusions: Vec::new(),
            indexes: self
                .indexes
                .iter()
                .enumerate()
                .map(|(number, (elements, unique, filter))| Index {
                    name: name(format!("ix {at} {number}")),
                    elements: elements
                        .iter()
                        .map(|element| IndexElement {
                            key: match element.expression {
                                Some(template) => IndexKey::Expression(expression(template, &of(element.column))),
                                None => IndexKey::Column(of(element.column)),
                            },
                            descending: element.descending,
                            nulls_first: None,
                            collation: self::collation(element.collation),
                            class: None,
                        })
                        .collect(),
                    unique: *unique,
                    nulls_not_distinct: false,
                    filter: filter.map(|template| expression(template, &of(template))),
                    method: None,
                    include: Vec::new(),
                    serves_key: false,
                    origin: Origin::default(),
                })
                .collect(),
            comment: Some("nothing of SQLite's".into()),
            options: options.into_iter().map(|(key, set)| (key.to_owned(), Value::Bool(set))).collect(),
            origin: Origin::default(),
        }
    }
}

fn plans() -> impl Strategy<Value = Plan> {
    let column = (
        0..20usize,
        any::<bool>(),
        0..24usize,
        0..8usize,
        option::weighted(0.2, any::<bool>()),
    );
    let element = (0..6usize, option::weighted(0.3, 0..12usize), any::<bool>(), 0..8usize);
    let element = element.prop_map(|(column, expression, descending, collation)| Element {
        column,
        expression,
        descending,
        collation,
    });
    let action = select(vec![
        Action::NoAction,
        Action::Restrict,
        Action::Cascade,
        Action::SetNull,
        Action::SetDefault,
    ]);
    let deferral = select(vec![Deferral::No, Deferral::Deferrable, Deferral::InitiallyDeferred]);
    (
        vec(column, 1..6),
        vec(0..6usize, 0..3),
        any::<(bool, bool, bool, bool)>(),
        vec(vec(0..6usize, 1..3), 0..3),
        vec((0..12usize, 0..6usize), 0..3),
        vec((0..6usize, 0..2usize, action.clone(), action, deferral), 0..3),
        vec((vec(element, 1..3), any::<bool>(), option::of(0..12usize)), 0..3),
    )
        .prop_map(|(columns, key, options, uniques, checks, keys, indexes)| Plan {
            columns,
            key,
            options,
            uniques,
            checks,
            keys,
            indexes,
        })
}

fn schema(plans: &[&Plan]) -> Schema {
    let mut schema = Schema::default();
    schema.put_enum(Enum {
        name: ObjectName::new("mood"),
        values: vec!["sad".into(), "it's ok".into()],
        origin: Origin::default(),
    });
    for (at, plan) in plans.iter().enumerate() {
        schema.put_table(plan.table(at, plans));
    }
    schema.put_view(View {
        name: ObjectName::new("some view"),
        body: "\n  SELECT \"id\" FROM users -- all\n".into(),
        origin: Origin::default(),
    });
    for (name, body) in [
        ("plain", "INSERT BEGIN SELECT 1; END"),
        (
            "each",
            "AFTER UPDATE OF id ON users FOR EACH ROW WHEN new.id > 1 BEGIN SELECT 1; END",
        ),
    ] {
        schema.put_trigger(Trigger {
            name: name.into(),
            table: ObjectName::new("users"),
            body: body.into(),
            origin: Origin::default(),
        });
    }
    schema
}

fn made(schema: &Schema) -> Normal {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    let mut run = |sql: String| conn.batch_execute(&sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
    for table in schema.tables().values() {
        let lowered = lower(table, schema);
        run(lowered.create());
        lowered.indexes.into_iter().for_each(|index| run(index.sql));
    }
    for view in schema.views().values() {
        run(format!("CREATE VIEW {} AS {}", quote(&view.name.name), view.body));
    }
    for trigger in schema.triggers().values() {
        run(create_trigger(trigger));
    }
    introspect(&mut conn).unwrap()
}

fn difference(want: &Schema, have: &Normal) -> String {
    let all = differences(&Sqlite.normal(want), have, &Sqlite);
    all.iter().map(|difference| format!("{difference}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_sqlite_is_told_comes_back(one in plans(), other in plans()) {
        let schema = schema(&[&one, &other]);
        let live = made(&schema);
        prop_assert_eq!(difference(&schema, &live), "");
        prop_assert_eq!(difference(&live.schema, &live), "");
    }
}

/// A schema with every facet.
fn rich() -> Schema {
    let element = |column: usize, expression: Option<usize>| Element {
        column,
        expression,
        descending: false,
        collation: 0,
    };
    let plan = Plan {
        columns: vec![
            (2, false, 23, 0, None),
            (7, true, 4, 1, None),
            (2, true, 2, 0, None),
            (7, true, 23, 0, Some(true)),
            (18, true, 23, 0, None),
        ],
        key: vec![0],
        options: (false, false, true, true),
        uniques: vec![vec![1, 2]],
        checks: vec![(0, 1)],
        keys: vec![(2, 1, Action::Cascade, Action::NoAction, Deferral::No)],
        indexes: vec![(vec![element(1, None), element(2, Some(1))], false, Some(1))],
    };
    let other = Plan {
        columns: plan.columns[..1].to_vec(),
        keys: Vec::new(),
        uniques: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        ..plan.clone()
    };
    schema(&[&plan, &other])
}

type Change = (&'static str, fn(&mut Table));

const CHANGES: [Change; 29] = [
    ("type", |table| table.columns[1].ty = Type::Varchar(Some(3))),
    ("width", |table| table.columns[2].ty = Type::BigInt),
    ("nullability", |table| table.columns[1].nullable = false),
    ("default", |table| {
        table.columns[2].default = Some(Default::Value(Value::Integer("12".into())))
    }),
    ("no default", |table| table.columns[2].default = None),
    ("case of a default", |table| {
        table.columns[1].default = Some(Default::Value(Value::String("IT'S \"me\"\n".into())))
    }),
    ("collation", |table| table.columns[1].collation = Some("RTRIM".into())),
    ("no collation", |table| table.columns[1].collation = None),
    ("generated", |table| {
        table.columns[3].generated.as_mut().unwrap().expression = expression(1, "id")
    }),
    ("virtual", |table| table.columns[3].generated.as_mut().unwrap().stored = false),
    ("not generated", |table| table.columns[3].generated = None),
    ("counted", |table| table.columns[0].identity = false),
    ("enum", |table| table.columns[4].ty = Type::Text),
    ("name of a column", |table| table.columns[4].name = "NAMED".into()),
    ("column", |table| drop(table.columns.pop())),
    ("primary key", |table| table.primary_key = None),
    ("columns of a unique", |table| table.uniques[0].columns.reverse()),
    ("no unique", |table| table.uniques.clear()),
    ("check", |table| table.checks[0].expression = expression(0, "id")),
    ("action on delete", |table| table.foreign_keys[0].on_delete = Action::SetNull),
    ("action on update", |table| table.foreign_keys[0].on_update = Action::Restrict),
    ("deferral", |table| table.foreign_keys[0].deferral = Deferral::InitiallyDeferred),
    ("referred table", |table| table.foreign_keys[0].table = ObjectName::new("users")),
    ("order of an index", |table| table.indexes[0].elements[0].descending = true),
    ("collation of an index", |table| {
        table.indexes[0].elements[0].collation = Some("BINARY".into())
    }),
    ("expression of an index", |table| table.indexes[0].elements.reverse()),
    ("rows of an index", |table| table.indexes[0].filter = None),
    ("unique index", |table| table.indexes[0].unique = true),
    ("options", |table| table.options.clear()),
];

#[test]
fn a_difference_in_any_facet_is_a_difference() {
    let live = made(&rich());
    assert_eq!(difference(&rich(), &live), "");
    let said = CHANGES.map(|(what, change)| {
        let mut schema = rich();
        schema.edit(&ObjectName::new("users"), change);
        format!("{what}: {}", difference(&schema, &live))
    });
    insta::assert_snapshot!(said.concat(), @r##"
    type: column `users.Name` differs
        history:  #[collate = "NOCASE"] add_column users.Name: Nullable<Varchar<3>> = "it's \"me\"\n";
        database: #[collate = "NOCASE"] add_column users.Name: Nullable<Text> = "it's \"me\"\n";
    width: column `users.two words` differs
        history:  add_column users."two words": Nullable<BigInt> = -12;
        database: add_column users."two words": Nullable<Integer> = -12;
    nullability: column `users.Name` differs
        history:  #[collate = "NOCASE"] add_column users.Name: Text = "it's \"me\"\n";
        database: #[collate = "NOCASE"] add_column users.Name: Nullable<Text> = "it's \"me\"\n";
    default: column `users.two words` differs
        history:  add_column users."two words": Nullable<Integer> = 12;
        database: add_column users."two words": Nullable<Integer> = -12;
    no default: column `users.two words` differs
        history:  add_column users."two words": Nullable<Integer>;
        database: add_column users."two words": Nullable<Integer> = -12;
    case of a default: column `users.Name` differs
        history:  #[collate = "NOCASE"] add_column users.Name: Nullable<Text> = "IT'S \"me\"\n";
        database: #[collate = "NOCASE"] add_column users.Name: Nullable<Text> = "it's \"me\"\n";
    collation: column `users.Name` differs
        history:  #[collate = "RTRIM"] add_column users.Name: Nullable<Text> = "it's \"me\"\n";
        database: #[collate = "NOCASE"] add_column users.Name: Nullable<Text> = "it's \"me\"\n";
    no collation: column `users.Name` differs
        history:  add_column users.Name: Nullable<Text> = "it's \"me\"\n";
        database: #[collate = "NOCASE"] add_column users.Name: Nullable<Text> = "it's \"me\"\n";
    generated: column `users.order` differs
        history:  #[generated(r#""id" IS NOT NULL AND "id" <> 'it''s'"#, stored = true)] add_column users.order: Nullable<Text>;
        database: #[generated(r#"CASE WHEN "id" THEN 1 ELSE 0 END = 1"#, stored = true)] add_column users.order: Nullable<Text>;
    virtual: column `users.order` differs
        history:  #[generated(r#"CASE WHEN "id" THEN 1 ELSE 0 END = 1"#)] add_column users.order: Nullable<Text>;
        database: #[generated(r#"CASE WHEN "id" THEN 1 ELSE 0 END = 1"#, stored = true)] add_column users.order: Nullable<Text>;
    not generated: column `users.order` differs
        history:  add_column users.order: Nullable<Text>;
        database: #[generated(r#"CASE WHEN "id" THEN 1 ELSE 0 END = 1"#, stored = true)] add_column users.order: Nullable<Text>;
    counted: column `users.id` differs
        history:  add_column users.id: BigInt;
        database: add_column users.id: Integer; // counted up
    options of table `users` differ
        history:  none
        database: { autoincrement = true }
    enum: check `mood` of `users` is in the database alone
        create_check mood on users r#""q""q" IN ('sad', 'it''s ok')"#;
    name of a column: column `users.NAMED` is not in the database
        add_column users.NAMED: Nullable<Text>;
    column `users.q"q` is in the database alone
        add_column users."q\"q": Nullable<Text>;
    check `mood` of `users` differs
        history:  create_check mood on users r#""NAMED" IN ('sad', 'it''s ok')"#;
        database: create_check mood on users r#""q""q" IN ('sad', 'it''s ok')"#;
    column: column `users.q"q` is in the database alone
        add_column users."q\"q": Nullable<Text>;
    check `mood` of `users` is in the database alone
        create_check mood on users r#""q""q" IN ('sad', 'it''s ok')"#;
    primary key: column `users.id` differs
        history:  add_column users.id: BigInt;
        database: add_column users.id: Integer; // counted up
    primary key `pk 0` of `users` is in the database alone
        create_primary_key "pk 0" on users (id);
    options of table `users` differ
        history:  none
        database: { autoincrement = true }
    columns of a unique: unique constraint `uq'0` of `users` differs
        history:  create_unique "uq'0" on users ("two words", Name);
        database: create_unique "uq'0" on users (Name, "two words");
    no unique: unique constraint `uq'0` of `users` is in the database alone
        create_unique "uq'0" on users (Name, "two words");
    check: check `CK0` of `users` differs
        history:  create_check CK0 on users r#"length("id") > 0"#;
        database: create_check CK0 on users r#"length("Name") > 0"#;
    action on delete: foreign key `fk0` of `users` differs
        history:  create_foreign_key fk0 on users ("two words") references "it's \"me\"" (id) { on_delete = set_null }
        database: create_foreign_key fk0 on users ("two words") references "it's \"me\"" (id) { on_delete = cascade }
    action on update: foreign key `fk0` of `users` differs
        history:  create_foreign_key fk0 on users ("two words") references "it's \"me\"" (id) {
                      on_delete = cascade,
                      on_update = restrict,
                  }
        database: create_foreign_key fk0 on users ("two words") references "it's \"me\"" (id) { on_delete = cascade }
    deferral: foreign key `fk0` of `users` differs
        history:  create_foreign_key fk0 on users ("two words") references "it's \"me\"" (id) {
                      on_delete = cascade,
                      deferrable = initially_deferred,
                  }
        database: create_foreign_key fk0 on users ("two words") references "it's \"me\"" (id) { on_delete = cascade }
    referred table: foreign key `fk0` of `users` differs
        history:  create_foreign_key fk0 on users ("two words") references users (id) { on_delete = cascade }
        database: create_foreign_key fk0 on users ("two words") references "it's \"me\"" (id) { on_delete = cascade }
    order of an index: index `ix 0 0` of `users` differs
        history:  create_index "ix 0 0" on users (Name desc, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
        database: create_index "ix 0 0" on users (Name, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
    collation of an index: index `ix 0 0` of `users` differs
        history:  create_index "ix 0 0" on users (Name collate "BINARY", r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
        database: create_index "ix 0 0" on users (Name, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
    expression of an index: index `ix 0 0` of `users` differs
        history:  create_index "ix 0 0" on users (r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#, Name) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
        database: create_index "ix 0 0" on users (Name, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
    rows of an index: index `ix 0 0` of `users` differs
        history:  create_index "ix 0 0" on users (Name, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#);
        database: create_index "ix 0 0" on users (Name, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
    unique index: index `ix 0 0` of `users` differs
        history:  create_index "ix 0 0" on users (Name, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      unique = true,
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
        database: create_index "ix 0 0" on users (Name, r#""two words" IS NOT NULL AND "two words" <> 'it''s'"#) {
                      where = r#""Name" IS NOT NULL AND "Name" <> 'it''s'"#,
                  }
    options: options of table `users` differ
        history:  none
        database: { autoincrement = true }
    "##);
}

#[test]
fn another_name_is_a_difference_but_no_drift() {
    let live = made(&rich());
    let mut schema = rich();
    schema.edit(&ObjectName::new("users"), |table| {
        table.checks[0].name = name("ck_own".into());
        table.uniques[0].name = name("uq_own".into());
        table.indexes[0].name = name("ix_own".into());
    });
    let all = differences(&Sqlite.normal(&schema), &live, &Sqlite);
    assert!(!all.iter().any(mina_core::normal::Difference::is_drift));
    insta::assert_snapshot!(difference(&schema, &live), @r"
    unique constraint `uq_own` of `users` is called `uq'0` in the database
    check `ck_own` of `users` is called `CK0` in the database
    index `ix_own` of `users` is called `ix 0 0` in the database
    ");
}
