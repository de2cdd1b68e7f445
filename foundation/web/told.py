"""What a document says beyond what msgspec says of a type, so that no reader or generator of types has to guess."""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec.inspect as mi

from foundation.web.routes import reachable

JSON_KINDS = {str: "string", int: "integer"}


def kinds_of_enums(shown: Any) -> None:
    """Whether the words of an enumeration are texts or numbers."""
    if isinstance(shown, list):
        for one in shown:
            kinds_of_enums(one)
    elif isinstance(shown, dict):
        words = shown.get("enum")
        if isinstance(words, list) and len(kinds := {type(one) for one in words}) == 1:
            shown.setdefault("type", JSON_KINDS[kinds.pop()])
        kinds_of_enums([one for name, one in shown.items() if name not in ("examples", "default", "enum")])


def moments(wanted: list[Any], components: dict[str, Any]) -> None:
    """msgspec names the format of a time only where its type speaks of a zone; ours are written with one always."""
    for node, schema in _objects(wanted, components):
        for field in node.fields:
            if not any(isinstance(one, mi.DateTimeType) for one in _choices(field.type)):
                continue
            shown = schema["properties"][field.encode_name]
            for one in (shown, *shown.get("anyOf", ())):
                if one.get("type") == "string":
                    one.setdefault("format", "date-time")


def what_is_always_there(wanted: list[Any], components: dict[str, Any], *, but: Collection[str]) -> None:
    """An answer bears every field, those with a default as well.

    `but` are the names of what is read as well: there a default says what may be left out.
    """
    for node, schema in _objects(wanted, components):
        sparing = getattr(getattr(node.cls, "__struct_config__", None), "omit_defaults", False)
        if sparing or _name(node.cls, components) in but:
            continue
        schema["required"] = list(schema["properties"])
        for one in schema["properties"].values():
            one.pop("default", None)


def _objects(wanted: list[Any], components: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each type with fields among `wanted` and inside them, and its component."""
    seen: set[type] = set()
    for node in (one for kind in wanted for one in reachable(mi.type_info(kind))):
        if isinstance(node, mi.StructType | mi.DataclassType) and node.cls not in seen:
            seen.add(node.cls)
            yield node, components[_name(node.cls, components)]


def _name(kind: type, components: dict[str, Any]) -> str:
    """Two types of one name are told apart by where they live."""
    return kind.__name__ if kind.__name__ in components else f"{kind.__module__}.{kind.__qualname__}"


def _choices(node: mi.Type) -> tuple[mi.Type, ...]:
    bare = node.type if isinstance(node, mi.Metadata) else node
    return bare.types if isinstance(bare, mi.UnionType) else (bare,)
