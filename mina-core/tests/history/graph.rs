//! Ids, parents, labels, heads and binds.

use super::*;

#[test]
fn a_copied_id_is_reported_in_the_later_file() {
    let first = empty(r#"revision = "20251001090000"; revises = base;"#);
    insta::assert_snapshot!(said(&[("a.rs", &first), ("b.rs", &first)]), @r#"
    b.rs:2 Literal("\"20251001090000\"")
    M101: revision `20251001090000` exists already
    it is the one in a.rs:2
    give this one an id of its own: `revision = "20251001090001";`
    "#);
}

#[test]
fn a_missing_parent_is_guessed() {
    let first = empty(r#"revision = "20251001090000"; revises = base;"#);
    let second = empty(r#"revision = "20251008120000"; revises = "20251001090001";"#);
    let third = empty(r#"revision = "20251009120000"; revises = "2025100812";"#);
    let fourth = empty(r#"revision = "20251010120000"; revises = "ffffffffffff"; depends_on = ["zzz"];"#);
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third), ("4.rs", &fourth)]), @r#"
    2.rs:2 Literal("\"20251001090001\"")
    M102: there is no revision `20251001090001`
    did you mean `revises = "20251001090000";`, in 1.rs:2?

    3.rs:2 Literal("\"2025100812\"")
    M102: there is no revision `2025100812`
    write the whole id: `revises = "20251008120000";`

    4.rs:2 Literal("\"ffffffffffff\"")
    M102: there is no revision `ffffffffffff`
    the revision before this one is `20251009120000`: `revises = "20251009120000";`

    4.rs:2 Literal("\"zzz\"")
    M109: there is no revision `zzz`
    the revision before this one is `20251009120000`: `depends_on = ["20251009120000"];`
    "#);
}

#[test]
fn a_sole_block_revises_base() {
    insta::assert_snapshot!(said(&[("a.rs", &empty(r#"revision = "2"; revises = "1";"#))]), @r#"
    a.rs:2 Literal("\"1\"")
    M102: there is no revision `1`
    this is the first revision: `revises = base;`
    "#);
}

#[test]
fn a_block_without_a_file_is_not_asked_for_the_rest() {
    assert_eq!(said(&[("", &empty(r#"revision = "2"; revises = "1";"#))]), "");
}

#[test]
fn labels_and_aliases_are_no_ids() {
    let first = empty(r#"revision = "1"; revises = base; label = "billing"; alias = "6f9f2dd343f5";"#);
    let second = empty(r#"revision = "2"; revises = "billing";"#);
    let third = empty(r#"revision = "3"; revises = "6f9f2dd343f5";"#);
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), @r#"
    2.rs:2 Literal("\"billing\"")
    M102: there is no revision `billing`
    `billing` is a label; name its revision: `revises = "1";`

    3.rs:2 Literal("\"6f9f2dd343f5\"")
    M102: there is no revision `6f9f2dd343f5`
    `6f9f2dd343f5` is the alias of a revision; name it by its id: `revises = "1";`
    "#);
}

#[test]
fn circles_are_printed() {
    let own = empty(r#"revision = "0"; revises = "0";"#);
    let first = empty(r#"revision = "1"; revises = "3";"#);
    let second = empty(r#"revision = "2"; revises = "1";"#);
    let third = empty(r#"revision = "3"; revises = "2";"#);
    insta::assert_snapshot!(said(&[("0.rs", &own), ("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), @r#"
    0.rs:2 Literal("\"0\"")
    M103: revision `0` builds on itself
    name the revision before it, or `revises = base;` if it is the first

    1.rs:2 Literal("\"3\"")
    M103: revisions build on each other in a circle: `1` → `3` → `2` → `1`
    `3` is in 3.rs:2
    `2` is in 2.rs:2
    one of them has to build on a revision outside the circle, or on `base`
    "#);
}

#[test]
fn an_id_sorts_after_its_parent() {
    let first = empty(r#"revision = "20251001090000"; revises = base;"#);
    let second = empty(r#"revision = "20250901090000"; revises = "20251001090000";"#);
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second)]), @r#"
    2.rs:2 Literal("\"20250901090000\"")
    M104: revision `20250901090000` sorts before `20251001090000`, which it revises
    `20251001090000` is in 1.rs:2
    revisions run in the order of their ids, so take a later one: `revision = "20251001090001";`
    "#);
}

#[test]
fn two_heads_get_the_merge_to_paste() {
    let first = empty(r#"revision = "20251001090000"; revises = base;"#);
    let second = empty(r#"revision = "20251002090000"; revises = "20251001090000";"#);
    let third = empty(r#"revision = "20251003090000"; revises = "20251001090000";"#);
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), @r#"
    3.rs:2 Literal("\"20251003090000\"")
    M105: `20251002090000` and `20251003090000` are heads: nothing says which comes last
    `20251002090000` is in 2.rs:2
    let this one build on the other: `revises = "20251002090000";`
    or merge them, in a file of its own:
    mina::migration! {
        //! Merge 20251002090000 and 20251003090000

        revision = "20251003090001";
        revises = ["20251002090000", "20251003090000"];

        upgrade {}
        downgrade {}
    }
    or make one a branch of its own, which stays open: `label = "…";`
    "#);
    let merge = empty(r#"revision = "20251003090001"; revises = ["20251002090000", "20251003090000"];"#);
    assert_eq!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third), ("4.rs", &merge)]), "");
    let labelled = empty(r#"revision = "20251003090000"; revises = "20251001090000"; label = "billing";"#);
    assert_eq!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &labelled)]), "");
}

#[test]
fn labels_are_free_and_usable() {
    let first = empty(r#"revision = "1"; revises = base; label = "billing";"#);
    let second = empty(r#"revision = "2"; revises = "1"; label = "billing"; alias = "1";"#);
    let third = empty(r#"revision = "3"; revises = "2"; label = "head";"#);
    let fourth = empty(r#"revision = "4"; revises = "3"; label = "feature-1";"#);
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third), ("4.rs", &fourth)]), @r#"
    2.rs:2 Literal("\"1\"")
    M106: alias `1` is the id of a revision
    the one in 1.rs:2

    2.rs:2 Literal("\"billing\"")
    M106: label `billing` is taken
    it is the label of `1` (1.rs:2)
    a label is declared once; the revisions that build on it carry it by themselves

    3.rs:2 Literal("\"head\"")
    M106: label `head` is reserved
    `head`, `heads`, `base` and `current` mean revisions by their place

    4.rs:2 Literal("\"feature-1\"")
    M006: the label `feature-1` is not of `a`–`z`, `0`–`9` and `_`
    write `label = "feature_1";`
    "#);
}

#[test]
fn binds_are_graphs_of_their_own() {
    let mut config = Config::default();
    config.databases.insert("analytics".into(), config.database.clone());
    let first = empty(r#"revision = "1"; revises = base;"#);
    let second = empty(r#"revision = "2"; revises = base; bind = analytics;"#);
    let third = empty(r#"revision = "3"; revises = "1"; bind = analytics;"#);
    let fourth = empty(r#"revision = "4"; revises = base; bind = analytic;"#);
    let history = history_of(config, &[("1.rs", &first), ("2.rs", &second), ("3.rs", &third), ("4.rs", &fourth)]);
    insta::assert_snapshot!(report(&history), @r#"
    3.rs:2 Literal("\"1\"")
    M108: revision `1` is of the default database, and `revises` does not cross databases
    `1` is in 1.rs:2
    leave `bind` out, or build on a revision of the database `analytics`

    4.rs:2 Ident("analytic")
    M108: there is no database `analytic` in mina.toml
    did you mean `bind = analytics;`?
    "#);
}
