//! What the chart models derive against what the charts render.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

mod harness;

use harness::evidence::Evidence;
use homelint::helm::{Charts, objects, release};
use homelint::kustomize::Kustomize;
use homelint::resource::{Resource, Tree};
use homelint::source::FileId;
use homelint::yaml::{Mode, Node, Resolved, parse_json};
use serde_json::Value;
use std::collections::BTreeMap;

const KINDS: [&str; 17] = [
    "Service",
    "HTTPRoute",
    "GRPCRoute",
    "TLSRoute",
    "TCPRoute",
    "UDPRoute",
    "Ingress",
    "PersistentVolumeClaim",
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "ServiceMonitor",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Job",
];

fn json(node: &Node) -> Value {
    if node.is_map() {
        return node
            .entries()
            .iter()
            .map(|entry| (entry.key.text().unwrap_or("").to_owned(), json(&entry.value)))
            .collect();
    }
    if node.is_seq() {
        return node.items().iter().map(json).collect();
    }
    let text = node.as_scalar().unwrap().text.to_string();
    match node.resolve(Mode::Yaml11).unwrap() {
        Resolved::Null => Value::Null,
        Resolved::Bool(truth) => Value::Bool(truth),
        Resolved::Int(number) => Value::from(number as i64),
        Resolved::Float(number) => Value::from(number),
        Resolved::Date | Resolved::Str => Value::String(text),
    }
}

/// Where `mine` is not within `chart`: maps may lack keys, lists may not lack entries.
fn difference(mine: &Value, chart: &Value, at: &str) -> Option<String> {
    match (mine, chart) {
        (Value::String(mine), _) if mine.contains("${") => None,
        (Value::String(_), Value::String(chart)) if chart.contains("..PLACEHOLDER_") => None,
        (Value::Object(mine), Value::Object(chart)) => mine
            .iter()
            .filter(|(key, _)| *key != "annotations" && *key != "labels")
            .find_map(|(key, value)| match chart.get(key) {
                Some(other) => difference(value, other, &format!("{at}.{key}")),
                None => Some(format!("{at}.{key}: not in the chart's, found {value}")),
            }),
        (Value::Array(mine), Value::Array(chart)) if mine.len() == chart.len() => {
            let pairs = mine.iter().zip(chart).enumerate();
            pairs.into_iter().find_map(|(i, (a, b))| difference(a, b, &format!("{at}[{i}]")))
        }
        _ if mine == chart => None,
        _ => Some(format!("{at}: expected {chart}, found {mine}")),
    }
}

#[test]
fn our_own_releases_are_what_the_chart_makes() {
    let (right, wrong, all) = compare(&Evidence::small());
    assert!(all > 0 && right == all && wrong == 0);
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn releases_are_what_the_chart_makes() {
    let (right, wrong, all) = compare(&Evidence::large());
    assert!(all > 0 && right * 100 >= all * 97 && wrong * 100 <= all);
}

/// How many objects are right, how many are wrong, and how many the charts render.
fn compare(evidence: &Evidence) -> (usize, usize, usize) {
    let (charts, tree) = (Charts::builtin(), Tree::default());
    let kustomize = Kustomize::new(&tree);
    let (mut all, mut right, mut wrong, mut faults) = (0, 0, 0, 0);
    for name in evidence.names("conformance/builds/releases") {
        let oracle: Vec<Value> = evidence.json(&format!("conformance/builds/releases/{name}"));
        let built: Value = evidence.json(&format!("conformance/builds/flux/{name}"));
        let parsed = parse_json(FileId(0), &built.to_string());
        let documents = parsed.documents[0].root.items_at(&["documents"]);
        let resources: Vec<Resource> = documents.iter().cloned().filter_map(Resource::new).collect();
        for row in &oracle {
            let text = |key: &str| row[key].as_str().unwrap();
            let Some(wanted) = row["documents"].as_array() else { continue };
            let found = resources.iter().find(|resource| {
                let own = (resource.namespace(), resource.name());
                resource.is_helm_release() && own == (Some(text("namespace")), Some(text("name")))
            });
            let resource = found.unwrap();
            let reference = resource.node.text_at(&["spec", "chartRef", "name"]);
            let namespace = resource.node.text_at(&["spec", "chartRef", "namespace"]).or(resource.namespace());
            let source = resources.iter().find(|source| {
                source.kind == "OCIRepository" && source.name() == reference && source.namespace() == namespace
            });
            let release = release(resource, source, |_, _| None).unwrap();
            let made = objects(&release, &charts, &kustomize);
            for fault in &made.faults {
                faults += 1;
                println!("fault {} {}", text("name"), fault.finding.message);
            }
            let identity = |node: &Value| {
                let metadata = &node["metadata"];
                let namespace = metadata["namespace"].as_str().unwrap_or(text("namespace")).to_owned();
                (node["kind"].as_str().unwrap().to_owned(), namespace, metadata["name"].as_str().unwrap().to_owned())
            };
            let wanted: BTreeMap<_, _> = wanted.iter().map(|node| (identity(node), node)).collect();
            let made: BTreeMap<_, _> =
                made.resources.iter().map(|made| json(&made.node)).map(|node| (identity(&node), node)).collect();
            for (key, chart) in wanted.iter().filter(|(key, _)| KINDS.contains(&key.0.as_str())) {
                all += 1;
                match made.get(key).map(|mine| difference(mine, chart, "")) {
                    Some(None) => right += 1,
                    Some(Some(difference)) => {
                        wrong += 1;
                        println!("differs {key:?} {difference}");
                    }
                    None => println!("missing {key:?}"),
                }
            }
            for key in made.keys().filter(|key| KINDS.contains(&key.0.as_str()) && !wanted.contains_key(key)) {
                wrong += 1;
                println!("invented {key:?}");
            }
        }
    }
    println!("{right} of {all} right, {wrong} wrong, {faults} faults");
    (right, wrong, all)
}
