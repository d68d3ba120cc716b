//! The checked-in bundle can be read, whole, and says what its sources say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::collections::HashSet;
use std::sync::Arc;

use homelint::schema::{Additional, Bundle, Dialect, ListType, Schema, Scope, Types, custom_kinds};
use serde_json::json;
use sha2::{Digest, Sha256};

fn find(bundle: &Bundle, api_version: &str, kind: &str, path: &[&str]) -> Arc<Schema> {
    let schema = bundle.find(api_version, kind).unwrap_or_else(|| panic!("{api_version} {kind}"));
    schema.at(path).unwrap_or_else(|| panic!("{api_version} {kind}: {path:?}"))
}

/// Every node of a schema once.
fn nodes(schema: &Arc<Schema>) -> Vec<Arc<Schema>> {
    let (mut seen, mut all, mut stack) = (HashSet::new(), Vec::new(), vec![Arc::clone(schema)]);
    while let Some(node) = stack.pop() {
        if !seen.insert(Arc::as_ptr(&node)) {
            continue;
        }
        stack.extend(node.properties.iter().map(|(_, child)| Arc::clone(child)));
        stack.extend([&node.items, &node.not].into_iter().flatten().cloned());
        for branches in [&node.one_of, &node.any_of, &node.all_of] {
            stack.extend(branches.iter().cloned());
        }
        if let Additional::Like(child) = &node.additional {
            stack.push(Arc::clone(child));
        }
        all.push(node);
    }
    all
}

/// One line for each schema of the bundle: apiVersion and kind, the part and what it covers, how many fields and rules
/// its nodes have, and a hash of all that it says.
fn inventory(bundle: &Bundle) -> String {
    let line = |api_version: &str, kind: &str, source: &str, covers: &str, schema: &Arc<Schema>| {
        let nodes = nodes(schema);
        let fields: usize = nodes.iter().map(|node| node.properties.len()).sum();
        let rules: usize = nodes.iter().map(|node| node.rules.len()).sum();
        let hash = Sha256::digest(schema.to_json().to_string());
        let hash: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("{api_version} {kind} | {source} {covers} | {fields} fields, {rules} rules | {hash}\n")
    };
    let mut lines = String::new();
    for (api_version, kind) in bundle.kinds() {
        let known = bundle.kind(api_version, kind).expect(kind);
        for release in bundle.releases(api_version, kind) {
            let schema = release.schema().expect(kind);
            lines += &line(api_version, kind, release.source.name, release.source.version, &schema);
        }
        let minors = known.minors.map_or(0..0, |minors| minors.first..minors.last + 1);
        let with_schema = minors.filter_map(|minor| Some((minor, bundle.find_at(api_version, kind, minor)?)));
        let with_schema: Vec<(u32, Arc<Schema>)> = with_schema.collect();
        for same in with_schema.chunk_by(|(_, a), (_, b)| Arc::ptr_eq(a, b)) {
            let (Some((first, schema)), Some((last, _))) = (same.first(), same.last()) else { continue };
            lines += &line(api_version, kind, known.source.name, &format!("1.{first} to 1.{last}"), schema);
        }
    }
    lines
}

/// `schemas/bundle.txt` says what is in `schemas/bundle.bin`, so that a change of it can be read; `UPDATE=1` rewrites it.
#[test]
fn the_list_beside_it_says_what_is_in_it() {
    let found = inventory(&Bundle::embedded());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write("schemas/bundle.txt", &found).expect("the list");
    }
    let expected = std::fs::read_to_string("schemas/bundle.txt").unwrap_or_default();
    assert!(found == expected, "schemas/bundle.txt is stale: UPDATE=1 cargo test rewrites it");
    assert!(found.lines().count() > 900);
}

/// How many rules a document can run into, counted at every place where they stand.
fn rules_below(schema: &Schema) -> usize {
    let fields = schema.properties.iter().map(|(_, child)| child);
    let children = fields.chain(&schema.items).chain(match &schema.additional {
        Additional::Like(child) => Some(child),
        _ => None,
    });
    schema.rules.len() + children.map(|child| rules_below(child)).sum::<usize>()
}

