"""Hash-consed schema nodes and the bytes that src/schema/bundle.rs reads."""

import json
from collections import Counter

MAGIC = b"HLSB\x01"

# The order of the parts of a node; the reader knows the same.
PARTS = [
    "properties", "required", "enum", "pattern", "format", "range", "sizes", "items",
    "additional", "open", "preserve", "embedded", "default", "list", "oneOf", "anyOf",
    "allOf", "not", "rules", "unique", "deprecated",
]
RANGE = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
SIZES = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]
LIST_TYPES = ["atomic", "set", "map"]


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Encoder:
    """Collects nodes; equal ones are stored once, children always before parents."""

    def __init__(self):
        self.nodes, self.ids, self.strings = [], {}, []

    def intern(self, types, parts):
        """The id of a node: `parts` maps a name of PARTS to its hashable payload."""
        node = (types, tuple((p, parts[p]) for p in PARTS if p in parts))
        if node not in self.ids:
            self.ids[node] = len(self.nodes)
            self.nodes.append(node)
        return self.ids[node]

    def finish(self, sources, newest, meta, rows):
        used = self.drop_unreachable(meta, rows)
        meta, rows = used[meta], [(*row[:5], used[row[5]]) for row in rows]
        counts = Counter()
        for _, parts in self.nodes:
            for name, payload in parts:
                counts.update(strings_of(name, payload))
        for row in rows:
            counts.update(row[:2])
        for source in sources:
            counts.update(source)
        # Frequent strings get the short numbers; 0 is the empty string.
        counts.pop("", None)
        self.strings = ["", *sorted(counts, key=lambda s: (-counts[s], s))]
        text = {s: varint(i) for i, s in enumerate(self.strings)}
        blocks = [
            table([s.encode() for s in self.strings]),
            table([encode_node(node, text) for node in self.nodes]),
            counted(b"".join(text[f] for f in source) for source in sources),
            counted(encode_row(row, text) for row in rows),
        ]
        head = MAGIC + varint(newest) + varint(meta)
        return head + b"".join(varint(len(block)) for block in blocks) + b"".join(blocks)

    def drop_unreachable(self, meta, rows):
        """Forgets nodes that only replaced schemas used; returns old → new ids."""
        seen, stack = set(), [meta, *(row[5] for row in rows)]
        while stack:
            at = stack.pop()
            if at not in seen:
                seen.add(at)
                for name, payload in self.nodes[at][1]:
                    stack.extend(children_of(name, payload))
        used = {old: new for new, old in enumerate(sorted(seen))}
        self.nodes = [
            (types, tuple((n, renumber(n, p, used)) for n, p in parts))
            for types, parts in (self.nodes[old] for old in sorted(seen))
        ]
        return used


def children_of(name, payload):
    match name:
        case "properties":
            return [child for _, child in payload]
        case "items" | "additional" | "not":
            return [payload]
        case "oneOf" | "anyOf" | "allOf":
            return list(payload)
    return []


def renumber(name, payload, used):
    match name:
        case "properties":
            return tuple((key, used[child]) for key, child in payload)
        case "items" | "additional" | "not":
            return used[payload]
        case "oneOf" | "anyOf" | "allOf":
            return tuple(used[child] for child in payload)
    return payload


def strings_of(name, payload):
    match name:
        case "properties":
            return [key for key, _ in payload]
        case "required" | "enum":
            return payload
        case "pattern" | "format" | "default":
            return [payload]
        case "range":
            return [text for _, text in payload]
        case "list":
            return payload[1]
        case "rules":
            return [text for rule in payload for text in rule]
    return []


def counted(items):
    items = list(items)
    return varint(len(items)) + b"".join(items)


def table(items):
    """Lengths first, then the bytes: the reader finds every item without decoding any."""
    return varint(len(items)) + b"".join(varint(len(i)) for i in items) + b"".join(items)


def masked(pairs, names, encode):
    mask = sum(1 << names.index(name) for name, _ in pairs)
    return varint(mask) + b"".join(encode(value) for _, value in pairs)


def encode_node(node, text):
    types, parts = node
    mask = sum(1 << PARTS.index(name) for name, _ in parts)
    return bytes([types]) + varint(mask) + b"".join(encode_part(n, p, text) for n, p in parts)


def encode_part(name, payload, text):
    match name:
        case "properties":
            return counted(text[key] + varint(child) for key, child in payload)
        case "required" | "enum":
            return counted(text[item] for item in payload)
        case "pattern" | "format" | "default":
            return text[payload]
        case "range":
            return masked(payload, RANGE, lambda value: text[value])
        case "sizes":
            return masked(payload, SIZES, varint)
        case "items" | "additional" | "not":
            return varint(payload)
        case "list":
            return varint(LIST_TYPES.index(payload[0])) + counted(text[key] for key in payload[1])
        case "oneOf" | "anyOf" | "allOf":
            return counted(varint(child) for child in payload)
        case "rules":
            return counted(b"".join(text[t] for t in rule) for rule in payload)
    return b""


def encode_row(row, text):
    api_version, kind, namespaced, part, (first, last), root = row
    return (
        text[api_version] + text[kind] + bytes([int(namespaced)]) + varint(part)
        + varint(first) + varint(last) + varint(root)
    )
