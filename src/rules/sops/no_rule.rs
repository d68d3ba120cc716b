use crate::diagnostic::{Finding, Severity};
use crate::formats::sops::MANY;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::Span;

/// An encrypted file that no creation rule claims.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    finding(file, repo).into_iter().collect()
}

fn finding(file: &File, repo: &Repo) -> Option<Finding> {
    let (name, path) = (file.source.name(), &file.source.path);
    let unclaimed = repo.sops().unclaimed_above(path);
    let last = repo.sops().rules_above(path)?.last()?.span;
    // Where many files are left out, the mistake is in the rules.
    if name == ".sops.yaml" && unclaimed.len() >= MANY {
        let message =
            format!("no creation rule matches {} encrypted files: `sops` cannot encrypt new ones", unclaimed.len());
        let finding =
            Finding::new(last, message).help("correct the `path_regex` that is meant for them, or add a rule");
        return Some(unclaimed.iter().fold(finding, |finding, place| finding.related(*place, "not matched")));
    }
    let place = unclaimed.iter().find(|place: &&Span| place.file == file.source.id && unclaimed.len() < MANY)?;
    let message = format!("no creation rule matches `{name}`: `sops` cannot encrypt a new file of this name");
    let help = format!("add a rule whose `path_regex` matches `{path}`");
    // This one is encrypted, and can be edited.
    let finding = Finding::new(*place, message).help(help).at_most(Severity::Info);
    Some(finding.related(last, "the last of the rules"))
}
