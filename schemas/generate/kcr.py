"""Reads the structs and enums of a kopium-generated crate back into structural schemas.

kopium writes one shape of code only: a struct per object, an enum per enum, one
field per line. So lines are enough, and a line of another shape is an error.
"""

import re
from pathlib import Path

SCALARS = {
    "String": {"type": "string"},
    "bool": {"type": "boolean"},
    "i32": {"type": "integer", "format": "int32"},
    "i64": {"type": "integer", "format": "int64"},
    "u32": {"type": "integer", "minimum": 0},
    "u64": {"type": "integer", "minimum": 0},
    "f32": {"type": "number"},
    "f64": {"type": "number"},
    "IntOrString": {"x-kubernetes-int-or-string": True},
    "serde_json::Value": {"x-kubernetes-preserve-unknown-fields": True},
    # Foreign types that occur below status or as free-form parts.
    "Condition": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "ObjectReference": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}

KUBE = re.compile(r'group = "(?P<group>[^"]*)", version = "(?P<version>[^"]*)", kind = "(?P<kind>[^"]*)"')
FIELD = re.compile(r"pub (?:r#)?(?P<name>\w+): (?P<type>.+),$")
VARIANT = re.compile(r"(?:r#)?(?P<name>\w+)(?:\((?P<inner>.+)\))?(?: = (?P<value>-?\d+))?,$")
RENAME = re.compile(r'rename = "((?:[^"\\]|\\.)*)"')
ITEM = re.compile(r"pub (?P<what>struct|enum) (?P<name>\w+) \{(?P<empty>\})?$")


def read_items(text):
    """Every struct and enum as name → (what, [(name, type)]), and the kinds declared."""
    items, kinds, current, attrs = {}, [], None, []
    for line in (raw.strip() for raw in text.splitlines()):
        if not line or line.startswith("//"):
            continue
        if line.startswith("#["):
            attrs.append(line)
            continue
        item = ITEM.match(line)
        if item:
            current = []
            items[item["name"]] = (item["what"], current)
            for attr in attrs:
                kube = KUBE.search(attr)
                if kube:
                    scope = any(a == "#[kube(namespaced)]" for a in attrs)
                    kinds.append((kube["group"], kube["version"], kube["kind"], scope, item["name"]))
            what, attrs = item["what"], []
            if item["empty"]:
                current = None
        elif line == "}":
            current, attrs = None, []
        elif current is not None:
            match = (FIELD if what == "struct" else VARIANT).match(line)
            if not match:
                raise ValueError(f"not the shape kopium writes: {line}")
            rename = next((m[1] for m in map(RENAME.search, attrs) if m), match["name"])
            current.append((rename, match.groupdict()))
            attrs = []
        else:
            attrs = []
    return items, kinds


def schema_of(type_name, items, seen=()):
    """The schema of a Rust type of the generated code."""
    type_name = type_name.strip()
    generic = re.match(r"(Option|Vec|Box|BTreeMap)<(.*)>$", type_name)
    if generic:
        outer, inner = generic.groups()
        if outer in ("Option", "Box"):
            return schema_of(inner, items, seen)
        if outer == "Vec":
            return {"type": "array", "items": schema_of(inner, items, seen)}
        return map_schema(inner.split(",", 1)[1].strip(), items, seen)
    if type_name in SCALARS:
        return SCALARS[type_name]
    if type_name not in items or type_name in seen:
        return {"x-kubernetes-preserve-unknown-fields": True}
    what, members = items[type_name]
    if what == "enum":
        return enum_schema(members)
    # An object without fields is one whose content kopium could not express.
    if not members:
        return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    seen = (*seen, type_name)
    properties = {name: schema_of(m["type"], items, seen) for name, m in members}
    required = [name for name, m in members if not m["type"].startswith("Option<")]
    return {"type": "object", "properties": properties, "required": required}


def map_schema(value, items, seen):
    """A map; one of free-form values is an object of which nothing is known."""
    if value == "serde_json::Value":
        return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {"type": "object", "additionalProperties": schema_of(value, items, seen)}


def enum_schema(members):
    """An enum of names; one with payloads or numbers is left open."""
    if any(m["inner"] or m["value"] for _, m in members):
        return {"x-kubernetes-preserve-unknown-fields": True}
    # kopium writes numbers as names too, and whether they were quoted is lost.
    if any(re.fullmatch(r"-?[0-9.]+", name) for name, _ in members):
        return {"x-kubernetes-preserve-unknown-fields": True}
    return {"type": "string", "enum": [name for name, _ in members]}


def crate_kinds(folder):
    """Every (group, version, kind, namespaced, schema) of one crate."""
    for path in sorted(Path(folder, "src").glob("*/*.rs")):
        if path.name == "mod.rs":
            continue
        items, kinds = read_items(path.read_text())
        for group, version, kind, namespaced, spec in kinds:
            what, members = items[spec]
            schema = {"type": "object", "properties": {"spec": schema_of(spec, items)}}
            yield group, version, kind, namespaced, schema