#[test]
fn every_kind_decodes_and_every_pattern_compiles() {
    let bundle = Bundle::embedded();
    for (api_version, kind) in bundle.kinds() {
        let schema = bundle.find(api_version, kind).expect(kind);
        assert!(schema.property("metadata").is_some(), "{api_version} {kind}");
        for node in nodes(&schema) {
            let compiles = node.pattern.as_ref().is_none_or(|p| p.is_match("").is_some());
            assert!(compiles, "{api_version} {kind}: {:?}", node.pattern);
            assert!(node.properties.is_sorted_by_key(|(name, _)| name));
        }
        let known = bundle.kind(api_version, kind).expect(kind);
        assert!(!known.source.name.is_empty() && !known.source.licence.is_empty());
    }
    assert!(bundle.kinds().count() > 400);
}

#[test]
fn it_is_small() {
    let size = std::fs::metadata("schemas/bundle.bin").expect("the bundle").len();
    assert!(size <= 400 * 1024, "{size} bytes");
}

#[test]
fn kubernetes_is_strict_and_knows_its_versions() {
    let bundle = Bundle::embedded();
    let spec = find(&bundle, "apps/v1", "Deployment", &["spec"]);
    assert!(spec.is_closed() && spec.required.iter().any(|name| name == "selector"));
    assert!(spec.at(&["replicas"]).expect("replicas").types.allows(Types::INTEGER));
    assert!(!spec.at(&["replicas"]).expect("replicas").types.allows(Types::STRING));
    let container = spec.at(&["template", "spec", "containers", "*"]).expect("container");
    assert_eq!(
        container.at(&["ports"]).expect("ports").list,
        ListType::Map(["containerPort".into(), "protocol".into()].into())
    );
    let port = find(&bundle, "v1", "Service", &["spec", "ports", "*", "targetPort"]);
    assert!(port.types.has(Types::INT_OR_STRING) && port.types.allows(Types::STRING));
    let cpu = container.at(&["resources", "limits", "cpu"]).expect("cpu");
    assert!(cpu.types.allows(Types::INTEGER) && cpu.types.allows(Types::STRING));
    assert_eq!(bundle.kind("v1", "Namespace").expect("Namespace").scope, Scope::Cluster);
    let policy = bundle.kind("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy");
    let first = policy.and_then(|kind| kind.minors).expect("minors").first;
    assert!(bundle.find_at("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", first - 1).is_none());
    assert!(bundle.find_at("apps/v1", "Deployment", bundle.newest_minor()).is_some());
    assert!(bundle.find_at("apps/v1", "Deployment", bundle.newest_minor() - 4).is_some());
}

#[test]
fn custom_resources_keep_what_the_api_server_checks() {
    let bundle = Bundle::embedded();
    let route = bundle.find("gateway.networking.k8s.io/v1", "HTTPRoute").expect("HTTPRoute");
    let rules = rules_below(&route);
    assert!((95..130).contains(&rules), "{rules} rules");
    let interval = find(&bundle, "helm.toolkit.fluxcd.io/v2", "HelmRelease", &["spec", "interval"]);
    let pattern = interval.pattern.as_ref().expect("a pattern");
    assert_eq!(pattern.is_match("1h30m"), Some(true));
    assert_eq!(pattern.is_match("1 hour"), Some(false));
    let values = find(&bundle, "helm.toolkit.fluxcd.io/v2", "HelmRelease", &["spec", "values"]);
    assert!(!values.is_closed());
    let listeners = find(&bundle, "gateway.networking.k8s.io/v1", "Gateway", &["spec", "listeners"]);
    assert_eq!(listeners.list, ListType::Map(["name".into()].into()));
    assert_eq!(listeners.sizes.as_ref().and_then(|sizes| sizes.max_items), Some(64));
    let port = listeners.at(&["*", "port"]).expect("port");
    assert_eq!(port.range.as_ref().and_then(|range| range.maximum), Some(65535.0));
    let prune = find(&bundle, "kustomize.toolkit.fluxcd.io/v1", "Kustomization", &["spec"]);
    assert!(prune.required.iter().any(|name| name == "prune"));
}

