//! What looks at sources, on the application's history, one with branches, an empty one, a broken one, and none.

mod place;

use place::{Place, mina};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The history that the application Mina began with.
fn application() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")
}

const TABLE: &str = "create_table users { #[primary_key] id: Integer, email: Varchar<120> }";

/// Two branches and their merge, a labelled branch that depends on another one, and a second database.
fn branches() -> Place {
    let place = Place::of(&[
        (
            "2025a_users",
            "    //! Create users\n\n    revision = \"2025a\";\n    revises = base;",
            TABLE,
            "drop_table users;",
        ),
        (
            "2025b_bio",
            "    //! Add bio\n    //!\n    //! Free text.\n\n    revision = \"2025b\";\n    revises = \"2025a\";",
            "add_column users.bio: Nullable<Text>;",
            "drop_column users.bio;",
        ),
        (
            "2025c_site",
            "    //! Add site\n\n    revision = \"2025c\";\n    revises = \"2025a\";\n    alias = \"6f9f2dd343f5\";",
            "add_column users.site: Nullable<Text>;",
            "drop_column users.site;",
        ),
        (
            "2025d_merge",
            "    //! Merge bio and site\n\n    revision = \"2025d\";\n    revises = [\"2025b\", \"2025c\"];",
            "",
            "",
        ),
        (
            "2025e_invoices",
            "    //! Create invoices\n\n    revision = \"2025e\";\n    revises = base;\n    depends_on = [\"2025b\"];\n    label = \"billing\";",
            "create_table invoices { #[primary_key] id: Integer, amount: Numeric<10, 2> }",
            "drop_table invoices;",
        ),
        (
            "2025f_events",
            "    //! Create <events> & \"more\"\n\n    revision = \"2025f\";\n    revises = base;\n    bind = analytics;",
            "create_table events { #[primary_key] id: Integer }",
            "drop_table events;",
        ),
    ]);
    let settings = "[database]\nurl = \"sqlite://app.db\"\nengines = [\"sqlite >= 3.40\", \"postgres >= 14\"]\n[databases.analytics]\nurl = \"sqlite://events.db\"\n[lints]\nshort_primary_key = \"allow\"\n";
    place.with("mina.toml", settings)
}

/// A column that is left behind, one never restored, a lint, and a head too many.
fn broken() -> Place {
    Place::of(&[
        (
            "2025a_users",
            "    //! Create users\n\n    revision = \"2025a\";\n    revises = base;",
            TABLE,
            "drop_table users;",
        ),
        (
            "2025b_bio",
            "    //! Add bio\n\n    revision = \"2025b\";\n    revises = \"2025a\";",
            "add_column users.bio: Nullable<Text>;",
            "",
        ),
        (
            "2025c_update",
            "    //! Update users\n\n    revision = \"2025c\";\n    revises = \"2025b\";",
            "drop_column users.email;\n        add_column users.größe: Nullable<Integer>, ;",
            "add_column users.email: Varchar<120> = \"\";",
        ),
        (
            "2025d_again",
            "    //! Fix\n\n    revision = \"2025d\";\n    revises = \"2025b\";\n    revises = \"2025a\";",
            "",
            "",
        ),
    ])
}

#[test]
fn the_applications_history() {
    for arguments in [
        &["history"][..],
        &["history", "--bind", "default", "-r", "20251022:20251027"],
        &["heads", "-v"],
        &["branches"],
        &["show", "20251008120000"],
        &["graph", "--bind", "analytics"],
    ] {
        insta::assert_snapshot!(format!("application_{}", name(arguments)), mina(&application(), arguments).all());
    }
    for command in ["check", "lint"] {
        assert_eq!(
            mina(&application(), &[command]).all(),
            "exit 0\n27 revisions: nothing to say against them\n"
        );
    }
}

/// A command line as the name of a snapshot.
fn name(arguments: &[&str]) -> String {
    let words = arguments.iter().map(|word| word.replace(|c: char| !c.is_alphanumeric(), ""));
    words.collect::<Vec<_>>().join("_")
}

