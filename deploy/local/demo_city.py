"""What the demo city has besides its catalogue: bookable businesses, staff, and what departments pushed.

Everything is openly fictional; the people are the sandbox's.
"""

from dataclasses import dataclass

FEATURED = (
    "id-card-replace",
    "passport",
    "hk-macao-permit",
    "social-card",
    "marriage",
    "fund-rent",
    "driver-licence",
    "medical-remote",
    "company-register",
    "school-enrolment",
)


@dataclass(frozen=True, kw_only=True)
class Business:
    """预约业务 of the demo: what, where, and how wide."""

    code: str
    hall: str
    department: str
    name: str
    slugs: tuple[str, ...]
    windows: int = 3
    slot_minutes: int = 30
    all_week: bool = False
    party: int = 1  # how many may come together
    drawn: bool = False  # 摇号
    fee: tuple[str, str, str, str, int] | None = None  # 执收单位, 执收项目 (code and name each), fen


BUSINESSES = (
    Business(
        code="centre-id-card",
        hall="9901",
        department="police",
        name="居民身份证办理",
        slugs=("id-card-first", "id-card-renew", "id-card-replace", "id-card-temporary"),
    ),
    Business(
        code="centre-residence",
        hall="9901",
        department="police",
        name="户口与居住证",
        slugs=("residence-permit", "hukou-move", "newborn-household", "no-crime-record"),
        party=4,
    ),
    Business(
        code="centre-social",
        hall="9901",
        department="human-resources",
        name="社保业务",
        slugs=("social-card", "pension-transfer", "pension-claim", "unemployment-benefit", "flexible-insurance"),
        windows=4,
    ),
    Business(
        code="centre-company",
        hall="9901",
        department="market-regulation",
        name="企业登记",
        slugs=("company-register", "company-change", "company-cancel", "self-employed", "food-permit"),
        windows=4,
    ),
    Business(
        code="centre-marriage",
        hall="9901",
        department="civil-affairs",
        name="婚姻登记",
        slugs=("marriage", "divorce"),
        windows=2,
        all_week=True,
    ),
    Business(
        code="centre-safety-exam",
        hall="9901",
        department="emergency",
        name="特种作业安全技术考试",
        slugs=("special-operation",),
        windows=6,
        slot_minutes=60,
        fee=("126001", "示例市应急管理局", "126011", "特种作业考试费", 8000),
    ),
    Business(
        code="exit-entry",
        hall="9901-91",
        department="police",
        name="护照与港澳通行证",
        slugs=("passport", "hk-macao-permit"),
        party=4,
        windows=6,
        slot_minutes=15,
    ),
    Business(
        code="vehicles",
        hall="9901-92",
        department="traffic-police",
        name="驾驶证与机动车",
        slugs=("driver-licence", "vehicle-register"),
        windows=5,
    ),
    Business(
        code="real-estate",
        hall="9901-93",
        department="natural-resources",
        name="不动产登记",
        slugs=("real-estate-transfer",),
        windows=4,
        drawn=True,
    ),
    Business(
        code="housing-fund",
        hall="9901-94",
        department="housing-fund",
        name="公积金提取",
        slugs=("fund-home", "fund-rent", "fund-retire"),
    ),
    Business(
        code="east-id-card",
        hall="9901-01",
        department="police",
        name="居民身份证办理",
        slugs=("id-card-first", "id-card-renew", "id-card-replace"),
        windows=2,
    ),
)

# Round the clock, so that a newcomer can check in at whatever hour the demo is started.
ROUND_THE_CLOCK = Business(
    code="centre-self-service",
    hall="9901",
    department="police",
    name="24 小时自助区协助办理",
    slugs=("id-card-replace", "hk-macao-permit"),
    party=4,
    windows=2,
    all_week=True,
)


@dataclass(frozen=True)
class DemoStaff:
    username: str
    display_name: str
    roles: tuple[tuple[str, str], ...]
    what: str


STAFF = (
    DemoStaff(
        "admin",
        "系统管理员",
        (("admin", ""), ("hall_manager", ""), ("window", ""), ("finance", ""), ("supervisor", "")),
        "全市：系统管理、大厅、财务、督办",
    ),
    DemoStaff(
        "centre", "市中心大厅管理员", (("hall_manager", "9901/"), ("window", "9901/")), "市级大厅及下级：排班、叫号"
    ),
    DemoStaff(
        "east", "东岸区大厅管理员", (("hall_manager", "9901/01/"), ("window", "9901/01/")), "东岸区及下级：排班、叫号"
    ),
    DemoStaff("hotline", "热线客服", (("agent", ""),), "全市：人工咨询、电话代约、查询与电话通知"),
    DemoStaff("editor", "知识编辑", (("editor", ""),), "全市：办事指南、机器人知识，由系统管理员审核"),
    DemoStaff("finance", "财务人员", (("finance", ""),), "全市：财务，与系统管理员互为复核"),
    DemoStaff("window", "窗口工作人员", (("window", "9901/"),), "市级大厅：签到、叫号"),
)


@dataclass(frozen=True)
class DemoCase:
    case_no: str
    person: str
    slug: str
    history: tuple[tuple[str, int, str], ...]  # kind, working days ago, note


CASES = (
    DemoCase(
        "990100202611000017", "张三", "id-card-renew", (("received", 4, ""), ("accepted", 4, ""), ("reviewed", 1, ""))
    ),
    DemoCase(
        "990100202611000025",
        "张三",
        "fund-rent",
        (("received", 6, ""), ("accepted", 5, ""), ("notice_once", 4, "请补充无房证明（登记部门开具，30 日内有效）。")),
    ),
    DemoCase(
        "990100202611000033",
        "李四",
        "passport",
        (("received", 6, ""), ("accepted", 6, ""), ("decided", 2, ""), ("closed", 1, "可凭回执领取或等待邮寄。")),
    ),
    DemoCase("990100202611000041", "王五", "company-register", (("received", 1, ""),)),
)


@dataclass(frozen=True)
class DemoBill:
    notice_no: str
    person: str
    unit: tuple[str, str]
    title: str
    item: tuple[str, str]
    fen: int
    days_late: int = 0  # past its last day, and growing by three per cent a day


BILLS = (
    DemoBill("DEMO-0001", "张三", ("103001", "示例市公安局"), "居民身份证工本费", ("103042", "证照工本费"), 2000),
    DemoBill("DEMO-0002", "张三", ("103001", "示例市公安局"), "普通护照工本费", ("103042", "证照工本费"), 12000),
    DemoBill(
        "DEMO-0003", "李四", ("103009", "示例市自然资源局"), "不动产登记费（住宅）", ("103061", "不动产登记费"), 8000
    ),
    DemoBill(
        "DEMO-0004", "王五", ("103007", "示例市公安局交通警察支队"), "机动车号牌工本费", ("103043", "牌证工本费"), 10000
    ),
    DemoBill(
        "DEMO-0005",
        "李四",
        ("103007", "示例市公安局交通警察支队"),
        "道路交通违法罚款",
        ("103050", "罚款"),
        20000,
        days_late=3,
    ),
)
