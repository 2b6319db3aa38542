WITH spaces AS (
    SELECT n.oid, n.nspname AS name, nullif(n.nspname, coalesce(current_schema(), 'public')) AS schema
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
),
extended AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
relations AS (
    SELECT c.oid, s.schema, c.relname AS name, c.relkind::text AS kind, c.relpersistence = 'u' AS unlogged, c.reloptions,
        c.reltablespace, c.relispartition, c.relrowsecurity
    FROM pg_class c
    JOIN spaces s ON s.oid = c.relnamespace
    WHERE c.relname !~ '^__mina_' AND c.relname !~ '^__.*_schema_migrations$'
        AND (1259, c.oid) NOT IN (SELECT classid, objid FROM extended)
),
own AS (
    SELECT * FROM relations WHERE kind IN ('r', 'v') AND NOT relispartition
),
found AS (
    SELECT json_build_object(
        'relations', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT o.schema, o.name, o.kind, obj_description(o.oid, 'pg_class') AS comment, o.unlogged,
                    coalesce(o.reloptions, '{}') AS options,
                    (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = o.reltablespace) AS tablespace,
                    CASE WHEN o.kind = 'v' THEN pg_get_viewdef(o.oid) END AS definition
                FROM own o ORDER BY o.schema, o.name
            ) r
        ),
        'columns', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT o.schema, o.name AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
                    e.schema AS enum_schema, e.name AS enum_name, a.attnotnull AS not_null,
                    pg_get_expr(d.adbin, d.adrelid) AS default, a.attidentity::text AS identity, a.attgenerated::text AS generated,
                    (SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation) AS collation,
                    col_description(o.oid, a.attnum) AS comment,
                    coalesce(pg_get_expr(d.adbin, d.adrelid), '') LIKE 'nextval(%' AND EXISTS (
                        SELECT FROM pg_depend p JOIN pg_class q ON q.oid = p.objid AND q.relkind = 'S'
                        WHERE p.classid = 1259 AND p.refclassid = 1259 AND p.refobjid = o.oid AND p.refobjsubid = a.attnum AND p.deptype = 'a'
                    ) AS serial
                FROM own o
                JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = o.oid AND d.adnum = a.attnum
                LEFT JOIN (
                    SELECT y.oid, y.typarray, s.schema, y.typname AS name FROM pg_type y JOIN spaces s ON s.oid = y.typnamespace
                    WHERE y.typtype = 'e'
                ) e ON a.atttypid IN (e.oid, e.typarray)
                WHERE o.kind = 'r' ORDER BY o.schema, o.name, a.attnum
            ) r
        ),
        'constraints', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT o.schema, o.name AS table, k.conname AS name, k.contype::text AS kind,
                    array(
                        SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
                        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place
                    ) AS columns,
                    s.schema AS referred_schema, f.relname AS referred_table,
                    array(
                        SELECT a.attname FROM unnest(k.confkey) WITH ORDINALITY u (number, place)
                        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place
                    ) AS referred,
                    k.confdeltype::text AS on_delete, k.confupdtype::text AS on_update, k.condeferrable AS deferrable,
                    k.condeferred AS deferred, k.convalidated AS validated,
                    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
                    pg_get_expr(k.conbin, k.conrelid) AS expression,
                    array(
                        SELECT pg_get_indexdef(i.indexrelid, g, false) FROM generate_series(1, i.indnkeyatts) g
                        WHERE k.contype = 'x' ORDER BY g
                    ) AS keys,
                    array(
                        SELECT p.oprname FROM unnest(k.conexclop) WITH ORDINALITY u (operator, place)
                        JOIN pg_operator p ON p.oid = u.operator ORDER BY u.place
                    ) AS operators,
                    (SELECT m.amname FROM pg_class x JOIN pg_am m ON m.oid = x.relam WHERE x.oid = i.indexrelid) AS method,
                    pg_get_expr(i.indpred, i.indrelid) AS predicate, pg_get_constraintdef(k.oid) AS definition
                FROM own o
                JOIN pg_constraint k ON k.conrelid = o.oid AND k.contype IN ('p', 'f', 'u', 'c', 'x', 'n')
                LEFT JOIN pg_class f ON f.oid = k.confrelid
                LEFT JOIN spaces s ON s.oid = f.relnamespace
                LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
                ORDER BY o.schema, o.name, k.conname
            ) r
        ),
        'indexes', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT o.schema, o.name AS table, x.relname AS name, i.indisunique AS unique,
                    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
                    i.indisvalid AND i.indisready AS valid, m.amname AS method, pg_get_expr(i.indpred, i.indrelid) AS predicate,
                    (
                        SELECT json_agg(json_build_object(
                            'column', a.attname,
                            'expression', pg_get_indexdef(i.indexrelid, g, false),
                            'descending', i.indoption[g - 1] & 1 = 1,
                            'nulls_first', i.indoption[g - 1] & 2 = 2,
                            'collation', (
                                SELECT l.collname FROM pg_collation l
                                WHERE l.oid = i.indcollation[g - 1] AND l.oid <> coalesce(a.attcollation, 100)
                            ),
                            'class', (SELECT p.opcname FROM pg_opclass p WHERE p.oid = i.indclass[g - 1] AND NOT p.opcdefault)
                        ) ORDER BY g)
                        FROM generate_series(1, i.indnkeyatts) g
                        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g - 1] AND a.attnum > 0
                    ) AS keys,
                    array(
                        SELECT a.attname FROM generate_series(i.indnkeyatts + 1, i.indnatts) g
                        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g - 1] ORDER BY g
                    ) AS include,
                    coalesce(x.reloptions, '{}') AS options
                FROM own o
                JOIN pg_index i ON i.indrelid = o.oid
                JOIN pg_class x ON x.oid = i.indexrelid
                JOIN pg_am m ON m.oid = x.relam
                WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
                ORDER BY o.schema, o.name, x.relname
            ) r
        ),
        'triggers', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT o.schema, o.name AS table, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition
                FROM own o JOIN pg_trigger t ON t.tgrelid = o.oid AND NOT t.tgisinternal AND t.tgconstraint = 0
                ORDER BY o.schema, o.name, t.tgname
            ) r
        ),
        'enums', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT s.schema, t.typname AS name,
                    array(SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS values
                FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace
                WHERE t.typtype = 'e' AND (1247, t.oid) NOT IN (SELECT classid, objid FROM extended) ORDER BY s.schema, t.typname
            ) r
        ),
        'sequences', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT r.schema, r.name, q.seqstart AS start, q.seqincrement AS increment, q.seqmin AS min, q.seqmax AS max,
                    q.seqcache AS cache, q.seqcycle AS cycle
                FROM relations r JOIN pg_sequence q ON q.seqrelid = r.oid
                WHERE NOT EXISTS (SELECT FROM pg_depend p WHERE p.classid = 1259 AND p.objid = r.oid AND p.deptype IN ('a', 'i'))
                ORDER BY r.schema, r.name
            ) r
        ),
        'functions', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT s.schema, p.proname AS name, pg_get_function_arguments(p.oid) AS arguments,
                    substr(
                        pg_get_functiondef(p.oid),
                        length(format('CREATE OR REPLACE FUNCTION %I.%I(%s)', s.name, p.proname, pg_get_function_arguments(p.oid))) + 1
                    ) AS definition
                FROM pg_proc p JOIN spaces s ON s.oid = p.pronamespace
                WHERE p.prokind = 'f' AND (1255, p.oid) NOT IN (SELECT classid, objid FROM extended) ORDER BY s.schema, p.proname, 3
            ) r
        ),
        'extensions', (
            SELECT coalesce(json_agg(r), '[]') FROM (SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname) r
        ),
        'namespaces', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT s.schema AS name FROM spaces s
                WHERE s.schema <> 'public' AND (2615, s.oid) NOT IN (SELECT classid, objid FROM extended) ORDER BY s.schema
            ) r
        ),
        'others', (
            SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT CASE r.kind WHEN 'p' THEN 'partitioned table' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                        WHEN 'c' THEN 'composite type' ELSE 'partition' END AS kind,
                    concat_ws('.', r.schema, r.name) AS name, 'the whole of it' AS clause
                FROM relations r WHERE r.kind IN ('p', 'm', 'f', 'c') OR r.kind = 'r' AND r.relispartition
                UNION ALL
                SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'range type' END, concat_ws('.', s.schema, t.typname), 'the whole of it'
                FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace
                WHERE t.typtype IN ('d', 'r') AND (1247, t.oid) NOT IN (SELECT classid, objid FROM extended)
                UNION ALL
                SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'window function' END,
                    concat_ws('.', s.schema, p.proname), 'the whole of it'
                FROM pg_proc p JOIN spaces s ON s.oid = p.pronamespace
                WHERE p.prokind <> 'f' AND (1255, p.oid) NOT IN (SELECT classid, objid FROM extended)
                UNION ALL
                SELECT 'table', concat_ws('.', o.schema, o.name), 'INHERITS ' || h.inhparent::regclass
                FROM own o JOIN pg_inherits h ON h.inhrelid = o.oid
                UNION ALL
                SELECT 'table', concat_ws('.', o.schema, o.name), 'ENABLE ROW LEVEL SECURITY' FROM own o WHERE o.relrowsecurity
                UNION ALL
                SELECT 'table', concat_ws('.', o.schema, o.name), 'POLICY ' || p.polname FROM own o JOIN pg_policy p ON p.polrelid = o.oid
                UNION ALL
                SELECT CASE o.kind WHEN 'v' THEN 'view' ELSE 'table' END, concat_ws('.', o.schema, o.name), pg_get_ruledef(w.oid)
                FROM own o JOIN pg_rewrite w ON w.ev_class = o.oid AND w.rulename <> '_RETURN'
                UNION ALL
                SELECT 'table', concat_ws('.', o.schema, o.name), pg_get_triggerdef(t.oid)
                FROM own o JOIN pg_trigger t ON t.tgrelid = o.oid AND NOT t.tgisinternal AND t.tgconstraint <> 0
                UNION ALL
                SELECT 'trigger', t.tgname, 'DISABLED OR REPLICA'
                FROM own o JOIN pg_trigger t ON t.tgrelid = o.oid AND NOT t.tgisinternal AND t.tgenabled <> 'O'
                UNION ALL
                SELECT 'statistics', concat_ws('.', s.schema, x.stxname), pg_get_statisticsobjdef(x.oid)
                FROM pg_statistic_ext x JOIN spaces s ON s.oid = x.stxnamespace
                ORDER BY 1, 2, 3
            ) r
        )
    ) AS value
)
SELECT value::text AS value FROM found
