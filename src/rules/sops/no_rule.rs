use crate::diagnostic::Finding;
use crate::formats::sops::{METADATA, metadata};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// An encrypted file that no creation rule claims.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    finding(file, repo).into_iter().collect()
}

fn finding(file: &File, repo: &Repo) -> Option<Finding> {
    let (name, path) = (file.source.name(), &file.source.path);
    let document = file.documents().find(|document| metadata(document).is_some())?;
    let last = repo.sops().rules_above(path)?.last()?;
    if !name.contains(".sops.") || repo.sops().rule_for(path).is_some() {
        return None;
    }
    let message = format!("no creation rule matches `{name}`: `sops` cannot encrypt a new file of this name");
    let help = format!("add a rule whose `path_regex` matches `{path}`");
    let finding = Finding::new(document.root.entry(METADATA)?.key.span, message);
    Some(finding.help(help).related(last.span, "the last of the rules"))
}
