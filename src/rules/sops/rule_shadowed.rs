use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A creation rule that no file reaches.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if file.role_of_root() != Some(Role::SopsConfig) {
        return Vec::new();
    }
    let rules = file.root().map_or(&[][..], |root| root.items_at(&["creation_rules"]));
    let shadowed = rules.iter().enumerate().filter_map(|(index, rule)| {
        let first = rules.iter().take(index).find(|earlier| claims_all_of(earlier, rule))?;
        let finding = Finding::new(place(rule), "no file reaches this creation rule");
        Some(
            finding
                .help("SOPS takes the first rule that matches: move this one up")
                .related(place(first), "this rule matches them first"),
        )
    });
    shadowed.collect()
}

/// Whether a rule matches every path that another matches: it has no pattern, or the same.
fn claims_all_of(rule: &Node, other: &Node) -> bool {
    let pattern = |rule: &Node| rule.text_at(&["path_regex"]).unwrap_or("").to_owned();
    let named = |rule: &Node| rule.get("filename_regex").is_some();
    !named(rule)
        && !named(other)
        && (["", ".*", "^.*$"].contains(&pattern(rule).as_str()) || pattern(rule) == pattern(other))
}

fn place(rule: &Node) -> crate::source::Span {
    let first = rule.entries().first().map(|entry| entry.key.span.to(entry.value.span));
    rule.get("path_regex").map(|node| node.span).or(first).unwrap_or(rule.span)
}
