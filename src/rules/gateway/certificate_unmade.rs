use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::gateway::{GROUP, has_issuer};
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;

/// A certificate whose name has a variable in it, and which nothing makes under that name.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let gateways = cluster.gateways.iter().filter(|gateway| !has_issuer(gateway.0));
    let names = gateways.flat_map(|gateway| gateway.listeners()).flat_map(|listener| listener.certificates());
    names.filter_map(|name| finding(cluster, name)).collect()
}

fn finding(cluster: &Cluster, name: &Node) -> Option<Finding> {
    // What is known to its end is the subject of `refs/secret-missing`.
    let text = name.text().filter(|_| name.literal().is_none())?;
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let certificates = members.clone().filter(|resource| resource.is("cert-manager.io", "Certificate"));
    let made: Vec<&Node> = certificates.filter_map(|made| made.node.at(&["spec", "secretName"])).collect();
    let like = made.iter().find(|made| made.text().is_some_and(|made| of_one_variable(made, text)))?;
    let mut others = members.filter(|resource| !resource.is(GROUP, "Gateway"));
    let said = others.any(|resource: &Resource| resource.node.says(text));
    let message = format!("nothing makes a Secret `{text}`");
    let finding = Finding::new(name.span, message).help(format!("a Certificate makes `{}`", like.text()?));
    (!said).then(|| finding.related(like.span, "the Certificate"))
}

/// Whether two names are the same variable with another text around it.
fn of_one_variable(one: &str, other: &str) -> bool {
    let variable = |text: &'_ str| {
        let start = text.find("${")?;
        let end = start + text.get(start..)?.find('}')?;
        Some((start, text.get(start..end)?.to_owned()))
    };
    variable(one).is_some_and(|found| Some(found) == variable(other))
}
