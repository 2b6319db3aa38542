//! The schema that revisions leave, folded from their blocks, which are in the program.

use super::Runner;
use super::error::ErrorKind;
use crate::migration::Migration;
use mina_core::check::Checked;
use mina_core::engine::{Engine, Target};
use mina_core::history::{History, Revision};
use mina_core::schema::Schema;

/// A history whose schema is known at every revision, on one engine.
pub(crate) struct Fold {
    history: History,
    bind: Option<String>,
    pub(crate) target: Target,
}

impl Runner {
    /// The history of all binds, as it was compiled, for an engine.
    pub(crate) fn fold(&self, engine: Engine) -> Result<Fold, ErrorKind> {
        self.folded(engine, false)
    }

    /// The same, as if no other engine were declared; a revision is checked where that is asked for.
    pub(crate) fn fold_of_sole(&self, engine: Engine) -> Result<Fold, ErrorKind> {
        let mut fold = self.folded(engine, true)?;
        fold.history.trust();
        Ok(fold)
    }

    fn folded(&self, engine: Engine, sole: bool) -> Result<Fold, ErrorKind> {
        // Not that of `--config`: the names that the compiled one gives are those that the SQL says.
        let mut config = crate::settings::config(&self.migrations)?;
        let bind = self.bind.as_deref();
        let declared = config.bind(bind).unwrap_or(&config.database).engines.iter().copied();
        let target = declared.into_iter().find(|target| target.engine() == engine);
        let target = target.ok_or(ErrorKind::NotDeclared { engine })?;
        if sole {
            let own = bind.and_then(|bind| config.databases.get_mut(bind));
            own.unwrap_or(&mut config.database).engines = vec![target];
        }
        let revisions = self.migrations.migrations.iter().map(Migration::block);
        Ok(Fold {
            history: History::new(config, revisions.collect::<Result<_, _>>()?),
            bind: bind.map(str::to_owned),
            target,
        })
    }
}

impl Fold {
    /// What revisions leave, with all that they build on.
    pub(crate) fn at<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Schema {
        let schema = self.history.schema_of(self.bind.as_deref(), self.target, ids);
        schema.unwrap_or_default()
    }

    /// A revision, with what its check gives.
    pub(crate) fn checked(&self, id: &str) -> Option<(&Revision, &Checked)> {
        let mut blocks = self.history.blocks(self.bind.as_deref()).iter().copied();
        let is_own = |block: &usize| {
            self.history.revisions[*block]
                .block
                .revision
                .as_ref()
                .is_some_and(|own| own.text == id)
        };
        let block = blocks.find(is_own)?;
        Some((&self.history.revisions[block], self.history.checked(block)))
    }

    /// The tables in which mina.toml says that histories are kept.
    pub(crate) fn history_tables(&self) -> impl Iterator<Item = &str> {
        let config = &self.history.config;
        let databases = config.databases.values().chain([&config.database]);
        databases.filter_map(|database| database.history_table.as_deref())
    }

    /// What the other binds leave at their heads.
    pub(crate) fn others(&self) -> impl Iterator<Item = Schema> {
        let binds = self.history.graphs().map(|(bind, _)| bind);
        let others = binds.filter(|bind| *bind != self.bind.as_deref());
        others.filter_map(|bind| {
            let targets = self.history.targets(bind).iter();
            let target = targets.copied().find(|target| target.engine() == self.target.engine())?;
            self.history.head(bind, target)
        })
    }
}

impl Migration {
    fn block(&self) -> Result<Revision, ErrorKind> {
        let id = self.record.id();
        let blocks = Revision::all_in(self.source, self.record.file()).unwrap_or_default();
        let is_own = |revision: &Revision| revision.block.revision.as_ref().is_some_and(|own| own.text == id);
        let own = blocks.into_iter().find(is_own);
        own.ok_or_else(|| ErrorKind::NoBlock { revision: id.to_owned() })
    }
}
