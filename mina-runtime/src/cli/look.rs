use super::change::heading;
use super::{Bound, Failure, Session, names};
use crate::connection::AsConnection;
use crate::runner::{Applied, Direction, Entry, ErrorKind, Impact, Overview, Plan, Status};
use mina_command::cost::{Costs, held};
use mina_command::statements::statements;
use mina_command::{Format, Output};
use mina_core::schema::ObjectName;
use serde_json::{Value, json};

impl Session<'_> {
    pub(super) fn current(&self, verbose: bool, check_heads: bool) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut found = Vec::new();
        let all = self.bound(&self.names()?)?;
        for bound in &all {
            let (mut conn, there) = bound.look().map_err(|error| bound.fail(error))?;
            let seen = bound.runner.overview(conn.as_connection()).map_err(|error| bound.fail(error))?;
            if all.len() > 1 || verbose {
                output.text += &format!("{}:\n", bound.title());
            }
            output.text += &self.current_lines(bound, &seen, there, verbose);
            let mut code = 0;
            if check_heads && (seen.is_behind || seen.is_ahead) {
                code = 3;
            }
            if !seen.partly.is_empty() {
                code = 7;
            }
            output.code = output.code.max(code);
            found.push(json!({
                "bind": bound.label(), "database": bound.location.to_string(), "exists": there,
                "current": seen.current, "heads": seen.heads, "partly": seen.partly,
                "revisions": seen.entries,
            }));
        }
        output.json = json!({ "databases": found });
        Ok(output)
    }

    fn current_lines(&self, bound: &Bound, seen: &Overview, there: bool, verbose: bool) -> String {
        let style = self.style();
        let mut text = String::new();
        if !there {
            text += &format!("no database yet at {}: nothing is applied\n", bound.location);
        } else if seen.current.is_empty() && seen.partly.is_empty() {
            text += "nothing is applied\n";
        }
        for id in &seen.current {
            let entry = seen.entries.iter().find(|entry| entry.revision == *id);
            text += &style.id(id);
            text += &marks(entry, seen, id);
            if let Some(entry) = entry.filter(|_| verbose) {
                text += &format!("\n  {}\n  {}", entry.message, entry.file);
                if let Some(run_on) = &entry.run_on {
                    text += &format!("\n  applied {run_on}");
                }
                if let Some(milliseconds) = entry.duration_ms {
                    text += &format!(" in {milliseconds} ms");
                }
            }
            text.push('\n');
        }
        for partly in &seen.partly {
            text += &format!(
                "{} {}\n",
                style.id(&partly.revision),
                style.warning(&partly_text(partly.direction, partly.done, partly.units))
            );
        }
        text
    }

    pub(super) fn status(&self) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut found = Vec::new();
        let all = self.bound(&self.names()?)?;
        let mut refused: Option<Failure> = None;
        for bound in &all {
            let (mut conn, there) = bound.look().map_err(|error| bound.fail(error))?;
            let status = bound.runner.status(conn.as_connection()).map_err(|error| bound.fail(error))?;
            output.text += &format!("{}\n", bound.title());
            output.text += &self.status_lines(&status, there);
            let code = match status.sound() {
                Err(error) => {
                    let code = error.exit_code();
                    refused.get_or_insert_with(|| bound.fail(error));
                    code
                }
                Ok(()) if self.options.strict && !status.ahead.is_empty() => 5,
                Ok(()) if !status.pending.is_empty() => 3,
                Ok(()) => 0,
            };
            output.code = output.code.max(code);
            let mut value = json!(status);
            value["bind"] = json!(bound.label());
            value["database"] = json!(bound.location.to_string());
            value["exists"] = json!(there);
            found.push(value);
        }
        output.json = json!({ "databases": found });
        if let Some(failure) = refused.filter(|_| self.options.format == Format::Text) {
            output.print(Format::Text);
            return Err(failure);
        }
        Ok(output)
    }

    fn status_lines(&self, status: &Status, there: bool) -> String {
        let style = self.style();
        let mut text = String::new();
        let mut line = |name: &str, value: String| text += &format!("  {name:<12}{value}\n");
        match there {
            true => line("current", names(&status.current)),
            false => line("current", "no database yet".to_owned()),
        }
        line("heads", names(&status.heads));
        match status.pending.is_empty() {
            true => line("pending", style.good("none")),
            false => line("pending", style.warning(&several(&status.pending))),
        }
        let lists = [
            ("ahead", &status.ahead),
            ("unknown", &status.unknown),
            ("other bind", &status.other_binds),
            ("unverified", &status.unverified),
        ];
        for inside in &status.inside {
            let middle = format!("{} has {}", inside.squash, several(&inside.ids));
            line("in a squash", style.warning(&middle));
        }
        for (name, ids) in lists.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            line(name, style.warning(&several(ids)));
        }
        let edited: Vec<String> = status.edited.iter().map(|edit| edit.revision.clone()).collect();
        if !edited.is_empty() {
            line("edited", style.warning(&several(&edited)));
        }
        for partly in &status.partly {
            let how = partly_text(partly.direction, partly.done, partly.units);
            line("partly", style.warning(&format!("{} {how}", partly.revision)));
        }
        text
    }

    pub(super) fn plan(&self, target: &str) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut found = Vec::new();
        for bound in self.bound(&self.names_for(target)?)? {
            let (mut conn, _) = bound.look().map_err(|error| bound.fail(error))?;
            let plan = match bound.runner.plan(conn.as_connection(), Direction::Up, target) {
                Err(error) if matches!(error.kind(), ErrorKind::Target(_)) => {
                    bound.runner.plan(conn.as_connection(), Direction::Down, target).map_err(|_| error)
                }
                plan => plan,
            };
            let plan = plan.map_err(|error| bound.fail(error))?;
            let impact = bound
                .runner
                .impact(conn.as_connection(), &plan)
                .map_err(|error| bound.fail(error))?;
            output.text += &self.plan_lines(&bound, &plan, &impact);
            let mut value = json!(plan);
            add_impact(&mut value, &impact);
            value["bind"] = json!(bound.label());
            value["database"] = json!(bound.location.to_string());
            if plan.direction == Direction::Down {
                value["losses"] = json!(
                    bound
                        .runner
                        .losses(conn.as_connection(), &plan)
                        .map_err(|error| bound.fail(error))?
                );
            }
            found.push(value);
        }
        output.json = json!({ "plans": found });
        Ok(output)
    }

    fn plan_lines(&self, bound: &Bound, plan: &Plan, impact: &Impact) -> String {
        if !plan.ahead.is_empty() {
            return format!("{}: ahead with {}, nothing to do\n", bound.title(), plan.ahead.join(", "));
        }
        if plan.is_empty() {
            return format!("{}: nothing to do\n", bound.title());
        }
        let mut text = format!("{}: {}\n", bound.title(), heading(plan));
        let mut steps = impact.migrations.iter().flat_map(|disturbance| disturbance.units.iter().flatten());
        if steps.any(|cost| cost.locks.iter().any(|lock| lock.table.is_none())) {
            text += "  each unit is the only writer of the database until it is done\n";
        }
        for table in &impact.tables {
            text += &format!("  {}: {}\n", table.table, held(table.rows, table.bytes));
        }
        let size = |name: &ObjectName| {
            let table = impact.tables.iter().find(|table| table.table == name.to_string())?;
            Some(held(table.rows, table.bytes))
        };
        for (planned, disturbance) in plan.migrations.iter().zip(&impact.migrations) {
            text += &format!("\n{} {}\n", self.style().id(&planned.revision), planned.message);
            let costs = Costs {
                units: &disturbance.units,
                size: &size,
            };
            text += &statements(&planned.units, planned.done, &planned.file, Some(costs), self.style());
            for lint in &disturbance.lints {
                text += &format!("  {}\n", self.style().warning(lint));
            }
        }
        text
    }
}

