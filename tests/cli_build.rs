//! `homelint build` and `homelint graph` as a user runs them.
#![allow(clippy::unwrap_used)]

mod harness;

use harness::{Ran, Repo};
use serde_json::Value;
use std::process::Stdio;

/// A cluster in small: what Flux syncs, a patch for all children, a variable of a Secret, a Secret and a release.
const CLUSTER: [(&str, &str); 8] = [
    (
        "flux/gotk-sync.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\n\
         spec: {url: 'https://example.org/home.git'}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {name: flux-system, namespace: flux-system}\nspec:\n  path: ./flux\n  sourceRef: {kind: GitRepository, name: flux-system}\n",
    ),
    (
        "flux/apps.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux-system}\nspec:\n  \
         path: ./apps/web\n  targetNamespace: media\n  sourceRef: {kind: GitRepository, name: flux-system}\n  \
         dependsOn: [{name: flux-system}]\n  postBuild:\n    substitute: {MODE: dark}\n    \
         substituteFrom: [{kind: Secret, name: settings}]\n  patches:\n    - target: {kind: ConfigMap}\n      patch: |\n        \
         - {op: add, path: /data/patched, value: 'yes'}\n",
    ),
    ("flux/kustomization.yaml", "resources: [gotk-sync.yaml, apps.yaml, settings.yaml]\n"),
    (
        "flux/settings.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: settings, namespace: flux-system}\nstringData: {DOMAIN: hidden.example.org}\n",
    ),
    ("apps/web/kustomization.yaml", "resources: [map.yaml, ../base]\n"),
    (
        "apps/web/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  mode: ${MODE}\n  host: web.${DOMAIN}\n",
    ),
    ("apps/base/kustomization.yaml", "resources: [secret.yaml]\n"),
    (
        "apps/base/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata: {word: b3BlbiB3b3Jkcw==}\nstringData: {word2: open words}\n",
    ),
];

fn titles(documents: &[Value]) -> Vec<String> {
    let text =
        |document: &Value, pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    let title = |document| {
        format!(
            "{} {}/{}",
            text(document, "/kind"),
            text(document, "/metadata/namespace"),
            text(document, "/metadata/name")
        )
    };
    documents.iter().map(title).collect()
}

#[test]
fn a_folder_gives_what_kustomize_gives() {
    let repo = Repo::new(&CLUSTER);
    let absolute = repo.path("apps/web");
    for target in ["apps/web", "apps/web/", "./apps/web/kustomization.yaml", absolute.to_str().unwrap()] {
        let documents: Vec<Value> = repo.run(&["build", target, "--format", "json"]).json();
        assert_eq!(titles(&documents), ["ConfigMap -/web", "Secret -/web"], "{target}");
        assert_eq!(documents[0]["data"]["mode"], "${MODE}");
        assert_eq!(documents[0]["metadata"].get("labels"), None);
        assert_eq!(
            (&documents[1]["data"]["word"], &documents[1]["stringData"]["word2"]),
            (&"***".into(), &"***".into())
        );
    }
    // In the folder itself nothing above it is known, unless git or a configuration says that it is.
    Ran::new(repo.command_in("apps/web", &["build", "."]).output().unwrap()).refuses(&["../base"]);
    std::fs::write(repo.path(".homelint.yaml"), "").unwrap();
    let inside = Ran::new(repo.command_in("apps/web", &["build", ".", "--format", "json"]).output().unwrap());
    assert_eq!(inside.json::<Vec<Value>>().len(), 2);
}

#[test]
fn a_flux_kustomization_gives_what_flux_applies() {
    let repo = Repo::new(&CLUSTER);
    let documents: Vec<Value> = repo.run(&["build", "flux-system/web", "--format", "json"]).json();
    assert_eq!(titles(&documents), ["ConfigMap media/web", "Secret media/web"]);
    assert_eq!(documents[0]["data"], serde_json::json!({ "mode": "dark", "host": "web.${DOMAIN}", "patched": "yes" }));
    assert_eq!(documents[0]["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/name"], "web");
    assert_eq!(documents[0]["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/namespace"], "flux-system");
}

