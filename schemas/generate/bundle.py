"""Makes schemas/bundle.bin of every part: see README.md, and src/schema/bundle.rs for the reader.

    python3 bundle.py --crds DIR --kcr METADATA.json --kubernetes DIR \
        --schemastore FILE --out ../bundle.bin
"""

import argparse
import json
import re
from pathlib import Path

import yaml

import crds
import hand
import kcr
import kubernetes
import kustomization
from encode import Encoder
from structural import Structural, openness_of_status

# As Go writes YAML: `=` and dates are text.
class Loader(yaml.CSafeLoader):
    """CRDs as Go reads them."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":value", ":timestamp"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}

HAND = Path(__file__).parent.parent / "hand"


class Collection:
    """Kinds by (apiVersion, kind); a later part replaces what an earlier one said, a later release stands beside it."""

    def __init__(self):
        self.parts, self.kinds = [], {}

    def part(self, name, version, licence):
        entry = (name, version, licence)
        if entry not in self.parts:
            self.parts.append(entry)
        return self.parts.index(entry)

    def add(self, group, version, kind, namespaced, schema, part, minors=(0, 0)):
        api_version = f"{group}/{version}" if group else version
        variants = self.kinds.setdefault((api_version, kind), [])
        name = self.parts[part][0]
        if minors == (0, 0) and any(self.parts[other][0] != name for _, _, other, _ in variants):
            variants.clear()
        variants.append((minors, namespaced, part, schema))


def add_crds(collection, folder):
    """The CRDs that controller-gen wrote, a part's releases oldest first."""
    for row in yaml.safe_load((Path(__file__).parent / "sources.yaml").read_text()):
        for release in row["releases"]:
            paths = sorted((folder / crds.folder_of(row["part"]) / release).glob("*.yaml"))
            if not paths:
                raise SystemExit(f"no CRDs of {row['part']} {release}: run crds.py")
            part = collection.part(row["part"], release, row["licence"])
            for spec in (gateway_channel(yaml.load(path.read_text(), Loader)["spec"]) for path in paths):
                for version in spec["versions"]:
                    schema = version.get("schema", {}).get("openAPIV3Schema")
                    if schema:
                        collection.add(
                            spec["group"], version["name"], spec["names"]["kind"],
                            spec["scope"] == "Namespaced", schema, part,
                        )


TAG = re.compile(r"<gateway:experimental:validation:(\w+)[:=](.*?)>[ \t]*$", re.S | re.M)
RULE = re.compile(r'message="(.*?)",\s*rule="(.*)"$', re.S)


