use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::{Deprecation, Modeline};

/// A `# yaml-language-server` comment that names the schema of another kind or version.
pub const RULE: Rule = Rule::info(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let stale = Modeline::of(file).into_iter().filter_map(|(modeline, resource)| {
        // Where the apiVersion itself is on its way out, the comment may well be ahead of it.
        if modeline.is_of(resource) || Deprecation::find(resource).is_some() {
            return None;
        }
        let right = Modeline::name_of(resource);
        let message = format!("the schema is that of `{}`, but the resource is `{right}`", modeline.name);
        Some(Finding::new(modeline.span, message).safe_fix(format!("name `{right}`"), modeline.span, right))
    });
    stale.collect()
}
