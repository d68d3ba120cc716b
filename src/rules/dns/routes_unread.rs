use crate::diagnostic::{Finding, Severity};
use crate::formats::dns::{Program, external_dns, k8s_gateway, target};
use crate::helm::Release;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// Host names of routes that no DNS program reads.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    local(cluster).into_iter().chain(public(cluster)).collect()
}

/// The releases of a program.
fn releases<'c>(cluster: &'c Cluster, program: &Program) -> impl Iterator<Item = &'c Release> {
    let releases = cluster.inventory.releases.iter().map(|installed| &installed.release);
    releases.filter(|release| release.chart.known_name() == Some(program.chart.as_str()))
}

/// The first list of what the releases of a program read, where all is known and none is of a route.
fn blind<'c>(cluster: &'c Cluster, program: &Program) -> Option<&'c Node> {
    let lists: Option<Vec<&Node>> = releases(cluster, program).map(|release| release.value(&program.sources)).collect();
    let lists = lists?;
    let known = |list: &&Node| !list.items().is_empty() && list.items().iter().all(|item| item.literal().is_some());
    let reads = |item: &Node| item.text().is_some_and(|text| program.reads(text));
    let blind = lists.iter().all(|list| known(list) && !list.items().iter().any(reads));
    lists.first().copied().filter(|_| blind)
}

/// k8s-gateway answers for some kinds, and for no kind of route.
fn local(cluster: &Cluster) -> Option<Finding> {
    let list = blind(cluster, k8s_gateway())?;
    // Of several external-dns one may be for the names at home.
    if releases(cluster, external_dns()).count() > 1 {
        return None;
    }
    let route = cluster.routes.iter().find(|route| route.kind.is_some() && !route.hosts().is_empty())?;
    let message = "no kind of route is among these, and routes have host names";
    let finding = Finding::new(list.span, message).help(format!("add `{}`", route.kind?));
    Some(finding.related(route.owner.name_span(), "a route"))
}

/// A Gateway says what external-dns is to do with its routes, and external-dns reads none.
fn public(cluster: &Cluster) -> Option<Finding> {
    let program = external_dns();
    let list = blind(cluster, program)?;
    let target = cluster.gateways.iter().find_map(|gateway| target(gateway.0))?;
    // It may run in another way besides.
    if cluster.says(&program.route) {
        return None;
    }
    let message = "no source of routes is among these, and a Gateway has a target for the names of its routes";
    let finding = Finding::new(list.span, message).help(format!("add `{}`", program.route));
    Some(finding.related(target.span, "the target"))
}
