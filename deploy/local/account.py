"""PostgreSQL refuses to run as root: under root it gets an account of its own and files that account can reach."""

import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = ("postgres", "nobody", "daemon")


class NoAccount(Exception):
    """Started as root, and this machine has no unprivileged account to run PostgreSQL under."""


@dataclass(frozen=True)
class Account:
    """Who a server runs as; uid -1 means: who we are."""

    uid: int = -1
    gid: int = -1

    def owns(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.uid >= 0:
            os.chown(path, self.uid, self.gid)


def unprivileged(existing: Path) -> Account:
    """The account for PostgreSQL: ourselves, or under root the owner of the `existing` data, else a system account.

    Raises NoAccount. A numeric id alone will not do: initdb looks its own name up.
    """
    if os.geteuid() != 0:
        return Account()
    if existing.exists() and (uid := existing.stat().st_uid) != 0:
        return Account(uid, existing.stat().st_gid)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoAccount(
        f"{NoAccount.__doc__} Tried: {', '.join(UNPRIVILEGED)}. Set DATABASE_URL, or start as an ordinary user."
    )


def reachable(path: Path) -> bool:
    """Whether any account may walk to `path`; always true when we are not root."""
    if os.geteuid() != 0:
        return True
    return all(parent.stat().st_mode & 0o001 for parent in path.absolute().parents if parent.exists())


def home(wanted: Path) -> Path:
    """`wanted`, or a folder under /var/lib that stands for it where the unprivileged account cannot walk to it."""
    if reachable(wanted):
        return wanted
    name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]
    return Path("/var/lib") / f"zhijianban-{name}"


def reachable_copy(installed: Path, *, into: Path, also: Path) -> Path:
    """`installed`, or a copy under `into` (once per release) beside a copy of its libraries `also`."""
    if reachable(installed / "bin"):
        return installed
    copy = into / installed.parent.name / installed.name
    if not copy.exists():
        into.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copytree(also, into / also.name, dirs_exist_ok=True)
        partial = copy.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(installed, partial, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        partial.rename(copy)
    return copy
