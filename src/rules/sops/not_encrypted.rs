use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A file that SOPS is to encrypt and that is in clear.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let path = &file.source.path;
    if file.is_example() || repo.config().allows_plaintext(path) {
        return Vec::new();
    }
    let Some(claimed) = repo.sops().should_be_encrypted(file) else { return Vec::new() };
    let message = format!("`{}` is not encrypted", file.source.name());
    let help = format!("run `sops --encrypt --in-place {path}`, and replace what was committed in clear");
    let finding = Finding::new(first_line(file), message).help(help);
    vec![match claimed {
        Some(rule) => finding.related(rule.span, "this creation rule matches the file"),
        None => finding,
    }]
}

fn first_line(file: &File) -> crate::source::Span {
    let line = file.documents().next().map_or(1, |document| file.source.line(document.root.span.start));
    file.source.span(file.source.line_range(line))
}
