"""JSON schemas as Gemini reads them: which keywords it refuses, and replies that obey one."""

from __future__ import annotations

from typing import Any

from simulator.gemini_errors import invalid, unknown_field
from simulator.wire import Json

_KEYWORDS = """
$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems
minimum maximum anyOf oneOf properties additionalProperties required propertyOrdering
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_OPENAPI_KEYWORDS = """
type format title description nullable enum maxItems minItems properties required
minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default
items minimum maximum
"""
OPENAPI_KEYWORDS = frozenset(_OPENAPI_KEYWORDS.split())


def check(schema: Any, where: str, keywords: frozenset[str] = KEYWORDS) -> None:
    """Refuse what Gemini refuses.

    Raises:
        Rejected: an unknown keyword, or `$ref` with a neighbour that does not start with `$`.
    """
    if not isinstance(schema, dict):
        raise invalid(f"Invalid value at '{where}': a schema must be an object.")
    for name in schema:
        if name not in keywords:
            raise unknown_field(name, where)
        if "$ref" in schema and not name.startswith("$"):
            raise invalid(f"Invalid value at '{where}': $ref cannot stand beside '{name}'.")
    for name, inner in _inner(schema):
        check(inner, f"{where}.{name}", keywords)


def _inner(schema: Json) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in ("properties", "$defs"):
        found += [(f"{name}[{key}]", value) for key, value in schema.get(name, {}).items()]
    for name in ("prefixItems", "anyOf", "oneOf"):
        found += [(f"{name}[{i}]", value) for i, value in enumerate(schema.get(name, []))]
    found += [("items", schema["items"])] if isinstance(schema.get("items"), dict) else []
    return found


def fill(schema: Json, wish: Any, root: Json | None = None, name: str = "value") -> Any:
    """A value that obeys the schema and is as near to `wish` as it allows."""
    root = schema if root is None else root
    schema = _resolved(schema, root)
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return fill(_nearest(options, wish, root), wish, root, name)
    if "enum" in schema:
        return wish if wish in schema["enum"] else schema["enum"][0]
    kind = _type(schema, wish)
    if kind == "object":
        return _object(schema, wish, root)
    if kind == "array":
        return _array(schema, wish, root, name)
    return _plain(schema, kind, wish, name)


def required_names(schema: Json) -> frozenset[str]:
    """Every property name anywhere in the schema: what the reply is about."""
    names = set(schema.get("properties", {}))
    for _, inner in _inner(schema):
        names |= required_names(inner)
    return frozenset(names)


def _resolved(schema: Json, root: Json) -> Json:
    while "$ref" in schema:
        found: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _nearest(options: list[Json], wish: Any, root: Json) -> Json:
    types = {"str": "string", "dict": "object", "list": "array", "int": "integer"}
    wanted = types.get(type(wish).__name__, "null")
    resolved = [_resolved(option, root) for option in options]
    same = [option for option in resolved if str(option.get("type", "")).lower() == wanted]
    return (same or resolved)[0]


def _type(schema: Json, wish: Any) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = "null" if wish is None and "null" in kind else kind[0]
    return str(kind).lower()


def _object(schema: Json, wish: Any, root: Json) -> Json:
    wishes: Json = wish if isinstance(wish, dict) else {}
    return {
        name: fill(inner, wishes.get(name), root, name)
        for name, inner in schema.get("properties", {}).items()
        if name in wishes or name in schema.get("required", [])
    }


def _array(schema: Json, wish: Any, root: Json, name: str) -> list[Any]:
    wishes: list[Any] = list(wish) if isinstance(wish, list | tuple) else []
    wishes += [None] * (int(schema.get("minItems", 0)) - len(wishes))
    wishes = wishes[: int(schema.get("maxItems", len(wishes)))]
    shapes = schema.get("prefixItems", [])
    last = schema.get("items", {"type": "string"})
    return [
        fill(shapes[i] if i < len(shapes) else last, item, root, name)
        for i, item in enumerate(wishes)
    ]


def _plain(schema: Json, kind: str, wish: Any, name: str) -> Any:
    if kind == "null":
        return None
    if kind == "boolean":
        return bool(wish)
    if kind in ("integer", "number"):
        number = wish if isinstance(wish, int | float) else 1
        number = min(max(number, schema.get("minimum", number)), schema.get("maximum", number))
        return int(number) if kind == "integer" else number
    return wish if isinstance(wish, str) else f"A plain {name.replace('_', ' ')}."
