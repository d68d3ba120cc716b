use crate::diagnostic::{Finding, Severity, did_you_mean, listed};
use crate::links::Reference;
use crate::model::cluster::Cluster;
use crate::model::gateway::{Gateways, parent_refs};
use crate::model::inventory::Answer;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// A route whose Gateway does not exist, so that nothing answers.
pub const RULE: Rule = Rule::everywhere(Severity::Error, check_cluster, check);

fn check_cluster(cluster: &Cluster) -> Vec<Finding> {
    // Without any Gateway in sight a chart creates them.
    if cluster.repo.gateways().is_empty() {
        return Vec::new();
    }
    let gateways = cluster.references.iter().filter(|(_, reference, _)| names_gateway(reference));
    let missing = gateways.clone().filter(|(_, _, answer)| matches!(answer, Answer::Missing { .. }));
    let names: BTreeSet<&str> = missing.clone().filter_map(|(_, reference, _)| reference.name.literal()).collect();
    let here = gateways.filter(|(_, _, answer)| matches!(answer, Answer::Here(_))).count();
    // Where most routes find their Gateway here, the others should; elsewhere something must show what was meant.
    let is_certain = |answer: &Answer| names.len() * 5 <= here || answer.has_alternative();
    missing
        .filter(|(_, _, answer)| is_certain(answer))
        .filter_map(|(_, reference, answer)| answer.missing(reference))
        .collect()
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
    let named = gateways.named(name);
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
