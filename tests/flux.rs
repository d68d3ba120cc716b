//! How Flux deploys small repositories.
#![allow(clippy::unwrap_used)]

use homelint::flux::entry::EntryKind;
use homelint::flux::envsubst::Variable;
use homelint::flux::source::Location;
use homelint::flux::{Applied, Cluster, Fleet, deploy, graph};
use homelint::links::{Created, Links};
use homelint::resource::{File, Resource, Tree};
use homelint::source::FileId;

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut files: Vec<_> = files.to_vec();
    files.sort();
    let file = |(index, (path, text)): (usize, &(&str, &str))| {
        File::read(FileId(index as u32), (*path).to_owned(), Some((*text).to_owned()))
    };
    Tree::new(files.iter().enumerate().map(file).collect())
}

fn run(files: &[(&str, &str)]) -> Fleet {
    deploy(&tree(files), &Links::embedded())
}

fn names(cluster: &Cluster) -> Vec<String> {
    cluster.kustomizations.iter().map(|applied| format!("{}/{}", applied.namespace(), applied.name())).collect()
}

fn find<'a>(applied: &'a Applied, kind: &str) -> &'a Resource {
    applied.resources.iter().find(|resource| resource.kind == kind).unwrap()
}

const INSTANCE: &str = "
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  sync: {kind: GitRepository, url: 'https://git.example.org/me/home.git', ref: refs/heads/main, path: cluster}
";

fn kustomization(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{rest}"
    )
}

const MAP: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {host: 'www.${DOMAIN}', replicas: '${N}'}\n";

#[test]
fn parents_patch_children_and_grandchildren() {
    let apps = kustomization(
        "apps",
        "  path: ./apps
  patches:
    - target: {kind: Kustomization}
      patch: |
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: _}
        spec:
          targetNamespace: home
          postBuild: {substitute: {DOMAIN: example.org, N: '2'}}
          patches:
            - target: {kind: ConfigMap}
              patch: '[{\"op\": \"add\", \"path\": \"/data/added\", \"value\": \"yes\"}]'
",
    );
    let web = kustomization("web", "  path: /apps/web/app\n  commonMetadata: {labels: {app: web}}\n");
    let fleet = run(&[
        ("a.yaml", INSTANCE),
        ("cluster/apps.yaml", &apps),
        ("apps/web/ks.yaml", &web),
        ("apps/web/kustomization.yaml", "resources: [ks.yaml]"),
        ("apps/web/app/map.yaml", MAP),
    ]);
    let [cluster] = &fleet.clusters[..] else { panic!("one cluster") };
    assert_eq!(cluster.entry.kind, EntryKind::FluxInstance);
    assert_eq!(names(cluster), ["flux-system/flux-system", "flux-system/apps", "flux-system/web"]);
    let web = cluster.find("flux-system", "web").unwrap();
    let map = find(web, "ConfigMap");
    assert_eq!(map.namespace(), Some("home"));
    assert_eq!(map.node.text_at(&["data", "host"]), Some("www.example.org"));
    assert_eq!(map.node.text_at(&["data", "added"]), Some("yes"));
    assert_eq!(map.label("app"), Some("web"));
    assert_eq!(map.label("kustomize.toolkit.fluxcd.io/name"), Some("web"));
    assert_eq!(web.uses.len(), 2);
    assert!(web.complete && web.faults.is_empty(), "{:?}", web.faults);
    assert_eq!(
        cluster.chain(2).iter().map(|applied| applied.name()).collect::<Vec<_>>(),
        ["flux-system", "apps", "web"]
    );
}

