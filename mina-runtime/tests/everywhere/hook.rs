//! What a program does before and after each migration.

use crate::language::three;
use crate::place::{Place, number};
use diesel::{MysqlConnection, PgConnection, SqliteConnection};
use mina_runtime::runner::{Direction, ErrorKind, Moment, Scope};
use std::sync::{Arc, Mutex};

type Seen = Arc<Mutex<Vec<String>>>;

fn word(moment: &mut Moment<'_>, when: &str) -> String {
    let engines = [
        moment.connection::<SqliteConnection>().is_some(),
        moment.connection::<PgConnection>().is_some(),
        moment.connection::<MysqlConnection>().is_some(),
    ];
    assert_eq!(engines.into_iter().filter(|is| *is).count(), 1);
    let way = if moment.migration().direction == Direction::Up {
        "up"
    } else {
        "down"
    };
    format!(
        "{when} {way} {} for {}",
        moment.migration().revision,
        moment.argument("tenant").unwrap_or("nobody")
    )
}

#[test]
fn hooks_are_called_before_and_after_each_migration() {
    for place in Place::each() {
        let seen = Seen::default();
        let (before, after) = (Arc::clone(&seen), Arc::clone(&seen));
        let runner = three().runner().argument("tenant", "acme");
        let runner = runner.before_each(move |moment| {
            let word = word(moment, "before");
            before.lock().unwrap().push(word);
            Ok(())
        });
        let runner = runner.after_each(move |moment| {
            let word = word(moment, "after");
            after.lock().unwrap().push(word);
            Ok(())
        });
        let mut conn = place.open();
        runner.upgrade(&mut conn, "2025b").unwrap();
        runner.downgrade(&mut conn, "-1").unwrap();
        assert_eq!(
            *seen.lock().unwrap(),
            [
                "before up 2025a for acme",
                "after up 2025a for acme",
                "before up 2025b for acme",
                "after up 2025b for acme",
                "before down 2025b for acme",
                "after down 2025b for acme",
            ]
        );
    }
}

#[test]
fn an_error_of_a_hook_stops_the_run_and_names_the_hook() {
    for place in Place::each() {
        let refuse = |moment: &mut Moment<'_>| match moment.migration().revision.as_str() {
            "2025b" => Err("not on a friday".into()),
            _ => Ok(()),
        };
        let mut conn = place.open();
        let error = three().runner().before_each(refuse).upgrade(&mut conn, "head").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Hook { hook: "before_each", .. }), "{error}");
        assert_eq!(
            error.kind().to_string(),
            "the hook `before_each` stopped the upgrade of `2025b`: not on a friday"
        );
        assert_eq!(
            (error.exit_code(), error.report().current.as_slice()),
            (1, &["2025a".to_owned()][..])
        );
        let error = three().runner().after_each(refuse).upgrade(&mut conn, "head").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Hook { hook: "after_each", .. }), "{error}");
        assert_eq!(three().current(&mut conn).unwrap(), ["2025b"]);
    }
}

#[test]
fn a_hook_writes_and_what_it_leaves_open_is_rolled_back() {
    for place in Place::each() {
        let mut conn = place.open();
        let runner = three().runner().after_each(|moment| {
            if moment.migration().revision == "2025a" {
                moment.execute("INSERT INTO users (id, email) VALUES (7, 'hook')")?;
            }
            Ok(())
        });
        runner.upgrade(&mut conn, "2025b").unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users WHERE id = 7"), 1);
        let open = three().runner().before_each(|moment| {
            use diesel::connection::TransactionManager;
            type Manager = <SqliteConnection as diesel::Connection>::TransactionManager;
            if let Some(conn) = moment.connection::<SqliteConnection>() {
                Manager::begin_transaction(conn)?;
            }
            Ok(())
        });
        if let mina_runtime::AnyConnection::Sqlite(_) = conn {
            let error = open.upgrade(&mut conn, "head").unwrap_err();
            assert!(error.to_string().contains("left a transaction open"), "{error}");
        }
        three().upgrade(&mut conn, "head").unwrap();
    }
}

#[test]
fn in_one_transaction_a_hook_takes_everything_back() {
    let place = Place::on(mina_runtime::Engine::Sqlite);
    let mut conn = place.open();
    let runner = three()
        .runner()
        .transaction(Scope::Run)
        .after_each(|moment| match moment.migration().revision.as_str() {
            "2025c" => Err("no".into()),
            _ => Ok(()),
        });
    let error = runner.upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(error.report().taken_back.len(), 3, "{error}");
    assert_eq!(three().current(&mut conn).unwrap(), Vec::<String>::new());
}

/// Writes down the spans that are entered.
struct Spans {
    names: Mutex<Vec<&'static str>>,
    entered: Seen,
}

impl Spans {
    fn writing_to(entered: &Seen) -> Self {
        Self {
            names: Mutex::default(),
            entered: Arc::clone(entered),
        }
    }
}

impl tracing::Subscriber for Spans {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("mina_runtime")
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut names = self.names.lock().unwrap();
        names.push(span.metadata().name());
        tracing::span::Id::from_u64(names.len() as u64)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        self.entered.lock().unwrap().push(format!("event at {}", event.metadata().level()));
    }

    fn enter(&self, span: &tracing::span::Id) {
        let name = self.names.lock().unwrap()[span.into_u64() as usize - 1];
        self.entered.lock().unwrap().push(name.to_owned());
    }

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_run_its_migrations_and_their_units_are_spans() {
    // While there is one subscriber alone, a thread that has none decides for all that a span is of no interest.
    let _second = tracing::Dispatch::new(Spans::writing_to(&Seen::default()));
    for place in Place::each() {
        let entered = Seen::default();
        let spans = Spans::writing_to(&entered);
        let mut conn = place.open();
        tracing::subscriber::with_default(spans, || three().upgrade(&mut conn, "2025b")).unwrap();
        let one = ["migration", "unit", "event at INFO"];
        assert_eq!(
            *entered.lock().unwrap(),
            [&["run"][..], &one, &one].concat(),
            "{:?}",
            place.engine()
        );
    }
}
