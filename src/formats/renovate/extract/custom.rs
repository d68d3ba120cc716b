//! Custom managers: their regular expressions are run over the files that they match.

use super::settings::{Reading, Settings};
use super::{Dependency, Found, dependency};
use crate::formats::renovate::Manager;
use crate::resource::File;
use crate::yaml::Node;
use regex::bytes::Captures;
use smol_str::SmolStr;
use std::str::from_utf8;

/// Longest template, in bytes, that is filled in.
const MAX_TEMPLATE: usize = 1_000;

/// Most matches of one expression in a file.
const MAX_MATCHES: usize = 10_000;

/// A custom manager.
pub(super) struct Custom<'a> {
    node: &'a Node,
    is_preset: bool,
    manager: Manager,
}

/// The custom managers of a configuration.
pub(super) fn managers(settings: &Settings) -> Vec<Custom<'_>> {
    let customs = settings.customs.iter();
    customs.map(|(node, is_preset)| Custom { node, is_preset: *is_preset, manager: Manager::new(node) }).collect()
}

/// What the custom managers find in a file.
pub(super) fn find(settings: &Settings, customs: &[Custom], file: &File) -> Vec<Dependency> {
    let path = file.source.path.as_str();
    let mut all = Vec::new();
    for Custom { node, is_preset, manager } in customs {
        let plain = matches!(node.text_at(&["matchStringsStrategy"]), None | Some("any"));
        if !plain || !manager.covers(path) {
            continue;
        }
        let reading = match settings.reads("regex", path) {
            Reading::No(reason) if reason.contains("ignorePaths") => Reading::No(reason),
            _ if *is_preset => Reading::Preset,
            _ => Reading::Yes,
        };
        let text = file.source.text.as_bytes();
        for captures in manager.regexes().iter().flat_map(|regex| regex.captures_iter(text).take(MAX_MATCHES)) {
            let found = found(node, file, &captures).map(|found| settings.kept(found));
            all.extend(found.map(|found| dependency(found, "regex", &reading)));
        }
    }
    all
}

/// What one match says; `None` where a template cannot be filled in.
fn found(node: &Node, file: &File, captures: &Captures) -> Option<Found> {
    let capture = |name: &str| captures.name(name).and_then(|found| from_utf8(found.as_bytes()).ok());
    let field = |name: &str| -> Option<Option<SmolStr>> {
        match node.text_at(&[&format!("{name}Template")]) {
            Some(template) => {
                filled(template, &capture).map(|text| Some(text.into()).filter(|text: &SmolStr| !text.is_empty()))
            }
            None => Some(capture(name).map(SmolStr::new)),
        }
    };
    let package = field("packageName")?;
    let name = field("depName")?.or_else(|| package.clone())?;
    let place = captures.name("currentValue").or_else(|| captures.name("currentDigest")).or_else(|| captures.get(0))?;
    Some(Found {
        span: file.source.span(place.range()),
        name,
        value: field("currentValue")?,
        digest: field("currentDigest")?,
        datasource: field("datasource")??,
        skipped: None,
    })
}

/// A template with the captures in it: names in braces and plain conditions; `None` where it does more.
fn filled<'t>(template: &str, capture: &impl Fn(&str) -> Option<&'t str>) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    if template.len() > MAX_TEMPLATE {
        return None;
    }
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some(condition) = after.strip_prefix("#if ") else {
            rest = fill(after, capture, &mut out)?;
            continue;
        };
        let (name, after) = condition.split_once("}}")?;
        let (inside, after) = after.split_once("{{/if}}")?;
        let (then, other) = inside.split_once("{{else}}").unwrap_or((inside, ""));
        let is_there = capture(name.trim()).is_some_and(|text| !text.is_empty());
        let mut chosen = if is_there { then } else { other };
        while let Some((before, after)) = chosen.split_once("{{") {
            out.push_str(before);
            chosen = fill(after, capture, &mut out)?;
        }
        out.push_str(chosen);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Writes the capture that a template names behind `{{`; what follows it.
fn fill<'t, 'c>(text: &'t str, capture: &impl Fn(&str) -> Option<&'c str>, out: &mut String) -> Option<&'t str> {
    let (name, after) = text.split_once("}}")?;
    let name = name.trim_start_matches('{').trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    out.push_str(capture(name).unwrap_or(""));
    Some(after.strip_prefix('}').unwrap_or(after))
}
