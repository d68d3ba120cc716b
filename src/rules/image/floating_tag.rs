use crate::diagnostic::Finding;
use crate::kubernetes::image::{Image, images};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A tag that names a different image tomorrow.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.resources().iter().flat_map(images).filter_map(|image| finding(&image)).collect()
}

fn finding(image: &Image) -> Option<Finding> {
    let (tag, span) = image.floating_tag()?;
    let message = format!("tag `{tag}` of `{}` moves: the image changes without a commit", image.name);
    Some(Finding::new(span, message).help("name a version, or add the digest: `tag@sha256:…`"))
}