#[test]
fn variables_come_from_maps_secrets_and_in_line() {
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: flux-system}\ndata: {DOMAIN: \"example\\n.org\", A: b}\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: secret, namespace: flux-system}\nstringData: {N: 'ENC[AES256_GCM,data:x]'}\nsops: {version: 3}\n";
    let ks = |from: &str| kustomization("apps", &format!("  path: ./apps\n  postBuild:\n    substituteFrom: {from}\n"));
    let build = |from: &str| {
        run(&[
            ("a.yaml", INSTANCE),
            ("cluster/apps.yaml", &ks(from)),
            ("cluster/s.yaml", settings),
            ("cluster/t.yaml", secret),
            ("apps/map.yaml", MAP),
        ])
    };
    let fleet = build("[{kind: ConfigMap, name: settings}, {kind: Secret, name: secret}]");
    let apps = fleet.clusters[0].find("flux-system", "apps").unwrap();
    let data = find(apps, "ConfigMap").node.get("data").unwrap();
    assert_eq!(data.text_at(&["host"]), Some("www.example.org"), "line breaks are taken out");
    assert_eq!(data.text_at(&["replicas"]), Some("${N}"));
    assert!(data.get("replicas").unwrap().is_unknown());
    assert!(matches!(apps.variables.get("N"), Variable::Unknown(Some(_))));
    assert_eq!(apps.variables.get("NONE"), Variable::Undefined);
    let fleet = build("[{kind: ConfigMap, name: settings}]");
    let apps = fleet.clusters[0].find("flux-system", "apps").unwrap();
    assert_eq!(apps.uses.iter().filter(|used| used.found.is_missing()).count(), 1);
    let fleet = build("[{kind: Secret, name: elsewhere, optional: true}]");
    let apps = fleet.clusters[0].find("flux-system", "apps").unwrap();
    assert!(apps.variables.open && apps.variables.sources[0].defined.is_none());
    assert!(apps.uses.iter().all(|used| !used.found.is_missing()), "what is not in sight may define it");
}

#[test]
fn sources_elsewhere_and_paths_that_are_missing() {
    let elsewhere = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: other, namespace: flux-system}\nspec: {url: ssh://git@git.example.org/you/other}\n";
    let own = elsewhere.replace("other", "same").replace("you/same", "me/home");
    let other =
        kustomization("other", "  path: ./apps\n").replace("name: flux-system}\n  path", "name: other}\n  path");
    let same = kustomization("same", "  path: ./apps\n").replace("name: flux-system}\n  path", "name: same}\n  path");
    let gone = kustomization("gone", "  path: ./gone\n");
    let outside = kustomization("outside", "  path: ../../x\n");
    let artifact = kustomization("artifact", "  path: ./\n").replace("GitRepository", "ExternalArtifact");
    let fleet = run(&[
        ("a.yaml", INSTANCE),
        ("cluster/1.yaml", elsewhere),
        ("cluster/2.yaml", &own),
        ("cluster/3.yaml", &other),
        ("cluster/4.yaml", &same),
        ("cluster/5.yaml", &gone),
        ("cluster/6.yaml", &outside),
        ("cluster/7.yaml", &artifact),
        ("apps/map.yaml", MAP),
    ]);
    let location = |name: &str| fleet.clusters[0].find("flux-system", name).unwrap().location.clone();
    assert_eq!(location("other"), Location::Elsewhere);
    assert_eq!(location("same"), Location::Here("apps".to_owned()));
    assert_eq!(location("gone"), Location::Missing("gone".to_owned()));
    assert_eq!(location("outside"), Location::Outside);
    assert_eq!(location("artifact"), Location::Elsewhere);
}

#[test]
fn an_artifact_that_keeps_the_layout_is_a_folder_of_the_repository() {
    let generator = |copies: &str| {
        format!(
            "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n\
             metadata: {{name: parts, namespace: flux-system}}\nspec:\n  \
             sources: [{{alias: all, kind: GitRepository, name: flux-system}}]\n  \
             artifacts: [{{name: parts, copy: [{copies}]}}]\n"
        )
    };
    let part = kustomization("part", "  path: ./web\n")
        .replace("{kind: GitRepository, name: flux-system}", "{kind: ExternalArtifact, name: parts}");
    let location = |copies: &str| {
        let generator = generator(copies);
        let files = [
            ("a.yaml", INSTANCE),
            ("cluster/g.yaml", &generator),
            ("cluster/p.yaml", &part),
            ("apps/web/map.yaml", MAP),
        ];
        run(&files).clusters[0].find("flux-system", "part").unwrap().location.clone()
    };
    let here = Location::Here("apps/web".to_owned());
    assert_eq!(location("{from: '@all/apps/**', to: '@artifact/'}"), here);
    assert_eq!(location("{from: '@all/apps/web/**', to: '@artifact/web/'}"), here);
    assert_eq!(
        location("{from: '@all/apps/**', to: '@artifact/'}, {from: '@all/x/**', to: '@artifact/y/'}"),
        Location::Elsewhere
    );
    assert_eq!(location("{from: '@all/apps/web/map.yaml', to: '@artifact/'}"), Location::Elsewhere);
}

