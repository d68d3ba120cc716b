use crate::diagnostic::{Finding, Severity};
use crate::formats::cloudflared::{Ingress, ingresses};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// Rules of a Cloudflare tunnel of which not the last, and only the last, matches everything.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let found = members.flat_map(|resource| ingresses(resource, cluster.repo.tree()));
    found.filter_map(|ingress| finding(&ingress)).collect()
}

fn finding(ingress: &Ingress) -> Option<Finding> {
    let early = ingress.early_end().map(|rule| {
        let finding = Finding::new(rule.span, "this rule matches everything, so those below it are never reached");
        finding.help("give it a `hostname`, or move it to the end")
    });
    let open = ingress.open_end().map(|rule| {
        let finding = Finding::new(rule.span, "the last rule of a tunnel has to match everything");
        finding.help("add a rule with a `service` and nothing else, such as `http_status:404`")
    });
    early.or(open)
}
