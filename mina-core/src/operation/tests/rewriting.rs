use super::*;

#[test]
fn a_renamed_table_carries_the_names_that_the_convention_gave() {
    for target in [SQLITE, POSTGRES, MARIADB] {
        let schema = after_on(target, "rename_table users => people; rename_table tasks => todos;");
        assert_eq!(names(&schema, "people"), "pk_people uq_people_email");
        assert_eq!(table(&schema, "todos").foreign_keys[0].table, ObjectName::new("people"));
        assert!(
            table(&schema, "todos").constraint("ck_tasks_title").is_some(),
            "a written name stays"
        );
    }
}

#[test]
fn a_renamed_column_is_renamed_wherever_it_is_named() {
    let schema = after_on(
        SQLITE,
        "alter_column users.id { rename = number } alter_column tasks.title { rename = heading }",
    );
    let tasks = table(&schema, "tasks");
    assert_eq!(tasks.foreign_keys[0].referred, ["number"]);
    assert_eq!(tasks.checks[0].expression.sql(), "length(heading) > 0");
    assert_eq!(
        tasks.index("ix_tasks_title_done").map(|index| index.columns()),
        Some(vec!["heading".to_owned(), "done".to_owned()])
    );
}

#[test]
fn a_dropped_column_takes_along_what_is_about_it_alone() {
    let schema = after_on(
        POSTGRES,
        r#"add_column tasks.level: Integer = 0; create_check ck_level on tasks "level >= 0"; create_index ix_level on tasks (level); drop_column tasks.level; drop_column tasks.user_id;"#,
    );
    assert_eq!(names(&schema, "tasks"), "ck_tasks_title ix_tasks_title_done pk_tasks");
}

#[test]
fn a_renamed_enum_value_is_renamed_in_defaults_and_one_in_use_stays() {
    let schema = after_on(SQLITE, r#"alter_enum mood { rename = "calm", to = "quiet" }"#);
    let default = table(&schema, "users").column("mood").and_then(|column| column.default.clone());
    assert_eq!(
        default,
        Some(crate::schema::Default::Value(crate::schema::Value::String("quiet".into())))
    );
    insta::assert_snapshot!(said(r#"alter_enum mood { remove = "calm" }"#), @r#"
    ^"calm"^ M208: "calm" is the default of `users.mood`
      it is from 1
      write `alter_column users.mood { default = none }` before it, or give another default
    "#);
    insta::assert_snapshot!(said(r#"alter_enum mood { add = "calm" }"#), @r#"
    ^"calm"^ M204: the enum `mood` has the value "calm" already
      it is from 1
    "#);
    insta::assert_snapshot!(said(r#"alter_enum mood { add = "odd", after = "clam" }"#), @r#"
    ^"clam"^ M203: the enum `mood` has no value "clam"
      did you mean "calm", from 1?
    "#);
    assert_eq!(
        said(r#"alter_enum mood { add = "odd", before = "cross" } alter_enum mood { remove = "cross" }"#),
        ""
    );
}

#[test]
fn a_batch_is_one_step_and_an_engine_left_out_is_passed_over() {
    let replayed = run(
        base(SQLITE),
        "2",
        "batch_alter users { add_column bio: Nullable<Text>; alter_column name { rename = full_name, nullable = false } #[on(Pg)] drop_column age; }",
        SQLITE,
        &[SQLITE],
    );
    let [step] = replayed.trace.steps.as_slice() else {
        panic!("one step")
    };
    assert_eq!(step.batch, Some(ObjectName::new("users")));
    let kinds: Vec<&str> = step
        .operations
        .iter()
        .map(|resolved| match resolved.operation {
            Operation::AddColumn { .. } => "add",
            Operation::RenameColumn { .. } => "rename",
            Operation::AlterColumn { .. } => "alter",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["add", "rename", "alter"]);
    assert!(table(&step.before, "users").column("bio").is_none());
    assert!(table(&step.operations[0].after, "users").column("bio").is_some());
}
