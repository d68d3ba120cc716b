"""JSON Schema as CRDs and Kubernetes write it → nodes of the encoder."""

from encode import RANGE, SIZES, compact

TYPES = ["object", "array", "string", "integer", "number", "boolean", "null", "int-or-string"]
INT_OR_STRING = 1 << TYPES.index("int-or-string")
OPEN = {"x-kubernetes-preserve-unknown-fields": True}


def openness_of_status(schema):
    """Controllers write the status: nobody's repository is judged by it, so its fields stay out."""
    properties = dict(schema.get("properties", {}))
    properties.pop("status", None)
    properties["status"] = OPEN
    required = [name for name in schema.get("required", []) if name != "status"]
    return {**schema, "properties": properties, "required": required}


class Structural:
    """Converts schemas into nodes, each Python object once."""

    def __init__(self, encoder):
        self.encoder, self.known, self.kept = encoder, {}, []

    def root(self, schema, meta, kind_is_optional=False):
        """A kind: apiVersion, kind and metadata are the same everywhere, but for a file that only looks like one."""
        text = self.node({"type": "string"})
        if schema.get("x-own-metadata"):
            meta = self.node(schema["properties"]["metadata"])
        properties = [(k, self.node(v, name=k)) for k, v in schema["properties"].items()
                      if k not in ("apiVersion", "kind", "metadata")]
        properties += [("apiVersion", text), ("kind", text), ("metadata", meta)]
        types, parts = self.parts({**schema, "properties": {}})
        parts["properties"] = tuple(sorted(properties))
        always = set() if kind_is_optional else {"apiVersion", "kind"}
        parts["required"] = tuple(sorted({*schema.get("required", []), *always}))
        if not schema.get(next(iter(OPEN))):
            parts.pop("open", None)
        return self.encoder.intern(types, parts)

    def node(self, schema, name="", logic=False):
        key = (id(schema), name == "metadata", logic)
        if key not in self.known:
            # Keeps the object alive, so that its id stays its own.
            self.kept.append(schema)
            self.known[key] = self.encoder.intern(*self.parts(schema, name, logic))
        return self.known[key]

    def parts(self, schema, name="", logic=False):
        if schema is True or schema is False:
            schema = OPEN if schema else {"not": OPEN}
        types = type_bits(schema)
        parts = {}
        properties = schema.get("properties") or {}
        if properties:
            parts["properties"] = tuple(sorted((k, self.node(v, k, logic)) for k, v in properties.items()))
        if schema.get("required"):
            parts["required"] = tuple(sorted(set(schema["required"])))
        if "enum" in schema:
            parts["enum"] = tuple(compact(v) for v in schema["enum"])
        if "const" in schema:
            parts["enum"] = (compact(schema["const"]),)
        for text in ("pattern", "format"):
            if schema.get(text):
                parts[text] = schema[text]
        if "default" in schema:
            parts["default"] = compact(schema["default"])
        bounds = range_of(schema)
        if bounds:
            parts["range"] = bounds
        sizes = tuple((key, schema[key]) for key in SIZES if key in schema)
        if sizes:
            parts["sizes"] = sizes
        if isinstance(schema.get("items"), dict):
            parts["items"] = self.node(schema["items"], logic=logic)
        self.openness(schema, parts, name, logic)
        if schema.get("x-kubernetes-embedded-resource"):
            parts["embedded"] = True
        list_type = schema.get("x-kubernetes-list-type")
        if list_type in ("set", "map"):
            parts["list"] = (list_type, tuple(schema.get("x-kubernetes-list-map-keys", [])))
        self.logic(schema, parts)
        rules = schema.get("x-kubernetes-validations")
        if rules:
            parts["rules"] = tuple(rule_of(rule) for rule in rules)
        if schema.get("uniqueItems"):
            parts["unique"] = True
        if schema.get("deprecated"):
            parts["deprecated"] = True
        return types, parts

    def openness(self, schema, parts, name, logic):
        additional = schema.get("additionalProperties")
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            parts["preserve"] = parts["open"] = True
        elif isinstance(additional, dict) and additional:
            parts["additional"] = self.node(additional, logic=logic)
        elif additional is True or additional == {}:
            parts["open"] = True
        elif additional is False:
            return
        # Value validation under oneOf and the like names fields but closes nothing;
        # a nested `metadata: {type: object}` is an ObjectMeta that controller-gen left out.
        elif logic or "type" not in schema or (name == "metadata" and not schema.get("properties")):
            parts["open"] = True

    def logic(self, schema, parts):
        for word in ("oneOf", "anyOf", "allOf"):
            branches = schema.get(word)
            if not branches or only_types(branches) and word != "allOf":
                continue
            parts[word] = tuple(self.node(branch, logic=True) for branch in branches)
        if "not" in schema:
            parts["not"] = self.node(schema["not"], logic=True)


def only_types(branches):
    """Alternatives that differ in type alone: the type says it already."""
    return all(set(branch) == {"type"} for branch in branches)


def type_bits(schema):
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return INT_OR_STRING | (64 if schema.get("nullable") else 0)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else list(types)
    for word in ("oneOf", "anyOf"):
        branches = schema.get(word) or []
        if branches and not types and only_types(branches):
            for branch in branches:
                types += [branch["type"]] if isinstance(branch["type"], str) else branch["type"]
    if schema.get("nullable"):
        types.append("null")
    return sum({1 << TYPES.index(t) for t in types})


def range_of(schema):
    """Bounds as JSON text; the boolean exclusives of OpenAPI 3.0 become numbers."""
    bounds = {k: schema[k] for k in RANGE if k in schema and not isinstance(schema[k], bool)}
    for plain, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True:
            bounds[exclusive] = bounds.pop(plain)
    return tuple((k, compact(bounds[k])) for k in RANGE if k in bounds)


def rule_of(rule):
    return tuple(rule.get(key, "") for key in ("rule", "message", "messageExpression", "reason", "fieldPath"))
