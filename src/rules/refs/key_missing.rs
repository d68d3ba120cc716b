use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::links::Reference;
use crate::model::cluster::Cluster;
use crate::model::inventory::Answer;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::{Span, nearest};

/// A key that a Secret or ConfigMap does not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let required = cluster.references.iter().filter(|(_, reference, _)| !reference.optional);
    required
        .flat_map(|(member, reference, answer)| {
            let written = reference.key.and_then(|key| Some((key.span, key.literal()?, None)));
            let reader = Some(&member.resource);
            let needed = reference.needs.iter().map(move |key| (reference.name.span, key.as_str(), reader));
            let keys = written.into_iter().chain(needed);
            keys.filter_map(|key| finding(reference, answer, key)).collect::<Vec<_>>()
        })
        .collect()
}

/// A key where it is written, or that the reader of the whole object expects.
type Key<'a> = (Span, &'a str, Option<&'a Resource>);

fn finding(reference: &Reference, answer: &Answer, (span, text, reader): Key) -> Option<Finding> {
    let Answer::Here(entries) = answer else { return None };
    let mut known = Vec::new();
    for entry in entries {
        known.extend(entry.keys.as_ref()?.iter().map(|key| key.as_str()));
    }
    if known.contains(&text) {
        return None;
    }
    let (kind, name) = (&reference.kinds.first()?.kind, reference.name.literal()?);
    let reader = reader.map(|reader| format!(", which `{}` reads", reader.title())).unwrap_or_default();
    let finding = Finding::new(span, format!("{kind} `{name}` has no key `{text}`{reader}"));
    let near = nearest(text, known.iter().copied()).map(did_you_mean);
    let keys = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let help =
        near.unwrap_or_else(|| if known.is_empty() { "it has no data".to_owned() } else { format!("it has {keys}") });
    Some(finding.help(help).related(entries.first()?.span, "its definition"))
}
