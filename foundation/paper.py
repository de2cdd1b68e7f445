"""A page of PDF with Chinese text, lines and a QR code.

No font travels with it. The text is in the predefined CMap UniGB-UTF16-H (ISO 32000-1, 9.7.5.2), which every reader
knows and shows with the Chinese font of its device: a page has 4 KB instead of megabytes, and a name with rare
characters is shown wherever the device has them.
"""

import zlib
from collections.abc import Sequence

A4 = (595, 842)  # points
MILLIMETRE = 72 / 25.4


class Page:
    """One page of `size` points; positions are from its lower left corner. `pdf()` is the file."""

    def __init__(self, *, title: str, size: tuple[int, int] = A4) -> None:
        self._title, self._size = title, size
        self._drawn: list[str] = []

    def text(self, x: float, y: float, words: str, *, size: float = 10, colour: str = "0 0 0") -> None:
        """`words` from `x` on, their base line at `y`; `colour` is red, green and blue from 0 to 1."""
        shown = _plain(words).encode("utf-16-be").hex().upper()
        self._drawn.append(f"BT {colour} rg /F1 {size:g} Tf {x:g} {y:g} Td <{shown}> Tj ET")

    def centred(self, x: float, y: float, words: str, *, size: float = 10, colour: str = "0 0 0") -> None:
        self.text(x - width(words, size) / 2, y, words, size=size, colour=colour)

    def right(self, x: float, y: float, words: str, *, size: float = 10, colour: str = "0 0 0") -> None:
        """`words` that end at `x`."""
        self.text(x - width(words, size), y, words, size=size, colour=colour)

    def line(self, x: float, y: float, to_x: float, to_y: float, *, thick: float = 0.6, colour: str = "0 0 0") -> None:
        self._drawn.append(f"{colour} RG {thick:g} w {x:g} {y:g} m {to_x:g} {to_y:g} l S")

    def box(self, x: float, y: float, wide: float, high: float, *, thick: float = 0.6, colour: str = "0 0 0") -> None:
        self._drawn.append(f"{colour} RG {thick:g} w {x:g} {y:g} {wide:g} {high:g} re S")

    def squares(self, x: float, y: float, rows: Sequence[Sequence[int]], *, side: float) -> None:
        """A QR code: dark where `rows`, from the top down, say so; `side` is the whole width."""
        module = side / len(rows)
        dark = [
            f"{x + column * module:.3f} {y + side - (number + 1) * module:.3f} {module:.3f} {module:.3f} re"
            for number, row in enumerate(rows)
            for column, value in enumerate(row)
            if value
        ]
        self._drawn.append("0 0 0 rg " + " ".join(dark) + " f")

    def pdf(self) -> bytes:
        wide, high = self._size
        content = zlib.compress("\n".join(self._drawn).encode("ascii"))
        title = ("\ufeff" + self._title).encode("utf-16-be").hex().upper()
        return _file(
            [
                b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>",
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide} {high}] /Contents 4 0 R"
                f" /Resources << /Font << /F1 5 0 R >> >> >>".encode(),
                b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
                b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UTF16-H /Encoding /UniGB-UTF16-H"
                b" /DescendantFonts [6 0 R] >>",
                b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R /DW 1000"
                b" /W [1 95 500 814 939 500] /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
                b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
                b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
                f"<< /Title <{title}> >>".encode(),
            ]
        )


def width(words: str, size: float) -> float:
    """How wide `words` are: a Latin letter is half as wide as a Chinese character."""
    return sum(0.5 if " " <= one <= "~" else 1.0 for one in _plain(words)) * size


def fitting(words: str, *, size: float, room: float) -> str:
    """`words`, cut with an ellipsis where they are wider than `room`."""
    if width(words, size) <= room:
        return words
    while words and width(words + "…", size) > room:
        words = words[:-1]
    return words + "…"


def _plain(words: str) -> str:
    return "".join(one if one.isprintable() else " " for one in words)


def _file(objects: list[bytes]) -> bytes:
    """The objects, numbered from 1, with the table of where each begins; catalogue first, title last."""
    made, begins = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for number, one in enumerate(objects, start=1):
        begins.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % at for at in begins)
    made += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    return bytes(made + b"startxref\n%d\n%%%%EOF\n" % table)
