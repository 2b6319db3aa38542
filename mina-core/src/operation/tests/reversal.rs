use super::*;
use crate::schema::Column;
use proptest::prelude::*;

/// Column order and the order of constraints aside.
fn sorted(schema: &Schema) -> Schema {
    let mut sorted = schema.clone();
    for table in schema.tables().values() {
        sorted.edit(&table.name, |table| {
            table.columns.sort_by(|a: &Column, b| a.name.cmp(&b.name));
            table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
            table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
            table.checks.sort_by(|a, b| a.name.cmp(&b.name));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        });
    }
    sorted
}

const COLUMNS: [&str; 6] = ["id", "title", "user_id", "done", "extra", "note"];
const TABLES: [&str; 3] = ["users", "tasks", "labels"];

fn statement() -> impl Strategy<Value = String> {
    let column = || proptest::sample::select(&COLUMNS[..]);
    let table = || proptest::sample::select(&TABLES[..]);
    let ty = || {
        proptest::sample::select(vec![
            "Integer = 1",
            "Nullable<Text>",
            "Varchar<20> = \"x\"",
            "Bool = false",
            "Nullable<BigInt>",
            "Timestamp = now()",
        ])
    };
    prop_oneof![
        (table(), column(), ty()).prop_map(|(table, column, ty)| format!("add_column {table}.{column}: {ty};")),
        (table(), column()).prop_map(|(table, column)| format!("#[unique] #[index] add_column {table}.{column}: Nullable<Text>;")),
        (table(), column()).prop_map(|(table, column)| format!("#[references(users.id)] add_column {table}.{column}: Nullable<Integer>;")),
        (table(), column()).prop_map(|(table, column)| format!("drop_column {table}.{column};")),
        (table(), column(), column()).prop_map(|(table, from, to)| format!("alter_column {table}.{from} {{ rename = {to} }}")),
        (table(), column(), any::<bool>())
            .prop_map(|(table, column, nullable)| format!("alter_column {table}.{column} {{ nullable = {nullable} }}")),
        (table(), column()).prop_map(|(table, column)| format!("alter_column {table}.{column} {{ type = Text, default = none }}")),
        (table(), column()).prop_map(|(table, column)| format!(
            "alter_column {table}.{column} {{ type = Integer, using = cast, default = 3, comment = \"c\" }}"
        )),
        (table(), column(), column()).prop_map(|(table, a, b)| format!("create_index on {table} ({a}, {b});")),
        (table(), column()).prop_map(|(table, a)| format!("create_unique on {table} ({a});")),
        (table(), column()).prop_map(|(table, a)| format!("create_check ck_{table}_{a} on {table} \"{a} IS NOT NULL\";")),
        (table(), column()).prop_map(|(table, a)| format!("drop_constraint uq_{table}_{a} on {table};")),
        (table(), column()).prop_map(|(table, a)| format!("drop_constraint ck_{table}_{a} on {table};")),
        (table(), column()).prop_map(|(table, a)| format!("drop_constraint fk_{table}_{a}_users on {table};")),
        (table(), column(), column()).prop_map(|(table, a, b)| format!("drop_index ix_{table}_{a}_{b} on {table};")),
        (table(), table()).prop_map(|(from, to)| format!("rename_table {from} => {to};")),
        table().prop_map(|table| format!("drop_table {table};")),
        table().prop_map(|table| format!(
            "create_table {table} {{ #[primary_key] id: Integer, #[references(users.id)] user_id: Nullable<Integer>, note: Text = \"n\", }}"
        )),
        (table(), column(), column()).prop_map(|(table, a, b)| format!("rename_constraint uq_{table}_{a} => uq_{table}_{b} on {table};")),
        (table(), column()).prop_map(|(table, a)| format!("comment_on {table}.{a} \"words\"; comment_on {table} \"more\";")),
        Just("alter_enum mood { rename = \"calm\", to = \"quiet\" }".to_owned()),
        Just("alter_enum mood { add = \"odd\", before = \"cross\" }".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_operation_and_then_its_inverse_leave_what_was_there(
        statements in proptest::collection::vec(statement(), 1..24),
        target in proptest::sample::select(vec![SQLITE, POSTGRES, MARIADB]),
    ) {
        let text = format!("create_table labels {{ #[primary_key] id: Integer, }} {}", statements.join("\n"));
        let replayed = run(base(target), "2", &text, target, &[target]);
        let mut resolved = 0;
        for step in &replayed.trace.steps {
            for by in &step.operations {
                resolved += 1;
                let mut applied = by.before.clone();
                by.operation.apply(&mut applied);
                prop_assert_eq!(&applied, &by.after, "{:?}", by.operation);
                for inverse in by.operation.invert().map_err(|error| TestCaseError::fail(error.to_string()))? {
                    inverse.apply(&mut applied);
                }
                prop_assert_eq!(sorted(&applied), sorted(&by.before), "{:?}", by.operation);
            }
        }
        prop_assert!(resolved > 0);
    }
}
