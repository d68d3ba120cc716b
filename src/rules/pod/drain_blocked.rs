use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::selector::Selector;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;

/// A PodDisruptionBudget that lets no pod go.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().filter(|member| member.whole).map(|member| &member.resource);
    let budgets = members.filter(|resource| resource.is("policy", "PodDisruptionBudget"));
    budgets.filter_map(|budget| finding(cluster, budget)).collect()
}

fn finding(cluster: &Cluster, budget: &Resource) -> Option<Finding> {
    let (spec, title) = (budget.spec()?, budget.title());
    let (most, least) = (spec.get("maxUnavailable"), spec.get("minAvailable"));
    let none = most.filter(|most| matches!(most.literal(), Some("0" | "0%")));
    if let Some(none) = none.or(least.filter(|least| least.literal() == Some("100%"))) {
        return Some(Finding::new(
            none.span,
            format!("`{title}` lets no pod go: no node with one of them can be drained"),
        ));
    }
    let count: u32 = least?.literal()?.parse().ok()?;
    let workloads = cluster.selected_workloads(&Selector::of(spec.get("selector")?), budget.namespace()?)?;
    let pods: Option<u32> = workloads.iter().map(|workload| cluster.replicas(workload)).sum();
    let pods = pods.filter(|pods| *pods > 0 && *pods <= count)?;
    let message = format!("`{title}` keeps {count} of {pods} pods: no node with one of them can be drained");
    let first = workloads.first()?.resource.name_span();
    Some(Finding::new(least?.span, message).related(first, "its pods are of this workload"))
}
