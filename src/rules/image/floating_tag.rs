use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::image::{Image, images};
use crate::model::cluster::Cluster;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A tag that names a different image tomorrow.
pub const RULE: Rule = Rule::everywhere(Severity::Warning, check_cluster, check);

/// As deployed: a kustomization may set the tag.
fn check_cluster(cluster: &Cluster) -> Vec<Finding> {
    let file = |image: &Image| cluster.repo.file_of(image.span);
    cluster.images.iter().filter_map(|(_, image)| finding(file(image)?, image)).collect()
}

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.resources().iter().flat_map(images).filter_map(|image| finding(file, &image)).collect()
}

fn finding(file: &File, image: &Image) -> Option<Finding> {
    let (tag, span) = image.floating_tag()?;
    let message = format!("tag `{tag}` of `{}` moves: the image changes without a commit", image.name);
    let finding = Finding::new(span, message).help("name a version, or add the digest: `tag@sha256:…`");
    (!is_explained(file, image)).then_some(finding)
}

/// Whether a comment on the lines of an image, or right above them, gives a reason.
fn is_explained(file: &File, image: &Image) -> bool {
    let line = |at: u32| file.source.line(at);
    let places = [Some(image.span), image.tag.as_ref().map(|(_, span)| *span)];
    let lines = places.iter().flatten().map(|span| line(span.start));
    let (first, last) = (lines.clone().min().unwrap_or(0), lines.max().unwrap_or(0));
    let is_comment = |line: &u32| file.source.line_text(*line).trim_start().starts_with('#');
    let above = (1..first).rev().take_while(is_comment).last().unwrap_or(first);
    let mut comments = file.parsed.comments.iter().filter(|comment| (above..=last).contains(&line(comment.span.start)));
    comments.any(|comment| is_reason(file.source.slice(comment.span)))
}

/// Whether a comment is a sentence: no order to a program, and nothing that was commented out. Where Flux updates the
/// image itself, the tag is what its policy chose.
fn is_reason(comment: &str) -> bool {
    let text = comment.trim_start_matches('#').trim();
    if text.starts_with("{\"$imagepolicy\"") {
        return true;
    }
    let first = text.split_whitespace().next().unwrap_or("");
    text.split_whitespace().count() > 2 && !first.ends_with(':') && !text.starts_with("- ")
}
