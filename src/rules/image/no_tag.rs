use crate::diagnostic::Finding;
use crate::kubernetes::image::{Image, images};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// An image without tag or digest: `latest`, without saying so.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    // In values a chart adds the tag; only a manifest's own image is complete.
    let own = file.resources().iter().filter(|resource| !resource.is_helm_release());
    own.flat_map(images).filter_map(|image| finding(&image)).collect()
}

fn finding(image: &Image) -> Option<Finding> {
    if !image.whole || image.tag.is_some() || image.digest.is_some() {
        return None;
    }
    let message = format!("image `{}` has no tag: `latest` is pulled", image.name);
    Some(Finding::new(image.span, message).help("name a version, so that Renovate can update it"))
}
