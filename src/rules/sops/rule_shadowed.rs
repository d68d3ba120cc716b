use crate::diagnostic::Finding;
use crate::formats::sops::CreationRule;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A creation rule that no file reaches.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if file.role_of_root() != Some(Role::SopsConfig) {
        return Vec::new();
    }
    let nodes = file.root().map_or(&[][..], |root| root.items_at(&["creation_rules"]));
    let rules = repo.sops().rules_above(&file.source.path).unwrap_or_default();
    let rules: Vec<(&Node, &CreationRule)> = nodes.iter().zip(rules).collect();
    let shadowed = rules.iter().enumerate().filter_map(|(index, (node, rule))| {
        let above = || rules.iter().take(index);
        let by_pattern = above().find(|(earlier, _)| claims_all_of(earlier, node));
        let (first, _) = by_pattern.or_else(|| above().find(|(_, earlier)| earlier.shadows(rule)))?;
        let finding = Finding::new(place(node), "no file reaches this creation rule");
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
