use crate::diagnostic::Finding;
use crate::formats::sops::{METADATA, metadata, recipients};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A file that is encrypted to other keys than its creation rule names.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    finding(file, repo).into_iter().collect()
}

fn finding(file: &File, repo: &Repo) -> Option<Finding> {
    let document = file.documents().find(|document| metadata(document).is_some())?;
    let path = &file.source.path;
    let rule = repo.sops().rule_for(path).filter(|rule| !rule.recipients.is_empty())?;
    let own = recipients(metadata(document)?);
    // Other kinds of keys are not compared.
    if own.is_empty() || own == rule.recipients {
        return None;
    }
    let what = match rule.recipients.difference(&own).next() {
        Some(missing) => format!("`{}` cannot decrypt it", short(missing)),
        None => format!("`{}` can still decrypt it", short(own.difference(&rule.recipients).next()?)),
    };
    let message = format!("`{}` is encrypted to other keys than its creation rule names: {what}", file.source.name());
    let finding = Finding::new(document.root.entry(METADATA)?.key.span, message);
    Some(finding.help(format!("run `sops updatekeys {path}`")).related(rule.span, "the rule that matches it"))
}

/// The start of a key: the newest are two thousand characters long.
fn short(recipient: &str) -> String {
    let start: String = recipient.chars().take(24).collect();
    if start.len() < recipient.len() { format!("{start}…") } else { start }
}
