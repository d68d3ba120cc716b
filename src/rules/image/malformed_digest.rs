use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::image::{Image, images};
use crate::model::cluster::Cluster;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A digest that no registry can resolve.
pub const RULE: Rule = Rule::everywhere(Severity::Error, check_cluster, check);

/// As deployed: a kustomization may set the digest.
fn check_cluster(cluster: &Cluster) -> Vec<Finding> {
    cluster.images.iter().filter_map(|(_, image)| finding(image)).collect()
}

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.resources().iter().flat_map(images).filter_map(|image| finding(&image)).collect()
}

fn finding(image: &Image) -> Option<Finding> {
    let (_, span) = image.digest.as_ref()?;
    if image.digest_is_well_formed() {
        return None;
    }
    let message = format!("the digest of `{}` is malformed", image.name);
    Some(Finding::new(*span, message).help("a digest is `sha256:` and 64 hexadecimal digits"))
}
