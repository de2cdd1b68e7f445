"""Alipay's signatures: over decoded parameters on requests, over the raw text on answers."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.alipay import requests
from channels.alipay.algorithms import RSA2
from channels.alipay.serials import serial
from channels.alipay.signing import joined, raw_members, signed_text
from channels.key_files import certificate
from tests.builders import channels as build
from tests.channels import published


def test_the_signature_agrees_with_the_vendors_client() -> None:
    from alipay.aop.api.util.SignatureUtils import get_sign_content, sign_with_rsa2

    parameters = {"method": "alipay.trade.create", "biz_content": '{"subject":"登记费 & 1+1"}', "app_id": "1", "a": ""}
    filled = {name: value for name, value in parameters.items() if value}
    bare = b"".join(build.private_pem("app", pkcs1=True).splitlines()[1:-1]).decode()
    assert joined(filled) == get_sign_content(filled)
    text = signed_text(parameters | {"sign": "old"})
    assert RSA2.sign(build.key("app"), text) == sign_with_rsa2(bare, get_sign_content(filled), "utf-8")


def test_the_root_serial_of_the_published_root_file() -> None:
    assert RSA2.root_serial(published.ALIPAY_ROOT) == published.ALIPAY_ROOT_SERIAL


def test_a_root_file_without_rsa_roots_is_refused() -> None:
    with pytest.raises(ValueError, match="no RSA root"):
        RSA2.root_serial(published.ALIPAY_ROOT.partition(b"\n\n")[0])


def test_a_certificate_serial_is_that_of_its_issuer_and_number() -> None:
    blocks = published.ALIPAY_ROOT.split(b"\n\n")
    assert serial(certificate(blocks[1])) == published.ALIPAY_ROOT_SERIAL.partition("_")[0]


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ('{"a":{"x":1},"sign":"s"}', {"a": '{"x":1}', "sign": '"s"'}),
        ('{"a":{"url":"http:\\/\\/x", "n":1.0},"sign":"s"}', {"a": '{"url":"http:\\/\\/x", "n":1.0}', "sign": '"s"'}),
        ('{"a":{"t":"},\\"sign\\":\\"x\\""},"sign":"s"}', {"a": '{"t":"},\\"sign\\":\\"x\\""}', "sign": '"s"'}),
        (' { "a" : {} , "b" : [1, 2] } ', {"a": "{}", "b": "[1, 2]"}),
    ],
)
def test_members_keep_their_raw_text(text: str, members: dict[str, str]) -> None:
    assert raw_members(text) == members


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a":1', '{"a":1}x', '{"a":1,"a":2}', "{1:2}", '{"a" 1}', "null"])
def test_what_is_no_single_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        raw_members(text)


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.text() | st.integers(), st.lists), min_size=1))
def test_members_are_exactly_what_json_reads(value: dict[str, object]) -> None:
    members = raw_members(json.dumps(value, indent=1))
    assert {name: json.loads(raw) for name, raw in members.items()} == value


def test_requests_take_names_and_fields_from_the_vendors_models() -> None:
    given = requests.parameters("AlipayTradeQuery", {"out_trade_no": "bill-1"}, notify_url="https://x.test/n")
    assert given == {
        "method": "alipay.trade.query",
        "version": "1.0",
        "biz_content": '{"out_trade_no":"bill-1"}',
        "notify_url": "https://x.test/n",
    }


def test_a_field_the_model_does_not_know_is_an_error_here() -> None:
    with pytest.raises(requests.UnknownField, match="out_trade_number"):
        requests.parameters("AlipayTradeQuery", {"out_trade_number": "bill-1"})


def test_only_the_named_module_is_imported() -> None:
    program = (
        "import sys; from channels.alipay import requests; import channels.alipay.pay\n"
        "before = sum(name.startswith('alipay.') for name in sys.modules)\n"
        "requests.parameters('AlipayTradeQuery', {'out_trade_no': '1'})\n"
        "print(before, sum(name.startswith('alipay.aop.api.request.') for name in sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    before, after = printed.split()
    assert before == "0"
    assert after == "1"
