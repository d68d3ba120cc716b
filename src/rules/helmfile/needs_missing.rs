use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A release of a helmfile that waits for one which is not there.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    // Templates and other files may bring more releases.
    if file.has_helmfile_parts() {
        return Vec::new();
    }
    let known: Vec<String> = file.helmfile_releases().flat_map(names).collect();
    let needs = file.helmfile_releases().flat_map(|release| release.items_at(&["needs"]));
    needs.filter_map(|need| finding(need, &known)).collect()
}

/// What others may call a release.
fn names(release: &Node) -> Vec<String> {
    let name = release.text_at(&["name"]).unwrap_or("").to_owned();
    let namespace = release.text_at(&["namespace"]);
    namespace.map(|namespace| format!("{namespace}/{name}")).into_iter().chain([name]).collect()
}

fn finding(need: &Node, known: &[String]) -> Option<Finding> {
    let text = need.literal()?;
    // A context of kubectl may stand in front.
    let last = text.rsplit('/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/");
    if known.contains(&last) {
        return None;
    }
    let near = nearest(&last, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
    Some(Finding::new(need.span, format!("no release `{text}` is in this helmfile")).maybe_help(near))
}
