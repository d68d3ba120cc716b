//! The same expressions and the rules of CRDs, here and in `kube-cel`.

#[path = "../../../tests/harness/evidence.rs"]
mod evidence;

use super::tests::{TABLE, THIS, node};
use super::{Outcome, Program, Scope};
use evidence::Evidence;
use kube_cel::KubeCelExt;
use kube_cel::cel;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// JSON as `cel` values; integers are `Int`, as a schema would make them.
fn convert(json: &Json) -> cel::Value {
    match json {
        Json::Null => cel::Value::Null,
        Json::Bool(truth) => cel::Value::Bool(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => cel::Value::Int(whole),
            None => cel::Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => cel::Value::from(text.as_str()),
        Json::Array(items) => cel::Value::from(items.iter().map(convert).collect::<Vec<_>>()),
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), convert(value)));
            cel::Value::from(entries.collect::<HashMap<String, cel::Value>>())
        }
    }
}

/// What `kube-cel` says; `None` where it cannot parse the expression.
fn oracle(rule: &str, this: &Json) -> Option<Outcome> {
    let program = std::panic::catch_unwind(|| cel::Program::compile(rule)).ok()?.ok()?;
    let mut context = cel::Context::default().with_all();
    context.add_variable_from_value("self", convert(this));
    Some(match program.execute(&context) {
        Ok(cel::Value::Bool(true)) => Outcome::True,
        Ok(cel::Value::Bool(false)) => Outcome::False,
        _ => Outcome::Error,
    })
}

/// Where the two say different things about the table. cel-go with the libraries of Kubernetes 1.34 says what stands
/// in the table, save for literals of mixed numbers, which its type checker refuses; there, integers never equal
/// doubles, `size` counts bytes, numbers and times are written otherwise, `split('')` adds two empty texts, a negative
/// count means none, time zones as offsets are not read. Expressions that it cannot parse (optional syntax,
/// `cel.bind`, two variables) or run are left out of the comparison.
const DIFFERENCES: &[&str] = &[
    "1 == 1u",
    "'\\U0001F600'.size() == 1",
    "self.name.deeper == 1",
    "!!true",
    "1 == 1.0",
    "1u == 1.0",
    "[1] == [1.0]",
    "self.count == 3.0",
    "size('grüßen') == 6",
    "self.umlaut.size() == 6",
    "string(1e21) == '1e+21'",
    "string(0.00001) == '1e-05'",
    "string(b'\\xff') == ''",
    "string(duration('90s')) == '90s'",
    "string(timestamp('2024-01-01T00:00:00Z')) == '2024-01-01T00:00:00Z'",
    "'hello'.indexOf('l', -1) == 0",
    "'a-a'.replace('a', 'b', -1) == 'b-b'",
    "'abc'.split('') == ['a', 'b', 'c']",
    "'abc'.split('', 2) == ['a', 'bc']",
    "''.split('').size() == 0",
    "'%s'.format([{'b': 1, 'a': 2}]) == '{\"a\":2, \"b\":1}'",
    "'%s'.format([[1.5]]) == '[1.500000]'",
    "timestamp(self.when).getHours('+02:00') == 14",
    "timestamp(self.when).getHours('-13:00') == 23",
    "isCIDR('10.0.0.0/08')",
    "isURL('https://example.org/%zz')",
    "isURL('https://')",
    "url('//h/p').getHost() == 'h'",
    "semver('1.2.3').compareTo(semver('1.2.3+x')) == 0",
];

