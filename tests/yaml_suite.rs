//! The parser against the YAML test suite, where its cases are at hand.
#![allow(clippy::unwrap_used)]

use homelint::source::FileId;
use homelint::yaml::{Mode, Node, ProblemKind, Resolved, Value, parse, parse_float};
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

#[test]
fn agrees_with_the_yaml_test_suite() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/conformance/yaml-test-suite.jsonl");
    let Ok(cases) = std::fs::read_to_string(path) else { return };
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let text = case["yaml"].as_str().unwrap();
        let parsed = parse(FileId(0), text);
        let refused: Vec<_> = parsed
            .problems
            .iter()
            .filter(|problem| {
                matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Template | ProblemKind::AliasUndefined)
            })
            .collect();
        let (id, fail) = (&case["id"], case["fail"].as_bool().unwrap());
        if fail == refused.is_empty() {
            wrong.push(format!("{id} fail={fail} {refused:?}\n{text}"));
        } else if let (false, Some(expected)) = (fail, case["json"].as_str()) {
            let expected: Vec<Json> =
                serde_json::Deserializer::from_str(expected).into_iter().map(|value| loose(&value.unwrap())).collect();
            let got: Vec<Json> = parsed.documents.iter().map(|document| loose(&json(&document.root))).collect();
            if got != expected {
                wrong.push(format!("{id}\n{text}\nexpected {expected:?}\ngot      {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n----\n"));
}
