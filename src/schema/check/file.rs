//! Files that are no Kubernetes resources: which fields they have, from the tables in `schemas/files/`.

use std::sync::{Arc, LazyLock};

use smol_str::SmolStr;

use super::fault::{Fault, FaultKind};
use super::values::with_unknowns;
use super::walk::{Extent, Walk};
use crate::resource::{File, Role};
use crate::schema::model::{Additional, Schema, Types};
use crate::schema::notation::{Mappings, Notation};
use crate::yaml::{Node, Pairs, from_table};

/// A kind of file: how messages call it, and what it holds.
type Table = LazyLock<Option<(String, Arc<Schema>)>>;

static SOPS: Table = LazyLock::new(|| read(include_str!("../../../schemas/files/sops.yaml")));
static TALCONFIG: Table = LazyLock::new(|| read(include_str!("../../../schemas/files/talconfig.yaml")));
static MACHINE_CONFIG: Table = LazyLock::new(|| read(include_str!("../../../schemas/files/machine-config.yaml")));
static WORKFLOW: Table = LazyLock::new(|| read(include_str!("../../../schemas/files/workflow.yaml")));

/// Names may stand for one another; no file is nested deeper.
const MAX_DEPTH: usize = 8;

/// What is wrong with the fields of a file: those that a near name explains, and values of another type.
pub fn check_file(file: &File, root: &Node) -> Vec<Fault> {
    let table = match file.role_of_root() {
        Some(Role::SopsConfig) => &SOPS,
        Some(Role::Talconfig) => &TALCONFIG,
        Some(Role::MachineConfig) => &MACHINE_CONFIG,
        Some(Role::Workflow) if root.get("jobs").is_some() => &WORKFLOW,
        _ => return Vec::new(),
    };
    let Some((name, schema)) = table.as_ref() else { return Vec::new() };
    // Half of the word `cluster` in the world is no machine config.
    if std::ptr::eq(table, &raw const MACHINE_CONFIG)
        && !(root.is_map() && root.entries().iter().all(|entry| is_field(schema, entry.key.text())))
    {
        return Vec::new();
    }
    let opened = with_unknowns(root);
    let root = opened.as_ref().unwrap_or(root);
    let mut walk = Walk { extent: Extent::Release, hidden: true, ..Walk::new(name, schema) };
    walk.value(schema, root, root.span.before());
    // These tools take what they do not know for a note, and newer ones know more.
    walk.faults.retain(|fault| matches!(fault.kind, FaultKind::UnknownField | FaultKind::WrongType));
    walk.faults
}

fn is_field(schema: &Schema, key: Option<&str>) -> bool {
    key.is_some_and(|key| schema.property(key).is_some() || key.starts_with('$'))
}

fn read(text: &str) -> Option<(String, Arc<Schema>)> {
    let table: Mappings = from_table(text);
    let (name, fields) = table.0.first()?;
    Some((name.to_string(), mapping(&table, fields, 0)))
}

fn mapping(table: &Mappings, fields: &Pairs<SmolStr, Notation>, depth: usize) -> Arc<Schema> {
    let field = |(name, notation): &(SmolStr, Notation)| (name.clone(), value(table, notation, depth + 1));
    let mut properties: Vec<_> = fields.0.iter().map(field).collect();
    properties.sort_by(|(a, _): &(SmolStr, _), (b, _)| a.cmp(b));
    Arc::new(Schema { types: Types::OBJECT, properties: properties.into(), ..Schema::default() })
}

fn value(table: &Mappings, notation: &Notation, depth: usize) -> Arc<Schema> {
    if depth > MAX_DEPTH {
        return Arc::new(Schema::open());
    }
    // What is wanted as a text may be written without quotes.
    let text = Types::STRING.with(Types::NUMBER).with(Types::BOOLEAN);
    let of = |types| Schema { types, ..Schema::default() };
    Arc::new(match notation {
        Notation::Any => Schema::open(),
        Notation::String => of(text),
        Notation::Bool => of(Types::BOOLEAN),
        Notation::Int => of(Types::INTEGER),
        Notation::List(item) => Schema { items: Some(value(table, item, depth + 1)), ..of(Types::ARRAY) },
        Notation::Map(item) => {
            Schema { additional: Additional::Like(value(table, item, depth + 1)), ..of(Types::OBJECT) }
        }
        Notation::Mapping(name) => {
            let fields = table.0.iter().find(|(mapping, _)| mapping == name);
            return fields.map_or_else(|| Arc::new(Schema::open()), |(_, fields)| mapping(table, fields, depth));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = File::read(FileId(0), path, Some(text.to_owned()));
        let faults = file.root().map(|root| check_file(&file, root)).unwrap_or_default();
        faults.into_iter().map(|fault| fault.finding.message).collect()
    }

    #[test]
    fn near_names_and_wrong_types_are_found() {
        assert_eq!(found(".sops.yaml", "creation_rule: []\n"), ["unknown field `creation_rule` in .sops.yaml"]);
        assert_eq!(
            found(".sops.yaml", "keys: [&a x]\ncreation_rules:\n  - path_regexp: a\n    age: *a\n"),
            ["unknown field `path_regexp` in `creation_rules[]` of .sops.yaml"]
        );
        assert_eq!(found("talconfig.yaml", "nodes: {a: 1}\n"), ["`nodes` must be a list, found a mapping"]);
        assert_eq!(
            found("a.yaml", "machine:\n  kubelet:\n    extraArg: {}\n"),
            ["unknown field `extraArg` in `machine.kubelet` of machine config"]
        );
        assert_eq!(
            found(".github/workflows/a.yaml", "on: push\njobs:\n  a:\n    runs_on: x\n    steps: [{use: y}]\n"),
            ["unknown field `runs_on` in `jobs.a` of workflow", "unknown field `use` in `jobs.a.steps[]` of workflow"]
        );
    }

    #[test]
    fn what_is_not_known_is_let_through() {
        for (path, text) in [
            (".sops.yaml", "stores: {yaml: {indent: 2}}\nadmin: x\n"),
            ("values.yaml", "cluster: {clusterNames: a}\nother: 1\n"),
            ("talconfig.yaml", "talosVersion: ${V}\nkubernetesVersion: 1.31\nnodes: [{hostname: a, novelty: 1}]\n"),
            (".github/workflows/a.yaml", "on: push\njobs: {a: {uses: ./x, with: {steps: 1}}}\n"),
            ("patch.yaml", "machine:\n  $patch: delete\n"),
        ] {
            assert_eq!(found(path, text), [""; 0], "{path}");
        }
    }
}
