"""What a page that called addCard is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kaquan.errors import Errcode
from kaquan.rules.add_card import card_ext_text, left_with, nonces_of, origin_refusal, result_of

CARDS = [{"card_id": "p1", "card_ext": '{"a": 1}'}, {"card_id": "p2", "card_ext": "{}"}]
REFUSED = Errcode.STOCK_OUT("stock_empty", card_id="p", quantity=0)


def listed(result: dict[str, Any]) -> list[list[Any]]:
    """Return the values of each card of a result."""
    return [list(one.values()) for one in json.loads(result["card_list"])]


def test_one_code_makes_the_call_a_success() -> None:
    result = result_of("batchAddCard", CARDS, ["", "C2"], {})
    assert result["err_msg"] == "batch_add_card:ok"
    assert listed(result) == [["p1", '{"a": 1}', "", False], ["p2", "{}", "C2", True]]
    assert list(json.loads(result["card_list"])[0]) == ["card_id", "card_ext", "code", "is_succ"]


def test_without_a_code_the_call_failed() -> None:
    assert result_of("openCardDetail", CARDS[:1], [""], {}) == {"err_msg": "open_card_detail:fail"}


def test_a_later_try_takes_no_code_away() -> None:
    first = result_of("batchAddCard", CARDS, ["C1", ""], {})
    assert listed(result_of("batchAddCard", CARDS, ["", "C2"], first))[0][2:] == ["C1", True]
    assert result_of("batchAddCard", CARDS, ["", ""], first) == first


@pytest.mark.parametrize(
    ("refusals", "said"), [([REFUSED, REFUSED], "fail"), ([REFUSED, None], "cancel"), ([None], "cancel")]
)
def test_leaving_is_a_cancel_unless_nothing_could_be_claimed(refusals: list[Any], said: str) -> None:
    assert left_with("batchAddCard", refusals) == {"err_msg": f"batch_add_card:{said}"}


def test_only_a_lenient_device_makes_a_text_of_an_object() -> None:
    assert card_ext_text({"a": "汉"}, "android") == '{"a":"汉"}'
    assert card_ext_text({"a": 1}, "ios") == {"a": 1}
    assert [card_ext_text(one, "android") for one in ("x", None, [1])] == ["x", None, [1]]


@pytest.mark.parametrize(
    ("url", "signed", "cause"),
    [
        ("http://shop.test/?wechat_card_js=1", False, None),
        ("http://shop.test/", False, "card_js_missing"),
        ("http://evil.test/?wechat_card_js=1", False, "card_js_domain"),
        ("http://safe.test/", True, None),
        ("http://shop.test/", True, "js_domain"),
        ("ftp://shop.test/", True, "not_a_page"),
    ],
)
def test_the_page_is_judged_again(url: str, signed: bool, cause: str | None) -> None:
    refused = origin_refusal(url, "/".join(url.split("/")[:3]), signed, ["safe.test"], "shop.test")
    assert (refused and refused.cause) == cause


@pytest.mark.parametrize(
    ("method", "args", "nonces"),
    [
        ("chooseCard", {"verifyNonceStr": "n1"}, ("n1",)),
        ("chooseCard", {"verifyNonceStr": 1}, ()),
        ("openCardDetail", {"card_id": "p1", "card_ext": '{"nonce_str":"a"}'}, ("a",)),
        (
            "batchAddCard",
            {"card_list": [{"card_ext": '{"nonce_str":"a"}'}, {"card_ext": '{"nonce_str":"b"}'}]},
            ("a", "b"),
        ),
        ("batchAddCard", {"verifyNonceStr": "a", "card_list": [{"card_ext": '{"nonce_str":"a"}'}]}, ("a",)),
        ("batchAddCard", {"card_list": [{}, *({"card_ext": text} for text in ("{", "[]", "{}", "[" * 9999))]}, ()),
        ("batchAddCard", {"verifyNonceStr": "n" * 65, "card_list": [{"card_ext": '{"nonce_str":["a"]}'}]}, ()),
    ],
)
def test_the_nonces_of_a_call_are_those_of_the_page_and_its_cards(
    method: str, args: dict[str, Any], nonces: tuple[str, ...]
) -> None:
    assert nonces_of(method, args) == nonces
