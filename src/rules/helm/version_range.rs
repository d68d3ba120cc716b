use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::doubt::is_convention;
use crate::model::inventory::Installation;
use crate::rule::Rule;
use crate::yaml::Node;

/// A chart that follows a range of versions where the house writes them out.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let written: Vec<&Node> = cluster.inventory.releases.iter().filter_map(version).collect();
    let ranges: Vec<&&Node> = written.iter().filter(|version| !is_exact(version.text().unwrap_or(""))).collect();
    let (exact, all) = (written.len() - ranges.len(), written.len());
    if !is_convention(exact, all) {
        return Vec::new();
    }
    let finding = |version: &&&Node| {
        let message = format!("`{}` is a range of versions: the chart changes without a commit", version.text()?);
        Some(
            Finding::new(version.span, message).help(format!("write the version out, as {exact} of {all} releases do")),
        )
    };
    ranges.iter().filter_map(finding).collect()
}

/// The version of a chart out of a registry; one from git has none.
fn version(installed: &Installation) -> Option<&Node> {
    let chart = &installed.release.chart;
    let remote = chart.url.as_ref().is_some_and(|url| !url.text().unwrap_or("").ends_with(".git"));
    chart.version.as_ref().filter(|version| remote && version.known().is_some())
}

/// Whether it names one version: three numbers, or a digest.
fn is_exact(version: &str) -> bool {
    let numbers = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or("");
    let all_numbers = numbers.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    version.contains(':') || all_numbers && numbers.split('.').count() == 3
}
