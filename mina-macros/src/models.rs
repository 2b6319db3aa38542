//! `schema!`: Diesel's tables from the models.

use crate::block::Source;
use crate::place;
use crate::report::{self, Spans};
use crate::tables;
use mina_core::config::Config;
use mina_core::diagnostic::{Code, Diagnostic};
use mina_core::engine::{Engine, Target};
use mina_core::models::Models;
use mina_core::models::diesel::{Disagreement, declare};
use mina_core::schema::Schema;
use mina_core::syntax::Span;
use mina_source::Layout;
use proc_macro2::TokenStream;
use std::path::Path;
use std::sync::Arc;

pub fn expand(stream: TokenStream) -> TokenStream {
    let mut source = Source::new(stream);
    source.locate();
    let file = place::file_of(source.first());
    let models = Models::from_tokens(&source.tokens, &file.as_deref().map(place::shown).unwrap_or_default());
    let layout = file.as_deref().and_then(layout_of);
    let mut tokens = TokenStream::new();
    let config = match layout.as_deref().map(|layout| &layout.config) {
        Some(Ok(config)) => Some(config),
        Some(Err(message)) => {
            tokens.extend(report::error(message, (source.first(), source.first())));
            None
        }
        None => None,
    };
    let (schemas, mut diagnostics) = resolved(&models, config);
    let sides: Vec<(Engine, &Schema)> = schemas.iter().map(|(target, schema)| (target.engine(), schema)).collect();
    let (declarations, disagreements) = declare(&sides, &models.views(models.bind()));
    diagnostics.extend(disagreements.iter().map(|disagreement| disagreed(&models, disagreement)));
    tokens.extend(report::report(&diagnostics, &source.spans));
    tokens.extend(tables::tokens(&declarations, |name, column| match column {
        Some(column) => at(&source.spans, models.name_of(name, column)?),
        None => at(&source.spans, models.span_of(name, None)?),
    }));
    if let (Some(layout), Some(file)) = (layout, file) {
        tokens.extend(tables::reread(layout.file.as_deref(), &file));
    }
    tokens
}

fn at(spans: &Spans, span: Span) -> Option<proc_macro2::Span> {
    spans.0.get(span.start as usize).copied()
}

/// The mina.toml beside a file, or that of its crate.
fn layout_of(file: &Path) -> Option<Arc<Layout>> {
    let folders = file.parent().map(Path::to_path_buf).into_iter().chain(place::crate_folder());
    folders.map(|folder| place::layout(&folder)).find(|layout| layout.file.is_some())
}

/// The schema on each engine in force: those that mina.toml declares, else those of the head, else those of the three
/// that can hold the models.
fn resolved(models: &Models, config: Option<&Config>) -> (Vec<(Target, Schema)>, Vec<Diagnostic>) {
    let default = Config::default();
    let bind = models.bind();
    let heads = models.engines();
    let is_headed = |target: &Target| heads.is_empty() || heads.contains(&target.engine());
    if let Some(config) = config {
        let Some(database) = config.bind(bind) else {
            let (schemas, mut diagnostics) = models.resolve_all(config, bind, &[]);
            diagnostics.extend(no_such_bind(models, config));
            return (schemas, diagnostics);
        };
        let targets: Vec<Target> = database.engines.iter().copied().filter(is_headed).collect();
        return models.resolve_all(config, bind, &targets);
    }
    let targets: Vec<Target> = Engine::ALL.iter().map(|engine| Target::recent(*engine)).filter(is_headed).collect();
    if !heads.is_empty() {
        return models.resolve_all(&default, bind, &targets);
    }
    let can: Vec<Target> = targets
        .iter()
        .copied()
        .filter(|target| {
            !models
                .resolve(&default, bind, *target, &[*target])
                .diagnostics
                .iter()
                .any(Diagnostic::is_error)
        })
        .collect();
    match can.is_empty() {
        true => models.resolve_all(&default, bind, &targets),
        false => models.resolve_all(&default, bind, &can),
    }
}

fn no_such_bind(models: &Models, config: &Config) -> Option<Diagnostic> {
    let bind = models.bind_span()?;
    let names: Vec<&str> = config.databases.keys().map(String::as_str).collect();
    let diagnostic = Diagnostic::error(
        Code::M108,
        bind,
        format!("mina.toml has no database `{}`", models.bind().unwrap_or_default()),
    );
    Some(match names.is_empty() {
        true => diagnostic.help("it has none beside the default one, `[database]`: leave `bind` out"),
        false => diagnostic.help(format!("it has `{}`", names.join("`, `"))),
    })
}

fn disagreed(models: &Models, disagreement: &Disagreement) -> Diagnostic {
    let span = models.span_of(&disagreement.table, disagreement.column.as_deref());
    let span = span.or_else(|| models.span_of(&disagreement.table, None)).unwrap_or_default();
    let engines: Vec<String> = disagreement.each.iter().map(|(engine, _)| format!("`<{engine}>`")).collect();
    Diagnostic::error(Code::M501, span, format!("to Diesel {disagreement}, and these are tables for both"))
        .help(format!(
            "head the models with the engine that the application uses: {}",
            engines.join(" or ")
        ))
        .help("or use a type that is one to Diesel on all of them, such as `Timestamp` or `Text`")
}
