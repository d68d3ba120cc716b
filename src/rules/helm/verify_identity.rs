use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;

/// A signature that anybody may have made.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.resources().iter().filter_map(finding).collect()
}

fn finding(resource: &Resource) -> Option<Finding> {
    let spec = resource.spec()?;
    let spec = if resource.is_helm_release() { spec.at(&["chart", "spec"])? } else { spec };
    let verify = spec.get("verify").filter(|verify| verify.text_at(&["provider"]) == Some("cosign"))?;
    let known = !verify.items_at(&["matchOIDCIdentity"]).is_empty() || verify.get("secretRef").is_some();
    if known || resource.group() == "" {
        return None;
    }
    let message = format!("any signature of `{}` is accepted", resource.title());
    let help = "name the signer with `matchOIDCIdentity`, or set the key with `secretRef`";
    Some(Finding::new(verify.get("provider")?.span, message).help(help))
}
