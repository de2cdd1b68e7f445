"""What leaves the house opens the landing page, and a platform takes the address that it is given."""

import pytest

from channels import landing
from channels.wechat.codes import SCENE


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("pages/booking/7K3M9QXP", "pages/open/open?to=booking%2F7K3M9QXP"),
        ("pages/messages", "pages/open/open?to=messages"),
        ("pages/rate/visit/7K3M", "pages/open/open?to=rate%2Fvisit%2F7K3M"),
        ("book?item=1&q=证", "pages/open/open?to=book%3Fitem%3D1%26q%3D%E8%AF%81"),
    ],
)
def test_the_landing_page_is_given_the_address(address: str, page: str) -> None:
    assert landing.page_for(address) == page


def test_alipay_takes_the_longest_that_is_stored() -> None:
    longest = "pages/case/" + "9" * 60  # a case_no, the longest number in an address
    assert len(landing.page_for(longest)) <= 128


def test_a_code_of_a_hall_is_a_scene_that_wechat_takes() -> None:
    assert SCENE.fullmatch("hall/" + "9" * 20)
    assert landing.query_for("hall/9901") == "to=hall%2F9901"