#[test]
fn forks_and_files_are_known_too() {
    let bundle = Bundle::embedded();
    let kopia = find(&bundle, "volsync.backube/v1alpha1", "ReplicationSource", &["spec", "kopia"]);
    assert!(!kopia.is_closed() && kopia.property("moverVolumes").is_some());
    assert!(kopia.property("cacheCapacity").is_some());
    let build = bundle.find("kustomize.config.k8s.io/v1beta1", "Kustomization").expect("a file");
    assert!(build.is_closed() && build.required.is_empty());
    assert!(build.at(&["patches", "*", "target", "kind"]).is_some());
    let versions: Vec<_> = bundle.versions_of("HelmRelease").collect();
    assert!(versions.contains(&"helm.toolkit.fluxcd.io/v2beta1") && versions.contains(&"helm.toolkit.fluxcd.io/v2"));
    assert!(bundle.find("example.org/v1", "HelmRelease").is_none());
}

#[test]
fn a_damaged_bundle_is_refused_or_read_in_part() {
    let whole = std::fs::read("schemas/bundle.bin").expect("the bundle");
    for step in 0..64 {
        let at = step * whole.len() / 64;
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        if let Some(bundle) = Bundle::read(bytes.leak()) {
            for (api_version, kind) in bundle.kinds().step_by(37) {
                let _ = bundle.find(api_version, kind);
            }
        }
        assert!(Bundle::read(whole[..at].to_vec().leak()).is_none());
    }
}

#[test]
fn a_definition_in_the_repository_reads_the_same_way() {
    let bundle = Bundle::embedded();
    let meta = bundle.object_meta();
    let definition = json!({"spec": {
        "group": "example.org", "scope": "Cluster", "names": {"kind": "Lamp"},
        "versions": [{"name": "v1", "served": true, "schema": {"openAPIV3Schema": {
            "type": "object", "required": ["spec"],
            "properties": {"spec": {"type": "object", "properties": {
                "watts": {"type": "integer", "minimum": 1, "exclusiveMinimum": true},
                "size": {"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}}},
                "oneOf": [{"required": ["watts"]}, {"required": ["size"]}],
                "x-kubernetes-validations": [{"rule": "self.watts < 100", "message": "too bright"}]}}}}}]}});
    let kinds = custom_kinds(&definition, meta.as_ref());
    let lamp = &kinds[0];
    assert_eq!((lamp.api_version.as_str(), lamp.scope), ("example.org/v1", Scope::Cluster));
    let spec = lamp.schema.at(&["spec"]).expect("spec");
    assert!(spec.is_closed() && spec.one_of.len() == 2 && !spec.one_of[0].is_closed());
    assert_eq!(spec.rules[0].message, "too bright");
    let watts = spec.at(&["watts"]).expect("watts");
    assert_eq!(watts.range.as_ref().and_then(|range| range.exclusive_minimum), Some(1.0));
    assert!(spec.at(&["size"]).expect("size").any_of.is_empty());
    assert!(!spec.at(&["free"]).expect("free").is_closed());
    assert!(spec.at(&["labels", "any"]).is_some());
    assert!(lamp.schema.at(&["metadata", "labels"]).is_some());
}

#[test]
fn references_are_followed_and_circles_left_open() {
    let document = json!({
        "type": "object",
        "properties": {"tree": {"$ref": "#/definitions/tree"}, "far": {"$ref": "other.json"}},
        "definitions": {"tree": {"type": "object", "additionalProperties": false, "properties": {
            "name": {"type": ["string", "null"]}, "child": {"$ref": "#/definitions/tree"}}}}});
    let schema = Arc::new(Schema::from_json(&document, Dialect::JsonSchema));
    assert!(!schema.is_closed());
    assert!(schema.at(&["tree"]).expect("tree").is_closed());
    assert!(schema.at(&["tree", "name"]).expect("name").types.has(Types::NULL));
    assert!(!schema.at(&["tree", "child"]).expect("child").is_closed());
    assert!(!schema.at(&["far"]).expect("far").is_closed());
}
