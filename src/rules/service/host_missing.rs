use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::{Cluster, HostUse};
use crate::model::inventory::Answer;
use crate::rule::Rule;

/// The host name of a Service that is in another namespace, or called otherwise by a letter.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.hosts.iter().filter_map(|spoken| finding(cluster, spoken)).collect()
}

fn finding(cluster: &Cluster, spoken: &HostUse) -> Option<Finding> {
    let host = &spoken.host;
    // `name.word` is a host of the cluster only where the word is one of its namespaces.
    if !host.is_certain && !cluster.has_namespace(&host.namespace) {
        return None;
    }
    let Answer::Missing { elsewhere, near } = cluster.service(spoken) else { return None };
    let message = format!("Service `{}` does not exist in namespace `{}`", host.name, host.namespace);
    let finding = Finding::new(spoken.span, message);
    match elsewhere.iter().find_map(|entry| Some((entry, entry.place.namespace()?))) {
        Some((entry, namespace)) => {
            Some(finding.help(format!("it exists in namespace `{namespace}`")).related(entry.span, "here"))
        }
        None => near.filter(|near| near.evident).map(|near| near.suggest(finding)),
    }
}
