"""Files as people upload them: the smallest of each kind that is what its name says."""

import io
import zipfile

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9"
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 64
DOC = COMPOUND + "WordDocument".encode("utf-16-le")
XLS = COMPOUND + "Workbook".encode("utf-16-le")


def ooxml(main: str, *more: str) -> bytes:
    """A package with that main part."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in ("[Content_Types].xml", main, *more):
            packed.writestr(name, "<x/>")
    return made.getvalue()


DOCX = ooxml("word/document.xml")
XLSX = ooxml("xl/workbook.xml")
