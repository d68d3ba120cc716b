use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::image::Image;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use smol_str::SmolStr;

/// A chart or an image of another version than the one it is released with.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let groups = cluster.repo.links().in_step();
    let images = cluster.workloads().flat_map(|(_, pod)| pod.containers()).filter_map(|container| container.image());
    // Most images are of no group, which is faster seen than what their names are.
    let is_in_group = |text: &&str| groups.iter().flatten().any(|name| text.contains(name.as_str()));
    let images = images.filter_map(|image| Some(Image::parse(image.known().filter(is_in_group)?, image.span)));
    let charts = cluster.inventory.releases.iter().filter_map(|installed| {
        let (name, version) = (installed.release.chart.known_name()?, installed.release.chart.version.as_ref()?);
        Some(Image::parse(&format!("{name}:{}", version.known().unwrap_or("")), version.span))
    });
    let all: Vec<Image> = charts.chain(images).collect();
    let groups = groups.iter().filter_map(|group| group.split_first());
    groups.flat_map(|(leader, others)| findings(&all, leader, others)).collect()
}

fn findings(all: &[Image], leader: &str, others: &[SmolStr]) -> Vec<Finding> {
    let leaders: Vec<&Image> = all.iter().filter(|image| image.is_named(leader)).collect();
    let finding = |image: &Image| {
        let version = image.version()?;
        let differs = |leader: &&Image| leader.version().is_some_and(|other| other != version);
        let other = leaders.first().filter(|_| leaders.iter().all(differs))?;
        let (name, leader, at) = (&image.name, &other.name, other.version()?);
        let message = format!("`{name}` is at {version}, but must have the version of `{leader}`, which is at {at}");
        let finding = Finding::new(image.span, message).help("update the older one");
        Some(finding.related(other.span, format!("`{leader}` is at {at}")))
    };
    all.iter().filter(|image| others.iter().any(|name| image.is_named(name))).filter_map(finding).collect()
}
