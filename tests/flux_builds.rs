//! What Flux would apply in real repositories, compared with what another tool renders; run with `-- --nocapture` and
//! `VERBOSE=1` to see every difference.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod harness;

use harness::evidence::Evidence;
use homelint::discover::{Besides, Root, Source, load};
use homelint::flux;
use homelint::links::Links;
use homelint::yaml::{Mode, Node, Resolved, Value as Yaml};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Percentage of documents that must be equal. What remains is the other tool's: a namespace on kinds that have none, a
/// function applied to its placeholder, a namespace that an outer kustomization replaces.
const WANTED: f64 = 98.0;

/// Several clusters whose Kustomizations have the same names: the other tool takes them for one cluster.
const MANY_CLUSTERS: [&str; 1] = ["haraldkoch+kochhaus-home"];

fn json(node: &Node) -> Value {
    match &node.value {
        Yaml::Seq(items) => items.iter().map(json).collect(),
        Yaml::Map(entries) => {
            entries.iter().map(|entry| (entry.key.text().unwrap_or("null").to_owned(), json(&entry.value))).collect()
        }
        Yaml::Scalar(scalar) => match node.resolve(Mode::Yaml11) {
            Some(Resolved::Null) => Value::Null,
            Some(Resolved::Bool(value)) => value.into(),
            Some(Resolved::Int(value)) => i64::try_from(value).map_or_else(|_| (value as u64).into(), Value::from),
            Some(Resolved::Float(value)) if value.fract() == 0.0 && value.abs() < 1e15 => (value as i64).into(),
            Some(Resolved::Float(value)) => value.into(),
            _ => scalar.text.as_str().into(),
        },
    }
}

fn key(document: &Value) -> String {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    let parts = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(text);
    format!("{} {}", parts.join(" "), text("/metadata/labels/kustomize.toolkit.fluxcd.io~1name"))
}

/// Where two documents differ first; a placeholder matches anything, and so does what homelint does not know.
fn difference(want: &Value, got: &Value, at: &str) -> Option<String> {
    match (want, got) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| match (a.get(key), b.get(key)) {
                (Some(a), Some(b)) => difference(a, b, &format!("{at}.{key}")),
                (a, b) => Some(format!("{at}.{key}: {a:?} against {b:?}")),
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| difference(a, b, &format!("{at}[{index}]")))
        }
        (Value::String(a), got) if a.contains("..PLACEHOLDER_") => {
            let got = got.as_str().map_or_else(|| got.to_string(), str::to_owned);
            let fixed = a.split("..PLACEHOLDER_").enumerate().map(|(index, part)| match index {
                0 => part,
                _ => part.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').get(2..).unwrap_or(""),
            });
            let fits = fixed.into_iter().all(|part| got.contains(part));
            (!fits).then(|| format!("{at}: {a:?} against {got:?}"))
        }
        (Value::Number(a), Value::Number(b)) => (a.as_f64() != b.as_f64()).then(|| format!("{at}: {a} against {b}")),
        (a, b) => (a != b).then(|| format!("{at}: {a:?} against {b:?}")),
    }
}

/// What the other tool makes of a repository.
#[derive(Deserialize)]
struct Build {
    documents: Vec<Value>,
}

#[test]
fn our_own_repository_deploys_as_flux_does() {
    assert_eq!(compare(&Evidence::small()), 100.0);
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn real_repositories_deploy_as_flux_does() {
    let percent = compare(&Evidence::large());
    assert!(percent >= WANTED, "{percent:.1} %");
}

/// The percentage of documents that are equal.
fn compare(evidence: &Evidence) -> f64 {
    let verbose = std::env::var_os("VERBOSE").is_some();
    let links = Links::embedded();
    let (mut equal, mut all) = (0, 0);
    for name in evidence.names("conformance/builds/flux") {
        let Build { documents } = evidence.json(&format!("conformance/builds/flux/{name}"));
        let folder = evidence.folder(&format!("corpus/{name}"));
        let inputs = load(&Root { folder, git: false }, &Source::WorkTree, Besides::default()).unwrap();
        let start = std::time::Instant::now();
        let fleet = flux::deploy(&inputs.tree, &links);
        let time = start.elapsed();
        let mut got: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (_, resource) in fleet.clusters.iter().flat_map(flux::Cluster::resources) {
            let document = json(&resource.node);
            got.entry(key(&document)).or_default().push(document);
        }
        let mut mine = 0;
        for want in &documents {
            let found = got.entry(key(want)).or_default();
            if let Some(index) = found.iter().position(|got| difference(want, got, "").is_none()) {
                found.remove(index);
                mine += 1;
            } else if verbose {
                let why = found.first().and_then(|got| difference(want, got, "")).unwrap_or("missing".to_owned());
                println!("{name} {} {why}", key(want));
            }
        }
        if verbose {
            let extra = got.iter().flat_map(|(key, left)| left.iter().map(move |_| key));
            extra
                .filter(|key| !key.contains(" Secret ") && !key.contains(" CustomResourceDefinition "))
                .for_each(|key| println!("{name} extra {key}"));
            for applied in fleet.clusters.iter().flat_map(|cluster| &cluster.kustomizations) {
                if !applied.complete
                    || !applied.faults.is_empty()
                    || !applied.unchecked.is_empty()
                    || !applied.refusals.is_empty()
                {
                    println!(
                        "{name} {}/{} {:?} {:?} {:?} {:?}",
                        applied.namespace(),
                        applied.name(),
                        applied.location,
                        applied.faults,
                        applied.unchecked,
                        applied.refusals
                    );
                }
            }
        }
        let counts: Vec<usize> = fleet.clusters.iter().map(|cluster| cluster.kustomizations.len()).collect();
        println!("{name:32} {mine} of {} in {time:?}, Kustomizations {counts:?}", documents.len());
        if !MANY_CLUSTERS.contains(&name.as_str()) {
            equal += mine;
            all += documents.len();
        }
    }
    let percent = 100.0 * f64::from(equal) / all as f64;
    println!("{equal} of {all} documents, {percent:.1} %");
    assert!(all > 0);
    percent
}