#[test]
fn a_flux_instance_patches_what_it_makes() {
    let patches = "  kustomize:
    patches:
      - target: {kind: Deployment}
        patch: '- {op: remove, path: /spec/x}'
      - target: {kind: Kustomization}
        patch: '- {op: add, path: /spec/postBuild, value: {substitute: {DOMAIN: a.example.org}}}'
";
    let fleet = run(&[("a.yaml", format!("{INSTANCE}{patches}").as_str()), ("cluster/map.yaml", MAP)]);
    let root = fleet.clusters[0].find("flux-system", "flux-system").unwrap();
    assert_eq!(find(root, "ConfigMap").node.text_at(&["data", "host"]), Some("www.a.example.org"));
}

#[test]
fn several_clusters_are_kept_apart() {
    let bootstrap = |path: &str| kustomization("flux-system", &format!("  path: ./clusters/{path}\n"));
    let apps = kustomization("apps", "  path: ./apps\n");
    let (a, b) = (bootstrap("a"), bootstrap("b"));
    let fleet = run(&[
        ("clusters/a/flux-system/gotk-sync.yaml", a.as_str()),
        ("clusters/b/flux-system/gotk-sync.yaml", b.as_str()),
        ("clusters/a/apps.yaml", &apps),
        ("clusters/b/apps.yaml", &apps),
        ("apps/map.yaml", MAP),
    ]);
    assert_eq!(fleet.clusters.len(), 2);
    assert!(fleet.clusters.iter().all(|cluster| cluster.entry.kind == EntryKind::Bootstrap));
    assert!(fleet.clusters.iter().all(|cluster| names(cluster) == ["flux-system/flux-system", "flux-system/apps"]));
}

#[test]
fn without_entry_point_whatever_nobody_applies_begins() {
    let root = kustomization("root", "  path: ./all\n");
    let child = kustomization("child", "  path: ./apps\n");
    let own = kustomization("own", "  path: ./own\n");
    let files = [("r.yaml", root.as_str()), ("all/child.yaml", &child), ("apps/map.yaml", MAP)];
    let fleet = run(&files);
    assert_eq!(names(&fleet.clusters[0]), ["flux-system/root", "flux-system/child"]);
    assert_eq!(fleet.clusters[0].entry.kind, EntryKind::Unowned);
    let fleet = run(&[("own/own.yaml", own.as_str())]);
    assert_eq!(names(&fleet.clusters[0]), ["flux-system/own"], "one that applies itself");
}

/// What a cluster has without anybody applying it: kind, namespace and name.
fn made(cluster: &Cluster) -> Vec<String> {
    let name = |made: &Created| {
        format!("{} {}/{}", made.kind.kind, made.place.namespace().unwrap_or("?"), made.name.as_deref().unwrap_or("?"))
    };
    cluster.made.iter().map(name).collect()
}

#[test]
fn a_flux_instance_makes_its_source() {
    let named = INSTANCE.replace("ref: refs/heads/main", "name: home");
    let fleet = run(&[("a.yaml", named.as_str()), ("cluster/map.yaml", MAP)]);
    assert_eq!(names(&fleet.clusters[0]), ["flux-system/home"]);
    assert_eq!(made(&fleet.clusters[0]), ["GitRepository flux-system/home"]);
    // The chart installs into the namespace of the release, which only the Kustomization that applies it knows.
    let release = "
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: flux-instance}
spec: {values: {instance: {sync: {kind: OCIRepository, url: 'oci://registry.example.org/home', path: ./cluster}}}}
";
    let apps = kustomization("apps", "  path: apps\n  targetNamespace: gitops\n");
    let fleet = run(&[("apps/release.yaml", release), ("cluster/apps.yaml", &apps)]);
    let [cluster] = &fleet.clusters[..] else { panic!("one cluster") };
    assert_eq!(names(cluster), ["gitops/gitops", "flux-system/apps"]);
    assert_eq!(made(cluster), ["OCIRepository gitops/gitops"]);
    assert_eq!(cluster.name, "cluster");
}

