"""Taking the catalogue out: a folder of YAML that can be brought in again, or a workbook of its items."""

import io
import zipfile
from typing import Any

import yaml

from catalogue import city_export, file_intake, files, workbook
from catalogue.models import Guide

WIDTH = 160


async def sheets() -> list[dict[str, Any]]:
    """The item sheets in force, in the order of their slugs."""
    guides = await Guide.filter(state="published").select_related("item").order_by("item__slug")
    return [one.content for one in guides]


async def as_workbook() -> bytes:
    return workbook.written(await sheets())


async def as_folder() -> bytes:
    """The whole catalogue as a packed folder, as `python -m catalogue.intake` and the console take it in."""
    made, items = io.BytesIO(), await sheets()
    uploaded = await file_intake.packed(_forms(items))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, rows in (await city_export.files()).items():
            packed.writestr(f"{name}.yaml", text(rows))
        for form in sorted(files.SHIPPED.iterdir()):
            packed.write(form, f"forms/{form.name}")
        for name, data in uploaded.items():
            packed.writestr(f"forms/{name}", data)
        for sheet in items:
            packed.writestr(f"items/{sheet['slug']}.yaml", text(sheet))
    return made.getvalue()


def _forms(items: list[dict[str, Any]]) -> set[str]:
    materials = [material for sheet in items for material in sheet["materials"]]
    return {name for one in materials for name in (one.get("form"), one.get("sample")) if name}


def text(sheet: dict[str, Any]) -> str:
    """A sheet as YAML; what is empty is left out."""
    said = {name: value for name, value in sheet.items() if value not in (None, [])}
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=WIDTH))
