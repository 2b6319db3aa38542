use crate::support::Folder;
use mina_runtime::AsConnection;
use mina_runtime::settings::Location;

const CONFIG: &str = "[database]\nurl = \"sqlite://app.db\"\nengines = [\"sqlite >= 3.40\", \"postgres >= 14\", \"mariadb >= 10.6\"]\nmodels = \"src/models.rs\"\n";

const MODELS: &str = r#"
use some::thing;

mina::schema! {
    enum state ("open", "done");
    /// People
    table users {
        #[primary_key] id: Integer,
        name: Varchar<80>,
        #[unique] email: Nullable<Varchar<200>>,
        #[references(teams.id)] team_id: Nullable<Integer>,
        index ix_name (name),
    }
    table teams {
        #[primary_key] id: Integer,
        #[references(users.id)] lead_id: Nullable<Integer>,
        state: Enum<state> = "open",
        check ck_size "size > 0",
        size: Integer = 1,
    }
    view names as "SELECT name FROM users";
}
"#;

/// Models, and the history that makes them.
pub fn agreeing() -> Folder {
    let folder = Folder::new(CONFIG);
    folder.write("src/models.rs", MODELS);
    folder.written(["migrate", "Create users and teams"]);
    folder
}

pub fn change(folder: &Folder, from: &str, to: &str) {
    let models = folder.read("src/models.rs");
    assert!(models.contains(from), "{models}");
    folder.write("src/models.rs", &models.replace(from, to));
}

#[test]
fn a_first_migration_makes_all_of_the_models_and_a_second_finds_nothing() {
    let folder = Folder::new(CONFIG);
    folder.write("src/models.rs", MODELS);
    let (_, text) = folder.written(["migrate", "Create users and teams"]);
    let without_id: Vec<&str> = text.lines().filter(|line| !line.contains("revision =")).collect();
    insta::assert_snapshot!(without_id.join("\n"));
    let again = folder.mina(["migrate", "again"]).ok();
    assert_eq!(again, "nothing changed: the models and the history agree\n");
    assert_eq!(folder.migrations(), 1);
    folder.mina(["check"]).ok();
}

#[test]
fn a_change_of_the_models_is_written_with_its_way_back_and_what_to_look_at() {
    let folder = agreeing();
    change(
        &folder,
        "name: Varchar<80>,",
        "name: Varchar<80>, level: Integer, bio: Nullable<Text>,",
    );
    change(&folder, "\"open\", \"done\"", "\"open\", \"late\", \"done\"");
    let ran = folder.mina(["migrate", "Add levels"]);
    assert!(ran.err.contains("the rows of `users` that are there get"), "{}", ran.err);
    let out = ran.ok();
    assert!(out.contains("    alter_enum state { add = \"late\", after = \"open\" }\n"), "{out}");
    assert!(out.contains("        add_column bio: Nullable<Text>;\n"), "{out}");
    folder.mina(["check"]).ok();
}

#[test]
fn check_says_that_models_and_history_differ_and_how() {
    let folder = agreeing();
    change(&folder, "name: Varchar<80>,", "name: Varchar<80>, bio: Nullable<Text>,");
    let ran = folder.mina(["check"]);
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    for words in [
        "the models and the history differ",
        "src/models.rs",
        "add_column bio: Nullable<Text>;",
    ] {
        assert!(ran.out.contains(words), "{}", ran.out);
    }
    let json = folder.mina(["check", "--format", "json"]);
    assert_eq!(json.code, 4);
    let said: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(said["models"][0]["differ"], true);
    change(&folder, " bio: Nullable<Text>,", "");
    let view = "view names as \"SELECT name FROM users\";";
    change(&folder, view, "");
    let ran = folder.mina(["check"]);
    let both = ran.out.contains("drop_view names;") && ran.out.contains("what it drops stays where the models say it, too");
    assert!(both, "{}", ran.out);
    change(&folder, "    \n}", &format!("    {view}\n}}"));
    change(&folder, "/// People", "/// Everybody");
    let comments = folder.mina(["check"]);
    assert_eq!(comments.code, 0, "{}{}", comments.out, comments.err);
    assert!(comments.out.contains("differ in comments"), "{}", comments.out);
}

#[test]
fn a_new_name_is_said_and_never_guessed() {
    let folder = agreeing();
    change(&folder, "name: Varchar<80>", "full_name: Varchar<80>");
    change(&folder, "(name)", "(full_name)");
    change(&folder, "SELECT name", "SELECT full_name");
    let ran = folder.mina(["migrate", "Guess"]);
    assert!(ran.err.contains("--rename users.name=full_name"), "{}", ran.err);
    assert!(ran.err.contains("the values of `users.name` are lost"), "{}", ran.err);
    let guessed = ran.ok();
    assert!(guessed.contains("drop_column name;"), "{guessed}");
    folder.remove(guessed.lines().next().unwrap());
    let (said, text) = folder.written(["migrate", "Say", "--rename", "users.name=full_name"]);
    assert!(text.contains("alter_column name { rename = full_name }"), "{text}");
    assert!(!text.contains("drop_column"), "{text}");
    folder.remove(&said);
    change(&folder, "full_name: Varchar<80>", "#[was(name)] full_name: Varchar<80>");
    let (_, text) = folder.written(["migrate", "Mark"]);
    assert!(text.contains("alter_column name { rename = full_name }"), "{text}");
    folder.mina(["check"]).ok();
}

