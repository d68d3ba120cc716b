use crate::diagnostic::Finding;
use crate::formats::renovate::NAMES;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::{Entry, Node};

/// A package rule that Renovate refuses.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let rules = file.roots_of(Role::Renovate).flat_map(|config| config.items_at(&["packageRules"]));
    rules.filter(|rule| rule.is_map()).flat_map(findings).collect()
}

fn findings(rule: &Node) -> Vec<Finding> {
    let entries: Vec<(&str, &Entry)> =
        rule.entries().iter().filter_map(|entry| Some((entry.key.text()?, entry))).collect();
    // A preset may bring the rest; a name that is not known is said elsewhere.
    if entries.iter().any(|(name, _)| matches!(*name, "extends" | "packageRules") || !is_known(name)) {
        return Vec::new();
    }
    let is_selector = |name: &&str| NAMES.selectors.contains(*name);
    let names = || entries.iter().map(|(name, _)| name);
    if !names().any(is_selector) {
        let message = "this package rule has no matcher";
        return vec![
            Finding::new(rule.span.before(), message)
                .help("add one, such as `matchPackageNames`, or `*` as the package name for all packages"),
        ];
    }
    if names().all(|name| is_selector(name) || *name == "description") {
        let message = "this package rule has no options";
        return vec![Finding::new(rule.span.before(), message).help("add the options to set, or remove the rule")];
    }
    let Some(types) = rule.entry("matchUpdateTypes").filter(|types| !types.value.items().is_empty()) else {
        return Vec::new();
    };
    let early = entries.iter().filter(|(name, _)| NAMES.before_updates.contains(*name));
    let finding = |(name, entry): &(&str, &Entry)| {
        let message = format!(
            "`{name}` cannot be set by a rule with `matchUpdateTypes`: Renovate needs it before the type of an update is known"
        );
        let finding = Finding::new(entry.key.span, message).related(types.key.span, "the types are matched here");
        finding.help(format!("move `{name}` to a rule without `matchUpdateTypes`"))
    };
    early.map(finding).collect()
}

fn is_known(name: &str) -> bool {
    NAMES.options.contains(name) || NAMES.selectors.contains(name) || NAMES.managers.contains(name)
}
