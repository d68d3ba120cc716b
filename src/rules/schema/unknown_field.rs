use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::{Fault, FaultKind};

/// A field that its object cannot have: the API server refuses or drops it.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let verdicts = repo.verdicts();
    let wrong = |fault: &&Fault| match fault.kind {
        FaultKind::UnknownField => true,
        FaultKind::UnexplainedField { .. } => !verdicts.is_common(fault),
        _ => false,
    };
    verdicts.faults(file).iter().filter(wrong).map(|fault| fault.finding.clone()).collect()
}
