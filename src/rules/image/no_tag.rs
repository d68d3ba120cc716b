use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::image::{Image, images};
use crate::model::cluster::Cluster;
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;

/// An image without tag or digest: `latest`, without saying so.
pub const RULE: Rule = Rule::everywhere(Severity::Warning, check_cluster, check);

/// As deployed: a kustomization may set the tag.
fn check_cluster(cluster: &Cluster) -> Vec<Finding> {
    cluster.images.iter().filter_map(|(resource, image)| finding(resource, image)).collect()
}

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let found =
        file.resources().iter().flat_map(|resource| images(resource).into_iter().map(move |image| (resource, image)));
    found.filter_map(|(resource, image)| finding(resource, &image)).collect()
}

/// In values a chart adds the tag; only a manifest's own image is complete.
fn finding(resource: &Resource, image: &Image) -> Option<Finding> {
    if resource.is_helm_release() || !image.whole || image.tag.is_some() || image.digest.is_some() {
        return None;
    }
    let message = format!("image `{}` has no tag: `latest` is pulled", image.name);
    Some(Finding::new(image.span, message).help("name a version, so that Renovate can update it"))
}