#[test]
fn a_new_name_of_what_is_not_there_is_refused() {
    let folder = agreeing();
    change(&folder, "name: Varchar<80>", "full_name: Varchar<80>");
    change(&folder, "(name)", "(full_name)");
    change(&folder, "SELECT name", "SELECT full_name");
    let cases = [
        ("nothing", "it is `table=new_name` or `table.column=new_name`"),
        ("users.nam=full_name", "the history has no column `users.nam`"),
        ("users.name=full", "the models have no column `users.full`"),
        ("people=users", "the history has no table `people`"),
        ("users=people", "the models have no table `people`"),
    ];
    for (rename, words) in cases {
        folder.mina(["migrate", "x", "--rename", rename]).refused(2, &[words]);
    }
    assert_eq!(folder.migrations(), 1);
}

#[test]
fn what_no_migration_says_is_refused_and_nothing_is_written() {
    let folder = agreeing();
    change(&folder, "size: Integer = 1,\n    }", "size: Integer = 1,\n    } { strict = true }");
    folder
        .mina(["migrate", "x"])
        .refused(5, &["no migration can be written", "the options of `teams` differ"]);
    assert_eq!(folder.migrations(), 1);
}

#[test]
fn models_that_are_wrong_are_shown_where_they_stand() {
    let folder = agreeing();
    change(&folder, "name: Varchar<80>", "name: Varchar<80> = 7");
    let ran = folder.mina(["migrate", "x"]);
    assert_eq!(ran.code, 5);
    for words in [
        "src/models.rs:9",
        "the default `7` does not fit",
        "the models are refused with 1 error",
    ] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    change(&folder, "= 7", "");
    folder.write("mina.toml", &CONFIG.replace("src/models.rs", "src/none.rs"));
    folder
        .mina(["migrate", "x"])
        .refused(5, &["src/none.rs", "mina.toml names it as `models`"]);
}

#[test]
fn a_schema_of_diesel_is_compared_by_what_it_can_say() {
    let folder = agreeing();
    folder.write(
        "src/models.rs",
        r#"
diesel::table! { users (id) { id -> Integer, #[max_length = 80] name -> Varchar, #[max_length = 200] email -> Nullable<Varchar>, team_id -> Nullable<Integer>, } }
diesel::table! { teams (id) { id -> Integer, lead_id -> Nullable<Integer>, state -> Text, size -> Integer, } }
"#,
    );
    folder.write("mina.toml", &CONFIG.replace(", \"postgres >= 14\", \"mariadb >= 10.6\"", ""));
    folder.mina(["check"]).ok();
    change(&folder, "size -> Integer,", "size -> BigInt, since -> Nullable<Date>,");
    let (_, text) = folder.written(["migrate", "Grow"]);
    assert!(text.contains("add_column since: Nullable<Date>;"), "{text}");
    assert!(text.contains("alter_column size { type = BigInt }"), "{text}");
}

#[test]
fn tables_that_are_left_out_are_left_alone() {
    let folder = agreeing();
    folder.write("mina.toml", &format!("{CONFIG}exclude = [\"teams\", \"log_*\"]\n"));
    change(&folder, "size: Integer = 1,", "size: BigInt = 1,");
    change(
        &folder,
        "table teams {",
        "table log_entries { #[primary_key] id: Integer }\n    table teams {",
    );
    folder.mina(["check"]).ok();
    assert_eq!(
        folder.mina(["migrate", "x"]).ok(),
        "nothing changed: the models and the history agree\n"
    );
}

#[test]
fn without_models_the_migration_is_empty_and_says_so() {
    let folder = Folder::linear();
    let ran = folder.mina(["migrate", "Add bio"]);
    assert!(ran.err.contains("there are no models to compare the history with"), "{}", ran.err);
    folder
        .mina(["migrate", "x", "--rename", "a=b"])
        .refused(2, &["there are no models to compare"]);
    folder
        .mina(["revision", "x", "--rename", "a=b"])
        .refused(2, &["`mina migrate` writes what the models ask for"]);
}

#[test]
fn a_database_can_stand_in_for_the_history() {
    let folder = Folder::new(&CONFIG.replace(", \"postgres >= 14\", \"mariadb >= 10.6\"", ""));
    folder.write("src/models.rs", MODELS);
    let database = folder.path().join("app.db");
    let url = format!("sqlite://{}", database.display());
    let mut conn = Location::parse(&url, folder.path()).unwrap().open(true).unwrap();
    let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY NOT NULL, name VARCHAR(80) NOT NULL, email VARCHAR(200), team_id INTEGER)";
    conn.as_connection().execute(sql).unwrap();
    let against_history = folder.mina(["diff", "base", "models"]).ok();
    assert!(against_history.contains("create_table users"), "{against_history}");
    let live = folder.mina(["diff", "database", "models"]).ok();
    assert!(
        !live.contains("create_table users") && live.contains("create_table teams"),
        "{live}"
    );
    assert!(folder.mina(["diff", &url, "database"]).ok().contains("have the same schema"));
    let back = folder.mina(["diff", "models", "database"]).ok();
    assert!(back.contains("drop_table teams;"), "{back}");
    folder
        .mina(["migrate", "Follow", "--from-db"])
        .refused(2, &["there is no table `users`", "`mina diff head database`"]);
    let users = "mina::schema! { table users { #[primary_key] id: Integer, name: Varchar<80>, email: Nullable<Varchar<200>>, team_id: Nullable<Integer> } }";
    folder.write("src/models.rs", users);
    folder.written(["migrate", "Create users"]);
    folder.write("src/models.rs", &users.replace("Varchar<80>", "Varchar<90>"));
    let (_, text) = folder.written(["migrate", "Follow", "--from-db"]);
    assert!(text.contains("alter_column name { type = Varchar<90> }"), "{text}");
}
