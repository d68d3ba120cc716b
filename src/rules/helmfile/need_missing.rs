use crate::diagnostic::{Finding, did_you_mean};
use crate::formats::helmfile::Helmfile;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A release that needs another one that the helmfile does not have.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let Some(helmfile) = Helmfile::of(file).filter(|helmfile| !helmfile.is_open && !helmfile.has_namespace) else {
        return Vec::new();
    };
    let ids: Option<Vec<(&str, &str)>> = helmfile.releases.iter().map(|release| id(release)).collect();
    let Some(ids) = ids else { return Vec::new() };
    let needs = helmfile
        .releases
        .iter()
        .zip(&ids)
        .flat_map(|(release, (own, _))| release.items_at(&["needs"]).iter().map(move |need| (need, *own)));
    needs.filter_map(|(need, own)| finding(need, own, &ids)).collect()
}

/// Namespace and name; `None` where they are not known.
fn id(release: &Node) -> Option<(&str, &str)> {
    let namespace = release.get("namespace").map_or(Some(""), Node::literal)?;
    Some((namespace, release.get("name")?.literal()?))
}

/// A need without a namespace is in that of the release.
fn finding(need: &Node, own: &str, ids: &[(&str, &str)]) -> Option<Finding> {
    let text = need.literal()?;
    let mut parts = text.rsplit('/');
    let name = parts.next()?;
    let namespace = parts.next().unwrap_or(own);
    if ids.contains(&(namespace, name)) {
        return None;
    }
    let finding = Finding::new(need.span, format!("no release is called `{text}`"));
    if let Some((elsewhere, _)) = ids.iter().find(|(_, other)| *other == name) {
        return Some(finding.help(format!("it is in namespace `{elsewhere}`: write `{elsewhere}/{name}`")));
    }
    let near = nearest(name, ids.iter().map(|(_, name)| *name));
    Some(finding.maybe_help(near.map(did_you_mean)))
}