#[test]
fn a_history_with_branches() {
    let place = branches();
    for arguments in [
        &["history"][..],
        &["history", "-v", "--bind", "default"],
        &["history", "-r", "2025a:2025d"],
        &["history", "-r", "2025f:"],
        &["heads"],
        &["heads", "--resolve-dependencies"],
        &["branches"],
        &["show", "6f9f2dd343f5"],
        &["show", "billing"],
        &["check"],
        &["lint"],
        &["graph"],
        &["graph", "--as", "svg"],
        &["history", "--format", "json", "--bind", "analytics"],
        &["history", "--bind", "elsewhere"],
        &["history", "-r", "nowhere:"],
    ] {
        insta::assert_snapshot!(format!("branches_{}", name(arguments)), place.mina(arguments).all());
    }
}

#[test]
fn both_programs_say_the_same_of_each_revision() {
    let said = branches().mina(&["history", "--format", "json"]);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let revision = &value["histories"][0]["revisions"][1];
    let keys: Vec<&str> = revision.as_object().unwrap().keys().map(String::as_str).collect();
    let known = [
        "alias",
        "branch_point",
        "children",
        "current",
        "depended_on",
        "depends_on",
        "description",
        "file",
        "head",
        "irreversible",
        "label",
        "merge",
        "message",
        "parents",
        "revision",
    ];
    assert_eq!(keys, known);
    assert_eq!(
        (&revision["revision"], &revision["depended_on"]),
        (&Value::from("2025b"), &Value::from(true))
    );
}

#[test]
fn the_tables_of_a_history_are_printed() {
    let place = branches();
    let said = place.mina(&["print-schema"]);
    let users = "        email -> Varchar,\n        bio -> Nullable<Text>,\n        site -> Nullable<Text>,\n";
    assert!(
        said.code == 0 && said.out.contains(users) && said.out.contains("invoices (id)"),
        "{}",
        said.all()
    );
    let said = place.mina(&["print-schema", "--at", "2025b", "--engine", "postgres"]);
    assert!(
        said.out.contains("bio ->") && !said.out.contains("site ->") && !said.out.contains("invoices"),
        "{}",
        said.all()
    );
    let said = place.mina(&["print-schema", "--as", "mina", "--bind", "analytics"]);
    let models = "mina::schema! {\n    bind = analytics;\n\n    table events {\n        #[primary_key]\n        id: Integer,\n    }\n}\n";
    assert_eq!(said.all(), format!("exit 0\n{models}"));
    let said = place.mina(&["print-schema", "--at", "2025a", "--format", "json"]);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(value["engines"][1]["tables"][0]["columns"][1]["name"], "email");
    for refused in [
        &["print-schema", "--engine", "mysql"][..],
        &["print-schema", "--at", "nowhere"],
        &["print-schema", "--at", "-1"],
        &["print-schema", "--bind", "elsewhere"],
    ] {
        let said = place.mina(refused);
        assert!(
            said.code == 2 && said.out.is_empty() && !said.err.is_empty(),
            "{refused:?}: {}",
            said.all()
        );
    }
    let place = Place::of(&[(
        "2025a_seen",
        "    //! Create visits\n\n    revision = \"2025a\";\n    revises = base;",
        "create_table visits { #[primary_key] id: Integer, at: Timestamptz }",
        "drop_table visits;",
    )])
    .with("mina.toml", "[database]\nengines = [\"sqlite >= 3.40\", \"postgres >= 14\"]\n");
    let said = place.mina(&["print-schema"]);
    assert!(
        said.code == 2
            && said
                .err
                .contains("`visits.at` is `TimestamptzSqlite` on Sqlite and `Timestamptz` on Pg"),
        "{}",
        said.all()
    );
    assert!(
        place
            .mina(&["print-schema", "--engine", "sqlite"])
            .out
            .contains("at -> TimestamptzSqlite")
    );
}

#[test]
fn a_graph_is_written_to_a_file() {
    let place = branches();
    let said = place.mina(&["graph", "--as", "svg", "--output", "graph.svg"]);
    assert_eq!(said.all(), "exit 0\ndrawn to graph.svg\n");
    let svg = std::fs::read_to_string(place.path().join("graph.svg")).unwrap();
    assert!(
        svg.starts_with("<svg ") && svg.contains("Create &lt;events&gt; &amp; &quot;more&quot;"),
        "{svg}"
    );
    let said = place.mina(&["graph", "--output", "no/such/folder"]);
    assert!(said.code == 1 && said.err.contains("no/such/folder"), "{}", said.all());
}

