use crate::diagnostic::Finding;
use crate::formats::renovate::{Pattern, lacks_slashes, pattern_lists, patterns, refusal};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A pattern in Renovate's configuration that it refuses, or that cannot fit anything.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs: Vec<&Node> = file.roots_of(Role::Renovate).collect();
    let refused = configs.iter().flat_map(|config| patterns(config)).filter_map(|(pattern, span)| {
        let message = format!("`{pattern}` is not a valid regular expression: {}", refusal(pattern)?);
        Some(
            Finding::new(span, message)
                .help("Renovate reads patterns as RE2 does: without look-around and backreferences"),
        )
    });
    let lists = configs.iter().flat_map(|config| pattern_lists(config));
    let globs = lists.flat_map(|(option, list)| {
        let lone = lone_star(option, &list);
        list.into_iter().filter_map(|pattern| glob(pattern, option, repo)).chain(lone).collect::<Vec<_>>()
    });
    refused.chain(globs).collect()
}

/// A `*` beside other patterns: it says all of it, and Renovate refuses the others.
fn lone_star(option: &str, list: &[&Node]) -> Option<Finding> {
    let star = list.iter().find(|pattern| matches!(pattern.text(), Some("*" | "**")))?;
    let message = format!("`{}` stands beside other patterns in `{option}`: Renovate refuses that", star.text()?);
    let help = "remove it: patterns that begin with `!` leave out what they name without it";
    (list.len() > 1).then(|| Finding::new(star.span, message).help(help))
}

/// A regular expression that lacks its slashes.
fn glob(pattern: &Node, option: &str, repo: &Repo) -> Option<Finding> {
    let text = pattern.text().filter(|text| lacks_slashes(text) && !text.contains("{{"))?;
    let is_path = matches!(option, "managerFilePatterns" | "matchFileNames" | "ignorePaths" | "includePaths");
    let glob = Pattern::new(text)?;
    if is_path && repo.tree().files().iter().any(|file| glob.matches(&file.source.path)) {
        return None;
    }
    let message = format!("`{text}` has no slashes around it: it is a glob, not a regular expression");
    Some(Finding::new(pattern.span, message).help(format!("write `/{text}/`")))
}
