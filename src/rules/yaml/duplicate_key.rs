use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::{Problem, ProblemKind};

/// A key that its mapping already has.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let duplicates = file.parsed.problems.iter().filter(|problem| problem.kind == ProblemKind::DuplicateKey);
    duplicates.map(Problem::finding).collect()
}
