use crate::diagnostic::Finding;
use crate::formats::sops::{CreationRule, is_encrypted_file, should_be_encrypted};
use crate::model::repo::Repo;
use crate::resource::{File, Syntax};
use crate::rule::Rule;
use crate::secret::is_placeholder;

/// A file that SOPS is to encrypt and that is in clear.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let path = &file.source.path;
    let data = matches!(file.syntax, Syntax::Yaml | Syntax::Json) && !file.source.text.trim().is_empty();
    if !data || file.source.name() == ".sops.yaml" || is_encrypted_file(file) || repo.config().allows_plaintext(path) {
        return Vec::new();
    }
    let named = file.source.name().contains(".sops.");
    let claimed = repo.sops().rule_for(path).filter(|rule| named || rule.is_kept);
    if !(named || claimed.is_some()) || holds_no_secret(file, claimed) {
        return Vec::new();
    }
    let message = format!("`{}` is not encrypted", file.source.name());
    let help = format!("run `sops --encrypt --in-place {path}`, and replace what was committed in clear");
    let finding = Finding::new(first_line(file), message).help(help);
    vec![match claimed {
        Some(rule) => finding.related(rule.span, "this creation rule claims the file"),
        None => finding,
    }]
}

fn holds_no_secret(file: &File, rule: Option<&CreationRule>) -> bool {
    let Some(rule) = rule else { return file.documents().next().is_none() };
    let broken = file.parsed.documents.iter().any(|document| document.broken);
    !broken && should_be_encrypted(file, rule).iter().all(|leaf| leaf.text().is_none_or(is_placeholder))
}

fn first_line(file: &File) -> crate::source::Span {
    let line = file.documents().next().map_or(1, |document| file.source.line(document.root.span.start));
    file.source.span(file.source.line_range(line))
}
