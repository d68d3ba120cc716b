use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// An app in a namespace that is not the one its folder is named after.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

/// Where a namespace is chosen, and for what.
struct Choice<'a> {
    resource: &'a Resource,
    namespace: &'a str,
    folders: Vec<&'a str>,
}

impl<'a> Choice<'a> {
    fn new(deployed: &Deployed<'a>, resource: &'a Resource, node: &'a Node) -> Option<(Span, Self)> {
        let file = deployed.repo.tree.file(node.span.file)?;
        let folders = file.source.folder().split('/').collect();
        Some((node.span, Choice { resource, namespace: node.literal()?, folders }))
    }

    fn agrees(&self) -> bool {
        self.folders.contains(&self.namespace)
    }

    /// A folder above both that is called like the other's namespace.
    fn shared<'b>(&self, other: &'b Choice) -> Option<&'b str> {
        let depth = other.folders.iter().position(|folder| *folder == other.namespace)?;
        (self.folders.get(..=depth)? == other.folders.get(..=depth)?).then_some(other.namespace)
    }
}

fn check(deployed: &Deployed) -> Vec<Finding> {
    let releases = deployed.applied().map(|(_, resource)| resource).filter(|resource| resource.is_helm_release());
    let releases = releases.filter_map(|release| Some((release, release.node.at(&["metadata", "namespace"])?)));
    let targets = deployed.kustomizations().map(|applied| &applied.resource);
    let targets = targets.filter_map(|resource| Some((resource, resource.node.at(&["spec", "targetNamespace"])?)));
    let chosen = releases.chain(targets).filter_map(|(resource, node)| Choice::new(deployed, resource, node));
    let choices: BTreeMap<Span, Choice> = chosen.collect();
    let (alike, unlike): (Vec<_>, Vec<_>) = choices.iter().partition(|(_, choice)| choice.agrees());
    if choices.len() < 5 || alike.len() * 5 < choices.len() * 4 {
        return Vec::new();
    }
    let finding = |(span, choice): (&Span, &Choice)| {
        let (place, sibling) = alike.iter().find_map(|(place, other)| Some((**place, choice.shared(other)?)))?;
        let (title, own) = (choice.resource.title(), choice.namespace);
        let message = format!("`{title}` is to live in namespace `{own}`, in a folder of `{sibling}`");
        let help =
            format!("{} of {} apps live in the namespace that their folder is named after", alike.len(), choices.len());
        Some(Finding::new(*span, message).help(help).related(place, "a neighbour"))
    };
    unlike.into_iter().filter_map(finding).collect()
}
