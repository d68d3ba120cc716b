use crate::diagnostic::Finding;
use crate::image::{Image, images};
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A digest that no registry can resolve.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.resources().flat_map(|resource| images(&resource)).filter_map(|image| finding(&image)).collect()
}

fn finding(image: &Image) -> Option<Finding> {
    let (digest, span) = image.digest.as_ref()?;
    if image.digest_is_well_formed() || digest.contains(['$', '{']) {
        return None;
    }
    let message = format!("the digest of `{}` is malformed", image.name);
    Some(Finding::new(*span, message).help("a digest is `sha256:` and 64 hexadecimal digits"))
}
