use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Role, Syntax};
use crate::rule::Rule;
use crate::yaml::refused_tab;

/// A tab that YAML allows, and the tools of Kubernetes do not.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    // Programs that are not written in Go read the rest.
    let is_read = |role| !matches!(role, Role::Workflow | Role::Renovate | Role::Other);
    let is_yaml = file.syntax == Syntax::Yaml && file.is_exact();
    if !is_yaml || file.parsed.documents.iter().any(|document| document.broken) {
        return Vec::new();
    }
    let read = file.with_roles().any(|(_, role)| is_read(role));
    let tab = if read { refused_tab(&file.source.text, &file.parsed) } else { None };
    tab.map(|at| finding(file, at)).into_iter().collect()
}

fn finding(file: &File, at: usize) -> Finding {
    let line = file.source.line_range(file.source.line(at as u32));
    let finding =
        Finding::new(file.source.span(at..at + 1), "a tab at the start of a line: kustomize and Flux cannot read it");
    if file.source.text.get(line.clone()).is_some_and(|text| text.trim().is_empty()) {
        return finding.help("delete it").safe_fix("empty the line", file.source.span(line), "");
    }
    finding.help("indent with spaces")
}
