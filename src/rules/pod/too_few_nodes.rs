use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::Pod;
use crate::kubernetes::selector::Selector;
use crate::model::cluster::Cluster;
use crate::model::machines::Machines;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;

/// More pods than nodes, where no two may share one.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// The label by which each node is a place of its own.
const OF_NODE: &str = "kubernetes.io/hostname";

fn check(cluster: &Cluster) -> Vec<Finding> {
    let Some(machines) = Machines::of(cluster.repo) else { return Vec::new() };
    let databases =
        cluster.inventory.members.iter().filter(|member| member.resource.is("postgresql.cnpg.io", "Cluster"));
    let databases = databases.filter_map(|member| database(&member.resource, &machines));
    let workloads = cluster.workloads().filter_map(|(member, pod)| workload(&member.resource, &pod, &machines));
    databases.chain(workloads).collect()
}

/// A database whose instances keep apart.
fn database(cluster: &Resource, machines: &Machines) -> Option<Finding> {
    let (spec, affinity) = (cluster.spec()?, cluster.node.at(&["spec", "affinity"])?);
    let required = affinity.text_at(&["podAntiAffinityType"]) == Some("required")
        && !affinity.get("enablePodAntiAffinity").is_some_and(Node::is_false);
    let by_node = affinity.get("topologyKey").is_none_or(|key| key.literal() == Some(OF_NODE));
    (required && by_node).then(|| finding(cluster, spec.get("instances")?, affinity.get("nodeSelector"), machines))?
}

/// A workload whose pods keep apart.
fn workload(owner: &Resource, pod: &Pod, machines: &Machines) -> Option<Finding> {
    let apart = pod.spec.items_at(&["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]);
    let keeps_own = |term: &Node| {
        let selector = term.get("labelSelector").map(Selector::of).filter(Selector::is_literal);
        let own = selector.is_some_and(|selector| selector.selects(pod.labels()) == Some(true));
        own && term.get("topologyKey").and_then(Node::literal) == Some(OF_NODE)
    };
    apart
        .iter()
        .any(keeps_own)
        .then(|| finding(owner, owner.node.at(&["spec", "replicas"])?, pod.spec.get("nodeSelector"), machines))?
}

fn finding(owner: &Resource, count: &Node, selector: Option<&Node>, machines: &Machines) -> Option<Finding> {
    let (wanted, nodes): (usize, usize) = (count.literal()?.parse().ok()?, machines.at_most(selector));
    let message =
        format!("`{}` has {wanted} pods of which no two share a node, and there are {nodes} nodes", owner.title());
    let finding = Finding::new(count.span, message);
    let finding = match selector {
        Some(selector) => finding.related(selector.span, "only these nodes count"),
        None => finding,
    };
    (wanted > nodes).then_some(finding)
}
