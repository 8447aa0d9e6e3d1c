"""The stock library works in a browser that is given our bridge, as docs/js-bridge.md says."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page

from support.browser import Devices
from support.js_page import WECHAT, call, configured, library, pressed, told
from support.merchant import Merchant

DOCUMENT = Path(__file__).parents[3] / "docs" / "js-bridge.md"


def inject(page: Page, merchant: Merchant) -> None:
    """Give a browser the bridge, in the words of the document."""
    (snippet,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    exec(snippet, {"urlopen": urllib.request.urlopen, "context": page.context, "KAQUAN": merchant.server.base_url})


@pytest.fixture
def stock(devices: Devices, merchant: Merchant) -> Page:
    """A page with the stock library in a browser that was given the bridge."""
    page = devices.phone(user_agent=WECHAT)
    inject(page, merchant)
    # The stock library reports to its maker.
    page.context.route("https://open.weixin.qq.com/**", lambda route: route.fulfill(status=204))
    merchant.open(page, script=library("stock"))
    return page


def test_the_stock_library_is_ready(stock: Page, merchant: Merchant) -> None:
    assert configured(stock, merchant.config(stock)) == ["ready"]
    result = call(stock, "checkJsApi", {"jsApiList": ["addCard", "scanQRCode"]})[0][1]
    assert result == {"errMsg": "checkJsApi:ok", "checkResult": {"addCard": True, "scanQRCode": False}}


def test_the_stock_library_is_told_what_is_wrong(stock: Page, merchant: Merchant) -> None:
    ran = configured(stock, merchant.config(stock, signature="0" * 40))
    assert ran == ["error config:invalid signature", "ready"]
    error = "addCard:fail, the permission value is offline verifying"
    assert call(stock, "addCard", {"cardList": [{"cardId": "p", "cardExt": "{}"}]})[0] == ["fail", {"errMsg": error}]


def test_the_stock_library_chooses_a_card(stock: Page, merchant: Merchant) -> None:
    code = merchant.api.claim(merchant.card("CASH", title="ten off"), merchant.sign_in(stock, "ann"))
    configured(stock, merchant.config(stock))
    window = pressed(stock, "chooseCard", merchant.choose_args(cardType="CASH"))
    window.get_by_role("button", name="ten off").click()
    name, result = told(stock)[0]
    assert (name, result["errMsg"]) == ("success", "chooseCard:ok")
    encrypted = json.loads(result["cardList"])[0]["encrypt_code"]
    assert merchant.api.ok("/card/code/decrypt", {"encrypt_code": encrypted}) == {"code": code}


@pytest.mark.parametrize("way", ["button", "window"])
def test_the_stock_library_adds_a_card(stock: Page, merchant: Merchant, way: str) -> None:
    openid = merchant.sign_in(stock, "ann")
    configured(stock, merchant.config(stock))
    card_id = merchant.card()
    ext = merchant.card_ext(card_id)
    window = pressed(stock, "addCard", {"cardList": [{"cardId": card_id, "cardExt": ext}]})
    window.get_by_role("button", name="领取", exact=True).click()
    done = window.get_by_role("button", name="完成")
    done.wait_for()
    if way == "button":
        done.click()
    else:
        window.wait_for_load_state()
        window.close()
    name, result = told(stock)[0]
    (added,) = result["cardList"]
    encrypted = added.pop("code")
    assert (name, result["errMsg"]) == ("success", "addCard:ok")
    assert added == {"cardId": card_id, "cardExt": ext, "isSuccess": True}
    (held,) = merchant.api.ok("/card/user/getcardlist", {"openid": openid})["card_list"]
    assert merchant.api.ok("/card/code/decrypt", {"encrypt_code": encrypted}) == {"code": held["code"]}
