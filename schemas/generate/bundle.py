"""Makes schemas/bundle.bin of every part: see README.md, and src/schema/bundle.rs for the reader.

    python3 bundle.py --crds DIR --kcr METADATA.json --kubernetes DIR --out ../bundle.bin
"""

import argparse
import json
import re
from pathlib import Path

import yaml

import kcr
import kubernetes
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
    """Kinds by (apiVersion, kind); a later part replaces what an earlier one said."""

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
        if minors == (0, 0):
            variants.clear()
        variants.append((minors, namespaced, part, schema))


def read_sources():
    return yaml.safe_load((Path(__file__).parent / "sources.yaml").read_text())


def source_of(sources, group, kind):
    """The part whose package a kind comes from."""
    of_group = [row for row in sources if group in row["groups"]]
    return next((row for row in of_group if kind in row.get("kinds", [kind])), None)


def module_versions(go_mod):
    """The pinned modules of a go.mod, direct requirements only."""
    pairs = re.findall(r"^\s(\S+) (v\S+)$", go_mod.read_text(), re.M)
    return dict(pairs)


def add_crds(collection, folder, here):
    """The CRDs that controller-gen wrote; `older` first, so that `current` wins."""
    sources = read_sources()
    for module in ("older", "current"):
        versions = module_versions(here / f"go-{module}" / "go.mod")
        for path in sorted((folder / module).glob("*.yaml")):
            crd = yaml.load(path.read_text(), Loader)
            spec = crd["spec"]
            source = source_of(sources, spec["group"], spec["names"]["kind"])
            if source is None or source["part"] not in versions:
                raise SystemExit(f"sources.yaml: no part for {path.name}")
            part = collection.part(source["part"], versions[source["part"]], source["licence"])
            for version in spec["versions"]:
                schema = version.get("schema", {}).get("openAPIV3Schema")
                if schema:
                    collection.add(
                        spec["group"], version["name"], spec["names"]["kind"],
                        spec["scope"] == "Namespaced", schema, part,
                    )


def add_kcr(collection, metadata):
    """The crates of kcr/Cargo.toml, where their sources lie on this machine."""
    pinned = {p["name"]: p for p in metadata["packages"] if p["name"].startswith("kcr_")}
    for name in sorted(pinned):
        package = pinned[name]
        part = collection.part(name, package["version"], package["license"])
        for group, version, kind, namespaced, schema in kcr.crate_kinds(Path(package["manifest_path"]).parent):
            collection.add(group, version, kind, namespaced, schema, part)


def add_hand(collection):
    """What no package has, and what the packages lost."""
    part = collection.part("homelint, by hand", "", "MIT")
    for path in sorted(HAND.glob("*.yaml")):
        if path.name == "amendments.yaml":
            continue
        for row in yaml.load_all(path.read_text(), Loader):
            schema = {"type": "object", "properties": row.get("fields", {}), "required": row.get("required", [])}
            if "spec" in row:
                schema["properties"]["spec"] = row["spec"]
            if row.get("open"):
                schema["x-kubernetes-preserve-unknown-fields"] = True
            for version in row["versions"]:
                collection.add(row["group"], version, row["kind"], row["scope"] == "Namespaced", schema, part)


def amend(collection):
    """Merges the facts of amendments.yaml into kinds that a package describes less fully."""
    for row in yaml.safe_load((HAND / "amendments.yaml").read_text()):
        for kind in row["kinds"]:
            hits = [key for key in collection.kinds if key[1] == kind and key[0] in row["apiVersions"]]
            if not hits:
                raise SystemExit(f"amendments.yaml: no kind {kind} of {row['apiVersions']}")
            for key in hits:
                for *_, schema in collection.kinds[key]:
                    merge(schema, row["path"], row, key)


def merge(schema, path, row, key):
    for target in descend(schema, path.split(".") if path else []):
        if "absent_from_required" in row:
            target["required"] = [r for r in target.get("required", []) if r not in row["absent_from_required"]]
        for field, value in row.get("properties", {}).items():
            target.setdefault("properties", {})[field] = value
        target.update(row.get("set", {}))


def descend(schema, steps):
    """The nodes at a path; `*` stands for the items of a list or the values of a map."""
    if not steps:
        return [schema]
    step, rest = steps[0], steps[1:]
    if step == "*":
        child = schema.get("items") or schema.get("additionalProperties")
    else:
        child = schema.get("properties", {}).get(step)
    if child is None:
        raise SystemExit(f"amendments.yaml: no {'.'.join(steps)} in a kind it names")
    return descend(child, rest)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--crds", type=Path, required=True)
    parser.add_argument("--kcr", type=Path, required=True)
    parser.add_argument("--kubernetes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    here = Path(__file__).parent

    collection = Collection()
    add_kcr(collection, json.loads(arguments.kcr.read_text()))
    add_crds(collection, arguments.crds, here)
    add_hand(collection)
    # Parts share sub-schemas as Python objects; amendments must not leak through them.
    collection.kinds = json.loads(json.dumps([[list(k), v] for k, v in collection.kinds.items()]))
    collection.kinds = {tuple(k): [tuple(x) for x in v] for k, v in collection.kinds}
    amend(collection)
    object_meta = kubernetes.add(collection, arguments.kubernetes)

    encoder = Encoder()
    convert = Structural(encoder)
    meta = convert.node(object_meta)
    rows = []
    for (api_version, kind), variants in sorted(collection.kinds.items()):
        for minors, namespaced, part, schema in sorted(variants, key=lambda v: v[0]):
            root = convert.root(openness_of_status(schema), meta)
            row = (api_version, kind, namespaced, part, tuple(minors), root)
            same = rows and rows[-1][:4] == row[:4] and rows[-1][5] == root
            if same:
                row = (*row[:4], (rows.pop()[4][0], minors[1]), root)
            rows.append(row)
    data = encoder.finish(collection.parts, kubernetes.NEWEST, meta, rows)
    arguments.out.write_bytes(data)
    kinds = len(collection.kinds)
    print(f"{kinds} kinds, {len(rows)} roots, {len(encoder.nodes)} nodes, {len(encoder.strings)} strings, {len(data)} bytes")


if __name__ == "__main__":
    main()
