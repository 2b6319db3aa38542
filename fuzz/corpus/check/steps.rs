migration! { //! a
 revision = "1"; revises = base; upgrade { create_table t { #[primary_key] id: BigInt, a: Integer, }
 execute "ALTER TABLE t ADD COLUMN e INTEGER" { effect { add_column t.e: Nullable<Integer>; } undo = "ALTER TABLE t DROP COLUMN e" }
 backfill t { set = "a = id % 7", where = "a IS NULL", batch = 10, undo = none }
 run |conn| { Ok(()) } { undo = none }
 create_trigger g on t "AFTER DELETE BEGIN SELECT 1; END"; }
 downgrade { drop_trigger g on t; drop_column t.e; drop_table t; } }
