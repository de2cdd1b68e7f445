"""An example of whatever a schema describes: from the examples of its fields, else from their bounds."""

from typing import Any

PLAIN = {"boolean": True, "number": 1.5, "null": None, "integer": 1}
BY_FORMAT = {
    "date": "2026-11-20",
    "date-time": "2026-11-20T01:30:00Z",
    "time": "09:00:00",
    "uuid": "5f1c0e9a-b27d-4e63-a1f0-c2d800000000",
    "decimal": "12.50",
}
TEXT = "文本"


def example_of(schema: dict[str, Any], components: dict[str, Any], inside: tuple[str, ...] = ()) -> Any:
    """A value that fits `schema`. A type that holds itself is shown once; `inside` names the types around."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema and schema.get("default") is not None:
        return schema["default"]
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {} if name in inside else example_of(components[name], components, (*inside, name))
    if "enum" in schema:
        return schema.get("default", schema["enum"][0])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return example_of(next(one for one in schema[key] if one.get("type") != "null"), components, inside)
    if schema.get("type") == "object":
        return {name: example_of(one, components, inside) for name, one in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), components, inside)] if schema.get("maxItems", 1) else []
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "string":
        return _text(schema)
    if kind in ("integer", "number"):
        return schema.get("default") or max(schema.get("minimum", 1), PLAIN[kind])
    return PLAIN.get(str(kind), {})


def _text(schema: dict[str, Any]) -> str:
    if schema.get("default") is not None:
        return str(schema["default"])
    text = BY_FORMAT.get(schema.get("format", ""), TEXT)
    return text.ljust(schema.get("minLength", 0), "…")[: schema.get("maxLength", len(text) + 999)]
