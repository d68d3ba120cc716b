use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::flux::Applied;
use crate::flux::source::Location;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::source::{folder_of, nearest};

/// A Kustomization whose path is no folder of the repository.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.kustomizations().filter_map(|applied| finding(cluster, applied)).collect()
}

fn finding(cluster: &Cluster, applied: &Applied) -> Option<Finding> {
    let span = applied.spec().path_span();
    let name = applied.name();
    match &applied.location {
        Location::Missing(path) => {
            let tree = cluster.repo.tree();
            let finding = Finding::new(span, format!("the path of Kustomization `{name}` does not exist: `{path}`"));
            if tree.find(path).is_some() {
                return Some(finding.help("it is a file: name the folder"));
            }
            let parent = folder_of(path);
            let last = path.rsplit('/').next().unwrap_or(path);
            let siblings = tree.folders_in(parent).filter_map(|folder| folder.rsplit('/').next());
            let near = nearest(last, siblings).map(|near| did_you_mean(format_args!("{parent}/{near}")));
            // The same folder somewhere else was moved.
            let moved = tree.folders().find(|folder| folder.ends_with(&format!("/{last}")) && folder.contains(name));
            Some(finding.maybe_help(near.or_else(|| moved.map(|folder| format!("there is `{folder}`")))))
        }
        Location::Outside => {
            Some(Finding::new(span, format!("the path of Kustomization `{name}` leaves the repository")))
        }
        _ => None,
    }
}
