use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::{Problem, ProblemKind};

/// An alias whose anchor is not defined before it in the same document.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let lost = file.parsed.problems.iter().filter(|problem| problem.kind == ProblemKind::AliasUndefined);
    lost.map(Problem::finding).collect()
}
