use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A cluster of workers alone.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).filter_map(|talconfig| finding(talconfig, repo)).collect()
}

fn finding(talconfig: Talconfig, repo: &Repo) -> Option<Finding> {
    let nodes = talconfig.root.entry("nodes")?;
    let lonely = talconfig.has_workers() && talconfig.control_plane()?.is_empty();
    // Another file may hold the rest of the cluster.
    let alone = lonely && Talconfig::all(repo.tree()).count() == 1;
    alone.then(|| {
        Finding::new(nodes.key.span, "no node is of the control plane: there is nothing to start a cluster with")
    })
}
