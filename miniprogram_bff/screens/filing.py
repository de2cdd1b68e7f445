"""在线申请: fill in, bring the papers, send in, bring what a notice asks for; my applications."""

from typing import Annotated

from msgspec import Meta

from cases import delivering, filing, filing_views, following, licences
from cases.filing_errors import (
    DeliveryFault,
    DeliveryNotOffered,
    DeliveryUnderway,
    FilingClosed,
    FilingNotFound,
    FormFaults,
    GuideMoved,
    HallNotForItem,
    LicenceConsentNeeded,
    LicenceNotHere,
    LicencesDown,
    MaterialsMissing,
    MayNotFollow,
    NoLicenceFor,
    NoOnlineForm,
    NotTheirLicence,
    OwedNotFound,
    PapersNotReady,
    PledgeNeeded,
    UnknownMaterial,
)
from cases.filing_views import FilingLine, FilingView
from catalogue.errors import ItemNotFound
from foundation.errors import TooManyRequests
from foundation.web import Asked, Limit, Routes
from identity.delegation import Scope
from identity.errors import RealNameNeeded
from identity.family_errors import PersonUnknown
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import HallCode, Slug
from miniprogram_bff.screens.delivery import DeliveryChoice
from miniprogram_bff.session import CITIZEN, actor, subject

routes = Routes("在线申请", tag="filing")

Code = Annotated[str, Meta(max_length=20, examples=["7K3M9QXP2ABC"])]
MaterialName = Annotated[str, Meta(min_length=1, max_length=200, examples=["居民户口簿"])]
Text = Annotated[str, Meta(max_length=2000)]
Version = Annotated[str, Meta(max_length=20, examples=["2026-11"])]
ANSWERS_AT_MOST = 200_000  # bytes


class NewFiling(Asked):
    """`hall_code` 不填时由指南列出的第一个大厅受理."""

    item: Slug
    hall_code: HallCode = ""


class Filled(Asked):
    """`answers`：字段编码 → 内容，多选为列表；`promised`：选择容缺后补的材料."""

    answers: Annotated[dict[str, Text | Annotated[list[Text], Meta(max_length=50)]], Meta(max_length=200)]
    promised: Annotated[list[MaterialName], Meta(max_length=50)] = []
    hall_code: HallCode = ""


class Pledged(Asked):
    """`pledge_version`：所阅读并同意的承诺书版本."""

    pledge_version: Version


class LicenceWanted(Asked):
    """`consent_version`：所阅读并同意的授权文本版本；每次申请、每种证照各同意一次."""

    material: MaterialName
    consent_version: Version


class Brought(Asked):
    material: MaterialName


@routes.get("/v1/filings", access=CITIZEN, summary="我的申请", errors=(ActingOver,))
async def my_filings(who: Session) -> list[FilingLine]:
    """切换办理身份后，是其委托办理的申请。"""
    return await filing_views.mine(await subject(who, Scope.PROGRESS), by=actor(who))


@routes.post(
    "/v1/filings",
    access=CITIZEN,
    summary="开始申请",
    errors=(RealNameNeeded, ItemNotFound, NoOnlineForm, HallNotForItem, ActingOver, PersonUnknown),
    limit=Limit(user=60, seconds=3600),
    status=201,
)
async def begin(body: NewFiling, who: Session) -> FilingView:
    """同一事项已有草稿的，继续填写原草稿。切换办理身份后，申请人是所代办的人或单位，须在委托的事项之内。"""
    applicant = await subject(who, Scope.PROGRESS)
    code = await filing.begin(slug=body.item, hall_code=body.hall_code, by=actor(who), applicant=applicant)
    return await one(code, who)


@routes.get("/v1/filings/<code>", access=CITIZEN, summary="一个申请", errors=(FilingNotFound,))
async def one(code: Code, who: Session) -> FilingView:
    return await filing_views.one_of_mine(code=code, by=actor(who))


@routes.put(
    "/v1/filings/<code>",
    access=CITIZEN,
    summary="保存填写内容",
    errors=(FilingNotFound, FilingClosed, FormFaults, HallNotForItem, MayNotFollow, UnknownMaterial),
    at_most=ANSWERS_AT_MOST,
)
async def save(code: Code, body: Filled, who: Session) -> FilingView:
    """随时保存，不检查是否填完；提交时逐栏检查。"""
    await filing.save(
        code=code, answers=dict(body.answers), promised=body.promised, hall_code=body.hall_code, by=actor(who)
    )
    return await one(code, who)


@routes.post(
    "/v1/filings/<code>/submit",
    access=CITIZEN,
    summary="提交申请",
    errors=(
        FilingNotFound, FilingClosed, PledgeNeeded, GuideMoved, FormFaults, MaterialsMissing, PapersNotReady,
    ),
)  # fmt: skip
async def submit(code: Code, body: Pledged, who: Session) -> FilingView:
    """重复提交只算一次。内容有误时 detail 逐栏说明。"""
    await filing.submit(code=code, pledge_version=body.pledge_version, by=actor(who))
    return await one(code, who)


@routes.post("/v1/filings/<code>/withdraw", access=CITIZEN, summary="撤回申请", errors=(FilingNotFound, FilingClosed))
async def withdraw(code: Code, who: Session) -> FilingView:
    await filing.withdraw(code=code, by=actor(who))
    return await one(code, who)


@routes.post(
    "/v1/filings/<code>/follow-guide",
    access=CITIZEN,
    summary="按新指南填写",
    errors=(FilingNotFound, FilingClosed, NoOnlineForm, ItemNotFound),
)
async def follow_guide(code: Code, who: Session) -> FilingView:
    """指南更新后，草稿改用新表单；仍然适用的内容保留。"""
    await filing.follow_guide(code=code, by=actor(who))
    return await one(code, who)


@routes.post(
    "/v1/filings/<code>/licences",
    access=CITIZEN,
    summary="调用电子证照代替材料",
    errors=(
        FilingNotFound, FilingClosed, NoLicenceFor, LicenceConsentNeeded, LicenceNotHere, LicencesDown, NotTheirLicence,
        TooManyRequests,
    ),
)  # fmt: skip
async def reuse_licence(code: Code, body: LicenceWanted, who: Session) -> FilingView:
    """查到的材料免提交；没有查到或证照库暂时无法访问的，请上传。"""
    await licences.reuse(code=code, material=body.material, consent_version=body.consent_version, by=actor(who))
    return await one(code, who)


@routes.put(
    "/v1/filings/<code>/delivery",
    access=CITIZEN,
    summary="选择结果送达方式",
    errors=(FilingNotFound, DeliveryFault, DeliveryNotOffered, DeliveryUnderway),
)
async def choose_delivery(code: Code, body: DeliveryChoice, who: Session) -> FilingView:
    await delivering.choose_for_filing(code=code, choice=body.told(), by=actor(who))
    return await one(code, who)


@routes.post(
    "/v1/filings/<code>/owed",
    access=CITIZEN,
    summary="容缺材料已补交",
    errors=(FilingNotFound, OwedNotFound),
)
async def bring_owed(code: Code, body: Brought, who: Session) -> FilingView:
    """先上传文件，再确认补交。"""
    await following.bring(code=code, material=body.material, by=actor(who))
    return await one(code, who)
