"""What the rooms may be told from outside, beside `foundation.setting_groups`."""

from dataclasses import dataclass

from foundation.setting_groups import setting


@dataclass(frozen=True)
class Privacy:
    leaving_days: int = setting("LEAVING_DAYS", "days in which a citizen may take back that they leave", 7, least=1)
    export_hours: int = setting("EXPORT_HOURS", "hours for which a copy of somebody's data waits for them", 72, least=1)
    keep_looks_days: int = setting(
        "KEEP_LOOKS_DAYS", "days for which citizens can see who opened their record", 1095, least=180
    )
    keep_conversations_days: int = setting(
        "KEEP_CONVERSATIONS_DAYS", "days after its last turn until a conversation with the assistant is deleted", 180,
        least=30,
    )  # fmt: skip
    keep_messages_days: int = setting("KEEP_MESSAGES_DAYS", "days messages stay in the inbox", 730, least=30)
    keep_ended_ties_days: int = setting(
        "KEEP_ENDED_TIES_DAYS", "days ended delegations, guardianships and agencies stay in the history", 1095, least=30
    )


@dataclass(frozen=True)
class Messages:
    quiet_hours: str = setting(
        "MESSAGES_QUIET_HOURS",
        "when only what cannot wait leaves for a telephone, `HH:MM-HH:MM`; empty: at any hour",
        "22:00-08:00",
        shape=r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]",
    )
    wechat_per_second: int = setting("MESSAGES_WECHAT_PER_SECOND", "messages a second to WeChat", 200, least=1)
    alipay_per_second: int = setting("MESSAGES_ALIPAY_PER_SECOND", "messages a second to Alipay", 100, least=1)
    sms_per_second: int = setting("MESSAGES_SMS_PER_SECOND", "text messages a second to the carrier", 50, least=1)


@dataclass(frozen=True)
class Sms:
    url: str = setting("SMS_URL", "gateway for text messages; empty: none are sent")
    key_id: str = setting("SMS_KEY_ID", "our key id at the gateway")
    secret: str = setting(
        "SMS_SECRET", "our secret at the gateway (HMAC-SM3)", "demo-sms", secret=True, only_with="url"
    )
    signature: str = setting("SMS_SIGNATURE", "registered signature, shown as 【…】", "指尖办", shape=r"[^【】,]{2,12}")
    daily: int = setting("SMS_PER_PERSON_DAILY", "text messages to one person a day", 5, least=0)


@dataclass(frozen=True)
class Handover:
    hours: str = setting(
        "HANDOVER_HOURS",
        "when people answer in the chat on working days, `HH:MM-HH:MM` comma separated",
        "09:00-12:00,13:00-17:00",
        shape=r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]",
    )
    answer_workdays: int = setting(
        "HANDOVER_ANSWER_WORKDAYS", "working days within which a message left out of hours is answered", 2, least=1
    )
    widget_sites: str = setting(
        "WIDGET_SITES",
        "web sites that may embed the chat, `https://…` comma separated; empty: nobody may",
        shape=r"https?://(\*\.)?[a-zA-Z0-9.-]+(:[0-9]+)?",
    )


@dataclass(frozen=True)
class ObjectStore:
    folder: str = setting(
        "OBJECT_STORE_FOLDER", "folder of uploaded files, shared by all processes; without a bucket", "var/objects"
    )
    bucket: str = setting("OBJECT_STORE_BUCKET", "bucket of an S3-compatible store; empty: the folder")
    endpoint: str = setting(
        "OBJECT_STORE_ENDPOINT", "address of the S3-compatible store; empty: Amazon's own", https=True
    )
    region: str = setting("OBJECT_STORE_REGION", "region of the bucket", "us-east-1")
    key_id: str = setting("OBJECT_STORE_KEY_ID", "our access key id at the store")
    secret: str = setting(
        "OBJECT_STORE_SECRET", "our secret access key at the store", "demo-store", secret=True, only_with="bucket"
    )


@dataclass(frozen=True)
class Papers:
    clamd_address: str = setting(
        "CLAMD_ADDRESS",
        "virus scanner of uploads, clamd at `host:port`; empty: uploads are not scanned",
        shape=r"[^\s:]+:[0-9]{1,5}",
    )
    draft_days: int = setting("FILING_DRAFT_DAYS", "days until a draft that was not sent in is deleted", 30, least=1)
    notice_workdays: int = setting(
        "FILING_NOTICE_WORKDAYS", "working days to bring what a notice (一次性告知) asks for", 15, least=1
    )
    follow_workdays: int = setting(
        "FILING_FOLLOW_WORKDAYS", "working days in which promised papers (容缺后补) must follow", 10, least=1
    )


