use crate::diagnostic::Finding;
use crate::formats::sops::is_encrypted_file;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::secret::{key_file, reported};

/// A text that is a credential by its looks.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    finding(file, repo).into_iter().collect()
}

/// One finding for all credentials of a file.
fn finding(file: &File, repo: &Repo) -> Option<Finding> {
    let text = &file.source.text;
    let mut found = reported(text);
    let (range, what) = found.next()?;
    let told = is_encrypted_file(file) || key_file(file.source.name(), text).is_some();
    if told || file.is_example() || repo.config().allows_plaintext(&file.source.path) || is_in_secret(file, &range) {
        return None;
    }
    let help = "take it from a Secret that is encrypted or fetched, and replace it: it is in the history";
    let finding = Finding::new(file.source.span(range), format!("this is {what}, in clear")).help(help);
    Some(found.fold(finding, |finding, (range, what)| finding.related(file.source.span(range), format!("{what}, too"))))
}

/// Whether a Secret holds it, of which `secret/plaintext` speaks.
fn is_in_secret(file: &File, range: &std::ops::Range<usize>) -> bool {
    let place = file.source.span(range.clone());
    file.resources().iter().any(|resource| resource.is("", "Secret") && resource.node.span.contains(place))
}
