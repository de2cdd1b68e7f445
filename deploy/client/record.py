"""What the committed client was built from: digests of the sources and of the build, so that a machine without Node can
tell whether they still belong together.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from deploy.client.places import RECORD, SERVED, SOURCE

SOURCES = (
    "src",
    "build",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "openapi.json",
)


def write() -> None:
    RECORD.write_text(json.dumps({"sources": of_sources(), "h5": of_h5()}, indent=2) + "\n")


def kept() -> dict[str, str]:
    return dict(json.loads(RECORD.read_text()))


def of_sources() -> str:
    """SHA-256 over names and contents of everything the build reads."""
    return _digest(SOURCE, (SOURCE / name for name in SOURCES))


def of_h5() -> str:
    return _digest(SERVED, (SERVED,))


def _digest(root: Path, places: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                name, content = path.relative_to(root).as_posix(), path.read_bytes()
                found.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return found.hexdigest()
