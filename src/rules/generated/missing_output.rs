use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A template whose output was deleted while the template stayed.
pub const RULE: Rule = Rule::info(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let missing = repo.projects().iter().filter_map(|project| project.missing(repo.tree(), file));
    let finding = |output| {
        let message = format!("`{output}` does not exist, but its template does: the next rendering creates it");
        Finding::new(file.source.span(file.source.line_range(1)), message)
            .help("delete the template too, or commit what it makes")
    };
    missing.map(finding).collect()
}