@dataclass(frozen=True)
class Licences:
    url: str = setting("LICENCES_URL", "library of electronic licences (电子证照库); empty: none is asked", https=True)
    key_id: str = setting("LICENCES_KEY_ID", "our key id at the library")
    secret: str = setting(
        "LICENCES_SECRET", "our secret at the library (HMAC-SM3)", "demo-licences", secret=True, only_with="url"
    )


@dataclass(frozen=True)
class Couriers:
    keys: str = setting(
        "COURIER_KEYS",
        "keys of couriers that push where a delivery is, `key id:secret` comma separated; empty: none does",
        "demo-courier:demo-courier-secret",
        secret=True,
        only_with="keys",
        shape=r"[\w.-]+:\S{16,}",
    )


@dataclass(frozen=True)
class SignOn:
    issuer: str = setting(
        "SIGN_ON_ISSUER", "issuer of the province's single sign-on (OpenID Connect); empty: none", https=True
    )
    name: str = setting("SIGN_ON_NAME", "what citizens know it by", "省统一身份认证")
    client_id: str = setting("SIGN_ON_CLIENT_ID", "our client id there")
    client_secret: str = setting(
        "SIGN_ON_CLIENT_SECRET", "our client secret there", "demo-sign-on", secret=True, only_with="issuer"
    )
    scope: str = setting("SIGN_ON_SCOPE", "what is asked of it", "openid profile real_name")


@dataclass(frozen=True)
class Cases:
    case_no_form: str = setting(
        "CASE_NO_FORM",
        "form of the case numbers we give: letters and digits as they are, `{item}` the item's code, `{yyyymmdd}` the"
        " day, `#` a random digit, `{serial:4}` a serial of so many digits under all before it, a last `{check}` a"
        " check digit",
        "{yyyymmdd}##########{check}",
        shape=r"([0-9A-Za-z#-]|\{item\}|\{yyyymmdd\}|\{serial:[1-9]\})+(\{check\})?",
    )
    notice_no_form: str = setting(
        "CASE_NOTICE_NO_FORM",
        "form of the document numbers of one-time notices: as they are written, `{yyyy}` the year, `{serial:5}` a"
        " serial of so many digits under all before it",
        "政务告知〔{yyyy}〕{serial:5}号",
        shape=r"[^{}]*(\{yyyy\}[^{}]*)?\{serial:[1-9]\}[^{}]*",
    )
    supplement_days: int = setting(
        "CASE_SUPPLEMENT_DAYS", "working days to bring missing papers, where the notice does not say", 10, least=1
    )
    yellow_percent: int = setting(
        "CASE_YELLOW_PERCENT", "share of the period after which a case is approaching its deadline", 75, least=1
    )
    usual_least: int = setting(
        "CASE_USUAL_LEAST", "finished cases in 90 days from which on an item's usual duration is shown", 20, least=1
    )
    lookup_days: int = setting(
        "CASE_LOOKUP_DAYS", "days after its end that a case can be looked up without signing in", 365, least=1
    )


@dataclass(frozen=True)
class Feedback:
    rate_within_days: int = setting(
        "RATING_WITHIN_DAYS", "days after a visit or a case within which it may be rated", 90, least=1
    )
    call_back_workdays: int = setting(
        "RECTIFICATION_CALL_BACK_WORKDAYS",
        "working days within which whoever gave a bad mark is called back",
        1,
        least=1,
    )
    mend_workdays: int = setting(
        "RECTIFICATION_MEND_WORKDAYS", "working days within which what a bad mark is about is mended", 15, least=1
    )
    extend_workdays: int = setting(
        "RECTIFICATION_EXTEND_WORKDAYS", "working days by which that may be extended once, at most", 10, least=0
    )
    publish_least: int = setting(
        "RATING_PUBLISH_LEAST",
        "fewest marks of a hall, department or item in a quarter that are published",
        10,
        least=5,
    )
    answer_workdays: int = setting(
        "CONSULTATION_ANSWER_WORKDAYS",
        "working days within which questions, complaints and proposals are answered",
        5,
        least=1,
    )
    keep_attachments_days: int = setting(
        "CONSULTATION_ATTACHMENTS_DAYS",
        "days after the answer until what was attached to a question, complaint or proposal is deleted",
        365,
        least=30,
    )
    reviewed_kinds: str = setting(
        "CONSULTATION_REVIEWED",
        "kinds whose answers a second person approves: `question`, `complaint`, `proposal`, comma separated",
        "complaint",
        shape="question|complaint|proposal",
    )


@dataclass(frozen=True)
class Clients:
    oldest: str = setting(
        "CLIENT_OLDEST",
        "oldest client of each platform that still works, `wechat/1.2.0,alipay/1.2.0,h5/1.2.0`; older ones are told to"
        " update",
        shape=r"(wechat|alipay|h5)/[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}",
    )
    newest: str = setting(
        "CLIENT_NEWEST",
        "newest client of each platform, in the same form; others work and are told of it",
        shape=r"(wechat|alipay|h5)/[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}",
    )
