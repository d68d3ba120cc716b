use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::{Problem, ProblemKind};

/// Text that no tool can read.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let unreadable = |problem: &&Problem| match problem.kind {
        ProblemKind::Syntax => true,
        // Other programs read `{{ }}` of their own in their own files.
        ProblemKind::TemplateBraces => is_deployed(file, problem),
        _ => false,
    };
    file.parsed.problems.iter().filter(unreadable).map(Problem::finding).collect()
}

fn is_deployed(file: &File, problem: &Problem) -> bool {
    let mut around = file.all_with_roles().filter(|(document, _)| document.span.contains(problem.span));
    around.any(|(_, role)| matches!(role, Role::Resource | Role::Kustomization))
}
