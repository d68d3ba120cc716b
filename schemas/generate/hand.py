"""The kinds of ../hand, which no package has, as schemas.

A row has its schema under `spec` and `fields` as JSON Schema, or under `tree` in a short notation:

    string, integer, number, boolean, any     that type, or whatever
    texts                                     a mapping to strings
    quantity                                  an integer or a string
    a | b                                     one of these words
    core.v1.Affinity, meta.v1.LabelSelector   what Kubernetes takes there
    [x]                                       a list of x
    {field: x, field!: x}                     a mapping with these fields, `!` for one that must be there
    {..: x}                                   what any other field holds: `any` leaves the mapping open

A kind with `metadata` of its own is a file of a tool: it has none of Kubernetes'.
"""

import yaml

SCALARS = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "any": {"x-kubernetes-preserve-unknown-fields": True},
    "texts": {"type": "object", "additionalProperties": {"type": "string"}},
    "quantity": {"x-kubernetes-int-or-string": True},
}
PACKAGES = {"core": "io.k8s.api.core.", "batch": "io.k8s.api.batch.", "meta": "io.k8s.apimachinery.pkg.apis.meta."}


def add(collection, folder, expander, loader):
    """Every row of every table but the amendments."""
    for path in sorted(folder.glob("*.yaml")):
        if path.name == "amendments.yaml":
            continue
        for row in yaml.load(path.read_text(), loader):
            # A row with a release is chosen by the release that a repository installs.
            part = collection.part(f"{row.get('of', 'homelint')}, by hand", row.get("release", ""), "MIT")
            schema = schema_of(row, expander)
            for version in row["versions"]:
                collection.add(row["group"], version, row["kind"], row["scope"] == "Namespaced", schema, part)


def schema_of(row, expander):
    if "tree" in row:
        schema = tree(row["tree"], expander)
        return {"properties": {}, "x-own-metadata": "metadata" in schema.get("properties", {}), **schema}
    row = resolve(row, expander)
    schema = {"type": "object", "properties": row.get("fields", {}), "required": row.get("required", [])}
    if "spec" in row:
        schema["properties"]["spec"] = row["spec"]
    if row.get("open"):
        schema["x-kubernetes-preserve-unknown-fields"] = True
    return schema


def resolve(value, expander):
    """`{kubernetes: core.v1.Affinity}` stands for that type of Kubernetes."""
    if isinstance(value, list):
        return [resolve(item, expander) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"kubernetes"} and isinstance(value["kubernetes"], str):
        return expander.definition("io.k8s.api." + value["kubernetes"])
    return {key: resolve(item, expander) for key, item in value.items()}


def tree(notation, expander):
    if isinstance(notation, list):
        (item,) = notation
        return {"type": "array", "items": tree(item, expander)}
    if isinstance(notation, dict):
        return mapping(notation, expander)
    if notation in SCALARS:
        return SCALARS[notation]
    if " | " in notation:
        return {"type": "string", "enum": notation.split(" | ")}
    package, _, name = notation.partition(".")
    return expander.definition(PACKAGES[package] + name)


def mapping(notation, expander):
    schema = {"type": "object"}
    fields = {name: value for name, value in notation.items() if name != ".."}
    if fields:
        schema["properties"] = {name.removesuffix("!"): tree(value, expander) for name, value in fields.items()}
        schema["required"] = [name.removesuffix("!") for name in fields if name.endswith("!")]
    others = notation.get("..")
    if others == "any":
        schema["x-kubernetes-preserve-unknown-fields"] = True
    elif others:
        schema["additionalProperties"] = tree(others, expander)
    return schema
