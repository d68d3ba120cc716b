//! Flux's own cases of post-build substitution, and those that they leave out.
#![allow(clippy::unwrap_used)]

mod harness;

use harness::evidence::Evidence;
use homelint::flux::envsubst::{Variable, expand};
use homelint::source::{FileId, Span};
use serde::Deserialize;
use std::collections::BTreeMap;

fn lookup(params: &BTreeMap<String, String>) -> impl Fn(&str) -> Variable {
    |name| match params.get(name).map(String::as_str) {
        Some("?") => Variable::Unknown(None),
        Some(value) => Variable::Known(value.into(), Span::new(FileId(0), 0, 0)),
        None => Variable::Undefined,
    }
}

#[derive(Deserialize)]
struct Case {
    params: BTreeMap<String, String>,
    input: String,
    output: String,
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn flux_suite() {
    let cases: Vec<Case> = Evidence::large().cases("conformance/envsubst");
    for Case { params, input, output } in &cases {
        assert_eq!(expand(input, &lookup(params)).unwrap().text, *output, "{input} with {params:?}");
    }
    println!("{} cases", cases.len());
    assert!(!cases.is_empty());
}

#[test]
fn own_cases() {
    let params: BTreeMap<String, String> = [("A", "alpha.tar.gz"), ("EMPTY", ""), ("SECRET", "?"), ("N", "0123456789")]
        .map(|(k, v)| (k.into(), v.into()))
        .into();
    let cases = [
        ("${A%.*}", "alpha.tar"),
        ("${A%%.*}", "alpha"),
        ("${A#*.}", "tar.gz"),
        ("${A##*.}", "gz"),
        ("${A/[.]tar/}", "alpha.tar.gz"),
        ("${N:-2}", "0123456789"),
        ("${N:3:4}", "3456"),
        ("${N:1:-1}", "12345678"),
        ("${N:99}", ""),
        ("${EMPTY:-x}${EMPTY=y}", "xy"),
        ("$$A $A $ {A} $$$${A}", "$A $A $ {A} $${A}"),
        ("x-${SECRET}-${A}", "x-${SECRET}-alpha.tar.gz"),
        ("${NONE:=${SECRET}-${A}}", "${SECRET}-alpha.tar.gz"),
        ("${A//a/ä}", "älphä.tär.gz"),
        ("${A^}", "Alpha.tar.gz"),
    ];
    for (input, output) in cases {
        assert_eq!(expand(input, &lookup(&params)).unwrap().text, output, "{input}");
    }
}

#[test]
fn uses_say_where_and_what() {
    let params = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
    let text = "é ${A} ${B:=x${A}} ${C}";
    let expanded = expand(text, &lookup(&params)).unwrap();
    let uses: Vec<_> =
        expanded.uses.iter().map(|u| (&text[u.range.clone()], u.default.as_deref(), u.is_missing())).collect();
    assert_eq!(
        uses,
        [("${A}", None, false), ("${A}", None, false), ("${B:=x${A}}", Some("x${A}"), false), ("${C}", None, true)]
    );
    assert!(expanded.unknown);
    assert_eq!(expanded.text, "é 1 x1 ");
}

#[test]
fn what_envsubst_refuses() {
    for input in ["${", "${}", "${A", "${A-b}", "${arr[@]}", "${ A }", "${A:}", "${A/x}", "${A#}", "${@}", "${!A}"] {
        assert!(expand(input, &lookup(&BTreeMap::new())).is_err(), "{input}");
    }
    let deep = "${A:=".repeat(10_000);
    assert!(expand(&deep, &lookup(&BTreeMap::new())).is_err());
}
