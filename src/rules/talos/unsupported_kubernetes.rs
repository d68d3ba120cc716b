use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::formats::talos::TABLE;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::schema::Version;

/// A release of Kubernetes that the release of Talos does not run.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let env = file.role_of_root() == Some(Role::Talenv);
    let of_env = if env { Talconfig::of_variables(file, repo.tree()) } else { None };
    let all = Talconfig::within(file, repo.tree()).chain(of_env);
    all.filter_map(finding).filter(|finding| finding.span.file == file.source.id).collect()
}

fn finding(talconfig: Talconfig) -> Option<Finding> {
    let (kubernetes, talos) = (talconfig.value("kubernetesVersion")?, talconfig.value("talosVersion")?);
    let (runs, on) = (Version::read(kubernetes.literal()?)?, Version::read(talos.literal()?)?);
    let (oldest, newest) = TABLE.kubernetes.get(&on)?;
    if (oldest..=newest).contains(&&runs) {
        return None;
    }
    let message = format!("Talos {on} does not run Kubernetes {runs}");
    let finding = Finding::new(kubernetes.span, message).help(format!("it runs {oldest} to {newest}"));
    Some(finding.related(talos.span, "the version of Talos"))
}
