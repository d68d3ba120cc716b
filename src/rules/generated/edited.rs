use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::template::{Project, Unified};

/// An output of a template that was changed instead of the template.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if repo.config().is_hand_edited(&file.source.path) {
        return Vec::new();
    }
    repo.projects().iter().filter_map(|project| finding(file, repo, project)).collect()
}

fn finding(file: &File, repo: &Repo, project: &Project) -> Option<Finding> {
    let compared = project.compared(repo.tree()).get(&file.source.path)?;
    let template = repo.tree().find(project.outputs.get(&file.source.path)?)?;
    let name = &template.source.path;
    match compared {
        Unified::No { output, template: at } => {
            let line = file.source.line(*output as u32);
            let expected = template.source.line(*at as u32);
            let message =
                format!("`{}` does not come from its template: this line was edited by hand", file.source.name());
            Some(
                Finding::new(file.source.span(file.source.line_range(line)), message)
                    .related(template.source.span(template.source.line_range(expected)), "the template has this here")
                    .help(format!("make the change in `{name}` and render again, or the next rendering undoes it")),
            )
        }
        _ if edited_alone(file, template, repo, project) => {
            let message = format!("`{}` was changed, its template and the data were not", file.source.name());
            Some(
                Finding::new(file.source.span(file.source.line_range(1)), message)
                    .related(template.source.span(template.source.line_range(1)), "the template")
                    .help(format!("make the change in `{name}` or in the data, and render again")),
            )
        }
        _ => None,
    }
}

/// Data outside of git may have changed unseen: only where all of it is here, an output cannot change alone.
fn edited_alone(file: &File, template: &File, repo: &Repo, project: &Project) -> bool {
    let same = |path: &str| repo.changed(path) == Some(false);
    let data =
        !project.data.is_empty() && project.data.iter().all(|path| repo.tree().find(path).is_some() && same(path));
    data && repo.changed(&file.source.path) == Some(true) && same(&template.source.path)
}
