use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;

/// A Receiver that a push does not reach.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// What a push is called, by the type of a Receiver: <https://fluxcd.io/flux/components/notification/receivers/>.
const PUSHES: [(&str, &str); 3] = [("github", "push"), ("gitlab", "Push Hook"), ("bitbucket", "repo:refs_changed")];

fn check(cluster: &Cluster) -> Vec<Finding> {
    let receivers = cluster.applied().map(|(_, resource)| resource);
    receivers.filter(|resource| resource.is("notification.toolkit.fluxcd.io", "Receiver")).filter_map(finding).collect()
}

fn finding(receiver: &Resource) -> Option<Finding> {
    let kind = receiver.node.text_at(&["spec", "type"])?;
    let (_, push) = PUSHES.iter().find(|(name, _)| *name == kind)?;
    let events = receiver.node.at(&["spec", "events"])?;
    // What follows a registry waits for its events, and no list is any event.
    let is_git = |resource: &Node| resource.text_at(&["kind"]) == Some("GitRepository");
    let waits = receiver.node.items_at(&["spec", "resources"]).iter().any(is_git) && !events.items().is_empty();
    let known: Vec<&str> = events.items().iter().map(Node::literal).collect::<Option<_>>()?;
    if !waits || known.contains(push) {
        return None;
    }
    let message =
        format!("`{}` takes no `{push}`: Flux does not notice a commit before its interval", receiver.title());
    Some(Finding::new(events.span, message).help(format!("add `{push}` to `events`")))
}