#[test]
fn nothing_named_gives_everything() {
    let repo = Repo::new(&CLUSTER);
    let documents: Vec<Value> = repo.run(&["build", "--format", "json"]).json();
    let wanted = [
        "GitRepository flux-system/flux-system",
        "Kustomization flux-system/flux-system",
        "Kustomization flux-system/web",
        "Secret flux-system/settings",
        "ConfigMap media/web",
        "Secret media/web",
    ];
    let mut found = titles(&documents);
    found.sort_by_key(|title| wanted.iter().position(|wanted| wanted == title));
    assert_eq!(found, wanted);
    let text = repo.run(&["build"]).out;
    assert!(text.contains("# Kustomization flux-system/web of the cluster at flux/gotk-sync.yaml:"), "{text}");
    assert_eq!(text.matches("---\n").count(), 5, "{text}");
}

#[test]
fn provenance_names_the_line_of_each_value() {
    let repo = Repo::new(&CLUSTER);
    let text = repo.run(&["build", "flux-system/web", "--provenance"]).out;
    for line in [
        "  namespace: media # flux/apps.yaml:6",
        "  mode: dark # apps/web/map.yaml:6",
        "  patched: \"yes\" # flux/apps.yaml:",
        "  word: \"***\" # apps/base/secret.yaml:4",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    repo.run(&["build", "--provenance", "--format", "json"]).refuses(&["--format yaml"]);
}

#[test]
fn secrets_never_come_out() {
    let token = format!("gh{}_{}", "p", "a1".repeat(18));
    let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: d}}\ndata: {{token: {token}}}\n");
    let mut files = CLUSTER.to_vec();
    files[4].1 =
        "resources: [map.yaml, ../base, token.yaml]\nsecretGenerator: [{name: made, literals: [word=open words]}]\n";
    files.push(("apps/web/token.yaml", &map));
    let repo = Repo::new(&files);
    for arguments in [&["build"][..], &["build", "apps/web"], &["build", "flux-system/web"], &["graph"]] {
        for format in ["yaml", "json"] {
            let format = if arguments == ["graph"] { "json" } else { format };
            let ran = repo.run(&[arguments, &["--format", format]].concat());
            assert_eq!(ran.code, 0, "{}", ran.err);
            for secret in [token.as_str(), "open words", "b3BlbiB3b3Jkcw", "hidden.example.org"] {
                assert!(
                    !ran.out.contains(secret) && !ran.err.contains(secret),
                    "{arguments:?} {format} shows {secret}"
                );
            }
        }
    }
}

#[test]
fn what_cannot_be_built_is_explained() {
    let mut files = CLUSTER.to_vec();
    files[6].1 = "resources: [secert.yaml]\n";
    let repo = Repo::new(&files);
    let wanted =
        ["error[build]: ", "`secert.yaml`", "apps/base/kustomization.yaml:1:13", "did you mean `secret.yaml`?"];
    repo.run(&["build", "apps/web"]).refuses(&wanted);
    repo.run(&["build", "flux-system/web", "--format", "json"]).refuses(&wanted);
    let all = repo.run(&["build"]);
    assert_eq!(all.code, 2);
    assert!(all.out.contains("name: settings") && !all.out.contains("name: web\n  namespace: media"), "{}", all.out);
}

