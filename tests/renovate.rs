//! What Renovate would find in a repository, held against its own report.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod harness;

use harness::evidence::Evidence;
use homelint::discover::{self, Besides, Source};
use homelint::formats::renovate::{Dependency, Update, Updates};
use homelint::resource::{File, Tree};
use homelint::source::FileId;
use serde_json::Value;
use std::collections::BTreeMap;

fn tree(files: &[(&str, &str)]) -> Tree {
    let read =
        |(at, (path, text)): (usize, &(&str, &str))| File::read(FileId(at as u32), *path, Some((*text).to_owned()));
    Tree::new(files.iter().enumerate().map(read).collect())
}

/// `path manager name value datasource`, and what becomes of it.
fn lines(tree: &Tree) -> Vec<String> {
    let line = |one: &Dependency| {
        let path = &tree.file(one.span.file).unwrap().source.path;
        let update = match &one.update {
            Update::Yes => "updated".to_owned(),
            Update::No(reason) => format!("not updated: {reason}"),
            Update::Unsure(reason) => format!("unsure: {reason}"),
        };
        let value = one.value.as_deref().or(one.digest.as_deref()).unwrap_or("-");
        format!("{path} {} {} {value} {}: {update}", one.manager, one.name, one.datasource)
    };
    dependencies(tree).iter().map(line).collect()
}

fn dependencies(tree: &Tree) -> Vec<Dependency> {
    Updates::read(tree).map_or_else(Vec::new, |updates| updates.dependencies(tree))
}

const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: lamp
  namespace: home
spec:
  chart:
    spec:
      chart: lamp
      version: 1.2.3
      sourceRef: {kind: HelmRepository, name: lamps}
  values:
    image:
      repository: ghcr.io/example/lamp
      tag: v4.5.6@sha256:0000000000000000000000000000000000000000000000000000000000000000
";

const REPOSITORY: &str = "apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: lamps, namespace: home}
spec:
  url: https://charts.example.org
";

#[test]
fn nothing_is_updated_where_renovate_is_not_used() {
    assert_eq!(lines(&tree(&[("apps/lamp.yaml", RELEASE)])), Vec::<String>::new());
}

#[test]
fn a_manager_reads_the_files_of_its_patterns() {
    let config = r#"{flux: {managerFilePatterns: ["/^apps/.+\\.yaml$/"]}, ignorePaths: ["apps/old"]}"#;
    let found = lines(&tree(&[
        ("renovate.json5", config),
        ("apps/lamp.yaml", RELEASE),
        ("apps/old/lamp.yaml", RELEASE),
        ("apps/repository.yaml", REPOSITORY),
        ("elsewhere/lamp.yaml", RELEASE),
    ]));
    let unseen = "no pattern in `managerFilePatterns` of `flux` matches this file";
    let of = |path: &str, what: &str, update: &str| format!("{path} flux {what}: {update}");
    let (chart, image) = ("lamp 1.2.3 helm", "ghcr.io/example/lamp v4.5.6 docker");
    assert_eq!(
        found,
        [
            of("apps/lamp.yaml", chart, "updated"),
            of("apps/lamp.yaml", image, "updated"),
            of("apps/old/lamp.yaml", chart, "not updated: `ignorePaths` leaves this file out"),
            of("apps/old/lamp.yaml", image, "not updated: `ignorePaths` leaves this file out"),
            of("elsewhere/lamp.yaml", chart, &format!("not updated: {unseen}")),
            of("elsewhere/lamp.yaml", image, &format!("not updated: {unseen}")),
        ]
    );
}

#[test]
fn custom_managers_are_run() {
    let config = r##"{
      customManagers: [{
        customType: "regex",
        managerFilePatterns: ["/talenv\\.yaml$/"],
        matchStrings: ["# renovate: depName=(?<depName>\\S+)( datasource=(?<datasource>\\S+))?\\n.+: (?<currentValue>\\S+)"],
        datasourceTemplate: "{{#if datasource}}{{{datasource}}}{{else}}docker{{/if}}",
      }],
      ignoreDeps: ["ghcr.io/example/by-hand"],
    }"##;
    let versions = "# renovate: depName=ghcr.io/example/installer\ntalos: v1.2.3\n\
                    # renovate: depName=example/tool datasource=github-releases\ntool: v2.0.0\n\
                    # renovate: depName=ghcr.io/example/by-hand\nother: v1.0.0\n";
    assert_eq!(
        lines(&tree(&[(".renovaterc.json5", config), ("talos/talenv.yaml", versions)])),
        [
            "talos/talenv.yaml regex ghcr.io/example/installer v1.2.3 docker: updated",
            "talos/talenv.yaml regex example/tool v2.0.0 github-releases: unsure: Renovate needs a token for github.com",
            "talos/talenv.yaml regex ghcr.io/example/by-hand v1.0.0 docker: not updated: `ignoreDeps` names it",
        ]
    );
}

