//! Host names that routes claim: through which door, for which requests.

use crate::model::inventory::Inventory;
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Node, same_data};
use std::collections::BTreeSet;

/// A host name that a route claims.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The route, or the release whose values ask for one.
    pub owner: &'a Resource,
    /// Where the name is written.
    pub host: &'a Node,
    /// The name.
    pub name: &'a str,
    door: Door<'a>,
    requests: Vec<Request<'a>>,
}

/// What the requests of a route come in by: a listener of a Gateway, or an ingress class.
#[derive(Debug, Clone, Copy)]
struct Door<'a> {
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    /// Name and port of a listener; an empty one is any.
    listener: [&'a str; 2],
}

/// Requests that a route takes.
#[derive(Debug, Clone, Copy)]
enum Request<'a> {
    All,
    Path(&'a str),
    Match(&'a Node),
}

/// The host names that routes claim in a cluster: routes and Ingresses, and releases whose chart makes routes of its own.
pub fn claims(inventory: &Inventory) -> Vec<Claim<'_>> {
    let mut claims = Vec::new();
    for resource in inventory.members.iter().map(|member| &member.resource) {
        match (resource.group(), resource.spec()) {
            ("gateway.networking.k8s.io", Some(spec)) => route(&resource.kind, resource, spec, &mut claims),
            ("networking.k8s.io", Some(spec)) if resource.kind == "Ingress" => ingress(resource, spec, &mut claims),
            _ => {}
        }
    }
    let made = inventory.made().filter(|(_, made)| made.group() == "gateway.networking.k8s.io");
    let told: BTreeSet<Span> = made.map(|(release, _)| release.node.span).collect();
    for installed in inventory.releases.iter().filter(|installed| !told.contains(&installed.resource.node.span)) {
        installed.release.values.walk(&mut |node| {
            if node.get("enabled").is_some_and(Node::is_true) {
                route("HTTPRoute", &installed.resource, node, &mut claims);
            }
        });
    }
    claims
}

impl Claim<'_> {
    /// Whether another route claims the name for the same requests.
    pub fn is_contested_by(&self, other: &Claim) -> bool {
        let apart = !self.owner.is_same(other.owner) && self.host.span != other.host.span;
        let takes = |request: &Request| other.requests.iter().any(|taken| request.is_same(taken));
        apart && self.name == other.name && self.door.is_same(&other.door) && self.requests.iter().any(takes)
    }
}

impl Door<'_> {
    fn is_same(&self, other: &Door) -> bool {
        let listener = self.listener.iter().zip(other.listener);
        (self.kind, self.namespace, self.name) == (other.kind, other.namespace, other.name)
            && listener.into_iter().all(|(one, other)| one.is_empty() || other.is_empty() || *one == other)
    }
}

impl Request<'_> {
    fn is_same(&self, other: &Request) -> bool {
        match (self, other) {
            (Request::All, Request::All) => true,
            (Request::Path(one), Request::Path(other)) => one == other,
            (Request::Match(one), Request::Match(other)) => same_data(one, other),
            _ => false,
        }
    }
}

/// The claims of a mapping with the fields of a route's `spec`.
fn route<'a>(kind: &'a str, owner: &'a Resource, spec: &'a Node, claims: &mut Vec<Claim<'a>>) {
    let doors: Vec<Door> = spec.items_at(&["parentRefs"]).iter().filter_map(|it| listener(kind, it, owner)).collect();
    for host in spec.items_at(&["hostnames"]) {
        let Some(name) = host_name(host) else { continue };
        let claim = |door: &Door<'a>| Claim { owner, host, name, door: *door, requests: requests(spec) };
        claims.extend(doors.iter().map(claim));
    }
}

fn listener<'a>(kind: &'a str, parent: &'a Node, route: &'a Resource) -> Option<Door<'a>> {
    let field = |name: &str| parent.get(name).map_or(Some(""), Node::literal);
    let namespace = parent.get("namespace").map_or_else(|| route.namespace(), Node::literal)?;
    let gateway = matches!(field("kind")?, "" | "Gateway");
    let name = parent.get("name")?.literal().filter(|_| gateway)?;
    Some(Door { kind, namespace, name, listener: [field("sectionName")?, field("port")?] })
}

/// A host name that is known, or of which no more than the domain is kept secret.
fn host_name(host: &Node) -> Option<&str> {
    let domain = |text: &&str| text.split_once(".${").is_some_and(|(name, _)| !name.contains(['$', '{']));
    host.literal().or_else(|| host.text().filter(|text| domain(text) && !text.contains("{{")))
}

/// The requests that a route takes; charts write the matches of their only rule beside it.
fn requests(spec: &Node) -> Vec<Request<'_>> {
    let rules = spec.get("rules").map_or(std::slice::from_ref(spec), Node::items);
    let mut found: Vec<Request<'_>> = Vec::new();
    for rule in rules {
        let matches = rule.items_at(&["matches"]);
        found.extend(matches.iter().map(|one| if takes_all(one) { Request::All } else { Request::Match(one) }));
        found.extend(matches.is_empty().then_some(Request::All));
    }
    found.extend(rules.is_empty().then_some(Request::All));
    found
}

fn takes_all(request: &Node) -> bool {
    let prefix = request.text_at(&["path", "type"]).is_none_or(|kind| kind == "PathPrefix");
    prefix && request.entries().len() == 1 && request.text_at(&["path", "value"]) == Some("/")
}

/// The claims of an Ingress, but for one that takes a part of another's requests on purpose.
fn ingress<'a>(owner: &'a Resource, spec: &'a Node, claims: &mut Vec<Claim<'a>>) {
    let class = spec.get("ingressClassName").map(Node::literal);
    let Some(class) = class.unwrap_or_else(|| Some(owner.annotation("kubernetes.io/ingress.class").unwrap_or("")))
    else {
        return;
    };
    let annotations = owner.node.entries_at(&["metadata", "annotations"]);
    if annotations.iter().any(|entry| entry.key.text().is_some_and(|key| key.contains("canary"))) {
        return;
    }
    let door = Door { kind: "Ingress", namespace: "", name: class, listener: [""; 2] };
    for rule in spec.items_at(&["rules"]) {
        let Some((host, name)) = rule.get("host").and_then(|host| Some((host, host_name(host)?))) else { continue };
        let paths = rule.items_at(&["http", "paths"]).iter();
        let request = |path: &'a Node| match path.get("path").map_or(Some("/"), Node::literal)? {
            "/" => Some(Request::All),
            path => Some(Request::Path(path)),
        };
        claims.push(Claim { owner, host, name, door, requests: paths.filter_map(request).collect() });
    }
}
