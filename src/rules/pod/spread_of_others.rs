use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::Pod;
use crate::kubernetes::selector::Selector;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::{Entry, Node};

/// Pods that are spread by counting others.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let known = cluster.workloads().filter(|(member, _)| member.whole);
    let found = known.flat_map(|(member, pod)| {
        pod.spread().filter_map(move |counted| finding(counted, &pod, &member.resource.title()))
    });
    found.collect()
}

fn finding(counted: &Node, pod: &Pod, owner: &str) -> Option<Finding> {
    let selector = Selector::of(counted);
    if !selector.is_literal() || selector.selects(pod.labels()) != Some(false) {
        return None;
    }
    let labels = pod.labels();
    let other = |label: &&Entry| {
        let own = labels.and_then(|labels| labels.get(label.key.text()?)).and_then(Node::text);
        own != label.value.text()
    };
    let wrong = selector.labels().iter().find(other);
    let finding = Finding::new(
        wrong.map_or(counted.span, |label| label.value.span),
        format!("the pods of `{owner}` are not among those that are counted: they are not spread"),
    );
    let own = wrong.and_then(|label| labels?.get(label.key.text()?)?.literal());
    Some(finding.maybe_help(own.map(|own| format!("their own label is `{own}`"))))
}
