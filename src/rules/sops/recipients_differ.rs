use crate::diagnostic::Finding;
use crate::formats::sops::{CreationRule, Difference, MANY};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::Span;

/// A file that is encrypted to other keys than its creation rule names.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let rules = repo.sops().rules_above(&file.source.path).unwrap_or_default();
    let outdated = rules.iter().flat_map(|rule| rule.outdated.iter().map(move |(what, places)| (rule, what, places)));
    let findings = outdated.filter_map(|(rule, what, places)| match places.len() {
        // One key that was added or changed, and nobody told the files.
        MANY.. => (rule.span.file == file.source.id).then(|| many(rule, what, places)),
        _ => Some(one(rule, what, *places.iter().find(|place| place.file == file.source.id)?, file)),
    });
    findings.collect()
}

fn many(rule: &CreationRule, what: &Difference, places: &[Span]) -> Finding {
    let message = format!(
        "{} files are encrypted to other keys than this creation rule names: {} them",
        places.len(),
        said(what)
    );
    let finding = Finding::new(rule.span, message).help("run `sops updatekeys` on each of them");
    places.iter().fold(finding, |finding, place| finding.related(*place, "encrypted to other keys"))
}

fn one(rule: &CreationRule, what: &Difference, place: Span, file: &File) -> Finding {
    let (name, path) = (file.source.name(), &file.source.path);
    let message = format!("`{name}` is encrypted to other keys than its creation rule names: {} it", said(what));
    let finding = Finding::new(place, message).help(format!("run `sops updatekeys {path}`"));
    finding.related(rule.span, "the rule that matches it")
}

fn said(what: &Difference) -> String {
    match what {
        Difference::Lacks(recipient) => format!("`{}` cannot decrypt", short(recipient)),
        Difference::Keeps(recipient) => format!("`{}` can still decrypt", short(recipient)),
    }
}

/// The start of a key: the newest are two thousand characters long.
fn short(recipient: &str) -> String {
    let start: String = recipient.chars().take(24).collect();
    if start.len() < recipient.len() { format!("{start}…") } else { start }
}
