use crate::diagnostic::{Finding, Severity, did_you_mean, listed};
use crate::links::Reference;
use crate::model::cluster::Cluster;
use crate::model::gateway::{Gateways, parent_refs};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A route whose Gateway does not exist, so that nothing answers.
pub const RULE: Rule = Rule::everywhere(Severity::Error, check_cluster, check);

fn check_cluster(cluster: &Cluster) -> Vec<Finding> {
    let gateways = cluster.references.iter().filter(|(_, reference, _)| names_gateway(reference));
    cluster.judge(gateways, |(_, reference, answer)| answer.missing(reference))
}

fn names_gateway(reference: &Reference) -> bool {
    reference.kinds.iter().all(|kind| kind.kind == "Gateway")
}

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let gateways = repo.gateways();
    // Without any Gateway in sight a chart creates them; with renamed ones every name is a guess.
    if gateways.is_empty() || repo.renames_resources() {
        return Vec::new();
    }
    let parents = file.resources().iter().flat_map(parent_refs);
    parents.filter_map(|parent| finding(parent, gateways)).collect()
}

fn finding(parent: &Node, gateways: &Gateways) -> Option<Finding> {
    let node = parent.get("name")?;
    let name = node.literal()?;
    let named = gateways.named(name)?;
    let Some(first) = named.first() else {
        let help = match nearest(name, gateways.names()) {
            Some(near) => did_you_mean(near),
            None => format!("the Gateways are {}", listed(gateways.names())),
        };
        return Some(Finding::new(node.span, format!("no Gateway is called `{name}`")).help(help));
    };
    let at = parent.get("namespace")?;
    let namespace = at.literal()?;
    // A Gateway without a namespace of its own gets one from whatever deploys it.
    let elsewhere: Vec<&str> = named.iter().filter_map(|gateway| gateway.0.namespace()).collect();
    if elsewhere.len() < named.len() || elsewhere.contains(&namespace) {
        return None;
    }
    let message = format!("Gateway `{name}` is not in namespace `{namespace}`");
    let finding = Finding::new(at.span, message).help(format!("it is in {}", listed(elsewhere)));
    Some(finding.related(first.0.name_span(), "the Gateway"))
}
