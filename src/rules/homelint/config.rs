use crate::config::FILE;
use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A mistake in homelint's own configuration.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if file.source.path == FILE { repo.config().faults.clone() } else { Vec::new() }
}
