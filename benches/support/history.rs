//! A generated history: a tenth creates a table of six to eight columns with a key and an index, six tenths add a
//! column, a tenth each renames a column, creates an index, alters a table in one pass.

use std::fmt::Write;

/// One migration: its id, its slug and the text of its file.
pub struct Generated {
    pub id: String,
    pub slug: String,
    pub text: String,
}

#[derive(Default)]
struct Table {
    name: String,
    columns: Vec<String>,
    indexes: usize,
}

/// The first `count` migrations of the history; the same for each call.
pub fn history(count: usize) -> Vec<Generated> {
    let mut tables: Vec<Table> = Vec::new();
    let mut parent = String::from("base");
    (0..count)
        .map(|n| {
            let id = format!("2025{:010}", n + 1);
            let (slug, up, down) = if n % 10 == 0 { create(&mut tables, n) } else { change(&mut tables, n) };
            let revises = if n == 0 { "base".to_owned() } else { format!("\"{parent}\"") };
            let mut text = String::new();
            let _ = write!(
                text,
                "mina::migration! {{\n    //! {slug}\n\n    revision = \"{id}\";\n    revises = {revises};\n\n    upgrade {{\n{up}    }}\n\n    downgrade {{\n{down}    }}\n}}\n"
            );
            parent.clone_from(&id);
            Generated { id, slug, text }
        })
        .collect()
}

fn create(tables: &mut Vec<Table>, n: usize) -> (String, String, String) {
    let name = format!("table_{n}");
    let columns: Vec<String> = (0..5 + n / 10 % 3).map(|c| format!("column_{c}")).collect();
    let mut up = format!("        create_table {name} {{\n            #[primary_key]\n            id: Integer,\n");
    for (c, column) in columns.iter().enumerate() {
        let ty = [
            "Nullable<Varchar<80>>",
            "Integer = 0",
            "Nullable<Text>",
            "Bool = false",
            "Nullable<Timestamp>",
        ][c % 5];
        let _ = writeln!(up, "            {column}: {ty},");
    }
    let _ = writeln!(up, "            index ix_{name} ({}),\n        }}", columns[0]);
    let down = format!("        drop_table {name};\n");
    tables.push(Table {
        name: name.clone(),
        columns,
        indexes: 0,
    });
    (format!("create_{name}"), up, down)
}

fn change(tables: &mut [Table], n: usize) -> (String, String, String) {
    let index = n * 7 % tables.len();
    let table = &mut tables[index];
    let name = table.name.clone();
    match n % 10 {
        7 => {
            let column = table.columns.len() - 1;
            let (from, to) = (table.columns[column].clone(), format!("renamed_{n}"));
            table.columns[column].clone_from(&to);
            (
                format!("rename_{from}_of_{name}"),
                format!("        alter_column {name}.{from} {{ rename = {to} }}\n"),
                format!("        alter_column {name}.{to} {{ rename = {from} }}\n"),
            )
        }
        8 => {
            table.indexes += 1;
            let (ix, column) = (format!("ix_{name}_{}", table.indexes), &table.columns[n / 10 % 2]);
            (
                format!("create_{ix}"),
                format!("        create_index {ix} on {name} ({column});\n"),
                format!("        drop_index {ix} on {name};\n"),
            )
        }
        9 => {
            let (a, b) = (format!("batch_{n}_a"), format!("batch_{n}_b"));
            (
                format!("batch_{n}"),
                format!(
                    "        batch_alter {name} {{\n            add_column {a}: Nullable<Integer>;\n            add_column {b}: Nullable<Varchar<40>>;\n        }}\n"
                ),
                format!("        batch_alter {name} {{\n            drop_column {b};\n            drop_column {a};\n        }}\n"),
            )
        }
        _ => {
            let column = format!("added_{n}");
            (
                format!("add_{column}_to_{name}"),
                format!("        add_column {name}.{column}: Nullable<Varchar<{}>>;\n", 20 + n % 80),
                format!("        drop_column {name}.{column};\n"),
            )
        }
    }
}
