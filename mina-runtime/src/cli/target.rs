use super::Session;
use crate::runner::ErrorKind;

impl Session<'_> {
    /// The binds that a target is about: `head` all, a name the one that has it, anything else the default one.
    pub(super) fn names_for(&self, target: &str) -> Result<Vec<Option<String>>, ErrorKind> {
        let names = self.names()?;
        if names.len() < 2 || matches!(target, "head" | "heads") {
            return Ok(names);
        }
        let words = words(target);
        let knows = |name: &&Option<String>| {
            let graph = self.runner(name.as_deref()).graph();
            words.iter().any(|word| {
                graph.find(word).is_some()
                    || graph.find_label(word).is_some()
                    || graph.find_alias(word).is_some()
                    || graph.find_prefix(word).next().is_some()
            })
        };
        let found = names.iter().find(knows).or_else(|| names.first());
        Ok(found.cloned().into_iter().collect())
    }
}

/// The names in a target: `billing` and `2025` of `billing@2025+1`.
fn words(target: &str) -> Vec<&str> {
    let parts = target.split(['@', ':']).filter_map(|part| part.split(['+', '-']).next());
    parts
        .filter(|part| !part.is_empty() && !matches!(*part, "head" | "heads" | "base" | "current"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_names_in_a_target_are_found() {
        assert_eq!(words("billing@2025+1"), ["billing", "2025"]);
        assert_eq!(words("billing@head"), ["billing"]);
        assert_eq!(words("2025a:current-1"), ["2025a"]);
        assert!(words("-1").is_empty());
    }
}
