use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Role, is_of_helmfile};
use crate::rule::Rule;
use crate::yaml::{Problem, ProblemKind};

/// Text that no tool can read.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if is_rendered(file) {
        return Vec::new();
    }
    let unreadable = |problem: &&Problem| match problem.kind {
        ProblemKind::Syntax | ProblemKind::Template => true,
        // Other programs read `{{ }}` of their own in their own files.
        ProblemKind::TemplateBraces => is_deployed(file, problem),
        _ => false,
    };
    file.parsed.problems.iter().filter(unreadable).map(Problem::finding).collect()
}

/// Whether it is a helmfile with templates, which helmfile renders before it reads it.
fn is_rendered(file: &File) -> bool {
    is_of_helmfile(&file.source.path) && file.source.text.contains("{{")
}

fn is_deployed(file: &File, problem: &Problem) -> bool {
    let mut around = file.all_with_roles().filter(|(document, _)| document.span.contains(problem.span));
    around.any(|(_, role)| matches!(role, Role::Resource | Role::Kustomization))
}
