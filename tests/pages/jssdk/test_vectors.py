"""The library we serve and the original's tell a page the same (vectors.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from support.browser import Devices
from support.js_page import CONFIG, WECHAT, call, configured, stubbed

VECTORS = json.loads((Path(__file__).parents[2] / "vectors.json").read_text("utf-8"))
SPELLINGS = VECTORS["jssdk_errmsg_normalisation"]["rows"]
ARGUMENTS = VECTORS["jssdk_bridge_arguments"]
KINDS = ("ours", "stock")
BRIDGED = {"wx.addCard": "batchAddCard", "wx.chooseCard": "chooseCard", "wx.config": "preVerifyJSAPI"}
CALLS: dict[str, dict[str, Any]] = {
    "addCard": {
        "cardList": [
            {"cardId": "pC1", "cardExt": '{"timestamp":"1"}'},
            {"cardId": "pC2", "cardExt": {"timestamp": 1}},
        ]
    },
    "chooseCard": {"cardType": "CASH", "timestamp": 1420774989, "nonceStr": "n2", "signType": "SHA1", "cardSign": "cs"},
    "openCard": {"cardList": [{"cardId": "pC1", "code": "110201201245"}]},
    "consumeAndShareCard": {"cardId": "pC1", "code": "1"},
    "checkJsApi": {"jsApiList": ["addCard", "chooseCard", "openCard"]},
}
ADDED = '[{"card_id":"pC1","card_ext":"{\\"timestamp\\":\\"1\\"}","code":"ENC==","is_succ":1}]'
ANSWERS = {
    "preVerifyJSAPI": {"err_msg": "preVerifyJSAPI:ok"},
    "batchAddCard": {"err_msg": "batch_add_card:ok", "err_code": "0", "card_list": ADDED},
    "chooseCard": {"err_msg": "choose_card:ok", "choose_card_info": '[{"card_id":"pC1","encrypt_code":"E+/="}]'},
    "checkJsApi": {
        "err_msg": "checkJsApi:ok",
        "checkResult": '{"chooseCard":true,"batchAddCard":true,"batchViewCard":false}',
    },
}
TOLD = [name for name in ("addCard", "chooseCard", "checkJsApi") if f"{name}_result_given_to_page" in ARGUMENTS]


@pytest.fixture
def wechat(devices: Devices) -> Page:
    """A phone whose browser says that it is the original's app."""
    return devices.phone(user_agent=WECHAT)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_bridge_says_is_spelt_for_the_page(wechat: Page, kind: str) -> None:
    stubbed(wechat, kind, ANSWERS)
    rows = [row for row in SPELLINGS if row["invoked"] != "wx.config"]
    args: dict[str, Any] = {"wx.addCard": CALLS["addCard"], "wx.chooseCard": CALLS["chooseCard"]}
    found = []
    for row in rows:
        wechat.evaluate(
            "([name, said]) => { answers[name] = {err_msg: said}; }", [BRIDGED[row["invoked"]], row["bridge_err_msg"]]
        )
        told = call(wechat, row["invoked"].removeprefix("wx."), args[row["invoked"]])
        assert told[1] == ["complete", told[0][1]]
        found.append({**row, "errMsg": told[0][1]["errMsg"], "callback": told[0][0]})
    assert found == rows


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "row", [row for row in SPELLINGS if row["invoked"] == "wx.config"], ids=lambda row: row["bridge_err_msg"]
)
def test_an_error_of_config_is_told_before_ready(wechat: Page, kind: str, row: dict[str, Any]) -> None:
    stubbed(wechat, kind, {"preVerifyJSAPI": {"err_msg": row["bridge_err_msg"]}})
    assert configured(wechat) == row["callbacks_in_order"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_bridge_is_asked_with_these_names_and_arguments(wechat: Page, kind: str) -> None:
    stubbed(wechat, kind, ANSWERS)
    configured(wechat)
    for name, args in CALLS.items():
        call(wechat, name, args)
    # The stock library asks for the kind of network after config, for its maker's statistics.
    asked = [one for one in wechat.evaluate("asked") if one[0] != "getNetworkType"]
    for _, args in asked:
        args.pop("verifyOpenTagList", None)
    wanted = [[ARGUMENTS[name]["bridge"], ARGUMENTS[name]["args"]] for name in ("config", *CALLS)]
    assert asked == wanted


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TOLD)
def test_the_page_is_given_this_result(wechat: Page, kind: str, name: str) -> None:
    stubbed(wechat, kind, ANSWERS)
    configured(wechat)
    result = ARGUMENTS[f"{name}_result_given_to_page"]
    assert call(wechat, name, CALLS[name]) == [["success", result], ["complete", result]]


@pytest.mark.parametrize("kind", KINDS)
def test_ready_runs_at_once_when_config_is_over_and_unchecked_config_is_over_at_once(wechat: Page, kind: str) -> None:
    stubbed(wechat, kind, {})
    assert configured(wechat, {**CONFIG, "check": False}) == ["ready"]
    assert wechat.evaluate("() => { wx.ready(() => ran.push('late')); return ran; }") == ["ready", "late"]
    assert wechat.evaluate("asked") == []


@pytest.mark.parametrize("kind", KINDS)
def test_debug_shows_every_result(wechat: Page, kind: str) -> None:
    shown: list[str] = []

    def seen(dialog: Any) -> None:
        shown.append(dialog.message)
        dialog.accept()

    wechat.on("dialog", seen)
    stubbed(wechat, kind, {**ANSWERS, "closeWindow": {"err_msg": "close_window:ok"}})
    configured(wechat, {**CONFIG, "debug": True})
    call(wechat, "closeWindow", {})
    assert shown == ['{"errMsg":"config:ok"}', '{"errMsg":"closeWindow:ok"}']


NETWORKS = [
    {"err_msg": "network_type:wifi"},
    {"err_msg": "network_type:edge"},
    {"err_msg": "network_type:wwan", "subtype": "4g"},
    {"err_msg": "network_type:fail"},
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_network_is_named(wechat: Page, kind: str) -> None:
    stubbed(wechat, kind, {})
    found = []
    for answer in NETWORKS:
        wechat.evaluate("(answer) => { answers.getNetworkType = answer; }", answer)
        found.append(call(wechat, "getNetworkType", {})[0])
    assert found == [
        ["success", {"errMsg": "getNetworkType:ok", "networkType": "wifi"}],
        ["success", {"errMsg": "getNetworkType:ok", "networkType": "edge"}],
        ["success", {"errMsg": "getNetworkType:ok", "networkType": "4g"}],
        ["fail", {"errMsg": "getNetworkType:fail"}],
    ]


def test_the_library_has_every_call_of_the_stock_one(wechat: Page, devices: Devices) -> None:
    names = {}
    for kind, page in (("ours", wechat), ("stock", devices.phone(user_agent=WECHAT))):
        stubbed(page, kind, ANSWERS)
        configured(page)
        names[kind] = set(page.evaluate("Object.keys(wx).concat(Object.keys(wx.miniProgram))"))
    assert names["ours"] == names["stock"]
