use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::model::cluster::{Cluster, HostUse, Namespaces};
use crate::model::inventory::Answer;
use crate::rule::Rule;
use crate::source::nearest;

/// The host name of a Service that is in another namespace, or called otherwise by a letter.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let namespaces = cluster.namespaces();
    let finding = |used| finding(cluster, &namespaces, used).filter(|_| !is_reported(cluster, used));
    cluster.hosts.iter().filter_map(finding).collect()
}

/// Whether a host comes out of a variable, and is told where that has its value.
fn is_reported(cluster: &Cluster, used: &HostUse) -> bool {
    let written = |used: &HostUse| cluster.repo.tree().slice(used.span).contains(used.host.text.as_str());
    !written(used) && cluster.hosts.iter().any(|other| other.host == used.host && written(other))
}

fn finding(cluster: &Cluster, namespaces: &Namespaces, used: &HostUse) -> Option<Finding> {
    let host = &used.host;
    // `name.word` is a host of the cluster only where the word is one of its namespaces.
    let exists = cluster.has_namespace(&host.namespace);
    if !host.is_certain && !exists {
        return None;
    }
    let answer = cluster.service(used);
    if matches!(answer, Answer::Here(_)) {
        return None;
    }
    let unmade = || {
        let (kind, name) = cluster.absent_maker(used)?;
        let message = format!("Service `{}` does not exist in namespace `{}`", host.name, host.namespace);
        let help = format!("only {} `{name}` would make it, and there is none", kind.kind);
        Some(Finding::new(used.span, message).help(help))
    };
    near_miss(used, &answer).or_else(unmade).or_else(|| {
        let namespace = host.namespace.as_str();
        let nowhere = !exists && namespaces.in_sight && !namespaces.used.contains_key(namespace);
        let message = format!("namespace `{namespace}` of Service `{}` does not exist", host.name);
        let near = nearest(namespace, namespaces.used.keys().copied()).map(did_you_mean);
        let help = near.unwrap_or_else(|| "write the namespace that the Service is in".to_owned());
        nowhere.then(|| Finding::new(used.span, message).help(help))
    })
}

/// The finding about a Service that is evidently another.
fn near_miss(HostUse { host, span, .. }: &HostUse, answer: &Answer) -> Option<Finding> {
    let Answer::Missing { elsewhere, near } = answer else { return None };
    let message = format!("Service `{}` does not exist in namespace `{}`", host.name, host.namespace);
    let finding = Finding::new(*span, message);
    match elsewhere.iter().find_map(|entry| Some((entry, entry.place.namespace()?))) {
        Some((entry, namespace)) => {
            Some(finding.help(format!("it exists in namespace `{namespace}`")).related(entry.span, "here"))
        }
        None => near.filter(|near| near.evident).map(|near| near.suggest(finding)),
    }
}