#[test]
fn an_empty_folder() {
    let place = Place::empty();
    for arguments in [
        &["history"][..],
        &["heads"],
        &["branches"],
        &["lint"],
        &["check"],
        &["show"],
        &["graph"],
        &["graph", "--as", "svg"],
    ] {
        insta::assert_snapshot!(format!("empty_{}", name(arguments)), place.mina(arguments).all());
    }
}

#[test]
fn what_is_broken_is_drawn_and_never_left_out_in_silence() {
    let place = broken();
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["check", "--format", "github"],
        &["history"],
        &["heads"],
        &["show", "2025b"],
        &["lint"],
    ] {
        insta::assert_snapshot!(format!("broken_{}", name(arguments)), place.mina(arguments).all());
    }
}

#[test]
fn of_files_that_cannot_be_read_the_rest_is_listed_and_checked_for_its_syntax() {
    let place = broken()
        .with("versions/2025e_latin.rs", b"mina::migration! {\n    //! Gr\xf6\xdfe\n}\n")
        .with("versions/2025f_open.rs", "mina::migration! {\n    revision = \"2025f;\n}\n")
        .with("versions/2025g_notes.rs", "// nothing here\n");
    for arguments in [&["check"][..], &["history"], &["lint", "-q"]] {
        insta::assert_snapshot!(format!("unread_{}", name(arguments)), place.mina(arguments).all());
    }
    let place = branches().with("mina.toml", "[database]\nurl = 7\n");
    insta::assert_snapshot!("unread_settings", place.mina(&["check"]).all());
}

#[test]
fn lints_are_found_in_a_range_and_at_their_levels() {
    let place = branches().with(
        "versions/2025g_various.rs",
        "mina::migration! {\n    //! Various updates\n\n    revision = \"2025g\";\n    revises = [\"2025d\", \"2025e\"];\n\n    upgrade {\n        add_column users.nick: Nullable<Text>;\n        add_column invoices.paid: Bool = false;\n    }\n\n    downgrade = auto;\n}\n",
    );
    let place = place.with(
        "versions/2025h_wip.rs",
        "mina::migration! {\n    //! wip\n\n    revision = \"2025h\";\n    revises = \"2025g\";\n\n    upgrade {\n        drop_column users.nick;\n    }\n\n    downgrade = auto;\n}\n",
    );
    insta::assert_snapshot!("lints", place.mina(&["lint"]).all());
    let last = place.mina(&["lint", "-r", "-1:", "--format", "json", "--bind", "default"]);
    let value: Value = serde_json::from_str(&last.out).unwrap();
    assert_eq!((&value["revisions"], last.code), (&Value::from(2), 0), "{}", last.all());
    let checked = place.mina(&["check"]);
    assert!(checked.code == 0 && !checked.out.contains("vague_message"), "{}", checked.all());
    let settings = "[lints]\nvague_message = \"deny\"\nlossy_downgrade = \"allow\"\nunrelated_changes = \"allow\"\n[database]\nurl = \"sqlite://app.db\"\n[databases.analytics]\n";
    let place = place.with("mina.toml", settings);
    insta::assert_snapshot!("lints_denied", place.mina(&["check", "--format", "github"]).all());
    assert_eq!(place.mina(&["lint", "-r", "2025a:2025d"]).code, 0);
    assert_eq!(place.mina(&["lint", "-r", "current:"]).code, 2);
}

