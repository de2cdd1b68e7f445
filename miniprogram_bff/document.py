"""The door's OpenAPI document as a file, for whoever builds a client: ``python -m miniprogram_bff.document``.

The mini-program's types are made from it. A test of the house says when it is no longer what the door says of itself.
"""

import json
from pathlib import Path
from typing import Any

from foundation.web import openapi
from miniprogram_bff.app import create_app

FILE = Path(__file__).parents[1] / "miniapp" / "openapi.json"
SHOWN_TO_PEOPLE = {"example", "examples"}  # on the page /docs; half of the file, and nothing to a generator of types


def text() -> str:
    """The document in a stable order, one fact a line, so that a change reads as one."""
    whole = openapi.document(create_app().ctx.door)
    return json.dumps(_plain(whole), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _plain(shown: Any, *, names: bool = False) -> Any:
    """`shown` without its examples; `names` says that its keys are names of ours, which may be such a word."""
    if isinstance(shown, list):
        return [_plain(one) for one in shown]
    if not isinstance(shown, dict):
        return shown
    kept = shown if names else {name: one for name, one in shown.items() if name not in SHOWN_TO_PEOPLE}
    return {name: _plain(one, names=name == "properties") for name, one in kept.items()}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text())
    print(f"{FILE.relative_to(FILE.parents[1])} written")
