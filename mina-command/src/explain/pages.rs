macro_rules! pages {
    ($($name:literal),+) => {
        /// Every page with its name: a code or a lint.
        pub const PAGES: &[(&str, &str)] = &[$(($name, include_str!(concat!($name, ".md")))),+];
    };
}

#[rustfmt::skip]
pages! {
    "M000", "M001", "M002", "M003", "M004", "M005", "M006", "M101", "M102",
    "M103", "M104", "M105", "M106", "M107", "M108", "M109", "M110", "M201", "M202",
    "M203", "M204", "M205", "M206", "M207", "M208", "M209", "M210", "M211",
    "M212", "M213", "M214", "M215", "M216", "M217", "M218", "M301", "M302",
    "M303", "M304", "M305", "M306", "M307", "M308", "M309", "M310", "M311",
    "M401", "M402", "M403", "M405", "M501", "M502", "M503", "lossy_downgrade", "no_change", "undeclared_engine",
    "bare_numeric", "may_fail_on_rows", "vague_message", "unrelated_changes",
    "blocking_index", "blocking_constraint", "not_null_scan", "rewriting_type", "rewriting_column", "rewriting_enum",
    "dropped_key_index", "breaks_release", "missing_key_index", "redundant_index", "short_primary_key", "held_lock"
}
