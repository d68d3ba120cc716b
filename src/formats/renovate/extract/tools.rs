//! Managers of tools: mise and npm.

use super::Found;
use super::settings::Settings;
use crate::formats::renovate::NAMES;
use crate::resource::{File, Syntax, Tree};
use crate::yaml::Node;
use smol_str::SmolStr;

/// What the mise manager finds: tools.
pub(super) fn mise(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    if file.syntax != Syntax::Toml {
        return Vec::new();
    }
    let tools = file.parsed.documents.iter().flat_map(|document| document.root.entries_at(&["tools"]));
    let found = tools.filter_map(|tool| {
        let name = tool.key.text()?;
        let written = tool.value.get("version").unwrap_or(&tool.value);
        let version = written.items().first().unwrap_or(written);
        let backend = name.find(':').and_then(|colon| name.get(..=colon)).unwrap_or(name);
        let datasource = NAMES.tools.get(backend)?.as_str().into();
        let value = version.text().map(SmolStr::new);
        Some(Found { span: version.span, name: name.into(), value, digest: None, datasource, skipped: None })
    });
    found.map(|found| settings.kept(found)).collect()
}

/// What the npm manager finds: the packages of a `package.json`.
pub(super) fn npm(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let lists = ["dependencies", "devDependencies", "optionalDependencies"];
    let roots = file.parsed.documents.iter().map(|document| &document.root);
    let packages = roots.flat_map(|root: &Node| lists.iter().flat_map(|list| root.entries_at(&[list])));
    let found = packages.filter_map(|package| {
        let (name, version) = (package.key.text()?, package.value.text()?);
        let local = ["file:", "link:", "workspace:", "git"].iter().any(|start| version.starts_with(start));
        Some(Found {
            span: package.value.span,
            name: name.into(),
            value: Some(version.into()),
            digest: None,
            datasource: "npm".into(),
            skipped: local.then_some("it comes from no registry"),
        })
    });
    found.map(|found| settings.kept(found)).collect()
}
