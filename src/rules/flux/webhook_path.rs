use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::route::Route;
use crate::rule::Rule;
use crate::yaml::Node;

/// A route to Flux's webhook at a path where it does not listen.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// Flux's own Service for webhooks.
const SERVICE: &str = "webhook-receiver";

/// Where it listens: <https://fluxcd.io/flux/components/notification/receivers/>.
const PATH: &str = "/hook/";

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.routes.iter().flat_map(findings).collect()
}

fn findings(route: &Route) -> Vec<Finding> {
    let leads_there = |rule: &&Node| {
        let mut backends = rule.items_at(&["backendRefs"]).iter();
        backends.any(|backend| backend.text_at(&["name"]) == Some(SERVICE))
    };
    // A filter may change the path.
    let rules = route.spec.items_at(&["rules"]).iter().filter(leads_there).filter(|rule| rule.get("filters").is_none());
    let paths = rules.flat_map(|rule| rule.items_at(&["matches"])).filter_map(|one| one.get("path"));
    let finding = |path: &Node| {
        let value = path.get("value")?;
        let text = value.literal().filter(|text| !fits(path.text_at(&["type"]), text))?;
        let message = format!("`{SERVICE}` answers below `{PATH}`, and not at `{text}`");
        Some(Finding::new(value.span, message).help(format!("write `{PATH}`")))
    };
    paths.filter_map(finding).collect()
}

/// Whether requests of webhooks have such a path.
fn fits(kind: Option<&str>, path: &str) -> bool {
    let below = path.starts_with(PATH);
    match kind {
        None | Some("PathPrefix") => below || PATH.trim_end_matches('/') == path.trim_end_matches('/') || path == "/",
        Some("Exact") => below,
        Some(_) => true,
    }
}
