use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::links::Reference;
use crate::model::cluster::Cluster;
use crate::model::inventory::{Answer, Entry, Member, source_id};
use crate::rule::Rule;

/// A release whose chart comes from the source of another app, which it does not wait for.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let charts = cluster.references.iter().filter(|(member, reference, _)| {
        member.resource.is_helm_release() && reference.kinds.iter().any(|kind| kind.kind == "OCIRepository")
    });
    charts.filter_map(|(member, reference, answer)| finding(cluster, member, reference, answer)).collect()
}

fn finding(cluster: &Cluster, member: &Member, reference: &Reference, answer: &Answer) -> Option<Finding> {
    let Answer::Here(entries) = answer else { return None };
    let borrower = cluster.owner(member)?;
    let lender = |entry: &&Entry| cluster.flux.kustomizations.get(entry.applied?);
    // A Kustomization that holds sources only is there to share them.
    let is_lent = |entry: &&Entry| {
        let first = entry.applied.is_none_or(|applied| cluster.comes_first(applied, member.applied));
        !first && lender(entry).is_some_and(|lender| is_in_use(lender, entry))
    };
    let entry = entries.first().filter(|_| entries.iter().all(is_lent))?;
    let lender = lender(entry)?;
    if is_one_app(borrower, lender) {
        return None;
    }
    let name = reference.name.literal()?;
    let message = format!("`{name}` is the source of another app: Kustomization `{}` applies it", lender.name());
    let help = format!(
        "give Kustomization `{}` a source of its own, or let it depend on `{}`",
        borrower.name(),
        lender.name()
    );
    Some(Finding::new(reference.name.span, message).help(help).related(entry.span, "here"))
}

/// Whether two Kustomizations are parts of one app: one file defines both, and their names begin with the same word.
fn is_one_app(one: &Applied, other: &Applied) -> bool {
    let word = |applied: &'_ Applied| applied.name().split('-').next().map(str::to_owned);
    one.resource.name_span().file == other.resource.name_span().file && word(one) == word(other)
}

/// Whether a release beside the source uses it.
fn is_in_use(lender: &Applied, entry: &Entry) -> bool {
    let source = lender.resources.iter().find(|resource| resource.name_span() == entry.span);
    let named = |release: &_| {
        source_id(release).is_some_and(|(kind, _, name)| {
            source.is_some_and(|source| source.kind == kind && source.name() == Some(name.as_str()))
        })
    };
    lender.resources.iter().any(|resource| resource.is_helm_release() && named(resource))
}
