use crate::diagnostic::Finding;
use crate::formats::sops::{CHOICES, is_refused};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A creation rule that SOPS refuses.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if file.role_of_root() != Some(Role::SopsConfig) {
        return Vec::new();
    }
    let rules = file.root().map_or(&[][..], |root| root.items_at(&["creation_rules"]));
    rules.iter().flat_map(|rule| contradiction(rule).into_iter().chain(patterns(rule))).collect()
}

fn contradiction(rule: &Node) -> Option<Finding> {
    let mut chosen = rule.entries().iter().filter(|entry| {
        entry.key.text().is_some_and(|key| CHOICES.contains(&key))
            && entry.value.text().is_some_and(|text| !text.is_empty())
    });
    let (first, second) = (chosen.next()?, chosen.next()?);
    let (one, other) = (first.key.text()?, second.key.text()?);
    let message = format!("`{other}` beside `{one}`: a creation rule takes one of them");
    let finding =
        Finding::new(second.key.span, message).help("SOPS refuses the whole rule: delete one, or make two rules");
    Some(finding.related(first.key.span, "the other"))
}

fn patterns(rule: &Node) -> Vec<Finding> {
    let patterns = rule.entries().iter().filter(|entry| entry.key.text().is_some_and(|key| key.ends_with("_regex")));
    let refused = patterns.filter_map(|entry| Some((entry, entry.value.text().filter(|text| is_refused(text))?)));
    refused
        .map(|(entry, text)| {
            let message = format!("`{text}` is not a valid regular expression");
            Finding::new(entry.value.span, message).help("SOPS stops at it, whatever file it is asked to encrypt")
        })
        .collect()
}
