use crate::diagnostic::Finding;
use crate::formats::renovate::{Pattern, lacks_slashes, pattern_lists, patterns, refusal};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A pattern in Renovate's configuration that it refuses, or that cannot match anything.
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

/// A `*` next to other patterns, which matches everything by itself.
fn lone_star(option: &str, list: &[&Node]) -> Option<Finding> {
    let star = list.iter().find(|pattern| matches!(pattern.text(), Some("*" | "**")))?;
    let message = format!("`{}` is next to other patterns in `{option}`: Renovate refuses that", star.text()?);
    let help = "remove it: patterns that begin with `!` work without it";
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
    // These two take globs only.
    Some(Finding::new(pattern.span, message).help(match option {
        "ignorePaths" | "includePaths" => "write a glob, such as `**/folder/**`".to_owned(),
        _ => format!("write `/{text}/`"),
    }))
}
