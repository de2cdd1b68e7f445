"""Which library of electronic licences this process asks; None where none is set."""

from channels.licences.library import LicenceLibrary
from channels.licences.province import Province
from foundation import settings

_ours: LicenceLibrary | None = None


def chosen() -> LicenceLibrary | None:
    """The library of the settings, or the one that was put in its place."""
    global _ours
    if _ours is None and settings.current().licences.url:
        _ours = Province(settings.current())
    return _ours


def use(library: LicenceLibrary | None) -> None:
    """Another library from now on; None: that of the settings, looked up anew."""
    global _ours
    _ours = library


async def close() -> None:
    global _ours
    if _ours is not None:
        await _ours.aclose()
        _ours = None
