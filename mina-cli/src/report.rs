//! Findings as they are printed: drawn as the compiler draws them, as SARIF, for the log of GitHub's workflows.

use crate::finding::{Finding, Findings};
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use mina_command::{Format, Output, Style, count};
use mina_core::diagnostic::{Code, Lint};
use serde_json::{Value, json};

/// Refused.
const REFUSED: u8 = 5;

/// Findings in the form that was asked for, and the exit code that goes with them.
pub fn report(findings: &Findings, format: Format, quiet: bool) -> Output {
    let text = match format {
        Format::Text | Format::Json => drawn(findings, Style::stdout(), quiet),
        Format::Sarif => format!("{:#}", sarif(findings)),
        Format::Github => findings.findings.iter().map(|finding| github(findings, finding)).collect(),
    };
    Output {
        text,
        json: findings.json(),
        code: if findings.errors() > 0 { REFUSED } else { 0 },
        ..Output::default()
    }
}

fn drawn(findings: &Findings, style: Style, quiet: bool) -> String {
    let mut text = drawings(findings, style);
    if !quiet || findings.errors() > 0 {
        text += &summary(findings, style);
    }
    text
}

/// Each finding with its place, drawn.
pub fn drawings(findings: &Findings, style: Style) -> String {
    let renderer = match style.is_coloured() {
        true => Renderer::styled(),
        false => Renderer::plain(),
    };
    let mut text = String::new();
    for finding in &findings.findings {
        text += &draw(findings, finding, &renderer);
        text += "\n\n";
    }
    text
}

fn draw(findings: &Findings, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.refuses {
        true => Level::ERROR,
        false => Level::WARNING,
    };
    let mut title = level.primary_title(finding.message.as_str());
    if !finding.rule.is_empty() {
        title = title.id(finding.rule.as_str());
    }
    let path = findings.path(&finding.file).to_string_lossy().into_owned();
    let helps = finding.help.iter().map(|help| Level::HELP.message(help.as_str()));
    let report = match (&finding.spot, findings.text(&finding.file)) {
        (Some(spot), Some(text)) => {
            let mut snippet = Snippet::source(text.text.as_str())
                .path(path)
                .annotation(AnnotationKind::Primary.span(spot.bytes.clone()));
            if let Some((spot, label)) = &finding.label {
                snippet = snippet.annotation(AnnotationKind::Context.span(spot.bytes.clone()).label(label.as_str()));
            }
            title.element(snippet).elements(helps)
        }
        _ if !finding.file.is_empty() => title.element(Origin::path(path)).elements(helps),
        _ => title.elements(helps),
    };
    renderer.render(&[report])
}

fn summary(findings: &Findings, style: Style) -> String {
    let (errors, warnings) = (findings.errors(), findings.warnings());
    let looked = count(findings.revisions, "revision");
    let mut said = Vec::new();
    if errors > 0 {
        said.push(style.error(&count(errors, "error")));
    }
    if warnings > 0 {
        said.push(style.warning(&count(warnings, "warning")));
    }
    let rest = match findings.partial {
        true => "what needs the whole history is looked at once every file can be read\n",
        false => "",
    };
    match said.is_empty() {
        true => format!("{looked}: {}\n{rest}", style.good("nothing to say against them")),
        false => format!("{looked}: {}\n{rest}", said.join(", ")),
    }
}

fn sarif(findings: &Findings) -> Value {
    let codes = Code::ALL.iter().map(|code| (code.to_string(), code.summary()));
    let lints = Lint::ALL.iter().map(|lint| (lint.to_string(), lint.summary()));
    let used = |rule: &str| findings.findings.iter().any(|finding| finding.rule == rule);
    let rules = codes.chain(lints).filter(|(rule, _)| used(rule));
    let rules = rules.map(|(id, summary)| json!({ "id": id, "shortDescription": { "text": summary } }));
    let results = findings.findings.iter().map(|finding| {
        let mut result = json!({ "level": finding.level(), "message": { "text": told(finding) } });
        if !finding.rule.is_empty() {
            result["ruleId"] = json!(finding.rule);
        }
        if !finding.file.is_empty() {
            let mut place = json!({ "artifactLocation": { "uri": findings.path(&finding.file) } });
            if let Some(spot) = &finding.spot {
                place["region"] = json!({
                    "startLine": spot.start.line, "startColumn": spot.start.column,
                    "endLine": spot.end.line, "endColumn": spot.end.column,
                });
            }
            result["locations"] = json!([{ "physicalLocation": place }]);
        }
        result
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mina", "version": env!("CARGO_PKG_VERSION"), "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

/// The message and its help, a line each.
fn told(finding: &Finding) -> String {
    let lines = std::iter::once(&finding.message).chain(&finding.help);
    lines.map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// One command of a workflow: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
fn github(findings: &Findings, finding: &Finding) -> String {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    let mut properties = Vec::new();
    if !finding.file.is_empty() {
        properties.push(format!("file={}", property(&findings.path(&finding.file).to_string_lossy())));
    }
    if let Some(spot) = &finding.spot {
        properties.push(format!("line={},endLine={}", spot.start.line, spot.end.line));
        properties.push(format!("col={},endColumn={}", spot.start.column, spot.end.column));
    }
    if !finding.rule.is_empty() {
        properties.push(format!("title={}", property(&finding.rule)));
    }
    let space = if properties.is_empty() { "" } else { " " };
    format!(
        "::{}{space}{}::{}\n",
        finding.level(),
        properties.join(","),
        escaped(&told(finding))
    )
}
