use crate::diagnostic::{Finding, Severity};
use crate::formats::talconfig::Talconfig;
use crate::formats::talos::{ControlPlaneOnly, TABLE, patch_documents};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;

/// A setting of the control plane in a patch that workers get.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let inline = Talconfig::within(file, repo.tree()).flat_map(|talconfig| {
        let patches = talconfig.patches_of_workers().into_iter();
        let written = patches.filter(|patch| !patch.text().is_some_and(|text| text.starts_with('@')));
        written
            .flat_map(move |patch| findings(&patch_documents(repo.tree(), file, patch).unwrap_or_default(), patch.span))
    });
    let roots: Vec<Node> = file.roots_of(Role::MachineConfig).cloned().collect();
    let has_any = roots.iter().any(|root| found(root).next().is_some());
    let patch = || Talconfig::all(repo.tree()).find_map(|talconfig| talconfig.worker_patch(file));
    let place = roots.iter().find_map(of_worker).or_else(|| has_any.then(patch).flatten());
    let mut found: Vec<Finding> =
        inline.chain(place.map(|place| findings(&roots, place)).unwrap_or_default()).collect();
    found.dedup();
    found
}

/// Where a machine config says that it is for a worker.
fn of_worker(config: &Node) -> Option<Span> {
    let kind = config.at(&["machine", "type"]).filter(|kind| kind.literal() == Some("worker"));
    kind.map(|kind| kind.span)
}

/// The settings of the control plane in a patch.
fn found(config: &Node) -> impl Iterator<Item = (Span, &'static ControlPlaneOnly)> {
    TABLE.control_plane_only.iter().filter_map(|row| {
        let path: Vec<&str> = row.field.split('.').collect();
        let (last, before) = path.split_last()?;
        let entry = config.at(before)?.entry(last)?;
        (!row.refused || entry.value.is_true()).then_some((entry.key.span, row))
    })
}

fn findings(configs: &[Node], user: Span) -> Vec<Finding> {
    let finding = |(span, row): (Span, &ControlPlaneOnly)| {
        let what = if row.refused { "Talos refuses it in the config of a worker" } else { "workers ignore it" };
        let finding = Finding::new(span, format!("`{}` is for the control plane: {what}", row.field));
        let finding = if row.refused { finding } else { finding.at_most(Severity::Warning) };
        if user.contains(span) { finding } else { finding.related(user, "this is for workers") }
    };
    configs.iter().flat_map(found).map(finding).collect()
}
