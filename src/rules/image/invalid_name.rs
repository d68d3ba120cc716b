use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::image::refusal;
use crate::kubernetes::pod::Pod;
use crate::model::cluster::Cluster;
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;

/// An image of a container that no runtime can pull, because its name is none.
pub const RULE: Rule = Rule::everywhere(Severity::Error, check_cluster, check);

fn check_cluster(cluster: &Cluster) -> Vec<Finding> {
    cluster.inventory.members.iter().flat_map(|member| findings(&member.resource)).collect()
}

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.resources().iter().flat_map(findings).collect()
}

fn findings(resource: &Resource) -> Vec<Finding> {
    let images = Pod::of(resource).into_iter().flat_map(|pod| pod.containers().filter_map(|one| one.image()));
    let refused = images.filter_map(|node| Some((node, node.literal()?, refusal(node.literal()?)?)));
    let finding = |(node, text, reason): (&crate::yaml::Node, &str, String)| {
        Finding::new(node.span, format!("`{text}` is no name of an image: {reason}")).help("correct the name")
    };
    refused.map(finding).collect()
}
