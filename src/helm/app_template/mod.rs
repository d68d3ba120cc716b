//! bjw-s app-template: a chart whose values describe controllers, services, routes and volumes by identifier.
//! Behaviour by its documentation and by what `helm template` gives for real releases.

mod app;
mod config;
mod container;
mod network;
mod persistence;
mod workload;

use super::charts::Charts;
use super::objects::Objects;
use super::release::Release;
use crate::resource::Resource;
use crate::schema::{self, check_value};
use crate::yaml::Node;
use app::App;

/// The major version assumed where none is known.
pub(super) const NEWEST: u32 = 5;

/// Whether values have the shape that no other chart's have: controllers that hold containers.
pub(super) fn has_shape(values: &Node) -> bool {
    let controllers = values.entries_at(&["controllers"]);
    controllers.iter().any(|entry| entry.value.get("containers").is_some_and(Node::is_map))
}

/// The objects of an app-template release.
pub(super) fn objects(release: &Release, major: u32, charts: &Charts) -> Objects {
    let mut app = App::new(release, major);
    app.accounts = app.service_accounts();
    app.workloads();
    app.services();
    app.routes();
    app.ingresses();
    app.monitors();
    app.claims();
    app.data();
    app.access();
    app.raw_resources();
    // A chart recognised by its shape may be another one on the same library, with keys and defaults of its own.
    let known = release.chart.known_name().is_some();
    let mut refused = if known { charts.refused(release) } else { Vec::new() };
    refused.extend(app.resources.iter().flat_map(refused_by_server));
    let complete = app.complete && known;
    Objects { resources: app.resources, complete, whole: true, faults: app.faults, refused, misfits: Vec::new() }
}

/// Values in an object of the chart that the API server refuses: a quantity, a schedule, a name.
fn refused_by_server(object: &Resource) -> Vec<schema::Fault> {
    let admission = schema::admission_schema(object);
    let mut faults = admission.map_or_else(Vec::new, |admission| check_value(admission, &object.node, &object.kind));
    faults.retain(|fault| fault.kind == schema::FaultKind::InvalidValue);
    faults
}
