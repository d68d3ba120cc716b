use crate::diagnostic::Finding;
use crate::flux::spec::Kustomization;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::Schemas;
use crate::yaml::Node;

/// A kind that its API does not have, where the one that was meant is plain.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let schemas = &repo.validation().schemas;
    let resources = file.resources().iter();
    let kustomizations = resources.clone().filter(|resource| resource.is_flux_kustomization());
    let checked = kustomizations.flat_map(|resource| Kustomization::of(resource).health_checks());
    resources.map(|resource| &resource.node).chain(checked).filter_map(|node| finding(node, schemas)).collect()
}

fn finding(node: &Node, schemas: &Schemas) -> Option<Finding> {
    let (version, named) = (node.get("apiVersion")?, node.get("kind")?);
    let (api_version, kind) = (version.literal()?, named.literal()?);
    let suggestion = schemas.suggestion(api_version, kind)?;
    let at = if suggestion.kind == kind { version } else { named };
    let message = format!("`{api_version}` has no kind `{kind}`");
    Some(
        Finding::new(at.span, message)
            .help(format!("did you mean `{}` of `{}`?", suggestion.kind, suggestion.api_version)),
    )
}
