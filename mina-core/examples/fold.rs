//! Times parse, fold and check of a generated history: `cargo run -p mina-core --example fold -- 1000`.
//!
//! Of ten migrations one makes a table, six add a column, one renames one, one makes an index, one alters a batch.

use mina_core::config::Config;
use mina_core::history::{History, Revision, checksum};
use mina_core::syntax::{parse, source};
use std::fmt::Write;
use std::time::Instant;

struct Table {
    name: String,
    columns: Vec<String>,
}

fn column(tables: &mut [Table], i: usize) -> (String, String) {
    let count = tables.len();
    let table = &mut tables[i * 7 % count];
    let column = format!("c{i}");
    table.columns.push(column.clone());
    (table.name.clone(), column)
}

fn bodies(i: usize, tables: &mut Vec<Table>) -> (String, String) {
    match i % 10 {
        0 => {
            let name = format!("t{i}");
            let mut columns = vec!["owner_id".to_owned()];
            let mut text = format!("create_table {name} {{\n#[primary_key]\nid: Integer,\n");
            match tables.last() {
                Some(last) => writeln!(text, "#[references({}.id)]\nowner_id: Nullable<Integer>,", last.name),
                None => writeln!(text, "owner_id: Nullable<Integer>,"),
            }
            .expect("a string takes all");
            for at in 0..4 + i / 10 % 3 {
                let ty = ["Varchar<80>", "Nullable<Text>", "Integer", "Bool", "Timestamp"][at % 5];
                let default = ["= \"\"", "", "= 0", "= false", "= now()"][at % 5];
                let _ = writeln!(text, "f{at}: {ty} {default},");
                columns.push(format!("f{at}"));
            }
            let _ = write!(text, "index (f0, f1),\n}}");
            let down = format!("drop_table {name};");
            tables.push(Table { name, columns });
            (text, down)
        }
        7 => {
            let count = tables.len();
            let table = &mut tables[i * 3 % count];
            let at = i % table.columns.len();
            let (old, new) = (table.columns[at].clone(), format!("r{i}"));
            table.columns[at].clone_from(&new);
            (
                format!("alter_column {}.{old} {{ rename = {new} }}", table.name),
                format!("alter_column {}.{new} {{ rename = {old} }}", table.name),
            )
        }
        8 => {
            let table = &tables[i * 3 % tables.len()];
            let column = &table.columns[i % table.columns.len()];
            (
                format!("create_index ix_{i} on {} ({column});", table.name),
                format!("drop_index ix_{i} on {};", table.name),
            )
        }
        9 => {
            let (table, column) = column(tables, i);
            (
                format!("batch_alter {table} {{\nadd_column {column}: Nullable<Varchar<20>>;\ncreate_index ix_{i} ({column});\n}}"),
                format!("batch_alter {table} {{\ndrop_index ix_{i};\ndrop_column {column};\n}}"),
            )
        }
        _ => {
            let (table, column) = column(tables, i);
            (
                format!("add_column {table}.{column}: Nullable<Varchar<20>>;"),
                format!("drop_column {table}.{column};"),
            )
        }
    }
}

fn main() {
    proc_macro2::fallback::force();
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1000);
    let mut tables = Vec::new();
    let texts: Vec<String> = (0..count)
        .map(|i| {
            let (up, down) = bodies(i, &mut tables);
            let revises = if i == 0 { "base".into() } else { format!("\"{:014}\"", i - 1) };
            format!(
                "mina::migration! {{\n//! Change number {i}\n\nrevision = \"{i:014}\";\nrevises = {revises};\n\nupgrade {{\n{up}\n}}\n\ndowngrade {{\n{down}\n}}\n}}\n"
            )
        })
        .collect();

    let start = Instant::now();
    let scanned: Vec<_> = texts.iter().map(|text| source::scan(text).expect("it is Rust")).collect();
    let lexed = start.elapsed();
    let start = Instant::now();
    let mut revisions = Vec::new();
    for (i, blocks) in scanned.into_iter().enumerate() {
        for block in blocks {
            let parsed = parse::parse(&block.tokens);
            revisions.push(Revision {
                block: parsed.block,
                tokens: block.tokens,
                file: format!("versions/{i:014}.rs"),
                location: block.location,
                syntax: parsed.diagnostics,
            });
        }
    }
    let parsed = start.elapsed();
    let start = Instant::now();
    let history = History::new(Config::default(), revisions);
    let mut said = 0;
    for index in 0..history.revisions.len() {
        for diagnostic in history.diagnostics(index) {
            said += 1;
            if said <= 5 {
                println!("{}: {diagnostic}", history.revisions[index].file);
            }
        }
    }
    let folded = start.elapsed();
    let start = Instant::now();
    let sums: usize = (0..count)
        .flat_map(|index| &history.checked(index).engines)
        .map(|engine| checksum(engine).len())
        .sum();
    println!(
        "{count} migrations: lex {lexed:.0?}, parse {parsed:.0?}, fold and check {folded:.0?}, checksums {:.0?} ({sums} bytes), {said} findings",
        start.elapsed()
    );
}
