"""订阅授权提问: which templates a screen asks the person to allow, before something of theirs is to be told.

A platform asks for at most three at one tap (wx.requestSubscribeMessage `tmplIds`, my.requestSubscribeMessage
`entityIds`), so each occasion names what is worth most there, the first first.
"""

from notifications import wording
from notifications.kinds import declared

MOST = 3
OCCASIONS = {
    "booking": ("booking_confirmed", "booking_soon", "hall_closed"),
    "waitlist": ("waitlist_offered", "waitlist_closed"),
    "draw": ("booking_confirmed", "draw_lost", "draw_cancelled"),
    "bill": ("bill_settled", "money_returned"),
    "case": ("case_moved", "delivery_moved"),
    "filing": ("filing_returned", "filing_refused", "case_moved"),
    "news": ("hall_notice", "guide_changed", "guide_new"),
}


async def templates(platform: str) -> dict[str, list[str]]:
    """Occasion → the ids to ask for at WeChat or Alipay; empty where the channel is switched off."""
    words = await wording.in_force_of([declared[kind] for kinds in OCCASIONS.values() for kind in kinds])
    return {
        occasion: list(
            dict.fromkeys(
                words[kind][platform].template_id
                for kind in kinds
                if platform in words[kind] and words[kind][platform].template_id
            )
        )[:MOST]
        for occasion, kinds in OCCASIONS.items()
    }
