//! The parser against cases that say what a text holds: a few of our own, and the YAML test suite.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod harness;

use harness::evidence::Evidence;
use homelint::source::FileId;
use homelint::yaml::{Mode, Node, ProblemKind, Resolved, Value, parse, parse_float};
use serde::Deserialize;
use serde_json::Value as Json;

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Map(entries) => {
            let entries = entries.iter().map(|entry| {
                let key = match json(&entry.key) {
                    Json::String(text) => text,
                    Json::Null => String::new(),
                    other => other.to_string(),
                };
                (key, json(&entry.value))
            });
            Json::Object(entries.collect())
        }
        Value::Seq(items) => Json::Array(items.iter().map(json).collect()),
        Value::Scalar(scalar) => match node.resolve(Mode::Yaml12) {
            Some(Resolved::Null) => Json::Null,
            Some(Resolved::Bool(truth)) => Json::Bool(truth),
            Some(Resolved::Int(number)) => Json::from(number as f64),
            Some(Resolved::Float(number)) => Json::from(number),
            _ => match node.props.as_ref().and_then(|props| props.tag.as_ref()).map(|(tag, _)| tag.as_str()) {
                Some("tag:yaml.org,2002:int" | "tag:yaml.org,2002:float") => Json::from(parse_float(&scalar.text)),
                _ => Json::String(scalar.text.to_string()),
            },
        },
    }
}

/// Numbers compare as floats: the suite's JSON does not tell `1` from `1.0`.
fn loose(value: &Json) -> Json {
    match value {
        Json::Number(number) => Json::from(number.as_f64()),
        Json::Array(items) => Json::Array(items.iter().map(loose).collect()),
        Json::Object(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), loose(value))).collect()),
        other => other.clone(),
    }
}

#[derive(Deserialize)]
struct Case {
    id: String,
    yaml: String,
    /// What the text holds, one value after the other.
    json: Option<String>,
    /// Whether the text is to be refused.
    #[serde(default)]
    fail: bool,
}

#[test]
fn agrees_with_cases_of_our_own() {
    compare(&Evidence::small());
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn agrees_with_the_yaml_test_suite() {
    compare(&Evidence::large());
}

fn compare(evidence: &Evidence) {
    let cases: Vec<Case> = evidence.cases("conformance/yaml-test-suite");
    let mut wrong = Vec::new();
    for Case { id, yaml: text, json: expected, fail } in &cases {
        let parsed = parse(FileId(0), text);
        let refused: Vec<_> = parsed
            .problems
            .iter()
            .filter(|problem| {
                matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Template | ProblemKind::AliasUndefined)
            })
            .collect();
        if *fail == refused.is_empty() {
            wrong.push(format!("{id} fail={fail} {refused:?}\n{text}"));
        } else if let (false, Some(expected)) = (fail, expected) {
            let expected: Vec<Json> =
                serde_json::Deserializer::from_str(expected).into_iter().map(|value| loose(&value.unwrap())).collect();
            let got: Vec<Json> = parsed.documents.iter().map(|document| loose(&json(&document.root))).collect();
            if got != expected {
                wrong.push(format!("{id}\n{text}\nexpected {expected:?}\ngot      {got:?}"));
            }
        }
    }
    println!("{} cases", cases.len());
    assert!(!cases.is_empty());
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n----\n"));
}
