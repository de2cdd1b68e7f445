"""The console's pages, in the order and the groups in which people look for them. A new page is one line here."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.console.scope import (
    AGENTS,
    ANSWERERS,
    AUTHORS,
    DESK,
    FINANCE,
    HELPERS,
    LISTENERS,
    OVERSEERS,
    PLANNERS,
    REVIEWERS,
    ROUTERS,
    WATCHERS,
)
from identity import organisations
from identity.access import Role, StaffMember

HOME, BOOKINGS, HALL, KNOWLEDGE, MONEY, FIGURES, SETTINGS = "首页", "预约", "大厅", "知识", "财务", "统计", "设置"
CONSULT, CASES, MESSAGES = "咨询", "办件", "消息"
GROUPS = (HOME, BOOKINGS, HALL, CASES, CONSULT, MESSAGES, KNOWLEDGE, MONEY, FIGURES, SETTINGS)


@dataclass(frozen=True)
class Page:
    """Who holds one of `roles` finds it; what lies below `address` belongs to it. `of_hall`: it shows one hall."""

    group: str
    address: str
    name: str
    roles: Sequence[Role]
    of_hall: bool = True

    def holds(self, path: str) -> bool:
        return path == self.address or path.startswith(f"{self.address}/")


PAGES = (
    Page(HOME, "/console/", "首页", WATCHERS),
    Page(BOOKINGS, "/console/day", "当日预约", DESK),
    Page(BOOKINGS, "/console/week", "周视图", DESK),
    Page(BOOKINGS, "/console/month", "月视图", DESK),
    Page(BOOKINGS, "/console/waitlist", "候补", DESK),
    Page(BOOKINGS, "/console/people", "代约与查询", HELPERS, of_hall=False),
    Page(BOOKINGS, "/console/people/calls", "电话通知", HELPERS, of_hall=False),
    Page(BOOKINGS, "/console/organisations", "单位审核", organisations.REVIEWERS, of_hall=False),
    Page(BOOKINGS, "/console/credit", "限制与申诉", PLANNERS, of_hall=False),
    Page(BOOKINGS, "/console/left-over", "待安置", PLANNERS),
    Page(HALL, "/console/closure", "停办", PLANNERS),
    Page(HALL, "/console/hall", "大厅设置", PLANNERS),
    Page(HALL, "/console/ratings/codes", "评价码", PLANNERS),
    Page(CASES, "/console/cases", "办件列表", WATCHERS, of_hall=False),
    Page(CASES, "/console/cases/conflicts", "矛盾信息", DESK, of_hall=False),
    Page(CASES, "/console/cases/imports", "批量导入", PLANNERS, of_hall=False),
    Page(CASES, "/console/filings", "网上预审", REVIEWERS, of_hall=False),
    Page(CASES, "/console/supplements", "补正材料", REVIEWERS, of_hall=False),
    Page(CASES, "/console/online-forms", "在线表单", (*AUTHORS, *REVIEWERS), of_hall=False),
    Page(CONSULT, "/console/consult", "人工咨询", AGENTS, of_hall=False),
    Page(MESSAGES, "/console/messages", "消息台账", HELPERS, of_hall=False),
    Page(MESSAGES, "/console/messages/calls", "须电话告知", HELPERS, of_hall=False),
    Page(MESSAGES, "/console/messages/mass", "群发与公告", PLANNERS, of_hall=False),
    Page(MESSAGES, "/console/messages/templates", "消息模板", AUTHORS, of_hall=False),
    Page(CONSULT, "/console/consultations", "咨询投诉", ANSWERERS, of_hall=False),
    Page(CONSULT, "/console/ratings", "好差评", LISTENERS, of_hall=False),
    Page(CONSULT, "/console/rectifications", "差评整改", LISTENERS, of_hall=False),
    Page(CONSULT, "/console/consultation-routes", "分办规则", ROUTERS, of_hall=False),
    Page(KNOWLEDGE, "/console/guides", "办事指南", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/scenarios", "场景导办", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/themes", "主题与人生事件", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/catalogue", "目录导入导出", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/directory", "中介服务名录", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/bases", "知识库", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/learning", "待学习", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/synonyms", "同义词", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/reply-faqs", "答复成问答", (*AUTHORS, *AGENTS), of_hall=False),
    Page(KNOWLEDGE, "/console/hit-test", "命中测试", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/labels", "标注集", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/bot", "机器人统计", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/bot/reports", "质量周报", AUTHORS, of_hall=False),
    Page(MONEY, "/console/money/bills", "缴款通知书", FINANCE, of_hall=False),
    Page(MONEY, "/console/money/orders", "支付单", FINANCE, of_hall=False),
    Page(MONEY, "/console/money/takings", "收款统计", FINANCE, of_hall=False),
    Page(MONEY, "/console/refunds", "退款", FINANCE, of_hall=False),
    Page(MONEY, "/console/quarantine", "隔离", FINANCE, of_hall=False),
    Page(MONEY, "/console/receipts", "电子票据", FINANCE, of_hall=False),
    Page(MONEY, "/console/reconciliation", "对账", FINANCE, of_hall=False),
    Page(MONEY, "/console/ledger", "账簿", FINANCE, of_hall=False),
    Page(FIGURES, "/console/statistics", "预约统计", OVERSEERS),
    Page(FIGURES, "/console/supervision", "效能监察", OVERSEERS, of_hall=False),
    Page(FIGURES, "/console/opinion-figures", "评价与咨询统计", LISTENERS, of_hall=False),
    Page(SETTINGS, "/console/schedule", "排班", PLANNERS),
    Page(SETTINGS, "/console/special-days", "例外日", PLANNERS),
    Page(SETTINGS, "/console/slots", "号段", PLANNERS),
    Page(SETTINGS, "/console/types", "业务规则", PLANNERS),
    Page(SETTINGS, "/console/rules", "预约规则", PLANNERS, of_hall=False),
    Page(SETTINGS, "/console/calendar", "工作日历", (Role.ADMIN,), of_hall=False),
    Page(SETTINGS, "/console/keeping", "数据保存", (Role.ADMIN,), of_hall=False),
    Page(SETTINGS, "/console/draws", "摇号", PLANNERS),
    Page(SETTINGS, "/console/staff", "账号与权限", (Role.ADMIN,), of_hall=False),
)
# What is done every day beside calling the next: big on the first page, once the page is there.
EVERYDAY = (
    Page(HOME, "/console/quick/open-more", "明天下午加开两个窗口", PLANNERS),
    Page(HOME, "/console/closure", "关闭大厅并通知改约", PLANNERS),
)
# What a button leads to: in no list, and still some group's.
UNLISTED = (
    *EVERYDAY,
    Page(SETTINGS, "/console/proposals", "变更预览", PLANNERS),
    Page(KNOWLEDGE, "/console/drafts", "指南草稿", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/city-drafts", "场景与主题草稿", AUTHORS, of_hall=False),
    Page(KNOWLEDGE, "/console/local-guides", "本地办法", AUTHORS, of_hall=False),
)


@dataclass(frozen=True)
class Group:
    """A group as the head of a page shows it; its first page is where its name leads."""

    name: str
    pages: list[Page]
    current: bool


@dataclass(frozen=True)
class Navigation:
    groups: list[Group]
    current: Page | None

    @property
    def beside(self) -> list[Page]:
        """The pages of the current group, when there is more than one."""
        pages = next((one.pages for one in self.groups if one.current), [])
        return pages if len(pages) > 1 else []


def of(who: StaffMember, path: str) -> Navigation:
    """What `who` may open, seen from the page at `path`."""
    theirs, unlisted = ([one for one in all_ if any(who.may(role) for role in one.roles)] for all_ in (PAGES, UNLISTED))
    holding = [one for one in (*theirs, *unlisted) if one.holds(path)]
    current = max(holding, key=lambda one: len(one.address), default=None)
    groups = [(name, [one for one in theirs if one.group == name]) for name in GROUPS]
    in_group = current.group if current else None
    return Navigation([Group(name, pages, name == in_group) for name, pages in groups if pages], current)


def may_open(who: StaffMember, address: str) -> bool:
    """Whether one of theirs holds `address`; what no page holds is anybody's."""
    holding = [one for one in (*PAGES, *UNLISTED) if one.holds(address.partition("?")[0])]
    nearest = max(holding, key=lambda one: len(one.address), default=None)
    return nearest is None or any(who.may(role) for role in nearest.roles)


def everyday(who: StaffMember, hall_path: str) -> list[Page]:
    """The everyday tasks of `who` in a hall."""
    return [one for one in EVERYDAY if any(who.may(role, hall_path) for role in one.roles)]