#[test]
fn each_value_in_a_synced_path_is_a_cluster() {
    let instance = INSTANCE.replace("path: cluster", "path: 'clusters/${CLUSTER}/${PART:=flux}'");
    let settings = |name: &str| {
        let text = format!("  path: ./base\n  postBuild: {{substitute: {{CLUSTER: {name}}}}}\n");
        kustomization("base", &text)
    };
    let (a, b, gone) = (settings("a"), settings("b"), settings("gone"));
    let fleet = run(&[
        ("base/instance.yaml", instance.as_str()),
        ("clusters/a/flux/base.yaml", &a),
        ("clusters/b/flux/base.yaml", &b),
        ("docs/example.yaml", &gone),
    ]);
    let called: Vec<&str> = fleet.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    assert_eq!(called, ["clusters/a/flux", "clusters/b/flux"]);
    assert!(fleet.clusters.iter().all(|cluster| cluster.find("flux-system", "base").is_some()));
}

#[test]
fn an_empty_sync_file_waits_for_its_bootstrap() {
    let apps = kustomization("apps", "  path: ./apps\n");
    let fleet = run(&[
        ("clusters/a/flux-system/gotk-sync.yaml", "# written by flux bootstrap\n"),
        ("clusters/a/apps.yaml", &apps),
        ("apps/map.yaml", MAP),
    ]);
    let [cluster] = &fleet.clusters[..] else { panic!("one cluster") };
    assert_eq!(names(cluster), ["flux-system/flux-system", "flux-system/apps"]);
    assert_eq!(
        (cluster.name.as_str(), made(cluster)),
        ("clusters/a", vec!["GitRepository flux-system/flux-system".to_owned()])
    );
}

#[test]
fn whoever_applies_a_root_makes_what_stands_beside_it() {
    let source = "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: home, namespace: flux-system}\n---\n";
    let root = kustomization("root", "  path: ./apps\n").replace("name: flux-system}\n  path", "name: home}\n  path");
    let file = format!("{source}{root}");
    let fleet = run(&[("root.yaml", file.as_str()), ("apps/map.yaml", MAP)]);
    assert_eq!(made(&fleet.clusters[0]), ["GitRepository flux-system/home", "Kustomization flux-system/root"]);
    // Without a file that says so, the source of a root that works is there; one that looks like a slip is not.
    let one = kustomization("one", "  path: ./apps\n");
    let two = kustomization("two", "  path: ./apps\n");
    let slip =
        kustomization("slip", "  path: ./apps\n").replace("name: flux-system}\n  path", "name: flux-sytem}\n  path");
    let files = [("1.yaml", one.as_str()), ("2.yaml", &two), ("3.yaml", &slip), ("apps/map.yaml", MAP)];
    let fleet = run(&files);
    let sources: Vec<String> = made(&fleet.clusters[0]).into_iter().filter(|made| made.starts_with("Git")).collect();
    assert_eq!(sources, ["GitRepository flux-system/flux-system"; 2]);
}

#[test]
fn a_remote_cluster_is_one_of_its_own() {
    let stage = |name: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: tenants, namespace: {name}}}
spec:
  sourceRef: {{kind: GitRepository, name: flux-system, namespace: flux-system}}
  path: ./tenants
  kubeConfig: {{secretRef: {{name: kubeconfig}}}}
"
        )
    };
    let (production, staging) = (stage("production"), stage("staging"));
    let fleet = run(&[
        ("a.yaml", INSTANCE),
        ("cluster/production.yaml", &production),
        ("cluster/staging.yaml", &staging),
        ("tenants/map.yaml", MAP),
    ]);
    let called: Vec<&str> = fleet.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    assert_eq!(called, ["cluster", "cluster:production/kubeconfig", "cluster:staging/kubeconfig"]);
    let held = |cluster: &Cluster| cluster.resources().map(|(_, resource)| resource.title()).collect::<Vec<_>>();
    assert_eq!(held(&fleet.clusters[0]), ["Kustomization/tenants", "Kustomization/tenants"]);
    assert_eq!(held(&fleet.clusters[1]), ["ConfigMap/web"]);
    assert_eq!(held(&fleet.clusters[2]), ["ConfigMap/web"]);
    assert_eq!(fleet.clusters[1].own().count(), 0, "its Kustomizations are objects of the cluster that reaches it");
}

