use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// Data in a directory that goes with the pod.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

/// Names of volumes that people give to what is to stay.
const LASTING: [&str; 3] = ["data", "database", "db"];

fn check(cluster: &Cluster) -> Vec<Finding> {
    let made = cluster.workloads().filter(|(member, _)| member.from_chart && member.resource.group() == "apps");
    // What is filled when the pod starts may go when it ends.
    let unfilled = made.filter(|(_, pod)| pod.spec.items_at(&["initContainers"]).is_empty());
    let volumes =
        unfilled.flat_map(|(owner, pod)| pod.spec.items_at(&["volumes"]).iter().map(move |volume| (owner, volume)));
    volumes.filter_map(|(owner, volume)| finding(volume, &owner.resource.title())).collect()
}

fn finding(volume: &Node, owner: &str) -> Option<Finding> {
    let directory = volume.get("emptyDir").filter(|directory| directory.text_at(&["medium"]).is_none())?;
    let name = volume.get("name")?;
    let text = name.literal().filter(|text| LASTING.contains(text) && directory.get("sizeLimit").is_none())?;
    let message = format!("volume `{text}` of `{owner}` is an emptyDir: its data is lost with the pod");
    Some(
        Finding::new(name.span, message)
            .help("mount a claim, or name the volume `cache` or `tmp` if the data may be lost"),
    )
}
