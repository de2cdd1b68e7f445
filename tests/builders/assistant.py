"""Guides for the assistant's tests: a few written here, and those shipped with the catalogue."""

from datetime import date
from functools import cache

from tortoise.expressions import F

from assistant.corpus import GuideDocument, Section
from assistant.evaluation import city
from assistant.snapshot import Snapshot
from catalogue.models import CatalogueEdition, Department, Guide, GuideSection, ServiceItem, SynonymGroup
from foundation import clock

EMPTY = {"materials": [], "period": {}, "faqs": []}  # a sheet that says nothing


def guide(name: str, *aliases: str, code: str = "", **sections: str) -> GuideDocument:
    """A guide with those everyday names and sections, as `guide("护照", "办护照", materials="身份证原件。")`."""
    return GuideDocument(
        item_code=code or name,
        name=name,
        aliases=aliases,
        version="3",
        effective_date=date(2026, 1, 1),
        sections=tuple(Section(kind, kind, text) for kind, text in sections.items()),
        halls=("9901-01",),
        bookable=True,
        forms=("form.html",),
    )


def _simple(name: str, *aliases: str, code: str) -> GuideDocument:
    return guide(
        name,
        *aliases,
        code=code,
        summary=f"{name}在市民中心办理。",
        materials=f"申请{name}请带居民身份证原件。",
        fees=f"{name}不收费。",
        periods="承诺 5 个工作日办结。",
        places="市民中心 1 楼，周一至周五 9:00–17:00。",
        steps="网上预约，到窗口受理，等待通知领取。",
        conditions="年满 16 周岁。",
        booking="可以预约，每次 20 分钟。",
        contacts="咨询电话 12345。",
    )


def snapshot() -> Snapshot:
    """A small city: enough guides to confuse, few enough to know by heart."""
    return Snapshot(
        [
            _simple("居民身份证首次申领", "办身份证", code="id-first"),
            _simple("居民身份证补领", "身份证丢了", "补办身份证", code="id-replace"),
            _simple("居民身份证换领", "身份证到期", "换身份证", code="id-renew"),
            _simple("普通护照首次申请", "办护照", code="passport-first"),
            _simple("普通护照换发", "护照到期", code="passport-renew"),
            _simple("普通护照补发", "护照丢了", code="passport-replace"),
            _simple("往来港澳通行证签发", "港澳通行证", code="hkmo"),
            _simple("往来台湾通行证签发", "台湾通行证", code="taiwan"),
            _simple("住房公积金提取", "公积金提取", "取公积金", code="fund"),
            _simple("个体工商户注销登记", "注销个体户", code="shop-close"),
            _simple("个体工商户变更登记", "变更个体户", code="shop-change"),
            _simple("居住证申领", "暂住证", "办居住证", code="residence"),
            _simple("结婚登记", "领结婚证", code="marriage"),
            _simple("社会保障卡申领", "社保卡", "医保卡", code="social-card"),
            _simple("不动产转移登记", "二手房过户", code="property"),
            _simple("食品经营许可证核发", "开饭店办证", code="food"),
        ],
        synonyms={"弄丢": "补领", "房本": "不动产"},
        version="1",
    )


@cache
def shipped_snapshot() -> Snapshot:
    """The shipped guides with the shipped synonyms and the matters that have no guide; slugs stand for the codes."""
    shipped = city.read()
    return shipped.over(shipped.laid_out())


async def publish(name: str, *aliases: str, **sections: str) -> ServiceItem:
    """A published guide in the database, and a new edition of the catalogue."""
    department, _ = await Department.get_or_create(code="hall", defaults={"name": "政务服务中心"})
    number = await ServiceItem.all().count() + 1
    item = await ServiceItem.create(
        item_code=f"ITEM-{number}", slug=f"item-{number}", name=name, aliases=list(aliases), department=department,
        kind="承诺件", legal_days=20, promised_days=5,
    )  # fmt: skip
    draft = await Guide.create(
        item=item, version=1, state="draft", effective_date=date(2026, 1, 1), content=EMPTY, digest="0" * 64
    )
    for position, (kind, text) in enumerate(sections.items()):
        await GuideSection.create(guide=draft, kind=kind, position=position, title=kind, text=text)
    await Guide.filter(id=draft.id).update(state="published", published_at=clock.now())
    await ServiceItem.filter(id=item.id).update(guide_id=draft.id)
    await next_edition()
    return item


async def synonym(word: str, *also: str) -> None:
    """A group of synonyms, and a new edition of the catalogue."""
    await SynonymGroup.create(words=[word, *also])
    await next_edition()


async def next_edition() -> None:
    """The catalogue says that it changed."""
    await CatalogueEdition.filter(id=1).update(number=F("number") + 1)
