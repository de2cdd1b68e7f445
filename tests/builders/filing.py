"""An item that can be applied for on line, papers of every kind, applications at every stage, a licence library."""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from cases import filing, paper_limits, papers, pledge, review
from cases.filing_models import Filing
from cases.paper_owners import Owner
from cases.papers import Announced, PaperView
from channels.licences.library import Consent, Holder, Licence
from foundation.actor import Actor
from identity.models import Citizen
from tests.builders import catalogue as cities
from tests.builders import identity as people
from tests.builders.catalogue_files import ITEM

SLUG, HALL = "id-card", "9901"
CITY = ("",)  # within: the whole city
OLD_CARD, BOOKLET, REPORT, EXTRA = "原居民身份证", "居民户口簿", "体检报告", "监护人身份证"
ANSWERS: dict[str, Any] = {"reason": "到期", "phone": "13800000001", "copies": "2"}
_next = count(1)

FORM = """\
online_form:
  - { field: reason, label: 换领原因, asks: 单选, options: [到期, 损坏, 其他] }
  - { field: other, label: 其他原因, asks: 多行, least: 4, most: 100, shown_if: reason=其他 }
  - { field: phone, label: 联系电话, asks: 手机号 }
  - { field: copies, label: 份数, asks: 数字, least: 1, most: 5 }
  - { field: born, label: 出生日期, asks: 日期, optional: true }
  - { field: needs, label: 需要的服务, asks: 多选, options: [邮寄, 加急], optional: true }
  - { field: code, label: 受理回执号, pattern: "[A-Z]{2}[0-9]{4}", optional: true, hint: 两个字母四个数字。 }
"""
MATERIALS = """\
  - name: 体检报告
    may_follow: true
  - name: 监护人身份证
    when: 未满 16 周岁
  - name: 申领登记表
    source: 现场填写
"""
WITH_FORM = (
    ITEM.replace("effective:", FORM + "effective:")
    .replace("steps:\n", MATERIALS + "steps:\n")
    .replace("delivery: [窗口领取]", "delivery: [窗口领取, 邮寄送达]")
)


async def online_city(item: str = WITH_FORM) -> None:
    """The small city, whose one item can be applied for on line."""
    await cities.small_city(item=item)


def picture(text: str = "") -> bytes:
    """Bytes that are a JPEG to whoever looks at both ends; others each time, or those of `text`."""
    return b"\xff\xd8\xff\xe0" + (text or f"picture {next(_next)}").encode() * 20 + b"\xff\xd9"


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


async def an_applicant(**given: Any) -> tuple[Citizen, Actor]:
    citizen = await people.citizen(**given)
    return citizen, Actor.citizen(citizen.id)


def announced(data: bytes, material: str, **other: Any) -> Announced:
    given = {"key": f"key-{next(_next)}", "name": "照片.jpg", "sha256": hashlib.sha256(data).hexdigest(), **other}
    return Announced(material=material, size=len(data), **given)


async def upload(owner: Owner, by: Actor, *, material: str = OLD_CARD, data: bytes | None = None) -> PaperView:
    """A whole file, in as many pieces as it takes."""
    data = picture() if data is None else data
    code = (await papers.announce(owner=owner, paper=announced(data, material), by=by)).code
    for number in range(1, paper_limits.parts_of(len(data)) + 1):
        piece = data[(number - 1) * paper_limits.PART : number * paper_limits.PART]
        await papers.send_part(code=code, number=number, data=piece, by=by)
    return await papers.finish(code=code, by=by)


async def a_draft(
    by: Actor, *, materials: Sequence[str] = (OLD_CARD, BOOKLET, REPORT), applicant: int = 0, **answers: Any
) -> str:
    """A draft with everything in it that is needed, of `by` unless for whom; its code."""
    code = await filing.begin(slug=SLUG, hall_code=HALL, by=by, applicant=applicant)
    promised = [REPORT] if REPORT not in materials else []
    await filing.save(code=code, answers={**ANSWERS, **answers}, promised=promised, hall_code="", by=by)
    for material in materials:
        await upload(Owner("filing", code), by, material=material)
    return code


async def submitted(by: Actor, **given: Any) -> str:
    code = await a_draft(by, **given)
    await filing.submit(code=code, pledge_version=pledge.CURRENT, by=by)
    return code


async def a_reviewer(hall_path: str = "", role: str = "window") -> Actor:
    return Actor.staff(await people.staff((role, hall_path)))


async def in_review(by: Actor, reviewer: Actor, **given: Any) -> str:
    code = await submitted(by, **given)
    await review.claim(code=code, within=CITY, by=reviewer)
    return code


async def accepted(by: Actor, reviewer: Actor, **given: Any) -> tuple[str, str]:
    """(code, case number)."""
    code = await in_review(by, reviewer, **given)
    return code, await review.accept(code=code, within=CITY, by=reviewer)


async def row(code: str) -> Filing:
    return await Filing.get(code=code)


@dataclass
class Shelf:
    """A licence library that holds what it is told, or is down."""

    holds: dict[str, date | None] = field(default_factory=dict)
    down: Exception | None = None
    asked: list[tuple[Holder, Consent]] = field(default_factory=list)

    async def read(self, *, holder: Holder, consent: Consent) -> Licence | None:
        self.asked.append((holder, consent))
        if self.down:
            raise self.down
        if consent.licence not in self.holds:
            return None
        return Licence(
            licence_no="DZ0001", name=consent.licence, holder=holder.name, issuer="示例市公安局",
            issued_on=date(2024, 1, 1), valid_until=self.holds[consent.licence],
        )  # fmt: skip

    async def aclose(self) -> None: ...


def scan(width: int = 480, height: int = 300) -> bytes:
    """A PNG that a browser shows: a card with a band, of another shade each time."""
    shade = 200 + next(_next) % 50
    band = bytes([0]) + bytes([40, 90, shade]) * width
    rest = bytes([0]) + bytes([shade, 225, 240]) * width
    rows = zlib.compress(band * (height // 5) + rest * (height - height // 5))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