#[test]
fn the_table_agrees_with_kube_cel() {
    let json: Json = serde_json::from_str(THIS).unwrap();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (rule, expected) in TABLE {
        let Some(verdict @ (Outcome::True | Outcome::False)) = oracle(rule, &json) else {
            continue;
        };
        compared += 1;
        if verdict != *expected && !DIFFERENCES.contains(rule) {
            wrong.push(format!("{rule}: {expected:?} here, {verdict:?} there"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared > 200, "{compared}");
}

/// A sequence of numbers that is the same in every run.
struct Seed(u64);

impl Seed {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// A made-up value of a schema. Texts come from the literals of its rules, so that comparisons hold at times.
fn example(schema: &Json, words: &[String], seed: &mut Seed, depth: usize) -> Json {
    if let Some(options) = schema["enum"].as_array() {
        return options[seed.below(options.len())].clone();
    }
    if let Some(default) = schema.get("default").filter(|_| seed.below(3) == 0) {
        return default.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let mut object = serde_json::Map::new();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
                if required || depth < 6 && seed.below(3) != 0 {
                    object.insert(name.clone(), example(property, words, seed, depth + 1));
                }
            }
            if schema["additionalProperties"].is_object() {
                for _ in 0..seed.below(3) {
                    let key = words[seed.below(words.len())].clone();
                    object.insert(key, example(&schema["additionalProperties"], words, seed, depth + 1));
                }
            }
            Json::Object(object)
        }
        Some("array") => {
            let count = if depth > 6 { 1 } else { seed.below(4) };
            (0..count).map(|_| example(&schema["items"], words, seed, depth + 1)).collect()
        }
        Some("integer") => json!(schema["minimum"].as_i64().unwrap_or(0) + seed.below(4) as i64),
        Some("number") => json!(seed.below(10) as f64 + 0.5),
        Some("boolean") => json!(seed.below(2) == 0),
        _ if schema["x-kubernetes-int-or-string"] == true && seed.below(2) == 0 => {
            json!(seed.below(100))
        }
        _ => json!(words[seed.below(words.len())]),
    }
}

/// Every schema that has rules, with the rules.
fn collect<'a>(schema: &'a Json, found: &mut Vec<(&'a Json, Vec<&'a str>)>) {
    if let Some(rules) = schema["x-kubernetes-validations"].as_array() {
        found.push((schema, rules.iter().filter_map(|rule| rule["rule"].as_str()).collect()));
    }
    match schema {
        Json::Object(map) => map.values().for_each(|value| collect(value, found)),
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The texts in quotes of some rules, and a few that any field may have.
fn words(rules: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = ["", "web", "/path", "10s", "1Gi", "https://example.org"].map(str::to_owned).into();
    for rule in rules {
        for quote in ['\'', '"'] {
            words.extend(rule.split(quote).skip(1).step_by(2).map(str::to_owned));
        }
    }
    words
}

/// The schemas of a catalogue, in order of their paths.
fn catalogue(evidence: &Evidence) -> Vec<Json> {
    let mut files = Vec::new();
    let mut folders = vec![evidence.folder("schemas/crds-catalog")];
    while let Some(next) = folders.pop() {
        for path in std::fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let texts = files.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    texts.filter_map(|text| serde_json::from_str(&text).ok()).collect()
}

/// Every rule with made-up values of its schema.
fn cases(schemas: &[Json], values: usize) -> Vec<(&str, Json)> {
    let mut cases = Vec::new();
    for schema in schemas {
        let mut found = Vec::new();
        collect(schema, &mut found);
        for (schema, rules) in found {
            let words = words(&rules);
            let mut seed = Seed(rules.len() as u64);
            for _ in 0..values {
                let this = example(schema, &words, &mut seed, 0);
                cases.extend(rules.iter().map(|rule| (*rule, this.clone())));
            }
        }
    }
    cases
}

/// Rules of the catalogue on which the two differ: there, Kubernetes' escaped names are not resolved outside of its
/// own validator. Optional syntax (`has(a.?b.c)`) does not parse there at all, so it is not compared.
const RULE_DIFFERENCES: &[&str] = &["!has(self.__continue__)"];

#[test]
fn rules_of_our_own_agree_with_kube_cel() {
    compare(&Evidence::small(), 100);
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn rules_of_real_crds_agree_with_kube_cel() {
    compare(&Evidence::large(), 4);
}

/// Compares verdicts on every rule with so many made-up values.
fn compare(evidence: &Evidence, values: usize) {
    let schemas = catalogue(evidence);
    let mut wrong = Vec::new();
    let (mut compared, mut silent) = (0, 0);
    for (rule, this) in cases(&schemas, values) {
        let program = Program::parse(rule).unwrap_or_else(|error| panic!("{rule}: {error:?}"));
        if program.is_transition() {
            continue;
        }
        let verdict = program.eval(&Scope::new(&node(&this.to_string())));
        let Some(expected @ (Outcome::True | Outcome::False)) = oracle(rule, &this) else {
            silent += 1;
            continue;
        };
        compared += 1;
        if verdict != expected && !RULE_DIFFERENCES.contains(&rule) {
            wrong.push(format!("{rule}: {verdict:?} here, {expected:?} there, on {this}"));
        }
    }
    println!("{compared} verdicts compared, {silent} without one there");
    assert!(compared > 0);
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