#[test]
fn other_managers_read_their_own_files() {
    let helmfile = "repositories:\n  - {name: charts, url: https://charts.example.org}\nreleases:\n  \
                    - {name: net, chart: oci://ghcr.io/example/net, version: 1.0.0}\n  \
                    - {name: dns, chart: charts/dns, version: 2.0.0}\n";
    let kustomization = "kind: Kustomization\nresources:\n  - https://git.example.org/owner/name//deploy?ref=v1.1.0\nimages:\n  \
                         - {name: ghcr.io/example/lamp, newTag: 3.0.0}\n";
    let workflow = "jobs:\n  a:\n    steps:\n      - uses: docker://ghcr.io/example/check:v1\n      \
                    - uses: example/action@v2\n      - uses: example/other@main\n";
    assert_eq!(
        lines(&tree(&[
            (".github/workflows/check.yaml", workflow),
            (".mise.toml", "[tools]\n\"pipx:jinja\" = \"1.0\"\nnode = { version = \"22\" }\n"),
            ("a/kustomization.yaml", kustomization),
            ("compose.yaml", "services:\n  lamp:\n    image: lamp:1\n"),
            ("helmfile.yaml", helmfile),
            ("renovate.json", "{}"),
        ])),
        [
            ".github/workflows/check.yaml github-actions ghcr.io/example/check v1 docker: updated",
            ".github/workflows/check.yaml github-actions example/action v2 github-tags: unsure: Renovate needs a token for github.com",
            ".github/workflows/check.yaml github-actions example/other main github-digest: updated",
            ".mise.toml mise pipx:jinja 1.0 pypi: updated",
            ".mise.toml mise node 22 node-version: updated",
            "a/kustomization.yaml kustomize git.example.org/owner/name v1.1.0 git-tags: updated",
            "a/kustomization.yaml kustomize ghcr.io/example/lamp 3.0.0 docker: updated",
            "compose.yaml docker-compose lamp 1 docker: updated",
            "helmfile.yaml helmfile ghcr.io/example/net 1.0.0 docker: updated",
            "helmfile.yaml helmfile dns 2.0.0 helm: updated",
        ]
    );
}

/// Manager, path, name, value, digest, datasource.
type Key = (String, String, String, Option<String>, Option<String>, String);

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn renovates_own_report_has_the_same() {
    let evidence = Evidence::large();
    let (mut all, mut known) = (0, 0);
    for name in evidence.names("conformance/renovate") {
        let root = discover::root(&evidence.folder(&format!("corpus/{name}"))).unwrap();
        let inputs = discover::load(&root, &Source::WorkTree, Besides::default()).unwrap();
        let mut mine: BTreeMap<Key, usize> = BTreeMap::new();
        for one in dependencies(&inputs.tree) {
            let path = inputs.tree.file(one.span.file).unwrap().source.path.clone();
            let text = |part: Option<smol_str::SmolStr>| part.map(|part| part.to_string());
            let key = (
                one.manager.into(),
                path,
                one.name.to_string(),
                text(one.value),
                text(one.digest),
                one.datasource.to_string(),
            );
            *mine.entry(key).or_default() += usize::from(one.update == Update::Yes);
        }
        for key in reported(&evidence.json(&format!("conformance/renovate/{name}"))) {
            all += 1;
            if let Some(left) = mine.get_mut(&key).filter(|left| **left > 0) {
                *left -= 1;
                known += 1;
            }
        }
    }
    println!("{known} of {all} dependencies known");
    assert!(all > 0 && known * 100 >= all * 99, "{known} of {all}");
}

/// What Renovate's report says of dependencies that it would update.
fn reported(report: &Value) -> Vec<Key> {
    let mut found = Vec::new();
    for (manager, files) in report["managers"].as_object().unwrap() {
        for (path, entries) in files.as_object().unwrap() {
            for entry in entries.as_array().unwrap() {
                let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
                let (value, digest) = (text("currentValue"), text("currentDigest"));
                let wanted = entry["skipReason"].is_null() && (value.is_some() || digest.is_some());
                if let Some(datasource) = text("datasource").filter(|_| wanted) {
                    let name = text("depName").unwrap_or_default();
                    found.push((manager.clone(), path.clone(), name, value, digest, datasource));
                }
            }
        }
    }
    found
}
