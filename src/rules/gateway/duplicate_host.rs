use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::{Node, same_data};
use std::collections::BTreeMap;

/// A host name that two routes claim on the same listener, for the same requests.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// A route with one of its host names.
type Claim<'a> = (&'a Resource, &'a Node);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let mut claims: BTreeMap<(&str, [&str; 4], &str), Vec<Claim>> = BTreeMap::new();
    let members = deployed.inventory.members.iter().map(|member| &member.resource);
    for route in members.filter(|resource| resource.group() == "gateway.networking.k8s.io") {
        let parents = route.node.items_at(&["spec", "parentRefs"]).iter().filter_map(|parent| listener(parent, route));
        for listener in parents {
            for host in route.node.items_at(&["spec", "hostnames"]) {
                let Some(name) = host_name(host) else { continue };
                claims.entry((&route.kind, listener, name)).or_default().push((route, host));
            }
        }
    }
    claims.iter().flat_map(|((_, _, name), claims)| findings(name, claims)).collect()
}

/// Namespace and name of a Gateway, and the name and port of its listener as far as the route says.
fn listener<'a>(parent: &'a Node, route: &'a Resource) -> Option<[&'a str; 4]> {
    let field = |name: &str| parent.get(name).map_or(Some(""), Node::literal);
    let namespace = parent.get("namespace").map_or_else(|| route.namespace(), Node::literal)?;
    let gateway = matches!(field("kind")?, "" | "Gateway");
    gateway.then_some([namespace, parent.get("name")?.literal()?, field("sectionName")?, field("port")?])
}

/// A host name that is known, or of which no more than the domain is kept secret.
fn host_name(host: &Node) -> Option<&str> {
    let domain = |text: &&str| text.split_once(".${").is_some_and(|(name, _)| !name.contains(['$', '{']));
    host.literal().or_else(|| host.text().filter(|text| domain(text) && !text.contains("{{")))
}

fn findings(name: &str, claims: &[Claim]) -> Vec<Finding> {
    let finding = |(index, (route, host)): (usize, &Claim)| {
        let earlier = claims
            .iter()
            .take(index)
            .find(|(other, claimed)| !route.is_same(other) && claimed.span != host.span && share_a_match(route, other));
        let (other, claimed) = earlier?;
        let message = format!("host `{name}` is claimed by `{}` on the same listener already", other.title());
        let finding =
            Finding::new(host.span, message).help("only the older route is served: choose another host or path");
        Some(finding.related(claimed.span, "claimed here"))
    };
    claims.iter().enumerate().filter_map(finding).collect()
}

fn share_a_match(left: &Resource, right: &Resource) -> bool {
    let others = matches(right);
    let same = |one: Option<&Node>, other: Option<&Node>| match (one, other) {
        (Some(one), Some(other)) => same_data(one, other),
        _ => one.is_none() && other.is_none(),
    };
    matches(left).into_iter().any(|one| others.iter().any(|other| same(one, *other)))
}

/// The requests that a route takes; `None` stands for all.
fn matches(route: &Resource) -> Vec<Option<&Node>> {
    let rules = route.node.items_at(&["spec", "rules"]);
    let mut found: Vec<Option<&Node>> = Vec::new();
    for rule in rules {
        let written = rule.items_at(&["matches"]);
        found.extend(written.iter().map(|one| Some(one).filter(|one| !takes_all(one))));
        found.extend(written.is_empty().then_some(None));
    }
    found.extend(rules.is_empty().then_some(None));
    found
}

fn takes_all(request: &Node) -> bool {
    let prefix = request.text_at(&["path", "type"]).is_none_or(|kind| kind == "PathPrefix");
    prefix && request.entries().len() == 1 && request.text_at(&["path", "value"]) == Some("/")
}
