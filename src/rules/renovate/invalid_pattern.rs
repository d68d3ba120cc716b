use crate::diagnostic::Finding;
use crate::formats::renovate::{patterns, refusal};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;

/// A regular expression in Renovate's configuration that it cannot read.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let patterns = file.roots_of(Role::Renovate).flat_map(patterns);
    let refused = patterns.filter_map(|(pattern, span)| Some((pattern, span, refusal(pattern)?)));
    let finding = |(pattern, span, reason)| {
        Finding::new(span, format!("`{pattern}` is no regular expression: {reason}"))
            .help("Renovate reads patterns as RE2 does: without look-around and backreferences")
    };
    refused.map(finding).collect()
}