#[test]
fn a_target_that_does_not_exist_gets_a_suggestion() {
    let repo = Repo::new(&CLUSTER);
    repo.run(&["build", "apps/wbe"]).refuses(&["`apps/wbe`", "did you mean `apps/web`?"]);
    repo.run(&["build", "flux-sytem/web"]).refuses(&["did you mean `flux-system/web`?"]);
    repo.run(&["build", "web"]).refuses(&["did you mean `flux-system/web`?"]);
    repo.run(&["build", "apps"]).refuses(&["`apps` has no kustomization", "`apps/base` has one"]);
    repo.run(&["build", "apps/web/map.yaml"]).refuses(&["is no kustomization"]);
    repo.run(&["build", "nowhere/at-all"]).refuses(&["homelint graph"]);
    let empty = Repo::new(&[("readme.md", "")]).run(&["build", "--format", "json"]);
    assert_eq!((empty.code, empty.out.as_str()), (0, "[]\n"));
    assert!(empty.err.contains("no Flux Kustomization"), "{}", empty.err);
}

#[test]
fn what_is_far_away_is_named() {
    let repo = Repo::new(&[("app/kustomization.yaml", "resources: ['https://example.org/x.yaml']\n")]);
    let ran = repo.run(&["build", "app"]);
    assert!(ran.err.contains("note: app/kustomization.yaml:1: left out: `https://example.org/x.yaml`"), "{}", ran.err);
}

#[test]
fn a_reader_may_leave_early() {
    let repo = Repo::new(&CLUSTER);
    let mut child = repo.command(&["build"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = child.wait_with_output().unwrap();
    assert_eq!((ran.status.code(), String::from_utf8(ran.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn the_graph_shows_what_hangs_together() {
    let repo = Repo::new(&CLUSTER);
    let tree = repo.run(&["graph"]).out;
    let wanted = "cluster at flux/gotk-sync.yaml:";
    assert!(tree.starts_with(wanted), "{tree}");
    assert!(tree.contains("└── Kustomization flux-system/web  after flux-system/flux-system\n"), "{tree}");
    let mermaid = repo.run(&["graph", "--format", "mermaid"]).out;
    assert!(mermaid.starts_with("flowchart LR\n") && mermaid.contains("-.->|depends on|"), "{mermaid}");
    let dot = repo.run(&["graph", "--format", "dot"]).out;
    assert!(dot.starts_with("digraph flux {\n") && dot.contains("[label=\"provides\"]"), "{dot}");
    let json: Value = serde_json::from_str(&repo.run(&["graph", "--format", "json"]).out).unwrap();
    let nodes = json["clusters"][0]["nodes"].as_array().unwrap();
    let web = nodes.iter().position(|node| node["name"] == "web").unwrap();
    assert_eq!((&nodes[web]["path"], &nodes[web]["line"]), (&"flux/apps.yaml".into(), &3.into()));
    let edges = json["clusters"][0]["edges"].as_array().unwrap();
    assert!(edges.iter().any(|edge| edge["from"] == web && edge["relation"] == "depends on"), "{json}");
}

/// Two clusters that share a folder; in one of them something is missing.
fn two_clusters() -> Repo {
    let sync = |name: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: flux-system, namespace: flux-system}}\nspec:\n  path: ./clusters/{name}\n  \
             sourceRef: {{kind: GitRepository, name: flux-system}}\n"
        )
    };
    let apps = |domain: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: apps, namespace: flux-system}}\nspec:\n  path: ./apps\n  \
             sourceRef: {{kind: GitRepository, name: flux-system}}\n  postBuild: {{substitute: {{{domain}: a.example.org}}}}\n"
        )
    };
    Repo::new(&[
        ("clusters/a/flux-system/gotk-sync.yaml", sync("a").as_str()),
        ("clusters/b/flux-system/gotk-sync.yaml", &sync("b")),
        ("clusters/a/apps.yaml", &apps("DOMAIN")),
        ("clusters/b/apps.yaml", &apps("DOMIAN")),
        ("apps/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {host: '${DOMAIN}'}\n"),
    ])
}

