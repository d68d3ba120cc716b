use crate::diagnostic::Finding;
use crate::jinja::{Mistake, mistakes};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A template that Jinja cannot read.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let projects = repo.projects().iter().filter(|project| project.output_of(file).is_some());
    let mistakes = projects.flat_map(|project| mistakes(&file.source.text, &project.delimiters));
    mistakes.map(|mistake| finding(file, mistake)).collect()
}

fn finding(file: &File, mistake: Mistake) -> Finding {
    let finding = Finding::new(file.source.span(mistake.range), mistake.message).maybe_help(mistake.help);
    match mistake.related {
        Some(related) => finding.related(file.source.span(related), "opened here"),
        None => finding,
    }
}
