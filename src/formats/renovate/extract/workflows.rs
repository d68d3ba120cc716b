//! The github-actions manager: actions, reusable workflows and images.

use super::docker::image;
use super::settings::Settings;
use super::{Found, documents};
use crate::resource::{File, Tree};
use crate::source::Span;
use crate::yaml::{Entry, Node};
use smol_str::SmolStr;

/// What it finds in a workflow or an action.
pub(super) fn actions(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let mut found = Vec::new();
    for document in documents(file).iter() {
        document.root.walk_entries(&mut |Entry { key, value }| match key.text() {
            Some("uses") => found.extend(value.text().and_then(|text| uses(file, text, value.span))),
            Some("container") => found.extend(container(value)),
            Some("services") => found.extend(value.entries().iter().filter_map(|service| container(&service.value))),
            _ => {}
        });
    }
    found.into_iter().map(|found| settings.kept(found)).collect()
}

fn container(node: &Node) -> Option<Found> {
    let named = node.get("image").unwrap_or(node);
    Some(image(named.text()?, named.span))
}

fn uses(file: &File, text: &str, span: Span) -> Option<Found> {
    if let Some(reference) = text.strip_prefix("docker://") {
        return Some(image(reference, span));
    }
    let (path, reference) = text.split_once('@').filter(|_| !text.starts_with("./"))?;
    let mut parts = path.split('/');
    let name = format!("{}/{}", parts.next()?, parts.next()?);
    let is_commit = reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_version = reference.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit());
    let line = file.source.line_text(file.source.line(span.start));
    // The version of a commit stands in a comment behind it.
    let comment = line.split_once('#').and_then(|(_, comment)| comment.split_whitespace().next()).map(SmolStr::new);
    let (value, digest) =
        if is_commit { (comment, Some(SmolStr::new(reference))) } else { (Some(reference.into()), None) };
    let datasource = if is_commit || is_version { "github-tags" } else { "github-digest" };
    Some(Found { span, name: name.into(), value, digest, datasource: datasource.into(), skipped: None })
}
