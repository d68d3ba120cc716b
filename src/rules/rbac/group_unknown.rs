use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::machines::only_talconfig;
use crate::rule::Rule;
use crate::yaml::Node;

/// A group without the prefix that the API server gives to groups.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

const PREFIX: [&str; 4] = ["cluster", "apiServer", "extraArgs", "oidc-groups-prefix"];

fn check(cluster: &Cluster) -> Vec<Finding> {
    let Some(prefix) = prefix(cluster) else { return Vec::new() };
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let bindings = members.filter(|resource| resource.group() == "rbac.authorization.k8s.io");
    let subjects = bindings.flat_map(|binding| binding.node.items_at(&["subjects"]));
    let groups = subjects.filter(|subject| subject.text_at(&["kind"]) == Some("Group"));
    groups.filter_map(|group| finding(group.get("name")?, &prefix)).collect()
}

/// What every node of the control plane sets the prefix to.
fn prefix(cluster: &Cluster) -> Option<Node> {
    let (repo, talconfig) = (cluster.repo, only_talconfig(cluster.repo)?);
    let nodes = talconfig.control_plane()?.into_iter();
    let set: Vec<Node> = nodes.map(|node| talconfig.patched(repo.tree(), node, &PREFIX)?).collect::<Option<_>>()?;
    let first = set.first()?.literal()?;
    set.iter().all(|other| other.literal() == Some(first)).then(|| set.first().cloned())?
}

fn finding(name: &Node, prefix: &Node) -> Option<Finding> {
    let before = prefix.literal().filter(|before| !before.is_empty() && *before != "-")?;
    // A name with a colon has a prefix of its own.
    let text = name.literal().filter(|text| !text.starts_with(before) && !text.contains(':'))?;
    let finding =
        Finding::new(name.span, format!("nobody is in group `{text}`: the API server calls it `{before}{text}`"));
    Some(finding.help(format!("write `{before}{text}`")).related(prefix.span, "the prefix of groups"))
}