def gateway_channel(node):
    """Gateway API writes what holds in its experimental channel alone into descriptions."""
    if isinstance(node, list):
        return [gateway_channel(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: gateway_channel(value) for key, value in node.items()}
    if isinstance(node.get("description"), str):
        del out["description"]
        for word, value in TAG.findall(node["description"]):
            if word == "Enum":
                out["enum"] = value.split(";")
            elif word in ("MaxLength", "MinItems"):
                out[word[0].lower() + word[1:]] = int(value)
            elif word == "Pattern":
                out["pattern"] = value.strip("`")
            elif word == "XValidation" and RULE.match(value):
                message, rule = RULE.match(value).groups()
                out.setdefault("x-kubernetes-validations", []).append({"message": message, "rule": rule})
    return out


def add_kcr(collection, metadata):
    """The crates of kcr/Cargo.toml, where their sources lie on this machine."""
    pinned = {p["name"]: p for p in metadata["packages"] if p["name"].startswith("kcr_")}
    for name in sorted(pinned):
        package = pinned[name]
        part = collection.part(name, package["version"], package["license"])
        for group, version, kind, namespaced, schema in kcr.crate_kinds(Path(package["manifest_path"]).parent):
            collection.add(group, version, kind, namespaced, schema, part)


def amend(collection):
    """Merges the facts of amendments.yaml into kinds that a package describes less fully."""
    for row in yaml.safe_load((HAND / "amendments.yaml").read_text()):
        for kind in row["kinds"]:
            hits = [key for key in collection.kinds if key[1] == kind and key[0] in row["apiVersions"]]
            schemas = [schema for key in hits for *_, schema in collection.kinds[key]]
            # An older release may lack the place.
            if not any([merge(schema, row["path"], row) for schema in schemas]):
                raise SystemExit(f"amendments.yaml: no {kind} of {row['apiVersions']} has `{row['path']}`")


def merge(schema, path, row):
    """Merges a row into a schema; whether it has the place."""
    targets = descend(schema, path.split(".") if path else [])
    for target in targets:
        if "optional" in row:
            target["required"] = [name for name in target.get("required", []) if name not in row["optional"]]
        if "more" in row:
            target["enum"] = [*target["enum"], *(name for name in row["more"] if name not in target["enum"])]
        for field, value in row.get("properties", {}).items():
            known = target.setdefault("properties", {})
            if "like" in row:
                shared = known[row["like"]]["properties"]
                value = {**value, "properties": {**shared, **value["properties"]}}
            known[field] = value
        target.update(row.get("set", {}))
    return bool(targets)


def descend(schema, steps):
    """The nodes at a path; `*` stands for the items of a list or the values of a map."""
    if not steps:
        return [schema]
    step, rest = steps[0], steps[1:]
    if step == "*":
        child = schema.get("items") or schema.get("additionalProperties")
    else:
        child = schema.get("properties", {}).get(step)
    return [] if child is None else descend(child, rest)


def sources_page(collection):
    """The table of every part that is in the bundle, with the groups it describes."""
    groups, versions = {}, {}
    for (api_version, _), variants in collection.kinds.items():
        for _, _, part, _ in variants:
            name, version, licence = collection.parts[part]
            groups.setdefault((name, licence), set()).add(api_version.rpartition("/")[0] or "core")
            versions.setdefault((name, licence), {})[part] = version
    lines = ["# What is in the bundle", "", "Written by `bundle.py`.", "",
             "| part | versions | licence | groups |", "|---|---|---|---|"]
    for (name, licence), of_part in sorted(versions.items(), key=lambda item: min(item[1])):
        listed = ", ".join(of_part[part] for part in sorted(of_part))
        lines.append(f"| {name} | {listed} | {licence} | {', '.join(sorted(groups[name, licence]))} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--crds", type=Path, required=True)
    parser.add_argument("--kcr", type=Path, required=True)
    parser.add_argument("--kubernetes", type=Path, required=True)
    parser.add_argument("--schemastore", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    here = Path(__file__).parent

    collection = Collection()
    add_kcr(collection, json.loads(arguments.kcr.read_text()))
    add_crds(collection, arguments.crds)
    kustomization.add(collection, arguments.schemastore)
    hand.add(collection, HAND, kubernetes.newest(arguments.kubernetes), Loader)
    # Parts share sub-schemas as Python objects; amendments must not leak through them.
    collection.kinds = json.loads(json.dumps([[list(k), v] for k, v in collection.kinds.items()]))
    collection.kinds = {tuple(k): [tuple(x) for x in v] for k, v in collection.kinds}
    amend(collection)
    object_meta, newest = kubernetes.add(collection, arguments.kubernetes)

    encoder = Encoder()
    convert = Structural(encoder)
    meta = convert.node(object_meta)
    rows = []
    for (api_version, kind), variants in sorted(collection.kinds.items()):
        for minors, namespaced, part, schema in sorted(variants, key=lambda v: v[0]):
            file = api_version.startswith(kustomization.GROUP)
            root = convert.root(schema if file else openness_of_status(schema), meta, kind_is_optional=file)
            # A schema that did not change belongs to the last of its minors, or of its releases.
            if rows and rows[-1][:3] == (api_version, kind, namespaced) and rows[-1][5] == root:
                minors = (rows.pop()[4][0], minors[1])
            rows.append((api_version, kind, namespaced, part, tuple(minors), root))
    data = encoder.finish(collection.parts, newest, meta, rows)
    arguments.out.write_bytes(data)
    (here / "SOURCES.md").write_text(sources_page(collection))
    kinds = len(collection.kinds)
    print(f"{kinds} kinds, {len(rows)} roots, {len(encoder.nodes)} nodes, {len(encoder.strings)} strings, {len(data)} bytes")


if __name__ == "__main__":
    main()