#[test]
fn several_clusters_are_told_apart() {
    let repo = two_clusters();
    let build = |arguments: &[&str]| -> Vec<Value> {
        let all = [&["build", "--format", "json"][..], arguments].concat();
        serde_json::from_str(&repo.run(&all).out).unwrap()
    };
    let clusters = |documents: &[Value]| {
        let maps = documents.iter().filter(|document| document["kind"] == "ConfigMap");
        maps.map(|map| map["cluster"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(clusters(&build(&[])), ["clusters/a", "clusters/b"]);
    assert_eq!(clusters(&build(&["--cluster", "b"])), ["clusters/b"]);
    assert_eq!(clusters(&build(&["--cluster", "clusters/a", "flux-system/apps"])), ["clusters/a"]);
    let text = repo.run(&["build", "--cluster", "a"]).out;
    assert!(text.contains("of the cluster clusters/a at clusters/a/flux-system/gotk-sync.yaml:"), "{text}");
    let unknown = repo.run(&["build", "--cluster", "clusters/c"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean `clusters/a`?"), "{}", unknown.err);
    let several = repo.run(&["graph", "--cluster", "clusters"]);
    assert!(several.err.contains("name one of `clusters/a`, `clusters/b`"), "{}", several.err);
    let graph: Value = serde_json::from_str(&repo.run(&["graph", "--format", "json", "--cluster", "b"]).out).unwrap();
    assert_eq!(graph["clusters"].as_array().unwrap().len(), 1);
    assert_eq!(graph["clusters"][0]["cluster"], "clusters/b");
    let single = Repo::new(&CLUSTER);
    let documents: Vec<Value> = serde_json::from_str(&single.run(&["build", "--format", "json"]).out).unwrap();
    assert!(documents.iter().all(|document| document.get("cluster").is_none()));
}

#[test]
fn a_finding_that_holds_in_one_cluster_says_so() {
    let checked = two_clusters().run(&["check", "--format", "concise"]).out;
    assert!(checked.contains("variable `DOMAIN` is not defined in cluster `clusters/b`"), "{checked}");
}

#[test]
fn the_graph_shows_the_routes_of_releases() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\n\
        spec: {path: ./apps, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: app-template, namespace: web}\n\
        spec: {interval: 1h, url: 'oci://ghcr.io/bjw-s-labs/helm/app-template', ref: {tag: 4.0.0}}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: web}\nspec:\n  \
        interval: 1h\n  chartRef: {kind: OCIRepository, name: app-template}\n  values:\n    route:\n      app:\n        \
        hostnames: [web.example.org]\n        parentRefs: [{name: outside, namespace: network}]\n";
    let repo = Repo::new(&[("flux/apps.yaml", flux), ("apps/a.yaml", source), ("apps/b.yaml", release)]);
    let tree = repo.run(&["graph"]).out;
    assert!(tree.contains("HelmRelease web/web  from OCIRepository web/app-template\n"), "{tree}");
    assert!(tree.contains("└── HTTPRoute web/web  on Gateway network/outside\n"), "{tree}");
}

#[test]
fn what_nothing_defines_is_said_beside_what_is_built() {
    let mut files = CLUSTER;
    files[5].1 =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  mode: ${MODEE}\n  tag: ${TAG:=none}\n";
    files[3].1 =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: settings, namespace: flux-system}\nstringData: {DOMAIN: a}\n";
    let ran = Repo::new(&files).run(&["build", "flux-system/web"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let said = "note: apps/web/map.yaml:6: left out: `${MODEE}`, which nothing defines: Flux refuses `web` since 2.9\n";
    assert_eq!(ran.err, said);
    assert!(ran.out.contains("tag: none\n"), "{}", ran.out);
}

#[test]
fn kustomizations_that_apply_one_another_are_drawn_once() {
    let one = |name: &str, path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: \"{name}\", namespace: x}}\n\
             spec: {{path: {path}, sourceRef: {{kind: GitRepository, name: home}}}}\n"
        )
    };
    let (a, b) = (one("a", "./b"), one("b", "./a"));
    let repo = Repo::new(&[("a/ks.yaml", &a), ("b/ks.yaml", &b)]);
    let tree = repo.run(&["graph"]);
    assert_eq!(tree.code, 0);
    assert!(tree.out.contains("(above)"), "{}", tree.out);
}
