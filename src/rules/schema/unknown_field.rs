use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::{Fault, FaultKind, Origin, Schemas};

/// A field that its object cannot have: the API server refuses or drops it.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let verdicts = repo.validation();
    let wrong = |fault: &&Fault| match fault.kind {
        FaultKind::UnknownField => true,
        FaultKind::UnexplainedField { .. } => !verdicts.is_outgrown(fault),
        _ => false,
    };
    verdicts.faults(file).iter().filter(wrong).map(|fault| finding(fault, &verdicts.schemas)).collect()
}

/// Of a field that nothing explains, which release does not know it: the cluster may run another.
fn finding(fault: &Fault, schemas: &Schemas) -> Finding {
    let mut finding = fault.finding.clone();
    if let FaultKind::UnexplainedField { kind: (api_version, kind), .. } = &fault.kind
        && let Some(Origin::Bundle(source)) = schemas.origin(api_version, kind)
    {
        let of = format!("in {} {}", source.name, source.version);
        finding.help = Some(finding.help.map_or(format!("unknown {of}"), |help| format!("{help} ({of})")));
    }
    finding
}
