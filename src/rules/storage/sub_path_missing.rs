use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::kubernetes::pod::Pod;
use crate::model::cluster::{Cluster, Resolved};
use crate::model::inventory::Answer;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A mount of a file that its ConfigMap or Secret does not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.references.iter().filter_map(findings).flatten().collect()
}

fn findings((member, reference, answer): &Resolved) -> Option<Vec<Finding>> {
    let Answer::Here(entries) = answer else { return None };
    let pod = Pod::of(&member.resource).filter(|_| member.whole && !reference.optional)?;
    let (volume, source) = pod.volume_of(reference.name)?;
    let mut files = Vec::new();
    for entry in entries {
        files.extend(entry.keys.as_ref()?.iter().map(|key| key.as_str()));
    }
    let items = source.items_at(&["items"]);
    if !items.is_empty() {
        files = items.iter().map(|item| item.get("path")?.known()).collect::<Option<_>>()?;
    }
    let (kind, name) = (&reference.kinds.first()?.kind, reference.name.known()?);
    let finding = |path: &Node| {
        let text = path.known()?;
        let is_inside =
            |file: &&str| file.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if files.iter().any(is_inside) {
            return None;
        }
        let message = format!("{kind} `{name}` has no file `{text}`: an empty folder is mounted instead");
        let help = match nearest(text, files.iter().copied()) {
            Some(near) => did_you_mean(near),
            None if files.is_empty() => "it has no data".to_owned(),
            None => format!("it gives `{}`", files.join("`, `")),
        };
        Some(Finding::new(path.span, message).help(help).related(entries.first()?.span, "its definition"))
    };
    Some(pod.sub_paths(volume).filter_map(finding).collect())
}
