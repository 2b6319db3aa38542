//! A table, and five changes of it at once: such as need no rows, and such as need them all.

use mina_core::engine::{Product, Target};

pub const POSTGRES: Target = Target {
    product: Product::Postgres,
    version: (15, 0),
};

pub const MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 6),
};

pub const TABLES: &str = "
    create_table workspaces { #[primary_key] id: Integer, name: Varchar<80>, }
    create_table users {
        #[primary_key] id: Integer,
        email: Varchar<120>,
        name: Nullable<Varchar<60>>,
        age: Nullable<Integer>,
        status: Varchar<20>,
        workspace_id: Nullable<Integer>,
    }";

/// None of them needs the rows, on a server that can say so.
pub const CHEAP: &str = "batch_alter users {
    alter_column email { rename = mail }
    alter_column name { type = Varchar<62> }
    alter_column status { default = \"active\" }
    add_column bio: Nullable<Varchar<200>>;
    add_column points: Integer = 0;
}";

/// Some of them write every row anew wherever they stand alone.
pub const DEAR: &str = "batch_alter users {
    alter_column age { type = BigInt }
    #[allow(may_fail_on_rows)] alter_column name { nullable = false }
    alter_column status { nullable = true }
    add_column points: Integer = 0;
    #[allow(may_fail_on_rows)] create_foreign_key fk_users_workspace (workspace_id) references workspaces (id);
}";

/// Statements that fill the tables.
pub fn fill(target: Target, rows: usize) -> [String; 2] {
    let numbers = |count: usize| match target.product {
        Product::Mariadb => format!("seq_1_to_{count}"),
        _ => format!("generate_series(1, {count}) AS s(seq)"),
    };
    [
        format!("INSERT INTO workspaces SELECT seq, CONCAT('w', seq) FROM {}", numbers(1000)),
        format!(
            "INSERT INTO users SELECT seq, CONCAT('somebody', seq, '@example.com'), CONCAT('Some Body ', seq), seq % 90, 'active', \
             1 + seq % 1000 FROM {}",
            numbers(rows)
        ),
    ]
}
