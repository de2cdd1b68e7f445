"""What is kept of a device: a name to know one's own by, and nothing to be told from others by."""

import pytest

from identity import devices

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; V2309A Build/UP1A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "iPhone 上的浏览器"),
        (f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI", "iPhone 上的微信"),
        (f"{ANDROID} Mobile Safari/537.36 MicroMessenger/8.0.50 miniProgram/wx8888", "安卓手机上的微信小程序"),
        (f"{ANDROID} Mobile Safari/537.36 AliApp(AP/10.6) AlipayClient/10.6.20", "安卓手机上的支付宝"),
        (f"{ANDROID} Safari/537.36", "安卓平板上的浏览器"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1 Mobile", "鸿蒙设备上的浏览器"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Edg/126.0", "Windows 电脑上的浏览器"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Safari/605.1", "苹果电脑上的浏览器"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Linux 电脑上的浏览器"),
        (IPHONE[:80], "iPhone 上的浏览器"),
        ("python-httpx/0.28.1", ""),
        ("张三的手机", "张三的手机"),
        ("  " + "长" * 60, "长" * 40),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_in_a_few_words(said: str, kept: str) -> None:
    assert devices.readable(said) == kept
