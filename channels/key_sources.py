"""Where keys lie: files, the environment, or a secret store that somebody plugs in.

A setting that ends in `_FILE` names the place: a path, `env:NAME`, or `scheme:whatever` of a store that was plugged in
with `plug_in`. A store says cheaply whether the content has changed, so that a rotation needs no restart.
"""

import os
from collections.abc import Callable, Hashable
from hashlib import sha256
from typing import Protocol


class KeySource(Protocol):
    """A place where one key lies."""

    @property
    def label(self) -> str:
        """What logs and errors call it; tells neither the key nor the machine."""

    def version(self) -> Hashable:
        """Another value whenever the content is another; asked at every use. Raises OSError when it is out of reach."""

    def read(self) -> bytes:
        """The present content. Raises OSError when it is out of reach."""


class FileSource:
    """A file. A replaced file (`mv new old`) is seen by its time, size and number."""

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def label(self) -> str:
        return os.path.basename(self._path)

    def version(self) -> Hashable:
        stat = os.stat(self._path)
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def read(self) -> bytes:
        with open(self._path, "rb") as file:
            return file.read()


class EnvironmentSource:
    """A variable of the environment, as container platforms hand secrets over: PEM, or base64 without its frame."""

    def __init__(self, name: str) -> None:
        self.label = name

    def version(self) -> Hashable:
        return sha256(self.read()).digest()

    def read(self) -> bytes:
        if self.label not in os.environ:
            raise FileNotFoundError(self.label)
        return os.environ[self.label].encode()


_schemes: dict[str, Callable[[str], KeySource]] = {"file": FileSource, "env": EnvironmentSource}


def plug_in(scheme: str, open_source: Callable[[str], KeySource]) -> None:
    """Let `scheme:rest` mean `open_source(rest)` from now on."""
    _schemes[scheme] = open_source


def source(place: str) -> KeySource:
    scheme, colon, rest = place.partition(":")
    return _schemes[scheme](rest) if colon and scheme in _schemes else FileSource(place)
