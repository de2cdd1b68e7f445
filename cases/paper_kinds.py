"""What a file is, by its content; what it is called does not count."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PaperKind:
    media_type: str
    ending: str
    shown: bool  # whether a page may show it as a picture


JPEG, PNG = PaperKind("image/jpeg", "jpg", True), PaperKind("image/png", "png", True)
PDF, OFD = PaperKind("application/pdf", "pdf", False), PaperKind("application/ofd", "ofd", False)
KINDS = {one.media_type: one for one in (JPEG, PNG, PDF, OFD)}
ATTACHABLE = (JPEG, PNG, PDF)  # in a folder: what anybody can open
OFD_MARK = b"OFD.xml"  # GB/T 33190: a ZIP whose root holds it


def kind_of(data: bytes) -> PaperKind | None:
    """None for everything that may not be handed in: programs, office files with macros, web pages, archives."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG if b"\xff\xd9" in data[-4096:] else None
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG if b"IEND" in data[-64:] else None
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]:
        return PDF
    if data.startswith(b"PK\x03\x04") and OFD_MARK in data[:200] + data[-65_536:]:
        return OFD
    return None
