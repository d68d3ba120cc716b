//! The schema of app-template's values against the chart's own, over real releases and seeded mutations of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod harness;

use harness::evidence::Evidence;
use homelint::helm::{Chart, Charts, Release};
use homelint::schema::{FaultKind, to_json};
use homelint::source::{FileId, Span};
use homelint::yaml::{Entry, Node, parse_json};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The chart's schema with the files that it refers to, as one document.
fn chart_schema(evidence: &Evidence) -> Value {
    let folder = evidence.folder("schemas/others").join("app-template/library/common");
    let read = |path: &Path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut root = read(&folder.join("values.schema.json"));
    let mut definitions = json!({});
    for file in std::fs::read_dir(folder.join("schemas")).unwrap().flatten() {
        let name = file.file_name().to_str().unwrap().trim_end_matches(".json").to_owned();
        let mut document = read(&file.path());
        inline(&mut document, &name);
        definitions[&name] = document;
    }
    inline(&mut root, "");
    root.as_object_mut().unwrap().remove("$id");
    root["definitions"] = definitions;
    root
}

/// Turns references to other files into references within the document.
fn inline(value: &mut Value, own: &str) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                let (file, path) = reference.split_once("#/").unwrap();
                let file = file.trim_start_matches("schemas/").trim_end_matches(".json");
                *reference = format!("#/definitions/{}/{path}", if file.is_empty() { own } else { file });
            }
            fields.values_mut().for_each(|field| inline(field, own));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| inline(item, own)),
        _ => {}
    }
}

/// Helm drops keys without a value before it asks the schema.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// The values of every app-template release.
fn all_values(evidence: &Evidence) -> Vec<Node> {
    let mut found = Vec::new();
    for name in evidence.names("conformance/builds/flux") {
        let built: Value = evidence.json(&format!("conformance/builds/flux/{name}"));
        let parsed = parse_json(FileId(0), &built.to_string());
        for document in parsed.documents[0].root.items_at(&["documents"]) {
            let values = document.at(&["spec", "values"]).filter(|values| values.get("controllers").is_some());
            found.extend(values.filter(|_| document.text_at(&["kind"]) == Some("HelmRelease")).cloned());
        }
    }
    found
}

/// Every mapping, with the path that leads to it.
fn mappings(node: &Node, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if !node.is_map() {
        return;
    }
    found.push(path.clone());
    for entry in node.entries() {
        path.push(entry.key.text().unwrap().to_owned());
        mappings(&entry.value, path, found);
        path.pop();
    }
}

fn at<'n>(node: &'n mut Node, path: &[String]) -> &'n mut Node {
    path.iter().fold(node, |node, key| node.get_mut(key).unwrap())
}

#[test]
fn verdicts_are_those_of_a_part_of_the_chart() {
    let (right, all) = compare(&Evidence::small());
    assert!(all > 20 && right == all, "{right} of {all}");
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn verdicts_are_those_of_the_chart() {
    let (right, all) = compare(&Evidence::large());
    assert!(all > 2000 && right * 1000 >= all * 995, "{right} of {all}");
}

/// How many verdicts agree, and of how many.
fn compare(evidence: &Evidence) -> (usize, usize) {
    let validator = jsonschema::validator_for(&chart_schema(evidence)).unwrap();
    let charts = Charts::builtin();
    let nowhere = Span::new(FileId(0), 0, 0);
    let text = |text: &str| Node::string(nowhere, text);
    let refused = |values: &Node| {
        let chart = Chart { name: Some(text("app-template")), version: Some(text("4.1.1")), url: None };
        let release = Release {
            name: text("web"),
            namespace: None,
            chart,
            values: values.clone(),
            post_renderers: Vec::new(),
            partial: false,
        };
        let mut faults = charts.refused(&release);
        // The chart says nothing of keys at the top, and hands some of what Kubernetes reads on unseen.
        faults.retain(|fault| {
            let message = &fault.finding.message;
            let parts = ["securityContext", "lifecycle", "spec"];
            let handed_on = message.contains(".containers.") && parts.iter().any(|part| message.contains(part));
            fault.kind != FaultKind::UnknownField || !handed_on && !message.ends_with("in app-template")
        });
        faults
    };
    let mut differences: BTreeMap<String, usize> = BTreeMap::new();
    let (mut right, mut all) = (0, 0);
    let mut seed = 0x5eed_usize;
    let mut roll = move |sides: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    for values in all_values(evidence) {
        if validator.validate(&without_nulls(to_json(&values))).is_err() {
            // Written for a later version.
            continue;
        }
        let whole = refused(&values);
        assert!(whole.is_empty(), "{whole:?}");
        let mut paths = Vec::new();
        mappings(&values, &mut Vec::new(), &mut paths);
        for round in 0..12 {
            let mut mutated = values.clone();
            let path = &paths[roll(paths.len())];
            let mapping = at(&mut mutated, path);
            let count = mapping.entries().len();
            let what = match round % 3 {
                0 => {
                    mapping.set(text("strayKey"), text("x"));
                    "stray key".to_owned()
                }
                _ if count == 0 => continue,
                1 => {
                    let entry: &mut Entry = &mut mapping.entries_mut().unwrap()[roll(count)];
                    entry.value = Node::seq(nowhere, vec![Node::seq(nowhere, Vec::new())]);
                    format!("list at {}", entry.key.text().unwrap())
                }
                _ => format!("without {}", mapping.entries_mut().unwrap().remove(roll(count)).key.text().unwrap()),
            };
            let json = without_nulls(to_json(&mutated));
            let theirs = validator.validate(&json).err();
            let ours = refused(&mutated);
            all += 1;
            // The chart has no word on many a type that Kubernetes has one on.
            let stricter = what.starts_with("list") && theirs.is_none();
            if stricter || ours.is_empty() == theirs.is_none() {
                right += 1;
                continue;
            }
            let why = ours.first().map_or_else(|| theirs.unwrap().to_string(), |fault| fault.finding.message.clone());
            let side = if ours.is_empty() { "only the chart" } else { "only homelint" };
            *differences.entry(format!("{side}: {what} in {}: {why:.120}", path.join("."))).or_default() += 1;
        }
    }
    for (difference, count) in &differences {
        eprintln!("{count} {difference}");
    }
    eprintln!("{right} of {all} verdicts agree");
    (right, all)
}