#[test]
fn without_a_crate_each_command_says_so() {
    let place = Place::bare();
    for command in ["history", "heads", "branches", "show", "check", "lint", "graph"] {
        let said = place.mina(&[command]);
        assert_eq!(said.code, 2, "{command}: {}", said.all());
        assert!(
            said.err.starts_with("error: there is no crate of migrations in "),
            "{command}: {}",
            said.err
        );
        assert!(said.err.contains("help: `mina init` makes one"), "{command}: {}", said.err);
    }
    let said = place.mina(&["doctor"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.out.starts_with("✗ crate "), "{}", said.out);
}

#[test]
fn the_doctor_tells_what_is_wrong_and_the_way_out() {
    let place = broken()
        .with(
            "Cargo.toml",
            "[package]\nname = \"app-migrations\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
        )
        .with("src/lib.rs", "")
        .with(
            "mina.toml",
            "[database]\nurl = \"env:MINA_TEST_NOT_SET\"\n[databases.reports]\nurl = \"postgres://me:secret@host/app\"\n",
        );
    let said = place.mina(&["doctor", "--format", "json"]);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let checks: Vec<String> = value["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| format!("{} {}", check["name"].as_str().unwrap(), check["state"].as_str().unwrap()))
        .collect();
    let known = [
        "crate good",
        "mina.toml good",
        "version good",
        "build.rs bad",
        "mina bad",
        "diesel bad",
        "columns bad",
        "toolchain good",
        "sources good",
        "history bad",
        "heads bad",
        "url bad",
        "url bad",
        "database skipped",
    ];
    assert_eq!(checks, known, "{}", said.all());
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("MINA_TEST_NOT_SET") && !said.out.contains("secret"),
        "{}",
        said.out
    );
    let text = place.mina(&["doctor"]).out;
    assert!(
        text.contains("✗ build.rs") && text.contains("cargo::rerun-if-changed=versions"),
        "{text}"
    );
}

#[test]
fn colours_are_for_terminals() {
    let place = broken();
    for command in ["history", "check", "doctor", "explain"] {
        assert!(!place.mina(&[command]).all().contains('\x1b'), "{command}");
    }
    for arguments in [
        &["history", "--color", "always"][..],
        &["check", "--color", "always"],
        &["explain", "M302", "--color", "always"],
    ] {
        assert!(place.mina(arguments).out.contains("\x1b["), "{arguments:?}");
    }
}

#[test]
fn on_a_terminal_no_color_is_heeded() {
    // `script` gives a program a terminal.
    let place = broken();
    let on_terminal = |variables: &[(&str, &str)]| {
        let line = format!("{} history", env!("CARGO_BIN_EXE_mina"));
        let mut command = Command::new("script");
        command
            .args(["-qec", &line, "/dev/null"])
            .current_dir(place.path())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR");
        let output = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let coloured = on_terminal(&[]);
    assert!(coloured.contains("2025a") && coloured.contains("\x1b[36m"), "{coloured:?}");
    let plain = on_terminal(&[("NO_COLOR", "1")]);
    assert!(plain.contains("2025a") && !plain.contains("\x1b[36m"), "{plain:?}");
}

#[test]
fn what_is_printed_for_a_shell_completes_in_it() {
    let place = Place::bare();
    for shell in ["bash", "zsh", "fish"] {
        let said = place.mina(&["completions", shell]);
        assert_eq!(said.code, 0, "{}", said.all());
        for word in ["history", "--database-url", "completions"] {
            assert!(said.out.contains(word.trim_start_matches('-')), "{shell}: {word}");
        }
        std::fs::write(place.path().join(shell), said.out).unwrap();
    }
    let script = "source ./bash; COMP_WORDS=(mina hist); COMP_CWORD=1; _mina mina hist mina; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(place.path())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "history",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (shell, option) in [("zsh", "-n"), ("fish", "--no-execute")] {
        // Where the shell is there, it reads what is for it.
        if let Ok(output) = Command::new(shell).args([option, shell]).current_dir(place.path()).output() {
            assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn a_code_is_explained_anywhere() {
    let place = Place::bare();
    insta::assert_snapshot!("explain_M302", place.mina(&["explain", "m302"]).all());
    let pages = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../mina-command/src/explain")).unwrap();
    let pages = pages.filter(|page| page.as_ref().unwrap().path().extension().is_some_and(|end| end == "md"));
    assert_eq!(place.mina(&["explain"]).out.lines().count(), pages.count());
    let said = place.mina(&["explain", "M999"]);
    assert_eq!(said.code, 2, "{}", said.all());
}
