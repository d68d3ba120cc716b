use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;

/// Values of a release that the schema of its chart refuses.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let charts = &deployed.repo.charts;
    let releases = deployed.inventory.releases.iter();
    let judged = releases.filter_map(|release| Some((release, charts.iter().find(|chart| chart.is_of(release))?)));
    let faults = judged.flat_map(|(release, chart)| {
        let source = format!("so says the schema of {} {}", chart.name, chart.version);
        chart.faults(release).into_iter().map(move |fault| {
            let help = fault.finding.help.clone().unwrap_or_else(|| source.clone());
            fault.finding.help(help)
        })
    });
    // What is known of the chart anyway is said once.
    let known = |finding: &Finding| deployed.inventory.faults.iter().any(|fault| fault.span == finding.span);
    faults.filter(|finding| !known(finding)).collect()
}
