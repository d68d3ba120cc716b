use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::template::Undefined;

/// A name in a template that neither data nor code defines.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let projects = repo.projects().iter().filter(|project| project.output_of(file).is_some());
    projects.flat_map(|project| project.undefined(repo.tree(), file)).map(finding).collect()
}

fn finding(undefined: Undefined) -> Finding {
    let Undefined { span, path, near } = undefined;
    let finding = Finding::new(span, format!("`{path}` is not defined: it renders as an empty string"));
    finding.maybe_help(near.map(|near| format!("the data has `{near}`")))
}
