"""Kubernetes' own kinds from the schemas that kubernetes-validate carries."""

import json
import re
from pathlib import Path

FULL_MINORS = 5
PACKAGE = ("kubernetes-validate", "1.37.0", "Apache-2.0")
PREFIX = "io.k8s.apimachinery.pkg."
OPEN = {"x-kubernetes-preserve-unknown-fields": True}
LEFT_OUT = ("description", "x-kubernetes-group-version-kind")
# Requests and answers of the API, never written into a repository.
NO_RESOURCES = re.compile(
    r".*List$|DeleteOptions|WatchEvent|Status|APIGroup|APIVersions|Eviction|Binding$|Scale|Token(Request|Review)"
    r"|.*AccessReview|.*RulesReview"
)
CLUSTER_SCOPED = set("""
APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle
ComponentStatus CustomResourceDefinition DeviceClass DeviceTaintRule FlowSchema IPAddress IngressClass
MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node
PersistentVolume PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass SelfSubjectReview
ServiceCIDR StorageClass StorageVersion StorageVersionMigration ValidatingAdmissionPolicy
ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass
""".split())


def minors_of(folder):
    names = (re.match(r"v1\.(\d+)\.0-local-strict$", path.name) for path in Path(folder).iterdir())
    return sorted(int(name[1]) for name in names if name)


def expander(folder, minor):
    text = Path(folder, f"v1.{minor}.0-local-strict", "_definitions.json").read_text()
    return Expander(json.loads(text))


def newest(folder):
    """The definitions of the newest minor."""
    return expander(folder, minors_of(folder)[-1])


def add(collection, folder):
    """Adds every kind with one variant per minor; returns the newest ObjectMeta and minor."""
    minors = minors_of(folder)
    full = minors[-FULL_MINORS:]
    part = collection.part(*PACKAGE)
    kinds, first, expanders = {}, {}, {}
    for minor in minors:
        expanders[minor] = expander(folder, minor)
        for key, name in expanders[minor].kinds():
            first.setdefault(key, minor)
            kinds.setdefault(key, {})[minor] = name
    for (group, version, kind), names in sorted(kinds.items()):
        # A kind that none of the full minors serves is described by the last that did.
        described = [minor for minor in names if minor in full] or [max(names)]
        for number, minor in enumerate(described):
            since = first[group, version, kind] if number == 0 else minor
            schema = expanders[minor].definition(names[minor])
            collection.add(group, version, kind, kind not in CLUSTER_SCOPED, schema, part, (since, minor))
    return expanders[minors[-1]].definition(PREFIX + "apis.meta.v1.ObjectMeta"), minors[-1]


class Expander:
    """Replaces references by what they name; a recursive one is left open."""

    def __init__(self, document):
        self.definitions = document.get("$defs") or document["definitions"]
        self.done = {}

    def kinds(self):
        for name, schema in self.definitions.items():
            for gvk in schema.get("x-kubernetes-group-version-kind", []):
                if "properties" in schema and not NO_RESOURCES.fullmatch(gvk["kind"]):
                    yield (gvk["group"], gvk["version"], gvk["kind"]), name

    def definition(self, name, above=()):
        if name in above:
            return OPEN
        if name not in self.done:
            expanded = self.expand(self.definitions[name], (*above, name))
            if name.endswith(".IntOrString"):
                expanded = {"x-kubernetes-int-or-string": True}
            self.done[name] = expanded
        return self.done[name]

    def expand(self, schema, above):
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return self.definition(schema["$ref"].rsplit("/", 1)[1], above)
        out = {word: self.expand_word(word, value, above) for word, value in schema.items() if word not in LEFT_OUT}
        # An object of which nothing is said holds anything (RawExtension, FieldsV1).
        if "object" in out.get("type", []) and "properties" not in out and "additionalProperties" not in out:
            out.update(OPEN)
        return out

    def expand_word(self, word, value, above):
        """Under `properties` the keys are names of fields, and fields are named `$ref` and `default` too."""
        if word == "properties":
            return {name: self.expand(field, above) for name, field in value.items()}
        if word in ("oneOf", "anyOf", "allOf"):
            return [self.expand(branch, above) for branch in value]
        if word in ("items", "additionalProperties", "not"):
            return self.expand(value, above)
        return value
