use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::model::cluster::Cluster;
use crate::model::machines::{Machines, Meant};
use crate::rule::Rule;
use crate::yaml::Entry;
use std::collections::BTreeSet;

/// A node selector that fits no machine.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let Some(machines) = Machines::of(cluster.repo) else { return Vec::new() };
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for (_, resource) in cluster.applied() {
        resource.node.walk_entries(&mut |entry| {
            if entry.key.text() == Some("nodeSelector") {
                let wrong = entry.value.entries().iter().filter_map(|label| finding(label, &machines));
                found.extend(wrong.filter(|finding| seen.insert(finding.span)));
            }
        });
    }
    found
}

fn finding(label: &Entry, machines: &Machines) -> Option<Finding> {
    let meant = machines.meant(label)?;
    let (key, value) = (label.key.text()?, label.value.text()?);
    let message = format!("no node of the talconfig has the label `{key}: {value:?}`");
    Some(match meant {
        Meant::Key(near) => Finding::new(label.key.span, message).help(did_you_mean(near)),
        Meant::Values(values) => {
            let values = values.iter().map(|value| format!("`{value:?}`")).collect::<BTreeSet<_>>();
            let values = values.into_iter().collect::<Vec<_>>().join(", ");
            Finding::new(label.value.span, message).help(format!("its values there are {values}"))
        }
    })
}
