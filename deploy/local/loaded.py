"""Whether the embedded database has these migrations and today's demo city: again they would only take seconds.

On another day the demo city is brought up to date, so that a demo that slept for weeks has places to book.
"""

import hashlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

BEIJING = timezone(timedelta(hours=8))
MADE_FROM = ("migrations/**/*.py", "deploy/local/demo*.py", "catalogue/data/**/*", "sandbox/people.json")


def fingerprint() -> str:
    """Of every file that migrates or fills the database."""
    digest = hashlib.sha256(str(datetime.now(BEIJING).date()).encode())
    for file in sorted(file for pattern in MADE_FROM for file in Path().glob(pattern) if file.is_file()):
        digest.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def is_loaded(server: Path) -> bool:
    """`server` is the folder of the embedded database: thrown away with its data, this note goes too."""
    note = server / "demo.loaded"
    return note.exists() and note.read_text() == fingerprint()


def remember(server: Path) -> None:
    (server / "demo.loaded").write_text(fingerprint())