/// Beside each step what it costs, beside each migration what its lints say.
fn add_impact(plan: &mut Value, impact: &Impact) {
    plan["tables"] = json!(impact.tables);
    for (at, disturbance) in impact.migrations.iter().enumerate() {
        let migration = &mut plan["migrations"][at];
        migration["lints"] = json!(disturbance.lints);
        for (unit, costs) in disturbance.units.iter().enumerate() {
            for (step, cost) in costs.iter().enumerate() {
                migration["units"][unit]["steps"][step]["cost"] = json!(cost);
            }
        }
    }
}

fn several(ids: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = ids.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match ids.len() {
        0..=1 => shown,
        number if number <= SHOWN => format!("{number}: {shown}"),
        number => format!("{number}: {shown}, …"),
    }
}

fn partly_text(direction: Direction, done: usize, units: usize) -> String {
    match direction {
        Direction::Up => format!("partly applied {done}/{units}"),
        Direction::Down => format!("partly reverted {done}/{units}"),
    }
}

fn marks(entry: Option<&Entry>, seen: &Overview, id: &str) -> String {
    let mut marks = Vec::new();
    if seen.heads.iter().any(|head| head == id) {
        marks.push("head");
    }
    match entry.and_then(|entry| entry.state.as_ref()) {
        None if seen.inside.iter().any(|inside| inside.ids.iter().any(|own| own == id)) => marks.push("squashed"),
        None => marks.push("unknown"),
        Some(Applied::Unverified) => marks.push("unverified"),
        Some(Applied::Edited) => marks.push("edited"),
        Some(Applied::Ahead) => marks.push("ahead"),
        Some(_) => {}
    }
    marks.iter().map(|mark| format!(" ({mark})")).collect()
}
