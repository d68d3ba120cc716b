use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::schema::FaultKind;

/// A value that the chart of a release refuses, or that it misses.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let refused = cluster.inventory.refused.iter().filter(|fault| fault.kind != FaultKind::UnknownField);
    refused.map(|fault| fault.finding.clone()).chain(imported(cluster)).collect()
}

/// What the schemas of imported charts have against the values of their releases.
fn imported(cluster: &Cluster) -> Vec<Finding> {
    let charts = cluster.repo.charts();
    let releases = cluster.inventory.releases.iter().map(|installed| &installed.release);
    let judged = releases.filter_map(|release| Some((release, charts.iter().find(|chart| chart.is_of(release))?)));
    let faults = judged.flat_map(|(release, chart)| {
        let source = format!("the values schema of {} {} requires it", chart.name, chart.version);
        chart.faults(release).into_iter().map(move |fault| {
            let help = fault.finding.help.clone().unwrap_or_else(|| source.clone());
            fault.finding.help(help)
        })
    });
    // What is known of the chart anyway is said once.
    let known = |finding: &Finding| cluster.inventory.faults.iter().any(|fault| fault.finding.span == finding.span);
    faults.filter(|finding| !known(finding)).collect()
}
