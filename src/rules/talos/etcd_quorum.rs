use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// An even number of control plane nodes.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).filter_map(finding).collect()
}

fn finding(talconfig: Talconfig) -> Option<Finding> {
    let controlling = talconfig.control_plane()?;
    let count = controlling.len();
    if count == 0 || count % 2 == 1 {
        return None;
    }
    let (quorum, spare) = (count / 2 + 1, count - count / 2 - 1);
    let lost = match spare {
        0 => "the cluster stops when one is away".to_owned(),
        1 => "one may be away, as with one node less".to_owned(),
        _ => format!("{spare} may be away, as with one node less"),
    };
    let last = controlling.last()?.node.get("controlPlane")?;
    Some(Finding::new(last.span, format!("{count} control plane nodes, of which etcd needs {quorum}: {lost}")))
}