#[test]
fn nothing_vanishes_where_two_share_a_name() {
    let apps = |path: &str| kustomization("apps", &format!("  path: ./{path}\n"));
    let (one, two) = (apps("one"), apps("two"));
    let map = |name: &str| MAP.replace("name: web", &format!("name: {name}"));
    let maps = [map("one"), map("two")];
    let held = |fleet: &Fleet| {
        let clusters = fleet.clusters.iter();
        clusters.map(|cluster| cluster.resources().filter(|(_, it)| it.kind == "ConfigMap").count()).collect::<Vec<_>>()
    };
    let folders = [("one/map.yaml", maps[0].as_str()), ("two/map.yaml", &maps[1])];
    let more = kustomization("more", "  path: ./more\n");
    let both = [("a.yaml", INSTANCE), ("cluster/1.yaml", &one), ("cluster/more.yaml", &more), ("more/2.yaml", &two)];
    let beside = run(&[&both[..], &folders].concat());
    assert_eq!(held(&beside), [2], "both are followed where one cluster has them");
    let nested = [
        ("sites/a/apps.yaml", one.as_str()),
        ("sites/b/apps.yaml", &two),
        ("sites/b/x/more.yaml", &kustomization("more", "  path: ./one\n")),
    ];
    let fleet = run(&[&nested[..], &folders].concat());
    let called: Vec<&str> = fleet.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    assert_eq!(called, ["sites/a", "sites/b"]);
    assert_eq!(held(&fleet), [1, 2]);
    let child = kustomization("child", "  path: ./two\n");
    let root = apps("site/apps");
    let leftover =
        [("a.yaml", INSTANCE), ("cluster/1.yaml", &one), ("site/2.yaml", &root), ("site/apps/c.yaml", &child)];
    let leftover = run(&[&leftover[..], &folders].concat());
    assert_eq!(held(&leftover), [1, 1], "a root that is called like another belongs to a cluster of its own");
}

#[test]
fn hostile_repositories_end() {
    let endless = kustomization("a", "  path: ./k\n  namePrefix: x-\n");
    let fleet = run(&[("k/k.yaml", endless.as_str())]);
    assert!(fleet.clusters[0].kustomizations.len() < 100);
}

