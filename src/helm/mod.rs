//! What a HelmRelease means: the objects that its chart would create from its values, each node with the span in the
//! values that it came from. The charts' own behaviour is `app_template` and the tables under `schemas/charts/`.

mod app_template;
mod charts;
mod fault;
mod features;
mod levels;
mod object;
mod objects;
mod post_render;
mod release;
mod table;
mod text;
mod values;
mod values_from;

use crate::kustomize::Kustomize;
use crate::schema;

pub use charts::Charts;
pub use fault::{Fault, FaultKind};
pub use features::{Conflict, Feature};
pub use object::merge;
pub use objects::Objects;
pub use release::{Chart, Release, release};
pub use table::Table;
pub use values::{Part, ValuesSchema};

/// Whose rules turn values into objects.
#[derive(Debug, Clone, Copy)]
pub enum Model<'a> {
    /// bjw-s app-template, by major version.
    AppTemplate(u32),
    /// A chart described by a table.
    Table(&'a Table),
    /// A chart that we know nothing of.
    Unknown,
}

/// The model of a release: by the chart's name, else by the shape that only app-template's values have.
pub fn model<'a>(release: &Release, charts: &'a Charts) -> Model<'a> {
    let name = release.chart.known_name();
    let is_app_template = match name {
        Some(name) => name == "app-template",
        None => app_template::has_shape(&release.values),
    };
    if is_app_template {
        return Model::AppTemplate(release.chart.major().unwrap_or(app_template::NEWEST));
    }
    name.and_then(|name| charts.table(name)).map_or(Model::Unknown, Model::Table)
}

/// What a release would create, as far as its chart is known.
pub fn objects(release: &Release, charts: &Charts, kustomize: &Kustomize) -> Objects {
    let mut objects = match model(release, charts) {
        Model::AppTemplate(major) => app_template::objects(release, major, charts),
        Model::Table(table) => table::objects(release, table),
        Model::Unknown => Objects::default(),
    };
    objects.refused.extend(charts.misspelt(release));
    if release.partial {
        // What is missing may come from elsewhere.
        objects.refused.retain(|fault| fault.kind != schema::FaultKind::MissingField);
    }
    objects.complete &= !release.partial && release.chart.major().is_some();
    post_render::render(objects, &release.post_renderers, kustomize)
}
