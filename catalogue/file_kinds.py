"""What a file is, by what it holds: its name says one thing, its first bytes and its parts must say the same.

Signatures: PDF ISO 32000-1 7.5.2; PNG and JPEG as in their standards (W3C PNG 5.2, ITU-T T.81 B.1); OOXML is a ZIP with
parts of ECMA-376 part 2; older Office files are compound files (MS-CFB 2.2) with streams named in UTF-16.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from catalogue.file_errors import FileEmpty, FileKindUnknown, FileNotAsNamed, FileTooLarge, FileWithMacros

LARGEST = 5_000_000
LARGEST_UNPACKED = 200_000_000
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Kind:
    """The ending of its name, and what a browser is told it is."""

    ending: str
    content_type: str


def kind_of(filename: str, data: bytes) -> Kind:
    """Raises FileEmpty, FileTooLarge, FileKindUnknown, FileNotAsNamed, FileWithMacros."""
    if not data:
        raise FileEmpty
    if len(data) > LARGEST:
        raise FileTooLarge
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    ending = {"jpeg": "jpg"}.get(ending, ending)
    if ending not in KINDS:
        raise FileKindUnknown
    content_type, holds = KINDS[ending]
    if not holds(data):
        raise FileNotAsNamed
    return Kind(ending, content_type)


def _pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]


def _png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in data[-32:]


def _jpg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in data[-32:]


def _ooxml(main: str) -> Callable[[bytes], bool]:
    def holds(data: bytes) -> bool:
        if not data.startswith(b"PK\x03\x04"):
            return False
        try:
            parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
        except zipfile.BadZipFile:
            return False
        names = {part.filename for part in parts}
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise FileWithMacros
        small = sum(part.file_size for part in parts) <= LARGEST_UNPACKED
        return small and {"[Content_Types].xml", main} <= names

    return holds


def _compound(*streams: str) -> Callable[[bytes], bool]:
    def holds(data: bytes) -> bool:
        if not data.startswith(COMPOUND):
            return False
        if "_VBA_PROJECT".encode("utf-16-le") in data:
            raise FileWithMacros
        return any(stream.encode("utf-16-le") in data for stream in streams)

    return holds


KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _pdf),
    "doc": ("application/msword", _compound("WordDocument")),
    "docx": (f"{OFFICE}.wordprocessingml.document", _ooxml("word/document.xml")),
    "xls": ("application/vnd.ms-excel", _compound("Workbook", "Book")),
    "xlsx": (f"{OFFICE}.spreadsheetml.sheet", _ooxml("xl/workbook.xml")),
    "jpg": ("image/jpeg", _jpg),
    "png": ("image/png", _png),
}