#[test]
fn resource_sets_are_rendered() {
    let set = "apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: set, namespace: apps}
spec:
  inputs: [{name: a, port: 80, tags: {x: y}}, {name: b, port: 81, tags: {}, off: disabled}]
  inputsFrom: [{name: more}]
  resources:
    - apiVersion: v1
      kind: Service
      metadata:
        name: << inputs.name >>-svc
        annotations: << inputs.tags | toYaml | nindent 10 >>
      spec: {ports: [{port: << inputs.port >>}]}
    - apiVersion: v1
      kind: ConfigMap
      metadata:
        name: << inputs.name >>
        annotations: {fluxcd.controlplane.io/reconcile: << get inputs \"off\" | default \"enabled\" | quote >>}
";
    let more = "apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSetInputProvider
metadata: {name: more, namespace: apps}
spec: {type: Static, defaultValues: {name: c, port: 82, tags: {}}}
";
    let fleet = run(&[("a.yaml", INSTANCE), ("cluster/set.yaml", set), ("cluster/more.yaml", more)]);
    let cluster = &fleet.clusters[0];
    let applied = cluster.kustomizations.iter().find(|applied| applied.resource.kind == "ResourceSet").unwrap();
    assert_eq!(applied.unchecked, []);
    let titles: Vec<String> = applied.resources.iter().map(Resource::title).collect();
    assert_eq!(titles, ["Service/a-svc", "Service/b-svc", "Service/c-svc", "ConfigMap/a", "ConfigMap/c"]);
    let service = &applied.resources[0];
    assert_eq!(service.annotation("x"), Some("y"));
    assert_eq!(service.label("resourceset.fluxcd.controlplane.io/name"), Some("set"));
    assert_eq!(service.node.at(&["metadata", "name"]).unwrap().span.file, FileId(2));
    let more = more.replace("Static", "GitHubPullRequest");
    let fleet = run(&[("a.yaml", INSTANCE), ("cluster/set.yaml", set), ("cluster/more.yaml", &more)]);
    let applied = &fleet.clusters[0].kustomizations[1];
    assert!(applied.resources.is_empty() && applied.unchecked.len() == 1 && !applied.complete);
}

#[test]
fn the_graph_shows_what_depends_on_what() {
    let a = kustomization("a", "  path: ./apps\n  dependsOn: [{name: b}]\n");
    let b = kustomization("b", "  path: ./apps\n");
    let fleet = run(&[("i.yaml", INSTANCE), ("cluster/a.yaml", &a), ("cluster/b.yaml", &b), ("apps/map.yaml", MAP)]);
    let graph = graph::graph(&fleet.clusters[0], std::iter::empty(), &Links::embedded());
    let name = |index: usize| format!("{}/{}", graph.nodes[index].kind, graph.nodes[index].name);
    let edges: Vec<String> =
        graph.edges.iter().map(|edge| format!("{} {:?} {}", name(edge.from), edge.relation, name(edge.to))).collect();
    assert!(edges.contains(&"Kustomization/a DependsOn Kustomization/b".to_owned()), "{edges:?}");
    assert!(edges.contains(&"GitRepository/flux-system Provides Kustomization/a".to_owned()), "{edges:?}");
    assert!(edges.contains(&"Kustomization/flux-system Applies Kustomization/b".to_owned()), "{edges:?}");
}

#[test]
fn what_is_made_by_hand_is_known() {
    let apps = kustomization("apps", "  path: ./apps\n");
    let secret = |name: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\n");
    let (listed, alone) = (secret("listed"), secret("alone"));
    let template =
        format!("{{% if x %}}\n{}{{% endif %}}\n", secret("\"{{ name }}\"") + "---\n" + &secret("from-template"));
    let site = |name: &str| kustomization("flux-system", &format!("  path: ./clusters/{name}\n"));
    let (a, b) = (site("a"), site("b"));
    let fleet = run(&[
        ("clusters/a/flux-system/gotk-sync.yaml", a.as_str()),
        ("clusters/b/flux-system/gotk-sync.yaml", &b),
        ("clusters/a/apps.yaml", &apps),
        ("apps/map.yaml", MAP),
        ("bootstrap/resources.yaml.j2", &template),
        ("bootstrap/a/kustomization.yaml", "namespace: media\nresources: [secret.yaml]\n"),
        ("bootstrap/a/secret.yaml", &listed),
        ("bootstrap/b/secret.yaml", &alone),
        ("helmfile.yaml", "releases: [{name: x, namespace: gitops, chart: y/z}]\n"),
        ("Taskfile.yaml", "tasks:\n  a:\n    cmd: kubectl create secret generic key -n flux-system\n"),
    ]);
    let by_hand = |index: usize| {
        let made = fleet.clusters[index].by_hand.iter();
        made.map(|made| (made.name.as_deref().unwrap(), made.place.namespace())).collect::<Vec<_>>()
    };
    let both = [("from-template", None), ("gitops", None)];
    assert_eq!(by_hand(0), [&[("key", Some("flux-system")), ("listed", Some("media"))][..], &both].concat());
    assert_eq!(by_hand(1), [&[("key", Some("flux-system")), ("alone", None)][..], &both].concat());
}

#[test]
fn a_command_or_terraform_says_where_flux_begins() {
    let apps = kustomization("apps", "  path: ./apps\n");
    let run = |path: &str, text: &str| {
        let fleet = run(&[("clusters/a/apps.yaml", apps.as_str()), ("apps/map.yaml", MAP), (path, text)]);
        names(&fleet.clusters[0])
    };
    let begun = ["flux-system/flux-system", "flux-system/apps"];
    assert_eq!(run("README.md", "flux bootstrap git --url=ssh://x --path=clusters/a\n"), begun);
    assert_eq!(run("main.tf", "resource \"flux_bootstrap_git\" \"x\" {\n  path = \"clusters/a\"\n}\n"), begun);
    assert_eq!(run("README.md", "flux bootstrap git --path=clusters/my-cluster\n"), ["flux-system/apps"]);
}
