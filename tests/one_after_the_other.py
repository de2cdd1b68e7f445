"""Which tests come first, and which of them share a worker of pytest-xdist.

The long files come first, so that no worker ends with one alone. Files that ask for the same house come to the same
worker, so that it is brought up once.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

HOUSES = ("whole_house", "frail_house")
SECONDS = {"slow": 6.0, "browser": 3.0}  # what a test so marked takes, roughly
ELSE = 0.1


class OneAfterTheOther(LoadFileScheduling):
    """As `--dist loadfile`, but that files of one house are as one file."""

    def _split_scope(self, nodeid: str) -> str:
        return _belongs_to(self.config.rootpath, super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneAfterTheOther:
    config.option.loadscopereorder = False  # by number of tests: the few that take long would come last
    return OneAfterTheOther(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, each file in its own order."""
    takes: dict[str, float] = {}
    belongs = {item.path: _belongs_to(item.config.rootpath, item.path) for item in items}
    for item in items:
        of = belongs[item.path]
        takes[of] = (
            takes.get(of, 0) + sum(SECONDS[mark.name] for mark in item.iter_markers() if mark.name in SECONDS) or ELSE
        )
    items.sort(key=lambda item: -takes[belongs[item.path]])


@cache
def _belongs_to(root: Path, file: str | Path) -> str:
    text = (root / file).read_text(encoding="utf-8")
    return next((house for house in HOUSES if house in text), str(file))
