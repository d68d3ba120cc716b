use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::inventory::Answer;
use crate::links::Reference;
use crate::rule::Rule;
use crate::source::nearest;

/// A key that a Secret or ConfigMap does not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    deployed.references.iter().filter_map(|(_, reference, answer)| finding(reference, answer)).collect()
}

fn finding(reference: &Reference, answer: &Answer) -> Option<Finding> {
    let Answer::Here(entries) = answer else { return None };
    let key = reference.key.filter(|_| !reference.optional)?;
    let text = key.literal()?;
    let mut known = Vec::new();
    for entry in entries {
        known.extend(entry.keys.as_ref()?.iter().map(|key| key.as_str()));
    }
    if known.contains(&text) {
        return None;
    }
    let (kind, name) = (&reference.kinds.first()?.kind, reference.name.literal()?);
    let finding = Finding::new(key.span, format!("{kind} `{name}` has no key `{text}`"));
    let near = nearest(text, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let keys = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let help = near
        .unwrap_or_else(|| if known.is_empty() { "it has no data".to_owned() } else { format!("its keys are {keys}") });
    Some(finding.help(help).related(entries.first()?.span, "its definition"))
}
