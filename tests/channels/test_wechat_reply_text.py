"""Passive replies: links of ours only, and no text longer than WeChat carries."""

from channels.wechat import reply_text


def test_a_long_text_gives_way_and_links_stay_whole() -> None:
    link = reply_text.link("去看看", "https://city.test/")
    text = reply_text.fitting("长" * 2000, link)
    assert len(text.encode()) <= reply_text.LONGEST_BYTES
    assert len(text.encode()) > reply_text.LONGEST_BYTES - 4
    assert text.endswith(f"…\n\n{link}")
    assert reply_text.fitting("短", link) == f"短\n\n{link}"
    assert reply_text.fitting("", link) == link


def test_what_is_said_never_becomes_a_link() -> None:
    assert "<" not in reply_text.plain('<a href="https://elsewhere.test">点我</a>')
    assert reply_text.link("<b>", 'https://x.test/"onclick=') == '<a href="https://x.test/&quot;onclick=">＜b＞</a>'


def test_a_link_into_the_mini_program_has_a_page_for_others() -> None:
    made = reply_text.mini_program("指南", app_id="wx1", path="pages/guide/1?a=1&b=2", url="https://city.test/")
    assert made == (
        '<a data-miniprogram-appid="wx1" data-miniprogram-path="pages/guide/1?a=1&amp;b=2" href="https://city.test/">'
        "指南</a>"
    )
