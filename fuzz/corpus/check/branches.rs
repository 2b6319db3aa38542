migration! { <Pg> //! a
 revision = "1"; revises = base; upgrade { create_enum mood ("a", "b"); create_table t { m: Enum<mood> = "a", primary_key (m) } } downgrade { drop_table t; drop_enum mood; } }
migration! { //! b
 revision = "2"; revises = "1"; label = "x"; upgrade { rename_table t => u; } downgrade { rename_table u => t; } }
migration! { //! c
 revision = "3"; revises = "1"; depends_on = ["2"]; upgrade { #[on(Pg)] alter_enum mood { add = "c", after = "a" } } downgrade = irreversible("why"); }
