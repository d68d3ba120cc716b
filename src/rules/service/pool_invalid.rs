use crate::diagnostic::{Finding, Severity};
use crate::links::Pool;
use crate::model::address::{NoRange, pools, range};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A pool of addresses with something in it that is none.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.repo.links().pools().iter().flat_map(|pool| findings(cluster, pool)).collect()
}

fn findings(cluster: &Cluster, pool: &Pool) -> Vec<Finding> {
    let items = pools(cluster.inventory, pool).into_iter().flat_map(|resource| pool.ranges(resource));
    let finding = |item| match range(item) {
        Err(NoRange::Wrong(node)) => {
            let message = format!("`{}` is no address, no network and no end of a range", node.text()?);
            Some(Finding::new(node.span, message).help("write a network such as `192.0.2.0/24`, first address first"))
        }
        _ => None,
    };
    items.filter_map(finding).collect()
}
