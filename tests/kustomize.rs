//! kustomize builds, held against what the real tool gave.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod harness;

use harness::evidence::Evidence;
use homelint::kustomize::{Built, FaultKind, Kustomize, Overlay};
use homelint::resource::{File, Tree};
use homelint::source::FileId;
use homelint::yaml::{self, Node};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// A tree of made-up files.
fn tree(files: &BTreeMap<String, Vec<u8>>) -> Tree {
    let files = files.iter().enumerate().map(|(at, (path, bytes))| {
        let text = std::str::from_utf8(bytes).ok().map(str::to_owned);
        File::read(FileId(at as u32), path.clone(), text)
    });
    Tree::new(files.collect())
}

fn tree_of(files: &[(&str, &str)]) -> Tree {
    tree(&files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
}

fn kinds(built: &Built) -> Vec<FaultKind> {
    built.faults.iter().map(|fault| fault.kind).collect()
}

/// Documents in an order of their own.
fn sorted(mut documents: Vec<Json>) -> Vec<Json> {
    documents.sort_by_cached_key(|document| {
        let text = |pointer: &str| document.pointer(pointer).map(Json::to_string).unwrap_or_default();
        ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(text)
    });
    documents
}

fn documents(built: &Built) -> Vec<Json> {
    sorted(built.resources.iter().map(|resource| yaml::to_json(&resource.node)).collect())
}

/// The first place where two values differ.
fn difference(want: &Json, got: &Json, at: &str) -> Option<String> {
    match (want, got) {
        (Json::Object(want), Json::Object(got)) => {
            let keys = want.keys().chain(got.keys().filter(|key| !want.contains_key(*key)));
            keys.into_iter().find_map(|key| match (want.get(key), got.get(key)) {
                (Some(want), Some(got)) => difference(want, got, &format!("{at}.{key}")),
                (Some(_), None) => Some(format!("{at}.{key}: absent")),
                _ => Some(format!("{at}.{key}: not expected")),
            })
        }
        (Json::Array(want), Json::Array(got)) => {
            let inner = want
                .iter()
                .zip(got)
                .enumerate()
                .find_map(|(index, (want, got))| difference(want, got, &format!("{at}[{index}]")));
            inner.or_else(|| {
                (want.len() != got.len()).then(|| format!("{at}: {} entries expected, {} found", want.len(), got.len()))
            })
        }
        _ if want == got => None,
        _ => {
            let short = |value: &Json| value.to_string().chars().take(160).collect::<String>();
            Some(format!("{at}: expected {}, found {}", short(want), short(got)))
        }
    }
}

/// A small tree and what kustomize makes of it.
#[derive(Deserialize)]
struct Case {
    name: String,
    files: BTreeMap<String, String>,
    /// The folder to build.
    build: String,
    expect: Option<String>,
    /// Whether kustomize refuses it.
    #[serde(default)]
    error: bool,
}

impl Case {
    /// How our build differs from kustomize's.
    fn problem(&self) -> Option<String> {
        let files =
            self.files.iter().map(|(path, text)| (path.trim_start_matches('/').to_owned(), text.clone().into()));
        let tree = tree(&files.collect());
        let built = Kustomize::new(&tree).build(&self.build);
        if self.error {
            return (!built.fails()).then(|| "no fault".to_owned());
        }
        let expected = yaml::parse(FileId(0), self.expect.as_deref().unwrap_or_default());
        let expected =
            expected.documents.iter().map(|document| yaml::to_json(&document.root)).filter(|root| !root.is_null());
        let expected = Json::Array(sorted(expected.collect()));
        let fault = built.faults.iter().find(|fault| fault.kind.is_fatal()).map(|fault| fault.finding.message.clone());
        fault.or_else(|| difference(&expected, &Json::Array(documents(&built)), ""))
    }
}

#[test]
fn cases_of_our_own() {
    compare_cases(&Evidence::small());
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn cases_of_its_own_suite() {
    compare_cases(&Evidence::large());
}

fn compare_cases(evidence: &Evidence) {
    let cases: Vec<Case> = evidence.cases("conformance/kustomize");
    let failed: Vec<(&str, String)> =
        cases.iter().filter_map(|case| Some((case.name.as_str(), case.problem()?))).collect();
    println!("{} of {}", cases.len() - failed.len(), cases.len());
    assert!(!cases.is_empty());
    assert!(failed.is_empty(), "{failed:#?}");
}

fn read_folder(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name() == ".git" {
            continue;
        }
        if path.is_dir() {
            read_folder(root, &path, files);
        } else if let (Ok(bytes), Ok(relative)) = (fs::read(&path), path.strip_prefix(root)) {
            files.insert(relative.to_string_lossy().replace('\\', "/"), bytes);
        }
    }
}

/// What kustomize makes of each folder of a repository; null where it makes nothing.
#[derive(Deserialize)]
struct Builds {
    builds: BTreeMap<String, Option<Vec<Json>>>,
}

#[test]
fn folders_of_our_own() {
    compare_folders(&Evidence::small());
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn real_folders() {
    compare_folders(&Evidence::large());
}

fn compare_folders(evidence: &Evidence) {
    let mut count = 0;
    let mut failed = Vec::new();
    for name in evidence.names("conformance/builds/kustomize") {
        let Builds { builds } = evidence.json(&format!("conformance/builds/kustomize/{name}"));
        let root = evidence.folder(&format!("corpus/{name}"));
        let mut files = BTreeMap::new();
        read_folder(&root, &root, &mut files);
        let tree = tree(&files);
        let started = Instant::now();
        let kustomize = Kustomize::new(&tree);
        let built: Vec<(&String, &Option<Vec<Json>>, Built)> =
            builds.iter().map(|(folder, want)| (folder, want, kustomize.build(folder))).collect();
        let took = started.elapsed();
        let mut silent = 0;
        for (folder, want, built) in &built {
            let Some(want) = want else {
                silent += usize::from(!built.fails() && !built.incomplete && built.unchecked.is_empty());
                continue;
            };
            count += 1;
            let fault = built.faults.iter().find(|fault| fault.kind.is_fatal());
            let fault = fault.map(|fault| format!("{:?} {}", fault.kind, fault.finding.message));
            let want = Json::Array(sorted(want.clone()));
            let problem = fault.or_else(|| difference(&want, &Json::Array(documents(built)), ""));
            failed.extend(problem.map(|problem| format!("{name} {folder}: {problem}")));
        }
        println!("{name}: {} files, {} folders in {took:?}, {silent} failing ones unnoticed", files.len(), built.len());
    }
    println!("{} of {count}", count - failed.len());
    assert!(count > 0);
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn values_keep_their_place() {
    let files = [
        (
            "app/kustomization.yaml",
            "namespace: media\nresources: [../base]\npatches:\n  - patch: |\n      apiVersion: v1\n      kind: ConfigMap\n      \
             metadata: {name: web}\n      data: {mode: dark}\n",
        ),
        ("base/kustomization.yaml", "resources:\n  - map.yaml\n"),
        (
            "base/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  mode: light\n  keep: it\n",
        ),
    ];
    let tree = tree_of(&files);
    let built = Kustomize::new(&tree).build("app");
    assert_eq!(built.faults, []);
    let node: &Node = &built.resources[0].node;
    let place = |path: &[&str]| {
        let span = node.at(path).expect("the field is there").span;
        (tree.file(span.file).expect("a file").source.path.as_str(), tree.slice(span))
    };
    assert_eq!(place(&["metadata", "namespace"]), ("app/kustomization.yaml", "media"));
    assert_eq!(place(&["data", "mode"]), ("app/kustomization.yaml", "dark"));
    assert_eq!(place(&["data", "keep"]), ("base/map.yaml", "it"));
    assert_eq!(built.files.len(), 3);
}

#[test]
fn mistakes_are_named() {
    let resource = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n";
    let cases: [(&str, FaultKind, Option<&str>); 12] = [
        ("resources: [mpa.yaml]", FaultKind::ResourceMissing, Some("did you mean `map.yaml`?")),
        ("resources: [empty]", FaultKind::FolderWithoutKustomization, None),
        ("resources: [.]", FaultKind::Cycle, None),
        ("resources: [../../x.yaml]", FaultKind::OutsideRepository, None),
        ("resources: [map.yaml, map.yaml]", FaultKind::DuplicateResource, None),
        ("resource: [map.yaml]", FaultKind::UnknownField, Some("did you mean `resources`?")),
        ("resources: map.yaml", FaultKind::InvalidValue, None),
        ("components: [part/..]\nresources: [map.yaml]", FaultKind::Cycle, None),
        ("configMapGenerator: [{name: a, files: [no.txt]}]", FaultKind::GeneratorSourceMissing, None),
        (
            "resources: [map.yaml]\npatches: [{path: patch.yaml}]",
            FaultKind::PatchUnmatched,
            Some("did you mean `web`?"),
        ),
        ("resources: [map.yaml]\npatches: [{path: web.yml}]", FaultKind::PatchMissing, None),
        ("resources: [map.yaml]\nreplicas: [{name: web, count: 2}]", FaultKind::ReplicasUnmatched, None),
    ];
    for (text, kind, help) in cases {
        let files = [
            ("app/kustomization.yaml", text),
            ("app/map.yaml", resource),
            ("app/empty/readme.md", ""),
            (
                "app/part/kustomization.yaml",
                "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [x.yaml]\n",
            ),
            ("app/patch.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: wep}\n"),
        ];
        let tree = tree_of(&files);
        let built = Kustomize::new(&tree).build("app");
        assert!(kinds(&built).contains(&kind), "{text}: {:?}", built.faults);
        assert!(built.fails(), "{text}");
        let fault = built.faults.iter().find(|fault| fault.kind == kind).expect("found above");
        assert!(help.is_none() || fault.finding.help.as_deref() == help, "{text}: {:?}", fault.finding);
    }
}

#[test]
fn what_is_far_away_is_unchecked() {
    let text = "resources: [https://example.org/x.yaml]\npatches:\n  - target: {kind: Deployment}\n    patch: |\n      - {op: remove, path: /spec}\n";
    let tree = tree_of(&[("kustomization.yaml", text)]);
    let built = Kustomize::new(&tree).build("");
    assert!(built.incomplete && built.faults.is_empty(), "{:?}", built.faults);
    assert_eq!(built.unchecked.len(), 1);
}

#[test]
fn flux_makes_a_kustomization_where_there_is_none() {
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
    let (a, b, c) = (map("a"), map("b"), map("c"));
    let files = [
        ("apps/a.yaml", a.as_str()),
        ("apps/one/b.yaml", b.as_str()),
        ("apps/two/kustomization.yaml", "namePrefix: x-\nresources: [deep/c.yaml]\n"),
        ("apps/two/deep/c.yaml", c.as_str()),
        ("apps/two/deep/no.yaml", "not: listed\n"),
    ];
    let tree = tree_of(&files);
    let kustomize = Kustomize::new(&tree);
    let namespace = yaml::parse(FileId(0), "media").documents.remove(0).root;
    let overlay = Overlay { namespace: Some(namespace), ..Overlay::default() };
    let built = kustomize.build_with("apps", &overlay);
    assert_eq!(built.faults, []);
    let names: Vec<_> = built.resources.iter().map(|resource| (resource.namespace(), resource.name())).collect();
    assert_eq!(names, [(Some("media"), Some("a")), (Some("media"), Some("b")), (Some("media"), Some("x-c"))]);
    assert!(kustomize.build("apps").fails());
}

/// Flux asks for origins where a kustomization has no resources, lest kustomize calls it empty.
#[test]
fn flux_asks_for_origins_where_there_are_no_resources() {
    let generator = "configMapGenerator: [{name: web, literals: [a=b]}]\n";
    let files = [
        ("none/kustomization.yaml", generator),
        ("some/kustomization.yaml", &format!("resources: [map.yaml]\n{generator}")),
        ("some/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
    ];
    let tree = tree_of(&files);
    let kustomize = Kustomize::new(&tree);
    let origins = |built: Built| -> Vec<Option<String>> {
        let origin = |resource: &homelint::resource::Resource| {
            resource.annotation("config.kubernetes.io/origin").map(str::to_owned)
        };
        built.resources.iter().map(origin).collect()
    };
    let made = "configuredIn: kustomization.yaml\nconfiguredBy:\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n";
    assert_eq!(origins(kustomize.build_with("none", &Overlay::default())), [Some(made.to_owned())]);
    assert_eq!(origins(kustomize.build_with("some", &Overlay::default())), [None, None]);
    let asked = yaml::parse(FileId(0), "[originAnnotations]").documents.remove(0).root.items().to_vec();
    let overlay = Overlay { build_metadata: asked, ..Overlay::default() };
    let listed = Some("path: map.yaml\n".to_owned());
    assert_eq!(origins(kustomize.build_with("some", &overlay)), [listed, Some(made.to_owned())]);
    assert_eq!(origins(kustomize.build("none")), [None]);
}

#[test]
fn long_lists_and_deep_chains_end_soon() {
    let mut patches = String::from("resources: [map.yaml]\npatches:\n");
    for at in 0..20_000 {
        patches += &format!(
            "  - target: {{kind: ConfigMap, name: web-{at}}}\n    patch: |\n      - op: add\n        path: /data/x\n        value: y\n"
        );
    }
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {}\n";
    let tree = tree_of(&[("kustomization.yaml", &patches), ("map.yaml", map)]);
    let built = Kustomize::new(&tree).build("");
    assert_eq!(built.faults.len(), 20_000);

    let chain: Vec<(String, String)> =
        (0..2_000).map(|at| (format!("f{at}/kustomization.yaml"), format!("resources: [../f{}]\n", at + 1))).collect();
    let files: Vec<(&str, &str)> = chain.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let tree = tree_of(&files);
    let built = Kustomize::new(&tree).build("f0");
    assert_eq!(kinds(&built), [FaultKind::TooDeep]);
}
