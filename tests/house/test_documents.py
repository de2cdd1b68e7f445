"""The documents say what is so: commands exist, files exist, every setting is in the table."""

import re
from pathlib import Path

import pytest

from foundation import settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"""(?:\]\(|src=")(?!https?:|#|mailto:)([^)#"\s]+)""")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"])
def test_page_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 500


@pytest.mark.parametrize(
    "name", ["architecture.md", "glossary.md", "requirements.md", "integration.md", "runbook.md", "decisions"]
)
def test_document_is_there(name: str) -> None:
    assert (ROOT / "docs" / name).exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [to for to in LINK.findall(page.read_text()) if not (page.parent / to).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_commands_exist(page: Path) -> None:
    code = "\n".join(re.findall(r"`[^`]+`|```.*?```", page.read_text(), re.DOTALL))
    assert set(MAKE.findall(code)) <= targets()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_setting_is_documented(name: str) -> None:
    page = (ROOT / name).read_text()
    assert [one.metadata["env"] for _, one in settings.every_setting() if f"`{one.metadata['env']}`" not in page] == []


def test_the_english_table_is_the_one_the_command_prints() -> None:
    assert settings.table() in (ROOT / "README.md").read_text()
