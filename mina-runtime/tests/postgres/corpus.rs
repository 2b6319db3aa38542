//! Blocks that together say all that the language can say on PostgreSQL.

/// What the other blocks begin with.
pub const WORLD: &str = r####"
    create_schema analytics;
    create_extension btree_gist;
    create_enum mood ("sad", "it's ok", "glad");
    create_enum analytics.level ("low", "high");
    create_sequence order_numbers { start = 1000, increment = 5, max = 100000, cache = 10, cycle = true }
    create_sequence falling { increment = -1 }
    create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := now(); RETURN NEW; END $$";
    create_function twice(value integer, times bigint = 2) "RETURNS bigint AS 'SELECT value * times' LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE";
    /// Who can sign in.
    create_table users {
        #[primary_key] id: BigInt,
        /// How others call them.
        #[unique] name: Varchar<40>,
        #[collate = "C"] nick: Varchar<20> = "no'ne\\",
        age: Nullable<Text>,
        mood: Enum<mood> = "sad",
        moods: Array<Enum<mood>> = "{sad, glad}",
        seen: Timestamp = now(),
        key: Uuid = uuid(),
        data: Json = json("{ \"b\": 1 }"),
        more: Jsonb = json("{ \"b\": 1, \"a\": [ 1,2 ] }"),
        price: Numeric<10, 2> = 1.50,
        active: Bool = true,
        bytes: Binary = b"\x00\xff'\\",
        order_number: BigInt = sql("nextval('order_numbers')"),
        #[generated("length(name) + 1", stored = true)] size: Nullable<Integer>,
        check ck_users_price "price >= 0 AND price < 1000",
        check ck_users_name "name <> '' AND name NOT IN ('root', 'admin') AND name LIKE '%' AND age IS DISTINCT FROM 'x'",
        check ck_users_mood "mood IN ('sad', 'glad') OR mood = 'it''s ok'",
        index ix_users_lower (age desc, "lower(name)") { where = "age IS NOT NULL" },
        index ix_users_mood (name) { where = "mood = 'sad'" },
    } { fillfactor = 70 }
    create_table posts {
        #[primary_key] id: Integer,
        #[references(users.id, on_delete = cascade, on_update = restrict)] #[index] user_id: BigInt,
        title: Text = "",
        parent_id: Nullable<Integer>,
        foreign_key fk_posts_parent (parent_id) references posts (id) { on_delete = set_null, deferrable = initially_deferred },
    }
    create_table everything {
        a: Bool = false,
        b: SmallInt = -5,
        c: Integer = 7,
        d: BigInt = -9000000000,
        e: Float = 1.5,
        f: Double = -2.25,
        g: Numeric = 12.500,
        h: Numeric<12, 4> = 0.5,
        i: Varchar = "x",
        j: Varchar<10> = "two words",
        k: Char<5> = "ab",
        l: Text = "\"quoted\" 'text' \\ ü\n",
        m: Binary = b"",
        n: Date = today(),
        o: Time = "08:30:00",
        p: Timestamp = "2024-01-02T03:04:05",
        q: Timestamptz = now(),
        r: Interval = "1 day",
        s: Uuid = "6F9F2DD3-43F5-4b6e-8a2f-0123456789ab",
        t: Json = json("[]"),
        u: Jsonb = json("{}"),
        v: Inet = "192.0.2.1",
        w: Cidr = "192.0.2.0/24",
        x: MacAddr = "08:00:2b:01:02:03",
        y: Array<Integer> = "{1, 2}",
        z: Array<Text> = "{\"a b\", c}",
        aa: Enum<analytics.level> = "low",
        bb: Custom<"timestamp(3)">,
        cc: Custom<"int4range">,
        dd: Timestamptz = "2024-01-02 03:04:05+00:00",
        ee: Text = uuid(),
        ff: Date = "2024-02-29",
        gg: Nullable<Integer> = sql("1 + 1"),
        hh: Nullable<Array<Varchar<5>>>,
    }
    create_table analytics.events {
        #[primary_key(generated = false)] id: Uuid,
        kind: Text,
        #[references(users.id)] user_id: Nullable<BigInt>,
        during: Custom<"tstzrange">,
        room: Integer,
        exclusion ex_events using gist (room with "=", during with "&&") { where = "room > 0" },
        unique uq_events (kind, room) { nulls_not_distinct = true, deferrable = true },
    } { unlogged = true }
    create_table shelves { #[primary_key] code: Varchar<10>, label: Text = "", }
    create_table plain { x: Integer, y: Nullable<Text> }
    create_view authors as "SELECT u.id, u.name, count(*) AS posts FROM users u JOIN posts p ON p.user_id = u.id WHERE u.active AND u.name LIKE 'A%' GROUP BY u.id, u.name";
    create_trigger touch_users on users "BEFORE UPDATE OF name, age FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION touch()";
    bulk_insert users (id, name, age, mood) [ (1, "Ada", "36", "glad"), (2, "Bob", "7", "sad") ];
    bulk_insert posts (id, user_id, title) [ (1, 1, "a"), (5, 2, "b") ];
"####;

/// Each is taken up and down on [`WORLD`].
pub const BLOCKS: &[&str] = &[
    "add_column users.bio: Nullable<Text>;",
    "#[references(users.id, on_delete = set_null)] add_column users.boss_id: Nullable<BigInt>;",
    "#[unique] add_column users.slug: Nullable<Varchar<20>>;",
    "#[check(\"score BETWEEN 1 AND 10\")] #[index] add_column users.score: Integer = 1;",
    "add_column users.made: Text = sql(\"'a' || 'b'\");",
    "#[generated(\"upper(name)\", stored = true)] add_column users.shout: Nullable<Text>;",
    "batch_alter users { /// What they say.\n add_column motto: Text = \"\"; }",
    "drop_constraint ck_users_price on users; drop_column users.price;",
    "drop_column posts.title;",
    "drop_column everything.gg;",
    "drop_index ix_users_lower on users; drop_constraint ck_users_name on users; drop_trigger touch_users on users; alter_column users.age { type = Integer, using = cast }",
    "alter_column users.order_number { type = Integer }",
    "alter_column everything.c { type = BigInt } alter_column everything.i { type = Text, default = \"y\" }",
    "upgrade { alter_column everything.a { type = Integer, using = \"CASE WHEN a THEN 1 ELSE 0 END\", default = 0 } }
     downgrade { alter_column everything.a { type = Bool, using = cast, default = false } }",
    "alter_column everything.b { type = Bool, using = cast, default = true }",
    "alter_column everything.l { type = Varchar<80>, collate = \"C\" }",
    "alter_column everything.n { type = Timestamptz, default = now() }",
    "alter_column everything.t { type = Jsonb }",
    "alter_column everything.aa { type = Text, default = \"low\" }",
    "drop_constraint fk_posts_parent on posts; alter_column posts.id { type = BigInt } alter_column posts.parent_id { type = BigInt }
     create_foreign_key fk_posts_parent on posts (parent_id) references posts (id) { on_delete = set_null, deferrable = initially_deferred }",
    "alter_column users.data { default = none }",
    "alter_column users.active { default = false, nullable = true, comment = \"whether they are here\" }",
    "alter_column posts.title { rename = headline }",
    "alter_column users.name { comment = none }",
    "comment_on users \"people\";",
    "comment_on posts \"what they\\nwrite, it's \\\\ said\"; comment_on posts.title \"t\";",
    "drop_constraint uq_users_name on users;",
    "drop_constraint fk_posts_user_id_users on posts;",
    "drop_constraint fk_posts_parent on posts; batch_alter posts { drop_constraint pk_posts; create_primary_key pk_own (id); }",
    "create_unique uq_own on posts (user_id, title);",
    "create_foreign_key fk_plain on plain (x) references posts (id) { validate = false, deferrable = true }",
    "create_check ck_plain on plain \"x > 0\" { validate = false }",
    "create_primary_key pk_plain on plain (x);",
    "create_primary_key pk_plain on plain (x) { generated = true }",
    "rename_constraint ck_users_price => ck_price on users;",
    "rename_constraint uq_users_name => uq_own on users;",
    "rename_index ix_users_lower => ix_own on users;",
    "rename_table plain => simple;",
    "drop_view authors; rename_table posts => articles;",
    "drop_view authors; drop_trigger touch_users on users; rename_table users => people;",
    "create_index ix_a on users (name desc nulls_last, age collate \"C\" nulls_first) { include = (active) }",
    "create_index ix_b on users (more class jsonb_path_ops) { using = gin }",
    "create_index ix_c on users (\"(more ->> 'a')\", \"coalesce(age, name)\") { unique = true, nulls_not_distinct = true }",
    "create_index ix_d on users (name) { concurrently = true, where = \"active AND seen > '2020-01-01 00:00:00'\" }",
    "drop_index ix_users_lower on users { concurrently = true }",
    "create_index ix_e on analytics.events (kind) { using = hash }",
    "create_exclusion ex_own on users using gist (id with \"=\", \"int8range(id, id + 1)\" with \"&&\") { deferrable = true }",
    "drop_constraint ex_events on analytics.events;",
    r#"alter_enum mood { add = "blue", before = "glad" }"#,
    r#"alter_enum mood { add = "blue", after = "sad" } drop_constraint ck_users_mood on users; update users { set = "mood = 'blue'", where = "mood = 'sad'", undo = "UPDATE users SET mood = 'sad' WHERE mood = 'blue'" }"#,
    r#"alter_enum mood { add = "last" } add_column plain.mood: Enum<mood> = "last"; create_check ck_mood on plain "mood <> 'last' OR x > 0";"#,
    r#"alter_enum analytics.level { rename = "high", to = "higher" }"#,
    r#"alter_enum analytics.level { remove = "high" }"#,
    r#"drop_view authors; drop_trigger touch_users on users; drop_constraint ck_users_mood on users; alter_enum mood { remove = "it's ok" } create_check ck_users_mood on users "mood IN ('sad', 'glad')";"#,
    "create_enum size (\"s\", \"m\"); create_table shirts { #[primary_key] id: SmallInt, size: Enum<size> = \"m\", } ",
    "drop_view authors;",
    "drop_trigger touch_users on users;",
    "create_trigger audit on posts \"AFTER INSERT OR DELETE EXECUTE FUNCTION touch()\";",
    "create_view names as \"SELECT name AS called FROM users WHERE age IN ('1', '2') OR id BETWEEN 1 AND 5 ORDER BY name ASC\"; create_view more_names as \"SELECT called FROM names\";",
    "create_function many(a text, VARIADIC b integer[]) \"RETURNS TABLE (x integer, y varchar) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'public' AS $body$ BEGIN RETURN; END $body$\";",
    "drop_function twice(value integer, times bigint = 2);",
    "create_sequence other { min = 5, start = 10 }",
    "drop_sequence falling;",
    "create_schema other; create_table other.things { #[primary_key] id: Integer, #[references(shelves.code)] shelf: Nullable<Varchar<5>>, }",
    "drop_table plain;",
    "drop_table analytics.events;",
    "create_extension pg_trgm; create_index ix_trgm on users (name class gin_trgm_ops) { using = gin }",
    "upgrade { bulk_insert posts [ { user_id: 1, title: \"c\" }, { id: 9, user_id: 2, title: \"d\" }, { id: null, user_id: 2, title: \"e\" } ]; }
     downgrade { delete posts { where = \"id > 5\" } }",
    "bulk_insert posts (id, user_id, title) [ (100, 1, \"x\") ]; create_index ix_posts_title on posts (title); bulk_insert posts (id, user_id, title) [ (101, 1, \"y\") ]; add_column posts.z: Integer = 3;",
    "upgrade { bulk_delete posts by (id) [1]; bulk_delete plain by (x, y) [(1, \"a\"), (2, null)]; } downgrade {}",
    "backfill users { set = \"age = '1'\", where = \"age IS NULL\", batch = 10, undo = none }",
    "execute \"UPDATE users SET age = '1' WHERE age IS NULL\" { undo = none }",
    "execute \"DO $$ BEGIN PERFORM 1; END $$; SELECT 'a;b'\" { undo = none }",
    "upgrade { drop_index ix_users_lower on users; drop_trigger touch_users on users; drop_constraint ck_users_name on users; batch_alter users {
        alter_column age { rename = years }
        alter_column years { type = Integer, using = \"length(years)\" }
        add_column bio: Nullable<Text>;
        create_check ck_users_years \"years < 200\";
        create_index ix_users_bio (bio);
        drop_constraint uq_users_name;
        alter_column active { default = none }
        add_column first: Integer = 5;
        alter_column first { default = none }
    } }
    downgrade { batch_alter users {
        drop_column first;
        alter_column active { default = true }
        create_unique uq_users_name (name);
        drop_index ix_users_bio;
        drop_constraint ck_users_years;
        drop_column bio;
        alter_column years { type = Text, using = cast }
        alter_column years { rename = age }
        create_check ck_users_name \"name <> '' AND name NOT IN ('root', 'admin') AND name LIKE '%' AND age IS DISTINCT FROM 'x'\";
        create_index ix_users_lower (age desc, \"lower(name)\") { where = \"age IS NOT NULL\" }
    }
    create_trigger touch_users on users \"BEFORE UPDATE OF name, age FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION touch()\"; }",
    "batch_alter posts { drop_constraint fk_posts_user_id_users; create_foreign_key fk_posts_user_id_users (user_id) references users (id) { on_delete = set_default } drop_column title; add_column headline: Varchar<10> = \"\"; }",
    "batch_alter users { drop_constraint ck_users_price; create_check ck_users_price \"price > -1\"; }",
];

/// What only the newest PostgreSQL has.
pub const NEW_BLOCKS: &[&str] = &[
    "#[generated(\"x * 2\")] add_column plain.double: Nullable<Integer>;",
    "alter_column users.size { generated = \"length(name) * 2\" }",
];

/// A table for [`CONDITIONS`] and [`DEFAULTS`].
pub const COLUMNS: &str = r#"
    create_enum mood ("sad", "glad");
    create_table t {
        #[primary_key] id: BigInt,
        a: Integer, b: SmallInt, c: BigInt, d: Double, e: Numeric<10, 2>, f: Float,
        v: Varchar<40>, w: Varchar, x: Text, k: Char<3>,
        flag: Bool, day: Date, at: Timestamp, tz: Timestamptz, clock: Time, span: Interval,
        uid: Uuid, js: Json, jb: Jsonb, ip: Inet, tags: Array<Text>, ns: Array<Integer>, mood: Enum<mood>, by: Binary,
    }
"#;

/// What people write in checks.
pub const CONDITIONS: &[&str] = &[
    "a > 0",
    "a >= 0 AND a <= 100",
    "a BETWEEN 0 AND 100",
    "a NOT BETWEEN 1 AND 2 OR b IN (1, 2, 3)",
    "a = -1 OR a + b * 2 - 3 < c",
    "a % 2 = 0",
    "b > 1 AND c > 5000000000",
    "e > 0 AND e < 1000.50",
    "e >= a",
    "d > 0.5 AND f < 1.5e3",
    "a::numeric / 2 > e",
    "CAST(a AS text) <> 'x'",
    "v <> ''",
    "v IN ('a', 'b', 'c')",
    "v IN ('only')",
    "v NOT IN ('a', 'b')",
    "x LIKE 'a%' OR x NOT LIKE '%b' OR v ILIKE 'c_'",
    "v ~ '^[a-z]+$' AND v !~* 'x'",
    "length(v) > 0 AND char_length(x) < 10",
    "length(trim(v)) > 0",
    "lower(v) = v AND upper(x) <> x",
    "v || x <> 'ab'",
    "coalesce(v, x, '') <> ''",
    "nullif(v, '') IS NOT NULL",
    "position('@' in x) > 1",
    "x LIKE '%@%' AND strpos(v, '@') > 0",
    "substring(x from 1 for 2) = 'ab' OR substr(v, 1, 2) = 'cd'",
    "k = 'abc'",
    "flag OR NOT flag",
    "flag = true AND flag IS NOT FALSE",
    "(flag IS TRUE) <> (a IS NULL)",
    "day > '2020-01-01'",
    "day > '2020-01-01 10:07:00' AND clock > '2020-01-01 10:07'",
    "day >= DATE '2020-01-01' AND day < CURRENT_DATE + 1000000",
    "at > '2020-01-01 00:00:00'",
    "at >= day",
    "tz > '2020-01-01 00:00:00+00'",
    "at < tz AT TIME ZONE 'UTC'",
    "at + INTERVAL '1 day' > at",
    "span > '1 day'",
    "span >= INTERVAL '2 hours'",
    "clock > '08:00'",
    "extract(year from day) > 2000",
    "date_trunc('day', at) = at",
    "uid <> '00000000-0000-0000-0000-000000000000'",
    "jb ? 'a' OR jb ->> 'b' = 'c'",
    "jb @> '{\"a\": 1}'",
    "jb -> 'a' ->> 'b' IS NOT NULL",
    "(jb ->> 'n')::int > 0",
    "jsonb_typeof(jb) = 'object'",
    "js ->> 'a' = 'b'",
    "ip <<= '10.0.0.0/8'",
    "'a' = ANY (tags) OR cardinality(tags) > 0",
    "tags @> ARRAY['a', 'b'] AND array_length(ns, 1) = 3",
    "tags && '{a,b}' AND ns[1] > 0",
    "mood = 'sad' OR mood IN ('sad', 'glad')",
    "mood <> 'glad' AND a > 0",
    "CASE WHEN flag THEN a > 0 ELSE a IS NULL END",
    "CASE mood WHEN 'sad' THEN 1 ELSE 2 END = 1",
    "CASE WHEN v = 'a' THEN 'x' WHEN v = 'b' THEN 'y' ELSE 'z' END <> ''",
    "a IS DISTINCT FROM b AND v IS NOT DISTINCT FROM x",
    "num_nonnulls(a, b, v) = 1",
    "(a IS NULL) = (b IS NULL)",
    "greatest(a, b) > least(c, 5)",
    "abs(a) > 1 AND round(e) = e AND mod(a, 2) = 1",
    "octet_length(by) < 100 AND by <> '\\x00'",
    "t.a > 0 AND \"a\" < 10",
    "NOT (a > 0 AND b > 0) OR c IS NULL",
    "a & 1 = 1 AND a | 2 > 0 AND a # 3 > 0 AND ~a < 0 AND a << 1 > 0",
    "a != 5 AND a <> 6",
    "(a, b) = (1, 2)",
    "v SIMILAR TO 'a%'",
    "x LIKE 'a!%' ESCAPE '!'",
    "v COLLATE \"C\" < 'b'",
    "to_tsvector('english', x) @@ to_tsquery('a')",
    "isfinite(day) AND starts_with(x, 'a')",
    "concat(v, x) <> ''",
    "current_user <> 'nobody'",
];

/// A column, its type and what people write for its default.
pub const DEFAULTS: &[&str] = &[
    "Integer = sql(\"1 + 1\")",
    "Integer = sql(\"-5\")",
    "Numeric = 1.0",
    "Numeric<8, 3> = -0.500",
    "Double = 1e10",
    "Double = 0.1",
    "Float = -1",
    "Text = \"\"",
    "Text = \"now()\"",
    "Text = sql(\"'a' || 'b'\")",
    "Varchar<5> = sql(\"upper('ab')\")",
    "Text = sql(\"md5(random()::text)\")",
    "Timestamp = sql(\"now() AT TIME ZONE 'utc'\")",
    "Timestamp = sql(\"CURRENT_TIMESTAMP\")",
    "Timestamptz = sql(\"clock_timestamp()\")",
    "Timestamptz = \"2024-01-02 03:04:05.120Z\"",
    "Timestamptz = sql(\"now() + interval '1 day'\")",
    "Date = sql(\"CURRENT_DATE + 7\")",
    "Date = sql(\"now()\")",
    "Interval = \"00:30:00\"",
    "Interval = \"1 day 02:00:00\"",
    "Jsonb = json(\"[1, 2.50, {\\\"b\\\": null, \\\"a\\\": true}]\")",
    "Json = json(\"{  }\")",
    "Array<Integer> = \"{}\"",
    "Array<Text> = sql(\"ARRAY['a', 'b']\")",
    "Array<Text> = sql(\"ARRAY[]::text[]\")",
    "Uuid = sql(\"gen_random_uuid()\")",
    "Bool = sql(\"true\")",
    "Enum<mood> = \"glad\"",
    "Char<5> = \"ab\"",
    "Binary = sql(\"'\\\\x0102'::bytea\")",
    "Inet = \"10.0.0.1\"",
    "Custom<\"int4range\"> = sql(\"'[1,5)'\")",
    "Custom<\"point\"> = sql(\"'(1,2)'\")",
    "Custom<\"bit varying(5)\"> = sql(\"B'101'\")",
    "Custom<\"time with time zone\"> = sql(\"'10:00:00+00'\")",
    "Custom<\"VARCHAR( 7 )\"> = \"a\"",
    "Nullable<Text> = sql(\"NULL\")",
];
